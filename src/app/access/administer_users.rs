//! Who may sign in: show them, give them another role, shut them out and let them in again.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use crate::app::listing::{SortKey, Wanted, folded};
use crate::app::sign_in::Person;
use crate::app::users::check_place;
use crate::app::{AppError, Store, UserProblem};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{TenantCode, UserId};
use crate::domain::party::Language;
use crate::storage::users::User;
use crate::storage::{AnyConnection, audit, second_factors, sessions, users};

/// A person as administrators and auditors see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFile {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub tenant: Option<TenantCode>,
    pub language: Option<Language>,
    pub created_at: DateTime<Utc>,
    /// Since when they are shut out.
    pub disabled_at: Option<DateTime<Utc>>,
    pub has_second_factor: bool,
    /// When a session of theirs was last used; none where none is open.
    pub seen_at: Option<DateTime<Utc>>,
    /// A change of role names the version it changes.
    pub version: i64,
}

/// Everyone, by address.
pub fn list(store: &Store, now: DateTime<Utc>) -> Result<Vec<UserFile>, AppError> {
    store.read(|connection| {
        let owners = second_factors::owners(connection)?;
        let open = sessions::list(connection, None, now)?;
        let seen = |id: UserId| open.iter().find(|session| session.user == id).map(|session| session.last_seen_at);
        let users = users::list(connection)?;
        Ok(users.into_iter().map(|user| file(owners.contains(&user.id), seen(user.id), user)).collect())
    })
}

/// What people are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserKey {
    #[default]
    Name,
    Email,
    Role,
    /// When a session of theirs was last used.
    Seen,
}

impl SortKey for UserKey {
    const ALL: &'static [UserKey] = &[UserKey::Name, UserKey::Email, UserKey::Role, UserKey::Seen];

    fn name(self) -> &'static str {
        match self {
            UserKey::Name => "name",
            UserKey::Email => "email",
            UserKey::Role => "role",
            UserKey::Seen => "seen",
        }
    }
}

/// Who is looked for.
#[derive(Debug, Clone, Default)]
pub struct UsersWanted {
    /// Found by address or name.
    pub list: Wanted<UserKey>,
    pub role: Option<Role>,
    /// Whether they are shut out.
    pub disabled: Option<bool>,
}

/// The people looked for, in the order asked for.
pub fn search(store: &Store, wanted: &UsersWanted, now: DateTime<Utc>) -> Result<Vec<UserFile>, AppError> {
    let mut found = list(store, now)?;
    found.retain(|user| {
        wanted.list.finds(&[&user.email, &user.name])
            && wanted.role.is_none_or(|role| user.role == role)
            && wanted.disabled.is_none_or(|disabled| user.disabled_at.is_some() == disabled)
    });
    let order = wanted.list.order;
    found.sort_by(|a, b| {
        let by_key = match order.key {
            UserKey::Name => order.of(&folded(&a.name), &folded(&b.name)),
            UserKey::Email => Ordering::Equal,
            UserKey::Role => order.of(&(a.role, &a.tenant), &(b.role, &b.tenant)),
            UserKey::Seen => order.of(&a.seen_at, &b.seen_at),
        };
        by_key.then_with(|| order.of(&a.email, &b.email))
    });
    Ok(found)
}

pub fn one(store: &Store, id: UserId, now: DateTime<Utc>) -> Result<Option<UserFile>, AppError> {
    Ok(list(store, now)?.into_iter().find(|user| user.id == id))
}

/// The person with this address, for a command line.
pub fn by_address(store: &Store, email: &str) -> Result<UserId, AppError> {
    let user = users::by_email(&mut *store.connection()?, &crate::app::users::address(email))?;
    user.map(|user| user.id).ok_or_else(|| AppError::NotFound(format!("user {email}")))
}

/// Someone, to act for them.
pub fn person(store: &Store, id: UserId) -> Result<Person, AppError> {
    let user = users::by_id(&mut *store.connection()?, id)?;
    user.map(Person::from).ok_or_else(|| AppError::NotFound(format!("user {id}")))
}

fn file(has_second_factor: bool, seen_at: Option<DateTime<Utc>>, user: User) -> UserFile {
    UserFile {
        id: user.id,
        email: user.email,
        name: user.name,
        role: user.role,
        tenant: user.tenant,
        language: user.language,
        created_at: user.created_at,
        disabled_at: user.disabled_at,
        has_second_factor,
        seen_at,
        version: user.version,
    }
}

