//! What a tenant sent beyond what it owes, from the form that records it to the last of it sent back, as finance and the
//! tenant see it.

use chapelle::app::run_billing::{self, RunRequest};
use chapelle::app::{import_statement, match_receipts, open_invoices};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::money::Money;

use crate::common::{ENGINES, Engine};
use crate::site::{Server, Site, now};

/// September's invoice of AP-HP with what is open on it, and October's.
fn invoices(site: &Site) -> (String, Money, String) {
    let (store, first) = (site.shared.store.clone(), site.number_of("aphp"));
    let work = move || {
        let by = Actor::new("finance@example.org", None);
        let request = RunRequest { month: "2026-10".parse().unwrap(), issue: true, by, now: now() };
        run_billing::run(&store, &request, &mut |_, _| ()).unwrap();
        let open = open_invoices::list(&store, now()).unwrap();
        let own = |is_first: bool| {
            let of = |one: &&open_invoices::OpenInvoice| {
                one.tenant.as_str() == "aphp" && (one.number.as_str() == first) == is_first
            };
            open.iter().find(of).unwrap().clone()
        };
        (first.clone(), own(true).open, own(false).number.to_string())
    };
    // The use cases block, which the test's own thread must not.
    std::thread::spawn(work).join().unwrap()
}

fn seen(page: &str) -> String {
    page.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn the_rest_of_a_payment_is_kept_settles_another_invoice_and_goes_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let (first, open, other) = invoices(&site);
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.sign_in(Role::Finance).await, server.sign_in(Role::Tenant).await);
        let (own, account) = (format!("/invoices/{first}"), "/tenants/aphp/on-account");
        assert!(!server.page(&format!("/invoices/{other}"), &finance).await.text().contains("Régler par son compte"));

        let amount = (open + Money::from_cents(15_000)).to_string().replace('.', ",");
        let typed = [("invoice", &*first), ("date", "2026-11-03"), ("amount", &*amount)];
        let refused = server.send("/payments/record", &finance, &typed).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("name=\"keep_rest\""), "{}", refused.text());
        let long = "x".repeat(141);
        let wordy = [typed.as_slice(), &[("keep_rest", "1"), ("reference", &*long)]].concat();
        let refused = server.send("/payments/record", &finance, &wordy).await;
        assert!(
            refused.status.as_u16() == 422 && refused.text().contains("id=\"reference-error\""),
            "{}",
            refused.text()
        );
        let keeping = [typed.as_slice(), &[("keep_rest", "1")]].concat();
        let asked = server.send("/payments/record", &finance, &keeping).await.text();
        assert!(asked.contains("Gardé en compte") && asked.contains("150,00"), "{asked}");
        let confirm = seen(&asked);
        let confirmed = [keeping.as_slice(), &[("confirm", &*confirm)]].concat();
        let done = server.send("/payments/record", &finance, &confirmed).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, &*own), "{engine:?}: {}", done.text());
        let twice = server.send("/payments/record", &finance, &confirmed).await;
        assert_eq!(twice.status.as_u16(), 422, "nothing is open any more: {}", twice.text());

        assert!(server.page("/", &finance).await.text().contains(account));
        assert!(server.page("/tenants/aphp", &finance).await.text().contains(account));
        let home = server.page("/", &tenant).await.text();
        assert!(home.contains("Votre solde créditeur") && home.contains("150,00") && home.contains(account), "{home}");
        let list = server.page("/invoices", &tenant).await.text();
        assert!(list.contains("en compte chez nous") && list.contains("150,00"), "{list}");
        assert!(!server.page("/invoices", &finance).await.text().contains("en compte chez nous"));
        let shown = server.page(account, &tenant).await.text();
        assert!(shown.contains("CPT-2026-000001") && !shown.contains("name=\"amount\""), "{shown}");
        for (role, of, status) in
            [(Role::Tenant, "essai", 404), (Role::Tenant, "nobody", 404), (Role::Operator, "aphp", 403)]
        {
            let reader = server.sign_in(role).await;
            for path in [format!("/tenants/{of}/on-account"), format!("/tenants/{of}/on-account/movements.csv")] {
                assert_eq!(server.page(&path, &reader).await.status.as_u16(), status, "{role:?}: {path}");
            }
        }

        let page = server.page(&format!("/invoices/{other}"), &finance).await.text();
        assert!(
            page.contains("Régler par son compte") && page.contains(&format!("{account}?invoice={other}")),
            "{page}"
        );
        let page = server.page(account, &finance).await.text();
        assert!(page.contains("Libellé du virement ou du règlement"), "{page}");
        let fields = [("how", "settle"), ("invoice", &*other), ("amount", "150,01"), ("date", "2026-11-03")];
        let refused = server.send(account, &finance, &fields).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("au plus"), "{}", refused.text());
        let fields = [("how", "settle"), ("invoice", &*other), ("amount", "100,00"), ("date", "2026-11-03")];
        let asked = server.send(account, &finance, &fields).await.text();
        assert!(asked.contains("Solde créditeur après") && asked.contains("50,00"), "{asked}");
        let confirm = seen(&asked);
        let confirmed = [fields.as_slice(), &[("confirm", &*confirm)]].concat();
        let done = server.send(account, &finance, &confirmed).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, &*format!("/invoices/{other}")));
        let twice = server.send(account, &finance, &confirmed).await;
        assert_eq!(twice.status.as_u16(), 422, "50.00 is left: {}", twice.text());

        let fields = [("how", "repay"), ("amount", "20,00"), ("date", "2026-11-03"), ("reference", "VIR 13")];
        let asked = server.send(account, &finance, &fields).await.text();
        let confirm = seen(&asked);
        let confirmed = [fields.as_slice(), &[("confirm", &*confirm)]].concat();
        assert_eq!(server.send(account, &finance, &confirmed).await.status.as_u16(), 303);
        let twice = server.send(account, &finance, &confirmed).await;
        assert!(twice.status.as_u16() == 200 && twice.text().contains("a changé depuis"), "{}", twice.text());
        let page = server.page(account, &finance).await.text();
        for shown in ["CPT-2026-000001", "CPT-2026-000002", "VIR 13", "30,00", &format!("href=\"/invoices/{other}\"")] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        for reader in [&finance, &tenant] {
            let csv = server.page(&format!("{account}/movements.csv"), reader).await.text();
            let settled = csv.lines().find(|line| line.contains("REG-")).unwrap();
            assert!(settled.contains(&other) && settled.ends_with("-100,00;50,00"), "{csv}");
            assert!(csv.lines().last().unwrap().ends_with("-20,00;30,00"), "{csv}");
        }
        for format in ["pdf", "xlsx"] {
            let file = server.page(&format!("{account}/movements.{format}"), &finance).await;
            assert_eq!(file.status.as_u16(), 200, "{format}");
        }
        let auditor = server.sign_in(Role::Auditor).await;
        let page = server.page(account, &auditor).await.text();
        assert!(page.contains("CPT-2026-000001") && !page.contains("name=\"amount\""), "{page}");
    }
}

