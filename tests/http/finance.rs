//! What finance does with invoices: payments, credit notes, lines of its own, runs.

use actix_web::test::TestRequest;
use chapelle::app::credit_invoice::{self, CreditRequest};
use chapelle::app::manual_lines;
use chapelle::app::open_invoices;
use chapelle::app::record_payment::{self, NewPayment};
use chapelle::app::run_billing::{self, RunRequest};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::contract::{Designation, Service, VatTreatment};
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::money::Money;
use chapelle::domain::quantity::{Quantity, Unit};
use chapelle::domain::rating::NewManualLine;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site, now, pass};

const DAY: i64 = 86_400;

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

fn pay(site: &Site, number: &str, amount: &str) {
    let payment = NewPayment {
        invoice: InvoiceNumber::from_stored(number),
        received_on: now().date_naive(),
        amount: amount.parse().unwrap(),
        reference: None,
        statement_key: None,
    };
    record_payment::record(&site.shared.store, &payment, &by(), now()).unwrap();
}

async fn numbers(server: &Server, token: &str, query: &str) -> Vec<String> {
    let answer = server.get_with(&format!("/api/v1/invoices?{query}"), token).await.json();
    let row = |row: &serde_json::Value| row["number"].as_str().unwrap().to_owned();
    answer["invoices"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(row).collect()
}

/// The address of the next part as `Link` has it, and what the part's rows are known by.
async fn part(server: &Server, token: &str, address: &str, rows: &str) -> (Option<String>, Vec<String>) {
    let answer = server.get_with(address, token).await;
    let next = answer.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
    let next = next.map(|link| link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned());
    let body = answer.json();
    assert_eq!(next.is_some(), body["next"].is_string(), "{body}");
    let row = |row: &serde_json::Value| row["number"].as_str().unwrap().to_owned();
    (next, body[rows].as_array().unwrap_or_else(|| panic!("{body}")).iter().map(row).collect())
}

/// A cent taken back, or paid, of the first invoice.
fn cent(site: &Site, of: &str, number: &str) {
    match of {
        "payments" => pay(site, number, "0.01"),
        _ => {
            let invoice = InvoiceNumber::from_stored(number);
            let lines = vec![(1, Some("0.01".parse().unwrap()))];
            let request = CreditRequest { invoice, lines, reason: "in error".into() };
            credit_invoice::credit(&site.shared.store, &request, &by(), now()).unwrap();
        }
    }
}

#[actix_web::test]
async fn a_list_read_by_its_cursor_is_not_shifted_by_what_comes_in_meanwhile() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let number = site.number_of("aphp");
        for (rows, query) in
            [("payments", "q="), ("invoices", "status=issued"), ("invoices", "status=issued&sort=month")]
        {
            for _ in 0..52 {
                cent(&site, rows, &number);
            }
            let (next, mut seen) = part(&server, &token, &format!("/api/v1/{rows}?{query}"), rows).await;
            assert_eq!(seen.len(), 50, "{engine:?} {rows}");
            cent(&site, rows, &number);
            let mut next = next;
            while let Some(address) = next {
                assert!(address.contains(query) && address.contains("cursor="), "the same list: {address}");
                let (later, more) = part(&server, &token, &address, rows).await;
                seen.extend(more);
                next = later;
            }
            let mut whole = seen.clone();
            whole.sort();
            whole.dedup();
            let total =
                server.get_with(&format!("/api/v1/{rows}?{query}"), &token).await.json()["total"].as_u64().unwrap();
            let (count, known) = (u64::try_from(seen.len()).unwrap(), u64::try_from(whole.len()).unwrap());
            // From the lowest month up what came in stands at the end, and is read as well.
            let fresh = u64::from(!query.contains("sort"));
            assert_eq!((count, known), (total - fresh, total - fresh), "{engine:?} {rows} {query}: {seen:?}");
        }
        for query in [
            "payments?cursor=REG-NONE",
            "payments?page=2&cursor=REG-2026-000001",
            "invoices?cursor=x",
            "invoices?cursor=2026-10.1&sort=net",
            "invoices?page=1&cursor=2026-10.1",
        ] {
            let refused = server.get_with(&format!("/api/v1/{query}"), &token).await;
            assert_eq!(refused.status.as_u16(), 400, "{engine:?} {query}: {}", refused.text());
        }
    }
}

