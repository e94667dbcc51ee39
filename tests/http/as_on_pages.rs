//! What pages show or do and programs as well: readings out, notices of every invoice, statements, packs, invitations.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

/// Lists of short rows say how many there are and come to an end.
#[actix_web::test]
async fn lists_of_short_rows_are_paged() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (finance, admin) = (server.token(Role::Finance).await, server.token(Role::Admin).await);
    let auditor = server.token(Role::Auditor).await;
    for (path, token) in [
        ("/api/v1/payback/figures", &finance),
        ("/api/v1/periods", &finance),
        ("/api/v1/payments/receipts", &finance),
        ("/api/v1/invitations", &admin),
        ("/api/v1/audit/roots", &auditor),
    ] {
        let whole = server.get_with(path, token).await;
        assert_eq!(whole.header("x-total-count"), list(&whole).len().to_string(), "{path}");
        assert_eq!(next(&whole), None, "{path}");
        assert!(list(&server.get_with(&format!("{path}?page=2"), token).await).is_empty(), "{path}");
        for query in ["page=0", "pages=1"] {
            let answer = server.get_with(&format!("{path}?{query}"), token).await;
            assert_eq!(answer.status.as_u16(), 400, "{path}?{query}: {}", answer.text());
        }
    }
}

fn list(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    answer.json().as_array().unwrap().clone()
}

/// The address of the next part that a `Link` names.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link").strip_prefix('<')?;
    Some(link.strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

#[actix_web::test]
async fn readings_of_a_meter_are_read_part_by_part() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let minutes = (0..20).flat_map(|hour| (1..60).map(move |minute| (hour, minute)));
        let lines = minutes.map(|(hour, minute)| {
            format!(r#"{{"meter":"SAN-EDP","at":"2026-10-20T{hour:02}:{minute:02}:00Z","value":41.5}}"#)
        });
        let sent = TestRequest::post().uri("/api/v1/readings").set_payload(lines.collect::<Vec<_>>().join("\n"));
        let sent = sent.insert_header(("authorization", format!("Bearer {token}")));
        let taken = server.call(sent.insert_header(("content-type", "application/x-ndjson"))).await;
        assert_eq!(taken.json()["accepted"], 1180, "{engine:?} {}", taken.text());
        let (mut seen, mut parts, mut path) =
            (vec![], 0, Some("/api/v1/meters/SAN-EDP/readings?month=2026-10".to_owned()));
        while let Some(asked) = path {
            let answer = server.get_with(&asked, &token).await;
            assert_eq!(answer.status.as_u16(), 200, "{asked}: {}", answer.text());
            let body = answer.json();
            assert_eq!((&body["meter"], &body["month"]), (&json!("SAN-EDP"), &json!("2026-10")));
            seen.extend(body["readings"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()));
            path = next(&answer);
            assert_eq!(path.is_some(), body["next"].is_i64());
            parts += 1;
        }
        assert_eq!(parts, 2, "{engine:?}");
        assert!(seen.len() > 1180 && seen.is_sorted_by(|a, b| a < b), "{engine:?}: each once, oldest first");
        assert!(seen.contains(&"2026-10-20T19:59:00Z".to_owned()), "{:?}", seen.last());
    }
}

