//! Fixed assets and their components.

use diesel::prelude::*;

use super::{BookChanges, Ids, by_parent, positioned, save_each};
use crate::domain::amortisation::{Component, FixedAsset};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;
use crate::storage::codec::{date_from, date_text, from_json, integer, optional_date_from, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{asset_component, fixed_asset};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fixed_asset, treat_none_as_null = true)]
struct AssetRow {
    code: String,
    name: String,
    cost_cents: i64,
    account: String,
    commissioned_on: String,
    commissioning_evidence: Option<String>,
    duration_decision: Option<String>,
    subsidy_cents: i64,
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
}

pub fn save(connection: &mut AnyConnection, assets: &[FixedAsset], changes: &mut BookChanges) -> StorageResult<Ids> {
    let stored = load(connection)?;
    save_each(changes, "asset", stored, assets, |asset| asset.code.0.clone(), |id, asset| write(connection, id, asset))
}

fn write(connection: &mut AnyConnection, id: Option<i64>, value: &FixedAsset) -> StorageResult<i64> {
    let row = AssetRow {
        code: value.code.0.clone(),
        name: value.name.clone(),
        cost_cents: value.cost.cents(),
        account: value.account.clone(),
        commissioned_on: date_text(value.commissioned_on),
        commissioning_evidence: value.commissioning_evidence.clone(),
        duration_decision: value.duration_decision.clone(),
        subsidy_cents: value.subsidy.cents(),
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
    Ok(id)
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
    })
}

pub fn load(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, FixedAsset)>> {
    let components: Vec<ComponentRow> =
        asset_component::table.order(asset_component::position).select(ComponentRow::as_select()).load(connection)?;
    let mut components = by_parent(components, |row| row.asset_id);
    let rows: Vec<(i64, AssetRow)> =
        fixed_asset::table.select((fixed_asset::id, AssetRow::as_select())).load(connection)?;
    rows.into_iter()
        .map(|(id, row)| {
            let components = components.remove(&id).unwrap_or_default().into_iter().map(component_from);
            Ok((
                id,
                FixedAsset {
                    code: AssetCode(row.code),
                    name: row.name,
                    cost: Money::from_cents(row.cost_cents),
                    account: row.account,
                    commissioned_on: date_from("an asset's dates", &row.commissioned_on)?,
                    commissioning_evidence: row.commissioning_evidence,
                    duration_decision: row.duration_decision,
                    subsidy: Money::from_cents(row.subsidy_cents),
                    components: components.collect::<StorageResult<_>>()?,
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
    })
}
