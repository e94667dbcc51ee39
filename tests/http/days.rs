//! Days are the facility's, and what is compared with is what is in force.

use chapelle::app::credit_invoice::{self, CreditRequest};
use chapelle::app::{estimate_month, record_management_figures};
use chapelle::domain::access::TenantScope;
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::InvoiceNumber;

use crate::common::ENGINES;
use crate::site::{Site, now};

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

#[test]
fn a_month_begins_by_the_clock_of_the_facility() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let csv = "month,kind,label,amount_eur,source\n2026-12,energy,Électricité,100.00,facture 12\n";
        let record = |at: &str| {
            record_management_figures::import(&store, csv.as_bytes(), "couts.csv", &by(), at.parse().unwrap())
        };
        let early = record("2026-11-30T22:59:59Z").unwrap_err().to_string();
        assert!(early.contains("2026-12"), "{engine:?} {early}");
        assert_eq!(record("2026-11-30T23:00:00Z").unwrap().recorded, 1, "{engine:?}: it is December in Paris");
    }
}

#[test]
fn an_estimate_is_not_compared_with_what_was_taken_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let store = site.world.store();
        let number = InvoiceNumber::from_stored(site.number_of("aphp"));
        let month = "2026-10".parse().ok();
        let before = || {
            let found = estimate_month::read(&store, &TenantScope::Everyone, Some(&"aphp".into()), month, now());
            found.unwrap().unwrap().contracts.into_iter().find_map(|one| one.before).map(|(number, _)| number)
        };
        assert_eq!(before(), Some(number.clone()), "{engine:?}");
        let request = CreditRequest { invoice: number, lines: vec![], reason: "facturée à tort".into() };
        credit_invoice::credit(&store, &request, &by(), now()).unwrap();
        assert_eq!(before(), None, "{engine:?}");
    }
}
