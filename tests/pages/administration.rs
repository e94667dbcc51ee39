//! Administrators invite, change and shut out people; people look after their own access.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::json;

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, PASSWORD, Server, Site, email, pass};

const NEW_PASSWORD: &str = "un autre mot de passe";
const DAY: i64 = 86_400;

fn status(answer: &Answer) -> u16 {
    answer.status.as_u16()
}

async fn sign_in(server: &Server, email: &str, password: &str) -> Answer {
    server.call(TestRequest::post().uri("/sign-in").set_form([("email", email), ("password", password)])).await
}

async fn invite(server: &Server, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    server.send("/users/invite", cookie, fields).await
}

async fn post(server: &Server, path: &str, fields: &[(&str, &str)]) -> Answer {
    server.call(TestRequest::post().uri(path).set_form(fields)).await
}

const MARIE: [(&str, &str); 4] =
    [("email", "Marie@Example.org"), ("role", "tenant"), ("tenant", "eau-de-paris"), ("language", "en")];

#[actix_web::test]
async fn an_invitation_is_accepted_once_with_a_name_and_a_password() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.sign_in(Role::Admin).await;
        assert_eq!(invite(&server, &admin, &MARIE).await.header("location"), "/users", "{engine:?}");
        let users = server.page("/users", &admin).await.text();
        assert!(users.contains("marie@example.org") && users.contains("admin@example.org"), "{users}");
        let twice = invite(&server, &admin, &MARIE).await;
        assert_eq!(status(&twice), 422);
        assert!(twice.text().contains("id=\"email-error\"") && twice.text().contains("est déjà invité"));

        let link = site.link("/invitation/");
        assert!(link.len() > 64, "{link}");
        let page = server.get(&link).await.text();
        assert!(page.contains("marie@example.org"), "{page}");
        let short = post(&server, &link, &[("name", "Marie"), ("password", "court")]).await;
        assert_eq!(status(&short), 422);
        assert!(short.text().contains("value=\"Marie\"") && short.text().contains("id=\"password-error\""));
        let fields = [("name", "Marie Curie"), ("password", NEW_PASSWORD)];
        let accepted = post(&server, &link, &fields).await;
        assert_eq!((status(&accepted), accepted.header("location")), (303, "/sign-in"));
        assert_eq!(status(&post(&server, &link, &fields).await), 404, "a link works once");
        assert_eq!(status(&server.get(&link).await), 404);

        let cookie = sign_in(&server, "marie@example.org", NEW_PASSWORD).await.session();
        let me = server.page("/me", &cookie).await.text();
        assert!(me.contains("Marie Curie") && me.contains("eau-de-paris"), "{me}");
        assert!(me.contains("<html lang=\"en\">"), "the language of the invitation");
        assert_eq!(status(&server.page(&format!("/invoices/{}", site.number_of("aphp")), &cookie).await), 404);
        assert_eq!(status(&server.page("/users", &cookie).await), 403);
        let users = server.page("/users", &admin).await.text();
        assert!(users.contains("Aucune invitation en attente"), "{users}");
    }
}

#[actix_web::test]
async fn a_mail_the_relay_does_not_take_is_told_with_its_next_try() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (admin, finance) = (server.sign_in(Role::Admin).await, server.sign_in(Role::Finance).await);
        let calm = server.page("/", &finance).await.text();
        assert!(calm.contains("Tous les courriels sont partis"), "{engine:?} {calm}");
        let invited = invite(&server, &admin, &MARIE).await;
        assert!(!invited.header("set-cookie").contains("en%20route"), "{engine:?}");
        site.send_in_vain();
        let home = server.page("/", &finance).await.text();
        assert!(home.contains("n’ont pas pu partir") && home.contains("href=\"/notices\""), "{engine:?} {home}");
        for (path, cookie) in [("/users", &admin), ("/notices", &finance)] {
            let page = server.page(path, cookie).await.text();
            let row = page.split("marie@example.org").nth(1).unwrap().split("</tr>").next().unwrap();
            assert!(
                row.contains(">reporté<") && row.contains("Le relais ne peut pas être joint"),
                "{engine:?} {path}: {row}"
            );
            assert!(row.contains("Prochain essai"), "{engine:?} {path}: {row}");
        }
        pass(3_600);
        site.mails();
        let users = server.page("/users", &server.sign_in(Role::Admin).await).await.text();
        assert!(!users.contains("reporté"), "{engine:?} {users}");
    }
}

