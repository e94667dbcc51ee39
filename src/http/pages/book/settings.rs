//! How this installation is set up, without its secrets, and whether its mails arrive.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::access_forms::Errors;
use super::invoice::mail::failure;
use super::{Frame, page};
use crate::app::mail_settings::{self, MailSettings};
use crate::app::read_settings::{self, SeriesKind, SeriesState, Settings};
use crate::app::test_mail;
use crate::config::{MailPart, MailTransport, SmtpSecurity};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::invoice::InvoiceNumber;
use crate::http::auth::{Visitor, role_key};
use crate::http::error::Fault;
use crate::http::state::{Environment, Shared, attempted, blocking};
use crate::mail::MailError;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    mail: Vec<Fact>,
    /// Who saved how mails leave, and when.
    mail_saved: Option<String>,
    access: Vec<Fact>,
    site: Vec<Fact>,
    seller: Option<(String, String)>,
    series: Vec<SeriesRow>,
    recipient: String,
    may_test: bool,
    outcome: Option<TestOutcome>,
    errors: Errors,
}

/// A label, the value, and where it comes from: mostly a key of the configuration.
struct Fact {
    label: String,
    value: String,
    key: Cow<'static, str>,
}

/// A series of numbers.
struct SeriesRow {
    name: String,
    year: String,
    /// Of documents the number itself.
    next: String,
}

fn series_row(frame: &Frame, state: &SeriesState) -> SeriesRow {
    SeriesRow {
        name: match &state.kind {
            SeriesKind::Invoices(prefix) => frame.with("settings-series-invoices", "prefix", prefix),
            SeriesKind::Payments => frame.t("settings-series-payments"),
            SeriesKind::Refunds => frame.t("settings-series-refunds"),
            SeriesKind::Transfers => frame.t("settings-series-transfers"),
            SeriesKind::OnAccount => frame.t("settings-series-on-account"),
            SeriesKind::Letters => frame.t("settings-series-letters"),
        },
        year: state.year.map_or_else(|| frame.t("settings-series-endless"), |year| year.to_string()),
        next: match (&state.kind, state.year) {
            (SeriesKind::Invoices(prefix), Some(year)) => InvoiceNumber::new(prefix, year, state.next)
                .map_or_else(|_| state.next.to_string(), |number| number.to_string()),
            _ => state.next.to_string(),
        },
    }
}

/// What became of a test mail.
struct TestOutcome {
    recipient: String,
    /// What kind of failure, and the mail server's own words.
    error: Option<(String, String)>,
}

#[derive(Deserialize)]
pub struct TestForm {
    form_token: String,
    #[serde(default)]
    email: String,
}

fn mail_error(frame: &Frame, error: MailError) -> (String, String) {
    let told = |key: &str, answer: String| (format!("{} {}", frame.t(key), failure(frame, &answer)), answer);
    match error {
        MailError::Temporary(answer) | MailError::Relay(answer) => told("test-mail-temporary", answer),
        MailError::Permanent(answer) => told("test-mail-permanent", answer),
        MailError::Settings(answer) => (frame.t("test-mail-settings"), answer),
    }
}

pub async fn show(shared: Data<Shared>, visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let recipient = visitor.person.email.clone();
    settings_page(&shared, &visitor, &http, StatusCode::OK, (recipient, None, Errors::default())).await
}

async fn settings_page(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    status: StatusCode,
    (recipient, outcome, errors): (String, Option<TestOutcome>, Errors),
) -> Result<HttpResponse, Fault> {
    let environment = shared.environment_or_fault()?;
    let store = shared.store.clone();
    let (settings, saved) = blocking(move || Ok((read_settings::read(&store)?, mail_settings::read(&store)?))).await?;
    let frame = Frame::of(http);
    let mail_saved = saved.saved.as_ref().map(|(name, at)| {
        let at = frame.instant((*at).into(), settings.zone);
        frame.texts("settings-mail-saved-by", &[("name", name), ("at", &at)])
    });
    let template = SettingsPage {
        mail: mail_facts(&frame, environment, &saved),
        mail_saved,
        access: access_facts(&frame, shared, environment),
        site: site_facts(&frame, &settings, environment),
        seller: settings.seller,
        series: settings.series.iter().map(|one| series_row(&frame, one)).collect(),
        may_test: policy(visitor.person.role, Action::SendTestMail) != Decision::Deny,
        recipient,
        outcome,
        errors,
        frame,
    };
    page(status, &template)
}

pub async fn test_mail(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<TestForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let environment = shared.environment_or_fault()?;
    let frame = Frame::of(&http);
    let (store, way_out, by, now) =
        (shared.store.clone(), environment.way_out.clone(), visitor.actor(&http), shared.now());
    let (recipient, language) = (form.email.trim().to_owned(), frame.language);
    let to = recipient.clone();
    let sent = attempted(move || test_mail::send(&store, &way_out, &to, language, &by, now)).await?;
    let (status, outcome, errors) = match sent {
        Ok(sent) => {
            let error = sent.err().map(|error| mail_error(&frame, error));
            (StatusCode::OK, Some(TestOutcome { recipient: recipient.clone(), error }), Errors::default())
        }
        Err(problem) => (StatusCode::UNPROCESSABLE_ENTITY, None, Errors::told(&frame, &problem)),
    };
    settings_page(&shared, &visitor, &http, status, (recipient, outcome, errors)).await
}

