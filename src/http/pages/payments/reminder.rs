//! A reminder of an invoice past due: the mail as it would leave, and the question whether it shall.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::forms::{Fields, refused};
use super::{Frame, done, on_account, page};
use crate::app::Store;
use crate::app::read_tenants;
use crate::app::remind::{self, ReminderPlan};
use crate::domain::calendar::Timestamp;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "reminder.html")]
struct ReminderPage {
    frame: Frame,
    number: String,
    /// Why it cannot be sent.
    refusal: Option<String>,
    plan: Option<ReminderPlan>,
    /// Why none can leave now; not told twice where it is what was refused.
    hindrance: Option<String>,
    /// What is on account of its tenant, and where it is settled from that.
    on_account: Option<(String, String)>,
    /// When reminders left before.
    before: Vec<String>,
}

pub async fn form(shared: Data<Shared>, number: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let number = InvoiceNumber::from_stored(number.into_inner());
    page(StatusCode::OK, &shown(&shared, number, &http, None).await?)
}

/// The mail, and above it what stands in the way.
async fn shown(
    shared: &Data<Shared>,
    number: InvoiceNumber,
    http: &HttpRequest,
    refusal: Option<Told>,
) -> Result<ReminderPage, Fault> {
    let (store, way_out, now, wanted) = (shared.store.clone(), shared.way_out(), shared.now(), number.clone());
    let read = move || {
        let zone = read_tenants::zone(&store)?;
        let postage = way_out.postage(&store)?;
        Ok((refused(remind::plan(&store, &wanted, &postage, now))?, zone))
    };
    let (planned, zone) = blocking(read).await?;
    let frame = Frame::of(http);
    let (plan, unplanned) = match planned {
        Ok(plan) => (Some(plan), None),
        Err(told) => (None, Some(told)),
    };
    let before = plan.iter().flat_map(|plan| &plan.before);
    let refusal = refusal.or(unplanned);
    Ok(ReminderPage {
        before: before.map(|at| frame.instant(Timestamp::from(*at), zone)).collect(),
        hindrance: plan.as_ref().and_then(|plan| plan.hindrance.as_ref()).map(|told| frame.said(told)),
        on_account: plan.as_ref().and_then(|plan| {
            let told = plan.on_account.as_ref()?;
            Some((frame.said(told), on_account::settling(&plan.tenant, &number)))
        }),
        refusal: refusal.map(|told| frame.said(&told)),
        number: number.to_string(),
        plan,
        frame,
    })
}

pub async fn send(
    shared: Data<Shared>,
    visitor: Visitor,
    number: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    Fields::of(form.into_inner(), &visitor)?;
    let number = InvoiceNumber::from_stored(number.into_inner());
    let (store, now, by, wanted) = (shared.store.clone(), shared.now(), visitor.actor(&http), number.clone());
    let work = move |store: &Store| refused(remind::send(store, &wanted, &by, now));
    match blocking(move || work(&store)).await? {
        Ok(report) => Ok(done("/dunning", "reminder-queued", report.invoice.as_str())),
        Err(told) => page(StatusCode::UNPROCESSABLE_ENTITY, &shown(&shared, number, &http, Some(told)).await?),
    }
}
