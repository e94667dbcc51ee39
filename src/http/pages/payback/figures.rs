//! Figures of management: what a month cost or brought beside the invoices, entered and corrected.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::forms::{Fields, refused};
use super::parts::{Address, Choice, FieldError, Link, Pager, exports, tenant_choices};
use super::sheet::{self, Sheet};
use super::{Frame, done, page};
use crate::app::{read_tenants, record_management_figures};
use crate::collect::{FigureTexts, SubmittedFigure, one_figure};
use crate::documents::payback::Words;
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, TenantScope};
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::payback::{FigureKind, ManagementFigure};
use crate::http::asked::{Expected, parsed};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

const PATH: &str = "/payback/figures";
const ROWS: usize = 50;
const TEXT_CHARACTERS_MAX: usize = 200;
const SERVICES: [Service; 4] = [Service::Space, Service::Power, Service::Storage, Service::Other];

#[derive(Deserialize)]
pub struct FiguresQuery {
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    frame: Frame,
    rows: Vec<FigureRow>,
    pager: Pager,
    files: Vec<Link>,
    errors: Vec<FieldError>,
    may_record: bool,
    kinds: Vec<Choice>,
    tenants: Vec<Choice>,
    services: Vec<Choice>,
    month: String,
    label: String,
    amount: String,
    source: String,
    correction: String,
}

struct FigureRow {
    month: String,
    kind: String,
    label: String,
    amount: Money,
    source: String,
    /// Why it replaced another, where it did.
    reason: String,
}

