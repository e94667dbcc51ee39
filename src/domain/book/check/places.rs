//! Facility, rooms, aisles, racks.

use rust_decimal::Decimal;

use super::{Findings, parties};
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::facility::{Facility, Rack};
use crate::domain::ids::MeterCode;
use crate::domain::metering::Register;

pub fn check(parts: &BookParts, findings: &mut Findings) {
    if let Some(facility) = parts.facility {
        check_facility(facility, parts, findings);
    }
    let rooms = findings.each(&BookPath::root(), "room", parts.rooms, |room| room.code.as_str());
    findings.unique("room", rooms.iter().map(|(path, room)| (path, room.code.as_str())));
    let mut racks = Vec::new();
    for (path, room) in rooms {
        let aisles = findings.each(&path, "aisle", &room.aisles, |aisle| aisle.code.as_str());
        findings.unique("aisle", aisles.iter().map(|(path, aisle)| (path, aisle.code.as_str())));
        for (path, aisle) in aisles {
            racks.extend(findings.each(&path, "rack", &aisle.racks, |rack| rack.code.as_str()));
        }
    }
    // Meters name a rack by its code alone, so it is unique in the whole book.
    findings.unique("rack", racks.iter().map(|(path, rack)| (path, rack.code.as_str())));
    for (path, rack) in racks {
        check_rack(&path, rack, findings);
    }
}

fn check_rack(path: &BookPath, rack: &Rack, findings: &mut Findings) {
    let heights = (Decimal::from(42), Decimal::from(52));
    findings.within(path.key("height_u"), Decimal::from(rack.height_u), heights, "the rack's height in U, such as 47");
    let powers = (Decimal::new(1, 1), Decimal::from(1000));
    let instead = "what one feed is rated for in kW, such as 11";
    findings.within(path.key("feed_rated_kw"), rack.feed_rated_kw, powers, instead);
}

fn check_facility(facility: &Facility, parts: &BookParts, findings: &mut Findings) {
    let path = BookPath::root().key("facility");
    parties::check_address(&path.key("address"), &facility.address, findings);
    let lists = [
        ("facility_energy_meters", &facility.facility_energy_meters),
        ("it_energy_meters", &facility.it_energy_meters),
    ];
    for (key, meters) in lists {
        check_pue_meters(&path.key(key), meters, parts, findings);
    }
}

fn check_pue_meters(path: &BookPath, codes: &[MeterCode], parts: &BookParts, findings: &mut Findings) {
    for (position, code) in codes.iter().enumerate() {
        if codes.iter().take(position).any(|earlier| earlier == code) {
            findings.add(path.clone(), BookFault::DuplicateCode { kind: "entry", code: code.to_string() });
        }
        let known = parts.meters.iter().map(|meter| meter.code.as_str());
        if findings.known(path.clone(), "meter", code.as_str(), known) {
            for meter in parts.meters.iter().filter(|meter| meter.code == *code && meter.register != Register::Energy) {
                let (meter, register) = (code.to_string(), meter.register.name());
                let needed = "the PUE needs counters of energy";
                findings.add(path.clone(), BookFault::WrongRegister { meter, register, needed });
            }
        }
    }
}
