//! What was entered by mistake leaves the book over the API; what something refers to stays, and says what that is.

use actix_web::test::TestRequest;
use chapelle::app::import_book::{self, FileBasis};
use chapelle::app::verify_audit::{self, Against};
use chapelle::app::{export_book, read_trail};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use serde_json::{Value, json};

use crate::common::ENGINES;
use crate::site::{Answer, Server, Site, now};

async fn send(server: &Server, request: TestRequest, token: &str, tag: Option<&str>) -> Answer {
    let mut request = request.insert_header(("authorization", format!("Bearer {token}")));
    if let Some(tag) = tag {
        request = request.insert_header(("if-match", tag.to_owned()));
    }
    server.call(request).await
}

async fn delete(server: &Server, path: &str, token: &str, tag: Option<&str>) -> Answer {
    send(server, TestRequest::delete().uri(path), token, tag).await
}

/// Why it is not removed.
fn reasons(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 409, "{}", answer.text());
    let json = answer.json();
    json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["detail"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

async fn enter(server: &Server, token: &str, line: Value) {
    let tenant = json!({
        "code": "essai", "name": "Organisme d'essai", "siret": "21750001600019",
        "payment_term_class": "local-authority",
        "address": { "lines": ["1 rue Exemple"], "postcode": "75013", "city": "Paris" },
        "contact": [{ "name": "Service", "email": "service@example.org" }],
    });
    let version = json!([{ "from": "2026-01-01", "shape": "per-unit", "unit_price_eur": "10" }]);
    let tariff = json!({ "code": "essai", "name": "Essai", "unit": "rack", "version": version });
    let contract = json!({ "code": "E-1", "tenant": "essai", "title": "Essai", "from": "2026-01-01", "line": [line] });
    for (list, body) in [("tenants", tenant), ("tariffs", tariff), ("contracts", contract)] {
        let made = server.api("POST", &format!("/api/v1/{list}"), token, Some(body)).await;
        assert_eq!(made.status.as_u16(), 201, "{list}: {}", made.text());
    }
}

fn line() -> Value {
    json!({
        "code": "baies", "service": "space", "designation": { "fr": "Baies", "en": "Racks" }, "from": "2026-01-01",
        "tariff": "essai", "quantity": "2", "vat": "standard", "vat_rate_percent": "20",
    })
}

#[actix_web::test]
async fn what_nothing_refers_to_is_removed_and_an_older_file_does_not_bring_it_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        enter(&server, &token, line()).await;
        let store = site.shared.store.clone();
        let former = std::thread::spawn(move || export_book::shared(&store).unwrap()).join().unwrap();
        let (tenant, tariff, contract) =
            ("/api/v1/tenants/essai", "/api/v1/tariffs/essai", "/api/v1/contracts/E-1?reason=Saisie%20en%20double");
        let (tenant_because, tariff_because) =
            (format!("{tenant}?reason=Saisie%20en%20double"), format!("{tariff}?reason=Saisie%20en%20double"));

        for path in [&tenant_because, &tariff_because] {
            let told = reasons(&delete(&server, path, &token, Some("*")).await);
            assert_eq!(told, "contracts name it: 1, among them E-1", "{engine:?}");
        }
        assert_eq!(delete(&server, contract, &token, None).await.status.as_u16(), 428, "without If-Match");
        let stale = delete(&server, contract, &token, Some("\"7\"")).await;
        assert_eq!((stale.status.as_u16(), stale.json()["version"].as_i64()), (412, Some(1)), "{}", stale.text());
        let silent = delete(&server, "/api/v1/contracts/E-1?reason=non", &token, Some("\"1\"")).await;
        assert_eq!((silent.status.as_u16(), silent.json()["errors"][0]["field"].as_str()), (422, Some("reason")));
        let auditor = server.token(Role::Auditor).await;
        assert_eq!(delete(&server, contract, &auditor, Some("*")).await.status.as_u16(), 403);

        for path in [contract, &tariff_because, &tenant_because] {
            let tag = server.get_with(path.split('?').next().unwrap(), &token).await.header("etag").to_owned();
            let gone = delete(&server, path, &token, Some(&tag)).await;
            assert_eq!(gone.status.as_u16(), 204, "{engine:?} {path}: {}", gone.text());
            assert_eq!(delete(&server, path, &token, Some("*")).await.status.as_u16(), 404);
        }

        let (store, signing) = (site.shared.store.clone(), site.shared.signing());
        std::thread::spawn(move || {
            let filter = read_trail::TrailFilter { action: Some("tenant.removed".into()), ..Default::default() };
            let page = read_trail::page(&store, &filter, 1).unwrap();
            let event = &page.events[0].event;
            assert_eq!((event.subject.as_str(), event.reason.as_deref()), ("essai", Some("Saisie en double")));
            let before = &event.before.as_ref().unwrap()["tenant"];
            assert_eq!(before["contact"][0]["email"], "service@example.org", "{before}");
            let against = Against { roots: vec![], key: None };
            let found = verify_audit::verify(&store, &signing, &against, &mut |_, _| {}).unwrap();
            assert!(found.is_sound(), "{found:?}");
            let by = Actor::new("test", None);
            let refused = import_book::import(&store, &former, &by, now()).unwrap_err().to_string();
            assert!(refused.contains("tenant essai was removed by finance@example.org"), "{engine:?} {refused}");
            let basis = FileBasis { revision: 0, overwrite: true };
            let report = import_book::import_on(&store, &former, basis, &by, now()).unwrap();
            assert_eq!(report.created, ["tenant essai", "tariff essai", "contract E-1"], "it comes back on purpose");
            assert!(verify_audit::verify(&store, &signing, &against, &mut |_, _| {}).unwrap().is_sound());
        })
        .join()
        .unwrap();
    }
}

