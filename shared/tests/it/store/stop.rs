use shared::{
    ids::DeliveryId,
    model::{FailureKind, InactiveReason, KeySource, ModelId, Provider, RequestState},
    store::{
        Accepted, CallRecord, Incoming, Limits, Refusal, ReplyBy, Retried, Stopped, SystemKey,
    },
    testing::{Person, TestDb, limits, no_guests},
};

use super::stage::{
    answer, broken_off, calling, claim, claimed, delivery_of, figures, finish, say, saying,
    snowflake, state, taken, wanted,
};

shared::each_engine!(
    what_waits_is_cancelled,
    what_is_under_way_is_asked_to_stop,
    only_the_author_presses_the_buttons,
    what_failed_is_retried_once,
    what_was_answered_is_not_retried,
    a_retry_takes_the_key_of_now,
    a_retry_is_limited_like_a_message,
    a_guests_retry_counts_like_a_message,
    the_retry_of_a_command_is_a_message,
    a_retry_asks_the_model_that_was_chosen_meanwhile,
);

async fn retry(db: &TestDb, delivery: DeliveryId, by: Person) -> Retried {
    let source = snowflake().into();
    db.store().retry(delivery, by.discord, source, &limits(), &no_guests()).await.unwrap()
}

async fn what_waits_is_cancelled(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = say(&db, ada, 1).await;
    let delivery = delivery_of(&db, request).await;
    let stopped = db.store().stop(delivery, ada.discord).await.unwrap();
    assert_eq!(stopped, Stopped::Cancelled { user: ada.id });
    assert_eq!(state(&db, request).await, RequestState::Cancelled);
    assert_eq!(wanted(&db, request).await, (true, 1));
    assert_eq!(db.store().stop(delivery, ada.discord).await.unwrap(), Stopped::TooLate);
    assert!(claim(&db, ada).await.is_none());
}

async fn what_is_under_way_is_asked_to_stop(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let delivery = delivery_of(&db, request.id).await;
    for _ in 0..2 {
        assert_eq!(db.store().stop(delivery, ada.discord).await.unwrap(), Stopped::Asked);
    }
    assert_eq!(state(&db, request.id).await, RequestState::Calling);
    finish(&db, &request, &answer("Goo"), &figures(1)).await;
    assert_eq!(db.store().stop(delivery, ada.discord).await.unwrap(), Stopped::TooLate);
}

async fn only_the_author_presses_the_buttons(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let request = say(&db, ada, 1).await;
    let delivery = delivery_of(&db, request).await;
    assert_eq!(db.store().stop(delivery, bea.discord).await.unwrap(), Stopped::NotYours);
    assert_eq!(retry(&db, delivery, bea).await, Retried::NotYours);
    assert_eq!(state(&db, request).await, RequestState::Queued);
    let nothing = DeliveryId::new(&**db.clock());
    assert_eq!(db.store().stop(nothing, ada.discord).await.unwrap(), Stopped::Unknown);
    assert_eq!(retry(&db, nothing, ada).await, Retried::Unknown);
}