#[actix_web::test]
async fn what_is_paid_or_taken_back_is_no_longer_overdue() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        pass(100 * DAY);
        let token = server.token(Role::Finance).await;
        let all = numbers(&server, &token, "status=overdue&sort=number").await;
        assert_eq!(all.len(), 3, "{engine:?}");
        let gross = server.get_with(&format!("/api/v1/invoices?q={}", all[0]), &token).await.json();
        let gross = gross["invoices"][0]["gross"].as_str().unwrap().to_owned();
        pay(&site, &all[0], &gross);
        pay(&site, &all[1], "1.00");
        let request =
            CreditRequest { invoice: InvoiceNumber::from_stored(&all[2]), lines: vec![], reason: "in error".into() };
        credit_invoice::credit(&site.shared.store, &request, &by(), now()).unwrap();

        assert_eq!(numbers(&server, &token, "status=overdue").await, [all[1].as_str()]);
        assert_eq!(numbers(&server, &token, "status=open").await, [all[1].as_str()]);
        assert_eq!(numbers(&server, &token, "status=paid").await, [all[0].as_str()]);
        let credited = numbers(&server, &token, "status=credited&sort=number").await;
        assert_eq!((credited.len(), credited[0].as_str()), (2, all[2].as_str()), "it and its credit note");
        let open = server.get_with("/api/v1/invoices?status=open", &token).await.json();
        let row = &open["invoices"][0];
        let gross: Money = row["gross"].as_str().unwrap().parse().unwrap();
        let left = (gross - Money::from_cents(100)).to_string();
        assert_eq!((row["open"].as_str().unwrap(), row["settlement"].as_str().unwrap()), (left.as_str(), "open"));
        let told = open_invoices::list(&site.shared.store, now()).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].number.as_str(), all[1]);
        let rebuilt = open_invoices::rebuild(&site.shared.store, &by(), now()).unwrap();
        assert_eq!((rebuilt.invoices, rebuilt.mended), (4, vec![]), "what is kept is what it follows from");
        assert_eq!(server.get_with("/api/v1/invoices?status=lost", &token).await.status.as_u16(), 400);
        assert_eq!(server.get_with("/api/v1/invoices?sort=lost", &token).await.status.as_u16(), 400);
    }
}

fn a_line(contract: &str, quantity: &str, reason: &str) -> NewManualLine {
    NewManualLine {
        contract: contract.into(),
        month: "2026-10".parse().unwrap(),
        service: Service::Other,
        designation: Designation { fr: "Intervention".into(), en: "Intervention".into() },
        quantity: quantity.parse::<Quantity>().unwrap(),
        unit: Unit::Hour,
        unit_price: "80.00".parse().unwrap(),
        vat: VatTreatment::Standard { rate_percent: "20".parse().unwrap() },
        reason: reason.into(),
    }
}

#[actix_web::test]
async fn a_manual_line_outlives_its_draft_and_is_issued_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = &site.shared.store;
        let contract = site.contract_of("aphp");
        let line =
            manual_lines::add(store, &a_line(&contract, "2", "asked for by letter"), None, &by(), now()).unwrap();
        let gone = manual_lines::add(store, &a_line(&contract, "1", "by mistake"), None, &by(), now()).unwrap();
        let place = (&contract.as_str().into(), "2026-10".parse().unwrap());
        manual_lines::remove(store, place, gone.id, "entered twice", &by(), now()).unwrap();
        assert!(manual_lines::add(store, &a_line(&contract, "-100000", "too much"), None, &by(), now()).is_err());

        let run = |issue| {
            let request = RunRequest { month: "2026-10".parse().unwrap(), issue, by: by(), now: now() };
            run_billing::run(store, &request, &mut |_, _| ()).unwrap()
        };
        run(false);
        let report = run(true);
        let carried: Vec<_> = report
            .plan
            .drafts
            .iter()
            .flat_map(|draft| &draft.charges)
            .filter(|one| one.line.starts_with("manual"))
            .collect();
        assert_eq!(carried.len(), 1, "{engine:?}");
        assert_eq!(
            (carried[0].line.as_str(), carried[0].net.to_string().as_str()),
            (&*format!("manual-{}", line.id), "160.00")
        );
        assert_eq!(manual_lines::waiting(store, &contract.as_str().into(), "2026-10".parse().unwrap()).unwrap(), []);
        let late = manual_lines::add(store, &a_line(&contract, "1", "too late"), None, &by(), now());
        assert!(late.unwrap_err().to_string().contains("is billed by"));
    }
}

