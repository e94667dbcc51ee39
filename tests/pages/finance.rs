//! Lines of one's own, credit notes, payments and reminders, as finance does them in a browser.

use actix_web::test::TestRequest;
use chapelle::domain::access::Role;

use crate::common::{ENGINES, Engine};
use crate::plant::words;
use crate::site::{Answer, Server, Site, now, pass};

const DAY: i64 = 86_400;

fn token(page: &str) -> String {
    page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn post(server: &Server, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let request = TestRequest::post()
        .uri(path)
        .insert_header(("cookie", cookie))
        .insert_header(("sec-fetch-site", "same-origin"));
    server.call(request.set_form(fields)).await
}

#[actix_web::test]
async fn a_line_is_added_with_its_reason_shown_and_removed() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let draft = format!("/billing/2026-10/drafts/{}", site.contract_of("aphp"));
        let form = format!("{draft}/manual");
        let token = token(&server.page(&form, &cookie).await.text());
        let mut fields = vec![
            ("form_token", token.as_str()),
            ("sign", "service"),
            ("fr", "Intervention de nuit"),
            ("service", "other"),
            ("quantity", "2,5"),
            ("unit", "hour"),
            ("price", "80,00"),
            ("vat", "0"),
        ];
        let without = post(&server, &form, &cookie, &fields).await;
        assert_eq!(without.status.as_u16(), 422, "{engine:?}");
        assert!(without.text().contains("Donnez le motif") && without.text().contains("Intervention de nuit"));
        fields.push(("reason", "Demandée par courrier du 12 octobre"));
        let asked = post(&server, &form, &cookie, &fields).await;
        assert!(asked.text().contains("Ajouter cette ligne") && asked.text().contains("200,00"), "{}", asked.text());
        fields.push(("confirm", "0"));
        let added = post(&server, &form, &cookie, &fields).await;
        assert_eq!((added.status.as_u16(), added.header("location")), (303, draft.as_str()), "{}", added.text());
        let twice = post(&server, &form, &cookie, &fields).await;
        assert!(twice.status.as_u16() == 200 && twice.text().contains("est déjà parti"), "{}", twice.text());
        assert!(twice.text().contains("name=\"confirm\" value=\"1\""), "it asks about what waits now");
        let page = server.page(&draft, &cookie).await.text();
        assert!(page.contains("Intervention de nuit") && page.contains("Demandée par courrier"), "{page}");
        let trail = server.page("/audit", &cookie).await.text();
        assert!(trail.contains("manual-line.added") || trail.contains("Ligne ajoutée"), "{trail}");

        let remove = page.split(&format!("{draft}/manual/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let remove = format!("{draft}/manual/{remove}");
        assert!(server.page(&remove, &cookie).await.text().contains("Retirer cette ligne"));
        let bare = post(&server, &remove, &cookie, &[("form_token", &token)]).await;
        assert_eq!(bare.status.as_u16(), 422);
        let gone = post(&server, &remove, &cookie, &[("form_token", &token), ("reason", "en double")]).await;
        assert_eq!(gone.status.as_u16(), 303);
        assert!(!server.page(&draft, &cookie).await.text().contains("Intervention de nuit"));
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page(&form, &auditor).await.status.as_u16(), 403);
    }
}