/// A receipt is kept after a look at what is kept and of whom, and once.
#[actix_web::test]
async fn what_is_left_of_a_receipt_is_kept_once_it_is_confirmed() {
    let site = Site::new(Engine::Sqlite);
    let text = "<Document><BkToCstmrStmt><Stmt><Id>S7</Id><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct><Ntry>\
                <Amt Ccy=\"EUR\">500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt>\
                </Ntry></Stmt></BkToCstmrStmt></Document>";
    let store = site.shared.store.clone();
    let read = move || {
        let by = Actor::new("finance@example.org", None);
        import_statement::import(&store, text.as_bytes(), &by, now()).unwrap();
        match_receipts::left(&store).unwrap()[0].key.clone()
    };
    let key = std::thread::spawn(read).join().unwrap();
    let server = Server::start(&site).await;
    let finance = server.sign_in(Role::Finance).await;
    let keep = "/payments/receipts/keep";
    assert!(server.page("/payments/receipts", &finance).await.text().contains(keep));
    let home = server.page("/", &finance).await.text();
    assert!(home.contains("Encaissements à rapprocher") && home.contains("500,00"), "{home}");
    for tenant in ["", "nobody"] {
        let refused = server.send(keep, &finance, &[("receipt", &*key), ("tenant", tenant)]).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("Dites de quel"), "{}", refused.text());
    }
    let fields = [("receipt", &*key), ("tenant", "aphp")];
    let asked = server.send(keep, &finance, &fields).await.text();
    assert!(asked.contains("500,00") && asked.contains("Assistance publique"), "{asked}");
    assert!(server.page("/tenants/aphp/on-account", &finance).await.text().contains("Rien n’a été gardé"));
    let another = [fields.as_slice(), &[("confirm", "400.00")]].concat();
    assert!(server.send(keep, &finance, &another).await.text().contains("a changé depuis"));
    let confirm = seen(&asked);
    let confirmed = [fields.as_slice(), &[("confirm", &*confirm)]].concat();
    let done = server.send(keep, &finance, &confirmed).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/tenants/aphp"), "{}", done.text());
    assert_eq!(server.send(keep, &finance, &confirmed).await.status.as_u16(), 422, "once");
    assert!(!server.page("/", &finance).await.text().contains("Encaissements à rapprocher"));
    let auditor = server.sign_in(Role::Auditor).await;
    let empty = server.page("/payments/receipts", &auditor).await.text();
    assert!(empty.contains("Rien à rapprocher") && !empty.contains("/payments/import"), "{empty}");
    let page = server.page("/tenants/aphp/on-account", &finance).await.text();
    assert!(page.contains("CPT-2026-000001") && page.contains("500,00"), "{page}");
}

