//! Racks, meters, usage, estimates, contracts and files of readings, as each role sees them.

use actix_web::test::TestRequest;
use chapelle::app::upload_readings::{self, UploadReport};
use chapelle::app::{AppError, keep_series};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::storage::{AnyConnection, uploads};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site, now, pass};

/// The text of a page without its tags, spaces of any kind as one.
pub fn words(page: &str) -> String {
    let mut text = String::new();
    for piece in page.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['\u{a0}', '\u{202f}'], " ")
}

fn token(page: &str) -> String {
    page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn post(server: &Server, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
    server.call(TestRequest::post().uri(path).insert_header(("cookie", cookie.to_owned())).set_form(form)).await
}

#[actix_web::test]
async fn operators_see_racks_and_meters_packed_or_not() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let operator = server.sign_in(Role::Operator).await;
        let plan = words(&server.page("/racks", &operator).await.text());
        for expected in ["A01", "Assistance publique-Hôpitaux de Paris", "Allée A", "Unités libres"] {
            assert!(plan.contains(expected), "{engine:?} {expected}: {plan}");
        }
        let rack = words(&server.page("/racks/A01", &operator).await.text());
        assert!(rack.contains("A01-PA") && rack.contains("baie dédiée"), "{rack}");
        let links = server.page("/racks/A01", &server.sign_in(Role::Finance).await).await.text();
        for link in ["/tenants/aphp", "/contracts/", "/meters?q=A01"] {
            assert!(links.contains(&format!("href=\"{link}")), "{link}: {links}");
        }
        let one = server.page("/meters/A01-EA?month=2026-10", &server.sign_in(Role::Finance).await).await.text();
        for link in ["/tenants/aphp", "/contracts/", "/racks/A01"] {
            assert!(one.contains(&format!("href=\"{link}")), "{link}: {one}");
        }
        assert_eq!(server.page("/racks/Z99", &operator).await.status.as_u16(), 404);

        let before = server.page("/meters?month=2026-10", &operator).await.text();
        let meter = server.page("/meters/A01-PA?month=2026-10", &operator).await.text();
        let store = site.shared.store.clone();
        let days = std::thread::spawn(move || keep_series::all(&store, now()).unwrap()).join().unwrap();
        assert!(days > 55, "{days}");
        assert_eq!(server.page("/meters?month=2026-10", &operator).await.text(), before, "{engine:?}");
        assert_eq!(server.page("/meters/A01-PA?month=2026-10", &operator).await.text(), meter, "{engine:?}");
        let list = words(&before);
        assert!(list.contains("745 sur 745") && list.contains("100,0 %"), "{list}");
        let csv = server.page("/meters.csv?month=2026-10", &operator).await;
        assert!(csv.header("content-disposition").contains("compteurs-2026-10.csv"));
        assert!(csv.text().contains("A01-EA;Énergie;A01;A;Assistance publique-Hôpitaux de Paris;"), "{}", csv.text());
    }
}

