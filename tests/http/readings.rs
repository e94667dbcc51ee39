//! Readings in over HTTP, on both engines.

use std::io::Write;

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use chapelle::domain::audit::sha256_hex;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

/// A storage gauge of the small book; its October readings are hourly, these stand between them.
fn reading(minute: u32, value: &str) -> String {
    format!(r#"{{"meter":"SAN-EDP","at":"2026-10-20T10:{minute:02}:00Z","value":{value}}}"#)
}

fn request(token: &str, kind: &str, body: impl Into<Vec<u8>>) -> TestRequest {
    let body: Vec<u8> = body.into();
    TestRequest::post()
        .uri("/api/v1/readings")
        .insert_header(("authorization", format!("Bearer {token}")))
        .insert_header(("content-type", kind.to_owned()))
        .set_payload(body)
}

async fn send(server: &Server, token: &str, body: &str) -> Answer {
    server.call(request(token, "application/x-ndjson", body)).await
}

fn counts(answer: &Answer) -> (u16, u64, u64, usize) {
    let body = answer.json();
    let count = |key: &str| body[key].as_u64().unwrap();
    (answer.status.as_u16(), count("accepted"), count("duplicates"), body["refused"].as_array().unwrap().len())
}

#[actix_web::test]
async fn readings_are_taken_once_and_refused_one_by_one() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let batch = [reading(1, "41.5"), reading(2, "\"41.75\"")].join("\n");
        assert_eq!(counts(&send(&server, &token, &batch).await), (200, 2, 0, 0), "{engine:?}");
        assert_eq!(counts(&send(&server, &token, &batch).await), (200, 0, 2, 0), "{engine:?}");

        let mixed = [
            reading(1, "41.5"),
            reading(2, "99"),
            reading(3, "-1"),
            "{\"meter\":\"SAN-EDP\"}".to_owned(),
            r#"{"meter":"nowhere","at":"2026-10-20T10:00:00Z","value":1}"#.to_owned(),
            r#"{"meter":"SAN-EDP","at":"2099-01-01T00:00:00Z","value":1}"#.to_owned(),
            reading(4, "42"),
        ];
        let answer = send(&server, &token, &mixed.join("\n")).await;
        assert_eq!(counts(&answer), (207, 1, 1, 5), "{engine:?}: {}", answer.text());
        let refused: Vec<(u64, String)> = answer.json()["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["index"].as_u64().unwrap(), one["kind"].as_str().unwrap().to_owned()))
            .collect();
        let kinds = |kind: &str| refused.iter().filter(|one| one.1 == kind).map(|one| one.0).collect::<Vec<_>>();
        assert_eq!((kinds("conflict"), kinds("impossible"), kinds("malformed")), (vec![1], vec![2, 4, 5], vec![3]));
        let reason = answer.json()["refused"][0]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains("41.75") && reason.contains("correction"), "{reason}");

        let correction = r#"{"meter":"SAN-EDP","at":"2026-10-20T10:02:00Z","value":43,"correction":"misread"}"#;
        assert_eq!(counts(&send(&server, &token, correction).await), (200, 1, 0, 0), "{engine:?}");
    }
}

#[actix_web::test]
async fn when_nothing_is_taken_it_is_a_problem() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Admin).await;
    let answer = send(&server, &token, &reading(3, "-1")).await;
    assert_eq!(counts(&answer), (422, 0, 0, 1));
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!(
        (body["status"].as_u64(), body["type"].as_str()),
        (Some(422), Some("urn:chapelle:problem:unprocessable"))
    );
}

