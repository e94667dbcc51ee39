//! What every request shares.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use actix_web::web;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::auth::token::{Identity, SigningKey, TokenError, TokenKeys};
use super::auth::{Bearer, Bearers, LongLived};
use super::error::Fault;
use super::strict;
use super::throttle::{Attempt, Throttle};
use crate::app::api_tokens::{self, ApiToken};
use crate::app::compare_billing::Comparison;
use crate::app::read_home::RunningMonth;
use crate::app::read_tenants;
use crate::app::receive_readings::Receiver;
use crate::app::sign_in::{self, OpenKey, Person, Stage};
use crate::app::sign_roots::Signing;
use crate::app::way_out::WayOut;
use crate::app::{AppError, Store, UserProblem, second_factor};
use crate::config::{AuditConfig, Config, PublicUrl, ServerConfig};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, sha256_hex};
use crate::domain::billing_run::Problem;
use crate::domain::calendar::{BillingMonth, DEFAULT_ZONE};

/// Reads the clock; handed down from `main`.
pub type Clock = fn() -> DateTime<Utc>;

/// Checks of passwords and codes that run at once. A password takes 19 MiB and a core; and whoever guesses in parallel gains
/// no more guesses than run here.
const SECRET_CHECKS_MAX: usize = 2;
/// How often keys that were rotated elsewhere are looked for, to verify with; what signs is looked up each time.
const KEYS_SECONDS: i64 = 60;

/// How long what a plan found is shown before it is looked for again.
const CHECKED_SECONDS: i64 = 600;

/// What the plan of a month found.
#[derive(Debug, Clone)]
pub struct CheckedMonth {
    pub month: BillingMonth,
    pub at: DateTime<Utc>,
    pub problems: Vec<Problem>,
    /// Months before it with contracts still to bill, and how many; the latest first.
    pub forgotten: Vec<(BillingMonth, usize)>,
    /// What the month after it shows so far; none where it could not be told.
    pub running: Option<RunningMonth>,
    /// The month after it as it would be billed if it ended as it goes.
    pub running_plan: Option<Arc<Comparison>>,
}

impl CheckedMonth {
    /// Whether no part of it failed.
    pub fn is_whole(&self) -> bool {
        self.running.is_some() && self.running_plan.is_some()
    }
}

/// How this installation is set up.
pub struct Environment {
    pub config: Config,
    pub way_out: WayOut,
    pub data_dir: PathBuf,
}

impl Environment {
    pub fn new(config: Config, data_dir: PathBuf) -> Environment {
        Environment { way_out: WayOut::new(&config, &data_dir), config, data_dir }
    }
}

/// The server's parts, one set for all its threads.
pub struct Shared {
    pub store: Store,
    pub receiver: Receiver,
    pub throttle: Throttle,
    /// How this installation is set up, for showing it, and the way its mails leave.
    environment: OnceLock<Environment>,
    bearers: Bearers,
    trusted_proxies: Vec<IpAddr>,
    /// Roles that need a second factor.
    second_factor_roles: Vec<Role>,
    /// How the trail and packs are signed; the usual key of the data directory before it is told.
    signing: OnceLock<Signing>,
    /// What the plan of a month found a short while ago, and whether it is being looked for.
    checked: Mutex<Option<CheckedMonth>>,
    is_checking: AtomicBool,
    has_check_failed: AtomicBool,
    /// The address people use.
    pub public_url: PublicUrl,
    clock: Clock,
    keys: RwLock<(TokenKeys, DateTime<Utc>)>,
    secret_checks: Semaphore,
}