#[actix_web::test]
async fn a_correction_is_checked_confirmed_and_kept_with_its_reason() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let form = "/meters/A01-PA/resolve?kind=correct&at=2026-09-10T08:00:00Z&month=2026-09";
        let page = server.page(form, &cookie).await.text();
        assert!(page.contains("value=\"2026-09-10T10:00:00\""), "site time: {page}");
        let token = token(&page);
        let path = "/meters/A01-PA/resolve";
        let fields = |reason: &'static str, confirm: &'static str, token: &str| {
            vec![
                ("form_token", token.to_owned()),
                ("kind", "correct".to_owned()),
                ("month", "2026-09".to_owned()),
                ("at", "2026-09-10T10:00:00".to_owned()),
                ("value", "2,5".to_owned()),
                ("reason", reason.to_owned()),
                ("confirm", confirm.to_owned()),
            ]
        };
        let send = async |reason: &'static str, confirm: &'static str, token: &str| {
            let fields = fields(reason, confirm, token);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            post(&server, path, &cookie, &fields).await
        };
        assert_eq!(send("lu sur place", "1", "forged").await.status.as_u16(), 403);
        let refused = send("non", "1", &token).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        let beside = "aria-invalid=\"true\" aria-describedby=\"reason-error\"";
        assert!(refused.text().contains(beside) && refused.text().contains("id=\"reason-error\""), "beside its field");
        let planned = words(&send("lu sur place", "", &token).await.text());
        assert!(planned.contains("Déjà facturé : septembre 2026"), "{planned}");
        let done = send("lu sur place", "1", &token).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/meters/A01-PA?month=2026-09"));
        assert_eq!(send("lu sur place", "1", &token).await.status.as_u16(), 422, "it reads so already");
        let meter = words(&server.page("/meters/A01-PA?month=2026-09", &cookie).await.text());
        assert!(meter.contains("2,5 kW lu sur place") && meter.contains("modifiés après facturation"), "{meter}");
        let store = site.shared.store.clone();
        let events = std::thread::spawn(move || {
            chapelle::storage::audit::list(&mut store.connection().unwrap(), 0, 1000, Some("A01-PA")).unwrap()
        });
        let events = events.join().unwrap();
        assert_eq!(events.len(), 1);
        let event = &events[0].event;
        assert_eq!((event.action.as_str(), event.reason.as_deref()), ("readings.corrected", Some("lu sur place")));
        assert!(event.before.is_some() && event.actor == "finance@example.org");
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page(form, &auditor).await.status.as_u16(), 403);
    }
}

#[actix_web::test]
async fn a_reset_is_declared_once_and_where_it_can_be() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Operator).await;
    let page = server.page("/meters/A01-EB/resolve?kind=reset", &cookie).await.text();
    let token = token(&page);
    let declare = async |at: &str, index: &str| {
        let fields = [
            ("form_token", token.as_str()),
            ("kind", "reset"),
            ("at", at),
            ("new_index", index),
            ("confirm", "1"),
            ("reason", "électronique remplacée"),
        ];
        post(&server, "/meters/A01-EB/resolve", &cookie, &fields).await
    };
    for (at, index, field, why) in [
        ("2020-01-01T00:00", "0", "at", "n’était pas en service"),
        ("2026-11-02T10:00", "-1", "new_index", "Un index n’est jamais négatif"),
        ("2026-11-02T10:00", "x", "new_index", ""),
        ("hier", "0", "at", ""),
    ] {
        let refused = declare(at, index).await;
        assert_eq!(refused.status.as_u16(), 422, "{at} {index}");
        let page = refused.text();
        assert!(page.contains(&format!("aria-describedby=\"{field}-error\"")), "{at} {index}: {page}");
        assert!(page.contains(&format!("id=\"{field}-error\"")) && words(&page).contains(why), "{at} {index}: {page}");
    }
    assert_eq!(declare("2026-11-02T10:00", "0").await.status.as_u16(), 303);
    let again = declare("2026-11-02T10:00", "0").await;
    assert_eq!(again.status.as_u16(), 422, "{}", words(&again.text()));
    assert_eq!(server.page("/meters/A01-PA/resolve?kind=reset", &cookie).await.status.as_u16(), 404, "no counter");
}

