//! Fixed assets, their components, what happens to them, and the files attached to them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{BookChanges, Ids, by_parent, positioned, save_each};
use crate::domain::amortisation::{AssetEvent, Component, FixedAsset};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;
use crate::storage::codec::{date_from, date_text, from_json, integer, optional_date_from, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{asset_component, asset_event, asset_file, fixed_asset};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fixed_asset, treat_none_as_null = true)]
struct AssetRow {
    code: String,
    name: String,
    cost_cents: i64,
    account: String,
    commissioned_on: Option<String>,
    commissioning_evidence: Option<String>,
    duration_decision: Option<String>,
    subsidy_cents: i64,
    record: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = asset_component)]
struct ComponentRow {
    asset_id: i64,
    position: i64,
    code: String,
    name: String,
    cost_cents: i64,
    residual_value_cents: i64,
    duration_years: i64,
    method: String,
    commissioned_on: Option<String>,
    account: Option<String>,
    duration_decision: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = asset_event)]
struct EventRow {
    asset_id: i64,
    number: i64,
    effective_on: String,
    recorded_on: String,
    recorded_by: String,
    reason: String,
    decision: Option<String>,
    kind: String,
    change: String,
}

/// A file attached to an asset.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AssetFile {
    pub name: String,
    /// Lower-case hex.
    pub sha256: String,
    /// Relative to the data directory.
    pub path: String,
    pub size_bytes: u64,
    pub attached_by: String,
    pub attached_at: DateTime<Utc>,
}

pub fn save(connection: &mut AnyConnection, assets: &[FixedAsset], changes: &mut BookChanges) -> StorageResult<Ids> {
    let stored = load(connection)?;
    save_each(changes, "asset", stored, assets, |asset| asset.code.0.clone(), |id, asset| write(connection, id, asset))
}

/// Every asset with what happened to it.
pub fn assets(connection: &mut AnyConnection) -> StorageResult<Vec<FixedAsset>> {
    Ok(super::values(load(connection)?, |asset| &asset.code.0))
}

/// Writes one asset that is stored already: another paper, another event.
pub fn save_asset(connection: &mut AnyConnection, asset: &FixedAsset) -> StorageResult<()> {
    let stored = load(connection)?.into_iter().find(|(_, stored)| stored.code == asset.code);
    let (id, _) = stored.ok_or_else(|| StorageError::NotFound { what: "asset", key: asset.code.to_string() })?;
    write(connection, Some(id), asset).map(|_| ())
}

/// Writes the asset and adds the events it has beyond those stored. Those stored stay as they are: the caller has seen
/// to it that they stand first.
fn write(connection: &mut AnyConnection, id: Option<i64>, value: &FixedAsset) -> StorageResult<i64> {
    let row = AssetRow {
        code: value.code.0.clone(),
        name: value.name.clone(),
        cost_cents: value.cost.cents(),
        account: value.account.clone(),
        commissioned_on: value.commissioned_on.map(date_text),
        commissioning_evidence: value.commissioning_evidence.clone(),
        duration_decision: value.duration_decision.clone(),
        subsidy_cents: value.subsidy.cents(),
        record: to_json("an asset's record", &value.record)?,
    };
    let id = match id {
        Some(id) => {
            diesel::update(fixed_asset::table.find(id)).set(&row).execute(connection)?;
            id
        }
        None => {
            diesel::insert_into(fixed_asset::table).values(&row).returning(fixed_asset::id).get_result(connection)?
        }
    };
    diesel::delete(asset_component::table.filter(asset_component::asset_id.eq(id))).execute(connection)?;
    for (position, component) in positioned(&value.components) {
        let row = component_row(id, position, component)?;
        diesel::insert_into(asset_component::table).values(&row).execute(connection)?;
    }
    let stored: i64 = asset_event::table.filter(asset_event::asset_id.eq(id)).count().get_result(connection)?;
    for (number, event) in (1..).zip(&value.events).skip_while(|(number, _)| *number <= stored) {
        let row = event_row(id, number, event)?;
        diesel::insert_into(asset_event::table).values(&row).execute(connection)?;
    }
    Ok(id)
}

fn event_row(asset_id: i64, number: i64, event: &AssetEvent) -> StorageResult<EventRow> {
    Ok(EventRow {
        asset_id,
        number,
        effective_on: date_text(event.effective_on),
        recorded_on: date_text(event.recorded_on),
        recorded_by: event.recorded_by.clone(),
        reason: event.reason.clone(),
        decision: event.decision.clone(),
        kind: event.change.word().to_owned(),
        change: to_json("an asset's event", &event.change)?,
    })
}

fn event_from(row: EventRow) -> StorageResult<AssetEvent> {
    Ok(AssetEvent {
        effective_on: date_from("an event's dates", &row.effective_on)?,
        recorded_on: date_from("an event's dates", &row.recorded_on)?,
        recorded_by: row.recorded_by,
        reason: row.reason,
        decision: row.decision,
        change: from_json("an asset's event", &row.change)?,
    })
}

