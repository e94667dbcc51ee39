//! People, sessions, tokens and settings over the API.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use chapelle::storage::users;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, PASSWORD, Server, Site, email, now, pass};

fn status(answer: &Answer) -> u16 {
    answer.status.as_u16()
}

async fn sign_in(server: &Server, body: Value) -> Answer {
    server.call(TestRequest::post().uri("/api/v1/token").set_json(body)).await
}

async fn make_token(server: &Server, token: &str, name: &str, scopes: Value) -> Answer {
    let wish = json!({ "name": name, "scopes": scopes, "days": 30 });
    server.api("POST", "/api/v1/me/tokens", token, Some(wish)).await
}

#[actix_web::test]
async fn a_token_does_what_its_scopes_and_its_persons_role_both_allow() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let own = server.token(Role::Finance).await;
        let made = make_token(&server, &own, "export", json!(["invoices:read", "journal:read"])).await;
        assert_eq!(status(&made), 201, "{engine:?}: {}", made.text());
        let token = made.json()["token"].as_str().unwrap().to_owned();
        assert!(token.starts_with("chp_") && token.len() == 52, "{token}");
        for path in ["/api/v1/invoices", "/api/v1/journal"] {
            assert_eq!(status(&server.get_with(path, &token).await), 200, "{path}");
        }
        let denied = server.get_with("/api/v1/tenants", &token).await;
        assert_eq!((status(&denied), &denied.json()["type"]), (403, &"urn:chapelle:problem:scope-missing".into()));
        assert!(denied.json()["detail"].as_str().unwrap().contains("tenants:read"));
        // What the role does not allow, no scope gives.
        let beyond = make_token(&server, &own, "more", json!(["readings:write"])).await;
        assert_eq!(status(&beyond), 422);
        let admin = server.token(Role::Admin).await;
        let change = json!({ "role": "operator", "version": 1 });
        assert_eq!(status(&server.api("PATCH", "/api/v1/users/1", &admin, Some(change)).await), 200);
        let demoted = server.get_with("/api/v1/invoices", &token).await;
        assert_eq!((status(&demoted), &demoted.json()["type"]), (403, &"urn:chapelle:problem:forbidden".into()));
    }
}

#[actix_web::test]
async fn a_token_is_kept_as_a_hash_seen_by_its_beginning_and_ends() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let own = server.token(Role::Operator).await;
        let made = make_token(&server, &own, "collector", json!(["readings:write"])).await.json();
        let (token, id) = (made["token"].as_str().unwrap().to_owned(), made["id"].as_i64().unwrap());
        let twice = make_token(&server, &own, "collector", json!(["readings:write"])).await;
        assert_eq!(status(&twice), 409, "{engine:?}: a repeated request makes no second token");
        let listed = server.get_with("/api/v1/me/tokens", &own).await;
        let text = listed.text();
        assert!(text.contains(&token[..12]) && !text.contains(&token[..20]), "{text}");
        assert_eq!(listed.json()[0]["last_used_at"], Value::Null);

        // It speaks for its person, and not about them.
        let readings = r#"{"meter":"A01-EA","at":"2026-11-02T10:00:00Z","value":"999999"}"#;
        let send = || {
            let request = TestRequest::post().uri("/api/v1/readings").set_payload(readings);
            let request = request.insert_header(("authorization", format!("Bearer {token}")));
            server.call(request.insert_header(("content-type", "application/x-ndjson")))
        };
        assert_ne!(status(&send().await), 401);
        for (method, path) in
            [("GET", "/api/v1/me"), ("GET", "/api/v1/me/tokens"), ("POST", "/api/v1/me/second-factor")]
        {
            let refused = server.api(method, path, &token, None).await;
            assert_eq!(
                (status(&refused), &refused.json()["type"]),
                (403, &"urn:chapelle:problem:own-token-needed".into())
            );
        }
        assert_ne!(server.get_with("/api/v1/me/tokens", &own).await.json()[0]["last_used_at"], Value::Null);

        let stranger = server.token(Role::Finance).await;
        assert_eq!(status(&server.api("DELETE", &format!("/api/v1/me/tokens/{id}"), &stranger, None).await), 404);
        assert_eq!(status(&server.api("DELETE", &format!("/api/v1/me/tokens/{id}"), &own, None).await), 204);
        assert_eq!(status(&send().await), 401, "revoked at once");
        assert_eq!(status(&server.api("DELETE", &format!("/api/v1/me/tokens/{id}"), &own, None).await), 404);
        let made = make_token(&server, &own, "collector", json!(["racks:read"])).await;
        let token = made.json()["token"].as_str().unwrap().to_owned();
        pass(30 * 86_400 - 1);
        assert_eq!(status(&server.get_with("/api/v1/racks", &token).await), 200);
        pass(6);
        assert_eq!(status(&server.get_with("/api/v1/racks", &token).await), 401, "it has expired");
    }
}