/// A line for the month that goes on is shown where it was added, and waits there for the draft.
#[actix_web::test]
async fn a_line_is_added_to_the_running_month() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let draft = format!("/billing/2026-11/drafts/{}", site.contract_of("aphp"));
        let form = format!("{draft}/manual");
        let token = token(&server.page(&form, &cookie).await.text());
        let fields = [
            ("form_token", token.as_str()),
            ("sign", "service"),
            ("fr", "Intervention de nuit"),
            ("service", "other"),
            ("quantity", "2,5"),
            ("unit", "hour"),
            ("price", "80,00"),
            ("vat", "0"),
            ("reason", "Demandée par courrier du 2 novembre"),
            ("confirm", "0"),
        ];
        let added = post(&server, &form, &cookie, &fields).await;
        assert_eq!((added.status.as_u16(), added.header("location")), (303, draft.as_str()), "{}", added.text());
        let page = server.page(&draft, &cookie).await;
        assert_eq!(page.status.as_u16(), 200, "{engine:?}");
        for text in ["mois en cours", "Le mois n’est pas terminé", "Intervention de nuit", "200,00"] {
            assert!(page.text().contains(text), "{engine:?} {text}: {}", page.text());
        }
        let plan = server.page("/billing/2026-11", &cookie).await.text();
        assert!(plan.contains(&format!("href=\"{draft}\"")), "{engine:?} {plan}");
        // The estimate does not hold it: who bills is told what waits, the tenant that such amounts are not in it.
        let estimate = words(&server.page("/usage/estimate?tenant=aphp&month=2026-11", &cookie).await.text());
        assert!(estimate.contains("Une ligne ajoutée à la main attend la facture de ce mois (200,00"), "{estimate}");
        let tenant = server.sign_in(Role::Tenant).await;
        let estimate = words(&server.page("/usage/estimate?month=2026-11", &tenant).await.text());
        assert!(estimate.contains("Les montants ajoutés à la main n’y figurent pas"), "{estimate}");
        assert!(!estimate.contains("attend la facture"), "{estimate}");
        let nothing = server.page("/billing/2026-11/drafts/NONE", &cookie).await;
        assert_eq!(nothing.status.as_u16(), 404, "{engine:?}");
    }
}

#[actix_web::test]
async fn an_allowance_lowers_the_draft_but_never_below_nothing() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let draft = format!("/billing/2026-10/drafts/{}", site.contract_of("aphp"));
    let form = format!("{draft}/manual");
    let token = token(&server.page(&form, &cookie).await.text());
    let fields = |price: &'static str| {
        [
            ("form_token", token.clone()),
            ("confirm", "0".into()),
            ("sign", "allowance".into()),
            ("fr", "Geste commercial".into()),
            ("service", "other".into()),
            ("quantity", "1".into()),
            ("unit", "one".into()),
            ("price", price.to_owned()),
            ("vat", "0".into()),
            ("reason", "retard de livraison".into()),
        ]
    };
    let send = |fields: [(&'static str, String); 10]| {
        let request = TestRequest::post().uri(&form).insert_header(("cookie", cookie.as_str()));
        server.call(request.insert_header(("sec-fetch-site", "same-origin")).set_form(fields))
    };
    let refused = send(fields("99999999")).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text().contains("une facture n’est jamais négative"), "{}", refused.text());
    assert_eq!(send(fields("10")).await.status.as_u16(), 303);
    let page = server.page(&draft, &cookie).await.text();
    assert!(page.contains("Geste commercial") && page.contains("10,00"), "{page}");
}

