//! What a tenant has on account over the API: the rest of a payment kept, an invoice settled from it, the rest sent back,
//! each once.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use chapelle::domain::money::Money;
use serde_json::{Value, json};

use crate::common::ENGINES;
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
