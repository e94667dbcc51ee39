//! What people read: lists, one invoice down to its readings, the amortisation.

use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site, pass};

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
        let rows = page.split("<th scope=\"row\" class=\"whole\"><a href=\"/invoices/").skip(1);
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
    assert!(page.contains("aria-sort=\"descending\"><a href=\"/invoices?month=2026-09&#38;sort=gross\">"), "{page}");
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
    let line = page.split("/lines/").find_map(|rest| rest.split_once("\"").map(|(line, _)| line.to_owned()));
    assert!(line.is_some(), "{page}");
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
        assert!(page.contains(&path.replace('&', "&#38;")), "{path}");
        assert_eq!(server.page(&path, &cookie).await.status.as_u16(), 200);
    }
}

/// Every place a page leads to that begins with `start`.
fn links(page: &str, start: &str) -> Vec<String> {
    let targets = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
    targets.filter(|target| target.starts_with(start)).collect()
}

#[actix_web::test]
async fn a_line_leads_to_the_days_and_each_day_to_its_readings() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Tenant).await;
        let base = format!("/invoices/{}", site.number_of("aphp"));
        let invoice = server.page(&base, &cookie).await.text();
        let (mut followed, mut files) = (0, 0);
        for line in links(&invoice, &format!("{base}/lines/")) {
            let page = server.page(&line, &cookie).await;
            assert_eq!(page.status.as_u16(), 200, "{line}");
            let page = page.text();
            assert!(words(&page).contains("Calcul"), "{line}");
            let days = links(&page, &format!("{line}/readings?"));
            for day in days.iter().step_by(17).take(6) {
                let shown = server.page(day, &cookie).await;
                assert_eq!(shown.status.as_u16(), 200, "{day}");
                let text = words(&shown.text());
                assert!(text.contains("Les relevés donnent la quantité facturée"), "{engine:?} {day}: {text}");
                followed += 1;
            }
            for file in links(&page, &format!("{line}/readings.csv")) {
                let text = server.page(&file, &cookie).await.text();
                assert!(text.starts_with("\u{feff}Compteur;Date et heure;Valeur;"), "{file}: {text}");
                assert!(text.lines().count() > 100, "{file}");
                files += 1;
            }
        }
        assert!(followed > 5 && files > 1, "{followed} days, {files} files");
        let finance = server.sign_in(Role::Finance).await;
        for nothing in
            ["lines/0", "lines/999", "lines/x", "lines/1/readings?meter=none", "lines/1/readings?day=1999-01-01"]
        {
            assert_eq!(server.page(&format!("{base}/{nothing}"), &finance).await.status.as_u16(), 404, "{nothing}");
        }
        let other = format!("/invoices/{}", site.number_of("eau-de-paris"));
        for below in ["lines/1", "lines/1/readings", "lines/1/readings.csv", "preview.pdf"] {
            assert_eq!(server.page(&format!("{other}/{below}"), &cookie).await.status.as_u16(), 404, "{below}");
        }
    }
}

