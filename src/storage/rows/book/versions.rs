//! What was known of each asset, and since when. Only ever added to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::amortisation::FixedAsset;
use crate::domain::ids::AssetCode;
use crate::storage::codec::{date_from, date_text, from_json, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::asset_version;

/// An asset without its events, which tell themselves when they became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetVersion {
    /// The first day it was known.
    pub known_from: NaiveDate,
    pub content: FixedAsset,
}

/// Adds what is known of `asset` from a day on, after what was known before.
pub fn note(connection: &mut AnyConnection, asset: &FixedAsset, known_from: NaiveDate, by: &str) -> StorageResult<()> {
    let last = last(connection, asset.code.as_str())?;
    let content = FixedAsset { events: vec![], ..asset.clone() };
    diesel::insert_into(asset_version::table)
        .values((
            asset_version::asset_code.eq(asset.code.as_str()),
            asset_version::number.eq(last + 1),
            asset_version::known_from.eq(date_text(known_from)),
            asset_version::recorded_by.eq(by),
            asset_version::content.eq(to_json("what is known of an asset", &content)?),
        ))
        .execute(connection)?;
    Ok(())
}

/// The number of the latest version of an asset; 0 where none was noted.
pub fn last(connection: &mut AnyConnection, asset: &str) -> StorageResult<i64> {
    let numbers = asset_version::table.filter(asset_version::asset_code.eq(asset)).select(asset_version::number);
    let last: Option<i64> = numbers.order(asset_version::number.desc()).first(connection).optional()?;
    Ok(last.unwrap_or(0))
}

/// Whether anything was ever noted of the asset.
pub fn is_noted(connection: &mut AnyConnection, asset: &AssetCode) -> StorageResult<bool> {
    let of_asset = asset_version::table.filter(asset_version::asset_code.eq(asset.as_str()));
    Ok(diesel::select(diesel::dsl::exists(of_asset)).get_result(connection)?)
}

/// Every version of every asset, oldest first.
pub fn all(connection: &mut AnyConnection) -> StorageResult<BTreeMap<AssetCode, Vec<AssetVersion>>> {
    let rows: Vec<(String, String, String)> = asset_version::table
        .order((asset_version::asset_code, asset_version::number))
        .select((asset_version::asset_code, asset_version::known_from, asset_version::content))
        .load(connection)?;
    let mut versions: BTreeMap<AssetCode, Vec<AssetVersion>> = BTreeMap::new();
    for (code, known_from, content) in rows {
        let version = AssetVersion {
            known_from: date_from("a version's day", &known_from)?,
            content: from_json("what is known of an asset", &content)?,
        };
        versions.entry(AssetCode(code)).or_default().push(version);
    }
    Ok(versions)
}
