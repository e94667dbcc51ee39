//! What is owed to a tenant goes back over the API: once, never more, and as the tenant can read it.

use actix_web::test::TestRequest;
use chapelle::app::credit_invoice::{self, CreditRequest};
use chapelle::app::record_payment::{self, NewPayment};
use chapelle::app::refund::{self, NewRefund};
use chapelle::app::run_billing::{self, RunRequest};
use chapelle::app::{periods, post_depreciation};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::calendar::BillingMonth;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::ledger::{AccountingPeriod, PeriodAction};
use chapelle::domain::money::Money;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site, now, pass};

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

fn text<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key].as_str().unwrap_or_else(|| panic!("{key} of {answer:#}"))
}

fn money(answer: &Value, key: &str) -> Money {
    text(answer, key).parse().unwrap()
}

/// September's invoice of AP-HP paid and credited as a whole, and October's, open. What is owed on the first.
fn overpaid(site: &Site) -> (String, String, Money) {
    let store = site.shared.store.clone();
    let first = site.number_of("aphp");
    let work = move || {
        let request = RunRequest { month: "2026-10".parse().unwrap(), issue: true, by: by(), now: now() };
        run_billing::run(&store, &request, &mut |_, _| ()).unwrap();
        let open = chapelle::app::open_invoices::list(&store, now()).unwrap();
        let of = |number: &str| open.iter().find(|one| one.number.as_str() == number).unwrap().clone();
        let (paid, other) =
            (of(&first), open.iter().find(|one| one.tenant.as_str() == "aphp" && one.number.as_str() != first));
        let payment = NewPayment {
            invoice: paid.number.clone(),
            received_on: now().date_naive(),
            amount: paid.open,
            reference: None,
            statement_key: None,
        };
        record_payment::record(&store, &payment, &by(), now()).unwrap();
        let credit = CreditRequest { invoice: paid.number.clone(), lines: vec![], reason: "en double".into() };
        let credited = credit_invoice::credit(&store, &credit, &by(), now()).unwrap();
        assert_eq!(credited.open, -paid.open);
        (first, other.unwrap().number.to_string(), paid.open)
    };
    // The use cases block, which the test's own thread must not.
    std::thread::spawn(work).join().unwrap()
}

async fn send(server: &Server, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    server.call(request.insert_header(("idempotency-key", key)).set_json(body)).await
}

#[actix_web::test]
async fn what_is_owed_is_set_against_another_invoice_and_the_rest_refunded_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let (first, other, owed) = overpaid(&site);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let listed = server.get_with("/api/v1/invoices?status=overpaid", &token).await.json();
        assert_eq!((text(&listed["invoices"][0], "number"), listed["total"].as_i64()), (first.as_str(), Some(1)));

        let (transfers, refunds) =
            (format!("/api/v1/invoices/{first}/transfers"), format!("/api/v1/invoices/{first}/refunds"));
        let body = json!({ "to": other, "amount": "100.00", "preview": true });
        let seen = send(&server, &token, &transfers, "seen", &body).await;
        assert_eq!(seen.status.as_u16(), 200, "{}", seen.text());
        assert_eq!(money(&seen.json(), "open_after"), Money::from_cents(10_000) - owed);
        let body = json!({ "to": other, "amount": "100.00" });
        let done = send(&server, &token, &transfers, "one", &body).await;
        assert_eq!(done.status.as_u16(), 201, "{engine:?}: {}", done.text());
        let again = send(&server, &token, &transfers, "one", &body).await;
        assert_eq!((again.status.as_u16(), again.text()), (201, done.text()), "the same request counts once");
        assert_eq!(text(&done.json(), "number"), "IMP-2026-000001");

        let rest = (owed - Money::from_cents(10_000)).to_string();
        let body = json!({ "refunded_on": "2026-11-03", "amount": rest, "reference": "VIR 12" });
        let done = send(&server, &token, &refunds, "two", &body).await;
        assert_eq!(done.status.as_u16(), 201, "{}", done.text());
        let done = done.json();
        assert_eq!((text(&done, "number"), text(&done, "open_after")), ("RBT-2026-000001", "0.00"));
        assert!(done["letter"].is_string(), "{done:#}");

        let tenant = server.token(Role::Tenant).await;
        let account = server.get_with(&format!("/api/v1/invoices/{first}/account"), &tenant).await.json();
        assert_eq!((text(&account, "settlement"), text(&account, "open")), ("credited", "0.00"));
        assert_eq!(money(&account, "paid_back"), owed);
        let back = account["refunds_and_transfers"].as_array().unwrap();
        assert_eq!(back.len(), 2);
        assert!(back.iter().any(|one| one["to"] == other.as_str() && one["amount"] == "100.00"), "{back:?}");
        let account = server.get_with(&format!("/api/v1/invoices/{other}/account"), &tenant).await.json();
        assert_eq!((text(&account["payments"][0], "from"), text(&account, "paid")), (first.as_str(), "100.00"));
        let payments = server.get_with("/api/v1/payments?q=RBT", &token).await.json();
        assert_eq!(text(&payments["payments"][0], "amount"), format!("-{rest}"));
        let trail = server.get_with("/api/v1/audit/events?action=payment.transferred", &token).await.text();
        assert!(trail.contains("IMP-2026-000001") && trail.contains("against_open"), "{trail}");
        for role in [Role::Tenant, Role::Auditor, Role::Operator] {
            let token = server.token(role).await;
            assert_eq!(send(&server, &token, &refunds, "three", &body).await.status.as_u16(), 403, "{role:?}");
        }
    }
}

