//! Facility, rooms, aisles and racks. Rooms, aisles and racks are saved one by one, so that a rack the book lacks stays
//! where it is.

use chrono_tz::Tz;
use diesel::prelude::*;

use super::{BookChanges, BookItem, Ids, by_parent, id_of, positioned, save_each, save_single};
use crate::domain::facility::{Aisle, Facility, Rack, Room};
use crate::domain::ids::{AisleCode, RackCode, RoomCode};
use crate::storage::codec::{corrupt, from_json, from_micro, integer, to_json, to_micro};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{aisle, facility, rack, room};

#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = facility)]
struct FacilityRow {
    id: i64,
    code: String,
    name: String,
    address: String,
    zone: String,
    facility_energy_meters: String,
    it_energy_meters: String,
}

pub fn save_facility(connection: &mut AnyConnection, value: &Facility, changes: &mut BookChanges) -> StorageResult<()> {
    let row = FacilityRow {
        id: 1,
        code: value.code.clone(),
        name: value.name.clone(),
        address: to_json("the facility's address", &value.address)?,
        zone: value.zone.name().to_owned(),
        facility_energy_meters: to_json("the facility's meters", &value.facility_energy_meters)?,
        it_energy_meters: to_json("the facility's meters", &value.it_energy_meters)?,
    };
    let stored = facility::table.select(FacilityRow::as_select()).first(connection).optional()?;
    let item = BookItem { kind: "facility", code: value.code.clone() };
    save_single(changes, item, stored, &row, |exists, row| {
        if exists {
            diesel::update(facility::table).set(row).execute(connection)?;
        } else {
            diesel::insert_into(facility::table).values(row).execute(connection)?;
        }
        Ok(())
    })
}

pub fn load_facility(connection: &mut AnyConnection) -> StorageResult<Option<Facility>> {
    let row = facility::table.select(FacilityRow::as_select()).first(connection).optional()?;
    row.map(|row| {
        Ok(Facility {
            zone: row.zone.parse::<Tz>().map_err(|error| corrupt("the facility's zone", error.to_string()))?,
            address: from_json("the facility's address", &row.address)?,
            facility_energy_meters: from_json("the facility's meters", &row.facility_energy_meters)?,
            it_energy_meters: from_json("the facility's meters", &row.it_energy_meters)?,
            code: row.code,
            name: row.name,
        })
    })
    .transpose()
}

#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = room)]
struct RoomRow {
    code: String,
    name: String,
}

#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = aisle)]
struct AisleRow {
    room_id: i64,
    position: i64,
    code: String,
    name: String,
}

#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rack)]
struct RackRow {
    aisle_id: i64,
    position: i64,
    code: String,
    height_u: i64,
    feed_rated_kw_micro: i64,
}

/// Saves rooms with their aisles and racks; returns the ids of racks.
pub fn save_rooms(connection: &mut AnyConnection, rooms: &[Room], changes: &mut BookChanges) -> StorageResult<Ids> {
    let stored = room::table.select((room::id, RoomRow::as_select())).load(connection)?;
    let wanted: Vec<RoomRow> =
        rooms.iter().map(|room| RoomRow { code: room.code.0.clone(), name: room.name.clone() }).collect();
    let room_ids = save_each(
        changes,
        "room",
        stored,
        &wanted,
        |room| room.code.clone(),
        |id, row| write_row(connection, id, row),
    )?;
    let aisle_ids = save_aisles(connection, rooms, &room_ids, changes)?;
    save_racks(connection, rooms, &room_ids, &aisle_ids, changes)
}

fn write_row(connection: &mut AnyConnection, id: Option<i64>, row: &RoomRow) -> StorageResult<i64> {
    Ok(match id {
        Some(id) => {
            diesel::update(room::table.find(id)).set(row).execute(connection)?;
            id
        }
        None => diesel::insert_into(room::table).values(row).returning(room::id).get_result(connection)?,
    })
}

/// Aisle codes are unique within their room only: ids are kept under both.
fn aisle_key(room_id: i64, code: &str) -> String {
    format!("{room_id}/{code}")
}