async fn send(
    server: &Server,
    path: &str,
    token: &str,
    key: Option<&str>,
    body: serde_json::Value,
) -> crate::site::Answer {
    let mut request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    if let Some(key) = key {
        request = request.insert_header(("idempotency-key", key));
    }
    server.call(request.set_json(body)).await
}

#[actix_web::test]
async fn a_request_sent_twice_is_done_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let number = site.number_of("aphp");
        let day = now().date_naive().to_string();
        let body = serde_json::json!({ "invoice": number, "received_on": day, "amount": "10.00" });
        let first = send(&server, "/api/v1/payments", &token, Some("k1"), body.clone()).await;
        assert_eq!(first.status.as_u16(), 201, "{engine:?} {}", first.text());
        let again = send(&server, "/api/v1/payments", &token, Some("k1"), body.clone()).await;
        assert_eq!((again.status, again.text()), (first.status, first.text()), "answered as before");
        let other = serde_json::json!({ "invoice": number, "received_on": day, "amount": "11.00" });
        let reused = send(&server, "/api/v1/payments", &token, Some("k1"), other).await;
        assert_eq!(reused.status.as_u16(), 422, "{}", reused.text());
        let list = server.get_with("/api/v1/payments", &token).await.json();
        assert_eq!((list["total"].as_u64(), list["amount"].as_str()), (Some(1), Some("10.00")));
        let refused = serde_json::json!({ "invoice": number, "received_on": day, "amount": "0.00" });
        let refused = send(&server, "/api/v1/payments", &token, Some("k2"), refused).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        let mended = serde_json::json!({ "invoice": number, "received_on": day, "amount": "12.00" });
        let mended = send(&server, "/api/v1/payments", &token, Some("k2"), mended).await;
        assert_eq!(mended.status.as_u16(), 201, "a refused request gives its key back: {}", mended.text());
        assert_eq!(send(&server, "/api/v1/payments", &token, None, serde_json::json!({})).await.status.as_u16(), 400);
    }
}

/// Without a key, too, and under another: what tells a second payment from the first sent twice is that somebody says so.
#[actix_web::test]
async fn what_stands_already_is_refused_until_it_is_said_to_be_a_second_one() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let number = site.number_of("aphp");
        let day = now().date_naive().to_string();
        let payment =
            serde_json::json!({ "invoice": number, "received_on": day, "amount": "10.00", "reference": "VIR" });
        let part = serde_json::json!({ "reason": "geste", "lines": [{ "line": 1, "net": "5.00" }] });
        let notes = format!("/api/v1/invoices/{number}/credit-notes");
        let with = |body: &serde_json::Value, key: &str, value: serde_json::Value| {
            let mut body = body.clone();
            body[key] = value;
            body
        };
        for (path, body) in [("/api/v1/payments", &payment), (notes.as_str(), &part)] {
            let first = send(&server, path, &token, None, body.clone()).await;
            assert_eq!(first.status.as_u16(), 201, "{engine:?} {}", first.text());
            for key in [None, Some("another")] {
                let twice = send(&server, path, &token, key, body.clone()).await;
                assert_eq!(twice.status.as_u16(), 409, "{engine:?} {}", twice.text());
                let number = first.json()["number"].as_str().unwrap().to_owned();
                assert!(twice.text().contains(&number) && twice.text().contains("again"), "{}", twice.text());
            }
            let again = send(&server, path, &token, None, with(body, "again", true.into())).await;
            assert_eq!(again.status.as_u16(), 201, "{engine:?} {}", again.text());
        }
        let other = send(&server, "/api/v1/payments", &token, None, with(&payment, "reference", "VIR 2".into())).await;
        assert_eq!(other.status.as_u16(), 201, "{}", other.text());
        let rest = serde_json::json!({ "reason": "geste", "lines": [{ "line": 1 }] });
        assert_eq!(send(&server, &notes, &token, None, rest).await.status.as_u16(), 201);
    }
}