/// Whoever reads a month to its end is not led into the next where that begins meanwhile.
#[actix_web::test]
async fn readings_go_on_in_their_month_when_the_next_begins() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let send = async |lines: String| {
            let sent = TestRequest::post().uri("/api/v1/readings").set_payload(lines);
            let sent = sent.insert_header(("authorization", format!("Bearer {token}")));
            server.call(sent.insert_header(("content-type", "application/x-ndjson"))).await.json()
        };
        let line = |at: String| format!("{{\"meter\":\"SAN-EDP\",\"at\":\"{at}\",\"value\":41.5}}\n");
        let minutes = (0..12).flat_map(|hour| (1..60).map(move |minute| (hour, minute)));
        send(minutes.map(|(hour, minute)| line(format!("2026-10-20T{hour:02}:{minute:02}:00Z"))).collect()).await;
        let first = server.get_with("/api/v1/meters/SAN-EDP/readings", &token).await;
        assert_eq!(first.json()["month"], "2026-10", "{engine:?}");
        let sent = send(line("2026-11-01T12:00:00Z".to_owned())).await;
        assert_eq!(sent["accepted"], 1, "{engine:?} {sent}");
        let second = server.get_with(&next(&first).unwrap(), &token).await.json();
        assert_eq!(second["month"], "2026-10", "{engine:?}");
        let row = |row: &Value| row["at"].as_str().unwrap().to_owned();
        let seen: Vec<String> = [first.json(), second]
            .iter()
            .flat_map(|part| part["readings"].as_array().unwrap().clone())
            .map(|one| row(&one))
            .collect();
        let whole = server.get_with("/api/v1/meters/SAN-EDP/readings?month=2026-10", &token).await.json();
        let begins: Vec<String> = whole["readings"].as_array().unwrap().iter().map(row).collect();
        assert!(seen.len() > 1_000 && seen.starts_with(&begins), "{engine:?}: {} {}", seen.len(), begins.len());
        let latest = server.get_with("/api/v1/meters/SAN-EDP/readings", &token).await.json();
        assert_eq!(latest["month"], "2026-11", "{engine:?}");
    }
}

/// Tenants read no meter of the plant; nobody reads one that is none.
#[actix_web::test]
async fn readings_are_kept_from_tenants_and_asked_for_soundly() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (operator, tenant) = (server.token(Role::Operator).await, server.token(Role::Tenant).await);
    for (token, path, status) in [
        (&tenant, "SAN-EDP/readings", 403),
        (&operator, "NOWHERE/readings", 404),
        (&operator, "SAN-EDP/readings?month=2026-13", 400),
        (&operator, "SAN-EDP/readings?cursor=x", 400),
        // In no calendar, or in another month than the one that is named.
        (&operator, "SAN-EDP/readings?cursor=9223372036854775807", 400),
        (&operator, "SAN-EDP/readings?cursor=-9223372036854775808", 400),
        (&operator, "SAN-EDP/readings?month=2026-10&cursor=9223372036854775807", 400),
        (&operator, "SAN-EDP/readings?month=2026-10&cursor=1788652800", 400),
        (&operator, "SAN-EDP/readings?month=2026-10&cursor=1791244800", 200),
        (&operator, "SAN-EDP/readings?day=1", 400),
    ] {
        let answer = server.get_with(&format!("/api/v1/meters/{path}"), token).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
    }
}

/// One meter is what its row in the list is, and its days, corrections and terms beside.
#[actix_web::test]
async fn a_meter_is_read_as_in_the_list_and_closer() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let correction =
            json!({ "kind": "correct", "at": "2026-10-20T08:00:00Z", "value": "1.25", "reason": "Relevé du gardien" });
        let path = "/api/v1/meters/A01-PA/resolutions";
        let corrected = server.api("POST", path, &token, Some(correction)).await;
        assert!(corrected.status.is_success(), "{engine:?} {}", corrected.text());
        let listed = server.get_with("/api/v1/meters?q=A01-PA&month=2026-10", &token).await.json();
        let one = server.get_with("/api/v1/meters/A01-PA?month=2026-10", &token).await.json();
        for (key, value) in listed["meters"][0].as_object().unwrap() {
            assert_eq!(&one[key], value, "{engine:?} {key}");
        }
        assert_eq!((&one["month"], &one["contract"]), (&json!("2026-10"), &json!("AP-2026")), "{engine:?} {one}");
        assert_eq!(one["days"].as_array().unwrap().len(), 31, "{engine:?}");
        assert!(one["days"][10]["value"].is_string(), "{engine:?} {one}");
        assert_eq!(one["corrections"][0]["reason"], "Relevé du gardien", "{engine:?} {one}");
        assert_eq!(one["billed_through"], "2026-09", "{engine:?} {one}");
        let gone = server.get_with("/api/v1/meters/NOWHERE", &token).await;
        assert_eq!(gone.status.as_u16(), 404, "{engine:?}");
    }
}

