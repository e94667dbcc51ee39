//! What enters, moves or leaves on a day: the facts behind entries and the report of movements.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::money::Money;

/// Changes of one component's balances on a day, all but its periodic charges. What leaves is negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub on: NaiveDate,
    pub kind: MovementKind,
    /// The event behind it, from 1; none where the component enters with its asset.
    pub event: Option<usize>,
    /// On the asset's account.
    pub gross: Money,
    /// On 28: negative where what was charged leaves with the asset.
    pub depreciation: Money,
    /// On 29.
    pub impairment: Money,
    /// On 131.
    pub subsidy_received: Money,
    /// On 139: negative where it is cleared against 131.
    pub subsidy_taken: Money,
    /// What was left of the subsidy and is taken to income now.
    pub subsidy_rest: Money,
    pub proceeds: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MovementKind {
    Acquired,
    /// Built first: from the account of construction to its own.
    Commissioned,
    Impaired,
    Reversed,
    Disposed,
    Donated,
    /// Left because another took its place.
    Replaced,
    Subsidised,
}

impl Movement {
    pub(super) const fn new(on: NaiveDate, kind: MovementKind, event: Option<usize>) -> Movement {
        Movement {
            on,
            kind,
            event,
            gross: Money::ZERO,
            depreciation: Money::ZERO,
            impairment: Money::ZERO,
            subsidy_received: Money::ZERO,
            subsidy_taken: Money::ZERO,
            subsidy_rest: Money::ZERO,
            proceeds: Money::ZERO,
        }
    }

    /// True where something left the books.
    pub const fn is_exit(&self) -> bool {
        matches!(self.kind, MovementKind::Disposed | MovementKind::Donated | MovementKind::Replaced)
    }

    /// What left was still worth: gross − depreciation − impairment.
    pub fn book_value(&self) -> Money {
        -(self.gross - self.depreciation - self.impairment)
    }

    /// Gain, or loss where negative.
    pub fn result(&self) -> Money {
        self.proceeds - self.book_value()
    }
}
