//! People who may sign in, and those who are invited.

pub mod invitations;
pub mod one;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::access_forms::{moment, role_choices, role_named};
use super::invoice::mail::{NoticeView, view};
use super::parts::{Badge, Choice, Column, Link, Tone, count, exports};
use super::sheet::{self, Sheet};
use super::{Address, Frame, page};
use crate::app::administer_users::{self, UserFile, UserKey, UsersWanted};
use crate::app::invite::{self, Invitation};
use crate::app::listing::{Order, Wanted};
use crate::app::notices::{self, Notice};
use crate::app::{AppError, Store, read_tenants};
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::audit::Actor;
use crate::domain::calendar::{Timestamp, day_in};
use crate::http::auth::{Granted, Visitor, role_key};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct UsersQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    role: String,
    /// `active` or `disabled`.
    #[serde(default)]
    state: String,
    /// `name`, `email`, `role` or `seen`, with `-` before it for descending.
    #[serde(default)]
    sort: String,
}

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    frame: Frame,
    q: String,
    roles: Vec<Choice>,
    states: Vec<Choice>,
    columns: Vec<Column>,
    rows: Vec<UserRow>,
    shown: String,
    invitations: Vec<InvitationRow>,
    may_manage: bool,
    files: Vec<Link>,
}

struct UserRow {
    id: i64,
    name: String,
    email: String,
    role: String,
    tenant: Option<String>,
    state: Badge,
    has_factor: bool,
    seen: Option<String>,
}