#[actix_web::test]
async fn an_invoice_is_taken_back_in_part_and_then_the_rest() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let number = site.number_of("aphp");
        let invoice = server.page(&format!("/invoices/{number}"), &cookie).await.text();
        assert!(invoice.contains(&format!("/invoices/{number}/credit")), "{engine:?}");
        let form = format!("/invoices/{number}/credit");
        let token = token(&server.page(&form, &cookie).await.text());
        let none = post(&server, &form, &cookie, &[("form_token", &token), ("reason", "erreur")]).await;
        assert_eq!(none.status.as_u16(), 422, "neither the whole nor a line");
        for (fields, expected) in [
            ([("whole", "1"), ("line-1", "1")], "à la fois"),
            ([("whole", "1"), ("amount-2", "1,00")], "La ligne 2 porte un montant sans être cochée"),
        ] {
            let fields = [[("form_token", token.as_str()), ("reason", "erreur")], fields].concat();
            let both = post(&server, &form, &cookie, &fields).await;
            assert!(both.status.as_u16() == 422 && both.text().contains(expected), "{}", both.text());
        }
        let wrong = [("form_token", token.as_str()), ("line-1", "1"), ("amount-1", "99999999"), ("reason", "erreur")];
        let wrong = post(&server, &form, &cookie, &wrong).await;
        assert!(wrong.status.as_u16() == 422 && wrong.text().contains("on peut reprendre"), "{}", wrong.text());
        let several = [("form_token", token.as_str()), ("line-1", "1"), ("amount-1", "x"), ("amount-2", "1,00")];
        let unreasoned = [("form_token", token.as_str()), ("line-1", "1"), ("amount-1", "99999999")];
        for (fields, expected) in [
            (
                several.as_slice(),
                ["Le montant de la ligne 1", "La ligne 2 porte un montant", "Un avoir demande un motif"],
            ),
            (&unreasoned, ["on peut reprendre", "Un avoir demande un motif", "id=\"reason-error\""]),
        ] {
            let told = post(&server, &form, &cookie, fields).await.text();
            assert!(expected.iter().all(|part| told.contains(part)), "all at once: {engine:?} {told}");
        }
        let part = [("form_token", token.as_str()), ("line-1", "1"), ("amount-1", "1,50"), ("reason", "erreur")];
        let asked = post(&server, &form, &cookie, &part).await;
        assert!(asked.text().contains("1,50") && asked.text().contains("Émettre cet avoir"), "{}", asked.text());
        let asked = asked.text();
        let seen = asked.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let part = [part.as_slice(), &[("confirm", seen)]].concat();
        let issued = post(&server, &form, &cookie, &part).await;
        assert_eq!(issued.status.as_u16(), 303, "{}", issued.text());
        let twice = post(&server, &form, &cookie, &part).await;
        assert!(twice.status.as_u16() == 200 && twice.text().contains("a changé depuis"), "{}", twice.text());
        let note = server.page(issued.header("location"), &cookie).await.text();
        assert!(note.contains("Avoir DC2026000004") && note.contains("partie de la ligne 1"), "{note}");
        assert!(!note.contains("Référence de paiement"), "nothing is paid on it: {note}");
        let line = server.page(&format!("{}/lines/1", issued.header("location")), &cookie).await.text();
        assert!(line.contains(&format!("/invoices/{number}/lines/1")), "it leads to the line it takes back: {line}");
        assert!(line.contains("se lit à la ligne qu’elle corrige") && !line.contains("aucun compteur"), "{line}");
        let link = format!("corrige\u{202f}: <a href=\"/invoices/{number}\">{number}</a>");
        assert!(note.contains(&link) && note.contains("Motif\u{a0}: erreur") && note.contains("Émis le"), "{note}");
        let theirs = server.page(issued.header("location"), &server.sign_in(Role::Tenant).await).await.text();
        assert!(theirs.contains(&link) && !theirs.contains("Motif"), "{theirs}");
        // Nobody paid: it is credited in part, on its page, in the list and in the list's files.
        for (path, partly) in [
            (format!("/invoices/{number}"), "créditée en partie"),
            ("/invoices?status=open".to_owned(), "créditée en partie"),
            ("/invoices/list.csv?status=open&lang=en".to_owned(), "partly credited"),
        ] {
            let page = server.page(&path, &cookie).await.text();
            assert!(page.contains(partly) && !page.contains("payée en partie"), "{path}: {page}");
        }

        let again = server.page(&form, &cookie).await.text();
        assert!(again.contains("repris par DC2026000004"), "{again}");
        let nothing = [("form_token", token.as_str())];
        let told = post(&server, &form, &cookie, &nothing).await.text();
        assert!(told.contains("au moins une ligne") && told.contains("Un avoir demande un motif"), "at once: {told}");
        let rest = [("form_token", token.as_str()), ("whole", "1"), ("reason", "le reste"), ("confirm", "1")];
        let asked = post(&server, &form, &cookie, &rest[..3]).await.text();
        let add = format!("/billing/2026-10/drafts/{}/manual", site.contract_of("aphp"));
        assert!(asked.contains("reste facturé") && asked.contains(&add), "{asked}");
        assert_eq!(post(&server, &form, &cookie, &rest).await.status.as_u16(), 303);
        let plan = server.page("/billing/2026-09", &cookie).await.text();
        let row = plan.split(&site.contract_of("aphp")).nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(row.contains(">annulée</span>") && row.contains(">0,00</td>"), "{engine:?} {row}");
        assert!(row.contains("annulée par les avoirs DC2026000004, DC2026000005"), "{engine:?} {row}");
        assert!(!row.contains(&format!(">{number}</a>")), "its number stands there once: {engine:?} {row}");
        let next = server.page("/billing/2026-10", &cookie).await.text();
        let named = format!(">{}</a>", site.contract_of("aphp"));
        let row = next
            .split("</tr>")
            .find(|row| row.contains("scope=\"row\" class=\"wide\"") && row.contains(&named))
            .unwrap();
        assert!(row.contains(">0,00<br>"), "the month before comes to nothing: {row}");
        let note = server.page("/invoices/DC2026000004/credit", &cookie).await;
        assert!(note.status.as_u16() == 422 && note.text().contains("ne se reprend pas lui-même"), "{}", note.text());
        let page = server.page(&format!("/invoices/{number}"), &cookie).await.text();
        assert!(page.contains("Avoir DC2026000005</a>, 3\u{a0}novembre\u{a0}2026"), "{page}");
        assert!(
            page.contains("DC2026000005") && !page.contains(&format!("href=\"{form}\"")),
            "nothing is left: {page}"
        );
        let over = post(&server, &form, &cookie, &rest).await;
        assert!(over.status.as_u16() == 422 && over.text().contains("déjà reprises"), "{}", over.text());
        let settled = server.page(&form, &cookie).await.text();
        assert!(settled.contains("déjà reprise en entier") && !settled.contains("name=\"whole\""), "{settled}");
        assert!(settled.contains("href=\"/invoices/DC2026000005\"") && settled.contains(&add), "{settled}");
        // The month that is issued takes no line, which is said before one is typed.
        let billed = server.page(&add.replace("2026-10", "2026-09"), &cookie).await;
        assert!(billed.status.as_u16() == 422 && billed.text().contains("est déjà facturé"), "{}", billed.text());
    }
}

