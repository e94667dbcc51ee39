//! What is looked at before and after it is issued, by people at a terminal and by scripts.

use crate::common::{ENGINES, Engine, World};
use crate::{cents, json, ready};
use serde_json::Value;

fn refused(world: &World, arguments: &[&str], says: &str) {
    let output = world.run(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(told.contains(says), "{arguments:?}: {told}");
}

#[test]
fn a_month_is_read_line_by_line_before_and_after_it_is_issued() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        let month = ["--month", "2026-09"];
        let none = world.ok(&["billing", "drafts", month[0], month[1]]);
        assert!(none.contains("no draft of 2026-09 is kept"), "{none}");
        let draft = ["billing", "draft", "--contract", "AP-2026", month[0], month[1]];
        let planned = json(&world, &draft);
        assert_eq!(planned["kept"], false, "{engine:?} {planned:#}");
        world.ok(&["billing", "run", month[0], month[1]]);
        let drafts = json(&world, &["billing", "drafts", month[0], month[1]]);
        assert_eq!(drafts.as_array().unwrap().len(), 3, "{engine:?} {drafts:#}");
        let kept = json(&world, &draft);
        assert_eq!((&kept["kept"], &kept["lines_billed"]), (&true.into(), &planned["lines_billed"]), "{engine:?}");
        let lines: i64 = kept["lines_billed"].as_array().unwrap().iter().map(|line| cents(&line["net"])).sum();
        assert_eq!(lines, cents(&kept["net"]), "{engine:?} {kept:#}");
        let told = world.ok(&draft);
        assert!(
            told.contains("(kept)") && told.contains(kept["lines_billed"][0]["formula"].as_str().unwrap()),
            "{told}"
        );

        world.ok(&["billing", "run", month[0], month[1], "--issue"]);
        let issued = json(&world, &["invoices", "list", month[0], month[1]]);
        let of_contract = |row: &&Value| row["contract"] == "AP-2026";
        let row = issued.as_array().unwrap().iter().find(of_contract).unwrap();
        let number = row["number"].as_str().unwrap();
        let shown = json(&world, &["invoices", "show", number]);
        assert_eq!(shown["lines"], kept["lines_billed"], "{engine:?}: as it was drafted");
        assert_eq!((&shown["gross"], &shown["due_date"]), (&row["gross"], &row["due_date"]), "{engine:?}");
        let told = world.ok(&["invoices", "show", number]);
        assert!(told.starts_with(&format!("{number} (invoice) of 2026-09 for aphp, AP-2026: issued ")), "{told}");
        refused(&world, &["invoices", "show", "DC2099000001"], "`chapelle invoices list`");
        refused(&world, &["billing", "draft", "--contract", "NOBODY", month[0], month[1]], "NOBODY");
        for deed in ["lines", "estimate"] {
            refused(
                &world,
                &["billing", deed, "--contract", "NOBODY", month[0], month[1]],
                "`chapelle contracts list`",
            );
        }
        // What stands in the way of one is for a person to look at, and no wrong question.
        let output = world.run(&["billing", "draft", "--contract", "AP-2026", "--month", "2026-08", "--json"]);
        assert_eq!(output.status.code(), Some(3), "{engine:?} {output:?}");
        let problems = serde_json::from_slice::<Value>(&output.stdout).unwrap()["problems"].clone();
        let told = (&problems[0]["severity"], &problems[0]["contract"]);
        assert_eq!(told, (&"blocking".into(), &"AP-2026".into()), "{engine:?} {problems:#}");
    }
}

#[test]
fn a_notice_is_followed_and_sent_again() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let notices = ["invoices", "notices", "DC2026000001"];
        let queued = json(&world, &notices);
        assert_eq!((queued.as_array().unwrap().len(), &queued[0]["status"]), (1, &"pending".into()), "{engine:?}");
        world.ok(&["outbox", "deliver"]);
        assert_eq!(json(&world, &notices)[0]["status"], "sent", "{engine:?}");
        let resent = json(&world, &["invoices", "resend", "DC2026000001"]);
        assert_eq!(resent["queued"], 1, "{engine:?} {resent}");
        let both = json(&world, &notices);
        let states: Vec<&Value> = both.as_array().unwrap().iter().map(|notice| &notice["status"]).collect();
        assert_eq!(states, ["sent", "pending"], "{engine:?} {both:#}");
        assert_eq!(json(&world, &["outbox", "deliver"])["sent"], 1, "{engine:?}");
        for deed in ["notices", "resend"] {
            refused(&world, &["invoices", deed, "DC2099000001"], "`chapelle invoices list`");
        }
    }
}