/// Notes a file; the same one twice on one asset is a conflict.
pub fn attach(connection: &mut AnyConnection, asset: &AssetCode, file: &AssetFile) -> StorageResult<()> {
    let id: Option<i64> = fixed_asset::table
        .filter(fixed_asset::code.eq(asset.as_str()))
        .select(fixed_asset::id)
        .first(connection)
        .optional()?;
    let id = id.ok_or_else(|| StorageError::NotFound { what: "asset", key: asset.to_string() })?;
    diesel::insert_into(asset_file::table)
        .values((
            asset_file::asset_id.eq(id),
            asset_file::sha256.eq(&file.sha256),
            asset_file::name.eq(&file.name),
            asset_file::path.eq(&file.path),
            asset_file::bytes.eq(integer::<u64, i64>("a file's size", file.size_bytes)?),
            asset_file::attached_by.eq(&file.attached_by),
            asset_file::attached_at.eq(file.attached_at.timestamp()),
        ))
        .execute(connection)?;
    Ok(())
}

type FileColumns = (String, String, String, String, i64, String, i64);

/// Every file attached to an asset, with its asset, oldest first.
pub fn files(connection: &mut AnyConnection) -> StorageResult<Vec<(AssetCode, AssetFile)>> {
    let rows: Vec<FileColumns> = asset_file::table
        .inner_join(fixed_asset::table.on(fixed_asset::id.eq(asset_file::asset_id)))
        .order((fixed_asset::code, asset_file::attached_at, asset_file::sha256))
        .select((
            fixed_asset::code,
            asset_file::name,
            asset_file::sha256,
            asset_file::path,
            asset_file::bytes,
            asset_file::attached_by,
            asset_file::attached_at,
        ))
        .load(connection)?;
    let file = |(code, name, sha256, path, bytes, attached_by, attached_at): FileColumns| {
        let size_bytes = integer("a file's size", bytes)?;
        let attached_at = DateTime::from_timestamp(attached_at, 0).unwrap_or_default();
        Ok((AssetCode(code), AssetFile { name, sha256, path, size_bytes, attached_by, attached_at }))
    };
    rows.into_iter().map(file).collect()
}

fn component_row(asset_id: i64, position: i64, value: &Component) -> StorageResult<ComponentRow> {
    Ok(ComponentRow {
        asset_id,
        position,
        code: value.code.0.clone(),
        name: value.name.clone(),
        cost_cents: value.cost.cents(),
        residual_value_cents: value.residual_value.cents(),
        duration_years: i64::from(value.duration_years),
        method: to_json("a component's method", &value.method)?,
        commissioned_on: value.commissioned_on.map(date_text),
        account: value.account.clone(),
        duration_decision: value.duration_decision.clone(),
    })
}

pub fn load(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, FixedAsset)>> {
    let components: Vec<ComponentRow> =
        asset_component::table.order(asset_component::position).select(ComponentRow::as_select()).load(connection)?;
    let mut components = by_parent(components, |row| row.asset_id);
    let events: Vec<EventRow> =
        asset_event::table.order(asset_event::number).select(EventRow::as_select()).load(connection)?;
    let mut events = by_parent(events, |row| row.asset_id);
    let rows: Vec<(i64, AssetRow)> =
        fixed_asset::table.select((fixed_asset::id, AssetRow::as_select())).load(connection)?;
    rows.into_iter()
        .map(|(id, row)| {
            let components = components.remove(&id).unwrap_or_default().into_iter().map(component_from);
            let events = events.remove(&id).unwrap_or_default().into_iter().map(event_from);
            Ok((
                id,
                FixedAsset {
                    code: AssetCode(row.code),
                    name: row.name,
                    cost: Money::from_cents(row.cost_cents),
                    account: row.account,
                    commissioned_on: optional_date_from("an asset's dates", row.commissioned_on)?,
                    commissioning_evidence: row.commissioning_evidence,
                    duration_decision: row.duration_decision,
                    subsidy: Money::from_cents(row.subsidy_cents),
                    components: components.collect::<StorageResult<_>>()?,
                    record: from_json("an asset's record", &row.record)?,
                    events: events.collect::<StorageResult<_>>()?,
                },
            ))
        })
        .collect()
}

fn component_from(row: ComponentRow) -> StorageResult<Component> {
    Ok(Component {
        code: ComponentCode(row.code),
        name: row.name,
        cost: Money::from_cents(row.cost_cents),
        residual_value: Money::from_cents(row.residual_value_cents),
        duration_years: integer("a component's duration", row.duration_years)?,
        method: from_json("a component's method", &row.method)?,
        commissioned_on: optional_date_from("a component's dates", row.commissioned_on)?,
        account: row.account,
        duration_decision: row.duration_decision,
    })
}
