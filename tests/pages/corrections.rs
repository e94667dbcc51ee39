//! A month whose invoice was corrected: what stands for it, and what a credit note is called.

use chapelle::domain::access::Role;

use crate::billing::{ended, post, token};
use crate::common::ENGINES;
use crate::plant::words;
use crate::site::{Server, Site};

/// Issues October in a run, then corrects the invoice of the tenant that moved. Gives the run's page and the numbers of
/// the invoice, its credit note and the corrected one.
async fn corrected(site: &Site, server: &Server, cookie: &str) -> (String, [String; 3]) {
    let question = server.page("/billing/2026-10/issue", cookie).await.text();
    let fields = [("form_token", token(&question)), ("issue", "1".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let run = post(server, "/billing/2026-10/run", cookie, &fields).await.header("location").to_owned();
    let page = ended(server, &run, cookie).await;
    let row = page.split(&format!(">{}</a>", site.contract_of("ville-de-paris"))).nth(1).unwrap();
    let number = row.split("/invoices/").nth(1).unwrap().split('"').next().unwrap().to_owned();

    let book = std::fs::read_to_string(crate::common::small_book_path()).unwrap();
    let moved = site.world.file("moved.toml", &book.replace("postcode = \"75004\"", "postcode = \"75003\""));
    site.world.ok(&["import", moved.to_str().unwrap()]);
    let told = site.world.ok(&["invoices", "correct", &number, "--reason", "adresse", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let named = |key: &str| told[key].as_str().unwrap().to_owned();
    (run, [number, named("credit_note"), named("corrected")])
}

#[actix_web::test]
async fn the_month_names_the_invoice_in_force_and_what_cancelled_the_other() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let (run, [invoice, note, stated_again]) = corrected(&site, &server, &cookie).await;
        let cancelled = format!("{invoice} annulée par l’avoir {note}");
        for path in ["/billing/2026-10", run.as_str()] {
            let page = server.page(path, &cookie).await.text();
            assert!(page.contains(&cancelled), "{engine:?} {path}: {page}");
            assert!(page.contains(&format!("href=\"/invoices/{stated_again}\"")), "{engine:?} {path}: {page}");
        }

        // Four invoices and one credit note, which is no invoice.
        let months = server.page("/billing", &cookie).await.text();
        let row = months.split("/billing/2026-10\"").nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(row.contains(">4</td>") && row.ends_with(">1</td>\n"), "{row}");
    }
}

/// The month after says why its contract came to nothing before, on the page and in the file.
#[actix_web::test]
async fn the_month_after_a_cancelled_invoice_says_so() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let number = site.number_of("aphp");
        let told = site.world.ok(&["invoices", "credit", &number, "--reason", "annulée", "--json"]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let note = told["number"].as_str().unwrap_or_else(|| panic!("{told}"));
        let cancelled = format!("{number} annulée par l’avoir {note}");
        let page = server.page("/billing/2026-10", &cookie).await.text();
        let named = format!(">{}</a>", site.contract_of("aphp"));
        let is_own = |row: &&str| row.contains("scope=\"row\" class=\"wide\"") && row.contains(&named);
        let row = words(page.split("</tr>").find(is_own).unwrap_or_else(|| panic!("{page}")));
        assert!(row.contains(&cancelled), "{engine:?} {row}");
        let csv = server.page("/billing/2026-10/plan.csv", &cookie).await.text().replace(['\u{a0}', '\u{202f}'], " ");
        assert!(csv.contains(&cancelled) && csv.contains(";Septembre 2026;"), "{engine:?} {csv}");
    }
}

#[actix_web::test]
async fn a_credit_note_is_called_one_and_is_due_on_no_day() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let (_, [invoice, note, _]) = corrected(&site, &server, &cookie).await;
        let page = server.page(&format!("/invoices/{note}"), &cookie).await.text();
        assert!(page.contains("Télécharger l’avoir") && !page.contains("Télécharger la facture"), "{page}");
        assert!(!page.contains("Échéance"), "{page}");
        let page = server.page(&format!("/invoices/{invoice}"), &cookie).await.text();
        assert!(page.contains("Télécharger la facture") && page.contains("Échéance"), "{page}");

        let csv = server.page("/invoices/list.csv?month=2026-10&column=due&lang=en", &cookie).await.text();
        let line = |number: &str| csv.lines().find(|line| line.starts_with(number)).unwrap().to_owned();
        assert!(line(&note).ends_with(','), "{csv}");
        assert!(!line(&invoice).ends_with(','), "{csv}");
        let token = server.token(Role::Finance).await;
        let answer = server.get_with(&format!("/api/v1/invoices/{note}"), &token).await.json();
        assert!(answer["due_date"].is_null(), "{answer}");
    }
}
