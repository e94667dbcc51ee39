//! Contracts, their lines, and which meters bill on them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{BookChanges, Ids, by_parent, id_of, positioned, save_each};
use crate::domain::contract::{Contract, ContractLine, Designation, LineQuantity, MeterAssignment};
use crate::domain::ids::{ContractCode, LineCode, MeterCode, TariffCode, TenantCode};
use crate::storage::codec::{
    corrupt, date_text, from_json, from_micro, from_word, integer, optional_date_from, period_from, to_json, to_micro,
    to_word,
};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, contract_line, meter, meter_assignment, tariff, tenant};

/// Ids of what contracts refer to.
pub struct References {
    pub tenants: Ids,
    pub tariffs: Ids,
    pub meters: Ids,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contract, treat_none_as_null = true)]
struct ContractRow {
    code: String,
    tenant_id: i64,
    title: String,
    valid_from: String,
    valid_to: Option<String>,
    signed_on: Option<String>,
    engagement: Option<String>,
    market: Option<String>,
    proration: String,
    indexation: Option<String>,
    notice_months: Option<i64>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = contract_line)]
struct LineRow {
    contract_id: i64,
    position: i64,
    code: String,
    service: String,
    designation_fr: String,
    designation_en: String,
    valid_from: String,
    valid_to: Option<String>,
    tariff_id: i64,
    fixed_quantity_micro: Option<i64>,
    measure: Option<String>,
    pue: Option<String>,
    gap_policy: Option<String>,
    vat: String,
    racks: String,
    service_level: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = meter_assignment)]
struct AssignmentRow {
    contract_line_id: i64,
    position: i64,
    meter_id: i64,
    measure: String,
    valid_from: String,
    valid_to: Option<String>,
}

pub fn save(
    connection: &mut AnyConnection,
    contracts: &[Contract],
    references: &References,
    changes: &mut BookChanges,
) -> StorageResult<()> {
    let stored = load(connection)?;
    let mut written: BTreeMap<ContractCode, i64> = BTreeMap::new();
    save_each(
        changes,
        "contract",
        stored,
        contracts,
        |contract| contract.code.0.clone(),
        |id, value| {
            let id = write_head(connection, id, value, &references.tenants)?;
            written.insert(value.code.clone(), id);
            Ok(id)
        },
    )?;
    // Only now that the lines of every changed contract are gone do the new ones come: a meter may have moved from one
    // contract to another.
    for value in contracts {
        if let Some(id) = written.get(&value.code) {
            write_lines(connection, *id, value, references)?;
        }
    }
    Ok(())
}

/// Writes the contract's own row and removes its lines.
fn write_head(connection: &mut AnyConnection, id: Option<i64>, value: &Contract, tenants: &Ids) -> StorageResult<i64> {
    let row = ContractRow {
        code: value.code.0.clone(),
        tenant_id: id_of(tenants, "tenant", &value.tenant.0)?,
        title: value.title.clone(),
        valid_from: date_text(value.in_force.from),
        valid_to: value.in_force.to.map(date_text),
        signed_on: value.signed_on.map(date_text),
        engagement: value.engagement.clone(),
        market: value.market.clone(),
        proration: to_word("a contract's proration", &value.proration)?,
        notice_months: value.notice_months.map(i64::from),
        indexation: value.indexation.as_ref().map(|clause| to_json("a contract's indexation", clause)).transpose()?,
    };
    match id {
        Some(id) => {
            diesel::update(contract::table.find(id))
                .set((&row, contract::version.eq(contract::version + 1)))
                .execute(connection)?;
            diesel::delete(contract_line::table.filter(contract_line::contract_id.eq(id))).execute(connection)?;
            Ok(id)
        }
        None => Ok(diesel::insert_into(contract::table).values(&row).returning(contract::id).get_result(connection)?),
    }
}

fn write_lines(
    connection: &mut AnyConnection,
    contract_id: i64,
    value: &Contract,
    references: &References,
) -> StorageResult<()> {
    for (position, line) in positioned(&value.lines) {
        let row = line_row(contract_id, position, line, references)?;
        let line_id: i64 = diesel::insert_into(contract_line::table)
            .values(&row)
            .returning(contract_line::id)
            .get_result(connection)?;
        let (LineQuantity::Metered { meters, .. }, Some(measure)) = (&line.quantity, row.measure) else { continue };
        for (position, assignment) in positioned(meters) {
            let row = AssignmentRow {
                contract_line_id: line_id,
                position,
                meter_id: id_of(&references.meters, "meter", &assignment.meter.0)?,
                measure: measure.clone(),
                valid_from: date_text(assignment.period.from),
                valid_to: assignment.period.to.map(date_text),
            };
            diesel::insert_into(meter_assignment::table).values(&row).execute(connection)?;
        }
    }
    Ok(())
}

