//! Assets entered, edited and proven in the browser; balances of other books brought in, a result allocated.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;

use crate::common::ENGINES;
use crate::site::{Answer, Server, Site};

/// Sends a form with a file, whose token is of the page at `path`.
async fn upload(server: &Server, cookie: &str, path: &str, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    let page = server.page(path, cookie).await.text();
    let token = page.split("name=\"form_token\" value=\"").nth(1).expect(&page).split('"').next().unwrap();
    let mut body = Vec::new();
    for (name, value) in [("form_token", token)].iter().chain(fields) {
        let part = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let name = if file.is_some() { "pv.pdf" } else { "" };
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.unwrap_or_default());
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = TestRequest::post().uri(path).insert_header(("cookie", cookie.to_owned()));
    let request = request.insert_header(("sec-fetch-site", "same-origin"));
    server.call(request.insert_header(("content-type", "multipart/form-data; boundary=b")).set_payload(body)).await
}

#[actix_web::test]
async fn a_paper_is_attached_shown_with_its_hash_and_downloaded() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let (finance, auditor) = (server.sign_in(Role::Finance).await, server.sign_in(Role::Auditor).await);
        let path = "/amortisation/2019-0042/papers/new";
        let fields = [
            ("kind", "commissioning"),
            ("name", "Procès-verbal n° 7"),
            ("date", "2019-05-28"),
            ("proves", "Mise en service du bâtiment"),
        ];
        let without = upload(&server, &finance, path, &fields, None).await;
        assert_eq!(without.status.as_u16(), 422, "{engine:?} {}", without.text());
        assert!(without.text().contains("value=\"Procès-verbal n° 7\""), "what was typed stays: {}", without.text());
        let bare = upload(&server, &finance, path, &[("name", ""), ("date", "hier")], Some(b"pv")).await.text();
        for field in ["#name", "#date", "#kind"] {
            assert!(bare.contains(&format!("href=\"{field}\"")), "{field}: {bare}");
        }
        let done = upload(&server, &finance, path, &fields, Some(b"%PDF pv")).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let shown = server.page("/amortisation/2019-0042", &auditor).await.text();
        assert!(
            shown.contains("Preuve de mise en service") && shown.contains("Mise en service du bâtiment"),
            "{shown}"
        );
        assert!(!shown.contains("papers/new"), "an auditor attaches nothing: {shown}");
        let file = shown.split("/papers/").nth(1).expect(&shown).split('"').next().unwrap();
        let answer = server.page(&format!("/amortisation/2019-0042/papers/{file}"), &auditor).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, b"%PDF pv".as_slice()));
        assert!(shown.contains(&format!("data-label=\"SHA-256\">{file}</td>")), "its SHA-256 is shown: {shown}");
        let twice = upload(&server, &finance, path, &fields, Some(b"%PDF pv")).await;
        assert!(twice.status.as_u16() == 422 && twice.text().contains("déjà joint"), "{}", twice.text());
        let empty = upload(&server, &finance, path, &fields, Some(b"")).await;
        assert!(empty.status.as_u16() == 422 && empty.text().contains("ne prouve rien"), "{}", empty.text());
        assert_eq!(server.page(path, &auditor).await.status.as_u16(), 403);
        assert_eq!(server.page("/amortisation/9999/papers/new", &finance).await.status.as_u16(), 404);
        let trail = server.page("/audit?action=asset.file_attached", &auditor).await.text();
        assert!(trail.contains("Procès-verbal n° 7"), "{trail}");
    }
}

const BEING_BUILT: &str = r#"
[[asset]]
code = "2026-0008"
name = "Salle neuve"
cost_eur = 50_000
account = "2135"
construction_account = "2313"

[[asset.component]]
code = "salle"
name = "Salle"
cost_eur = 50_000
duration_years = 20

[[asset.invoice]]
supplier = "Entreprise générale"
number = "S-9"
date = 2026-10-01
amount_eur = 50_000
"#;

