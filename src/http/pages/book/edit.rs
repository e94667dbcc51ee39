//! Forms that edit the book: how each is sent, refused and drawn.
//!
//! A form shows a thing of the book or a part of one ([`Form`]), and sends it back under the book's own names. Saving
//! goes through `edit_book`; what the book finds wrong comes back beside the field, an edit based on an older version
//! comes back with both, and rows are added and removed without a script.

pub mod asset;
pub mod asset_event;
mod asset_event_plan;
pub mod contacts;
pub mod contract;
pub mod entry;
mod form;
pub mod line;
pub mod mail;
pub mod part;
pub mod payback;
mod price;
mod read_only;
pub mod remove;
pub mod seller;
pub mod tariff;
pub mod tenant;
#[cfg(test)]
mod tests;
pub mod version;
mod view;
mod words;

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde_json::Value as Json;

use super::{Frame, done, page};
use crate::app::edit_book::{self, Basis, Refusal, StoredEntry, Target};
use crate::app::{edit_meanwhile, export_book};
use crate::bookfile::EntryMistake;
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::book::{Book, EntryKind, is_code as book_code};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::pages::forms::language_of;
use crate::http::pages::language;
use crate::http::state::{Shared, blocking};
use form::FormData;
use view::{Draw, FormError, FormView, Input};

/// The pairs of a form as they come.
pub type Sent = actix_web::web::Form<Vec<(String, String)>>;

/// Who opens or sends a form.
pub type Editor = (Data<Shared>, Granted, Visitor, HttpRequest);

/// A form over a thing of the book, or over a part of one.
pub trait Form: Sized {
    fn view(&self, draw: &Draw) -> FormView;

    /// What of the stored thing stands in the form.
    fn shown(&self, stored: &StoredEntry) -> FormData;

    /// What shall be stored, from what is there and what was typed.
    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static;

    /// The form's field for a place of the book.
    fn field(&self, place: &str, data: &FormData) -> String {
        let _ = data;
        place.to_owned()
    }

    /// Lists that have rows.
    fn lists(&self) -> &'static [&'static str] {
        &[]
    }

    /// The same with another row of a list. Most forms show an empty one anyway, so that what was filled makes room for it.
    fn added(&self, list: &str, data: &FormData) -> FormData {
        let _ = list;
        data.clone()
    }

    /// The code and the page of what is edited or added to; none for what is to be created.
    fn thing(&self) -> Option<(String, String)> {
        None
    }

    /// The page after saving, the message, and the value it names.
    fn after(&self, stored: &StoredEntry) -> (String, &'static str, String);
}

/// A form that was sent.
struct Submission {
    data: FormData,
    basis: Basis,
    step: Step,
}

enum Step {
    Save,
    Add(String),
    Remove(String, usize),
    /// Not to save, but to be shown what it would come to, in one of several ways.
    Show(String),
}

impl Submission {
    fn of((_, _, visitor, http): &Editor, sent: Sent) -> Result<Submission, Fault> {
        Submission::read(visitor, http, sent)
    }

    fn read(visitor: &Visitor, http: &HttpRequest, sent: Sent) -> Result<Submission, Fault> {
        let sent = sent.into_inner();
        let token = sent.iter().find(|(name, _)| name == "form_token").map_or("", |(_, token)| token.as_str());
        let typed_in = language_of(token).unwrap_or_else(|| language::of(http));
        let data = FormData::sent(sent, typed_in);
        visitor.check_form(data.text("form_token"))?;
        let step = match data.text("step").split_once(':') {
            Some(("add", list)) => Step::Add(list.to_owned()),
            Some(("remove", row)) => {
                let (list, number) = row.rsplit_once('.').unwrap_or((row, ""));
                Step::Remove(list.to_owned(), number.parse().unwrap_or(0))
            }
            Some(("show", what)) => Step::Show(what.to_owned()),
            _ => Step::Save,
        };
        let basis = Basis { version: data.text("version").parse().ok(), reason: data.text("reason").to_owned() };
        Ok(Submission { data, basis, step })
    }
}

