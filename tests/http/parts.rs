//! Lists: searched and ordered as on pages, and followed from part to part by their `Link`.

use chapelle::app::sign_roots::{self, Signing};
use chapelle::config::AuditConfig;
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use serde_json::{Value, json};

use crate::common::{ENGINES, Engine};
use crate::site::{Answer, Server, Site};

const TARIFFS: usize = 230;

/// The small book with so many tariffs more.
fn with_tariffs(book: String) -> String {
    let tariff = |number: usize| {
        format!(
            "\n[[tariff]]\ncode = \"essai-{number:03}\"\nname = \"Essai été {number}\"\nunit = \"rack\"\n\n\
             [[tariff.version]]\nfrom = 2026-01-01\nshape = \"per-unit\"\nunit_price_eur = 10.00\n"
        )
    };
    book + &(0..TARIFFS).map(tariff).collect::<String>()
}

/// The address of the next part that a `Link` names.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link").strip_prefix('<')?;
    Some(link.strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

/// What the rows of a whole list are known by, from its first part to its last, and how many parts there are.
async fn walk(server: &Server, token: &str, first: &str, key: &str) -> (Vec<String>, usize) {
    let (mut seen, mut parts, mut path) = (vec![], 0, Some(first.to_owned()));
    while let Some(asked) = path {
        let answer = server.get_with(&asked, token).await;
        assert_eq!(answer.status.as_u16(), 200, "{asked}: {}", answer.text());
        let body = answer.json();
        seen.extend(body.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()));
        path = next(&answer);
        parts += 1;
        if path.is_none() {
            assert_eq!(answer.header("x-total-count"), seen.len().to_string(), "{asked}");
        }
    }
    (seen, parts)
}

/// A search is kept from part to part, and so is its order: each row comes once.
#[actix_web::test]
async fn a_searched_list_is_followed_to_its_end() {
    for engine in ENGINES {
        let site = Site::with_book(engine, with_tariffs);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let expected: Vec<String> = (0..TARIFFS).rev().map(|number| format!("essai-{number:03}")).collect();
        let found = walk(&server, &token, "/api/v1/tariffs?q=ESSAI%20ete&sort=-code", "code").await;
        assert_eq!(found, (expected, 3), "{engine:?}");
        let (all, parts) = walk(&server, &token, "/api/v1/tariffs?page=1", "code").await;
        assert_eq!((all.len() > TARIFFS, parts), (true, 3), "{engine:?}");
        assert!(all.is_sorted_by(|a, b| a < b), "{engine:?}: {all:?}");
    }
}

async fn codes(server: &Server, token: &str, path: &str, key: &str) -> Vec<String> {
    walk(server, token, &format!("/api/v1/{path}"), key).await.0
}

#[actix_web::test]
async fn tenants_and_contracts_are_searched_and_ordered_as_on_pages() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (finance, tenant) = (server.token(Role::Finance).await, server.token(Role::Tenant).await);
    for (path, expected) in [
        ("tenants", ["aphp", "eau-de-paris", "ville-de-paris"].as_slice()),
        ("tenants?sort=-code", &["ville-de-paris", "eau-de-paris", "aphp"]),
        ("tenants?sort=-name", &["ville-de-paris", "eau-de-paris", "aphp"]),
        ("tenants?sort=-siret", &["eau-de-paris", "aphp", "ville-de-paris"]),
        ("tenants?q=hopitaux", &["aphp"]),
        ("tenants?q=510%20611%20056", &["eau-de-paris"]),
        ("tenants?q=nobody", &[]),
        ("contracts?q=eau%20de&sort=code", &["EDP-2026"]),
        ("contracts?q=AP-2026", &["AP-2026"]),
        ("contracts?tenant=eau-de-paris", &["EDP-2026"]),
        ("contracts?tenant=a", &[]),
        ("contracts?tariff=pointe", &["AP-2026"]),
        ("contracts?tariff=pointe&tenant=eau-de-paris", &[]),
    ] {
        assert_eq!(codes(&server, &finance, path, "code").await, expected, "{path}");
    }
    let mut ordered = codes(&server, &finance, "contracts?sort=code", "code").await;
    ordered.reverse();
    assert_eq!(codes(&server, &finance, "contracts?sort=-code", "code").await, ordered);
    // A search finds nothing beyond what the asker may see.
    for path in ["contracts?q=EDP", "contracts?tenant=eau-de-paris", "contracts?tariff=stockage"] {
        assert_eq!(codes(&server, &tenant, path, "code").await, [""; 0], "{path}");
    }
    for (path, detail) in [
        ("tenants?sort=size", "sort=size is none of name, code, siret, terms, contracts"),
        ("contracts?sort=-siret", "sort=siret is none of tenant, code, title, end, notice, lines"),
        ("tariffs?sort=price", "sort=price is none of code, name, contracts"),
        ("tariffs?text=x", "`text` is no parameter"),
    ] {
        let answer = server.get_with(&format!("/api/v1/{path}"), &finance).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains(detail), "{path}: {}", answer.text());
    }
}

