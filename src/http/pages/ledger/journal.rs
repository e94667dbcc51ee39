//! The journal: entries filtered and in pages, each line a way into its account, each document one way to its origin.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::asset::address_of;
use super::parts::{Link, Pager};
use super::{Address, Frame, encoded, page};
use crate::app::read_journal::{self, JournalFilter, JournalPage, PostedEntry};
use crate::app::report_ledger;
use crate::domain::ledger::Journal;
use crate::http::api::journal::{account, journal};
use crate::http::api::ledger::{Days, account_file, balance_file};
use crate::http::api::reports::{answer, format};
use crate::http::asked::{Expected, days, none_of, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct JournalQuery {
    journal: Option<String>,
    account: Option<String>,
    document: Option<String>,
    from: Option<String>,
    through: Option<String>,
    page: Option<String>,
}

#[derive(Deserialize)]
pub struct FileQuery {
    /// `journal` (the default), `balance` or `account`.
    report: Option<String>,
    journal: Option<String>,
    account: Option<String>,
    document: Option<String>,
    from: Option<String>,
    through: Option<String>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalTemplate {
    frame: Frame,
    journals: Vec<JournalChoice>,
    account: String,
    from: String,
    through: String,
    entries: Vec<EntryRow>,
    document: String,
    count_text: String,
    pager: Pager,
    files: Vec<Link>,
}

struct JournalChoice {
    code: &'static str,
    name: String,
    is_chosen: bool,
}

/// An entry, ready to read.
struct EntryRow {
    number: String,
    date: String,
    journal: &'static str,
    document: String,
    /// Where the document is shown.
    origin: Option<String>,
    label: String,
    lines: Vec<LineRow>,
}

struct LineRow {
    account: String,
    auxiliary: String,
    label: String,
    debit: String,
    credit: String,
}

pub async fn list(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<JournalQuery>,
) -> Result<HttpResponse, Fault> {
    let page_number = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    let filter = JournalFilter {
        document: document(query.document.as_deref()),
        ..filter(query.journal.as_deref(), query.account.as_deref(), query.from.as_deref(), query.through.as_deref())?
    };
    let (store, asked) = (shared.store.clone(), filter.clone());
    let found = blocking(move || read_journal::page(&store, asked, page_number)).await?;
    page(StatusCode::OK, &template(Frame::of(&http), &filter, &found))
}

/// The journal, the trial balance or an account, in the format asked for.
pub async fn file(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<FileQuery>,
) -> Result<HttpResponse, Fault> {
    let (form, language) = (format(query.format.as_deref())?, Frame::of(&http).language);
    let filter = JournalFilter {
        document: document(query.document.as_deref()),
        ..filter(query.journal.as_deref(), query.account.as_deref(), query.from.as_deref(), query.through.as_deref())?
    };
    let days = Days { from: filter.from, through: filter.through };
    match query.report.as_deref() {
        Some("balance") => balance_file(&shared, days, form, language).await,
        Some("account") => account_file(&shared, filter.account.unwrap_or_default(), days, form, language).await,
        None | Some("journal") => {
            let store = shared.store.clone();
            let read = move || report_ledger::journal_file(&store, filter, form, language);
            let (stem, bytes) = blocking(read).await?;
            Ok(answer(&stem, form, bytes))
        }
        Some(other) => Err(none_of("report", other, &["journal", "balance", "account"])),
    }
}

fn document(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn filter(
    code: Option<&str>,
    account_text: Option<&str>,
    from: Option<&str>,
    through: Option<&str>,
) -> Result<JournalFilter, Fault> {
    let (from, through) = days(("from", from), ("through", through))?;
    Ok(JournalFilter { journal: journal(code)?, account: account(account_text)?, from, through, document: None })
}

fn template(frame: Frame, filter: &JournalFilter, found: &JournalPage) -> JournalTemplate {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let address = Address::new("/journal")
        .set("journal", filter.journal.map(Journal::code).unwrap_or_default())
        .set("account", filter.account.as_deref().unwrap_or_default())
        .set("document", filter.document.as_deref().unwrap_or_default())
        .set("from", day(filter.from))
        .set("through", day(filter.through));
    let file = |(label, format): (&str, &str)| Link {
        label: label.to_owned(),
        address: address.at("/journal/file").set("format", format).href(),
    };
    JournalTemplate {
        journals: Journal::ALL
            .into_iter()
            .map(|journal| JournalChoice {
                code: journal.code(),
                name: frame.t(journal_key(journal)),
                is_chosen: filter.journal == Some(journal),
            })
            .collect(),
        account: filter.account.clone().unwrap_or_default(),
        from: day(filter.from),
        through: day(filter.through),
        entries: found.entries.iter().map(|posted| entry_row(&frame, posted)).collect(),
        count_text: frame.with("journal-count", "count", &found.total.to_string()),
        pager: Pager::new(&address, found.page, found.pages),
        files: [("PDF", "pdf"), ("XLSX", "xlsx"), ("CSV", "csv"), ("JSON", "json")].map(file).into(),
        document: filter.document.clone().unwrap_or_default(),
        frame,
    }
}

const fn journal_key(journal: Journal) -> &'static str {
    match journal {
        Journal::Sales => "journal-ve",
        Journal::Depreciation => "journal-am",
        Journal::Payments => "journal-bq",
        Journal::Miscellaneous => "journal-od",
        Journal::Opening => "journal-an",
        Journal::Assets => "journal-im",
        Journal::Closing => "journal-cl",
    }
}

fn entry_row(frame: &Frame, posted: &PostedEntry) -> EntryRow {
    let entry = &posted.entry;
    let side = |amount: crate::domain::money::Money| match amount.cents() {
        0 => String::new(),
        _ => frame.bare(&amount),
    };
    EntryRow {
        number: posted.number.to_string(),
        date: frame.short_date(&entry.date),
        journal: entry.journal.code(),
        document: entry.document.clone(),
        origin: origin(entry.journal, &entry.document, entry.date),
        label: entry.label.clone(),
        lines: entry
            .lines()
            .iter()
            .map(|line| LineRow {
                account: line.account.clone(),
                auxiliary: line.auxiliary.clone().unwrap_or_default(),
                label: line.label.clone(),
                debit: side(line.debit),
                credit: side(line.credit),
            })
            .collect(),
    }
}

/// The asset an entry of the journal of assets is of: `EVT-2019-0042-3`, `ENTREE-2019-0042-F1`, `SUBV-2019-0042-1`.
fn asset_of(document: &str) -> Option<&str> {
    let rest = ["EVT-", "SUBV-"].iter().find_map(|prefix| document.strip_prefix(prefix));
    let is_day = |text: &str| text.len() == 10 && text.parse::<NaiveDate>().is_ok();
    match (rest, document.strip_prefix("ENTREE-")) {
        (Some(rest), _) => rest.rsplit_once('-').map(|(asset, _)| asset),
        (None, Some(rest)) => match rest.len().checked_sub(11).and_then(|end| rest.split_at_checked(end)) {
            Some((asset, day)) if day.strip_prefix('-').is_some_and(is_day) => Some(asset),
            _ => rest.rsplit_once("-F").map(|(asset, _)| asset),
        },
        (None, None) => None,
    }
}

/// Where one sees what an entry rests on.
pub(super) fn origin(journal: Journal, document: &str, date: NaiveDate) -> Option<String> {
    match journal {
        Journal::Sales => Some(format!("/invoices/{}", encoded(document))),
        Journal::Depreciation => Some(format!("/amortisation?as_of={date}")),
        Journal::Assets => asset_of(document).map(address_of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_assets_lead_to_their_asset() {
        let origin = |document: &str| origin(Journal::Assets, document, NaiveDate::default());
        assert_eq!(origin("EVT-2019-0042-3").as_deref(), Some("/amortisation/2019-0042"));
        assert_eq!(origin("ENTREE-2019/42-2019-05-28").as_deref(), Some("/amortisation/2019%2F42"));
        assert_eq!(origin("ENTREE-2019-0042-F12").as_deref(), Some("/amortisation/2019-0042"));
        assert_eq!(origin("SUBV-2019-0042-1").as_deref(), Some("/amortisation/2019-0042"));
        assert_eq!(origin("AUTRE"), None);
    }
}
