//! What payback is projected by, through its form.

use actix_web::test::TestRequest;
use chapelle::app::import_book;
use chapelle::app::verify_audit::{self, Against};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;

use crate::common::{ENGINES, Engine};
use crate::plant::words;
use crate::site::{Server, Site, now};
use crate::terms::{exported, filled, imports_unchanged, post, send, with};

const PATH: &str = "/payback/terms";
const SHOWN: &str = "/payback?as_of=2026-10-31&horizon=40";
const REASON: (&str, &str) = ("reason", "Conseil du 3 novembre");

/// The small book without `[payback]`, which stands at its end.
fn without_payback(book: String) -> String {
    book.split("\n[payback]").next().unwrap().to_owned()
}

/// Nothing in the book differs from what the trail says of it.
fn agrees_with_the_trail(site: &Site) {
    let (store, signing) = (site.shared.store.clone(), site.shared.signing());
    let verify = move || verify_audit::verify(&store, &signing, &Against::default(), &mut |_, _| {}).unwrap();
    let found = std::thread::spawn(verify).join().unwrap();
    assert!(found.is_sound(), "{found:?}");
}

#[actix_web::test]
async fn finance_adds_a_scenario_and_payback_shows_it() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let page = server.page(SHOWN, &cookie).await.text();
        assert!(page.contains("href=\"/payback/terms\">Modifier les hypothèses</a>"), "{page}");
        let form = server.page(PATH, &cookie).await.text();
        for expected in [
            "name=\"scenario.1.hosting_avoided_percent\" type=\"text\" value=\"-2\"",
            "name=\"scenario.2.renewal_percent\" type=\"text\" value=\"100\"",
            "<option value=\"2019-0042/climatisation\" selected>",
            "<option value=\"central\" selected>Central (central)</option>",
            "data-guard=\"\"",
        ] {
            assert!(form.contains(expected), "{engine:?} {expected}: {form}");
        }
        let unchanged = post(&server, PATH, &cookie, &filled(&form)).await;
        assert_eq!(unchanged.status.as_u16(), 303, "sent back as it was, without a reason: {}", unchanged.text());
        assert!(unchanged.header("set-cookie").contains("chapelle-done=unchanged"), "it is not told as saved");
        imports_unchanged(&site);

        let more = send(&server, PATH, &cookie, &[("step", "add:scenario")]).await.text();
        assert!(more.contains("name=\"scenario.3.renewal_percent\" type=\"text\" value=\"100\""), "{more}");
        assert!(more.contains("data-guard=\"changed\""), "leaving asks: {more}");
        let typed = [
            ("scenario.3.code", "essor"),
            ("scenario.3.name", "Essor"),
            ("scenario.3.energy_price_percent", "3,25"),
            ("scenario.3.occupancy_growth_u", "12"),
            REASON,
        ];
        let done = post(&server, PATH, &cookie, &with(filled(&more), &typed)).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/payback"), "{}", done.text());
        let shown = server.page(&format!("{SHOWN}&scenario=essor"), &cookie).await.text();
        assert!(shown.contains("<option value=\"essor\" selected>Essor</option>"), "{shown}");
        assert!(words(&shown).contains("3,25"), "its figures: {shown}");
        assert!(exported(&site).contains("energy_price_percent = 3.25"), "{}", exported(&site));
        imports_unchanged(&site);

        let fewer = send(&server, PATH, &cookie, &[("step", "remove:scenario.3")]).await.text();
        assert!(!fewer.contains("\"essor\"") && fewer.contains("scenario.2.code"), "{fewer}");
        let fewer = post(&server, PATH, &cookie, &with(filled(&fewer), &[("step", "add:life")])).await.text();
        let life = [("life.3.part", "2019-0042/electricite"), ("life.3.years", "20"), ("target_years", "12"), REASON];
        let life = with(filled(&fewer), &life);
        let done = post(&server, PATH, &cookie, &life).await;
        assert_eq!(done.status.as_u16(), 303, "{engine:?} {}", done.text());
        let text = exported(&site);
        assert!(
            !text.contains("\"essor\"") && text.contains("target_years = 12") && text.contains("years = 20"),
            "{text}"
        );
        imports_unchanged(&site);
        agrees_with_the_trail(&site);
    }
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let before = exported(&site);
    let wrong = [
        ("target_years", "0"),
        ("cost_key.space_percent", "50,5"),
        ("market.kilowatt_eur", "0"),
        ("life.1.part", "2019-0042/rien"),
        ("scenario.1.renewal_percent", "185"),
        ("scenario.2.code", "low"),
    ];
    let page = send(&server, PATH, &cookie, &wrong).await;
    assert_eq!(page.status.as_u16(), 422);
    let page = page.text();
    for expected in [
        "id=\"target_years-error\">À choisir entre 1 et 50.",
        "id=\"cost_key.space_percent-error\">Les trois parts font 105,5\u{202f}% ensemble",
        "id=\"market.kilowatt_eur-error\">Ce nombre doit être supérieur à zéro.",
        "id=\"life.1.part-error\">Il n’y a rien de ce nom",
        "id=\"scenario.1.renewal_percent-error\">À choisir entre 0 et 100.",
        "id=\"scenario.2.code-error\">Le code low est déjà pris",
        "id=\"reference_scenario-error\">Il n’y a rien de ce nom dans le livre du site\u{202f}: central.",
        "href=\"#scenario.1.renewal_percent\"",
    ] {
        let (page, expected) = (page.replace('\u{a0}', "\u{202f}"), expected.replace('\u{a0}', "\u{202f}"));
        assert!(page.contains(&expected), "{expected}: {page}");
    }
    let unread = [("scenario.1.heat_percent", "beaucoup"), ("market.date", ""), ("cost_key.power_percent", "")];
    let page = send(&server, PATH, &cookie, &unread).await.text();
    for expected in [
        "id=\"scenario.1.heat_percent-error\">«",
        "id=\"market.date-error\">À renseigner.",
        "id=\"cost_key.power_percent-error\">À renseigner.",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let both = [("scenario.1.heat_percent", "beaucoup"), ("target_years", "0"), ("scenario.1.renewal_percent", "185")];
    let page = send(&server, PATH, &cookie, &both).await.text();
    for expected in ["scenario.1.heat_percent", "target_years", "scenario.1.renewal_percent", "reason"] {
        assert!(page.contains(&format!("id=\"{expected}-error\"")), "all at once, {expected}: {page}");
    }
    assert!(!page.contains("id=\"reference_scenario-error\""), "nothing that is right: {page}");
    let silent = send(&server, PATH, &cookie, &[("target_years", "12")]).await.text();
    assert!(silent.contains("id=\"reason-error\">Dites pourquoi"), "{silent}");
    let first = send(&server, PATH, &cookie, &[("step", "remove:scenario.2")]).await.text();
    let none = post(&server, PATH, &cookie, &with(filled(&first), &[("step", "remove:scenario.1")])).await.text();
    let none = post(&server, PATH, &cookie, &with(filled(&none), &[REASON])).await;
    assert!(none.text().contains("id=\"reference_scenario-error\">Il faut au moins un scénario"), "{}", none.text());
    assert_eq!(exported(&site), before, "nothing was saved");
}

