//! Keeping the books in the browser: depreciation posted, periods closed and opened, events of assets recorded.

use actix_web::test::TestRequest;
use chapelle::app::post_depreciation;
use chapelle::app::record_asset_event::{self, EventRequest};
use chapelle::domain::access::Role;
use chapelle::domain::amortisation::AssetChange;
use chapelle::domain::audit::Actor;
use chapelle::domain::money::Money;

use crate::common::ENGINES;
use crate::site::{Answer, Server, Site, now};

fn token(page: &str) -> String {
    page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Opens the form at `path` and sends it to `to`.
async fn send(server: &Server, cookie: &str, path: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let page = server.page(path, cookie).await;
    assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.text());
    let token = token(&page.text());
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
    let request = TestRequest::post().uri(to).insert_header(("cookie", cookie.to_owned()));
    server.call(request.insert_header(("sec-fetch-site", "same-origin")).set_form(fields)).await
}

/// The cells of a row in cents.
fn amounts(row: &str) -> Vec<i64> {
    let cells = row.split("<td class=\"number\"").skip(1).map(|cell| cell.split("</td>").next().unwrap());
    cells
        .map(|cell| cell.rsplit('>').next().unwrap())
        .map(|cell| cell.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap())
        .collect()
}

#[actix_web::test]
async fn finance_posts_depreciation_after_seeing_its_entries() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let page = server.page("/amortisation/post?through=2019-06", &cookie).await.text();
        assert!(page.contains("AMORT-2019-05") && page.contains("AMORT-2019-06"), "{page}");
        assert!(!page.contains("AMORT-2019-07") && page.contains("Passer ces écritures"), "{page}");
        let path = "/amortisation/post?through=2019-06";
        let early = send(&server, &cookie, path, "/amortisation/post", &[("through", "2099-01")]).await;
        assert!(early.status.as_u16() == 422 && early.text().contains("pas fini"), "{}", early.text());
        let done = send(&server, &cookie, path, "/amortisation/post", &[("through", "2019-06")]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/amortisation"), "{}", done.text());
        let again = server.page(path, &cookie).await.text();
        assert!(again.contains("Tout est comptabilisé jusqu’à juin\u{a0}2019"), "{again}");
        let journal = server.page("/journal?journal=AM", &cookie).await.text();
        assert!(journal.contains("AMORT-2019-06"), "{engine:?} {journal}");
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page("/amortisation/post", &auditor).await.status.as_u16(), 403);
        assert!(!server.page("/amortisation", &auditor).await.text().contains("/amortisation/post"));
    }
}

/// What is taken away says which days it is over, whether they were asked for or not.
#[actix_web::test]
async fn a_file_of_the_books_names_its_span() {
    let site = Site::new(ENGINES[0]);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Auditor).await;
    let span = "&from=2026-01-01&through=2026-10-31";
    for (address, name) in [
        (format!("/journal/file?format=csv{span}"), "journal-2026-01-01-2026-10-31.csv"),
        (format!("/journal/file?format=csv&journal=VE&account=411{span}"), "journal-ve-411-2026-01-01-2026-10-31.csv"),
        ("/journal/file?format=csv&journal=VE".to_owned(), "journal-ve-2026-11-03-2026-11-03.csv"),
        (format!("/journal/file?report=balance&format=csv{span}"), "balance-2026-01-01-2026-10-31.csv"),
        (format!("/reports/balance/file?format=csv{span}"), "balance-2026-01-01-2026-10-31.csv"),
        (format!("/reports/ledger/file?account=411&format=csv{span}"), "grand-livre-411-2026-01-01-2026-10-31.csv"),
        (format!("/reports/journal/file?format=csv{span}"), "journal-2026-01-01-2026-10-31.csv"),
    ] {
        let file = server.page(&address, &cookie).await;
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{name}\""), "{address}");
    }
}

#[actix_web::test]
async fn the_balance_says_which_year_before_it_is_not_closed() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let post = "/amortisation/post?through=2019-12";
        let done = send(&server, &cookie, post, "/amortisation/post", &[("through", "2019-12")]).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let balance = "/journal/balance?from=2020-01-01&through=2020-12-31";
        let before = server.page(balance, &cookie).await.text();
        assert!(before.contains("L’exercice 2019 n’est pas clôturé") && before.contains("accounts/6811"), "{before}");
        let close = "/journal/periods/2019/close-year";
        let done = send(&server, &cookie, close, close, &[]).await;
        assert_eq!(done.status.as_u16(), 303, "{engine:?} {}", done.text());
        let after = server.page(balance, &cookie).await.text();
        assert!(!after.contains("n’est pas clôturé") && !after.contains("accounts/6811"), "{after}");
        assert!(after.contains("accounts/28"), "what is carried forward opens the year: {after}");
    }
}

