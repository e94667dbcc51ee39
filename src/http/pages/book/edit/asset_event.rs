//! What happened to an asset: its kind first, then what belongs to it, then what it does, to be confirmed. Recorded
//! once, never edited.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::form::FormData;
use super::tenant::section;
use super::view::{Draw, FormError, FormView, Input};
use super::{EditPage, Sent, Submission, reason};
use crate::app::record_asset_event::{self, EventPlan, EventRequest, RecordedEvent};
use crate::app::{AppError, Store, export_book};
use crate::domain::amortisation::{
    AssetChange, AssetEvent, Component, Convention, Extent, FixedAsset, Method, Successor,
};
use crate::domain::audit::Actor;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::pages::asset::address_of;
use crate::http::pages::forms::{self, number, refused};
use crate::http::pages::{Frame, done, page};
use crate::http::state::{Shared, blocking};

/// The words of [`AssetChange::word`], as often as they happen.
const KINDS: [&str; 10] =
    ["revise", "impair", "reverse", "dispose", "donate", "replace", "commission", "use", "subsidise", WITHDRAW];
/// Of the day of the event it takes back, which alone is asked for.
const WITHDRAW: &str = "withdraw";
/// No component's code: none has a slash.
const WHOLE_ASSET: &str = "/";
/// How much leaves is said, never assumed.
const EXTENTS: [&str; 3] = ["whole", "share", "gross"];
/// Back from the confirmation to the fields.
const CHANGE: &str = "change";
const DEGRESSIVE: &str = "degressive";
const BY_UNITS: &str = "units-of-use";

#[derive(Deserialize)]
pub struct KindQuery {
    kind: Option<String>,
    /// The event to withdraw.
    event: Option<String>,
}

#[derive(Template)]
#[template(path = "asset_event.html")]
struct KindsPage {
    frame: Frame,
    title: String,
    /// Each kind with what it means and where it is entered.
    kinds: Vec<(String, String, String)>,
    back: String,
}

/// The form of one kind for one asset.
pub(super) struct EventForm {
    pub(super) asset: FixedAsset,
    kind: &'static str,
}

pub async fn form(
    shared: Data<Shared>,
    _granted: Granted,
    code: Path<String>,
    http: HttpRequest,
    query: Query<KindQuery>,
) -> Result<HttpResponse, Fault> {
    let asset = asset(&shared, &code).await?;
    let frame = Frame::of(&http);
    match query.kind.as_deref() {
        None => kinds(frame, &asset),
        Some(kind) => {
            let form = EventForm::of(asset, kind)?;
            let language = frame.language;
            let chosen = query.event.iter().map(|number| ("event_number".to_owned(), number.clone()));
            form.answer(frame, &FormData::sent(chosen.collect(), language), vec![])
        }
    }
}

/// An event is always of one of the kinds; which, one decides first.
fn kinds(frame: Frame, asset: &FixedAsset) -> Result<HttpResponse, Fault> {
    let back = address_of(asset.code.as_str());
    let kind = |kind: &str| {
        let (name, what) = (frame.t(&format!("event-{kind}")), frame.t(&format!("event-{kind}-what")));
        (name, what, format!("{back}/events/new?kind={kind}"))
    };
    let template = KindsPage {
        title: frame.with("event-new", "asset", asset.code.as_str()),
        kinds: KINDS.into_iter().map(kind).collect(),
        frame: frame.under(asset.name.clone(), back.clone()),
        back,
    };
    page(StatusCode::OK, &template)
}

