//! The second factor: set up, asked for, never taken twice, replaced when it is lost.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use totp_rs::{Builder, Secret};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, PASSWORD, Server, Site, email, now, pass};

fn status(answer: &Answer) -> u16 {
    answer.status.as_u16()
}

/// The code an app shows, `steps` of 30 seconds from now.
fn code(secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(now().timestamp() + 30 * steps).unwrap()).to_string()
}

fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    page.split(start).nth(1).unwrap_or_else(|| panic!("{start} in {page}")).split(end).next().unwrap()
}

/// Sets a second factor up for whoever holds `cookie`; gives the secret, the recovery codes and the new cookie.
async fn enrol(server: &Server, cookie: &str) -> (String, Vec<String>, String) {
    let begun = server.send("/me/second-factor", cookie, &[]).await;
    assert_eq!(begun.header("location"), "/me/second-factor/setup");
    let page = server.page("/me/second-factor/setup", cookie).await.text();
    let secret = between(&page, "id=\"secret\">", "<").to_owned();
    assert!(page.contains("<svg class=\"qr\"") && page.contains("role=\"img\""));
    let wrong = server.send("/me/second-factor/setup", cookie, &[("code", "000000")]).await;
    assert_eq!(status(&wrong), 422);
    let confirmed = server.send("/me/second-factor/setup", cookie, &[("code", &code(&secret, 0))]).await;
    assert_eq!(status(&confirmed), 200, "{}", confirmed.text());
    let page = confirmed.text();
    let codes: Vec<String> =
        page.split("<li class=\"code\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    (secret, codes, confirmed.session())
}

/// Gives the right password; gives the cookie of a session that waits for a code.
async fn password(server: &Server, role: Role) -> String {
    let form = [("email", email(role)), ("password", PASSWORD.to_owned()), ("next", "/usage".to_owned())];
    let answer = server.call(TestRequest::post().uri("/sign-in").set_form(form)).await;
    assert_eq!((status(&answer), answer.header("location")), (303, "/sign-in/code?next=/usage"));
    answer.session()
}

async fn give(server: &Server, cookie: &str, code: &str) -> Answer {
    server.send("/sign-in/code", cookie, &[("code", code), ("next", "/usage")]).await
}

#[actix_web::test]
async fn a_code_is_asked_for_and_taken_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let first = server.sign_in(Role::Auditor).await;
        let (secret, _, cookie) = enrol(&server, &first).await;
        assert_eq!(status(&server.page("/me", &first).await), 303, "{engine:?}: the session is a new one");
        assert_eq!(status(&server.page("/me", &cookie).await), 200);
        let leave = server.send("/me/second-factor", &cookie, &[]).await;
        assert_eq!(status(&leave), 422, "a second one is not begun while there is one");

        let waiting = password(&server, Role::Auditor).await;
        for path in ["/", "/invoices", "/me", "/me/second-factor"] {
            let turned = server.page(path, &waiting).await;
            assert!(turned.header("location").starts_with("/sign-in/code"), "{path}: {}", turned.header("location"));
        }
        assert_eq!(server.page("/me/second-factor/setup", &waiting).await.header("location"), "/sign-in/code");
        assert_eq!(status(&server.send("/me/tokens/new", &waiting, &[]).await), 303);
        assert!(server.page("/sign-in/code", &waiting).await.text().contains("one-time-code"));
        assert_eq!(status(&give(&server, &waiting, &code(&secret, 0)).await), 422, "it was taken to set it up");
        let next = code(&secret, 1);
        let welcome = give(&server, &waiting, &next).await;
        assert_eq!((status(&welcome), welcome.header("location")), (303, "/usage"));
        let inside = welcome.session();
        assert_ne!(inside, waiting);
        assert_eq!(
            (status(&server.page("/me", &inside).await), status(&server.page("/me", &waiting).await)),
            (200, 303)
        );

        let again = password(&server, Role::Auditor).await;
        assert_eq!(status(&give(&server, &again, &next).await), 422, "no code is taken twice");
        pass(60);
        assert_eq!(status(&give(&server, &again, &next).await), 422, "nor an older one");
        assert_eq!(status(&give(&server, &again, &code(&secret, 0)).await), 303);
        let late = password(&server, Role::Auditor).await;
        pass(20 * 60);
        assert_eq!(status(&give(&server, &late, &code(&secret, 0)).await), 303);
        assert_eq!(status(&server.page("/me", &late).await), 303, "a session that waits does not wait for long");
    }
}

