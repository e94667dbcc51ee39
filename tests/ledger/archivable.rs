//! Every report of the books as PDF, in both languages, against the official rules of PDF/A-3a and PDF/UA-1.

use std::process::Command;

use chapelle::app::report_ledger::Span;
use chapelle::app::reports::{self, Report};
use chapelle::documents::ReportFormat;
use chapelle::domain::party::Language;
use chapelle::domain::payback::{Horizon, RequestedView};

use crate::common::{Engine, World};
use crate::story::story;

fn every_report() -> Vec<Report> {
    let as_of = "2026-10-31".parse().unwrap();
    let (year, span) = (2026, Span::year(2026).unwrap());
    vec![
        Report::Plan { as_of, known_on: None, asset: None },
        Report::Plan { as_of, known_on: None, asset: Some("2019-0042".into()) },
        Report::Movements { year },
        Report::Movements { year: 2019 },
        Report::Funding { year },
        Report::Reconciliation { as_of },
        Report::TieOut { year },
        Report::Balance(span),
        Report::Ledger { account: String::new(), span },
        Report::Journal(span),
        Report::Payback(RequestedView { as_of, scenario: None, horizon: Horizon::Forty }),
        Report::Payback(RequestedView { as_of, scenario: None, horizon: Horizon::Eight }),
    ]
}

#[test]
fn every_report_passes_the_official_validators() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let store = world.store();
    let mut paths = Vec::new();
    for (number, report) in every_report().iter().enumerate() {
        for language in [Language::French, Language::English] {
            let bytes = reports::file(&store, report, ReportFormat::Pdf, language).unwrap();
            let again = reports::file(&store, report, ReportFormat::Pdf, language).unwrap();
            assert!(bytes == again, "{report:?}: the same bytes each time");
            let path = world.dir.path().join(format!("{number}-{}-{}.pdf", report.kind(), language.code()));
            std::fs::write(&path, bytes).unwrap();
            paths.push(path);
        }
    }
    let python = std::env::var("CHAPELLE_VALIDATORS_PYTHON").expect(
        "CHAPELLE_VALIDATORS_PYTHON must name a Python with tests/validators/requirements.txt installed; ./tests/run sets it up",
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validators/archivable.py");
    let output = Command::new(python).arg(script).args(&paths).output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
}
