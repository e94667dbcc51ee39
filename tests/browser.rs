//! The pages in a real browser: `tests/browser/run.js` against a server over a small billed centre.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
mod site;

use std::path::{Path, PathBuf};
use std::process::Command;

use chapelle::config::ServerConfig;
use chapelle::http::{self, ServerParts};

use crate::common::{Engine, free_port};
use crate::site::{PASSWORD, Site, now};

fn chromium() -> PathBuf {
    let named = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let found = folders.iter().flat_map(|folder| named.map(|name| folder.join(name))).find(|path| path.is_file());
    found.expect("chromium is not installed: run ./tests/run browser, which installs it")
}

#[test]
fn people_get_their_work_done_in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = root.join("tests/browser");
    assert!(scripts.join("node_modules").is_dir(), "run ./tests/run browser, which installs the browser's tests");
    let site = Site::new(Engine::Sqlite);
    let contracts = ["aphp", "eau-de-paris", "ville-de-paris"].map(|tenant| site.contract_of(tenant)).join(",");
    let Site { world, shared } = site;
    drop(shared);

    let address = format!("127.0.0.1:{}", free_port());
    let base = format!("http://{address}");
    let config = ServerConfig { public_url: base.clone(), listen: address, workers: 1, ..ServerConfig::default() };
    let store = world.store();
    std::thread::spawn(move || {
        let parts = ServerParts::new(store, &config, now).unwrap();
        actix_web::rt::System::new().block_on(http::serve(parts)).unwrap();
    });
    let status = Command::new("node")
        .arg(scripts.join("run.js"))
        .env("BASE", &base)
        .env("PASSWORD", PASSWORD)
        .env("CONTRACTS", contracts)
        .env("CHROMIUM", chromium())
        .env("SCREENSHOTS", root.join("target/screenshots"))
        .status()
        .expect("node is not installed: run ./tests/run browser, which installs it");
    assert!(status.success(), "what failed stands above");
}