#[derive(Template)]
#[template(path = "edit_form.html")]
struct EditPage {
    frame: Frame,
    form: FormView,
    errors: Vec<FormError>,
    conflict: Option<Conflict>,
    /// Something was typed already: leaving asks.
    is_changed: bool,
}

/// An edit that is based on an older version: what the other wrote beside what was typed.
struct Conflict {
    text: String,
    /// Who wrote it and when.
    who: Option<String>,
    /// What stood there when the form was opened is known.
    has_seen: bool,
    rows: Vec<ConflictRow>,
}

struct ConflictRow {
    label: String,
    seen: String,
    theirs: String,
    yours: String,
}

/// The thing a form edits, or 404; none for one that is to be created.
async fn stored(shared: &Data<Shared>, target: &Target) -> Result<StoredEntry, Fault> {
    let (store, target) = (shared.store.clone(), target.clone());
    blocking(move || edit_book::read(&store, &target)).await?.ok_or(Fault::NotFound)
}

/// The whole book, for what a form lets one choose from.
async fn book(shared: &Data<Shared>) -> Result<Arc<Book>, Fault> {
    let store = shared.store.clone();
    blocking(move || export_book::shared(&store)).await
}

fn target(kind: EntryKind, code: Option<&str>, scope: TenantScope) -> Target {
    Target { kind, code: code.map(str::to_owned), scope }
}

/// The form as it is opened.
fn open(http: &HttpRequest, form: &impl Form, data: &FormData, version: Option<i64>) -> Result<HttpResponse, Fault> {
    answer(StatusCode::OK, Frame::of(http), form, data, vec![], version, None, false)
}

/// The form over the stored thing of this kind and code, as it is opened.
async fn open_stored(
    (shared, granted, _, http): Editor,
    form: &impl Form,
    (kind, code): (EntryKind, &str),
) -> Result<HttpResponse, Fault> {
    let found = stored(&shared, &target(kind, Some(code), granted.scope)).await?;
    open(&http, form, &form.shown(&found), Some(found.version))
}

/// Takes a form that was sent of the thing of this kind and code: another row, or the edit itself.
async fn submit(
    (shared, granted, visitor, http): Editor,
    form: &impl Form,
    (kind, code): (EntryKind, Option<&str>),
    submission: Submission,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let Submission { data, basis, step } = submission;
    let version = basis.version;
    match step {
        Step::Add(list) => {
            let data = form.added(&list, &data);
            return answer(StatusCode::OK, frame, form, &data, vec![], version, None, true);
        }
        Step::Remove(list, row) => {
            let data = data.compact(&list, Some(row));
            return answer(StatusCode::OK, frame, form, &data, vec![], version, None, true);
        }
        Step::Show(_) => return answer(StatusCode::OK, frame, form, &data, vec![], version, None, true),
        Step::Save => {}
    }
    let data = form.lists().iter().fold(data, |data, list| data.compact(list, None));
    let target = target(kind, code, granted.scope);
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    let change = form.change(&data);
    let outcome = blocking(move || edit_book::edit(&store, &target, &basis, change, &by, now)).await?;
    match outcome {
        Ok(stored) => {
            shared.forget_check();
            let (path, what, value) = form.after(&stored);
            let what = if version == Some(stored.version) { "unchanged" } else { what };
            Ok(done(&path, what, &value))
        }
        Err(Refusal::Mistakes(mistakes)) => {
            let errors = errors(&frame, form, &data, &mistakes);
            answer(StatusCode::UNPROCESSABLE_ENTITY, frame, form, &data, errors, version, None, true)
        }
        Err(Refusal::Billed { until }) => {
            let text = frame.with("wrong-billed", "day", &frame.date(&until));
            let errors = vec![FormError { field: "form".to_owned(), beside: text.clone(), text }];
            answer(StatusCode::UNPROCESSABLE_ENTITY, frame, form, &data, errors, version, None, true)
        }
        Err(Refusal::Stale(stored)) => stale(&shared, &visitor, frame, form, data, *stored, version).await,
    }
}

