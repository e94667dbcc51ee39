//! The book's `[payback]`, kept as one value.

use diesel::prelude::*;

use super::{BookChanges, BookItem, save_single};
use crate::domain::payback::PaybackTerms;
use crate::storage::codec::{from_json, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::payback_terms;

/// Like everything in the book, terms the file lacks are kept.
pub fn save(
    connection: &mut AnyConnection,
    terms: Option<&PaybackTerms>,
    changes: &mut BookChanges,
) -> StorageResult<()> {
    let item = BookItem { kind: "payback", code: "terms".to_owned() };
    let stored = load(connection)?;
    let Some(terms) = terms else {
        changes.not_in_file.extend(stored.map(|_| item));
        return Ok(());
    };
    save_single(changes, item, stored, terms, |exists, terms| {
        let content = to_json("the terms of payback", terms)?;
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
    let content: Option<String> = payback_terms::table.select(payback_terms::content).first(connection).optional()?;
    content.map(|content| from_json("the terms of payback", &content)).transpose()
}
