//! What a book says otherwise of assets than what is posted, recorded or kept of them: problems at their place in it.

use super::{BookFault, BookPath, BookProblem};
use crate::domain::amortisation::{AssetChange, AssetEvent, Component, FixedAsset, LockedProblem};
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

/// What comes in new and loses no value, so that nothing of it is depreciated and it has no plan: a component, or what takes
/// the place of one. What is stored so goes on.
pub fn nothing_to_depreciate(stored: Option<&FixedAsset>, wanted: &FixedAsset) -> Vec<BookProblem> {
    let keeps_all = |part: &Component| part.base().is_zero() && !part.cost.is_zero();
    let is_stored = |part: &Component| {
        let mut known = stored.into_iter().flat_map(|asset| &asset.components);
        known.any(|known| known.code == part.code && keeps_all(known))
    };
    let problem = |path: BookPath, part: &Component| BookProblem {
        path: path.key("residual_value_eur"),
        fault: BookFault::NothingToDepreciate { residual: part.residual_value, cost: part.cost },
    };
    let parts = wanted.components.iter().filter(|part| keeps_all(part) && !is_stored(part));
    let mut found: Vec<BookProblem> =
        parts.map(|part| problem(of(&wanted.code).item("component", &part.code), part)).collect();
    let known = stored.map_or(0, |asset| asset.events.len());
    for (number, event) in (1..).zip(&wanted.events).skip(known) {
        if let AssetChange::Replace { successor, .. } = &event.change
            && keeps_all(&successor.0)
        {
            found.push(problem(of(&wanted.code).item("event", number).key("successor"), &successor.0));
        }
    }
    found
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
