//! What happened to assets, over the API: withdrawn, meant far ahead, and what stands against either.

use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::ENGINES;
use crate::site::{Server, Site};

const EVENTS: &str = "/api/v1/assets/2019-0042/events";

fn impair(amount: &str, rest: Value) -> Value {
    let mut event = json!({ "reason": "Dégât des eaux",
        "change": { "kind": "impair", "component": "gros-oeuvre", "amount": amount } });
    event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    event
}

fn withdraw(event: usize) -> Value {
    json!({ "reason": "Faute de frappe", "change": { "kind": "withdraw", "event": event } })
}

#[actix_web::test]
async fn an_event_is_withdrawn_as_long_as_nothing_is_posted_from_it() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let record = async |body: Value| {
            let answer = server.api("POST", EVENTS, &token, Some(body)).await;
            (answer.status.as_u16(), answer.json())
        };
        // Only a withdrawal has its day from elsewhere.
        let (status, told) = record(impair("1000.00", json!({}))).await;
        assert_eq!(status, 400, "{engine:?} {told}");
        assert!(told["detail"].as_str().unwrap().contains("effective_on"), "{engine:?} {told}");
        let day = json!({ "effective_on": "2026-10-31" });
        let (status, first) = record(impair("1000.00", day.clone())).await;
        assert_eq!((status, &first["number"]), (201, &json!(1)), "{engine:?} {first}");
        let (status, second) = record(withdraw(1)).await;
        assert_eq!((status, &second["number"]), (201, &json!(2)), "{engine:?} {second}");
        assert_eq!(second["effective_on"], "2026-10-31", "{engine:?} {second}");
        let (status, told) = record(withdraw(1)).await;
        assert!((400..500).contains(&status), "{engine:?} {told}");
        assert!(told["detail"].as_str().unwrap().contains("withdrawn before, by event 2"), "{engine:?} {told}");
        let (status, told) = record(withdraw(9)).await;
        assert!((400..500).contains(&status), "{engine:?} {told}");

        let (status, third) = record(impair("2000.00", day)).await;
        assert_eq!((status, &third["number"]), (201, &json!(3)), "{engine:?} {third}");
        let through = json!({ "through": "2026-10" });
        let posted = server.api("POST", "/api/v1/amortisation/postings", &token, Some(through)).await;
        assert_eq!(posted.status.as_u16(), 201, "{engine:?} {}", posted.text());
        let (status, told) = record(withdraw(3)).await;
        assert_eq!(status, 422, "{engine:?} {told}");
        let entries = server.get_with("/api/v1/journal?from=2026-10-31&through=2026-10-31", &token).await.json();
        let numbers: Vec<&str> =
            entries["entries"].as_array().unwrap().iter().filter_map(|entry| entry["document"].as_str()).collect();
        let detail = told["detail"].as_str().unwrap();
        assert!(numbers.iter().any(|number| detail.contains(number)), "{engine:?} {detail} names none of {numbers:?}");
    }
}

#[actix_web::test]
async fn a_day_far_ahead_is_recorded_where_it_is_meant() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let mistyped = impair("1000.00", json!({ "effective_on": "2036-10-31" }));
        let refused = server.api("POST", EVENTS, &token, Some(mistyped)).await;
        assert_eq!(refused.status.as_u16(), 409, "{engine:?} {}", refused.text());
        assert!(refused.text().contains("far_ahead"), "{engine:?} {}", refused.text());
        let meant = impair("1000.00", json!({ "effective_on": "2028-10-31", "far_ahead": true }));
        let recorded = server.api("POST", EVENTS, &token, Some(meant)).await;
        assert_eq!(recorded.status.as_u16(), 201, "{engine:?} {}", recorded.text());
        assert_eq!(recorded.json()["effective_on"], "2028-10-31", "{engine:?} {}", recorded.text());
    }
}

/// What an event or a posting would do is told first, and nothing is written.
#[actix_web::test]
async fn what_would_be_done_is_told_before() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let send = async |path: &str, body: Value| {
            let answer = server.api("POST", path, &token, Some(body)).await;
            (answer.status.as_u16(), answer.json())
        };
        let day = json!({ "effective_on": "2026-10-31" });
        let preview = json!({ "effective_on": "2026-10-31", "preview": true });
        let (status, told) = send(EVENTS, impair("1000.00", preview.clone())).await;
        assert_eq!(status, 200, "{engine:?} {told}");
        let figures = &told["components"][0];
        assert_eq!((&figures["code"], &figures["after"]["impairment"]), (&json!("gros-oeuvre"), &json!("1000.00")));
        assert_ne!(figures["before"]["next_year_charge"], figures["after"]["next_year_charge"], "{engine:?} {told}");
        assert_eq!((&told["month"], &told["twin"]), (&json!("2026-10"), &Value::Null), "{engine:?} {told}");
        let entry = told["entry"]["lines"].as_array().unwrap().clone();
        assert!(entry.iter().any(|line| line["debit"] == "1000.00"), "{engine:?} {told}");
        // Nothing was recorded: the first event is the first.
        let (_, recorded) = send(EVENTS, impair("1000.00", day)).await;
        assert_eq!(recorded["number"], 1, "{engine:?} {recorded}");
        let (_, told) = send(EVENTS, impair("1000.00", preview.clone())).await;
        assert_eq!((&told["twin"], &told["repeats"]), (&json!(1), &json!(1)), "{engine:?} {told}");
        // With a reason of its own it looks like that one, and is recorded.
        let mut another = impair("1000.00", preview);
        another["reason"] = json!("Second dégât des eaux");
        let (_, told) = send(EVENTS, another.clone()).await;
        assert_eq!((&told["twin"], &told["repeats"]), (&json!(1), &Value::Null), "{engine:?} {told}");
        another["preview"] = json!(false);
        let (status, second) = send(EVENTS, another).await;
        assert_eq!((status, &second["number"]), (201, &json!(2)), "{engine:?} {second}");
        let (status, refused) =
            send(EVENTS, impair("-1.00", json!({ "effective_on": "2026-10-31", "preview": true }))).await;
        assert!((400..500).contains(&status), "{engine:?} {refused}");

        let postings = "/api/v1/amortisation/postings";
        let (status, planned) = send(postings, json!({ "through": "2026-10", "preview": true })).await;
        let documents: Vec<&Value> =
            planned["entries"].as_array().unwrap().iter().map(|one| &one["document"]).collect();
        assert!(status == 200 && !documents.is_empty(), "{engine:?} {planned}");
        let (status, posted) = send(postings, json!({ "through": "2026-10" })).await;
        assert_eq!(status, 201, "{engine:?} {posted}");
        let journal = server.get_with("/api/v1/journal?document=AMORT-2026-10", &token).await.json();
        let own = documents.iter().filter(|one| **one == "AMORT-2026-10").count();
        assert_eq!(journal["total"], json!(own), "{engine:?} {journal}");
        let (_, nothing) = send(postings, json!({ "through": "2026-10", "preview": true })).await;
        assert_eq!((&nothing["entries"], &nothing["total"]), (&json!([]), &json!("0.00")), "{engine:?}");
    }
}
