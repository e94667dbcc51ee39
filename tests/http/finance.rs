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
        let left = format!("{:.2}", row["gross"].as_str().unwrap().parse::<f64>().unwrap() - 1.0);
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
        let line = manual_lines::add(store, &a_line(&contract, "2", "asked for by letter"), &by(), now()).unwrap();
        let gone = manual_lines::add(store, &a_line(&contract, "1", "by mistake"), &by(), now()).unwrap();
        let place = (&contract.as_str().into(), "2026-10".parse().unwrap());
        manual_lines::remove(store, place, gone.id, "entered twice", &by(), now()).unwrap();
        assert!(manual_lines::add(store, &a_line(&contract, "-100000", "too much"), &by(), now()).is_err());

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
        let late = manual_lines::add(store, &a_line(&contract, "1", "too late"), &by(), now());
        assert!(late.unwrap_err().to_string().contains("is billed by"));
    }
}