async fn asset(shared: &Data<Shared>, code: &str) -> Result<FixedAsset, Fault> {
    let (store, code) = (shared.store.clone(), AssetCode(code.to_owned()));
    let book = blocking(move || export_book::shared(&store)).await?;
    book.assets.iter().find(|asset| asset.code == code).cloned().ok_or(Fault::NotFound)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let Submission { data, .. } = Submission::read(&visitor, &http, sent)?;
    let form = EventForm::of(asset(&shared, &code).await?, data.text("kind"))?;
    let frame = Frame::of(&http);
    let request = match form.request(&frame, &data) {
        Ok(request) => request,
        Err(errors) => return form.answer(frame, &data, errors),
    };
    if data.text("step") == CHANGE {
        return form.answer(frame, &data, vec![]);
    }
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    let seen: Option<usize> = data.text("confirm").parse().ok();
    let outcome = blocking(move || refused(confirmed(&store, &request, seen, &by, now))).await?;
    match outcome {
        Ok(Done::Recorded(recorded)) => {
            Ok(done(&address_of(recorded.asset.as_str()), "event", &recorded.number.to_string()))
        }
        Ok(Done::Planned(planned)) => form.confirm(frame, &data, &planned, seen.is_some()),
        Err(told) => {
            let text = frame.said(&told);
            form.answer(frame, &data, vec![FormError { field: "form".to_owned(), beside: text.clone(), text }])
        }
    }
}

enum Done {
    Recorded(Box<RecordedEvent>),
    Planned(Box<EventPlan>),
}