/// The line of a tenant's invoice that rests on a meter, followed to readings; kept from another tenant.
#[actix_web::test]
async fn a_line_is_followed_to_its_readings_by_whom_it_concerns() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.token(Role::Finance).await, server.token(Role::Tenant).await);
        let base = format!("/api/v1/invoices/{}/lines", site.number_of("aphp"));
        let (mut path, mut line) = (String::new(), Value::Null);
        for position in 1.. {
            path = format!("{base}/{position}");
            let answer = server.get_with(&path, &tenant).await;
            assert_eq!(answer.status.as_u16(), 200, "{engine:?}: no line rests on a meter");
            line = answer.json();
            if line["meters"][0]["days"][1].is_object() {
                break;
            }
        }
        let meter = &line["meters"][0];
        let (code, day) = (meter["meter"].as_str().unwrap(), &meter["days"][1]);
        let asked = format!("{path}/readings?meter={code}&day={}", day["day"].as_str().unwrap());
        let found = server.get_with(&asked, &tenant).await;
        assert_eq!(found.status.as_u16(), 200, "{engine:?} {}", found.text());
        let found = found.json();
        assert_eq!(
            (&found["meter"], &found["day"], &found["billed"]),
            (&meter["meter"], &day["day"], &day["quantity"])
        );
        assert!(found["readings"][0]["at"].is_string(), "{engine:?} {found}");
        let first = server.get_with(&format!("{path}/readings"), &finance).await.json();
        assert_eq!((&first["meter"], &first["day"]), (&meter["meter"], &meter["days"][0]["day"]), "{engine:?}");
        let others = site.number_of("eau-de-paris");
        for (token, path, status) in [
            (&tenant, format!("/api/v1/invoices/{others}/lines/1/readings"), 404),
            (&finance, format!("{base}/0/readings"), 404),
            (&finance, format!("{base}/999/readings"), 404),
            (&finance, format!("{path}/readings?meter=NOWHERE"), 404),
            (&finance, format!("{path}/readings?day=2001-01-01"), 404),
            (&finance, format!("{path}/readings?day=hier"), 400),
        ] {
            let answer = server.get_with(&path, token).await;
            assert_eq!(answer.status.as_u16(), status, "{engine:?} {path}: {}", answer.text());
        }
    }
}

/// The line of a draft, followed as it would be once it is issued; kept from tenants.
#[actix_web::test]
async fn a_drafts_line_is_followed_to_its_readings() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.token(Role::Finance).await, server.token(Role::Tenant).await);
        let base = format!("/api/v1/billing/2026-10/drafts/{}", site.contract_of("aphp"));
        let draft = server.get_with(&base, &finance).await.json();
        let billed = draft["lines_billed"].as_array().unwrap();
        let mut followed = 0;
        for (position, line) in billed.iter().enumerate() {
            let path = format!("{base}/lines-billed/{}", position + 1);
            let evidence = server.get_with(&path, &finance).await;
            assert_eq!(evidence.status.as_u16(), 200, "{engine:?} {path}: {}", evidence.text());
            let evidence = evidence.json();
            assert_eq!(&evidence["line"], line, "{engine:?} {path}");
            let Some(meter) = evidence["meters"].get(0) else { continue };
            let asked = format!("{path}/readings?meter={}", meter["meter"].as_str().unwrap());
            let found = server.get_with(&asked, &finance).await.json();
            assert_eq!(found["day"], meter["days"][0]["day"], "{engine:?} {asked}: {found}");
            assert_eq!(found["billed"], meter["days"][0]["quantity"], "{engine:?} {asked}: {found}");
            followed += 1;
        }
        assert!(followed > 0, "{engine:?}: no line rests on a meter: {draft}");
        let beyond = billed.len() + 1;
        for (token, path, status) in [
            (&finance, format!("{base}/lines-billed/{beyond}"), 404),
            (&finance, format!("{base}/lines-billed/{beyond}/readings"), 404),
            (&finance, "/api/v1/billing/2026-10/drafts/NOBODY/lines-billed/1".to_owned(), 404),
            (&tenant, format!("{base}/lines-billed/1"), 403),
        ] {
            let answer = server.get_with(&path, token).await;
            assert_eq!(answer.status.as_u16(), status, "{engine:?} {path}: {}", answer.text());
        }
    }
}

