//! What every request shares.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use actix_web::web;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use tokio::sync::Semaphore;

use super::auth::token::{Identity, SigningKey, TokenError, TokenKeys};
use super::error::Fault;
use super::throttle::{Attempt, Throttle};
use crate::app::deliver_outbox::Postage;
use crate::app::read_home::RunningMonth;
use crate::app::read_tenants;
use crate::app::receive_readings::Receiver;
use crate::app::sign_in::{self, Person};
use crate::app::{AppError, Store};
use crate::config::ServerConfig;
use crate::domain::billing_run::Problem;
use crate::domain::calendar::BillingMonth;

/// Reads the clock; handed down from `main`.
pub type Clock = fn() -> DateTime<Utc>;

/// Password checks that run at once: each takes 19 MiB and a core.
const PASSWORD_CHECKS_MAX: usize = 2;
/// How often rotated keys are looked for.
const KEYS_SECONDS: i64 = 60;

/// How long what a plan found is shown before it is looked for again.
const CHECKED_SECONDS: i64 = 600;

/// What the plan of a month found.
#[derive(Debug, Clone)]
pub struct CheckedMonth {
    pub month: BillingMonth,
    pub at: DateTime<Utc>,
    pub problems: Vec<Problem>,
    /// What the month after it shows so far; none where it could not be told.
    pub running: Option<RunningMonth>,
}

/// The server's parts, one set for all its threads.
pub struct Shared {
    pub store: Store,
    pub receiver: Receiver,
    pub throttle: Throttle,
    /// What notices carry, for showing them; the public address alone before it is told.
    postage: OnceLock<Postage>,
    /// What the plan of a month found a short while ago, and whether it is being looked for.
    checked: Mutex<Option<CheckedMonth>>,
    is_checking: AtomicBool,
    /// The address people use, without a trailing slash.
    pub public_url: String,
    clock: Clock,
    keys: RwLock<(TokenKeys, DateTime<Utc>)>,
    zone: Tz,
    password_checks: Semaphore,
}

impl Shared {
    pub fn new(store: Store, config: &ServerConfig, clock: Clock) -> Result<Shared, AppError> {
        let now = clock();
        let keys = signing_keys(&store, now)?;
        let zone = read_tenants::zone(&store)?;
        Ok(Shared {
            receiver: Receiver::start(&store, now)?,
            store,
            throttle: Throttle::default(),
            postage: OnceLock::new(),
            checked: Mutex::new(None),
            is_checking: AtomicBool::new(false),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
            clock,
            keys: RwLock::new((keys, now)),
            zone,
            password_checks: Semaphore::new(PASSWORD_CHECKS_MAX),
        })
    }

    /// Tells what notices carry; the first telling counts.
    pub fn set_postage(&self, postage: Postage) {
        let _ = self.postage.set(postage);
    }

    /// What notices carry.
    pub fn postage(&self) -> Postage {
        let usual = || Postage { attach_pdf: true, public_url: self.public_url.clone() };
        self.postage.get().cloned().unwrap_or_else(usual)
    }

    /// What is known of `month`, if it is fresh.
    pub fn checked_month(&self, month: BillingMonth, now: DateTime<Utc>) -> Option<CheckedMonth> {
        let known = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone().filter(|known| known.month == month && now - known.at < Duration::seconds(CHECKED_SECONDS))
    }

    /// True for the one who shall look now; they end it with [`end_check`](Shared::end_check).
    pub fn begin_check(&self) -> bool {
        !self.is_checking.swap(true, Ordering::AcqRel)
    }

    pub fn end_check(&self, found: Option<CheckedMonth>) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = found;
        self.is_checking.store(false, Ordering::Release);
    }

    /// After a run the plan is another.
    pub fn forget_check(&self) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The zone of the facility's clock, as it was when the server began.
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// For work that goes on after the answer.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// True where people reach the server by HTTPS: cookies are then sent by no other way.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The keys as of the last look, no older than [`KEYS_SECONDS`].
    async fn keys(&self, now: DateTime<Utc>) -> Result<TokenKeys, Fault> {
        let (keys, read_at) = self.remembered_keys();
        if now - read_at < Duration::seconds(KEYS_SECONDS) { Ok(keys) } else { self.reread_keys(now).await }
    }

    fn remembered_keys(&self) -> (TokenKeys, DateTime<Utc>) {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn reread_keys(&self, now: DateTime<Utc>) -> Result<TokenKeys, Fault> {
        let store = self.store.clone();
        let keys = blocking(move || signing_keys(&store, now)).await?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = (keys.clone(), now);
        Ok(keys)
    }

    pub async fn sign_token(&self, identity: &Identity) -> Result<String, Fault> {
        let now = self.now();
        self.keys(now).await?.sign(identity, now).map_err(Fault::internal)
    }

    /// Whom a token speaks for.
    pub async fn verify_token(&self, token: &str) -> Result<Identity, Fault> {
        let now = self.now();
        self.keys(now).await?.verify(token, now).map_err(|error| match error {
            TokenError::Expired => Fault::SignInNeeded("the token has expired: ask for a new one at /api/v1/token"),
            _ => Fault::SignInNeeded("the token is not one of this server's: ask for one at /api/v1/token"),
        })
    }

    /// The person behind an address and a password; none where they do not match. Guessing gets slower and slower.
    pub async fn check_password(
        &self,
        attempt: Attempt,
        email: String,
        password: String,
    ) -> Result<Option<Person>, Fault> {
        if let Some(seconds) = self.throttle.wait_seconds(&attempt, self.now()) {
            return Err(Fault::TooManyAttempts(seconds));
        }
        let _turn = self.password_checks.acquire().await.map_err(Fault::internal)?;
        let store = self.store.clone();
        let (by, now) = (attempt.actor(), self.now());
        let person = blocking(move || {
            let person = sign_in::check(&store, &email, &password)?;
            sign_in::note_attempt(&store, &by, person.as_ref(), now)?;
            Ok(person)
        })
        .await?;
        match person {
            Some(_) => self.throttle.succeeded(&attempt),
            None => self.throttle.failed(attempt, self.now()),
        }
        Ok(person)
    }
}

fn signing_keys(store: &Store, now: DateTime<Utc>) -> Result<TokenKeys, AppError> {
    let key = |key: crate::storage::users::TokenKey| SigningKey {
        kid: key.kid,
        secret: key.secret.into_bytes(),
        retired_at: key.retired_at,
    };
    Ok(TokenKeys::new(sign_in::token_keys(store, now)?.into_iter().map(key).collect()))
}

/// Runs what waits or computes for long beside the threads that answer requests.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, Fault> {
    web::block(work).await.map_err(Fault::internal)?.map_err(Fault::from)
}
