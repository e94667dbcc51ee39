//! One typed configuration, read once and handed down in parts.
//!
//! Values come from, later ones winning: the defaults below, `chapelle.toml` in the data directory, environment
//! variables `CHAPELLE_SECTION__KEY` (two underscores between section and key), `DATABASE_URL` for the database.

mod public_url;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::domain::access::Role;

pub use public_url::{PublicUrl, PublicUrlError};

/// Everything that differs from one installation to another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite://path` or `postgres://…`; empty means `chapelle.db` in the data directory.
    pub database_url: String,
    pub server: ServerConfig,
    pub mail: MailConfig,
    pub audit: AuditConfig,
}

/// How the audit trail is signed, and where signed roots go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// The private key, made at first use with mode 0600; relative to the data directory.
    pub key_file: PathBuf,
    /// Where signed roots are written, outside the database; relative to the data directory. Best on another machine.
    pub roots_dir: PathBuf,
    /// Who is sent each signed root: people outside the operator's reach, such as the auditors.
    pub root_recipients: Vec<String>,
    /// Sign once a day while the server runs.
    pub daily: bool,
}

impl Default for AuditConfig {
    fn default() -> AuditConfig {
        AuditConfig {
            key_file: PathBuf::from("audit-key"),
            roots_dir: PathBuf::from("roots"),
            root_recipients: vec![],
            daily: true,
        }
    }
}

/// Where the web server listens and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port to listen on.
    pub listen: String,
    /// The address people use; links in mails begin with it. `https` makes cookies secure.
    pub public_url: PublicUrl,
    /// Threads that answer requests.
    pub workers: usize,
    /// Proxies whose `X-Forwarded-For` is believed: guessing is slowed down per client, and the trail names clients.
    pub trusted_proxies: Vec<IpAddr>,
    /// Roles whose people cannot work before they have set up a second factor.
    pub second_factor_roles: Vec<Role>,
}

impl Default for ServerConfig {
    fn default() -> ServerConfig {
        ServerConfig {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: PublicUrl::default(),
            workers: 2,
            trusted_proxies: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            second_factor_roles: vec![],
        }
    }
}

/// What of the mail settings is set as one, by the machine's configuration or by administrators. A relay is one thing: who
/// could choose the host alone would be sent the other's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailPart {
    Transport,
    Attachment,
    Relay,
    Authority,
}

impl MailPart {
    pub const ALL: [MailPart; 4] = [MailPart::Transport, MailPart::Attachment, MailPart::Relay, MailPart::Authority];

    /// Its keys below `mail`.
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            MailPart::Transport => &["transport"],
            MailPart::Attachment => &["attach_pdf"],
            MailPart::Relay => &["smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"],
            MailPart::Authority => &["smtp_ca_file"],
        }
    }
}

/// How notices leave.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// `directory` writes .eml files below the data directory; `smtp` sends.
    pub transport: MailTransport,
    /// Attach the PDF, or only link to it.
    pub attach_pdf: bool,
    pub smtp_host: String,
    pub smtp_port: u16,
    pub smtp_security: SmtpSecurity,
    pub smtp_user: Option<String>,
    pub smtp_password: Option<String>,
    /// A certificate authority's PEM file to trust beside the built-in ones.
    pub smtp_ca_file: Option<PathBuf>,
    /// What the file or the environment sets: it goes before what administrators save.
    #[serde(skip)]
    pub fixed: BTreeSet<MailPart>,
}

impl std::fmt::Debug for MailConfig {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig")
            .field("transport", &self.transport)
            .field("attach_pdf", &self.attach_pdf)
            .field("smtp_host", &self.smtp_host)
            .field("smtp_port", &self.smtp_port)
            .field("smtp_security", &self.smtp_security)
            .field("smtp_user", &self.smtp_user)
            .field("smtp_ca_file", &self.smtp_ca_file)
            .field("fixed", &self.fixed)
            .finish_non_exhaustive()
    }
}

