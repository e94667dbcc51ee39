//! Tenants, contracts, tariffs and the seller through their forms.

use actix_web::test::TestRequest;
use chapelle::app::{export_book, import_book};
use chapelle::bookfile;
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site, now};

/// The pairs a browser would send of the page's form as it stands, without its buttons.
pub fn filled(page: &str) -> Vec<(String, String)> {
    let form = page.split("<form class=\"edit\"").nth(1).unwrap().split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(unescaped)
    };
    let mut pairs = vec![];
    let mut is_fresh = false;
    for piece in form.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let name = attribute(tag, "name");
        match (tag.split(' ').next().unwrap(), name) {
            ("input", Some(name)) => {
                let is_box = attribute(tag, "type").as_deref() == Some("checkbox");
                if !is_box || tag.contains(" checked") {
                    pairs.push((name, attribute(tag, "value").unwrap_or_default()));
                }
            }
            ("textarea", Some(name)) => pairs.push((name, unescaped(text))),
            ("select", Some(name)) => {
                is_fresh = true;
                pairs.push((name, String::new()));
            }
            ("option", _) if tag.contains(" selected") => {
                is_fresh = false;
                pairs.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
            }
            // The first option is chosen where none is named.
            ("option", _) if is_fresh => {
                is_fresh = false;
                pairs.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
            }
            _ => {}
        }
    }
    pairs
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#39;", "'").replace("&quot;", "\"").replace("&#34;", "\"").replace("&lt;", "<");
    text.replace("&gt;", ">").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&").replace("&amp;", "&")
}

/// The same with some fields set; one that is not there is added.
pub fn with(mut pairs: Vec<(String, String)>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, value) in changes {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = (*value).to_owned(),
            None => pairs.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    pairs
}

pub async fn post(server: &Server, path: &str, cookie: &str, form: &[(String, String)]) -> Answer {
    server.call(TestRequest::post().uri(path).insert_header(("cookie", cookie.to_owned())).set_form(form)).await
}

/// Opens a form, changes it, sends it.
pub async fn send(server: &Server, path: &str, cookie: &str, changes: &[(&str, &str)]) -> Answer {
    let page = server.page(path, cookie).await;
    assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.text());
    post(server, path, cookie, &with(filled(&page.text()), changes)).await
}

const TENANT: [(&str, &str); 7] = [
    ("code", "bnf"),
    ("name", "Bibliothèque d'essai"),
    ("siret", "21750001600019"),
    ("address.lines", "Quai d'Exemple\r\nBâtiment A"),
    ("address.postcode", "75013"),
    ("address.city", "Paris"),
    ("contact.1.email", "facturation@example.org"),
];

const CONTRACT: [(&str, &str); 9] = [
    ("code", "BNF-2027"),
    ("tenant", "bnf"),
    ("title", "Hébergement d'essai"),
    ("from", "2027-01-01"),
    ("line.1.code", "baies"),
    ("line.1.designation.fr", "Baies"),
    ("line.1.designation.en", "Racks"),
    ("line.1.tariff", "baie"),
    ("line.1.quantity", "2,5"),
];

pub fn exported(site: &Site) -> String {
    let store = site.shared.store.clone();
    std::thread::spawn(move || export_book::export(&store).unwrap()).join().unwrap()
}

/// What is exported imports again and changes nothing.
pub fn imports_unchanged(site: &Site) {
    let (store, text) = (site.shared.store.clone(), exported(site));
    let report = std::thread::spawn(move || {
        let book = import_book::read(text.as_bytes(), "book.toml").unwrap();
        assert_eq!(*export_book::shared(&store).unwrap(), book);
        import_book::import(&store, &book, &Actor::new("test", None), now()).unwrap()
    });
    let report = report.join().unwrap();
    assert!(report.created.is_empty() && report.changed.is_empty(), "{report:?}");
}

