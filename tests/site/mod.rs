//! A server over a small billed centre, called without a socket: what the tests of API and pages share.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::cell::Cell;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use actix_web::HttpMessage;
use actix_web::body::{BodyStream, to_bytes};
use actix_web::dev::{Payload, Service};
use actix_web::http::{StatusCode, header};
use actix_web::test;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use chapelle::app::Store;
use chapelle::app::deliver_outbox::{self, Postage};
use chapelle::app::import_book;
use chapelle::app::ingest_readings::{Intake, ReadingInput};
use chapelle::app::run_billing::{self, RunRequest};
use chapelle::app::upload_readings;
use chapelle::app::users::{self, NewUser};
use chapelle::config::{Config, MailConfig, MailTransport, ServerConfig, SmtpSecurity};
use chapelle::domain::access::Role;
use chapelle::domain::audit::Actor;
use chapelle::domain::book::Book;
use chapelle::domain::calendar::{BillingMonth, Period};
use chapelle::domain::metering::Quality;
use chapelle::http::{Environment, ServerParts, Shared};
use chapelle::mail::Mailer;
use chrono::{DateTime, Duration, Utc};

use crate::common::{Engine, NOW, World, readings_csv};

mod described;

use described::{Description, Sent};

pub const PASSWORD: &str = "quatre mots sans lien";
/// The public address of the tested server: with TLS, so that the cookies are the strict ones.
pub const ORIGIN: &str = "https://dc.example.org";
/// Invoices of September 2026 are issued, drafts of October are there.
pub const ISSUED_MONTH: &str = "2026-09";

thread_local! {
    static LATER: Cell<i64> = const { Cell::new(0) };
}

/// The server's clock.
pub fn now() -> DateTime<Utc> {
    NOW.parse::<DateTime<Utc>>().unwrap() + Duration::seconds(LATER.get())
}

/// Lets time pass for the server.
pub fn pass(seconds: i64) {
    LATER.set(LATER.get() + seconds);
}

pub struct Site {
    pub world: World,
    pub shared: Data<Shared>,
}

/// A billed centre on SQLite, made once and copied for each test that wants it as it is.
static READY: OnceLock<World> = OnceLock::new();

impl Site {
    /// The small book, hourly readings of September and October, September issued and October drafted, one person per
    /// role: `finance@example.org`; the tenant's is of AP-HP.
    pub fn new(engine: Engine) -> Site {
        if engine != Engine::Sqlite {
            return Site::with_book(engine, |book| book);
        }
        // The use cases block, which the test's own thread must not.
        let world = thread::spawn(|| {
            let ready = READY.get_or_init(|| billed(Engine::Sqlite, |book| book));
            let world = World::new(Engine::Sqlite);
            copy(ready.dir.path(), world.dir.path());
            world
        });
        Site::over(world.join().unwrap())
    }

    /// The same with the book's text changed.
    pub fn with_book(engine: Engine, change: fn(String) -> String) -> Site {
        Site::over(thread::spawn(move || billed(engine, change)).join().unwrap())
    }

    fn over(world: World) -> Site {
        LATER.set(0);
        let config = ServerConfig { public_url: ORIGIN.parse().unwrap(), ..ServerConfig::default() };
        Site::served(world, config)
    }

    /// The same centre where these roles need a second factor.
    pub fn with_second_factor_for(roles: &[Role]) -> Site {
        Site::new(Engine::Sqlite).started_again_with_second_factor_for(roles)
    }

    /// This centre after its server was stopped and started again with these roles needing a second factor.
    pub fn started_again_with_second_factor_for(self, roles: &[Role]) -> Site {
        let second_factor_roles = roles.to_vec();
        let config =
            ServerConfig { public_url: ORIGIN.parse().unwrap(), second_factor_roles, ..ServerConfig::default() };
        Site::served(self.world, config)
    }

    /// This centre after its server was stopped and started again on a machine that sets this of the mail.
    pub fn started_again_with_mail(self, mail: MailConfig) -> Site {
        let server = ServerConfig { public_url: ORIGIN.parse().unwrap(), ..ServerConfig::default() };
        Site::configured(self.world, Config { server, mail, ..Config::default() })
    }

    fn served(world: World, server: ServerConfig) -> Site {
        Site::configured(world, Config { server, ..Config::default() })
    }

    fn configured(world: World, config: Config) -> Site {
        let shared = ServerParts::new(world.store(), &config.server, now).unwrap().shared();
        let data_dir = world.dir.path().to_owned();
        shared.set_environment(Environment::new(config, data_dir));
        Site { world, shared }
    }

    /// Sends what waits in the outbox and gives the mails, readable.
    pub fn mails(&self) -> Vec<String> {
        let (store, at) = (self.shared.store.clone(), now());
        let work = move || {
            let sent = Arc::new(Mutex::new(vec![]));
            let postage = Postage { attach_pdf: false, public_url: ORIGIN.parse().unwrap() };
            deliver_outbox::deliver(&store, &Mailer::Memory(Arc::clone(&sent)), &postage, || at).unwrap();
            let sent = sent.lock().unwrap();
            sent.iter().map(|mail| readable(mail)).collect()
        };
        thread::spawn(work).join().unwrap()
    }

