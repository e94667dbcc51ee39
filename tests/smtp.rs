//! Notices through a real SMTP server: STARTTLS with an authority of the site's own, authentication, and failures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chapelle::app::mail_settings::{self, MailWish};
use chapelle::app::sign_in;
use chapelle::app::test_mail;
use chapelle::app::way_out::WayOut;
use chapelle::config::{Config, MailConfig, MailPart, MailTransport, SmtpSecurity};
use chapelle::domain::audit::Actor;
use chapelle::domain::calendar::{BillingMonth, Period};
use chapelle::domain::party::Language;
use chapelle::mail::MailError;
use chrono::DateTime;
use common::{Engine, World, free_port, readings_csv, small_book, small_book_path};
use serde_json::Value;

/// The server; it ends when its standard input closes, at the latest with this value.
struct Relay(Child);

impl Relay {
    fn start(world: &World, port: u16) -> Relay {
        let python = std::env::var("CHAPELLE_VALIDATORS_PYTHON")
            .expect("CHAPELLE_VALIDATORS_PYTHON is not set: run ./tests/run, which makes the environment");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/smtp.py");
        let inbox = world.dir.path().join("inbox");
        std::fs::create_dir_all(&inbox).unwrap();
        let mut child = Command::new(python)
            .arg(script)
            .arg(port.to_string())
            .arg(&inbox)
            .args([world.dir.path().join("relay.pem"), world.dir.path().join("relay.key")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready");
        Relay(child)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// An authority and a certificate for `localhost` that it signed.
fn make_certificates(world: &World) {
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=Authority 2>/dev/null \
        && openssl req -newkey rsa:2048 -nodes -keyout relay.key -out relay.csr -subj /CN=localhost 2>/dev/null \
        && printf 'subjectAltName=DNS:localhost\\nbasicConstraints=CA:FALSE\\n' > relay.ext \
        && openssl x509 -req -in relay.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out relay.pem -days 3650 -extfile relay.ext 2>/dev/null";
    let made = Command::new("sh").args(["-c", script]).current_dir(world.dir.path()).status().unwrap();
    assert!(made.success(), "openssl must be there");
}

/// A world with September issued, from a book with this text.
fn billed(world: &World, text: &str) {
    let book = small_book();
    let month = "2026-09".parse::<BillingMonth>().unwrap().period(book.facility.zone);
    let file = world.file("book.toml", text);
    world.ok(&["import", file.to_str().unwrap()]);
    let (csv, _) = readings_csv(&book, Period { from: month.from, to: month.to }, 3_600);
    let file = world.file("readings.csv", &csv);
    world.ok(&["readings", "import", file.to_str().unwrap()]);
    world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
}

fn book_text() -> String {
    std::fs::read_to_string(small_book_path()).unwrap()
}

fn configure(world: &World, port: u16) {
    let authority = world.dir.path().join("ca.pem");
    let config = format!(
        "[mail]\ntransport = \"smtp\"\nsmtp_host = \"localhost\"\nsmtp_port = {port}\nsmtp_user = \"chapelle\"\nsmtp_password = \"relay secret\"\nsmtp_ca_file = \"{}\"\n",
        authority.display()
    );
    world.file("chapelle.toml", &config);
}

fn deliver(world: &World) -> (Option<i32>, Value) {
    let output = world.run(&["--json", "outbox", "deliver"]);
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn notices_reach_a_real_relay_and_failures_wait() {
    let world = World::new(Engine::Sqlite);
    make_certificates(&world);
    billed(&world, &book_text());
    let port = free_port();
    configure(&world, port);

    let (code, silent) = deliver(&world);
    assert_eq!((code, silent["sent"].as_u64()), (Some(3), Some(0)), "nobody listens: {silent}");
    assert_eq!(silent["is_stuck"], true, "{silent}");
    // The relay is not there for the others either: they stay due, untried.
    assert_eq!((silent["postponed"].as_array().unwrap().len(), silent["untried"].as_u64()), (1, Some(2)), "{silent}");
    for _ in 0..2 {
        let told = world.run(&["outbox", "deliver"]);
        let said = String::from_utf8_lossy(&told.stdout);
        assert!(told.status.code() == Some(3) && said.contains("nothing could be sent"), "{said}");
    }
    let told = world.run(&["outbox", "deliver"]);
    assert_eq!(told.status.code(), Some(0), "nothing is due yet: {}", String::from_utf8_lossy(&told.stdout));
    let waiting: Value = serde_json::from_str(&world.ok(&["--json", "outbox", "list"])).unwrap();
    assert_eq!(waiting.as_array().unwrap().len(), 3, "nothing is dropped");

    let _relay = Relay::start(&world, port);
    let output = world.chapelle_at("2026-11-03T09:00:00Z", &["--json", "outbox", "deliver"]).output().unwrap();
    let sent: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sent["sent"].as_u64(), Some(3), "{sent} {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), &sent["is_stuck"]), (Some(0), &Value::Bool(false)), "{sent}");

    let mut mails: Vec<String> = std::fs::read_dir(world.dir.path().join("inbox"))
        .unwrap()
        .map(|entry| String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned())
        .collect();
    mails.sort();
    assert_eq!(mails.len(), 3);
    for mail in &mails {
        assert!(mail.contains("Message-ID: <invoice.DC2026"), "{}", &mail[..400]);
        assert!(mail.contains("multipart/mixed") && mail.contains("application/pdf") && mail.contains("text/html"));
    }
    assert_eq!(
        mails.iter().filter(|mail| mail.contains("Content-Language: en")).count(),
        1,
        "one tenant chose English"
    );
}

#[test]
fn a_relay_that_refuses_for_good_is_shown_and_can_be_tried_again() {
    let world = World::new(Engine::Sqlite);
    make_certificates(&world);
    let port = free_port();
    configure(&world, port);
    billed(&world, &book_text().replace("aphp.facturation@", "nobody@").replace("eau.facturation@", "later@"));
    let _relay = Relay::start(&world, port);
    let (code, report) = deliver(&world);
    assert_eq!(code, Some(3), "something needs a person: {report}");
    assert_eq!(report["failed"].as_array().unwrap().len(), 1, "{report}");
    assert!(report["failed"][0]["error"].as_str().unwrap().contains("no such mailbox"), "{report}");
    assert_eq!(report["postponed"].as_array().unwrap().len(), 1, "{report}");
    let id = report["failed"][0]["id"].to_string();
    world.ok(&["outbox", "retry", &id]);
    let (_, again) = deliver(&world);
    assert_eq!(again["failed"][0]["id"].to_string(), id, "tried again, refused again: {again}");
}

/// A relay that offers no TLS. A server of aiosmtpd cannot be told to misbehave so.
fn without_starttls(listener: TcpListener) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        stream.write_all(b"220 plain.example.org\r\n").unwrap();
        while let Some(Ok(line)) = lines.next() {
            let answer: &[u8] = if line.starts_with("EHLO") { b"250 plain.example.org\r\n" } else { b"221 bye\r\n" };
            if stream.write_all(answer).is_err() || line.starts_with("QUIT") {
                break;
            }
        }
    }
}

/// What is wrong with the relay is no fault of any message, however often it is tried: none is given up.
#[test]
fn a_relay_that_offers_no_tls_gives_up_no_notice() {
    let world = World::new(Engine::Sqlite);
    make_certificates(&world);
    billed(&world, &book_text());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    configure(&world, listener.local_addr().unwrap().port());
    std::thread::spawn(move || without_starttls(listener));
    for day in 3..13 {
        let at = format!("2026-11-{day:02}T09:00:00Z");
        let output = world.chapelle_at(&at, &["--json", "outbox", "deliver"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["failed"].as_array().unwrap().len(), 0, "{report}");
        assert!(report["postponed"][0]["error"].as_str().unwrap().contains("STARTTLS"), "{report}");
    }
}

#[test]
fn all_that_failed_is_tried_again_at_once_and_nothing_else() {
    let world = World::new(Engine::Sqlite);
    make_certificates(&world);
    let port = free_port();
    configure(&world, port);
    billed(&world, &book_text().replace("aphp.facturation@", "nobody@").replace("eau.facturation@", "nobody.else@"));
    let _relay = Relay::start(&world, port);
    let (_, report) = deliver(&world);
    assert_eq!(report["failed"].as_array().unwrap().len(), 2, "{report}");
    let requeued: Value = serde_json::from_str(&world.ok(&["--json", "outbox", "retry", "--all"])).unwrap();
    assert_eq!(requeued["requeued"].as_u64(), Some(2));
    let id = report["failed"][0]["id"].to_string();
    let refused = world.run(&["outbox", "retry", &id]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && why.contains("is in the queue"), "{why}");
    assert_eq!(world.run(&["outbox", "retry"]).status.code(), Some(2), "which one?");
}

#[test]
fn what_administrators_save_reaches_the_relay_and_what_the_machine_sets_goes_first() {
    let world = World::new(Engine::Sqlite);
    make_certificates(&world);
    billed(&world, &book_text());
    let port = free_port();
    let wish = MailWish {
        transport: MailTransport::Smtp,
        attach_pdf: false,
        host: "localhost".into(),
        port,
        security: SmtpSecurity::Starttls,
        user: Some("chapelle".into()),
        password: Some("relay secret".into()),
        authority: Some(std::fs::read_to_string(world.dir.path().join("ca.pem")).unwrap()),
    };
    let (by, machine) = (Actor::new("admin@example.org", None), MailConfig::default());
    let store = world.store();
    let save = |wish: &MailWish, version| {
        let saved = mail_settings::save(&store, &machine, wish.clone(), version, &by, DateTime::UNIX_EPOCH).unwrap();
        assert!(saved.is_ok_and(|saved| saved.has_password()));
    };
    save(&wish, Some(0));
    let relay = Relay::start(&world, port);
    let (code, sent) = deliver(&world);
    assert_eq!((code, sent["sent"].as_u64()), (Some(0), Some(3)), "{sent}");
    for entry in std::fs::read_dir(world.dir.path().join("inbox")).unwrap() {
        let mail = String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned();
        assert!(mail.contains("Message-ID: <invoice.DC2026") && !mail.contains("application/pdf"), "only a link");
    }

    // One way out, before and after: the relay does not know the new password.
    let way_out = WayOut::new(&Config::default(), world.dir.path());
    let test = |way_out: &WayOut| {
        let at = DateTime::UNIX_EPOCH;
        test_mail::send(&store, way_out, "someone@example.org", Language::English, &by, at).unwrap()
    };
    assert_eq!(test(&way_out), Ok(()));
    save(&MailWish { password: Some("another".into()), ..wish }, None);
    let refused = test(&way_out).unwrap_err();
    assert!(matches!(&refused, MailError::Relay(answer) if answer.contains("535")), "{refused}");
    drop(relay);
    let folder = MailConfig { fixed: [MailPart::Transport].into(), ..MailConfig::default() };
    let fixed = WayOut::new(&Config { mail: folder, ..Config::default() }, world.dir.path());
    assert_eq!(test(&fixed), Ok(()), "a file, whatever was saved");

    // The same from the command line.
    let output = world.run(&["--json", "outbox", "test", "someone@example.org"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["sent"]), (Some(3), &Value::Bool(false)), "{told}");
    assert!(told["error"].as_str().unwrap().contains("cannot be used now"), "the relay is gone: {told}");

    // Without the key the password was sealed with: told as a fault of the settings.
    let signs = || {
        let keys = sign_in::token_keys(&store, DateTime::UNIX_EPOCH).unwrap();
        keys.into_iter().find(|key| key.retired_at.is_none()).unwrap().kid
    };
    let signed = signs();
    std::fs::remove_file(world.dir.path().join("secret-key")).unwrap();
    sign_in::replace_lost_key(&store, DateTime::UNIX_EPOCH).unwrap();
    let signs_now = signs();
    assert_ne!(signs_now, signed, "a server that starts signs with a key it can open");
    sign_in::replace_lost_key(&store, DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(signs(), signs_now, "once");
    let lost = test(&WayOut::new(&Config::default(), world.dir.path())).unwrap_err();
    assert!(matches!(&lost, MailError::Settings(text) if text.contains("secret-key")), "{lost}");
}