#[actix_web::test]
async fn finance_creates_a_tenant_and_a_contract_and_mends_mistakes() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let wrong = with(TENANT.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect(), &[]);
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(a, b): &(String, String)| (a.as_str(), b.as_str())).collect();
        let mut mistaken = wrong.clone();
        mistaken.extend([("siret", "21750001600018"), ("contact.1.name", "Service"), ("address.postcode", "")]);
        let (name, line) = ("n".repeat(201), "l".repeat(101));
        let mut long = wrong.clone();
        long.extend([("name", name.as_str()), ("address.lines", line.as_str()), ("contact.1.name", "Service")]);
        let refused = send(&server, "/tenants/new", &cookie, &long).await;
        assert_eq!(refused.status.as_u16(), 422, "{engine:?}");
        for id in ["name", "address.lines"] {
            assert!(refused.text().contains(&format!("id=\"{id}-error\">Trop long")), "{id}: {}", refused.text());
        }
        let refused = send(&server, "/tenants/new", &cookie, &mistaken).await;
        let page = refused.text();
        assert_eq!(refused.status.as_u16(), 422, "{engine:?} {page}");
        for expected in [
            "id=\"siret-error\">La clé de ce SIRET est fausse",
            "id=\"address.postcode-error\">À renseigner.",
            "value=\"21750001600018\"",
            "href=\"#siret\"",
            "data-guard=\"changed\"",
        ] {
            assert!(page.contains(expected), "{engine:?} {expected}: {page}");
        }
        let mended = with(filled(&page), &[("siret", "21750001600019"), ("address.postcode", "75013")]);
        let done = post(&server, "/tenants/new", &cookie, &mended).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/tenants/bnf"), "{}", done.text());
        let told = done.header("set-cookie");
        assert!(told.contains("tenant-same-siret|Ville"), "its SIRET is another's: {told}");
        let again = post(&server, "/tenants/new", &cookie, &mended).await;
        assert_eq!(again.status.as_u16(), 422);
        assert!(again.text().contains("Le code bnf est déjà pris"), "{}", again.text());

        let half = [("code", "musée !"), ("designation.fr", "Baies"), ("tariff", "baie"), ("quantity", "1")];
        let half = send(&server, "/contracts/AP-2026/lines/new", &cookie, &half).await.text();
        for expected in ["id=\"code-error\">", "id=\"designation.en-error\">À renseigner"] {
            assert!(half.contains(expected), "all at once, {expected}: {half}");
        }
        assert!(half.contains("Désignation en anglais <span class=\"needed\">(obligatoire)"), "{half}");
        let empty = send(&server, "/contracts/new", &cookie, &[]).await.text();
        let told = empty.split("href=\"#code\">").nth(1).unwrap().split("</a>").next().unwrap();
        assert!(told.starts_with("Convention, Code") && empty.contains(">Ligne, Code"), "which code: {empty}");
        let none =
            send(&server, "/contracts/new", &cookie, &[&CONTRACT[..], &[("line.1.quantity", "")]].concat()).await;
        assert!(none.text().contains("id=\"line.1.quantity-error\">Indiquez une quantité"), "{}", none.text());
        let done = send(&server, "/contracts/new", &cookie, &CONTRACT).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/contracts/BNF-2027"), "{}", done.text());
        let contract = server.page("/contracts/BNF-2027", &cookie).await.text();
        assert!(contract.contains("2,5"), "{contract}");
        imports_unchanged(&site);
    }
}