    /// Tries to send what waits in the outbox by a relay that takes no connection.
    pub fn send_in_vain(&self) {
        let (store, at, folder) = (self.shared.store.clone(), now(), self.world.dir.path().to_owned());
        let work = move || {
            let relay = MailConfig {
                transport: MailTransport::Smtp,
                smtp_host: "127.0.0.1".into(),
                smtp_port: 1,
                smtp_security: SmtpSecurity::None,
                ..MailConfig::default()
            };
            let mailer = deliver_outbox::mailer(&relay, &folder).unwrap();
            let postage = Postage { attach_pdf: false, public_url: ORIGIN.parse().unwrap() };
            // A relay that is not there ends each pass; the next goes on with what is still due.
            loop {
                let report = deliver_outbox::deliver(&store, &mailer, &postage, || at).unwrap();
                assert!(report.sent == 0 && report.failed.is_empty() && !report.postponed.is_empty(), "{report:?}");
                if report.untried == 0 {
                    return;
                }
            }
        };
        thread::spawn(work).join().unwrap();
    }

    /// Takes a file of readings in as the browser's are, to its end; its number.
    pub fn upload(&self, name: &'static str, text: &'static str) -> i64 {
        let store = self.shared.store.clone();
        let work = move || {
            let by = Actor::new(&email(Role::Operator), None);
            let path = upload_readings::spool(&store).unwrap();
            std::fs::write(&path, text).unwrap();
            let id = upload_readings::begin(&store, name, &path, &by, now()).unwrap();
            upload_readings::run(&store, id, &path, &by, now).unwrap();
            id
        };
        thread::spawn(work).join().unwrap()
    }

    /// The path below `start` (`/invitation/`) in the last mail that has one.
    pub fn link(&self, start: &str) -> String {
        let mails = self.mails();
        let link = |mail: &String| {
            let path = &mail[mail.find(&format!("{ORIGIN}{start}"))? + ORIGIN.len()..];
            Some(path.split_whitespace().next().unwrap().to_owned())
        };
        mails.iter().rev().find_map(link).unwrap_or_else(|| panic!("no mail leads to {start}: {mails:?}"))
    }

    /// The contract of a tenant's issued invoice.
    pub fn contract_of(&self, tenant: &str) -> String {
        use chapelle::app::list_invoices::{self, InvoiceFilter};
        use chapelle::domain::access::TenantScope;
        let found =
            list_invoices::all(&self.shared.store, &TenantScope::Only(tenant.into()), &InvoiceFilter::default());
        found.unwrap()[0].contract.to_string()
    }

    /// The number of the issued invoice of a tenant.
    pub fn number_of(&self, tenant: &str) -> String {
        use chapelle::app::read_invoices::{self, InvoiceFilter, Order, Reader};
        use chapelle::domain::access::TenantScope;
        let reader = Reader { role: Role::Admin, scope: TenantScope::Only(tenant.into()) };
        let filter = InvoiceFilter { month: ISSUED_MONTH.parse().ok(), ..InvoiceFilter::default() };
        let found = read_invoices::list(&self.shared.store, &reader, filter, Order::default(), 1).unwrap();
        found.invoices[0].number.as_ref().unwrap().to_string()
    }
}

/// A mail with its quoted-printable parts decoded.
fn readable(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail).replace("=\r\n", "");
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'=').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn billed(engine: Engine, change: fn(String) -> String) -> World {
    let world = World::new(engine);
    let store = world.store();
    let text = std::fs::read_to_string(crate::common::small_book_path()).unwrap();
    let book = import_book::read(change(text).as_bytes(), "small-book.toml").unwrap();
    import_book::import(&store, &book, &Actor::new("test", None), now()).unwrap();
    take_readings_in(&store, &book);
    for (month, issue) in [(ISSUED_MONTH, true), ("2026-10", false)] {
        let request = RunRequest { month: month.parse().unwrap(), issue, by: Actor::new("test", None), now: now() };
        run_billing::run(&store, &request, &mut |_, _| ()).unwrap();
    }
    for role in Role::ALL {
        let tenant = (role == Role::Tenant).then(|| "aphp".into());
        let name = format!("Poste {}", role.name());
        let user = NewUser { email: email(role), name, role, tenant, password: PASSWORD.into() };
        users::add(&store, &user, &Actor::new("test", None), now()).unwrap();
    }
    world
}