#[actix_web::test]
async fn a_month_is_closed_and_opened_again_with_a_reason() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let list = server.page("/journal/periods", &cookie).await.text();
        assert!(list.contains("/journal/periods/2026-09/close"), "{list}");
        let close = "/journal/periods/2026-09/close";
        let lacking = send(&server, &cookie, close, close, &[]).await;
        let told = "ne peut pas être clôturé\u{a0}: des écritures d’immobilisations";
        assert!(lacking.status.as_u16() == 422 && lacking.text().contains(told), "{}", lacking.text());
        let post = "/amortisation/post?through=2026-09";
        let done = send(&server, &cookie, post, "/amortisation/post", &[("through", "2026-09")]).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let before = "/journal/periods/2018-12/close";
        let early = send(&server, &cookie, before, before, &[]).await;
        assert!(
            early.status.as_u16() == 422 && early.text().contains("précède le début des comptes"),
            "{}",
            early.text()
        );
        let done = send(&server, &cookie, close, close, &[]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/journal/periods"), "{}", done.text());
        let twice = send(&server, &cookie, close, close, &[]).await;
        assert!(twice.status.as_u16() == 422 && twice.text().contains("il n’y a rien à clôturer"), "{}", twice.text());
        let reopen = "/journal/periods/2026-09/reopen";
        let silent = send(&server, &cookie, reopen, reopen, &[]).await;
        assert!(silent.status.as_u16() == 422 && silent.text().contains("demande un motif"), "{}", silent.text());
        let done = send(&server, &cookie, reopen, reopen, &[("reason", "facture oubliée")]).await;
        assert_eq!(done.status.as_u16(), 303);
        let running = "/journal/periods/2099-01/close";
        // What can only be refused is not asked: why stands there, and nothing to send.
        let (told, locked) = (server.page(running, &cookie).await.text(), "/journal/periods/2026-09/lock");
        assert!(told.contains("pas fini") && !told.contains("id=\"reason\""), "{told}");
        let open = server.page(reopen, &cookie).await.text();
        assert!(open.contains("rien à rouvrir") && !open.contains("id=\"reason\""), "{open}");
        let open = server.page(locked, &cookie).await.text();
        assert!(open.contains("clôturez-le d’abord") && !open.contains("id=\"reason\""), "{open}");
        let early = send(&server, &cookie, running, running, &[]).await;
        assert!(early.status.as_u16() == 422 && early.text().contains("pas fini"), "{}", early.text());
        for nothing in ["2026-13/close", "2026-09/burn", "2026-09/close-year"] {
            let path = format!("/journal/periods/{nothing}");
            assert_eq!(server.page(&path, &cookie).await.status.as_u16(), 404, "{nothing}");
        }
        let trail = server.page("/audit", &server.sign_in(Role::Auditor).await).await.text();
        assert!(trail.contains("facture oubliée"), "{engine:?} {trail}");
        let auditor = server.sign_in(Role::Auditor).await;
        let read = server.page("/journal/periods", &auditor).await.text();
        assert!(read.contains("ouverte") && !read.contains("2026-09/close"), "{read}");
    }
}