#[actix_web::test]
async fn a_stale_edit_shows_both_and_is_made_on_purpose_only() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let path = "/tenants/aphp/edit";
        let mine = filled(&server.page(path, &cookie).await.text());
        let other = send(&server, path, &cookie, &[("name", "AP-HP, siège")]).await;
        assert_eq!(other.status.as_u16(), 303);
        let stale = post(&server, path, &cookie, &with(mine, &[("name", "AP-HP, DSI")])).await;
        let page = stale.text();
        assert_eq!(stale.status.as_u16(), 409, "{engine:?}");
        let before = "Assistance publique-Hôpitaux de Paris";
        let values = format!("<td>{before}</td><td>AP-HP, siège</td><td>AP-HP, DSI</td>");
        assert!(page.contains(&values), "as it was, theirs, one's own: {page}");
        assert!(page.contains("Enregistré par finance@example.org le 03/11/2026\u{a0}09:00."), "{page}");
        assert!(page.contains("Enregistrer par-dessus la version de finance@example.org</button>"), "{page}");
        // Another row, and it still says so.
        let more = with(filled(&page), &[("step", "add:contact")]);
        let more = post(&server, path, &cookie, &more).await.text();
        assert!(more.contains("par-dessus la version de finance@example.org"), "{more}");
        assert!(page.contains("value=\"AP-HP, DSI\""), "what was typed stays: {page}");
        assert!(exported(&site).contains("AP-HP, siège"));
        // Saved again, knowing.
        let done = post(&server, path, &cookie, &filled(&page)).await;
        assert_eq!(done.status.as_u16(), 303);
        assert!(exported(&site).contains("AP-HP, DSI"));
    }
}

#[actix_web::test]
async fn what_is_billed_is_not_changed_and_an_amendment_is_the_way() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let path = "/contracts/AP-2026/lines/1/edit";
        let silent = send(&server, path, &cookie, &[("designation.fr", "Baies réservées")]).await;
        assert!(silent.text().contains("id=\"reason-error\">Dites pourquoi"), "{}", silent.text());
        let refused = send(&server, path, &cookie, &[("quantity", "9"), ("reason", "erreur de saisie")]).await;
        assert_eq!(refused.status.as_u16(), 422);
        let told = refused.text().replace(['\u{a0}', '\u{202f}'], " ");
        assert!(told.contains("à partir du 1er octobre 2026"), "{engine:?} {told}");
        let early = [("quantity", "9"), ("reason", "avenant 2"), ("effective", "2026-09-15")];
        assert_eq!(send(&server, path, &cookie, &early).await.status.as_u16(), 422);
        let amended = [("quantity", "9"), ("reason", "avenant 2"), ("effective", "2026-11-01")];
        let done = send(&server, path, &cookie, &amended).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/contracts/AP-2026"), "{}", done.text());
        let contract = server.page("/contracts/AP-2026", &cookie).await.text();
        let contract = contract.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(contract.contains("depuis le 1er novembre 2026"), "{contract}");
        let store = site.shared.store.clone();
        let events = std::thread::spawn(move || {
            chapelle::storage::audit::list(&mut store.connection().unwrap(), 0, 1000, Some("AP-2026")).unwrap()
        });
        let events = events.join().unwrap();
        let event = &events.last().unwrap().event;
        assert_eq!((event.action.as_str(), event.reason.as_deref()), ("contract.edited", Some("avenant 2")));
        assert!(event.before.is_some() && event.actor == "finance@example.org");
        // A price that is billed stays as well; a new one begins on the first day that is not.
        let path = "/tariffs/energie/versions/1/edit";
        let refused = send(&server, path, &cookie, &[("tiers.1.unit_price_eur", "9"), ("reason", "hausse")]).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
        let path = "/tariffs/energie/versions/new";
        let new = [("from", "2027-01-01"), ("shape", "per-unit"), ("unit_price_eur", "0,2"), ("reason", "hausse")];
        let done = send(&server, path, &cookie, &new).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        imports_unchanged(&site);
    }
}

