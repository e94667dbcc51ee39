//! Figures that lead from one page to another: estimates, contracts under revision, funding, a line's totals.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use chapelle::http::auth::session;

use crate::common::Engine;
use crate::plant::words;
use crate::site::{Server, Site};

fn has(page: &str, expected: &[&str]) {
    for expected in expected {
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[actix_web::test]
async fn an_estimate_adds_up_and_says_how_far_each_line_is_known() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let tenant = server.sign_in(Role::Tenant).await;
    let page = words(&server.page("/usage/estimate?month=2026-10", &tenant).await.text());
    has(&page, &["Connu jusqu’au (inclus)", "mois entier", "31 octobre 2026", "Reste estimé", "Total"]);
}

/// Two days of November are over, and no meter has said anything of it: units in use stand as long as nothing moves.
#[actix_web::test]
async fn an_occupancy_is_known_by_the_clock_whatever_other_meters_say() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let page = server.page("/usage/estimate?tenant=eau-de-paris&month=2026-11", &finance).await.text();
    let row = page.split("<th scope=\"row\">Unités occupées").nth(1).unwrap_or_else(|| panic!("{page}"));
    let row = words(row.split("</tr>").next().unwrap());
    assert!(row.contains("2 novembre 2026") && words(&page).contains("Aucun jour entier encore"), "{row}");
}

#[actix_web::test]
async fn a_contract_shows_its_index_with_numbers_and_the_revision_to_come() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let page = words(&server.page("/contracts/AP-2026", &finance).await.text());
    has(
        &page,
        &[
            "Indice Syntec, base septembre 2023 (306)",
            "aucune révision n’est encore en vigueur",
            "0,15 + 0,85 × 314,5/306 = 1,0236 (Indice Syntec 09/2024 / 09/2023)",
        ],
    );
}

#[actix_web::test]
async fn a_missing_index_value_is_asked_for_in_the_book() {
    let site = Site::with_book(Engine::Sqlite, |book| book.replace("2024-09 = 314.5\n", ""));
    let server = Server::start(&site).await;
    let said = async |role| words(&server.page("/contracts/AP-2026", &server.sign_in(role).await).await.text());
    let wanted = ["septembre 2024, qui manque encore", "[price_index.values]", "« chapelle import »"];
    has(&said(Role::Finance).await, &wanted);
    assert!(!said(Role::Tenant).await.contains("chapelle import"), "it is not the tenant's to give");
}

#[actix_web::test]
async fn quantities_of_prices_have_their_unit() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let contract = words(&server.page("/contracts/AP-2026", &finance).await.text());
    has(&contract, &["engagement de 8 kW par mois", "de 0 à 5 000 kWh", "à partir de 5 000 kWh"]);
    let invoice = format!("/invoices/{}", site.number_of("eau-de-paris"));
    // The line begins in the middle of the month, and its bounds are those of half of it.
    has(&words(&server.page(&invoice, &finance).await.text()), &["tranche de 0 à 2 500 kWh"]);
}

#[actix_web::test]
async fn funding_shows_own_funds_and_the_cost_they_complete() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let page = words(&server.page("/reports/funding?year=2026", &auditor).await.text());
    has(&page, &["Qui a payé", "Subventions", "Emprunts", "Fonds propres", "Part du coût"]);
}

#[actix_web::test]
async fn an_invoice_leads_to_its_contract_and_a_line_to_its_totals() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let address = format!("/invoices/{}", site.number_of("aphp"));
    let invoice = server.page(&address, &finance).await.text();
    assert!(invoice.contains("href=\"/contracts/AP-2026\""), "{invoice}");
    let title = server.page(&format!("{address}/titre.csv"), &finance).await.text();
    assert!(title.contains("septembre") && !title.contains(", 2026-09;"), "{title}");
    assert!(title.contains(";baie;") && !title.contains(";rack;"), "{title}");
    let line = server.page(&format!("{address}/lines/2"), &finance).await.text();
    assert!(line.matches("<tfoot>").count() >= 2, "{line}");
}

/// Sent from a page in `language`, the amount is shown again as it was typed where the reason is refused, and in the other
/// language as the same number.
#[actix_web::test]
async fn a_number_typed_in_the_pages_language_is_shown_again_after_a_refusal() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let token = session::form_token(finance.split_once('=').unwrap().1);
    let refused = async |typed_in: &str, language: &str, price: &str| {
        let token = format!("{token}.{typed_in}");
        let form = [("form_token", token.as_str()), ("service", "other"), ("price", price), ("reason", "")];
        let request = TestRequest::post().uri("/billing/2026-11/drafts/AP-2026/manual").set_form(form);
        let request = request.insert_header(("cookie", finance.as_str())).insert_header(("accept-language", language));
        let answer = server.call(request).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
        let page = answer.text();
        let field = page.split("name=\"price\"").nth(1).unwrap_or_else(|| panic!("{page}"));
        field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(refused("fr", "fr", "1 234,56").await, "1 234,56");
    assert_eq!(refused("fr", "fr", "1,000").await, "1,000");
    assert_eq!(refused("en", "en", "1,000").await, "1,000");
    assert_eq!(refused("en", "fr", "1,000").await, "1000", "a thousand stays one");
    assert_eq!(refused("fr", "en", "1,000").await, "1.000", "and one stays one");
}