/// What is being built has no net book value beside its cost: the page says why, and what to do.
#[actix_web::test]
async fn an_asset_that_is_being_built_says_what_comes_next() {
    let site = Site::with_book(ENGINES[0], |book| book + BEING_BUILT);
    let server = Server::start(&site).await;
    let go = "/amortisation/2026-0008/events/new?kind=commission";
    let finance = server.sign_in(Role::Finance).await;
    let page = server.page("/amortisation/2026-0008", &finance).await.text();
    assert!(page.contains("Pas encore en service") && page.contains("compte d’encours 2313"), "{page}");
    assert!(page.contains(go), "{page}");
    assert!(
        page.contains("coût à ce jour</dt><dd>50\u{202f}000,00") && page.contains("coût de 50\u{202f}000,00"),
        "{page}"
    );
    assert_eq!(server.page(go, &finance).await.status.as_u16(), 200);
    let auditor = server.page("/amortisation/2026-0008", &server.sign_in(Role::Auditor).await).await.text();
    assert!(auditor.contains("compte d’encours 2313") && !auditor.contains(go), "{auditor}");
}

const ONE: [(&str, &str); 9] = [
    ("code", "2026-0007"),
    ("name", "Onduleur de secours"),
    ("cost_eur", "120 000,00"),
    ("account", "2135"),
    ("commissioned_on", "2026-10-15"),
    ("component.1.code", "onduleur"),
    ("component.1.name", "Onduleur"),
    ("component.1.cost_eur", "80 000"),
    ("component.1.duration_years", "10"),
];
const TWO: [(&str, &str); 4] = [
    ("component.2.code", "batteries"),
    ("component.2.name", "Batteries"),
    ("component.2.cost_eur", "40000,00"),
    ("component.2.duration_years", "5"),
];

