use super::*;

const CAMT: &str = include_str!("../../../tests/fixtures/statement.camt053.xml");
const CFONB: &str = include_str!("../../../tests/fixtures/statement.cfonb120.txt");

fn shown(text: &str) -> Vec<String> {
    let receipts = read(text.as_bytes()).unwrap();
    receipts.iter().map(|one| format!("{} {} {} {}", one.account, one.booked_on, one.amount, one.text)).collect()
}

#[test]
fn camt_tells_what_came_in_batch_by_batch() {
    assert_eq!(
        shown(CAMT),
        [
            "FR1420041010050500013M02606 2026-12-01 1200.00 RF85DC2026000123 AP-HP & Cie",
            "FR1420041010050500013M02606 2026-12-02 100.00 facture DC2026000124",
            "FR1420041010050500013M02606 2026-12-02 50.00 RF18 5390 0754 7034",
        ]
    );
}

/// What was received and what was charged among it must not come to more than the bank credited.
#[test]
fn an_entry_whose_transactions_do_not_sum_to_it_is_one_receipt() {
    let whole = "FR1420041010050500013M02606 2026-12-02 150.00 facture DC2026000124 RF18 5390 0754 7034";
    let second = "<Amt Ccy=\"EUR\">50.00</Amt>";
    assert!(CAMT.contains(second));
    for other in [
        "<Amt Ccy=\"EUR\">40.00</Amt>",
        "<Amt Ccy=\"EUR\">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>",
        "<Amt Ccy=\"USD\">50.00</Amt>",
        "",
    ] {
        assert_eq!(shown(&CAMT.replace(second, other))[1..], [whole], "{other}");
    }
    // What an earlier version took one by one is known again.
    let read = |text: &str| read(text.as_bytes()).unwrap();
    let charged = read(&CAMT.replace(second, &format!("{second}<CdtDbtInd>DBIT</CdtDbtInd>")));
    let by_parts: Vec<String> = read(CAMT).split_off(1).into_iter().map(|receipt| receipt.key).collect();
    assert_eq!(charged[1].parts, by_parts);
    assert!(read(CAMT).iter().all(|receipt| receipt.parts.is_empty()));
    let said = CAMT.replace(second, &format!("{second}<CdtDbtInd>CRDT</CdtDbtInd>"));
    assert_eq!(shown(&said), shown(CAMT));
}

#[test]
fn cfonb_tells_records_with_their_complements() {
    assert_eq!(
        shown(CFONB),
        ["20041010050500013M026 2026-12-01 1200.00 VIR SEPA RECU AP-HP REF0000000001 RF85DC2026000123"]
    );
}

#[test]
fn the_same_file_has_the_same_keys_and_twins_differ() {
    let keys = |text: &str| read(text.as_bytes()).unwrap().into_iter().map(|one| one.key).collect::<Vec<_>>();
    assert_eq!(keys(CAMT), keys(CAMT));
    let twice = format!("{CFONB}{CFONB}");
    let keys = keys(&twice);
    assert_eq!(keys.len(), 2);
    assert_ne!(keys.first(), keys.last());
}

#[test]
fn what_is_no_statement_is_told() {
    let told = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert!(told("date;montant").contains("neither camt.053"));
    let utf16 = read(b"\xFE\xFF\0<\0D").unwrap_err();
    assert_eq!(utf16.told().key, "file-utf-16");
    assert!(told("<Document><Stmt><Ntry></Document>").contains("the XML is broken"));
    assert!(told(&CAMT.replace("1200.00", "12,00")).starts_with("entry 1: "));
    assert!(told(&CAMT.replace("Ccy=\"EUR\"", "Ccy=\"USD\"")).contains("USD"));
    assert!(told(&CFONB.replace("0000000012000{", "00000000120000")).starts_with("line 2: "));
    assert!(told("04 too short").starts_with("line 1: "));
}

/// A statement of 500.00 that came in, with these balances and what comes before them.
fn camt(before: &str, balances: &[(&str, &str, &str)]) -> String {
    let balances = balances.iter().map(|(code, amount, side)| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>{side}</CdtDbtInd></Bal>"
        )
    });
    format!(
        "<Document><BkToCstmrStmt>{before}<Stmt><Id>S7</Id><Acct><Id><IBAN>FR14</IBAN></Id></Acct>{}<Ntry>\
         <Amt Ccy=\"EUR\">500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>",
        balances.collect::<String>()
    )
}

