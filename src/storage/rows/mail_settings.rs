//! How mails leave, as administrators set it: one row, whose version counts its savings.

use diesel::prelude::*;

use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::mail_settings;

/// There is one row.
const ONLY: i64 = 1;

/// The row, in words of the configuration.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mail_settings, treat_none_as_null = true)]
pub struct MailSettingsRow {
    pub version: i64,
    pub transport: String,
    /// 1 or 0.
    pub attach_pdf: i64,
    pub smtp_host: String,
    pub smtp_port: i64,
    pub smtp_security: String,
    pub smtp_user: Option<String>,
    /// Opened with a key that is not in the database.
    pub sealed_password: Option<String>,
    /// An authority to trust beside the built-in ones, as PEM.
    pub authority: Option<String>,
    pub saved_by: String,
    pub saved_at: i64,
}

/// None before anybody saved any.
pub fn read(connection: &mut AnyConnection) -> StorageResult<Option<MailSettingsRow>> {
    let row = mail_settings::table.find(ONLY).select(MailSettingsRow::as_select()).first(connection).optional()?;
    Ok(row)
}

/// Takes the place of what was saved before.
pub fn put(connection: &mut AnyConnection, row: &MailSettingsRow) -> StorageResult<()> {
    if diesel::update(mail_settings::table.find(ONLY)).set(row).execute(connection)? == 0 {
        diesel::insert_into(mail_settings::table).values((mail_settings::id.eq(ONLY), row)).execute(connection)?;
    }
    Ok(())
}