#[actix_web::test]
async fn a_rack_is_read_as_in_the_list_and_closer() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Operator).await;
    let racks = server.get_with("/api/v1/racks", &token).await.json();
    let listed = racks["racks"][0].as_object().unwrap();
    let one = server.get_with(&format!("/api/v1/racks/{}", listed["code"].as_str().unwrap()), &token).await.json();
    for (key, value) in listed {
        assert_eq!(&one[key], value, "{key}");
    }
    assert!(one["windows"].as_array().is_some_and(|windows| windows.len() > 1), "{one}");
    assert_eq!(server.get_with("/api/v1/racks/NOWHERE", &token).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn what_did_not_leave_and_what_was_read_is_listed() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.token(Role::Finance).await;
        site.send_in_vain();
        let waiting = list(&server.get_with("/api/v1/notices", &finance).await);
        assert!(waiting.iter().any(|one| one["invoice"] == json!(site.number_of("aphp"))), "{engine:?} {waiting:?}");

        let path = "/api/v1/payments/statements";
        assert!(list(&server.get_with(path, &finance).await).is_empty());
        let statement = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {finance}")));
        let statement = statement.set_payload(include_str!("../fixtures/statement.cfonb120.txt"));
        assert_eq!(server.call(statement).await.status.as_u16(), 201);
        let read = list(&server.get_with(path, &finance).await);
        assert_eq!((read.len(), &read[0]["read_by"]), (1, &json!("finance@example.org")), "{engine:?}");
        let one = server.get_with(&format!("{path}/{}", read[0]["id"]), &finance).await;
        assert_eq!(one.status.as_u16(), 200, "{}", one.text());

        let auditor = server.token(Role::Auditor).await;
        assert!(list(&server.get_with("/api/v1/audit/packs", &auditor).await).is_empty());
        let made = server.api("POST", "/api/v1/audit/packs", &auditor, Some(json!({ "year": 2026 }))).await;
        let packs = list(&server.get_with("/api/v1/audit/packs", &auditor).await);
        assert_eq!((packs.len(), &packs[0]["id"]), (1, &made.json()["id"]), "{engine:?}");
    }
}

#[actix_web::test]
async fn an_invitation_is_sent_anew_and_a_language_chosen() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.token(Role::Admin).await;
        let guest = json!({ "email": "guest@example.org", "role": "auditor", "language": "en" });
        let first = server.api("POST", "/api/v1/invitations", &admin, Some(guest)).await.json()["id"].clone();
        let old = site.link("/invitation/");
        let again = format!("/api/v1/invitations/{first}/resend");
        let sent = server.api("POST", &again, &admin, None).await;
        assert_eq!(sent.status.as_u16(), 201, "{engine:?} {}", sent.text());
        assert_ne!(sent.json()["id"], first);
        assert_ne!(site.link("/invitation/"), old, "{engine:?}: a link of its own");
        assert_eq!(server.api("POST", &again, &admin, None).await.status.as_u16(), 404, "{engine:?}");
        let open = list(&server.get_with("/api/v1/invitations", &admin).await);
        assert_eq!((open.len(), &open[0]["id"]), (1, &sent.json()["id"]), "{engine:?}");

        let choose = |code: &str| server.api("PUT", "/api/v1/me/language", &admin, Some(json!({ "language": code })));
        for code in ["en", "fr"] {
            assert_eq!(choose(code).await.status.as_u16(), 204, "{engine:?}");
            assert_eq!(server.get_with("/api/v1/me", &admin).await.json()["language"], code, "{engine:?}");
        }
        assert_eq!(choose("de").await.status.as_u16(), 400, "{engine:?}");
    }
}
