//! `[[asset]]`, its components, papers, invoices and funding.

use super::asset_events;
use crate::bookfile::cursor::Table;
use crate::bookfile::field::{Field, Reading};
use crate::bookfile::words::{CONVENTIONS, METHODS, MethodWord, PAPER_KINDS, POSTING_PERIODS};
use crate::domain::amortisation::{
    AssetDocument, AssetRecord, Component, ComponentGroup, Convention, FixedAsset, Funding, Method, PostingPeriod,
    SupplierInvoice,
};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

pub(super) const COST: &str = "cost_eur = 16000000.00";
const AMOUNT: &str = "amount_eur = 120000.00";
const DATE: &str = "date = 2019-05-28";

pub fn asset(t: &mut Table) -> Option<FixedAsset> {
    let code = t.required("code", "the inventory number, such as code = \"2019-0042\"", Field::text);
    let name = t.required("name", "the asset's name in quotes", Field::text);
    let cost = t.required("cost_eur", COST, Field::money);
    let account = t.required("account", "account = \"2135\"", Field::text);
    let construction_account = t.optional("construction_account", Field::text);
    let commissioned_on = match &construction_account {
        Some(None) => t.required("commissioned_on", "commissioned_on = 2019-05-28", Field::date).map(Some),
        _ => t.optional("commissioned_on", Field::date),
    };
    let commissioning_evidence = t.optional("commissioning_evidence", Field::text);
    let duration_decision = t.optional("duration_decision", Field::text);
    let subsidy = t.optional("subsidy_eur", Field::money);
    let posting = t.or("posting", PostingPeriod::Month, |field| field.word(&POSTING_PERIODS));
    let in_opening_balance = t.or("in_opening_balance", false, Field::flag);
    let components = t.coded("component", "[[asset.component]]", component);
    let groups = t.numbered("group", "[[asset.group]]", group);
    let documents = t.numbered("document", "[[asset.document]]", document);
    let invoices = t.numbered("invoice", "[[asset.invoice]]", invoice);
    let subsidies = t.numbered("subsidy", "[[asset.subsidy]]", subsidy_line);
    let loans = t.numbered("loan", "[[asset.loan]]", loan);
    let events = t.numbered("event", "[[asset.event]]", asset_events::event);
    let mut funding = subsidies?;
    let listed = funding.iter().map(amount_of).sum();
    funding.extend(loans?);
    Some(FixedAsset {
        code: AssetCode(code?),
        name: name?,
        cost: cost?,
        account: account?,
        commissioned_on: commissioned_on?,
        commissioning_evidence: commissioning_evidence?,
        duration_decision: duration_decision?,
        subsidy: subsidy?.unwrap_or(listed),
        components,
        record: AssetRecord {
            posting: posting?,
            construction_account: construction_account?,
            in_opening_balance: in_opening_balance?,
            groups: groups?,
            documents: documents?,
            invoices: invoices?,
            funding,
        },
        events: events?,
    })
}

const fn amount_of(funding: &Funding) -> Money {
    match funding {
        Funding::Subsidy { amount, .. } | Funding::Loan { amount, .. } => *amount,
    }
}

fn group(t: &mut Table) -> Option<ComponentGroup> {
    let code = t.required("code", "code = \"froid\"", Field::text);
    let name = t.required("name", "the group's name in quotes", Field::text);
    let cost = t.required("cost_eur", COST, Field::money);
    let parts = t.required("parts", "parts = [\"groupes-froids\", \"pompes\"]", Field::texts);
    let parts = parts.map(|codes| codes.into_iter().map(ComponentCode).collect());
    Some(ComponentGroup { code: ComponentCode(code?), name: name?, cost: cost?, parts: parts? })
}

