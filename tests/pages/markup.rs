//! Every page as a document: well-formed, labelled, without scripts or styles inside it.

use std::collections::BTreeSet;

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;

use crate::common::Engine;
use crate::site::{Answer, Server, Site};

/// Tags that hold nothing and are not closed.
const VOID: [&str; 9] = ["meta", "link", "input", "img", "br", "rect", "line", "polygon", "polyline"];

/// A tag as it stands in a page.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next())
    }
}

/// The opening tags of a page, after checking that every one is closed in order.
fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut open = vec![];
    let mut tags = vec![];
    for piece in page.split('<').skip(1) {
        let inside = piece.split('>').next().unwrap();
        if inside.starts_with('!') {
            continue;
        }
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes nothing that is open");
            continue;
        }
        let name = inside.split([' ', '/', '\n']).next().unwrap();
        tags.push(Tag { name, attributes: &inside[name.len()..] });
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    tags
}

/// What every page must be, whatever it shows.
fn check(path: &str, language: &str, answer: &Answer) {
    let page = answer.text();
    assert!(page.starts_with("<!DOCTYPE html>"), "{path}");
    assert!(!page.contains("Unknown localization key"), "{path}: {page}");
    let tags = tags(&page);
    let of = |name: &str| tags.iter().filter(|tag| tag.name == name).collect::<Vec<_>>();
    assert_eq!(of("html")[0].attribute("lang"), Some(language), "{path}");
    for single in ["h1", "main", "header", "footer"] {
        assert_eq!(of(single).len(), 1, "{path}: one {single}");
    }
    let level = |tag: &Tag<'_>| tag.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok());
    let content = tags.iter().skip_while(|tag| tag.name != "main");
    let levels: Vec<u8> = content.filter_map(level).collect();
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{path}: headings in order: {levels:?}");
    assert!(!page.contains("<title> –"), "{path}: a title");
    assert_eq!(of("style").len(), 0, "{path}");
    let scripts: Vec<Option<&str>> = of("script").iter().map(|tag| tag.attribute("src")).collect();
    assert!(matches!(scripts[..], [Some(own)] if own.starts_with("/assets/chapelle-")), "{path}: {scripts:?}");
    for tag in &tags {
        assert!(
            tag.attribute("style").is_none()
                && !tag.attributes.split(' ').any(|part| part.starts_with("on") && part.contains("=\"")),
            "{path}: <{}{}>",
            tag.name,
            tag.attributes
        );
    }
    assert_eq!(of("caption").len(), of("table").len(), "{path}: every table has a caption");
    assert!(of("th").iter().all(|tag| tag.attribute("scope").is_some()), "{path}: every heading says what it heads");
    assert!(of("img").iter().all(|tag| tag.attributes.contains(" alt=")), "{path}");
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "{path}: ids are unique: {ids:?}");
    for tag in &tags {
        let references = tag.attribute("aria-labelledby").into_iter().chain(tag.attribute("for"));
        for id in references.flat_map(str::split_whitespace) {
            assert!(known.contains(id), "{path}: nothing has the id {id}");
        }
    }
    let labelled: BTreeSet<&str> = of("label").iter().filter_map(|tag| tag.attribute("for")).collect();
    for field in of("input").into_iter().chain(of("select")).filter(|tag| tag.attribute("type") != Some("hidden")) {
        assert!(field.attribute("id").is_some_and(|id| labelled.contains(id)), "{path}: a field without a label");
    }
    for tag in tags.iter().filter(|tag| matches!(tag.name, "a" | "link" | "img" | "form" | "iframe")) {
        let target = tag.attribute("href").or(tag.attribute("src")).or(tag.attribute("action")).unwrap();
        assert!(target.starts_with('/') || target.starts_with('#'), "{path} leads off the site: {target}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[actix_web::test]
async fn every_page_is_a_sound_document_in_both_languages() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let number = site.number_of("aphp");
    let paths = [
        "/sign-in".to_owned(),
        "/accessibility".to_owned(),
        "/help".to_owned(),
        "/".to_owned(),
        "/billing".to_owned(),
        "/billing/2026-10".to_owned(),
        "/billing/2026-11".to_owned(),
        "/billing/2026-10/issue".to_owned(),
        format!("/billing/2026-10/drafts/{}", site.contract_of("aphp")),
        format!("/billing/2026-10/drafts/{}/lines/1", site.contract_of("aphp")),
        "/invoices?status=overdue".to_owned(),
        format!("/invoices/{number}/lines/1"),
        format!("/invoices/{number}/lines/1/readings"),
        format!("/invoices/{number}/mail"),
        format!("/invoices/{number}/credit"),
        format!("/billing/2026-10/drafts/{}/manual", site.contract_of("aphp")),
        "/billing/2026-10/issue?what=drafts".to_owned(),
        "/payments".to_owned(),
        "/payments?q=nothing".to_owned(),
        format!("/payments/record?invoice={number}"),
        "/payments/import".to_owned(),
        "/payments/receipts".to_owned(),
        "/dunning".to_owned(),
        format!("/dunning/{number}"),
        format!("/dunning/{number}/reminder"),
        "/notices".to_owned(),
        "/tenants".to_owned(),
        "/tenants?q=nobody&sort=-siret".to_owned(),
        "/contracts?q=nobody".to_owned(),
        "/billing/2026-10?only=blocked&sort=-deviation".to_owned(),
        "/tenants/aphp".to_owned(),
        "/tenants/new".to_owned(),
        "/tenants/aphp/edit".to_owned(),
        "/tenants/aphp/contacts".to_owned(),
        "/tariffs".to_owned(),
        "/tariffs/new".to_owned(),
        "/tariffs/energie?quantity=12,5".to_owned(),
        "/tariffs/energie?quantity=x".to_owned(),
        "/tariffs/energie/edit".to_owned(),
        "/tariffs/energie/versions/new".to_owned(),
        "/contracts/new".to_owned(),
        "/contracts/AP-2026/edit".to_owned(),
        "/contracts/AP-2026/lines/new".to_owned(),
        "/contracts/AP-2026/lines/2/edit".to_owned(),
        "/settings/seller".to_owned(),
        "/invoices".to_owned(),
        "/invoices?month=1999-01".to_owned(),
        "/invoices?month=nonsense".to_owned(),
        format!("/invoices/{number}"),
        "/invoices/nothing".to_owned(),
        "/amortisation".to_owned(),
        "/amortisation?as_of=1999-01-01".to_owned(),
        "/amortisation?known_on=2020-01-01".to_owned(),
        "/amortisation/2019-0042".to_owned(),
        "/amortisation/2019-0042?as_of=2026-12-31&year=2020".to_owned(),
        "/amortisation/2019-0042?known_on=2020-01-01".to_owned(),
        "/amortisation/nothing".to_owned(),
        "/amortisation/new".to_owned(),
        "/amortisation/2019-0042/edit".to_owned(),
        "/amortisation/2019-0042/papers/new".to_owned(),
        "/journal/opening".to_owned(),
        "/amortisation/post?through=2019-06".to_owned(),
        "/amortisation/2019-0042/events/new".to_owned(),
        "/amortisation/2019-0042/events/new?kind=revise".to_owned(),
        "/amortisation/2019-0042/events/new?kind=dispose".to_owned(),
        "/amortisation/2019-0042/events/new?kind=replace".to_owned(),
        "/amortisation/2019-0042/events/new?kind=commission".to_owned(),
        "/amortisation/2019-0042/events/new?kind=use".to_owned(),
        "/amortisation/2019-0042/events/new?kind=subsidise".to_owned(),
        "/amortisation/2019-0042/events/new?kind=withdraw".to_owned(),
        "/payback/terms".to_owned(),
        "/payback/figures".to_owned(),
        "/journal/periods".to_owned(),
        "/journal/periods/2026-09/reopen".to_owned(),
        "/journal/periods/2025/close-year".to_owned(),
        "/reports".to_owned(),
        "/reports/movements?year=2026".to_owned(),
        "/reports/funding?year=2026".to_owned(),
        "/reports/reconciliation".to_owned(),
        "/reports/tie-out?year=2026".to_owned(),
        "/reports/fec?year=2026".to_owned(),
        "/reports/fec?year=2001".to_owned(),
        "/reports/nothing".to_owned(),
        "/journal?document=nothing".to_owned(),
        "/journal".to_owned(),
        "/journal?journal=BQ".to_owned(),
        "/journal/balance".to_owned(),
        "/journal/balance?from=1999-01-01&through=1999-12-31".to_owned(),
        "/journal/accounts/411".to_owned(),
        "/journal/accounts/9".to_owned(),
        "/audit".to_owned(),
        "/audit?subject=nothing&from=2026-10-01".to_owned(),
        "/audit?from=nonsense".to_owned(),
        "/audit?action=invoice".to_owned(),
        "/audit/packs/99".to_owned(),
        "/audit/verify".to_owned(),
        "/audit/sample".to_owned(),
        "/audit/sample?kind=invoices&method=mus&size=2&seed=s&year=2026".to_owned(),
        "/audit/sample?kind=readings&method=random&size=5&seed=s&year=2026".to_owned(),
        "/audit/sample?kind=readings&method=mus&size=5&seed=s&year=2026".to_owned(),
        "/audit/sample?size=0&seed=s".to_owned(),
        format!("/audit/sample/sheet/{number}"),
        "/audit/sample/sheet/nothing".to_owned(),
        "/alarms".to_owned(),
        "/alarms?days=31".to_owned(),
        "/racks".to_owned(),
        "/racks/A01".to_owned(),
        "/meters?month=2026-10".to_owned(),
        "/meters?q=nothing".to_owned(),
        "/meters/A01-EA?month=2026-10".to_owned(),
        "/meters/A01-EA/resolve?kind=correct&at=2026-10-25T00:30:00Z".to_owned(),
        "/meters/A01-EA/resolve?kind=reset".to_owned(),
        "/usage".to_owned(),
        "/usage?tenant=eau-de-paris&month=2026-10".to_owned(),
        "/usage?day=2026-10-25".to_owned(),
        "/usage/estimate?month=2026-10".to_owned(),
        "/contracts".to_owned(),
        "/contracts/AP-2026".to_owned(),
        "/contracts/EDP-2026".to_owned(),
        "/payback".to_owned(),
        "/payback?as_of=2026-10-31&horizon=8&scenario=low".to_owned(),
        "/payback?as_of=1999-01-01".to_owned(),
        "/payback?scenario=nobody".to_owned(),
    ];
    let cookie = server.sign_in(Role::Finance).await;
    let admin = server.sign_in(Role::Admin).await;
    let administration = [
        "/password/forgotten",
        "/password/reset/nothing",
        "/invitation/nothing",
        "/me",
        "/me/password",
        "/me/second-factor",
        "/me/second-factor/setup",
        "/me/tokens",
        "/me/tokens/new",
        "/me/tokens/1/revoke",
        "/users",
        "/users?q=nothing",
        "/users?role=tenant&state=active&sort=-email",
        "/users/invite",
        "/users/1",
        "/users/1/disable",
        "/users/1/password-link",
        "/users/99",
        "/settings",
        "/settings/mail",
    ];
    let guest = [("email", "guest@example.org"), ("role", "auditor"), ("tenant", ""), ("language", "en")];
    assert_eq!(server.send("/users/invite", &admin, &guest).await.status.as_u16(), 303);
    let invitation = site.link("/invitation/");
    let token = [("name", "markup"), ("days", "30"), ("scope", "invoices:read")];
    assert_eq!(server.send("/me/tokens/new", &admin, &token).await.status.as_u16(), 200);
    assert_eq!(server.send("/me/second-factor", &admin, &[]).await.status.as_u16(), 303);
    for language in ["fr", "en"] {
        for path in administration.into_iter().chain([invitation.as_str()]) {
            let request = TestRequest::get().uri(path).insert_header(("cookie", admin.as_str()));
            check(path, language, &server.call(request.insert_header(("accept-language", language))).await);
        }
        for path in &paths {
            let request = TestRequest::get().uri(path).insert_header(("cookie", cookie.as_str()));
            check(path, language, &server.call(request.insert_header(("accept-language", language))).await);
        }
        let operator = server.sign_in(Role::Operator).await;
        for path in ["/invoices", "/readings", "/racks"] {
            let request = TestRequest::get().uri(path).insert_header(("cookie", operator.as_str()));
            check(path, language, &server.call(request.insert_header(("accept-language", language))).await);
        }
    }
}

/// What stands in a template outside its tags and expressions, and in the attributes that people are told.
fn spoken(template: &str) -> Vec<String> {
    let mut text = template.to_owned();
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map(|end| start + end + close.len()).unwrap();
            text.replace_range(start..end, "");
        }
    }
    let told = ["title=\"", "aria-label=\"", "alt=\"", "placeholder=\""];
    let attributes = told.iter().flat_map(|name| text.split(name).skip(1).filter_map(|rest| rest.split('"').next()));
    let between = text.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, after)| after));
    let pieces = attributes.chain(between.flat_map(str::lines)).map(str::trim);
    let is_word = |piece: &&str| piece.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1);
    // A macro may write attributes into its caller's tag.
    pieces.filter(is_word).filter(|piece| !piece.starts_with("aria-")).map(str::to_owned).collect()
}