#[actix_web::test]
async fn what_a_list_shows_is_what_its_files_hold() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let csv = server.page("/invoices/list.csv?month=2026-09&sort=number&lang=en", &cookie).await.text();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 4, "{csv}");
    assert!(rows[0].starts_with("Number,Kind,State,Tenant") && rows[1].starts_with("DC2026000001,"), "{csv}");
    let found = words(&server.page("/invoices?q=hopitaux&month=2026-09", &cookie).await.text());
    assert!(found.contains("Documents : 1") && found.contains("Assistance publique"), "{found}");
    let by_number = words(&server.page("/invoices?q=dc2026000002", &cookie).await.text());
    assert!(by_number.contains("Documents : 1"), "{by_number}");
    let nothing = words(&server.page("/invoices?q=%25", &cookie).await.text());
    assert!(nothing.contains("Aucune facture ne correspond"), "{nothing}");
    let drafts = words(&server.page("/invoices?status=draft", &cookie).await.text());
    assert!(drafts.contains("Documents : 3"), "{drafts}");

    let narrow = server.page("/invoices?column=due&column=gross", &cookie).await;
    let kept = narrow.header("set-cookie").to_owned();
    assert!(kept.starts_with("chapelle-columns=due.gross"), "{kept}");
    assert!(!words(&narrow.text()).contains("Montant HT Montant TTC"));
    let both = format!("{cookie}; {}", kept.split(';').next().unwrap());
    let csv = server.page("/invoices/list.csv?month=2026-09&lang=en", &both).await.text();
    assert!(csv.starts_with("Number,Kind,Due,Due for,Gross amount"), "{csv}");
    assert!(server.page("/invoices/list.xlsx", &cookie).await.body.starts_with(b"PK"));

    let number = site.number_of("aphp");
    let zip = server.page(&format!("/invoices/documents.zip?number={number}"), &cookie).await.body;
    let name = format!("{number}.pdf");
    let position = |part: &[u8]| zip.windows(part.len()).position(|window| window == part);
    assert!(zip.starts_with(b"PK") && position(name.as_bytes()).is_some() && position(b"%PDF-").is_some());
    let tenant = server.sign_in(Role::Tenant).await;
    let other = site.number_of("eau-de-paris");
    // Another tenant's document is as little there as one that is not.
    for unknown in [other.as_str(), "NOPE"] {
        let refused = server.page(&format!("/invoices/documents.zip?number={number}&number={unknown}"), &tenant).await;
        let told = format!("Aucune facture {unknown} n’est connue ici");
        assert!(refused.status.as_u16() == 404 && refused.text().contains(&told), "{}", refused.text());
    }
    let nothing = server.page("/invoices/documents.zip?chosen=1", &tenant).await;
    assert!(nothing.status.as_u16() == 422 && nothing.text().contains("coché"), "{}", nothing.text());
    let nothing = server.page("/invoices/documents.zip?status=paid", &tenant).await;
    assert!(nothing.status.as_u16() == 422 && nothing.text().contains("aucun document émis"), "{}", nothing.text());
}

#[actix_web::test]
async fn people_arrive_where_they_work() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let home = |page: String| words(&page);
    let finance = home(server.page("/", &server.sign_in(Role::Finance).await).await.text());
    for expected in
        ["À faire aujourd’hui", "Brouillons à relire", "3", "Campagne d’octobre 2026", "Courriels non partis"]
    {
        assert!(finance.contains(expected), "{expected}: {finance}");
    }
    let tenant = home(server.page("/", &server.sign_in(Role::Tenant).await).await.text());
    let number = site.number_of("aphp");
    for expected in ["Dernières factures", &number, "Reste à payer", "Estimation de novembre 2026", "Ma convention"] {
        assert!(tenant.contains(expected), "{expected}: {tenant}");
    }
    assert!(!tenant.contains("Hébergés"), "a tenant is no list of tenants: {tenant}");
    let auditor = home(server.page("/", &server.sign_in(Role::Auditor).await).await.text());
    for expected in [
        "Dernière signature de la piste",
        "Valeur nette comptable",
        "Aucune écriture n’est déséquilibrée",
        "Derniers événements",
    ] {
        assert!(auditor.contains(expected), "{expected}: {auditor}");
    }
    let operator = home(server.page("/", &server.sign_in(Role::Operator).await).await.text());
    for expected in [
        "Compteurs sans relevé depuis un jour",
        "Facturés parmi eux",
        "Redondance perdue",
        "Dernier fichier de relevés",
        "Unités libres",
    ] {
        assert!(operator.contains(expected), "{expected}: {operator}");
    }
}

#[actix_web::test]
async fn homes_lead_to_what_they_name() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let of = async |role| server.page("/", &server.sign_in(role).await).await.text();
        let tenant = of(Role::Tenant).await;
        let pdf = format!("/invoices/{}.pdf", site.number_of("aphp"));
        for link in [pdf.as_str(), "/usage/estimate?month=2026-11", "/tenants/aphp/contacts", "/contracts/"] {
            assert!(tenant.contains(&format!("href=\"{link}")), "{engine:?} {link}: {tenant}");
        }
        let auditor = of(Role::Auditor).await;
        for link in ["/audit/verify", "/audit/sample", "/reports/fec", "/reports/reconciliation", "/journal/periods"] {
            assert!(auditor.contains(&format!("href=\"{link}")), "{engine:?} {link}: {auditor}");
        }
        let operator = of(Role::Operator).await;
        for link in ["/racks", "/readings", "/meters?month="] {
            assert!(operator.contains(&format!("href=\"{link}")), "{engine:?} {link}: {operator}");
        }
    }
}

#[actix_web::test]
async fn a_tenant_arrives_at_the_invoices_that_are_past_due() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let number = site.number_of("aphp");
    pass(100 * 86_400);
    let home = server.page("/", &server.sign_in(Role::Tenant).await).await.text();
    let card = home.split("Échéance passée").nth(1).unwrap().split("<h3>").next().unwrap();
    assert!(card.contains(&format!("href=\"/invoices/{number}\"")) && card.contains("échue le"), "{card}");
}

