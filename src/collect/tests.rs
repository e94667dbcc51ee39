//! What every form of input gives, and what bad input gets.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::{
    BATCH_RECORDS_MAX, BatchFormat, BrokenInput, FileFormat, ParsedBatch, RECORD_MAX_BYTES, ReadingFile, Refusal,
    SubmittedReading, parse_batch,
};
use crate::domain::metering::Quality;
use crate::domain::quantity::Unit;

const NDJSON: &str = concat!(
    r#"{"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}"#,
    "\n",
    r#"{"meter":"A01-EB","at":"2026-10-01T02:10:00+02:00","value":"642.6","unit":"kilowatt-hour","quality":"estimated","source":"pdu"}"#,
    "\n\n",
    r#"{"meter":"A01-EB","at":"2026-10-01T00:20:00Z","value":643,"correction":"relevé sur place"}"#,
);

/// Everything a file holds: readings, refusals, and what ended it.
fn read_all(bytes: &[u8]) -> (Vec<SubmittedReading<'static>>, Vec<String>, Option<BrokenInput>) {
    let (mut readings, mut refused) = (Vec::new(), Vec::new());
    let mut file = match ReadingFile::open(bytes) {
        Ok(file) => file,
        Err(broken) => return (readings, refused, Some(broken)),
    };
    loop {
        match file.next_entry() {
            Ok(None) => return (readings, refused, None),
            Ok(Some(entry)) => match entry.reading {
                Ok(reading) => readings.push(reading.into_owned()),
                Err(fault) => refused.push(Refusal { place: entry.place, fault }.to_string()),
            },
            Err(broken) => return (readings, refused, Some(broken)),
        }
    }
}

fn owned(batch: ParsedBatch) -> Vec<SubmittedReading<'static>> {
    batch.readings.into_iter().map(|(_, reading)| reading.into_owned()).collect()
}

