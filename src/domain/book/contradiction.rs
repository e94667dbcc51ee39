//! What a book says otherwise of assets than what is posted, recorded or kept of them: problems at their place in it.

use super::{BookFault, BookPath, BookProblem};
use crate::domain::amortisation::{AssetEvent, LockedProblem};
use crate::domain::ids::AssetCode;
use crate::domain::ledger::ClosedPeriod;

fn of(asset: &AssetCode) -> BookPath {
    BookPath::root().item("asset", asset)
}

/// Terms or events that posted charges or recorded events stand against.
pub fn locked(problem: LockedProblem) -> BookProblem {
    let path = match &problem {
        LockedProblem::EventChanged { asset, number, .. } | LockedProblem::EventTooEarly { asset, number, .. } => {
            of(asset).item("event", number)
        }
        LockedProblem::Posted { asset, component: Some(component), key, .. } => {
            of(asset).item("component", component).key(key)
        }
        LockedProblem::EventPosted { asset, number, .. } => of(asset).item("event", *number),
        LockedProblem::Posted { asset, component: None, key, .. } => of(asset).key(key),
    };
    BookProblem { path, fault: BookFault::Locked(problem) }
}

/// A new event on a day on which nothing can be posted any more.
pub fn in_closed_period(asset: &AssetCode, number: usize, event: &AssetEvent, closed: ClosedPeriod) -> BookProblem {
    let path = of(asset).item("event", number).key("effective_on");
    let event = event.change.word();
    BookProblem { path, fault: BookFault::EventInClosedPeriod { asset: asset.clone(), number, event, closed } }
}

/// The file of a paper is attached, and the asset does not name it.
pub fn paper_left_out(asset: &AssetCode, name: &str, sha256: &str) -> BookProblem {
    let fault = BookFault::PaperLeftOut { asset: asset.clone(), name: name.to_owned(), sha256: sha256.to_owned() };
    BookProblem { path: of(asset).key("document"), fault }
}
