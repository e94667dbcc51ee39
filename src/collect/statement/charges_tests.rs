//! Transfers of which the bank kept something.

use super::read;
use crate::domain::money::Money;

/// What was sent and kept of each receipt of an entry with this amount and these parts.
fn received(booked: &str, parts: &str) -> Vec<(String, String)> {
    let text = format!(
        "<Document><BkToCstmrStmt><Stmt><Id>S7</Id><Acct><Id><IBAN>FR14</IBAN></Id></Acct><Ntry><Amt Ccy=\"EUR\">{booked}\
         </Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>{parts}</Ntry></Stmt>\
         </BkToCstmrStmt></Document>"
    );
    let receipts = read(text.as_bytes()).unwrap();
    receipts.iter().map(|one| (one.amount.to_string(), one.charge.to_string())).collect()
}

fn amount(name: &str, euros: &str) -> String {
    format!("<{name}><Amt Ccy=\"EUR\">{euros}</Amt></{name}>")
}

fn transaction(content: &str) -> String {
    format!("<NtryDtls><TxDtls>{content}</TxDtls></NtryDtls>")
}

fn both(one: (&str, &str), other: (&str, &str)) -> Vec<(String, String)> {
    [one, other].map(|(gross, charge)| (gross.to_owned(), charge.to_owned())).to_vec()
}

const CHARGE: &str = "<Chrgs><Amt Ccy=\"EUR\">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>";

/// A charge of 2.00 in the form of later versions, included or not.
fn record(is_included: bool) -> String {
    format!(
        "<Chrgs><TtlChrgsAndTaxAmt Ccy=\"EUR\">2.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy=\"EUR\">2.00</Amt>\
         <CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>{is_included}</ChrgInclInd></Rcrd></Chrgs>"
    )
}

#[test]
fn what_was_sent_is_received_where_the_amounts_bear_the_charge_out() {
    let sent = [("100.00".to_owned(), "2.00".to_owned())];
    let gross = format!("<AmtDtls>{}</AmtDtls>{CHARGE}", amount("TxAmt", "100.00"));
    assert_eq!(received("98.00", &transaction(&gross)), sent);
    let (instructed, net) = (amount("InstdAmt", "100.00"), amount("TxAmt", "98.00"));
    assert_eq!(received("98.00", &transaction(&format!("<AmtDtls>{instructed}{net}</AmtDtls>{CHARGE}"))), sent);
    assert_eq!(received("98.00", &transaction(&record(true))), sent);
    // Told of the entry, with or without a transaction, or of both.
    assert_eq!(received("98.00", &record(true)), sent);
    assert_eq!(received("98.00", &format!("{CHARGE}{}", transaction(&gross))), sent);
}

#[test]
fn a_charge_that_the_amounts_do_not_show_is_booked_by_itself() {
    let whole = [("98.00".to_owned(), "0.00".to_owned())];
    assert_eq!(received("98.00", &transaction(CHARGE)), whole, "nothing says what was sent");
    assert_eq!(received("98.00", &transaction(&record(false))), whole);
    let other = format!("<AmtDtls>{}</AmtDtls>{CHARGE}", amount("TxAmt", "97.00"));
    assert_eq!(received("98.00", &transaction(&other)), whole);
    let foreign = transaction(&record(true)).replace("<Amt Ccy=\"EUR\">2", "<Amt Ccy=\"USD\">2");
    assert_eq!(received("98.00", &foreign), whole);
    let back = transaction(&record(true)).replace("DBIT", "CRDT");
    assert_eq!(received("98.00", &back), whole);
    let no_charge = format!("<AmtDtls>{}</AmtDtls>", amount("InstdAmt", "100.00"));
    assert_eq!(received("98.00", &transaction(&no_charge)), whole);
}

#[test]
fn of_several_each_is_received_as_it_was_sent() {
    let part =
        |euros: &str, charge: &str| format!("<TxDtls><AmtDtls>{}</AmtDtls>{charge}</TxDtls>", amount("TxAmt", euros));
    let entry = |parts: &[String]| format!("<NtryDtls>{}</NtryDtls>", parts.concat());
    let told = entry(&[part("100.00", CHARGE), part("50.00", "")]);
    assert_eq!(received("148.00", &told), both(("100.00", "2.00"), ("50.00", "0.00")));
    let inclusive = entry(&[part("98.00", &record(true)), part("50.00", "")]);
    assert_eq!(received("148.00", &inclusive), both(("100.00", "2.00"), ("50.00", "0.00")));
    let of_entry = format!("{CHARGE}{}", entry(&[part("100.00", ""), part("50.00", "")]));
    assert_eq!(received("148.00", &of_entry), both(("100.00", "2.00"), ("50.00", "0.00")));
    let of_net = format!("{}{}", record(true), entry(&[part("98.00", ""), part("50.00", "")]));
    assert_eq!(
        received("148.00", &of_net),
        both(("98.00", "0.00"), ("50.00", "0.00")),
        "nobody says of which it was kept"
    );
    let untold = entry(&[part("100.00", ""), part("50.00", "")]);
    assert_eq!(received("148.00", &untold), [("148.00".to_owned(), "0.00".to_owned())], "as it was credited");
}

/// A file that was read before charges were understood counts once.
#[test]
fn keys_are_those_of_what_was_credited() {
    let of = |parts: &str| {
        let text = format!(
            "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>FR14</IBAN></Id></Acct><Ntry><Amt Ccy=\"EUR\">98.00</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>\
             {parts}</Ntry></Stmt></BkToCstmrStmt></Document>"
        );
        read(text.as_bytes()).unwrap()
    };
    let parts = "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">60.00</Amt></TxDtls><TxDtls><Amt Ccy=\"EUR\">40.00</Amt>CHARGE</TxDtls>\
                 </NtryDtls>";
    let before = of(&parts.replace("CHARGE", ""));
    let since = of(&parts.replace("CHARGE", CHARGE));
    assert_eq!((before.len(), since.len()), (1, 2));
    assert!(since.iter().all(|one| one.parts == [before[0].key.clone()]), "{since:?}");
    assert_eq!(before[0].parts, since.iter().map(|one| one.key.clone()).collect::<Vec<_>>());
    let alone = of(&transaction(&record(true)));
    assert_eq!((alone[0].key.clone(), alone[0].amount), (of("")[0].key.clone(), Money::from_cents(10_000)));
}
