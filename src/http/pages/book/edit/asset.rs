//! An asset's form with its components: a new one, or one of which nothing is posted yet.

use actix_web::web::Data;
use serde_json::{Value as Json, json};

use super::entry::EntryForm;
use super::form::{self, FormData};
use super::tenant::section;
use super::view::{Draw, FormView, Input, Rows, Section};
use super::{Form, reason};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::error::Fault;
use crate::http::pages::asset::address_of;
use crate::http::state::Shared;

/// What the form says of an asset; its groups, papers, invoices and funding stay as the book has them.
const HEAD: [&str; 9] = [
    "name",
    "cost_eur",
    "account",
    "commissioned_on",
    "commissioning_evidence",
    "duration_decision",
    "subsidy_eur",
    "posting",
    "component",
];
/// How a component is depreciated beside the usual way, as the form has it and as the book does.
const PLANS: [(&str, &str, &str); 6] = [
    ("actual-365", "convention", "actual-365"),
    ("actual-actual", "convention", "actual-actual"),
    ("first-of-month", "convention", "first-of-month"),
    ("full-years-from-next", "convention", "full-years-from-next"),
    ("degressive", "method", "degressive"),
    ("units-of-use", "method", "units-of-use"),
];
/// Empty rows of a new asset: most have some components.
const SPARE_COMPONENTS: usize = 1;

pub struct AssetForm {
    code: Option<String>,
}

impl AssetForm {
    fn head(&self, draw: &Draw) -> Vec<Input> {
        // What the form creates is in service: only a file brings in what is under construction.
        let commissioned = draw.date("commissioned_on");
        let commissioned = if self.code.is_none() { commissioned.required() } else { commissioned };
        let mut inputs = vec![
            draw.text("name").required(),
            draw.decimal("cost_eur").required(),
            draw.text("account").required(),
            commissioned,
            draw.text("commissioning_evidence"),
            draw.text("duration_decision"),
            draw.decimal("subsidy_eur"),
            draw.words("posting", &["month", "quarter", "year"], "posting"),
        ];
        if self.code.is_none() {
            inputs.insert(0, draw.text("code").required());
        }
        inputs
    }

    fn components(draw: &Draw) -> Rows {
        draw.rows("component", SPARE_COMPONENTS, |draw| {
            let usual = (String::new(), draw.t("plan-30-360"));
            let others = PLANS.iter().map(|(name, _, _)| ((*name).to_owned(), draw.t(&format!("plan-{name}"))));
            vec![
                draw.text("code"),
                draw.text("name"),
                draw.decimal("cost_eur"),
                draw.decimal("duration_years"),
                draw.decimal("residual_value_eur"),
                draw.select("plan", std::iter::once(usual).chain(others)),
                draw.decimal("coefficient"),
                draw.decimal("expected_units"),
                draw.date("commissioned_on"),
                draw.text("account"),
                draw.text("duration_decision"),
            ]
        })
    }

    fn address(&self, below: &str) -> String {
        let code = self.code.as_deref();
        code.map_or_else(|| "/amortisation".to_owned(), |code| format!("{}{below}", address_of(code)))
    }
}

/// A component of the form as the book has it: its plan in the book's words, and only the figures that belong to it.
fn component(mut typed: Json) -> Json {
    let Some(keys) = typed.as_object_mut() else { return typed };
    let plan = keys.remove("plan");
    let plan = plan.as_ref().and_then(Json::as_str).unwrap_or_default();
    if let Some((_, key, word)) = PLANS.iter().find(|(name, _, _)| *name == plan) {
        keys.insert((*key).to_owned(), json!(word));
    }
    for (of, figure) in [("degressive", "coefficient"), ("units-of-use", "expected_units")] {
        if plan != of {
            keys.remove(figure);
        }
    }
    typed
}

/// The asset's fields as the form has them.
fn fields(document: &Json) -> FormData {
    let mut document = document.clone();
    for part in document.get_mut("component").and_then(Json::as_array_mut).into_iter().flatten() {
        let Some(keys) = part.as_object_mut() else { continue };
        let found = |(key, word): (&str, &str)| keys.get(key).and_then(Json::as_str) == Some(word);
        let plan = PLANS.iter().find(|(_, key, word)| found((key, word))).map(|(name, _, _)| *name);
        if let Some(plan) = plan {
            keys.insert("plan".to_owned(), json!(plan));
        }
    }
    FormData::of(&document).or("posting", "month")
}

impl EntryForm for AssetForm {
    const KIND: EntryKind = EntryKind::Asset;

    async fn of(_: &Data<Shared>, code: Option<String>) -> Result<AssetForm, Fault> {
        Ok(AssetForm { code })
    }

    fn blank() -> FormData {
        FormData::default().or("posting", "month")
    }
}

impl Form for AssetForm {
    fn view(&self, draw: &Draw) -> FormView {
        let is_new = self.code.is_none();
        let components = Section {
            hint: draw.t("asset-components-hint"),
            rows: Some(AssetForm::components(draw)),
            ..section(draw.t("asset-components"), vec![])
        };
        FormView {
            title: match &self.code {
                None => draw.t("asset-new"),
                Some(code) => draw.frame.with("asset-edit", "asset", code),
            },
            notes: vec![draw.t(if is_new { "asset-new-note" } else { "asset-edit-note" })],
            action: self.code.as_ref().map_or_else(|| "/amortisation/new".to_owned(), |_| self.address("/edit")),
            back: self.address(""),
            version: None,
            hidden: vec![],
            sections: vec![section(draw.t("section-asset"), self.head(draw)), components],
            reason: (!is_new).then(|| reason(draw)),
            save: draw.t("save"),
            shows: vec![],
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        self.code.as_ref().map(|code| (code.clone(), address_of(code)))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        fields(&stored.document)
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let mut typed = data.document();
        for part in typed.get_mut("component").and_then(Json::as_array_mut).into_iter().flatten() {
            *part = component(part.take());
        }
        move |stored| {
            let mut document = match stored {
                Some(stored) => stored.document.clone(),
                None => json!({ "code": typed.get("code") }),
            };
            form::put(&mut document, &HEAD, &typed);
            document
        }
    }

    fn field(&self, place: &str, _: &FormData) -> String {
        match place.rsplit_once('.') {
            Some((part, "method" | "convention")) => format!("{part}.plan"),
            _ if place == "component" => "component.1.code".to_owned(),
            _ => place.to_owned(),
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["component"]
    }

    fn after(&self, stored: &StoredEntry) -> (String, &'static str, String) {
        let code = stored.entry.code();
        let what = if self.code.is_some() { "saved" } else { "asset-created" };
        (address_of(code), what, code.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_components_plan_is_one_choice_of_the_form() {
        let document = json!({
            "code": "A", "cost_eur": "10.00", "posting": "quarter",
            "component": [
                { "code": "a", "duration_years": "8" },
                { "code": "b", "method": "degressive", "coefficient": "2.25" },
                { "code": "c", "convention": "actual-365" },
            ],
        });
        let data = fields(&document);
        let plans = ["component.1.plan", "component.2.plan", "component.3.plan"].map(|name| data.text(name));
        assert_eq!(plans, ["", "degressive", "actual-365"]);
        let typed = data.document();
        let parts: Vec<Json> = typed["component"].as_array().unwrap().iter().cloned().map(component).collect();
        assert_eq!(parts[0], document["component"][0]);
        assert_eq!(parts[1], document["component"][1]);
        let linear = component(json!({ "code": "d", "coefficient": "2", "expected_units": "9" }));
        assert_eq!(linear, json!({ "code": "d" }), "figures of another plan count for nothing");
    }
}