#[actix_web::test]
async fn what_happens_to_an_asset_is_recorded_with_its_kind() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let kinds = server.page("/amortisation/2019-0042/events/new", &cookie).await.text();
        assert!(kinds.contains("?kind=replace") && kinds.contains("Dépréciation"), "{kinds}");
        let to = "/amortisation/2019-0042/events/new";
        let impair = format!("{to}?kind=impair");
        let common =
            [("kind", "impair"), ("event_on", "2026-10-31"), ("reason", "fuite"), ("event_component", "gros-oeuvre")];
        let with = |amount: &'static str| common.into_iter().chain([("event_amount", amount)]).collect::<Vec<_>>();
        let unread = send(&server, &cookie, &impair, to, &with("beaucoup")).await;
        assert!(unread.status.as_u16() == 422 && unread.text().contains("Donnez un nombre"), "{}", unread.text());
        let too_much = send(&server, &cookie, &impair, to, &with("99 000 000,00")).await;
        assert!(too_much.status.as_u16() == 422, "{}", too_much.text());
        // The arithmetic, in the reader's language, and what was typed still there.
        assert!(
            too_much.text().contains("Dépréciation de 99") && too_much.text().contains("au plus"),
            "{}",
            too_much.text()
        );
        assert!(too_much.text().contains("fuite"), "{}", too_much.text());
        // What it does is shown first, and nothing is recorded.
        let asked = send(&server, &cookie, &impair, to, &with("1 000,00")).await;
        assert_eq!(asked.status.as_u16(), 200, "{}", asked.text());
        let told = asked.text();
        assert!(told.contains("name=\"confirm\" value=\"0\"") && told.contains("Base amortissable"), "{told}");
        let large = send(&server, &cookie, &impair, to, &with("30000")).await.text();
        assert!(large.contains("<dd>30\u{202f}000,00\u{a0}€</dd>") && large.contains("value=\"30000\""), "{large}");
        assert!(told.contains("6816") && told.contains("amortissements d’octobre\u{a0}2026"), "{told}");
        let shown = server.page("/amortisation/2019-0042", &cookie).await.text();
        assert!(!shown.contains("fuite"), "{shown}");
        // Confirmed twice it is there once; another one is shown as what it is before it is recorded.
        let confirmed =
            |seen: &'static str| with("1 000,00").into_iter().chain([("confirm", seen)]).collect::<Vec<_>>();
        for _ in 0..2 {
            let done = send(&server, &cookie, &impair, to, &confirmed("0")).await;
            let answered = (done.status.as_u16(), done.header("location"));
            assert_eq!(answered, (303, "/amortisation/2019-0042"), "{}", done.text());
        }
        let shown = server.page("/amortisation/2019-0042", &cookie).await.text();
        assert_eq!(shown.matches("fuite").count(), 1, "{shown}");
        let again = send(&server, &cookie, &impair, to, &with("1 000,00")).await.text();
        assert!(again.contains("L’événement 1, déjà enregistré, dit la même chose"), "{again}");
        let other: Vec<_> = with("5,00").into_iter().chain([("confirm", "0")]).collect();
        let meanwhile = send(&server, &cookie, &impair, to, &other).await;
        assert!(
            meanwhile.status.as_u16() == 200 && meanwhile.text().contains("depuis que la question"),
            "{}",
            meanwhile.text()
        );
        let back: Vec<_> = confirmed("1").into_iter().chain([("step", "change")]).collect();
        let back = send(&server, &cookie, &impair, to, &back).await.text();
        assert!(back.contains("id=\"event_amount\"") && back.contains("fuite"), "{back}");
        assert!(shown.contains("Dépréciation (gros-oeuvre)") && shown.contains("fuite"), "{engine:?} {shown}");

        let replace = format!("{to}?kind=replace");
        let fields = [
            ("kind", "replace"),
            ("event_on", "2026-11-01"),
            ("reason", "panne"),
            ("event_component", "climatisation"),
            ("event_code", "climatisation-2"),
            ("event_name", "Climatisation, deuxième"),
            ("event_cost", "2 500 000"),
            ("event_years", "10"),
            ("event_method", "actual-365"),
            ("confirm", "1"),
        ];
        let done = send(&server, &cookie, &replace, to, &fields).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let shown = server.page("/amortisation/2019-0042?as_of=2026-12-31", &cookie).await.text();
        assert!(shown.contains("climatisation-2"), "{shown}");
        let plan = server.page("/amortisation?as_of=2026-12-31", &cookie).await.text();
        let plan = plan.split("id=\"years-caption\"").nth(1).unwrap().split("</table>").next().unwrap();
        let (rows, foot) = plan.split_once("<tfoot>").unwrap();
        // Charge, posted, due, to come and exits stand behind the gross value, which has no sum.
        for column in 0..5 {
            let sum: i64 = rows.split("<tr>").skip(2).map(|row| amounts(row)[column + 1]).sum();
            assert_eq!(amounts(foot)[column], sum, "{engine:?} column {column}: {plan}");
        }
        assert_eq!(server.page("/amortisation/nothing/events/new", &cookie).await.status.as_u16(), 404);
        assert_eq!(server.page(&format!("{to}?kind=burn"), &cookie).await.status.as_u16(), 404);
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page(to, &auditor).await.status.as_u16(), 403);
    }
}