#[actix_web::test]
async fn an_asset_is_entered_with_components_that_sum_and_edited_until_it_is_posted() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let list = server.page("/amortisation", &finance).await.text();
        assert!(list.contains("/amortisation/new"), "{list}");
        let short = server.send("/amortisation/new", &finance, &ONE).await;
        let told = short.text();
        assert_eq!(short.status.as_u16(), 422, "{engine:?} {told}");
        assert!(told.contains("onduleur 80\u{202f}000,00") && told.contains("120\u{202f}000,00"), "{told}");
        assert!(told.contains("Il manque 40\u{202f}000,00"), "the arithmetic: {told}");
        let row = server.send("/amortisation/new", &finance, &[&ONE[..], &[("step", "add:component")]].concat()).await;
        assert!(row.status.as_u16() == 200 && row.text().contains("component.2.code"), "{}", row.text());
        let both = [&ONE[..], &TWO[..]].concat();
        let done = server.send("/amortisation/new", &finance, &both).await;
        assert_eq!(
            (done.status.as_u16(), done.header("location")),
            (303, "/amortisation/2026-0007"),
            "{}",
            done.text()
        );
        let taken = server.send("/amortisation/new", &finance, &both).await;
        assert!(taken.status.as_u16() == 422 && taken.text().contains("déjà pris"), "{}", taken.text());
        // Before it is in service its page says why nothing is depreciated.
        let early = server.page("/amortisation/2026-0007?as_of=2026-10-01", &finance).await.text();
        assert!(early.contains("Pas encore en service le") && early.contains("15\u{a0}octobre\u{a0}2026"), "{early}");
        let later = server.page("/amortisation/2026-0007", &finance).await.text();
        assert!(!later.contains("Pas encore en service"), "{later}");
        // A component more, as long as nothing is posted.
        let edit = "/amortisation/2026-0007/edit";
        let form = server.page(edit, &finance).await.text();
        let version =
            form.split("name=\"version\" value=\"").nth(1).expect(&form).split('"').next().unwrap().to_owned();
        let mut more: Vec<(&str, &str)> =
            both.iter().copied().filter(|(name, _)| !matches!(*name, "code" | "cost_eur")).collect();
        more.extend([
            ("cost_eur", "125000"),
            ("component.3.code", "armoire"),
            ("component.3.name", "Armoire"),
            ("component.3.cost_eur", "5000"),
            ("component.3.duration_years", "15"),
            ("component.3.plan", "actual-365"),
            ("version", version.as_str()),
        ]);
        let silent = server.send(edit, &finance, &more).await;
        assert!(silent.status.as_u16() == 422 && silent.text().contains("#reason"), "{}", silent.text());
        more.push(("reason", "Avenant 2 : armoire"));
        let done = server.send(edit, &finance, &more).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let stale = server.send(edit, &finance, &more).await;
        assert_eq!(stale.status.as_u16(), 409, "{}", stale.text());
        let page = server.page("/amortisation/2026-0007", &finance).await.text();
        assert!(page.contains("armoire") && page.contains(edit), "{page}");
        // A paper that comes while a form is open is another version of the asset.
        let form = server.page(edit, &finance).await.text();
        let version =
            form.split("name=\"version\" value=\"").nth(1).expect(&form).split('"').next().unwrap().to_owned();
        let paper = [("kind", "decision"), ("name", "Délibération"), ("date", "2026-10-01")];
        let kept = upload(&server, &finance, "/amortisation/2026-0007/papers/new", &paper, Some(b"papier")).await;
        assert_eq!(kept.status.as_u16(), 303, "{}", kept.text());
        let mut renamed: Vec<(&str, &str)> =
            more.iter().copied().filter(|(name, _)| !matches!(*name, "version" | "name")).collect();
        renamed.extend([("version", version.as_str()), ("name", "Onduleur")]);
        let stale = server.send(edit, &finance, &renamed).await;
        assert!(stale.status.as_u16() == 409 && !stale.text().contains("À l’ouverture"), "{}", stale.text());
        let version = stale.text();
        let version = version.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        renamed.retain(|(name, _)| *name != "version");
        renamed.push(("version", version));
        assert_eq!(server.send(edit, &finance, &renamed).await.status.as_u16(), 303, "insisted");
        let page = server.page("/amortisation/2026-0007", &finance).await.text();
        assert!(page.contains("Délibération"), "the paper stays: {page}");
        let verified = site.world.run(&["audit", "verify"]);
        assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
        // Once it is posted its terms stay.
        site.world.ok(&["amortisation", "post", "--through", "2026-10"]);
        let page = server.page("/amortisation/2026-0007", &finance).await.text();
        assert!(!page.contains(edit), "{page}");
        let form = server.page(edit, &finance).await.text();
        let version =
            form.split("name=\"version\" value=\"").nth(1).expect(&form).split('"').next().unwrap().to_owned();
        more.retain(|(name, _)| !matches!(*name, "version" | "component.1.duration_years"));
        more.extend([("version", version.as_str()), ("component.1.duration_years", "12")]);
        let late = server.send(edit, &finance, &more).await;
        assert!(late.status.as_u16() == 422 && late.text().contains("#component.1.duration_years"), "{}", late.text());
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page("/amortisation/new", &auditor).await.status.as_u16(), 403);
        let trail = server.page("/audit?subject=2026-0007", &auditor).await.text();
        assert!(trail.contains("Immobilisation entrée") && trail.contains("Avenant 2"), "{trail}");
    }
}

