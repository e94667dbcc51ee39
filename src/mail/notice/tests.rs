//! The notice, read back from its bytes.

use chrono::NaiveDate;

use super::*;
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::invoice::{InvoiceBuyer, InvoiceNumber, InvoiceSeller, LAYOUT, PaymentDetails, References, Totals};
use crate::domain::money::Money;
use crate::domain::party::{Address as PostalAddress, LegalTextSet};
use crate::domain::receivables::LateInterest;
use crate::mail::Mailer;

fn invoice(kind: InvoiceKind) -> IssuedInvoice {
    let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
    let address = PostalAddress {
        lines: vec!["1 rue de l’Exemple".into()],
        postcode: "75018".into(),
        city: "Paris".into(),
        country: "FR".into(),
    };
    let month = BillingMonth::new(2026, 10).unwrap();
    IssuedInvoice {
        number: InvoiceNumber::new("DC", 2026, 123).unwrap(),
        kind,
        language: Language::French,
        issued_at: DateTime::from_timestamp(1_793_700_000, 0).unwrap(),
        issue_date: day(3),
        due_date: day(30),
        payment_days: 30,
        month,
        period: DatePeriod { from: month.first_day(), to: Some(month.next().first_day()) },
        seller: InvoiceSeller {
            name: "Ville de Paris, centre de données".into(),
            address: address.clone(),
            siret: "21750001600019".into(),
            siren: "217500016".into(),
            vat_number: "FR72217500016".into(),
            email: "facturation@dc.example.org".into(),
            phone: None,
        },
        buyer: InvoiceBuyer {
            code: "eau-de-paris".into(),
            name: "Eau de Paris <régie>".into(),
            address,
            siret: "51061105600012".into(),
            siren: "510611056".into(),
            vat_number: None,
        },
        references: References {
            contract: "CONV-2026-1".into(),
            contract_title: "Hébergement de baies".into(),
            service_code: None,
            engagement: None,
            market: None,
        },
        charges: vec![],
        vat: vec![],
        totals: Totals {
            net: Money::from_cents(1_028_806),
            tax: Money::from_cents(205_761),
            gross: Money::from_cents(1_234_567),
        },
        payment: PaymentDetails {
            account_holder: "Ville de Paris".into(),
            iban: "FR1420041010050500013M02606".into(),
            bic: "PSSTFRPPPAR".into(),
            reference: "RF85DC2026000123".into(),
        },
        legal: LegalTextSet {
            recovery_indemnity: String::new(),
            late_penalty: String::new(),
            discount: String::new(),
            footer: "Ville de Paris, SIRET 21750001600019".into(),
        },
        vat_on_debits: false,
        zone: "Europe/Paris".into(),
        facility: "Chapelle International".into(),
        corrects: vec![],
        layout: 0,
    }
}

fn notice<'a>(invoice: &'a IssuedInvoice, language: Language, pdf: Option<&'a [u8]>) -> InvoiceNotice<'a> {
    InvoiceNotice {
        invoice,
        recipient: "facturation@example.org",
        language,
        message_id: "DC2026000123.1@dc.example.org",
        date: invoice.issued_at,
        pdf,
        link: Some("https://dc.example.org/invoices/DC2026000123"),
        reminder: None,
    }
}

/// A part's headers and decoded body; the reader is independent of the builder.
struct ReadPart {
    headers: String,
    body: Vec<u8>,
}

fn read(bytes: &[u8]) -> (String, Vec<ReadPart>) {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let headers = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut parts = vec![];
    collect(&headers, body, &mut parts);
    (headers, parts)
}

fn collect(headers: &str, body: &str, parts: &mut Vec<ReadPart>) {
    if let Some(rest) = headers.split("boundary=\"").nth(1) {
        let boundary = format!("--{}", rest.split('"').next().unwrap());
        for part in body.split(&boundary).skip(1).take_while(|part| !part.starts_with("--")) {
            let (head, body) = part.trim_start_matches("\r\n").split_once("\r\n\r\n").unwrap();
            collect(&head.replace("\r\n ", " ").replace("\r\n\t", " "), body, parts);
        }
        return;
    }
    let body = if headers.to_lowercase().contains("quoted-printable") {
        unquoted(body)
    } else if headers.to_lowercase().contains("base64") {
        unbase64(body)
    } else {
        body.as_bytes().to_vec()
    };
    parts.push(ReadPart { headers: headers.to_owned(), body });
}

fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut bytes = vec![];
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'=' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

fn unbase64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text.chars().filter_map(|c| ALPHABET.find(c)).map(|i| u32::try_from(i).unwrap()).collect();
    let mut bytes = vec![];
    for group in digits.chunks(4) {
        let word = group.iter().fold(0, |word, digit| word << 6 | digit) << (6 * (4 - group.len()));
        bytes.extend(&word.to_be_bytes()[1..group.len()]);
    }
    bytes
}

/// What stands in the encoded words of a header; the plain ones around them are left out.
fn decoded_words(header: &str) -> String {
    let mut text = String::new();
    for piece in header.split("=?utf-8?b?").skip(1) {
        text.push_str(std::str::from_utf8(&unbase64(piece.split("?=").next().unwrap())).unwrap());
    }
    text
}

fn header<'a>(headers: &'a str, name: &str) -> &'a str {
    headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default()
}

#[test]
fn the_french_notice_carries_text_html_and_the_pdf() {
    let invoice = invoice(InvoiceKind::Invoice);
    let pdf = b"%PDF-1.7\n\xe2\xe3\xcf\xd3 not really";
    let message = invoice_notice(&notice(&invoice, Language::French, Some(pdf))).unwrap();
    let (headers, parts) = read(&message.formatted());

    assert_eq!(header(&headers, "Message-ID"), "<DC2026000123.1@dc.example.org>");
    assert_eq!(header(&headers, "Date"), "Tue, 03 Nov 2026 10:00:00 +0000");
    assert_eq!(header(&headers, "To"), "facturation@example.org");
    assert!(header(&headers, "From").ends_with("<facturation@dc.example.org>"), "{headers}");
    assert_eq!(header(&headers, "Content-Language"), "fr");
    assert_eq!(header(&headers, "Auto-Submitted"), "auto-generated");
    assert!(header(&headers, "Content-Type").starts_with("multipart/mixed"), "{headers}");
    let subject = decoded_words(header(&headers, "Subject"));
    assert_eq!(subject, "DC2026000123\u{202f}: octobre\u{a0}2026, 12\u{202f}345,67\u{a0}€", "{headers}");

    assert_eq!(parts.len(), 3);
    let text = std::str::from_utf8(&parts[0].body).unwrap();
    assert!(parts[0].headers.contains("text/plain"));
    assert!(text.contains("La facture DC2026000123 d’octobre\u{a0}2026 est disponible."), "{text}");
    assert!(text.contains("Total TTC"), "{text}");
    assert!(text.contains("30\u{a0}novembre\u{a0}2026"), "{text}");
    assert!(text.contains("https://dc.example.org/invoices/DC2026000123\r\n"), "{text}");
    assert!(text.contains("\r\n-- \r\nVille de Paris"), "{text}");
    let html = std::str::from_utf8(&parts[1].body).unwrap();
    assert!(parts[1].headers.contains("text/html"));
    assert!(html.contains("<html lang=\"fr\">") && html.contains("Eau de Paris &#60;régie&#62;"), "{html}");
    assert!(parts[2].headers.contains("application/pdf"));
    assert!(parts[2].headers.contains("filename=\"DC2026000123.pdf\""), "{}", parts[2].headers);
    assert_eq!(parts[2].body, pdf);
}

#[test]
fn without_a_pdf_the_notice_only_links() {
    let invoice = invoice(InvoiceKind::Invoice);
    let message = invoice_notice(&notice(&invoice, Language::English, None)).unwrap();
    let (headers, parts) = read(&message.formatted());
    assert!(header(&headers, "Content-Type").starts_with("multipart/alternative"), "{headers}");
    assert_eq!(parts.len(), 2);
    let text = std::str::from_utf8(&parts[0].body).unwrap();
    assert!(text.contains("Invoice DC2026000123 for October\u{a0}2026 is available."), "{text}");
    assert!(text.contains("€12,345.67") && !text.contains("attached"), "{text}");
}

