//! What a tenant has on account over the API: the rest of a payment kept, an invoice settled from it, the rest sent back,
//! each once.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use chapelle::domain::money::Money;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

async fn send(server: &Server, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    server.call(request.insert_header(("idempotency-key", key)).set_json(body)).await
}

#[actix_web::test]
async fn the_rest_of_a_payment_is_kept_and_used_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let first = site.number_of("aphp");
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let account = "/api/v1/tenants/aphp/on-account";
        assert_eq!(server.get_with(account, &token).await.json()["balance"], "0.00");
        let open = server.get_with(&format!("/api/v1/invoices/{first}/account"), &token).await.json();
        let open: Money = open["open"].as_str().unwrap().parse().unwrap();
        let more = (open + Money::from_cents(15_000)).to_string();
        let body = json!({ "invoice": first, "received_on": "2026-11-03", "amount": more });
        let refused = send(&server, &token, "/api/v1/payments", "one", &body).await;
        assert_eq!(refused.status.as_u16(), 422, "{engine:?}: {}", refused.text());
        let body = json!({ "invoice": first, "received_on": "2026-11-03", "amount": more, "keep_rest": true });
        let done = send(&server, &token, "/api/v1/payments", "two", &body).await;
        assert_eq!(done.status.as_u16(), 201, "{}", done.text());
        let told = done.json();
        assert_eq!((&told["amount"], &told["kept"]["amount"]), (&json!(open), &json!("150.00")), "{told:#}");
        assert_eq!(send(&server, &token, "/api/v1/payments", "two", &body).await.text(), done.text());

        let settle = format!("{account}/settlements");
        let body = json!({ "invoice": first, "settled_on": "2026-11-03", "amount": "1.00" });
        let refused = send(&server, &token, &settle, "three", &body).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("nothing is open"), "{}", refused.text());
        let others = "/api/v1/tenants/essai/on-account/settlements";
        assert_eq!(send(&server, &token, others, "four", &body).await.status.as_u16(), 404);

        let body = json!({ "repaid_on": "2026-11-03", "amount": "150.00", "preview": true });
        let seen = send(&server, &token, &format!("{account}/repayments"), "seen", &body).await;
        assert_eq!((seen.status.as_u16(), &seen.json()["balance_after"]), (200, &json!("0.00")), "{}", seen.text());
        let body = json!({ "repaid_on": "2026-11-03", "amount": "150.00", "reference": "VIR 13" });
        let done = send(&server, &token, &format!("{account}/repayments"), "five", &body).await;
        assert_eq!((done.status.as_u16(), &done.json()["balance"]), (201, &json!("0.00")), "{}", done.text());
        let again = send(&server, &token, &format!("{account}/repayments"), "five", &body).await;
        assert_eq!(again.text(), done.text(), "the same request counts once");
        let moved = server.get_with(account, &token).await.json();
        let amounts: Vec<&Value> = moved["movements"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
        assert_eq!(amounts, [&json!("150.00"), &json!("-150.00")]);
        let last = &moved["movements"][1];
        assert_eq!((&last["kind"], &last["balance"]), (&json!("sent-back"), &json!("0.00")), "{moved:#}");
        let tenant = server.token(Role::Tenant).await;
        assert_eq!(server.get_with(account, &tenant).await.json(), moved, "a tenant reads its own");
        for of in ["essai", "nobody"] {
            let other = server.get_with(&format!("/api/v1/tenants/{of}/on-account"), &tenant).await;
            assert_eq!(other.status.as_u16(), 404, "{of}");
        }
        for role in [Role::Tenant, Role::Auditor, Role::Operator] {
            let token = server.token(role).await;
            assert_eq!(send(&server, &token, &settle, "six", &body).await.status.as_u16(), 403, "{role:?}");
        }
    }
}