#[actix_web::test]
async fn what_is_overdue_is_told_as_a_part_of_what_is_to_be_paid() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let french = words(&server.page("/invoices", &cookie).await.text());
    let english = words(&server.page("/invoices?lang=en", &cookie).await.text());
    assert!(french.contains("dont échues") && english.contains("of which past due"), "{french} {english}");
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
        for expected in ["Scénario « Central", "Total pris en compte", "Coût complet sur "] {
            assert!(text.contains(expected), "{engine:?} {expected}: {text}");
        }
        assert!(!text.contains("Scénario central"), "codes are no names: {text}");
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
        let name = "reports/2026/retour-sur-investissement-central-40-2026-10-31-fr-";
        assert!(kept.iter().all(|report| report.path.starts_with(name)), "{kept:?}");
        let check = chapelle::app::archive_report::check(&site.shared.store).unwrap();
        assert_eq!((check.sound, check.damaged.len()), (4, 0));
        assert!(words(&server.page(path, &cookie).await.text()).contains(&kept[0].sha256));
        let auditor = words(&server.page(path, &server.sign_in(Role::Auditor).await).await.text());
        assert!(!auditor.contains("Archiver ce rapport") && auditor.contains(&kept[0].sha256));
    }
}

#[actix_web::test]
async fn a_wrong_address_is_told_in_the_readers_language() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    for (path, french, english) in [
        (
            "/invoices?month=octobre",
            "month = « octobre » n’est pas un mois tel que 2026-10",
            "not a month such as 2026-10",
        ),
        ("/invoices?status=lost", "les valeurs permises sont draft, issued, open", "what is allowed is draft, issued"),
        ("/journal?journal=XX", "journal = « XX » n’est pas permis", "journal = “XX” is not allowed"),
        (
            "/journal?from=2026-01-01&from=2026-01-02",
            "l’un d’eux y figure peut-être deux fois",
            "may stand there twice",
        ),
        ("/audit/sample?size=0&seed=s", "Un échantillon compte de 1 à", "A sample holds 1 to"),
        ("/payback?scenario=nobody", "Le scénario « nobody » n’existe pas", "There is no scenario “nobody”"),
        ("/reports/movements?year=1900", "n’est pas une année de 2000 à 2199", "is not a year from 2000 to 2199"),
        (
            "/journal/balance?from=2026-02-01&through=2026-01-01",
            "donnez d’abord le premier jour",
            "give the first day first",
        ),
    ] {
        let answer = server.page(path, &cookie).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}");
        assert!(words(&answer.text()).contains(french), "{path}: {}", words(&answer.text()));
        let separator = if path.contains('?') { '&' } else { '?' };
        let answer = server.page(&format!("{path}{separator}lang=en"), &cookie).await;
        assert!(words(&answer.text()).contains(english), "{path}: {}", words(&answer.text()));
    }
}

/// Names of the book are French: a page in English says so where one stands (WCAG 3.1.2), and a mail keeps its language.
#[actix_web::test]
async fn what_is_french_on_an_english_page_is_marked() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let mail = format!("/invoices/{}/mail", site.number_of("aphp"));
    for (path, part) in [
        ("/tariffs?lang=en", "<td class=\"spare\"><span lang=\"fr\">"),
        ("/contracts?lang=en", "<td class=\"spare\"><span lang=\"fr\">"),
        ("/amortisation/2019-0042?lang=en", "<h1><span lang=\"fr\">"),
        (&format!("{mail}?lang=en"), "<pre class=\"plain\" lang=\"fr\">"),
    ] {
        let page = server.page(path, &finance).await.text();
        assert!(page.contains("<html lang=\"en\">") && page.contains(part), "{path}: {page}");
    }
    let french = server.page("/tariffs?lang=fr", &finance).await.text();
    assert!(!french.contains("<span lang=\"fr\">"), "{french}");
}

#[actix_web::test]
async fn who_only_reads_is_not_told_what_to_do() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (auditor, finance) = (server.sign_in(Role::Auditor).await, server.sign_in(Role::Finance).await);
    let read = server.page("/payments/receipts", &auditor).await.text();
    assert!(!read.contains("Rapprochez") && !read.contains("/payments/import"), "{read}");
    assert!(words(&read).contains("attendent que les finances"), "{read}");
    assert!(server.page("/payments/receipts", &finance).await.text().contains("Rapprochez"));
}
