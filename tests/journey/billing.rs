//! The month: billed once, corrected, allowed for, and what blocks it.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::common::{ENGINES, Engine, NOW, World, readings_csv, small_book, small_book_path};
use crate::{cents, json, months, ready};
use chapelle::app::run_billing::{self, RunRequest};
use chapelle::app::run_campaign::{self, Campaign};
use chapelle::app::{AppError, late_readings, read_home, read_invoices, read_months};
use chapelle::domain::access::{Role, TenantScope};
use chapelle::domain::audit::Actor;
use chapelle::domain::calendar::{BillingMonth, Period};
use chapelle::domain::rating::ChargeKind;
use chapelle::storage::StorageError;
use serde_json::Value;

#[test]
fn a_month_is_billed_once_and_every_total_adds_up() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        let book = small_book();
        let plan = json(&world, &["billing", "plan", "--month", "2026-09"]);
        assert_eq!(plan["drafts"].as_array().unwrap().len(), 3, "{plan:#}");
        for draft in plan["drafts"].as_array().unwrap() {
            let lines: i64 = draft["charges"].as_array().unwrap().iter().map(|charge| cents(&charge["net"])).sum();
            assert_eq!(lines, cents(&draft["net"]), "{draft:#}");
            assert_eq!(cents(&draft["net"]) + cents(&draft["tax"]), cents(&draft["gross"]));
            let tenant = book.tenants.iter().find(|tenant| draft["tenant"] == tenant.code.as_str()).unwrap();
            let contract = book.contracts.iter().find(|one| draft["contract"] == one.code.as_str()).unwrap();
            for charge in draft["charges"].as_array().unwrap() {
                // An amended line has its code twice.
                let mut lines = contract.lines.iter().filter(|line| charge["line"] == line.code.as_str());
                let said = lines.any(|line| charge["designation"] == line.designation.in_language(tenant.language));
                assert!(said, "{draft:#}");
            }
        }
        assert_eq!(json(&world, &["invoices", "list"]).as_array().unwrap().len(), 0, "a plan writes nothing");

        let drafted = json(&world, &["billing", "run", "--month", "2026-09"]);
        assert_eq!((drafted["drafted"].as_u64(), drafted["issued"].as_array().unwrap().len()), (Some(3), 0));
        let run = json(&world, &["billing", "run", "--month", "2026-09", "--issue"]);
        let numbers: Vec<&str> =
            run["issued"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["DC2026000001", "DC2026000002", "DC2026000003"]);
        let again = json(&world, &["billing", "run", "--month", "2026-09", "--issue"]);
        assert_eq!(again["issued"].as_array().unwrap().len(), 0, "never twice");
        assert_eq!(again["already_billed"].as_array().unwrap().len(), 3);

        let check = json(&world, &["invoices", "archive"]);
        assert_eq!((check["sound"].as_u64(), check["damaged"].as_array().unwrap().len()), (Some(6), 0));
        let delivered = json(&world, &["outbox", "deliver"]);
        assert_eq!(delivered["sent"].as_u64(), Some(3), "one per contact");
        assert_eq!(std::fs::read_dir(world.dir.path().join("mail")).unwrap().count(), 3);
        assert_eq!(json(&world, &["outbox", "deliver"])["sent"].as_u64(), Some(0));
    }
}

/// Who has no contact is billed all the same, but somebody must see that nobody is told.
#[test]
fn an_invoice_nobody_is_told_of_needs_a_person() {
    let world = World::new(Engine::Sqlite);
    ready(&world);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let contact = "[[tenant.contact]]\nname = \"Direction des finances\"\nemail = \"ville.facturation@example.org\"\n";
    assert!(book.contains(contact));
    let without = world.file("without.toml", &book.replace(contact, ""));
    world.ok(&["import", without.to_str().unwrap()]);
    let is_unread = |report: &Value| {
        let problems = report["problems"].as_array().unwrap();
        problems.iter().any(|one| one["what"] == "no-recipient" && one["tenant"] == "ville-de-paris")
    };
    assert!(is_unread(&json(&world, &["billing", "plan", "--month", "2026-09"])));
    let output = world.run(&["--json", "billing", "run", "--month", "2026-09", "--issue"]);
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), run["issued"].as_array().unwrap().len()), (Some(3), 3), "{run:#}");
    let again = world.run(&["--json", "billing", "run", "--month", "2026-09", "--issue"]);
    assert_eq!(again.status.code(), Some(0), "what is billed is told once");
}