#[actix_web::test]
async fn balances_of_other_books_are_seen_before_they_are_posted() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let path = "/journal/opening";
        let periods = server.page("/journal/periods", &finance).await.text();
        assert!(periods.contains(path), "{periods}");
        let day = ("date", "2019-01-01");
        let wrong = "compte;débit;crédit\n2135;16 000 000,00;\n1021;;15 999 999,99\n";
        let told = upload(&server, &finance, path, &[day, ("csv", wrong)], None).await;
        assert_eq!(told.status.as_u16(), 422, "{engine:?}");
        assert!(told.text().contains("= 0,01") && told.text().contains("2135;16 000 000,00"), "{}", told.text());
        let sound = "compte;débit;crédit\n2135;16 000 000,00;\n1021;;16 000 000,00\n";
        let seen = upload(&server, &finance, path, &[day], Some(sound.as_bytes())).await;
        let text = seen.text();
        assert!(seen.status.as_u16() == 200 && text.contains("OUVERTURE-2019-01-01"), "{text}");
        assert!(text.contains("name=\"confirm\"") && text.contains("1021"), "{text}");
        let journal = server.page("/journal?document=OUVERTURE-2019-01-01", &finance).await.text();
        assert!(!journal.contains("Reprise des soldes"), "seen is not posted: {journal}");
        let confirmed = [day, ("csv", sound), ("confirm", "1")];
        let done = upload(&server, &finance, path, &confirmed, None).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/journal/balance"), "{}", done.text());
        let journal = server.page("/journal?document=OUVERTURE-2019-01-01", &finance).await.text();
        assert!(journal.contains("Reprise des soldes"), "{journal}");
        let twice = upload(&server, &finance, path, &confirmed, None).await;
        assert!(twice.status.as_u16() == 422 && twice.text().contains("déjà repris"), "{}", twice.text());
        for other in ["2019-02-01", "2019-03-15", "2018-12-31"] {
            let more = [("date", other), ("csv", sound), ("confirm", "1")];
            let told = upload(&server, &finance, path, &more, None).await;
            let text = told.text();
            assert!(told.status.as_u16() == 422 && text.contains("OUVERTURE-2019-01-01"), "{other}: {text}");
            assert!(text.contains("16\u{202f}000\u{202f}000,00"), "with what stands: {text}");
        }
        let nothing = upload(&server, &finance, path, &[("date", "")], None).await.text();
        assert!(nothing.contains("#date") && nothing.contains("#csv"), "{nothing}");
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page(path, &auditor).await.status.as_u16(), 403);
        assert!(!server.page("/journal/periods", &auditor).await.text().contains(path));
    }
}

#[actix_web::test]
async fn the_result_of_a_closed_year_is_allocated_once() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let path = "/journal/periods/2019/allocation";
        assert_eq!(server.page(path, &finance).await.status.as_u16(), 404, "it is not closed");
        site.world.ok(&["amortisation", "post", "--through", "2019-12"]);
        site.world.ok(&["journal", "close-year", "2019"]);
        assert!(server.page("/journal/periods", &finance).await.text().contains(path));
        let auditor = server.sign_in(Role::Auditor).await;
        assert!(!server.page("/journal/periods", &auditor).await.text().contains(path));
        let form = server.page(path, &finance).await.text();
        assert!(form.contains("Perte de"), "{engine:?} {form}");
        let silent = server.send(path, &finance, &[("date", "2020-06-15"), ("reason", " ")]).await;
        assert!(silent.status.as_u16() == 422 && silent.text().contains("#reason"), "{}", silent.text());
        let dayless = server.send(path, &finance, &[("date", "juin"), ("reason", "Délibération 7")]).await;
        assert!(dayless.status.as_u16() == 422 && dayless.text().contains("#date"), "{}", dayless.text());
        let closed = server.send(path, &finance, &[("date", "2019-12-31"), ("reason", "Délibération 7")]).await;
        assert!(closed.status.as_u16() == 422 && closed.text().contains("#date"), "{}", closed.text());
        let done = server.send(path, &finance, &[("date", "2020-06-15"), ("reason", "Délibération 7")]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/journal/periods"), "{}", done.text());
        let journal = server.page("/journal?document=AFFECTATION-2019", &finance).await.text();
        assert!(journal.contains("Délibération 7"), "{journal}");
        assert!(!server.page("/journal/periods", &finance).await.text().contains(path), "it is allocated");
        assert_eq!(server.page(path, &finance).await.status.as_u16(), 404);
    }
}
