//! Readings that come in after their month was billed: told on home, on the invoice, and to who brings them in.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::plant::words;
use crate::site::{Server, Site};

/// Corrects a reading of September, which AP-HP's invoice rests on, and gives what the command tells of it.
fn corrected(site: &Site) -> serde_json::Value {
    let file = site.world.file(
        "late.csv",
        "meter,at,value,correction\nA01-PA,2026-09-10T08:00:00Z,4.75,lu sur place\n\
         SAN-EDP,2026-11-02T08:00:00Z,41,\nA01-PA,2026-11-02T08:00:00Z,1,\n",
    );
    let told = site.world.ok(&["readings", "import", file.to_str().unwrap(), "--json"]);
    serde_json::from_str::<serde_json::Value>(&told).unwrap()[0].clone()
}

#[actix_web::test]
async fn a_billed_month_whose_readings_changed_is_told_until_it_is_regularised() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let (number, other) = (site.number_of("aphp"), site.number_of("eau-de-paris"));
        let invoice = format!("/invoices/{number}");
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.sign_in(Role::Finance).await, server.sign_in(Role::Tenant).await);
        let page = async |path: &str, cookie: &str| server.page(path, cookie).await.text();
        assert!(!page("/", &finance).await.contains("après facturation"), "{engine:?}");
        assert!(!page(&invoice, &finance).await.contains("A01-PA)"), "{engine:?}");

        let report = corrected(&site);
        let expected = serde_json::json!([{ "month": "2026-09", "readings": 1, "invoices": [number] }]);
        assert_eq!((&report["accepted"], &report["billed_months"]), (&3.into(), &expected), "{engine:?}");

        let home = page("/", &finance).await;
        let told = words(&home);
        assert!(told.contains("Relevés arrivés après facturation 1 Ces factures ne changent pas"), "{engine:?} {told}");
        assert!(told.contains("Mois facturés concernés : 1"), "{told}");
        assert!(home.contains(&format!("<a href=\"{invoice}\">{number}, septembre\u{a0}2026</a>")), "{home}");
        assert!(home.contains("<a href=\"/billing/2026-10\">Voir la campagne d’octobre"), "{home}");

        let staff = page(&invoice, &finance).await;
        assert!(staff.contains("(compteurs A01-PA)") && staff.contains("<a href=\"/billing/2026-10\">"), "{staff}");
        let own = page(&invoice, &tenant).await;
        assert!(own.contains("figurera comme régularisation") && !own.contains("(compteurs"), "{own}");
        assert!(!own.contains("/billing/"), "{own}");
        let untouched = page(&format!("/invoices/{other}"), &finance).await;
        assert!(!untouched.contains("(compteurs"), "another contract's invoice: {untouched}");

        site.world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        assert!(!page("/", &finance).await.contains("après facturation"), "{engine:?}: it is regularised");
        assert!(!page(&invoice, &finance).await.contains("(compteurs"), "{engine:?}");
    }
}

/// The next invoice regularises: October's while that is to be billed, November's after it.
#[actix_web::test]
async fn the_running_month_has_what_its_invoices_regularise() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let plan = async |month: &str| words(&server.page(&format!("/billing/{month}"), &finance).await.text());
        let change = |month: &str| {
            let row = format!("meter,at,value,correction\nSAN-EDP,{month}-10T08:00:00Z,400,lu sur place\n");
            let file = site.world.file(&format!("{month}.csv"), &row);
            site.world.ok(&["readings", "import", file.to_str().unwrap()]);
        };
        change("2026-09");
        let (october, november) = (plan("2026-10").await, plan("2026-11").await);
        assert!(october.contains("Les relevés de septembre 2026 ont changé après la facture"), "{engine:?} {october}");
        assert!(!november.contains("ont changé après la facture"), "{engine:?} {november}");
        site.world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        change("2026-10");
        let november = plan("2026-11").await;
        assert!(november.contains("Les relevés d’octobre 2026 ont changé après la facture"), "{engine:?} {november}");
        assert!(!november.contains("Les relevés de septembre 2026"), "{engine:?} October has it: {november}");
    }
}

