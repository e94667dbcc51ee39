//! How far something is, told to the page's script until it is over.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use serde::Serialize;

use crate::app::AppError;
use crate::http::state::blocking;
use crate::http::stream::stream;

/// How often one looks.
const LOOK: Duration = Duration::from_millis(500);

/// How far it is, with what a person reads of that.
#[derive(Serialize)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub text: String,
}

/// What `look` sees, as server-sent events, until it says that all is over: whoever connects again is told where it is.
pub fn events<F>(look: F) -> HttpResponse
where
    F: Fn() -> Result<(Progress, bool), AppError> + Clone + Send + 'static,
{
    let (sender, body) = stream();
    actix_web::rt::spawn(async move {
        let mut told = String::new();
        loop {
            let Ok((progress, is_over)) = blocking(look.clone()).await else { return };
            let state = serde_json::to_string(&progress).unwrap_or_default();
            let event = format!("event: progress\ndata: {state}\n\n");
            // A comment keeps the connection and shows when the reader is gone.
            let piece = if event == told { ":\n\n".to_owned() } else { event.clone() };
            told = event;
            if sender.send(Bytes::from(piece)).await.is_err() {
                return;
            }
            if is_over {
                // Where nobody listens there is nobody to tell.
                let _ = sender.send(Bytes::from_static(b"event: end\ndata: {}\n\n")).await;
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header(("x-accel-buffering", "no"))
        .body(body)
}