/// Whoever has a copy of the database makes no token with it.
#[actix_web::test]
async fn what_is_stored_of_a_key_signs_nothing() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let real = server.token(Role::Admin).await;
        assert_eq!(status(&server.get_with("/api/v1/users", &real).await), 200, "{engine:?}");
        let key = users::token_keys(&mut site.shared.store.connection().unwrap()).unwrap().remove(0);
        let stored = key.sealed_secret.as_bytes();
        let bytes: Vec<u8> =
            stored.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
        let (signed, _) = real.rsplit_once('.').unwrap();
        for guess in [stored, &bytes, &bytes[12..], &bytes[12..44]] {
            let signature = jsonwebtoken::crypto::sign(
                signed.as_bytes(),
                &jsonwebtoken::EncodingKey::from_secret(guess),
                jsonwebtoken::Algorithm::HS256,
            );
            let forged = format!("{signed}.{}", signature.unwrap());
            assert_ne!(forged, real);
            assert_eq!(status(&server.get_with("/api/v1/users", &forged).await), 401);
        }
    }
}

/// The trail names people the same whichever way they come, and says which token acted.
#[actix_web::test]
async fn who_acts_over_the_api_is_named_as_on_pages() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let own = server.token(Role::Finance).await;
    let made = make_token(&server, &own, "erp", json!(["payments:record"])).await.json();
    let (program, id) = (made["token"].as_str().unwrap().to_owned(), made["id"].as_i64().unwrap());
    let number = site.number_of("aphp");
    for (token, amount, origin) in
        [(&own, "1.00", "10.0.0.7".to_owned()), (&program, "2.00", format!("10.0.0.7, token {id} (erp)"))]
    {
        let body = json!({ "invoice": number, "received_on": "2026-11-03", "amount": amount });
        let recorded = server.api("POST", "/api/v1/payments", token, Some(body)).await;
        assert_eq!(status(&recorded), 201, "{}", recorded.text());
        let path = "/api/v1/audit/events?action=payment.recorded&actor=finance@example.org";
        let auditor = server.token(Role::Auditor).await;
        let events = server.get_with(path, &auditor).await.json();
        let last = events.as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["origin"], &last["actor"]), (&json!(origin), &json!("finance@example.org")), "{events}");
    }
    let auditor = server.sign_in(Role::Auditor).await;
    let page = server.page("/audit?action=payment.recorded", &auditor).await.text();
    assert!(page.contains(&format!("10.0.0.7, par le jeton {id} (erp)")), "{page}");
    // Work that goes on after the answer is the person's too.
    let run = server.api("POST", "/api/v1/billing/2026-10/runs", &own, Some(json!({}))).await;
    assert_eq!(run.json()["started_by"], "finance@example.org", "{}", run.text());
}

#[actix_web::test]
async fn wishes_for_tokens_that_make_no_sense_are_told() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let own = server.token(Role::Finance).await;
    for (wish, told) in [
        (json!({ "name": "x", "scopes": ["everything"], "days": 30 }), "`everything` is not a scope"),
        (json!({ "name": "x", "scopes": [], "days": 30 }), "at least one scope"),
        (json!({ "name": "", "scopes": ["invoices:read"], "days": 30 }), "a name is needed"),
        (json!({ "name": "x", "scopes": ["invoices:read"], "days": 0 }), "from 1 to 366 days"),
        (json!({ "name": "x", "scopes": ["invoices:read"], "days": 367 }), "from 1 to 366 days"),
    ] {
        let answer = server.api("POST", "/api/v1/me/tokens", &own, Some(wish)).await;
        assert_eq!(status(&answer), 422, "{}", answer.text());
        assert!(answer.text().contains(told), "{}", answer.text());
    }
    assert_eq!(status(&server.get_with("/api/v1/invoices", "chp_0000").await), 401);
}