/// The form again, beside what somebody else has written since `version`.
async fn stale(
    shared: &Data<Shared>,
    visitor: &Visitor,
    frame: Frame,
    form: &impl Form,
    mut data: FormData,
    stored: StoredEntry,
    version: Option<i64>,
) -> Result<HttpResponse, Fault> {
    let (store, theirs) = (shared.store.clone(), stored.clone());
    let meanwhile = blocking(move || edit_meanwhile::since(&store, &theirs, version)).await?;
    // A tenant's people are told when, not which of the seller's people it was.
    let names = policy(visitor.person.role, Action::SeeTrail) != Decision::Deny;
    let mut conflict = conflict(&frame, form, &data, &stored, meanwhile.seen.as_ref());
    conflict.who = meanwhile.last.as_ref().map(|(name, at)| {
        let at = frame.instant((*at).into(), meanwhile.zone);
        let name = if names { name.clone() } else { frame.t("edit-stale-someone") };
        frame.texts("edit-stale-who", &[("name", &name), ("at", &at)])
    });
    let name = meanwhile.last.map(|(name, _)| name).filter(|_| names);
    match conflict.rows.is_empty() {
        true => data.forget(&["over"]),
        false => data.set("over", name.unwrap_or_else(|| frame.t("edit-stale-someone"))),
    }
    answer(StatusCode::CONFLICT, frame, form, &data, vec![], Some(stored.version), Some(conflict), true)
}

#[allow(clippy::too_many_arguments, reason = "the parts of one page")]
fn answer(
    status: StatusCode,
    frame: Frame,
    form: &impl Form,
    data: &FormData,
    errors: Vec<FormError>,
    version: Option<i64>,
    conflict: Option<Conflict>,
    is_changed: bool,
) -> Result<HttpResponse, Fault> {
    let mut view = form.view(&Draw::new(&frame, data, &errors));
    view.version = version;
    // Until it is saved, its author is told whose work it replaces.
    let over = data.text("over");
    if !over.is_empty() {
        view.save = frame.with("edit-save-over", "name", over);
        view.hidden.push(("over".to_owned(), over.to_owned()));
    }
    let frame = match form.thing() {
        Some((code, address)) => frame.under(code, address),
        None => frame,
    };
    page(status, &EditPage { form: view, errors, conflict, is_changed, frame })
}

/// Each mistake at its field; what has no field of this form stands at its head.
fn errors(frame: &Frame, form: &impl Form, data: &FormData, mistakes: &[EntryMistake]) -> Vec<FormError> {
    let view = form.view(&Draw::new(frame, data, &[]));
    let known: Vec<Placed> = inputs(&view).collect();
    let error = |mistake: &EntryMistake| {
        let field = form.field(&mistake.field, data);
        let named = known.iter().find(|placed| placed.input.name == field).or_else(|| {
            // What is wrong with a group is shown at its first field.
            known.iter().find(|placed| !field.is_empty() && placed.input.name.starts_with(&format!("{field}.")))
        });
        let beside = words::sentence(frame, mistake);
        match named {
            None => FormError { field: "form".to_owned(), text: beside.clone(), beside },
            Some(placed) => {
                let values = [("field", label_among(&known, placed)), ("text", beside.clone())];
                let text = frame.texts("wrong-in", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
                FormError { field: placed.input.name.clone(), text, beside }
            }
        }
    };
    let mut errors: Vec<FormError> = mistakes.iter().map(error).collect();
    errors.dedup();
    let unsaid = unsaid(frame, &known, &errors);
    errors.extend(unsaid);
    let place = |error: &FormError| known.iter().position(|placed| placed.input.name == error.field);
    errors.sort_by_key(place);
    errors
}

/// What the book has not come to: it reads no further than what is missing, and a person wants to hear all at once.
fn unsaid(frame: &Frame, known: &[Placed], errors: &[FormError]) -> Vec<FormError> {
    let wrong = |input: &Input| {
        let value = input.value.trim();
        let is_code = input.name == "code" || input.name.ends_with(".code");
        match value.is_empty() {
            // What is there for some choices only is judged by the book, which knows what was chosen.
            true => (input.is_required && input.class.is_empty()).then_some("wrong-missing"),
            false => (is_code && !book_code(value)).then_some("wrong-code"),
        }
    };
    // An empty row is no row.
    let alone = known.iter().filter(|placed| placed.row.is_empty());
    let silent = alone.filter(|placed| errors.iter().all(|error| error.field != placed.input.name));
    let error = |placed: &Placed| {
        let beside = frame.t(wrong(placed.input)?);
        let values = [("field", label_among(known, placed)), ("text", beside.clone())];
        let text = frame.texts("wrong-in", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        Some(FormError { field: placed.input.name.clone(), text, beside })
    };
    silent.filter_map(error).collect()
}

/// A field where it stands.
struct Placed<'a> {
    /// The legend of its section; empty outside one.
    section: &'a str,
    /// The legend of its row; empty outside one.
    row: &'a str,
    input: &'a Input,
}

/// Every field, in the order of the page.
fn inputs(view: &FormView) -> impl Iterator<Item = Placed<'_>> {
    let sections = view.sections.iter().flat_map(|section| {
        let placed = move |row, input| Placed { section: &section.legend, row, input };
        let rows = section.rows.iter().flat_map(|rows| &rows.rows);
        let in_rows = rows.flat_map(move |row| row.inputs.iter().map(move |input| placed(row.legend.as_str(), input)));
        section.inputs.iter().map(move |input| placed("", input)).chain(in_rows)
    });
    sections.chain(view.reason.iter().map(|input| Placed { section: "", row: "", input }))
}

