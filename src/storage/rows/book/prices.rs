//! Price indices and tariffs.

use diesel::prelude::*;

use super::{BookChanges, Ids, by_parent, positioned, save_each};
use crate::domain::contract::PriceIndex;
use crate::domain::ids::{PriceIndexCode, TariffCode};
use crate::domain::tariff::{Tariff, TariffVersion};
use crate::storage::codec::{date_from, date_text, from_json, from_micro, from_word, to_json, to_micro};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{price_index, price_index_value, tariff, tariff_version};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = price_index_value)]
struct IndexValueRow {
    price_index_id: i64,
    position: i64,
    month: String,
    value_micro: i64,
}

pub fn save_indices(
    connection: &mut AnyConnection,
    indices: &[PriceIndex],
    changes: &mut BookChanges,
) -> StorageResult<Ids> {
    let stored = load_indices(connection)?;
    save_each(
        changes,
        "price index",
        stored,
        indices,
        |index| index.code.0.clone(),
        |id, index| write_index(connection, id, index),
    )
}

fn write_index(connection: &mut AnyConnection, id: Option<i64>, value: &PriceIndex) -> StorageResult<i64> {
    let id = match id {
        Some(id) => {
            diesel::update(price_index::table.find(id)).set(price_index::name.eq(&value.name)).execute(connection)?;
            id
        }
        None => diesel::insert_into(price_index::table)
            .values((price_index::code.eq(&value.code.0), price_index::name.eq(&value.name)))
            .returning(price_index::id)
            .get_result(connection)?,
    };
    diesel::delete(price_index_value::table.filter(price_index_value::price_index_id.eq(id))).execute(connection)?;
    for (position, (month, published)) in positioned(&value.values) {
        let row = IndexValueRow {
            price_index_id: id,
            position,
            month: month.to_string(),
            value_micro: to_micro("a price index's value", *published)?,
        };
        diesel::insert_into(price_index_value::table).values(&row).execute(connection)?;
    }
    Ok(id)
}

pub fn load_indices(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, PriceIndex)>> {
    let values: Vec<IndexValueRow> = price_index_value::table
        .order(price_index_value::position)
        .select(IndexValueRow::as_select())
        .load(connection)?;
    let mut values = by_parent(values, |row| row.price_index_id);
    let rows: Vec<(i64, String, String)> =
        price_index::table.select((price_index::id, price_index::code, price_index::name)).load(connection)?;
    rows.into_iter()
        .map(|(id, code, name)| {
            let values = values.remove(&id).unwrap_or_default().into_iter();
            let values = values.map(|row| Ok((from_word("an index's month", row.month)?, from_micro(row.value_micro))));
            let values = values.collect::<StorageResult<_>>()?;
            Ok((id, PriceIndex { code: PriceIndexCode(code), name, values }))
        })
        .collect()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tariff)]
struct TariffRow {
    code: String,
    name: String,
    unit: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tariff_version)]
struct VersionRow {
    tariff_id: i64,
    position: i64,
    valid_from: String,
    price: String,
}

pub fn save_tariffs(
    connection: &mut AnyConnection,
    tariffs: &[Tariff],
    changes: &mut BookChanges,
) -> StorageResult<Ids> {
    let stored = load_tariffs(connection)?;
    save_each(
        changes,
        "tariff",
        stored,
        tariffs,
        |tariff| tariff.code.0.clone(),
        |id, tariff| write_tariff(connection, id, tariff),
    )
}

fn write_tariff(connection: &mut AnyConnection, id: Option<i64>, value: &Tariff) -> StorageResult<i64> {
    let row = TariffRow { code: value.code.0.clone(), name: value.name.clone(), unit: value.unit.name().to_owned() };
    let id = match id {
        Some(id) => {
            diesel::update(tariff::table.find(id))
                .set((&row, tariff::version.eq(tariff::version + 1)))
                .execute(connection)?;
            id
        }
        None => diesel::insert_into(tariff::table).values(&row).returning(tariff::id).get_result(connection)?,
    };
    diesel::delete(tariff_version::table.filter(tariff_version::tariff_id.eq(id))).execute(connection)?;
    for (position, version) in positioned(&value.versions) {
        let row = VersionRow {
            tariff_id: id,
            position,
            valid_from: date_text(version.from),
            price: to_json("a tariff's price", &version.price)?,
        };
        diesel::insert_into(tariff_version::table).values(&row).execute(connection)?;
    }
    Ok(id)
}

pub fn load_tariffs(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, Tariff)>> {
    let versions: Vec<VersionRow> =
        tariff_version::table.order(tariff_version::position).select(VersionRow::as_select()).load(connection)?;
    let mut versions = by_parent(versions, |row| row.tariff_id);
    let rows: Vec<(i64, TariffRow)> = tariff::table.select((tariff::id, TariffRow::as_select())).load(connection)?;
    rows.into_iter()
        .map(|(id, row)| {
            let versions = versions.remove(&id).unwrap_or_default().into_iter();
            let versions = versions.map(|row| {
                Ok(TariffVersion {
                    from: date_from("a tariff's date", &row.valid_from)?,
                    price: from_json("a tariff's price", &row.price)?,
                })
            });
            let versions = versions.collect::<StorageResult<_>>()?;
            let unit = from_word("a tariff's unit", row.unit)?;
            Ok((id, Tariff { code: TariffCode(row.code), name: row.name, unit, versions }))
        })
        .collect()
}