#[actix_web::test]
async fn credit_notes_are_previewed_and_issued_once() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let number = site.number_of("aphp");
    let path = format!("/api/v1/invoices/{number}/credit-notes");
    let lines = serde_json::json!([{ "line": 1, "net": "2.00" }]);
    let plan = serde_json::json!({ "reason": "in error", "lines": lines, "preview": true });
    let plan = send(&server, &path, &token, None, plan).await.json();
    assert_eq!((plan["net"].as_str(), plan["lines"].as_u64()), (Some("2.00"), Some(1)), "{plan}");
    let body = serde_json::json!({ "reason": "in error", "lines": lines });
    let issued = send(&server, &path, &token, Some("c1"), body.clone()).await;
    assert_eq!((issued.status.as_u16(), issued.json()["net"].as_str().unwrap().to_owned()), (201, "2.00".to_owned()));
    assert_eq!(send(&server, &path, &token, Some("c1"), body).await.text(), issued.text());
    let unreasoned = send(&server, &path, &token, None, serde_json::json!({ "reason": " " })).await;
    assert_eq!(unreasoned.status.as_u16(), 422);
    let too_much = serde_json::json!({ "reason": "essai", "lines": [{ "line": 1, "net": "99999999.00" }] });
    let too_much = send(&server, &path, &token, None, too_much).await;
    assert!(too_much.text().contains("give an amount above zero"), "{}", too_much.text());
    let note = issued.json()["number"].as_str().unwrap().to_owned();
    let evidence = server.get_with(&format!("/api/v1/invoices/{note}/lines/1"), &token).await.json();
    assert_eq!(evidence["line"]["net"], "2.00", "{evidence}");
    let auditor = server.token(Role::Auditor).await;
    assert_eq!(
        send(&server, &path, &auditor, None, serde_json::json!({ "reason": "essai" })).await.status.as_u16(),
        403
    );
}

#[actix_web::test]
async fn an_invoice_is_corrected_once() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let path = format!("/api/v1/invoices/{}/correction", site.number_of("ville-de-paris"));
    let body = serde_json::json!({ "reason": "refused by Chorus Pro" });
    let nothing = send(&server, &path, &token, None, body).await;
    assert!(nothing.status.as_u16() == 422 && nothing.text().contains("has changed since"), "{}", nothing.text());
    let book = std::fs::read_to_string(crate::common::small_book_path()).unwrap();
    let moved = site.world.file("moved.toml", &book.replace("postcode = \"75004\"", "postcode = \"75003\""));
    site.world.ok(&["import", moved.to_str().unwrap()]);
    let plan = send(&server, &path, &token, None, serde_json::json!({ "preview": true })).await.json();
    assert_eq!((plan["changes"][0]["what"].as_str(), plan["paid"].as_str()), (Some("address"), Some("0.00")), "{plan}");
    let body = serde_json::json!({ "reason": "refused by Chorus Pro" });
    let issued = send(&server, &path, &token, Some("k1"), body.clone()).await;
    assert_eq!((issued.status.as_u16(), issued.json()["gross"].clone()), (201, plan["gross"].clone()));
    assert_eq!(send(&server, &path, &token, Some("k1"), body.clone()).await.text(), issued.text());
    assert_eq!(send(&server, &path, &token, Some("k2"), body.clone()).await.status.as_u16(), 422, "nothing is left");
    assert_eq!(send(&server, &path, &token, None, serde_json::json!({})).await.status.as_u16(), 422, "no reason");
    let unknown = send(&server, "/api/v1/invoices/DC2026999999/correction", &token, None, body).await;
    assert_eq!(unknown.status.as_u16(), 404);
}

#[actix_web::test]
async fn an_availability_is_recorded_once() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let path = "/api/v1/contracts/AP-2026/availability";
    let body = serde_json::json!({ "line": "baies", "month": "2026-09", "percent": "98.5", "reason": "incident 12" });
    let recorded = send(&server, path, &token, Some("a1"), body.clone()).await;
    assert_eq!((recorded.status.as_u16(), recorded.json()["credit_percent"].as_str()), (201, Some("25")));
    assert_eq!(send(&server, path, &token, Some("a1"), body.clone()).await.text(), recorded.text());
    let listed = server.get_with(path, &server.token(Role::Tenant).await).await.json();
    assert_eq!(listed["availability"][0]["percent"], "98.5", "{listed}");
    let wrong = serde_json::json!({ "line": "energie", "month": "2026-09", "percent": "98.5", "reason": "essai" });
    let wrong = send(&server, path, &token, None, wrong).await;
    assert!(wrong.status.as_u16() == 422 && wrong.text().contains("committed_percent"), "{}", wrong.text());
    let unknown = send(&server, "/api/v1/contracts/NONE/availability", &token, None, body.clone()).await;
    assert_eq!(unknown.status.as_u16(), 404);
    let auditor = server.token(Role::Auditor).await;
    assert_eq!(send(&server, path, &auditor, None, body).await.status.as_u16(), 403);
}

