//! kill -9 at many moments of import and billing: no acknowledged reading is lost, no number is missing or given
//! twice, no month is billed twice, and the journal balances.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chapelle::app::{archive_invoice, figures};
use chapelle::domain::access::TenantScope;
use chapelle::domain::calendar::{BillingMonth, Period};
use chapelle::domain::rating::{Charge, ChargeKind};
use chapelle::storage::invoices::{self, InvoiceFilter, InvoiceStatus, Page};
use common::{ENGINES, Engine, World, free_port, readings_csv, small_book, small_book_path};

/// Kills of each kind on each engine, each of a process that was still at work: with both engines 52 over import and
/// billing, 64 in all.
const IMPORT_KILLS: u32 = 9;
const SERVER_KILLS: u32 = 9;
const BILLING_KILLS: u32 = 8;
const OUTBOX_KILLS: u32 = 3;
const DEPRECIATION_KILLS: u32 = 3;
/// A command that ends before its kill is begun again, sooner killed; never more often than this.
const TRIES_MAX: u32 = 60;

/// The same delays on every machine; where in the work they fall differs, which is the point.
struct Delays(u64);

impl Delays {
    fn next(&mut self, most: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        most * u32::try_from((self.0 >> 33) % 1_000).unwrap() / 1_000
    }

    /// Kills `count` processes at work, each after a part of `most`. `command` is told how many were started before.
    fn kill(&mut self, count: u32, mut most: Duration, mut command: impl FnMut(u32) -> Command) {
        let (mut killed, mut tried) = (0, 0);
        while killed < count {
            assert!(tried < TRIES_MAX, "only {killed} of {tried} processes were killed at work");
            let delay = self.next(most);
            match kill_after(&mut command(tried), delay) {
                true => killed += 1,
                // It had ended: there is less to do than before.
                false => most = most * 3 / 4,
            }
            tried += 1;
        }
    }
}

/// Lets the command work for `delay`, then kills it; true if it was still at work.
fn kill_after(command: &mut Command, delay: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    let is_at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    // What had ended by itself meanwhile has a code.
    let code = child.wait().unwrap().code();
    is_at_work && code.is_none()
}

/// How long the command takes when it is left alone, on a world of its own.
fn timed(engine: Engine, prepare: impl Fn(&World), arguments: &[&str]) -> Duration {
    let world = World::new(engine);
    prepare(&world);
    let begun = Instant::now();
    world.ok(arguments);
    begun.elapsed()
}

fn months() -> [BillingMonth; 2] {
    ["2026-09".parse().unwrap(), "2026-10".parse().unwrap()]
}

fn two_months(book: &chapelle::domain::book::Book) -> Period {
    let [first, last] = months();
    Period { from: first.period(book.facility.zone).from, to: last.period(book.facility.zone).to }
}

/// A world with the small book and a file of readings; the file's path and how many readings it holds.
fn prepared(world: &World, step_seconds: i64) -> (String, usize) {
    let book = small_book();
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let (csv, count) = readings_csv(&book, two_months(&book), step_seconds);
    (world.file("readings.csv", &csv).display().to_string(), count)
}

#[test]
fn an_import_killed_again_and_again_ends_as_if_it_had_run_once() {
    for engine in ENGINES {
        let world = World::new(engine);
        let (file, count) = prepared(&world, 300);
        let whole = timed(engine, |other| drop(prepared(other, 300)), &["migrate"]) + Duration::from_millis(1_500);
        Delays(1).kill(IMPORT_KILLS, whole, |_| world.chapelle(&["readings", "import", &file]));
        world.ok(&["readings", "import", &file]);
        assert_eq!(figures::figures(&world.store()).unwrap().readings, i64::try_from(count).unwrap(), "{engine:?}");
        let again: serde_json::Value =
            serde_json::from_str(&world.ok(&["--json", "readings", "import", &file])).unwrap();
        assert_eq!(again[0]["refused_count"], 0, "{engine:?}: {again}");
    }
}

