//! Meters and their declared resets.

use diesel::prelude::*;

use super::{BookChanges, Ids, by_parent, id_of, places, positioned, save_each};
use crate::domain::calendar::Timestamp;
use crate::domain::ids::{MeterCode, RackCode};
use crate::domain::metering::{Meter, Reset};
use crate::domain::quantity::Micro;
use crate::storage::codec::{corrupt, from_optional_word, from_word, to_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{meter, meter_reset};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = meter, treat_none_as_null = true)]
struct MeterRow {
    code: String,
    register: String,
    rack_id: Option<i64>,
    feed: Option<String>,
    modulus_micro: Option<i64>,
    tolerance_seconds: i64,
    installed_at: i64,
    removed_at: Option<i64>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = meter_reset)]
struct ResetRow {
    meter_id: i64,
    position: i64,
    at: i64,
    final_index_micro: Option<i64>,
    new_index_micro: i64,
}

pub fn save(
    connection: &mut AnyConnection,
    meters: &[Meter],
    racks: &Ids,
    changes: &mut BookChanges,
) -> StorageResult<Ids> {
    let stored = load(connection)?;
    save_each(
        changes,
        "meter",
        stored,
        meters,
        |meter| meter.code.0.clone(),
        |id, meter| write(connection, id, meter, racks),
    )
}

fn write(connection: &mut AnyConnection, id: Option<i64>, value: &Meter, racks: &Ids) -> StorageResult<i64> {
    let row = MeterRow {
        code: value.code.0.clone(),
        register: value.register.name().to_owned(),
        rack_id: value.rack.as_ref().map(|rack| id_of(racks, "rack", &rack.0)).transpose()?,
        feed: value.feed.map(|feed| to_word("a meter's feed", &feed)).transpose()?,
        modulus_micro: value.modulus.map(Micro::micros),
        tolerance_seconds: value.tolerance_seconds,
        installed_at: value.installed_at.seconds(),
        removed_at: value.removed_at.map(Timestamp::seconds),
    };
    let id = match id {
        Some(id) => {
            diesel::update(meter::table.find(id)).set(&row).execute(connection)?;
            id
        }
        None => diesel::insert_into(meter::table).values(&row).returning(meter::id).get_result(connection)?,
    };
    diesel::delete(meter_reset::table.filter(meter_reset::meter_id.eq(id))).execute(connection)?;
    for (position, reset) in positioned(&value.resets) {
        let row = ResetRow {
            meter_id: id,
            position,
            at: reset.at.seconds(),
            final_index_micro: reset.final_index.map(Micro::micros),
            new_index_micro: reset.new_index.micros(),
        };
        diesel::insert_into(meter_reset::table).values(&row).execute(connection)?;
    }
    Ok(id)
}

pub fn load(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, Meter)>> {
    let racks = places::rack_codes(connection)?;
    let resets: Vec<ResetRow> =
        meter_reset::table.order(meter_reset::position).select(ResetRow::as_select()).load(connection)?;
    let mut resets = by_parent(resets, |row| row.meter_id);
    let rows: Vec<(i64, MeterRow)> = meter::table.select((meter::id, MeterRow::as_select())).load(connection)?;
    rows.into_iter()
        .map(|(id, row)| {
            let rack = row.rack_id.map(|rack| racks.get(&rack).cloned().ok_or(rack)).transpose();
            let rack: Option<RackCode> =
                rack.map_err(|rack| corrupt("a meter", format!("meter {} stands in unknown rack {rack}", row.code)))?;
            Ok((
                id,
                Meter {
                    register: from_word("a meter's register", row.register)?,
                    rack,
                    feed: from_optional_word("a meter's feed", row.feed)?,
                    modulus: row.modulus_micro.map(Micro::from_micros),
                    tolerance_seconds: row.tolerance_seconds,
                    installed_at: Timestamp::from_seconds(row.installed_at),
                    removed_at: row.removed_at.map(Timestamp::from_seconds),
                    resets: resets.remove(&id).unwrap_or_default().into_iter().map(reset_from).collect(),
                    code: MeterCode(row.code),
                },
            ))
        })
        .collect()
}

fn reset_from(row: ResetRow) -> Reset {
    Reset {
        at: Timestamp::from_seconds(row.at),
        final_index: row.final_index_micro.map(Micro::from_micros),
        new_index: Micro::from_micros(row.new_index_micro),
    }
}
