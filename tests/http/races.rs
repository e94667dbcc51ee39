//! Two who do a thing in the same moment, and one who does it twice: nothing is lost, nothing counts double.

use std::time::Duration;

use actix_web::test::TestRequest;
use chapelle::app::credit_invoice::{self, CreditRequest};
use chapelle::app::record_payment::{self, NewPayment};
use chapelle::app::resolve_gap::{self, Resolution};
use chapelle::app::{AppError, Store, import_statement, invite, match_receipts, open_balances, post_depreciation};
use chapelle::domain::access::Role;
use chapelle::domain::amortisation::{AssetChange, AssetEvent};
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::ledger::{AccountingPeriod, PeriodAction};
use chapelle::domain::money::Money;
use chapelle::domain::party::Language;
use chapelle::domain::quantity::Micro;
use chapelle::storage::{AnyConnection, book, outbox, payments, periods};
use futures_util::future::join_all;
use serde_json::json;

use crate::common::{ENGINES, Engine};
use crate::site::{PASSWORD, Server, Site, email, now};

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

/// Does `other` while a writing transaction is open that begins with `hold` and ends with `change` once `other` has come as
/// far as it can.
fn meanwhile<T: Send>(
    store: &Store,
    hold: impl FnOnce(&mut AnyConnection),
    other: impl FnOnce() -> T + Send,
    change: impl FnOnce(&mut AnyConnection),
) -> T {
    std::thread::scope(|scope| {
        let other = store.write(|connection| {
            hold(connection);
            let other = scope.spawn(other);
            std::thread::sleep(Duration::from_millis(400));
            change(connection);
            Ok(other)
        });
        other.unwrap().join().unwrap()
    })
}

#[test]
fn a_reset_is_declared_beside_an_edit_and_both_stay() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let declare = || {
            let at = "2026-11-02T10:00:00Z".parse().unwrap();
            let reset = Resolution::DeclareReset { at, final_index: None, new_index: Micro::from_micros(0) };
            resolve_gap::resolve(&site.world.store(), "A01-EB", &reset, "compteur remplacé", &by(), now())
        };
        let edit = |connection: &mut AnyConnection| {
            let mut book = book::load_book(connection).unwrap().unwrap();
            book.facility.name = "Renommé".into();
            book::save_book(connection, &book).unwrap();
        };
        meanwhile(&store, |connection| book::lock(connection).unwrap(), declare, edit).unwrap();
        let book = book::load_book(&mut store.connection().unwrap()).unwrap().unwrap();
        assert_eq!(book.facility.name, "Renommé", "{engine:?}");
        let meter = book.meters.iter().find(|meter| meter.code.as_str() == "A01-EB").unwrap();
        assert_eq!(meter.resets.len(), 1, "{engine:?}");
    }
}

/// Whoever closes a month waits for an event that is being recorded, and finds it not posted.
#[test]
fn a_month_is_not_closed_over_an_event_that_is_being_recorded() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        post_depreciation::post(&store, "2026-10".parse().unwrap(), &by(), now()).unwrap();
        let month = AccountingPeriod::Month("2026-10".parse().unwrap());
        let close =
            || chapelle::app::periods::change(&site.world.store(), month, PeriodAction::Close, None, &by(), now());
        let record = |connection: &mut AnyConnection| {
            let mut assets = book::assets(connection).unwrap();
            let asset = assets.iter_mut().find(|asset| asset.code.as_str() == "2019-0042").unwrap();
            asset.events.push(AssetEvent {
                effective_on: "2026-10-31".parse().unwrap(),
                recorded_on: "2026-11-03".parse().unwrap(),
                recorded_by: "finance@example.org".to_owned(),
                reason: "fissures".to_owned(),
                decision: None,
                change: AssetChange::Impair { component: "gros-oeuvre".into(), amount: Money::from_cents(100) },
            });
            book::save_asset(connection, asset).unwrap();
        };
        let closed = meanwhile(&store, |connection| book::lock(connection).unwrap(), close, record);
        assert!(matches!(closed, Err(AppError::Refused(_))), "{engine:?}: {closed:?}");
    }
}

#[test]
fn a_statement_read_twice_at_once_is_recorded_once_and_leaves_nothing_that_is_paid() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let at = now() + chrono::Duration::days(100);
        let statement = include_str!("../fixtures/statement.camt053.xml");
        let statement = statement.replace("DC2026000124", &site.number_of("aphp"));
        let import = || import_statement::import(&site.world.store(), statement.as_bytes(), &by(), at).unwrap();
        let both = || {
            std::thread::scope(|scope| {
                let first = scope.spawn(import);
                let second = scope.spawn(import);
                [first.join().unwrap(), second.join().unwrap()]
            })
        };
        let reports = meanwhile(&store, |connection| payments::hold(connection).unwrap(), both, |_| ());
        let recorded: usize = reports.iter().map(|report| report.recorded.len()).sum();
        assert_eq!(recorded, 1, "{engine:?} {reports:?}");
        let left = match_receipts::left(&store).unwrap();
        assert_eq!(left.len(), 2, "{engine:?}: {left:?}");
        assert_eq!(reports.iter().map(|report| report.known_before).max(), Some(1), "{engine:?} {reports:?}");
    }
}

