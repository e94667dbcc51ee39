//! SMTP: settings, the transport they make, and what its failures mean.

use std::error::Error;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, SmtpTransport};
use serde::{Deserialize, Serialize};

use super::failure::NO_ANSWER;
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
    /// To trust beside the built-in ones.
    pub authority: Option<Authority>,
}

/// The certificate of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// In a PEM file, which is read when a transport is made.
    File(PathBuf),
    Pem(String),
}

/// What can be seen to be wrong with settings before anybody is asked, in the keys of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmtpFault {
    #[error("smtp_host `{0}` is no host: write a name or an address, without a port")]
    Host(String),
    #[error("smtp_port 0 is no port: write that of the relay, mostly 587 or 465")]
    Port,
    #[error(
        "smtp_security = \"none\" would send invoices in clear to {0}; use \"starttls\" or \"tls\", or a relay on this \
         machine"
    )]
    Plain(String),
    #[error("smtp_ca_file{}: {why}", .file.as_ref().map(|file| format!(" {}", file.display())).unwrap_or_default())]
    Authority { file: Option<PathBuf>, why: String },
    #[error("no TLS: {0}")]
    Tls(String),
}

impl From<SmtpFault> for MailError {
    fn from(fault: SmtpFault) -> MailError {
        MailError::Settings(fault.to_string())
    }
}

impl std::fmt::Debug for SmtpSettings {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &self.credentials.as_ref().map(|(user, _)| user))
            .field("authority", &self.authority)
            .finish()
    }
}

/// A relay that is silent for longer is not there.
const TIMEOUT: Duration = Duration::from_secs(30);