#[actix_web::test]
async fn a_tenant_sees_their_own_usage_estimate_and_contract_only() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let tenant = server.sign_in(Role::Tenant).await;
    let month = words(&server.page("/usage?month=2026-10", &tenant).await.text());
    for expected in ["Énergie, voie A (kWh)", "Puissance, voie B (kW)", "Énergie A + B (kWh)", "31/10/2026"] {
        assert!(month.contains(expected), "{expected}: {month}");
    }
    assert!(!month.contains("Eau de Paris") && !month.contains("Stockage"), "{month}");
    let day = words(&server.page("/usage?day=2026-10-25", &tenant).await.text());
    assert_eq!(
        day.matches(" 02:").count() + day.matches(">02:").count(),
        12 + 2,
        "twelve rows and the label of two charts; the long day: {day}"
    );
    let csv = server.page("/usage.csv?month=2026-10", &tenant).await.text();
    assert_eq!(csv.lines().count(), 32, "{csv}");
    let racks = month.split("Énergie A + B (kWh)").nth(1).unwrap();
    assert!(racks.contains("A01"), "the tenant's rack has its row: {racks}");
    let estimate = words(&server.page("/usage/estimate?month=2026-10", &tenant).await.text());
    assert!(estimate.contains("pas une facture") && estimate.contains(&site.number_of("aphp")), "{estimate}");
    let contract = words(&server.page("/contracts/AP-2026", &tenant).await.text());
    for expected in ["1 200,00 € par baie et par mois", "de 0 à 5 000 kWh : 0,145 € par kWh", "Indice Syntec", "dans "]
    {
        assert!(contract.contains(expected), "{expected}: {contract}");
    }
    for (others, unknown) in [
        ("/usage?tenant=eau-de-paris", "/usage?tenant=nobody"),
        ("/usage.csv?tenant=eau-de-paris", "/usage.csv?tenant=nobody"),
        ("/usage/estimate?tenant=eau-de-paris", "/usage/estimate?tenant=nobody"),
        ("/contracts/EDP-2026", "/contracts/nobody"),
    ] {
        let (others, unknown) = (server.page(others, &tenant).await, server.page(unknown, &tenant).await);
        assert_eq!((others.status.as_u16(), unknown.status.as_u16()), (404, 404));
    }
    for path in ["/racks", "/meters", "/readings"] {
        assert_eq!(server.page(path, &tenant).await.status.as_u16(), 403, "{path}");
    }
}

