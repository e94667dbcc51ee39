//! What can be read: tenants, contracts, invoices and their documents, amortisation, the journal.

use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site};

/// A decimal string in cents.
fn cents(value: &serde_json::Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[actix_web::test]
async fn an_invoice_adds_up_and_names_its_readings() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Tenant).await;
        let list = server.get_with("/api/v1/invoices", &token).await.json();
        assert_eq!(list["total"], 1, "{engine:?}: {list}");
        let number = list["invoices"][0]["number"].as_str().unwrap();
        let invoice = server.get_with(&format!("/api/v1/invoices/{number}"), &token).await.json();
        let lines = invoice["lines"].as_array().unwrap();
        assert_eq!(lines.iter().map(|line| cents(&line["net"])).sum::<i64>(), cents(&invoice["net"]));
        assert_eq!(cents(&invoice["net"]) + cents(&invoice["tax"]), cents(&invoice["gross"]));
        let metered = lines.iter().find(|line| !line["meters"].as_array().unwrap().is_empty()).expect("a metered line");
        let meter = &metered["meters"][0];
        assert!(meter["first_at"].as_str().unwrap().starts_with("2026-08-31T22:00"), "{meter}");
        assert!(!metered["formula"].as_str().unwrap().is_empty());
    }
}

#[actix_web::test]
async fn documents_are_the_archived_ones() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Auditor).await;
    let number = site.number_of("aphp");
    for (extension, media_type) in [("pdf", "application/pdf"), ("xml", "application/xml")] {
        let answer = server.get_with(&format!("/api/v1/invoices/{number}.{extension}"), &token).await;
        let archived = site.world.dir.path().join(format!("archive/2026/{number}.{extension}"));
        assert_eq!(answer.body, std::fs::read(archived).unwrap());
        assert_eq!(answer.header("content-type"), media_type);
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{number}.{extension}\""));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn tenants_and_contracts_are_within_reach_only() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let codes = |body: serde_json::Value, key: &str| -> Vec<String> {
        body.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
    };
    let finance = server.token(Role::Finance).await;
    let all = codes(server.get_with("/api/v1/tenants", &finance).await.json(), "code");
    assert_eq!(all, ["aphp", "eau-de-paris", "ville-de-paris"]);
    let tenant = server.token(Role::Tenant).await;
    assert_eq!(codes(server.get_with("/api/v1/tenants", &tenant).await.json(), "code"), ["aphp"]);
    let contracts = codes(server.get_with("/api/v1/contracts", &tenant).await.json(), "tenant");
    assert!(!contracts.is_empty() && contracts.iter().all(|code| code == "aphp"), "{contracts:?}");
}

#[actix_web::test]
async fn the_amortisation_is_given_as_of_a_day_in_each_format() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Auditor).await;
    let report = server.get_with("/api/v1/amortisation?as_of=2026-10-31", &token).await.json();
    assert_eq!(report["as_of"], "2026-10-31");
    assert!(cents(&report["total"]["position"]["cost"]) > 0, "{report}");
    let today = server.get_with("/api/v1/amortisation", &token).await.json();
    assert_eq!(today["as_of"], "2026-11-03");
    let csv = server.get_with("/api/v1/amortisation?as_of=2026-10-31&format=csv", &token).await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"amortissements-2026-10-31.csv\"");
    let xlsx = server.get_with("/api/v1/amortisation?as_of=2026-10-31&format=xlsx&lang=en", &token).await;
    assert_eq!(xlsx.header("content-disposition"), "attachment; filename=\"amortisation-2026-10-31.xlsx\"");
    assert!(xlsx.body.starts_with(b"PK"));
}

#[actix_web::test]
async fn the_journal_balances() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let entries = server.get_with("/api/v1/journal?journal=VE&from=2026-11-01&through=2026-11-30", &token).await.json();
    let entries = &entries["entries"];
    let entries = entries.as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        let side = |key: &str| entry["lines"].as_array().unwrap().iter().map(|line| cents(&line[key])).sum::<i64>();
        assert_eq!(side("debit"), side("credit"), "{entry}");
    }
    assert_eq!(server.get_with("/api/v1/journal?journal=AM", &token).await.json()["total"], 0);
}

/// JSON is as much in a language as the other formats are.
#[actix_web::test]
async fn accounts_are_called_in_the_language_of_a_report() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Auditor).await;
    let customers = ("Redevables et clients", "Customers");
    let gross = ("Installations générales", "Building installations");
    for (report, (french, english)) in [
        ("balance?through=2026-12-31", customers),
        ("journal?through=2026-12-31", customers),
        ("ledger?account=411&through=2026-12-31", customers),
        ("movements?year=2026", gross),
    ] {
        let asked = format!("/api/v1/reports/{report}");
        let told = server.get_with(&asked, &token).await.text();
        assert!(told.contains(french) && !told.contains(english), "{report}: {told}");
        let told = server.get_with(&format!("{asked}&lang=en"), &token).await.text();
        assert!(told.contains(english) && !told.contains(french), "{report}: {told}");
    }
}

#[actix_web::test]
async fn payback_is_given_in_each_format_and_names_its_sources() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Auditor).await;
    let report = server.get_with("/api/v1/payback?as_of=2026-10-31&scenario=low&horizon=8", &token).await.json();
    assert_eq!((report["scenario"]["code"].as_str(), report["horizon_years"].as_i64()), (Some("low"), Some(8)));
    assert_eq!(report["position"]["invested"], "16000000.00");
    for tenant in report["tenants"].as_array().unwrap() {
        let is_there = |source: &serde_json::Value| source["id"] == tenant["source"];
        assert!(report["sources"].as_array().unwrap().iter().any(is_there), "{tenant}");
    }
    for (format, begins) in [("pdf", "%PDF-"), ("xlsx", "PK"), ("csv", "\u{feff}Mois;")] {
        let path = format!("/api/v1/payback?as_of=2026-10-31&format={format}");
        let (one, other) = (server.get_with(&path, &token).await, server.get_with(&path, &token).await);
        assert!(one.body.starts_with(begins.as_bytes()), "{format}");
        assert_eq!(one.body, other.body, "{format}: the same figures give the same bytes");
        let english = server.get_with(&format!("{path}&lang=en"), &token).await;
        for (answer, name) in [(one, "retour-sur-investissement-reference-40"), (english, "payback-reference-40")] {
            let expected = format!("attachment; filename=\"{name}-2026-10-31.{format}\"");
            assert_eq!(answer.header("content-disposition"), expected);
        }
    }
    for wrong in ["horizon=9", "scenario=nobody", "as_of=yesterday", "format=doc", "lang=de"] {
        let answer = server.get_with(&format!("/api/v1/payback?{wrong}"), &token).await;
        assert_eq!(answer.status.as_u16(), 400, "{wrong}");
    }
}
