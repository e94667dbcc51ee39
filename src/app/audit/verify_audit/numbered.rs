//! Numbers that run from 1 without a gap, and the counters they were taken from: of entries by year, of documents by
//! series and year.

use std::collections::{BTreeMap, BTreeSet};

use super::Verification;
use crate::app::AppError;
use crate::domain::ledger::{EntryNumber, EntrySeries, Journal};
use crate::storage::evidence::{EntryLine, EntryPlace};
use crate::storage::{AnyConnection, evidence, invoices, lettering};

/// The positions taken in each series of a year.
#[derive(Debug, Default)]
pub struct Taken(BTreeMap<(i64, String), BTreeSet<i64>>);

impl Taken {
    /// False where it was taken before.
    fn take(&mut self, year: i64, series: &str, position: i64) -> bool {
        self.0.entry((year, series.to_owned())).or_default().insert(position)
    }

    /// Takes the place of a document of `series`.
    pub fn document(&mut self, (year, series, position): (i64, &str, i64)) {
        self.take(year, series, position);
    }

    /// Takes the number of a document of `series`, written as `REG-2026-000123`.
    pub fn number(&mut self, series: &str, number: &str) {
        let mut parts = number.rsplit('-').map(str::parse);
        if let (Some(Ok(position)), Some(Ok(year))) = (parts.next(), parts.next()) {
            self.take(year, series, position);
        }
    }

    /// Takes the number of `entry`, which is one of its year and of its journal's series.
    pub fn entry(&mut self, entry: &EntryLine, found: &mut Verification) {
        let place = || format!("{} {}", entry.journal, entry.document);
        let Some(EntryPlace { year, series, position }) = &entry.place else {
            return found.find("journal", place(), "it has no number");
        };
        let wanted = Journal::from_code(&entry.journal).map(|journal| EntrySeries::of(journal).code());
        let wanted = (i64::from(chrono::Datelike::year(&entry.date)), wanted.unwrap_or_default());
        let number = EntryNumber::text(*year, series, *position);
        if (*year, series.as_str()) != wanted {
            let expected = EntryNumber::text(wanted.0, wanted.1, *position);
            let what = format!(
                "its number {number} is not one of {} and journal {}, as {expected} is",
                entry.date, entry.journal
            );
            found.find("journal", place(), what);
        }
        if !self.take(*year, series, *position) {
            found.find("journal", place(), format!("its number {number} is another entry's too"));
        }
    }

    /// Holds what was taken in each series against its counter.
    fn against(&self, counters: &BTreeMap<(i64, String), i64>, kind: Kind, found: &mut Verification) {
        let none = BTreeSet::new();
        let keys: BTreeSet<_> = self.0.keys().chain(counters.keys()).collect();
        for key in keys {
            let (year, series) = key;
            let positions = self.0.get(key).unwrap_or(&none);
            let place = kind.place(*year, series);
            for (first, last) in gaps(positions) {
                let (first_number, last_number) = (kind.number(*year, series, first), kind.number(*year, series, last));
                let what = if first == last {
                    format!("{first_number} is missing: numbers run from 1 without a gap")
                } else {
                    format!("{first_number} to {last_number} are missing: numbers run from 1 without a gap")
                };
                found.find(kind.part(), &place, what);
            }
            let (last, counter) = (positions.last().copied().unwrap_or(0), counters.get(key).copied().unwrap_or(0));
            if last != counter {
                let what = format!("its counter stands at {counter}, the last number that is there is {last}");
                found.find(kind.part(), &place, what);
            }
        }
    }
}

/// What is numbered.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Entries,
    Documents,
}

impl Kind {
    const fn part(self) -> &'static str {
        match self {
            Kind::Entries => "journal",
            Kind::Documents => "series",
        }
    }

    fn place(self, year: i64, series: &str) -> String {
        match self {
            Kind::Entries if series.is_empty() => format!("{year}"),
            Kind::Entries => format!("{year} {series}"),
            Kind::Documents => format!("{series} {year}"),
        }
    }

    fn number(self, year: i64, series: &str, position: i64) -> String {
        match self {
            Kind::Entries => EntryNumber::text(year, series, position),
            Kind::Documents => format!("number {position}"),
        }
    }
}

/// The stretches between 1 and the last position that are not there.
fn gaps(positions: &BTreeSet<i64>) -> Vec<(i64, i64)> {
    let mut gaps = Vec::new();
    let mut expected = 1;
    for position in positions {
        if *position > expected {
            gaps.push((expected, position - 1));
        }
        expected = position.saturating_add(1);
    }
    gaps
}

/// Entries against the counters of their years.
pub fn entries(connection: &mut AnyConnection, taken: &Taken, found: &mut Verification) -> Result<(), AppError> {
    let rows = evidence::entry_counters(connection)?;
    let counters = rows.into_iter().map(|EntryPlace { year, series, position }| ((year, series), position));
    taken.against(&counters.collect(), Kind::Entries, found);
    Ok(())
}

/// Invoices, payments, refunds and transfers against the counters of their series; letters are held with what they settle.
pub fn documents(connection: &mut AnyConnection, taken: &Taken, found: &mut Verification) -> Result<(), AppError> {
    let rows = invoices::number_series(connection)?.into_iter().filter(|(series, _, _)| series != lettering::SERIES);
    let counters = rows.map(|(series, year, next)| ((i64::from(year), series), next - 1));
    taken.against(&counters.collect(), Kind::Documents, found);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(positions: &[i64], counter: i64) -> Vec<String> {
        let (mut taken, mut found) = (Taken::default(), Verification::default());
        for position in positions {
            taken.document((2026, "DC", *position));
        }
        taken.against(&[((2026, "DC".to_owned()), counter)].into(), Kind::Documents, &mut found);
        found.findings.into_iter().map(|one| format!("{}: {}", one.place, one.what)).collect()
    }

    #[test]
    fn a_series_runs_from_one_to_its_counter() {
        assert!(told(&[1, 2, 3], 3).is_empty());
        assert!(told(&[], 0).is_empty());
        assert_eq!(told(&[2, 3], 3), ["DC 2026: number 1 is missing: numbers run from 1 without a gap"]);
        assert_eq!(told(&[1, 5], 5), ["DC 2026: number 2 to number 4 are missing: numbers run from 1 without a gap"]);
        assert_eq!(told(&[1], 9), ["DC 2026: its counter stands at 9, the last number that is there is 1"]);
        assert_eq!(told(&[1, 2], 1), ["DC 2026: its counter stands at 1, the last number that is there is 2"]);
    }

    #[test]
    fn the_number_of_a_document_names_its_place() {
        let mut taken = Taken::default();
        taken.number("payments", "REG-2026-000012");
        taken.number("payments", "odd");
        assert_eq!(taken.0, BTreeMap::from([((2026, "payments".to_owned()), BTreeSet::from([12]))]));
    }
}
