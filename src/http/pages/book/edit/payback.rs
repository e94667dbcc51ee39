//! What payback is projected by: target and reference, what the market asks, how costs are shared, what the facility can
//! carry, technical lives, scenarios.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::{Value as Json, json};

use super::form::FormData;
use super::tenant::section;
use super::view::{Draw, FormView, Input, Rows, Section};
use super::{
    Editor, Form, Sent, Submission, book, open_stored, read_only, reason, stored, submit, target as target_of,
};
use crate::app::edit_book::StoredEntry;
use crate::domain::access::Action;
use crate::domain::amortisation::FixedAsset;
use crate::domain::book::{Entry, EntryKind};
use crate::domain::payback::{PaybackTerms, Scenario};
use crate::http::error::Fault;
use crate::http::pages::Frame;
use crate::http::state::Shared;

const PATH: &str = "/payback/terms";
const BACK: &str = "/payback";
/// There is one set of them.
const TERMS: (EntryKind, &str) = (EntryKind::Payback, Entry::PAYBACK_TERMS);

struct PaybackForm {
    /// Those whose components may last longer or shorter than they are depreciated.
    assets: Vec<FixedAsset>,
}

impl PaybackForm {
    async fn of(shared: &Data<Shared>) -> Result<PaybackForm, Fault> {
        Ok(PaybackForm { assets: book(shared).await?.assets.clone() })
    }

    /// Every component as the form names it, `asset/component`, with its words.
    fn parts(&self) -> impl Iterator<Item = (String, String)> {
        self.assets.iter().flat_map(|asset| {
            asset.components.iter().map(|part| {
                let value = format!("{}/{}", asset.code, part.code);
                let label = format!("{} ({value})", part.name);
                (value, label)
            })
        })
    }

    fn lives(&self, draw: &Draw) -> Rows {
        draw.rows("life", 0, |draw| {
            let none = (String::new(), draw.t("life-part-none"));
            vec![draw.select("part", std::iter::once(none).chain(self.parts())), draw.decimal("years")]
        })
    }
}

impl Form for PaybackForm {
    fn view(&self, draw: &Draw) -> FormView {
        let hinted = |key: &str, section: Section| Section { hint: draw.t(key), ..section };
        let listed = |legend: &str, rows: Rows| Section { rows: Some(rows), ..section(draw.t(legend), vec![]) };
        FormView {
            title: draw.t("payback-terms"),
            notes: vec![draw.t("payback-terms-note")],
            action: PATH.to_owned(),
            back: BACK.to_owned(),
            version: None,
            hidden: vec![],
            sections: vec![
                section(draw.t("section-payback-target"), target(draw)),
                hinted("payback-market-hint", section(draw.t("section-payback-market"), market(draw))),
                hinted("payback-key-hint", section(draw.t("section-payback-key"), cost_key(draw))),
                hinted("payback-capacity-hint", section(draw.t("section-payback-capacity"), capacity(draw))),
                hinted("payback-lives-hint", listed("section-payback-lives", self.lives(draw))),
                hinted("payback-scenarios-hint", listed("section-payback-scenarios", scenarios(draw))),
            ],
            reason: Some(reason(draw)),
            save: draw.t("save"),
            shows: vec![],
        }
    }

    /// Every figure stands in the form, at its default as well.
    fn shown(&self, stored: &StoredEntry) -> FormData {
        let data = FormData::of(&with_parts(stored.document.clone()));
        match &stored.entry {
            Entry::Payback(terms) => with_defaults(data, terms),
            _ => data,
        }
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let document = document(data);
        move |_| document
    }

