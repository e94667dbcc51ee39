//! Users, sessions, token keys, and the outbox.

use std::collections::HashSet;
use std::sync::Mutex;

use chapelle::domain::access::Role;
use chapelle::domain::party::Language;
use chapelle::storage::outbox::{MessageStatus, NewMessage};
use chapelle::storage::sessions::{Session, Stage};
use chapelle::storage::users::{NewUser, TokenKey};
use chapelle::storage::{StorageError, outbox, sessions, users};
use chrono::Duration;

use crate::engines::on_both;
use crate::fixture::{now, with_book};

fn user(email: &str, role: Role, tenant: Option<&str>) -> NewUser {
    NewUser {
        email: email.into(),
        name: "Service facturation".into(),
        password_hash: "$argon2id$x".into(),
        role,
        tenant: tenant.map(Into::into),
        language: None,
    }
}

#[test]
fn users_are_unique_and_only_a_tenants_user_belongs_to_a_tenant() {
    on_both(|database| {
        with_book(database);
        let insert = |user: &NewUser| database.write(|c| users::insert(c, user, now()));
        let id = insert(&user("aphp@example.org", Role::Tenant, Some("aphp"))).unwrap();
        insert(&user("finance@example.org", Role::Finance, None)).unwrap();
        let twice = insert(&user("aphp@example.org", Role::Admin, None));
        assert!(matches!(twice, Err(StorageError::Conflict(_))), "{twice:?}");
        let homeless = insert(&user("a@example.org", Role::Tenant, None));
        assert!(matches!(homeless, Err(StorageError::Refused(_))), "{homeless:?}");
        assert!(insert(&user("b@example.org", Role::Auditor, Some("aphp"))).is_err());
        let mut connection = database.connection().unwrap();
        let c = &mut *connection;
        let found = users::by_email(c, "aphp@example.org").unwrap().unwrap();
        assert_eq!((found.id, found.role, found.tenant.clone()), (id, Role::Tenant, Some("aphp".into())));
        assert_eq!(users::by_id(c, id).unwrap(), Some(found));
        assert_eq!(users::by_email(c, "nobody@example.org").unwrap(), None);
        assert_eq!(users::list(c).unwrap().len(), 2);
        let later = now() + Duration::hours(1);
        users::set_password_hash(c, id, "$argon2id$y", later).unwrap();
        let changed = users::by_id(c, id).unwrap().unwrap();
        assert_eq!(
            (changed.password_hash.as_str(), changed.tokens_valid_from),
            ("$argon2id$y", later + Duration::seconds(1))
        );
        assert!(users::set_password_hash(c, chapelle::domain::ids::UserId(99), "x", now()).is_err());
        users::set_language(c, id, Language::English).unwrap();
        assert_eq!(users::by_id(c, id).unwrap().unwrap().language, Some(Language::English));
        assert!(users::set_role(c, id, 1, Role::Admin, None).unwrap());
        assert!(!users::set_role(c, id, 1, Role::Auditor, None).unwrap(), "the version has moved on");
        assert!(users::set_role(c, id, 2, Role::Tenant, None).is_err(), "a tenant's user needs a tenant");
        assert!(!users::has_other_admin(c, id).unwrap());
    });
}

#[test]
fn sessions_expire_and_end_with_their_user() {
    on_both(|database| {
        let mut connection = database.connection().unwrap();
        let c = &mut *connection;
        let id = users::insert(c, &user("f@example.org", Role::Finance, None), now()).unwrap();
        let session = Session {
            key: "k1".into(),
            user: id,
            stage: Stage::Open,
            created_at: now(),
            last_seen_at: now(),
            expires_at: now() + Duration::hours(1),
            device: "Firefox".into(),
            address: "10.0.0.1".into(),
        };
        sessions::insert(c, &session).unwrap();
        assert_eq!(sessions::live(c, "k1", now()).unwrap(), Some(session.clone()));
        assert_eq!(sessions::live(c, "k1", now() + Duration::hours(1)).unwrap(), None);
        assert!(sessions::prolong(c, "k1", now(), now() + Duration::hours(2)).unwrap());
        assert!(sessions::live(c, "k1", now() + Duration::hours(1)).unwrap().is_some());
        sessions::insert(c, &Session { key: "k2".into(), stage: Stage::Code, ..session.clone() }).unwrap();
        assert_eq!(sessions::list(c, Some(id), now()).unwrap().len(), 2);
        assert_eq!(sessions::delete_of(c, id, Some("k1")).unwrap(), 1);
        users::set_disabled(c, id, Some(now())).unwrap();
        assert_eq!(sessions::live(c, "k1", now()).unwrap(), None);
        assert!(users::by_id(c, id).unwrap().unwrap().disabled_at.is_some());
        assert!(!sessions::prolong(c, "k1", now(), now()).unwrap());
        sessions::insert(c, &session).unwrap();
        assert_eq!(sessions::purge(c, now()).unwrap(), 0);
        assert_eq!(sessions::purge(c, now() + Duration::hours(2)).unwrap(), 1);
        assert!(!sessions::delete(c, "k1").unwrap());
    });
}