fn payment(number: &InvoiceNumber, amount: Money) -> NewPayment {
    NewPayment {
        invoice: number.clone(),
        received_on: now().date_naive(),
        amount,
        reference: None,
        statement_key: None,
    }
}

#[test]
fn what_was_confirmed_of_another_account_is_not_done() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let number = InvoiceNumber::from_stored(site.number_of("aphp"));
        let part = payment(&number, Money::from_cents(100));
        let seen = record_payment::plan(&store, &part, now()).unwrap().open;
        let record = || record_payment::record_as_seen(&store, &part, Some(seen), &by(), now());
        record().unwrap();
        let told = record().unwrap_err().to_string();
        assert!(told.contains("was when you were asked"), "{engine:?} {told}");
        assert_eq!(record_payment::list(&store, None, None).unwrap().len(), 1, "{engine:?}");

        let open = seen - part.amount;
        let request = CreditRequest {
            invoice: number,
            lines: vec![(1, Some(Money::from_cents(100)))],
            reason: "remise convenue".into(),
        };
        let credit = || credit_invoice::credit_as_seen(&store, &request, Some(open), &by(), now());
        let first = credit().unwrap();
        assert!(matches!(credit(), Err(AppError::Refused(told)) if told.key == record_payment::MEANWHILE));
        let next = credit_invoice::credit_as_seen(&store, &request, Some(first.open), &by(), now()).unwrap();
        let position = |number: &InvoiceNumber| number.as_str()[6..].parse::<u32>().unwrap();
        assert_eq!(position(&next.number), position(&first.number) + 1, "{engine:?}: what is refused takes no number");
    }
}

#[actix_web::test]
async fn a_button_pressed_twice_records_one_payment() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let (number, day) = (site.number_of("aphp"), now().date_naive().to_string());
        let fields = [("invoice", number.as_str()), ("date", day.as_str()), ("amount", "1,00")];
        let asked = server.send("/payments/record", &cookie, &fields).await.text();
        let seen = asked.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let confirmed = [fields.as_slice(), &[("confirm", seen)]].concat();
        let pressed = join_all((0..4).map(|_| server.send("/payments/record", &cookie, &confirmed))).await;
        let done = pressed.iter().filter(|answer| answer.status.as_u16() == 303).count();
        assert_eq!(done, 1, "{engine:?}");
        let again = pressed.iter().find(|answer| answer.status.as_u16() == 200).unwrap().text();
        assert!(again.contains("name=\"confirm\"") && !again.contains(&format!("value=\"{seen}\"")), "{again}");
    }
}

#[actix_web::test]
async fn guessing_in_parallel_gains_nothing() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let guess = |n: usize| {
        let body = json!({ "email": email(Role::Finance), "password": format!("pas le bon mot {n}") });
        server.call(TestRequest::post().uri("/api/v1/token").set_json(body))
    };
    let answers = join_all((0..14).map(guess)).await;
    let looked_at = answers.iter().filter(|answer| answer.status.as_u16() == 401).count();
    assert!((6..=7).contains(&looked_at), "{looked_at} guesses were looked at");
    assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status.as_u16())));
    // Who knows the password and asks often at once is not held up.
    let body = json!({ "email": email(Role::Auditor), "password": PASSWORD });
    let ask = |_| server.call(TestRequest::post().uri("/api/v1/token").set_json(&body));
    let answers = join_all((0..8).map(ask)).await;
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 200));
}

#[actix_web::test]
async fn guessing_codes_in_parallel_gains_nothing() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    server.send("/me/second-factor", &cookie, &[]).await;
    let guesses: Vec<String> = (0..40).map(|n| format!("{n:06}")).collect();
    let guess = |code: &String| {
        let code = code.clone();
        let (server, cookie) = (&server, &cookie);
        async move { server.send("/me/second-factor/setup", cookie, &[("code", &code)]).await }
    };
    // While somebody else writes, whoever passed the throttle waits behind it with their guess.
    let store = site.shared.store.clone();
    let writing = std::thread::spawn(move || {
        store.write(|_| {
            std::thread::sleep(Duration::from_millis(1_500));
            Ok(())
        })
    });
    let answers = join_all(guesses.iter().map(guess)).await;
    writing.join().unwrap().unwrap();
    let looked_at = answers.iter().filter(|answer| answer.status.as_u16() == 422).count();
    assert!((6..=7).contains(&looked_at), "{looked_at} guesses were looked at");
}

