//! Assets, their papers, opening balances and the allocation of a result over the API.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

fn detail(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap().to_owned()
}

async fn put(server: &Server, path: &str, token: &str, tag: &str, body: &Value) -> Answer {
    let request = TestRequest::put().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    server.call(request.insert_header(("if-match", tag.to_owned())).set_json(body)).await
}

async fn raw(server: &Server, path: &str, token: &str, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {token}")));
    server.call(request.insert_header(("content-type", kind)).set_payload(body.into())).await
}

#[actix_web::test]
async fn an_asset_is_entered_changed_and_held_to_the_book() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let part =
            |code: &str, cost: &str| json!({ "code": code, "name": code, "cost_eur": cost, "duration_years": 8 });
        let mut asset = json!({
            "code": "2026-0009", "name": "Baies", "cost_eur": "1000.00", "account": "2183",
            "commissioned_on": "2026-10-01", "component": [part("a", "600.00"), part("b", "300.00")],
        });
        let post = async |body: &Value| server.api("POST", "/api/v1/assets", &token, Some(body.clone())).await;
        let short = post(&asset).await;
        assert_eq!(short.status.as_u16(), 422, "{engine:?}");
        let error = &short.json()["errors"][0];
        assert_eq!(error["field"], "cost_eur", "{error}");
        assert!(
            error["detail"].as_str().unwrap().contains("components sum to 900.00 (a 600.00 + b 300.00)"),
            "{error}"
        );
        asset["component"][1]["cost_eur"] = "400.00".into();
        let made = post(&asset).await;
        assert_eq!(
            (made.status.as_u16(), made.header("location")),
            (201, "/api/v1/assets/2026-0009"),
            "{}",
            made.text()
        );
        assert_eq!(post(&asset).await.json()["errors"][0]["field"], "code");
        let path = "/api/v1/assets/2026-0009/record";
        let read = server.get_with(path, &token).await;
        assert_eq!(read.json(), made.json());
        let tag = read.header("etag").to_owned();
        asset["component"].as_array_mut().unwrap().push(part("c", "50.00"));
        asset["cost_eur"] = "1050.00".into();
        let changed = put(&server, &format!("{path}?reason=avenant"), &token, &tag, &asset).await;
        assert_eq!(changed.status.as_u16(), 200, "{}", changed.text());
        let stale = put(&server, &format!("{path}?reason=avenant"), &token, &tag, &asset).await;
        assert_eq!(stale.status.as_u16(), 412, "{}", stale.text());
        let event = json!([{ "kind": "impair", "effective_on": "2026-10-02", "recorded_on": "2026-10-02",
            "recorded_by": "x", "reason": "fuite", "component": "a", "amount_eur": "1.00" }]);
        let mut with_event = asset.clone();
        with_event["event"] = event;
        let refused = put(&server, &format!("{path}?reason=avenant"), &token, "*", &with_event).await;
        assert_eq!(refused.json()["errors"][0]["field"], "event", "{}", refused.text());
        // The centre of the book is posted: its terms stay, and the refusal names the key.
        server.api("POST", "/api/v1/amortisation/postings", &token, Some(json!({ "through": "2019-06" }))).await;
        let centre = "/api/v1/assets/2019-0042/record";
        let mut posted = server.get_with(centre, &token).await.json();
        posted["component"][0]["duration_years"] = "41".into();
        let refused = put(&server, &format!("{centre}?reason=erreur"), &token, "*", &posted).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        assert_eq!(refused.json()["errors"][0]["field"], "component.1.duration_years", "{}", refused.text());
        let auditor = server.token(Role::Auditor).await;
        assert_eq!(server.get_with(path, &auditor).await.status.as_u16(), 200);
        assert_eq!(server.api("POST", "/api/v1/assets", &auditor, Some(asset)).await.status.as_u16(), 403);
    }
}

#[actix_web::test]
async fn a_paper_is_attached_within_bounds() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let octets = "application/octet-stream";
        let path = "/api/v1/assets/2019-0042/papers";
        let asked = format!("{path}?name=Acte&date=2019-01-15&kind=acquisition&proves=Achat&file_name=acte.pdf");
        let made = raw(&server, &asked, &token, octets, "papier").await;
        assert_eq!(made.status.as_u16(), 201, "{engine:?} {}", made.text());
        let sha256 = made.json()["sha256"].as_str().unwrap().to_owned();
        assert!(made.json()["path"].as_str().unwrap().ends_with(".pdf"), "{}", made.text());
        let auditor = server.token(Role::Auditor).await;
        let file = server.get_with(&format!("{path}/{sha256}"), &auditor).await;
        assert_eq!(file.body, b"papier");
        let dossier = server.get_with("/api/v1/assets/2019-0042", &auditor).await.json();
        let paper = &dossier["assets"][0]["documents"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&paper["kind"], &paper["proves"]), (&"acquisition".into(), &"Achat".into()), "{paper}");
        for (query, status) in [
            (asked.as_str(), 422),
            ("?name=A&date=2019-01-15&kind=poem", 400),
            ("?name=A&date=hier", 400),
            ("?name=A", 400),
            ("?name=%20&date=2019-01-15", 422),
        ] {
            let query = if query.starts_with('?') { format!("{path}{query}") } else { query.to_owned() };
            let answer = raw(&server, &query, &token, octets, "papier").await;
            assert_eq!(answer.status.as_u16(), status, "{query}: {}", answer.text());
        }
        let empty = raw(&server, &format!("{path}?name=A&date=2019-01-15"), &token, octets, "").await;
        assert!(empty.status.as_u16() == 422 && detail(&empty).contains("empty"), "{}", empty.text());
        let unknown = raw(&server, "/api/v1/assets/9/papers?name=A&date=2019-01-15", &token, octets, "x").await;
        assert_eq!(unknown.status.as_u16(), 404);
        assert_eq!(raw(&server, &asked, &auditor, octets, "autre").await.status.as_u16(), 403);
    }
}

