use chrono::TimeDelta;
use shared::{
    clock::Clock,
    ids::DeliveryId,
    model::{FailureKind, Provider},
    store::{FenceRefusal, Incoming, NoticeKind, ReplyBy},
    testing::TestDb,
};

use super::stage::{claim, claimed, fence, refusal, saying, taken, wait};

shared::each_engine!(
    once_per_person_kind_and_hour,
    a_notice_waits_until_it_is_due,
    a_commands_own_answer_comes_first,
    every_kind_is_read_as_it_was_written,
);

async fn once_per_person_kind_and_hour(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let store = db.store();
    let add = async |person: shared::testing::Person, kind| {
        store.add_notice(person.id, kind, None, Some(7.into())).await.unwrap()
    };
    assert!(add(ada, NoticeKind::NoKey).await);
    assert!(!add(ada, NoticeKind::NoKey).await);
    assert!(add(ada, NoticeKind::Busy).await);
    assert!(add(bea, NoticeKind::NoKey).await);
    // it is noon sharp
    db.clock().advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    assert!(!add(ada, NoticeKind::NoKey).await);
    db.clock().advance(TimeDelta::microseconds(1));
    assert!(add(ada, NoticeKind::NoKey).await);
    let due = store.due_notices().await.unwrap();
    assert_eq!(due.len(), 4);
    assert_eq!((due[0].discord_id, due[0].channel), (ada.discord, Some(7.into())));
}

async fn a_notice_waits_until_it_is_due(db: TestDb) {
    let ada = db.person(1).await;
    let store = db.store();
    store.add_notice(ada.id, NoticeKind::Busy, None, None).await.unwrap();
    let notice = store.due_notices().await.unwrap().remove(0);
    assert_eq!((notice.user, notice.attempts, notice.request), (ada.id, 0, None));
    let later = db.clock().now() + TimeDelta::seconds(30);
    store.postpone_notice(notice.id, later).await.unwrap();
    assert!(store.due_notices().await.unwrap().is_empty());
    wait(&db, 30);
    assert_eq!(store.due_notices().await.unwrap()[0].attempts, 1);
    store.close_notice(notice.id).await.unwrap();
    assert!(store.due_notices().await.unwrap().is_empty());
}

async fn a_commands_own_answer_comes_first(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let store = db.store();
    let id = DeliveryId::new(&**db.clock());
    let token = db.vault().bot_secrets().seal(id.uuid(), &"a token".into()).unwrap();
    let reply_by = ReplyBy::Interaction { delivery: id, token, expires_at: db.clock().now() };
    taken(&db, &Incoming { reply_by, ..saying(ada, 1) }).await;
    let command = claim(&db, ada).await.unwrap();
    store.remove_key(ada.id, Provider::OpenRouter).await.unwrap();
    assert_eq!(fence(&db, &command).await, refusal(FenceRefusal::KeyGone));
    // the delivery will say it; should that fail, it is said in private
    assert!(store.due_notices().await.unwrap().is_empty());
    let delivery = store.open_delivery(id).await.unwrap().unwrap();
    let bot = shared::ids::BotId::new(&**db.clock());
    store.adopt_delivery(id, bot).await.unwrap();
    store.give_up_delivery(&delivery, bot).await.unwrap();
    let kinds: Vec<_> = store.due_notices().await.unwrap().iter().map(|n| n.kind).collect();
    assert_eq!(kinds, [NoticeKind::Failed(FailureKind::KeyGone), NoticeKind::Undeliverable]);
    store.close_notices_of(command.id).await.unwrap();
    assert!(store.due_notices().await.unwrap().is_empty());

    // a message's failure is told at once
    db.give_key(ada, "sk-test-another").await;
    let message = claimed(&db, ada, 2).await;
    store.fail_unspent(&message, FailureKind::KeyUnreadable).await.unwrap();
    assert_eq!(store.due_notices().await.unwrap().len(), 1);
}

async fn every_kind_is_read_as_it_was_written(db: TestDb) {
    let store = db.store();
    let mut kinds = vec![
        NoticeKind::NoKey,
        NoticeKind::KeySwitchedOff,
        NoticeKind::KeyPaused,
        NoticeKind::NoModel,
        NoticeKind::GuestLimit,
        NoticeKind::Busy,
        NoticeKind::NotAccepted,
        NoticeKind::Undeliverable,
    ];
    kinds.extend(FailureKind::ALL.iter().map(|failure| NoticeKind::Failed(*failure)));
    let ada = db.person(1).await;
    for kind in &kinds {
        assert!(store.add_notice(ada.id, *kind, None, None).await.unwrap());
        let due = store.due_notices().await.unwrap();
        assert_eq!(due.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [*kind]);
        store.close_notice(due[0].id).await.unwrap();
    }
}