#[actix_web::test]
async fn an_invoice_is_stated_again_with_todays_address() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let number = site.number_of("ville-de-paris");
        let form = format!("/invoices/{number}/correct");
        let unchanged = server.page(&form, &cookie).await.text();
        assert!(
            unchanged.contains("Rien n’a changé") && unchanged.contains("/tenants/ville-de-paris/edit"),
            "{unchanged}"
        );
        let book = std::fs::read_to_string(crate::common::small_book_path()).unwrap();
        let moved = site.world.file("moved.toml", &book.replace("postcode = \"75004\"", "postcode = \"75003\""));
        site.world.ok(&["import", moved.to_str().unwrap()]);
        let asked = server.page(&form, &cookie).await.text();
        assert!(asked.contains("75004") && asked.contains("75003"), "{asked}");
        let token = token(&asked);
        let unreasoned = post(&server, &form, &cookie, &[("form_token", &token), ("reason", " ")]).await;
        assert_eq!(unreasoned.status.as_u16(), 422);
        assert!(unreasoned.text().contains("demande un motif"), "{}", unreasoned.text());
        let reason = [("form_token", token.as_str()), ("reason", "refusée par Chorus Pro")];
        let issued = post(&server, &form, &cookie, &reason).await;
        assert_eq!(issued.status.as_u16(), 303, "{}", issued.text());
        let corrected = server.page(issued.header("location"), &cookie).await.text();
        assert!(corrected.contains("DC2026000005") && corrected.contains(&number), "{corrected}");
        let over = post(&server, &form, &cookie, &reason).await;
        assert!(over.status.as_u16() == 422 && over.text().contains("déjà reprises"), "{}", over.text());
    }
}

