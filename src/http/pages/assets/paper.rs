//! A paper attached to an asset: its file, what kind it is of, what it proves.

use std::path::PathBuf;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::asset::address_of;
use super::forms::refused;
use super::parts::FieldError;
use super::upload::Upload;
use super::{Frame, done, page};
use crate::app::attach_asset_file::{self, Paper};
use crate::app::read_asset;
use crate::domain::amortisation::PaperKind;
use crate::domain::calendar::day;
use crate::domain::ids::AssetCode;
use crate::http::api::asset_papers::FILE_BYTES_MAX;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperPage {
    frame: Frame,
    title: String,
    back: String,
    size_max: String,
    /// Each kind, its words, and whether it is chosen.
    kinds: Vec<(&'static str, String, bool)>,
    typed: Typed,
    errors: Vec<FieldError>,
}

/// What was typed beside the file, which a browser does not send back.
#[derive(Default)]
struct Typed {
    name: String,
    date: String,
    kind: String,
    proves: String,
}

async fn known(shared: &Data<Shared>, code: &AssetCode) -> Result<(), Fault> {
    let (store, code) = (shared.store.clone(), code.clone());
    match blocking(move || read_asset::exists(&store, &code)).await? {
        true => Ok(()),
        false => Err(Fault::NotFound),
    }
}

pub async fn form(
    shared: Data<Shared>,
    _granted: Granted,
    asset: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let code = AssetCode(asset.into_inner());
    known(&shared, &code).await?;
    show(Frame::of(&http), &code, Typed::default(), vec![])
}

fn show(frame: Frame, code: &AssetCode, typed: Typed, errors: Vec<FieldError>) -> Result<HttpResponse, Fault> {
    let back = address_of(code.as_str());
    let kind = |(name, _): (&'static str, PaperKind)| (name, frame.t(&format!("paper-{name}")), typed.kind == name);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = PaperPage {
        title: frame.with("paper-new", "asset", code.as_str()),
        size_max: frame.whole(i64::try_from(FILE_BYTES_MAX / 1024 / 1024).unwrap_or(0)),
        kinds: PaperKind::ALL.map(kind).into(),
        frame: frame.under(code.to_string(), back.clone()),
        back,
        typed,
        errors,
    };
    page(status, &template)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    asset: Path<String>,
    http: HttpRequest,
    body: Multipart,
) -> Result<HttpResponse, Fault> {
    let code = AssetCode(asset.into_inner());
    let upload = Upload::of(&visitor, body, FILE_BYTES_MAX).await?;
    known(&shared, &code).await?;
    let frame = Frame::of(&http);
    let given = |name: &str| upload.text(name).to_owned();
    let typed = Typed { name: given("name"), date: given("date"), kind: given("kind"), proves: given("proves") };
    let (paper, (file_name, bytes)) = match (read(&frame, &typed), upload.file) {
        (Ok(paper), Some(file)) => (paper, file),
        (read, file) => {
            let mut errors = read.err().unwrap_or_default();
            if file.is_none() {
                errors.push(FieldError { field: "file", text: frame.t("upload-no-file") });
            }
            return show(frame, &code, typed, errors);
        }
    };
    let (store, by, now, of) = (shared.store.clone(), visitor.actor(&http), shared.now(), code.clone());
    let attached = blocking(move || {
        let file = (PathBuf::from(file_name), bytes);
        refused(attach_asset_file::attach(&store, &of, &paper, (&file.0, &file.1), &by, now))
    })
    .await?;
    match attached {
        Ok(file) => {
            shared.forget_check();
            Ok(done(&format!("{}#papers", address_of(code.as_str())), "paper", &file.sha256))
        }
        Err(told) => {
            let field = if matches!(told.key.as_str(), "paper-kept" | "paper-empty") { "file" } else { "name" };
            let errors = vec![FieldError { field, text: frame.said(&told) }];
            show(frame, &code, typed, errors)
        }
    }
}

/// What is said of the paper, or what of it is wrong.
fn read(frame: &Frame, typed: &Typed) -> Result<Paper, Vec<FieldError>> {
    let mut errors = vec![];
    let mut wrong = |field, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    if typed.name.is_empty() {
        wrong("name", "told-paper-unnamed");
    }
    let date = day(&typed.date).ok();
    if date.is_none() {
        wrong("date", "event-day");
    }
    let kind = typed.kind.parse().ok();
    if kind.is_none() {
        wrong("kind", "wrong-word");
    }
    let proves = Some(typed.proves.clone()).filter(|text| !text.is_empty());
    match (date, errors.is_empty()) {
        (Some(date), true) => Ok(Paper { name: typed.name.clone(), date, kind, proves }),
        _ => Err(errors),
    }
}
