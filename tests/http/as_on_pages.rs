//! What pages show or do and programs as well: readings out, notices of every invoice, statements, packs, invitations.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

/// Lists of short rows say how many there are and come to an end.
#[actix_web::test]
async fn lists_of_short_rows_are_paged() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (finance, admin) = (server.token(Role::Finance).await, server.token(Role::Admin).await);
    let auditor = server.token(Role::Auditor).await;
    for (path, token) in [
        ("/api/v1/payback/figures", &finance),
        ("/api/v1/periods", &finance),
        ("/api/v1/payments/receipts", &finance),
        ("/api/v1/invitations", &admin),
        ("/api/v1/audit/roots", &auditor),
    ] {
        let whole = server.get_with(path, token).await;
        assert_eq!(whole.header("x-total-count"), list(&whole).len().to_string(), "{path}");
        assert_eq!(next(&whole), None, "{path}");
        assert!(list(&server.get_with(&format!("{path}?page=2"), token).await).is_empty(), "{path}");
        for query in ["page=0", "pages=1"] {
            let answer = server.get_with(&format!("{path}?{query}"), token).await;
            assert_eq!(answer.status.as_u16(), 400, "{path}?{query}: {}", answer.text());
        }
    }
}

fn list(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    answer.json().as_array().unwrap().clone()
}

/// The address of the next part that a `Link` names.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link").strip_prefix('<')?;
    Some(link.strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

#[actix_web::test]
async fn readings_of_a_meter_are_read_part_by_part() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let minutes = (0..20).flat_map(|hour| (1..60).map(move |minute| (hour, minute)));
        let lines = minutes.map(|(hour, minute)| {
            format!(r#"{{"meter":"SAN-EDP","at":"2026-10-20T{hour:02}:{minute:02}:00Z","value":41.5}}"#)
        });
        let sent = TestRequest::post().uri("/api/v1/readings").set_payload(lines.collect::<Vec<_>>().join("\n"));
        let sent = sent.insert_header(("authorization", format!("Bearer {token}")));
        let taken = server.call(sent.insert_header(("content-type", "application/x-ndjson"))).await;
        assert_eq!(taken.json()["accepted"], 1180, "{engine:?} {}", taken.text());
        let (mut seen, mut parts, mut path) =
            (vec![], 0, Some("/api/v1/meters/SAN-EDP/readings?month=2026-10".to_owned()));
        while let Some(asked) = path {
            let answer = server.get_with(&asked, &token).await;
            assert_eq!(answer.status.as_u16(), 200, "{asked}: {}", answer.text());
            let body = answer.json();
            assert_eq!((&body["meter"], &body["month"]), (&json!("SAN-EDP"), &json!("2026-10")));
            seen.extend(body["readings"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()));
            path = next(&answer);
            assert_eq!(path.is_some(), body["next"].is_i64());
            parts += 1;
        }
        assert_eq!(parts, 2, "{engine:?}");
        assert!(seen.len() > 1180 && seen.is_sorted_by(|a, b| a < b), "{engine:?}: each once, oldest first");
        assert!(seen.contains(&"2026-10-20T19:59:00Z".to_owned()), "{:?}", seen.last());
    }
}

/// Tenants read no meter of the plant; nobody reads one that is none.
#[actix_web::test]
async fn readings_are_kept_from_tenants_and_asked_for_soundly() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (operator, tenant) = (server.token(Role::Operator).await, server.token(Role::Tenant).await);
    for (token, path, status) in [
        (&tenant, "SAN-EDP/readings", 403),
        (&operator, "NOWHERE/readings", 404),
        (&operator, "SAN-EDP/readings?month=2026-13", 400),
        (&operator, "SAN-EDP/readings?cursor=x", 400),
        (&operator, "SAN-EDP/readings?day=1", 400),
    ] {
        let answer = server.get_with(&format!("/api/v1/meters/{path}"), token).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
    }
}

#[actix_web::test]
async fn what_did_not_leave_and_what_was_read_is_listed() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.token(Role::Finance).await;
        site.send_in_vain();
        let waiting = list(&server.get_with("/api/v1/notices", &finance).await);
        assert!(waiting.iter().any(|one| one["invoice"] == json!(site.number_of("aphp"))), "{engine:?} {waiting:?}");

        let path = "/api/v1/payments/statements";
        assert!(list(&server.get_with(path, &finance).await).is_empty());
        let statement = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {finance}")));
        let statement = statement.set_payload(include_str!("../fixtures/statement.cfonb120.txt"));
        assert_eq!(server.call(statement).await.status.as_u16(), 201);
        let read = list(&server.get_with(path, &finance).await);
        assert_eq!((read.len(), &read[0]["read_by"]), (1, &json!("finance@example.org")), "{engine:?}");
        let one = server.get_with(&format!("{path}/{}", read[0]["id"]), &finance).await;
        assert_eq!(one.status.as_u16(), 200, "{}", one.text());

        let auditor = server.token(Role::Auditor).await;
        assert!(list(&server.get_with("/api/v1/audit/packs", &auditor).await).is_empty());
        let made = server.api("POST", "/api/v1/audit/packs", &auditor, Some(json!({ "year": 2026 }))).await;
        let packs = list(&server.get_with("/api/v1/audit/packs", &auditor).await);
        assert_eq!((packs.len(), &packs[0]["id"]), (1, &made.json()["id"]), "{engine:?}");
    }
}

#[actix_web::test]
async fn an_invitation_is_sent_anew_and_a_language_chosen() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.token(Role::Admin).await;
        let guest = json!({ "email": "guest@example.org", "role": "auditor", "language": "en" });
        let first = server.api("POST", "/api/v1/invitations", &admin, Some(guest)).await.json()["id"].clone();
        let old = site.link("/invitation/");
        let again = format!("/api/v1/invitations/{first}/resend");
        let sent = server.api("POST", &again, &admin, None).await;
        assert_eq!(sent.status.as_u16(), 201, "{engine:?} {}", sent.text());
        assert_ne!(sent.json()["id"], first);
        assert_ne!(site.link("/invitation/"), old, "{engine:?}: a link of its own");
        assert_eq!(server.api("POST", &again, &admin, None).await.status.as_u16(), 404, "{engine:?}");
        let open = list(&server.get_with("/api/v1/invitations", &admin).await);
        assert_eq!((open.len(), &open[0]["id"]), (1, &sent.json()["id"]), "{engine:?}");

        let choose = |code: &str| server.api("PUT", "/api/v1/me/language", &admin, Some(json!({ "language": code })));
        for code in ["en", "fr"] {
            assert_eq!(choose(code).await.status.as_u16(), 204, "{engine:?}");
            assert_eq!(server.get_with("/api/v1/me", &admin).await.json()["language"], code, "{engine:?}");
        }
        assert_eq!(choose("de").await.status.as_u16(), 400, "{engine:?}");
    }
}