#[actix_web::test]
async fn the_books_are_kept_over_the_api() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let postings = "/api/v1/amortisation/postings";
        let through = |month: &str| serde_json::json!({ "through": month });
        let posted = send(&server, postings, &token, Some("p1"), through("2019-06")).await;
        assert_eq!(posted.status.as_u16(), 201, "{}", posted.text());
        assert_eq!(posted.json()["posted"], serde_json::json!(["2019-05", "2019-06"]), "{engine:?} {}", posted.text());
        assert_eq!(send(&server, postings, &token, Some("p1"), through("2019-06")).await.text(), posted.text());
        let none = send(&server, postings, &token, None, through("2019-06")).await.json();
        assert_eq!(none["posted"], serde_json::json!([]), "{none}");
        assert_eq!(send(&server, postings, &token, None, through("2099-01")).await.status.as_u16(), 422);

        let events = "/api/v1/assets/2019-0042/events";
        let event = |amount: &str| {
            serde_json::json!({ "effective_on": "2026-10-31", "reason": "water leak",
                "change": { "kind": "impair", "component": "gros-oeuvre", "amount": amount } })
        };
        let recorded = send(&server, events, &token, Some("e1"), event("1000.00")).await;
        assert_eq!(
            (recorded.status.as_u16(), recorded.json()["number"].as_u64()),
            (201, Some(1)),
            "{}",
            recorded.text()
        );
        assert_eq!(send(&server, events, &token, Some("e1"), event("1000.00")).await.text(), recorded.text());
        // Sent again without its key it would happen again, and for good.
        let repeated = send(&server, events, &token, None, event("1000.00")).await;
        assert_eq!(repeated.status.as_u16(), 409, "{}", repeated.text());
        assert!(repeated.json()["detail"].as_str().unwrap().contains("event 1"), "{}", repeated.text());
        let refused = send(&server, events, &token, None, event("99000000.00")).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("gross"), "{}", refused.text());
        let unknown = send(&server, "/api/v1/assets/none/events", &token, None, event("1.00")).await;
        assert_eq!(unknown.status.as_u16(), 404);
        // What takes effect before a recorded event says how it changes it.
        let part = |on: &str, percent: &str| {
            serde_json::json!({ "effective_on": on, "reason": "sold on", "change": { "kind": "dispose",
                "component": "climatisation", "extent": { "percent": percent }, "proceeds": "10.00", "buyer": null } })
        };
        let half = send(&server, events, &token, None, part("2026-12-24", "50")).await;
        assert_eq!((half.status.as_u16(), &half.json()["shifted"]), (201, &serde_json::json!([])), "{}", half.text());
        let quarter = send(&server, events, &token, None, part("2026-11-10", "25")).await;
        let shifted = quarter.json()["shifted"].clone();
        assert_eq!(
            (quarter.status.as_u16(), &shifted[0]["number"]),
            (201, &serde_json::json!(2)),
            "{}",
            quarter.text()
        );
        let gross = |which: &str| shifted[0][which]["gross"].as_str().unwrap().parse::<Money>().unwrap().cents();
        assert!((4 * gross("after") - 3 * gross("before")).abs() < 8, "three quarters, to two cents: {shifted}");

        let figures = "/api/v1/payback/figures";
        let energy = |amount: &str| {
            serde_json::json!({ "figures": [{ "month": "2026-09", "kind": "energy", "label": "Voie A", "amount": amount,
                "source": "Facture 118" }] })
        };
        let recorded = send(&server, figures, &token, Some("f1"), energy("31250.40")).await;
        assert_eq!(
            (recorded.status.as_u16(), recorded.json()["recorded"].as_u64()),
            (201, Some(1)),
            "{}",
            recorded.text()
        );
        let other = send(&server, figures, &token, None, energy("1.00")).await;
        assert!(other.status.as_u16() == 422 && other.text().contains("correction"), "{}", other.text());
        let unread = send(&server, figures, &token, None, energy("much")).await;
        assert!(unread.status.is_client_error() && unread.text().contains("figure 1: amount"), "{}", unread.text());
        let known = server.get_with(figures, &token).await.json();
        assert_eq!(known.as_array().map(Vec::len), Some(1), "{known}");

        let period = "/api/v1/periods/2026-08";
        let lacking = send(&server, period, &token, None, serde_json::json!({ "action": "close" })).await;
        assert!(lacking.status.as_u16() == 422 && lacking.text().contains("not posted yet"), "{}", lacking.text());
        assert_eq!(send(&server, postings, &token, None, through("2026-08")).await.status.as_u16(), 201);
        let closed = send(&server, period, &token, None, serde_json::json!({ "action": "close" })).await;
        assert_eq!(
            (closed.status.as_u16(), closed.json()["state"].as_str()),
            (200, Some("closed")),
            "{}",
            closed.text()
        );
        let silent = send(&server, period, &token, None, serde_json::json!({ "action": "reopen" })).await;
        assert!(silent.status.as_u16() == 422 && silent.text().contains("reason"), "{}", silent.text());
        let listed = server.get_with("/api/v1/periods", &server.token(Role::Auditor).await).await.json();
        assert_eq!(listed[0], serde_json::json!({ "period": "2026-08", "state": "closed" }), "{listed}");
        let wrong = send(&server, "/api/v1/periods/26", &token, None, serde_json::json!({ "action": "close" })).await;
        assert_eq!(wrong.status.as_u16(), 400, "{}", wrong.text());
        let auditor = server.token(Role::Auditor).await;
        assert_eq!(send(&server, postings, &auditor, None, through("2019-07")).await.status.as_u16(), 403);
    }
}

