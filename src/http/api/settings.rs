//! `GET /api/v1/settings`, `POST /api/v1/settings/test-mail`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{Writing, kept_unless};
use crate::app::read_settings;
use crate::app::test_mail;
use crate::config::Config;
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
    /// The configuration by its keys, without the mail server's password.
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
    let configuration = shown(&shared.environment_or_fault()?.config)?;
    let store = shared.store.clone();
    let settings = blocking(move || read_settings::read(&store)).await?;
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
    let mailer = writing.shared.environment_or_fault()?.mailer.clone();
    // Only what was sent is kept: after a failure the same request tries again.
    let outcome = kept_unless(writing, move |store, by, now| {
        let sent = test_mail::send(store, &mailer, email.trim(), language, by, now)?;
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