#[actix_web::test]
async fn an_uploaded_file_is_told_what_it_brings_of_billed_months() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let number = site.number_of("aphp");
        let server = Server::start(&site).await;
        let admin = server.sign_in(Role::Admin).await;
        let token = crate::billing::token(&server.page("/readings", &admin).await.text());
        let upload = async |file: &[u8]| {
            let mut body = format!(
                "--b\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\
                 Content-Type: text/csv\r\n\r\n"
            )
            .into_bytes();
            body.extend_from_slice(file);
            body.extend_from_slice(b"\r\n--b--\r\n");
            let request = TestRequest::post()
                .uri("/readings/import")
                .insert_header(("cookie", admin.clone()))
                .insert_header(("content-type", "multipart/form-data; boundary=b"))
                .set_payload(body);
            let report = server.call(request).await.header("location").to_owned();
            for _ in 0..50 {
                let page = server.page(&report, &admin).await.text();
                if !page.contains("data-progress=") {
                    return page;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            panic!("the upload does not end");
        };
        let late = "meter,at,value\nA01-PA,2026-09-10T08:05:00Z,2\nA01-PA,2026-09-10T08:06:00Z,2\n\
                    A01-PA,2026-10-10T08:05:00Z,2\n";
        let page = upload(late.as_bytes()).await;
        assert!(words(&page).contains("septembre 2026 : 2"), "{page}");
        assert!(page.contains(&format!("<a href=\"/invoices/{number}\">{number}</a>")), "{engine:?} {page}");
        assert!(!page.contains("octobre"), "October is not billed: {page}");

        let timely = upload(b"meter,at,value\nA01-PA,2026-11-02T10:00:00Z,2\n").await;
        assert!(!timely.contains("déjà facturés"), "{engine:?} {timely}");
        let utf16: Vec<u8> = "\u{feff}meter,at,value\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let refused = upload(&utf16).await;
        assert!(refused.contains("Le fichier est en UTF-16") && refused.contains("CSV UTF-8"), "{engine:?} {refused}");
    }
}

/// A contract that is over has no next month of its own: whichever is billed next carries the difference.
#[actix_web::test]
async fn a_contract_that_ended_is_regularised_however_long_it_is_over() {
    for engine in ENGINES {
        let site = Site::with_book(engine, |book| {
            format!(
                "{book}\n[[meter]]\ncode = \"LIBRE\"\nregister = \"storage\"\n\
                 installed_at = 2025-12-01T09:00:00+01:00\n\n\
                 [[contract]]\ncode = \"FINIE-2026\"\ntenant = \"aphp\"\ntitle = \"Essai\"\nfrom = 2026-09-01\n\
                 to = 2026-10-01\n\n[[contract.line]]\ncode = \"stockage\"\nservice = \"storage\"\n\
                 designation = {{ fr = \"Stockage\", en = \"Storage\" }}\ntariff = \"stockage\"\nmeasure = \"storage-month\"\n\n\
                 [[contract.line.assignment]]\nmeter = \"LIBRE\"\n"
            )
        });
        let change = |value: u32| {
            let row = format!("meter,at,value,correction\nLIBRE,2026-09-10T08:00:00Z,{value},lu sur place\n");
            site.world.ok(&["readings", "import", site.world.file("late.csv", &row).to_str().unwrap()]);
        };
        change(400);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let plan = async |month: &str| server.page(&format!("/billing/{month}"), &finance).await.text();
        // October has nothing of it to bill, and drafts the difference with the invoices it has to come.
        let (october, november) = (plan("2026-10").await, plan("2026-11").await);
        let told = "Les relevés de septembre 2026 ont changé après la facture";
        assert!(october.contains("FINIE-2026</a>") && words(&october).contains(told), "{engine:?} {october}");
        assert!(!november.contains("FINIE-2026"), "{engine:?} counted once: {november}");
        // What changes once they are issued comes in November, to which no line can be added.
        site.world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        change(500);
        let page = plan("2026-11").await;
        let row = page.split("FINIE-2026</a>").last().unwrap().split("</tr>").next().unwrap();
        assert!(words(row).contains("mois en cours") && !row.contains("/drafts/"), "{engine:?} {row}");
        assert!(words(&page).contains(told), "{engine:?} {page}");
    }
}