#[actix_web::test]
async fn a_stale_edit_shows_both_and_an_older_file_takes_nothing_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (finance, admin) = (server.sign_in(Role::Finance).await, server.sign_in(Role::Admin).await);
        let before = exported(&site);
        let mine = filled(&server.page(PATH, &finance).await.text());
        let other = send(&server, PATH, &admin, &[("scenario.2.heat_percent", "1,5"), REASON]).await;
        assert_eq!(other.status.as_u16(), 303, "{}", other.text());
        let stale = post(&server, PATH, &finance, &with(mine, &[("scenario.2.heat_percent", "2"), REASON])).await;
        let page = stale.text();
        assert_eq!(stale.status.as_u16(), 409, "{engine:?} {page}");
        assert!(page.contains("<td>0</td><td>1,5</td><td>2</td>"), "as it was, theirs, one's own: {page}");
        assert!(page.contains("Enregistré par admin@example.org le"), "{page}");
        let done = post(&server, PATH, &finance, &filled(&page)).await;
        assert_eq!(done.status.as_u16(), 303, "knowing: {}", done.text());
        let import = |text: String, overwrite: bool| {
            let store = site.shared.store.clone();
            let work = move || {
                let book = import_book::read(text.as_bytes(), "book.toml").unwrap();
                let basis = import_book::FileBasis { revision: 0, overwrite };
                import_book::import_on(&store, &book, basis, &Actor::new("test", None), now())
                    .map(|report| report.changed)
                    .map_err(|error| error.to_string())
            };
            std::thread::spawn(work).join().unwrap()
        };
        let refused = import(before.clone(), false).unwrap_err();
        assert!(refused.contains("payback terms was edited by finance@example.org"), "{engine:?} {refused}");
        let open = filled(&server.page(PATH, &finance).await.text());
        assert_eq!(import(before, true).unwrap(), ["payback terms"]);
        let overtaken = post(&server, PATH, &finance, &with(open, &[("target_years", "12"), REASON])).await;
        assert_eq!(overtaken.status.as_u16(), 409, "by an import as well");
        agrees_with_the_trail(&site);
    }
}

