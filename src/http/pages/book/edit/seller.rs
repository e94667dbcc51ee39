//! The seller: who issues, the texts the law asks for, the series of invoice numbers.

use actix_web::HttpResponse;
use serde_json::Value as Json;

use super::form::FormData;
use super::tenant::{address_inputs, section};
use super::view::{Draw, FormView, Section};
use super::{Editor, Form, Sent, Submission, open_stored, submit};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::error::Fault;

const PATH: &str = "/settings/seller";
/// There is one, without a code.
const SELLER: (EntryKind, &str) = (EntryKind::Seller, "");

struct SellerForm;

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
            ..section(
                draw.t("section-series"),
                vec![draw.text("number_prefix").required(), draw.flag("legal.vat_on_debits")],
            )
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
    open_stored(editor, &SellerForm, SELLER).await
}

pub async fn save(editor: Editor, sent: Sent) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    let (kind, code) = SELLER;
    submit(editor, &SellerForm, (kind, Some(code)), submission).await
}
