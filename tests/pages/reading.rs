//! What people read: lists, one invoice down to its readings, the amortisation.

use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site};

/// The text of a page without its tags, spaces of any kind as one.
fn words(page: &str) -> String {
    let mut text = String::new();
    for piece in page.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['\u{a0}', '\u{202f}'], " ")
}

#[actix_web::test]
async fn finance_finds_every_invoice_and_a_tenant_their_own() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let list = words(&server.page("/invoices", &finance).await.text());
        for expected in ["Eau de Paris", "Assistance publique-Hôpitaux de Paris", "brouillon", "Documents : 6"] {
            assert!(list.contains(expected), "{engine:?} {expected}: {list}");
        }
        let tenant = server.sign_in(Role::Tenant).await;
        let own = words(&server.page("/invoices", &tenant).await.text());
        assert!(own.contains("Documents : 1") && !own.contains("Eau de Paris") && !own.contains("brouillon"), "{own}");
        assert!(!own.contains("Tous les hébergés") && !own.contains("Amortissements"), "{own}");
    }
}

#[actix_web::test]
async fn lists_are_filtered_and_ordered_by_their_address() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Auditor).await;
    let numbers = |page: String| -> Vec<String> {
        let rows = page.split("<th scope=\"row\"><a href=\"/invoices/").skip(1);
        rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
    };
    let issued = |query: &str| format!("/invoices?month=2026-09&{query}");
    let up = numbers(server.page(&issued("sort=number"), &cookie).await.text());
    assert_eq!(up, ["DC2026000001", "DC2026000002", "DC2026000003"]);
    let down = numbers(server.page(&issued("sort=-number"), &cookie).await.text());
    assert_eq!(down, ["DC2026000003", "DC2026000002", "DC2026000001"]);
    let one = numbers(server.page(&issued("tenant=aphp"), &cookie).await.text());
    assert_eq!(one, [site.number_of("aphp")]);
    let page = server.page(&issued("sort=-gross"), &cookie).await.text();
    assert!(
        page.contains("aria-sort=\"descending\"><a href=\"/invoices?month=2026-09&#38;tenant=&#38;sort=gross\">"),
        "{page}"
    );
}

#[actix_web::test]
async fn an_invoice_leads_back_to_its_readings() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Tenant).await;
    let number = site.number_of("aphp");
    let page = server.page(&format!("/invoices/{number}"), &cookie).await.text();
    let text = words(&page);
    assert!(text.contains(&format!("Facture {number}")), "{text}");
    assert!(text.contains("Premier relevé") && text.contains("01/09/2026 00:00"), "{text}");
    assert!(text.contains("tarif") && text.contains("Justification"), "{text}");
    assert!(page.contains(&format!("href=\"/invoices/{number}.pdf\"")));
    let pdf = server.page(&format!("/invoices/{number}.pdf"), &cookie).await;
    assert!(pdf.body.starts_with(b"%PDF-"));
    let invoice =
        server.get_with(&format!("/api/v1/invoices/{number}"), &server.token(Role::Tenant).await).await.json();
    let gross = invoice["gross"].as_str().unwrap().replace('.', ",");
    let shown: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(shown.contains(&format!("{gross}€")), "{gross}: {text}");
}

#[actix_web::test]
async fn a_tenants_file_shows_contracts_and_invoices() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let text = words(&server.page("/tenants/aphp?lang=en", &cookie).await.text());
    for expected in ["Assistance publique-Hôpitaux de Paris", "50 days", "Lines of contract", &site.number_of("aphp")]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[actix_web::test]
async fn the_amortisation_shows_the_plan_and_its_files() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Auditor).await;
    let page = server.page("/amortisation?as_of=2026-10-31", &cookie).await.text();
    let text = words(&page);
    assert!(text.contains("Amortissements au 31 octobre 2026") && text.contains("Valeur nette comptable"), "{text}");
    let figures =
        server.get_with("/api/v1/amortisation?as_of=2026-10-31", &server.token(Role::Auditor).await).await.json();
    for year in figures["total"]["years"].as_array().unwrap() {
        let charge = year["charge"].as_str().unwrap().replace('.', ",");
        let shown: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(shown.contains(&charge), "{charge}: {text}");
    }
    assert!(page.contains("<title id=\"chart-title\">") && page.contains("<desc id=\"chart-desc\">"));
    for format in ["csv", "xlsx"] {
        let path = format!("/amortisation/file?as_of=2026-10-31&format={format}");
        assert!(page.contains(&path.replace('&', "&amp;")), "{path}");
        assert_eq!(server.page(&path, &cookie).await.status.as_u16(), 200);
    }
}

#[actix_web::test]
async fn people_arrive_where_they_work() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    for role in [Role::Finance, Role::Tenant, Role::Auditor, Role::Admin] {
        let answer = server.page("/", &server.sign_in(role).await).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/invoices"), "{role:?}");
    }
    let operator = server.page("/", &server.sign_in(Role::Operator).await).await;
    assert!(operator.text().contains("Votre rôle envoie des relevés"));
}

#[actix_web::test]
async fn payback_shows_its_curve_its_table_and_what_was_kept() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let path = "/payback?as_of=2026-10-31&horizon=40";
        let page = server.page(path, &cookie).await.text();
        let text = words(&page);
        for expected in
            ["Retour sur investissement au 31 octobre 2026", "cible", "Central", "Prudent", "Relevé de trois offres"]
        {
            assert!(text.contains(expected), "{engine:?} {expected}: {text}");
        }
        assert!(page.contains("<title id=\"far-title\">") && page.contains("<polygon class=\"band\""));
        let api = "/api/v1/payback?as_of=2026-10-31&horizon=40";
        let figures = server.get_with(api, &server.token(Role::Finance).await).await.json();
        let shown: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        for year in figures["years"].as_array().unwrap() {
            let cumulative = year["cumulative"].as_str().unwrap().replace('.', ",").replace('-', "−");
            assert!(shown.contains(&cumulative), "{cumulative}: {text}");
        }
        let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let keep = |cookie: &str, token: &str| {
            actix_web::test::TestRequest::post()
                .uri("/payback/archive")
                .insert_header(("cookie", cookie.to_owned()))
                .set_form([("form_token", token), ("as_of", "2026-10-31"), ("scenario", "central"), ("horizon", "40")])
        };
        assert_eq!(server.call(keep(&cookie, "guess")).await.status.as_u16(), 403);
        assert_eq!(server.call(keep(&cookie, token)).await.status.as_u16(), 303);
        let kept = chapelle::app::archive_report::list(&site.shared.store, None).unwrap();
        assert_eq!(kept.len(), 4);
        assert!(kept.iter().all(|report| report.path.starts_with("reports/2026/payback-central-40-2026-10-31-fr-")));
        let check = chapelle::app::archive_report::check(&site.shared.store).unwrap();
        assert_eq!((check.sound, check.damaged.len()), (4, 0));
        assert!(words(&server.page(path, &cookie).await.text()).contains(&kept[0].sha256));
        let auditor = words(&server.page(path, &server.sign_in(Role::Auditor).await).await.text());
        assert!(!auditor.contains("Archiver ce rapport") && auditor.contains(&kept[0].sha256));
    }
}
