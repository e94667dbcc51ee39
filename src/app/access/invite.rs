//! Invite people by mail. Whoever follows the link in the mail sets their name and password; a link works once and for a
//! week, and its secret is not in the database.

use chrono::{DateTime, Duration, Utc};

use crate::app::secrets::{LinkKind, Secrets, digest};
use crate::app::users::{self as people, hash};
use crate::app::{AppError, Store, UserProblem, export_book};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::TenantCode;
use crate::domain::party::{Language, mail_address};
use crate::storage::access_links::{self as links, LinkSecret, NewInvitation};
use crate::storage::outbox::{self, NewMessage};
use crate::storage::{AnyConnection, StorageError, audit, users};

pub use crate::storage::access_links::Invitation;

/// The outbox's word for a mail that invites.
pub const INVITATION_MAIL: &str = "invitation";
const LINK_DAYS: i64 = 7;

/// Whom to invite, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    pub email: String,
    pub role: Role,
    pub tenant: Option<TenantCode>,
    pub language: Language,
}

/// Queues the mail that invites `guest`; returns the invitation's number.
pub fn invite(store: &Store, guest: &Guest, by: &Actor, now: DateTime<Utc>) -> Result<i64, AppError> {
    let email = people::address(&guest.email);
    people::check_address(&email)?;
    people::check_place(guest.role, guest.tenant.as_ref())?;
    let way = Way::of(store)?;
    let guest = Guest { email, ..guest.clone() };
    store.write(|connection| {
        audit::lock(connection)?;
        write(connection, &guest, &way, by, now)
    })
}

/// How an invitation goes out: under which host's Message-ID, and with what link.
struct Way {
    host: String,
    link: LinkSecret,
}

impl Way {
    fn of(store: &Store) -> Result<Way, AppError> {
        Ok(Way { host: mail_host(store)?, link: Secrets::of(store)?.new_link(LinkKind::Invitation)? })
    }
}