#[actix_web::test]
async fn people_are_searched_filtered_and_ordered_as_on_the_page() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Admin).await;
        let found = async |query: &str| -> Vec<String> {
            let answer = server.get_with(&format!("/api/v1/users?{query}"), &token).await.json();
            let row = |row: &Value| row["email"].as_str().unwrap().replace("@example.org", "");
            answer["users"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(row).collect()
        };
        assert_eq!(found("").await, ["admin", "auditor", "finance", "operator", "tenant"], "{engine:?}");
        assert_eq!(found("sort=-email").await, ["tenant", "operator", "finance", "auditor", "admin"], "{engine:?}");
        assert_eq!(found("q=Poste%20AUDIT").await, ["auditor"], "{engine:?}");
        assert_eq!(found("role=finance&state=active").await, ["finance"], "{engine:?}");
        assert_eq!(found("state=disabled").await, [""; 0], "{engine:?}");
        for (query, detail) in [
            ("role=mayor", "role=mayor is none of finance, tenant, auditor, operator, admin"),
            ("state=gone", "state=gone is none of active, disabled"),
            ("sort=age", "sort=age is none of name, email, role, seen"),
        ] {
            let answer = server.get_with(&format!("/api/v1/users?{query}"), &token).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["detail"]), (400, &json!(detail)), "{engine:?}");
        }
    }
}

/// What is late and what people added to a draft come in parts as well.
#[actix_web::test]
async fn what_is_late_and_lines_added_say_how_many_they_are() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        crate::site::pass(60 * 86_400);
        let token = server.token(Role::Finance).await;
        let late = server.get_with("/api/v1/dunning", &token).await;
        let tenants = late.json()["tenants"].as_array().unwrap().len();
        assert!(tenants > 0, "{engine:?} {}", late.text());
        assert_eq!((late.header("x-total-count"), next(&late)), (tenants.to_string().as_str(), None), "{engine:?}");
        let beyond = server.get_with("/api/v1/dunning?page=2", &token).await;
        assert_eq!((&beyond.json()["tenants"], &beyond.json()["today"]), (&json!([]), &late.json()["today"]));
        assert_eq!(beyond.header("x-total-count"), late.header("x-total-count"), "{engine:?}");
        let lines = format!("/api/v1/billing/2026-10/drafts/{}/lines", site.contract_of("aphp"));
        let none = server.get_with(&lines, &token).await;
        assert_eq!((none.json(), none.header("x-total-count")), (json!([]), "0"), "{engine:?}");
        for path in ["/api/v1/dunning", &lines] {
            let answer = server.get_with(&format!("{path}?page=0"), &token).await;
            assert_eq!(answer.status.as_u16(), 400, "{engine:?} {path}: {}", answer.text());
        }
    }
}

