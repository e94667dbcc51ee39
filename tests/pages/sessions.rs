//! Signing in and out, and who is kept from doing it for somebody else.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, ORIGIN, PASSWORD, Server, Site, email, pass};

async fn sign_in(server: &Server, next: &str, headers: &[(&'static str, &'static str)]) -> Answer {
    let form = [("email", email(Role::Finance)), ("password", PASSWORD.to_owned()), ("next", next.to_owned())];
    let mut request = TestRequest::post().uri("/sign-in").set_form(form);
    for header in headers {
        request = request.insert_header(*header);
    }
    server.call(request).await
}

#[actix_web::test]
async fn one_signs_in_comes_back_and_signs_out() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let turned_away = server.get("/invoices?month=2026-09").await;
        assert_eq!(turned_away.header("location"), "/sign-in?next=/invoices%3Fmonth%3D2026-09", "{engine:?}");
        let form = server.get(turned_away.header("location")).await.text();
        assert!(form.contains("name=\"next\" value=\"/invoices?month=2026-09\""), "{form}");

        let welcome = sign_in(&server, "/invoices?month=2026-09", &[("sec-fetch-site", "same-origin")]).await;
        assert_eq!((welcome.status.as_u16(), welcome.header("location")), (303, "/invoices?month=2026-09"));
        let attributes = welcome.header("set-cookie").to_owned();
        for attribute in ["__Host-chapelle=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(attributes.contains(attribute), "{attributes}");
        }
        let cookie = welcome.session();
        let page = server.page("/invoices", &cookie).await.text();
        let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

        let leave = |token: String| {
            let request = TestRequest::post().uri("/sign-out").insert_header(("cookie", cookie.clone()));
            server.call(request.set_form([("form_token", token)]))
        };
        assert_eq!(leave("0".repeat(64)).await.status.as_u16(), 403);
        assert_eq!(server.page("/invoices", &cookie).await.status.as_u16(), 200);
        let gone = leave(token).await;
        assert_eq!((gone.status.as_u16(), gone.header("location")), (303, "/sign-in"));
        assert_eq!(server.page("/invoices", &cookie).await.status.as_u16(), 303, "the old cookie opens nothing");
    }
}

#[actix_web::test]
async fn a_wrong_password_is_told_without_telling_which_part_is_wrong() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let attempt = |email: &'static str| {
        server.call(TestRequest::post().uri("/sign-in").set_form([("email", email), ("password", "not the password")]))
    };
    let wrong = attempt("finance@example.org").await;
    let unknown = attempt("nobody@example.org").await;
    assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (422, 422));
    let without_address = |answer: &Answer| answer.text().replace("nobody@", "finance@");
    assert_eq!(without_address(&wrong), without_address(&unknown));
    assert!(wrong.text().contains("role=\"alert\""));
    assert!(wrong.headers.get("set-cookie").is_none());
    for _ in 0..5 {
        attempt("finance@example.org").await;
    }
    let slowed = sign_in(&server, "/", &[]).await;
    assert_eq!((slowed.status.as_u16(), slowed.header("retry-after")), (429, "2"));
    assert!(slowed.text().contains("Réessayez dans 2\u{a0}s."), "{}", slowed.text());
}

#[actix_web::test]
async fn nobody_signs_in_or_out_from_another_site() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    for headers in
        [[("sec-fetch-site", "cross-site")], [("sec-fetch-site", "same-site")], [("origin", "https://evil.example")]]
    {
        let refused = sign_in(&server, "/", &headers).await;
        assert_eq!(refused.status.as_u16(), 403, "{headers:?}");
        assert!(refused.text().contains("Formulaire périmé") && refused.headers.get("set-cookie").is_none());
    }
    assert_eq!(sign_in(&server, "/", &[("origin", ORIGIN)]).await.status.as_u16(), 303);
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        assert_eq!(sign_in(&server, elsewhere, &[]).await.header("location"), "/", "{elsewhere}");
    }
}

#[actix_web::test]
async fn a_session_ends_by_itself() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Auditor).await;
    for _ in 0..7 {
        pass(100 * 60);
        assert_eq!(server.page("/invoices", &cookie).await.status.as_u16(), 200, "used every hundred minutes");
    }
    pass(21 * 60);
    assert_eq!(server.page("/invoices", &cookie).await.status.as_u16(), 303, "twelve hours are over");
    let idle = server.sign_in(Role::Auditor).await;
    pass(2 * 3600);
    assert_eq!(server.page("/invoices", &idle).await.status.as_u16(), 303, "two idle hours are over");
    assert_eq!(server.page("/invoices", "__Host-chapelle=guess").await.status.as_u16(), 303);
}

#[actix_web::test]
async fn who_is_shut_out_is_out_at_once() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Admin).await;
    let store = &site.shared.store;
    let user =
        chapelle::storage::users::by_email(&mut store.connection().unwrap(), "admin@example.org").unwrap().unwrap();
    chapelle::storage::users::set_disabled(&mut store.connection().unwrap(), user.id, Some(crate::site::now()))
        .unwrap();
    assert_eq!(server.page("/invoices", &cookie).await.status.as_u16(), 303);
    let again = TestRequest::post().uri("/sign-in").set_form([("email", "admin@example.org"), ("password", PASSWORD)]);
    assert_eq!(server.call(again).await.status.as_u16(), 422);
}

#[actix_web::test]
async fn the_language_is_chosen_and_kept() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    assert!(server.get("/sign-in").await.text().contains("<h1>Connexion</h1>"));
    let english = server.get("/sign-in?lang=en").await;
    assert!(english.text().contains("<h1>Sign in</h1>"));
    let kept = english.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(server.page("/sign-in", &kept).await.text().contains("<h1>Sign in</h1>"));
}
