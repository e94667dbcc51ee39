//! How mails leave: by files or by a relay, with which name and password. What the machine's configuration sets is shown and
//! locked; a password is taken and never shown again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::form::FormData;
use super::tenant::section;
use super::view::{Draw, FormError, FormView, Input, InputKind, Section};
use super::{Conflict, ConflictRow, EditPage, Editor, Sent, Submission, dash, inputs, label_among, shown};
use crate::app::mail_settings::{self, MailFault, MailSettings, MailWish, Unsaved};
use crate::app::way_out::WayOut;
use crate::app::{AppError, read_tenants};
use crate::config::{MailPart, MailTransport, SmtpSecurity};
use crate::domain::told::Tell;
use crate::http::error::Fault;
use crate::http::pages::{Frame, done, page};
use crate::http::state::blocking;

const PATH: &str = "/settings/mail";
const BACK: &str = "/settings";

/// What is shown of each part, and what the machine sets of it.
struct MailForm {
    way_out: WayOut,
    stored: MailSettings,
}

impl MailForm {
    fn is_locked(&self, part: MailPart) -> bool {
        self.way_out.config().fixed.contains(&part)
    }

    /// The settings in force, field by field.
    fn shown(&self) -> FormData {
        let config = self.way_out.in_force(&self.stored);
        let mut data = FormData::default();
        data.set("mail.transport", config.transport.name());
        if config.attach_pdf {
            data.set("mail.attach_pdf", "1");
        }
        data.set("mail.host", config.smtp_host);
        data.set("mail.port", config.smtp_port.to_string());
        data.set("mail.security", config.smtp_security.name());
        data.set("mail.user", config.smtp_user.unwrap_or_default());
        data.set("mail.authority", self.authority());
        data
    }

    /// What was typed, and of what could not be typed what is in force: browsers do not send it.
    fn with_locked(&self, mut data: FormData) -> FormData {
        let shown = self.shown();
        let locked = MailPart::ALL.into_iter().filter(|part| self.is_locked(*part)).flat_map(fields);
        locked.for_each(|field| data.set(field, shown.text(field)));
        data
    }

    /// The certificate, or the file the machine names.
    fn authority(&self) -> String {
        match &self.way_out.config().smtp_ca_file {
            Some(file) => file.display().to_string(),
            // The machine's relay is known by the built-in authorities.
            None if self.is_locked(MailPart::Authority) => String::new(),
            None => self.stored.authority.clone().unwrap_or_default(),
        }
    }

    fn view(&self, draw: &Draw) -> FormView {
        FormView {
            title: draw.t("mail-form-title"),
            notes: vec![draw.t("mail-note")],
            action: PATH.to_owned(),
            back: BACK.to_owned(),
            version: Some(self.stored.version),
            hidden: vec![],
            sections: vec![self.way(draw), self.relay(draw), self.trusted(draw)],
            reason: None,
            save: draw.t("save"),
            shows: vec![],
        }
    }

    /// The fields of a part; those the machine sets are shown and cannot be typed in.
    fn part(&self, part: MailPart, draw: &Draw, fields: Vec<Input>) -> Vec<Input> {
        if !self.is_locked(part) {
            return fields;
        }
        // The authority goes with the machine's relay, where it is not set by itself.
        let goes_with = match part {
            MailPart::Authority if self.way_out.config().smtp_ca_file.is_none() => MailPart::Relay,
            part => part,
        };
        let hint = draw.frame.with("mail-locked", "keys", &names(goes_with));
        let mut fields: Vec<Input> = fields.into_iter().map(Input::locked).collect();
        if let Some(first) = fields.first_mut() {
            first.hint = hint;
        }
        fields
    }

    fn way(&self, draw: &Draw) -> Section {
        let words = MailTransport::ALL.map(MailTransport::name);
        let transport = vec![draw.words("mail.transport", &words, "mail-transport").required()];
        let attachment = vec![draw.flag("mail.attach_pdf")];
        let mut fields = self.part(MailPart::Transport, draw, transport);
        fields.extend(self.part(MailPart::Attachment, draw, attachment));
        section(draw.t("section-mail-way"), fields)
    }

    fn relay(&self, draw: &Draw) -> Section {
        let words = SmtpSecurity::ALL.map(SmtpSecurity::name);
        let fields = vec![
            draw.text("mail.host").required(),
            draw.text("mail.port").required(),
            draw.words("mail.security", &words, "mail-security").required(),
            draw.text("mail.user"),
            self.password(draw),
        ];
        let hint = draw.t("mail-relay-hint");
        Section { hint, ..section(draw.t("section-mail-relay"), self.part(MailPart::Relay, draw, fields)) }
    }

    /// Its field is always empty: what is saved is told to nobody.
    fn password(&self, draw: &Draw) -> Input {
        let config = self.way_out.config();
        let has_one = match self.is_locked(MailPart::Relay) {
            true => config.smtp_password.is_some(),
            false => self.stored.has_password(),
        };
        let hint = draw.t(if has_one { "mail-password-kept" } else { "mail-password-none" });
        Input { hint, value: String::new(), kind: InputKind::Password, ..draw.text("mail.password") }
    }

    fn trusted(&self, draw: &Draw) -> Section {
        let fields = vec![draw.area("mail.authority")];
        section(draw.t("section-mail-authority"), self.part(MailPart::Authority, draw, fields))
    }

