//! What programs send that is no question or cannot be done: told at once, with nothing written.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

async fn post(server: &Server, path: &str, token: &str, key: Option<&str>, body: Value) -> Answer {
    let mut request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    if let Some(key) = key {
        request = request.insert_header(("idempotency-key", key));
    }
    server.call(request.set_json(body)).await
}

fn detail(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text());
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn parameters_out_of_their_range_are_refused() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Admin).await;
    let lists = ["invoices", "payments", "journal", "racks", "meters", "users", "tenants", "contracts", "tariffs"];
    let more = ["assets", "reports", "billing/runs", "billing/2026-10/drafts"];
    for list in lists.into_iter().chain(more) {
        for page in ["0", "-1", "1.5", "x"] {
            let answer = server.get_with(&format!("/api/v1/{list}?page={page}"), &token).await;
            assert_eq!(answer.status.as_u16(), 400, "{list} {page}: {}", answer.text());
            assert_eq!(detail(&answer), format!("page={page} is not a number from 1"), "{list}");
        }
    }
    for (path, says) in [
        ("audit/events?limit=-1", "limit=-1 is not a number from 1 to 1000"),
        ("audit/events?limit=1001", "limit=1001 is not a number from 1 to 1000"),
        ("audit/events?after=-1", "after=-1 is not a number from 0"),
        ("audit/events?from=2026-10-02&through=2026-10-01", "2026-10-01 is before 2026-10-02"),
        ("alarms?days=-1", "days=-1 is not a number of days from 1 to 31"),
        ("alarms?days=32", "days=32 is not a number of days from 1 to 31"),
        ("usage?day=2026-10-01&month=2026-10", "day and month are both given: leave one out"),
        ("journal?from=2026-10-02&through=2026-10-01", "2026-10-01 is before 2026-10-02"),
        ("journal?from=%2B262142-12-31", "from=+262142-12-31 is not a day such as 2026-10-31"),
        ("payments?from=2026-10-02&to=2026-10-01", "2026-10-01 is before 2026-10-02"),
        ("meters?attention=perhaps", "attention=perhaps is not true or false"),
        ("invoices?page=1&page=2", "page is given twice"),
        ("invoices?pages=1", "`pages` is no parameter of this address"),
    ] {
        let answer = server.get_with(&format!("/api/v1/{path}"), &token).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}: {}", answer.text());
        assert!(detail(&answer).contains(says), "{path}: {}", detail(&answer));
    }
}

#[actix_web::test]
async fn a_page_beyond_the_end_is_empty_and_tells_the_total() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Admin).await;
        for (path, rows) in [
            ("invoices", "invoices"),
            ("payments", "payments"),
            ("journal", "entries"),
            ("racks", "racks"),
            ("meters", "meters"),
            ("users", "users"),
            ("billing/2026-10/drafts", "drafts"),
        ] {
            let first = server.get_with(&format!("/api/v1/{path}"), &token).await.json();
            let beyond = server.get_with(&format!("/api/v1/{path}?page=999"), &token).await.json();
            assert_eq!(beyond[rows], json!([]), "{path}");
            assert_eq!((&beyond["page"], &beyond["total"]), (&json!(999), &first["total"]), "{path}");
            let largest = server.get_with(&format!("/api/v1/{path}?page={}", usize::MAX), &token).await;
            assert_eq!(largest.status.as_u16(), 200, "{path}: {}", largest.text());
        }
        for path in ["tenants", "contracts", "tariffs", "assets", "reports"] {
            let first = server.get_with(&format!("/api/v1/{path}"), &token).await;
            let beyond = server.get_with(&format!("/api/v1/{path}?page=999"), &token).await;
            assert_eq!(beyond.json(), json!([]), "{path}");
            assert_eq!(beyond.header("x-total-count"), first.header("x-total-count"), "{path}");
        }
        // A person is shown the last page there is.
        let session = server.sign_in(Role::Finance).await;
        let page = server.page("/invoices?page=999", &session).await;
        assert_eq!(page.status.as_u16(), 200);
        assert!(page.text().contains(&site.number_of("aphp")), "{}", page.text());
    }
}

#[actix_web::test]
async fn a_run_that_could_only_fail_is_refused_at_once() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    for (path, body, says) in [
        ("2026-11", json!({}), "2026-11 ends at 2026-11-30T23:00:00Z and it is"),
        ("2099-12", json!({ "issue": true }), "bill it when it is over, or plan 2026-10 or earlier"),
        ("2026-10", json!({ "contracts": ["NOBODY"] }), "there is no contract `NOBODY`"),
    ] {
        let answer = post(&server, &format!("/api/v1/billing/{path}/runs"), &token, None, body).await;
        assert_eq!(answer.status.as_u16(), 422, "{path}: {}", answer.text());
        assert!(detail(&answer).contains(says), "{path}: {}", detail(&answer));
    }
    assert_eq!(server.get_with("/api/v1/billing/runs", &token).await.json(), json!([]), "nothing began");
}

#[actix_web::test]
async fn texts_days_and_decimals_are_held_to_what_they_are() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let (number, contract) = (site.number_of("aphp"), site.contract_of("aphp"));
    let payment = |received_on: &str, reference: &str| json!({ "invoice": number, "received_on": received_on, "amount": "1.00", "reference": reference });
    for (body, status, says) in [
        (payment("2026-11-03", &"x".repeat(30_000)), 422, "the reference has 30000 characters: shorten it to 140"),
        (payment("2026-11-03", "a\0b"), 422, "the control character U+0000 as its character 2"),
        (payment("2026-02-30", "VIR"), 400, "`2026-02-30` is not a day of the calendar; write year, month and day"),
    ] {
        let answer = post(&server, "/api/v1/payments", &token, None, body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        assert!(detail(&answer).contains(says), "{}", detail(&answer));
    }
    assert_eq!(server.get_with("/api/v1/payments", &token).await.json()["total"], 0, "nothing is written");

    let path = format!("/api/v1/contracts/{contract}/availability");
    let figure =
        |percent: Value, reason: &str| json!({ "line": "x", "month": "2026-09", "percent": percent, "reason": reason });
    for percent in [json!("1e1"), json!("NaN"), json!("99,5"), json!("9_9"), json!(99.5)] {
        let answer = post(&server, &path, &token, None, figure(percent.clone(), "r")).await;
        assert_eq!(answer.status.as_u16(), 400, "{percent}: {}", answer.text());
    }
    let answer = post(&server, &path, &token, None, figure(json!("99.5"), &"x".repeat(501))).await;
    assert_eq!((answer.status.as_u16(), detail(&answer).contains("501 characters")), (422, true), "{}", answer.text());

    let unknown = server.get_with(&format!("/api/v1/invoices?sort={}", "s".repeat(5_000)), &token).await;
    assert!(detail(&unknown).len() < 300, "{}", detail(&unknown));
}

#[actix_web::test]
async fn a_key_used_for_another_request_is_told_without_ours() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let body =
        |amount: &str| json!({ "invoice": site.number_of("aphp"), "received_on": "2026-11-03", "amount": amount });
    let path = "/api/v1/payments";
    let first = post(&server, path, &token, Some("k1"), body("1.00")).await;
    assert_eq!(first.status.as_u16(), 201, "{}", first.text());
    let other = post(&server, path, &token, Some("k1"), body("2.00")).await;
    let said = detail(&other);
    assert_eq!(other.status.as_u16(), 422);
    assert!(said.starts_with("this Idempotency-Key came with another request before"), "{said}");
    assert!(!said.contains("user-") && !said.contains("batch"), "{said}");
}
