//! A tariff's price from a day on: a new one, or one that nothing was billed at yet.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value as Json;

use super::form::FormData;
use super::tariff::address;
use super::view::{Draw, FormView};
use super::{Form, Sent, Submission, open, price, reason, stored, submit, target};
use crate::app::edit_book::StoredEntry;
use crate::domain::access::TenantScope;
use crate::domain::book::EntryKind;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::Shared;

struct VersionForm {
    tariff: String,
    /// From 1; none for a new one.
    position: Option<usize>,
    /// How many there are.
    count: usize,
    billed: Option<chrono::NaiveDate>,
}

impl VersionForm {
    async fn of(
        shared: &Data<Shared>,
        scope: TenantScope,
        tariff: &str,
        position: Option<usize>,
    ) -> Result<(VersionForm, StoredEntry), Fault> {
        let found = stored(shared, &target(EntryKind::Tariff, Some(tariff), scope)).await?;
        let count = versions(&found.document).len();
        if position.is_some_and(|position| !(1..=count).contains(&position)) {
            return Err(Fault::NotFound);
        }
        Ok((VersionForm { tariff: tariff.to_owned(), position, count, billed: found.billed_until }, found))
    }
}

fn versions(tariff: &Json) -> &[Json] {
    tariff.get("version").and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

impl Form for VersionForm {
    fn view(&self, draw: &Draw) -> FormView {
        let note = |until| draw.frame.with("version-billed", "day", &draw.frame.date(until));
        let below = self.position.map_or_else(|| "/versions/new".to_owned(), |one| format!("/versions/{one}/edit"));
        FormView {
            title: draw.frame.with(
                if self.position.is_none() { "version-new" } else { "version-edit" },
                "tariff",
                &self.tariff,
            ),
            notes: self.billed.as_ref().map(note).into_iter().collect(),
            action: address(&self.tariff, &below),
            back: address(&self.tariff, ""),
            version: None,
            hidden: vec![],
            sections: price::sections(draw),
            reason: Some(reason(draw)),
            save: draw.t("save"),
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        Some((self.tariff.to_string(), address(&self.tariff, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        let versions = versions(&stored.document);
        match self.position {
            Some(position) => versions.get(position - 1).map(price::fields).unwrap_or_default(),
            // Most prices change by an amount only: the last one is where to begin.
            None => {
                let mut data = versions.last().map(price::fields).unwrap_or_default();
                data.set("from", "");
                data
            }
        }
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let (typed, position) = (price::document(data), self.position);
        move |stored| {
            let mut document = stored.map(|stored| stored.document.clone()).unwrap_or_default();
            if let Some(versions) = document.get_mut("version").and_then(Json::as_array_mut) {
                match position.and_then(|position| versions.get_mut(position - 1)) {
                    Some(version) => *version = typed,
                    None => versions.push(typed),
                }
            }
            document
        }
    }

    fn field(&self, place: &str, data: &FormData) -> String {
        let own = format!("version.{}.", self.position.unwrap_or(self.count + 1));
        match place.strip_prefix(&own) {
            Some(inner) => price::field(inner, data),
            // The order of the versions is told at the one after this.
            None if place.starts_with("version.") && place.ends_with(".from") => "from".to_owned(),
            None => place.to_owned(),
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["tiers"]
    }

    fn after(&self, _: &StoredEntry) -> (String, &'static str, String) {
        (address(&self.tariff, ""), "price-saved", self.tariff.clone())
    }
}

pub async fn create(
    shared: Data<Shared>,
    granted: Granted,
    tariff: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (form, found) = VersionForm::of(&shared, granted.scope, &tariff, None).await?;
    open(&http, &form, &form.shown(&found), Some(found.version))
}

pub async fn created(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    tariff: Path<String>,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    save_at(&shared, granted, &visitor, &tariff, None, &http, sent).await
}

pub async fn form(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, usize)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (tariff, position) = path.into_inner();
    let (form, found) = VersionForm::of(&shared, granted.scope, &tariff, Some(position)).await?;
    open(&http, &form, &form.shown(&found), Some(found.version))
}

pub async fn save(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    path: Path<(String, usize)>,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let (tariff, position) = path.into_inner();
    save_at(&shared, granted, &visitor, &tariff, Some(position), &http, sent).await
}

async fn save_at(
    shared: &Data<Shared>,
    granted: Granted,
    visitor: &Visitor,
    tariff: &str,
    position: Option<usize>,
    http: &HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(visitor, sent)?;
    let (form, _) = VersionForm::of(shared, granted.scope.clone(), tariff, position).await?;
    let target = target(EntryKind::Tariff, Some(tariff), granted.scope);
    submit(shared, http, visitor, &form, target, submission).await
}