#[actix_web::test]
async fn an_invitation_expires_and_can_be_taken_back_and_sent_again() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    invite(&server, &admin, &MARIE).await;
    let first = site.link("/invitation/");
    let again = server.send("/users/invitations/1/again", &admin, &[]).await;
    assert_eq!((status(&again), again.header("location")), (303, "/users"));
    let second = site.link("/invitation/");
    assert_ne!(first, second);
    assert_eq!((status(&server.get(&first).await), status(&server.get(&second).await)), (404, 200));
    assert_eq!(status(&server.send("/users/invitations/2/withdraw", &admin, &[]).await), 303);
    assert_eq!(status(&server.get(&second).await), 404);
    assert_eq!(status(&server.send("/users/invitations/2/withdraw", &admin, &[]).await), 404, "once");

    invite(&server, &admin, &MARIE).await;
    let third = site.link("/invitation/");
    pass(7 * DAY - 1);
    assert_eq!(status(&server.get(&third).await), 200);
    pass(1);
    assert_eq!(status(&server.get(&third).await), 404);
    let fields = [("name", "Marie"), ("password", NEW_PASSWORD)];
    assert_eq!(status(&post(&server, &third, &fields).await), 404);
    let admin = server.sign_in(Role::Admin).await;
    assert!(server.page("/users", &admin).await.text().contains("expirée"));
    assert_eq!(status(&invite(&server, &admin, &MARIE).await), 303, "one that has expired makes room");
}

#[actix_web::test]
async fn an_invitation_that_makes_no_sense_is_told_beside_the_field() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    for (fields, field) in [
        ([("email", "nobody"), ("role", "auditor"), ("tenant", "")], "email"),
        ([("email", "a@example.org"), ("role", "tenant"), ("tenant", "")], "tenant"),
        ([("email", "a@example.org"), ("role", "auditor"), ("tenant", "aphp")], "tenant"),
        ([("email", "a@example.org"), ("role", "tenant"), ("tenant", "nobody")], "tenant"),
        ([("email", "a@example.org"), ("role", "king"), ("tenant", "")], "role"),
        ([("email", "finance@example.org"), ("role", "auditor"), ("tenant", "")], "email"),
    ] {
        let answer = invite(&server, &admin, &fields).await;
        assert_eq!(status(&answer), 422, "{fields:?}");
        let page = answer.text();
        assert!(page.contains(&format!("id=\"{field}-error\"")) && page.contains("aria-invalid=\"true\""), "{page}");
        assert!(page.contains(&format!("href=\"#{field}\"")), "{fields:?}");
    }
    assert!(site.mails().iter().all(|mail| !mail.contains("/invitation/")));
}

#[actix_web::test]
async fn the_last_administrator_stays_and_keeps_the_role() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.sign_in(Role::Admin).await;
        let shut_out = server.send("/users/5/disable", &admin, &[]).await;
        assert_eq!(status(&shut_out), 409, "{engine:?}");
        assert!(shut_out.text().contains("dernier administrateur"), "{}", shut_out.text());
        let role = [("role", "auditor"), ("tenant", ""), ("version", "1")];
        assert_eq!(status(&server.send("/users/5/role", &admin, &role).await), 409);

        // Finance becomes an administrator too: now the first may go.
        let promoted = [("role", "admin"), ("tenant", ""), ("version", "1")];
        assert_eq!(status(&server.send("/users/1/role", &admin, &promoted).await), 303);
        assert_eq!(status(&server.send("/users/5/role", &admin, &role).await), 303);
        let over = server.page("/users/invite", &admin).await;
        assert_eq!(over.header("location"), "/sign-in?next=/users/invite", "another role ends the session");
        let again = server.sign_in(Role::Admin).await;
        assert_eq!(status(&server.page("/users/invite", &again).await), 403, "a changed role counts at once");
        let second = server.sign_in(Role::Finance).await;
        assert_eq!(status(&server.send("/users/1/disable", &second, &[]).await), 409);
    }
}

