//! The style sheet, the script and the icon: embedded, named by their content, kept by browsers for ever.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;
use sha2::{Digest, Sha256};

use crate::domain::audit::hex;
use crate::http::error::Fault;

struct Asset {
    path: String,
    media_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, content: &'static str) -> Asset {
        let digest = hex(&Sha256::digest(content));
        let path = format!("/assets/{stem}-{}.{extension}", digest.get(..16).unwrap_or_default());
        Asset { path, media_type, content }
    }
}

static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("chapelle", "css", "text/css; charset=utf-8", include_str!("chapelle.css")));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("chapelle", "js", "text/javascript; charset=utf-8", include_str!("chapelle.js")));
static ICON: LazyLock<Asset> = LazyLock::new(|| Asset::new("mark", "svg", "image/svg+xml", include_str!("mark.svg")));

pub fn stylesheet_path() -> &'static str {
    &STYLESHEET.path
}

pub fn script_path() -> &'static str {
    &SCRIPT.path
}

pub fn icon_path() -> &'static str {
    &ICON.path
}

pub async fn asset(name: Path<String>) -> Result<HttpResponse, Fault> {
    let wanted = format!("/assets/{name}");
    let asset = [&STYLESHEET, &SCRIPT, &ICON].into_iter().find(|asset| asset.path == wanted).ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.content))
}
