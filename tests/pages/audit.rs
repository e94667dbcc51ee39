//! What auditors read: the trail, samples, and one invoice from its PDF to its readings.

use std::io::{Cursor, Read};

use chapelle::app::sign_roots::{self, Signing};
use chapelle::config::AuditConfig;
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site, now};

fn signed(site: &Site) {
    let signing = Signing::new(&AuditConfig::default(), site.world.dir.path());
    let store = site.world.store();
    std::thread::spawn(move || sign_roots::sign(&store, &signing, &Actor::new("job", None), now()).unwrap())
        .join()
        .unwrap();
}

#[actix_web::test]
async fn the_trail_is_read_filtered_and_turned_over() {
    let site = Site::new(Engine::Sqlite);
    signed(&site);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let page = server.page("/audit", &auditor).await.text();
    for expected in ["Connexion", "auditor@example.org", "10.0.0.7", "Journal scellé", "Page 1 sur"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let second = server.page("/audit?page=2&action=readings", &auditor).await.text();
    assert!(second.contains("readings.sealed") && !second.contains("sign-in"), "{second}");
    let one = server.page(&format!("/audit?subject={}", site.number_of("aphp")), &auditor).await.text();
    assert!(one.contains("invoice.issued") && one.contains("content_sha256") && one.contains("2 événements"), "{one}");
    let none = server.page("/audit?actor=nobody", &auditor).await.text();
    assert!(none.contains("Aucun événement ne correspond."), "{none}");
}

#[actix_web::test]
async fn a_sample_is_drawn_again_and_each_item_leads_to_its_sheet() {
    let site = Site::new(Engine::Sqlite);
    signed(&site);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let address = "/audit/sample?kind=readings&method=random&size=7&seed=graine&year=2026";
    let page = server.page(address, &auditor).await.text();
    let sheets = |page: &str| -> Vec<String> {
        let links = page.split("href=\"/audit/sample/sheet/").skip(1);
        links
            .map(|link| format!("/audit/sample/sheet/{}", link.split('"').next().unwrap().replace("&#38;", "&")))
            .collect()
    };
    assert_eq!(sheets(&page).len(), 7, "{page}");
    let again = server.page(address, &auditor).await.text();
    assert_eq!(sheets(&page), sheets(&again));
    let other = server.page(&address.replace("graine", "autre"), &auditor).await.text();
    assert_ne!(sheets(&page), sheets(&other));
    for sheet in sheets(&page) {
        let sheet = sheet.split('#').next().unwrap();
        let answer = server.page(sheet, &auditor).await;
        let text = answer.text();
        assert_eq!(answer.status.as_u16(), 200, "{sheet}: {text}");
        for expected in
            [">tiré<", "invoice.archived", "archive/2026/", "racine signée du", "411", ".pdf\"", "scellés par"]
        {
            assert!(text.contains(expected), "{sheet}: {expected}: {text}");
        }
    }
    // By monetary unit, everything at least as large as the interval is in.
    let all = server.page("/audit/sample?kind=invoices&method=mus&size=500&seed=x&year=2026", &auditor).await.text();
    assert_eq!(sheets(&all).len(), 3, "{all}");
    // The same by the command line.
    let told = site.world.ok(&[
        "--json", "audit", "sample", "--kind", "readings", "--method", "random", "--size", "7", "--seed", "graine",
        "--year", "2026",
    ]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let items = told["items"].as_array().unwrap();
    assert_eq!(items.len(), 7);
    for (item, sheet) in items.iter().zip(sheets(&page)) {
        assert!(sheet.contains(item["invoice"].as_str().unwrap()), "{sheet} {item}");
        assert!(sheet.contains(item["reading"]["meter"].as_str().unwrap()), "{sheet} {item}");
    }
    let wrong = site.world.run(&[
        "audit", "sample", "--kind", "invoices", "--method", "mus", "--size", "0", "--seed", "s", "--year", "2026",
    ]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[actix_web::test]
async fn the_pack_is_streamed_and_the_same_as_the_commands() {
    for engine in ENGINES {
        let site = Site::new(engine);
        signed(&site);
        let server = Server::start(&site).await;
        let auditor = server.sign_in(Role::Auditor).await;
        let verify = server.page("/audit/verify", &auditor).await.text();
        assert!(verify.contains("/audit/pack") && verify.contains("Clé publique (ed25519)"), "{verify}");
        let answer = server.page("/audit/pack?year=2026", &auditor).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"));
        assert!(answer.header("content-disposition").contains("chapelle-preuves-2026.zip"));
        let mut archive = zip::ZipArchive::new(Cursor::new(answer.body)).unwrap();
        let mut script = String::new();
        archive.by_name("verify.py").unwrap().read_to_string(&mut script).unwrap();
        assert_eq!(script, server.page("/audit/verify.py", &auditor).await.text());
        let mut roots = String::new();
        archive.by_name("roots.jsonl").unwrap().read_to_string(&mut roots).unwrap();
        assert_eq!(roots, server.page("/audit/roots.jsonl", &auditor).await.text());
        let token = server.token(Role::Auditor).await;
        let told = server.get_with("/api/v1/audit/roots", &token).await.json();
        assert_eq!(told[0]["root"], serde_json::from_str::<serde_json::Value>(roots.trim()).unwrap()["root"]);
        let events = server.get_with("/api/v1/audit/events?action=invoice.issued&limit=2", &token).await.json();
        assert_eq!(events.as_array().unwrap().len(), 2, "{events:#}");
        let next = format!("/api/v1/audit/events?action=invoice.issued&after={}", events[1]["sequence"]);
        assert_eq!(server.get_with(&next, &token).await.json().as_array().unwrap().len(), 1);
        assert_eq!(server.page("/audit/pack?year=20000", &auditor).await.status.as_u16(), 400);
    }
}