#[actix_web::test]
async fn an_edit_of_an_old_version_is_refused_and_shows_what_is_now() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let to = |role: &'static str| [("role", role), ("tenant", ""), ("version", "1")];
    assert_eq!(status(&server.send("/users/4/role", &admin, &to("auditor")).await), 303);
    let late = server.send("/users/4/role", &admin, &to("finance")).await;
    assert_eq!(status(&late), 409);
    let page = late.text();
    assert!(page.contains("entre-temps") && page.contains("rôle audit"), "{page}");
    assert!(page.contains("<option value=\"finance\" selected>"), "what was typed stays: {page}");
    assert!(page.contains("name=\"version\" value=\"2\""), "the next try is from what is now");
}

#[actix_web::test]
async fn who_is_shut_out_loses_sessions_and_tokens_at_once_and_may_come_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.sign_in(Role::Admin).await;
        let (cookie, token) = (server.sign_in(Role::Finance).await, server.token(Role::Finance).await);
        let wish = serde_json::json!({ "name": "t", "scopes": ["invoices:read"], "days": 30 });
        let made = server.api("POST", "/api/v1/me/tokens", &token, Some(wish)).await.json();
        let long = made["token"].as_str().unwrap().to_owned();
        assert_eq!(status(&server.get_with("/api/v1/invoices", &long).await), 200, "{engine:?}");

        let asked = server.page("/users/1/disable", &admin).await.text();
        assert!(asked.contains("finance@example.org") && asked.contains("class=\"danger\""), "{asked}");
        assert_eq!(server.send("/users/1/disable", &admin, &[]).await.header("location"), "/users/1");
        assert_eq!(status(&server.page("/invoices", &cookie).await), 303);
        for token in [&token, &long] {
            assert_eq!(status(&server.get_with("/api/v1/invoices", token).await), 401);
        }
        assert_eq!(status(&sign_in(&server, &email(Role::Finance), PASSWORD).await), 422);
        assert_eq!(status(&server.send("/users/1/password-link", &admin, &[]).await), 409);
        assert_eq!(status(&server.send("/users/1/enable", &admin, &[]).await), 303);
        assert_eq!(status(&sign_in(&server, &email(Role::Finance), PASSWORD).await), 303);
        assert_eq!(status(&server.get_with("/api/v1/invoices", &long).await), 200);
        assert_eq!(status(&server.page("/invoices", &cookie).await), 303, "an ended session stays ended");
    }
}

/// Lets what goes on after the answer come to its end.
async fn settle() {
    for _ in 0..20 {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// A program's token that works, of whoever holds `own`.
async fn long_lived(server: &Server, own: &str) -> String {
    let wish = serde_json::json!({ "name": "export", "scopes": ["invoices:read"], "days": 30 });
    let made = server.api("POST", "/api/v1/me/tokens", own, Some(wish)).await;
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(status(&server.get_with("/api/v1/invoices", &token).await), 200);
    token
}

#[actix_web::test]
async fn a_forgotten_password_is_told_the_same_to_everyone_and_replaced_by_a_link() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let token = server.token(Role::Finance).await;
        let program = long_lived(&server, &token).await;
        let unknown = post(&server, "/password/forgotten", &[("email", "nobody@example.org")]).await;
        settle().await;
        assert!(site.mails().iter().all(|mail| !mail.contains("/password/reset/")), "{engine:?}");
        let known = post(&server, "/password/forgotten", &[("email", " Finance@Example.org ")]).await;
        assert_eq!((status(&unknown), unknown.text()), (200, known.text()));
        settle().await;
        let link = site.link("/password/reset/");
        post(&server, "/password/forgotten", &[("email", "finance@example.org")]).await;
        settle().await;
        assert!(site.mails().is_empty(), "no second mail within five minutes");

        assert_eq!(status(&post(&server, &link, &[("password", "court")]).await), 422);
        assert_eq!(status(&server.page("/me", &cookie).await), 200, "nothing has changed yet");
        let set = post(&server, &link, &[("password", NEW_PASSWORD)]).await;
        assert_eq!((status(&set), set.header("location")), (303, "/sign-in"));
        assert_eq!(status(&server.get(&link).await), 404, "a link works once");
        assert_eq!(status(&server.page("/me", &cookie).await), 303, "the sessions have ended");
        for token in [&token, &program] {
            assert_eq!(status(&server.get_with("/api/v1/invoices", token).await), 401);
        }
        assert_eq!(status(&sign_in(&server, &email(Role::Finance), PASSWORD).await), 422);
        assert_eq!(status(&sign_in(&server, &email(Role::Finance), NEW_PASSWORD).await), 303);
    }
}