#[actix_web::test]
async fn a_book_without_payback_begins_with_one_scenario_in_which_all_stays() {
    for engine in ENGINES {
        let site = Site::with_book(engine, without_payback);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let form = server.page(PATH, &cookie).await.text();
        assert!(form.contains("name=\"version\" value=\"0\"") && form.contains("value=\"unchanged\""), "{form}");
        let api = "/api/v1/payback/terms";
        let token = server.token(Role::Auditor).await;
        assert_eq!(server.get_with(api, &token).await.header("etag"), "\"0\"");
        let silent = post(&server, PATH, &cookie, &filled(&form)).await;
        assert_eq!(silent.status.as_u16(), 422, "it comes into the book for a reason");
        let typed = with(filled(&form), &[("scenario.1.name", "Comme aujourd’hui"), REASON]);
        assert_eq!(post(&server, PATH, &cookie, &typed).await.status.as_u16(), 303);
        let late = post(&server, PATH, &cookie, &typed).await;
        assert_eq!(late.status.as_u16(), 409, "somebody wrote the first ones meanwhile");
        assert!(late.text().contains("Enregistré par finance@example.org le"), "{}", late.text());
        assert_eq!(server.get_with(api, &token).await.header("etag"), "\"1\"");
        assert!(server.page(SHOWN, &cookie).await.text().contains("Comme aujourd’hui"));
        let trail = server.page("/audit?action=payback", &server.sign_in(Role::Auditor).await).await.text();
        assert!(words(&trail).contains("Hypothèses du retour sur investissement créées"), "{trail}");
        imports_unchanged(&site);
        agrees_with_the_trail(&site);
    }
}

#[actix_web::test]
async fn who_may_not_keep_the_books_does_not_change_what_payback_is_projected_by() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let shown = server.page(SHOWN, &auditor).await.text();
    assert!(shown.contains(&format!("href=\"{PATH}\"")) && !shown.contains("Modifier les hypothèses"), "{shown}");
    let read = server.page(PATH, &auditor).await;
    let page = words(&read.text());
    assert_eq!(read.status.as_u16(), 200);
    assert!(page.contains("central") && page.contains("2019-0042/climatisation"), "{page}");
    assert!(!read.text().contains("<form class=\"edit\""), "auditors read and edit nothing: {page}");
    let day = |word: &str| word.parse::<chrono::NaiveDate>().is_ok();
    assert!(!page.split_whitespace().any(day), "days are told as the page's language does: {page}");
    for role in [Role::Tenant, Role::Operator] {
        assert_eq!(server.page(PATH, &server.sign_in(role).await).await.status.as_u16(), 403, "{role:?}");
    }
    let finance = server.sign_in(Role::Finance).await;
    let form = filled(&server.page(PATH, &finance).await.text());
    let forged = with(form, &[("form_token", "guess"), ("target_years", "12"), REASON]);
    assert_eq!(post(&server, PATH, &finance, &forged).await.status.as_u16(), 403);
    let read = server.get_with("/api/v1/payback/terms", &server.token(Role::Auditor).await).await;
    assert_eq!((read.status.as_u16(), read.json()["target_years"].as_str()), (200, Some("9")));
    for (role, status) in [(Role::Auditor, 403), (Role::Finance, 200)] {
        let put = TestRequest::put().uri("/api/v1/payback/terms?reason=avenant");
        let put = put.insert_header(("authorization", format!("Bearer {}", server.token(role).await)));
        let mut terms = read.json();
        terms["target_years"] = "10".into();
        let answer = server.call(put.insert_header(("if-match", read.header("etag"))).set_json(&terms)).await;
        assert_eq!(answer.status.as_u16(), status, "{role:?} {}", answer.text());
    }
}
