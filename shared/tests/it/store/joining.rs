//! A message for a conversation whose last request still waits becomes part of that request.

use std::time::Duration;

use shared::{
    ids::RequestId,
    model::Provider,
    store::{Accepted, Incoming, Limits, ReplyBy, Stopped, SystemKey},
    testing::{Person, TestDb, limits, no_guests},
};

use super::stage::{
    answer, calling, claim, claimed, delivery_of, figures, finish, say, saying, snowflake, taken,
    wait,
};

shared::each_engine!(
    it_joins_what_waits,
    so_many_messages_and_characters_join,
    another_conversation_does_not_join,
    a_command_does_not_join_nor_is_joined,
    what_is_about_to_end_unanswered_is_not_joined,
    what_was_given_back_is_joined,
    a_retry_is_not_joined,
    another_answer_to_the_same_words_is_not_joined,
    what_another_pays_for_is_not_joined,
);

async fn it_joins_what_waits(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = say(&db, ada, 1).await;
    let second = saying(ada, 1);
    assert_eq!(taken(&db, &second).await, [first]);
    let texts = db.store().request_texts(first).await.unwrap();
    let said: Vec<_> = texts.iter().map(|(source, _)| *source).collect();
    assert_eq!(said.len(), 2);
    assert!(said.is_sorted());
    let again = db.store().accept(&second, &limits(), &no_guests()).await.unwrap();
    assert_eq!(again, Accepted::Already);
    // once it is claimed, what comes next waits for its own turn
    claim(&db, ada).await.unwrap();
    assert_ne!(say(&db, ada, 1).await, first);
}

async fn so_many_messages_and_characters_join(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let say = async |text: &str, limits: Limits| -> RequestId {
        let incoming = Incoming { text: text.into(), ..saying(ada, 1) };
        match db.store().accept(&incoming, &limits, &no_guests()).await.unwrap() {
            Accepted::Taken { requests, .. } => requests[0],
            other => panic!("{other:?}"),
        }
    };
    let two = Limits { max_joined: 2, ..limits() };
    let first = say("a", two).await;
    assert_eq!(say("b", two).await, first);
    let second = say("c", two).await;
    assert_ne!(second, first);

    // characters, not bytes: "c" and "né" are three
    let three = Limits { max_joined_chars: 3, ..limits() };
    assert_eq!(say("né", three).await, second);
    assert_ne!(say("d", three).await, second);
}

async fn another_conversation_does_not_join(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let bob = db.personality("Bob", None).await;
    let first = say(&db, ada, 1).await;
    assert_ne!(say(&db, ada, 2).await, first);
    assert_ne!(say(&db, bea, 1).await, first);
    let to_bob = Incoming { personalities: vec![bob], ..saying(ada, 1) };
    assert_ne!(taken(&db, &to_bob).await[0], first);
    let mut in_thread = saying(ada, 1);
    in_thread.place.thread = Some(7.into());
    assert_ne!(taken(&db, &in_thread).await[0], first);
    // told apart only by how the answer comes
    let direct = Incoming { reply_by: ReplyBy::Direct, ..saying(ada, 1) };
    assert_ne!(taken(&db, &direct).await[0], first);
}

fn command(db: &TestDb, person: Person) -> Incoming {
    let delivery = shared::ids::DeliveryId::new(&**db.clock());
    let token = db.vault().bot_secrets().seal(delivery.uuid(), &"a token".into()).unwrap();
    let expires_at = shared::clock::Clock::now(&**db.clock()) + Duration::from_mins(15);
    let reply_by = ReplyBy::Interaction { delivery, token, expires_at };
    Incoming { reply_by, ..saying(person, 1) }
}

async fn a_command_does_not_join_nor_is_joined(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let message = say(&db, ada, 1).await;
    let first = taken(&db, &command(&db, ada)).await[0];
    let second = taken(&db, &command(&db, ada)).await[0];
    let after = say(&db, ada, 1).await;
    let all = [message, first, second, after];
    assert!((1..all.len()).all(|i| !all[..i].contains(&all[i])), "{all:?}");
}

async fn what_is_about_to_end_unanswered_is_not_joined(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let stopped = claimed(&db, ada, 1).await;
    let delivery = delivery_of(&db, stopped.id).await;
    assert_eq!(db.store().stop(delivery, ada.discord).await.unwrap(), Stopped::Asked);
    assert!(db.store().give_back(&stopped, Duration::ZERO).await.unwrap());
    assert_ne!(say(&db, ada, 1).await, stopped.id);

    let old = say(&db, ada, 2).await;
    wait(&db, 599);
    assert_eq!(say(&db, ada, 2).await, old);
    wait(&db, 1);
    assert_ne!(say(&db, ada, 2).await, old);
}

async fn what_was_given_back_is_joined(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let given = claimed(&db, ada, 1).await;
    assert!(db.store().give_back(&given, Duration::from_secs(5)).await.unwrap());
    assert_eq!(say(&db, ada, 1).await, given.id);
}

async fn a_retry_is_not_joined(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = say(&db, ada, 1).await;
    let delivery = delivery_of(&db, first).await;
    db.store().stop(delivery, ada.discord).await.unwrap();
    let source = snowflake().into();
    let retried =
        db.store().retry(delivery, ada.discord, source, &limits(), &no_guests()).await.unwrap();
    let shared::store::Retried::Taken { request, .. } = retried else { panic!("{retried:?}") };
    assert_ne!(say(&db, ada, 1).await, request);
}

/// What is said afterwards would be taken for part of what was said then, and answered up there.
async fn another_answer_to_the_same_words_is_not_joined(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = calling(&db, ada, 1).await;
    assert!(finish(&db, &first, &answer("once"), &figures(1)).await);
    let delivery = delivery_of(&db, first.id).await;
    let source = snowflake().into();
    let again = db
        .store()
        .regenerate(delivery, ada.discord, source, &limits(), &no_guests())
        .await
        .unwrap();
    let shared::store::Regenerated::Taken { request, .. } = again else { panic!("{again:?}") };
    assert_ne!(say(&db, ada, 1).await, request);
}

/// A guest who stores a key, and one who takes it away again: the payer of what waits stays.
async fn what_another_pays_for_is_not_joined(db: TestDb) {
    let guest = db.person(5).await;
    let guests = SystemKey { guest_daily_limit: Some(9), ..no_guests() };
    let say = async || {
        let accepted = db.store().accept(&saying(guest, 1), &limits(), &guests).await.unwrap();
        let Accepted::Taken { requests, .. } = accepted else { panic!("{accepted:?}") };
        requests[0]
    };
    let as_guest = say().await;
    db.give_key(guest, "sk-test-of-a-guest").await;
    let paying = say().await;
    assert_ne!(paying, as_guest);
    assert_eq!(say().await, paying);
    db.store().remove_key(guest.id, Provider::OpenRouter).await.unwrap();
    assert_ne!(say().await, paying);
}