#[actix_web::test]
async fn what_is_not_owed_is_refused_with_what_to_do() {
    let site = Site::new(Engine::Sqlite);
    let (first, other, owed) = overpaid(&site);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let refunds = format!("/api/v1/invoices/{first}/refunds");
    let more = (owed + Money::from_cents(1)).to_string();
    for (path, body, status, told) in [
        (&refunds, json!({ "refunded_on": "2026-11-03", "amount": more }), 422, "is more than what is owed"),
        (&refunds, json!({ "refunded_on": "2026-11-04", "amount": "1.00" }), 422, "has not come yet"),
        (&refunds, json!({ "refunded_on": "2026-11-02", "amount": "1.00" }), 422, "before 2026-11-03"),
        (&refunds, json!({ "refunded_on": "2026-11-03", "amount": "0.00" }), 422, "not above zero"),
        (&refunds, json!({ "refunded_on": "2026-11-03", "amount": "1.00", "to": "x" }), 400, "unknown field"),
        (
            &format!("/api/v1/invoices/{other}/refunds"),
            json!({ "refunded_on": "2026-11-03", "amount": "1.00" }),
            422,
            "nothing is owed to the tenant",
        ),
        (
            &format!("/api/v1/invoices/{first}/transfers"),
            json!({ "to": first, "amount": "1.00" }),
            422,
            "against itself",
        ),
        (
            &format!("/api/v1/invoices/{first}/transfers"),
            json!({ "to": site.number_of("eau-de-paris"), "amount": "1.00" }),
            422,
            "pays invoices of its own only",
        ),
        (&format!("/api/v1/invoices/{first}/transfers"), json!({ "to": "DC2026000099", "amount": "1.00" }), 404, ""),
        (
            &"/api/v1/invoices/DC2026000099/refunds".to_owned(),
            json!({ "refunded_on": "2026-11-03", "amount": "1.00" }),
            404,
            "",
        ),
    ] {
        let answer = send(&server, &token, path, &format!("{path}{body}"), &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {}", answer.text());
        assert!(answer.text().contains(told), "{path} {body}: {}", answer.text());
    }
    // Nothing is dated in a closed month.
    pass(40 * 86_400);
    let (store, at) = (site.shared.store.clone(), now());
    let (first, other) = (first.clone(), other.clone());
    let close = move || {
        let november: BillingMonth = "2026-11".parse().unwrap();
        post_depreciation::post(&store, november, &by(), at).unwrap();
        periods::change(&store, AccountingPeriod::Month(november), PeriodAction::Close, None, &by(), at).unwrap();
        // Who plans it is told before confirming.
        let day = "2026-11-03".parse().unwrap();
        let payment = NewPayment {
            invoice: InvoiceNumber::from_stored(other),
            received_on: day,
            amount: Money::from_cents(1),
            reference: None,
            statement_key: None,
        };
        let pay = record_payment::plan(&store, &payment, at);
        let new = NewRefund {
            invoice: InvoiceNumber::from_stored(first),
            on: day,
            amount: Money::from_cents(1),
            reference: None,
        };
        (pay.unwrap_err().to_string(), refund::plan(&store, &new, at).unwrap_err().to_string())
    };
    let (pay, refund) = std::thread::spawn(close).join().unwrap();
    assert!(pay.contains("2026-11 is closed") && refund.contains("2026-11 is closed"), "{pay} {refund}");
    let body = json!({ "refunded_on": "2026-11-03", "amount": "1.00" });
    let token = server.token(Role::Finance).await;
    let closed = send(&server, &token, &refunds, "closed", &body).await;
    assert!(closed.status.as_u16() >= 409 && closed.text().contains("closed"), "{}", closed.text());
    let body = json!({ "refunded_on": "2026-12-01", "amount": "1.00" });
    assert_eq!(send(&server, &token, &refunds, "open", &body).await.status.as_u16(), 201);
}