/// What a tenant sent while nothing is open is kept, moved to whom it is of, and taken back; each once, while it is not used.
#[actix_web::test]
async fn what_is_kept_by_hand_is_moved_and_taken_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let (own, other) = ("/api/v1/tenants/aphp/on-account", "/api/v1/tenants/eau-de-paris/on-account");
        let receipts = format!("{other}/receipts");
        let body = json!({ "received_on": "2026-11-02", "amount": "70.00", "reference": "VIR 9", "preview": true });
        let seen = send(&server, &token, &receipts, "seen", &body).await;
        assert_eq!((seen.status.as_u16(), &seen.json()["balance_after"]), (200, &json!("70.00")), "{}", seen.text());
        let open = seen.json()["open"].as_str().unwrap().parse::<Money>().unwrap();
        assert!(open > Money::ZERO && seen.json()["stands"].is_null(), "its invoice is open: {}", seen.text());
        let preview = body;
        let body = json!({ "received_on": "2026-11-02", "amount": "70.00", "reference": "VIR 9" });
        let kept = send(&server, &token, &receipts, "one", &body).await;
        assert_eq!((kept.status.as_u16(), &kept.json()["number"]), (201, &json!("CPT-2026-000001")), "{}", kept.text());
        assert_eq!(
            send(&server, &token, &receipts, "another", &body).await.status.as_u16(),
            409,
            "sent twice, kept once"
        );
        let seen = send(&server, &token, &receipts, "seen twice", &preview).await.json();
        assert_eq!(seen["stands"], "CPT-2026-000001", "without `again` it is refused: {seen:#}");
        let nothing = json!({ "received_on": "2026-11-02", "amount": "-1.00" });
        assert_eq!(send(&server, &token, &receipts, "none", &nothing).await.status.as_u16(), 422);

        let body =
            json!({ "number": "CPT-2026-000001", "corrected_on": "2026-11-02", "to": "aphp", "reason": "mal lu" });
        let corrections = format!("{other}/corrections");
        let alone = json!({ "number": "CPT-2026-000001", "corrected_on": "2026-11-02", "reason": "mal lu" });
        let of_another = send(&server, &token, &format!("{own}/corrections"), "two", &alone).await;
        assert_eq!(of_another.status.as_u16(), 404, "{}", of_another.text());
        let mut preview = body.clone();
        preview["preview"] = json!(true);
        let seen = send(&server, &token, &corrections, "seen moved", &preview).await.json();
        let balances =
            ["balance_before", "balance_after", "to_balance_before", "to_balance_after"].map(|key| &seen[key]);
        assert_eq!(balances, ["70.00", "0.00", "0.00", "70.00"], "{engine:?} {seen:#}");
        let moved = send(&server, &token, &corrections, "three", &body).await;
        assert_eq!(moved.status.as_u16(), 201, "{}", moved.text());
        let told = moved.json();
        assert_eq!((&told["number"], &told["balance"]), (&json!("CPT-2026-000002"), &json!("0.00")), "{told:#}");
        assert_eq!((&told["kept"]["number"], &told["kept"]["tenant"]), (&json!("CPT-2026-000003"), &json!("aphp")));
        let again = send(&server, &token, &corrections, "four", &body).await;
        assert!(again.status.as_u16() == 422 && again.text().contains("was taken back already"), "{}", again.text());

        let back = json!({ "number": "CPT-2026-000003", "corrected_on": "2026-11-02", "reason": "rien n’est venu" });
        let early = json!({ "number": "CPT-2026-000003", "corrected_on": "2026-11-01", "reason": "mal lu" });
        let corrections = format!("{own}/corrections");
        let refused = send(&server, &token, &corrections, "five", &early).await.text();
        assert!(refused.contains("was kept on 2026-11-02"), "{refused}");
        let part = json!({ "repaid_on": "2026-11-03", "amount": "20.00" });
        assert_eq!(send(&server, &token, &format!("{own}/repayments"), "six", &part).await.status.as_u16(), 201);
        let used = send(&server, &token, &corrections, "seven", &back).await;
        assert!(used.status.as_u16() == 422 && used.text().contains("20.00 of the 70.00"), "{}", used.text());
        for role in [Role::Tenant, Role::Auditor, Role::Operator] {
            let token = server.token(role).await;
            assert_eq!(send(&server, &token, &corrections, "eight", &back).await.status.as_u16(), 403, "{role:?}");
        }
    }
}

/// The bank's text of money that was kept for a tenant by mistake is another's: who keeps the books reads it, the tenant does not.
#[actix_web::test]
async fn a_tenant_does_not_read_what_the_bank_says_of_anothers_money() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (finance, tenant) = (server.token(Role::Finance).await, server.token(Role::Tenant).await);
    let account = "/api/v1/tenants/aphp/on-account";
    for (key, reference) in [("one", "VIR DE L’EAU"), ("two", "VIR 10")] {
        let body = json!({ "received_on": "2026-11-02", "amount": "70.00", "reference": reference });
        let kept = send(&server, &finance, &format!("{account}/receipts"), key, &body).await;
        assert_eq!(kept.status.as_u16(), 201, "{}", kept.text());
    }
    let body =
        json!({ "number": "CPT-2026-000001", "corrected_on": "2026-11-02", "to": "eau-de-paris", "reason": "mal lu" });
    assert_eq!(send(&server, &finance, &format!("{account}/corrections"), "three", &body).await.status.as_u16(), 201);
    let references = async |token: &str| -> Vec<Value> {
        let told = server.get_with(account, token).await.json();
        told["movements"].as_array().unwrap().iter().map(|one| one["reference"].clone()).collect()
    };
    let taken_back = json!("CPT-2026-000001");
    assert_eq!(references(&finance).await, [json!("VIR DE L’EAU"), json!("VIR 10"), taken_back.clone()]);
    assert_eq!(references(&tenant).await, [Value::Null, json!("VIR 10"), taken_back]);
    let cookie = server.sign_in(Role::Tenant).await;
    for path in ["/tenants/aphp/on-account", "/tenants/aphp/on-account/movements.csv"] {
        let text = server.page(path, &cookie).await.text();
        assert!(text.contains("VIR 10") && !text.contains("VIR DE L"), "{path}: {text}");
    }
}
