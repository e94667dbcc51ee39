//! Taking a thing out of the book that was entered by mistake, and the rows that keep it from being taken out.

use diesel::prelude::*;

use crate::domain::book::RemovableKind;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{
    app_user, availability, contract, contract_line, invitation, invoice, journal_line, management_figure, manual_line,
    tariff, tariff_version, tenant, tenant_contact,
};

/// What may name a thing of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferrerKind {
    Contract,
    Invoice,
    Draft,
    ManualLine,
    Availability,
    Posting,
    ManagementFigure,
    User,
    /// Whatever became of it.
    Invitation,
}

/// Rows of one kind that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    pub kind: ReferrerKind,
    pub count: i64,
    /// One of them: a code, number, month, document or address.
    pub named: String,
}

/// A count and one of those counted, where there is any.
type Counted = (i64, Option<String>);

/// Everything outside the readings that names the thing; nothing where it is not stored.
pub fn referrers(connection: &mut AnyConnection, kind: RemovableKind, code: &str) -> StorageResult<Vec<Referrer>> {
    let found = match kind {
        RemovableKind::Tenant => of_tenant(connection, code)?,
        RemovableKind::Contract => of_contract(connection, code)?,
        RemovableKind::Tariff => of_tariff(connection, code)?,
    };
    let named = |(kind, (count, one)): (ReferrerKind, Counted)| one.map(|named| Referrer { kind, count, named });
    Ok(found.into_iter().filter_map(named).collect())
}

macro_rules! counted {
    ($connection:expr, $rows:expr, $named:expr) => {
        $rows.select((diesel::dsl::count_star(), diesel::dsl::max($named))).first::<Counted>($connection)?
    };
}

fn of_tenant(connection: &mut AnyConnection, code: &str) -> StorageResult<Vec<(ReferrerKind, Counted)>> {
    let Some(id) = tenant_id(connection, code)? else { return Ok(vec![]) };
    let contracts = contract::table.filter(contract::tenant_id.eq(id));
    let invoices = invoice::table.filter(invoice::tenant_id.eq(id)).filter(invoice::status.eq("issued"));
    let drafts = invoice::table.filter(invoice::tenant_id.eq(id)).filter(invoice::status.eq("draft"));
    let postings = journal_line::table.filter(journal_line::auxiliary.eq(code));
    let figures = management_figure::table.filter(management_figure::tenant_code.eq(code));
    let users = app_user::table.filter(app_user::tenant_id.eq(id));
    let invitations = invitation::table.filter(invitation::tenant_id.eq(id));
    Ok(vec![
        (ReferrerKind::Contract, counted!(connection, contracts, contract::code)),
        (ReferrerKind::Invoice, counted!(connection, invoices, invoice::number)),
        (ReferrerKind::Draft, counted!(connection, drafts, invoice::month)),
        (ReferrerKind::Posting, counted!(connection, postings, journal_line::document)),
        (ReferrerKind::ManagementFigure, counted!(connection, figures, management_figure::month)),
        (ReferrerKind::User, counted!(connection, users, app_user::email)),
        (ReferrerKind::Invitation, counted!(connection, invitations, invitation::email)),
    ])
}

fn of_contract(connection: &mut AnyConnection, code: &str) -> StorageResult<Vec<(ReferrerKind, Counted)>> {
    let Some(id) = contract_id(connection, code)? else { return Ok(vec![]) };
    let invoices = invoice::table.filter(invoice::contract_id.eq(id)).filter(invoice::status.eq("issued"));
    let drafts = invoice::table.filter(invoice::contract_id.eq(id)).filter(invoice::status.eq("draft"));
    let lines = manual_line::table.filter(manual_line::contract_id.eq(id));
    let figures = availability::table.filter(availability::contract_id.eq(id));
    Ok(vec![
        (ReferrerKind::Invoice, counted!(connection, invoices, invoice::number)),
        (ReferrerKind::Draft, counted!(connection, drafts, invoice::month)),
        (ReferrerKind::ManualLine, counted!(connection, lines, manual_line::month)),
        (ReferrerKind::Availability, counted!(connection, figures, availability::month)),
    ])
}

fn of_tariff(connection: &mut AnyConnection, code: &str) -> StorageResult<Vec<(ReferrerKind, Counted)>> {
    let Some(id) = tariff_id(connection, code)? else { return Ok(vec![]) };
    let at_it: Vec<i64> = contract_line::table
        .filter(contract_line::tariff_id.eq(id))
        .select(contract_line::contract_id)
        .distinct()
        .load(connection)?;
    let contracts = contract::table.filter(contract::id.eq_any(at_it));
    Ok(vec![(ReferrerKind::Contract, counted!(connection, contracts, contract::code))])
}

/// Takes the thing and all that belongs to it out, within a transaction that holds the [`lock`](super::lock). The database
/// refuses what something still refers to.
pub fn remove(connection: &mut AnyConnection, kind: RemovableKind, code: &str) -> StorageResult<()> {
    match kind {
        RemovableKind::Tenant => {
            let Some(id) = tenant_id(connection, code)? else { return Ok(()) };
            diesel::delete(tenant_contact::table.filter(tenant_contact::tenant_id.eq(id))).execute(connection)?;
            diesel::delete(tenant::table.find(id)).execute(connection)?;
        }
        RemovableKind::Contract => {
            let Some(id) = contract_id(connection, code)? else { return Ok(()) };
            // Assignments of meters go with their line.
            diesel::delete(contract_line::table.filter(contract_line::contract_id.eq(id))).execute(connection)?;
            diesel::delete(contract::table.find(id)).execute(connection)?;
        }
        RemovableKind::Tariff => {
            let Some(id) = tariff_id(connection, code)? else { return Ok(()) };
            diesel::delete(tariff_version::table.filter(tariff_version::tariff_id.eq(id))).execute(connection)?;
            diesel::delete(tariff::table.find(id)).execute(connection)?;
        }
    }
    Ok(())
}

fn tenant_id(connection: &mut AnyConnection, code: &str) -> StorageResult<Option<i64>> {
    Ok(tenant::table.filter(tenant::code.eq(code)).select(tenant::id).first(connection).optional()?)
}

fn contract_id(connection: &mut AnyConnection, code: &str) -> StorageResult<Option<i64>> {
    Ok(contract::table.filter(contract::code.eq(code)).select(contract::id).first(connection).optional()?)
}

fn tariff_id(connection: &mut AnyConnection, code: &str) -> StorageResult<Option<i64>> {
    Ok(tariff::table.filter(tariff::code.eq(code)).select(tariff::id).first(connection).optional()?)
}