fn fact(frame: &Frame, label: &str, value: impl Into<String>, key: &'static str) -> Fact {
    Fact { label: frame.t(label), value: value.into(), key: key.into() }
}

fn yes_or_no(frame: &Frame, value: bool) -> String {
    frame.t(if value { "access-yes" } else { "access-no" })
}

/// What holds now, and where each value comes from: the machine, this page, or the defaults.
fn mail_facts(frame: &Frame, environment: &Environment, saved: &MailSettings) -> Vec<Fact> {
    let (machine, mail) = (environment.way_out.config(), environment.way_out.in_force(saved));
    let fact = |label: &str, value: String, part: MailPart, key: &'static str| {
        let source = match (machine.fixed.contains(&part), saved.version) {
            (true, _) => frame.with("settings-from-machine", "key", key),
            (false, 0) => frame.t("settings-from-default"),
            (false, _) => frame.t("settings-from-saved"),
        };
        Fact { label: frame.t(label), value, key: source.into() }
    };
    let attached = fact("settings-attach", yes_or_no(frame, mail.attach_pdf), MailPart::Attachment, "mail.attach_pdf");
    let transport = |value| fact("settings-transport", value, MailPart::Transport, "mail.transport");
    if mail.transport == MailTransport::Directory {
        let folder = environment.data_dir.join("mail").display().to_string();
        return vec![transport(frame.with("settings-directory", "folder", &folder)), attached];
    }
    let security = match mail.smtp_security {
        SmtpSecurity::Starttls => "STARTTLS".to_owned(),
        SmtpSecurity::Tls => "TLS".to_owned(),
        SmtpSecurity::None => frame.t("settings-plain"),
    };
    let none = || frame.t("settings-none");
    let relay = |label: &str, value: String, key: &'static str| fact(label, value, MailPart::Relay, key);
    let has_password = match machine.fixed.contains(&MailPart::Relay) {
        true => machine.smtp_password.is_some(),
        false => saved.has_password(),
    };
    let authority = match (&mail.smtp_ca_file, &saved.authority) {
        (Some(file), _) => file.display().to_string(),
        (None, Some(_)) if !machine.fixed.contains(&MailPart::Authority) => frame.t("settings-authority-saved"),
        (None, _) => none(),
    };
    vec![
        transport("SMTP".to_owned()),
        relay("settings-host", format!("{}:{}", mail.smtp_host, mail.smtp_port), "mail.smtp_host"),
        relay("settings-security", security, "mail.smtp_security"),
        relay("settings-user", mail.smtp_user.unwrap_or_else(none), "mail.smtp_user"),
        relay("settings-password", yes_or_no(frame, has_password), "mail.smtp_password"),
        fact("settings-authority", authority, MailPart::Authority, "mail.smtp_ca_file"),
        attached,
    ]
}

fn access_facts(frame: &Frame, shared: &Shared, environment: &Environment) -> Vec<Fact> {
    let server = &environment.config.server;
    let roles: Vec<String> = shared.second_factor_roles().iter().map(|role| frame.t(role_key(*role))).collect();
    let roles = if roles.is_empty() { frame.t("settings-none") } else { roles.join(", ") };
    let proxies: Vec<String> = shared.trusted_proxies().iter().map(ToString::to_string).collect();
    vec![
        fact(frame, "settings-public-url", server.public_url.to_string(), "server.public_url"),
        fact(frame, "settings-secure", yes_or_no(frame, shared.is_secure()), "server.public_url"),
        fact(frame, "settings-listen", server.listen.clone(), "server.listen"),
        fact(frame, "settings-workers", server.workers.to_string(), "server.workers"),
        fact(frame, "settings-proxies", proxies.join(", "), "server.trusted_proxies"),
        fact(frame, "settings-factor-roles", roles, "server.second_factor_roles"),
    ]
}

fn site_facts(frame: &Frame, settings: &Settings, environment: &Environment) -> Vec<Fact> {
    let audit = &environment.config.audit;
    let recipients =
        if audit.root_recipients.is_empty() { frame.t("settings-none") } else { audit.root_recipients.join(", ") };
    vec![
        fact(frame, "settings-version", env!("CARGO_PKG_VERSION"), ""),
        fact(frame, "settings-database", settings.database.clone(), "database_url"),
        fact(frame, "settings-data-dir", environment.data_dir.display().to_string(), "--data-dir"),
        fact(frame, "settings-zone", settings.zone.name(), ""),
        fact(frame, "settings-signing", yes_or_no(frame, audit.daily), "audit.daily"),
        fact(frame, "settings-key-file", audit.key_file.display().to_string(), "audit.key_file"),
        fact(frame, "settings-roots", audit.roots_dir.display().to_string(), "audit.roots_dir"),
        fact(frame, "settings-root-recipients", recipients, "audit.root_recipients"),
    ]
}