#[actix_web::test]
async fn a_link_to_a_new_password_lasts_an_hour_and_only_the_newest_works() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    assert_eq!(status(&server.send("/users/1/password-link", &admin, &[]).await), 303);
    let first = site.link("/password/reset/");
    server.send("/users/1/password-link", &admin, &[]).await;
    let second = site.link("/password/reset/");
    assert_eq!((status(&server.get(&first).await), status(&server.get(&second).await)), (404, 200));
    pass(3599);
    assert_eq!(status(&server.get(&second).await), 200);
    pass(1);
    assert_eq!(status(&server.get(&second).await), 404);
    assert_eq!(status(&post(&server, &second, &[("password", NEW_PASSWORD)]).await), 404);
}

#[actix_web::test]
async fn asking_for_links_is_slowed_down() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    for n in 0..6 {
        let address = format!("p{n}@example.org");
        assert_eq!(status(&post(&server, "/password/forgotten", &[("email", &address)]).await), 200);
    }
    let slowed = post(&server, "/password/forgotten", &[("email", "finance@example.org")]).await;
    assert_eq!((status(&slowed), slowed.header("retry-after")), (429, "2"));
}

#[actix_web::test]
async fn signing_in_tells_what_was_left_out_in_the_pages_own_words() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    assert!(server.get("/sign-in").await.text().contains(" novalidate>"), "the browser's own words stay away");
    let empty = sign_in(&server, "", "").await;
    let text = empty.text();
    assert_eq!(status(&empty), 422, "{text}");
    for told in [
        "Donnez une adresse électronique.",
        "Donnez votre mot de passe.",
        "id=\"email-error\"",
        "id=\"password-error\"",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let half = sign_in(&server, &email(Role::Auditor), "").await.text();
    assert!(!half.contains("id=\"email-error\"") && half.contains(&email(Role::Auditor)), "{half}");
}

#[actix_web::test]
async fn changing_ones_password_ends_the_other_sessions_and_keeps_this_one() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (here, there) = (server.sign_in(Role::Auditor).await, server.sign_in(Role::Auditor).await);
    let token = server.token(Role::Auditor).await;
    let program = long_lived(&server, &token).await;
    let change = |current: &'static str, password: &'static str| {
        let (server, here) = (&server, &here);
        async move { server.send("/me/password", here, &[("current", current), ("password", password)]).await }
    };
    let wrong = change("not the password", NEW_PASSWORD).await;
    assert_eq!(status(&wrong), 422);
    assert!(wrong.text().contains("id=\"current-error\""));
    for password in ["auditor@example.org", "ici Auditor parle", "motdepasse2026", "password1234"] {
        let own = change(PASSWORD, password).await;
        assert!(own.text().contains("id=\"password-error\"") && status(&own) == 422, "{password}");
    }
    for (current, told) in [("not the password", "id=\"current-error\""), ("", "Donnez votre mot de passe actuel.")] {
        let both = change(current, "court").await.text();
        assert!(both.contains(told) && both.contains("id=\"password-error\""), "both at once: {both}");
    }
    let empty = change("", "").await;
    let text = empty.text();
    assert!(status(&empty) == 422 && text.contains("Donnez votre mot de passe actuel."), "{text}");
    assert!(text.contains("id=\"password-error\"") && text.contains(" novalidate>"), "all at once: {text}");
    assert!(text.contains("(obligatoire)"), "{text}");
    // Tokens name the second they were signed in: those of the very second of the change end with it too.
    assert_eq!(change(PASSWORD, NEW_PASSWORD).await.header("location"), "/me");
    assert_eq!((status(&server.page("/me", &here).await), status(&server.page("/me", &there).await)), (200, 303));
    for token in [&token, &program] {
        assert_eq!(status(&server.get_with("/api/v1/invoices", token).await), 401);
    }
    let revoked = server.page("/audit?action=token.revoked", &here).await.text();
    assert!(revoked.contains(&program[..12]), "{revoked}");
    assert_eq!(status(&sign_in(&server, &email(Role::Auditor), PASSWORD).await), 422);
    let body = json!({ "email": email(Role::Auditor), "password": NEW_PASSWORD });
    let asked = server.call(TestRequest::post().uri("/api/v1/token").set_json(body)).await.json();
    let renewed = asked["access_token"].as_str().unwrap();
    assert_eq!(
        status(&server.get_with("/api/v1/invoices", renewed).await),
        200,
        "one signed afterwards counts at once"
    );
    for _ in 0..6 {
        change("not the password", PASSWORD).await;
    }
    assert_eq!(status(&change(NEW_PASSWORD, PASSWORD).await), 429, "guessing the current one is slowed down too");
}