#[actix_web::test]
async fn every_spelling_means_the_same() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Operator).await;
    let one: Value = serde_json::from_str(&reading(5, "40")).unwrap();
    let event =
        json!({ "specversion": "1.0", "id": "1", "source": "/pdu", "type": "eu.chapelle.reading.v1", "data": one });
    let mut zipped = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    zipped.write_all(format!("{one}\n").as_bytes()).unwrap();
    let zipped = zipped.finish().unwrap();

    let ask = |kind: &str, body: String| server.call(request(&token, kind, body));
    assert_eq!(counts(&ask("application/json", json!([one]).to_string()).await), (200, 1, 0, 0));
    assert_eq!(counts(&ask("application/json", one.to_string()).await), (200, 0, 1, 0), "a single object");
    assert_eq!(counts(&ask("application/x-ndjson", one.to_string()).await), (200, 0, 1, 0));
    assert_eq!(counts(&ask("application/cloudevents+json", event.to_string()).await), (200, 0, 1, 0));
    assert_eq!(
        counts(&ask("application/cloudevents-batch+json", json!([event, event]).to_string()).await),
        (200, 0, 2, 0)
    );
    let binary = |attributes: &[(&'static str, &'static str)]| {
        let bare = request(&token, "application/json", one.to_string());
        server.call(attributes.iter().fold(bare, |request, pair| request.insert_header(*pair)))
    };
    let attributes =
        [("ce-specversion", "1.0"), ("ce-id", "7"), ("ce-source", "/pdu/a01"), ("ce-type", "eu.chapelle.reading.v1")];
    assert_eq!(counts(&binary(&attributes).await), (200, 0, 1, 0), "an event in headers");
    let nameless = binary(&attributes[..3]).await;
    assert_eq!(nameless.status.as_u16(), 400);
    assert!(nameless.json()["detail"].as_str().unwrap().contains("type is missing"), "{}", nameless.text());
    let gzip = request(&token, "application/x-ndjson", zipped.clone()).insert_header(("content-encoding", "gzip"));
    assert_eq!(counts(&server.call(gzip).await), (200, 0, 1, 0));

    let members = [zipped.clone(), zipped.clone()].concat();
    let members = request(&token, "application/x-ndjson", members).insert_header(("content-encoding", "gzip"));
    assert_eq!(counts(&server.call(members).await), (200, 0, 2, 0), "as gunzip reads them");

    let cut = request(&token, "application/x-ndjson", &zipped[..zipped.len() / 2])
        .insert_header(("content-encoding", "gzip"));
    let answer = server.call(cut).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (400, "application/problem+json"),
        "{}",
        answer.text()
    );
}

#[actix_web::test]
async fn a_key_makes_a_batch_repeatable_and_belongs_to_its_sender() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (operator, admin) = (server.token(Role::Operator).await, server.token(Role::Admin).await);
        let keyed = |token: &str, body: String| {
            server.call(request(token, "application/x-ndjson", body).insert_header(("idempotency-key", "night-1")))
        };
        let batch = reading(7, "40");
        let first = keyed(&operator, batch.clone()).await;
        let again = keyed(&operator, batch).await;
        assert_eq!(counts(&first), (200, 1, 0, 0), "{engine:?}");
        assert_eq!(first.body, again.body, "{engine:?}");
        let other_body = keyed(&operator, reading(8, "40")).await;
        assert_eq!(other_body.status.as_u16(), 422, "{}", other_body.text());
        assert_eq!(counts(&keyed(&admin, reading(8, "40")).await), (200, 1, 0, 0), "{engine:?}");
    }
}

#[actix_web::test]
async fn a_batch_has_its_bounds() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Operator).await;
    let many = vec![reading(9, "40"); 10_001].join("\n");
    assert_eq!(send(&server, &token, &many).await.status.as_u16(), 400);
    let huge = format!("{{\"meter\":\"{}\"}}", "x".repeat(9 * 1024 * 1024));
    assert_eq!(send(&server, &token, &huge).await.status.as_u16(), 413);
    // Nine megabytes of the same letter are nine kilobytes on the way.
    let mut zipped = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    zipped.write_all(huge.as_bytes()).unwrap();
    let bomb =
        request(&token, "application/x-ndjson", zipped.finish().unwrap()).insert_header(("content-encoding", "gzip"));
    assert_eq!(server.call(bomb).await.status.as_u16(), 413);
    // Nor are they fewer where each member alone would pass.
    let half = format!("{{\"meter\":\"{}\"}}\n", "x".repeat(5 * 1024 * 1024));
    let mut zipped = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    zipped.write_all(half.as_bytes()).unwrap();
    let members = zipped.finish().unwrap().repeat(2);
    let bomb = request(&token, "application/x-ndjson", members).insert_header(("content-encoding", "gzip"));
    assert_eq!(server.call(bomb).await.status.as_u16(), 413);
}

