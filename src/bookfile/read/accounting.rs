//! `[accounting]`: the chart of accounts and the rates of late interest.

use crate::bookfile::cursor::Table;
use crate::bookfile::field::Field;
use crate::bookfile::words::CHARTS;
use crate::domain::book::nearest;
use crate::domain::ledger::{AccountRole, Accounting, Chart, ChartKind, ReferenceRate};

const RATE: &str = "[[accounting.reference_rate]]";

pub fn accounting(t: &mut Table) -> Option<Accounting> {
    let kind = t.or("chart", ChartKind::default(), |field| field.word(&CHARTS));
    let accounts = t.optional_table("accounts", "[accounting.accounts]", |accounts| {
        accounts.entries(|role, field| Ok((role_named(role)?, field.text()?)))
    });
    let names = t.optional_table("names", "[accounting.names]", |names| {
        names.entries(|account, field| Ok((account.to_owned(), field.text()?)))
    });
    let reference_rates = t.numbered("reference_rate", RATE, rate);
    let mut chart = Chart::of(kind?);
    for (role, account) in accounts?.unwrap_or_default() {
        chart = chart.with_account(role, account);
    }
    for (account, name) in names?.unwrap_or_default() {
        chart = chart.with_name(account, name);
    }
    Some(Accounting { chart, reference_rates: reference_rates? })
}

fn role_named(word: &str) -> Result<AccountRole, String> {
    let names: Vec<String> = AccountRole::ALL.iter().map(|role| role.name()).collect();
    let found = AccountRole::ALL.into_iter().zip(&names).find(|(_, name)| *name == word);
    found.map(|(role, _)| role).ok_or_else(|| {
        let guess = nearest(word, names.iter().map(String::as_str));
        let guess = guess.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        format!("is not what an account is used for; {guess}write one of {}", names.join(", "))
    })
}

fn rate(t: &mut Table) -> Option<ReferenceRate> {
    let from = t.required("from", "from = 2025-06-11", Field::date);
    let percent = t.required("percent", "percent = 2.15", Field::decimal);
    Some(ReferenceRate { from: from?, percent: percent?.normalize() })
}