#[actix_web::test]
async fn the_api_signs_in_with_a_second_factor_and_takes_no_code_twice() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let own = server.token(Role::Finance).await;
    let begun = server.api("POST", "/api/v1/me/second-factor", &own, None).await;
    assert_eq!(status(&begun), 201);
    assert!(begun.json()["address"].as_str().unwrap().starts_with("otpauth://totp/Chapelle:finance%40example.org?"));
    let secret = begun.json()["secret"].as_str().unwrap().to_owned();
    let code = |steps: i64| {
        let totp = Builder::new().with_secret(Secret::try_from_base32(&secret).unwrap()).build().unwrap();
        totp.generate(u64::try_from(now().timestamp() + 30 * steps).unwrap()).to_string()
    };
    let confirm =
        |code: String| server.api("POST", "/api/v1/me/second-factor/confirm", &own, Some(json!({ "code": code })));
    assert_eq!(status(&confirm("000000".into()).await), 422);
    let confirmed = confirm(code(0)).await;
    let recovery = confirmed.json()["recovery_codes"][0].as_str().unwrap().to_owned();
    assert_eq!(status(&server.api("POST", "/api/v1/me/second-factor", &own, None).await), 409);

    let body = |otp: Option<&str>| json!({ "email": email(Role::Finance), "password": PASSWORD, "otp": otp });
    let without = sign_in(&server, body(None)).await;
    assert_eq!((status(&without), &without.json()["type"]), (401, &"urn:chapelle:problem:second-factor-needed".into()));
    assert_eq!(status(&sign_in(&server, body(Some(&code(0)))).await), 401, "it was taken to set it up");
    let next = code(1);
    assert_eq!(status(&sign_in(&server, body(Some(&next))).await), 200);
    assert_eq!(status(&sign_in(&server, body(Some(&next))).await), 401, "no code is taken twice");
    assert_eq!(status(&sign_in(&server, body(Some(&recovery))).await), 200);
    assert_eq!(status(&sign_in(&server, body(Some(&recovery))).await), 401);
    let wrong = json!({ "email": email(Role::Finance), "password": "not the password", "otp": code(2) });
    let refused = sign_in(&server, wrong).await;
    assert!(refused.text().contains("do not match"), "a code alone opens nothing and tells nothing");

    let me = server.get_with("/api/v1/me", &own).await.json();
    assert_eq!(me["second_factor"]["recovery_codes_left"], 9);
    let admin = server.token(Role::Admin).await;
    assert_eq!(status(&server.api("DELETE", "/api/v1/users/1/second-factor", &admin, None).await), 204);
    assert_eq!(status(&sign_in(&server, body(None)).await), 200);
}

#[actix_web::test]
async fn administrators_manage_people_over_the_api() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.token(Role::Admin).await;
        let users = server.get_with("/api/v1/users", &admin).await.json();
        assert_eq!(
            (&users["total"], &users["users"][0]["email"]),
            (&5.into(), &"admin@example.org".into()),
            "{engine:?}"
        );
        let guest = json!({ "email": "guest@example.org", "role": "tenant", "tenant": "aphp", "language": "en" });
        let invited = server.api("POST", "/api/v1/invitations", &admin, Some(guest.clone())).await;
        assert_eq!(status(&invited), 201, "{}", invited.text());
        let id = invited.json()["id"].as_i64().unwrap();
        assert_eq!(status(&server.api("POST", "/api/v1/invitations", &admin, Some(guest)).await), 409);
        let open = server.get_with("/api/v1/invitations", &admin).await.json();
        assert_eq!((&open[0]["email"], &open[0]["tenant"]), (&"guest@example.org".into(), &"aphp".into()));
        assert!(site.link("/invitation/").len() > 64);
        let path = format!("/api/v1/invitations/{id}");
        assert_eq!(status(&server.api("DELETE", &path, &admin, None).await), 204);
        assert_eq!(status(&server.api("DELETE", &path, &admin, None).await), 404);

        for (path, body, expected) in [
            ("/api/v1/users/4", json!({ "role": "auditor" }), 400),
            ("/api/v1/users/4", json!({ "role": "tenant", "version": 1 }), 422),
            ("/api/v1/users/4", json!({ "role": "auditor", "version": 7 }), 409),
            ("/api/v1/users/5", json!({ "disabled": true }), 409),
            ("/api/v1/users/99", json!({ "disabled": true }), 404),
            ("/api/v1/users/4", json!({ "role": "king", "version": 1 }), 400),
            ("/api/v1/users/4", json!({ "disabled": true }), 200),
        ] {
            let answer = server.api("PATCH", path, &admin, Some(body)).await;
            assert_eq!(status(&answer), expected, "{path}: {}", answer.text());
        }
        assert_eq!(status(&server.api("POST", "/api/v1/users/1/password-reset", &admin, None).await), 202);
        assert!(site.link("/password/reset/").len() > 64);
        let cookie = server.sign_in(Role::Finance).await;
        let open = server.get_with("/api/v1/users/1/sessions", &admin).await.json();
        let session = open[0]["session"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/users/1/sessions/{session}");
        assert_eq!(status(&server.api("DELETE", &path, &admin, None).await), 204);
        assert_eq!(status(&server.page("/me", &cookie).await), 303);
        assert_eq!(status(&server.api("DELETE", &path, &admin, None).await), 404);
    }
}