#[actix_web::test]
async fn a_file_is_taken_in_and_every_refused_line_told() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Operator).await;
        let token = token(&server.page("/readings", &cookie).await.text());
        let file = "meter,at,value,unit,quality\nA01-PA,2026-11-02T10:00:00Z,1.5,,\nNOBODY,2026-11-02T10:00:00Z,1,,\n\
                    A01-PA,x,1,,\nA01-PA,2026-11-02T10:00:00Z,un,,\nA01-PA,2026-11-02T10:00:00Z,1,volt,\n\
                    A01-PA,2026-11-02T10:00:00Z,1,,guessed\nA01-PA,2026-11-02T10:00:00Z,1\n,2026-11-02T10:00:00Z,1,,\n";
        let upload = async |token: &str, file: &str| {
            let body = format!(
                "--b\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\
                 Content-Type: text/csv\r\n\r\n{file}\r\n--b--\r\n"
            );
            let request = TestRequest::post()
                .uri("/readings/import")
                .insert_header(("cookie", cookie.clone()))
                .insert_header(("content-type", "multipart/form-data; boundary=b"))
                .set_payload(body);
            server.call(request).await
        };
        assert_eq!(upload("forged", file).await.status.as_u16(), 403);
        assert_eq!(upload(&token, "").await.status.as_u16(), 422);
        let sent = upload(&token, file).await;
        assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
        let report = sent.header("location").to_owned();
        let mut text = String::new();
        for _ in 0..50 {
            text = words(&server.page(&report, &cookie).await.text());
            if !text.contains("en cours") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert!(text.contains("Acceptés 1 Doublons 0 Refusés 7"), "{engine:?} {text}");
        assert!(text.contains("3 Le compteur « NOBODY » n’est pas dans le livre"), "{text}");
        for told in [
            "4 at (horodatage) : « x » n’est pas un instant",
            "5 value (valeur) : « un » n’est pas un nombre",
            "6 unit (unité) : « volt » n’est pas une unité de relevé",
            "7 quality (qualité) : « guessed » n’est ni measured",
            "8 La ligne a 3 cellules, l’en-tête en a 5",
            "9 meter (compteur) : la valeur manque",
        ] {
            assert!(text.contains(told), "{told}: {text}");
        }
        for (file, told) in [
            ("meter,at,value,colour\nA,B,C,D\n", "La colonne « colour » n’est pas connue"),
            ("meter,at\nA,B\n", "La colonne « value » manque"),
            ("[1]", "Le fichier commence par un tableau JSON"),
            ("{\"meter\":\"A01-PA\"}\n", "La clé « at » manque"),
            ("{\"meter\":\"A01-PA\",\"vlaue\":1}\n", "La clé « vlaue » n’est pas connue"),
        ] {
            let page = server.page(upload(&token, file).await.header("location"), &cookie).await.text();
            assert!(words(&page).contains(told), "{told}: {}", words(&page));
            let unread = words(&page).contains("Rien de ce fichier n’a pu être lu");
            assert!(unread != page.contains("<dt>Refusés"), "nothing refused is not what happened: {}", words(&page));
            assert!(!page.contains(" lang=\"en\">"), "{told}: nothing is in English");
        }
        let comma = "compteur;horodatage;valeur\nA01-PA;2026-11-02T10:00:00Z;1,2,3\n";
        let page = words(&server.page(upload(&token, comma).await.header("location"), &cookie).await.text());
        assert!(page.contains("« 1,2,3 » n’est pas un nombre") && !page.contains("1.2.3"), "{page}");
        let sent = upload(&token, "meter;at\n").await;
        let page = words(&server.page(sent.header("location"), &cookie).await.text());
        assert!(page.contains("at (horodatage)") && page.matches("lecture interrompue").count() == 1, "{page}");
        let home = words(&server.page("/", &cookie).await.text());
        assert!(home.contains("n’a pas pu être lu jusqu’au bout"), "{home}");
        let again = upload(&token, file).await.header("location").to_owned();
        let text = words(&server.page(&again, &cookie).await.text());
        assert!(text.contains("Acceptés 0 Doublons 1"), "{text}");
        assert_eq!(server.page("/readings/import/99", &cookie).await.status.as_u16(), 404);
    }
}

#[actix_web::test]
async fn a_file_whose_reading_a_stop_broke_off_is_told_at_once_and_leaves_nothing_behind() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Operator).await;
        let store = site.shared.store.clone();
        let begun = move || {
            let path = upload_readings::spool(&store).unwrap();
            std::fs::write(&path, "meter,at,value\n").unwrap();
            let by = Actor::new("operator@example.org", None);
            let id = upload_readings::begin(&store, "r.csv", &path, &by, crate::site::now()).unwrap();
            (store, path, id)
        };
        let (store, path, id) = std::thread::spawn(begun).join().unwrap();
        let report = format!("/readings/import/{id}");
        assert!(server.page(&report, &cookie).await.text().contains("<progress"), "{engine:?}");
        std::thread::spawn(move || upload_readings::recover(&store).unwrap()).join().unwrap();
        assert!(!path.exists(), "{engine:?}");
        let page = words(&server.page(&report, &cookie).await.text());
        assert!(page.contains("0 % du fichier sont lus. Ce qui avait été lu jusque-là est gardé"), "{engine:?} {page}");
        assert!(!page.contains("Acceptés 0") && !page.contains("Aucune ligne refusée"), "{engine:?} {page}");
        let listed = words(&server.page("/readings", &cookie).await.text());
        assert!(listed.contains("– – – interrompu"), "nothing is known of it: {engine:?} {listed}");
    }
}