#[actix_web::test]
async fn an_availability_is_recorded_by_finance_and_read_by_the_tenant() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        let cookie = server.sign_in(Role::Finance).await;
        let path = "/contracts/AP-2026/availability";
        let empty = server.page(path, &cookie).await.text();
        assert!(empty.contains("Aucune disponibilité") && empty.contains("10\u{a0}% du prix du mois"), "{empty}");
        let token = token(&empty);
        let send = |month: &'static str, percent: &'static str| {
            let fields = [
                ("form_token", token.clone()),
                ("line", "baies".to_owned()),
                ("month", month.to_owned()),
                ("percent", percent.to_owned()),
                ("reason", "rapport de supervision".to_owned()),
            ];
            let (server, cookie) = (&server, &cookie);
            async move {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                post(server, path, cookie, &fields).await
            }
        };
        for (month, percent, told) in [
            ("2026-09", "beaucoup", "Donnez un pourcentage"),
            ("2026-09", "100,5", "de 0 à 100"),
            ("2027-01", "99", "pas fini"),
        ] {
            let refused = send(month, percent).await;
            assert!(refused.status.as_u16() == 422 && refused.text().contains(told), "{told}: {}", refused.text());
        }
        assert_eq!(send("2026-09", "99,9").await.status.as_u16(), 303);
        let page = server.page(path, &cookie).await.text();
        assert!(page.contains("99,9\u{a0}%") && page.contains("sur la prochaine facture"), "{page}");
        let tenant = server.sign_in(Role::Tenant).await;
        let own = server.page(path, &tenant).await.text();
        assert!(own.contains("rapport de supervision") && !own.contains("<textarea"), "{own}");
        for other in ["EDP-2026", "NONE-1"] {
            let other = server.page(&format!("/contracts/{other}/availability"), &tenant).await;
            assert_eq!(other.status.as_u16(), 404);
        }
    }
}