impl Shared {
    pub fn new(store: Store, config: &ServerConfig, clock: Clock) -> Result<Shared, AppError> {
        let now = clock();
        let keys = signing_keys(&store, now)?;
        // Read once, so that the facility's clock is known from the first answer on.
        read_tenants::zone(&store)?;
        Ok(Shared {
            receiver: Receiver::start(&store, now)?,
            store,
            throttle: Throttle::default(),
            environment: OnceLock::new(),
            bearers: Bearers::default(),
            trusted_proxies: config.trusted_proxies.clone(),
            second_factor_roles: config.second_factor_roles.clone(),
            signing: OnceLock::new(),
            checked: Mutex::new(None),
            is_checking: AtomicBool::new(false),
            has_check_failed: AtomicBool::new(false),
            public_url: config.public_url.clone(),
            clock,
            keys: RwLock::new((keys, now)),
            secret_checks: Semaphore::new(SECRET_CHECKS_MAX),
        })
    }

    /// Tells how the installation is set up; the first telling counts.
    pub fn set_environment(&self, environment: Environment) {
        let _ = self.environment.set(environment);
    }

    /// How the installation is set up.
    pub fn environment_or_fault(&self) -> Result<&Environment, Fault> {
        self.environment.get().ok_or_else(|| Fault::internal("the server does not know how it is set up"))
    }

    pub fn trusted_proxies(&self) -> &[IpAddr] {
        &self.trusted_proxies
    }

    pub fn second_factor_roles(&self) -> &[Role] {
        &self.second_factor_roles
    }

    /// The way mails leave; the usual one of the data directory before the installation is told.
    pub fn way_out(&self) -> WayOut {
        let usual = || {
            let server = ServerConfig { public_url: self.public_url.clone(), ..ServerConfig::default() };
            WayOut::new(&Config { server, ..Config::default() }, self.store.data_dir())
        };
        self.environment.get().map_or_else(usual, |environment| environment.way_out.clone())
    }

    /// Tells how the trail and packs are signed; the first telling counts.
    pub fn set_signing(&self, signing: Signing) {
        let _ = self.signing.set(signing);
    }

    /// How the trail and packs are signed.
    pub fn signing(&self) -> Signing {
        let usual = || Signing::new(&AuditConfig::default(), self.store.data_dir());
        self.signing.get().cloned().unwrap_or_else(usual)
    }

    /// What is known of `month`, if it is fresh; parts that failed may be missing from it.
    pub fn checked_month(&self, month: BillingMonth, now: DateTime<Utc>) -> Option<CheckedMonth> {
        let known = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone().filter(|known| known.month == month && now - known.at < Duration::seconds(CHECKED_SECONDS))
    }

    /// True for the one who shall look now; they end it with [`end_check`](Shared::end_check).
    pub fn begin_check(&self) -> bool {
        let is_first = !self.is_checking.swap(true, Ordering::AcqRel);
        if is_first {
            // How the one before ended is of no matter while this goes on.
            self.has_check_failed.store(false, Ordering::Release);
        }
        is_first
    }

    /// None where it failed.
    pub fn end_check(&self, found: Option<CheckedMonth>) {
        self.has_check_failed.store(found.is_none(), Ordering::Release);
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = found;
        self.is_checking.store(false, Ordering::Release);
    }

    /// Whether the last check that ended found nothing out.
    pub fn has_check_failed(&self) -> bool {
        self.has_check_failed.load(Ordering::Acquire)
    }