/// A day far ahead is asked about in so many words; what was recorded by mistake is withdrawn from the asset's page.
#[actix_web::test]
async fn an_event_recorded_by_mistake_is_withdrawn_on_its_page() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let (asset, to) = ("/amortisation/2019-0042", "/amortisation/2019-0042/events/new");
        let sale = [
            ("kind", "dispose"),
            ("reason", "vendu"),
            ("event_component", "climatisation"),
            ("event_extent", "whole"),
            ("event_on", "2062-12-24"),
        ];
        let asked = send(&server, &cookie, &format!("{to}?kind=dispose"), to, &sale).await.text();
        assert!(asked.contains("au-delà du 31\u{a0}décembre\u{a0}2027"), "{engine:?} {asked}");
        let sale: Vec<_> = sale.into_iter().chain([("confirm", "0")]).collect();
        let done = send(&server, &cookie, &format!("{to}?kind=dispose"), to, &sale).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());

        let go = format!("{to}?kind=withdraw&amp;event=1");
        let shown = server.page(asset, &cookie).await.text();
        assert!(shown.contains(&go), "{shown}");
        let form = format!("{to}?kind=withdraw&event=1");
        let drawn = server.page(&form, &cookie).await.text();
        assert!(drawn.contains("<option value=\"1\" selected>") && !drawn.contains("event_on"), "{drawn}");
        let fields = [("kind", "withdraw"), ("event_number", "1"), ("reason", "année fautive")];
        let asked = send(&server, &cookie, &form, to, &fields).await.text();
        assert!(asked.contains("Rien n’est comptabilisé de l’événement retiré"), "{asked}");
        assert!(!asked.contains("au-delà du"), "{asked}");
        let fields: Vec<_> = fields.into_iter().chain([("confirm", "1")]).collect();
        let done = send(&server, &cookie, &form, to, &fields).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let shown = server.page(asset, &cookie).await.text();
        assert!(shown.contains("retiré par l’événement 2") && shown.contains("année fautive"), "{shown}");
        assert!(!shown.contains(&go), "{shown}");
        let unknown = [("kind", "withdraw"), ("event_number", "9"), ("reason", "année fautive")];
        let unknown = send(&server, &cookie, &form, to, &unknown).await;
        assert!(unknown.status.as_u16() == 422 && unknown.text().contains("pas d’événement 9"), "{}", unknown.text());

        // Of what is posted the page says why it stays.
        let store = site.shared.store.clone();
        let post = move || {
            let by = Actor::new("finance@example.org", None);
            let impair = EventRequest {
                asset: "2019-0042".into(),
                effective_on: "2026-10-15".parse().unwrap(),
                reason: "fissures".to_owned(),
                decision: None,
                change: AssetChange::Impair { component: "gros-oeuvre".into(), amount: Money::from_cents(100) },
                far_ahead: false,
            };
            record_asset_event::record(&store, &impair, &by, now()).unwrap();
            post_depreciation::post(&store, "2026-10".parse().unwrap(), &by, now()).unwrap();
        };
        std::thread::spawn(post).join().unwrap();
        let shown = server.page(asset, &cookie).await.text();
        assert!(shown.contains("L’événement 3 est comptabilisé (EVT-2019-0042-3"), "{shown}");
        assert!(!shown.contains("kind=withdraw&amp;event=3"), "{shown}");
    }
}

