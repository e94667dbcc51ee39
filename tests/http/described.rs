//! The API against its own description: each thing that can be read is read once, and what other tests do not write is
//! written; [`Server`] holds every answer against its schema.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::ENGINES;
use crate::site::{Answer, Server, Site};

/// Read elsewhere, as files: they have no JSON.
const FILES: [&str; 3] =
    ["/api/v1/assets/{asset}/papers/{hash}", "/api/v1/audit/packs/{pack}/file", "/api/v1/reports/kept/{hash}"];

/// All but `fec`, a text.
const REPORTS: [&str; 9] =
    ["plan", "movements", "funding", "reconciliation", "tie-out", "balance", "ledger", "journal", "payback"];

async fn written(server: &Server, path: &str, role: Role, body: Value) -> Answer {
    let answer = server.api("POST", path, &server.token(role).await, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text());
    answer
}

/// Something of everything there is to read.
async fn fill(server: &Server, number: &str) {
    let asset = "/api/v1/assets/2019-0042/events";
    let change = |change: Value| json!({ "effective_on": "2026-10-31", "reason": "Revue annuelle", "change": change });
    for change_of in [
        json!({ "kind": "revise", "component": "gros-oeuvre", "duration_years": 45, "residual_value": null,
            "expected_units": null }),
        json!({ "kind": "impair", "component": "gros-oeuvre", "amount": "1000.00" }),
        json!({ "kind": "dispose", "component": "gros-oeuvre", "extent": { "percent": "10" }, "proceeds": "0.00",
            "buyer": null }),
    ] {
        written(server, asset, Role::Finance, change(change_of)).await;
    }
    let figure = json!({ "figures": [{ "month": "2026-09", "kind": "energy", "label": "Voie A", "amount": "31250.40",
        "source": "Facture 118" }] });
    written(server, "/api/v1/payback/figures", Role::Finance, figure).await;
    written(server, "/api/v1/amortisation/postings", Role::Finance, json!({ "through": "2026-10" })).await;
    let credit = json!({ "reason": "Geste commercial", "lines": [{ "line": 1, "net": "10.00" }] });
    written(server, &format!("/api/v1/invoices/{number}/credit-notes"), Role::Finance, credit).await;
    let payment = json!({ "invoice": number, "received_on": "2026-11-03", "amount": "1.00", "reference": "VIR 7" });
    written(server, "/api/v1/payments", Role::Finance, payment).await;
    let line = json!({ "designation": "Intervention", "quantity": "2", "unit_price": "80.00", "reason": "Ticket 7" });
    written(server, "/api/v1/billing/2026-10/drafts/AP-2026/lines", Role::Finance, line).await;
    written(server, "/api/v1/billing/2026-10/runs", Role::Finance, json!({ "contracts": ["EDP-2026"] })).await;
    written(server, "/api/v1/periods/2026-08", Role::Finance, json!({ "action": "close" })).await;
    written(server, "/api/v1/reports/balance/archive", Role::Finance, json!({})).await;
    let paper = TestRequest::post().uri("/api/v1/assets/2019-0042/papers?name=Acte&date=2019-01-15&kind=acquisition");
    let token = server.token(Role::Finance).await;
    let paper = paper.insert_header(("authorization", format!("Bearer {token}"))).set_payload("papier");
    assert_eq!(server.call(paper).await.status.as_u16(), 201);
    written(server, "/api/v1/audit/packs", Role::Auditor, json!({ "year": 2026 })).await;
    let token = json!({ "name": "supervision", "scopes": ["invoices:read"], "days": 30 });
    written(server, "/api/v1/me/tokens", Role::Finance, token).await;
    let statement = TestRequest::post().uri("/api/v1/payments/statements");
    let token = server.token(Role::Finance).await;
    let statement = statement.insert_header(("authorization", format!("Bearer {token}")));
    let statement = statement.set_payload(include_str!("../fixtures/statement.cfonb120.txt"));
    assert_eq!(server.call(statement).await.status.as_u16(), 201);
}

