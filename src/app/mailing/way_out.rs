//! The way mails leave, as it is set now: what the machine's configuration sets, then what administrators saved, then the
//! defaults.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::mail_settings::{self, MailSettings};
use crate::app::secrets::{Sealed, Secrets};
use crate::app::{AppError, Store, deliver_outbox};
use crate::config::{Config, MailConfig, MailPart, PublicUrl};
use crate::mail::{Authority, MailError, Mailer};

use super::deliver_outbox::Postage;

/// Cheap to clone; all clones share their connections to the relay.
#[derive(Clone)]
pub struct WayOut(Arc<Parts>);

struct Parts {
    config: MailConfig,
    public_url: PublicUrl,
    data_dir: PathBuf,
    /// What was made last, and of which version of the settings.
    made: Mutex<Option<(i64, Mailer)>>,
}

impl WayOut {
    pub fn new(config: &Config, data_dir: &Path) -> WayOut {
        WayOut(Arc::new(Parts {
            config: config.mail.clone(),
            public_url: config.server.public_url.clone(),
            data_dir: data_dir.to_owned(),
            made: Mutex::default(),
        }))
    }

    /// What the machine sets.
    pub fn config(&self) -> &MailConfig {
        &self.0.config
    }

    /// The mailer of the settings as they are stored now; nothing is connected, what is wrong with them is told. Another is
    /// made only where they have changed.
    pub fn mailer(&self, store: &Store) -> Result<Mailer, AppError> {
        let settings = mail_settings::read(store)?;
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, mailer)) = made.as_ref().filter(|(version, _)| *version == settings.version) {
            return Ok(mailer.clone());
        }
        let mailer = self.make(store, &settings)?;
        *made = Some((settings.version, mailer.clone()));
        Ok(mailer)
    }

    fn make(&self, store: &Store, settings: &MailSettings) -> Result<Mailer, AppError> {
        let mut config = self.in_force(settings);
        if !self.0.config.fixed.contains(&MailPart::Relay) {
            config.smtp_password = self.password(store, settings)?;
        }
        let own = (!self.0.config.fixed.contains(&MailPart::Authority)).then(|| settings.authority.clone()).flatten();
        let file = config.smtp_ca_file.clone().map(Authority::File);
        deliver_outbox::made(&config, own.map(Authority::Pem).or(file), &self.0.data_dir)
    }

    /// A password that cannot be opened is told as what is wrong with the settings: giving it again mends it.
    fn password(&self, store: &Store, settings: &MailSettings) -> Result<Option<String>, AppError> {
        let Some(sealed) = &settings.sealed_password else { return Ok(None) };
        let opened = Secrets::of(store)?.unseal(Sealed::MailPassword, sealed);
        let bytes = opened.map_err(|error| MailError::Settings(format!("{error}; or save the password again")))?;
        let password = String::from_utf8(bytes);
        Ok(Some(password.map_err(|_| AppError::Corrupt("the password of the mail relay is no text".to_owned()))?))
    }

    /// What holds now, in the configuration's words: without the password administrators saved, and without their authority,
    /// which is no file.
    pub fn in_force(&self, settings: &MailSettings) -> MailConfig {
        let mut config = self.0.config.clone();
        let is_free = |part| !self.0.config.fixed.contains(&part);
        // Before anybody saved any, the defaults are the configuration's.
        if settings.version == 0 {
            return config;
        }
        if is_free(MailPart::Transport) {
            config.transport = settings.transport;
        }
        if is_free(MailPart::Attachment) {
            config.attach_pdf = settings.attach_pdf;
        }
        if is_free(MailPart::Relay) {
            config.smtp_host.clone_from(&settings.host);
            (config.smtp_port, config.smtp_security) = (settings.port, settings.security);
            config.smtp_user.clone_from(&settings.user);
            config.smtp_password = None;
        }
        config
    }

    /// What notices carry.
    pub fn postage(&self, store: &Store) -> Result<Postage, AppError> {
        let attach_pdf = self.in_force(&mail_settings::read(store)?).attach_pdf;
        Ok(Postage { attach_pdf, public_url: self.0.public_url.clone() })
    }
}
