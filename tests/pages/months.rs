//! Months that have not begun, that problems block or that nobody billed: pages say what is known of them and no more.

use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::plant::words;
use crate::site::{Server, Site};

#[actix_web::test]
async fn a_month_to_come_is_not_called_out_of_service() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let operator = server.sign_in(Role::Operator).await;
    for path in ["/meters?month=2027-02", "/meters/A01-EA?month=2027-02"] {
        let page = words(&server.page(path, &operator).await.text());
        assert!(page.contains("à venir") && !page.contains("hors service"), "{page}");
    }
    let before = words(&server.page("/meters?month=2020-01", &operator).await.text());
    assert!(before.contains("hors service") && !before.contains("à venir"), "it was not installed yet: {before}");
}

#[actix_web::test]
async fn an_estimate_of_a_month_to_come_counts_what_is_agreed() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let tenant = server.sign_in(Role::Tenant).await;
    let page = words(&server.page("/usage/estimate?month=2027-02", &tenant).await.text());
    assert!(page.contains("Le mois n’a pas commencé") && page.contains("Total convenu d’avance"), "{page}");
    assert!(!page.contains("Ce qui n’a pas pu être estimé"), "said once, not for each line: {page}");
}

#[actix_web::test]
async fn a_blocked_month_shows_why_and_the_lines_that_wait_for_it() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        // Readings begin in September, and the month before was never billed.
        let plan = server.page("/billing/2026-08", &finance).await.text();
        let draft = format!("/billing/2026-08/drafts/{}", site.contract_of("aphp"));
        assert!(plan.contains(&format!("href=\"{draft}\"")), "{engine:?}: {plan}");
        assert!(words(&plan).contains("juillet 2026 (€) – Écart (€) –"), "nothing was billed: {}", words(&plan));
        let page = server.page(&draft, &finance).await.text();
        assert!(page.contains("bloqué") && page.contains("Aucun brouillon ne peut être préparé"), "{page}");
        let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let added = server
            .send(
                &format!("{draft}/manual"),
                &finance,
                &[
                    ("form_token", &token),
                    ("confirm", "0"),
                    ("fr", "Câblage"),
                    ("service", "other"),
                    ("quantity", "1"),
                    ("unit", "one"),
                    ("price", "90"),
                    ("vat", "0"),
                    ("reason", "commandé en août"),
                ],
            )
            .await;
        assert_eq!((added.status.as_u16(), added.header("location")), (303, draft.as_str()), "{}", added.text());
        let page = server.page(&draft, &finance).await.text();
        assert!(page.contains("Câblage") && page.contains(&format!("{draft}/manual/")), "it can be taken away: {page}");
        let api = server.get_with(&format!("/api/v1{draft}"), &server.token(Role::Finance).await).await;
        assert_eq!(api.status.as_u16(), 409, "{}", api.text());
        assert!(api.text().contains("no draft can be made"), "{}", api.text());
        assert_eq!(server.page("/billing/2026-08/drafts/NOPE", &finance).await.status.as_u16(), 404);
    }
}

#[actix_web::test]
async fn days_in_the_wrong_order_are_told() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    for path in [
        "/audit?from=2026-10-02&to=2026-10-01",
        "/journal?from=2026-10-02&through=2026-10-01",
        "/payments?from=2026-10-02&to=2026-10-01",
    ] {
        let page = server.page(path, &finance).await;
        assert_eq!(page.status.as_u16(), 400, "{path}");
        assert!(
            words(&page.text()).contains("1er octobre 2026 vient avant le 2 octobre 2026"),
            "{path}: {}",
            words(&page.text())
        );
    }
}