    fn field(&self, place: &str, _: &FormData) -> String {
        match place.rsplit_once('.') {
            Some((life, "asset" | "component")) => format!("{life}.part"),
            // Where there is no scenario at all.
            _ if place == "scenario" => "reference_scenario".to_owned(),
            _ => place.to_owned(),
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["life", "scenario"]
    }

    fn added(&self, list: &str, data: &FormData) -> FormData {
        let (mut data, row) = (data.clone(), data.rows(list) + 1);
        match list {
            "life" => data.set(&format!("life.{row}.part"), ""),
            "scenario" => {
                data.set(&format!("scenario.{row}.code"), "");
                data = with_assumptions(data, row, &Scenario::unchanged("", ""));
            }
            _ => {}
        }
        data
    }

    fn after(&self, _: &StoredEntry) -> (String, &'static str, String) {
        (BACK.to_owned(), "payback-saved", String::new())
    }
}

fn target(draw: &Draw) -> Vec<Input> {
    let code = |row: usize| draw.data.text(&format!("scenario.{row}.code")).trim();
    let choice = |row: usize| {
        let name = draw.data.text(&format!("scenario.{row}.name"));
        (code(row).to_owned(), format!("{name} ({})", code(row)))
    };
    let rows = (1..=draw.data.rows("scenario")).filter(|row| !code(*row).is_empty());
    vec![
        draw.select("reference_scenario", rows.map(choice)).required(),
        draw.decimal("target_years").required(),
        draw.flag("count_internal"),
    ]
}

fn market(draw: &Draw) -> Vec<Input> {
    let draw = draw.below("market.");
    vec![
        draw.decimal("rack_unit_eur"),
        draw.decimal("kilowatt_eur"),
        draw.decimal("terabyte_eur"),
        draw.text("source"),
        draw.date("date"),
    ]
}

fn cost_key(draw: &Draw) -> Vec<Input> {
    let draw = draw.below("cost_key.");
    ["space_percent", "power_percent", "storage_percent"].map(|part| draw.decimal(part).required()).into()
}

fn capacity(draw: &Draw) -> Vec<Input> {
    let draw = draw.below("capacity.");
    vec![draw.decimal("power_kw"), draw.decimal("storage_tb")]
}

fn scenarios(draw: &Draw) -> Rows {
    let figures = Scenario::unchanged("", "").assumptions();
    draw.rows("scenario", 0, |draw| {
        let named = [draw.text("code").required(), draw.text("name").required()];
        named.into_iter().chain(figures.iter().map(|(key, _)| draw.decimal(key))).collect()
    })
}

/// What the form leaves to the book's defaults, filled in.
fn with_defaults(data: FormData, terms: &PaybackTerms) -> FormData {
    let key = terms.cost_key;
    let parts = [
        ("cost_key.space_percent", key.space_percent),
        ("cost_key.power_percent", key.power_percent),
        ("cost_key.storage_percent", key.storage_percent),
    ];
    let data = data.or("target_years", &terms.target_years.to_string());
    let data = parts.iter().fold(data, |data, (name, value)| data.or(name, &value.normalize().to_string()));
    (1..).zip(&terms.scenarios).fold(data, |data, (row, scenario)| with_assumptions(data, row, scenario))
}

fn with_assumptions(data: FormData, row: usize, scenario: &Scenario) -> FormData {
    let filled = |data: FormData, (key, value): (&str, rust_decimal::Decimal)| {
        data.or(&format!("scenario.{row}.{key}"), &value.normalize().to_string())
    };
    scenario.assumptions().into_iter().fold(data, filled)
}

fn lives(document: &mut Json) -> impl Iterator<Item = &mut serde_json::Map<String, Json>> {
    let list = document.get_mut("life").and_then(Json::as_array_mut);
    list.into_iter().flatten().filter_map(Json::as_object_mut)
}

/// The book's terms with each life's component as the form names it.
fn with_parts(mut document: Json) -> Json {
    for life in lives(&mut document) {
        let code = |key: &str| life.get(key).and_then(Json::as_str).unwrap_or_default();
        let part = format!("{}/{}", code("asset"), code("component"));
        life.insert("part".to_owned(), part.into());
        life.retain(|key, _| !matches!(key.as_str(), "asset" | "component"));
    }
    document
}

/// What the form says, in the book's keys.
fn document(data: &FormData) -> Json {
    let mut document = data.document();
    for life in lives(&mut document) {
        let part = life.remove("part");
        if let Some((asset, component)) = part.as_ref().and_then(Json::as_str).and_then(|part| part.split_once('/')) {
            life.insert("asset".to_owned(), asset.into());
            life.insert("component".to_owned(), component.into());
        }
    }
    if let Some(keys) = document.as_object_mut() {
        // A key that was emptied is missing; it is not the usual one.
        keys.entry("cost_key").or_insert_with(|| json!({}));
    }
    document
}

pub async fn form(editor: Editor) -> Result<HttpResponse, Fault> {
    let form = PaybackForm::of(&editor.0).await?;
    let frame = Frame::of(&editor.3);
    if frame.may(Action::KeepBooks) {
        return open_stored(editor, &form, TERMS).await;
    }
    let (kind, code) = TERMS;
    let found = stored(&editor.0, &target_of(kind, Some(code), editor.1.scope)).await?;
    read_only::read(frame, &form, &form.shown(&found))
}

pub async fn save(editor: Editor, sent: Sent) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    let form = PaybackForm::of(&editor.0).await?;
    let (kind, code) = TERMS;
    submit(editor, &form, (kind, Some(code)), submission).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifes_component_is_one_choice_of_the_form() {
        let book = json!({
            "reference_scenario": "a", "cost_key": { "space_percent": "40" },
            "life": [{ "asset": "2019-0042", "component": "froid", "years": "18" }, { "asset": "B", "component": "c" }],
        });
        let data = FormData::of(&with_parts(book.clone()));
        assert_eq!(["life.1.part", "life.2.part"].map(|name| data.text(name)), ["2019-0042/froid", "B/c"]);
        assert_eq!(document(&data), book);
    }

    #[test]
    fn what_is_added_stays_as_it_is_today_until_it_is_filled_in() {
        let form = PaybackForm { assets: vec![] };
        let data = form.added("scenario", &FormData::default());
        assert_eq!((data.rows("scenario"), data.text("scenario.1.renewal_percent")), (1, "100"));
        assert_eq!(data.text("scenario.1.heat_percent"), "0");
        assert_eq!(form.added("life", &data).rows("life"), 1);
        assert_eq!(form.added("nothing", &data), data);
    }
}
