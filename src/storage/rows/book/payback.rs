//! The book's `[payback]`, kept as one value.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{BookChanges, BookItem, save_single};
use crate::domain::book::Entry;
use crate::domain::payback::PaybackTerms;
use crate::storage::codec::{from_json, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::payback_terms;

const WHAT: &str = "the terms of payback";

/// The terms with their version, which rises with each change, so that an edit based on an older state is recognised. Terms
/// that were stored before there were versions are the first.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default = "first")]
    version: i64,
    #[serde(flatten)]
    terms: PaybackTerms,
}

const fn first() -> i64 {
    1
}

/// Like everything in the book, terms the file lacks are kept.
pub fn save(
    connection: &mut AnyConnection,
    terms: Option<&PaybackTerms>,
    changes: &mut BookChanges,
) -> StorageResult<()> {
    let item = BookItem { kind: "payback", code: Entry::PAYBACK_TERMS.to_owned() };
    let stored = kept(connection)?;
    let Some(terms) = terms else {
        changes.not_in_file.extend(stored.map(|_| item));
        return Ok(());
    };
    let version = stored.as_ref().map_or_else(first, |kept| kept.version + 1);
    save_single(changes, item, stored.map(|kept| kept.terms), terms, |exists, terms| {
        let content = to_json(WHAT, &Kept { version, terms: terms.clone() })?;
        if exists {
            diesel::update(payback_terms::table).set(payback_terms::content.eq(content)).execute(connection)?;
        } else {
            diesel::insert_into(payback_terms::table)
                .values((payback_terms::id.eq(1), payback_terms::content.eq(content)))
                .execute(connection)?;
        }
        Ok(())
    })
}

pub fn load(connection: &mut AnyConnection) -> StorageResult<Option<PaybackTerms>> {
    Ok(kept(connection)?.map(|kept| kept.terms))
}

/// Nought where none are stored.
pub fn version(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(kept(connection)?.map_or(0, |kept| kept.version))
}

fn kept(connection: &mut AnyConnection) -> StorageResult<Option<Kept>> {
    let content: Option<String> = payback_terms::table.select(payback_terms::content).first(connection).optional()?;
    content.map(|content| from_json(WHAT, &content)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_stored_before_there_were_versions_are_the_first() {
        let terms = PaybackTerms::unchanged();
        let old: Kept = from_json(WHAT, &to_json(WHAT, &terms).unwrap()).unwrap();
        assert_eq!((old.version, &old.terms), (1, &terms));
        let new = to_json(WHAT, &Kept { version: 7, terms: terms.clone() }).unwrap();
        let read: Kept = from_json(WHAT, &new).unwrap();
        assert_eq!((read.version, read.terms), (7, terms));
        assert!(from_json::<PaybackTerms>(WHAT, &new).is_ok(), "an older server reads them too");
    }
}
