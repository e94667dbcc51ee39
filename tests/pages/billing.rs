//! A month from its plan to its invoices, as finance does it in a browser.

use std::sync::Arc;

use actix_web::test::TestRequest;
use chapelle::app::compare_billing::{self, MonthDraft};
use chapelle::domain::access::Role;
use chapelle::storage::billing_runs::{self, Outcome, RunItem};
use diesel::RunQueryDsl;

use crate::common::{ENGINES, Engine};
use crate::plant::words;
use crate::site::{Answer, Server, Site, now, pass};

pub fn token(page: &str) -> String {
    page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

pub async fn post(server: &Server, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let request = TestRequest::post()
        .uri(path)
        .insert_header(("cookie", cookie))
        .insert_header(("sec-fetch-site", "same-origin"));
    server.call(request.set_form(fields)).await
}

/// Waits until the run at `path` has ended and gives its page.
pub async fn ended(server: &Server, path: &str, cookie: &str) -> String {
    for _ in 0..200 {
        let page = server.page(path, cookie).await.text();
        if !page.contains("data-progress=") {
            return page;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the run at {path} does not end");
}

#[actix_web::test]
async fn a_draft_is_withdrawn_with_its_reason() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let draft = format!("/billing/2026-10/drafts/{}", site.contract_of("aphp"));
    let withdraw = format!("{draft}/withdraw");
    assert!(server.page(&draft, &cookie).await.text().contains(&format!("href=\"{withdraw}\"")));
    let asked = server.page(&withdraw, &cookie).await.text();
    let token = token(&asked);
    let silent = post(&server, &withdraw, &cookie, &[("form_token", &token), ("reason", " ")]).await;
    assert!(silent.status.as_u16() == 422 && silent.text().contains("Donnez le motif"), "{}", silent.text());
    let done = post(&server, &withdraw, &cookie, &[("form_token", &token), ("reason", "essai")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/billing/2026-10"), "{}", done.text());
    // It could be drafted again; what is not kept is not withdrawn.
    let planned = server.page(&draft, &cookie).await.text();
    assert!(!planned.contains(&withdraw), "{planned}");
    assert_eq!(server.page(&withdraw, &cookie).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn a_draft_is_seen_on_paper() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let draft = format!("/billing/2026-10/drafts/{}", site.contract_of("aphp"));
        let preview = format!("{draft}/preview.pdf");
        for role in [Role::Finance, Role::Auditor] {
            let cookie = server.sign_in(role).await;
            let page = server.page(&draft, &cookie).await.text();
            assert!(page.contains(&format!("src=\"{preview}\"")), "{engine:?} {page}");
            let paper = server.page(&preview, &cookie).await;
            assert_eq!(paper.header("content-type"), "application/pdf");
            assert!(paper.header("content-disposition").starts_with("inline; filename=\"brouillon-2026-10-"));
            assert!(paper.body.starts_with(b"%PDF-1.7"), "{engine:?} {role:?}");
        }
        let missing = draft.replace(&site.contract_of("aphp"), "C-NONE");
        let finance = server.sign_in(Role::Finance).await;
        assert_eq!(server.page(&format!("{missing}/preview.pdf"), &finance).await.status.as_u16(), 404);
        let tenant = server.sign_in(Role::Tenant).await;
        assert_eq!(server.page(&preview, &tenant).await.status.as_u16(), 403);
        let token = server.token(Role::Finance).await;
        let answer = server.get_with(&format!("/api/v1{draft}/pdf"), &token).await;
        assert!(answer.status.as_u16() == 200 && answer.body.starts_with(b"%PDF-1.7"), "{engine:?} {}", answer.text());
    }
}

#[actix_web::test]
async fn a_month_is_planned_confirmed_and_issued() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let plan = server.page("/billing/2026-10", &cookie).await.text();
        assert!(plan.contains("Campagne d’octobre") && plan.contains("/billing/2026-10/issue"), "{engine:?} {plan}");
        let question = server.page("/billing/2026-10/issue", &cookie).await.text();
        assert!(question.contains("ne se modifie plus"), "{question}");
        let token = token(&question);
        let forged = post(&server, "/billing/2026-10/run", &cookie, &[("form_token", "x"), ("issue", "1")]).await;
        assert_eq!(forged.status.as_u16(), 403);

        let one = site.contract_of("aphp");
        let fields = [("form_token", token.as_str()), ("issue", "1"), ("contract", one.as_str())];
        let started = post(&server, "/billing/2026-10/run", &cookie, &fields).await;
        assert_eq!(started.status.as_u16(), 303, "{}", started.text());
        let run = started.header("location").to_owned();
        let page = ended(&server, &run, &cookie).await;
        assert!(
            page.contains("traitement terminé") && page.contains("DC2026000004") && !page.contains("DC2026000005"),
            "{page}"
        );

        let rest = post(&server, "/billing/2026-10/run", &cookie, &[("form_token", &token), ("issue", "1")]).await;
        let page = ended(&server, rest.header("location"), &cookie).await;
        assert!(page.contains("DC2026000005") && page.contains("DC2026000006"), "{page}");
        let events = server.page(&format!("{run}/events"), &cookie).await;
        assert_eq!(events.header("content-type"), "text/event-stream");
        assert!(events.text().contains("event: end"), "{}", events.text());

        let again = server.page("/billing/2026-10", &cookie).await.text();
        assert!(!again.contains("/billing/2026-10/issue\""), "nothing is left to issue: {again}");
        let home = server.page("/", &cookie).await.text();
        assert!(home.contains("Toutes les conventions du mois sont facturées"), "{home}");
    }
}

/// What a form of the page carries in a hidden field.
fn hidden(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_yes_holds_for_what_was_asked_and_nothing_else() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let question = server.page("/billing/2026-10/issue", &cookie).await.text();
        let (token, count, total) = (token(&question), hidden(&question, "count"), hidden(&question, "total"));
        assert_eq!(count, "3", "{question}");
        let manual = "/billing/2026-10/drafts/AP-2026/manual";
        let added = [
            ("form_token", token.as_str()),
            ("sign", "service"),
            ("fr", "Intervention"),
            ("service", "other"),
            ("quantity", "1"),
            ("unit", "hour"),
            ("price", "80,00"),
            ("vat", "0"),
            ("reason", "Demandée par courrier"),
            ("confirm", "0"),
        ];
        let done = post(&server, manual, &cookie, &added).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let yes = [("form_token", token.as_str()), ("issue", "1"), ("count", &count), ("total", &total)];
        let asked = post(&server, "/billing/2026-10/run", &cookie, &yes).await;
        let page = asked.text();
        assert_eq!(asked.status.as_u16(), 409, "{engine:?} {page}");
        assert!(page.contains("Le plan a changé depuis que la question vous a été posée"), "{page}");
        assert_ne!(hidden(&page, "total"), total);
        let total = hidden(&page, "total");
        let yes = [("form_token", token.as_str()), ("issue", "1"), ("count", &count), ("total", &total)];
        let started = post(&server, "/billing/2026-10/run", &cookie, &yes).await;
        assert_eq!(started.status.as_u16(), 303, "{engine:?} {}", started.text());
        ended(&server, started.header("location"), &cookie).await;
    }
}

/// The city's contract in the small book, to be had more often.
const MORE_CONTRACTS: usize = 60;

/// The small book with many more contracts of one agreed line.
fn large(book: String) -> String {
    let start = book.find("[[contract]]\ncode = \"VDP-2026\"").unwrap();
    let rest = &book[start..];
    let end = rest[1..].find("\n[[contract]]").or_else(|| rest.find("\n[[asset]]")).map_or(rest.len(), |end| end + 1);
    let one = &rest[..end];
    let more = (0..MORE_CONTRACTS)
        .map(|number| one.replace("VDP-2026", &format!("VDP-{number:03}")).replace("2026-01-01", "2026-10-01"));
    format!("{}{}\n{}", &book[..start], more.collect::<Vec<_>>().join("\n"), rest)
}

#[actix_web::test]
async fn many_contracts_are_asked_about_in_pages_with_their_total() {
    let site = Site::with_book(Engine::Sqlite, large);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let first = server.page("/billing/2026-10/issue", &cookie).await.text();
    let rows = |page: &str| page.matches("<tr><th scope=\"row\" class=\"code\">").count();
    assert_eq!((rows(&first), hidden(&first, "count").as_str()), (50, "63"), "{first}");
    let second = server.page("/billing/2026-10/issue?page=2", &cookie).await.text();
    assert_eq!(rows(&second), 13, "{second}");
    assert_eq!(hidden(&first, "total"), hidden(&second, "total"));
    let drafts = server.page("/billing/2026-10/issue?what=drafts", &cookie).await.text();
    assert!(
        drafts.contains("/billing/2026-10/issue?what=drafts&amp;page=2") || drafts.contains("?what=drafts&#38;page=2"),
        "{drafts}"
    );
}

#[actix_web::test]
async fn a_months_plan_is_rated_once_as_long_as_nothing_changed() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let compared = |month: &str| {
            let (store, month) = (site.shared.store.clone(), month.parse().unwrap());
            std::thread::spawn(move || compare_billing::compare(&store, month, now()).unwrap()).join().unwrap()
        };
        let first = compared("2026-10");
        assert!(Arc::ptr_eq(&first, &compared("2026-10")), "{engine:?}");
        let reading = TestRequest::post()
            .uri("/api/v1/readings")
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("content-type", "application/x-ndjson"))
            .set_payload(r#"{"meter":"SAN-EDP","at":"2026-10-20T10:00:01Z","value":41.5}"#);
        let taken = server.call(reading).await;
        assert_eq!(taken.json()["accepted"], 1, "{engine:?} {}", taken.text());
        // So is the draft of one contract, however often it is asked for.
        let draft = || {
            let (store, month) = (site.shared.store.clone(), "2026-08".parse().unwrap());
            let work = move || compare_billing::draft(&store, month, &"AP-2026".into(), now());
            std::thread::spawn(work).join().unwrap()
        };
        let rename = |from: &str, to: &str| {
            let connection = &mut *site.shared.store.connection().unwrap();
            diesel::sql_query(format!("ALTER TABLE {from} RENAME TO {to}")).execute(connection).unwrap();
        };
        assert!(matches!(draft().unwrap(), Some(MonthDraft::Blocked(_))), "{engine:?}");
        rename("manual_line", "manual_line_away");
        assert!(matches!(draft().unwrap(), Some(MonthDraft::Blocked(_))), "{engine:?}: nothing is read again");
        rename("manual_line_away", "manual_line");
        let then = compared("2026-10");
        assert!(!Arc::ptr_eq(&first, &then), "{engine:?}: a reading came");
        assert!(Arc::ptr_eq(&then, &compared("2026-10")));
        let running = compared("2026-11");
        assert!(Arc::ptr_eq(&running, &compared("2026-11")), "the running month, for ten minutes");
        let last_seen = |at| compare_billing::last_seen(&site.shared.store, running.month, at);
        assert!(Arc::ptr_eq(&last_seen(now()).unwrap(), &running), "{engine:?}");
        assert!(last_seen(now() + chrono::Duration::days(28)).is_none(), "{engine:?}: it is over, and planned");
        assert!(!Arc::ptr_eq(&compared("2026-12"), &compared("2026-12")), "one to come is looked at anew");
    }
}