#[actix_web::test]
async fn readings_are_corrected_and_samples_drawn_over_the_api() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let path = "/api/v1/meters/A01-EA/resolutions";
        let correct = |at: &str, value: &str, reason: &str| serde_json::json!({ "kind": "correct", "at": at, "value": value, "reason": reason });
        let at = "2026-09-10T10:00:00Z";
        let done = send(&server, path, &token, Some("r1"), correct(at, "352.6", "misread")).await;
        assert_eq!((done.status.as_u16(), done.json()["readings"].as_u64()), (201, Some(1)), "{}", done.text());
        assert!(done.json()["before"].is_string(), "{}", done.text());
        assert_eq!(done.json()["billed"], serde_json::json!(["2026-09"]), "{engine:?} {}", done.text());
        assert_eq!(send(&server, path, &token, Some("r1"), correct(at, "352.6", "misread")).await.text(), done.text());
        let silent = send(&server, path, &token, None, correct(at, "352.7", "")).await;
        assert!(silent.status.as_u16() == 422 && silent.text().contains("reason"), "{}", silent.text());
        let future = send(&server, path, &token, None, correct("2099-01-01T00:00:00Z", "1", "misread")).await;
        assert_eq!(future.status.as_u16(), 422, "{}", future.text());
        let unread = send(&server, path, &token, None, correct("yesterday", "1", "misread")).await;
        assert_eq!(unread.status.as_u16(), 400, "{}", unread.text());
        let unknown = send(&server, "/api/v1/meters/none/resolutions", &token, None, correct(at, "1", "misread")).await;
        assert_eq!(unknown.status.as_u16(), 404, "{}", unknown.text());

        let auditor = server.token(Role::Auditor).await;
        assert_eq!(send(&server, path, &auditor, None, correct(at, "1", "misread")).await.status.as_u16(), 403);
        let sample = "/api/v1/audit/sample?kind=readings&size=3&year=2026&seed=dix";
        let drawn = server.get_with(sample, &auditor).await.json();
        assert_eq!(drawn["items"].as_array().map(Vec::len), Some(3), "{drawn}");
        assert_eq!(server.get_with(sample, &auditor).await.json(), drawn, "the same seed draws the same");
        let seedless = server.get_with("/api/v1/audit/sample", &auditor).await;
        assert!(seedless.status.as_u16() == 400 && seedless.text().contains("seed"), "{}", seedless.text());
    }
}

