//! Documents of issued invoices that cannot be made at once: the invoice stays issued, and nothing else waits for them.

use std::fs;

use chapelle::app::answer_once::{self, Answer, Request};
use chapelle::app::archive_invoice;
use chapelle::app::credit_invoice::{self, CreditRequest};
use chapelle::app::run_billing::{self, RunRequest};
use chapelle::app::{AppError, Store};
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::money::Money;

use crate::common::Engine;
use crate::site::{Site, now};

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

fn credit(store: &Store, number: &str) -> Result<credit_invoice::CreditReport, AppError> {
    let request = CreditRequest {
        invoice: InvoiceNumber::from_stored(number.to_owned()),
        lines: vec![(1, Some(Money::from_cents(100)))],
        reason: "remise convenue".into(),
    };
    credit_invoice::credit(store, &request, &by(), now())
}

#[test]
fn what_is_issued_stays_issued_where_its_documents_cannot_be_made() {
    let site = Site::new(Engine::Sqlite);
    let store = site.world.store();
    let (archive, aside) = (site.world.dir.path().join("archive"), site.world.dir.path().join("aside"));
    fs::rename(&archive, &aside).unwrap();
    fs::write(&archive, "no folder").unwrap();
    let note = credit(&store, &site.number_of("aphp")).unwrap();
    let request = RunRequest { month: "2026-10".parse().unwrap(), issue: true, by: by(), now: now() };
    let issued = run_billing::run(&store, &request, &mut |_, _| ()).unwrap().issued.len();
    assert!(issued > 1);
    let found = archive_invoice::archive_missing(&store, now()).unwrap();
    assert_eq!((found.written, found.failed.len()), (0, issued + 1));
    assert!(found.failed.iter().any(|one| one.number == note.number.as_str() && one.error.contains("archive")));

    // One that cannot be put in its place does not keep the others from theirs.
    fs::remove_file(&archive).unwrap();
    fs::rename(&aside, &archive).unwrap();
    let place = site.world.dir.path().join(&note.pdf);
    fs::create_dir_all(place.join("in the way")).unwrap();
    let found = archive_invoice::archive_missing(&store, now()).unwrap();
    assert_eq!((found.written, found.failed.len()), (issued, 1));
    fs::remove_dir_all(&place).unwrap();
    assert_eq!(archive_invoice::archive_missing(&store, now()).unwrap().written, 1);
    assert!(fs::read(&place).unwrap().starts_with(b"%PDF"));
    let leftovers = fs::read_dir(place.parent().unwrap()).unwrap();
    let is_part = |name: &str| name.ends_with(".part");
    assert!(!leftovers.into_iter().any(|file| is_part(&file.unwrap().file_name().to_string_lossy())));
}

#[test]
fn a_key_is_given_back_only_where_nothing_can_have_changed() {
    let site = Site::new(Engine::Sqlite);
    let store = site.world.store();
    let request = Request { query: "", body: b"{}" };
    let once = |key: &str, outcome: Result<u16, AppError>| {
        let work = || outcome.map(|status| Answer { status, body: "done".into() });
        answer_once::once(&store, Some(key), request, now(), work).map(|answer| answer.status)
    };
    once("refused", Err(AppError::input("too much"))).unwrap_err();
    assert_eq!(once("refused", Ok(201)).unwrap(), 201, "what was refused is sent again");
    once("broken", Err(AppError::Corrupt("the disk is full".into()))).unwrap_err();
    let told = once("broken", Ok(201)).unwrap_err().to_string();
    assert!(told.contains("was broken off"), "{told}");
}