#[test]
fn token_keys_rotate() {
    on_both(|database| {
        let mut connection = database.connection().unwrap();
        let c = &mut *connection;
        for (kid, hours) in [("old", 0), ("new", 1)] {
            let key = TokenKey {
                kid: kid.into(),
                sealed_secret: "c2VjcmV0".into(),
                created_at: now() + Duration::hours(hours),
                retired_at: None,
            };
            users::insert_token_key(c, &key).unwrap();
            assert!(!format!("{key:?}").contains("c2Vj"));
        }
        users::retire_token_key(c, "old", now() + Duration::hours(1)).unwrap();
        let keys = users::token_keys(c).unwrap();
        assert_eq!(
            keys.iter().map(|key| (key.kid.as_str(), key.retired_at.is_some())).collect::<Vec<_>>(),
            [("new", false), ("old", true)]
        );
        assert_eq!(users::purge_token_keys(c, now() + Duration::hours(2)).unwrap(), 1);
        assert!(users::retire_token_key(c, "old", now()).is_err());
    });
}

fn message(n: usize) -> NewMessage {
    NewMessage {
        kind: "invoice-available".into(),
        invoice: None,
        recipient: "compta@example.org".into(),
        language: Language::English,
        message_id: format!("{n}@example.org"),
    }
}

#[test]
fn a_message_is_retried_under_a_lease_until_sent_or_given_up() {
    on_both(|database| {
        let lease = Duration::minutes(5);
        let mut connection = database.connection().unwrap();
        let c = &mut *connection;
        let ids: Vec<i64> = (0..3).map(|n| outbox::enqueue(c, &message(n), now()).unwrap()).collect();
        assert!(matches!(outbox::enqueue(c, &message(0), now()), Err(StorageError::Conflict(_))));
        assert_eq!(outbox::claim(c, now() - Duration::hours(1), lease, 10).unwrap().len(), 0);
        let claimed = outbox::claim(c, now(), lease, 10).unwrap();
        assert_eq!(claimed.iter().map(|message| message.id).collect::<Vec<_>>(), ids);
        assert_eq!((claimed[0].attempts, &claimed[0].message), (1, &message(0)));
        assert_eq!(outbox::claim(c, now(), lease, 10).unwrap().len(), 0, "leased");
        outbox::mark_sent(c, ids[0], now()).unwrap();
        outbox::mark_retry(c, ids[1], "451 try later", now() + Duration::minutes(1)).unwrap();
        // The sender of the third died.
        let later = outbox::claim(c, now() + Duration::minutes(2), lease, 10).unwrap();
        assert_eq!(later.iter().map(|m| (m.id, m.attempts)).collect::<Vec<_>>(), [(ids[1], 2)]);
        assert_eq!(later[0].last_error.as_deref(), Some("451 try later"));
        outbox::mark_failed(c, ids[1], "550 no such user").unwrap();
        assert_eq!(outbox::claim(c, now() + lease, lease, 10).unwrap().len(), 1);
        let failed = outbox::list(c, Some(MessageStatus::Failed)).unwrap();
        assert_eq!(failed.iter().map(|m| m.id).collect::<Vec<_>>(), [ids[1]]);
        assert_eq!(outbox::list(c, None).unwrap().len(), 3);
        // What another has sent meanwhile stays sent, whatever a late sender says of it.
        assert!(!outbox::mark_failed(c, ids[0], "451 too late").unwrap());
        assert!(!outbox::mark_retry(c, ids[0], "451 too late", now()).unwrap());
        assert!(!outbox::mark_sent(c, ids[0], now()).unwrap() && !outbox::withdraw(c, ids[0]).unwrap());
        let sent = outbox::by_id(c, ids[0]).unwrap().unwrap();
        assert_eq!((sent.status, sent.last_error), (MessageStatus::Sent, None));
        let undelivered: Vec<i64> = outbox::undelivered(c, None).unwrap().iter().map(|m| m.id).collect();
        assert_eq!((undelivered.as_slice(), outbox::failed_count(c).unwrap()), ([ids[1]].as_slice(), 1));
    });
}

#[test]
fn two_senders_never_claim_the_same_message() {
    on_both(|database| {
        database.write(|c| (0..60).try_for_each(|n| outbox::enqueue(c, &message(n), now()).map(drop))).unwrap();
        let seen = Mutex::new(HashSet::new());
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    let mut connection = database.connection().unwrap();
                    loop {
                        let claimed = outbox::claim(&mut connection, now(), Duration::minutes(5), 7).unwrap();
                        if claimed.is_empty() {
                            break;
                        }
                        let mut seen = seen.lock().unwrap();
                        assert!(claimed.into_iter().all(|message| seen.insert(message.id)));
                    }
                });
            }
        });
        assert_eq!(seen.into_inner().unwrap().len(), 60);
    });
}