fn line_row(contract_id: i64, position: i64, line: &ContractLine, references: &References) -> StorageResult<LineRow> {
    let mut row = LineRow {
        contract_id,
        position,
        code: line.code.0.clone(),
        service: line.service.name().to_owned(),
        designation_fr: line.designation.fr.clone(),
        designation_en: line.designation.en.clone(),
        valid_from: date_text(line.in_force.from),
        valid_to: line.in_force.to.map(date_text),
        tariff_id: id_of(&references.tariffs, "tariff", &line.tariff.0)?,
        fixed_quantity_micro: None,
        measure: None,
        pue: None,
        gap_policy: None,
        vat: to_json("a line's VAT", &line.vat)?,
        racks: to_json("a line's racks", &line.racks)?,
        service_level: line.service_level.as_ref().map(|level| to_json("a line's service level", level)).transpose()?,
    };
    match &line.quantity {
        LineQuantity::Fixed(quantity) => row.fixed_quantity_micro = Some(to_micro("a line's quantity", *quantity)?),
        LineQuantity::Metered { measure, pue, gap_policy, .. } => {
            row.measure = Some(to_json("a line's measure", measure)?);
            row.pue = Some(to_json("a line's PUE", pue)?);
            row.gap_policy = Some(to_word("a line's gap policy", gap_policy)?);
        }
    }
    Ok(row)
}

pub fn load(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, Contract)>> {
    let tenants: BTreeMap<i64, String> =
        tenant::table.select((tenant::id, tenant::code)).load(connection)?.into_iter().collect();
    let mut lines = load_lines(connection)?;
    let rows: Vec<(i64, ContractRow)> =
        contract::table.select((contract::id, ContractRow::as_select())).load(connection)?;
    rows.into_iter()
        .map(|(id, row)| {
            let value = Contract {
                tenant: TenantCode(code_of(&tenants, "a contract's tenant", row.tenant_id)?),
                in_force: period_from("a contract's dates", &row.valid_from, row.valid_to)?,
                signed_on: optional_date_from("a contract's dates", row.signed_on)?,
                proration: from_word("a contract's proration", row.proration)?,
                indexation: row.indexation.map(|text| from_json("a contract's indexation", &text)).transpose()?,
                lines: lines.remove(&id).unwrap_or_default(),
                code: ContractCode(row.code),
                title: row.title,
                engagement: row.engagement,
                market: row.market,
                notice_months: row.notice_months.map(|months| integer("a contract's notice", months)).transpose()?,
            };
            Ok((id, value))
        })
        .collect()
}

/// Every contract's lines in their order, by the contract's id.
fn load_lines(connection: &mut AnyConnection) -> StorageResult<BTreeMap<i64, Vec<ContractLine>>> {
    let tariffs: BTreeMap<i64, String> =
        tariff::table.select((tariff::id, tariff::code)).load(connection)?.into_iter().collect();
    let meters: BTreeMap<i64, String> =
        meter::table.select((meter::id, meter::code)).load(connection)?.into_iter().collect();
    let assignments: Vec<AssignmentRow> = meter_assignment::table
        .order(meter_assignment::position)
        .select(AssignmentRow::as_select())
        .load(connection)?;
    let mut assignments = by_parent(assignments, |row| row.contract_line_id);
    let rows: Vec<(i64, LineRow)> = contract_line::table
        .order(contract_line::position)
        .select((contract_line::id, LineRow::as_select()))
        .load(connection)?;
    let mut lines: BTreeMap<i64, Vec<ContractLine>> = BTreeMap::new();
    for (id, row) in rows {
        let tariff = code_of(&tariffs, "a line's tariff", row.tariff_id)?;
        let assigned = assignments.remove(&id).unwrap_or_default();
        let meters = assigned.into_iter().map(|row| assignment_from(row, &meters)).collect::<StorageResult<_>>()?;
        lines.entry(row.contract_id).or_default().push(line_from(row, tariff, meters)?);
    }
    Ok(lines)
}

fn line_from(row: LineRow, tariff: String, meters: Vec<MeterAssignment>) -> StorageResult<ContractLine> {
    let quantity = match (row.fixed_quantity_micro, row.measure, row.pue, row.gap_policy) {
        (Some(micros), ..) => LineQuantity::Fixed(from_micro(micros)),
        (None, Some(measure), Some(pue), Some(gap_policy)) => LineQuantity::Metered {
            measure: from_json("a line's measure", &measure)?,
            pue: from_json("a line's PUE", &pue)?,
            gap_policy: from_word("a line's gap policy", gap_policy)?,
            meters,
        },
        _ => return Err(corrupt("a contract line", format!("line {} has no quantity", row.code))),
    };
    Ok(ContractLine {
        code: LineCode(row.code),
        service: from_word("a line's service", row.service)?,
        designation: Designation { fr: row.designation_fr, en: row.designation_en },
        in_force: period_from("a line's dates", &row.valid_from, row.valid_to)?,
        tariff: TariffCode(tariff),
        quantity,
        vat: from_json("a line's VAT", &row.vat)?,
        racks: from_json("a line's racks", &row.racks)?,
        service_level: row.service_level.map(|text| from_json("a line's service level", &text)).transpose()?,
    })
}

fn assignment_from(row: AssignmentRow, meters: &BTreeMap<i64, String>) -> StorageResult<MeterAssignment> {
    Ok(MeterAssignment {
        meter: MeterCode(code_of(meters, "a line's meter", row.meter_id)?),
        period: period_from("an assignment's dates", &row.valid_from, row.valid_to)?,
    })
}

fn code_of(codes: &BTreeMap<i64, String>, what: &'static str, id: i64) -> StorageResult<String> {
    codes.get(&id).cloned().ok_or_else(|| corrupt(what, format!("row {id} is missing")))
}