#[test]
fn racks_are_listed_and_one_is_shown() {
    let world = World::new(Engine::Sqlite);
    ready(&world);
    let racks = json(&world, &["racks", "list"]);
    let first = &racks[0];
    assert!(racks.as_array().unwrap().len() > 1 && first["limit_kw"].is_string(), "{racks:#}");
    let code = first["rack"].as_str().unwrap();
    let shown = json(&world, &["racks", "show", code]);
    for (key, value) in first.as_object().unwrap() {
        assert_eq!(&shown[key], value, "{shown:#}");
    }
    let feeds = shown["feeds"].as_array().unwrap();
    assert!(feeds.iter().any(|feed| !feed["meters"].as_array().unwrap().is_empty()), "{shown:#}");
    // On the clock, so that the first window is whole.
    assert_eq!(shown["windows"].as_array().unwrap().len(), 24 * 6, "{shown:#}");
    assert!(world.ok(&["racks", "show", code]).starts_with(code));
    refused(&world, &["racks", "show", "NOWHERE"], "`chapelle racks list`");
}

/// A month is told beside the one before, and the running one as far as it is known, with what stands in its way.
#[test]
fn the_running_month_is_told_before_it_can_be_billed() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let october = json(&world, &["billing", "comparison", "--month", "2026-10", "--sort", "-net"]);
        let rows = october["contracts"].as_array().unwrap();
        assert_eq!((rows.len(), &october["as_of"]), (3, &Value::Null), "{engine:?} {october:#}");
        assert!(rows.is_sorted_by_key(|row| -cents(&row["net"])), "{october:#}");
        for row in rows {
            assert_eq!(cents(&row["net"]) - cents(&row["net_before"]), cents(&row["difference"]), "{row:#}");
        }
        // In the middle of October.
        let then = |arguments: &[&str]| {
            let output = world.chapelle_at("2026-10-20T08:00:00Z", arguments).output().unwrap();
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let read = |told: &str| -> Value { serde_json::from_str(told).unwrap() };
        let (code, told) = then(&["--json", "billing", "comparison", "--month", "2026-10"]);
        let goes_on = read(&told);
        assert_eq!(code, Some(0), "that it goes on is nobody's fault: {told}");
        assert_eq!(goes_on["as_of"], "2026-10-20T08:00:00Z", "{engine:?} {told}");
        let own = goes_on["contracts"].as_array().unwrap().iter().find(|row| row["contract"] == "AP-2026").unwrap();
        assert!(own["state"] == "running" && cents(&own["known"]) > 0, "{own:#}");
        let (code, told) = then(&["billing", "plan", "--month", "2026-10"]);
        assert!(code == Some(3) && told.contains("`chapelle billing comparison --month 2026-10`"), "{told}");
        let (code, told) = then(&["billing", "draft", "--contract", "AP-2026", "--month", "2026-10"]);
        let names = told.contains("`chapelle billing estimate --contract AP-2026 --month 2026-10`");
        assert!(code == Some(3) && names, "{told}");
        let (_, told) = then(&["--json", "billing", "estimate", "--contract", "AP-2026", "--month", "2026-10"]);
        let estimate = read(&told);
        let lines: i64 = estimate["lines"].as_array().unwrap().iter().map(|line| cents(&line["projected_net"])).sum();
        assert_eq!(lines, cents(&estimate["projected_net"]), "{estimate:#}");
        assert_eq!(estimate["previous_net"], own["net_before"], "{estimate:#}");
        refused(&world, &["billing", "comparison", "--month", "2026-10", "--sort", "size"], "`size` is none of");
    }
}

/// One contract's month is worked out of what concerns it alone, and comes to what the plan of the month has of it: with a
/// correction that came late, and energy raised by what the facility's own meters say.
#[test]
fn a_contracts_draft_is_the_one_of_the_months_plan() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let late = world.file("late.csv", "meter,at,value,correction\nSAN-EDP,2026-09-10T00:00:00Z,500,recount\n");
        world.ok(&["readings", "import", late.to_str().unwrap()]);
        let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
        let drafts = plan["drafts"].as_array().unwrap();
        assert_eq!(drafts.len(), 3, "{engine:?} {plan:#}");
        assert!(plan.to_string().contains("DC2026"), "{engine:?}: the correction counts: {plan:#}");
        for expected in drafts {
            let contract = expected["contract"].as_str().unwrap();
            let draft = json(&world, &["billing", "draft", "--contract", contract, "--month", "2026-10"]);
            let figures = |one: &Value| ["net", "tax", "gross"].map(|key| one[key].clone());
            assert_eq!((figures(&draft), &draft["kept"]), (figures(expected), &false.into()), "{engine:?} {draft:#}");
            let told = |lines: &Value| -> Vec<(Value, Value)> {
                lines.as_array().unwrap().iter().map(|line| (line["formula"].clone(), line["net"].clone())).collect()
            };
            assert_eq!(told(&draft["lines_billed"]), told(&expected["charges"]), "{engine:?} {contract}");
        }
    }
}
