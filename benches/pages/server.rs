//! The server alone, in a process of its own: no jobs beside it, so that it does nothing but answer.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use chapelle::app::sign_in::{Device, Stage};
use chapelle::app::users::{self, NewUser};
use chapelle::app::{Store, sign_in};
use chapelle::config::ServerConfig;
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::http::{self, ServerParts};

use super::USERS;
use super::history::History;
use crate::common::centre::{now, sqlite_url};
use crate::common::client::{free_port, wait_until_it_listens};

/// Where the child finds the database, and where it is to listen.
const DIRECTORY: &str = "CHAPELLE_BENCH_SERVE";
const PORT: &str = "CHAPELLE_BENCH_PORT";
const PASSWORD: &str = "un long mot de passe de mesure";

pub fn is_asked_for() -> bool {
    std::env::var_os(DIRECTORY).is_some()
}

/// The child's part: serves until it is killed.
pub fn serve() {
    let directory = std::env::var(DIRECTORY).unwrap();
    let port: u16 = std::env::var(PORT).unwrap().parse().unwrap();
    let config = ServerConfig { listen: format!("127.0.0.1:{port}"), ..ServerConfig::default() };
    let parts = ServerParts::new(store(Path::new(&directory)), &config, || now().to_utc()).unwrap();
    actix_web::rt::System::new().block_on(http::serve(parts, |_| ())).unwrap();
}

fn store(directory: &Path) -> Store {
    Store::open(&sqlite_url(directory), directory).unwrap()
}

/// A running server and its signed-in users; killed when dropped.
pub struct Served {
    child: Child,
    pub port: u16,
    /// One per user.
    pub cookies: Vec<String>,
}

impl Served {
    pub fn start(history: &History) -> Served {
        let cookies = sign_in_all(&store(&history.directory));
        let port = free_port();
        let child = Command::new(std::env::current_exe().unwrap())
            .env(DIRECTORY, &history.directory)
            .env(PORT, port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until_it_listens(port);
        Served { child, port, cookies }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A session of the finance person for each user.
fn sign_in_all(store: &Store) -> Vec<String> {
    let email = "finances@example.org";
    let user = NewUser {
        email: email.to_owned(),
        name: "Finances".to_owned(),
        role: Role::Finance,
        tenant: None,
        password: PASSWORD.to_owned(),
    };
    let now = now().to_utc();
    if sign_in::check(store, email, PASSWORD).unwrap().is_none() {
        users::add(store, &user, &Actor::new("bench", None), now).unwrap();
    }
    let person = sign_in::check(store, email, PASSWORD).unwrap().unwrap();
    let device = Device { agent: "bench".to_owned(), address: "127.0.0.1".to_owned() };
    let begin = || sign_in::begin_session(store, person.id, Stage::Open, None, &device, now).unwrap();
    (0..USERS).map(|_| format!("chapelle={}", begin())).collect()
}