/// A month beside the one before, as the plan's page shows it, and how far each month is billed.
#[actix_web::test]
async fn a_month_is_compared_with_the_one_before() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let token = server.token(Role::Finance).await;
        let months = server.get_with("/api/v1/billing/months", &token).await.json();
        assert_eq!(months.as_array().unwrap().len(), 12, "{engine:?} {months}");
        let of = |month: &str| months.as_array().unwrap().iter().find(|one| one["month"] == month).unwrap().clone();
        assert_eq!(
            (&of("2026-09")["issued"], &of("2026-09")["unbilled"]),
            (&json!(3), &json!(0)),
            "{engine:?} {months}"
        );
        assert_eq!(
            (&of("2026-10")["drafts"], &of("2026-10")["unbilled"]),
            (&json!(3), &json!(3)),
            "{engine:?} {months}"
        );

        let path = "/api/v1/billing/2026-10/comparison";
        let answer = server.get_with(&format!("{path}?sort=contract"), &token).await;
        assert_eq!(answer.header("x-total-count"), "3", "{engine:?} {}", answer.text());
        let rows = answer.json();
        let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
        for row in rows.as_array().unwrap() {
            assert_eq!((&row["state"], &row["number"]), (&json!("drafted"), &Value::Null), "{engine:?} {row}");
            assert_eq!(cents(&row["net"]) - cents(&row["net_before"]), cents(&row["difference"]), "{engine:?} {row}");
            let draft = format!("/api/v1/billing/2026-10/drafts/{}", row["contract"].as_str().unwrap());
            assert_eq!(server.get_with(&draft, &token).await.json()["net"], row["net"], "{engine:?} {row}");
        }
        assert!(rows[0]["contract"].as_str() < rows[1]["contract"].as_str(), "{engine:?} {rows}");
        assert_eq!(server.get_with(&format!("{path}?only=blocked"), &token).await.json(), json!([]), "{engine:?}");
        let issued = server.get_with("/api/v1/billing/2026-09/comparison", &token).await.json();
        let own = issued.as_array().unwrap().iter().find(|row| row["tenant"] == "aphp").unwrap();
        assert_eq!((&own["state"], &own["number"]), (&json!("issued"), &json!(site.number_of("aphp"))), "{engine:?}");
        let told = |row: &Value| (row["partial"].clone(), row["as_of"].clone());
        assert_eq!(told(own), (json!(false), Value::Null), "{engine:?} {own}");
        // Of the running month the meters have said nothing yet: the lines that rest on them are missing.
        let running = server.get_with("/api/v1/billing/2026-11/comparison", &token).await.json();
        let own = running.as_array().unwrap().iter().find(|row| row["tenant"] == "aphp").unwrap();
        let at = serde_json::to_value(crate::site::now()).unwrap();
        assert_eq!(told(own), (json!(true), at), "{engine:?} {own}");
        problems_are_told(&server, &token).await;
        for (query, detail) in [
            ("only=late", "only=late is none of blocked, problems, far"),
            ("sort=size", "sort=size is none of tenant, contract, net, before, difference, deviation, gross, known"),
        ] {
            let refused = server.get_with(&format!("{path}?{query}"), &token).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["detail"]), (400, &json!(detail)), "{engine:?}");
        }
    }
}

/// What stands in the way of a month is told by its plan where it is over, and where it goes on contract by contract.
async fn problems_are_told(server: &Server, token: &str) {
    let get = async |path: &str| server.get_with(&format!("/api/v1/billing/{path}"), token).await;
    let told = |answer: &Answer| answer.json().as_array().unwrap().clone();
    let words = |rows: &[Value]| {
        let mut words: Vec<String> = rows.iter().map(|row| row["message"].as_str().unwrap().to_owned()).collect();
        words.sort();
        words
    };
    let plan = get("2026-10").await.json();
    assert_eq!(plan["comparison"], Value::Null, "{plan:#}");
    let over = told(&get("2026-10/problems").await);
    assert_eq!(words(&over), words(plan["problems"].as_array().unwrap()));
    assert!(over.iter().all(|row| row["as_of"].is_null()));

    let plan = get("2026-11").await.json();
    assert_eq!(plan["comparison"], "/api/v1/billing/2026-11/comparison", "{plan:#}");
    let all = get("2026-11/problems").await;
    let running = told(&all);
    assert_eq!(all.header("x-total-count"), running.len().to_string());
    assert_eq!((&running[0]["what"], &running[0]["severity"]), (&json!("month-not-finished"), &json!("blocking")));
    assert!(running.iter().all(|row| row["as_of"].is_string()), "{running:#?}");
    let silent = running.iter().find(|row| row["meter"].is_string() && row["contract"].is_string()).unwrap();
    let own = told(&get(&format!("2026-11/problems?contract={}", silent["contract"].as_str().unwrap())).await);
    assert!(own.contains(silent) && own.iter().all(|row| row["contract"] == silent["contract"]), "{own:#?}");
    let rows = told(&get("2026-11/comparison?only=problems").await);
    let row = rows.iter().find(|row| row["contract"] == silent["contract"]).unwrap();
    assert_eq!(words(row["problems"].as_array().unwrap()), words(&own), "{row:#}");
    // Nothing can be drafted yet, down to the readings of a line, and why is told as in the plan.
    let contract = silent["contract"].as_str().unwrap();
    for place in ["", "/pdf", "/lines-billed/1", "/lines-billed/1/readings?meter=A01-EA&day=2026-11-01"] {
        let answer = get(&format!("2026-11/drafts/{contract}{place}")).await;
        let body = answer.json();
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (409, "application/problem+json"),
            "{body}"
        );
        let whats: Vec<&Value> = body["problems"].as_array().unwrap().iter().map(|one| &one["what"]).collect();
        assert!(whats.contains(&&json!("month-not-finished")), "{place}: {body}");
        assert!(body["detail"].as_str().unwrap().starts_with("no draft can be made: "), "{body}");
    }
    let warnings = told(&get("2026-11/problems?severity=warning").await);
    let blocking = told(&get("2026-11/problems?severity=blocking").await);
    assert_eq!(warnings.len() + blocking.len(), running.len());
    let refused = get("2026-11/problems?severity=grave").await;
    let detail = json!("severity=grave is none of blocking, warning");
    assert_eq!((refused.status.as_u16(), &refused.json()["detail"]), (400, &detail));
}