fn save_aisles(
    connection: &mut AnyConnection,
    rooms: &[Room],
    room_ids: &Ids,
    changes: &mut BookChanges,
) -> StorageResult<Ids> {
    let mut wanted = Vec::new();
    for room in rooms {
        let room_id = id_of(room_ids, "room", &room.code.0)?;
        wanted.extend(positioned(&room.aisles).map(|(position, aisle)| AisleRow {
            room_id,
            position,
            code: aisle.code.0.clone(),
            name: aisle.name.clone(),
        }));
    }
    let stored = aisle::table.select((aisle::id, AisleRow::as_select())).load(connection)?;
    save_each(
        changes,
        "aisle",
        stored,
        &wanted,
        |row| aisle_key(row.room_id, &row.code),
        |id, row| {
            Ok(match id {
                Some(id) => {
                    diesel::update(aisle::table.find(id)).set(row).execute(connection)?;
                    id
                }
                None => diesel::insert_into(aisle::table).values(row).returning(aisle::id).get_result(connection)?,
            })
        },
    )
}

fn save_racks(
    connection: &mut AnyConnection,
    rooms: &[Room],
    room_ids: &Ids,
    aisle_ids: &Ids,
    changes: &mut BookChanges,
) -> StorageResult<Ids> {
    let mut wanted = Vec::new();
    for room in rooms {
        let room_id = id_of(room_ids, "room", &room.code.0)?;
        for aisle in &room.aisles {
            let aisle_id = id_of(aisle_ids, "aisle", &aisle_key(room_id, &aisle.code.0))?;
            for (position, rack) in positioned(&aisle.racks) {
                wanted.push(RackRow {
                    aisle_id,
                    position,
                    code: rack.code.0.clone(),
                    height_u: i64::from(rack.height_u),
                    feed_rated_kw_micro: to_micro("a rack's rated power", rack.feed_rated_kw)?,
                });
            }
        }
    }
    let stored = rack::table.select((rack::id, RackRow::as_select())).load(connection)?;
    save_each(
        changes,
        "rack",
        stored,
        &wanted,
        |row| row.code.clone(),
        |id, row| {
            Ok(match id {
                Some(id) => {
                    diesel::update(rack::table.find(id)).set(row).execute(connection)?;
                    id
                }
                None => diesel::insert_into(rack::table).values(row).returning(rack::id).get_result(connection)?,
            })
        },
    )
}

/// Rooms ordered by code; aisles and racks in the order they were saved in.
pub fn load_rooms(connection: &mut AnyConnection) -> StorageResult<Vec<Room>> {
    let racks: Vec<RackRow> =
        rack::table.order((rack::position, rack::code)).select(RackRow::as_select()).load(connection)?;
    let mut racks = by_parent(racks, |row| row.aisle_id);
    let aisles: Vec<(i64, AisleRow)> = aisle::table
        .order((aisle::position, aisle::code))
        .select((aisle::id, AisleRow::as_select()))
        .load(connection)?;
    let mut aisles = by_parent(aisles, |(_, row)| row.room_id);
    let rooms: Vec<(i64, RoomRow)> =
        room::table.order(room::code).select((room::id, RoomRow::as_select())).load(connection)?;
    rooms
        .into_iter()
        .map(|(id, row)| {
            let aisles = aisles.remove(&id).unwrap_or_default().into_iter().map(|(aisle_id, row)| {
                let racks = racks.remove(&aisle_id).unwrap_or_default().into_iter().map(rack_from);
                Ok(Aisle { code: AisleCode(row.code), name: row.name, racks: racks.collect::<StorageResult<_>>()? })
            });
            Ok(Room { code: RoomCode(row.code), name: row.name, aisles: aisles.collect::<StorageResult<_>>()? })
        })
        .collect()
}

fn rack_from(row: RackRow) -> StorageResult<Rack> {
    Ok(Rack {
        code: RackCode(row.code),
        height_u: integer("a rack's height", row.height_u)?,
        feed_rated_kw: from_micro(row.feed_rated_kw_micro),
    })
}

/// Codes of racks by their id.
pub fn rack_codes(connection: &mut AnyConnection) -> StorageResult<std::collections::BTreeMap<i64, RackCode>> {
    let rows: Vec<(i64, String)> = rack::table.select((rack::id, rack::code)).load(connection)?;
    Ok(rows.into_iter().map(|(id, code)| (id, RackCode(code))).collect())
}
