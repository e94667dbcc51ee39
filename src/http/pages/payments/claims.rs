//! Claims of late interest as rows: what was paid late, for how long, at which rate, and what that comes to.

use super::Frame;
use crate::domain::receivables::{Claim, PostedClaim};
use crate::domain::typography;

/// A claim as a row of `claims.html`.
pub struct ClaimRow {
    pub document: String,
    /// The payment that came late.
    pub payment: String,
    pub formula: String,
    pub interest: String,
    pub indemnity: String,
    pub total: String,
}

pub fn claim_row(frame: &Frame, claim: &Claim) -> ClaimRow {
    let late = &claim.interest;
    ClaimRow {
        document: claim.document.clone(),
        payment: claim.payment.clone(),
        formula: frame.texts(
            "claim-formula",
            &[
                ("day", &frame.date(&claim.received_on)),
                ("amount", &frame.amount(&claim.amount)),
                ("days", &frame.whole(late.days)),
                ("rate", &typography::percent(late.rate_percent, frame.language)),
                ("interest", &frame.amount(&late.interest)),
            ],
        ),
        interest: frame.bare(&late.interest),
        indemnity: frame.bare(&late.indemnity),
        total: frame.bare(&late.total),
    }
}

/// One that is posted; its amount alone where it can no longer be told what it is made of.
pub fn posted_row(frame: &Frame, posted: &PostedClaim) -> ClaimRow {
    match &posted.how {
        Some(claim) => claim_row(frame, claim),
        None => ClaimRow {
            document: posted.document.clone(),
            payment: "–".to_owned(),
            formula: frame.t("claim-how-gone"),
            interest: "–".to_owned(),
            indemnity: "–".to_owned(),
            total: frame.bare(&posted.amount),
        },
    }
}