async fn what_failed_is_retried_once(db: TestDb) {
    let ada = db.person_with_key(1).await;
    taken(&db, &Incoming { text: "one".into(), ..saying(ada, 1) }).await;
    taken(&db, &Incoming { text: "two".into(), ..saying(ada, 1) }).await;
    let request = claim(&db, ada).await.unwrap();
    super::stage::fence(&db, &request).await;
    finish(&db, &request, &broken_off("Goo"), &CallRecord::default()).await;
    let delivery = delivery_of(&db, request.id).await;
    let Retried::Taken { user, request: again } = retry(&db, delivery, ada).await else { panic!() };
    assert_eq!(user, ada.id);
    assert_eq!(retry(&db, delivery, ada).await, Retried::Already);

    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!((claimed.id, claimed.channel_id), (again, request.channel_id));
    assert_eq!((claimed.model, claimed.context), (request.model.clone(), request.context.clone()));
    let texts = db.store().request_texts(again).await.unwrap();
    assert_eq!(texts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    // the old one is left alone, and its worker may still come back with the answer
    assert!(finish(&db, &request, &answer("Good evening."), &figures(1)).await);
    assert_eq!(retry(&db, delivery, ada).await, Retried::NotNeeded);
    // a retry that fails can be retried in its turn
    db.store().stop(delivery_of(&db, again).await, ada.discord).await.unwrap();
}

async fn what_was_answered_is_not_retried(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    let delivery = delivery_of(&db, request.id).await;
    assert_eq!(retry(&db, delivery, ada).await, Retried::NotNeeded);
    super::stage::fence(&db, &request).await;
    assert_eq!(retry(&db, delivery, ada).await, Retried::NotNeeded);
    finish(&db, &request, &answer("Good evening."), &figures(1)).await;
    assert_eq!(retry(&db, delivery, ada).await, Retried::NotNeeded);
}

/// A request of `person`'s that was cancelled, by its delivery.
async fn cancelled(db: &TestDb, person: Person, channel: u64) -> DeliveryId {
    let delivery = delivery_of(db, say(db, person, channel).await).await;
    db.store().stop(delivery, person.discord).await.unwrap();
    delivery
}

async fn a_retry_takes_the_key_of_now(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let deliveries = [cancelled(&db, ada, 1).await, cancelled(&db, ada, 2).await];
    db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap();
    assert_eq!(retry(&db, deliveries[0], ada).await, Retried::Refused(Refusal::NoKey));
    let key = db.give_key(ada, "sk-test-another").await;
    assert!(matches!(retry(&db, deliveries[0], ada).await, Retried::Taken { .. }));
    assert_eq!(claim(&db, ada).await.unwrap().api_key_id, Some(key));

    db.store().switch_off_key(key, InactiveReason::Rejected).await.unwrap();
    let last4 = db.store().live_keys(ada.id).await.unwrap().remove(0).last4;
    let refused = Retried::Refused(Refusal::KeySwitchedOff { last4 });
    assert_eq!(retry(&db, deliveries[1], ada).await, refused);
}

async fn a_retry_is_limited_like_a_message(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let delivery = cancelled(&db, ada, 1).await;
    say(&db, ada, 2).await;
    let one = Limits { max_queued: 1, ..limits() };
    let source = snowflake().into();
    let refused = db.store().retry(delivery, ada.discord, source, &one, &no_guests()).await;
    assert_eq!(refused.unwrap(), Retried::Refused(Refusal::Busy { waiting: 1 }));
    // nothing was kept of it
    assert!(matches!(retry(&db, delivery, ada).await, Retried::Taken { .. }));
}

async fn a_guests_retry_counts_like_a_message(db: TestDb) {
    let guest = db.person(5).await;
    let guests = |limit| SystemKey { guest_daily_limit: limit, ..no_guests() };
    let accepted = db.store().accept(&saying(guest, 1), &limits(), &guests(Some(2))).await.unwrap();
    let Accepted::Taken { requests, .. } = accepted else { panic!("{accepted:?}") };
    let delivery = delivery_of(&db, requests[0]).await;
    db.store().stop(delivery, guest.discord).await.unwrap();
    let retry = async |delivery, limit| {
        let (limits, system) = (limits(), guests(limit));
        let source = snowflake().into();
        db.store().retry(delivery, guest.discord, source, &limits, &system).await.unwrap()
    };
    assert_eq!(retry(delivery, Some(1)).await, Retried::Refused(Refusal::GuestLimit));
    assert_eq!(retry(delivery, None).await, Retried::Refused(Refusal::NoKey));
    let Retried::Taken { request, .. } = retry(delivery, Some(2)).await else { panic!() };
    let again = claim(&db, guest).await.unwrap();
    assert_eq!((again.id, again.key_source), (request, KeySource::System));
    db.store().fail_unspent(&again, FailureKind::Internal).await.unwrap();
    let delivery = delivery_of(&db, request).await;
    assert_eq!(retry(delivery, Some(2)).await, Retried::Refused(Refusal::GuestLimit));
    // with a key of their own they pay themselves
    let key = db.give_key(guest, "sk-test-of-a-guest").await;
    assert!(matches!(retry(delivery, None).await, Retried::Taken { .. }));
    assert_eq!(claim(&db, guest).await.unwrap().api_key_id, Some(key));
}

async fn the_retry_of_a_command_is_a_message(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let delivery = DeliveryId::new(&**db.clock());
    let token = db.vault().bot_secrets().seal(delivery.uuid(), &"a token".into()).unwrap();
    let expires_at = shared::clock::Clock::now(&**db.clock());
    let mut command = saying(ada, 1);
    command.place.thread = Some(9.into());
    command.reply_by = ReplyBy::Interaction { delivery, token, expires_at };
    taken(&db, &command).await;
    db.store().stop(delivery, ada.discord).await.unwrap();
    let Retried::Taken { request, .. } = retry(&db, delivery, ada).await else { panic!() };
    let again = db.store().open_delivery(delivery_of(&db, request).await).await.unwrap().unwrap();
    assert_eq!(again.kind, shared::model::DeliveryKind::Webhook);
    assert_eq!((again.channel, again.thread), (1.into(), Some(9.into())));
    assert!(again.interaction.is_none());
}

async fn a_retry_asks_the_model_that_was_chosen_meanwhile(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let delivery = cancelled(&db, ada, 1).await;
    let other = ModelId::parse("other/model").unwrap();
    db.store().set_user_model(ada.id, None, Provider::OpenRouter, &other).await.unwrap();
    assert!(matches!(retry(&db, delivery, ada).await, Retried::Taken { .. }));
    let again = claim(&db, ada).await.unwrap();
    assert_eq!((again.model.as_str(), again.key_source), ("other/model", KeySource::User));
}
