//! The payback report: what came back and when all of it will have, in the format asked for.

use std::collections::BTreeMap;

use crate::app::report_amortisation::ReportFormat;
use crate::app::{AppError, Store, reports};
use crate::documents::{self, Edition, payback};
use crate::domain::party::Language;
use crate::domain::payback::{Inputs, Letting, PaybackReport, RequestedView, report as report_on};
use crate::domain::told::Tell;
use crate::storage::{AnyConnection, book, management_figures, revenue};

/// The figures of the report, from one state of the database.
pub fn figures(store: &Store, view: &RequestedView) -> Result<PaybackReport, AppError> {
    store.read(|connection| figures_in(connection, view))
}

pub(in crate::app) fn figures_in(
    connection: &mut AnyConnection,
    view: &RequestedView,
) -> Result<PaybackReport, AppError> {
    let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
    let billed = revenue::billed(connection)?;
    let figures = management_figures::in_force(connection)?;
    let racks = book.rooms.iter().flat_map(|room| &room.aisles).flat_map(|aisle| &aisle.racks);
    let racks: BTreeMap<_, _> = racks.map(|rack| (rack.code.clone(), rack.height_u)).collect();
    let inputs = Inputs {
        assets: &book.assets,
        billed: &billed,
        figures: &figures,
        letting: Letting {
            contracts: &book.contracts,
            tariffs: &book.tariffs,
            indices: &book.price_indices,
            racks: &racks,
        },
        tenants: &book.tenants,
        terms: book.payback.as_ref(),
    };
    report_on(&inputs, view).map_err(|error| AppError::misasked(error.told()))
}

/// The bytes of the report; the same as long as book, invoices, figures and what is asked are the same.
pub fn report(
    store: &Store,
    view: &RequestedView,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    written(&figures(store, view)?, format, Edition::of(language, &issuer))
}

/// The bytes of `figures`.
pub(in crate::app) fn written(
    figures: &PaybackReport,
    format: ReportFormat,
    edition: Edition<'_>,
) -> Result<Vec<u8>, AppError> {
    Ok(match format {
        ReportFormat::Pdf => payback::pdf(figures, edition)?,
        ReportFormat::Csv => payback::csv(figures, edition.language)?,
        ReportFormat::Xlsx => payback::xlsx(figures, edition.language)?,
        ReportFormat::Json => documents::json(figures)?,
    })
}

/// What a kept report of this view is called: scenario and horizon are in its name.
pub fn archive_kind(view: &RequestedView) -> String {
    let scenario = view.scenario.as_deref().unwrap_or("reference").to_lowercase();
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    format!("payback-{}-{}", scenario.chars().map(plain).collect::<String>(), view.horizon.years())
}