    fn answer(
        &self,
        status: StatusCode,
        frame: Frame,
        data: &FormData,
        errors: Vec<FormError>,
        conflict: Option<Conflict>,
    ) -> Result<HttpResponse, Fault> {
        let form = self.view(&Draw::new(&frame, data, &errors));
        let is_changed = status != StatusCode::OK;
        page(status, &EditPage { form, errors, conflict, is_changed, frame })
    }
}

/// The fields of a part but the password's, in which nothing ever stands.
const fn fields(part: MailPart) -> &'static [&'static str] {
    match part {
        MailPart::Transport => &["mail.transport"],
        MailPart::Attachment => &["mail.attach_pdf"],
        MailPart::Relay => &["mail.host", "mail.port", "mail.security", "mail.user"],
        MailPart::Authority => &["mail.authority"],
    }
}

/// Keys as the configuration spells them.
fn names(part: MailPart) -> String {
    part.keys().iter().map(|key| format!("mail.{key}")).collect::<Vec<_>>().join(", ")
}

pub async fn form((shared, _, _, http): Editor) -> Result<HttpResponse, Fault> {
    let (store, way_out) = (shared.store.clone(), shared.way_out());
    let stored = blocking(move || mail_settings::read(&store)).await?;
    let form = MailForm { way_out, stored };
    form.answer(StatusCode::OK, Frame::of(&http), &form.shown(), vec![], None)
}

pub async fn save(editor: Editor, sent: Sent) -> Result<HttpResponse, Fault> {
    let Submission { data, basis, .. } = Submission::of(&editor, sent)?;
    let (shared, _, visitor, http) = editor;
    let frame = Frame::of(&http);
    let (store, way_out) = (shared.store.clone(), shared.way_out());
    let (by, now, typed, known) = (visitor.actor(&http), shared.now(), data.clone(), basis.version);
    let work = move || {
        let before = mail_settings::read(&store)?;
        let wish = wish(&typed, &before);
        let saved = mail_settings::save(&store, way_out.config(), wish, known, &by, now)?;
        Ok::<_, AppError>((before, saved, way_out, read_tenants::zone(&store)?))
    };
    let (stored, outcome, way_out, zone) = blocking(work).await?;
    match outcome {
        Ok(saved) if known == Some(saved.version) => Ok(done(BACK, "unchanged", "")),
        Ok(_) => Ok(done(BACK, "mail-saved", "")),
        Err(Unsaved::Wrong(faults)) => {
            let form = MailForm { way_out, stored };
            let data = form.with_locked(data);
            let view = form.view(&Draw::new(&frame, &data, &[]));
            let errors = faults.iter().map(|fault| error(&frame, &view, fault)).collect();
            form.answer(StatusCode::UNPROCESSABLE_ENTITY, frame, &data, errors, None)
        }
        Err(Unsaved::Stale(theirs)) => {
            let who = theirs.saved.as_ref().map(|(name, at)| {
                frame.texts("edit-stale-who", &[("name", name), ("at", &frame.instant((*at).into(), zone))])
            });
            let form = MailForm { way_out, stored: *theirs };
            let data = form.with_locked(data);
            let conflict = conflict(&frame, &form, &data, who);
            form.answer(StatusCode::CONFLICT, frame, &data, vec![], Some(conflict))
        }
    }
}

/// What was typed; what the form did not send, because it was locked, is as it is stored.
fn wish(data: &FormData, before: &MailSettings) -> MailWish {
    let typed = |name: &str| data.text(name).trim().to_owned();
    let some = |text: String| (!text.is_empty()).then_some(text);
    let (transport, security) = (typed("mail.transport"), typed("mail.security"));
    MailWish {
        transport: MailTransport::ALL.into_iter().find(|known| known.name() == transport).unwrap_or(before.transport),
        attach_pdf: !typed("mail.attach_pdf").is_empty(),
        host: typed("mail.host"),
        // What is no number is no port, which is told.
        port: typed("mail.port").parse().unwrap_or(0),
        security: SmtpSecurity::ALL.into_iter().find(|known| known.name() == security).unwrap_or(before.security),
        user: some(typed("mail.user")),
        password: some(data.text("mail.password").to_owned()),
        authority: some(typed("mail.authority")),
    }
}

fn error(frame: &Frame, view: &FormView, fault: &MailFault) -> FormError {
    let field = format!("mail.{}", fault.key());
    let beside = frame.said(&fault.told());
    let label = inputs(view).find(|placed| placed.input.name == field).map(|placed| placed.input.label.clone());
    let text = frame.texts("wrong-in", &[("field", &label.unwrap_or_default()), ("text", &beside)]);
    FormError { field, text, beside }
}

/// The fields in which what was typed and what is stored now differ; a password has none to compare.
fn conflict(frame: &Frame, form: &MailForm, data: &FormData, who: Option<String>) -> Conflict {
    let (yours, theirs) = (form.view(&Draw::new(frame, data, &[])), form.view(&Draw::new(frame, &form.shown(), &[])));
    let known: Vec<_> = inputs(&yours).collect();
    let pairs = known.iter().zip(inputs(&theirs)).filter(|(mine, _)| !mine.input.is_locked);
    let row = |(mine, other): (&super::Placed, super::Placed)| {
        let (mine_text, other_text) = (shown(frame, mine.input), shown(frame, other.input));
        (mine_text != other_text).then(|| ConflictRow {
            label: label_among(&known, mine),
            seen: String::new(),
            theirs: dash(other_text),
            yours: dash(mine_text),
        })
    };
    let rows: Vec<ConflictRow> = pairs.filter_map(row).collect();
    let key = if rows.is_empty() { "edit-stale-same" } else { "edit-stale-text" };
    Conflict { text: frame.t(key), who, has_seen: false, rows }
}