    /// After a run the plan is another.
    pub fn forget_check(&self) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The zone of the facility's clock, as the book last said: one that is imported while the server runs counts, too.
    pub fn zone(&self) -> Tz {
        self.store.last_read_book().map_or(DEFAULT_ZONE, |book| book.facility.zone)
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
        self.public_url.is_secure()
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

    /// Signs with the key of now: one that another process has retired a moment ago would sign what is not taken. Giving a
    /// password takes far longer than the look.
    pub async fn sign_token(&self, person: &Person) -> Result<String, Fault> {
        let now = self.now();
        // In the second in which a password changed a token is one of the next.
        let at = now.max(person.tokens_valid_from);
        self.reread_keys(now).await?.sign(person.id, at).map_err(Fault::internal)
    }

    /// Whom a program's token speaks for, as they are now: one given for a password, or a long-lived one.
    pub async fn bearer(&self, token: &str) -> Result<Bearer, Fault> {
        if token.starts_with(api_tokens::PREFIX) { self.long_lived(token).await } else { self.short_lived(token).await }
    }

    async fn long_lived(&self, token: &str) -> Result<Bearer, Fault> {
        let (now, key) = (self.now(), sha256_hex(token.as_bytes()));
        if let Some(known) = self.bearers.get(&key, now) {
            return Ok(known);
        }
        let (store, secret) = (self.store.clone(), token.to_owned());
        let found = blocking(move || api_tokens::bearer(&store, &secret, now)).await?;
        let (person, ApiToken { id, token, .. }) =
            found.ok_or(Fault::SignInNeeded("the token is not known here, has expired or was revoked"))?;
        self.must_have_factor(&person).await?;
        let bearer = Bearer { person, token: Some(LongLived { id, name: token.name, scopes: token.scopes }) };
        self.bearers.put(key, bearer.clone(), now);
        Ok(bearer)
    }

    async fn short_lived(&self, token: &str) -> Result<Bearer, Fault> {
        let now = self.now();
        let identity = self.verify_token(token).await?;
        let key = format!("{} {}", identity.user, identity.issued_at.timestamp());
        if let Some(known) = self.bearers.get(&key, now) {
            return Ok(known);
        }
        let store = self.store.clone();
        let person = blocking(move || sign_in::token_holder(&store, identity.user, identity.issued_at)).await?;
        let person = person.ok_or(Fault::SignInNeeded("the token no longer counts: ask for a new one"))?;
        self.must_have_factor(&person).await?;
        let bearer = Bearer { person, token: None };
        self.bearers.put(key, bearer.clone(), now);
        Ok(bearer)
    }

    /// Whose role needs a second factor has one, whatever their token was given for and when.
    async fn must_have_factor(&self, person: &Person) -> Result<(), Fault> {
        if !self.second_factor_roles.contains(&person.role) {
            return Ok(());
        }
        let (store, person, required) = (self.store.clone(), person.clone(), self.second_factor_roles.clone());
        let lacks = blocking(move || sign_in::lacks_factor(&store, &person, &required)).await?;
        if lacks { Err(Fault::FactorLacking) } else { Ok(()) }
    }

    /// After a change to people or their tokens: what they may is looked up anew.
    pub fn forget_bearers(&self) {
        self.bearers.forget();
    }

    async fn verify_token(&self, token: &str) -> Result<Identity, Fault> {
        let now = self.now();
        self.keys(now).await?.verify(token, now).map_err(|error| match error {
            TokenError::Expired => Fault::SignInNeeded("the token has expired: ask for a new one at /api/v1/token"),
            _ => Fault::SignInNeeded("the token is not one of this server's: ask for one at /api/v1/token"),
        })
    }

    /// The person behind an address and a password, and how far that brings them in; none where they do not match.
    /// Guessing gets slower and slower.
    pub async fn check_password(
        &self,
        attempt: Attempt,
        email: String,
        password: String,
    ) -> Result<Option<(Person, Stage)>, Fault> {
        strict::text_without_nul(&email)?;
        let _turn = self.turn_at_guessing(&attempt).await?;
        let (store, required) = (self.store.clone(), self.second_factor_roles.clone());
        let (by, now) = (attempt.actor(), self.now());
        let found = blocking(move || {
            let Some(person) = sign_in::check(&store, &email, &password)? else {
                sign_in::note_attempt(&store, &by, None, now)?;
                return Ok(None);
            };
            let stage = sign_in::stage(&store, &person, &required)?;
            // Whoever has a second factor has come in once it is given.
            if stage != Stage::Code {
                sign_in::note_attempt(&store, &by, Some(&person), now)?;
            }
            Ok(Some((person, stage)))
        })
        .await?;
        match found {
            Some(_) => self.throttle.succeeded(&attempt),
            None => self.throttle.failed(&attempt, self.now()),
        }
        Ok(found)
    }

    /// Whether `code` is right for the person's second factor. Guessing gets slower and slower here too.
    pub async fn check_code(&self, person: &Person, code: String, by: Actor) -> Result<bool, Fault> {
        let attempt = Attempt::at_second_factor(&person.email);
        let _turn = self.turn_at_guessing(&attempt).await?;
        let (store, person, now) = (self.store.clone(), person.clone(), self.now());
        let is_right = blocking(move || second_factor::give(&store, &person, &code, &by, now)).await?;
        if is_right {
            self.throttle.succeeded(&attempt)
        } else {
            self.throttle.failed(&attempt, now)
        }
        Ok(is_right)
    }

    /// Confirms a second factor with its first code; the same counter holds guessing up.
    pub async fn confirm_factor(
        &self,
        person: &Person,
        code: String,
        by: Actor,
    ) -> Result<Result<Vec<String>, UserProblem>, Fault> {
        let attempt = Attempt::at_second_factor(&person.email);
        let _turn = self.turn_at_guessing(&attempt).await?;
        let (store, person, now) = (self.store.clone(), person.clone(), self.now());
        let done = attempted(move || second_factor::confirm(&store, &person, &code, &by, now)).await?;
        match &done {
            Err(UserProblem::CodeWrong) => self.throttle.failed(&attempt, now),
            Err(_) => {}
            Ok(_) => {
                self.throttle.succeeded(&attempt);
                // Their long-lived tokens may have waited for it.
                self.forget_bearers();
            }
        }
        Ok(done)
    }

    /// Work that looks at someone's current password: throttled like signing in, and no more of it at once.
    pub async fn with_password<T: Send + 'static>(
        &self,
        attempt: Attempt,
        work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<Result<T, UserProblem>, Fault> {
        let _turn = self.turn_at_guessing(&attempt).await?;
        let done = attempted(work).await?;
        match &done {
            Err(UserProblem::PasswordWrong) => self.throttle.failed(&attempt, self.now()),
            Err(_) => {}
            Ok(_) => self.throttle.succeeded(&attempt),
        }
        Ok(done)
    }

    /// A turn at looking at a password or a code, to be held until the outcome is counted. The throttle is looked at again
    /// once it is held: others who guess at the same may have failed in between.
    async fn turn_at_guessing(&self, attempt: &Attempt) -> Result<SemaphorePermit<'_>, Fault> {
        self.must_not_wait(attempt)?;
        let turn = self.secret_checks.acquire().await.map_err(Fault::internal)?;
        self.must_not_wait(attempt)?;
        Ok(turn)
    }

    fn must_not_wait(&self, attempt: &Attempt) -> Result<(), Fault> {
        match self.throttle.wait_seconds(attempt, self.now()) {
            Some(seconds) => Err(Fault::TooManyAttempts(seconds)),
            None => Ok(()),
        }
    }
}

fn signing_keys(store: &Store, now: DateTime<Utc>) -> Result<TokenKeys, AppError> {
    let key = |key: OpenKey| SigningKey { kid: key.kid, secret: key.secret, retired_at: key.retired_at };
    Ok(TokenKeys::new(sign_in::token_keys(store, now)?.into_iter().map(key).collect()))
}

/// Runs what waits or computes for long beside the threads that answer requests.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, Fault> {
    web::block(work).await.map_err(Fault::internal)?.map_err(Fault::from)
}

/// The same for work that can find fault with the request itself.
pub async fn worked<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    web::block(work).await.map_err(Fault::internal)?
}

/// The same for wishes about people: what is wrong with one is for the asker to see beside what they typed.
pub async fn attempted<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<Result<T, UserProblem>, Fault> {
    blocking(move || match work() {
        Err(AppError::User(problem)) => Ok(Err(problem)),
        done => done.map(Ok),
    })
    .await
}
