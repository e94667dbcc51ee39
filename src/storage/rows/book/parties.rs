//! The seller and the tenants.

use diesel::prelude::*;

use super::{BookChanges, BookItem, Ids, by_parent, positioned, save_each, save_single};
use crate::domain::ids::TenantCode;
use crate::domain::party::{Contact, Seller, Tenant};
use crate::storage::codec::{from_json, from_optional_word, from_word, to_json, to_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{seller, tenant, tenant_contact};

#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seller, treat_none_as_null = true)]
struct SellerRow {
    id: i64,
    name: String,
    address: String,
    siret: String,
    vat_number: String,
    email: String,
    phone: Option<String>,
    iban: String,
    bic: String,
    account_holder: Option<String>,
    number_prefix: String,
    legal: String,
}

pub fn save_seller(connection: &mut AnyConnection, value: &Seller, changes: &mut BookChanges) -> StorageResult<()> {
    let row = SellerRow {
        id: 1,
        name: value.name.clone(),
        address: to_json("the seller's address", &value.address)?,
        siret: to_word("the seller's SIRET", &value.siret)?,
        vat_number: to_word("the seller's VAT number", &value.vat_number)?,
        email: value.email.clone(),
        phone: value.phone.clone(),
        iban: to_word("the seller's IBAN", &value.iban)?,
        bic: to_word("the seller's BIC", &value.bic)?,
        account_holder: value.account_holder.clone(),
        number_prefix: value.number_prefix.clone(),
        legal: to_json("the seller's legal texts", &value.legal)?,
    };
    let stored = seller::table.select(SellerRow::as_select()).first(connection).optional()?;
    let item = BookItem { kind: "seller", code: value.number_prefix.clone() };
    save_single(changes, item, stored, &row, |exists, row| {
        if exists {
            diesel::update(seller::table).set((row, seller::version.eq(seller::version + 1))).execute(connection)?;
        } else {
            diesel::insert_into(seller::table).values(row).execute(connection)?;
        }
        Ok(())
    })
}

pub fn load_seller(connection: &mut AnyConnection) -> StorageResult<Option<Seller>> {
    let row = seller::table.select(SellerRow::as_select()).first(connection).optional()?;
    row.map(|row| {
        Ok(Seller {
            name: row.name,
            address: from_json("the seller's address", &row.address)?,
            siret: from_word("the seller's SIRET", row.siret)?,
            vat_number: from_word("the seller's VAT number", row.vat_number)?,
            email: row.email,
            phone: row.phone,
            iban: from_word("the seller's IBAN", row.iban)?,
            bic: from_word("the seller's BIC", row.bic)?,
            account_holder: row.account_holder,
            number_prefix: row.number_prefix,
            legal: from_json("the seller's legal texts", &row.legal)?,
        })
    })
    .transpose()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tenant, treat_none_as_null = true)]
struct TenantRow {
    code: String,
    name: String,
    address: String,
    siret: String,
    vat_number: Option<String>,
    payment_term_class: String,
    language: String,
    internal: bool,
    service_code: Option<String>,
    chorus_requires: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tenant_contact)]
struct ContactRow {
    tenant_id: i64,
    position: i64,
    name: String,
    email: String,
}

pub fn save_tenants(
    connection: &mut AnyConnection,
    tenants: &[Tenant],
    changes: &mut BookChanges,
) -> StorageResult<Ids> {
    let stored = load_tenants(connection)?;
    save_each(
        changes,
        "tenant",
        stored,
        tenants,
        |tenant| tenant.code.0.clone(),
        |id, tenant| write_tenant(connection, id, tenant),
    )
}

fn write_tenant(connection: &mut AnyConnection, id: Option<i64>, value: &Tenant) -> StorageResult<i64> {
    let row = TenantRow {
        code: value.code.0.clone(),
        name: value.name.clone(),
        address: to_json("a tenant's address", &value.address)?,
        siret: to_word("a tenant's SIRET", &value.siret)?,
        vat_number: value.vat_number.as_ref().map(|number| to_word("a tenant's VAT number", number)).transpose()?,
        payment_term_class: value.payment_term_class.name().to_owned(),
        language: value.language.code().to_owned(),
        internal: value.internal,
        service_code: value.service_code.clone(),
        chorus_requires: to_word("a tenant's requirement", &value.chorus_requires)?,
    };
    let id = match id {
        Some(id) => {
            diesel::update(tenant::table.find(id))
                .set((&row, tenant::version.eq(tenant::version + 1)))
                .execute(connection)?;
            id
        }
        None => diesel::insert_into(tenant::table).values(&row).returning(tenant::id).get_result(connection)?,
    };
    diesel::delete(tenant_contact::table.filter(tenant_contact::tenant_id.eq(id))).execute(connection)?;
    for (position, contact) in positioned(&value.contacts) {
        let row = ContactRow { tenant_id: id, position, name: contact.name.clone(), email: contact.email.clone() };
        diesel::insert_into(tenant_contact::table).values(&row).execute(connection)?;
    }
    Ok(id)
}

pub fn load_tenants(connection: &mut AnyConnection) -> StorageResult<Vec<(i64, Tenant)>> {
    let contacts: Vec<ContactRow> =
        tenant_contact::table.order(tenant_contact::position).select(ContactRow::as_select()).load(connection)?;
    let mut contacts = by_parent(contacts, |row| row.tenant_id);
    let rows: Vec<(i64, TenantRow)> = tenant::table.select((tenant::id, TenantRow::as_select())).load(connection)?;
    rows.into_iter()
        .map(|(id, row)| {
            let contacts = contacts.remove(&id).unwrap_or_default().into_iter();
            Ok((
                id,
                Tenant {
                    code: TenantCode(row.code),
                    name: row.name,
                    address: from_json("a tenant's address", &row.address)?,
                    siret: from_word("a tenant's SIRET", row.siret)?,
                    vat_number: from_optional_word("a tenant's VAT number", row.vat_number)?,
                    payment_term_class: from_word("a tenant's payment-term class", row.payment_term_class)?,
                    language: from_word("a tenant's language", row.language)?,
                    internal: row.internal,
                    service_code: row.service_code,
                    chorus_requires: from_word("a tenant's requirement", row.chorus_requires)?,
                    contacts: contacts.map(|row| Contact { name: row.name, email: row.email }).collect(),
                },
            ))
        })
        .collect()
}
