//! What a form edits, for who reads it and does not edit it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::form::FormData;
use super::view::{Draw, Input};
use super::{Form, dash, shown};
use crate::http::error::Fault;
use crate::http::pages::{Frame, page};

#[derive(Template)]
#[template(path = "edit_read_only.html")]
struct ReadOnlyPage {
    frame: Frame,
    title: String,
    sections: Vec<Part>,
}

/// Labels with what stands there, below a heading.
struct Part {
    legend: String,
    facts: Vec<(String, String)>,
    /// What repeats, each with a heading of its own.
    rows: Vec<Part>,
}

/// The page that shows what the form over `data` would.
pub fn read(frame: Frame, form: &impl Form, data: &FormData) -> Result<HttpResponse, Fault> {
    let view = form.view(&Draw::new(&frame, data, &[]));
    let facts = |inputs: &[Input]| inputs.iter().map(|one| (one.label.clone(), dash(shown(&frame, one)))).collect();
    let sections = view.sections.iter().map(|section| Part {
        legend: section.legend.clone(),
        facts: facts(&section.inputs),
        rows: section
            .rows
            .iter()
            .flat_map(|rows| &rows.rows)
            .map(|row| Part { legend: row.legend.clone(), facts: facts(&row.inputs), rows: vec![] })
            .collect(),
    });
    let sections = sections.collect();
    page(StatusCode::OK, &ReadOnlyPage { title: view.title, sections, frame })
}