#[actix_web::test]
async fn what_was_taken_before_a_reading_broke_off_is_told() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Operator).await;
        let store = site.shared.store.clone();
        let broken = move || {
            let path = upload_readings::spool(&store).unwrap();
            std::fs::write(&path, "meter,at,value\n").unwrap();
            let by = Actor::new("operator@example.org", None);
            let id = upload_readings::begin(&store, "r.csv", &path, &by, crate::site::now()).unwrap();
            let report = UploadReport { accepted: 620_000, duplicates: 3, ..UploadReport::default() };
            let text = serde_json::to_string(&report).unwrap();
            let noted = |connection: &mut AnyConnection| {
                Ok::<_, AppError>(uploads::advance(connection, id, 5, &text, crate::site::now().into())?)
            };
            store.write(noted).unwrap();
            upload_readings::recover(&store).unwrap();
            id
        };
        let id = std::thread::spawn(broken).join().unwrap();
        for path in [format!("/readings/import/{id}"), "/readings".to_owned()] {
            let page = words(&server.page(&path, &cookie).await.text());
            assert!(page.contains("au moins 620 000") && page.contains("interrompu"), "{engine:?} {path} {page}");
        }
    }
}

#[actix_web::test]
async fn alarms_name_the_rack_the_silent_meter_and_the_refused_file() {
    // Both feeds of A01 draw some 2.4 kW together, which one of 2 kW could not carry.
    let site = Site::with_book(Engine::Sqlite, |book| book.replacen("feed_rated_kw = 11", "feed_rated_kw = 2", 1));
    let server = Server::start(&site).await;
    let operator = server.sign_in(Role::Operator).await;
    let page = words(&server.page("/alarms?days=31", &operator).await.text());
    for expected in ["Redondance perdue", "A01", "terminée", "1,60", "A01-PB", "Muet depuis", "Aucun fichier récent"]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("en cours"), "nothing is known of the last days: {page}");
    let csv = server.page("/alarms.csv?days=31", &operator).await.text();
    assert!(csv.contains("A01;2026-10-0"), "{csv}");
    let token = server.token(Role::Operator).await;
    let alarms = server.get_with("/api/v1/alarms?days=31", &token).await.json();
    assert_eq!(alarms["lost_redundancy"][0]["rack"], "A01");
    assert_eq!(alarms["lost_redundancy"][0]["limit_kw"], "1.6");
    assert!(alarms["silent_meters"].as_array().unwrap().len() >= 2, "{alarms}");
    let quiet = words(&server.page("/alarms?days=1", &operator).await.text());
    assert!(quiet.contains("Aucune baie"), "{quiet}");
}

#[actix_web::test]
async fn a_racks_load_is_that_of_its_last_readings_however_late_one_looks() {
    // A reading a minute, until seven minutes before one looks; both feeds together draw more than one of 2 kW can carry.
    let lines =
        |minute: u32| format!("A01-PA,2026-11-03T07:{minute:02}:00Z,1.5\nA01-PB,2026-11-03T07:{minute:02}:00Z,1.4\n");
    let readings = format!("meter,at,value\n{}", (30..=53).map(lines).collect::<String>());
    for engine in ENGINES {
        let site = Site::with_book(engine, |book| book.replacen("feed_rated_kw = 11", "feed_rated_kw = 2", 1));
        let file = site.world.file("power.csv", &readings);
        site.world.ok(&["readings", "import", file.to_str().unwrap()]);
        let server = Server::start(&site).await;
        let operator = server.sign_in(Role::Operator).await;
        let look = async || {
            let page = words(&server.page("/racks/A01", &operator).await.text());
            let counted = page.split("porter, dans ").nth(1).unwrap().split(" fenêtres").next().unwrap().to_owned();
            (counted, page)
        };
        let (counted, page) = look().await;
        // Of the running window three minutes are measured, which is less than half of it.
        assert!(page.contains("voie A 1,50 03/11/2026 08:50") && page.contains("0 U libre."), "{engine:?} {page}");
        pass(6 * 60);
        let (later, page) = look().await;
        assert_eq!(later, counted, "{engine:?}: six minutes later nothing else is measured: {page}");
        assert!(page.contains("voie A 1,50 03/11/2026 08:50"), "{page}");
        pass(-6 * 60);
    }
}