/// Records what was confirmed as it was seen; what was not, or not with these events, is shown first.
fn confirmed(
    store: &Store,
    request: &EventRequest,
    seen: Option<usize>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Done, AppError> {
    if let Some(seen) = seen
        && let Some(recorded) = record_asset_event::record_as_seen(store, request, seen, by, now)?
    {
        return Ok(Done::Recorded(Box::new(recorded)));
    }
    Ok(Done::Planned(Box::new(record_asset_event::plan(store, request, by, now)?)))
}

impl EventForm {
    fn of(asset: FixedAsset, kind: &str) -> Result<EventForm, Fault> {
        let kind = KINDS.into_iter().find(|known| *known == kind).ok_or(Fault::NotFound)?;
        Ok(EventForm { asset, kind })
    }

    pub(super) fn address(&self) -> String {
        address_of(self.asset.code.as_str())
    }

    fn answer(&self, frame: Frame, data: &FormData, errors: Vec<FormError>) -> Result<HttpResponse, Fault> {
        let form = self.view(&Draw::new(&frame, data, &errors));
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let is_changed = !errors.is_empty();
        let frame = frame.under(self.asset.name.clone(), self.address());
        page(status, &EditPage { form, errors, conflict: None, is_changed, frame })
    }

    pub(super) fn view(&self, draw: &Draw) -> FormView {
        let on = (self.kind != WITHDRAW).then(|| draw.date("event_on").required());
        let common = on.into_iter().chain([draw.text("event_decision")]).collect();
        FormView {
            title: draw.frame.texts(
                "event-of",
                &[("event", &draw.t(&format!("event-{}", self.kind))), ("asset", self.asset.code.as_str())],
            ),
            notes: vec![draw.t(&format!("event-{}-what", self.kind)), draw.t("event-note")],
            action: format!("{}/events/new", self.address()),
            back: self.address(),
            version: None,
            hidden: vec![("kind".to_owned(), self.kind.to_owned())],
            sections: vec![
                section(draw.t("section-event"), self.inputs(draw)),
                section(draw.t("section-event-when"), common),
            ],
            reason: Some(reason(draw)),
            save: draw.t("next-check"),
            shows: vec![],
        }
    }

    fn inputs(&self, draw: &Draw) -> Vec<Input> {
        let none = || std::iter::once((String::new(), draw.t("event-choose-one")));
        let component = || draw.select("event_component", none().chain(self.components())).required();
        let part = || {
            let whole = std::iter::once((WHOLE_ASSET.to_owned(), draw.t("event-whole-asset")));
            let extents = EXTENTS.map(|extent| (extent.to_owned(), draw.t(&format!("event-extent-{extent}"))));
            vec![
                draw.select("event_component", none().chain(self.components()).chain(whole)).required(),
                draw.select("event_extent", none().chain(extents)).required(),
                draw.decimal("event_share"),
                draw.decimal("event_gross"),
            ]
        };
        let amount = || draw.decimal("event_amount").required();
        match self.kind {
            "revise" => vec![
                component(),
                draw.decimal("event_years"),
                draw.decimal("event_residual"),
                draw.decimal("event_expected_units"),
            ],
            "impair" | "reverse" => vec![component(), amount()],
            "dispose" => {
                [part(), vec![draw.decimal("event_proceeds"), draw.text("event_buyer")]].into_iter().flatten().collect()
            }
            "donate" => [part(), vec![draw.text("event_beneficiary").required()]].into_iter().flatten().collect(),
            "replace" => [vec![component(), draw.decimal("event_proceeds")], self.successor(draw)]
                .into_iter()
                .flatten()
                .collect(),
            "commission" => {
                vec![draw.text("event_evidence").required(), draw.checks("event_components", self.components())]
            }
            "use" => vec![component(), draw.decimal("event_units").required()],
            WITHDRAW => vec![draw.select("event_number", none().chain(self.standing(draw))).required()],
            _ => vec![draw.text("event_grantor").required(), draw.text("event_reference"), amount()],
        }
    }

    fn successor(&self, draw: &Draw) -> Vec<Input> {
        let names = Convention::ALL.iter().map(|(name, _)| *name).chain([DEGRESSIVE, BY_UNITS]);
        let methods = names.map(|name| (name.to_owned(), draw.t(&format!("plan-{name}"))));
        vec![
            draw.text("event_code").required(),
            draw.text("event_name").required(),
            draw.decimal("event_cost").required(),
            draw.decimal("event_residual"),
            draw.decimal("event_years").required(),
            draw.select("event_method", methods),
            draw.decimal("event_coefficient"),
            draw.decimal("event_expected_units"),
            draw.text("event_account"),
        ]
    }

    /// The events that may be withdrawn, the last first.
    fn standing(&self, draw: &Draw) -> Vec<(String, String)> {
        let label = |(number, event): (usize, &AssetEvent)| {
            let (number, day) = (number.to_string(), draw.frame.date(&event.effective_on));
            let kind = draw.t(&format!("event-{}", event.change.word()));
            let label = draw.frame.texts("event-numbered", &[("number", &number), ("event", &kind), ("day", &day)]);
            (number, label)
        };
        let mut standing: Vec<(String, String)> = self.asset.standing_events().map(label).collect();
        standing.reverse();
        standing
    }

    /// The components of the book and those that took the place of one.
    fn components(&self) -> Vec<(String, String)> {
        let successors = self.asset.standing_events().filter_map(|(_, event)| match &event.change {
            AssetChange::Replace { successor: Successor(component), .. } => Some(component),
            _ => None,
        });
        let all = self.asset.components.iter().chain(successors);
        all.map(|component| (component.code.to_string(), format!("{} ({})", component.name, component.code))).collect()
    }

    fn request(&self, frame: &Frame, data: &FormData) -> Result<EventRequest, Vec<FormError>> {
        let mut typed = Typed { frame, data, errors: vec![] };
        let change = self.change(&mut typed);
        let effective_on = match change {
            AssetChange::Withdraw { event } => self.day_of(event),
            _ => typed.day("event_on"),
        };
        let reason = typed.needed("reason");
        if !typed.errors.is_empty() {
            return Err(typed.errors);
        }
        Ok(EventRequest {
            asset: self.asset.code.clone(),
            effective_on,
            reason,
            decision: typed.text("event_decision"),
            change,
            // The confirmation says it.
            far_ahead: true,
        })
    }

    /// The day of an event of the asset; of one that is not there any: the withdrawal is refused.
    fn day_of(&self, number: usize) -> NaiveDate {
        let event = number.checked_sub(1).and_then(|index| self.asset.events.get(index));
        event.map_or_else(NaiveDate::default, |event| event.effective_on)
    }

    /// What was typed; a field that could not be read is among the errors, whatever stands for it here.
    fn change(&self, typed: &mut Typed<'_>) -> AssetChange {
        match self.kind {
            "revise" => AssetChange::Revise {
                component: typed.component(),
                duration_years: typed.optional("event_years"),
                residual_value: typed.optional("event_residual"),
                expected_units: typed.optional("event_expected_units"),
            },
            "impair" => AssetChange::Impair { component: typed.component(), amount: typed.figure("event_amount") },
            "reverse" => AssetChange::Reverse { component: typed.component(), amount: typed.figure("event_amount") },
            "dispose" => AssetChange::Dispose {
                component: typed.component_or_whole(),
                extent: typed.extent(),
                proceeds: typed.optional("event_proceeds").unwrap_or(Money::ZERO),
                buyer: typed.text("event_buyer"),
            },
            "donate" => AssetChange::Donate {
                component: typed.component_or_whole(),
                extent: typed.extent(),
                beneficiary: typed.needed("event_beneficiary"),
            },
            "replace" => AssetChange::Replace {
                component: typed.component(),
                successor: Successor(typed.successor()),
                proceeds: typed.optional("event_proceeds").unwrap_or(Money::ZERO),
            },
            "commission" => AssetChange::Commission {
                evidence: typed.needed("event_evidence"),
                components: typed.data.all("event_components").into_iter().map(ComponentCode::from).collect(),
            },
            "use" => AssetChange::Use { component: typed.component(), units: typed.figure("event_units") },
            WITHDRAW => AssetChange::Withdraw { event: typed.figure("event_number") },
            _ => AssetChange::Subsidise {
                grantor: typed.needed("event_grantor"),
                reference: typed.text("event_reference"),
                amount: typed.figure("event_amount"),
            },
        }
    }
}

/// Reads fields and keeps what is wrong with them.
struct Typed<'a> {
    frame: &'a Frame,
    data: &'a FormData,
    errors: Vec<FormError>,
}

