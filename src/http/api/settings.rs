//! `GET /api/v1/settings`, `GET`/`PUT /api/v1/settings/mail`, `POST /api/v1/settings/test-mail`.

use actix_web::http::header::ETAG;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entry::{Asker, FieldProblem, version};
use super::once::{Writing, kept_unless, read_body};
use crate::app::mail_settings::{self, MailFault, MailSettings, MailWish, Unsaved};
use crate::app::read_settings;
use crate::app::test_mail;
use crate::app::way_out::WayOut;
use crate::config::{Config, MailPart, MailTransport, SmtpSecurity};
use crate::domain::party::Language;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Serialize, ToSchema)]
pub struct SettingsAnswer {
    version: &'static str,
    /// Its address, without a password.
    database: String,
    zone: &'static str,
    series: Vec<SeriesAnswer>,
    /// The configuration by its keys, without the mail server's password; of the mail what is in force.
    #[schema(value_type = HashMap<String, serde_json::Value>)]
    configuration: serde_json::Value,
}

#[derive(Serialize, ToSchema)]
pub struct SeriesAnswer {
    series: String,
    year: i32,
    next: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestMailRequest {
    #[schema(example = "admin@example.org")]
    email: String,
    /// `fr` or `en`.
    #[serde(default)]
    #[schema(value_type = String)]
    language: Language,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TestMailAnswer {
    /// Whether the mail server took it, or its file is written.
    sent: bool,
    error: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/settings", tag = "access",
    responses((status = 200, body = SettingsAnswer), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn show(shared: Data<Shared>) -> Result<HttpResponse, Fault> {
    let (store, way_out) = (shared.store.clone(), shared.way_out());
    let (settings, saved) = blocking(move || Ok((read_settings::read(&store)?, mail_settings::read(&store)?))).await?;
    let config = &shared.environment_or_fault()?.config;
    let configuration = shown(&Config { mail: way_out.in_force(&saved), ..config.clone() })?;
    Ok(HttpResponse::Ok().json(SettingsAnswer {
        version: env!("CARGO_PKG_VERSION"),
        database: settings.database,
        zone: settings.zone.name(),
        series: settings
            .series
            .into_iter()
            .map(|one| SeriesAnswer { series: one.name, year: one.year.unwrap_or(0), next: one.next })
            .collect(),
        configuration,
    }))
}

/// The configuration without what must not be told: the password, and the database's address, which may hold another.
fn shown(config: &Config) -> Result<serde_json::Value, Fault> {
    let mut shown = config.clone();
    shown.database_url = String::new();
    shown.mail.smtp_password = None;
    let mut value = serde_json::to_value(shown).map_err(Fault::internal)?;
    if let Some(sections) = value.as_object_mut() {
        sections.remove("database_url");
        if let Some(mail) = sections.get_mut("mail").and_then(serde_json::Value::as_object_mut) {
            mail.remove("smtp_password");
        }
    }
    Ok(value)
}

/// How mails leave, as it is in force.
#[derive(Serialize, ToSchema)]
pub struct MailAnswer {
    #[schema(value_type = String, example = "smtp")]
    transport: MailTransport,
    attach_pdf: bool,
    host: String,
    port: u16,
    #[schema(value_type = String, example = "starttls")]
    security: SmtpSecurity,
    user: Option<String>,
    /// The password itself is never told.
    has_password: bool,
    /// The certificate of an authority to trust beside the known ones, as PEM.
    authority: Option<String>,
    /// What the machine's configuration sets, by its keys: it goes before what is sent here.
    locked: Vec<String>,
}

/// How mails shall leave. What the machine's configuration sets is left as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailDocument {
    /// `directory` or `smtp`.
    #[schema(value_type = String, example = "smtp")]
    transport: MailTransport,
    #[serde(default = "attached")]
    attach_pdf: bool,
    #[schema(example = "smtp.example.org")]
    host: String,
    #[schema(example = 587)]
    port: u16,
    /// `starttls`, `tls`, or `none` (only towards this machine).
    #[schema(value_type = String, example = "starttls")]
    security: SmtpSecurity,
    /// Left out where the server asks for none: the saved password is then forgotten.
    user: Option<String>,
    /// Left out, the saved one stays; asked for again where host, port, security or user change.
    #[schema(write_only)]
    password: Option<String>,
    authority: Option<String>,
}

const fn attached() -> bool {
    true
}

impl From<MailDocument> for MailWish {
    fn from(sent: MailDocument) -> MailWish {
        let some = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        MailWish {
            transport: sent.transport,
            attach_pdf: sent.attach_pdf,
            host: sent.host.trim().to_owned(),
            port: sent.port,
            security: sent.security,
            user: some(sent.user),
            password: sent.password,
            authority: some(sent.authority),
        }
    }
}

/// Why how mails leave was not changed.
#[derive(Serialize, ToSchema)]
pub struct MailProblem {
    #[serde(flatten)]
    problem: Problem,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// Of a change based on an older version: what is in force now.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<MailAnswer>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
}

fn mail_answer(way_out: &WayOut, saved: &MailSettings) -> MailAnswer {
    let (machine, mail) = (way_out.config(), way_out.in_force(saved));
    let is_fixed = |part: &MailPart| machine.fixed.contains(part);
    let has_password = if is_fixed(&MailPart::Relay) { machine.smtp_password.is_some() } else { saved.has_password() };
    let keys = MailPart::ALL.into_iter().filter(is_fixed).flat_map(MailPart::keys);
    MailAnswer {
        transport: mail.transport,
        attach_pdf: mail.attach_pdf,
        host: mail.smtp_host,
        port: mail.smtp_port,
        security: mail.smtp_security,
        user: mail.smtp_user,
        has_password,
        authority: saved.authority.clone().filter(|_| !is_fixed(&MailPart::Authority)),
        locked: keys.map(|key| format!("mail.{key}")).collect(),
    }
}

fn tag(saved: &MailSettings) -> String {
    format!("\"{}\"", saved.version)
}

#[utoipa::path(
    get, path = "/api/v1/settings/mail", tag = "access",
    responses((status = 200, body = MailAnswer, description = "How mails leave, without the password",
               headers(("ETag" = String))),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn mail(shared: Data<Shared>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let saved = blocking(move || mail_settings::read(&store)).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, tag(&saved))).json(mail_answer(&shared.way_out(), &saved)))
}

#[utoipa::path(
    put, path = "/api/v1/settings/mail", tag = "access", request_body = MailDocument, params(("If-Match" = String, Header)),
    description = "Sets how mails leave, at once. What the machine's configuration sets (`locked`) is left as it is.",
    responses((status = 200, body = MailAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 412, body = MailProblem), (status = 422, body = MailProblem),
              (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_mail((shared, granted, http): Asker, body: Bytes) -> Result<HttpResponse, Fault> {
    let wish = MailWish::from(read_body::<MailDocument>(&http, &body)?);
    let known = version(http.headers())?;
    let (store, way_out, by, now) = (shared.store.clone(), shared.way_out(), granted.by, shared.now());
    let work = move || {
        let saved = mail_settings::save(&store, way_out.config(), wish, known, &by, now)?;
        Ok((saved, way_out))
    };
    let (outcome, way_out) = blocking(work).await?;
    Ok(match outcome {
        Ok(saved) => HttpResponse::Ok().insert_header((ETAG, tag(&saved))).json(mail_answer(&way_out, &saved)),
        Err(Unsaved::Wrong(faults)) => {
            let fault = Fault::Unprocessable("mails could not leave this way: see errors".to_owned());
            let errors = faults.iter().map(field_problem).collect();
            refused(&fault, MailProblem { problem: fault.problem(), errors, stored: None, version: None })
        }
        Err(Unsaved::Stale(theirs)) => {
            let (fault, stored) = (Fault::Outdated, Some(mail_answer(&way_out, &theirs)));
            let version = Some(theirs.version);
            refused(&fault, MailProblem { problem: fault.problem(), errors: vec![], stored, version })
        }
    })
}

fn field_problem(fault: &MailFault) -> FieldProblem {
    FieldProblem::new(fault.key(), fault)
}

fn refused(fault: &Fault, body: MailProblem) -> HttpResponse {
    HttpResponse::build(fault.status_code()).content_type("application/problem+json").json(body)
}

#[utoipa::path(
    post, path = "/api/v1/settings/test-mail", tag = "access", request_body = TestMailRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request sends one mail.")),
    description = "Sends a test message now and tells what became of it.",
    responses((status = 200, body = TestMailAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn send_test_mail(writing: Writing) -> Result<HttpResponse, Fault> {
    let TestMailRequest { email, language } = writing.body()?;
    let way_out = writing.shared.way_out();
    // Only what was sent is kept: after a failure the same request tries again.
    let outcome = kept_unless(writing, move |store, by, now| {
        let sent = test_mail::send(store, &way_out, email.trim(), language, by, now)?;
        Ok(match sent {
            Ok(_) => Ok((TestMailAnswer { sent: true, error: None }, ())),
            Err(error) => Err(TestMailAnswer { sent: false, error: Some(error.to_string()) }),
        })
    });
    let answer = match outcome.await? {
        Ok((sent, _)) => sent,
        Err(failed) => failed,
    };
    Ok(HttpResponse::Ok().json(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let mut config = Config { database_url: "postgres://a:s3cret@db/chapelle".into(), ..Config::default() };
        config.mail.smtp_password = Some("s3cret".into());
        let text = shown(&config).unwrap().to_string();
        assert!(!text.contains("s3cret") && text.contains("smtp_host"), "{text}");
    }
}