#[actix_web::test]
async fn what_a_tenant_sent_without_an_invoice_is_kept_by_hand_and_taken_back() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let finance = server.sign_in(Role::Finance).await;
        let (account, keep) = ("/tenants/aphp/on-account", "/tenants/aphp/on-account/keep");
        assert!(server.page(account, &finance).await.text().contains(keep), "{engine:?}");
        assert_eq!(server.page(keep, &finance).await.status.as_u16(), 200);
        let wrong = server.send(keep, &finance, &[("amount", "-3"), ("date", "2026-11-03")]).await;
        assert!(wrong.status.as_u16() == 422 && wrong.text().contains("au-dessus de zéro"), "{}", wrong.text());
        let typed = [("amount", "1 250,50"), ("date", "2026-11-03"), ("reference", "VIR SANS OBJET")];
        let asked = server.send(keep, &finance, &typed).await.text();
        assert!(asked.contains("1\u{202f}250,50") && asked.contains("VIR SANS OBJET"), "{asked}");
        let confirm = seen(&asked);
        let confirmed = [typed.as_slice(), &[("confirm", &*confirm)]].concat();
        let done = server.send(keep, &finance, &confirmed).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, account), "{}", done.text());
        let twice = server.send(keep, &finance, &confirmed).await;
        assert_eq!(twice.status.as_u16(), 200, "it asks again: {}", twice.text());

        let correct = "/tenants/aphp/on-account/CPT-2026-000001/correct";
        let listed = server.page(account, &finance).await.text();
        assert!(listed.contains(correct) && listed.contains("VIR SANS OBJET"), "{listed}");
        assert_eq!(
            server.page("/tenants/aphp/on-account/CPT-2026-000009/correct", &finance).await.status.as_u16(),
            404
        );
        let form = server.page(correct, &finance).await.text();
        assert!(form.contains("name=\"to\"") && !form.contains("value=\"aphp\""), "{form}");
        let typed = [("date", "2026-11-03"), ("reason", ""), ("to", "")];
        assert_eq!(server.send(correct, &finance, &typed).await.status.as_u16(), 422, "without a reason");
        let typed = [("date", "2026-11-03"), ("reason", "rien n’est venu"), ("to", "")];
        let asked = server.send(correct, &finance, &typed).await.text();
        let confirm = seen(&asked);
        let done = server.send(correct, &finance, &[typed.as_slice(), &[("confirm", &*confirm)]].concat()).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, account), "{}", done.text());
        let listed = server.page(account, &finance).await.text();
        assert!(listed.contains("Repris") && !listed.contains(correct), "{listed}");
        for role in [Role::Auditor, Role::Tenant] {
            let cookie = server.sign_in(role).await;
            assert_eq!(server.page(correct, &cookie).await.status.as_u16(), 403, "{role:?}");
        }
    }
}
