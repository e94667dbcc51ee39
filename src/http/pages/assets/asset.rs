//! One asset: its components, papers, decisions, funding and events, its plan by year and month, and the journal entries
//! behind each posted figure; as it is known now, or was on any day.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::amortisation::{Columns, net_book_values, state_day, state_key, sums};
use super::chart::BarChart;
use super::parts::Link;
use super::{Address, Frame, encoded, page};
use crate::app::read_asset::{AssetDossier, Posting};
use crate::app::record_asset_event;
use crate::domain::access::{Action, Decision, policy};
use crate::domain::amortisation::report::{AssetReport, ComponentReport, EventReport, PlanRow, RowState};
use crate::domain::amortisation::{AssetChange, Extent, Funding, Method, PostingPeriod, TreePart};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::AssetCode;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::api::assets::find;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize)]
pub struct AssetQuery {
    as_of: Option<String>,
    known_on: Option<String>,
    year: Option<String>,
}

#[derive(Template)]
#[template(path = "asset.html")]
struct AssetPage {
    frame: Frame,
    code: AssetCode,
    address: String,
    as_of: NaiveDate,
    known_on: Option<NaiveDate>,
    /// None where it was not known on that day.
    found: Option<Found>,
    may_archive: bool,
    may_record: bool,
    /// Why events cannot be withdrawn, by number.
    held: BTreeMap<usize, Told>,
    files: Vec<Link>,
}

/// The asset as it is shown.
struct Found {
    asset: AssetReport,
    chart: BarChart,
    papers: Vec<PaperView>,
    funding: Vec<FundingView>,
    year: i32,
    months: Vec<MonthView>,
    entries: Vec<EntryView>,
    /// Nothing of it is posted: its terms may still be edited.
    is_unposted: bool,
}

struct PaperView {
    name: String,
    date: String,
    sha256: String,
    kind: Option<String>,
    proves: Option<String>,
    /// Where its file is fetched, where one is kept.
    file: Option<String>,
}

struct FundingView {
    kind: &'static str,
    who: String,
    reference: String,
    date: String,
    amount: Money,
}

/// A month of the plan with what posted it.
struct MonthView {
    row: PlanRow<BillingMonth>,
    entries: Vec<Link>,
}

struct EntryView {
    date: String,
    entry: Link,
    label: String,
    total: Money,
}

impl AssetPage {
    fn columns(&self, asset: &AssetReport) -> Columns {
        Columns::of(&asset.plan.years)
    }

    fn state_day(&self) -> Option<String> {
        state_day(&self.frame, self.as_of)
    }

    /// Why nothing is depreciated yet, and what comes next; none where it was in service on the day shown.
    fn not_in_service(&self, asset: &AssetReport) -> Option<String> {
        match asset.commissioned_on {
            None => {
                // What has no day of commissioning has an account of construction; 23 is what such accounts begin with.
                let account = asset.record.construction_account.as_deref().unwrap_or("23");
                Some(self.frame.with("asset-not-in-service", "account", account))
            }
            Some(day) if day > self.as_of => {
                let (day, as_of) = (self.frame.date(&day), self.frame.date(&self.as_of));
                Some(self.frame.texts("asset-in-service-later", &[("day", &day), ("as-of", &as_of)]))
            }
            Some(_) => None,
        }
    }

    fn year_sums(&self, found: &Found) -> [String; 5] {
        sums(&self.frame, found.asset.plan.years.iter().copied())
    }

    fn month_sums(&self, found: &Found) -> [String; 5] {
        sums(&self.frame, found.months.iter().map(|month| month.row))
    }

    fn state(&self, state: &RowState) -> String {
        self.frame.t(state_key(*state))
    }

    fn year_address(&self, year: &i32) -> String {
        let address = Address::new(&self.address).set("as_of", self.as_of).set("year", year);
        address.set("known_on", self.known_on.map(|day| day.to_string()).unwrap_or_default()).href() + "#months"
    }

    fn posting(&self, asset: &AssetReport) -> String {
        self.frame.t(match asset.record.posting {
            PostingPeriod::Month => "posting-month",
            PostingPeriod::Quarter => "posting-quarter",
            PostingPeriod::Year => "posting-year",
        })
    }

    fn method(&self, component: &ComponentReport) -> String {
        match component.method {
            Method::Linear { .. } => self.frame.t("method-linear"),
            Method::Degressive { coefficient } => {
                self.frame.with("method-degressive", "coefficient", &self.frame.number(&coefficient))
            }
            Method::UnitsOfUse { expected_units } => {
                self.frame.with("method-units", "units", &self.frame.number(&expected_units))
            }
        }
    }

    fn what(&self, event: &EventReport) -> String {
        let what = self.frame.t(&format!("event-{}", event.event.change.word()));
        let part = event.event.change.part().map(|extent| match extent {
            Extent::Percent(percent) => self.frame.with("event-part-share", "share", &self.frame.number(&percent)),
            Extent::Gross(gross) => self.frame.with("event-part-gross", "amount", &self.frame.amount(&gross)),
            Extent::Whole => String::new(),
        });
        let withdrawn = event.event.change.withdraws().map(|number| number.to_string());
        let named: Vec<String> = event.event.change.named().into_iter().chain(withdrawn).chain(part).collect();
        if named.is_empty() { what } else { format!("{what} ({})", named.join(", ")) }
    }

    fn withdrawn(&self, event: &EventReport) -> Option<String> {
        event.withdrawn_by.map(|by| self.frame.with("event-withdrawn-by", "number", &by.to_string()))
    }

    fn may_withdraw(&self, event: &EventReport) -> bool {
        !matches!(event.event.change, AssetChange::Withdraw { .. })
    }