#[test]
fn templates_say_nothing_but_what_is_translated() {
    // Names, units, formats and a header, which are the same in every language; and a command to type.
    const SAME: [&str; 11] = [
        "Chapelle",
        "– Chapelle",
        "CSV",
        "XLSX",
        "PDF",
        "ZIP",
        "JSON",
        "SHA-256",
        "(kW)",
        "A + B (kW)",
        "Authorization: Bearer",
    ];
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages"))];
    let mut said = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "html") {
                let words = spoken(&std::fs::read_to_string(&path).unwrap());
                let own =
                    words.into_iter().filter(|text| !SAME.contains(&text.as_str()) && !text.starts_with("python3 "));
                said.extend(own.map(|text| format!("{}: {text}", path.display())));
            }
        }
    }
    assert!(said.is_empty(), "outside the translation files:\n{}", said.join("\n"));
}

#[actix_web::test]
async fn what_the_book_says_is_text_and_nothing_else() {
    let hostile = "\\\"><script>alert(1)</script>";
    let change = |book: String| book.replace("name = \"Eau de Paris\"", "name = \"\\\"><script>alert(1)</script>\"");
    let site = Site::with_book(Engine::Sqlite, change);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let number = site.number_of("eau-de-paris");
    for path in [
        "/tenants",
        "/tenants/eau-de-paris",
        "/invoices",
        &format!("/invoices/{number}"),
        &format!("/audit/sample/sheet/{number}"),
    ] {
        let page = server.page(path, &cookie).await.text();
        assert!(page.contains("&#60;script&#62;alert(1)"), "{path} shows the name {hostile}");
        assert!(!page.contains("<script>"), "{path}");
    }
    for path in ["/invoices?month=%22%3E%3Cscript%3E", "/audit?subject=%22%3E%3Cscript%3E", "/audit"] {
        let page = server.page(path, &cookie).await.text();
        assert!(!page.contains("<script>"), "{page}");
    }
}

