//! The edges of the interface: what no operation takes, what the description says of faults, and bodies that are broken.

use std::io::Write;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

fn detail(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text());
    answer.json()["detail"].as_str().unwrap().to_owned()
}

async fn send(server: &Server, path: &str, token: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    server.call(request.insert_header(("content-type", kind)).set_payload(body)).await
}

/// Every operation of the description: method, path with something in its places, and what is declared.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let mut found = vec![];
    let of_api = document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/api/"));
    for (path, item) in of_api {
        let path = path.replace("{month}", "2026-10").replace("{report}", "movements").replace("{period}", "2026-09");
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>();
        for (method, operation) in item.as_object().unwrap() {
            if let Ok(method) = method.to_uppercase().parse::<Method>() {
                found.push((method, path.join("/"), operation.clone()));
            }
        }
    }
    found
}

#[actix_web::test]
async fn a_nul_is_refused_on_both_engines() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (token, session) = (server.token(Role::Finance).await, server.sign_in(Role::Finance).await);
        for path in ["invoices?tenant=%00", "invoices/%00", "invoices/a%00.pdf", "payments?q=%00", "reports?kind=a%00"]
        {
            let answer = server.get_with(&format!("/api/v1/{path}"), &token).await;
            assert_eq!(answer.status.as_u16(), 400, "{engine:?} {path}: {}", answer.text());
            assert!(detail(&answer).contains("U+0000"), "{path}");
        }
        for path in ["/invoices?q=%00", "/invoices/%00", "/tenants/a%00b"] {
            let page = server.page(path, &session).await;
            assert_eq!(page.status.as_u16(), 400, "{engine:?} {path}");
            assert!(page.text().contains("contient le caractère U+0000"), "{path}: {}", page.text());
        }
        let body = json!({ "email": "a\0b", "password": "x" });
        let answer = server.call(TestRequest::post().uri("/api/v1/token").set_json(body)).await;
        assert_eq!((answer.status.as_u16(), detail(&answer).contains("U+0000")), (400, true), "{engine:?}");
        let form = [("email", "a\0b"), ("password", "x")];
        let answer = server.call(TestRequest::post().uri("/sign-in").set_form(form)).await;
        assert_eq!(answer.status.as_u16(), 400, "{engine:?}: {}", answer.text());
        // A text that is looked for as it came: SQLite finds nothing, PostgreSQL cannot even look.
        let body = json!({ "invoice": "a\0b", "received_on": "2026-11-03", "amount": "1.00" });
        let answer = server.api("POST", "/api/v1/payments", &token, Some(body)).await;
        let expected = if engine == Engine::Postgres { 400 } else { 404 };
        assert_eq!(answer.status.as_u16(), expected, "{engine:?}: {}", answer.text());
    }
}

#[actix_web::test]
async fn no_operation_takes_a_parameter_it_is_not_described_with() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let document = server.get("/openapi.json").await.json();
    let mut tokens = vec![];
    for role in Role::ALL {
        tokens.push(server.token(role).await);
    }
    let operations = operations(&document);
    assert!(operations.len() > 80, "{}", operations.len());
    for (method, path, _) in operations {
        let mut refused = false;
        for token in &tokens {
            let answer = server.api(method.as_str(), &format!("{path}?zzz=1"), token, None).await;
            let status = answer.status.as_u16();
            assert!([400, 403].contains(&status), "{method} {path}: {status} {}", answer.text());
            refused |= status == 400 && detail(&answer).starts_with("`zzz` is no parameter of this address: it takes");
        }
        assert!(refused, "{method} {path}: nobody is told of zzz");
    }
    let answer = server.get_with("/api/v1/billing/2026-10?tenant=aphp", &tokens[0]).await;
    assert_eq!(detail(&answer), "`tenant` is no parameter of this address: it takes none");
}

#[actix_web::test]
async fn a_report_takes_its_own_parameters_only() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    for (query, says) in [
        ("balance?year=2025", "the report balance takes no `year`: it takes from, through, format, lang"),
        ("movements?as_of=2026-10-31", "the report movements takes no `as_of`: it takes year, format, lang"),
        ("tie-out?year=-1", "year=-1 is not a year such as 2026"),
        ("tie-out?year=0", "year=0 is not a year such as 2026"),
        ("ledger?account=NaN", "account=NaN is not the beginning of an account such as 411"),
        ("balance?yaer=2025", "`yaer` is no parameter of this address"),
    ] {
        let answer = server.get_with(&format!("/api/v1/reports/{query}"), &token).await;
        assert_eq!(answer.status.as_u16(), 400, "{query}: {}", answer.text());
        assert!(detail(&answer).starts_with(says), "{query}: {}", detail(&answer));
    }
    for query in ["balance?year=2025", "balance?format=pdf"] {
        let (report, query) = query.split_once('?').unwrap();
        let path = format!("/api/v1/reports/{report}/archive?{query}");
        let answer = server.api("POST", &path, &token, None).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}: {}", answer.text());
    }
    assert_eq!(server.get_with("/api/v1/reports", &token).await.json(), json!([]), "nothing is kept");
    let answer =
        server.get_with("/api/v1/reports/balance?from=2026-01-01&through=2026-10-31&format=csv&lang=en", &token);
    assert_eq!(answer.await.status.as_u16(), 200);
}