#[test]
fn a_correction_of_a_billed_month_is_a_line_of_the_next_invoice() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let correction = "meter,at,value,correction\nSAN-EDP,2026-09-10T00:00:00Z,500,array miscounted\n";
        let file = world.file("late.csv", correction);
        world.ok(&["readings", "import", file.to_str().unwrap()]);
        let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
        let storage = plan["drafts"].as_array().unwrap().iter().find(|draft| draft["contract"] == "EDP-2026").unwrap();
        let lines = storage["charges"].as_array().unwrap();
        let regularised: Vec<&Value> =
            lines.iter().filter(|line| line["formula"].as_str().unwrap().contains("DC2026")).collect();
        assert_eq!(regularised.len(), 1, "{storage:#}");
        assert!(cents(&regularised[0]["net"]) > 0);
        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        let listed = json(&world, &["invoices", "list", "--month", "2026-09"]);
        assert_eq!(listed.as_array().unwrap().len(), 3, "the billed month has no new invoice");
    }
}

/// A line of the first month was less available than promised: the next invoice allows a part of its price, once.

#[test]
fn a_broken_promise_is_allowed_on_the_next_invoice() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        assert!(world.ok(&["export"]).contains("committed_percent = 99.95"));
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);

        let record = |percent: &str, month: &str, line: &str| {
            let place = ["availability", "record", "--contract", "AP-2026", "--line", line, "--month", month];
            world.run(&[&place[..], &["--percent", percent, "--reason", "supervision"]].concat())
        };
        let warned = json(&world, &["billing", "plan", "--month", "2026-10"]);
        let found = warned["problems"].as_array().unwrap();
        assert!(found.iter().any(|one| one["what"] == "availability-unknown"), "{warned:#}");
        for (percent, month, line) in
            [("101", "2026-09", "baies"), ("99", "2027-01", "baies"), ("99", "2026-09", "energie")]
        {
            assert_eq!(record(percent, month, line).status.code(), Some(2), "{percent} {month} {line}");
        }
        assert_eq!(record("99.96", "2026-09", "baies").status.code(), Some(0));
        let kept = json(&world, &["billing", "plan", "--month", "2026-10"]);
        assert!(!kept.to_string().contains("availability"), "kept, nothing to allow: {kept:#}");
        assert_eq!(record("99.9", "2026-09", "baies").status.code(), Some(0), "the figure is replaced");

        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        let listed = json(&world, &["invoices", "list", "--month", "2026-10"]);
        let number = listed.as_array().unwrap().iter().find(|one| one["contract"] == "AP-2026").unwrap();
        let number = number["number"].as_str().unwrap();
        let invoice = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
        let credits: Vec<_> =
            invoice.charges.iter().filter(|one| matches!(one.kind, ChargeKind::ServiceCredit { .. })).collect();
        assert_eq!(credits.len(), 1);
        assert_eq!(credits[0].net.to_string(), "-120.00", "a tenth of the rack's 1,200.00");
        assert!(record("98", "2026-09", "baies").status.code() == Some(2), "an invoice rests on it");
        let known = json(&world, &["availability", "list", "--contract", "AP-2026"]);
        assert_eq!((known[0]["percent"].as_str(), known[0]["invoice"].as_str()), (Some("99.9"), Some(number)));

        let again = json(&world, &["billing", "run", "--month", "2026-10", "--issue"]);
        assert_eq!(again["issued"].as_array().unwrap().len(), 0, "a run that is repeated allows it once");

        // What stands on the invoice of October is no part of what October's line was billed: a quarter of 1,200.00.
        assert_eq!(record("90", "2026-10", "baies").status.code(), Some(0));
        let credits = credits_of_november(&world);
        assert_eq!(credits, ["baies~availability -300.00"], "{engine:?}");
    }
}