#[actix_web::test]
async fn a_late_payment_is_recorded_and_its_interest_claimed() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        pass(100 * DAY);
        let cookie = server.sign_in(Role::Finance).await;
        let number = site.number_of("eau-de-paris");
        let dunning = server.page("/dunning", &cookie).await.text();
        assert!(dunning.contains(&number) && dunning.contains("Jours de retard"), "{engine:?} {dunning}");
        let internal = dunning.split("Service de la même personne morale").nth(1).unwrap();
        let internal = internal.split("</table>").next().unwrap();
        let own = site.number_of("ville-de-paris");
        assert!(internal.contains(&own) && internal.contains(">–<") && !internal.contains("40,00"), "{internal}");
        assert!(server.page("/", &cookie).await.text().contains(&format!("/invoices/{number}")));
        let reminder = format!("/dunning/{number}/reminder");
        assert!(dunning.contains(&reminder) && !dunning.contains(&format!("/dunning/{own}/reminder")), "{dunning}");
        let mail = server.page(&reminder, &cookie).await.text();
        assert!(mail.contains("Unless we are mistaken") && mail.contains("Envoyer la relance"), "{mail}");
        let fields = [("form_token", token(&mail))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let sent = post(&server, &reminder, &cookie, &fields).await;
        assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/dunning"), "{}", sent.text());
        let twice = post(&server, &reminder, &cookie, &fields).await;
        assert!(twice.status.as_u16() == 422 && twice.text().contains("déjà été relancée"), "{}", twice.text());
        let notices = server.page(&format!("/invoices/{number}/mail"), &cookie).await.text();
        assert!(notices.contains(">relance<"), "{notices}");
        let form = format!("/payments/record?invoice={number}");
        let page = server.page(&form, &cookie).await.text();
        let token = token(&page);
        let gross =
            page.split("id=\"amount\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        let day = now().date_naive().to_string();
        let entry = |amount: &str, confirm: &str| {
            [
                ("form_token", token.clone()),
                ("invoice", number.clone()),
                ("date", day.clone()),
                ("amount", amount.to_owned()),
                ("reference", "VIR EAU".to_owned()),
                ("confirm", confirm.to_owned()),
            ]
        };
        let send = |fields: [(&'static str, String); 6]| {
            let request = TestRequest::post().uri("/payments/record").insert_header(("cookie", cookie.as_str()));
            server.call(request.insert_header(("sec-fetch-site", "same-origin")).set_form(fields))
        };
        let over = send(entry("99999999,00", "")).await;
        assert!(over.status.as_u16() == 422 && over.text().contains("dépasse ce qui reste dû"), "{}", over.text());
        let asked = send(entry(gross, "")).await.text();
        assert!(asked.contains("jours après l’échéance") && asked.contains("Enregistrer ce paiement"), "{asked}");
        let done = send(entry(gross, "1")).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("/invoices/{number}").as_str()));
        let list = server.page("/payments", &cookie).await.text();
        assert!(list.contains("REG-2027-000001") && list.contains("VIR EAU"), "{list}");
        let found = server.page("/payments?q=vir&tenant=eau-de-paris", &cookie).await.text();
        assert!(found.contains(&number), "{found}");
        let csv = server.page("/payments/list.csv", &cookie).await;
        assert!(csv.text().contains(";eau-de-paris;Eau de Paris;"), "{}", csv.text());
        assert!(csv.text().contains(&number) && csv.header("content-disposition").contains("paiements"));

        let dunning = server.page("/dunning", &cookie).await.text();
        assert!(dunning.contains(&format!("/dunning/{number}")), "{dunning}");
        let claim = server.page(&format!("/dunning/{number}"), &cookie).await.text();
        assert!(claim.contains("÷ 365"), "{claim}");
        let claimed = post(&server, &format!("/dunning/{number}"), &cookie, &[("form_token", &token)]).await;
        assert_eq!(claimed.status.as_u16(), 303, "{}", claimed.text());
        let page = server.page(&format!("/invoices/{number}"), &cookie).await.text();
        assert!(page.contains("INT-REG-2027-000001"), "{page}");
        let claims = page.split("Intérêts réclamés").nth(1).unwrap().split("</table>").next().unwrap();
        for expected in ["jours ÷ 365 ×", "payés le", "REG-2027-000001", ">40,00<"] {
            assert!(claims.contains(expected), "{expected}: {claims}");
        }
        assert!(page.contains("code de commerce, D441-5"), "{page}");
        // Claimed and not due yet: open, and not late.
        assert!(!server.page("/dunning", &cookie).await.text().contains(&number));
        let open = server.page("/invoices?status=open", &cookie).await.text();
        let row = open.split(&format!("/invoices/{number}\"")).nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(!row.contains("échu") && row.contains("intérêts à payer"), "{row}");
        let due = row.split("<td class=\"day spare\">").nth(2).unwrap().split("</td>").next().unwrap().to_owned();
        assert!(due.ends_with("intérêts de retard</span>"), "{row}");
        let day = due.split('<').next().unwrap();
        let page = server.page(&format!("/invoices/{number}"), &cookie).await.text();
        let figures = page.split("<dl class=\"figures\">").nth(1).unwrap().split("</dl>").next().unwrap();
        assert!(figures.contains("Intérêts de retard, dus le") && !figures.contains("<dt>Échéance<"), "{figures}");
        assert!(
            figures.contains("Reste dû, intérêts seuls") && page.contains("Échéance de la facture, payée"),
            "{page}"
        );

        // Not paid by its own day, it is late since that day, wherever one looks.
        pass(50 * DAY);
        let cookie = server.sign_in(Role::Finance).await;
        let late = server.page("/dunning", &cookie).await.text();
        let row = late.split(&format!("/invoices/{number}\"")).nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(row.contains(&due), "{due}: {row}");
        let home = server.page("/", &cookie).await.text();
        assert_eq!(day, "28/03/2027");
        assert!(home.contains("d’intérêts de retard, dus le 28\u{a0}mars\u{a0}2027"), "{home}");
        let overdue = server.page("/invoices?status=overdue&sort=-due", &cookie).await.text();
        let first = overdue.split("<tbody>").nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(first.contains(&number) && first.contains("intérêts échus") && first.contains(&due), "{first}");
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(server.page("/payments", &auditor).await.status.as_u16(), 200);
        assert_eq!(server.page("/payments/record", &auditor).await.status.as_u16(), 403);
        assert_eq!(server.page("/payments", &server.sign_in(Role::Tenant).await).await.status.as_u16(), 403);
    }
}