fn take_readings_in(store: &Store, book: &Book) {
    let period = |text: &str| text.parse::<BillingMonth>().unwrap().period(book.facility.zone);
    let (csv, _) = readings_csv(book, Period { from: period("2026-09").from, to: period("2026-10").to }, 3_600);
    let mut intake = Intake::open(store, "test").unwrap();
    for (place, line) in (0..).zip(csv.lines().skip(1)) {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap();
        let input = ReadingInput {
            meter: next(),
            at: next().parse().unwrap(),
            value: next().parse().unwrap(),
            unit: None,
            quality: Quality::Measured,
            correction: None,
        };
        intake.push(place, &input, now()).unwrap();
    }
    let report = intake.finish(now()).unwrap();
    assert_eq!(report.refusals.count(), 0, "{:?}", report.refusals.first().next());
}

pub fn email(role: Role) -> String {
    format!("{}@example.org", role.name())
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The session cookie it sets, as `name=value`.
    pub fn session(&self) -> String {
        let cookies = self.headers.get_all(header::SET_COOKIE).map(|value| value.to_str().unwrap());
        let cookie =
            cookies.into_iter().find(|cookie| cookie.starts_with("__Host-chapelle=")).expect("a session cookie");
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// What kind of thing a body is; nothing that can be read where it is compressed.
fn media_type(headers: &header::HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).filter(|_| !headers.contains_key(header::CONTENT_ENCODING));
    kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default()
}

type Answering = Pin<Box<dyn Future<Output = Answer>>>;

/// The whole application, called without a socket; what the API answers is held against its description.
pub struct Server(Box<dyn Fn(TestRequest) -> Answering>);

impl Server {
    pub async fn start(site: &Site) -> Server {
        let service = Rc::new(test::init_service(chapelle::http::app(site.shared.clone())).await);
        let document = test::call_and_read_body(&*service, TestRequest::get().uri("/openapi.json").to_request()).await;
        let description = Rc::new(Description(serde_json::from_slice(&document).unwrap()));
        Server(Box::new(move |request| {
            let (service, description) = (Rc::clone(&service), Rc::clone(&description));
            Box::pin(async move {
                let mut request = request.peer_addr("10.0.0.7:4711".parse().unwrap()).to_request();
                let asked = to_bytes(BodyStream::new(request.take_payload())).await.ok().unwrap();
                *request.payload() = Payload::from(asked.clone());
                let (method, path) = (request.method().clone(), request.path().to_owned());
                let asked = (media_type(request.headers()), asked);
                let (status, headers, body) = match service.call(request).await {
                    Ok(response) => {
                        let response = response.into_parts().1;
                        (
                            response.status(),
                            response.headers().clone(),
                            to_bytes(response.into_body()).await.ok().unwrap(),
                        )
                    }
                    Err(error) => {
                        let response = error.error_response();
                        (response.status(), response.headers().clone(), to_bytes(response.into_body()).await.unwrap())
                    }
                };
                let asked = Sent { media_type: &asked.0, body: &asked.1 };
                let answered = Sent { media_type: &media_type(&headers), body: &body };
                description.hold((&method, &path), &asked, (status.as_u16(), &answered));
                Answer { status, headers, body: body.to_vec() }
            })
        }))
    }

    pub async fn call(&self, request: TestRequest) -> Answer {
        (self.0)(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(TestRequest::get().uri(path)).await
    }

    /// A token for the role's person.
    pub async fn token(&self, role: Role) -> String {
        let body = serde_json::json!({ "email": email(role), "password": PASSWORD });
        let answer = self.call(TestRequest::post().uri("/api/v1/token").set_json(body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn get_with(&self, path: &str, token: &str) -> Answer {
        self.call(TestRequest::get().uri(path).insert_header(("authorization", format!("Bearer {token}")))).await
    }

    /// Signs the role's person in and gives the cookie.
    pub async fn sign_in(&self, role: Role) -> String {
        let form = [("email", email(role)), ("password", PASSWORD.to_owned())];
        let answer = self.call(TestRequest::post().uri("/sign-in").set_form(form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.session()
    }

    /// Sends a form as the holder of `cookie`, from one of their own pages.
    pub async fn send(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let secret = cookie.split_once('=').unwrap().1;
        let token = chapelle::http::auth::session::form_token(secret);
        let mut form: Vec<(&str, &str)> = fields.to_vec();
        form.push(("form_token", &token));
        self.call(TestRequest::post().uri(path).insert_header(("cookie", cookie)).set_form(form)).await
    }

    /// Asks the API with a token, and a body where there is one.
    pub async fn api(&self, method: &str, path: &str, token: &str, body: Option<serde_json::Value>) -> Answer {
        let method = method.parse::<actix_web::http::Method>().unwrap();
        let request = TestRequest::default().method(method).uri(path);
        let request = request.insert_header(("authorization", format!("Bearer {token}")));
        self.call(match body {
            Some(body) => request.set_json(body),
            None => request,
        })
        .await
    }

    /// A page as the holder of `cookie` sees it.
    pub async fn page(&self, path: &str, cookie: &str) -> Answer {
        self.call(TestRequest::get().uri(path).insert_header(("cookie", cookie))).await
    }
}