/// What November would allow AP-2026, its readings known.
fn credits_of_november(world: &World) -> Vec<String> {
    let (book, last) = (small_book(), "2026-11".parse::<BillingMonth>().unwrap());
    let zone = book.facility.zone;
    let period = Period { from: months()[0].period(zone).from, to: last.period(zone).to };
    let file = world.file("through-november.csv", &readings_csv(&book, period, 3_600).0);
    let december = |arguments: &[&str]| {
        let output = world.chapelle_at("2026-12-02T08:00:00Z", arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    december(&["--json", "readings", "import", file.to_str().unwrap()]);
    let plan = december(&["--json", "billing", "plan", "--month", "2026-11"]);
    let draft = plan["drafts"].as_array().unwrap().iter().find(|draft| draft["contract"] == "AP-2026").unwrap();
    let told = |charge: &Value| format!("{} {}", charge["line"].as_str().unwrap(), charge["net"].as_str().unwrap());
    draft["charges"].as_array().unwrap().iter().map(told).filter(|line| line.contains("availability")).collect()
}

/// A figure that is replaced while a run goes on is not taken for the one the run was planned with.

#[test]
fn a_figure_replaced_during_a_run_is_allowed_as_it_is_known() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let record = |percent: &str| {
            let place = ["availability", "record", "--contract", "AP-2026", "--line", "baies", "--month", "2026-09"];
            world.ok(&[&place[..], &["--percent", percent, "--reason", "supervision"]].concat());
        };
        record("99.9");
        let request = RunRequest {
            month: months()[1],
            issue: true,
            by: Actor::new("finance", None),
            now: "2026-11-03T08:00:00Z".parse().unwrap(),
        };
        let replacing = &mut |done: usize, _: usize| {
            if done == 0 {
                record("98");
            }
        };
        let broken = run_billing::run(&world.store(), &request, replacing);
        assert!(matches!(&broken, Err(AppError::Storage(StorageError::Conflict(_)))), "{engine:?}: {broken:?}");
        run_billing::run(&world.store(), &request, &mut |_, _| {}).unwrap();
        let listed = json(&world, &["invoices", "list", "--month", "2026-10"]);
        let number = listed.as_array().unwrap().iter().find(|one| one["contract"] == "AP-2026").unwrap();
        let number = number["number"].as_str().unwrap();
        let invoice = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
        let credit = invoice.charges.iter().find(|one| matches!(one.kind, ChargeKind::ServiceCredit { .. })).unwrap();
        assert_eq!(credit.net.to_string(), "-300.00", "{engine:?}: a quarter below 99 %");
    }
}

#[test]
fn one_tenants_problem_blocks_only_that_tenant() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        // The index of one counter falls without a declared reset.
        let file = world.file("fall.csv", "meter,at,value\nA01-EB,2026-09-20T10:30:00Z,1\n");
        world.ok(&["readings", "import", file.to_str().unwrap()]);
        let output = world.run(&["--json", "billing", "run", "--month", "2026-09", "--issue"]);
        assert_eq!(output.status.code(), Some(3), "something needs a person");
        let run: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(run["issued"].as_array().unwrap().len(), 2, "{run:#}");
        let blocking: Vec<&Value> =
            run["problems"].as_array().unwrap().iter().filter(|one| one["severity"] == "blocking").collect();
        assert!(!blocking.is_empty() && blocking.iter().all(|one| one["contract"] == "AP-2026"), "{blocking:#?}");
        assert!(blocking[0]["message"].as_str().unwrap().contains("A01-EB"));
    }
}

#[test]
fn depreciation_is_posted_once_a_month() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let posted = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert!(posted["posted"].as_array().unwrap().len() > 12, "{posted}");
        let again = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert_eq!(again["posted"].as_array().unwrap().len(), 0);
        let report: Value =
            serde_json::from_str(&world.ok(&["amortisation", "report", "--as-of", "2026-10-31", "--format", "json"]))
                .unwrap();
        assert_eq!(report["total"]["position"]["due"], "0.00", "everything due is posted: {:#}", report["total"]);
        for format in ["csv", "xlsx", "pdf"] {
            let path = world.dir.path().join(format!("plan.{format}"));
            world.ok(&[
                "amortisation",
                "report",
                "--as-of",
                "2026-10-31",
                "--format",
                format,
                "--output",
                path.to_str().unwrap(),
            ]);
            assert!(std::fs::metadata(path).unwrap().len() > 500, "{format}");
        }
    }
}

