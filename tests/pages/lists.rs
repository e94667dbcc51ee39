//! Lists of a large centre: tenants, contracts and tariffs, searched, ordered and in pages.

use chapelle::domain::access::Role;

use crate::common::Engine;
use crate::plant::words;
use crate::site::{Server, Site};

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