#[actix_web::test]
async fn a_run_shows_its_contracts_while_it_goes_on() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let store = site.shared.store.clone();
    let month = "2026-10".parse().unwrap();
    let id = billing_runs::begin(&mut store.connection().unwrap(), month, true, "user-1", now()).unwrap();
    let path = format!("/billing/runs/{id}");
    let begun = server.page(&path, &cookie).await.text();
    assert!(begun.contains("<div data-progress-part>") && !begun.contains("<tbody>"), "{begun}");
    let note = |contract: &str, tenant: &str, outcome, number: Option<&str>| {
        let item = RunItem {
            contract: contract.into(),
            tenant: tenant.into(),
            outcome,
            number: number.map(str::to_owned),
            error: None,
        };
        billing_runs::note(&mut store.connection().unwrap(), id, &item, now()).unwrap();
    };
    note("AP-2026", "aphp", Outcome::Waiting, None);
    note("EDP-2026", "eau-de-paris", Outcome::Waiting, None);
    let waiting = server.page(&path, &cookie).await.text();
    assert_eq!(waiting.matches(">en attente<").count(), 2, "{waiting}");
    note("AP-2026", "aphp", Outcome::Issued, Some("DC2026000004"));
    let going = server.page(&path, &cookie).await.text();
    let part = going.split("<div data-progress-part>").nth(1).unwrap();
    assert!(part.contains("/invoices/DC2026000004") && part.matches(">en attente<").count() == 1, "{part}");
    assert!(going.contains("<noscript><meta http-equiv=\"refresh\""), "without scripts it is loaded again: {going}");
    pass(billing_runs::SILENCE_SECONDS_MAX + 1);
    let stopped = server.page(&path, &cookie).await.text();
    assert!(!stopped.contains("data-progress"), "its program is gone: {stopped}");
}