/// A draft holds its contract until it is withdrawn; what is issued is not withdrawn.
#[actix_web::test]
async fn a_withdrawn_draft_frees_its_contract() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        enter(&server, &token, line()).await;
        let run = json!({ "issue": false, "contracts": ["E-1"] });
        let run = server.api("POST", "/api/v1/billing/2026-10/runs", &token, Some(run)).await;
        assert_eq!(run.status.as_u16(), 202, "{}", run.text());
        let drafts = "/api/v1/billing/2026-10/drafts";
        let kept =
            |answer: Answer| answer.json()["drafts"].as_array().unwrap().iter().any(|one| one["contract"] == "E-1");
        for _ in 0..200 {
            if kept(server.get_with(drafts, &token).await) {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let contract = "/api/v1/contracts/E-1?reason=Saisie%20en%20double";
        let held = reasons(&delete(&server, contract, &token, Some("*")).await);
        assert_eq!(held, "drafts are kept of it: 1, among them 2026-10", "{engine:?}");

        let draft = format!("{drafts}/E-1");
        let silent = delete(&server, &format!("{draft}?reason=%20"), &token, None).await;
        assert_eq!(silent.status.as_u16(), 422, "{}", silent.text());
        let auditor = server.token(Role::Auditor).await;
        let because = format!("{draft}?reason=essai");
        assert_eq!(delete(&server, &because, &auditor, None).await.status.as_u16(), 403);
        assert_eq!(delete(&server, &because, &token, None).await.status.as_u16(), 204, "{engine:?}");
        assert_eq!(delete(&server, &because, &token, None).await.status.as_u16(), 404, "{engine:?}");
        assert!(!kept(server.get_with(drafts, &token).await));
        let store = site.shared.store.clone();
        let told = std::thread::spawn(move || {
            let filter = read_trail::TrailFilter { action: Some("draft.withdrawn".into()), ..Default::default() };
            read_trail::page(&store, &filter, 1).unwrap().events.remove(0).event
        });
        let told = told.join().unwrap();
        assert_eq!((told.subject.as_str(), told.reason.as_deref()), ("E-1 2026-10", Some("essai")));
        assert!(told.before.unwrap()["totals"]["gross"].is_string());
        assert_eq!(delete(&server, contract, &token, Some("*")).await.status.as_u16(), 204, "{engine:?}");

        let issued = format!("/api/v1/billing/2026-09/drafts/{}?reason=essai", site.contract_of("aphp"));
        let refused = delete(&server, &issued, &token, None).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        assert!(refused.text().contains("what is issued is credited"), "{}", refused.text());
    }
}

#[actix_web::test]
async fn what_was_billed_measured_or_is_seen_by_somebody_stays() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let billed = reasons(&delete(&server, "/api/v1/contracts/AP-2026?reason=erreur", &token, Some("*")).await);
        for expected in [
            &format!("invoices were issued on it: 1, among them {}", site.number_of("aphp")),
            "drafts are kept of it: 1, among them 2026-10",
            "is assigned to it and has readings from",
        ] {
            assert!(billed.contains(expected), "{engine:?} {expected}: {billed}");
        }
        let tenant = reasons(&delete(&server, "/api/v1/tenants/aphp?reason=erreur", &token, Some("*")).await);
        for expected in ["contracts name it: 1", "lines of the journal name it", "people see its data: 1"] {
            assert!(tenant.contains(expected), "{engine:?} {expected}: {tenant}");
        }
        let tariff = reasons(&delete(&server, "/api/v1/tariffs/energie?reason=erreur", &token, Some("*")).await);
        assert!(tariff.starts_with("contracts name it"), "{engine:?} {tariff}");
        assert_eq!(server.get_with("/api/v1/contracts/AP-2026", &token).await.status.as_u16(), 200);
    }
}
