//! A request that waits for what its message refers to.

use shared::{
    context::{MessageContext, Names},
    model::RequestState::{Cancelled, Claimed, Gathering, Queued},
    store::{GATHERING_LASTS, Incoming, RequestContext},
    testing::{Person, TestDb},
};

use super::stage::{MAX_ACTIVE, claim, delivery_of, say, saying, state, taken, wait};

shared::each_engine!(
    it_is_queued_with_what_was_gathered,
    what_comes_behind_it_waits,
    one_that_its_bot_forgot_is_taken_as_it_is,
    messages_join_it_and_may_let_it_wait_longer,
    a_pause_before_another_try_is_not_cut_short,
    what_ended_meanwhile_stays_as_it_is,
    a_message_that_is_deleted_is_not_waited_for,
    a_message_without_words_can_be_deleted_too,
    a_retry_does_not_wait_again,
);

/// A message in channel 1 that has to be completed.
fn incomplete(person: Person) -> Incoming {
    let mut incoming = saying(person, 1);
    incoming.context = RequestContext::by("Ada");
    incoming.context.add(MessageContext::of(incoming.source));
    incoming.context.awaited.push(incoming.source);
    incoming
}

/// The same, carrying a name by which it is known again.
fn complete(incoming: &Incoming) -> MessageContext {
    let users = [(7, "Bea".to_owned())].into();
    let names = Names { users, ..Names::default() };
    MessageContext { names, ..MessageContext::of(incoming.source) }
}

async fn it_is_queued_with_what_was_gathered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = incomplete(ada);
    let request = taken(&db, &incoming).await;
    assert_eq!(state(&db, request[0]).await, Gathering);
    assert!(claim(&db, ada).await.is_none());
    assert_eq!(db.store().claimable_users(MAX_ACTIVE, 9).await.unwrap(), []);

    let message = complete(&incoming);
    assert_eq!(db.store().gathered(ada.id, &request, &message).await.unwrap(), 1);
    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!(claimed.context.messages, std::slice::from_ref(&message));
    assert_eq!(claimed.context.awaited, []);
    assert_eq!(db.store().gathered(ada.id, &request, &message).await.unwrap(), 0, "once");
    assert_eq!(state(&db, request[0]).await, Claimed);
}

async fn what_comes_behind_it_waits(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = incomplete(ada);
    let request = taken(&db, &incoming).await;
    // a command does not join; elsewhere nothing waits for it
    let mut command = saying(ada, 1);
    command.reply_by = shared::store::ReplyBy::Direct;
    let behind = taken(&db, &command).await[0];
    let elsewhere = say(&db, ada, 2).await;
    assert_eq!(claim(&db, ada).await.map(|claimed| claimed.id), Some(elsewhere));
    assert!(claim(&db, ada).await.is_none());
    db.store().gathered(ada.id, &request, &complete(&incoming)).await.unwrap();
    assert_eq!(claim(&db, ada).await.map(|claimed| claimed.id), Some(request[0]));
    assert_eq!(state(&db, behind).await, Queued);
}

async fn one_that_its_bot_forgot_is_taken_as_it_is(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = incomplete(ada);
    let request = taken(&db, &incoming).await;
    let lasts = i64::try_from(GATHERING_LASTS.as_secs()).unwrap();
    wait(&db, lasts - 1);
    assert!(claim(&db, ada).await.is_none());
    wait(&db, 1);
    assert_eq!(db.store().claimable_users(MAX_ACTIVE, 9).await.unwrap(), [ada.id]);
    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!((claimed.id, claimed.context), (request[0], incoming.context.clone()));
    assert_eq!(
        db.store().gathered(ada.id, &request, &complete(&incoming)).await.unwrap(),
        0,
        "too late"
    );
    assert_eq!(state(&db, request[0]).await, Claimed);
}

async fn messages_join_it_and_may_let_it_wait_longer(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (first, second) = (incomplete(ada), incomplete(ada));
    let request = taken(&db, &first).await;
    assert_eq!(say(&db, ada, 1).await, request[0]);
    assert_eq!(taken(&db, &second).await, request);
    assert_eq!(db.store().gathered(ada.id, &request, &complete(&first)).await.unwrap(), 0);
    assert_eq!(state(&db, request[0]).await, Gathering);
    assert_eq!(db.store().gathered(ada.id, &request, &complete(&second)).await.unwrap(), 1);
    // and one that was queued before gathers again
    let third = incomplete(ada);
    assert_eq!(taken(&db, &third).await, request);
    assert!(claim(&db, ada).await.is_none());
    assert_eq!(db.store().gathered(ada.id, &request, &complete(&third)).await.unwrap(), 1);
    let claimed = claim(&db, ada).await.unwrap();
    let expected = [&first, &second, &third].map(complete);
    assert_eq!(claimed.context.messages, expected);
}

async fn a_pause_before_another_try_is_not_cut_short(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = say(&db, ada, 1).await;
    let claimed = claim(&db, ada).await.unwrap();
    let pause = std::time::Duration::from_mins(1);
    assert!(db.store().give_back(&claimed, pause).await.unwrap());
    assert_ne!(taken(&db, &incomplete(ada)).await, [first]);
}

async fn what_ended_meanwhile_stays_as_it_is(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = incomplete(ada);
    let request = taken(&db, &incoming).await;
    let delivery = delivery_of(&db, request[0]).await;
    db.store().stop(delivery, ada.discord).await.unwrap();
    assert_eq!(db.store().gathered(ada.id, &request, &complete(&incoming)).await.unwrap(), 0);
    assert_eq!(state(&db, request[0]).await, Cancelled);
}

async fn a_message_that_is_deleted_is_not_waited_for(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = incomplete(ada);
    let request = taken(&db, &incoming).await;
    assert_eq!(say(&db, ada, 1).await, request[0]);
    db.store().message_deleted(incoming.source).await.unwrap();
    assert_eq!(state(&db, request[0]).await, Queued);
    assert_eq!(db.store().gathered(ada.id, &request, &complete(&incoming)).await.unwrap(), 0);
    assert_eq!(claim(&db, ada).await.unwrap().context.messages, [], "nothing of it is left");
}

async fn a_message_without_words_can_be_deleted_too(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let picture = Incoming { text: String::new(), ..saying(ada, 1) };
    let request = taken(&db, &picture).await[0];
    let texts = db.store().request_texts(request).await.unwrap();
    assert_eq!(texts, [(picture.source, String::new())], "it counts as a message");
    assert_eq!(db.store().message_deleted(picture.source).await.unwrap(), Some(ada.id));
    assert_eq!(state(&db, request).await, Cancelled);
}

async fn a_retry_does_not_wait_again(db: TestDb) {
    use shared::testing::{limits, no_guests};
    let ada = db.person_with_key(1).await;
    let request = taken(&db, &incomplete(ada)).await[0];
    let delivery = delivery_of(&db, request).await;
    db.store().stop(delivery, ada.discord).await.unwrap();
    let source = super::stage::snowflake().into();
    let again = db.store().retry(delivery, ada.discord, source, &limits(), &no_guests()).await;
    let shared::store::Retried::Taken { request, .. } = again.unwrap() else { panic!("not taken") };
    assert_eq!(state(&db, request).await, Queued);
}
