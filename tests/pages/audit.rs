//! What auditors read: the trail, samples, and one invoice from its PDF to its readings.

use std::io::{Cursor, Read};

use actix_web::test::TestRequest;
use chapelle::app::sign_roots::{self, Signing};
use chapelle::config::AuditConfig;
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::IssuedInvoice;
use chapelle::storage::evidence;

use crate::common::{ENGINES, Engine};
use crate::site::{ORIGIN, Server, Site, now};

fn signed(site: &Site) {
    let signing = Signing::new(&AuditConfig::default(), site.world.dir.path());
    let store = site.world.store();
    std::thread::spawn(move || sign_roots::sign(&store, &signing, &Actor::new("job", None), now()).unwrap())
        .join()
        .unwrap();
}

/// Readings behind the lines of 2026: each of a contract's meter once, and as often as lines rest on it.
fn readings_behind(site: &Site) -> (u64, u64) {
    let store = site.world.store();
    let connection = &mut *store.connection().unwrap();
    let mut meters = std::collections::BTreeMap::new();
    let mut with_repeats = 0;
    for id in evidence::issued_in(connection, 2026).unwrap() {
        let content = evidence::frozen(connection, id).unwrap().content;
        let invoice: IssuedInvoice = serde_json::from_str(&content).unwrap();
        for charge in invoice.charges {
            for meter in charge.provenance.usage.into_iter().flat_map(|usage| usage.meters) {
                with_repeats += meter.readings;
                let instants = (meter.period.from, meter.period.to);
                meters.insert((charge.provenance.contract.clone(), meter.meter, instants), meter.readings);
            }
        }
    }
    (meters.into_values().sum(), with_repeats)
}

