//! How mails leave, set in the browser: checked, kept without a word of the password, locked where the machine sets it.

use chapelle::app::deliver_outbox;
use chapelle::config::{MailConfig, MailPart, MailTransport, SmtpSecurity};
use chapelle::domain::access::Role;

use crate::common::Engine;
use crate::site::{Answer, Server, Site};

const SECRET: &str = "s3cret of the relay";

fn status(answer: &Answer) -> u16 {
    answer.status.as_u16()
}

fn fields<'a>(version: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("version", version),
        ("mail.transport", "smtp"),
        ("mail.attach_pdf", "1"),
        ("mail.host", "smtp.example.org"),
        ("mail.port", "587"),
        ("mail.security", "starttls"),
        ("mail.user", "chapelle"),
        ("mail.password", SECRET),
        ("mail.authority", ""),
    ];
    let value = |(name, value)| (name, changed.iter().find(|(known, _)| *known == name).map_or(value, |(_, new)| *new));
    usual.into_iter().map(value).collect()
}

#[actix_web::test]
async fn an_administrator_sets_how_mails_leave() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let page = server.page("/settings/mail", &admin).await.text();
    assert!(page.contains("name=\"mail.host\"") && !page.contains("disabled"), "{page}");

    for (changed, told) in [
        (("mail.host", "smtp.example.org:587"), "sans port ni préfixe"),
        (("mail.port", "587x"), "Ce n’est pas un port"),
        (("mail.security", "none"), "passeraient en clair jusqu’à smtp.example.org"),
        (("mail.user", ""), "Un mot de passe va avec un utilisateur"),
        (("mail.password", ""), "Le mot de passe manque"),
        (("mail.authority", "no certificate"), "Ce n’est pas un certificat PEM"),
    ] {
        let refused = server.send("/settings/mail", &admin, &fields("0", &[changed])).await;
        assert_eq!(status(&refused), 422, "{changed:?}");
        let text = refused.text();
        assert!(text.contains(told) && !text.contains(SECRET), "{changed:?}: {text}");
    }

    let all = [("mail.host", "a b"), ("mail.port", "0"), ("mail.password", ""), ("mail.authority", "x")];
    let told = server.send("/settings/mail", &admin, &fields("0", &all)).await.text();
    assert_eq!(told.matches("aria-invalid=\"true\"").count(), 4, "all at once: {told}");

    let saved = server.send("/settings/mail", &admin, &fields("0", &[])).await;
    assert_eq!((status(&saved), saved.header("location")), (303, "/settings"));
    let page = server.page("/settings", &admin).await.text();
    assert!(page.contains("smtp.example.org:587") && page.contains("enregistré ici"), "{page}");
    let form = server.page("/settings/mail", &admin).await.text();
    assert!(form.contains("Un mot de passe est enregistré") && form.contains("name=\"version\" value=\"1\""), "{form}");
    let trail = server.page("/audit?action=mail.edited", &admin).await.text();
    assert!(trail.contains("Envoi des courriels réglé"), "{trail}");
    for text in [&page, &form, &trail] {
        assert!(!text.contains(SECRET));
    }

    // Two windows: the other is told, and loses nothing.
    let stale = server.send("/settings/mail", &admin, &fields("0", &[("mail.host", "other.example.org")])).await;
    assert_eq!(status(&stale), 409);
    assert!(stale.text().contains("other.example.org") && stale.text().contains("smtp.example.org"));

    // The saved password stays where it was given for, and goes nowhere else.
    let kept = [("mail.password", ""), ("mail.attach_pdf", "")];
    assert_eq!(status(&server.send("/settings/mail", &admin, &fields("1", &kept)).await), 303);
    // Nor to whom another authority says is the relay.
    for changed in [("mail.host", "mine.example.org"), ("mail.authority", "mine")] {
        let elsewhere = [("mail.password", ""), changed];
        let refused = server.send("/settings/mail", &admin, &fields("2", &elsewhere)).await;
        assert_eq!(status(&refused), 422);
        assert!(refused.text().contains("saisissez de nouveau le mot de passe"), "{}", refused.text());
    }

    let unchanged = server.send("/settings/mail", &admin, &fields("2", &kept)).await;
    assert_eq!(status(&unchanged), 303);
    assert!(server.page("/settings/mail", &admin).await.text().contains("name=\"version\" value=\"2\""));
    // Nor does the file of the database hold it.
    for file in std::fs::read_dir(site.world.dir.path()).unwrap().map(|file| file.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "{}", file.display());
    }
}

#[actix_web::test]
async fn a_test_mail_leaves_the_way_that_was_saved_last() {
    let site = Site::new(Engine::Sqlite);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let to = [("email", "someone@example.org")];
    assert!(server.send("/settings/test-mail", &admin, &to).await.text().contains("est parti"));
    // Nobody listens there: the page tells what the connection said, without a restart.
    let nobody = [
        ("mail.host", "127.0.0.1"),
        ("mail.port", "1"),
        ("mail.security", "none"),
        ("mail.user", ""),
        ("mail.password", ""),
    ];
    assert_eq!(status(&server.send("/settings/mail", &admin, &fields("0", &nobody)).await), 303);
    let failed = server.send("/settings/test-mail", &admin, &to).await.text();
    assert!(failed.contains("n’est pas parti") && failed.contains("Connection"), "{failed}");
}

/// Administrators may choose the relay later, and would not see what is wrong with the machine's.
#[test]
fn the_machines_relay_is_checked_whichever_way_mails_leave() {
    let folder = std::path::Path::new("data");
    let half = MailConfig {
        smtp_user: Some("machine".into()),
        fixed: [MailPart::Relay, MailPart::Authority].into(),
        ..MailConfig::default()
    };
    let refused = deliver_outbox::check(&half, folder).unwrap_err().to_string();
    assert!(refused.contains("belong together"), "{refused}");
    assert!(deliver_outbox::check(&MailConfig::default(), folder).is_ok());
}

#[actix_web::test]
async fn what_the_machine_sets_is_locked() {
    let site = Site::new(Engine::Sqlite);
    let mail = MailConfig {
        smtp_host: "relay.example.org".into(),
        smtp_security: SmtpSecurity::Tls,
        smtp_user: Some("machine".into()),
        smtp_password: Some(SECRET.into()),
        transport: MailTransport::Smtp,
        fixed: [MailPart::Transport, MailPart::Relay].into(),
        ..MailConfig::default()
    };
    let site = site.started_again_with_mail(mail);
    let server = Server::start(&site).await;
    let admin = server.sign_in(Role::Admin).await;
    let form = server.page("/settings/mail", &admin).await.text();
    assert_eq!((form.matches(" disabled").count(), form.matches(" readonly").count()), (2, 4), "{form}");
    assert!(
        form.contains("relay.example.org") && form.contains("mail.smtp_host, mail.smtp_port") && !form.contains(SECRET)
    );
    let mine = [("mail.host", "mine.example.org")];
    assert_eq!(status(&server.send("/settings/mail", &admin, &fields("0", &mine)).await), 303);
    let page = server.page("/settings", &admin).await.text();
    assert!(page.contains("relay.example.org:587") && !page.contains("mine.example.org"), "{page}");
    assert!(page.contains("mail.smtp_host") && page.contains("enregistré ici") && !page.contains(SECRET), "{page}");
}
