//! An invoice's lines as a file, as they were frozen.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::super::Frame;
use super::super::lines::{part, vat_text};
use super::super::sheet::{self, Sheet};
use crate::documents::arithmetic::arithmetic;
use crate::documents::table::{Cell, Table};
use crate::domain::rating::Charge;
use crate::http::api::invoices::find;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::Shared;

const HEADINGS: [&str; 15] = [
    "line-number",
    "manual-service",
    "line-designation",
    "line-part",
    "contract-first-day",
    "contract-last-day",
    "line-quantity",
    "field-unit",
    "line-unit-price",
    "total-tax",
    "invoice-net",
    "line-code",
    "line-tariff",
    "preview-formula",
    "remark",
];

pub async fn lines(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, Sheet)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (number, sheet) = path.into_inner();
    let invoice = find(&shared, granted, number).await?;
    let frame = Frame::of(&http);
    let table = Table {
        // A workbook's sheet takes no slash in its name.
        name: frame.with("lines-of", "number", &invoice.number.as_str().replace('/', "-")),
        day: invoice.issue_date,
        headings: HEADINGS.map(|key| frame.t(key)).into(),
        rows: (1_usize..).zip(&invoice.charges).map(|(number, charge)| cells(&frame, number, charge)).collect(),
    };
    let name = format!("{}-{}", invoice.number.as_str().replace('/', "-"), frame.t("lines-file"));
    let about = sheet::about(&frame, vec![], "total-net");
    sheet::respond_about(&shared, &frame, table, about, sheet, &name).await
}

fn cells(frame: &Frame, number: usize, charge: &Charge) -> Vec<Cell> {
    let provenance = &charge.provenance;
    let is_estimated = provenance.usage.as_ref().is_some_and(|usage| usage.estimated);
    let optional = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    vec![
        Cell::Number(number.into()),
        sheet::text(frame.t(&format!("service-{}", charge.service.name()))),
        sheet::text(frame.either(&charge.designation.fr, &charge.designation.en)),
        optional(part(frame, &charge.kind, charge.unit)),
        Cell::Day(charge.period.from),
        charge.period.last_day().map_or(Cell::Empty, Cell::Day),
        Cell::Number(charge.quantity.to_decimal()),
        sheet::text(frame.t(&format!("unit-{}", charge.unit.name()))),
        Cell::Number(charge.unit_price.to_decimal()),
        sheet::text(vat_text(frame, &charge.vat)),
        Cell::Amount(charge.net),
        sheet::text(provenance.line.as_str()),
        sheet::text(provenance.tariff.as_str()),
        sheet::text(arithmetic(frame.language, &provenance.formula)),
        optional(is_estimated.then(|| frame.t("line-estimated"))),
    ]
}
