//! What happens without anyone asking: idempotent ticks that call `app`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::app::deliver_outbox;
use crate::app::sign_roots::{self, Signing};
use crate::app::way_out::WayOut;
use crate::app::{Store, answer_once, archive_invoice, forget_answers, keep_series, sweep_access};
use crate::domain::audit::Actor;

/// How often the outbox is looked at.
const TICK: Duration = Duration::from_secs(20);

/// The jobs' thread; dropping it without [`Jobs::stop`] lets the current tick finish on its own.
#[derive(Debug)]
pub struct Jobs {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// Starts ticking on a thread of its own.
pub fn start(store: Store, way_out: WayOut, signing: Signing, clock: fn() -> DateTime<Utc>) -> Jobs {
    let (stop, stopped) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let mut signed_on = None;
        loop {
            tick(&store, &way_out, clock);
            let today = clock().date_naive();
            if signing.daily && signed_on != Some(today) {
                outlived("signing", || {
                    if sign_daily(&store, &signing, clock()) {
                        signed_on = Some(today);
                    }
                });
            }
            match stopped.recv_timeout(TICK) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => return,
            }
        }
    });
    Jobs { stop, thread }
}

impl Jobs {
    /// Waits for the current tick and ends.
    pub fn stop(self) {
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the jobs' thread had died");
        }
    }
}

/// A panic of one job keeps neither the others nor the next tick from being done.
fn outlived(job: &str, work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!(job, "a job panicked; it is tried again at the next tick");
    }
}

/// A failure is logged and tried again at the next tick: nothing is lost by waiting.
fn tick(store: &Store, way_out: &WayOut, clock: fn() -> DateTime<Utc>) {
    let now = clock();
    outlived("archive", || match archive_invoice::archive_missing(store, now) {
        Ok(report) if report.written > 0 => tracing::info!(written = report.written, "archived invoices"),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "invoices could not be archived"),
    });
    outlived("answers", || match answer_once::forget(store, now) {
        Ok(forgotten) if forgotten > 0 => tracing::info!(forgotten, "forgot old answers"),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "old answers could not be forgotten"),
    });
    outlived("packing", || match keep_series::advance(store, now) {
        Ok(packed) if packed.days > 0 => tracing::info!(days = packed.days, "packed readings"),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "readings could not be packed"),
    });
    outlived("access", || {
        if let Err(error) = sweep_access::sweep(store, now) {
            tracing::error!(%error, "what has expired could not be forgotten");
        }
    });
    outlived("batches", || match forget_answers::forget(store, now) {
        Ok(forgotten) if forgotten > 0 => tracing::info!(forgotten, "forgot answers to batches"),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "answers to batches could not be forgotten"),
    });
    outlived("outbox", || deliver(store, way_out, clock));
}

fn deliver(store: &Store, way_out: &WayOut, clock: fn() -> DateTime<Utc>) {
    // As it is set now: what an administrator saved a moment ago holds for what is due.
    let set = way_out.mailer(store).and_then(|mailer| Ok((mailer, way_out.postage(store)?)));
    match set.and_then(|(mailer, postage)| deliver_outbox::deliver(store, &mailer, &postage, clock)) {
        Ok(report) => {
            if report.sent > 0 {
                tracing::info!(sent = report.sent, "notices sent");
            }
            for notice in &report.postponed {
                tracing::warn!(notice = notice.id, error = notice.error, "a notice will be tried again");
            }
            if report.untried > 0 {
                tracing::warn!(untried = report.untried, "the mail relay cannot be used");
            }
            for notice in &report.failed {
                tracing::error!(notice = notice.id, error = notice.error, "a notice failed for good");
            }
        }
        Err(error) => tracing::error!(%error, "the outbox could not be delivered"),
    }
}

/// Once a day (UTC): seals what was closed, signs the trail and exports the root. True where the day is done.
fn sign_daily(store: &Store, signing: &Signing, now: DateTime<Utc>) -> bool {
    let signed = match sign_roots::is_due(store, now) {
        Ok(true) => sign_roots::sign(store, signing, &Actor::new("job", None), now),
        Ok(false) => return true,
        Err(error) => Err(error),
    };
    let is_done = signed.is_ok();
    match signed.map(|report| report.root) {
        Ok(Some(root)) => {
            tracing::info!(events = root.statement.size, root = root.statement.root, "signed the audit trail")
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the audit trail could not be signed"),
    }
    is_done
}