#[actix_web::test]
async fn settings_are_told_without_passwords_and_a_test_mail_leaves() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.token(Role::Admin).await;
    let settings = server.get_with("/api/v1/settings", &admin).await.json();
    assert_eq!(settings["configuration"]["mail"]["transport"], "directory");
    assert!(settings["configuration"]["mail"].get("smtp_password").is_none());
    let body = json!({ "email": "someone@example.org", "language": "en" });
    let sent = server.api("POST", "/api/v1/settings/test-mail", &admin, Some(body.clone())).await;
    assert_eq!(sent.json(), json!({ "sent": true, "error": null }));
    let finance = server.token(Role::Finance).await;
    assert_eq!(status(&server.api("POST", "/api/v1/settings/test-mail", &finance, Some(body)).await), 403);
}

#[actix_web::test]
async fn how_mails_leave_is_set_and_its_password_never_told() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.token(Role::Admin).await;
        let put = |body: Value, tag: &'static str| {
            let request = TestRequest::put().uri("/api/v1/settings/mail").set_json(body);
            let request = request.insert_header(("authorization", format!("Bearer {admin}")));
            server.call(if tag.is_empty() { request } else { request.insert_header(("if-match", tag)) })
        };
        let found = server.get_with("/api/v1/settings/mail", &admin).await;
        assert_eq!((found.header("etag"), found.json()["transport"].as_str()), ("\"0\"", Some("directory")));
        let wanted = json!({
            "transport": "smtp", "host": "smtp.example.org", "port": 465, "security": "tls", "user": "chapelle",
            "password": "s3cret of the relay",
        });
        assert_eq!(status(&put(wanted.clone(), "").await), 428);
        let saved = put(wanted.clone(), "\"0\"").await;
        assert_eq!((status(&saved), saved.header("etag")), (200, "\"1\""), "{}", saved.text());
        assert_eq!(saved.json()["has_password"], true);
        let stale = put(wanted.clone(), "\"0\"").await;
        assert_eq!((status(&stale), stale.json()["stored"]["port"].as_i64()), (412, Some(465)));
        let mut elsewhere = wanted.clone();
        elsewhere["host"] = json!("mine.example.org");
        elsewhere["security"] = json!("none");
        elsewhere.as_object_mut().unwrap().remove("password");
        let refused = put(elsewhere, "*").await;
        assert_eq!(status(&refused), 422);
        let problem = refused.json();
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
        assert_eq!(fields, ["security", "password"], "{problem}");
        for path in ["/api/v1/settings", "/api/v1/settings/mail", "/api/v1/audit/events?action=mail.edited"] {
            let text = server.get_with(path, &admin).await.text();
            assert!(text.contains("smtp.example.org") && !text.contains("s3cret"), "{path}: {text}");
        }
        let finance = server.token(Role::Finance).await;
        assert_eq!(status(&server.get_with("/api/v1/settings/mail", &finance).await), 200);
        assert_eq!(status(&server.api("PUT", "/api/v1/settings/mail", &finance, Some(wanted)).await), 403);
    }
}

#[actix_web::test]
async fn one_password_is_not_tried_on_everybody() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let attempt = |n: u32| {
        let body = json!({ "email": format!("p{n}@example.org"), "password": "Printemps2026!" });
        let request = TestRequest::post().uri("/api/v1/token").set_json(body);
        // Whoever is no proxy of ours says so in vain.
        server.call(request.insert_header(("x-forwarded-for", format!("198.51.100.{n}"))))
    };
    for n in 0..31 {
        assert_eq!(status(&attempt(n).await), 401, "{n}");
    }
    let slowed = attempt(31).await;
    assert_eq!((status(&slowed), slowed.header("retry-after")), (429, "2"));
}