/// Readings a server said it had taken, as the bodies they were sent in.
fn send_until_killed(
    world: &World,
    port: u16,
    delay: Duration,
    bodies: &mut dyn Iterator<Item = String>,
) -> Vec<String> {
    let mut server = world
        .chapelle(&["serve"])
        .env("CHAPELLE_SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let address = format!("http://127.0.0.1:{port}");
    let token = loop {
        let body = serde_json::json!({ "email": "operator@example.org", "password": PASSWORD });
        match ureq::post(format!("{address}/api/v1/token")).send_json(body) {
            Ok(mut answer) => {
                break answer.body_mut().read_json::<serde_json::Value>().unwrap()["access_token"].clone();
            }
            Err(_) => std::thread::sleep(Duration::from_millis(30)),
        }
    };
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let killer = std::thread::spawn(move || {
        std::thread::sleep(delay);
        server.kill().unwrap();
        server.wait().unwrap();
    });
    let mut acknowledged = vec![];
    for body in bodies {
        let sent = ureq::post(format!("{address}/api/v1/readings"))
            .header("Authorization", &bearer)
            .header("Content-Type", "application/x-ndjson")
            .send(&body);
        match sent {
            Ok(_) => acknowledged.push(body),
            Err(_) => break,
        }
    }
    killer.join().unwrap();
    acknowledged
}

const PASSWORD: &str = "a password for tests";

/// Endless bodies of 50 readings each, every one of another instant.
fn bodies() -> impl Iterator<Item = String> {
    let start = months()[0].period(chrono_tz::Europe::Paris).from;
    (0_i64..).map(move |batch| {
        let line = |n: i64| {
            let at = start.plus_seconds((batch * 50 + n) * 10);
            format!("{{\"meter\":\"SAN-EDP\",\"at\":\"{at}\",\"value\":{n}.25}}\n")
        };
        (0..50).map(line).collect()
    })
}

#[test]
fn no_reading_a_killed_server_acknowledged_is_lost() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        add_operator(&world);
        let mut delays = Delays(3);
        let mut bodies = bodies();
        let mut acknowledged = vec![];
        for _ in 0..SERVER_KILLS {
            let port = free_port();
            let delay = Duration::from_millis(40) + delays.next(Duration::from_millis(400));
            acknowledged.extend(send_until_killed(&world, port, delay, &mut bodies));
        }
        assert!(acknowledged.len() > 10, "{engine:?}: the server took only {} batches", acknowledged.len());
        // Sent again, every acknowledged reading must turn out to be there already.
        let file = world.file("acknowledged.ndjson", &acknowledged.concat());
        let again = world.ok(&["--json", "readings", "import", file.to_str().unwrap()]);
        let again: serde_json::Value = serde_json::from_str(&again).unwrap();
        assert_eq!(again[0]["accepted"], 0, "{engine:?}: acknowledged readings were lost");
        assert_eq!(again[0]["duplicates"], acknowledged.len() * 50, "{engine:?}");
        assert_eq!(again[0]["refused_count"], 0, "{engine:?}");
    }
}