#[actix_web::test]
async fn guessing_codes_is_slowed_down_wherever_one_is() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (secret, _, _) = enrol(&server, &server.sign_in(Role::Auditor).await).await;
    let waiting = password(&server, Role::Auditor).await;
    // The wrong code given while setting it up is forgotten with the right one.
    for _ in 0..6 {
        assert_eq!(status(&give(&server, &waiting, "123 456").await), 422);
    }
    assert_eq!(status(&give(&server, &waiting, &code(&secret, 1)).await), 429);
    pass(2);
    assert_eq!(status(&give(&server, &waiting, &code(&secret, 1)).await), 303);
}

#[actix_web::test]
async fn a_recovery_code_works_once_and_new_ones_replace_them() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (_, codes, _) = enrol(&server, &server.sign_in(Role::Auditor).await).await;
        let waiting = password(&server, Role::Auditor).await;
        let cookie = give(&server, &waiting, &codes[0].to_uppercase().replace('-', " ")).await.session();
        let waiting = password(&server, Role::Auditor).await;
        assert_eq!(status(&give(&server, &waiting, &codes[0]).await), 422, "{engine:?}");
        assert!(server.page("/me/second-factor", &cookie).await.text().contains("<dd>9</dd>"));
        let wrong = server.send("/me/second-factor/codes", &cookie, &[("current", "not the password")]).await;
        assert!(status(&wrong) == 422 && wrong.text().contains("id=\"current-error\""));
        let renewed = server.send("/me/second-factor/codes", &cookie, &[("current", PASSWORD)]).await;
        let fresh = between(&renewed.text(), "<li class=\"code\">", "<").to_owned();
        assert_eq!(status(&give(&server, &waiting, &codes[1]).await), 422, "the old ones are gone");
        assert_eq!(status(&give(&server, &waiting, &fresh).await), 303);
    }
}

#[actix_web::test]
async fn an_administrator_takes_a_lost_one_away() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (_, codes, cookie) = enrol(&server, &server.sign_in(Role::Auditor).await).await;
    let admin = server.sign_in(Role::Admin).await;
    assert!(server.page("/users/3", &admin).await.text().contains("/users/3/reset-second-factor"));
    assert_eq!(status(&server.send("/users/3/reset-second-factor", &admin, &[]).await), 303);
    assert_eq!(status(&server.page("/me", &cookie).await), 303, "the sessions end");
    server.sign_in(Role::Auditor).await;
    let trail = server.page("/audit?action=second-factor.reset", &admin).await.text();
    assert!(trail.contains("auditor@example.org") && trail.contains("admin@example.org"), "{trail}");
    assert!(!codes.is_empty());
    let twice = server.send("/users/3/reset-second-factor", &admin, &[]).await;
    assert_eq!(status(&twice), 409);
}

#[actix_web::test]
async fn a_role_that_needs_one_sets_it_up_before_anything_else() {
    let site = Site::with_second_factor_for(&[Role::Finance, Role::Admin]);
    let server = Server::start(&site).await;
    let form = [("email", email(Role::Finance)), ("password", PASSWORD.to_owned())];
    let begun = server.call(TestRequest::post().uri("/sign-in").set_form(form)).await;
    assert_eq!(begun.header("location"), "/me/second-factor/setup");
    let waiting = begun.session();
    for path in ["/", "/invoices", "/me/tokens"] {
        assert_eq!(server.page(path, &waiting).await.header("location"), "/me/second-factor/setup", "{path}");
    }
    let page = server.page("/me/second-factor/setup", &waiting).await.text();
    assert!(!page.contains("href=\"/invoices\""), "no menu yet: {page}");
    let body = serde_json::json!({ "email": email(Role::Finance), "password": PASSWORD });
    let refused = server.call(TestRequest::post().uri("/api/v1/token").set_json(&body)).await;
    assert_eq!(
        (status(&refused), &refused.json()["type"]),
        (401, &"urn:chapelle:problem:second-factor-to-set-up".into())
    );

    let secret = between(&page, "id=\"secret\">", "<").to_owned();
    let set_up = server.send("/me/second-factor/setup", &waiting, &[("code", &code(&secret, 0))]).await;
    assert_eq!(status(&set_up), 200);
    let cookie = set_up.session();
    assert_eq!(
        (status(&server.page("/invoices", &cookie).await), status(&server.page("/", &waiting).await)),
        (200, 303)
    );
    // The sign-out of the page with the codes belongs to the new session already.
    let token = between(&set_up.text(), "name=\"form_token\" value=\"", "\"").to_owned();
    let own = chapelle::http::auth::session::form_token(cookie.split_once('=').unwrap().1);
    assert!(token == own || token.strip_prefix(&own) == Some(".fr"), "{token}");
    let removed = server.send("/me/second-factor/remove", &cookie, &[("current", PASSWORD)]).await;
    assert_eq!(status(&removed), 422, "the role keeps it");
    // Other roles are not asked.
    server.sign_in(Role::Auditor).await;
}