#[actix_web::test]
async fn a_page_that_is_not_there_leads_back_and_a_tenant_goes_straight_to_their_record() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (finance, tenant) = (server.sign_in(Role::Finance).await, server.sign_in(Role::Tenant).await);
    let html = |cookie: &str| {
        TestRequest::get()
            .uri("/nothing")
            .insert_header(("cookie", cookie.to_owned()))
            .insert_header(("accept", "text/html"))
    };
    let lost = server.call(html(&finance)).await;
    assert!(lost.status.as_u16() == 404 && lost.text().contains("<nav class=\"menu\""), "{}", lost.text());
    let stranger = server.call(html("")).await;
    assert!(stranger.status.as_u16() == 404 && !stranger.text().contains("<nav class=\"menu\""), "{}", stranger.text());
    let own = server.page("/tenants", &tenant).await;
    assert_eq!((own.status.as_u16(), own.header("location")), (303, "/tenants/aphp"));
    let drafts = server.page("/invoices?status=draft", &finance).await.text();
    assert!(drafts.contains("brouillon") && !drafts.contains("documents.zip?"), "no draft has a document: {drafts}");
}

#[actix_web::test]
async fn the_style_sheet_is_named_by_its_content_and_kept() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let page = server.get("/sign-in").await.text();
    for kind in ["css", "js", "svg"] {
        let end = page.find(&format!(".{kind}\"")).unwrap() + kind.len() + 1;
        let path = &page[page[..end].rfind('"').unwrap() + 1..end];
        let asset = server.get(path).await;
        assert_eq!(
            (asset.status.as_u16(), asset.header("cache-control")),
            (200, "public, max-age=31536000, immutable")
        );
        assert!(!asset.text().contains("url(") && !asset.text().contains("@import"), "nothing else is loaded");
    }
    assert_eq!(server.get("/assets/chapelle-0000000000000000.css").await.status.as_u16(), 404);
}