#[actix_web::test]
async fn the_trail_is_read_filtered_and_turned_over() {
    let site = Site::new(Engine::Sqlite);
    signed(&site);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let page = server.page("/audit", &auditor).await.text();
    for expected in ["Connexion", "auditor@example.org", "10.0.0.7", "Journal scellé"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let whole = server.page("/audit?seals=1", &auditor).await.text();
    assert!(whole.contains("Page 1 sur"), "{whole}");
    let second = server.page("/audit?page=2&action=readings", &auditor).await.text();
    assert!(second.contains("readings.sealed") && !second.contains("aside\">sign-in"), "{second}");
    let one = server.page(&format!("/audit?subject={}", site.number_of("aphp")), &auditor).await.text();
    assert!(one.contains("invoice.issued") && one.contains("content_sha256") && one.contains("2 événements"), "{one}");
    for expected in ["Montant TTC", "Empreinte du PDF", "Tâche du serveur"] {
        assert!(one.contains(expected), "{expected}: {one}");
    }
    let signed_in = server.page("/audit?action=sign-in.accepted", &auditor).await.text();
    assert!(signed_in.contains("Compte n°") && signed_in.contains("<dd>audit</dd>"), "{signed_in}");
    assert!(!signed_in.contains("checked"), "an action that is asked for ticks no box: {signed_in}");
    let sealed = "title=\"journal.sealed\"";
    assert!(!page.contains(sealed) && page.contains("/audit/trail.csv?seals=no"), "{page}");
    assert!(server.page("/audit?seals=1", &auditor).await.text().contains(sealed));
    let sealed = "journal.sealed";
    assert!(!server.page("/audit/trail.csv?seals=no", &auditor).await.text().contains(sealed));
    assert!(server.page("/audit/trail.csv", &auditor).await.text().contains(sealed), "a file without a word is whole");
    for path in ["/audit?action=invoice.isued", "/audit?action=rien", "/audit/trail.csv?action=invoic"] {
        let refused = server.page(path, &auditor).await;
        assert_eq!(refused.status.as_u16(), 400, "{path}");
        assert!(refused.text().contains("n’est pas une action de la piste"), "{path}: {}", refused.text());
    }
    let token = server.token(Role::Auditor).await;
    let refused = server.get_with("/api/v1/audit/events?action=rien", &token).await;
    assert_eq!((refused.status.as_u16(), refused.header("content-type")), (400, "application/problem+json"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("is no action of the trail"), "{}", refused.text());
    for known in ["invoice", "invoice.issued", "reading.corrected"] {
        let answer = server.get_with(&format!("/api/v1/audit/events?action={known}"), &token).await;
        assert_eq!(answer.status.as_u16(), 200, "{known}");
    }
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
        for expected in [
            ">tiré<",
            "invoice.archived",
            "archive/2026/",
            "racine signée du",
            "411",
            ".pdf\"",
            "scellés par",
            "<details",
        ] {
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

    // A credit note rests on the readings of its invoice: they count once all the same.
    site.world.ok(&["invoices", "credit", &site.number_of("aphp"), "--reason", "essai"]);
    let (distinct, with_repeats) = readings_behind(&site);
    assert!(distinct < with_repeats, "some readings are behind several lines: {with_repeats}");
    let again = ["--kind", "readings", "--method", "random", "--size", "500", "--seed", "x", "--year", "2026"];
    let again = site.world.ok(&[&["--json", "audit", "sample"], &again[..]].concat());
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["population"].as_u64(), Some(distinct));
    let drawn = again["items"].as_array().unwrap().iter().map(|item| &item["reading"]);
    let drawn: std::collections::BTreeSet<String> =
        drawn.map(|one| format!("{} {}", one["meter"], one["at"])).collect();
    assert_eq!(drawn.len(), 500);
}

#[actix_web::test]
async fn a_pack_is_asked_for_watched_and_fetched() {
    for engine in ENGINES {
        let site = Site::new(engine);
        signed(&site);
        let server = Server::start(&site).await;
        let auditor = server.sign_in(Role::Auditor).await;
        let verify = server.page("/audit/verify", &auditor).await.text();
        assert!(verify.contains("/audit/packs") && verify.contains("Clé publique (ed25519)"), "{verify}");
        assert!(!verify.contains("<option value=\"2019\">"), "{verify}");
        // A year without invoices has its evidence as soon as something is posted in it.
        let world = &site.world;
        world.ok(&["amortisation", "post", "--through", "2019-06"]);
        for page in ["/audit/verify", "/audit/sample"] {
            let text = server.page(page, &auditor).await.text();
            assert!(text.contains("<option value=\"2019\">") && text.contains("<option value=\"2026\""), "{text}");
        }
        let ask = async |token: &str, year: &str| {
            let form = [("form_token", token), ("year", year)];
            let request = TestRequest::post().uri("/audit/packs").insert_header(("cookie", auditor.as_str()));
            let request = request.insert_header(("origin", ORIGIN)).set_form(form);
            server.call(request).await
        };
        let token = verify.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(ask("forged", "2026").await.status.as_u16(), 403);
        assert_eq!(ask(&token, "20000").await.status.as_u16(), 400);
        let asked = ask(&token, "2026").await;
        assert_eq!(asked.status.as_u16(), 303, "{}", asked.text());
        let page = asked.header("location").to_owned();
        // While one is being made another has to wait; whoever loads the page again finds it.
        let events = server.page(&format!("{page}/events"), &auditor).await.text();
        assert!(events.contains("event: progress") && events.ends_with("event: end\ndata: {}\n\n"), "{events}");
        let done = server.page(&page, &auditor).await.text();
        assert!(done.contains("prêt") && done.contains("SHA-256"), "{done}");
        let answer = server.page(&format!("{page}/file"), &auditor).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"));
        assert!(answer.header("content-disposition").contains("chapelle-preuves-2026.zip"));
        let sha256: String = {
            use sha2::Digest;
            sha2::Sha256::digest(&answer.body).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        assert!(done.contains(&sha256), "the page names the file's own hash: {done}");
        let mut archive = zip::ZipArchive::new(Cursor::new(answer.body)).unwrap();
        let mut script = String::new();
        archive.by_name("verify.py").unwrap().read_to_string(&mut script).unwrap();
        assert_eq!(script, server.page("/audit/verify.py", &auditor).await.text());
        let mut roots = String::new();
        archive.by_name("roots.jsonl").unwrap().read_to_string(&mut roots).unwrap();
        assert_eq!(roots, server.page("/audit/roots.jsonl", &auditor).await.text());
        let token = server.token(Role::Auditor).await;
        let told = server.get_with("/api/v1/audit/roots", &token).await.json();
        let latest = roots.lines().last().unwrap();
        assert_eq!(told[0]["root"], serde_json::from_str::<serde_json::Value>(latest).unwrap()["root"]);
        let events = server.get_with("/api/v1/audit/events?action=invoice.issued&limit=2", &token).await.json();
        assert_eq!(events.as_array().unwrap().len(), 2, "{events:#}");
        let next = format!("/api/v1/audit/events?action=invoice.issued&after={}", events[1]["sequence"]);
        assert_eq!(server.get_with(&next, &token).await.json().as_array().unwrap().len(), 1);
        let packed = server.get_with("/api/v1/audit/events?action=evidence.packed", &token).await.json();
        assert_eq!(packed[0]["detail"]["sha256"], sha256.as_str(), "{packed:#}");
        let known = server.get_with(&page.replace("/audit", "/api/v1/audit"), &token).await.json();
        assert_eq!((&known["status"], &known["sha256"]), (&"done".into(), &sha256.as_str().into()), "{known:#}");
    }
}

#[actix_web::test]
async fn the_filtered_trail_is_taken_away() {
    let site = Site::new(Engine::Sqlite);
    signed(&site);
    let server = Server::start(&site).await;
    let auditor = server.sign_in(Role::Auditor).await;
    let page = server.page("/audit?action=invoice.issued", &auditor).await.text();
    assert!(page.contains("<option value=\"invoice.issued\" selected>Facture émise</option>"), "{page}");
    assert!(page.contains("/audit/trail.csv?action=invoice.issued"), "{page}");
    let csv = server.page("/audit/trail.csv?action=invoice.issued", &auditor).await.text();
    assert_eq!(csv.lines().count(), 4, "a heading and three invoices: {csv}");
    assert!(csv.contains("Facture émise (invoice.issued)") && csv.contains("content_sha256"), "{csv}");
    let all = server.page("/audit/trail.csv", &auditor).await.text();
    assert!(all.lines().count() > 50, "{all}");
    let workbook = server.page("/audit/trail.xlsx?action=invoice", &auditor).await;
    assert!(workbook.status.as_u16() == 200 && workbook.body.starts_with(b"PK"));
    let pdf = server.page("/audit/trail.pdf?action=invoice", &auditor).await;
    assert!(pdf.status.as_u16() == 200 && pdf.body.starts_with(b"%PDF-1.7"), "{}", pdf.status);
    assert_eq!(server.page("/audit/trail.pdf?from=nonsense", &auditor).await.status.as_u16(), 400);
}
