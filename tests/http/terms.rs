//! Tenants, contracts, tariffs and the seller over the API.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

async fn send(server: &Server, request: TestRequest, token: &str, tag: Option<&str>, body: &Value) -> Answer {
    let mut request = request.insert_header(("authorization", format!("Bearer {token}"))).set_json(body);
    if let Some(tag) = tag {
        request = request.insert_header(("if-match", tag.to_owned()));
    }
    server.call(request).await
}

#[actix_web::test]
async fn what_is_read_is_what_is_written() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Admin).await;
        for path in ["tenants/aphp", "contracts/AP-2026", "tariffs/energie", "seller", "payback/terms"] {
            let path = format!("/api/v1/{path}");
            let read = server.get_with(&path, &token).await;
            assert_eq!(read.status.as_u16(), 200, "{path}");
            let tag = read.header("etag").to_owned();
            let same = send(&server, TestRequest::put().uri(&path), &token, Some(&tag), &read.json()).await;
            assert_eq!((same.status.as_u16(), same.header("etag")), (200, tag.as_str()), "{engine:?} {path}");
            assert_eq!(same.json(), read.json());
            let blind = send(&server, TestRequest::put().uri(&path), &token, None, &read.json()).await;
            assert_eq!(blind.status.as_u16(), 428, "without If-Match");
        }
    }
}

#[actix_web::test]
async fn a_tenant_and_a_contract_are_created_changed_and_guarded() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let tenant = json!({
            "code": "essai", "name": "Organisme d'essai", "siret": "21750001600019",
            "payment_term_class": "local-authority",
            "address": { "lines": ["1 rue Exemple"], "postcode": "7501", "city": "Paris" },
        });
        let post = |path: &str| TestRequest::post().uri(path);
        let refused = send(&server, post("/api/v1/tenants"), &token, None, &tenant).await;
        assert_eq!(refused.status.as_u16(), 422);
        assert_eq!(refused.json()["errors"][0]["field"], "address.postcode", "{}", refused.text());
        let mut mended = tenant.clone();
        mended["address"]["postcode"] = "75013".into();
        let made = send(&server, post("/api/v1/tenants"), &token, None, &mended).await;
        assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/v1/tenants/essai"), "{}", made.text());
        let mut long = mended.clone();
        (long["name"], long["code"]) = ("n".repeat(201).into(), "long".into());
        long["address"]["lines"] = json!(["l".repeat(101)]);
        let refused = send(&server, post("/api/v1/tenants"), &token, None, &long).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        let wrong = refused.json()["errors"].clone();
        let fields: Vec<&str> = wrong.as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
        assert!(fields.contains(&"name") && fields.contains(&"address.lines"), "{wrong}");
        let lineless = json!({ "code": "E-1", "tenant": "essai", "title": "Essai", "from": "2027-01-01" });
        let refused = send(&server, post("/api/v1/contracts"), &token, None, &lineless).await;
        assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("has no line"), "{}", refused.text());
        // Two at once: the second is told what the first wrote.
        let path = "/api/v1/tenants/essai";
        let tag = made.header("etag").to_owned();
        let mut first = mended.clone();
        first["name"] = "Premier".into();
        let put = || TestRequest::put().uri(path);
        assert_eq!(send(&server, put(), &token, Some(&tag), &first).await.status.as_u16(), 200, "{engine:?}");
        mended["name"] = "Second".into();
        let stale = send(&server, put(), &token, Some(&tag), &mended).await;
        assert_eq!((stale.status.as_u16(), stale.json()["stored"]["name"].as_str()), (412, Some("Premier")));
        let version = format!("\"{}\"", stale.json()["version"]);
        assert_eq!(send(&server, put(), &token, Some(&version), &mended).await.status.as_u16(), 200);
    }
}

