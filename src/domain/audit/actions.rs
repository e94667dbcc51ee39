//! Everything the trail can say was done, by name.
//!
//! A name is never changed or used for something else: events keep it for ever. `docs/audit.md` says what each holds,
//! and pages have words for each; a test sees to both, and that nothing is appended under another name.

/// Events that bind what has no event of its own, by its Merkle root; one a day or more, so that lists of what people did
/// leave them out.
pub const SEALS: [&str; 2] = ["journal.sealed", "readings.sealed"];

/// What events are called, in the order of the alphabet.
pub const ACTIONS: [&str; 98] = [
    "asset.commissioned",
    "asset.created",
    "asset.disposed",
    "asset.donated",
    "asset.edited",
    "asset.file_attached",
    "asset.impaired",
    "asset.impairment_reversed",
    "asset.posted",
    "asset.replaced",
    "asset.revised",
    "asset.subsidised",
    "asset.used",
    "asset.withdrawn",
    "availability.recorded",
    "balances.opened",
    "balances.rebuilt",
    "billing.begun",
    "billing.run",
    "book.imported",
    "contract.created",
    "contract.edited",
    "contract.removed",
    "depreciation.posted",
    "draft.withdrawn",
    "evidence.packed",
    "evidence.requested",
    "gap.estimated",
    "interest.claimed",
    "invitation.accepted",
    "invitation.withdrawn",
    "invoice.archived",
    "invoice.corrected",
    "invoice.credited",
    "invoice.drafted",
    "invoice.issued",
    "journal.sealed",
    "late-readings.settled",
    "mail.edited",
    "mail.tested",
    "management-figure.corrected",
    "management-figures.recorded",
    "manual-line.added",
    "manual-line.removed",
    "meter.reset-declared",
    "notice.failed",
    "notice.requeued",
    "notice.resent",
    "reminder.queued",
    "reminder.withdrawn",
    "notice.sent",
    "password.changed",
    "password.link-sent",
    "password.reset",
    "payback.created",
    "payback.edited",
    "payment.kept",
    "payment.recorded",
    "payment.refunded",
    "payment.repaid",
    "payment.settled",
    "payment.transferred",
    "period.closed",
    "period.locked",
    "period.reopened",
    "readings.accepted",
    "readings.corrected",
    "readings.sealed",
    "readings.uploaded",
    "receipt.dismissed",
    "report.archived",
    "result.allocated",
    "second-factor.added",
    "second-factor.begun",
    "second-factor.codes-renewed",
    "second-factor.removed",
    "second-factor.reset",
    "seller.edited",
    "session.ended",
    "sign-in.accepted",
    "sign-in.refused",
    "statement.read",
    "tariff.created",
    "tariff.edited",
    "tariff.removed",
    "tenant.created",
    "tenant.edited",
    "tenant.removed",
    "token-key.rotated",
    "token.created",
    "token.revoked",
    "user.added",
    "user.disabled",
    "user.enabled",
    "user.invited",
    "user.language-chosen",
    "user.role-changed",
    "year.closed",
];

/// A name events had before another took its place: they keep it, no new one gets it.
pub const FORMER_ACTIONS: [&str; 1] = ["reading.corrected"];

/// Whether `text` is an action, or the beginning of actions up to a dot: `invoice` stands for all that is done to invoices.
pub fn is_action(text: &str) -> bool {
    let begins = |action: &str| action.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    ACTIONS.iter().chain(&FORMER_ACTIONS).any(|action| begins(action))
}

/// What actions begin with, each once, in the order of the alphabet.
pub fn action_subjects() -> Vec<&'static str> {
    let all = ACTIONS.iter().chain(&FORMER_ACTIONS);
    let mut subjects: Vec<&str> = all.filter_map(|action| action.split('.').next()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_known_whole_or_by_its_beginning() {
        for known in ["invoice.issued", "invoice", "sign-in", "reading.corrected"] {
            assert!(is_action(known), "{known}");
        }
        for unknown in ["", "invoic", "invoice.", "invoice.iss", "invoice.issued.", "INVOICE", "%"] {
            assert!(!is_action(unknown), "{unknown}");
        }
        assert!(action_subjects().iter().all(|subject| is_action(subject)));
    }
}