#[actix_web::test]
async fn a_month_that_goes_on_says_when_it_can_be_billed() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let page = server.page("/billing/2026-11", &cookie).await.text();
    assert!(page.contains("il se facture à partir du 1er\u{a0}décembre\u{a0}2026"), "{page}");
    assert!(!page.contains("rien à facturer"), "{page}");
    let later = server.page("/billing/2026-12", &cookie).await.text();
    assert!(later.contains("il se facture à partir du") && !later.contains("Écart"), "nothing is known: {later}");
}

#[actix_web::test]
async fn the_running_month_shows_every_contract_in_force_with_its_estimate_and_problems() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let page = server.page("/billing/2026-11", &cookie).await.text();
    for tenant in ["aphp", "eau-de-paris"] {
        let contract = site.contract_of(tenant);
        let row =
            page.split(&format!("#contract-{contract}\">{contract}</a>")).nth(1).unwrap_or_else(|| panic!("{page}"));
        let row = row.split("</tr>").next().unwrap();
        assert!(row.contains("serait bloquée") || row.contains("mois en cours"), "{row}");
    }
    assert!(page.contains("Connu à ce jour, HT") && page.contains("Facture estimée, HT"), "{page}");
    assert!(page.contains("Silence du compteur") && page.contains("n’a rien dit depuis le"), "{page}");
    let csv = server.page("/billing/2026-11/plan.csv", &cookie).await.text();
    assert!(csv.contains("Connu à ce jour, HT;Facture estimée, HT;"), "{csv}");
    let home = server.page("/", &cookie).await.text();
    let card = home.split("Mois en cours\u{202f}: novembre").nth(1).unwrap_or_else(|| panic!("{home}"));
    let card = card.split("</li>\n<li class=\"card").next().unwrap();
    assert!(card.contains("href=\"/billing/2026-11\""), "{card}");
    // How many meters say nothing, and the list that shows them.
    let contract = site.contract_of("aphp");
    let list = format!("/meters?month=2026-11&q={contract}&attention=1");
    let link = format!("<a href=\"{}\">", list.replace('&', "&#38;"));
    let told = card.split(&link).nth(1).unwrap_or_else(|| panic!("{card}")).split("</a>").next().unwrap();
    assert!(told.contains("2 compteurs avec des silences") && told.contains(&contract), "{told}");
    assert!(!card.contains("Silence du compteur"), "{card}");
    let meters = server.page(&list, &cookie).await.text();
    assert!(meters.contains(">A01-PA</a>") && meters.contains(">A01-PB</a>"), "{}", words(&meters));
    assert!(!meters.contains(">A02-EA</a>"), "another contract's: {}", words(&meters));
}

