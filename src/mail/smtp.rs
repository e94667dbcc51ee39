//! SMTP: settings, the transport they make, and what its failures mean.

use std::error::Error;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::SmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use serde::{Deserialize, Serialize};

use super::mailer::MailError;

/// How the connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Plain at first, then TLS or nothing: a relay that does not offer it is refused.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Unprotected: only towards this machine.
    None,
}

/// A relay and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    /// User name and password, where the relay asks for them.
    pub credentials: Option<(String, String)>,
    /// PEM file of an authority to trust beside the built-in ones.
    pub ca_file: Option<PathBuf>,
}

impl std::fmt::Debug for SmtpSettings {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &self.credentials.as_ref().map(|(user, _)| user))
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

/// A relay that is silent for longer is not there.
const TIMEOUT: Duration = Duration::from_secs(30);

pub fn transport(settings: &SmtpSettings) -> Result<SmtpTransport, MailError> {
    let tls = match settings.security {
        SmtpSecurity::StartTls => Tls::Required(tls_parameters(settings)?),
        SmtpSecurity::Tls => Tls::Wrapper(tls_parameters(settings)?),
        SmtpSecurity::None if is_loopback(&settings.host) => Tls::None,
        SmtpSecurity::None => {
            return Err(MailError::Settings(format!(
                "smtp_security = \"none\" would send invoices in clear to {}; use \"starttls\" or \"tls\", \
                 or a relay on this machine",
                settings.host
            )));
        }
    };
    let mut builder =
        SmtpTransport::builder_dangerous(settings.host.as_str()).port(settings.port).tls(tls).timeout(Some(TIMEOUT));
    if let Some((user, password)) = &settings.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let wrong = |why: String| MailError::Settings(format!("smtp_ca_file {}: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(reason(&error)))?);
    }
    builder.build().map_err(|error| MailError::Settings(reason(&error)))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// RFC 5321: a reply of 5xx is final, one of 4xx may pass. Replies about our own credentials (RFC 4954: 530, 534, 535,
/// 538), or none at all (no connection, no TLS, a connection that broke), are not about the message: they pass once the
/// relay or the settings are right.
pub fn classified(error: &lettre::transport::smtp::Error) -> MailError {
    let code = error.status().map(|code| code.to_string());
    let about_us = matches!(code.as_deref(), None | Some("421" | "530" | "534" | "535" | "538"));
    if about_us {
        MailError::Relay(reason(error))
    } else if error.is_permanent() {
        MailError::Permanent(reason(error))
    } else {
        MailError::Temporary(reason(error))
    }
}

/// The error and its causes on one line.
fn reason(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, security: SmtpSecurity) -> SmtpSettings {
        SmtpSettings {
            host: host.into(),
            port: 587,
            security,
            credentials: Some(("chapelle".into(), "s3cret".into())),
            ca_file: None,
        }
    }

    #[test]
    fn nothing_leaves_the_machine_in_clear() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1"] {
            assert!(transport(&settings(host, SmtpSecurity::None)).is_ok(), "{host}");
        }
        for host in ["smtp.example.org", "10.0.0.1", "localhost.example.org"] {
            let refused = transport(&settings(host, SmtpSecurity::None)).err();
            assert!(matches!(refused, Some(MailError::Settings(_))), "{host}");
        }
        assert!(transport(&settings("smtp.example.org", SmtpSecurity::StartTls)).is_ok());
    }

    #[test]
    fn a_password_is_never_shown() {
        assert!(!format!("{:?}", settings("localhost", SmtpSecurity::Tls)).contains("s3cret"));
    }

    #[test]
    fn an_unreadable_authority_is_named() {
        let mut settings = settings("smtp.example.org", SmtpSecurity::Tls);
        settings.ca_file = Some("/nowhere/ca.pem".into());
        let error = transport(&settings).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("/nowhere/ca.pem"), "{error}");
    }
}