/// The fields in which what was typed and what is stored now differ.
fn conflict(
    frame: &Frame,
    form: &impl Form,
    typed: &FormData,
    stored: &StoredEntry,
    seen: Option<&StoredEntry>,
) -> Conflict {
    let drawn = |data: &FormData| form.view(&Draw::new(frame, data, &[]));
    let (yours, theirs) = (drawn(&FormData::of(&typed.document())), drawn(&form.shown(stored)));
    let before = seen.map(|seen| drawn(&form.shown(seen)));
    let text_of = |view: &FormView, name: &str| {
        inputs(view).find(|one| one.input.name == name).map_or_else(String::new, |one| shown(frame, one.input))
    };
    let known: Vec<Placed> = inputs(&yours).chain(inputs(&theirs)).collect();
    let mut rows: Vec<ConflictRow> = vec![];
    let mut names: Vec<&str> = vec!["reason", "effective"];
    for placed in &known {
        let name = placed.input.name.as_str();
        let (mine, other) = (text_of(&yours, name), text_of(&theirs, name));
        if mine != other && !names.contains(&name) {
            names.push(name);
            let seen = before.as_ref().map_or_else(String::new, |view| text_of(view, name));
            let label = label_among(&known, placed);
            rows.push(ConflictRow { label, seen: dash(seen), theirs: dash(other), yours: dash(mine) });
        }
    }
    let key = if rows.is_empty() { "edit-stale-same" } else { "edit-stale-text" };
    Conflict { text: frame.t(key), who: None, has_seen: before.is_some(), rows }
}

/// The field's label with its row's, or with its section's where another field of the form has the same.
fn label_among(all: &[Placed], placed: &Placed) -> String {
    let Placed { section, row, input } = placed;
    let is_twin =
        |other: &Placed| other.row.is_empty() && other.input.label == input.label && other.input.name != input.name;
    match *row {
        "" if all.iter().any(is_twin) => format!("{section}, {}", input.label),
        "" => input.label.clone(),
        row => format!("{row}, {}", input.label),
    }
}

fn dash(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}

/// What a field shows, in words.
fn shown(frame: &Frame, input: &Input) -> String {
    if input.is("flag") {
        return frame.t(if input.value.is_empty() { "no" } else { "yes" });
    }
    if input.is("select") || input.is("checks") {
        let chosen = input.choices.iter().filter(|choice| choice.is_chosen).map(|choice| choice.label.as_str());
        return chosen.collect::<Vec<_>>().join(", ");
    }
    let day = || input.value.parse().ok().filter(|_| input.input_type() == "date").map(|day| frame.date(&day));
    let month = || input.value.parse().ok().filter(|_| input.input_type() == "month").map(|month| frame.month(&month));
    day().or_else(month).unwrap_or_else(|| input.value.lines().collect::<Vec<_>>().join(", "))
}

/// The reason, where terms change that somebody is billed by.
fn reason(draw: &Draw) -> Input {
    draw.area("reason").required()
}