#[actix_web::test]
async fn billed_months_keep_their_terms_and_reasons_are_given() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let path = "/api/v1/contracts/AP-2026";
    let mut contract = server.get_with(path, &token).await.json();
    contract["line"][0]["quantity"] = "9".into();
    let put = |query: &str| TestRequest::put().uri(&format!("{path}{query}"));
    let refused = send(&server, put("?reason=erreur"), &token, Some("*"), &contract).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.json()["detail"].as_str().unwrap().contains("before 2026-10-01"), "{}", refused.text());
    let mut contract = server.get_with(path, &token).await.json();
    contract["notice_months"] = "6".into();
    let silent = send(&server, put(""), &token, Some("*"), &contract).await;
    assert_eq!(silent.json()["errors"][0]["field"], "reason", "{}", silent.text());
    let done = send(&server, put("?reason=avenant%201"), &token, Some("*"), &contract).await;
    assert_eq!(done.status.as_u16(), 200, "{}", done.text());
    // A tenant reads their own in the same words, and another's not at all.
    let tenant = server.token(Role::Tenant).await;
    assert_eq!(server.get_with(path, &tenant).await.json(), done.json());
    assert_eq!(server.get_with("/api/v1/contracts/EDP-2026", &tenant).await.status.as_u16(), 404);
    assert_eq!(send(&server, put("?reason=avenant"), &tenant, Some("*"), &contract).await.status.as_u16(), 403);
    let contacts = json!([{ "name": "Un", "email": "un@example.org" }]);
    let own =
        send(&server, TestRequest::put().uri("/api/v1/tenants/aphp/contacts"), &tenant, Some("*"), &contacts).await;
    assert_eq!(own.json()["contact"], contacts, "{}", own.text());
    let other = TestRequest::put().uri("/api/v1/tenants/eau-de-paris/contacts");
    assert_eq!(send(&server, other, &tenant, Some("*"), &contacts).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn lists_say_how_many_there_are_and_prices_are_told() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    for (path, count) in [("tenants", "3"), ("contracts", "3"), ("tariffs", "8")] {
        let list = server.get_with(&format!("/api/v1/{path}"), &token).await;
        assert_eq!(list.header("x-total-count"), count, "{path}");
        let beyond = server.get_with(&format!("/api/v1/{path}?page=2"), &token).await;
        assert_eq!(beyond.json(), json!([]), "{path}");
        assert_eq!(server.get_with(&format!("/api/v1/{path}?page=x"), &token).await.status.as_u16(), 400);
    }
    let price = server.get_with("/api/v1/tariffs/energie/price?quantity=12.5&on=2026-10-01", &token).await;
    assert_eq!(price.status.as_u16(), 200, "{}", price.text());
    assert_eq!(price.json()["quantity"], "12.5");
    assert_eq!(server.get_with("/api/v1/tariffs/energie/price?quantity=x", &token).await.status.as_u16(), 400);
    assert_eq!(server.get_with("/api/v1/tariffs/nothing/price?quantity=1", &token).await.status.as_u16(), 404);
}

/// A quantity that changes no amount is refused where it is new; a book that holds one already goes on as it did.
#[actix_web::test]
async fn a_quantity_without_a_price_is_refused_where_it_is_new() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let line = |quantity: &str| {
            json!({
                "code": "suivi", "service": "other", "designation": { "fr": "Suivi", "en": "Watching" },
                "from": "2027-01-01", "tariff": "supervision", "quantity": quantity,
                "vat": "out-of-scope", "vat_reason": "Hors champ",
            })
        };
        let path = "/api/v1/contracts/VDP-2026";
        let put = || TestRequest::put().uri("/api/v1/contracts/VDP-2026?reason=avenant");
        let mut contract = server.get_with(path, &token).await.json();
        contract["line"].as_array_mut().unwrap().push(line("4"));
        let refused = send(&server, put(), &token, Some("*"), &contract).await;
        assert_eq!(refused.status.as_u16(), 422, "{engine:?}: {}", refused.text());
        let error = &refused.json()["errors"][0];
        assert_eq!(error["field"], "line.2.quantity", "{}", refused.text());
        assert!(error["detail"].as_str().unwrap().contains("4 is priced by nothing: tariff `supervision`"), "{error}");
        contract["line"][1]["quantity"] = "1".into();
        let taken = send(&server, put(), &token, Some("*"), &contract).await;
        assert_eq!(taken.status.as_u16(), 200, "{engine:?}: {}", taken.text());
        // A tariff that becomes flat later priced the quantities of its lines until then.
        let mut rack = server.get_with("/api/v1/tariffs/baie", &token).await.json();
        let flat = json!({ "from": "2027-06-01", "shape": "flat", "amount_eur": "1200" });
        rack["version"].as_array_mut().unwrap().push(flat);
        let put = TestRequest::put().uri("/api/v1/tariffs/baie?reason=forfait");
        assert_eq!(send(&server, put, &token, Some("*"), &rack).await.status.as_u16(), 200, "priced until then");
    }
}

#[actix_web::test]
async fn a_stored_quantity_without_a_price_goes_on() {
    let ignored = |book: String| book.replace(SUPERVISED, &SUPERVISED.replace("= 1", "= 4"));
    let site = Site::with_book(Engine::Sqlite, ignored);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let path = "/api/v1/contracts/VDP-2026";
    let mut contract = server.get_with(path, &token).await.json();
    assert_eq!(contract["line"][0]["quantity"], "4", "{contract}");
    contract["title"] = "Services de la Ville de Paris".into();
    let put = TestRequest::put().uri("/api/v1/contracts/VDP-2026?reason=intitule");
    let put = send(&server, put, &token, Some("*"), &contract).await;
    assert_eq!(put.status.as_u16(), 200, "{}", put.text());
    let cookie = server.sign_in(Role::Finance).await;
    assert_eq!(server.page("/contracts/VDP-2026", &cookie).await.status.as_u16(), 200);
    assert_eq!(
        server.page(&format!("/invoices/{}", site.number_of("ville-de-paris")), &cookie).await.status.as_u16(),
        200
    );
}

/// The end of the city's line in the small book.
const SUPERVISED: &str = "opération interne à la collectivité\"\nquantity = 1";
