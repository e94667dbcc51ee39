//! Reminders of invoices past due: looked at, queued once a day and one at a time, and withdrawn where the money came
//! first.

use std::cell::RefCell;
use std::collections::BTreeSet;

use actix_web::test::TestRequest;
use chapelle::app::deliver_outbox::Postage;
use chapelle::app::record_payment::{self, NewPayment};
use chapelle::app::{deliver_outbox, open_invoices};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::mail::Mailer;
use chapelle::storage::outbox::{self, MessageStatus};

use crate::common::ENGINES;
use crate::site::{Answer, Server, Site, now, pass};

const DAY: i64 = 86_400;

async fn send(server: &Server, number: &str, token: &str) -> Answer {
    let request = TestRequest::post().uri(&format!("/api/v1/invoices/{number}/reminders"));
    server.call(request.insert_header(("authorization", format!("Bearer {token}")))).await
}

/// Pays `amount` today, or all that is open.
fn pay(site: &Site, number: &str, amount: Option<&str>) {
    let invoice = InvoiceNumber::from_stored(number);
    let open = open_invoices::list(&site.shared.store, now()).unwrap();
    let open = open.iter().find(|one| one.number == invoice).unwrap().open;
    let amount = amount.map_or(open, |amount| amount.parse().unwrap());
    let payment = NewPayment { invoice, received_on: now().date_naive(), amount, reference: None, statement_key: None };
    record_payment::record(&site.shared.store, &payment, &Actor::new("test", None), now()).unwrap();
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
            text.contains("Days late") && text.contains("recovery indemnity") && text.contains("FR14 2004"),
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

        let plan = server.get_with(&path, &token).await.json();
        assert_eq!(plan["before"].as_array().unwrap().len(), recipients, "{plan}");

        // Paid in part and late: the interest of that part and the indemnity are due still.
        let before = server.get_with("/api/v1/dunning", &token).await.json();
        let of = |dunning: &serde_json::Value| {
            let tenants = dunning["tenants"].as_array().unwrap().clone();
            let invoices = tenants.into_iter().flat_map(|tenant| tenant["invoices"].as_array().unwrap().clone());
            let late = invoices.into_iter().find(|one| one["number"] == number.as_str()).unwrap();
            (late["accrued"]["indemnity"].clone(), late["accrued"]["interest"].as_str().unwrap().to_owned())
        };
        pay(&site, &number, Some("1000.00"));
        let (indemnity, interest) = of(&server.get_with("/api/v1/dunning", &token).await.json());
        assert_eq!(indemnity, "40.00");
        let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
        assert!((cents(&interest) - cents(&of(&before).1)).abs() <= 1, "{interest}: each part is rounded by itself");

        // Queued on the next day, and paid before it leaves.
        pass(DAY);
        let token = server.token(Role::Finance).await;
        assert_eq!(send(&server, &number, &token).await.status.as_u16(), 202);
        pay(&site, &number, None);
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

/// Gives every reminder that waits up, as a relay that refuses the address does; returns their rows.
fn give_up(site: &Site) -> Vec<i64> {
    let store = site.world.store();
    store
        .write(|connection| {
            let mut waiting = outbox::list(connection, Some(MessageStatus::Pending))?;
            waiting.retain(|message| message.message.kind == "payment-reminder");
            for message in &waiting {
                outbox::mark_failed(connection, message.id, "550 no such user")?;
            }
            Ok(waiting.iter().map(|message| message.id).collect())
        })
        .unwrap()
}

#[actix_web::test]
async fn while_mail_is_down_reminders_do_not_gather() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let number = site.number_of("eau-de-paris");
        site.mails();
        pass(100 * DAY);
        let token = server.token(Role::Finance).await;
        assert_eq!(send(&server, &number, &token).await.status.as_u16(), 202);

        pass(DAY);
        let token = server.token(Role::Finance).await;
        let path = format!("/api/v1/invoices/{number}/reminders");
        let refused = send(&server, &number, &token).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("has not left yet"), "{}", refused.text());
        let plan = server.get_with(&path, &token).await.json();
        assert!(plan["hindrance"].as_str().unwrap().contains("chapelle outbox list"), "{plan}");
        let cookie = server.sign_in(Role::Finance).await;
        let page = server.page(&format!("/dunning/{number}/reminder"), &cookie).await.text();
        assert!(page.contains("n’est pas encore partie") && !page.contains("Envoyer la relance"), "{page}");
        assert!(page.contains(&format!("/invoices/{number}/mail")), "{page}");

        // One that was given up reached nobody: another may be sent, on the same day too.
        let failed = give_up(&site);
        let plan = server.get_with(&path, &token).await.json();
        assert!(plan["hindrance"].is_null(), "{plan}");
        for _ in 0..2 {
            give_up(&site);
            assert_eq!(send(&server, &number, &token).await.status.as_u16(), 202, "{engine:?}");
        }
        // Put back in the queue they would leave together: only the newest does.
        let by = Actor::new("test", None);
        for id in &failed {
            deliver_outbox::retry(&site.shared.store, *id, &by, now()).unwrap();
        }
        let reminders = site.mails().iter().filter(|mail| mail.contains("Days late")).count();
        assert_eq!(reminders, failed.len(), "{engine:?} one for each contact");
        let auditor = server.token(Role::Auditor).await;
        let events = server.get_with("/api/v1/audit/events?action=reminder.withdrawn", &auditor).await.text();
        assert_eq!(events.matches("superseded_by").count(), failed.len(), "{events}");
    }
}

/// Each notice is taken from the outbox by itself: behind a slow relay the others stay free for whoever comes next, and
/// nobody's time to send runs out before their turn.
#[test]
fn what_waits_behind_a_slow_relay_is_not_taken() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = &site.shared.store;
        let due = || outbox::due_count(&mut store.connection().unwrap(), now()).unwrap();
        let all = due();
        assert!(all > 1, "{engine:?}");
        // Asked for the time before each is taken and after each has left.
        let free = RefCell::new(BTreeSet::new());
        let clock = || {
            free.borrow_mut().insert(due());
            now()
        };
        let postage = Postage { attach_pdf: false, public_url: "https://dc.example.org".parse().unwrap() };
        let report = deliver_outbox::deliver(store, &Mailer::memory(), &postage, clock).unwrap();
        assert_eq!(report.sent, all, "{engine:?}");
        assert_eq!(free.into_inner(), (0..=all).collect(), "{engine:?}");
    }
}
