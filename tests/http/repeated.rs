//! What is sent twice is done once: everything that makes something or has an effect takes an Idempotency-Key.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::json;

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

/// What is sent to an address and needs no key, with the reason.
const WITHOUT_KEY: [(&str, &str); 5] = [
    ("/api/v1/token", "a password is asked about, nothing is kept"),
    ("/api/v1/me/password", "it ends the token it was sent with: a repeat is not let in"),
    ("/api/v1/me/second-factor", "a secret is prepared in place of the one before, and counts once it is confirmed"),
    ("/api/v1/me/second-factor/confirm", "a code counts once"),
    ("/api/v1/me/second-factor/recovery-codes", "codes are shown once, and new ones take the place of those before"),
];

#[actix_web::test]
async fn whatever_is_sent_to_be_done_takes_a_key() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let document = server.get("/openapi.json").await.json();
    let mut excused: Vec<&str> = WITHOUT_KEY.map(|(path, _)| path).to_vec();
    let mut wrong = vec![];
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(operation) = item.get("post") else { continue };
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        let has_key = parameters.any(|one| one["in"] == "header" && one["name"] == "Idempotency-Key");
        let is_excused = excused.contains(&path.as_str());
        excused.retain(|one| one != path);
        if has_key == is_excused {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "neither a key nor a reason, or both: {wrong:#?}");
    assert!(excused.is_empty(), "a reason without an operation: {excused:?}");
}

async fn sent(server: &Server, token: &str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    let request = request.insert_header(("idempotency-key", "nightly-7"));
    let body = body.into();
    let is_json = body.starts_with(b"{");
    let request = if is_json { request.insert_header(("content-type", "application/json")) } else { request };
    server.call(request.set_payload(body)).await
}

/// Sends it twice under one key: the second answer is the first.
async fn twice(server: &Server, role: Role, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    let (token, body) = (server.token(role).await, body.into());
    let first = sent(server, &token, path, body.clone()).await;
    assert!(first.status.is_success(), "{path}: {} {}", first.status, first.text());
    let again = sent(server, &token, path, body).await;
    assert_eq!((again.status, again.text()), (first.status, first.text()), "{path}");
    for header in ["etag", "location", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{path}: {header}");
    }
    first
}

/// How often the trail tells of `action`.
async fn told(server: &Server, action: &str) -> usize {
    let path = format!("/api/v1/audit/events?action={action}&limit=1000");
    let found = server.get_with(&path, &server.token(Role::Auditor).await).await;
    found.json().as_array().unwrap_or(&vec![]).len()
}

#[actix_web::test]
async fn what_is_sent_again_under_its_key_is_done_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let invitation = json!({ "email": "new@example.org", "role": "finance", "language": "fr" });
        twice(&server, Role::Admin, "/api/v1/invitations", invitation.to_string()).await;
        twice(&server, Role::Admin, "/api/v1/users/1/password-reset", "").await;
        let mail = json!({ "email": "admin@example.org", "language": "fr" });
        twice(&server, Role::Admin, "/api/v1/settings/test-mail", mail.to_string()).await;
        let (auditor, year) = (server.token(Role::Auditor).await, json!({ "year": 2026 }).to_string());
        let first = sent(&server, &auditor, "/api/v1/audit/packs", year.clone()).await;
        let again = sent(&server, &auditor, "/api/v1/audit/packs", year).await;
        // The same pack, however far it is by now.
        assert_eq!((again.status, &again.json()["id"]), (first.status, &first.json()["id"]), "{}", again.text());
        twice(&server, Role::Finance, "/api/v1/reports/balance/archive", "").await;
        let statement: &[u8] = include_bytes!("../fixtures/statement.cfonb120.txt");
        twice(&server, Role::Finance, "/api/v1/payments/statements", statement.to_vec()).await;
        let waiting = server.get_with("/api/v1/payments/receipts", &server.token(Role::Finance).await).await.json();
        let dismissal = json!({ "receipt": waiting[0]["key"], "reason": "Un remboursement d'assurance" });
        twice(&server, Role::Finance, "/api/v1/payments/receipts/dismiss", dismissal.to_string()).await;
        for action in ["user.invited", "password.link-sent", "mail.tested", "evidence.requested", "receipt.dismissed"] {
            assert_eq!(told(&server, action).await, 1, "{engine:?}: {action}");
        }
    }
}

#[actix_web::test]
async fn a_thing_of_the_book_is_made_once_and_a_refusal_leaves_its_key_free() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let mut document = server.get_with("/api/v1/tenants/aphp", &token).await.json();
    document["code"] = json!("");
    for _ in 0..2 {
        let refused = sent(&server, &token, "/api/v1/tenants", document.to_string()).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        assert!(refused.json()["errors"].is_array(), "{}", refused.text());
    }
    document["code"] = json!("nouveau");
    let made = twice(&server, Role::Finance, "/api/v1/tenants", document.to_string()).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/v1/tenants/nouveau"));
    assert!(!made.header("etag").is_empty());
    assert_eq!(told(&server, "tenant.created").await, 1);
}

#[actix_web::test]
async fn a_token_is_shown_once_and_kept_nowhere() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let wish = json!({ "name": "supervision", "scopes": ["invoices:read"], "days": 30 }).to_string();
    let first = sent(&server, &token, "/api/v1/me/tokens", wish.clone()).await;
    let again = sent(&server, &token, "/api/v1/me/tokens", wish).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{}", again.text());
    let (first, again) = (first.json(), again.json());
    let secret = first["token"].as_str().unwrap();
    assert_eq!((&again["id"], &again["expires_at"], again.get("token")), (&first["id"], &first["expires_at"], None));
    let listed = server.get_with("/api/v1/me/tokens", &token).await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    // What was written last may stand beside the database yet, in its log.
    let files = std::fs::read_dir(site.world.dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let database: Vec<Vec<u8>> = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()).collect();
    let holds = |text: &str| database.iter().any(|file| file.windows(text.len()).any(|part| part == text.as_bytes()));
    let kept = first["expires_at"].as_str().unwrap();
    assert!(holds("supervision") && holds(kept), "what is kept of the answer is looked for where it lies");
    assert!(!holds(secret), "the token is kept in the clear");
}