fn document(t: &mut Table) -> Option<AssetDocument> {
    let name = t.required("name", "name = \"Procès-verbal de réception\"", Field::text);
    let date = t.required("date", DATE, Field::date);
    let sha256 = t.optional("sha256", sha256);
    let kind = t.optional("kind", |field| field.word(&PAPER_KINDS));
    let proves = t.optional("proves", Field::text);
    Some(AssetDocument { name: name?, date: date?, sha256: sha256?, kind: kind?, proves: proves? })
}

/// 64 digits in lower-case hex.
fn sha256(field: Field) -> Reading<String> {
    let text = field.text()?;
    let is_hex = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex { Ok(text) } else { Err("is no SHA-256; write 64 digits 0-9 a-f, as sha256sum shows them".into()) }
}

fn invoice(t: &mut Table) -> Option<SupplierInvoice> {
    let supplier = t.required("supplier", "supplier = \"Société de câblage\"", Field::text);
    let number = t.required("number", "number = \"F-2019-118\"", Field::text);
    let date = t.required("date", DATE, Field::date);
    let amount = t.required("amount_eur", AMOUNT, Field::money);
    Some(SupplierInvoice { supplier: supplier?, number: number?, date: date?, amount: amount? })
}

fn subsidy_line(t: &mut Table) -> Option<Funding> {
    let grantor = t.required("grantor", "grantor = \"Région Île-de-France\"", Field::text);
    let (reference, date, amount) = granted(t);
    Some(Funding::Subsidy { grantor: grantor?, reference: reference?, date: date?, amount: amount? })
}

fn loan(t: &mut Table) -> Option<Funding> {
    let lender = t.required("lender", "lender = \"Banque des Territoires\"", Field::text);
    let (reference, date, amount) = granted(t);
    Some(Funding::Loan { lender: lender?, reference: reference?, date: date?, amount: amount? })
}

type Granted = (Option<Option<String>>, Option<chrono::NaiveDate>, Option<Money>);

fn granted(t: &mut Table) -> Granted {
    let reference = t.optional("reference", Field::text);
    let date = t.required("date", DATE, Field::date);
    let amount = t.required("amount_eur", AMOUNT, Field::money);
    (reference, date, amount)
}

pub(super) fn component(t: &mut Table) -> Option<Component> {
    let code = t.required("code", "code = \"gros-oeuvre\"", Field::text);
    let name = t.required("name", "the component's name in quotes", Field::text);
    let cost = t.required("cost_eur", COST, Field::money);
    let residual_value = t.or("residual_value_eur", Money::ZERO, Field::money);
    let duration_years = t.required("duration_years", "duration_years = 8", Field::whole::<u32>);
    let method = method(t);
    let commissioned_on = t.optional("commissioned_on", Field::date);
    let account = t.optional("account", Field::text);
    let duration_decision = t.optional("duration_decision", Field::text);
    Some(Component {
        code: ComponentCode(code?),
        name: name?,
        cost: cost?,
        residual_value: residual_value?,
        duration_years: duration_years?,
        method: method?,
        commissioned_on: commissioned_on?,
        account: account?,
        duration_decision: duration_decision?,
    })
}

fn method(t: &mut Table) -> Option<Method> {
    match t.or("method", MethodWord::Linear, |field| field.word(&METHODS)) {
        Some(MethodWord::Linear) => {
            let convention = t.or("convention", Convention::Days30E360, |field| field.word(&CONVENTIONS));
            convention.map(|convention| Method::Linear { convention })
        }
        Some(MethodWord::Degressive) => {
            let coefficient = t.required("coefficient", "coefficient = 2.25", Field::decimal);
            coefficient.map(|coefficient| Method::Degressive { coefficient })
        }
        Some(MethodWord::UnitsOfUse) => {
            let expected_units = t.required("expected_units", "expected_units = 20000", Field::decimal);
            expected_units.map(|expected_units| Method::UnitsOfUse { expected_units })
        }
        None => {
            t.has("convention");
            t.has("coefficient");
            t.has("expected_units");
            None
        }
    }
}