/// Whoever comes second finds the work done: nothing is made twice, and nobody is told of an error.
#[test]
fn runs_at_once_end_as_one() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        for (arguments, count) in [
            (&["billing", "run", "--month", "2026-09"][..], None),
            (&["billing", "run", "--month", "2026-09", "--issue"][..], Some(3)),
            (&["billing", "run", "--month", "2026-10", "--issue"][..], Some(6)),
            (&["amortisation", "post", "--through", "2026-10"][..], None),
        ] {
            let start = |_| {
                let mut command = world.chapelle(arguments);
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
            };
            let running: Vec<_> = (0..4).map(start).collect();
            for child in running {
                let output = child.wait_with_output().unwrap();
                let told = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{engine:?} {arguments:?}: {:?} {told}", output.status);
            }
            if let Some(count) = count {
                let invoices = json(&world, &["invoices", "list"]);
                assert_eq!(invoices.as_array().unwrap().len(), count, "{engine:?} {invoices:#}");
            }
        }
        let numbers = json(&world, &["invoices", "list"]);
        let numbers: std::collections::BTreeSet<&str> =
            numbers.as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
        assert_eq!(
            numbers,
            (1..=6).map(|n| format!("DC202600000{n}")).collect::<Vec<_>>().iter().map(String::as_str).collect()
        );
        let verified = json(&world, &["audit", "verify"]);
        assert_eq!(verified["findings"].as_array().unwrap().len(), 0, "{verified:#}");
    }
}

/// What is cancelled or corrected is no second contract: a month is billed once nobody waits for an invoice.
#[test]
fn a_month_says_how_many_contracts_wait_for_their_invoice() {
    let now = "2026-11-03T08:00:00Z".parse().unwrap();
    let reader = read_invoices::Reader { role: Role::Finance, scope: TenantScope::Everyone };
    for engine in ENGINES {
        let world = World::new(engine);
        let book = small_book();
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let [first, last] = months();
        let zone = book.facility.zone;
        let (csv, _) = readings_csv(&book, Period { from: first.period(zone).from, to: last.period(zone).to }, 3_600);
        let silent: String = csv
            .lines()
            .filter(|line| !(line.starts_with("SAN-EDP,") && line.contains(",2026-10-1")))
            .fold(String::new(), |text, line| text + line + "\n");
        world.ok(&["readings", "import", world.file("readings.csv", &silent).to_str().unwrap()]);
        let october = || *read_months::latest(&world.store(), &reader, 2, now).unwrap().last().unwrap();
        assert_eq!((october().issued, october().unbilled), (0, 3));
        let run = world.run(&["billing", "run", "--month", "2026-10", "--issue"]);
        assert_eq!(run.status.code(), Some(3), "{}", String::from_utf8_lossy(&run.stdout));
        assert!(String::from_utf8_lossy(&run.stdout).contains("[blocking] contract EDP-2026: "));
        world.ok(&["invoices", "credit", "DC2026000001", "--reason", "essai"]);
        let counted = october();
        assert_eq!((counted.issued, counted.credit_notes, counted.unbilled), (2, 1, 1), "{engine:?}");
        let today = read_home::today(&world.store(), now).unwrap();
        assert_eq!(today.to_issue, 1, "{engine:?}");
    }
}

/// A run that takes long issues what it read when it began: what comes in between is late all the same.
#[test]
fn nothing_is_billed_from_the_command_line_beside_a_run() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        let (store, now) = (world.store(), NOW.parse().unwrap());
        let by = Actor::new("finance@example.org", None);
        let campaign = Campaign { month: months()[0], issue: true, only: BTreeSet::new(), by };
        let run = run_campaign::begin(&store, &campaign, now).unwrap();
        let beside = world.run(&["billing", "run", "--month", "2026-09", "--issue"]);
        let told = String::from_utf8_lossy(&beside.stderr);
        assert_eq!(beside.status.code(), Some(2), "{engine:?} {told}");
        assert!(told.contains(&format!("billing run {run}, asked for by finance@example.org")), "{told}");
        run_campaign::carry_out(&store, run, &campaign, || now);
        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
    }
}