pub async fn list(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<FiguresQuery>,
) -> Result<HttpResponse, Fault> {
    let number = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    show(&shared, &http, number, &Fields::of_query(vec![]), vec![]).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    number: usize,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (figures, names, today) = blocking(move || {
        let names = read_tenants::names(&store, &TenantScope::Everyone)?;
        Ok((record_management_figures::in_force(&store)?, names, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(http);
    let words = Words::new(frame.language);
    let pages = figures.len().div_ceil(ROWS).max(1);
    let number = number.clamp(1, pages);
    let shown = figures.iter().skip((number - 1) * ROWS).take(ROWS);
    let last_month = || BillingMonth::of(today).previous().to_string();
    // What is entered most often: the energy bill.
    let kind_chosen = if fields.has("kind") { fields.text("kind") } else { FigureKind::Energy.name() };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = FiguresPage {
        rows: shown.map(|figure| row(&frame, &words, figure)).collect(),
        pager: Pager::new(&Address::new(PATH), number, pages),
        files: exports(&Address::new(PATH), PATH),
        may_record: frame.may(Action::KeepBooks),
        kinds: FigureKind::ALL.map(|kind| choice(kind.name(), words.kind(kind), kind_chosen)).into(),
        tenants: tenant_choices(&names, Some(&TenantCode(fields.text("tenant").to_owned()))),
        services: SERVICES.map(|one| choice(one.name(), words.service(one), fields.text("service"))).into(),
        month: if fields.has("month") { fields.text("month").to_owned() } else { last_month() },
        label: fields.text("label").to_owned(),
        amount: fields.again("amount", frame.language),
        source: fields.text("source").to_owned(),
        correction: fields.text("correction").to_owned(),
        errors,
        frame,
    };
    page(status, &template)
}

fn choice(value: &str, label: String, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label, is_chosen: value == chosen }
}

fn row(frame: &Frame, words: &Words, figure: &ManagementFigure) -> FigureRow {
    let key = &figure.key;
    let whose = key.tenant.iter().map(ToString::to_string).chain(key.service.map(|one| words.service(one)));
    let label: Vec<String> = std::iter::once(key.label.clone()).chain(whose).collect();
    FigureRow {
        month: frame.month(&key.month),
        kind: words.kind(key.kind),
        label: label.join(" · "),
        amount: figure.amount,
        source: figure.source.clone(),
        reason: figure.reason.clone().unwrap_or_default(),
    }
}

/// Every figure in force as a file.
pub async fn file(shared: Data<Shared>, http: HttpRequest, sheet: Path<Sheet>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (figures, names, day) = blocking(move || {
        let names = read_tenants::names(&store, &TenantScope::Everyone)?;
        Ok((record_management_figures::in_force(&store)?, names, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let words = Words::new(frame.language);
    let headings = [
        "invoice-month",
        "figure-kind",
        "figure-label",
        "invoice-tenant",
        "manual-service",
        "figure-amount",
        "figure-source",
        "reason",
    ];
    let optional = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let row = |figure: &ManagementFigure| {
        let key = &figure.key;
        vec![
            sheet::text(key.month.to_string()),
            sheet::text(words.kind(key.kind)),
            sheet::text(&key.label),
            optional(key.tenant.as_ref().map(|code| names.name(code).to_owned())),
            optional(key.service.map(|one| words.service(one))),
            Cell::Amount(figure.amount),
            sheet::text(&figure.source),
            optional(figure.reason.clone()),
        ]
    };
    let table = Table {
        name: frame.t("figures-title"),
        day,
        headings: headings.map(|key| frame.t(key)).into(),
        rows: figures.iter().map(row).collect(),
    };
    sheet::respond(&shared, &frame, table, *sheet, &format!("{}-{day}", frame.t("figures-file"))).await
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let frame = Frame::of(&http);
    let figure = match typed(&frame, &fields) {
        Ok(figure) => figure,
        Err(errors) => return show(&shared, &http, 1, &fields, errors).await,
    };
    let month = figure.key.month;
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let outcome =
        blocking(move || refused(record_management_figures::record(&store, &[figure], "the browser", &by, now)))
            .await?;
    match outcome {
        Ok(_) => Ok(done(PATH, "figure", &frame.month(&month))),
        Err(told) => {
            let field = match told.key.as_str() {
                "figure-is-recorded" | "figure-is-not-there" => "correction",
                "unknown-tenant" | "figure-is-invoiced" => "tenant",
                "figure-negative" => "amount",
                _ => "month",
            };
            let errors = vec![FieldError { field, text: frame.said(&told) }];
            show(&shared, &http, 1, &fields, errors).await
        }
    }
}

fn typed(frame: &Frame, fields: &Fields) -> Result<SubmittedFigure, Vec<FieldError>> {
    let mut errors: Vec<FieldError> = vec![];
    let mut wrong = |field: &'static str, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    let month: Option<BillingMonth> = fields.text("month").parse().ok();
    let kind: Option<FigureKind> = fields.text("kind").parse().ok();
    let amount: Option<Money> = fields.number("amount", frame.language);
    for (is_wrong, field, key) in [
        (month.is_none(), "month", "error-month"),
        (kind.is_none(), "kind", "figure-kind-needed"),
        (amount.is_none(), "amount", "figure-amount-needed"),
    ] {
        if is_wrong {
            wrong(field, key);
        }
    }
    for field in ["label", "source"] {
        if !(1..=TEXT_CHARACTERS_MAX).contains(&fields.text(field).chars().count()) {
            wrong(field, if field == "label" { "figure-label-needed" } else { "figure-source-needed" });
        }
    }
    let of_tenant = kind == Some(FigureKind::EarlierRevenue);
    for (field, needed, not) in [
        ("tenant", "figure-tenant-needed", "figure-tenant-not"),
        ("service", "figure-service-needed", "figure-service-not"),
    ] {
        if kind.is_some() && fields.has(field) != of_tenant {
            wrong(field, if of_tenant { needed } else { not });
        }
    }
    let Some(amount) = amount.filter(|_| errors.is_empty()) else { return Err(errors) };
    let one = |name: &str| Some(fields.text(name)).filter(|text| !text.is_empty());
    let figure = one_figure(&FigureTexts {
        month: fields.text("month"),
        kind: fields.text("kind"),
        label: fields.text("label"),
        amount: &amount.to_string(),
        source: fields.text("source"),
        tenant: one("tenant"),
        service: one("service"),
        correction: one("correction"),
    });
    // What is left to be wrong is an amount beyond all reason.
    figure.map_err(|_| vec![FieldError { field: "amount", text: frame.t("figure-amount-wrong") }])
}
