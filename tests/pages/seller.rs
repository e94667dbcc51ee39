//! Who issues: a series goes on through its year, and texts are looked at before they are saved.

use chapelle::domain::access::Role;
use serde_json::{Value, json};

use crate::common::Engine;
use crate::site::{Answer, Server, Site};

fn status(answer: &Answer) -> u16 {
    answer.status.as_u16()
}

/// The fields of the form as it is opened.
async fn opened(server: &Server, cookie: &str) -> Vec<(String, String)> {
    let page = server.page("/settings/seller", cookie).await.text();
    let value = |name: &str| {
        let at = page.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("{name}: {page}"));
        let rest = &page[at..];
        match rest.find("value=\"").filter(|at| *at < rest.find('>').unwrap()) {
            Some(at) => rest[at + 7..].split('"').next().unwrap().to_owned(),
            None => rest[rest.find('>').unwrap() + 1..].split('<').next().unwrap().to_owned(),
        }
    };
    let texts = ["recovery_indemnity", "late_penalty", "discount", "footer"];
    let legal = ["fr", "en"].iter().flat_map(|language| texts.map(|text| format!("legal.{language}.{text}")));
    let own = ["version", "name", "siret", "vat_number", "email", "iban", "bic", "number_prefix"];
    let address = ["address.lines", "address.postcode", "address.city", "address.country"];
    let names = own.iter().chain(&address).map(|name| (*name).to_owned()).chain(legal);
    names.map(|name| (name.clone(), value(&name))).collect()
}

async fn sent(server: &Server, cookie: &str, fields: &[(String, String)], changed: &[(&str, &str)]) -> Answer {
    let kept = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let kept = kept.filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    let fields: Vec<(&str, &str)> = kept.chain(changed.iter().copied()).collect();
    server.send("/settings/seller", cookie, &fields).await
}

#[actix_web::test]
async fn a_prefix_is_kept_while_its_series_runs() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let page = server.page("/settings/seller", &admin).await.text();
    assert!(page.contains("value=\"DC\" autocomplete=\"off\" readonly"), "{page}");
    assert!(page.contains("Le prochain est DC2026000004") && page.contains("se choisit en 2027"), "{page}");
    assert!(server.page("/settings", &admin).await.text().contains("<td class=\"number\">DC2026000004</td>"));

    let fields = opened(&server, &admin).await;
    let refused = sent(&server, &admin, &fields, &[("number_prefix", "CH")]).await;
    assert_eq!(status(&refused), 422);
    assert!(refused.text().contains("sont numérotés DC2026…"), "{}", refused.text());
    // The same over the API, whose reader is told in English.
    let token = server.token(Role::Admin).await;
    let mut seller: Value = server.get_with("/api/v1/seller", &token).await.json();
    seller["number_prefix"] = json!("CH");
    let request = actix_web::test::TestRequest::put().uri("/api/v1/seller").set_json(seller);
    let request = request.insert_header(("authorization", format!("Bearer {token}"))).insert_header(("if-match", "*"));
    let refused = server.call(request).await;
    assert_eq!(status(&refused), 422);
    assert!(refused.text().contains("without a gap to the end of its year"), "{}", refused.text());

    // Everything else of the seller is saved as ever.
    let saved = sent(&server, &admin, &fields, &[("legal.fr.footer", "Un autre pied de page")]).await;
    assert_eq!(status(&saved), 303, "{}", saved.text());
}

#[actix_web::test]
async fn texts_are_seen_on_an_invoice_before_they_are_saved() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let fields = opened(&server, &admin).await;
    let mut seen = vec![];
    for language in ["fr", "en"] {
        let step = format!("show:{language}");
        let changed =
            [("step", step.as_str()), ("legal.fr.footer", "Pied à l’essai"), ("legal.en.footer", "Trial foot")];
        let shown = sent(&server, &admin, &fields, &changed).await;
        assert_eq!((status(&shown), shown.header("content-type")), (200, "application/pdf"));
        assert!(shown.header("content-disposition").contains(&format!("specimen-{language}.pdf")));
        seen.push(shown.body.to_vec());
    }
    assert!(seen.iter().all(|pdf| pdf.starts_with(b"%PDF")) && seen[0] != seen[1]);
    let wrong = sent(&server, &admin, &fields, &[("step", "show:fr"), ("siret", "73282932000079")]).await;
    assert_eq!(status(&wrong), 422);
    let page = server.page("/settings/seller", &admin).await.text();
    assert!(!page.contains("Pied à l’essai"), "nothing was saved");
}