fn told(text: &str) -> String {
    read(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_camt_statement_that_does_not_add_up_is_refused_with_its_arithmetic() {
    let off = camt("", &[("OPBD", "1000.00", "CRDT"), ("CLBD", "1500.01", "CRDT")]);
    assert_eq!(
        told(&off),
        "statement 1 (S7), account FR14: opening balance 1000.00 + credits 500.00 − debits 0.00 = 1500.00, but the \
         closing balance says 1500.01: something is missing or was changed; nothing was recorded, ask the bank for the \
         file again"
    );
    assert_eq!(read(off.as_bytes()).unwrap_err().told().key, "statement-does-not-add-up");
    assert!(told(&CAMT.replace("1275.00", "1274.99")).contains("0.00 + credits 1350.00 − debits 75.00 = 1275.00"));
    // An overdraft, the balance before in place of the opening one, and a second statement in the file.
    assert_eq!(told(&camt("", &[("OPBD", "600.00", "DBIT"), ("CLBD", "100.00", "DBIT")])), "");
    assert!(told(&camt("", &[("PRCD", "600.00", "DBIT"), ("CLBD", "100.00", "CRDT")])).contains("= -100.00"));
    let two =
        camt("", &[("OPBD", "0.00", "CRDT"), ("CLBD", "500.00", "CRDT")]).replace("</BkToCstmrStmt></Document>", "");
    let two = two
        + camt("", &[("OPBD", "0.00", "CRDT"), ("CLBD", "1.00", "CRDT")])
            .trim_start_matches("<Document><BkToCstmrStmt>");
    assert!(told(&two).starts_with("statement 2 (S7)"), "{}", told(&two));
}

#[test]
fn a_camt_statement_is_held_to_no_balance_that_its_entries_do_not_make() {
    for kinds in [&["OPAV", "CLAV"][..], &["XPCD", "INFO"], &["FWAV"], &[]] {
        let balances: Vec<_> = kinds.iter().map(|kind| (*kind, "7.00", "CRDT")).collect();
        assert_eq!(told(&camt("", &balances)), "", "{kinds:?}");
    }
    let line = camt("", &[("OPBD", "100.00", "CRDT"), ("CLBD", "900.00", "CRDT")]);
    let with_line = line.replacen(
        "900.00</Amt>",
        "900.00</Amt><CdtLine><Incl>true</Incl><Amt Ccy=\"EUR\">300.00</Amt></CdtLine>",
        1,
    );
    assert!(!told(&line).is_empty());
    assert_eq!(told(&with_line), "");
}

#[test]
fn a_camt_statement_with_one_balance_of_two_is_refused() {
    for (kinds, missing, key) in [
        (&["OPBD"][..], "an opening balance (OPBD or PRCD) but no closing one (CLBD)", "statement-no-closing"),
        (&["OPBD", "FWAV"], "an opening balance (OPBD or PRCD) but no closing one (CLBD)", "statement-no-closing"),
        (&["PRCD", "CLAV"], "an opening balance (OPBD or PRCD) but no closing one (CLBD)", "statement-no-closing"),
        (&["CLBD"], "a closing balance (CLBD) but no opening one (OPBD)", "statement-no-opening"),
        (&["OPAV", "CLBD"], "a closing balance (CLBD) but no opening one (OPBD)", "statement-no-opening"),
    ] {
        let balances: Vec<_> = kinds.iter().map(|kind| (*kind, "7.00", "CRDT")).collect();
        let refused = read(camt("", &balances).as_bytes()).unwrap_err();
        let said = refused.to_string();
        assert!(said.starts_with(&format!("statement 1 (S7), account FR14: it gives {missing}")), "{kinds:?}: {said}");
        assert!(said.contains("export from the bank"), "{kinds:?}: {said}");
        assert_eq!(refused.told().key, key, "{kinds:?}");
    }
}

#[test]
fn a_page_of_a_camt_statement_is_held_to_its_own_balances() {
    let page = |number: u32, last: bool, balances: &[(&str, &str, &str)]| {
        let before =
            format!("<GrpHdr><MsgPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></MsgPgntn></GrpHdr>");
        told(&camt(&before, balances))
    };
    let credit = |kind: &'static str, amount: &'static str| (kind, amount, "CRDT");
    assert_eq!(page(1, false, &[credit("OPBD", "0.00"), credit("ITBD", "500.00")]), "");
    assert!(page(1, false, &[credit("OPBD", "0.00"), credit("ITBD", "500.01")]).contains("= 500.00"));
    assert_eq!(page(2, false, &[credit("ITBD", "500.00"), credit("ITBD", "1000.00")]), "");
    assert!(page(3, true, &[credit("ITBD", "500.00"), credit("CLBD", "9.00")]).contains("= 1000.00"));
    // The other end is on another page.
    assert_eq!(page(1, false, &[credit("OPBD", "0.00")]), "");
    assert_eq!(page(3, true, &[credit("CLBD", "9.00")]), "");
    assert!(page(1, true, &[credit("OPBD", "0.00")]).contains("no closing one"));
    // The whole statement's balances on every page say nothing of one page.
    assert_eq!(page(2, true, &[credit("OPBD", "0.00"), credit("CLBD", "9.00")]), "");
}

#[test]
fn a_cfonb_statement_that_does_not_add_up_is_refused_with_its_arithmetic() {
    assert_eq!(
        told(&CFONB.replace("0000000011677I", "0000000011677H")),
        "line 6, account 20041010050500013M026: opening balance 0.00 + credits 1200.00 − debits 32.21 = 1167.79, but \
         the closing balance says 1167.78: something is missing or was changed; nothing was recorded, ask the bank for \
         the file again"
    );
    let without = |code: &str| CFONB.lines().filter(|line| !line.starts_with(code)).collect::<Vec<_>>().join("\n");
    assert!(told(&without("07")).starts_with("line 1: the account that begins here has no closing balance (07)"));
    assert!(told(&without("01")).starts_with("line 5: a closing balance (07) without"));
    let bare = CFONB.replace("0000000000000{", "              ").replace("0000000011677I", "              ");
    assert_eq!(told(&bare), "");
    let movements = CFONB.lines().filter(|line| line.starts_with("04") || line.starts_with("05"));
    assert_eq!(told(&movements.collect::<Vec<_>>().join("\n")), "");
}

#[test]
fn amounts_beyond_an_account_are_told() {
    let huge = camt("", &[("OPBD", "0.00", "CRDT"), ("CLBD", "0.00", "CRDT")]);
    let huge = huge.replace("500.00", "10000000000000.00");
    let entry = huge.split("<Ntry>").nth(1).unwrap().split("</Ntry>").next().unwrap();
    let many = huge.replace("</Stmt>", &(format!("<Ntry>{entry}</Ntry>").repeat(9_300) + "</Stmt>"));
    assert!(told(&many).contains("beyond what an account can hold"), "{}", told(&many));
}
