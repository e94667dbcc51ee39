//! `[[meter]]` and its resets.

use crate::bookfile::cursor::Table;
use crate::bookfile::field::Field;
use crate::bookfile::words::{FEEDS, REGISTERS};
use crate::domain::ids::{MeterCode, RackCode};
use crate::domain::metering::{Meter, Reset};

const INSTANT: &str = "an instant with its offset, such as 2026-01-01T00:00:00+01:00";

pub fn meter(t: &mut Table) -> Option<Meter> {
    let code = t.required("code", "code = \"A01-EA\"", Field::text);
    let register = t.required("register", "register = \"energy\"", |field| field.word(&REGISTERS));
    let rack = t.optional("rack", Field::text);
    let feed = t.optional("feed", |field| field.word(&FEEDS));
    let modulus = t.optional("modulus", Field::micro);
    let tolerance_seconds = t.or("tolerance_seconds", Meter::DEFAULT_TOLERANCE_SECONDS, Field::whole::<i64>);
    let installed_at = t.required("installed_at", INSTANT, Field::instant);
    let removed_at = t.optional("removed_at", Field::instant);
    let resets = t.numbered("reset", "[[meter.reset]]", reset);
    Some(Meter {
        code: MeterCode(code?),
        register: register?,
        rack: rack?.map(RackCode),
        feed: feed?,
        modulus: modulus?,
        tolerance_seconds: tolerance_seconds?,
        installed_at: installed_at?,
        removed_at: removed_at?,
        resets: resets?,
    })
}

fn reset(t: &mut Table) -> Option<Reset> {
    let at = t.required("at", INSTANT, Field::instant);
    let final_index = t.optional("final_index", Field::micro);
    let new_index = t.required("new_index", "what the register showed just after, such as new_index = 0", Field::micro);
    Some(Reset { at: at?, final_index: final_index?, new_index: new_index? })
}
