//! `[facility]`, `[[room]]` and what stands in it.

use crate::bookfile::cursor::Table;
use crate::bookfile::field::{Field, Reading};
use crate::domain::facility::{Aisle, Facility, Rack, Room};
use crate::domain::ids::{AisleCode, MeterCode, RackCode, RoomCode};

use super::parties::address;

pub fn facility(t: &mut Table) -> Option<Facility> {
    let code = t.required("code", "code = \"chapelle\"", Field::text);
    let name = t.required("name", "the facility's name in quotes", Field::text);
    let zone = t.required("zone", "zone = \"Europe/Paris\"", zone);
    let facility_energy_meters = t.or("facility_energy_meters", Vec::new(), meter_codes);
    let it_energy_meters = t.or("it_energy_meters", Vec::new(), meter_codes);
    let address = t.table("address", "[facility.address]", address);
    Some(Facility {
        code: code?,
        name: name?,
        address: address?,
        zone: zone?,
        facility_energy_meters: facility_energy_meters?,
        it_energy_meters: it_energy_meters?,
    })
}

fn zone(field: Field) -> Reading<chrono_tz::Tz> {
    let text = field.text()?;
    let refusal = |_| format!("`{text}` is not an IANA time zone; write one such as Europe/Paris");
    Ok(text.parse().map_err(refusal)?)
}

fn meter_codes(field: Field) -> Reading<Vec<MeterCode>> {
    Ok(field.texts()?.into_iter().map(MeterCode).collect())
}

pub fn room(t: &mut Table) -> Option<Room> {
    let code = t.required("code", "code = \"salle-1\"", Field::text);
    let name = t.required("name", "the room's name in quotes", Field::text);
    let aisles = t.coded("aisle", "[[room.aisle]]", aisle);
    Some(Room { code: RoomCode(code?), name: name?, aisles })
}

fn aisle(t: &mut Table) -> Option<Aisle> {
    let code = t.required("code", "code = \"allee-a\"", Field::text);
    let name = t.required("name", "the aisle's name in quotes", Field::text);
    let racks = t.coded("rack", "[[room.aisle.rack]]", rack);
    Some(Aisle { code: AisleCode(code?), name: name?, racks })
}

fn rack(t: &mut Table) -> Option<Rack> {
    let code = t.required("code", "code = \"A01\"", Field::text);
    let height_u = t.required("height_u", "height_u = 47", Field::whole::<u16>);
    let feed_rated_kw = t.required("feed_rated_kw", "feed_rated_kw = 11", Field::decimal);
    Some(Rack { code: RackCode(code?), height_u: height_u?, feed_rated_kw: feed_rated_kw? })
}