#[test]
fn readings_that_come_while_a_run_issues_are_late_for_what_it_issues() {
    let (begun, later) = ("2026-11-03T08:00:00Z", "2026-11-03T08:10:00Z");
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        let correction = "meter,at,value,correction\nA01-PA,2026-09-10T08:00:00Z,4.75,lu sur place\n";
        let file = world.file("late.csv", correction);
        let (asked, store) = (Cell::new(0), world.store());
        let clock = || {
            asked.set(asked.get() + 1);
            if asked.get() == 2 {
                let import = ["readings", "import", file.to_str().unwrap()];
                let done = world.chapelle_at("2026-11-03T08:05:00Z", &import).output().unwrap();
                assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            }
            if asked.get() == 1 { begun.parse().unwrap() } else { later.parse().unwrap() }
        };
        let by = Actor::new("finance@example.org", None);
        let campaign = Campaign { month: months()[0], issue: true, only: BTreeSet::new(), by };
        let run = run_campaign::begin(&store, &campaign, begun.parse().unwrap()).unwrap();
        run_campaign::carry_out(&store, run, &campaign, clock);
        let waiting = late_readings::waiting(&store).unwrap();
        let told: Vec<(&str, usize)> = waiting.iter().map(|one| (one.contract.as_str(), one.meters.len())).collect();
        assert_eq!(told, [("AP-2026", 1)], "{engine:?} {waiting:?}");
    }
}

/// The months `billing` still owes a look at, as `contract month`.
fn waiting(world: &World) -> Vec<String> {
    let late = late_readings::waiting(&world.store()).unwrap();
    let mut told: Vec<String> = late.iter().map(|one| format!("{} {}", one.contract, one.month)).collect();
    told.sort();
    told
}

/// What [`ready`] loads of `meter` at an hour of September.
fn counted(meter: &str, at: &str) -> rust_decimal::Decimal {
    let book = small_book();
    let (csv, _) = readings_csv(&book, months()[0].period(book.facility.zone), 3_600);
    csv.lines().find_map(|line| line.strip_prefix(&format!("{meter},{at},"))).unwrap().parse().unwrap()
}

/// A measured PUE rests on the facility's own meter: what it counted differently, tenants pay differently.
#[test]
fn a_correction_of_the_facility_meter_is_regularised_where_the_pue_is_measured() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let end = "2026-09-30T22:00:00Z";
        let raised = counted("GTB-ARRIVEE", end) + rust_decimal::Decimal::ONE;
        let correction = format!("meter,at,value,correction\nGTB-ARRIVEE,{end},{raised},lu sur place\n");
        let file = world.file("late.csv", &correction);
        world.ok(&["readings", "import", file.to_str().unwrap()]);
        assert_eq!(waiting(&world), ["AP-2026 2026-09"], "{engine:?}: EDP-2026 has an agreed PUE");
        let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
        let of = |contract: &str| {
            let draft = plan["drafts"].as_array().unwrap().iter().find(|draft| draft["contract"] == contract).unwrap();
            let lines = draft["charges"].as_array().unwrap().clone();
            lines.into_iter().filter(|line| line["formula"].as_str().unwrap().contains("DC2026")).collect::<Vec<_>>()
        };
        let lines = of("AP-2026");
        assert_eq!(lines.len(), 1, "{lines:#?}");
        assert_eq!(lines[0]["line"], "energie");
        assert!(cents(&lines[0]["net"]) > 0, "{lines:#?}");
        assert!(of("EDP-2026").is_empty());
        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        assert!(waiting(&world).is_empty());
    }
}

/// What one contract waits for does not keep what another has billed, nor what came to nothing.
#[test]
fn each_late_change_is_settled_by_itself() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let csv = "meter,at,value,correction\nSAN-EDP,2026-09-10T00:00:00Z,500,mal compté\n\
                   A01-PA,2026-09-10T08:00:00Z,1.01,lu sur place\n";
        let file = world.file("late.csv", csv);
        world.ok(&["readings", "import", file.to_str().unwrap()]);
        assert_eq!(waiting(&world), ["AP-2026 2026-09", "EDP-2026 2026-09"], "{engine:?}");
        let changes = |world: &World| {
            let mut connection = world.store().connection().unwrap();
            chapelle::storage::billing::late_changes(&mut connection).unwrap().len()
        };
        let by = Actor::new("finance@example.org", None);
        let only = ["EDP-2026".into()].into();
        let campaign = Campaign { month: months()[1], issue: true, only, by };
        let (store, now) = (world.store(), "2026-11-03T08:00:00Z".parse().unwrap());
        let run = run_campaign::begin(&store, &campaign, now).unwrap();
        run_campaign::carry_out(&store, run, &campaign, || now);
        assert_eq!(waiting(&world), ["AP-2026 2026-09"], "{engine:?}");
        assert_eq!(changes(&world), 1, "what EDP-2026 billed is settled");
        // A low value in the middle of the month leaves its 95th percentile as it was.
        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        assert_eq!(changes(&world), 0);
    }
}