#[actix_web::test]
async fn lines_runs_and_notices_over_the_api() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let contract = site.contract_of("aphp");
        let lines = format!("/api/v1/billing/2026-10/drafts/{contract}/lines");
        let body = serde_json::json!({ "designation": "Intervention", "quantity": "2", "unit": "hour",
            "unit_price": "80.00", "reason": "asked for by letter" });
        let added = send(&server, &lines, &token, Some("l1"), body.clone()).await;
        assert_eq!(added.status.as_u16(), 201, "{engine:?} {}", added.text());
        send(&server, &lines, &token, Some("l1"), body).await;
        let found = server.get_with(&lines, &token).await.json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
        let draft = server.get_with(&format!("/api/v1/billing/2026-10/drafts/{contract}"), &token).await.json();
        let carried = draft["lines_billed"].as_array().unwrap();
        assert!(carried.iter().any(|line| line["net"] == "160.00"), "{draft}");
        let too_much = serde_json::json!({ "designation": "Remise", "quantity": "-1", "unit": "one",
            "unit_price": "99999.00", "reason": "more than the month" });
        let refused = send(&server, &lines, &token, None, too_much).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("never negative"), "{}", refused.text());
        assert_eq!(server.get_with(&lines, &token).await.json().as_array().unwrap().len(), 1, "nothing waits");
        let gone = format!("{lines}/{}?reason=entered%20twice", found[0]["id"]);
        let gone = TestRequest::delete().uri(&gone).insert_header(("authorization", format!("Bearer {token}")));
        assert_eq!(server.call(gone).await.status.as_u16(), 204);
        assert_eq!(server.get_with(&lines, &token).await.json(), serde_json::json!([]));
        let drafts = server.get_with("/api/v1/billing/2026-10/drafts", &token).await.json();
        assert_eq!(drafts["total"], 3, "{drafts}");

        let body = serde_json::json!({ "issue": true, "contracts": [contract] });
        let begun = send(&server, "/api/v1/billing/2026-10/runs", &token, Some("r1"), body).await;
        assert_eq!(begun.status.as_u16(), 202, "{}", begun.text());
        let path = format!("/api/v1/billing/runs/{}", begun.json()["id"]);
        let mut run = server.get_with(&path, &token).await.json();
        for _ in 0..200 {
            if run["status"] != "running" {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
            run = server.get_with(&path, &token).await.json();
        }
        assert_eq!((run["status"].as_str(), run["done"].as_u64()), (Some("done"), Some(1)), "{run}");
        assert_eq!(server.get_with("/api/v1/billing/runs", &token).await.json().as_array().unwrap().len(), 1);
        let nothing = send(&server, &format!("{path}/retry"), &token, None, serde_json::json!({})).await;
        assert_eq!(nothing.status.as_u16(), 422, "{}", nothing.text());
        let number = run["contracts"][0]["number"].as_str().unwrap().to_owned();
        let notices = server.get_with(&format!("/api/v1/invoices/{number}/notices"), &token).await.json();
        assert!(notices[0]["status"] == "pending", "{notices}");
        let path = format!("/api/v1/invoices/{number}/notices");
        let resent = send(&server, &path, &token, None, serde_json::json!({})).await;
        assert_eq!(
            (resent.status.as_u16(), resent.json()["queued"].as_u64()),
            (202, Some(0)),
            "what waits is not doubled"
        );
        let late = server.get_with("/api/v1/dunning", &token).await.json();
        assert_eq!(late["tenants"], serde_json::json!([]), "{late}");
    }
}

/// A tenant nobody can be told anything of: asking for its notices again is refused, with the remedy.
#[actix_web::test]
async fn a_notice_to_nobody_is_refused() {
    let site = Site::with_book(Engine::Sqlite, |book| {
        let contact =
            "[[tenant.contact]]\nname = \"Direction des finances\"\nemail = \"ville.facturation@example.org\"\n";
        book.replace(contact, "")
    });
    let number = site.number_of("ville-de-paris");
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let path = format!("/api/v1/invoices/{number}/notices");
    let answer = send(&server, &path, &token, None, serde_json::json!({})).await;
    assert_eq!(answer.status.as_u16(), 409, "{}", answer.text());
    assert!(answer.text().contains("contact"), "{}", answer.text());
    let month = server.get_with("/api/v1/billing/2026-13", &token).await;
    assert_eq!(month.status.as_u16(), 400, "{}", month.text());
}