    fn held(&self, event: &EventReport) -> Option<String> {
        self.held.get(&event.number).map(|told| self.frame.said(told))
    }

    fn withdraw_label(&self, event: &EventReport) -> String {
        self.frame.with("event-withdraw-one", "number", &event.number.to_string())
    }

    fn amount_of(&self, event: &EventReport) -> String {
        event.event.change.amount().map_or_else(|| "–".to_owned(), |amount| self.frame.bare(&amount))
    }

    fn or_dash(&self, amount: &Option<Money>) -> String {
        amount.map_or_else(|| "–".to_owned(), |amount| self.frame.bare(&amount))
    }

    fn invoiced(&self, asset: &AssetReport) -> String {
        self.frame.bare(&asset.record.invoiced())
    }
}

/// Where the page of an asset is.
pub fn address_of(code: &str) -> String {
    // A slash of the code is not one of the address.
    format!("/amortisation/{}", encoded(code).replace('/', "%2F"))
}

/// Where an entry is shown by its document.
fn entry_link(number: &str, document: &str) -> Link {
    Link { label: number.to_owned(), address: Address::new("/journal").set("document", document).href() }
}

pub async fn show(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    path: Path<String>,
    query: Query<AssetQuery>,
) -> Result<HttpResponse, Fault> {
    let day = |name: &str, text: &Option<String>| parsed(name, text.as_deref(), Expected::Day);
    let asked = (day("as_of", &query.as_of)?, day("known_on", &query.known_on)?);
    let year = parsed("year", query.year.as_deref(), Expected::Year)?;
    let code = AssetCode(path.into_inner());
    let (as_of, dossier) = find(&shared, code.clone(), asked).await?;
    let frame = Frame::of(&http);
    let may_record = frame.may(Action::KeepBooks);
    let (store, of) = (shared.store.clone(), code.clone());
    let held = match may_record {
        true => blocking(move || record_asset_event::not_withdrawable(&store, &of)).await?,
        false => BTreeMap::new(),
    };
    let address = address_of(code.as_str());
    let files = Address::new("/amortisation/file")
        .set("asset", &code)
        .set("as_of", as_of)
        .set("known_on", asked.1.map(|day: NaiveDate| day.to_string()).unwrap_or_default());
    let found = dossier.and_then(|dossier| found(&frame, dossier, &address, year.unwrap_or(as_of.year())));
    let formats = [("PDF", "pdf"), ("XLSX", "xlsx"), ("CSV", "csv"), ("JSON", "json")];
    let file =
        |(label, format): (&str, &str)| Link { label: label.to_owned(), address: files.set("format", format).href() };
    let template = AssetPage {
        files: formats.map(file).into(),
        found,
        address,
        as_of,
        known_on: asked.1,
        may_record,
        held,
        may_archive: policy(granted.role, Action::ArchiveReports) != Decision::Deny,
        code,
        frame,
    };
    page(StatusCode::OK, &template)
}

fn found(frame: &Frame, dossier: AssetDossier, address: &str, year: i32) -> Option<Found> {
    let chart = net_book_values(frame, &dossier.report);
    let by_month = dossier.postings_by_month();
    let asset = dossier.report.assets.first().cloned()?;
    let months = asset.plan.months.iter().filter(|row| row.period.year() == year);
    let months = months.map(|row| MonthView { row: *row, entries: entries_of(&by_month, row.period) }).collect();
    let entry = |one: &crate::app::read_asset::MovementEntry| EntryView {
        date: frame.short_date(&one.date),
        entry: entry_link(&one.number, &one.document),
        label: one.label.clone(),
        total: one.total,
    };
    let entries = dossier.movements.iter().map(entry).collect();
    let is_unposted = dossier.movements.is_empty() && dossier.postings.is_empty();
    Some(Found {
        chart,
        papers: papers(frame, &asset, &dossier, address),
        funding: asset.record.funding.iter().map(|one| funding(frame, one)).collect(),
        year,
        months,
        entries,
        is_unposted,
        asset,
    })
}

/// The entries that posted a month, each once.
fn entries_of(postings: &BTreeMap<BillingMonth, Vec<&Posting>>, month: BillingMonth) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for posting in postings.get(&month).into_iter().flatten() {
        if links.iter().all(|link| link.label != posting.number) {
            links.push(entry_link(&posting.number, &posting.document));
        }
    }
    links
}

/// Papers the book names, with the file of each that is kept.
fn papers(frame: &Frame, asset: &AssetReport, dossier: &AssetDossier, address: &str) -> Vec<PaperView> {
    let paper = |document: &crate::domain::amortisation::AssetDocument| {
        let sha256 = document.sha256.clone().unwrap_or_default();
        let is_kept = dossier.files.iter().any(|file| file.sha256 == sha256);
        PaperView {
            name: document.name.clone(),
            date: frame.short_date(&document.date),
            file: is_kept.then(|| format!("{address}/papers/{sha256}")),
            sha256,
            kind: document.kind.map(|kind| frame.t(&format!("paper-{}", kind.name()))),
            proves: document.proves.clone(),
        }
    };
    asset.record.documents.iter().map(paper).collect()
}

fn funding(frame: &Frame, funding: &Funding) -> FundingView {
    let (kind, who, reference, date, amount) = match funding {
        Funding::Subsidy { grantor, reference, date, amount } => ("funding-subsidy", grantor, reference, date, amount),
        Funding::Loan { lender, reference, date, amount } => ("funding-loan", lender, reference, date, amount),
    };
    FundingView {
        kind,
        who: who.clone(),
        reference: reference.clone().unwrap_or_default(),
        date: frame.short_date(date),
        amount: *amount,
    }
}
