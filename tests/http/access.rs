//! Who gets in, and the whole table of routes and roles.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chapelle::app::run_campaign::{self, BillingRun, RunStatus};
use chapelle::app::users::{self, NewUser};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::http::auth::Access;
use chapelle::http::routes::{RouteRow, paths, routes};

use crate::common::Engine;
use crate::site::{PASSWORD, Server, Site, email, pass};

/// What stands for `{number}`, `{code}` and `{name}`: a thing of AP-HP, of another tenant, of nobody.
struct Things {
    own: [String; 2],
    other: [String; 2],
    unknown: [String; 2],
}

impl Things {
    fn of(site: &Site) -> Things {
        let thing = |tenant: &str| [site.number_of(tenant), tenant.to_owned()];
        Things { own: thing("aphp"), other: thing("eau-de-paris"), unknown: ["DC2099000001".into(), "nobody".into()] }
    }
}

fn path(row: &RouteRow, [number, code]: &[String; 2]) -> String {
    let (meter, rack, contract) = match code.as_str() {
        "aphp" => ("A01-EA", "A01", "AP-2026"),
        "eau-de-paris" => ("A02-U", "A02", "EDP-2026"),
        _ => ("nobody", "nobody", "nobody"),
    };
    let path = row.path.replace("{number}", number).replace("{code}", code).replace("{name}", "unknown.css");
    let path = path.replace("{meter}", meter).replace("{rack}", rack).replace("{contract}", contract);
    // People who ask nothing themselves: what is done to them here disturbs no asker.
    let user = match code.as_str() {
        "aphp" => "6",
        "eau-de-paris" => "7",
        _ => "99",
    };
    let path = path.replace("{user}", user).replace("{deed}", "disable").replace("{link}", "nothing");
    let path = path.replace("{session}", "0").replace("{token}", "1").replace("{invitation}", "1");
    path.replace("{upload}", "1")
        .replace("{account}", "411")
        .replace("{month}", "2026-10")
        .replace("{line}", "2")
        .replace("{version}", "1")
        .replace("{tariff}", if code == "nobody" { "nobody" } else { "energie" })
        .replace("{run}", "1")
        .replace("{pack}", "1")
        .replace("{asset}", "2019-0042")
        .replace("{hash}", &"0".repeat(64))
        .replace("{report}", "movements")
        .replace("{format}", "csv")
        .replace("{manual}", "1")
        .replace("{statement}", "1")
}

/// Asks as a program or a browser would; bodies are empty, which is as good as any to see who gets past the guard.
async fn status(
    (site, server): (&Site, &Server),
    row: &RouteRow,
    thing: &[String; 2],
    token: Option<&str>,
    cookie: Option<&str>,
) -> u16 {
    let mut request = TestRequest::default().method(row.method.clone()).uri(&path(row, thing));
    if row.method == Method::POST {
        request = request.insert_header(("content-type", "application/x-ndjson"));
    }
    if let (Access::Api(_) | Access::ApiSelf, Some(token)) = (row.access, token) {
        request = request.insert_header(("authorization", format!("Bearer {token}")));
    }
    if let (Access::Page(_) | Access::AnyVisitor | Access::Entering, Some(cookie)) = (row.access, cookie) {
        request = request.insert_header(("cookie", cookie));
    }
    let status = server.call(request).await.status.as_u16();
    if row.path.ends_with("/runs") && status == 202 {
        run_ended(site).await;
    }
    status
}

