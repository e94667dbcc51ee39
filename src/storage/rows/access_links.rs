//! Links sent by mail: invitations, and ways to a new password. The secret of a link is kept hashed only.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::users::{instant, tenant_id};
use crate::domain::access::Role;
use crate::domain::ids::{TenantCode, UserId};
use crate::domain::party::Language;
use crate::storage::codec::from_word;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{invitation, password_reset, tenant};

/// What makes the secret of a link (together with a key that is not here), and what recognises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSecret {
    pub nonce: String,
    pub hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// In lower case.
    pub email: String,
    pub role: Role,
    pub tenant: Option<TenantCode>,
    /// Of the mail and of the page it leads to.
    pub language: Language,
    pub invited_by: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: i64,
    pub invitation: NewInvitation,
    pub nonce: String,
    pub created_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Invitation {
    /// Neither accepted nor withdrawn; it may have expired.
    pub const fn is_open(&self) -> bool {
        self.accepted_at.is_none() && self.withdrawn_at.is_none()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    pub id: i64,
    pub user: UserId,
    pub language: Language,
    pub nonce: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

pub fn insert_invitation(
    connection: &mut AnyConnection,
    new: &NewInvitation,
    secret: &LinkSecret,
    now: DateTime<Utc>,
) -> StorageResult<i64> {
    let tenant_id = new.tenant.as_ref().map(|code| tenant_id(connection, code)).transpose()?;
    Ok(diesel::insert_into(invitation::table)
        .values((
            invitation::email.eq(&new.email),
            invitation::role.eq(new.role.name()),
            invitation::tenant_id.eq(tenant_id),
            invitation::language.eq(new.language.code()),
            invitation::nonce.eq(&secret.nonce),
            invitation::secret_hash.eq(&secret.hash),
            invitation::invited_by.eq(&new.invited_by),
            invitation::created_at.eq(now.timestamp()),
            invitation::expires_at.eq(new.expires_at.timestamp()),
        ))
        .returning(invitation::id)
        .get_result(connection)?)
}

/// The invitations nobody accepted or withdrew, expired ones too, by address.
pub fn open_invitations(connection: &mut AnyConnection) -> StorageResult<Vec<Invitation>> {
    let rows: Vec<InvitationRow> = invitations()
        .filter(invitation::accepted_at.is_null().and(invitation::withdrawn_at.is_null()))
        .order(invitation::email)
        .load(connection)?;
    rows.into_iter().map(invitation_from).collect()
}

pub fn invitation(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<Invitation>> {
    let row: Option<InvitationRow> = invitations().filter(invitation::id.eq(id)).first(connection).optional()?;
    row.map(invitation_from).transpose()
}

pub fn invitation_by_hash(connection: &mut AnyConnection, hash: &str) -> StorageResult<Option<Invitation>> {
    let row: Option<InvitationRow> =
        invitations().filter(invitation::secret_hash.eq(hash)).first(connection).optional()?;
    row.map(invitation_from).transpose()
}

/// Marks an open invitation as accepted; false where somebody was faster.
pub fn accept_invitation(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<bool> {
    let open = invitation::table
        .filter(invitation::id.eq(id).and(invitation::accepted_at.is_null()).and(invitation::withdrawn_at.is_null()));
    Ok(diesel::update(open).set(invitation::accepted_at.eq(Some(now.timestamp()))).execute(connection)? > 0)
}

/// Takes an open invitation back; false where it is no longer open.
pub fn withdraw_invitation(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<bool> {
    let open = invitation::table
        .filter(invitation::id.eq(id).and(invitation::accepted_at.is_null()).and(invitation::withdrawn_at.is_null()));
    Ok(diesel::update(open).set(invitation::withdrawn_at.eq(Some(now.timestamp()))).execute(connection)? > 0)
}

pub fn insert_reset(
    connection: &mut AnyConnection,
    user: UserId,
    language: Language,
    secret: &LinkSecret,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> StorageResult<i64> {
    Ok(diesel::insert_into(password_reset::table)
        .values((
            password_reset::user_id.eq(user.0),
            password_reset::language.eq(language.code()),
            password_reset::nonce.eq(&secret.nonce),
            password_reset::secret_hash.eq(&secret.hash),
            password_reset::created_at.eq(now.timestamp()),
            password_reset::expires_at.eq(expires_at.timestamp()),
        ))
        .returning(password_reset::id)
        .get_result(connection)?)
}

pub fn reset(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<PasswordReset>> {
    let row: Option<ResetRow> =
        password_reset::table.find(id).select(ResetRow::as_select()).first(connection).optional()?;
    row.map(reset_from).transpose()
}

pub fn reset_by_hash(connection: &mut AnyConnection, hash: &str) -> StorageResult<Option<PasswordReset>> {
    let row: Option<ResetRow> = password_reset::table
        .filter(password_reset::secret_hash.eq(hash))
        .select(ResetRow::as_select())
        .first(connection)
        .optional()?;
    row.map(reset_from).transpose()
}

/// When a link was last made for this user.
pub fn last_reset_at(connection: &mut AnyConnection, user: UserId) -> StorageResult<Option<DateTime<Utc>>> {
    let last: Option<i64> = password_reset::table
        .filter(password_reset::user_id.eq(user.0))
        .select(diesel::dsl::max(password_reset::created_at))
        .first(connection)?;
    Ok(last.map(instant))
}

/// Uses up a link; false where it was used before.
pub fn use_reset(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<bool> {
    let unused = password_reset::table.filter(password_reset::id.eq(id).and(password_reset::used_at.is_null()));
    Ok(diesel::update(unused).set(password_reset::used_at.eq(Some(now.timestamp()))).execute(connection)? > 0)
}

/// Uses up every link of a user.
pub fn use_resets_of(connection: &mut AnyConnection, user: UserId, now: DateTime<Utc>) -> StorageResult<()> {
    let unused =
        password_reset::table.filter(password_reset::user_id.eq(user.0).and(password_reset::used_at.is_null()));
    diesel::update(unused).set(password_reset::used_at.eq(Some(now.timestamp()))).execute(connection)?;
    Ok(())
}

/// Forgets links to a new password that expired before `before`. Invitations stay: they say who was let in by whom.
pub fn purge_resets(connection: &mut AnyConnection, before: DateTime<Utc>) -> StorageResult<usize> {
    let old = password_reset::table.filter(password_reset::expires_at.lt(before.timestamp()));
    Ok(diesel::delete(old).execute(connection)?)
}

#[derive(Queryable)]
struct InvitationRow {
    id: i64,
    email: String,
    role: String,
    tenant: Option<String>,
    language: String,
    nonce: String,
    invited_by: String,
    created_at: i64,
    expires_at: i64,
    accepted_at: Option<i64>,
    withdrawn_at: Option<i64>,
}

#[diesel::dsl::auto_type]
fn invitations() -> _ {
    invitation::table.left_join(tenant::table).select((
        invitation::id,
        invitation::email,
        invitation::role,
        tenant::code.nullable(),
        invitation::language,
        invitation::nonce,
        invitation::invited_by,
        invitation::created_at,
        invitation::expires_at,
        invitation::accepted_at,
        invitation::withdrawn_at,
    ))
}

fn invitation_from(row: InvitationRow) -> StorageResult<Invitation> {
    Ok(Invitation {
        id: row.id,
        invitation: NewInvitation {
            email: row.email,
            role: from_word("an invitation's role", row.role)?,
            tenant: row.tenant.map(TenantCode),
            language: from_word("an invitation's language", row.language)?,
            invited_by: row.invited_by,
            expires_at: instant(row.expires_at),
        },
        nonce: row.nonce,
        created_at: instant(row.created_at),
        accepted_at: row.accepted_at.map(instant),
        withdrawn_at: row.withdrawn_at.map(instant),
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = password_reset)]
struct ResetRow {
    id: i64,
    user_id: i64,
    language: String,
    nonce: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

fn reset_from(row: ResetRow) -> StorageResult<PasswordReset> {
    Ok(PasswordReset {
        id: row.id,
        user: UserId(row.user_id),
        language: from_word("a link's language", row.language)?,
        nonce: row.nonce,
        created_at: instant(row.created_at),
        expires_at: instant(row.expires_at),
        used_at: row.used_at.map(instant),
    })
}