#[actix_web::test]
async fn sessions_are_seen_and_ended_by_their_owner_and_by_administrators() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let here = server.sign_in(Role::Operator).await;
    let form = [("email", email(Role::Operator)), ("password", PASSWORD.to_owned())];
    let phone = TestRequest::post().uri("/sign-in").set_form(form);
    let agent = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0";
    let there = server.call(phone.insert_header(("user-agent", agent))).await.session();
    let me = server.page("/me", &here).await.text();
    assert!(me.contains("Firefox, Android") && me.contains("10.0.0.7") && me.contains("cette session"), "{me}");
    let name = me.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let admin = server.sign_in(Role::Admin).await;
    let others = server.send("/users/1/sessions/end", &admin, &[("session", name)]).await;
    assert_eq!(status(&others), 404, "it is not that person's");
    let stranger = server.sign_in(Role::Finance).await;
    assert_eq!(status(&server.send("/me/sessions/end", &stranger, &[("session", name)]).await), 404);
    assert_eq!(status(&server.page("/me", &there).await), 200);
    assert_eq!(status(&server.send("/me/sessions/end", &here, &[("session", name)]).await), 303);
    assert_eq!((status(&server.page("/me", &there).await), status(&server.page("/me", &here).await)), (303, 200));
    assert!(server.page("/users/4", &admin).await.text().contains("10.0.0.7"));
    assert_eq!(status(&server.send("/users/4/end-sessions", &admin, &[]).await), 303);
    assert_eq!(status(&server.page("/me", &here).await), 303);
}

#[actix_web::test]
async fn signing_in_again_ends_the_browsers_former_session() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let former = server.sign_in(Role::Finance).await;
    let form = [("email", email(Role::Admin)), ("password", PASSWORD.to_owned())];
    let request = TestRequest::post().uri("/sign-in").insert_header(("cookie", former.as_str())).set_form(form);
    let now = server.call(request).await.session();
    assert_ne!(former, now);
    assert_eq!((status(&server.page("/me", &former).await), status(&server.page("/me", &now).await)), (303, 200));
}

#[actix_web::test]
async fn the_language_one_chooses_goes_with_one() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Auditor).await;
    let chosen = server.send("/me/language", &cookie, &[("language", "en")]).await;
    assert_eq!((status(&chosen), chosen.header("location")), (303, "/me?lang=en"));
    let request =
        TestRequest::get().uri("/me").insert_header(("cookie", cookie)).insert_header(("accept-language", "fr"));
    assert!(server.call(request).await.text().contains("<html lang=\"en\">"));
    assert_eq!(
        status(&server.send("/me/language", &server.sign_in(Role::Auditor).await, &[("language", "de")]).await),
        400
    );
}