impl Typed<'_> {
    fn wrong(&mut self, name: &str, key: &str) {
        let label = self.frame.t(&format!("field-{}", name.replace('_', "-")));
        let beside = self.frame.t(key);
        let text = self.frame.texts("wrong-in", &[("field", &label), ("text", &beside)]);
        self.errors.push(FormError { field: name.to_owned(), text, beside });
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.data.text(name).trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn needed(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| {
            self.wrong(name, "event-needed");
            String::new()
        })
    }

    fn component(&mut self) -> ComponentCode {
        ComponentCode(self.needed("event_component"))
    }

    fn day(&mut self, name: &str) -> NaiveDate {
        forms::day(self.data.text(name)).unwrap_or_else(|| {
            self.wrong(name, "event-day");
            NaiveDate::default()
        })
    }

    fn figure<T: std::str::FromStr + Default>(&mut self, name: &str) -> T {
        match self.text(name) {
            Some(_) => self.optional(name).unwrap_or_default(),
            None => {
                self.wrong(name, "event-needed");
                T::default()
            }
        }
    }

    fn optional<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        let figure = number(&text, self.frame.language);
        if figure.is_none() {
            self.wrong(name, "event-figure");
        }
        figure
    }

    /// The component named, none where it is the whole asset. One or the other was chosen.
    fn component_or_whole(&mut self) -> Option<ComponentCode> {
        Some(self.component()).filter(|chosen| chosen.as_str() != WHOLE_ASSET)
    }

    /// A share, a part of the gross value, or all of it: as was chosen, with no other figure beside it.
    fn extent(&mut self) -> Extent {
        let chosen = self.needed("event_extent");
        for other in ["share", "gross"].into_iter().filter(|other| !chosen.is_empty() && *other != chosen) {
            let name = format!("event_{other}");
            if self.text(&name).is_some() {
                self.wrong(&name, "event-either");
            }
        }
        match chosen.as_str() {
            "share" => Extent::Percent(self.figure("event_share")),
            "gross" => Extent::Gross(self.figure("event_gross")),
            _ => Extent::Whole,
        }
    }

    fn successor(&mut self) -> Component {
        Component {
            code: ComponentCode(self.needed("event_code")),
            name: self.needed("event_name"),
            cost: self.figure("event_cost"),
            residual_value: self.optional("event_residual").unwrap_or(Money::ZERO),
            duration_years: self.figure("event_years"),
            method: self.method(),
            commissioned_on: None,
            account: self.text("event_account"),
            duration_decision: self.text("event_decision"),
        }
    }

    fn method(&mut self) -> Method {
        match self.data.text("event_method") {
            DEGRESSIVE => Method::Degressive { coefficient: self.figure("event_coefficient") },
            BY_UNITS => Method::UnitsOfUse { expected_units: self.figure("event_expected_units") },
            name => {
                let known = Convention::ALL.iter().find(|(known, _)| *known == name);
                let convention = known.map_or(Convention::Days30E360, |(_, convention)| *convention);
                Method::Linear { convention }
            }
        }
    }
}
