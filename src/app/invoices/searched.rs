//! What people type into the search of invoices, in the terms of the database.

use crate::app::AppError;
use crate::app::kept::Kept;
use crate::app::listing::folded;
use crate::domain::access::TenantScope;
use crate::storage::AnyConnection;
use crate::storage::book;
use crate::storage::invoices::search::{self, Named, Routed, SearchedFor};

/// What was searched for and what the numbers of all documents begin with, as long as no invoice changes.
#[derive(Default)]
pub(super) struct Searches {
    /// By the reader's scope, the text and the state of the book, which says the names.
    found: Kept<(TenantScope, String, i64), SearchedFor>,
    beginnings: Kept<(), Vec<String>>,
}

/// What `text` finds; none where nothing was typed.
pub(super) fn searched_for(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    known: &Searches,
    text: &str,
) -> Result<Option<SearchedFor>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (revision, book) = (search::revision(connection)?, book::state(connection)?);
    let asked = (scope.clone(), text.to_owned(), book);
    let found = known.found.answer(revision, asked, || {
        let beginnings = known.beginnings.answer(revision, (), || Ok(search::number_beginnings(connection)?))?;
        look_up(connection, scope, &beginnings, text)
    })?;
    Ok(Some(found))
}

fn look_up(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    beginnings: &[String],
    text: &str,
) -> Result<SearchedFor, AppError> {
    let wanted = folded(text);
    let holds = |one: &String| folded(one).contains(&wanted);
    let named = |one: &&Named| holds(&one.name) || holds(&one.code);
    let routed = |one: &&Named| one.routed_by.iter().any(holds);
    let (tenants, contracts) = (search::tenants(connection, scope)?, search::contracts(connection)?);
    let reference = text.to_lowercase();
    Ok(SearchedFor {
        number_part: Some(number_in(text)).filter(|part| may_be_part(part, beginnings)),
        tenants: tenants.iter().filter(named).map(|one| one.id).collect(),
        contracts: contracts.iter().filter(named).map(|one| one.id).collect(),
        reference_part: match search::is_reference_part(connection, &reference)? {
            true => Some(reference),
            false => None,
        },
        routed: Routed {
            tenants: tenants.iter().filter(routed).map(|one| one.id).collect(),
            contracts: contracts.iter().filter(routed).map(|one| one.id).collect(),
        },
    })
}

/// Whether any number can hold `part`, which is in capitals, by what all of them begin with before their last digits.
fn may_be_part(part: &str, beginnings: &[String]) -> bool {
    let letters = part.trim_end_matches(|one: char| one.is_ascii_digit());
    !part.is_empty() && beginnings.iter().any(|beginning| beginning.to_uppercase().contains(letters))
}

/// What may be part of a number in a text people search for; a creditor reference (`RF85DC2026000123`, ISO 11649) holds
/// one behind its check digits.
fn number_in(text: &str) -> String {
    let text: String = text.to_uppercase().split_whitespace().collect();
    let number = text.strip_prefix("RF").and_then(|rest| rest.split_at_checked(2));
    match number.filter(|(check, _)| check.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((_, number)) => number.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_part_of_a_number_is_looked_for_in_numbers() {
        let beginnings = ["DC".to_owned(), "A7b".to_owned()];
        for part in ["DC2026000123", "C2026", "2026", "000123", "D", "A7B2026", "7B", "7"] {
            assert!(may_be_part(part, &beginnings), "{part}");
        }
        for part in ["", "DCA", "T0005", "HABITAT", "DC-2026", "2026DC"] {
            assert!(!may_be_part(part, &beginnings), "{part}");
        }
        assert!(!may_be_part("2026", &[]), "nothing is issued yet");
    }

    #[test]
    fn a_creditor_reference_is_searched_by_its_number() {
        assert_eq!(number_in("rf85 dc20 2600 0123"), "DC2026000123");
        assert_eq!(number_in("dc2026"), "DC2026");
    }
}
