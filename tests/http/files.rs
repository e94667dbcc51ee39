//! Lists as files: a program gets what a page gives to take away.

use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site};

/// Each file over the API, the page's, and who may have both.
const FILES: [(&str, &str, Role); 18] = [
    ("tenants.csv?q=eau", "/tenants.csv?q=eau", Role::Finance),
    ("contracts.csv?sort=-code", "/contracts.csv?sort=-code", Role::Tenant),
    ("tariffs.csv", "/tariffs.csv", Role::Auditor),
    ("invoices.csv?month=2026-09&sort=-net", "/invoices/list.csv?month=2026-09&sort=-net", Role::Finance),
    ("invoices/{number}/lines.csv", "/invoices/{number}/lines.csv", Role::Tenant),
    ("notices.csv", "/notices.csv", Role::Finance),
    ("payments.csv", "/payments/list.csv", Role::Auditor),
    ("tenants/aphp/on-account/movements.csv", "/tenants/aphp/on-account/movements.csv", Role::Tenant),
    ("dunning.csv", "/dunning/list.csv", Role::Finance),
    ("billing/2026-10/comparison.csv", "/billing/2026-10/plan.csv", Role::Finance),
    ("payback/figures.csv", "/payback/figures.csv", Role::Finance),
    ("periods.csv", "/journal/periods.csv", Role::Auditor),
    ("racks.csv", "/racks.csv", Role::Operator),
    ("alarms.csv?days=31", "/alarms.csv?days=31", Role::Operator),
    ("meters.csv?register=energy", "/meters.csv?register=energy", Role::Operator),
    ("usage.csv?month=2026-09", "/usage.csv?month=2026-09", Role::Tenant),
    ("estimate.csv", "/usage/estimate.csv", Role::Tenant),
    ("users.csv?role=finance", "/users.csv?role=finance", Role::Admin),
];

#[actix_web::test]
async fn programs_get_the_files_of_pages() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let number = site.number_of("aphp");
        for (path, page, role) in FILES {
            let path = format!("/api/v1/{}", path.replace("{number}", &number));
            let (token, cookie) = (server.token(role).await, server.sign_in(role).await);
            let file = server.get_with(&path, &token).await;
            assert_eq!(file.status.as_u16(), 200, "{engine:?} {path}: {}", file.text());
            assert!(file.header("content-disposition").starts_with("attachment"), "{path}");
            let taken = server.page(&page.replace("{number}", &number), &cookie).await;
            assert_eq!(file.text(), taken.text(), "{engine:?} {path}");
            let is_empty = ["notices", "figures", "payments", "dunning", "alarms", "movements"]
                .iter()
                .any(|name| path.contains(name));
            assert!(file.text().lines().count() > 1 || is_empty, "{engine:?} {path}: {}", file.text());
        }
    }
}

#[actix_web::test]
async fn a_file_is_asked_for_strictly_and_in_a_language() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let token = server.token(Role::Finance).await;
    let get = async |path: &str| server.get_with(&format!("/api/v1/{path}"), &token).await;
    for (path, kind, begins) in [
        ("payments.pdf", "application/pdf", "%PDF"),
        ("payments.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"),
    ] {
        let file = get(path).await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, kind), "{path}");
        assert!(file.body.starts_with(begins.as_bytes()), "{path}");
    }
    let (french, english) = (get("tenants.csv").await.text(), get("tenants.csv?lang=en").await.text());
    assert!(french.contains("Raison sociale") || french != english, "{french}\n{english}");
    for (path, status, detail) in [
        ("tenants.csv?sort=size", 400, "sort=size is none of name, code, siret, terms, contracts"),
        ("tenants.csv?lang=de", 400, "lang=de is none of fr, en"),
        ("tenants.csv?page=2", 400, "`page` is no parameter of this address"),
        ("invoices.csv?sort=size", 400, "sort=size is none of number, tenant"),
        ("invoices.csv?status=lost", 400, "status=lost"),
        ("invoices.csv?contract=AP-2026", 400, "`contract` is no parameter of this address"),
        ("billing/2026-10/comparison.csv?only=late", 400, "only=late is none of blocked, problems, far"),
        ("usage.csv?month=2026-09&day=2026-09-01", 400, "day and month are both given"),
        ("tenants.doc", 404, ""),
        ("usage.csv?tenant=nobody", 404, ""),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains(detail), "{path}: {}", answer.text());
    }
    let operator = server.token(Role::Operator).await;
    for (path, detail) in [
        ("alarms.csv?days=32", "days=32 is not a number of days from 1 to 31"),
        ("meters.csv?register=water", "register=water is none of energy, power, storage, occupancy"),
    ] {
        let answer = server.get_with(&format!("/api/v1/{path}"), &operator).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains(detail), "{path}: {}", answer.text());
    }
    let tenant = server.token(Role::Tenant).await;
    let others = server.get_with("/api/v1/usage.csv?tenant=eau-de-paris", &tenant).await;
    assert_eq!(others.status.as_u16(), 404, "{}", others.text());
}
