//! The pages in a real browser: `tests/browser/run.js`, each setting against a server over its own small billed centre.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
mod site;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use actix_web::http::Method;
use chapelle::app::deliver_outbox::{self, Postage};
use chapelle::config::{Config, ServerConfig};
use chapelle::http::auth::Access;
use chapelle::http::routes::routes;
use chapelle::http::{self, Environment, ServerParts};
use chapelle::mail::Mailer;

use crate::common::{Engine, World, free_port};
use crate::site::{PASSWORD, Site, now};

/// What people do in one leaves the others as they were: a language with and without scripts, and the keyboard alone.
const SETTINGS: [&str; 5] = ["fr", "en", "fr-plain", "en-plain", "keyboard"];

fn chromium() -> PathBuf {
    let named = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let found = folders.iter().flat_map(|folder| named.map(|name| folder.join(name))).find(|path| path.is_file());
    found.expect("chromium is not installed: run ./tests/run browser, which installs it")
}

/// The GET routes a browser opens.
fn pages() -> BTreeSet<&'static str> {
    let for_people =
        |access| matches!(access, Access::Page(_) | Access::OpenPage | Access::AnyVisitor | Access::Entering);
    routes().filter(|row| row.method == Method::GET && for_people(row.access)).map(|row| row.path).collect()
}

/// Serves a centre of its own and gives its address.
fn serve() -> (World, String) {
    let Site { world, shared } = Site::new(Engine::Sqlite);
    drop(shared);
    let address = format!("127.0.0.1:{}", free_port());
    let base = format!("http://{address}");
    let config =
        ServerConfig { public_url: base.parse().unwrap(), listen: address, workers: 1, ..ServerConfig::default() };
    let (store, mails) = (world.store(), world.dir.path().join("mail"));
    let postage = Postage { attach_pdf: false, public_url: base.parse().unwrap() };
    let (outbox, folder) = (store.clone(), mails.clone());
    // What the jobs of `serve` do every 20 seconds.
    std::thread::spawn(move || {
        loop {
            if deliver_outbox::deliver(&outbox, &Mailer::Directory(folder.clone()), &postage, now).is_err() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    });
    let data_dir = world.dir.path().to_owned();
    std::thread::spawn(move || {
        let parts = ServerParts::new(store, &config, now).unwrap();
        let config = Config { server: config, ..Config::default() };
        parts.shared().set_environment(Environment::new(config, data_dir));
        actix_web::rt::System::new().block_on(http::serve(parts, |_| ())).unwrap();
    });
    (world, base)
}

#[test]
fn people_get_their_work_done_in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = root.join("tests/browser");
    assert!(scripts.join("node_modules").is_dir(), "run ./tests/run browser, which installs the browser's tests");
    let served = SETTINGS.map(|setting| (setting, serve()));
    let sites: serde_json::Map<_, _> =
        served.iter().map(|(setting, (_, base))| ((*setting).to_owned(), base.as_str().into())).collect();
    let mails: serde_json::Map<_, _> = served
        .iter()
        .map(|(_, (world, base))| (base.clone(), world.dir.path().join("mail").to_string_lossy().into()))
        .collect();
    let status = Command::new("node")
        .arg(scripts.join("run.js"))
        .env("SITES", serde_json::Value::Object(sites).to_string())
        .env("ROUTES", serde_json::json!(pages()).to_string())
        .env("MAILS", serde_json::Value::Object(mails).to_string())
        .env("NOW", now().timestamp().to_string())
        .env("PASSWORD", PASSWORD)
        .env("CHROMIUM", chromium())
        .env("SCREENSHOTS", root.join("target/screenshots"))
        .status()
        .expect("node is not installed: run ./tests/run browser, which installs it");
    assert!(status.success(), "what failed stands above");
}
