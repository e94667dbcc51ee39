//! What cannot be understood: always a problem document, always the right 4xx.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chapelle::domain::access::Role;

use crate::common::Engine;
use crate::site::{Server, Site};

#[actix_web::test]
async fn bad_queries_name_the_key_and_what_is_expected() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    for (path, names) in [
        ("/api/v1/invoices?month=2026-13", "month=2026-13"),
        ("/api/v1/invoices?status=lost", "status=lost"),
        ("/api/v1/invoices?page=-1", "page=-1"),
        ("/api/v1/invoices?mnth=2026-10", "mnth"),
        ("/api/v1/amortisation?as_of=2026-02-30", "as_of=2026-02-30"),
        ("/api/v1/amortisation?format=doc", "format=doc"),
        ("/api/v1/journal?journal=XX", "journal=XX"),
    ] {
        let answer = server.get_with(path, &token).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (400, "application/problem+json"),
            "{path}"
        );
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(names), "{path}: {detail}");
    }
}

#[actix_web::test]
async fn tokens_that_are_none_are_refused() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    for header in ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "bearer null"] {
        let request = TestRequest::get().uri("/api/v1/tenants").insert_header(("authorization", header));
        let answer = server.call(request).await;
        assert_eq!((answer.status.as_u16(), answer.json()["status"].as_u64()), (401, Some(401)), "{header:?}");
    }
}

#[actix_web::test]
async fn bodies_of_the_wrong_kind_are_told() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Operator).await;
    let post = |path: &str, kind: &str, body: &'static str| {
        let request = TestRequest::post().uri(path).insert_header(("content-type", kind.to_owned())).set_payload(body);
        server.call(request.insert_header(("authorization", format!("Bearer {token}"))))
    };
    for (path, kind, body, status) in [
        ("/api/v1/readings", "text/csv", "meter,at,value", 415),
        ("/api/v1/readings/imports", "multipart/form-data; boundary=x", "--x--", 415),
        ("/api/v1/readings/imports", "application/json", "[]", 415),
        ("/api/v1/readings/imports", "text/csv", "", 422),
        ("/api/v1/readings", "application/json", "{}", 422),
        ("/api/v1/readings", "application/json", "[", 400),
        ("/api/v1/readings", "application/x-ndjson", "", 400),
        ("/api/v1/token", "application/json", "{", 400),
        ("/api/v1/token", "application/json", "{\"email\":\"a\"}", 400),
        ("/api/v1/token", "application/json", "{\"email\":\"a\",\"password\":\"b\",\"pasword\":\"b\"}", 400),
        ("/api/v1/token", "text/plain", "a", 415),
    ] {
        let answer = post(path, kind, body).await;
        let kind_of_answer = answer.header("content-type").to_owned();
        assert_eq!(
            (answer.status.as_u16(), kind_of_answer.as_str()),
            (status, "application/problem+json"),
            "{path} {kind} {body}"
        );
    }
}

#[actix_web::test]
async fn unknown_paths_and_methods_are_told_apart() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let unknown = server.get("/api/v1/nothing").await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.json()["type"].as_str()),
        (404, Some("urn:chapelle:problem:not-found"))
    );
    let wrong = server.call(TestRequest::default().method(Method::DELETE).uri("/api/v1/readings")).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow")), (405, "POST"));
    let browser = server.call(TestRequest::get().uri("/nothing").insert_header(("accept", "text/html"))).await;
    assert_eq!(browser.status.as_u16(), 404);
    assert!(browser.text().contains("Page introuvable"));
}

#[actix_web::test]
async fn a_body_that_says_it_is_something_else_is_not_guessed_at() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let finance = server.token(Role::Finance).await;
    let send = |path: &'static str, kind: Option<&'static str>, body: String| {
        let request = TestRequest::post().uri(path).set_payload(body);
        let request = request.insert_header(("authorization", format!("Bearer {finance}")));
        server.call(match kind {
            Some(kind) => request.insert_header(("content-type", kind)),
            None => request,
        })
    };
    let payment = format!(r#"{{"invoice":"{}","received_on":"2026-11-03","amount":"1.00"}}"#, site.number_of("aphp"));
    for kind in [Some("text/csv"), Some("application/xml"), Some("application/x-ndjson"), None] {
        for path in ["/api/v1/payments", "/api/v1/tariffs"] {
            let refused = send(path, kind, payment.clone()).await;
            assert_eq!(refused.status.as_u16(), 415, "{path} {kind:?}: {}", refused.text());
        }
    }
    let taken = send("/api/v1/payments", Some("application/json; charset=utf-8"), payment.clone()).await;
    assert_eq!(taken.status.as_u16(), 201, "{}", taken.text());
    // As large as any other body that is asked for as JSON, and told by its own limit.
    let padded = format!("{}{}", payment, " ".repeat(64 * 1024));
    let large = send("/api/v1/payments", Some("application/json"), padded).await;
    assert_eq!(large.status.as_u16(), 413);
    assert!(large.json()["detail"].as_str().unwrap().contains("65536"), "{}", large.text());
    // What is not read is not passed over.
    let archive = "/api/v1/reports/plan/archive";
    let body = r#"{"as_of":"2026-06-30"}"#.to_owned();
    assert_eq!(send(archive, Some("application/json"), body).await.status.as_u16(), 400);
    assert_eq!(send(archive, None, String::new()).await.status.as_u16(), 201);
}