struct InvitationRow {
    id: i64,
    email: String,
    role: String,
    tenant: Option<String>,
    invited_by: String,
    expires: String,
    has_expired: bool,
    /// How its mail stands, where it did not leave.
    mail: Option<NoticeView>,
}

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<UsersQuery>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let query = query.into_inner();
    let looked_for = looked_for(&query);
    let (users, open, mails, zone) = blocking(move || {
        let mails = notices::undelivered_invitations(&store)?;
        let users = administer_users::search(&store, &looked_for, now)?;
        Ok((users, invite::open(&store)?, mails, read_tenants::zone(&store)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let template = UsersPage {
        roles: with_all(&frame, "users-all-roles", role_choices(&frame, &query.role)),
        states: states(&frame, &query.state),
        columns: columns(&frame, &query),
        shown: frame.with("users-shown", "count", &count(&frame, users.len())),
        rows: users.iter().map(|user| row(&frame, zone, user)).collect(),
        invitations: open.into_iter().map(|one| invitation_row(&frame, zone, one, &mails, now)).collect(),
        may_manage: policy(granted.role, Action::ManageUsers) != Decision::Deny,
        files: exports(&address(&query).set("sort", &query.sort), "/users"),
        q: query.q,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// The people of the list, as it is filtered and ordered, as a file.
pub async fn file(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<UsersQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let (store, now, looked_for) = (shared.store.clone(), shared.now(), looked_for(&query));
    let (users, zone) =
        blocking(move || Ok((administer_users::search(&store, &looked_for, now)?, read_tenants::zone(&store)?)))
            .await?;
    let frame = Frame::of(&http);
    let keys =
        ["user-name", "sign-in-email", "user-role", "payment-tenant-code", "user-state", "factor-title", "user-seen"];
    let cells = |user: &UserFile| {
        vec![
            sheet::text(&user.name),
            sheet::text(&user.email),
            sheet::text(frame.t(role_key(user.role))),
            user.tenant.as_ref().map_or(Cell::Empty, |tenant| sheet::text(tenant.as_str())),
            sheet::text(state(&frame, user).text),
            sheet::text(frame.t(if user.has_second_factor { "access-yes" } else { "access-no" })),
            user.seen_at.map_or(Cell::Empty, |at| sheet::instant(Timestamp::from(at), zone)),
        ]
    };
    let table = Table {
        name: frame.t("nav-users"),
        day: day_in(now, zone),
        headings: keys.map(|key| frame.t(key)).into(),
        rows: users.iter().map(cells).collect(),
    };
    let name = format!("{}-{}", frame.t("users-file"), table.day);
    sheet::respond(&shared, &frame, table, *sheet, &name).await
}

fn address(query: &UsersQuery) -> Address {
    Address::new("/users").set("q", &query.q).set("role", &query.role).set("state", &query.state)
}

fn looked_for(query: &UsersQuery) -> UsersWanted {
    let disabled = match query.state.as_str() {
        "active" => Some(false),
        "disabled" => Some(true),
        _ => None,
    };
    let list = Wanted { text: query.q.clone(), order: Order::named(&query.sort), page: None };
    UsersWanted { list, role: role_named(&query.role), disabled }
}

fn columns(frame: &Frame, query: &UsersQuery) -> Vec<Column> {
    let address = address(query);
    let order = Order::named(&query.sort);
    let sorted = |by: UserKey, key: &str| Column::ordering(frame.t(key), &address, order, by);
    vec![
        sorted(UserKey::Name, "user-name"),
        sorted(UserKey::Email, "sign-in-email"),
        sorted(UserKey::Role, "user-role"),
        Column::plain(frame.t("user-state")),
        Column::plain(frame.t("factor-title")),
        sorted(UserKey::Seen, "user-seen"),
    ]
}

fn with_all(frame: &Frame, key: &str, mut choices: Vec<Choice>) -> Vec<Choice> {
    let is_chosen = choices.iter().all(|choice| !choice.is_chosen);
    choices.insert(0, Choice { value: String::new(), label: frame.t(key), is_chosen });
    choices
}

fn states(frame: &Frame, chosen: &str) -> Vec<Choice> {
    let choice =
        |value: &str, key: &str| Choice { value: value.to_owned(), label: frame.t(key), is_chosen: value == chosen };
    with_all(frame, "users-all-states", vec![choice("active", "user-active"), choice("disabled", "user-disabled")])
}

fn row(frame: &Frame, zone: Tz, user: &UserFile) -> UserRow {
    UserRow {
        id: user.id.0,
        name: user.name.clone(),
        email: user.email.clone(),
        role: frame.t(role_key(user.role)),
        tenant: user.tenant.as_ref().map(ToString::to_string),
        state: state(frame, user),
        has_factor: user.has_second_factor,
        seen: user.seen_at.map(|at| moment(frame, zone, at)),
    }
}

fn state(frame: &Frame, user: &UserFile) -> Badge {
    match user.disabled_at {
        None => Badge { tone: Tone::Ok, text: frame.t("user-active") },
        Some(_) => Badge { tone: Tone::Warn, text: frame.t("user-disabled") },
    }
}

fn invitation_row(frame: &Frame, zone: Tz, open: Invitation, mails: &[Notice], now: DateTime<Utc>) -> InvitationRow {
    let invitation = open.invitation;
    let mail = mails.iter().rev().find(|mail| mail.message.recipient == invitation.email);
    InvitationRow {
        id: open.id,
        role: frame.t(role_key(invitation.role)),
        tenant: invitation.tenant.map(|tenant| tenant.to_string()),
        expires: moment(frame, zone, invitation.expires_at),
        has_expired: invitation.expires_at <= now,
        mail: mail.map(|mail| view(frame, zone, mail)),
        email: invitation.email,
        invited_by: invitation.invited_by,
    }
}

/// Does what a form of these pages was sent for, in the sender's name.
async fn do_as<T: Send + 'static>(
    (shared, visitor, http): (&Data<Shared>, &Visitor, &HttpRequest),
    form_token: &str,
    work: impl FnOnce(&Store, &Actor, DateTime<Utc>) -> Result<T, AppError> + Send + 'static,
) -> Result<T, Fault> {
    visitor.check_form(form_token)?;
    let (store, by, now) = (shared.store.clone(), visitor.actor(http), shared.now());
    blocking(move || work(&store, &by, now)).await
}