#[actix_web::test]
async fn every_price_shape_is_entered_and_previewed() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let shapes: [(&str, &[(&str, &str)]); 6] = [
        ("per-unit", &[("unit_price_eur", "0,145")]),
        ("graduated", &[("tiers.1.to", "10"), ("tiers.1.unit_price_eur", "2"), ("tiers.2.unit_price_eur", "1")]),
        ("volume", &[("tiers.1.to", "10"), ("tiers.1.unit_price_eur", "2"), ("tiers.2.unit_price_eur", "1")]),
        ("commitment", &[("committed", "20"), ("unit_price_eur", "3"), ("overage_unit_price_eur", "4")]),
        ("flat", &[("amount_eur", "1 200,50")]),
        ("one-off", &[("amount_eur", "500")]),
    ];
    for (shape, fields) in shapes {
        let code = format!("t-{shape}");
        let head =
            [("code", code.as_str()), ("name", "Essai"), ("unit", "one"), ("from", "2026-01-01"), ("shape", shape)];
        let bounds = [("minimum_eur", "10"), ("cap_eur", "900")];
        let done = send(&server, "/tariffs/new", &cookie, &[&head[..], fields, &bounds[..]].concat()).await;
        assert_eq!(done.status.as_u16(), 303, "{shape}: {}", done.text());
        let preview = server.page(&format!("/tariffs/{code}?quantity=12,5&on=2026-06-01"), &cookie).await.text();
        assert!(preview.contains("Total HT"), "{shape}: {preview}");
    }
    let graduated = server.page("/tariffs/t-graduated?quantity=12,5&on=2026-06-01", &cookie).await.text();
    assert!(graduated.contains("22,50"), "10 × 2 and 2.5 × 1: {graduated}");
    let wrong = [("code", "x"), ("name", "x"), ("from", "2026-01-01"), ("shape", "graduated"), ("tiers.1.to", "10")];
    let wrong = [&wrong[..], &[("tiers.1.unit_price_eur", "1")]].concat();
    let refused = send(&server, "/tariffs/new", &cookie, &wrong).await.text();
    assert!(refused.contains("Laissez vide la borne de la dernière tranche"), "{refused}");
    imports_unchanged(&site);
}

#[actix_web::test]
async fn rows_are_added_and_removed_without_a_script() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Tenant).await;
    let path = "/tenants/aphp/contacts";
    let added = send(&server, path, &cookie, &[("contact.2.email", "b@example.org"), ("step", "add:contact")]).await;
    assert_eq!(added.status.as_u16(), 200);
    let page = added.text();
    assert!(page.contains("contact.3.email") && page.contains("value=\"b@example.org\""), "{page}");
    let named = with(filled(&page), &[("contact.2.name", "Deux"), ("name", "Pas à eux"), ("internal", "1")]);
    let done = post(&server, path, &cookie, &named).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/tenants/aphp"), "{}", done.text());
    let text = exported(&site);
    assert!(text.contains("b@example.org") && !text.contains("Pas à eux"), "only contacts change: {text}");
    let removed = send(&server, path, &cookie, &[("step", "remove:contact.1")]).await.text();
    let done = post(&server, path, &cookie, &filled(&removed)).await;
    assert_eq!(done.status.as_u16(), 303);
    imports_unchanged(&site);
    // Another's contacts do not exist, and nothing else is theirs to edit.
    assert_eq!(server.page("/tenants/eau-de-paris/contacts", &cookie).await.status.as_u16(), 404);
    for denied in ["/tenants/aphp/edit", "/contracts/AP-2026/edit", "/tariffs", "/settings/seller"] {
        assert_eq!(server.page(denied, &cookie).await.status.as_u16(), 403, "{denied}");
    }
}