/// Waits for the billing run that was begun: another is refused as long as it goes on, however quick the machine.
async fn run_ended(site: &Site) {
    let going_on = |run: &BillingRun| run.status == RunStatus::Running;
    for _ in 0..1_500 {
        let runs = run_campaign::recent(&site.shared.store, crate::site::now()).unwrap();
        if !runs.iter().any(going_on) {
            return;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("a billing run of three contracts does not end");
}

/// Two people who ask for nothing: users 6 and 7.
async fn add_bystanders(site: &Site) {
    let store = site.shared.store.clone();
    let add = move || {
        for (email, tenant) in [("six@example.org", "aphp"), ("seven@example.org", "eau-de-paris")] {
            let user = NewUser {
                email: email.into(),
                name: email.into(),
                role: Role::Tenant,
                tenant: Some(tenant.into()),
                password: PASSWORD.into(),
            };
            users::add(&store, &user, &Actor::new("test", None), crate::site::now()).unwrap();
        }
    };
    actix_web::rt::task::spawn_blocking(add).await.unwrap();
}

/// Every route, every role, own and others' and unknown things: a new route shows up here, and a changed right too.
#[actix_web::test]
async fn every_route_answers_each_role_as_agreed() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let things = Things::of(&site);
    add_bystanders(&site).await;
    let mut askers: Vec<(&str, Option<String>, Option<String>)> = vec![("nobody", None, None)];
    for role in Role::ALL {
        askers.push((role.name(), Some(server.token(role).await), Some(server.sign_in(role).await)));
    }
    let mut table =
        String::from("# method path: asker, then the status for a thing of AP-HP, of another tenant, unknown.\n");
    for row in routes() {
        table.push_str(&format!("\n{} {}\n", row.method, row.path));
        let cases: Vec<&[String; 2]> = match row.path.contains('{') {
            true => vec![&things.own, &things.other, &things.unknown],
            false => vec![&things.own],
        };
        for (name, token, cookie) in &askers {
            let mut line = format!("  {name:<9}");
            for thing in &cases {
                line.push_str(&format!(
                    " {}",
                    status((&site, &server), row, thing, token.as_deref(), cookie.as_deref()).await
                ));
            }
            table.push_str(&line);
            table.push('\n');
        }
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/routes.txt");
    // Whoever writes it anew reads the difference: each line is a right given or taken.
    if std::env::var_os("CHAPELLE_WRITE_GOLDEN").is_some() {
        std::fs::write(golden, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(golden).unwrap(), "the table is now:\n{table}");
}

/// Neighbours become one resource: a row apart from the others of its path would never be reached.
#[test]
fn the_rows_of_a_path_stand_together() {
    let mut paths: Vec<&str> = paths().map(|rows| rows[0].path).collect();
    let resources = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), resources);
}

#[actix_web::test]
async fn an_unknown_number_and_anothers_are_told_in_the_same_words() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Tenant).await;
    let others = server.get_with(&format!("/api/v1/invoices/{}", site.number_of("eau-de-paris")), &token).await;
    let unknown = server.get_with("/api/v1/invoices/DC2099000001", &token).await;
    assert_eq!((others.status, &others.body), (unknown.status, &unknown.body));
    assert_eq!(others.json()["type"], "urn:chapelle:problem:not-found");
    // The filter by another tenant finds nothing either.
    let filtered = server.get_with("/api/v1/invoices?tenant=eau-de-paris", &token).await;
    assert_eq!(filtered.json()["total"], 0);
}

#[actix_web::test]
async fn a_tenant_sees_issued_invoices_only() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let tenant = server.token(Role::Tenant).await;
    let finance = server.token(Role::Finance).await;
    assert_eq!(server.get_with("/api/v1/invoices?status=draft", &tenant).await.json()["total"], 0);
    assert_eq!(server.get_with("/api/v1/invoices?month=2026-10", &tenant).await.json()["total"], 0);
    let drafts = server.get_with("/api/v1/invoices?status=draft", &finance).await.json();
    assert!(drafts["total"].as_u64().unwrap() > 0, "{drafts}");
    assert_eq!(drafts["invoices"][0]["number"], serde_json::Value::Null);
}