/// A contract that began with the month, of two racks and of a meter that counts 20 kWh an hour.
fn with_a_running_contract(book: String) -> String {
    format!(
        "{book}\n[[meter]]\ncode = \"LIBRE\"\nregister = \"energy\"\ninstalled_at = 2026-11-01T00:00:00+01:00\n\n\
         [[contract]]\ncode = \"NOV-2026\"\ntenant = \"aphp\"\ntitle = \"Extension\"\nfrom = 2026-11-01\n\n\
         [[contract.line]]\ncode = \"baies\"\nservice = \"space\"\ndesignation = {{ fr = \"Baies\", en = \"Racks\" }}\n\
         tariff = \"baie\"\nquantity = 2\n\n\
         [[contract.line]]\ncode = \"energie\"\nservice = \"power\"\n\
         designation = {{ fr = \"Énergie\", en = \"Energy\" }}\ntariff = \"energie\"\nmeasure = \"energy\"\n\n\
         [[contract.line.assignment]]\nmeter = \"LIBRE\"\n"
    )
}

/// Read hourly from the month's first hour until eight in the morning of the 3rd, an hour ago.
fn read_in_november(site: &Site) {
    let first: chrono::DateTime<chrono::Utc> = "2026-10-31T23:00:00Z".parse().unwrap();
    let row = |hour: i64| {
        // The first stands in place of the one every meter has where October ends.
        let why = if hour == 0 { "index de pose" } else { "" };
        format!("LIBRE,{:?},{},{why}\n", first + chrono::Duration::hours(hour), hour * 20)
    };
    let rows: String = (0..=56).map(row).collect();
    let file = site.world.file("november.csv", &format!("meter,at,value,correction\n{rows}"));
    site.world.ok(&["readings", "import", file.to_str().unwrap()]);
}