#[actix_web::test]
async fn a_change_of_someone_is_made_as_a_whole_or_not_at_all() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Admin).await;
        let users = server.get_with("/api/v1/users", &token).await.json();
        let of = |role: Role| users["users"].as_array().unwrap().iter().find(|one| one["role"] == role.name()).unwrap();
        let admin = of(Role::Admin);
        let path = format!("/api/v1/users/{}", admin["id"]);
        let change = json!({ "role": "admin", "version": admin["version"], "disabled": true });
        let refused = server.api("PATCH", &path, &token, Some(change)).await;
        assert_eq!(refused.status.as_u16(), 409, "{engine:?} {}", refused.text());
        let after = server.get_with(&path, &token).await.json();
        assert_eq!(after["version"], admin["version"], "{engine:?}: the first part is not made either");

        let finance = of(Role::Finance);
        let path = format!("/api/v1/users/{}", finance["id"]);
        let alone = server.api("PATCH", &path, &token, Some(json!({ "tenant": "aphp" }))).await;
        assert!(alone.status.as_u16() == 400 && alone.text().contains("role"), "{}", alone.text());
        let change = json!({ "role": "auditor", "version": finance["version"], "disabled": true });
        let made = server.api("PATCH", &path, &token, Some(change)).await.json();
        assert!(made["role"] == "auditor" && made["disabled_at"].is_string(), "{made}");
    }
}

#[actix_web::test]
async fn a_key_counts_for_the_query_too() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let attach = |query: &str| {
        let request = TestRequest::post()
            .uri(&format!("/api/v1/assets/2019-0042/papers?date=2019-01-15&name={query}"))
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("idempotency-key", "papier-1"))
            .insert_header(("content-type", "application/octet-stream"));
        server.call(request.set_payload("papier"))
    };
    let made = attach("Acte").await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text());
    assert_eq!(attach("Acte").await.text(), made.text(), "the same request is answered again");
    let other = attach("Plan").await;
    assert!(other.status.as_u16() == 422 && other.text().contains("another request"), "{}", other.text());
}

#[test]
fn a_mail_that_cannot_be_written_keeps_no_other_from_leaving() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let odd = outbox::NewMessage {
            kind: invite::INVITATION_MAIL.to_owned(),
            invoice: None,
            recipient: "personne@example.org".into(),
            language: Language::French,
            message_id: "invitation.999@example.org".into(),
        };
        // Older than what waits.
        let earlier = now() - chrono::Duration::days(1);
        let id = store.write(|connection| Ok(outbox::enqueue(connection, &odd, earlier)?)).unwrap();
        let mails = site.mails();
        assert!(!mails.is_empty(), "{engine:?}");
        let row = outbox::by_id(&mut store.connection().unwrap(), id).unwrap().unwrap();
        assert!(row.last_error.unwrap().contains("names no link"), "{engine:?}");
        assert_eq!(row.attempts, 1);
    }
}

#[test]
fn balances_brought_in_twice_at_once_are_brought_in_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let csv = "account,auxiliary,label,debit,credit\n512,,Banque,100.00,\n110,,Report,,100.00\n";
        let open = |day: &'static str| {
            let store = site.world.store();
            move || open_balances::open(&store, csv.as_bytes(), day.parse().unwrap(), &by(), now())
        };
        let (first, second) = (open("2019-01-01"), open("2018-12-31"));
        let both = || {
            std::thread::scope(|scope| {
                let (first, second) = (scope.spawn(first), scope.spawn(second));
                [first.join().unwrap(), second.join().unwrap()]
            })
        };
        let outcomes = meanwhile(&store, |connection| periods::hold(connection).unwrap(), both, |_| ());
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{engine:?} {outcomes:?}");
    }
}

#[test]
fn an_expired_invitation_that_makes_room_is_withdrawn_with_its_mail() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let guest = invite::Guest {
            email: "marie@example.org".into(),
            role: Role::Auditor,
            tenant: None,
            language: Language::French,
        };
        invite::invite(&store, &guest, &by(), now()).unwrap();
        let later = now() + chrono::Duration::days(8);
        let second = invite::invite(&store, &guest, &by(), later).unwrap();
        let waiting = |store: &Store| {
            let all = outbox::list(&mut store.connection().unwrap(), None).unwrap();
            all.into_iter().filter(|one| one.message.recipient == guest.email).count()
        };
        assert_eq!(waiting(&store), 1, "{engine:?}: the link of the first opens nothing");
        invite::again(&store, second, &by(), later).unwrap();
        assert_eq!((waiting(&store), invite::open(&store).unwrap().len()), (1, 1), "{engine:?}");
        let filter = chapelle::app::read_trail::TrailFilter {
            action: Some("invitation.withdrawn".into()),
            ..Default::default()
        };
        let told = chapelle::app::read_trail::page(&store, &filter, 1).unwrap();
        assert_eq!(told.events.len(), 2, "{engine:?}");
    }
}
