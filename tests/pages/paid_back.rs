//! What is owed to a tenant, from the notice to the refund, as finance and the tenant see it.

use chapelle::app::credit_invoice::{self, CreditRequest};
use chapelle::app::open_invoices;
use chapelle::app::record_payment::{self, NewPayment};
use chapelle::app::run_billing::{self, RunRequest};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;

use crate::common::ENGINES;
use crate::site::{Server, Site, now};

/// September's invoice of AP-HP paid and credited as a whole, and October's, open.
fn overpaid(site: &Site) -> (String, String) {
    let (store, first) = (site.shared.store.clone(), site.number_of("aphp"));
    let by = Actor::new("finance@example.org", None);
    let work = move || {
        let request = RunRequest { month: "2026-10".parse().unwrap(), issue: true, by: by.clone(), now: now() };
        run_billing::run(&store, &request, &mut |_, _| ()).unwrap();
        let mut open = open_invoices::list(&store, now()).unwrap();
        open.retain(|one| one.tenant.as_str() == "aphp");
        let (paid, other): (Vec<_>, Vec<_>) = open.into_iter().partition(|one| one.number.as_str() == first);
        let payment = NewPayment {
            invoice: paid[0].number.clone(),
            received_on: now().date_naive(),
            amount: paid[0].open,
            reference: None,
            statement_key: None,
        };
        record_payment::record(&store, &payment, &by, now()).unwrap();
        let credit = CreditRequest { invoice: paid[0].number.clone(), lines: vec![], reason: "en double".into() };
        credit_invoice::credit(&store, &credit, &by, now()).unwrap();
        (first, other[0].number.to_string())
    };
    // The use cases block, which the test's own thread must not.
    std::thread::spawn(work).join().unwrap()
}

fn seen(page: &str) -> String {
    page.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn what_is_owed_is_found_set_against_another_invoice_and_refunded() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let (first, other) = overpaid(&site);
        let server = Server::start(&site).await;
        let (finance, tenant) = (server.sign_in(Role::Finance).await, server.sign_in(Role::Tenant).await);
        let form = format!("/invoices/{first}/refund");
        assert!(server.page("/", &finance).await.text().contains(&form), "{engine:?}");
        assert!(server.page("/", &tenant).await.text().contains("Dû à vous"));
        let list = server.page("/invoices?status=overpaid", &finance).await.text();
        assert!(
            list.contains("Trop perçus") && list.contains(&first) && !list.contains(&format!(">{other}<")),
            "{list}"
        );
        let invoice = format!("/invoices/{first}");
        assert!(server.page(&invoice, &finance).await.text().contains("Rembourser ou imputer"));
        let own = server.page(&invoice, &tenant).await.text();
        assert!(own.contains("vous sont dus sur cette facture") && !own.contains("Rembourser ou imputer"), "{own}");
        assert_eq!(server.page(&form, &tenant).await.status.as_u16(), 403);
        let page = server.page(&form, &finance).await.text();
        assert!(page.contains(&format!("value=\"{other}\"")), "{page}");

        let fields = [("how", "transfer"), ("amount", "100,00"), ("date", "2026-11-03"), ("to", &*other)];
        let asked = server.send(&form, &finance, &fields).await;
        assert!(asked.text().contains("Enregistrer cette imputation"), "{}", asked.text());
        let confirm = seen(&asked.text());
        let confirmed = [fields.as_slice(), &[("confirm", &*confirm)]].concat();
        let done = server.send(&form, &finance, &confirmed).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, &*invoice), "{}", done.text());
        let twice = server.send(&form, &finance, &confirmed).await;
        assert!(twice.status.as_u16() == 200 && twice.text().contains("a changé depuis"), "{}", twice.text());

        let too_much = [("how", "refund"), ("amount", "99999999"), ("date", "2026-11-03")];
        let refused = server.send(&form, &finance, &too_much).await;
        assert!(refused.status.as_u16() == 422 && refused.text().contains("rendez"), "{}", refused.text());
        let page = server.page(&form, &finance).await.text();
        let rest = page.split("name=\"amount\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
        let rest = rest.split('"').next().unwrap().to_owned();
        let fields = [("how", "refund"), ("amount", &*rest), ("date", "2026-11-03"), ("reference", "VIR 12")];
        let asked = server.send(&form, &finance, &fields).await.text();
        let confirm = seen(&asked);
        let done = server.send(&form, &finance, &[fields.as_slice(), &[("confirm", &*confirm)]].concat()).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());

        let settled = server.page(&invoice, &tenant).await.text();
        for shown in ["RBT-2026-000001", "IMP-2026-000001", "VIR 12", other.as_str()] {
            assert!(settled.contains(shown), "{shown}: {settled}");
        }
        let paid = server.page(&format!("/invoices/{other}"), &tenant).await.text();
        assert!(paid.contains("Imputation du trop-perçu de") && paid.contains(&first), "{paid}");
        assert!(server.page(&form, &finance).await.text().contains("Rien n’est dû"));
        let payments = server.page("/payments", &finance).await.text();
        assert!(payments.contains("RBT-2026-000001") && !payments.contains("IMP-2026-000001"), "{payments}");
    }
}
