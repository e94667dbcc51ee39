//! What is sent to people and by them, seen by programs: mails, documents in a ZIP, files of readings.

use chapelle::domain::access::Role;
use chapelle::domain::audit::sha256_hex;
use serde_json::json;

use crate::common::ENGINES;
use crate::site::{Server, Site};

#[actix_web::test]
async fn documents_are_taken_together_by_number_or_as_the_list_finds_them() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.token(Role::Finance).await, server.token(Role::Tenant).await);
        let (own, other) = (site.number_of("aphp"), site.number_of("eau-de-paris"));
        let holds = |zip: &[u8], number: &str| {
            let name = format!("{number}.pdf");
            zip.windows(name.len()).any(|window| window == name.as_bytes())
        };
        let path = |query: &str| format!("/api/v1/invoices.zip?{query}");
        for (token, query, has) in [
            (&finance, format!("numbers={own},{other}"), [true, true]),
            (&finance, format!("numbers={other},{other},"), [false, true]),
            (&finance, "tenant=aphp&month=2026-09".to_owned(), [true, false]),
            (&finance, "q=hopitaux".to_owned(), [true, false]),
            // A tenant's whole list is their own.
            (&tenant, String::new(), [true, false]),
        ] {
            let zip = server.get_with(&path(&query), token).await;
            assert_eq!(zip.status.as_u16(), 200, "{engine:?} {query}: {}", zip.text());
            assert_eq!(zip.header("content-type"), "application/zip", "{engine:?} {query}");
            assert!(zip.body.starts_with(b"PK"), "{engine:?} {query}");
            assert_eq!([holds(&zip.body, &own), holds(&zip.body, &other)], has, "{engine:?} {query}");
        }
        for (token, query, status) in [
            (&tenant, format!("numbers={own},{other}"), 404),
            (&finance, "numbers=NOPE".to_owned(), 404),
            (&finance, "status=paid".to_owned(), 422),
            (&finance, "numbers=".to_owned(), 422),
            (&finance, "status=lost".to_owned(), 400),
            (&finance, format!("numbers={own}&tenant=aphp"), 400),
        ] {
            let refused = server.get_with(&path(&query), token).await;
            assert_eq!(refused.status.as_u16(), status, "{engine:?} {query}: {}", refused.text());
        }
    }
}

#[actix_web::test]
async fn a_notice_is_seen_as_it_leaves() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.token(Role::Finance).await, server.token(Role::Tenant).await);
        let number = site.number_of("aphp");
        let path = format!("/api/v1/invoices/{number}/notices/preview");
        let seen = server.get_with(&path, &finance).await.json();
        let (subject, text) = (seen["subject"].as_str().unwrap(), seen["text"].as_str().unwrap());
        assert!(subject.contains(&number) && text.contains(&number), "{engine:?} {seen}");
        assert!(seen["html"].as_str().unwrap().contains("<html"), "{engine:?} {seen}");
        let mails = site.mails();
        assert!(mails.iter().any(|mail| mail.contains(text.lines().next().unwrap())), "{engine:?} {mails:?}");
        assert_eq!(server.get_with("/api/v1/invoices/NOPE/notices/preview", &finance).await.status.as_u16(), 404);
        assert_eq!(server.get_with(&path, &tenant).await.status.as_u16(), 403, "{engine:?}");
    }
}

#[actix_web::test]
async fn a_file_that_was_sent_is_reported_line_by_line() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Operator).await;
        let list = "/api/v1/readings/imports";
        let none = server.get_with(list, &token).await;
        assert_eq!((none.json(), none.header("x-total-count")), (json!([]), "0"), "{engine:?}");
        let first =
            site.upload("a.csv", "meter,at,value\nA01-PA,2026-09-10T08:05:00Z,2\nNOBODY,2026-10-10T08:05:00Z,2\n");
        let second = site.upload("b.csv", "meter;at\n");
        let found = server.get_with(list, &token).await;
        assert_eq!(found.header("x-total-count"), "2", "{engine:?}");
        let rows = found.json();
        assert_eq!([&rows[0]["id"], &rows[1]["id"]], [&json!(second), &json!(first)], "{engine:?} {rows}");
        assert_eq!([&rows[0]["status"], &rows[1]["status"]], ["failed", "done"], "{engine:?} {rows}");
        let one = server.get_with(&format!("{list}/{first}"), &token).await.json();
        assert_eq!((&one["accepted"], &one["refused"]), (&json!(1), &json!(1)), "{engine:?} {one}");
        assert_eq!(one["refused_lines"][0]["line"], 3, "{engine:?} {one}");
        assert!(one["refused_lines"][0]["why"].as_str().unwrap().contains("NOBODY"), "{engine:?} {one}");
        assert_eq!(one["billed_months"], json!([{ "month": "2026-09", "readings": 1 }]), "{engine:?} {one}");
        let failed = server.get_with(&format!("{list}/{second}"), &token).await.json();
        assert!(failed["failure"].as_str().unwrap().contains("value"), "{engine:?} {failed}");
        for path in ["99", "x"] {
            let answer = server.get_with(&format!("{list}/{path}"), &token).await;
            assert_eq!(answer.status.as_u16(), 404, "{engine:?} {path}");
        }
        assert_eq!(server.get_with(list, &server.token(Role::Tenant).await).await.status.as_u16(), 403);
    }
}

/// What was frozen, its files, its entry, the events about it: each as it is found elsewhere.
#[actix_web::test]
async fn an_auditor_holds_a_document_against_what_proves_it() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let auditor = server.token(Role::Auditor).await;
        let number = site.number_of("aphp");
        let path = format!("/api/v1/audit/sheets/{number}");
        let sheet = server.get_with(&path, &auditor).await.json();
        let content = sheet["content"].as_str().unwrap();
        assert_eq!(sheet["content_is_sound"], true, "{engine:?}");
        assert_eq!(sheet["content_sha256"], json!(sha256_hex(content.as_bytes())), "{engine:?}");
        let files: Vec<&str> =
            sheet["files"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert!(files.contains(&"pdf") && files.contains(&"xml"), "{engine:?} {files:?}");
        for file in sheet["files"].as_array().unwrap() {
            let kind = file["kind"].as_str().unwrap();
            let bytes = server.get_with(&format!("/api/v1/invoices/{number}.{kind}"), &auditor).await.body;
            assert_eq!(file["sha256"], json!(sha256_hex(&bytes)), "{engine:?} {kind}");
        }
        let events = server.get_with(&format!("/api/v1/audit/events?subject={number}"), &auditor).await.json();
        assert_eq!(sheet["events"], events, "{engine:?}");
        let gross = server.get_with(&format!("/api/v1/invoices/{number}"), &auditor).await.json()["gross"].clone();
        let debits = sheet["entry_lines"].as_array().unwrap().iter().map(|line| &line["debit"]);
        assert!(debits.clone().any(|debit| *debit == gross), "{engine:?} {gross} {:?}", debits.collect::<Vec<_>>());
        assert_eq!(server.get_with("/api/v1/audit/sheets/NOPE", &auditor).await.status.as_u16(), 404);
        let others = server.token(Role::Tenant).await;
        assert_eq!(server.get_with(&path, &others).await.status.as_u16(), 403, "{engine:?}");
    }
}
