//! Lists of a large centre: tenants, contracts, a month's plan and a run's contracts, searched, ordered and in pages.

use chapelle::app::import_book;
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use diesel::RunQueryDsl;
use serde_json::json;

use crate::billing::{ended, post, token};
use crate::common::{ENGINES, Engine, small_book_path};
use crate::plant::words;
use crate::site::{Server, Site, now, pass};

/// Tenants beside those of the small book, each with a contract from October 2026 on.
const MORE: usize = 60;
/// So many of them, from the first, lack what their structure requires: their month is blocked.
const BLOCKED: usize = 52;

/// A SIRET of one body's `number`th establishment, with its check digit (Luhn).
fn siret(number: usize) -> String {
    let digits = format!("267500452{number:04}");
    let doubled = |(place, digit): (usize, u32)| match place % 2 {
        0 => digit * 2 / 10 + digit * 2 % 10,
        _ => digit,
    };
    let sum: u32 = digits.chars().rev().map(|digit| digit.to_digit(10).unwrap()).enumerate().map(doubled).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn tenant(number: usize, requires: &str) -> String {
    format!(
        "[[tenant]]\ncode = \"t-{number:02}\"\nname = \"Établissement {number:02}\"\nsiret = \"{}\"\n\
         payment_term_class = \"local-authority\"\nchorus_requires = \"{requires}\"\n\n\
         [tenant.address]\nlines = [\"Rue {number}\"]\npostcode = \"75001\"\ncity = \"Paris\"\n\n\
         [[tenant.contact]]\nname = \"Service\"\nemail = \"t{number}@example.org\"\n\n",
        siret(number)
    )
}

fn contract(number: usize) -> String {
    format!(
        "[[contract]]\ncode = \"C-{number:02}\"\ntenant = \"t-{number:02}\"\ntitle = \"Baies {number:02}\"\n\
         from = 2026-10-01\n\n[[contract.line]]\ncode = \"baies\"\nservice = \"space\"\n\
         designation = {{ fr = \"Baies\", en = \"Racks\" }}\ntariff = \"baie\"\nquantity = {number}\n\n"
    )
}

/// The small book with many tenants more, the first `blocked` of which cannot be billed.
fn larger(book: &str, blocked: usize) -> String {
    let tenants: String = (1..=MORE).map(|one| tenant(one, if one <= blocked { "service" } else { "none" })).collect();
    let contracts: String = (1..=MORE).map(contract).collect();
    book.replacen("[[price_index]]", &format!("{tenants}[[price_index]]"), 1).replacen(
        "[[asset]]",
        &format!("{contracts}[[asset]]"),
        1,
    )
}

fn large_site(engine: Engine) -> Site {
    Site::with_book(engine, |book| larger(&book, BLOCKED))
}

/// How often `part` stands in `page`.
fn times(page: &str, part: &str) -> usize {
    page.matches(part).count()
}

#[actix_web::test]
async fn tenants_and_contracts_come_in_pages() {
    let site = large_site(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    for (path, total, row) in [("/tenants", 63, "href=\"/tenants/"), ("/contracts", 63, "href=\"/contracts/")] {
        let first = server.page(path, &finance).await.text();
        let told = words(&first);
        assert!(told.contains(&format!(": {total}")) && told.contains("Page 1 sur 2"), "{path}: {told}");
        // One more is the button that makes a new one.
        assert_eq!(times(&first, row), 51, "{path}");
        assert!(first.contains(&format!("href=\"{path}?page=2\"")), "{path}: the next page");
        let last = server.page(&format!("{path}?page=9"), &finance).await.text();
        assert_eq!(times(&last, row), 14, "{path}: a page beyond the last is the last");
        assert_eq!(server.page(&format!("{path}?page=x"), &finance).await.status.as_u16(), 400);
        let none = words(&server.page(&format!("{path}?q=personne"), &finance).await.text());
        assert!(none.contains("ne correspond") && none.contains("Tout afficher"), "{path}: {none}");
    }
    let tariffs = words(&server.page("/tariffs?q=energie", &finance).await.text());
    assert!(tariffs.contains("Tarifs : 1") && !tariffs.contains("Stockage"), "{tariffs}");
}

#[actix_web::test]
async fn lists_are_searched_and_ordered_and_keep_it_in_their_addresses() {
    let site = large_site(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    // Without accents, and a SIRET in groups as people copy it.
    let page = server.page("/tenants?q=etablissement&sort=-name", &finance).await.text();
    assert!(words(&page).contains("Hébergés : 60"), "{}", words(&page));
    assert!(page.find("Établissement 60").unwrap() < page.find("Établissement 59").unwrap());
    assert!(page.contains("href=\"/tenants?q=etablissement&#38;sort=-name&#38;page=2\""), "{page}");
    assert!(page.contains("aria-sort=\"descending\""));
    let (number, grouped) = (siret(7), format!("{} {}", &siret(7)[..9], &siret(7)[9..]));
    let one = words(&server.page(&format!("/tenants?q={}", grouped.replace(' ', "%20")), &finance).await.text());
    assert!(one.contains(&number) && one.contains("Hébergés : 1"), "{one}");
    for query in ["q=C-07", "q=baies%2007", "q=t-07", "q=etablissement%2007"] {
        let found = words(&server.page(&format!("/contracts?{query}"), &finance).await.text());
        assert!(found.contains("C-07") && found.contains("Conventions : 1"), "{query}: {found}");
    }
    narrowed_to_a_tenant_and_a_tariff(&server, &finance).await;
    let by_end = words(&server.page("/contracts?sort=end", &finance).await.text());
    assert!(by_end.find("AP-2026").unwrap() < by_end.find("C-01").unwrap(), "what ends comes before what does not");
    let csv = server.page("/contracts.csv?q=C-0&sort=-code&page=2", &finance).await;
    assert!(csv.header("content-disposition").contains("conventions-2026-11-03.csv"), "{:?}", csv.headers);
    let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
    assert!(lines.len() == 10 && lines[1].starts_with("C-09;") && lines[9].starts_with("C-01;"), "{lines:?}");
    let csv = server.page("/tenants.csv", &finance).await.text();
    assert!(csv.lines().count() == 64 && csv.contains("AP-2026"), "{csv}");
    assert_eq!(&server.page("/tenants.xlsx", &finance).await.body[..2], b"PK");
    let tenant = server.sign_in(Role::Tenant).await;
    let own = server.page("/contracts.csv", &tenant).await.text();
    assert!(own.lines().count() == 2 && own.contains("AP-2026"), "their own only: {own}");
    let own = server.page("/tenants.csv", &tenant).await.text();
    assert!(own.lines().count() == 2 && own.contains(";26750045200011;"), "themselves only: {own}");
}

/// By code, not by what looks like it; the search, the order, the pages and the files keep to it.
async fn narrowed_to_a_tenant_and_a_tariff(server: &Server, finance: &str) {
    let page = server.page("/contracts?tenant=t-07&tariff=baie&sort=-code", finance).await.text();
    let shown = words(&page);
    assert!(shown.contains("Conventions : 1") && shown.contains("C-07"), "{shown}");
    assert!(shown.contains("Hébergé : Établissement 07") && shown.contains("Tarif : baie"), "{shown}");
    assert!(page.contains("<input type=\"hidden\" name=\"tenant\" value=\"t-07\">"), "{page}");
    for address in ["/contracts?tariff=baie&#38;sort=-code", "/contracts?tenant=t-07&#38;sort=-code"] {
        assert!(page.contains(&format!("href=\"{address}\"")), "{address} takes a filter away: {page}");
    }
    assert!(page.contains("href=\"/contracts.csv?tenant=t-07&#38;tariff=baie&#38;sort=-code\""), "{page}");
    for other in ["tenant=t-0", "tenant=T-07", "tariff=bai", "tenant=t-07&tariff=energie", "tenant=t-07&q=C-08"] {
        let none = words(&server.page(&format!("/contracts?{other}"), finance).await.text());
        assert!(none.contains("ne correspond") && none.contains("Retirer ce filtre"), "{other}: {none}");
    }
    let many = server.page("/contracts?tariff=baie", finance).await.text();
    assert!(many.contains("href=\"/contracts?tariff=baie&#38;page=2\""), "{many}");
    let csv = server.page("/contracts.csv?tenant=t-07", finance).await.text();
    assert!(csv.lines().count() == 2 && csv.contains("C-07;"), "{csv}");
    let tenant = server.sign_in(Role::Tenant).await;
    let others = words(&server.page("/contracts?tenant=t-07", &tenant).await.text());
    assert!(others.contains("ne correspond") && !others.contains("Établissement"), "{others}");
}

#[actix_web::test]
async fn a_plan_shows_what_needs_a_look_first() {
    for engine in ENGINES {
        let site = large_site(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let row = "<th scope=\"row\" class=\"wide\">";
        let all = server.page("/billing/2026-10", &finance).await.text();
        let told = words(&all);
        assert_eq!(times(&all, row), 50, "{engine:?}");
        for expected in ["Toutes 63", "Bloquées 52", "Avec un problème", "Page 1 sur 2"] {
            assert!(told.contains(expected), "{engine:?} {expected}: {told}");
        }
        assert_eq!(times(&told, "Page 1 sur 2"), 2, "the problems are in pages too");
        let blocked = server.page("/billing/2026-10?only=blocked&page=2", &finance).await.text();
        assert_eq!(times(&blocked, row), 2, "{engine:?}");
        assert!(blocked.contains("C-52") && !blocked.contains("EDP-2026"), "{engine:?}: {}", words(&blocked));
        let dearest = server.page("/billing/2026-10?sort=-net", &finance).await.text();
        let rows: Vec<&str> = dearest.split(row).skip(1).collect();
        assert!(rows[0].contains("C-60") && rows[1].contains("C-59"), "{engine:?}: {}", words(rows[0]));
        let far = server.page("/billing/2026-10?sort=-deviation", &finance).await.text();
        let first = far.split(row).nth(1).unwrap();
        assert!(first.contains("EDP-2026") || first.contains("AP-2026"), "{engine:?}: {}", words(first));
        let second = server.page("/billing/2026-10?problems=2", &finance).await.text();
        assert!(words(&second).contains("Page 2 sur 2"), "{engine:?}");
    }
}

/// The contracts that a page offers to do again.
fn offered(page: &str) -> usize {
    times(page, "<input type=\"hidden\" name=\"contract\"")
}

#[actix_web::test]
async fn a_run_offers_again_what_is_still_to_be_done() {
    for engine in ENGINES {
        let site = large_site(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let plan = server.page("/billing/2026-10", &finance).await.text();
        let token = token(&plan);
        let start = async |contracts: &[String]| {
            let mut fields = vec![("form_token", token.as_str()), ("issue", "1")];
            fields.extend(contracts.iter().map(|code| ("contract", code.as_str())));
            let started = post(&server, "/billing/2026-10/run", &finance, &fields).await;
            let run = started.header("location").to_owned();
            (ended(&server, &run, &finance).await, run)
        };
        let codes: Vec<String> = (1..=BLOCKED + 1).map(|number| format!("C-{number:02}")).collect();
        let (page, large) = start(&codes).await;
        let row = "<th scope=\"row\" class=\"code\">";
        assert_eq!((times(&page, row), offered(&page)), (50, BLOCKED), "{engine:?}: {}", words(&page));
        assert!(page.contains("href=\"/contracts/C-01\"") && !page.contains("C-53<"), "failures first: {page}");
        let rest = server.page(&format!("{large}?page=2"), &finance).await.text();
        assert!(times(&rest, row) == 3 && rest.contains("C-53<"), "{engine:?}: {}", words(&rest));
        let (page, small) = start(&codes[..1]).await;
        assert_eq!(offered(&page), 1, "{engine:?}");

        // What was missing is not required any more, and the first of them is billed.
        let store = site.shared.store.clone();
        let mended = move || {
            let text = larger(&std::fs::read_to_string(small_book_path()).unwrap(), 0);
            let book = import_book::read(text.as_bytes(), "book.toml").unwrap();
            import_book::import(&store, &book, &Actor::new("test", None), now()).unwrap();
        };
        std::thread::spawn(mended).join().unwrap();
        let (page, _) = start(&codes[..1]).await;
        assert_eq!(offered(&page), 0, "{engine:?}: {}", words(&page));
        let small_page = server.page(&small, &finance).await.text();
        assert!(!small_page.contains("Reprendre"), "{engine:?}: nothing is left of it: {}", words(&small_page));
        assert!(small_page.contains("href=\"/invoices/DC2026"), "{engine:?}: where it was billed since");
        let large_page = server.page(&large, &finance).await.text();
        assert_eq!(offered(&large_page), BLOCKED - 1, "{engine:?}");
        let retry = format!("/api/v1{small}/retry");
        let refused = server.api("POST", &retry, &server.token(Role::Finance).await, None).await;
        assert_eq!(refused.status.as_u16(), 422, "{engine:?}: {}", refused.text());
    }
}

#[actix_web::test]
async fn a_failure_leads_to_the_meter_it_is_about() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let token = token(&server.page("/billing/2026-08", &finance).await.text());
    // Readings begin in September.
    let fields = [("form_token", token.as_str()), ("issue", "0"), ("contract", "AP-2026")];
    let started = post(&server, "/billing/2026-08/run", &finance, &fields).await;
    let page = ended(&server, started.header("location"), &finance).await;
    assert!(page.contains("href=\"/contracts/AP-2026\"") && page.contains("href=\"/meters/A01-"), "{page}");
}

/// Lists that are short, and those who watch over the centre take away as well.
#[actix_web::test]
async fn people_mails_reports_periods_and_samples_are_taken_away_too() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    for (role, list, query, holds) in [
        (Role::Admin, "/users", "?role=finance", ";finance@example.org;"),
        (Role::Finance, "/notices", "", ";Destinataire;Relance;"),
        (Role::Auditor, "/reports", "", ";SHA-256"),
        (Role::Auditor, "/journal/periods", "", "\r\n2026-09;"),
        (Role::Auditor, "/audit/sample", "?seed=2026&size=2", ";DC2026"),
    ] {
        let cookie = server.sign_in(role).await;
        for (ending, begins) in [("pdf", "%PDF-"), ("xlsx", "PK"), ("csv", "\u{feff}")] {
            let file = server.page(&format!("{list}.{ending}{query}"), &cookie).await;
            assert_eq!(file.status.as_u16(), 200, "{list}.{ending}: {}", file.text());
            assert!(file.body.starts_with(begins.as_bytes()), "{list}.{ending}");
            assert!(file.header("content-disposition").contains(&format!(".{ending}\"")), "{list}.{ending}");
        }
        let csv = server.page(&format!("{list}.csv{query}"), &cookie).await.text();
        assert!(csv.contains(holds), "{list}: {csv}");
        let page = server.page(&format!("{list}{query}"), &cookie).await.text();
        let is_empty = ["/notices", "/reports"].contains(&list);
        assert_eq!(page.contains(&format!("href=\"{list}.xlsx")), !is_empty, "{list}: {page}");
    }
    let admin = server.sign_in(Role::Admin).await;
    let users = server.page("/users.csv?role=finance", &admin).await.text();
    assert!(!users.contains("auditor@example.org"), "as the list is filtered: {users}");
    let auditor = server.sign_in(Role::Auditor).await;
    assert_eq!(
        server.page("/audit/sample.csv", &auditor).await.status.as_u16(),
        404,
        "nothing is drawn without a seed"
    );
}

#[actix_web::test]
async fn every_list_is_taken_away_as_pdf_workbook_and_csv() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    // Long enough for something to be late.
    pass(100 * 24 * 3600);
    let finance = server.sign_in(Role::Finance).await;
    let figure = json!({ "figures": [{ "month": "2026-09", "kind": "energy", "label": "Voie A", "amount": "31250.40",
        "source": "Facture 118" }] });
    let token = server.token(Role::Finance).await;
    assert!(server.api("POST", "/api/v1/payback/figures", &token, Some(figure)).await.status.is_success());
    let number = site.number_of("aphp");
    let payment = json!({ "invoice": number, "received_on": "2026-11-03", "amount": "1.00", "reference": "VIR 7" });
    assert!(server.api("POST", "/api/v1/payments", &token, Some(payment)).await.status.is_success());
    let lists = [
        "/tenants".to_owned(),
        "/contracts".to_owned(),
        "/tariffs".to_owned(),
        "/invoices/list".to_owned(),
        format!("/invoices/{number}/lines"),
        "/payments/list".to_owned(),
        "/billing/2026-10/plan".to_owned(),
        "/dunning/list".to_owned(),
        "/payback/figures".to_owned(),
        "/alarms".to_owned(),
        "/racks".to_owned(),
        "/meters".to_owned(),
        "/usage".to_owned(),
    ];
    let auditor = server.sign_in(Role::Auditor).await;
    for list in &lists {
        for (ending, media_type, begins) in [
            ("pdf", "application/pdf", "%PDF-"),
            ("xlsx", "application/vnd.openxml", "PK"),
            ("csv", "text/csv", "\u{feff}"),
        ] {
            let file = server.page(&format!("{list}.{ending}"), &auditor).await;
            assert_eq!(file.status.as_u16(), 200, "{list}.{ending}");
            assert!(file.header("content-type").starts_with(media_type), "{list}.{ending}");
            assert!(file.header("content-disposition").contains(&format!(".{ending}\"")), "{list}.{ending}");
            assert!(file.body.starts_with(begins.as_bytes()), "{list}.{ending}");
        }
        assert_eq!(server.page(&format!("{list}.doc"), &auditor).await.status.as_u16(), 404, "{list}");
        let page = list.trim_end_matches("/list").trim_end_matches("/lines").trim_end_matches("/plan");
        let page = server.page(page, &auditor).await.text();
        assert!(page.contains(&format!("{list}.pdf")) && page.contains(&format!("{list}.csv")), "{list}: {page}");
    }
    let csv = server.page("/invoices/list.csv?month=2026-09&column=due&column=gross", &finance).await.text();
    assert!(
        csv.lines().next().unwrap().ends_with("Échéance;Échéance de;Montant TTC") && !csv.contains("Total"),
        "{csv}"
    );
    assert!(csv.lines().nth(1).unwrap().contains(";facture;"), "what is due: {csv}");
    let tariffs = server.page("/tariffs.csv?q=energie", &finance).await.text();
    assert!(tariffs.starts_with("\u{feff}Code;Nom;Unité;") && tariffs.contains("\r\nenergie;"), "{tariffs}");
    assert!(!tariffs.contains("\r\nbaie;"), "what is searched for: {tariffs}");
    let figures = server.page("/payback/figures.csv", &finance).await.text();
    assert!(figures.contains("2026-09;") && figures.contains(";Voie A;;;31250,40;Facture 118;"), "{figures}");
    let lines = server.page(&format!("/invoices/{number}/lines.csv"), &finance).await.text();
    let net: i64 = lines
        .lines()
        .skip(1)
        .map(|line| line.split(';').nth(10).unwrap().replace(',', "").parse::<i64>().unwrap())
        .sum();
    let document = server.api("GET", &format!("/api/v1/invoices/{number}"), &token, None).await.json();
    assert_eq!(document["net"].as_str().unwrap().replace('.', ""), net.to_string(), "{lines}");
    let other = server.sign_in(Role::Tenant).await;
    let foreign = format!("/invoices/{}/lines.csv", site.number_of("eau-de-paris"));
    assert_eq!(server.page(&foreign, &other).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn invoices_are_found_by_what_they_are_routed_by() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let (own, other) = (site.number_of("aphp"), site.number_of("eau-de-paris"));
        for wanted in ["4500123456", "2025-dc-001", "dsi-heb"] {
            let page = server.page(&format!("/invoices?status=issued&q={wanted}"), &cookie).await.text();
            let found = |number: &str| page.contains(&format!("href=\"/invoices/{number}\""));
            assert!(found(&own) && !found(&other), "{engine:?} {wanted}: {page}");
        }
        // A part of the number finds it, however it is written; what only looks like one finds nothing.
        for (wanted, is_found) in [(own.to_lowercase(), true), (own[2..].to_owned(), true), (format!("{own}0"), false)]
        {
            let page = server.page(&format!("/invoices?status=issued&q={wanted}"), &cookie).await.text();
            assert_eq!(page.contains(&format!("href=\"/invoices/{own}\"")), is_found, "{engine:?} {wanted}: {page}");
        }
        // What was issued stays found by what it was issued with; only drafts go with the contract.
        let text = std::fs::read_to_string(small_book_path()).unwrap().replace("4500123456", "4600999999");
        let book = import_book::read(text.as_bytes(), "book.toml").unwrap();
        let store = site.shared.store.clone();
        let import = move || import_book::import(&store, &book, &Actor::new("test", None), now()).unwrap();
        std::thread::spawn(import).join().unwrap();
        for (wanted, issued, drafted) in [("4500123456", true, false), ("4600999999", false, true)] {
            let listed = server.page(&format!("/invoices?status=issued&q={wanted}"), &cookie).await.text();
            assert_eq!(listed.contains(&format!("href=\"/invoices/{own}\"")), issued, "{engine:?} {wanted}: {listed}");
            let drafts = server.page(&format!("/invoices?status=draft&q={wanted}"), &cookie).await.text();
            let contract = site.contract_of("aphp");
            assert_eq!(drafts.contains(&format!("drafts/{contract}\"")), drafted, "{engine:?} {wanted}: {drafts}");
        }
    }
}

#[actix_web::test]
async fn a_check_that_fails_is_told_on_home_until_one_succeeds() {
    for engine in ENGINES {
        let site = large_site(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let rename = |from: &str, to: &str| {
            let connection = &mut *site.shared.store.connection().unwrap();
            diesel::sql_query(format!("ALTER TABLE {from} RENAME TO {to}")).execute(connection).unwrap();
        };
        rename("manual_line", "manual_line_away");
        let home = server.page("/", &finance).await.text();
        for card in ["Campagne d’octobre", "Mois en cours", "Retour sur investissement"] {
            let told = home.split(&format!("<h3>{card}")).nth(1).unwrap_or_else(|| panic!("{engine:?} {card}: {home}"));
            let told = words(told.split("</li>\n<li class=\"card").next().unwrap());
            assert!(told.contains("La vérification a échoué. Rechargez la page"), "{engine:?} {card}: {told}");
        }
        assert!(!home.contains("La vérification des relevés est en cours"), "{engine:?} it has ended: {home}");
        // While it is tried again, however long that takes, it has not failed.
        assert!(site.shared.begin_check());
        let home = words(&server.page("/", &finance).await.text());
        assert!(home.contains("La vérification des relevés est en cours"), "{engine:?} {home}");
        assert!(!home.contains("La vérification a échoué"), "{engine:?} {home}");
        site.shared.end_check(None);
        rename("manual_line_away", "manual_line");
        // What only the running month rests on is not there once; the rest is told, and the next page tries again.
        rename("management_figure", "management_figure_away");
        let home = words(&server.page("/", &finance).await.text());
        assert!(
            home.contains("Problèmes bloquants : ") && home.contains("La vérification a échoué"),
            "{engine:?} {home}"
        );
        rename("management_figure_away", "management_figure");
        let home = words(&server.page("/", &finance).await.text());
        assert!(home.contains("Problèmes bloquants : ") && !home.contains("a échoué"), "{engine:?} {home}");
    }
}

/// What a telephone has no head for can be sorted by from a link beside the list.
#[actix_web::test]
async fn every_head_that_gives_way_is_sorted_by_elsewhere() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    for (path, least) in [("/invoices", 4), ("/meters", 2), ("/tariffs", 2), ("/contracts", 3), ("/tenants", 1)] {
        let page = server.page(path, &finance).await.text();
        let spare = |head: &&str| head.split('>').next().unwrap().contains("spare");
        let heads = page.split("<th scope=\"col\"").skip(1).filter(spare);
        let sorted = heads.filter_map(|head| head.split("</th>").next()?.split("href=\"").nth(1)?.split('"').next());
        let sorted: Vec<&str> = sorted.collect();
        assert!(sorted.len() >= least, "{path}: {sorted:?}");
        let beside = page.split("<p class=\"links sorts\">").nth(1).unwrap().split("</p>").next().unwrap();
        for address in sorted {
            assert!(beside.contains(&format!("href=\"{address}\"")), "{path}: {address} is not in {beside}");
        }
    }
    let page = server.page("/contracts?sort=-title", &finance).await.text();
    let beside = page.split("<p class=\"links sorts\">").nth(1).unwrap().split("</p>").next().unwrap();
    assert!(beside.contains("class=\"descending\" aria-current=\"true\">"), "{beside}");
}

#[actix_web::test]
async fn contracts_of_a_tenant_name_it_even_where_none_is_found() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let told = words(&server.page("/contracts?tenant=aphp&q=personne", &finance).await.text());
    let name = words(&server.page("/tenants/aphp", &finance).await.text());
    let name = name.split(" – ").next().unwrap().trim();
    assert!(told.contains(&format!(": {name}")), "{name}: {told}");
}