#[actix_web::test]
async fn the_running_month_is_estimated_to_the_cent() {
    for engine in ENGINES {
        let site = Site::with_book(engine, with_a_running_contract);
        read_in_november(&site);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let page = server.page("/billing/2026-11", &cookie).await.text();
        let row = page.split("NOV-2026</a>").nth(1).unwrap_or_else(|| panic!("{page}")).split("</tr>").next().unwrap();
        // Two racks of 1200.00; two days are over, 48 × 20 kWh at 0.145. The month has 720 hours, 14 400 kWh: the first
        // 5 000 at 0.145, the rest at 0.1325.
        let (known, whole) = (240_000 + 960 * 145 / 10, 240_000 + 5_000 * 145 / 10 + 9_400 * 1_325 / 100);
        let shown = |cents: i64| format!("{}\u{202f}{:03},{:02}", cents / 100_000, cents / 100 % 1_000, cents % 100);
        for amount in [known, whole] {
            assert!(row.contains(&format!(">{}</td>", shown(amount))), "{engine:?} {}: {row}", shown(amount));
        }
        assert!(row.contains("mois en cours") && !row.contains("serait bloquée"), "{engine:?} {row}");
        assert!(words(&page).contains("Situation au 03/11/2026 09:00."), "{engine:?} {}", words(&page));
        // As a file, with its gross.
        let csv = server.page("/billing/2026-11/plan.csv", &cookie).await.text();
        let line = csv.lines().find(|line| line.starts_with("NOV-2026;")).unwrap_or_else(|| panic!("{csv}"));
        let plain = |cents: i64| format!("{},{:02}", cents / 100, cents % 100);
        for amount in [known, whole, whole * 120 / 100] {
            assert!(line.contains(&format!(";{};", plain(amount))), "{engine:?} {}: {line}", plain(amount));
        }
    }
}

/// Readings alone are counted once a minute; whatever else happens is counted at once.
#[actix_web::test]
async fn the_running_month_is_looked_at_again_once_a_minute_or_where_something_else_happened() {
    let site = Site::with_book(Engine::Sqlite, with_a_running_contract);
    read_in_november(&site);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let known = async || {
        let page = server.page("/billing/2026-11", &cookie).await.text();
        let row = page.split("NOV-2026</a>").nth(1).unwrap().split("</tr>").next().unwrap().to_owned();
        words(&row)
    };
    let before = known().await;
    let file = site.world.file("late.csv", "meter,at,value,correction\nLIBRE,2026-11-02T23:00:00Z,970,lu sur place\n");
    site.world.ok(&["readings", "import", file.to_str().unwrap()]);
    assert_ne!(known().await, before, "a correction is more than a reading");
    let corrected = known().await;
    let file = site.world.file("more.csv", "meter,at,value\nLIBRE,2026-11-03T08:00:00Z,1150\n");
    site.world.ok(&["readings", "import", file.to_str().unwrap()]);
    assert_eq!(known().await, corrected, "the minute is not over");
    pass(61);
    assert_ne!(known().await, corrected);
}

#[actix_web::test]
async fn only_who_bills_may_start_a_run() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let plan = server.page("/billing/2026-10", &auditor).await;
    assert_eq!(plan.status.as_u16(), 200);
    assert!(!plan.text().contains("/billing/2026-10/issue"), "an auditor only reads");
    assert_eq!(server.page("/billing/2026-10/issue", &auditor).await.status.as_u16(), 403);
    let token = token(&plan.text());
    let refused = post(&server, "/billing/2026-10/run", &auditor, &[("form_token", &token), ("issue", "1")]).await;
    assert_eq!(refused.status.as_u16(), 403);
    assert_eq!(server.page("/billing", &server.sign_in(Role::Tenant).await).await.status.as_u16(), 403);
}

#[actix_web::test]
async fn a_notice_is_shown_and_sent_again() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let path = format!("/invoices/{}/mail", site.number_of("aphp"));
    let page = server.page(&path, &cookie).await.text();
    assert!(page.contains("en attente") && page.contains(&format!("src=\"{path}/body\"")), "{page}");
    let body = server.page(&format!("{path}/body"), &cookie).await;
    let policy = body.header("content-security-policy");
    assert!(policy.contains("sandbox") && policy.contains("'sha256-") && !policy.contains("unsafe-inline"), "{policy}");
    let store = &site.shared.store;
    let all = chapelle::storage::outbox::list(&mut store.connection().unwrap(), None).unwrap();
    for notice in &all {
        chapelle::storage::outbox::mark_sent(&mut store.connection().unwrap(), notice.id, crate::site::now()).unwrap();
    }
    let sent = post(&server, &path, &cookie, &[("form_token", &token(&page))]).await;
    assert_eq!(sent.header("location"), path);
    let told = sent.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = server.page(&path, &format!("{cookie}; {told}")).await;
    assert!(page.text().contains("Courriels mis en file d’envoi"), "{}", page.text());
    assert!(page.header("set-cookie").starts_with("chapelle-done=;"), "told once");
    let now = chapelle::storage::outbox::list(&mut store.connection().unwrap(), None).unwrap();
    assert!(now.len() > all.len());
}
