//! Reminders of invoices past due: looked at, queued once a day, and withdrawn where the money came first.

use actix_web::test::TestRequest;
use chapelle::app::record_payment::{self, NewPayment};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::InvoiceNumber;

use crate::common::ENGINES;
use crate::site::{Answer, Server, Site, now, pass};

const DAY: i64 = 86_400;

async fn send(server: &Server, number: &str, token: &str) -> Answer {
    let request = TestRequest::post().uri(&format!("/api/v1/invoices/{number}/reminders"));
    server.call(request.insert_header(("authorization", format!("Bearer {token}")))).await
}

#[actix_web::test]
async fn a_tenant_is_reminded_once_a_day_and_not_of_what_is_paid() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let number = site.number_of("eau-de-paris");
        let token = server.token(Role::Finance).await;
        let early = send(&server, &number, &token).await;
        assert!(early.status.as_u16() == 422 && early.text().contains("from the day after"), "{}", early.text());
        site.mails();

        pass(100 * DAY);
        let token = server.token(Role::Finance).await;
        let path = format!("/api/v1/invoices/{number}/reminders");
        let plan = server.get_with(&path, &token).await.json();
        assert!(plan["subject"].as_str().unwrap().starts_with("Reminder"), "{plan}");
        assert_eq!(plan["before"], serde_json::json!([]), "{plan}");
        let text = plan["text"].as_str().unwrap();
        assert!(
            text.contains("Days late") && text.contains("recovery indemnity") && text.contains("FR14\u{a0}2004"),
            "{text}"
        );
        let sent = send(&server, &number, &token).await;
        assert_eq!(sent.status.as_u16(), 202, "{engine:?} {}", sent.text());
        let again = send(&server, &number, &token).await;
        assert!(again.status.as_u16() == 422 && again.text().contains("today already"), "{}", again.text());
        let mails = site.mails();
        let recipients = sent.json()["recipients"].as_array().unwrap().len();
        let reminders = mails.iter().filter(|mail| mail.contains("Days late") && mail.contains(&number)).count();
        assert_eq!(reminders, recipients, "{mails:?}");

        // Queued on the next day, and paid before it leaves.
        pass(DAY);
        let token = server.token(Role::Finance).await;
        assert_eq!(send(&server, &number, &token).await.status.as_u16(), 202);
        let invoice = InvoiceNumber::from_stored(&number);
        let open = chapelle::app::open_invoices::list(&site.shared.store, now()).unwrap();
        let amount = open.iter().find(|one| one.number == invoice).unwrap().open;
        let received_on = now().date_naive();
        let payment = NewPayment { invoice, received_on, amount, reference: None, statement_key: None };
        record_payment::record(&site.shared.store, &payment, &Actor::new("test", None), now()).unwrap();
        assert!(!site.mails().iter().any(|mail| mail.contains("Days late")), "{engine:?}");
        let auditor = server.token(Role::Auditor).await;
        let events = server.get_with("/api/v1/audit/events?action=reminder.withdrawn", &auditor).await.text();
        assert!(events.contains("reminder.withdrawn"), "{events}");
        let settled = send(&server, &number, &token).await;
        assert!(settled.status.as_u16() == 422 && settled.text().contains("nothing is open"), "{}", settled.text());

        let internal = send(&server, &site.number_of("ville-de-paris"), &token).await;
        assert!(internal.status.as_u16() == 422 && internal.text().contains("not dunned"), "{}", internal.text());
        let unknown = send(&server, "DC2099000001", &token).await;
        assert_eq!(unknown.status.as_u16(), 404);
    }
}