/// Nothing of a meter that no line bills was billed, so nothing of it will be.
#[actix_web::test]
async fn a_meter_without_a_line_promises_no_regularisation() {
    for engine in ENGINES {
        let site = Site::with_book(engine, |book| {
            let meter = "[[meter]]\ncode = \"LIBRE\"\nregister = \"power\"\ninstalled_at = 2025-12-01T09:00:00+01:00\n";
            format!("{book}\n{meter}")
        });
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let file = site.world.file(
            "free.csv",
            "meter,at,value,correction\nLIBRE,2026-09-10T08:00:00Z,4.75,lu sur place\nA01-PA,2026-09-10T08:00:00Z,4.75,lu sur place\n",
        );
        site.world.ok(&["readings", "import", file.to_str().unwrap()]);
        let billed = server.page("/meters/A01-PA?month=2026-09", &finance).await.text();
        assert!(billed.contains("modifié après facturation"), "{engine:?} {billed}");
        let free = server.page("/meters/LIBRE?month=2026-09", &finance).await.text();
        assert!(!free.contains("après facturation") && !free.contains("régularisé"), "{engine:?} {free}");
    }
}

/// A contract that was blocked in the month was never billed it: what arrives afterwards is no regularisation.
#[actix_web::test]
async fn readings_of_a_month_that_was_blocked_are_not_late() {
    for engine in ENGINES {
        let site = Site::with_book(engine, |book| {
            let meter =
                "[[meter]]\ncode = \"LIBRE\"\nregister = \"storage\"\ninstalled_at = 2025-12-01T09:00:00+01:00\n";
            let contract = "[[contract]]\ncode = \"LIBRE-2026\"\ntenant = \"aphp\"\ntitle = \"Stockage\"\n\
                            from = 2026-09-01\n\n[[contract.line]]\ncode = \"stockage\"\nservice = \"storage\"\n\
                            designation = { fr = \"Stockage\", en = \"Storage\" }\ntariff = \"stockage\"\n\
                            measure = \"storage-month\"\n\n[[contract.line.assignment]]\nmeter = \"LIBRE\"\n";
            // Without an engagement this tenant's structure takes no invoice.
            let code = "service_code = \"DSI-HEBERGEMENT\"\n";
            let book = book.replace(code, &format!("{code}chorus_requires = \"engagement\"\n"));
            format!("{book}\n{meter}\n{contract}")
        });
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let file = site.world.file("late.csv", "meter,at,value\nLIBRE,2026-09-10T08:05:00Z,40\n");
        site.world.ok(&["readings", "import", file.to_str().unwrap()]);
        let page = server.page("/meters/LIBRE?month=2026-09", &finance).await.text();
        assert!(!page.contains("après facturation"), "{engine:?} {page}");
        // The month itself is not forgotten.
        let home = server.page("/", &finance).await.text();
        assert!(
            words(&home).contains("Mois passés à facturer") && words(&home).contains("septembre 2026 : 1"),
            "{engine:?} {home}"
        );
    }
}

/// A demand and a percentile are told by their peaks, as on the annex of their document.
#[actix_web::test]
async fn the_days_of_a_line_told_by_windows_are_their_peaks() {
    let site = Site::new(Engine::Sqlite);
    let number = site.number_of("aphp");
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let invoice = chapelle::app::read_invoices::one(
        &site.shared.store,
        &chapelle::domain::access::TenantScope::Everyone,
        &number,
    )
    .unwrap()
    .unwrap();
    let windowed = |usage: &chapelle::domain::metering::Usage| usage.windows.clone();
    let (line, windows) = (1..)
        .zip(&invoice.charges)
        .find_map(|(line, charge)| Some((line, charge.provenance.usage.as_ref().and_then(windowed)?)))
        .unwrap();
    let page = server.page(&format!("/invoices/{number}/lines/{line}"), &finance).await.text();
    assert!(page.contains("kW de pointe") && page.contains("Pointe de chaque jour"), "{page}");
    assert!(!page.contains("kW moyens") && !page.contains(">Voie A</th>"), "{page}");
    let shown = words(&page);
    for (_, peak) in &windows.daily_peaks {
        let peak = peak.round_dp(1).normalize().to_string().replace('.', ",");
        assert!(shown.contains(&peak), "{peak}: {shown}");
    }
}