#[actix_web::test]
async fn a_token_dies_after_a_quarter_of_an_hour() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    pass(14 * 60);
    assert_eq!(server.get_with("/api/v1/tenants", &token).await.status.as_u16(), 200);
    pass(60);
    let late = server.get_with("/api/v1/tenants", &token).await;
    assert_eq!(late.status.as_u16(), 401);
    assert!(late.header("www-authenticate").starts_with("Bearer"));
    assert!(late.json()["detail"].as_str().unwrap().contains("expired"));
}

#[actix_web::test]
async fn keys_rotate_without_anyone_noticing() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let before = server.token(Role::Finance).await;
    pass(61);
    chapelle::app::users::rotate_token_key(
        &site.shared.store,
        &chapelle::domain::audit::Actor::new("test", None),
        crate::site::now(),
    )
    .unwrap();
    let after = server.token(Role::Finance).await;
    let kid = |token: &str| token.split('.').next().unwrap().to_owned();
    assert_ne!(kid(&before), kid(&after));
    for token in [&before, &after] {
        assert_eq!(server.get_with("/api/v1/tenants", token).await.status.as_u16(), 200);
    }
}

/// Another process rotates a moment after this one looked: what is signed then is taken as long as it lasts.
#[actix_web::test]
async fn a_key_retired_elsewhere_signs_nothing_more() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let before = server.token(Role::Finance).await;
    pass(2);
    users::rotate_token_key(&site.shared.store, &Actor::new("test", None), crate::site::now()).unwrap();
    pass(2);
    let after = server.token(Role::Finance).await;
    for seconds in [0, 61, 600] {
        pass(seconds);
        for token in [&before, &after] {
            assert_eq!(server.get_with("/api/v1/tenants", token).await.status.as_u16(), 200, "{seconds}");
        }
    }
}

#[actix_web::test]
async fn guessing_gets_slower_and_tells_nothing() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let attempt = |email: String, password: &'static str| {
        let body = serde_json::json!({ "email": email, "password": password });
        server.call(TestRequest::post().uri("/api/v1/token").set_json(body))
    };
    let wrong = attempt(email(Role::Admin), "not the password").await;
    let unknown = attempt("nobody@example.org".into(), "not the password").await;
    assert_eq!((wrong.status.as_u16(), &wrong.body), (401, &unknown.body));
    for _ in 0..5 {
        attempt(email(Role::Admin), "not the password").await;
    }
    let slowed = attempt(email(Role::Admin), PASSWORD).await;
    assert_eq!((slowed.status.as_u16(), slowed.header("retry-after")), (429, "2"));
    pass(2);
    assert_eq!(attempt(email(Role::Admin), PASSWORD).await.status.as_u16(), 200);
}

#[actix_web::test]
async fn a_body_that_is_no_sign_in_is_told_so() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let request = || TestRequest::post().uri("/api/v1/token");
    let large = "x".repeat(70 * 1024);
    let cases = [
        (
            request().set_payload("email=x").insert_header(("content-type", "application/x-www-form-urlencoded")),
            415,
            "application/json",
        ),
        (request().set_payload(large).insert_header(("content-type", "application/json")), 413, "65536 bytes"),
        (request().set_payload("{}").insert_header(("content-type", "application/json")), 400, "email"),
    ];
    for (request, status, told) in cases {
        let answer = server.call(request).await;
        let body = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status.as_u16(), status, "{body}");
        assert!(body.contains(told), "{body}");
    }
}

#[actix_web::test]
async fn the_description_covers_the_api_and_nothing_else() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let document = server.get("/openapi.json").await.json();
    let mut described: Vec<String> = vec![];
    for (path, operations) in document["paths"].as_object().unwrap() {
        described
            .extend(operations.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let mut served: Vec<String> = routes()
        .filter(|row| row.path.starts_with("/api/") || row.path.starts_with("/health/"))
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    described.sort();
    served.sort();
    assert_eq!(described, served);
}

#[actix_web::test]
async fn health_is_open_and_says_so() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    assert_eq!(server.get("/health/live").await.json()["status"], "live");
    assert_eq!(server.get("/health/ready").await.json()["status"], "ready");
}