/// An address of `template` where something is.
fn address(number: &str, template: &str) -> String {
    let known = [
        ("{number}", number.to_owned()),
        ("{code}", "aphp".to_owned()),
        ("{contract}", "AP-2026".to_owned()),
        ("{tariff}", "energie".to_owned()),
        ("{month}", "2026-10".to_owned()),
        ("{meter}", "A01-EA".to_owned()),
        ("{rack}", "A01".to_owned()),
        // It rests on meters.
        ("{line}", "2".to_owned()),
        ("{asset}", "2019-0042".to_owned()),
        ("{account}", "4".to_owned()),
        ("{report}", "plan".to_owned()),
        ("{format}", "csv".to_owned()),
    ];
    let named = known.iter().fold(template.to_owned(), |path, (name, value)| path.replace(name, value));
    // What is left is numbered from 1: runs, packs, statements, people, lines.
    let path =
        named.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
    match template {
        "/api/v1/tariffs/{tariff}/price" => path + "?quantity=12.5",
        "/api/v1/audit/sample" => path + "?seed=dix&kind=readings&size=3",
        _ => path,
    }
}

#[actix_web::test]
async fn whatever_is_read_is_answered_as_described() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        // Once it is credited, the credit note is the latest document.
        let number = site.number_of("aphp");
        fill(&server, &number).await;
        site.upload("releves.csv", "meter,at,value\nA01-PA,2026-09-10T08:05:00Z,2\nNOBODY,2026-10-10T08:05:00Z,2\n");
        // The invoice of AP-HP is past due.
        crate::site::pass(60 * 86_400);
        let mut tokens = vec![];
        for role in Role::ALL {
            tokens.push(server.token(role).await);
        }
        let document = server.get("/openapi.json").await.json();
        let read = document["paths"].as_object().unwrap().iter().filter(|(_, item)| item["get"].is_object());
        let mut unread = vec![];
        for (template, _) in read.filter(|(template, _)| !FILES.contains(&template.as_str())) {
            let mut answers = vec![];
            for token in &tokens {
                answers.push(server.get_with(&address(&number, template), token).await.status.as_u16());
            }
            if !answers.contains(&200) {
                unread.push(format!("{template} {answers:?}"));
            }
        }
        assert!(unread.is_empty(), "{engine:?}: nobody reads these:\n{}", unread.join("\n"));
        for report in REPORTS {
            let answer =
                server.get_with(&format!("/api/v1/reports/{report}"), &server.token(Role::Finance).await).await;
            assert_eq!(answer.status.as_u16(), 200, "{report}: {}", answer.text());
        }
    }
}

#[actix_web::test]
async fn what_is_done_to_an_invoice_is_answered_as_described() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let number = site.number_of("eau-de-paris");
        crate::site::pass(60 * 86_400);
        let path = |deed: &str| format!("/api/v1/invoices/{number}/{deed}");
        written(&server, &path("credit-notes"), Role::Finance, json!({ "reason": "Essai", "preview": true })).await;
        written(&server, &path("correction"), Role::Finance, json!({ "reason": "Essai", "preview": true })).await;
        written(&server, &path("reminders"), Role::Finance, json!({})).await;
        let gross = server.get_with(&path("account"), &server.token(Role::Finance).await).await.json();
        let payment = json!({ "invoice": number, "received_on": "2026-12-30", "amount": gross["open"] });
        written(&server, "/api/v1/payments", Role::Finance, payment).await;
        let claimed = written(&server, &path("interest"), Role::Finance, json!({})).await.json();
        assert_eq!(claimed["claims"].as_array().map(Vec::len), Some(1), "{claimed:#}");
        written(&server, "/api/v1/amortisation/postings", Role::Finance, json!({ "through": "2025-12" })).await;
        for year in 2019..=2025 {
            let path = format!("/api/v1/periods/{year}");
            written(&server, &path, Role::Finance, json!({ "action": "close-year" })).await;
        }
    }
}
