//! Tariffs: the list, and one with its prices, who is billed at it, and what a quantity would cost.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::contracts::price;
use super::edit::{contract, tariff::address};
use super::forms::unparted;
use super::lines::part as part_name;
use super::listing::{BookList, ListQuery, Listing};
use super::parts::{Address, Column, Link, count};
use super::sheet::{self, Sheet};
use super::tenants::all_contracts;
use super::{Frame, page};
use crate::app::list_terms::{self, TariffKey};
use crate::app::listing::Order;
use crate::app::read_tariffs::{self, PricePreview, PricingRefusal, TariffFile};
use crate::app::read_tenants;
use crate::documents::arithmetic::arithmetic;
use crate::documents::table::Cell;
use crate::domain::access::Action;
use crate::domain::money::Money;
use crate::domain::rating::ChargeKind;
use crate::domain::typography;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// Contracts a tariff's page names.
const CONTRACTS_NAMED: usize = 20;

#[derive(Template)]
#[template(path = "tariffs.html")]
struct TariffsTemplate {
    frame: Frame,
    list: Listing,
    rows: Vec<TariffRow>,
}

const LIST: BookList = BookList { path: "/tariffs", key: "tariffs", section: "nav-tariffs" };

struct TariffRow {
    code: String,
    address: String,
    name: String,
    unit: String,
    price: Vec<String>,
    contracts: String,
}

#[derive(Template)]
#[template(path = "tariff.html")]
struct TariffTemplate {
    frame: Frame,
    code: String,
    name: String,
    unit: String,
    path: String,
    versions: Vec<VersionRow>,
    /// The first that are billed at it.
    contracts: Vec<(String, String, String)>,
    all_contracts: Option<Link>,
    quantity: String,
    on: String,
    preview: Option<Preview>,
    error: Option<String>,
    can_edit: bool,
}

struct VersionRow {
    from: String,
    price: Vec<String>,
    is_current: bool,
    /// Where it can still be corrected.
    edit: Option<String>,
}

/// What a quantity costs a whole month.
struct Preview {
    title: String,
    parts: Vec<(String, String, String)>,
    total: String,
}

/// What a quantity would cost.
#[derive(Deserialize)]
pub struct PreviewQuery {
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    on: String,
}

pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<ListQuery>) -> Result<HttpResponse, Fault> {
    let wanted = query.wanted()?;
    let (store, now, asked) = (shared.store.clone(), shared.now(), wanted.clone());
    let (found, today) = blocking(move || {
        let found = list_terms::tariffs(&store, &asked)?;
        Ok((found, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let new = frame.may(Action::EditTerms).then(|| frame.t("tariff-new"));
    let list = LIST.page(&frame, &wanted, &found, |address| columns(&frame, address, wanted.order), new);
    let rows = found.rows.iter().map(|row| tariff_row(&frame, row, today)).collect();
    page(StatusCode::OK, &TariffsTemplate { list, rows, frame })
}

fn tariff_row(frame: &Frame, row: &list_terms::TariffRow, today: NaiveDate) -> TariffRow {
    let tariff = &row.tariff;
    let current = tariff.version_on(today).map(|version| price(frame, &version.price, tariff.unit));
    TariffRow {
        code: tariff.code.to_string(),
        address: address(tariff.code.as_str(), ""),
        name: tariff.name.clone(),
        unit: frame.t(&format!("unit-{}", tariff.unit.name())),
        price: current.unwrap_or_default(),
        contracts: count(frame, row.contracts),
    }
}

/// The whole list with every price it has or had, in its order and search, as a file.
pub async fn file(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<ListQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let (store, now, wanted) = (shared.store.clone(), shared.now(), query.whole()?);
    let text = wanted.text.clone();
    let (found, day) = blocking(move || {
        let found = list_terms::tariffs(&store, &wanted)?;
        Ok((found, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let headings = ["line-code", "tenant-name", "field-unit", "field-from", "tariff-price", "nav-contracts"];
    let rows = found.rows.iter().flat_map(|row| {
        row.tariff.versions.iter().map(|version| {
            vec![
                sheet::text(row.tariff.code.as_str()),
                sheet::text(&row.tariff.name),
                sheet::text(frame.t(&format!("unit-{}", row.tariff.unit.name()))),
                Cell::Day(version.from),
                sheet::text(price(&frame, &version.price, row.tariff.unit).join(" ; ")),
                Cell::Number(row.contracts.into()),
            ]
        })
    });
    let rows = rows.collect();
    LIST.file((&shared, &frame), (&text, day), *sheet, &headings, rows).await
}

fn columns(frame: &Frame, list: &Address, order: Order<TariffKey>) -> Vec<Column> {
    let column = |key: &str, by: TariffKey| Column::ordering(frame.t(key), list, order, by);
    vec![
        column("line-code", TariffKey::Code),
        column("tenant-name", TariffKey::Name).giving_way(true),
        Column::plain(frame.t("field-unit")).giving_way(true),
        Column::plain(frame.t("tariff-price-now")),
        column("nav-contracts", TariffKey::Contracts).of_numbers().giving_way(true),
    ]
}

pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
    query: Query<PreviewQuery>,
) -> Result<HttpResponse, Fault> {
    let (store, now, code) = (shared.store.clone(), shared.now(), code.into_inner());
    let (files, today) = blocking(move || read_tariffs::list(&store, now)).await?;
    let file = files.into_iter().find(|file| file.tariff.code.as_str() == code).ok_or(Fault::NotFound)?;
    drop(granted);
    let frame = Frame::of(&http);
    let on: NaiveDate = query.on.parse().unwrap_or(today);
    let (preview, error) = match query.quantity.trim() {
        "" => (None, None),
        typed => match read_tariffs::preview(&file.tariff, &unparted(typed, frame.language), on) {
            Ok(preview) => (Some(preview_view(&frame, &file, &preview)), None),
            Err(refusal) => (None, Some(refusal_text(&frame, &refusal))),
        },
    };
    let template = TariffTemplate {
        can_edit: frame.may(Action::EditTerms),
        versions: versions(&frame, &file, today),
        contracts: file
            .contracts
            .iter()
            .take(CONTRACTS_NAMED)
            .map(|one| (contract::address(one.code.as_str(), ""), one.code.to_string(), one.title.clone()))
            .collect(),
        all_contracts: all_contracts(&frame, file.tariff.code.as_str(), file.contracts.len(), CONTRACTS_NAMED),
        code: file.tariff.code.to_string(),
        name: file.tariff.name.clone(),
        unit: frame.t(&format!("unit-{}", file.tariff.unit.name())),
        path: address(file.tariff.code.as_str(), ""),
        quantity: query.quantity.clone(),
        on: on.to_string(),
        preview,
        error,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// The latest first, as one looks for what holds now.
fn versions(frame: &Frame, file: &TariffFile, today: NaiveDate) -> Vec<VersionRow> {
    let current = file.tariff.version_on(today).map(|version| version.from);
    let can_edit = frame.may(Action::EditTerms);
    let row = |(position, version): (usize, &crate::domain::tariff::TariffVersion)| VersionRow {
        from: frame.date(&version.from),
        price: price(frame, &version.price, file.tariff.unit),
        is_current: current == Some(version.from),
        edit: (can_edit && file.billed_until.is_none_or(|until| version.from >= until))
            .then(|| address(file.tariff.code.as_str(), &format!("/versions/{position}/edit"))),
    };
    let mut rows: Vec<VersionRow> = (1..).zip(&file.tariff.versions).map(row).collect();
    rows.reverse();
    rows
}

fn preview_view(frame: &Frame, file: &TariffFile, preview: &PricePreview) -> Preview {
    let quantity = typography::quantity(preview.quantity, file.tariff.unit, frame.language);
    let part = |part: &crate::domain::tariff::PricedPart| {
        let name = part_name(frame, &ChargeKind::from(part.kind.clone()), file.tariff.unit)
            .unwrap_or_else(|| frame.t("tariff-price"));
        (name, arithmetic(frame.language, &part.expression), frame.amount(&part.net))
    };
    Preview {
        title: frame.texts("preview-of", &[("quantity", &quantity), ("day", &frame.date(&preview.from))]),
        parts: preview.parts.iter().map(part).collect(),
        total: frame.amount(&preview.parts.iter().map(|part| part.net).fold(Money::ZERO, |sum, net| sum + net)),
    }
}

fn refusal_text(frame: &Frame, refusal: &PricingRefusal) -> String {
    match refusal {
        PricingRefusal::NotANumber(text) => frame.with("wrong-number", "text", text),
        PricingRefusal::NoPrice { on } => frame.with("preview-no-price", "day", &frame.date(on)),
        PricingRefusal::Beyond => frame.t("wrong-too-large"),
        PricingRefusal::Negative => frame.t("wrong-negative"),
    }
}
