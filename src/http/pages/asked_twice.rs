//! A form that moves money is sent twice: what it would do is planned and shown with the amounts it was planned with; it is
//! done once they are confirmed, unless somebody changed them meanwhile. Then it is asked again.

use actix_web::HttpRequest;
use actix_web::web::Data;
use chrono::{DateTime, Utc};

use super::Frame;
use super::forms::{Fields, refused_or};
use crate::app::record_payment::MEANWHILE;
use crate::app::{AppError, Store};
use crate::domain::audit::Actor;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// What a form asks for: the use case that plans it, and the one that does it.
pub trait Deed: Clone + Send + 'static {
    /// What it would do.
    type Plan: Send + 'static;
    /// What it came to.
    type Done: Send + 'static;
    /// The amounts it is shown with; they must still stand when it is done.
    type Seen: AsRef<[Money]> + Copy + Send + 'static;

    fn plan(&self, store: &Store, now: DateTime<Utc>) -> Result<Self::Plan, AppError>;

    fn seen(plan: &Self::Plan) -> Self::Seen;

    /// Does it, if the amounts are those `seen`; whatever they are where nothing is said of them.
    fn carry_out(
        &self,
        store: &Store,
        seen: Option<Self::Seen>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Self::Done, AppError>;

    /// The refusal of what is not known (any more); none where the page itself is not there then.
    fn unknown(&self) -> Option<Told> {
        Some(unknown_invoice())
    }
}

pub fn unknown_invoice() -> Told {
    Told::new("invoice-unknown", "the invoice is not known here")
}

/// How far a form has come.
pub enum Step<D: Deed> {
    /// To be asked.
    Asked(D::Plan),
    Done(D::Done),
}

/// Does what the form confirms, or plans what it asks for; or says why it is refused.
pub async fn ask_or_do<D: Deed>(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    fields: &Fields,
    deed: &D,
) -> Result<Result<Step<D>, Told>, Fault> {
    let plan = match planned(shared, deed).await? {
        Ok(plan) => plan,
        Err(told) => return Ok(Err(told)),
    };
    let seen = D::seen(&plan);
    if !fields.confirms(said(seen.as_ref())) {
        return Ok(Ok(Step::Asked(plan)));
    }
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(http));
    let (doing, seen) = (deed.clone(), fields.seen(seen));
    let done = blocking(move || refused(&doing, doing.carry_out(&store, seen, &by, now))).await?;
    match done {
        // It asks again.
        Err(told) if told.key == MEANWHILE => Ok(planned(shared, deed).await?.map(Step::Asked)),
        done => Ok(done.map(Step::Done)),
    }
}

async fn planned<D: Deed>(shared: &Data<Shared>, deed: &D) -> Result<Result<D::Plan, Told>, Fault> {
    let (store, now, deed) = (shared.store.clone(), shared.now(), deed.clone());
    blocking(move || refused(&deed, deed.plan(&store, now))).await
}

fn refused<D: Deed, T>(deed: &D, done: Result<T, AppError>) -> Result<Result<T, Told>, AppError> {
    match (deed.unknown(), done) {
        (None, Err(error @ AppError::NotFound(_))) => Err(error),
        (None, done) => super::forms::refused(done),
        (Some(unknown), done) => refused_or(done, || unknown),
    }
}

/// What is planned, as it is asked.
pub struct Asked {
    /// A label and a value each.
    pub facts: Vec<(String, String)>,
    /// That it comes late.
    pub late: Option<String>,
    /// What was typed.
    pub carried: Vec<(String, String)>,
    /// The amounts it is shown with.
    pub seen: String,
    /// It was confirmed, and they have changed since it was asked.
    pub meanwhile: bool,
}

impl Asked {
    /// Facts by the key of their label; those that say nothing are left out.
    pub fn of(
        frame: &Frame,
        fields: &Fields,
        seen: impl AsRef<[Money]>,
        facts: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Asked {
        let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
        let seen = said(seen.as_ref());
        Asked {
            facts: facts.map(|(key, value)| (frame.t(key), value)).collect(),
            late: None,
            carried: fields.carried(),
            meanwhile: fields.confirms_another(&seen),
            seen,
        }
    }

    /// With another fact before all others.
    pub fn first(mut self, frame: &Frame, key: &str, value: String) -> Asked {
        self.facts.insert(0, (frame.t(key), value));
        self
    }

    /// Warns that it is so many days late, in the words of `key`.
    pub fn late(mut self, frame: &Frame, key: &str, days: i64) -> Asked {
        self.late = (days > 0).then(|| frame.with(key, "days", &days.to_string()));
        self
    }
}

/// The amounts as a confirmation repeats them.
fn said(seen: &[Money]) -> String {
    seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
