//! What the pages about people and their access share: fields with their errors, sessions, tokens.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Frame;
use super::parts::{Choice, FieldError};
use crate::app::UserProblem;
use crate::app::api_tokens::ApiToken;
use crate::app::sessions::OpenSession;
use crate::domain::access::Role;
use crate::domain::calendar::day_in;
use crate::domain::party::Language;
use crate::domain::told::Tell;
use crate::http::auth::role_key;

/// What is wrong with a form.
#[derive(Default)]
pub struct Errors {
    pub list: Vec<FieldError>,
}

impl Errors {
    pub fn one(error: FieldError) -> Errors {
        Errors { list: vec![error] }
    }

    /// What is wrong, as a person reads it.
    pub fn told(frame: &Frame, problem: &UserProblem) -> Errors {
        Errors::one(FieldError { field: field(problem), text: frame.said(&problem.told()) })
    }

    /// The fields that were left empty, of (id, its value), each in the words of `error-<id>-missing`.
    pub fn missing(frame: &Frame, fields: &[(&'static str, &str)]) -> Errors {
        let empty = fields.iter().filter(|(_, value)| value.trim().is_empty());
        let error =
            |(field, _): &(&'static str, &str)| FieldError { field, text: frame.t(&format!("error-{field}-missing")) };
        Errors { list: empty.map(error).collect() }
    }

    /// One more, unless something is told of its field already.
    pub fn add(&mut self, frame: &Frame, problem: &UserProblem) {
        if self.of(field(problem)).is_none() {
            self.list.extend(Errors::told(frame, problem).list);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is wrong with the field of this id.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.list.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// The ids of what describes a field: its hint and its error.
    pub fn described(&self, field: &str, hint: &str) -> String {
        let hint = (!hint.is_empty()).then(|| format!("{field}-hint"));
        let error = self.of(field).map(|_| format!("{field}-error"));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// The field a problem belongs to.
const fn field(problem: &UserProblem) -> &'static str {
    match problem {
        UserProblem::PasswordShort
        | UserProblem::PasswordLong
        | UserProblem::PasswordIsAddress
        | UserProblem::PasswordCommon => "password",
        UserProblem::PasswordWrong => "current",
        UserProblem::NotAnAddress(_) | UserProblem::AddressTaken(_) | UserProblem::AlreadyInvited(_) => "email",
        UserProblem::NameMissing | UserProblem::TokenNameTaken => "name",
        UserProblem::TenantMismatch | UserProblem::UnknownTenant(_) => "tenant",
        UserProblem::LastAdmin | UserProblem::Changed { .. } => "role",
        UserProblem::CodeWrong => "code",
        UserProblem::ScopesMissing | UserProblem::ScopesBeyondRole(_) | UserProblem::UnknownScope(_) => "scopes",
        UserProblem::TokenDays => "days",
        UserProblem::LinkGone
        | UserProblem::FactorThere
        | UserProblem::FactorRequired
        | UserProblem::FactorLacking(_)
        | UserProblem::FactorMissing
        | UserProblem::ShutOut => "content",
    }
}

/// An open session, as a row.
pub struct SessionRow {
    pub name: String,
    pub device: String,
    pub address: String,
    pub began: String,
    pub seen: String,
    pub is_own: bool,
}

pub fn session_rows(frame: &Frame, zone: Tz, sessions: Vec<OpenSession>) -> Vec<SessionRow> {
    let row = |session: OpenSession| SessionRow {
        device: device_name(frame, &session.device),
        address: session.address,
        began: moment(frame, zone, session.began_at),
        seen: moment(frame, zone, session.last_seen_at),
        is_own: session.is_own,
        name: session.name,
    };
    sessions.into_iter().map(row).collect()
}

/// A long-lived token, as a row.
pub struct TokenRow {
    pub id: i64,
    pub name: String,
    pub prefix: String,
    pub scopes: Vec<String>,
    pub created: String,
    pub expires: String,
    pub has_expired: bool,
    pub used: Option<String>,
}

pub fn token_rows(frame: &Frame, zone: Tz, tokens: Vec<ApiToken>, now: DateTime<Utc>) -> Vec<TokenRow> {
    let row = |token: ApiToken| TokenRow {
        id: token.id,
        has_expired: !token.is_live(now),
        scopes: token.token.scopes.actions().map(|action| action.scope()).collect(),
        created: moment(frame, zone, token.created_at),
        expires: frame.short_date(&day_in(token.token.expires_at, zone)),
        used: token.last_used_at.map(|at| moment(frame, zone, at)),
        name: token.token.name,
        prefix: token.token.prefix,
    };
    tokens.into_iter().map(row).collect()
}

pub fn moment(frame: &Frame, zone: Tz, at: DateTime<Utc>) -> String {
    frame.instant(at.into(), zone)
}

/// `Firefox, Linux` instead of what browsers say at length.
fn device_name(frame: &Frame, agent: &str) -> String {
    let named =
        |known: &[(&str, &'static str)]| known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    // Browsers name the ones they descend from too: the more special comes first.
    let browser = named(&[("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = named(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => frame.t("session-device-unknown"),
    }
}

/// Roles to choose from.
pub fn role_choices(frame: &Frame, chosen: &str) -> Vec<Choice> {
    let choice = |role: Role| Choice {
        value: role.name().to_owned(),
        label: frame.t(role_key(role)),
        is_chosen: role.name() == chosen,
    };
    Role::ALL.into_iter().map(choice).collect()
}

/// Languages to choose from.
pub fn language_choices(chosen: Language) -> Vec<Choice> {
    let choice = |language: Language| Choice {
        value: language.code().to_owned(),
        label: language_name(language).to_owned(),
        is_chosen: language == chosen,
    };
    [Language::French, Language::English].into_iter().map(choice).collect()
}

/// A language in its own words.
pub const fn language_name(language: Language) -> &'static str {
    match language {
        Language::French => "Français",
        Language::English => "English",
    }
}

/// The role of this name.
pub fn role_named(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn devices_have_short_names() {
        let frame = Frame::of(&TestRequest::default().to_http_request());
        let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";
        assert_eq!(device_name(&frame, agent), "Chrome, Linux");
        assert_eq!(device_name(&frame, &format!("{agent} Edg/142.0")), "Edge, Linux");
        assert_eq!(device_name(&frame, "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0"), "Firefox, Windows");
        assert_eq!(device_name(&frame, "curl/8"), "Appareil inconnu");
    }
}