/// The role somebody is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    pub role: Role,
    pub tenant: Option<TenantCode>,
    /// The version of the person that whoever gives it saw.
    pub version: i64,
}

/// What is to be different about someone; all of it, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    pub role: Option<NewRole>,
    /// Whether they are shut out.
    pub disabled: Option<bool>,
}

/// Makes every part of the change in one transaction.
pub fn change(store: &Store, id: UserId, change: &UserChange, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    if let Some(new) = &change.role {
        check_place(new.role, new.tenant.as_ref())?;
    }
    store.write(|connection| {
        if let Some(new) = &change.role {
            give_role(connection, id, new, by, now)?;
        }
        match change.disabled {
            Some(true) => shut_out(connection, id, by, now),
            Some(false) => let_in(connection, id, by, now),
            None => Ok(()),
        }
    })
}

/// Gives someone another role, if nobody did since its version, and ends their sessions: they come in anew by the rules of
/// the new one. The last administrator keeps theirs.
pub fn change_role(store: &Store, id: UserId, new: NewRole, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    change(store, id, &UserChange { role: Some(new), disabled: None }, by, now)
}

/// Shuts someone out at once: their sessions end, their tokens are refused. The last administrator stays.
pub fn disable(store: &Store, id: UserId, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| shut_out(connection, id, by, now))
}

/// Lets someone in again, with the password and second factor they had.
pub fn enable(store: &Store, id: UserId, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| let_in(connection, id, by, now))
}

fn give_role(
    connection: &mut AnyConnection,
    id: UserId,
    NewRole { role, tenant, version }: &NewRole,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let user = locked(connection, id)?;
    if *role != Role::Admin {
        must_not_be_last(connection, &user)?;
    }
    let given = users::set_role(connection, id, *version, *role, tenant.as_ref());
    if !given.map_err(crate::app::invite::unknown_tenant)? {
        return Err(UserProblem::Changed { role: user.role, tenant: user.tenant }.into());
    }
    sessions::delete_of(connection, id, None)?;
    let detail = serde_json::json!({ "role": role.name(), "tenant": tenant });
    let before = serde_json::json!({ "role": user.role.name(), "tenant": user.tenant });
    let event = AuditEvent::new(now, by, "user.role-changed", &user.email, detail).before(before);
    audit::append(connection, &event)?;
    Ok(())
}

fn shut_out(connection: &mut AnyConnection, id: UserId, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    let user = locked(connection, id)?;
    must_not_be_last(connection, &user)?;
    set_disabled(connection, &user, Some(now), by, now)
}

fn let_in(connection: &mut AnyConnection, id: UserId, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    let user = locked(connection, id)?;
    set_disabled(connection, &user, None, by, now)
}

/// Nothing is written where nothing changes.
fn set_disabled(
    connection: &mut AnyConnection,
    user: &User,
    at: Option<DateTime<Utc>>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if user.disabled_at.is_some() == at.is_some() {
        return Ok(());
    }
    users::set_disabled(connection, user.id, at)?;
    let action = if at.is_some() { "user.disabled" } else { "user.enabled" };
    audit::append(connection, &AuditEvent::new(now, by, action, &user.email, serde_json::json!({})))?;
    Ok(())
}

/// Chooses the language one's mails and pages are in.
pub fn choose_language(
    store: &Store,
    id: UserId,
    language: Language,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    store.write(|connection| {
        let user = locked(connection, id)?;
        users::set_language(connection, id, language)?;
        let detail = serde_json::json!({ "language": language.code() });
        let before = serde_json::json!({ "language": user.language.map(Language::code) });
        let event = AuditEvent::new(now, by, "user.language-chosen", &user.email, detail).before(before);
        audit::append(connection, &event)?;
        Ok(())
    })
}

/// The person, while nobody else changes people: two administrators who shut each other out come one after the other.
fn locked(connection: &mut AnyConnection, id: UserId) -> Result<User, AppError> {
    audit::lock(connection)?;
    users::by_id(connection, id)?.ok_or_else(|| AppError::NotFound(format!("user {id}")))
}

fn must_not_be_last(connection: &mut AnyConnection, user: &User) -> Result<(), AppError> {
    let counts = user.role == Role::Admin && user.disabled_at.is_none();
    if counts && !users::has_other_admin(connection, user.id)? { Err(UserProblem::LastAdmin.into()) } else { Ok(()) }
}