#[actix_web::test]
async fn a_new_meter_is_known_without_a_restart() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Operator).await;
    let one = r#"{"meter":"SAN-NEW","at":"2026-10-20T10:00:00Z","value":1}"#;
    assert_eq!(counts(&send(&server, &token, one).await), (422, 0, 0, 1));
    let text = std::fs::read_to_string(crate::common::small_book_path()).unwrap();
    let start = text.find("[[meter]]\ncode = \"SAN-EDP\"").unwrap();
    let end = start + 9 + text[start + 9..].find("[[").unwrap();
    let added = text[start..end].replace("SAN-EDP", "SAN-NEW");
    let book =
        chapelle::app::import_book::read(format!("{}{added}{}", &text[..end], &text[end..]).as_bytes(), "b").unwrap();
    chapelle::app::import_book::import(
        &site.shared.store,
        &book,
        &chapelle::domain::audit::Actor::new("test", None),
        crate::site::now(),
    )
    .unwrap();
    crate::site::pass(2);
    assert_eq!(counts(&send(&server, &token, one).await), (200, 1, 0, 0));
}

/// What cannot be a reading, as each is told.
#[actix_web::test]
async fn what_is_no_reading_is_told_where_and_what_would_be_right() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let stored = || chapelle::app::figures::figures(&site.shared.store).unwrap().readings;
        let before = stored();
        let with =
            |pairs: &str| format!("{{\"meter\":\"SAN-EDP\",\"at\":\"2026-10-20T10:30:00Z\",{pairs}}}").into_bytes();
        let latin1 =
            b"{\"meter\":\"SAN-EDP\",\"at\":\"2026-10-20T10:30:00Z\",\"value\":1,\"correction\":\"relev\xE9\"}"
                .to_vec();
        let cases: [(&str, Vec<u8>, u16, [&str; 2]); 9] = [
            (
                "another unit",
                with(r#""value":1,"unit":"kilowatt-hour""#),
                422,
                ["counts terabyte", "convert the value"],
            ),
            (
                "before it was installed",
                br#"{"meter":"SAN-EDP","at":"2001-10-20T10:30:00Z","value":1}"#.to_vec(),
                422,
                ["was installed at", "correct the reading's time"],
            ),
            ("NaN", with(r#""value":NaN"#), 422, ["line 1: value", "`NaN` is not a decimal number"]),
            ("NaN in quotes", with(r#""value":"NaN""#), 422, ["line 1: value", "NaN"]),
            ("10^30 with an exponent", with(r#""value":1e30"#), 422, ["line 1: value", "1e30"]),
            ("10^30 in digits", with(&format!(r#""value":1{}"#, "0".repeat(30))), 422, ["line 1: value", "000"]),
            ("an unknown key", with(r#""value":1,"vlaue":2"#), 422, ["unknown field `vlaue`", "a reading is"]),
            ("no key at all", b"7".to_vec(), 422, ["line 1", "a reading is"]),
            ("Latin-1", latin1, 400, ["from byte 76", "send it as UTF-8"]),
        ];
        for (what, body, status, told) in cases {
            let answer = server.call(request(&token, "application/x-ndjson", body)).await;
            let kind = answer.header("content-type").to_owned();
            assert_eq!((answer.status.as_u16(), kind.as_str()), (status, "application/problem+json"), "{what}");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(told.iter().all(|words| detail.contains(words)), "{engine:?}, {what}: {detail}");
        }
        assert_eq!(stored(), before, "{engine:?}: nothing was written");
    }
}

/// What comes too late for the invoice of its month is counted by month; a batch that is sent again is answered the same.
#[actix_web::test]
async fn readings_of_billed_months_are_told() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let at = |meter: &str, at: &str| format!(r#"{{"meter":"{meter}","at":"{at}","value":2}}"#);
        let ask = |lines: &[String]| {
            let body = lines.join("\n");
            server.call(request(&token, "application/x-ndjson", body).insert_header(("idempotency-key", "late")))
        };
        let lines = [
            at("A01-PA", "2026-09-10T10:01:00Z"),
            at("A01-PA", "2026-09-10T10:02:00Z"),
            // The last instants of August in Paris, which nobody was billed for, and a meter nobody pays for.
            at("A01-PA", "2026-08-31T21:59:00Z"),
            at("GTB-ARRIVEE", "2026-08-31T21:59:00Z"),
            at("A01-PA", "2026-10-10T10:01:00Z"),
        ];
        let answer = ask(&lines).await;
        assert_eq!(counts(&answer), (200, 5, 0, 0), "{engine:?}: {}", answer.text());
        let billed = json!([{ "month": "2026-09", "readings": 2 }]);
        assert_eq!(answer.json()["billed_months"], billed, "{engine:?}");
        assert_eq!(ask(&lines).await.json(), answer.json(), "{engine:?}: the same again");
        // The index October begins with, in Paris, is the one September ends with.
        let midnight = r#"{"meter":"A01-PA","at":"2026-09-30T22:00:00Z","value":3.25,"correction":"lu sur place"}"#;
        let boundary = send(&server, &token, midnight).await;
        let september = json!([{ "month": "2026-09", "readings": 1 }]);
        assert_eq!(boundary.json()["billed_months"], september, "{engine:?} {}", boundary.text());
        let timely = send(&server, &token, &reading(30, "41")).await;
        assert_eq!(timely.json()["billed_months"], json!([]), "{engine:?}");
        let correction = r#"{"meter":"A01-PA","at":"2026-09-10T10:01:00Z","value":3,"correction":"lu sur place"}"#;
        let corrected = send(&server, &token, correction).await;
        assert_eq!(corrected.json()["billed_months"], json!([{ "month": "2026-09", "readings": 1 }]), "{engine:?}");
        // What waits to be regularised is told until an invoice has.
        let waiting = "/api/v1/billing/regularisations";
        let late = server.get_with(waiting, &server.token(Role::Finance).await).await;
        let rows = late.json();
        let expected = json!({ "invoice": site.number_of("aphp"), "contract": "AP-2026", "month": "2026-09",
            "meters": rows[0]["meters"], "next": "2026-10" });
        assert_eq!((late.header("x-total-count"), &rows), ("1", &json!([expected])), "{engine:?}");
        assert!(rows[0]["meters"].as_array().unwrap().contains(&json!("A01-PA")), "{engine:?} {rows}");
        assert_eq!(server.get_with(waiting, &token).await.status.as_u16(), 403, "{engine:?}");
    }
}

/// A file is read as the browser's are, once under its key, and its report is kept.
#[actix_web::test]
async fn a_file_is_sent_as_the_body() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let send = |kind: &str, key: Option<&str>, body: Vec<u8>| {
            let request = request(&token, kind, body).uri("/api/v1/readings/imports?file_name=pdu.csv");
            let request = key
                .into_iter()
                .fold(request, |request, key| request.insert_header(("idempotency-key", key.to_owned())));
            server.call(request)
        };
        let csv = "compteur;horodatage;valeur\nSAN-EDP;2026-10-20T10:21:00Z;41,5\nNULLE-PART;2026-10-20T10:21:00Z;1\n";
        let sent = send("text/csv; charset=utf-8", Some("octobre"), csv.into()).await;
        assert_eq!(sent.status.as_u16(), 202, "{engine:?}: {}", sent.text());
        let address = sent.header("location").to_owned();
        let report = loop {
            let report = server.get_with(&address, &token).await.json();
            if report["status"] != "running" {
                break report;
            }
        };
        assert_eq!(
            (&report["status"], &report["file_name"]),
            (&json!("done"), &json!("pdu.csv")),
            "{engine:?} {report}"
        );
        let counts = |report: &Value| ["accepted", "duplicates", "refused"].map(|key| report[key].as_u64().unwrap());
        assert_eq!(counts(&report), [1, 0, 1], "{engine:?} {report}");
        assert_eq!(report["refused_lines"][0]["line"], 3, "{engine:?} {report}");
        assert_eq!(report["sent_by"], "operator@example.org", "{engine:?} {report}");
        // The same again is the same file; another under its key is refused; without a key it is read again.
        let again = send("text/csv", Some("octobre"), csv.into()).await;
        assert_eq!((again.status.as_u16(), again.json()), (202, report), "{engine:?}");
        assert_eq!(send("text/csv", Some("octobre"), csv.replace("41,5", "42").into()).await.status.as_u16(), 422);
        let mut zipped = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        zipped.write_all(csv.as_bytes()).unwrap();
        let zipped = send("application/gzip", None, zipped.finish().unwrap()).await;
        assert_ne!(zipped.header("location"), address, "{engine:?}");
        let list = server.get_with("/api/v1/readings/imports", &token).await;
        assert_eq!(list.header("x-total-count"), "2", "{engine:?} {}", list.text());
        // Nothing is left of what was refused before it was read.
        assert_eq!(send("text/csv", None, vec![]).await.status.as_u16(), 422);
        let waiting = std::fs::read_dir(site.shared.store.data_dir().join("incoming")).unwrap();
        assert_eq!(waiting.count(), 0, "{engine:?}");
        let finance = server.token(Role::Finance).await;
        let refused = server.call(request(&finance, "text/csv", csv).uri("/api/v1/readings/imports")).await;
        assert_eq!(refused.status.as_u16(), 403, "{engine:?}");
    }
}

/// A file whose reading broke off, or failed by our fault, is read when it is sent again under its key; the trail names it.
#[actix_web::test]
async fn a_file_whose_reading_broke_off_is_read_when_it_is_sent_again() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let csv = "meter,at,value\nSAN-EDP,2026-10-20T10:21:00Z,41.5\n";
        let send = async || {
            let request = request(&token, "text/csv", csv).uri("/api/v1/readings/imports?file_name=pdu.csv");
            let sent = server.call(request.insert_header(("idempotency-key", "octobre"))).await;
            assert_eq!(sent.status.as_u16(), 202, "{engine:?}: {}", sent.text());
            let address = sent.header("location").to_owned();
            loop {
                let report = server.get_with(&address, &token).await.json();
                if report["status"] != "running" {
                    break report;
                }
            }
        };
        let first = send().await;
        assert_eq!((&first["status"], &first["accepted"]), (&json!("done"), &json!(1)), "{engine:?} {first}");
        let ours = r#"{"accepted":0,"duplicates":0,"refused_count":0,"refused":[],"failure":"x",
                       "failure_told":{"key":"upload-our-side","english":"x","values":[]}}"#;
        for broken in
            ["state = 'running', seen_at = 0, report = NULL".to_owned(), format!("state = 'failed', report = '{ours}'")]
        {
            let store = site.shared.store.clone();
            let change = format!("UPDATE reading_upload SET {broken}");
            std::thread::spawn(move || store.connection().unwrap().batch_execute(&change).unwrap()).join().unwrap();
            let again = send().await;
            assert_eq!((&again["id"], &again["status"]), (&first["id"], &json!("done")), "{engine:?} {again}");
            assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(1)), "{engine:?} {again}");
            // Read to its end, it is answered as it is.
            assert_eq!(send().await, again, "{engine:?}");
        }
        let waiting = std::fs::read_dir(site.shared.store.data_dir().join("incoming")).unwrap();
        assert_eq!(waiting.count(), 0, "{engine:?}");
        let auditor = server.token(Role::Auditor).await;
        let told = server.get_with("/api/v1/audit/events?action=readings.uploaded", &auditor).await.json();
        let events = told.as_array().unwrap();
        assert_eq!(events.len(), 3, "{engine:?} {told:#}");
        for event in events {
            let detail = ["file", "bytes", "sha256"].map(|key| &event["detail"][key]);
            let expected = [json!("pdu.csv"), json!(csv.len()), json!(sha256_hex(csv.as_bytes()))];
            assert_eq!(detail, [&expected[0], &expected[1], &expected[2]], "{engine:?} {told:#}");
        }
    }
}