/// Invites, within a transaction that holds the trail.
fn write(
    connection: &mut AnyConnection,
    guest: &Guest,
    way: &Way,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<i64, AppError> {
    make_room(connection, &guest.email, by, now)?;
    let new = NewInvitation {
        email: guest.email.clone(),
        role: guest.role,
        tenant: guest.tenant.clone(),
        language: guest.language,
        invited_by: by.name.clone(),
        expires_at: now + Duration::days(LINK_DAYS),
    };
    let id = links::insert_invitation(connection, &new, &way.link, now).map_err(unknown_tenant)?;
    let message = NewMessage {
        kind: INVITATION_MAIL.to_owned(),
        invoice: None,
        recipient: new.email.clone(),
        language: new.language,
        message_id: message_id(id, &way.host),
    };
    outbox::enqueue(connection, &message, now)?;
    let detail = serde_json::json!({ "role": new.role.name(), "tenant": new.tenant, "expires_at": new.expires_at });
    audit::append(connection, &AuditEvent::new(now, by, "user.invited", &new.email, detail))?;
    Ok(id)
}

/// An address is invited once at a time; an invitation that has expired makes room.
fn make_room(connection: &mut AnyConnection, email: &str, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    if users::by_email(connection, email)?.is_some() {
        return Err(UserProblem::AddressTaken(email.to_owned()).into());
    }
    let open = links::open_invitations(connection)?.into_iter().find(|open| open.invitation.email == email);
    match open {
        Some(open) if now < open.invitation.expires_at => Err(UserProblem::AlreadyInvited(email.to_owned()).into()),
        Some(expired) => take_back(connection, expired.id, by, now).map(drop),
        None => Ok(()),
    }
}

pub(in crate::app) fn unknown_tenant(error: StorageError) -> AppError {
    match error {
        StorageError::NotFound { what: "tenant", key } => UserProblem::UnknownTenant(TenantCode(key)).into(),
        other => other.into(),
    }
}

/// The part of Message-IDs that is ours, from the address mails are sent from.
pub(in crate::app) fn mail_host(store: &Store) -> Result<String, AppError> {
    Ok(mail_address::mail_host(&export_book::shared(store)?.seller.email).to_owned())
}

fn message_id(id: i64, host: &str) -> String {
    format!("{INVITATION_MAIL}.{id}@{host}")
}

/// Invitations that nobody accepted or withdrew, by address; some may have expired.
pub fn open(store: &Store) -> Result<Vec<Invitation>, AppError> {
    Ok(links::open_invitations(&mut *store.connection()?)?)
}

/// Takes an invitation back: its link opens nothing any more, and its mail is not sent if it still waits.
pub fn withdraw(store: &Store, id: i64, by: &Actor, now: DateTime<Utc>) -> Result<Invitation, AppError> {
    store.write(|connection| {
        audit::lock(connection)?;
        take_back(connection, id, by, now)
    })
}

/// Takes an invitation back, within a transaction that holds the trail: who invites holds it before any row.
fn take_back(connection: &mut AnyConnection, id: i64, by: &Actor, now: DateTime<Utc>) -> Result<Invitation, AppError> {
    let unknown = || AppError::NotFound(format!("invitation {id}"));
    let invitation = links::invitation(connection, id)?.ok_or_else(unknown)?;
    if !links::withdraw_invitation(connection, id, now)? {
        return Err(unknown());
    }
    let email = &invitation.invitation.email;
    outbox::cancel(connection, INVITATION_MAIL, email)?;
    audit::append(connection, &AuditEvent::new(now, by, "invitation.withdrawn", email, serde_json::json!({})))?;
    Ok(invitation)
}

/// Withdraws an invitation and sends the same anew, with a link of its own: both, or neither.
pub fn again(store: &Store, id: i64, by: &Actor, now: DateTime<Utc>) -> Result<i64, AppError> {
    let way = Way::of(store)?;
    store.write(|connection| {
        audit::lock(connection)?;
        let NewInvitation { email, role, tenant, language, .. } = take_back(connection, id, by, now)?.invitation;
        write(connection, &Guest { email, role, tenant, language }, &way, by, now)
    })
}

/// The invitation behind the secret of a link, while it can be accepted.
pub fn find(store: &Store, secret: &str, now: DateTime<Utc>) -> Result<Option<Invitation>, AppError> {
    let found = links::invitation_by_hash(&mut *store.connection()?, &digest(secret))?;
    Ok(found.filter(|found| found.is_open() && now < found.invitation.expires_at))
}

/// Lets the invited person in under the name and password they chose; the link is used up.
pub fn accept(
    store: &Store,
    secret: &str,
    name: &str,
    password: &str,
    origin: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let invitation = find(store, secret, now)?.ok_or(UserProblem::LinkGone)?;
    let guest = &invitation.invitation;
    let name = name.trim();
    people::check_name(name)?;
    people::check_password(password, &guest.email)?;
    let user = users::NewUser {
        email: guest.email.clone(),
        name: name.to_owned(),
        password_hash: hash(password)?,
        role: guest.role,
        tenant: guest.tenant.clone(),
        language: Some(guest.language),
    };
    store.write(|connection| {
        audit::lock(connection)?;
        if !links::accept_invitation(connection, invitation.id, now)? {
            return Err(UserProblem::LinkGone.into());
        }
        users::insert(connection, &user, now).map_err(|error| match error {
            StorageError::Conflict(_) => AppError::User(UserProblem::AddressTaken(user.email.clone())),
            other => other.into(),
        })?;
        let by = Actor::new(&user.email, origin);
        let detail = serde_json::json!({ "role": user.role.name(), "tenant": user.tenant, "by": guest.invited_by });
        audit::append(connection, &AuditEvent::new(now, &by, "invitation.accepted", &user.email, detail))?;
        Ok(())
    })
}
