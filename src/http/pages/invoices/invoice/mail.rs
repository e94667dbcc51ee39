//! The mail about an invoice: what it says, to whom it went, and sending it again.

use std::collections::BTreeSet;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::parts::{Badge, Tone};
use super::super::{Frame, done, page};
use super::{title, zone_of};
use crate::app::notices::{self, Notice, NoticeStatus, Preview};
use crate::app::remind::REMINDER_MAIL;
use crate::domain::access::{Action, Decision, policy};
use crate::domain::calendar::Timestamp;
use crate::http::api::invoices::find;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::mail::FailureKind;

/// A notice as a row.
pub struct NoticeView {
    pub recipient: String,
    pub is_reminder: bool,
    pub state: Badge,
    pub at: String,
    pub attempts: String,
    /// What went wrong, in the reader's language, and the words it was told with.
    pub error: Option<(String, String)>,
    /// When it is tried again, where it was tried in vain.
    pub next: Option<String>,
}

#[derive(Template)]
#[template(path = "invoice_mail.html")]
struct MailPage {
    frame: Frame,
    number: String,
    preview: Preview,
    notices: Vec<NoticeView>,
    may_send: bool,
}

#[derive(Deserialize)]
pub struct ResendForm {
    form_token: String,
}

/// What a relay's words mean to a person; the words themselves follow.
pub fn failure(frame: &Frame, words: &str) -> String {
    frame.t(&format!("mail-failure-{}", FailureKind::of(words).name()))
}

pub fn view(frame: &Frame, zone: Tz, notice: &Notice) -> NoticeView {
    let (tone, key) = match notice.status {
        NoticeStatus::Pending if notices::is_postponed(notice) => (Tone::Warn, "notice-postponed"),
        NoticeStatus::Pending => (Tone::Info, "notice-pending"),
        NoticeStatus::Sent => (Tone::Ok, "notice-sent"),
        NoticeStatus::Failed => (Tone::Error, "notice-failed"),
    };
    let at = notice.sent_at.unwrap_or(notice.created_at);
    NoticeView {
        recipient: notice.message.recipient.clone(),
        is_reminder: notice.message.kind == REMINDER_MAIL,
        state: Badge { tone, text: frame.t(key) },
        at: frame.instant(Timestamp::from(at), zone),
        attempts: frame.whole(notice.attempts),
        error: notice.last_error.as_ref().map(|words| (failure(frame, words), frame.with("quoted", "text", words))),
        next: notices::is_postponed(notice)
            .then(|| frame.with("notice-next", "at", &frame.instant(Timestamp::from(notice.next_attempt_at), zone))),
    }
}

pub async fn show(
    shared: Data<Shared>,
    granted: Granted,
    number: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let may_send = policy(granted.role, Action::SendNotices) != Decision::Deny;
    let invoice = find(&shared, granted.clone(), number.into_inner()).await?;
    let (store, way_out, wanted) = (shared.store.clone(), shared.way_out(), invoice.number.clone());
    let (preview, notices) = blocking(move || {
        let preview = notices::preview(&store, &granted.scope, wanted.as_str(), &way_out.postage(&store)?)?;
        Ok((preview, notices::of(&store, &granted.scope, wanted.as_str())?.unwrap_or_default()))
    })
    .await?;
    let frame = Frame::of(&http);
    let address = format!("/invoices/{}", invoice.number);
    let zone = zone_of(&invoice);
    let template = MailPage {
        number: invoice.number.to_string(),
        preview: preview.ok_or(Fault::NotFound)?,
        notices: notices.iter().map(|notice| view(&frame, zone, notice)).collect(),
        may_send,
        frame: {
            let above = title(&frame, &invoice);
            frame.under(above, address)
        },
    };
    page(StatusCode::OK, &template)
}

/// The mail's HTML for the frame that shows it. Its own inline styles are allowed by their hashes, nothing else is.
pub async fn body(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, way_out) = (shared.store.clone(), shared.way_out());
    let read = move || notices::preview(&store, &granted.scope, &number, &way_out.postage(&store)?);
    let preview = blocking(read).await?;
    let html = preview.ok_or(Fault::NotFound)?.html;
    let hashes: BTreeSet<String> =
        styles(&html).map(|style| format!("'sha256-{}'", base64(&Sha256::digest(style)))).collect();
    let hashes: Vec<String> = hashes.into_iter().collect();
    let policy =
        format!("default-src 'none'; style-src 'unsafe-hashes' {}; frame-ancestors 'self'; sandbox", hashes.join(" "));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .body(html))
}

/// The values of its style attributes.
fn styles(html: &str) -> impl Iterator<Item = &str> {
    html.split(" style=\"").skip(1).filter_map(|rest| rest.split('"').next())
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().chain(std::iter::repeat(&0)).take(3).fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        for position in 0..4 {
            let index = usize::try_from(group >> (18 - 6 * position) & 63).unwrap_or(0);
            let letter = LETTERS.get(index).copied().unwrap_or(b'=');
            text.push(if position <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

pub async fn resend(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    number: Path<String>,
    http: HttpRequest,
    form: Form<ResendForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let wanted = number.clone();
    let sent = blocking(move || notices::resend(&store, &granted.scope, &wanted, &by, now)).await?;
    let sent = sent.ok_or(Fault::NotFound)?;
    let what = if sent == 0 { "notices-waiting" } else { "notices-queued" };
    Ok(done(&format!("/invoices/{number}/mail"), what, &sent.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_as_browsers_compute_them() {
        for (plain, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        let html = "<p style=\"color:red\">a</p><td style=\"font:'x'\">";
        assert_eq!(styles(html).collect::<Vec<_>>(), ["color:red", "font:'x'"]);
    }
}
