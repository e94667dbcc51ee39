//! A tariff's price from a day on: a new one, or one that nothing was billed at yet.

use actix_web::web::Data;
use serde_json::Value as Json;

use super::form::FormData;
use super::part::{PartForm, Place, parts};
use super::tariff::address;
use super::view::{Draw, FormView};
use super::{Form, price, reason};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::error::Fault;
use crate::http::state::Shared;

pub struct VersionForm {
    place: Place,
    billed: Option<chrono::NaiveDate>,
}

impl PartForm for VersionForm {
    const KIND: EntryKind = EntryKind::Tariff;
    const LIST: &'static str = "version";

    async fn of(_: &Data<Shared>, place: Place, found: &StoredEntry) -> Result<VersionForm, Fault> {
        Ok(VersionForm { place, billed: found.billed_until })
    }
}

impl Form for VersionForm {
    fn view(&self, draw: &Draw) -> FormView {
        let note = |until| draw.frame.with("version-billed", "day", &draw.frame.date(until));
        let below =
            self.place.position.map_or_else(|| "/versions/new".to_owned(), |one| format!("/versions/{one}/edit"));
        FormView {
            title: draw.frame.with(
                if self.place.position.is_none() { "version-new" } else { "version-edit" },
                "tariff",
                &self.place.code,
            ),
            notes: self.billed.as_ref().map(note).into_iter().collect(),
            action: address(&self.place.code, &below),
            back: address(&self.place.code, ""),
            version: None,
            hidden: vec![],
            sections: price::sections(draw),
            reason: Some(reason(draw)),
            save: draw.t("save"),
            shows: vec![],
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        Some((self.place.code.to_string(), address(&self.place.code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        let versions = parts(&stored.document, VersionForm::LIST);
        match self.place.position {
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
        let (typed, position) = (price::document(data), self.place.position);
        move |stored| {
            let mut document = stored.map(|stored| stored.document.clone()).unwrap_or_default();
            if let Some(versions) = document.get_mut(VersionForm::LIST).and_then(Json::as_array_mut) {
                match position.and_then(|position| versions.get_mut(position - 1)) {
                    Some(version) => *version = typed,
                    None => versions.push(typed),
                }
            }
            document
        }
    }

    fn field(&self, place: &str, data: &FormData) -> String {
        let own = format!("version.{}.", self.place.position.unwrap_or(self.place.count + 1));
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
        (address(&self.place.code, ""), "price-saved", self.place.code.clone())
    }
}