#[actix_web::test]
async fn a_paper_beyond_the_bound_is_told_the_bound() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let path = "/api/v1/assets/2019-0042/papers?name=A&date=2019-01-15";
    let large = raw(&server, path, &token, "application/octet-stream", vec![b'x'; 32 * 1024 * 1024 + 1]).await;
    assert!(large.status.as_u16() == 413 && detail(&large).contains("33554432"), "{}", large.text());
    let largest = raw(&server, path, &token, "application/octet-stream", vec![b'x'; 32 * 1024 * 1024]).await;
    assert_eq!(largest.status.as_u16(), 201, "{}", largest.text());
}

#[actix_web::test]
async fn balances_come_in_and_a_result_is_allocated() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let sound = "account,debit,credit\n2135,1600.00,\n1021,,1600.00\n";
        let path = "/api/v1/journal/opening?date=2019-01-01";
        let seen = raw(&server, &format!("{path}&check=true"), &token, "text/csv", sound).await;
        assert_eq!((seen.status.as_u16(), &seen.json()["posted"]), (200, &false.into()), "{engine:?} {}", seen.text());
        let wrong = raw(&server, path, &token, "text/csv", sound.replace(",1600.00\n", ",1599.00\n")).await;
        assert!(wrong.status.as_u16() == 422 && detail(&wrong).contains("= 1.00"), "{}", wrong.text());
        let made = raw(&server, path, &token, "text/csv", sound).await;
        assert_eq!((made.status.as_u16(), &made.json()["total"]), (201, &"1600.00".into()), "{}", made.text());
        assert_eq!(raw(&server, path, &token, "text/csv", sound).await.status.as_u16(), 422, "twice");
        assert_eq!(
            raw(&server, "/api/v1/journal/opening?date=x", &token, "text/csv", sound).await.status.as_u16(),
            400
        );

        let body = json!({ "date": "2020-06-15", "reason": "Délibération 7" });
        let allocate = async |year: &str, body: &Value| {
            server.api("POST", &format!("/api/v1/periods/{year}/allocation"), &token, Some(body.clone())).await
        };
        let open = allocate("2019", &body).await;
        assert!(open.status.as_u16() == 422 && detail(&open).contains("2019 is not closed"), "{}", open.text());
        assert_eq!(allocate("2019-05", &body).await.status.as_u16(), 400);
        site.world.ok(&["amortisation", "post", "--through", "2019-12"]);
        site.world.ok(&["journal", "close-year", "2019"]);
        let silent = allocate("2019", &json!({ "date": "2020-06-15", "reason": "" })).await;
        assert_eq!(silent.status.as_u16(), 422, "{}", silent.text());
        let made = allocate("2019", &body).await;
        assert_eq!(
            (made.status.as_u16(), &made.json()["posted"][0]),
            (201, &"AFFECTATION-2019".into()),
            "{}",
            made.text()
        );
        let twice = allocate("2019", &body).await;
        assert!(twice.status.as_u16() == 422 && detail(&twice).contains("allocated already"), "{}", twice.text());
    }
}

#[actix_web::test]
async fn a_pack_of_a_year_without_evidence_is_refused() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Auditor).await;
    let ask = async |year: i32| server.api("POST", "/api/v1/audit/packs", &token, Some(json!({ "year": year }))).await;
    let later = ask(2099).await;
    assert!(later.status.as_u16() == 422 && detail(&later).contains("still to come"), "{}", later.text());
    let empty = ask(1999).await;
    assert!(empty.status.as_u16() == 422 && detail(&empty).contains("nothing happened in 1999"), "{}", empty.text());
    let folder = std::fs::read_dir(site.world.dir.path().join("archive/2026")).unwrap();
    let pdf = folder.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|kind| kind == "pdf"));
    std::fs::remove_file(pdf.as_ref().unwrap()).unwrap();
    let damaged = ask(2026).await;
    let name = pdf.unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    assert!(damaged.status.as_u16() == 422 && detail(&damaged).contains(&name), "{}", damaged.text());
    assert!(detail(&damaged).contains("chapelle invoices archive"), "{}", damaged.text());
}