#[test]
fn a_credit_note_asks_for_no_payment() {
    let invoice = invoice(InvoiceKind::CreditNote);
    let message = invoice_notice(&notice(&invoice, Language::French, None)).unwrap();
    let (_, parts) = read(&message.formatted());
    let text = std::str::from_utf8(&parts[0].body).unwrap();
    assert!(text.contains("L’avoir DC2026000123") && !text.contains("À payer") && !text.contains("RF85"), "{text}");
}

#[test]
fn a_bill_of_nothing_asks_for_no_payment() {
    let mut invoice = invoice(InvoiceKind::Invoice);
    invoice.layout = LAYOUT;
    let asks = |invoice: &IssuedInvoice| {
        let said = preview(&notice(invoice, Language::French, None)).unwrap().text;
        (said.contains("À payer"), said.contains("RF85"))
    };
    assert_eq!(asks(&invoice), (true, true));
    invoice.totals.gross = Money::ZERO;
    assert_eq!(asks(&invoice), (false, false));
}

#[test]
fn what_corrects_an_invoice_names_it() {
    for kind in [InvoiceKind::CreditNote, InvoiceKind::Corrected] {
        let mut invoice = invoice(kind);
        invoice.corrects = vec![(InvoiceNumber::from_stored("DC2026000101"), "2026-10-05".parse().unwrap())];
        let said = |language| {
            let said = preview(&notice(&invoice, language, None)).unwrap();
            [said.text, said.html].map(|text| text.replace(['\u{a0}', '\u{202f}'], " "))
        };
        for text in said(Language::French) {
            assert!(text.contains("Corrige la facture") && text.contains("DC2026000101 du 5 octobre 2026"), "{text}");
        }
        for text in said(Language::English) {
            assert!(text.contains("Corrects invoice") && text.contains("DC2026000101 of 5 October 2026"), "{text}");
        }
    }
    let plain = preview(&notice(&invoice(InvoiceKind::Invoice), Language::French, None)).unwrap();
    assert!(!plain.text.contains("Corrige"), "{}", plain.text);
}

/// Mail programs widen a page to its longest word, and phones then shrink all of it.
#[test]
fn a_long_address_breaks_where_the_window_ends() {
    let invoice = invoice(InvoiceKind::Invoice);
    let link = format!("https://chapelle.{}.example.org/invoices/DC2026000123", "services-numeriques.".repeat(4));
    let said = preview(&InvoiceNotice { link: Some(&link), ..notice(&invoice, Language::French, None) }).unwrap();
    let anchor = said.html.split("<a ").nth(1).and_then(|rest| rest.split("</a>").next()).unwrap();
    assert!(anchor.contains("overflow-wrap:anywhere") && anchor.ends_with(&link), "{anchor}");
}

#[test]
fn the_same_notice_gives_the_same_bytes() {
    let invoice = invoice(InvoiceKind::Invoice);
    let make = || invoice_notice(&notice(&invoice, Language::French, Some(b"%PDF"))).unwrap().formatted();
    assert_eq!(make(), make());
}

#[test]
fn an_address_nobody_can_write_to_is_permanent() {
    let invoice = invoice(InvoiceKind::Invoice);
    for recipient in ["", "facturation", "a@b@c", "a b@example.org", "x@example.org\r\nBcc: y@example.org"] {
        let mut notice = notice(&invoice, Language::French, None);
        notice.recipient = recipient;
        let error = invoice_notice(&notice).unwrap_err();
        assert!(error.is_permanent(), "{recipient}: {error}");
    }
}