#[actix_web::test]
async fn settings_show_facts_without_secrets_and_send_a_test() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let page = server.page("/settings", &admin).await.text();
    assert!(
        page.contains("href=\"/settings/mail\"")
            && page.contains("server.public_url")
            && page.contains("<td>2026</td>")
    );
    assert!(page.contains("server.workers") && page.contains("audit.key_file"), "{page}");
    assert!(page.contains("Factures et avoirs, préfixe") && !page.contains(">letters<"), "{page}");
    let sent = server.send("/settings/test-mail", &admin, &[("email", "someone@example.org")]).await;
    assert_eq!(status(&sent), 200);
    assert!(sent.text().contains("est parti"), "{}", sent.text());
    let mails: Vec<_> = std::fs::read_dir(site.world.dir.path().join("mail")).unwrap().collect();
    assert_eq!(mails.len(), 1);
    assert_eq!(status(&server.send("/settings/test-mail", &admin, &[("email", "nobody")]).await), 422);
    let finance = server.sign_in(Role::Finance).await;
    let page = server.page("/settings", &finance).await.text();
    assert!(
        !page.contains("/settings/test-mail")
            && !page.contains("href=\"/settings/mail\"")
            && page.contains("fichiers dans")
    );
    assert_eq!(status(&server.page("/settings/mail", &finance).await), 403);
    assert_eq!(status(&server.send("/settings/test-mail", &finance, &[("email", "a@example.org")]).await), 403);
}

#[actix_web::test]
async fn lists_of_people_filter_and_sort() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let rows = |page: &str| page.matches("<th scope=\"row\"><a href=\"/users/").count();
    assert_eq!(rows(&server.page("/users", &auditor).await.text()), 5);
    assert_eq!(rows(&server.page("/users?role=admin", &auditor).await.text()), 1);
    assert_eq!(rows(&server.page("/users?q=FINANCE@", &auditor).await.text()), 1);
    assert_eq!(rows(&server.page("/users?state=disabled", &auditor).await.text()), 0);
    let sorted = server.page("/users?sort=-email", &auditor).await.text();
    assert!(sorted.find("tenant@").unwrap() < sorted.find("admin@").unwrap(), "{sorted}");
    assert!(sorted.contains("aria-sort=\"descending\""));
    let page = server.page("/users/1", &auditor).await.text();
    assert!(!page.contains("/users/1/disable") && !page.contains("action=\"/users/1/role\""), "auditors only look");
    assert_eq!(status(&server.page("/users/1/disable", &auditor).await), 403);
}

#[actix_web::test]
async fn what_was_done_to_people_stands_in_the_trail() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    invite(&server, &admin, &MARIE).await;
    let link = site.link("/invitation/");
    post(&server, &link, &[("name", "Marie"), ("password", NEW_PASSWORD)]).await;
    server.send("/users/4/role", &admin, &[("role", "auditor"), ("tenant", ""), ("version", "1")]).await;
    server.send("/users/4/disable", &admin, &[]).await;
    let trail = server.page("/audit", &admin).await.text();
    for words in ["Personne invitée", "Invitation acceptée", "Rôle changé", "Compte désactivé"] {
        assert!(trail.contains(words), "{words}: {trail}");
    }
    let secret = link.rsplit('/').next().unwrap();
    assert!(!trail.contains(secret) && !trail.contains(NEW_PASSWORD));
}

#[actix_web::test]
async fn a_form_that_is_too_large_is_told_its_limit_and_the_way_out() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let token = chapelle::http::auth::session::form_token(cookie.split_once('=').unwrap().1);
    let part = |name: &str, head: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{head}\r\n\r\n{value}\r\n")
    };
    let file = part("file", "; filename=\"a.xml\"", &"x".repeat(33 * 1024 * 1024));
    for (path, limit) in
        [("/payments/import", "Mio\u{202f}: exportez de votre banque"), ("/journal/opening", "512\u{a0}Kio")]
    {
        let body = format!("{}{file}--b--\r\n", part("form_token", "", &token));
        let request = TestRequest::post().uri(path).insert_header(("cookie", cookie.as_str())).set_payload(body);
        let answer = server.call(request.insert_header(("content-type", "multipart/form-data; boundary=b"))).await;
        let text = answer.text();
        assert_eq!(status(&answer), 413, "{path}: {text}");
        assert!(text.contains("trop volumineux") && text.contains(limit), "{text}");
    }
    let long = server.send("/me/language", &cookie, &[("language", &"f".repeat(300 * 1024))]).await;
    assert!(status(&long) == 413 && long.text().contains("256\u{a0}Kio"), "{}", long.text());
}
