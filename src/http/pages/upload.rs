//! A form with a small file: its fields and the file's bytes, once its token is known to be ours.

use actix_multipart::{Field, Multipart, MultipartError};
use futures_util::StreamExt;

use crate::domain::told::Told;
use crate::http::auth::{Visitor, session};
use crate::http::error::Fault;

/// Of all fields beside the file together: what a person types, and what is pasted.
const FIELDS_BYTES_MAX: usize = 1024 * 1024;

/// What a form with a file brought.
#[derive(Debug, Default)]
pub struct Upload {
    fields: Vec<(String, String)>,
    /// What its sender calls it, and what is in it; none where nothing was chosen.
    pub file: Option<(String, Vec<u8>)>,
}

impl Upload {
    /// Reads the form; its token comes first, and a file of more than `file_bytes_max` is refused.
    pub async fn of(visitor: &Visitor, mut body: Multipart, file_bytes_max: usize) -> Result<Upload, Fault> {
        let mut upload = Upload::default();
        let (mut is_ours, mut left) = (false, FIELDS_BYTES_MAX);
        while let Some(field) = body.next().await {
            let mut field = field.map_err(unreadable)?;
            let name = field.name().unwrap_or_default().to_owned();
            if name != "form_token" && !is_ours {
                return Err(Fault::Forged);
            }
            if name == "file" {
                let called = field.content_disposition().and_then(|about| about.get_filename()).map(str::to_owned);
                let bytes = collect(&mut field, file_bytes_max).await?;
                let called = called.unwrap_or_default();
                upload.file = (!called.is_empty() || !bytes.is_empty()).then_some((called, bytes));
                continue;
            }
            let bytes = collect(&mut field, left).await?;
            left -= bytes.len();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            match name.as_str() {
                "form_token" => is_ours = session::same_token(&visitor.form_token, &text),
                _ => upload.fields.push((name, text)),
            }
        }
        if is_ours { Ok(upload) } else { Err(Fault::Forged) }
    }

    /// A field without the space around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }
}

async fn collect(field: &mut Field, bytes_max: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(unreadable)?);
        if bytes.len() > bytes_max {
            return Err(Fault::TooLarge(bytes_max));
        }
    }
    Ok(bytes)
}

fn unreadable(error: MultipartError) -> Fault {
    let told = Told::new("form-ended-early", format!("the form ended early or is no form with a file: {error}"));
    Fault::Refused(Box::new(told))
}