/// A token of a program for whoever is in with `own`.
async fn long_lived(server: &Server, own: &str, scope: &str) -> String {
    let wish = serde_json::json!({ "name": "export", "scopes": [scope], "days": 30 });
    let made = server.api("POST", "/api/v1/me/tokens", own, Some(wish)).await;
    made.json()["token"].as_str().unwrap().to_owned()
}

/// Neither token opens anything, and each is told what to do.
async fn tokens_wait(server: &Server, tokens: [&str; 2]) {
    for token in tokens {
        let refused = server.get_with("/api/v1/invoices", token).await;
        let lacking = "urn:chapelle:problem:second-factor-lacking";
        assert_eq!((status(&refused), &refused.json()["type"]), (403, &lacking.into()));
        assert!(refused.json()["detail"].as_str().unwrap().contains("browser"), "{}", refused.text());
    }
}

#[actix_web::test]
async fn who_was_in_before_the_rule_sets_one_up_too() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (cookie, own) = (server.sign_in(Role::Finance).await, server.token(Role::Finance).await);
    let program = long_lived(&server, &own, "invoices:read").await;
    assert_eq!(status(&server.get_with("/api/v1/invoices", &program).await), 200);

    let again = std::thread::spawn(move || site.started_again_with_second_factor_for(&[Role::Finance]));
    let site = again.join().unwrap();
    let server = Server::start(&site).await;
    for path in ["/", "/invoices", "/me/tokens", "/me/second-factor"] {
        assert_eq!(server.page(path, &cookie).await.header("location"), "/me/second-factor/setup", "{path}");
    }
    tokens_wait(&server, [&own, &program]).await;
    let page = server.page("/me/second-factor/setup", &cookie).await;
    let secret = between(&page.text(), "id=\"secret\">", "<").to_owned();
    assert_eq!(between(&server.page("/me/second-factor/setup", &cookie).await.text(), "id=\"secret\">", "<"), secret);
    let set_up = server.send("/me/second-factor/setup", &cookie, &[("code", &code(&secret, 0))]).await;
    assert_eq!(status(&server.page("/invoices", &set_up.session()).await), 200);
    for token in [&own, &program] {
        assert_eq!(status(&server.get_with("/api/v1/invoices", token).await), 200, "at once");
    }
}

#[actix_web::test]
async fn another_role_ends_sessions_and_its_rule_holds_for_tokens_at_once() {
    let site = Site::with_second_factor_for(&[Role::Finance]);
    let server = Server::start(&site).await;
    let (cookie, own) = (server.sign_in(Role::Auditor).await, server.token(Role::Auditor).await);
    let program = long_lived(&server, &own, "invoices:read").await;
    assert_eq!(status(&server.get_with("/api/v1/invoices", &program).await), 200);
    let admin = server.token(Role::Admin).await;
    let change = serde_json::json!({ "role": "finance", "version": 1 });
    assert_eq!(status(&server.api("PATCH", "/api/v1/users/3", &admin, Some(change)).await), 200);
    assert_eq!(server.page("/invoices", &cookie).await.header("location"), "/sign-in?next=/invoices");
    tokens_wait(&server, [&own, &program]).await;
}

#[actix_web::test]
async fn a_second_factor_nobody_requires_is_taken_away_with_the_password() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (_, _, cookie) = enrol(&server, &server.sign_in(Role::Auditor).await).await;
    assert_eq!(status(&server.send("/me/second-factor/remove", &cookie, &[("current", "no")]).await), 422);
    assert_eq!(status(&server.send("/me/second-factor/remove", &cookie, &[("current", PASSWORD)]).await), 303);
    server.sign_in(Role::Auditor).await;
}