fn add_operator(world: &World) {
    let arguments = ["user", "add", "--email", "operator@example.org", "--name", "Operator", "--role", "operator"];
    let mut add = world.chapelle(&arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    add.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(add.wait().unwrap().success());
}

#[test]
fn a_billing_run_killed_again_and_again_ends_as_if_it_had_run_once() {
    for engine in ENGINES {
        let bill = |month: BillingMonth| {
            ["billing".to_owned(), "run".into(), "--month".into(), month.to_string(), "--issue".into()]
        };
        let ready = |world: &World| {
            let (file, _) = prepared(world, 3_600);
            world.ok(&["readings", "import", &file]);
        };
        let reference = World::new(engine);
        ready(&reference);
        let begun = Instant::now();
        let first = bill(months()[0]);
        reference.ok(&first.iter().map(String::as_str).collect::<Vec<_>>());
        let whole = begun.elapsed();
        record_availability(&reference);
        let second = bill(months()[1]);
        reference.ok(&second.iter().map(String::as_str).collect::<Vec<_>>());

        let world = World::new(engine);
        ready(&world);
        let mut delays = Delays(2);
        for (position, month) in [first, second].iter().enumerate() {
            let arguments: Vec<&str> = month.iter().map(String::as_str).collect();
            delays.kill(BILLING_KILLS / 2, whole, |_| world.chapelle(&arguments));
            world.ok(&arguments);
            assert_sound(&world, engine, (position + 1) * small_book().contracts.len());
            if position == 0 {
                record_availability(&world);
            }
        }
        assert_eq!((credits(&reference), credits(&world)), (1, 1), "{engine:?}: what is allowed is allowed once");
        let (once, again) = (figures::figures(&reference.store()).unwrap(), figures::figures(&world.store()).unwrap());
        assert_eq!(once, again, "{engine:?}: a killed run must end as an undisturbed one");
    }
}

/// A broken promise of the first month: the second month's invoice allows a part of the price.
fn record_availability(world: &World) {
    let place = ["availability", "record", "--contract", "AP-2026", "--line", "baies", "--month", "2026-09"];
    world.ok(&[&place[..], &["--percent", "99.9", "--reason", "supervision"]].concat());
}

/// Lines of issued documents that allow something for an availability.
fn credits(world: &World) -> usize {
    let store = world.store();
    let issued = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
    let (found, _) = store.read(|c| Ok(invoices::list(c, &TenantScope::Everyone, &issued, Page::ALL)?)).unwrap();
    let document = |id| store.read(|c| Ok(invoices::issued_by_id(c, &TenantScope::Everyone, id)?)).unwrap().unwrap();
    let is_credit = |charge: &Charge| matches!(charge.kind, ChargeKind::ServiceCredit { .. });
    found.iter().flat_map(|one| document(one.id).1.charges).filter(is_credit).count()
}

#[test]
fn notices_killed_on_their_way_arrive_once_under_their_own_name() {
    for engine in ENGINES {
        let world = World::new(engine);
        let (file, _) = prepared(&world, 3_600);
        world.ok(&["readings", "import", &file]);
        months().iter().for_each(|month| drop(world.ok(&["billing", "run", "--month", &month.to_string(), "--issue"])));
        // A sender that dies keeps what it took for a while: each comes an hour after the one before.
        let at = |hours: u32| format!("2026-11-{:02}T{:02}:00:00Z", 4 + hours / 24, hours % 24);
        let most = Duration::from_millis(400);
        Delays(4).kill(OUTBOX_KILLS, most, |tried| world.chapelle_at(&at(tried), &["outbox", "deliver"]));
        let last = world.chapelle_at(&at(TRIES_MAX + 1), &["--json", "outbox", "deliver"]).output().unwrap();
        assert!(last.status.success(), "{engine:?}: {}", String::from_utf8_lossy(&last.stderr));
        assert_eq!(world.ok(&["--json", "outbox", "list"]).trim(), "[]", "{engine:?}: every notice is sent");
        let mails: Vec<String> = std::fs::read_dir(world.dir.path().join("mail"))
            .unwrap()
            .map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap())
            .collect();
        let id = |mail: &String| mail.lines().find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned();
        let ids: BTreeSet<String> = mails.iter().map(id).collect();
        let contacts: usize = small_book().tenants.iter().map(|tenant| tenant.contacts.len()).sum();
        assert_eq!((ids.len(), mails.len()), (2 * contacts, 2 * contacts), "{engine:?}");
    }
}

#[test]
fn depreciation_killed_while_it_is_posted_is_posted_once() {
    for engine in ENGINES {
        let post = ["amortisation", "post", "--through", "2026-10"];
        let reference = World::new(engine);
        reference.ok(&["import", small_book_path().to_str().unwrap()]);
        let begun = Instant::now();
        reference.ok(&post);
        let whole = begun.elapsed();

        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        Delays(5).kill(DEPRECIATION_KILLS, whole, |_| world.chapelle(&post));
        world.ok(&post);
        let (once, again) = (figures::figures(&reference.store()).unwrap(), figures::figures(&world.store()).unwrap());
        assert!(once.journal_entries > 0);
        assert_eq!(once, again, "{engine:?}: killed postings must end as undisturbed ones");
        assert_eq!(again.journal_debit, again.journal_credit, "{engine:?}");
    }
}

/// Numbers without gap, one invoice per contract and month, sound documents, a balanced journal.
fn assert_sound(world: &World, engine: Engine, at_most: usize) {
    let store = world.store();
    let filter = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
    let (issued, _) =
        store.read(|connection| Ok(invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?)).unwrap();
    assert!(!issued.is_empty() && issued.len() <= at_most, "{engine:?}: {} issued", issued.len());
    let numbers: BTreeSet<String> = issued.iter().map(|one| one.number.as_ref().unwrap().to_string()).collect();
    let expected: BTreeSet<String> =
        (1..=issued.len()).map(|position| format!("{}2026{position:06}", small_book().seller.number_prefix)).collect();
    assert_eq!(numbers, expected, "{engine:?}");
    let billed: BTreeSet<_> = issued.iter().map(|one| (one.contract.clone(), one.month)).collect();
    assert_eq!(billed.len(), issued.len(), "{engine:?}: a month was billed twice");
    let check = archive_invoice::check(&store).unwrap();
    assert_eq!((check.sound, check.damaged.len()), (issued.len() * 2, 0), "{engine:?}");
    let figures = figures::figures(&store).unwrap();
    assert_eq!(figures.journal_debit, figures.journal_credit, "{engine:?}");
    assert_eq!(figures.journal_entries, issued.len(), "{engine:?}");
}
