//! Asking before a month is issued or drafted, and starting the run.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::super::parts::{Address, Pager, count};
use super::super::{Frame, page, see_other};
use super::{is_issuable, month};
use crate::app::compare_billing::{self, Compared, Comparison};
use crate::app::listing::Rows;
use crate::app::run_campaign::Campaign;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ContractCode;
use crate::domain::money::Money;
use crate::http::api::billing::launch;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "billing_issue.html")]
struct IssuePage {
    frame: Frame,
    month: BillingMonth,
    title: String,
    /// A page of them.
    contracts: Vec<IssueRow>,
    pager: Pager,
    /// Of all that is asked about, as a yes names it.
    count: usize,
    total: Money,
    count_text: String,
    total_text: String,
    one: Option<String>,
    /// Numbered and frozen, not only made.
    issues: bool,
    /// It was asked before and something else would be done now.
    is_changed: bool,
}

struct IssueRow {
    contract: String,
    tenant: String,
    gross: String,
}

#[derive(Deserialize)]
pub struct IssueQuery {
    #[serde(default)]
    contract: String,
    /// `drafts` where they are only made, not issued.
    #[serde(default)]
    what: String,
    page: Option<String>,
}

/// What is asked about.
struct Asked {
    month: BillingMonth,
    /// One contract; all of them where it is empty.
    contract: String,
    issues: bool,
    page: usize,
}

impl Asked {
    /// The contracts a yes would bill.
    fn of<'c>(&self, compared: &'c Comparison) -> Vec<&'c Compared> {
        let wanted =
            |one: &&Compared| is_issuable(one) && (self.contract.is_empty() || one.contract.as_str() == self.contract);
        compared.contracts.iter().filter(wanted).collect()
    }

    fn address(&self) -> Address {
        let what = if self.issues { "" } else { "drafts" };
        Address::new(format!("/billing/{}/issue", self.month)).set("contract", &self.contract).set("what", what)
    }
}

fn total(chosen: &[&Compared]) -> Money {
    chosen.iter().filter_map(|one| one.gross).sum()
}

/// What is about to be issued, and the question whether it shall be.
pub async fn confirm(
    shared: Data<Shared>,
    path: Path<String>,
    http: HttpRequest,
    query: Query<IssueQuery>,
) -> Result<HttpResponse, Fault> {
    let month = month(&path)?;
    let page = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    let query = query.into_inner();
    let asked = Asked { month, contract: query.contract, issues: query.what != "drafts", page };
    let (store, now) = (shared.store.clone(), shared.now());
    let compared = blocking(move || compare_billing::compare(&store, month, now)).await?;
    question(Frame::of(&http), &asked, &asked.of(&compared), false)
}

fn question(frame: Frame, asked: &Asked, chosen: &[&Compared], is_changed: bool) -> Result<HttpResponse, Fault> {
    let Asked { month, issues, .. } = *asked;
    if chosen.is_empty() {
        return Ok(see_other(&format!("/billing/{month}")));
    }
    let (total, found) = (total(chosen), Rows::cut(chosen.to_vec(), Some(asked.page)));
    let row = |one: &Compared| IssueRow {
        contract: one.contract.to_string(),
        tenant: one.tenant_name.clone(),
        gross: one.gross.map(|gross| frame.bare(&gross)).unwrap_or_default(),
    };
    let name = frame.month(&month);
    let template = IssuePage {
        month,
        title: frame.with(if issues { "issue-title" } else { "drafts-title" }, "month", &frame.of_month(&month)),
        contracts: found.rows.into_iter().map(row).collect(),
        pager: Pager::new(&asked.address(), found.page, found.pages),
        count: found.total,
        total,
        count_text: count(&frame, found.total),
        total_text: frame.bare(&total),
        one: (!asked.contract.is_empty()).then(|| asked.contract.clone()),
        issues,
        is_changed,
        frame: frame.under(name, format!("/billing/{month}")),
    };
    page(if is_changed { StatusCode::CONFLICT } else { StatusCode::OK }, &template)
}

/// Starts a run in the background and leads to its page. A yes to so many contracts of such a total is none to others:
/// where the plan came to something else meanwhile it is asked again.
pub async fn start(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    visitor.check_form(field("form_token"))?;
    let (month, issues) = (month(&path)?, field("issue") == "1");
    if !field("count").is_empty() {
        let asked = Asked { month, contract: field("contract").to_owned(), issues, page: 1 };
        let (store, now) = (shared.store.clone(), shared.now());
        let compared = blocking(move || compare_billing::compare(&store, month, now)).await?;
        let chosen = asked.of(&compared);
        if (chosen.len().to_string(), total(&chosen).to_string()) != (field("count").into(), field("total").into()) {
            return question(Frame::of(&http), &asked, &chosen, true);
        }
    }
    let contracts = form.iter().filter(|(name, value)| name == "contract" && !value.is_empty());
    let campaign = Campaign {
        month,
        issue: issues,
        only: contracts.map(|(_, code)| ContractCode::from(code.as_str())).collect(),
        by: visitor.actor(&http),
    };
    let run = blocking(move || launch(&shared, campaign)).await?;
    Ok(see_other(&format!("/billing/runs/{}", run.id)))
}