#[actix_web::test]
async fn the_description_declares_what_is_answered() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let document = server.get("/openapi.json").await.json();
    for (method, path, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        let needs_token = operation.get("security").is_some();
        let declared = |status: &str| assert!(responses.contains_key(status), "{method} {path} declares no {status}");
        declared("400");
        if needs_token {
            declared("401");
            declared("403");
        }
        if operation.get("requestBody").is_some() {
            declared("413");
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            for kind in response["content"].as_object().into_iter().flat_map(|content| content.keys()) {
                assert_eq!(kind, "application/problem+json", "{method} {path} {status}");
            }
        }
    }
    assert!(document["paths"]["/api/v1/amortisation"]["get"]["responses"].get("404").is_some());
}

#[actix_web::test]
async fn what_cannot_be_read_is_told_without_the_framework() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let (path, kind) = ("/api/v1/payments", "application/json");
    for (body, says) in [
        ("[]", "the body is not what is asked for: an array stands where an object is asked for"),
        (r#"{"invoice":{}}"#, "the body is not what is asked for: an object stands where a text is asked for"),
        ("{", "the body is no JSON: "),
    ] {
        let answer = send(&server, path, &token, kind, body.into()).await;
        assert_eq!(answer.status.as_u16(), 400, "{body}");
        assert!(detail(&answer).starts_with(says), "{body}: {}", detail(&answer));
    }
    let large = send(&server, path, &token, kind, vec![b' '; 9 * 1024 * 1024]).await;
    assert_eq!(large.status.as_u16(), 413, "{}", large.text());
    assert!(detail(&large).contains("65536 bytes"), "{}", detail(&large));

    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    packed.write_all(&[b'x'; 4_000]).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() / 2);
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    let request = request.insert_header(("content-type", kind)).insert_header(("content-encoding", "gzip"));
    let answer = server.call(request.set_payload(packed)).await;
    assert_eq!(answer.status.as_u16(), 400);
    assert!(detail(&answer).starts_with("the body ended early"), "{}", detail(&answer));

    let answer = server.api("DELETE", "/api/v1/me/tokens/abc", &token, None).await;
    assert_eq!(answer.status.as_u16(), 404, "{}", answer.text());
    let answer = server.get_with("/api/v1/invoices?page=1&page=2", &token).await;
    assert_eq!(detail(&answer), "page is given twice: leave one out");
}

#[actix_web::test]
async fn runs_tell_how_many_there_are() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let answer = server.get_with("/api/v1/billing/runs?page=9", &token).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-total-count")), (200, "0"), "{engine:?}");
        assert_eq!(answer.header("link"), "");
    }
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (token, session) = (server.token(Role::Finance).await, server.sign_in(Role::Finance).await);
    let answer = server.api("HEAD", "/api/v1/invoices", &token, None).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    assert!(answer.body.is_empty());
    let request = TestRequest::default().method(Method::HEAD).uri("/invoices").insert_header(("cookie", session));
    let page = server.call(request).await;
    assert_eq!((page.status.as_u16(), page.body.len()), (200, 0));
    let stranger = server.call(TestRequest::default().method(Method::HEAD).uri("/api/v1/invoices")).await;
    assert_eq!((stranger.status.as_u16(), stranger.body.len()), (401, 0));
    let strict = server.api("HEAD", "/api/v1/invoices?zzz=1", &token, None).await;
    assert_eq!(strict.status.as_u16(), 400);
    let wrong = server.api("DELETE", "/api/v1/dunning", &token, None).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow")), (405, "GET, HEAD"));
    let wrong = server.api("HEAD", "/api/v1/token", &token, None).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow")), (405, "POST"));
}

#[actix_web::test]
async fn readings_may_begin_with_a_byte_order_mark_and_say_what_is_too_large() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Operator).await;
    let reading = |value: &str| format!(r#"[{{"meter":"A01-EA","at":"2026-11-02T10:00:00Z","value":"{value}"}}]"#);
    let path = "/api/v1/readings";
    let marked = format!("\u{feff}{}", reading("999999"));
    let answer = send(&server, path, &token, "application/json", marked.into()).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["accepted"]), (200, &json!(1)), "{}", answer.text());
    let answer = send(&server, path, &token, "application/json", reading(&"9".repeat(30)).into()).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.text().contains("more digits than can be recorded"), "{}", answer.text());
}

#[actix_web::test]
async fn a_month_is_not_closed_as_a_year() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let body = json!({ "action": "close-year" });
    let answer = server.api("POST", "/api/v1/periods/2026-09", &token, Some(body)).await;
    assert_eq!((answer.status.as_u16(), detail(&answer).as_str()), (422, "close-year takes a year such as 2026"));
}