/// Roots come as every list of what was done: the latest first.
#[actix_web::test]
async fn the_latest_root_comes_first() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        for _ in 0..2 {
            // Who signs in is an event to be signed.
            server.token(Role::Auditor).await;
            let (store, now) = (site.shared.store.clone(), crate::site::now());
            let sign = move || {
                let signing = Signing::new(&AuditConfig::default(), store.data_dir());
                sign_roots::sign(&store, &signing, &Actor::new("test", None), now).unwrap()
            };
            actix_web::rt::task::spawn_blocking(sign).await.unwrap();
            crate::site::pass(86_400);
        }
        let auditor = server.token(Role::Auditor).await;
        let roots = server.get_with("/api/v1/audit/roots", &auditor).await.json();
        let sizes: Vec<i64> = roots.as_array().unwrap().iter().map(|root| root["size"].as_i64().unwrap()).collect();
        assert!(sizes.len() == 2 && sizes[0] > sizes[1], "{engine:?} {roots:#}");
        assert_eq!(roots[0]["previous"], roots[1]["root"], "{engine:?}");
    }
}

/// A month that came to nothing says why, and an estimate what it leaves out.
#[actix_web::test]
async fn a_cancelled_month_before_and_lines_that_wait_are_told() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let (token, number) = (server.token(Role::Finance).await, site.number_of("aphp"));
    let post = async |path: &str, body: Value| {
        let answer = server.api("POST", path, &token, Some(body)).await;
        assert_eq!(answer.status.as_u16(), 201, "{path}: {}", answer.text());
    };
    post(&format!("/api/v1/invoices/{number}/credit-notes"), json!({ "reason": "Facture au mauvais service" })).await;
    let rows = server.get_with("/api/v1/billing/2026-10/comparison", &token).await.json();
    let own = rows.as_array().unwrap().iter().find(|row| row["tenant"] == "aphp").unwrap();
    assert_eq!((&own["cancelled_before"], &own["net_before"]), (&json!(number), &json!("0.00")), "{own}");
    let others = rows.as_array().unwrap().iter().filter(|row| row["cancelled_before"].is_null()).count();
    assert_eq!(others, 2, "{rows}");
    let line = json!({ "designation": "Intervention", "unit_price": "80.00", "quantity": "1", "reason": "Ticket 7" });
    post("/api/v1/billing/2026-11/drafts/AP-2026/lines", line).await;
    let estimate = "/api/v1/estimate?month=2026-11&tenant=aphp";
    let waiting =
        async |token: &str| server.get_with(estimate, token).await.json()["contracts"][0]["lines_waiting"].clone();
    assert_eq!(waiting(&token).await, 1);
    assert_eq!(waiting(&server.token(Role::Tenant).await).await, 0);
}