/// Nothing leaves because a field was left empty, and what leaves is told with its arithmetic, also where that changes
/// what was recorded before.
#[actix_web::test]
async fn what_leaves_is_chosen_and_told_before_it_is_recorded() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let to = "/amortisation/2019-0042/events/new";
        let form = format!("{to}?kind=dispose");
        let with = |more: &[(&'static str, &'static str)]| {
            let common = [("kind", "dispose"), ("reason", "vendu"), ("event_component", "climatisation")];
            common.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()
        };
        let silent = send(&server, &cookie, &form, to, &with(&[("event_on", "2026-12-24")])).await;
        assert!(
            silent.status.as_u16() == 422 && silent.text().contains("id=\"event_extent-error\""),
            "{}",
            silent.text()
        );
        let nothing = [("kind", "dispose"), ("reason", "vendu"), ("event_on", "2026-12-24"), ("event_extent", "whole")];
        let nothing = send(&server, &cookie, &form, to, &nothing).await;
        assert!(
            nothing.status.as_u16() == 422 && nothing.text().contains("id=\"event_component-error\""),
            "{}",
            nothing.text()
        );
        let both = with(&[("event_on", "2026-12-24"), ("event_extent", "whole"), ("event_share", "50")]);
        let both = send(&server, &cookie, &form, to, &both).await;
        assert!(both.status.as_u16() == 422 && both.text().contains("pas ce qui est choisi"), "{}", both.text());

        let half = [
            ("event_on", "2026-12-24"),
            ("event_extent", "share"),
            ("event_share", "50"),
            ("event_proceeds", "100,00"),
        ];
        let asked = send(&server, &cookie, &form, to, &with(&half)).await.text();
        assert!(
            asked.contains("Valeur brute sortie") && asked.contains("Moins-value") && asked.contains("675"),
            "{asked}"
        );
        let half: Vec<_> = half.into_iter().chain([("confirm", "0")]).collect();
        let done = send(&server, &cookie, &form, to, &with(&half)).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let quarter = [("event_on", "2026-11-10"), ("event_extent", "share"), ("event_share", "25")];
        let asked = send(&server, &cookie, &form, to, &with(&quarter)).await.text();
        assert!(asked.contains("avant l’événement 1 déjà enregistré (Cession ou mise au rebut"), "{engine:?} {asked}");
        // What stays is not told as a change.
        let told = asked.split("déjà enregistré").nth(1).unwrap().split("</p>").next().unwrap();
        assert!(told.contains("valeur brute sortie") && !told.contains("dépréciation sortie"), "{told}");
        // What left has its column, and its day counts with its month.
        let asset = "/amortisation/2019-0042";
        for page in [asset, "/amortisation"] {
            let within = server.page(&format!("{page}?as_of=2026-12-30"), &cookie).await.text();
            assert!(within.contains("État au 30\u{a0}novembre\u{a0}2026") && within.contains(">Sorties<"), "{within}");
            let end = server.page(&format!("{page}?as_of=2026-12-31"), &cookie).await.text();
            assert!(!end.contains("État au") && end.contains("hors du cumul"), "{end}");
            assert!(!end.contains(">Dépréciation<"), "{end}");
        }
    }
}

#[actix_web::test]
async fn a_figure_of_management_is_recorded_and_replaced_with_a_reason() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let path = "/payback/figures";
        let figure = |month: &'static str, amount: &'static str, correction: &'static str| {
            [
                ("month", month),
                ("kind", "energy"),
                ("label", "Voie A"),
                ("amount", amount),
                ("source", "Facture 118"),
                ("correction", correction),
            ]
        };
        for (fields, told) in [
            (figure("2026-09", "beaucoup", ""), "Donnez un montant en euros"),
            (figure("2026-09", "999 999 999 999,00", ""), "dépasse ce qu’un mois"),
            (figure("2099-01", "10,00", ""), "est à venir"),
            (figure("2026-09", "-10,00", ""), "est au-dessous de zéro"),
            (figure("2026-09", "10,00", "erreur de lecture"), "laissez le motif vide"),
        ] {
            let refused = send(&server, &cookie, path, path, &fields).await;
            assert!(refused.status.as_u16() == 422 && refused.text().contains(told), "{told}: {}", refused.text());
        }
        let done = send(&server, &cookie, path, path, &figure("2026-09", "31 250,40", "")).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, path), "{}", done.text());
        let twice = send(&server, &cookie, path, path, &figure("2026-09", "31 250,41", "")).await;
        assert!(twice.text().contains("déjà enregistré") && twice.text().contains("Facture 118"), "{}", twice.text());
        let corrected = send(&server, &cookie, path, path, &figure("2026-09", "31 250,41", "faute de frappe")).await;
        assert_eq!(corrected.status.as_u16(), 303, "{}", corrected.text());
        let page = server.page(path, &cookie).await.text();
        assert!(page.contains("31\u{202f}250,41") && page.contains("faute de frappe"), "{engine:?} {page}");
        assert!(!page.contains("31\u{202f}250,40"), "{page}");
        let auditor = server.page(path, &server.sign_in(Role::Auditor).await).await.text();
        assert!(auditor.contains("faute de frappe") && !auditor.contains("<form class=\"stack"), "{auditor}");
    }
}