#[test]
fn a_directory_holds_each_message_once() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::Directory(folder.path().join("mail"));
    let invoice = invoice(InvoiceKind::Invoice);
    let message = invoice_notice(&notice(&invoice, Language::French, None)).unwrap();
    mailer.send(&message).unwrap();
    mailer.send(&message).unwrap();
    let names: Vec<_> =
        std::fs::read_dir(folder.path().join("mail")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["DC2026000123.1@dc.example.org.eml"]);
    let bytes = std::fs::read(folder.path().join("mail/DC2026000123.1@dc.example.org.eml")).unwrap();
    assert_eq!(bytes, message.formatted());
}

#[test]
fn a_message_id_never_leads_out_of_the_directory() {
    let folder = tempfile::tempdir().unwrap();
    let invoice = invoice(InvoiceKind::Invoice);
    let mut notice = notice(&invoice, Language::French, None);
    notice.message_id = "../../up@dc.example.org";
    Mailer::Directory(folder.path().join("mail")).send(&invoice_notice(&notice).unwrap()).unwrap();
    assert!(folder.path().join("mail/_.._up@dc.example.org.eml").exists());
}

#[test]
fn a_relay_that_is_not_there_may_come_back() {
    let settings = crate::mail::SmtpSettings {
        host: "127.0.0.1".into(),
        port: 1,
        security: crate::mail::SmtpSecurity::None,
        credentials: None,
        authority: None,
    };
    let invoice = invoice(InvoiceKind::Invoice);
    let message = invoice_notice(&notice(&invoice, Language::French, None)).unwrap();
    let error = Mailer::smtp(&settings).unwrap().send(&message).unwrap_err();
    assert!(matches!(error, MailError::Relay(_)), "{error}");
}

#[test]
fn a_reminder_says_what_is_open_since_when_and_where_to_pay_it() {
    let invoice = invoice(InvoiceKind::Invoice);
    let accrued = LateInterest {
        days: 31,
        rate_percent: "10.15".parse().unwrap(),
        interest: Money::from_cents(10_643),
        indemnity: Money::from_cents(4_000),
        total: Money::from_cents(14_643),
    };
    let reminder = Reminder {
        due_date: invoice.due_date,
        days_late: 31,
        open: Money::from_cents(1_234_567),
        claimed: Money::ZERO,
        accrued: Some(accrued),
        claims: vec![],
    };
    let said = |language, reminder| {
        let said = preview(&InvoiceNotice { reminder: Some(reminder), ..notice(&invoice, language, None) }).unwrap();
        (said.subject, said.text.replace(['\u{a0}', '\u{202f}'], " "))
    };
    let (subject, text) = said(Language::French, &reminder);
    assert!(subject.starts_with("Relance\u{202f}: facture DC2026000123"), "{subject}");
    for part in
        ["échue le 30 novembre 2026", "Jours de retard  ", "12 345,67 €", "10,15 %", "106,43 €", "40,00 €", "FR14 2004"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let html = preview(&InvoiceNotice { reminder: Some(&reminder), ..notice(&invoice, Language::French, None) });
    let html = html.unwrap().html;
    for grouped in ["FR14 2004 1010 0505 0001 3M02 606", "RF85 DC20 2600 0123"] {
        assert!(html.contains(grouped), "its groups part on a narrow screen: {grouped}");
    }
    assert!(!text.contains("Dont intérêts"), "{text}");
    // Where only claimed interest is open, it bears none.
    let claim = Claim {
        document: "INT-REG-2026-000001".into(),
        payment: "REG-2026-000001".into(),
        received_on: "2026-12-31".parse().unwrap(),
        amount: Money::from_cents(1_234_567),
        interest: accrued,
    };
    let claimed =
        Reminder { open: accrued.total, claimed: accrued.total, accrued: None, claims: vec![claim], ..reminder };
    let (subject, text) = said(Language::English, &claimed);
    assert!(subject.contains("interest on invoice") && text.contains("Interest payable by"), "{subject} {text}");
    let formula = "12,345.67 × 31 days ÷ 365 × 10.15%";
    let text = text.replace(['€', '\n'], "");
    assert!(text.contains(formula) && text.contains("D441-5"), "{text}");
    assert!(text.contains("Of which interest and indemnities claimed") && !text.contains("accrues by law"), "{text}");
}
