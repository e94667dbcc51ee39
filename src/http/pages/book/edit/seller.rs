//! The seller: who issues, the texts the law asks for, the series of invoice numbers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::Value as Json;

use super::form::FormData;
use super::tenant::{address_inputs, section};
use super::view::{Draw, FormError, FormView, Input, Section};
use super::{Editor, Form, Sent, Step, Submission, answer, errors, open_stored, submit};
use crate::app::edit_book::{Refusal, StoredEntry};
use crate::app::preview_seller;
use crate::app::read_settings::{self, SeriesState};
use crate::domain::book::EntryKind;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::party::Language;
use crate::http::error::Fault;
use crate::http::pages::{Frame, framed_pdf};
use crate::http::state::{Shared, blocking};

const PATH: &str = "/settings/seller";
/// There is one, without a code.
const SELLER: (EntryKind, &str) = (EntryKind::Seller, "");

struct SellerForm {
    /// The series whose prefix is kept to the year's end, because documents have numbers of it.
    running: Option<SeriesState>,
}

impl SellerForm {
    async fn of(shared: &Data<Shared>) -> Result<SellerForm, Fault> {
        let (store, now) = (shared.store.clone(), shared.now());
        Ok(SellerForm { running: blocking(move || read_settings::series_in_use(&store, now)).await? })
    }

    /// The prefix, which can be changed only where no document of the year has a number.
    fn prefix(&self, draw: &Draw) -> Input {
        let prefix = draw.text("number_prefix").required();
        let Some((series, year)) = self.running.as_ref().and_then(|series| Some((series, series.year?))) else {
            return prefix;
        };
        let next = InvoiceNumber::new(&series.name, year, series.next)
            .map_or_else(|_| "–".to_owned(), |number| number.to_string());
        let values = [("next", next), ("year", year.to_string()), ("after", (year + 1).to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        Input { hint: draw.frame.texts("series-running", &values), ..prefix.locked() }
    }
}

impl Form for SellerForm {
    fn view(&self, draw: &Draw) -> FormView {
        let identity = vec![
            draw.text("name").required(),
            draw.text("siret").required(),
            draw.text("vat_number").required(),
            draw.email("email").required(),
            draw.text("phone"),
        ];
        let account = vec![draw.text("iban").required(), draw.text("bic").required(), draw.text("account_holder")];
        let texts = |language: &str| {
            let area = |name: &str| draw.area(&format!("legal.{language}.{name}")).required();
            vec![area("recovery_indemnity"), area("late_penalty"), area("discount"), area("footer")]
        };
        let series = Section {
            hint: draw.t("series-hint"),
            ..section(draw.t("section-series"), vec![self.prefix(draw), draw.flag("legal.vat_on_debits")])
        };
        FormView {
            title: draw.t("seller-title"),
            notes: vec![draw.t("seller-note")],
            action: PATH.to_owned(),
            back: "/".to_owned(),
            version: None,
            hidden: vec![],
            sections: vec![
                section(draw.t("section-identity"), identity),
                section(draw.t("section-address"), address_inputs(draw)),
                section(draw.t("section-account"), account),
                series,
                section(draw.t("section-legal-fr"), texts("fr")),
                section(draw.t("section-legal-en"), texts("en")),
            ],
            reason: None,
            save: draw.t("save"),
            shows: vec![("fr", draw.t("seller-preview-fr")), ("en", draw.t("seller-preview-en"))],
        }
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        FormData::of(&stored.document).or("address.country", "FR")
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let document = data.document();
        move |_| document
    }

    fn after(&self, _: &StoredEntry) -> (String, &'static str, String) {
        (PATH.to_owned(), "seller-saved", String::new())
    }
}

pub async fn form(editor: Editor) -> Result<HttpResponse, Fault> {
    let form = SellerForm::of(&editor.0).await?;
    open_stored(editor, &form, SELLER).await
}

pub async fn save(editor: Editor, sent: Sent) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    let form = SellerForm::of(&editor.0).await?;
    let shown = match &submission.step {
        Step::Show(language) if language == Language::English.code() => Some(Language::English),
        Step::Show(_) => Some(Language::French),
        _ => None,
    };
    match shown {
        Some(language) => preview(editor, &form, submission, language).await,
        None => {
            let (kind, code) = SELLER;
            submit(editor, &form, (kind, Some(code)), submission).await
        }
    }
}

/// What was typed on an invoice, as a PDF; nothing is saved.
async fn preview(
    (shared, _, _, http): Editor,
    form: &SellerForm,
    Submission { data, basis, .. }: Submission,
    language: Language,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let (store, document) = (shared.store.clone(), data.document());
    let errors = match blocking(move || preview_seller::pdf(&store, &document, language)).await? {
        Ok(Some(bytes)) => return Ok(framed_pdf(&format!("specimen-{}.pdf", language.code()), bytes)),
        Ok(None) => {
            let text = frame.t("seller-preview-nothing");
            vec![FormError { field: "form".to_owned(), beside: text.clone(), text }]
        }
        Err(Refusal::Mistakes(mistakes)) => errors(&frame, form, &data, &mistakes),
        // Nothing of a seller is billed by itself, and a preview is based on no version.
        Err(Refusal::Billed { .. } | Refusal::Stale(_)) => vec![],
    };
    answer(StatusCode::UNPROCESSABLE_ENTITY, frame, form, &data, errors, basis.version, None, true)
}