impl Default for MailConfig {
    fn default() -> MailConfig {
        MailConfig {
            transport: MailTransport::Directory,
            attach_pdf: true,
            smtp_host: "localhost".to_owned(),
            smtp_port: 587,
            smtp_security: SmtpSecurity::Starttls,
            smtp_user: None,
            smtp_password: None,
            smtp_ca_file: None,
            fixed: BTreeSet::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    Directory,
    Smtp,
}

impl MailTransport {
    pub const ALL: [MailTransport; 2] = [MailTransport::Directory, MailTransport::Smtp];

    pub const fn name(self) -> &'static str {
        match self {
            MailTransport::Directory => "directory",
            MailTransport::Smtp => "smtp",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Upgrade a plain connection; refuse to send if the server does not offer it.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// No encryption: only towards a loopback address.
    None,
}

impl SmtpSecurity {
    pub const ALL: [SmtpSecurity; 3] = [SmtpSecurity::Starttls, SmtpSecurity::Tls, SmtpSecurity::None];

    pub const fn name(self) -> &'static str {
        match self {
            SmtpSecurity::Starttls => "starttls",
            SmtpSecurity::Tls => "tls",
            SmtpSecurity::None => "none",
        }
    }
}

/// A configuration that cannot be read, with the key at fault.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not usable: {0}. Keys are described in docs/configuration.md")]
pub struct ConfigError(#[from] Box<figment::Error>);

impl Config {
    /// Reads the configuration of `data_dir`.
    pub fn load(data_dir: &Path) -> Result<Config, ConfigError> {
        let given = Figment::new()
            .merge(Toml::file(data_dir.join("chapelle.toml")))
            .merge(Env::prefixed("CHAPELLE_").only_known_sections())
            .merge(Env::raw().only(&["DATABASE_URL"]));
        let whole = Figment::from(Serialized::defaults(Config::default())).merge(&given);
        let mut config: Config = whole.extract().map_err(|error| ConfigError(Box::new(error)))?;
        let is_given = |part: &MailPart| part.keys().iter().any(|key| given.contains(&format!("mail.{key}")));
        config.mail.fixed = MailPart::ALL.into_iter().filter(is_given).collect();
        // Another authority would let another server be taken for the machine's relay, and be told its password.
        if config.mail.fixed.contains(&MailPart::Relay) {
            config.mail.fixed.insert(MailPart::Authority);
        }
        Ok(config)
    }

    /// The file of the embedded database in `data_dir`, unless another database is set.
    pub fn embedded_database(&self, data_dir: &Path) -> Option<PathBuf> {
        self.database_url.is_empty().then(|| data_dir.join("chapelle.db"))
    }

    /// The database's URL, the embedded one in `data_dir` unless another is set.
    pub fn database_url(&self, data_dir: &Path) -> String {
        let embedded = self.embedded_database(data_dir).map(|file| format!("sqlite://{}", file.display()));
        embedded.unwrap_or_else(|| self.database_url.clone())
    }
}

trait OnlyKnownSections {
    fn only_known_sections(self) -> Env;
}

impl OnlyKnownSections for Env {
    /// Other variables may begin with `CHAPELLE_` too (the tests' peers do); only those of a section are ours.
    fn only_known_sections(self) -> Env {
        self.filter(|key| ["server__", "mail__", "audit__"].iter().any(|section| key.starts_with(section))).split("__")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_embedded_database_and_a_mail_directory() {
        let config = Config::default();
        assert_eq!(config.database_url(Path::new("data")), "sqlite://data/chapelle.db");
        assert_eq!(config.mail.transport, MailTransport::Directory);
    }

    #[test]
    fn what_the_machine_sets_of_the_mail_is_known_from_its_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let fixed = |text: &str| {
            std::fs::write(folder.path().join("chapelle.toml"), text).unwrap();
            Config::load(folder.path()).unwrap().mail.fixed.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(fixed("[server]\nworkers = 1\n"), []);
        let relay = [MailPart::Relay, MailPart::Authority];
        assert_eq!(fixed("[mail]\nsmtp_port = 587\n"), relay, "though it is the default");
        assert_eq!(
            fixed("[mail]\ntransport = \"smtp\"\nattach_pdf = true\nsmtp_ca_file = \"a.pem\"\n"),
            [MailPart::Transport, MailPart::Attachment, MailPart::Authority]
        );
        let names: BTreeSet<&str> = MailPart::ALL.iter().flat_map(|part| part.keys()).copied().collect();
        let written = serde_json::to_value(MailConfig::default()).unwrap();
        assert_eq!(written.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), names);
    }

    #[test]
    fn a_file_overrides_and_unknown_keys_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[server]\nlisten = \"0.0.0.0:80\"\nsecond_factor_roles = [\"finance\", \"admin\"]\n";
        std::fs::write(folder.path().join("chapelle.toml"), text).unwrap();
        let server = Config::load(folder.path()).unwrap().server;
        assert_eq!(server.listen, "0.0.0.0:80");
        assert_eq!(server.second_factor_roles, [Role::Finance, Role::Admin]);
        std::fs::write(folder.path().join("chapelle.toml"), "[server]\nlisten_on = \"x\"\n").unwrap();
        assert!(Config::load(folder.path()).unwrap_err().to_string().contains("listen_on"));
        std::fs::write(folder.path().join("chapelle.toml"), "[server]\npublic_url = \"ftp://x\"\n").unwrap();
        let error = Config::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("neither http nor https") && error.contains("https://chapelle.example.org"), "{error}");
    }
}
