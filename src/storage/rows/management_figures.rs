//! Management figures: recorded, corrected by further revisions, never changed.

use chrono::DateTime;
use diesel::prelude::*;

use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::payback::{FigureKey, ManagementFigure};
use crate::storage::codec::from_word;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::management_figure;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = management_figure)]
struct FigureRow {
    month: String,
    kind: String,
    label: String,
    tenant_code: String,
    service: String,
    revision: i64,
    amount_cents: i64,
    source: String,
    reason: Option<String>,
    recorded_by: String,
    recorded_at: i64,
}

/// Records a figure; its id is given here. A revision that does not follow the last one is a conflict.
pub fn insert(connection: &mut AnyConnection, figure: &ManagementFigure) -> StorageResult<i64> {
    let row = FigureRow {
        month: figure.key.month.to_string(),
        kind: figure.key.kind.name().to_owned(),
        label: figure.key.label.clone(),
        tenant_code: figure.key.tenant.as_ref().map(|code| code.0.clone()).unwrap_or_default(),
        service: figure.key.service.map(|service| service.name().to_owned()).unwrap_or_default(),
        revision: figure.revision,
        amount_cents: figure.amount.cents(),
        source: figure.source.clone(),
        reason: figure.reason.clone(),
        recorded_by: figure.recorded_by.clone(),
        recorded_at: figure.recorded_at.timestamp(),
    };
    let id = diesel::insert_into(management_figure::table)
        .values(&row)
        .returning(management_figure::id)
        .get_result(connection)?;
    Ok(id)
}

/// Every figure with all its revisions, by month, kind, label and revision.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<ManagementFigure>> {
    let rows: Vec<(i64, FigureRow)> = management_figure::table
        .order((
            management_figure::month,
            management_figure::kind,
            management_figure::label,
            management_figure::tenant_code,
            management_figure::service,
            management_figure::revision,
        ))
        .select((management_figure::id, FigureRow::as_select()))
        .load(connection)?;
    rows.into_iter().map(figure_from).collect()
}

/// The figures in force: the last revision of each.
pub fn in_force(connection: &mut AnyConnection) -> StorageResult<Vec<ManagementFigure>> {
    let mut last: Vec<ManagementFigure> = Vec::new();
    for figure in all(connection)? {
        match last.last_mut() {
            Some(before) if before.key == figure.key => *before = figure,
            _ => last.push(figure),
        }
    }
    Ok(last)
}

fn figure_from((id, row): (i64, FigureRow)) -> StorageResult<ManagementFigure> {
    let service = Some(row.service).filter(|service| !service.is_empty());
    Ok(ManagementFigure {
        id,
        key: FigureKey {
            month: from_word("a figure's month", row.month)?,
            kind: from_word("a figure's kind", row.kind)?,
            label: row.label,
            tenant: Some(row.tenant_code).filter(|code| !code.is_empty()).map(TenantCode),
            service: service.map(|service| from_word("a figure's service", service)).transpose()?,
        },
        revision: row.revision,
        amount: Money::from_cents(row.amount_cents),
        source: row.source,
        reason: row.reason,
        recorded_by: row.recorded_by,
        recorded_at: DateTime::from_timestamp(row.recorded_at, 0).unwrap_or_default(),
    })
}