/// A camt.053 statement of three receipts, one of which names the invoice.
fn statement(number: &str) -> String {
    include_str!("../fixtures/statement.camt053.xml").replace("DC2026000124", number)
}

/// A statement of one receipt of 40.00 that names no invoice, of which the bank kept 20.00.
fn charged() -> &'static str {
    "<Document><BkToCstmrStmt><Stmt><Id>S7</Id><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct><Ntry>\
     <Amt Ccy=\"EUR\">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-01</Dt></BookgDt>\
     <NtryDtls><TxDtls><Amt Ccy=\"EUR\">40.00</Amt><Chrgs><Amt Ccy=\"EUR\">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>\
     </TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
}

#[actix_web::test]
async fn a_statement_is_read_and_what_it_left_is_matched_by_hand() {
    for engine in ENGINES {
        let site = Site::new(engine);
        let server = Server::start(&site).await;
        pass(100 * DAY);
        let cookie = server.sign_in(Role::Finance).await;
        let number = site.number_of("aphp");
        let token = token(&server.page("/payments/import", &cookie).await.text());
        let upload = |content: String| {
            let boundary = "x-boundary-x";
            let body = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n--{boundary}\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"statement.xml\"\r\n\
                 Content-Type: application/xml\r\n\r\n{content}\r\n--{boundary}--\r\n"
            );
            let request = TestRequest::post()
                .uri("/payments/import")
                .insert_header(("cookie", cookie.as_str()))
                .insert_header(("sec-fetch-site", "same-origin"))
                .insert_header(("content-type", format!("multipart/form-data; boundary={boundary}")));
            server.call(request.set_payload(body))
        };
        let broken = upload("not a statement".to_owned()).await;
        assert_eq!(broken.status.as_u16(), 422, "{engine:?}");
        assert!(broken.text().contains("ne se lit pas comme un relevé"), "{}", broken.text());
        let altered = upload(statement(&number).replace("1275.00", "1275.01")).await;
        assert_eq!(altered.status.as_u16(), 422, "{engine:?}");
        assert!(altered.text().contains("= 1\u{202f}275,00"), "{}", altered.text());
        let read = upload(statement(&number)).await;
        assert_eq!(read.status.as_u16(), 303, "{}", read.text());
        let report = server.page(read.header("location"), &cookie).await.text();
        assert!(report.contains("à rapprocher") && report.contains("enregistrés\u{202f}: 1"), "{report}");
        let waiting = server.page("/payments/receipts", &cookie).await.text();
        let match_at = waiting.split("/payments/record?receipt=").nth(1).expect(&waiting).split('"').next().unwrap();
        let form = server.page(&format!("/payments/record?receipt={match_at}"), &cookie).await.text();
        let key = form.split("name=\"receipt\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let date = form.split("name=\"date\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [
            ("form_token", token.as_str()),
            ("receipt", key.as_str()),
            ("invoice", number.as_str()),
            ("date", date.as_str()),
            ("amount", "1,00"),
            ("confirm", "1"),
        ];
        let matched = post(&server, "/payments/record", &cookie, &fields).await;
        assert_eq!(matched.status.as_u16(), 303, "{}", matched.text());
        let over = [&fields[..4], &[("amount", "1500"), ("confirm", "1")]].concat();
        let over = post(&server, "/payments/record", &cookie, &over).await;
        assert!(over.status.as_u16() == 422 && over.text().contains("Il ne reste que"), "{}", over.text());
        let bare =
            post(&server, "/payments/receipts/dismiss", &cookie, &[("form_token", &token), ("receipt", &key)]).await;
        assert_eq!(bare.status.as_u16(), 422);
        let fields = [("form_token", token.as_str()), ("receipt", &key), ("reason", "remboursement d’un fournisseur")];
        let set_aside = post(&server, "/payments/receipts/dismiss", &cookie, &fields).await;
        assert_eq!(set_aside.status.as_u16(), 303, "{}", set_aside.text());
        assert!(!server.page("/payments/receipts", &cookie).await.text().contains(match_at));
        let again = upload(statement(&number)).await;
        assert_eq!(again.status.as_u16(), 303);
        let report = server.page(again.header("location"), &cookie).await.text();
        assert!(report.contains("connus auparavant\u{202f}: 2"), "{report}");

        assert!(upload(charged().to_owned()).await.status.is_redirection());
        let waiting = server.page("/payments/receipts", &cookie).await.text();
        let kept = "dont 20,00\u{a0}€ retenus par la banque";
        assert!(waiting.contains(kept), "{waiting}");
        let match_at = waiting.split("/payments/record?receipt=").nth(1).expect(&waiting).split('"').next().unwrap();
        let form = server.page(&format!("/payments/record?receipt={match_at}"), &cookie).await.text();
        assert!(form.contains(kept), "{form}");
    }
}