fn refusals(batch: &ParsedBatch) -> Vec<String> {
    batch.refused.iter().map(ToString::to_string).collect()
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn ndjson_gives_readings_with_unit_quality_source_and_correction() {
    let readings = owned(parse_batch(NDJSON.as_bytes(), BatchFormat::Ndjson).unwrap());
    let [first, second, third] = readings.as_slice() else { panic!("{readings:?}") };
    assert_eq!((first.meter.as_ref(), first.value.micros()), ("A01-EA", 1_951_600_000));
    assert_eq!(first.at, second.at);
    assert_eq!((second.unit, second.quality), (Some(Unit::KilowattHour), Quality::Estimated));
    assert_eq!(second.source.as_deref(), Some("pdu"));
    assert_eq!((third.quality, third.correction.as_deref()), (Quality::Corrected, Some("relevé sur place")));
}

#[test]
fn every_form_says_the_same() {
    let expected = owned(parse_batch(NDJSON.as_bytes(), BatchFormat::Ndjson).unwrap());
    let array =
        format!("\u{feff} [ {} ] ", NDJSON.split("\n").filter(|line| !line.is_empty()).collect::<Vec<_>>().join(",\n"));
    let comma = "meter,at,value,unit,quality,source,correction\n\
        A01-EA,2026-10-01T00:10:00Z,1951.6,,,,\n\
        A01-EB,2026-10-01T02:10:00+02:00,642.6,kilowatt-hour,estimated,pdu,\n\
        A01-EB,2026-10-01T00:20:00Z,643,,,,\"relevé sur place\"\n";
    let french = "\u{feff}Valeur;Compteur;Horodatage;Unité;Qualité;Motif;Origine\r\n\
        1951,6;A01-EA;2026-10-01T00:10:00Z;;;;\r\n\
        642,6;A01-EB;2026-10-01T02:10:00+02:00;kilowatt-hour;estimated;;pdu\r\n\
        643;A01-EB;2026-10-01T00:20:00Z;;;relevé sur place;\r\n";
    assert_eq!(owned(parse_batch(array.as_bytes(), BatchFormat::JsonArray).unwrap()), expected);
    assert_eq!(owned(parse_batch(comma.as_bytes(), BatchFormat::Csv).unwrap()), expected);
    assert_eq!(owned(parse_batch(french.as_bytes(), BatchFormat::Csv).unwrap()), expected);
    for text in [NDJSON, &array, comma, french] {
        for bytes in [text.as_bytes().to_vec(), gzipped(text)] {
            let (readings, refused, broken) = read_all(&bytes);
            assert_eq!(readings, expected, "{text}");
            assert!(refused.is_empty() && broken.is_none(), "{refused:?} {broken:?}");
        }
    }
}

#[test]
fn a_cloud_event_carries_a_reading() {
    let event = r#"{"specversion":"1.0","type":"eu.chapelle.reading.v1","id":"7","source":"pdu-a01","time":"2026-10-01T00:10:01Z","extension":{"a":[1]},"data":{"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1.21,"unit":"kilowatt"}}"#;
    let batch = parse_batch(event.as_bytes(), BatchFormat::JsonObject).unwrap();
    let [(_, reading)] = batch.readings.as_slice() else { panic!("{batch:?}") };
    assert_eq!((reading.source.as_deref(), reading.value.micros()), (Some("pdu-a01"), 1_210_000));
    let other = event.replace("reading.v1", "alarm.v1");
    let refused = refusals(&parse_batch(other.as_bytes(), BatchFormat::JsonObject).unwrap());
    assert_eq!(
        refused,
        ["line 1 (byte 0): the event's type is `eu.chapelle.alarm.v1`; it must be eu.chapelle.reading.v1"]
    );
}

#[test]
fn a_bad_record_is_refused_alone_with_its_place_and_remedy() {
    let line = |at: &str, value: &str, more: &str| format!(r#"{{"meter":"M","at":"{at}","value":{value}{more}}}"#);
    let at = "2026-10-01T00:10:00Z";
    let body = [
        line(at, "1", ""),
        line(at, "1e30", ""),
        line(at, "\"NaN\"", ""),
        line(at, "NaN", ""),
        line("2026-10-01T00:10:00", "1", ""),
        line("2026-02-30T00:10:00Z", "1", ""),
        line(at, "1", r#","unit":"kWh""#),
        line(at, "1", r#","quality":"good""#),
        line(at, "1", r#","quality":"corrected""#),
        line(at, "1.0000001", ""),
        r#"{"meter":"M","at":"2026-10-01T00:10:00Z"}"#.to_owned(),
        line(at, "1", r#","vlaue":2"#),
        "7".to_owned(),
        line(at, "2", ""),
    ]
    .join("\n");
    let batch = parse_batch(body.as_bytes(), BatchFormat::Ndjson).unwrap();
    assert_eq!(batch.readings.len(), 2);
    insta::assert_snapshot!(refusals(&batch).join("\n"), @r#"
    line 2 (byte 52): value `1e30` is beyond what a register can show (1,000,000,000,000); look at its unit and digits
    line 3 (byte 107): value `NaN` is not a decimal number; write digits such as 1951.6
    line 4 (byte 163): column 50: expected value; write for example {"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}
    line 5 (byte 217): at `2026-10-01T00:10:00` is not an instant; write RFC 3339 with its offset, such as 2026-10-01T00:10:00+02:00
    line 6 (byte 268): at `2026-02-30T00:10:00Z` is not an instant; write RFC 3339 with its offset, such as 2026-10-01T00:10:00+02:00
    line 7 (byte 320): unit `kWh` is not a unit; known are kilowatt-hour, kilowatt, terabyte, terabyte-month, rack-unit, rack-unit-day, rack, month, day, hour, year, one
    line 8 (byte 385): quality `good` is not known; write measured, estimated or corrected
    line 9 (byte 454): a corrected reading says why; add `correction` with the reason
    line 10 (byte 528): value `1.0000001` has more than 6 decimals; round it before it is sent
    line 11 (byte 588): column 41: missing field `value`; write for example {"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}
    line 12 (byte 630): column 58: unknown field `vlaue`, expected one of `meter`, `at`, `value`, `unit`, `quality`, `source`, `correction`; write for example {"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}
    line 13 (byte 692): column 1: invalid type: integer `7`, expected a JSON object with meter, at and value; write for example {"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}
    "#);
}

#[test]
fn a_bad_row_is_refused_alone() {
    let body = "meter,at,value\nM,2026-10-01T00:10:00Z,1\nM,2026-10-01T00:20:00Z,1,5\n,2026-10-01T00:30:00Z,1\nM,01/10/2026 00:40,1\n\"M\",\"2026-10-01T00:50:00Z\",\"2\"\n";
    let batch = parse_batch(body.as_bytes(), BatchFormat::Csv).unwrap();
    assert_eq!(batch.readings.len(), 2);
    insta::assert_snapshot!(refusals(&batch).join("\n"), @r#"
    line 3 (byte 40): has 4 columns where the header has 3; quote a text that holds the separator
    line 4 (byte 67): meter is missing; give every record its meter
    line 5 (byte 91): at `01/10/2026 00:40` is not an instant; write RFC 3339 with its offset, such as 2026-10-01T00:10:00+02:00
    "#);
}

#[test]
fn a_broken_container_stops_the_input() {
    let whole = gzipped(&NDJSON.repeat(2_000).replace("}{", "}\n{"));
    let truncated = &whole[..whole.len() / 2];
    let latin1 =
        b"meter,at,value,correction\nM,2026-10-01T00:10:00Z,1,\nM,2026-10-01T00:20:00Z,1,relev\xE9\n".as_slice();
    let endless = [b"meter,at,value\n".as_slice(), &vec![b'9'; 3 * 1024 * 1024]].concat();
    let cut = br#"[{"meter":"M","at":"2026-10-01T00:10:00Z","value":1},{"meter":"#.as_slice();
    let header = b"meter,time,value\n".as_slice();
    let missing = b"meter;at\n".as_slice();
    let numbers = b"[1,2]".as_slice();
    let told: Vec<String> = [truncated, latin1, &endless, cut, header, missing, numbers]
        .into_iter()
        .map(|bytes| {
            let (readings, refused, broken) = read_all(bytes);
            format!("{} read, {} refused, then {}", readings.len(), refused.len(), broken.unwrap())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    2839 read, 0 refused, then line 3786 (byte 267780): the gzip stream is truncated or damaged (incomplete deflate stream); compress and send it again. What came before was read
    1 read, 0 refused, then line 3 (byte 52): byte 82 of the input is not UTF-8; save or send it in the encoding UTF-8
    0 read, 0 refused, then line 2 (byte 15): longer than 1048576 bytes without an end; write one reading a line
    1 read, 0 refused, then element 2 (byte 53): the array does not end; the input was cut off, send it again
    0 read, 0 refused, then the header has the column `time`, which is not known; known are meter, at, value, unit, quality, correction, source
    0 read, 0 refused, then the header `meter;at` has no column `value`; write meter,at,value and, where needed, unit, quality, correction, source
    0 read, 0 refused, then element 1 (byte 0): is not an object; each element of the array is one, { ... }
    "#);
}

/// Nines without end, and how many of them were taken.
struct Nines(Arc<AtomicUsize>);

impl Read for Nines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(b'9');
        self.0.fetch_add(buffer.len(), Ordering::Relaxed);
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_line_is_refused_after_its_first_mebibyte() {
    let taken = Arc::new(AtomicUsize::new(0));
    let mut file = ReadingFile::open(Nines(taken.clone())).unwrap();
    assert!(matches!(file.next_entry(), Err(BrokenInput::RecordTooLong { .. })));
    assert!(taken.load(Ordering::Relaxed) < 2 * RECORD_MAX_BYTES);
}

#[test]
fn a_batch_has_at_least_one_reading_and_at_most_ten_thousand() {
    let line = r#"{"meter":"M","at":"2026-10-01T00:10:00Z","value":1}"#;
    let full = vec![line; BATCH_RECORDS_MAX].join("\n");
    assert_eq!(parse_batch(full.as_bytes(), BatchFormat::Ndjson).unwrap().readings.len(), BATCH_RECORDS_MAX);
    let over = format!("{full}\n{line}");
    assert!(matches!(parse_batch(over.as_bytes(), BatchFormat::Ndjson), Err(BrokenInput::TooMany { .. })));
    for (body, format) in [
        ("", BatchFormat::Ndjson),
        ("\n \n", BatchFormat::Ndjson),
        ("[]", BatchFormat::JsonArray),
        ("", BatchFormat::Csv),
        (" ", BatchFormat::JsonObject),
    ] {
        assert!(matches!(parse_batch(body.as_bytes(), format), Err(BrokenInput::Empty)), "{body:?} {format:?}");
    }
}

#[test]
fn the_form_is_told_from_the_media_type_or_the_first_byte() {
    assert_eq!(BatchFormat::of_content_type("application/json; charset=utf-8", b" [{}]"), Some(BatchFormat::JsonArray));
    assert_eq!(BatchFormat::of_content_type("Application/CloudEvents+JSON", b"{}"), Some(BatchFormat::JsonObject));
    assert_eq!(BatchFormat::of_content_type("text/plain", b"{}"), None);
    assert_eq!(ReadingFile::open(b"  {".as_slice()).unwrap().format(), FileFormat::Ndjson);
    assert_eq!(ReadingFile::open(b"".as_slice()).unwrap().format(), FileFormat::Csv);
    assert!(ReadingFile::open(b"".as_slice()).unwrap().next_entry().unwrap().is_none());
}

#[test]
fn meters_of_a_batch_are_borrowed_from_its_body() {
    let batch = parse_batch(NDJSON.as_bytes(), BatchFormat::Ndjson).unwrap();
    assert!(batch.readings.iter().all(|(_, reading)| matches!(reading.meter, std::borrow::Cow::Borrowed(_))));
}

proptest! {
    #[test]
    fn a_file_and_a_batch_agree_on_any_text(text in "([\\[{\",:; \\n\\\\}\\]]|meter|at|value|2026-10-01T00:10:00Z|1|é){0,60}") {
        let (readings, refused, broken) = read_all(text.as_bytes());
        let format = match ReadingFile::open(text.as_bytes()).unwrap().format() {
            FileFormat::Csv => BatchFormat::Csv,
            FileFormat::Ndjson => BatchFormat::Ndjson,
            FileFormat::JsonArray => BatchFormat::JsonArray,
        };
        match parse_batch(text.as_bytes(), format) {
            Ok(batch) => {
                prop_assert!(broken.is_none());
                prop_assert_eq!(&refusals(&batch), &refused);
                prop_assert_eq!(owned(batch), readings);
            }
            Err(BrokenInput::Empty) => prop_assert!(readings.is_empty() && refused.is_empty()),
            Err(_) => prop_assert!(broken.is_some()),
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_all(&bytes);
        for format in [BatchFormat::Csv, BatchFormat::Ndjson, BatchFormat::JsonArray, BatchFormat::JsonObject] {
            let _ = parse_batch(&bytes, format);
        }
    }
}