#[actix_web::test]
async fn an_older_file_does_not_take_an_edit_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let admin = server.sign_in(Role::Admin).await;
        let before = exported(&site);
        let done = send(&server, "/settings/seller", &admin, &[("phone", "01 00 00 00 00")]).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let done = send(&server, "/tenants/aphp/edit", &admin, &[("name", "AP-HP, siège")]).await;
        assert_eq!(done.status.as_u16(), 303);
        let after = exported(&site);
        assert_eq!((bookfile::revision(before.as_bytes()), bookfile::revision(after.as_bytes())), (None, Some(2)));
        let import = |text: String, overwrite: bool| {
            let store = site.shared.store.clone();
            let work = move || {
                let book = import_book::read(text.as_bytes(), "book.toml").unwrap();
                let revision = bookfile::revision(text.as_bytes()).unwrap_or(0);
                let basis = import_book::FileBasis { revision, overwrite };
                import_book::import_on(&store, &book, basis, &Actor::new("test", None), now())
                    .map_err(|error| error.to_string())
            };
            std::thread::spawn(work).join().unwrap()
        };
        let refused = import(before.clone(), false).unwrap_err();
        for expected in ["tenant aphp was edited by admin@example.org", "seller DC", "chapelle export"] {
            assert!(refused.contains(expected), "{engine:?} {expected}: {refused}");
        }
        assert_eq!(exported(&site), after, "nothing was imported");
        // The file that knows the edits may change what it likes.
        let changed = import(after.replace("AP-HP, siège", "AP-HP"), false).unwrap();
        assert_eq!(changed.changed, ["tenant aphp"]);
        let taken_back = import(before, true).unwrap();
        assert!(taken_back.warnings.iter().any(|warning| warning.contains("took that back")), "{taken_back:?}");
    }
}

#[actix_web::test]
async fn what_was_entered_by_mistake_is_removed_after_a_look_at_it() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let tenant = [&TENANT[..], &[("contact.1.name", "Service")]].concat();
    assert_eq!(send(&server, "/tenants/new", &cookie, &tenant).await.status.as_u16(), 303);
    assert_eq!(send(&server, "/contracts/new", &cookie, &CONTRACT).await.status.as_u16(), 303);

    let offered = server.page("/contracts/BNF-2027", &cookie).await.text();
    assert!(offered.contains("href=\"/contracts/BNF-2027/remove\""), "{offered}");
    let billed = server.page("/contracts/AP-2026", &cookie).await.text();
    assert!(!billed.contains("/remove\""), "nobody is offered what is refused: {billed}");
    let kept = server.page("/tenants/bnf/remove", &cookie).await.text();
    assert!(
        kept.contains("href=\"/contracts/BNF-2027\">Conventions qui s’y rattachent\u{202f}: 1 (dont <span class=\"code whole\">BNF-2027</span>)"),
        "{kept}"
    );
    assert!(!kept.contains("class=\"danger\""), "{kept}");
    let kept = server.page("/contracts/AP-2026/remove", &cookie).await.text();
    assert!(
        kept.contains("Brouillons de factures gardés\u{202f}: 1 (dont octobre\u{a0}2026). Ils se retirent"),
        "{kept}"
    );
    assert!(kept.contains("y est affecté et a des relevés depuis le"), "{kept}");

    let question = server.page("/contracts/BNF-2027/remove", &cookie).await.text();
    assert!(question.contains("Hébergement d’essai") || question.contains("d&#39;essai"), "{question}");
    let token = question.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let form = |version: &str, reason: &str| {
        vec![field("form_token", &token), field("version", version), field("reason", reason)]
    };
    let path = "/contracts/BNF-2027/remove";
    let silent = post(&server, path, &cookie, &form("1", "non")).await;
    assert_eq!(silent.status.as_u16(), 422);
    assert!(
        silent.text().contains("id=\"reason-error\"") && silent.text().contains(">non</textarea>"),
        "{}",
        silent.text()
    );
    let stale = post(&server, path, &cookie, &form("9", "Saisie en double")).await;
    assert_eq!(stale.status.as_u16(), 409);
    assert!(stale.text().contains("a été modifiée entre-temps"), "{}", stale.text());
    let forged = post(&server, path, &cookie, &[field("form_token", "x"), field("version", "1")]).await;
    assert_eq!(forged.status.as_u16(), 403);
    let gone = post(&server, path, &cookie, &form("1", "Saisie en double")).await;
    assert_eq!((gone.status.as_u16(), gone.header("location")), (303, "/contracts"), "{}", gone.text());
    assert_eq!(server.page("/contracts/BNF-2027", &cookie).await.status.as_u16(), 404);
    imports_unchanged(&site);
}