#[actix_web::test]
async fn what_cannot_be_undone_is_asked_first_and_archives_keep_to_the_list() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    let plan = server.page("/billing/2026-10", &cookie).await.text();
    assert!(
        plan.contains("/billing/2026-10/issue?what=drafts") && !plan.contains("name=\"issue\" value=\"0\""),
        "{plan}"
    );
    let question = server.page("/billing/2026-10/issue?what=drafts", &cookie).await.text();
    assert!(question.contains("name=\"issue\" value=\"0\""), "{question}");
    let list = server.page("/invoices?tenant=aphp&status=open", &cookie).await.text();
    let form = list.split("action=\"/invoices/documents.zip\"").nth(1).unwrap().split("<table").next().unwrap();
    assert!(
        form.contains("name=\"tenant\" value=\"aphp\"") && form.contains("name=\"status\" value=\"open\""),
        "{form}"
    );
    // With nothing ticked one stays on the list.
    let none = server.page("/invoices/documents.zip?tenant=aphp&status=open&chosen=1", &cookie).await;
    let page = none.text();
    assert_eq!(none.status.as_u16(), 422);
    assert!(page.contains("Aucun document n’est coché") && page.contains("id=\"tick-1\""), "{page}");
    assert!(!page.contains("a été consignée"), "{page}");
}

#[actix_web::test]
async fn problems_speak_the_readers_language_and_lead_to_their_place() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let cookie = server.sign_in(Role::Finance).await;
    // Nothing was read in November.
    pass(40 * DAY);
    let cookie_later = server.sign_in(Role::Finance).await;
    assert_ne!(cookie, cookie_later);
    let plan = server.page("/billing/2026-11", &cookie_later).await.text();
    assert!(plan.contains("href=\"/meters/A01-EA\""), "{plan}");
    for english in ["send the missing readings", "the contract does not let", "is silent from", "has no reading"] {
        assert!(!plan.contains(english), "English in a French page: {english}");
    }
    assert!(plan.contains("envoyez les relevés manquants"), "{plan}");
    let json = server.get_with("/api/v1/billing/2026-11", &server.token(Role::Finance).await).await;
    assert!(json.text().contains("missing reading"), "programs still read English: {}", json.text());
}