pub fn transport(settings: &SmtpSettings) -> Result<SmtpTransport, SmtpFault> {
    check_address(settings)?;
    let tls = match settings.security {
        SmtpSecurity::StartTls => Tls::Required(tls_parameters(settings)?),
        SmtpSecurity::Tls => Tls::Wrapper(tls_parameters(settings)?),
        SmtpSecurity::None if is_loopback(&settings.host) => Tls::None,
        SmtpSecurity::None => return Err(SmtpFault::Plain(settings.host.clone())),
    };
    let mut builder =
        SmtpTransport::builder_dangerous(settings.host.as_str()).port(settings.port).tls(tls).timeout(Some(TIMEOUT));
    if let Some((user, password)) = &settings.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

/// What can be seen to be no relay before anybody is asked.
fn check_address(settings: &SmtpSettings) -> Result<(), SmtpFault> {
    if !is_host(&settings.host) {
        return Err(SmtpFault::Host(settings.host.clone()));
    }
    if settings.port == 0 { Err(SmtpFault::Port) } else { Ok(()) }
}

/// An address, or a name that could stand behind the @ of one.
fn is_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.parse::<IpAddr>().is_ok() || (!host.starts_with('[') && Address::new("postmaster", host).is_ok())
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, SmtpFault> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    let Some(authority) = &settings.authority else {
        return builder.build().map_err(|error| SmtpFault::Tls(reason(&error)));
    };
    let file = match authority {
        Authority::File(path) => Some(path.clone()),
        Authority::Pem(_) => None,
    };
    let wrong = |why: String| SmtpFault::Authority { file: file.clone(), why };
    let pem = match authority {
        Authority::File(path) => std::fs::read(path).map_err(|error| wrong(error.to_string()))?,
        Authority::Pem(text) => text.clone().into_bytes(),
    };
    // Without this a file of anything else would be taken for one without certificates.
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(wrong("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned()));
    }
    let broken =
        |error: &(dyn Error + 'static)| wrong(format!("is no certificate that can be read ({})", reason(error)));
    builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| broken(&error))?);
    // What is wrong within is only seen here.
    builder.build().map_err(|error| broken(&error))
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

/// The error and its causes on one line; the silence of a relay as such first, whether it never spoke or fell silent in
/// mid-session: what it means is told by who shows it.
fn reason(error: &(dyn Error + 'static)) -> String {
    let text = with_causes(error);
    if is_unanswered(error) { format!("{NO_ANSWER} {} s: {text}", TIMEOUT.as_secs()) } else { text }
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
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

/// Whether the time for an answer ran out. A read that waited in vain is told as one that would block.
fn is_unanswered(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if matches!(kind, Some(ErrorKind::TimedOut | ErrorKind::WouldBlock)) {
            return true;
        }
        cause = error.source();
    }
    false
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
            authority: None,
        }
    }

    #[test]
    fn nothing_leaves_the_machine_in_clear() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1"] {
            assert!(transport(&settings(host, SmtpSecurity::None)).is_ok(), "{host}");
        }
        for host in ["smtp.example.org", "10.0.0.1", "localhost.example.org"] {
            let refused = transport(&settings(host, SmtpSecurity::None)).err();
            assert!(matches!(refused, Some(SmtpFault::Plain(_))), "{host}");
        }
        assert!(transport(&settings("smtp.example.org", SmtpSecurity::StartTls)).is_ok());
    }

    #[test]
    fn what_is_no_relay_is_told_before_anybody_is_asked() {
        for host in ["", "a b", "smtp.example.org:587", "smtp://relay", "[::1]"] {
            let refused = transport(&settings(host, SmtpSecurity::StartTls)).err().map(|error| error.to_string());
            assert!(refused.is_some_and(|error| error.contains("smtp_host")), "{host}");
        }
        for host in ["localhost", "relay", "smtp.example.org", "smtp.example.org.", "10.0.0.1", "::1"] {
            assert!(transport(&settings(host, SmtpSecurity::StartTls)).is_ok(), "{host}");
        }
        let no_port = SmtpSettings { port: 0, ..settings("localhost", SmtpSecurity::Tls) };
        assert!(transport(&no_port).err().is_some_and(|error| error.to_string().contains("smtp_port 0")));
    }

    #[test]
    fn a_relay_that_falls_silent_is_told_with_the_words_of_the_error() {
        // One never speaks, the other falls silent after its greeting.
        for greeting in [None, Some("220 relay.example.org ESMTP\r\n")] {
            let relay = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = relay.local_addr().unwrap().port();
            let speaks = std::thread::spawn(move || {
                let (mut stream, _) = relay.accept().unwrap();
                std::io::Write::write_all(&mut stream, greeting.unwrap_or_default().as_bytes()).unwrap();
                std::thread::sleep(Duration::from_millis(600));
            });
            let waits = Some(Duration::from_millis(200));
            let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(port).timeout(waits).build();
            let error = transport.test_connection().unwrap_err();
            let MailError::Relay(told) = classified(&error) else { panic!("{error:?}") };
            assert!(told.starts_with("no answer within 30 s: network error"), "{greeting:?}: {told}");
            assert!(!told.contains("smtp_"), "what to look at is told by who shows it: {told}");
            assert_eq!(crate::mail::FailureKind::of(&told), crate::mail::FailureKind::Timeout);
            speaks.join().unwrap();
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert!(!format!("{:?}", settings("localhost", SmtpSecurity::Tls)).contains("s3cret"));
    }

    #[test]
    fn an_unreadable_authority_is_named() {
        let mut settings = settings("smtp.example.org", SmtpSecurity::Tls);
        settings.authority = Some(Authority::File("/nowhere/ca.pem".into()));
        let error = transport(&settings).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("/nowhere/ca.pem"), "{error}");

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "not a certificate").unwrap();
        settings.authority = Some(Authority::File(file.path().to_owned()));
        let error = transport(&settings).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("holds no certificate"), "{error}");

        // A frame around anything, and around what is base64 and no certificate.
        for within in ["not base64 !", "bm90IGEgY2VydGlmaWNhdGU="] {
            let pem = format!("-----BEGIN CERTIFICATE-----\n{within}\n-----END CERTIFICATE-----\n");
            std::fs::write(file.path(), pem).unwrap();
            let error = transport(&settings).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("smtp_ca_file") && error.contains("is no certificate"), "{error}");
        }
        settings.authority = Some(Authority::Pem("not a certificate".into()));
        let error = transport(&settings).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("smtp_ca_file: holds no certificate"), "{error}");
    }
}
