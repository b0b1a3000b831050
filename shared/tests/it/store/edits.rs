//! A message that its author changes before it is answered.

use std::time::Duration;

use shared::{
    context::{MessageContext, Names, bounds::MAX_NAMES},
    ids::{RequestId, SourceId},
    model::RequestState,
    store::{FenceRefusal, Fenced, Incoming, Regenerated, Retried},
    testing::{Person, TestDb, limits, no_guests},
};

use super::stage::{
    answer, calling, claim, claimed, delivery_of, fence, figures, finish, refusal, say, saying,
    snowflake, state, taken,
};

shared::each_engine!(
    what_stands_there_at_the_call_counts,
    a_prompt_of_older_words_is_not_sent,
    an_edit_after_the_call_changes_nothing,
    only_its_author_changes_it,
    what_was_deleted_stays_so,
    a_deleted_message_takes_its_own_words_along,
    a_message_without_words_can_be_deleted,
    whom_an_edit_mentions_has_a_name,
    names_of_an_edit_outlast_the_gathering,
    however_often_it_is_edited_names_have_a_bound,
    an_edit_reaches_another_answer_until_its_call,
    a_deletion_reaches_another_answer_until_its_call,
    each_message_of_a_retry_can_be_changed,
    nothing_is_left_to_retry,
);

async fn texts(db: &TestDb, request: RequestId) -> Vec<String> {
    let texts = db.store().request_texts(request).await.unwrap();
    texts.into_iter().map(|(_, text)| text).collect()
}

async fn edit(db: &TestDb, person: Person, source: SourceId, words: &str) -> bool {
    edit_naming(db, person, source, words, &Names::default()).await
}

async fn edit_naming(
    db: &TestDb,
    person: Person,
    source: SourceId,
    words: &str,
    names: &Names,
) -> bool {
    let edited = db.store().message_edited(source, person.discord, words, names).await;
    let changed = edited.unwrap();
    assert!(changed.is_none_or(|user| user == person.id));
    changed.is_some()
}

fn named(people: impl IntoIterator<Item = (u64, &'static str)>) -> Names {
    let users = people.into_iter().map(|(id, name)| (id, name.to_owned())).collect();
    Names { users, ..Names::default() }
}

/// A message that mentions somebody.
fn mentioning(person: Person) -> (Incoming, MessageContext) {
    let mut incoming = saying(person, 1);
    let message =
        MessageContext { names: named([(5, "Five")]), ..MessageContext::of(incoming.source) };
    incoming.context.messages.push(message.clone());
    (incoming, message)
}

async fn names_claimed(db: &TestDb, person: Person) -> Names {
    claim(db, person).await.unwrap().context.messages[0].names.clone()
}

/// Another answer to what was answered, and the message that it is about.
async fn asked_again(db: &TestDb, person: Person) -> (RequestId, SourceId) {
    let first = calling(db, person, 1).await;
    finish(db, &first, &answer("hi"), &figures(1)).await;
    let (source, _) = db.store().request_texts(first.id).await.unwrap()[0].clone();
    let (delivery, press) = (delivery_of(db, first.id).await, snowflake().into());
    let store = db.store();
    let again = store.regenerate(delivery, person.discord, press, &limits(), &no_guests()).await;
    let Regenerated::Taken { request, .. } = again.unwrap() else { panic!("not taken") };
    (request, source)
}

async fn two_joined(db: &TestDb, ada: Person) -> (RequestId, SourceId, SourceId) {
    let first = Incoming { text: "first".into(), ..saying(ada, 1) };
    let second = Incoming { text: "second".into(), ..saying(ada, 1) };
    let request = taken(db, &first).await[0];
    assert_eq!(taken(db, &second).await, [request], "it joins");
    (request, first.source, second.source)
}

async fn what_stands_there_at_the_call_counts(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (request, _, second) = two_joined(&db, ada).await;
    assert!(db.store().may_be_edited(second, ada.discord).await.unwrap());
    assert!(edit(&db, ada, second, "second, changed").await);
    assert!(!edit(&db, ada, second, "second, changed").await, "nothing changed");
    assert_eq!(texts(&db, request).await, ["first", "second, changed"]);
    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!(fence(&db, &claimed).await, Fenced::MayCall, "it was claimed with these words");
}

async fn a_prompt_of_older_words_is_not_sent(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (request, first, second) = two_joined(&db, ada).await;
    let before = claim(&db, ada).await.unwrap();
    assert!(edit(&db, ada, first, "changed").await);
    assert_eq!(fence(&db, &before).await, refusal(FenceRefusal::WordsChanged));
    assert_eq!(state(&db, request).await, RequestState::Claimed, "not ended");
    assert!(db.store().give_back(&before, Duration::ZERO).await.unwrap());
    let after = claim(&db, ada).await.unwrap();
    // so does a deletion of one of several
    assert_eq!(db.store().message_deleted(second).await.unwrap(), Some(ada.id));
    assert_eq!(fence(&db, &after).await, refusal(FenceRefusal::WordsChanged));
    assert!(db.store().give_back(&after, Duration::ZERO).await.unwrap());
    let last = claim(&db, ada).await.unwrap();
    assert_eq!(texts(&db, request).await, ["changed"]);
    assert_eq!(fence(&db, &last).await, Fenced::MayCall);
    assert_eq!(db.request(request).await.attempt, 1, "giving back counts for nothing");
}

async fn an_edit_after_the_call_changes_nothing(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let (source, words) = db.store().request_texts(request.id).await.unwrap()[0].clone();
    assert!(!db.store().may_be_edited(source, ada.discord).await.unwrap());
    assert!(!edit(&db, ada, source, "changed").await);
    assert_eq!(texts(&db, request.id).await, [words]);
}

async fn only_its_author_changes_it(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let request = say(&db, ada, 1).await;
    let (source, words) = db.store().request_texts(request).await.unwrap()[0].clone();
    assert!(!edit(&db, bea, source, "changed").await);
    assert_eq!(texts(&db, request).await, [words]);
}

async fn what_was_deleted_stays_so(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (request, first, _) = two_joined(&db, ada).await;
    db.store().message_deleted(first).await.unwrap();
    assert!(!edit(&db, ada, first, "back again").await);
    assert_eq!(texts(&db, request).await, ["second"]);
}

async fn a_deleted_message_takes_its_own_words_along(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (request, first, second) = two_joined(&db, ada).await;
    db.store().message_deleted(first).await.unwrap();
    assert_eq!(state(&db, request).await, RequestState::Queued);
    assert_eq!(texts(&db, request).await, ["second"]);
    db.store().message_deleted(second).await.unwrap();
    assert_eq!(state(&db, request).await, RequestState::Cancelled);
}

async fn a_message_without_words_can_be_deleted(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let picture = Incoming { text: String::new(), ..saying(ada, 1) };
    let request = taken(&db, &picture).await[0];
    assert_eq!(db.store().message_deleted(picture.source).await.unwrap(), Some(ada.id));
    assert_eq!(state(&db, request).await, RequestState::Cancelled);
    // and one that joins it leaves it as it is
    let held = claimed(&db, ada, 2).await;
    assert_eq!(state(&db, held.id).await, RequestState::Claimed);
}

async fn whom_an_edit_mentions_has_a_name(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (incoming, _) = mentioning(ada);
    taken(&db, &incoming).await;
    let newer = named([(5, "another"), (6, "Six")]);
    assert!(edit_naming(&db, ada, incoming.source, "and <@6>", &newer).await);
    let both = named([(5, "another"), (6, "Six")]);
    assert_eq!(names_claimed(&db, ada).await, both, "the newest name counts");
}

async fn names_of_an_edit_outlast_the_gathering(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (mut incoming, message) = mentioning(ada);
    incoming.context.awaited.push(incoming.source);
    let requests = taken(&db, &incoming).await;
    assert!(edit_naming(&db, ada, incoming.source, "and <@6>", &named([(6, "Six")])).await);
    assert_eq!(db.store().gathered(ada.id, &requests, &message).await.unwrap(), 1);
    assert_eq!(names_claimed(&db, ada).await, named([(5, "Five"), (6, "Six")]));
}

async fn however_often_it_is_edited_names_have_a_bound(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (incoming, _) = mentioning(ada);
    taken(&db, &incoming).await;
    let most = u64::try_from(MAX_NAMES).unwrap();
    for round in 1..=3_u64 {
        let names = named((0..most).map(|number| (round * 1000 + number, "somebody")));
        assert!(edit_naming(&db, ada, incoming.source, &format!("{round}"), &names).await);
    }
    let kept = names_claimed(&db, ada).await.users;
    assert_eq!((kept.len(), kept.first_key_value().unwrap().0), (MAX_NAMES, &3000));
}

async fn an_edit_reaches_another_answer_until_its_call(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (again, source) = asked_again(&db, ada).await;
    assert!(db.store().may_be_edited(source, ada.discord).await.unwrap());
    assert!(edit(&db, ada, source, "changed").await);
    assert_eq!(texts(&db, again).await, ["changed"]);
    let before = claim(&db, ada).await.unwrap();
    assert!(edit(&db, ada, source, "changed again").await);
    assert_eq!(fence(&db, &before).await, refusal(FenceRefusal::WordsChanged));
    db.store().give_back(&before, Duration::ZERO).await.unwrap();
    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!((claimed.id, fence(&db, &claimed).await), (again, Fenced::MayCall));
    assert!(!edit(&db, ada, source, "too late").await);
    // a further answer is to the words that were asked last
    finish(&db, &claimed, &answer("ho"), &figures(1)).await;
    assert_eq!(texts(&db, again).await, ["changed again"]);
}

async fn a_deletion_reaches_another_answer_until_its_call(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (again, source) = asked_again(&db, ada).await;
    assert_eq!(db.store().message_deleted(source).await.unwrap(), Some(ada.id));
    assert_eq!(state(&db, again).await, RequestState::Cancelled);

    let (again, source) = asked_again(&db, ada).await;
    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!(db.store().message_deleted(source).await.unwrap(), Some(ada.id));
    assert_eq!(fence(&db, &claimed).await, refusal(FenceRefusal::Stopped));
    assert_eq!(state(&db, again).await, RequestState::Cancelled);
}

async fn each_message_of_a_retry_can_be_changed(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (request, first, second) = two_joined(&db, ada).await;
    let delivery = delivery_of(&db, request).await;
    db.store().stop(delivery, ada.discord).await.unwrap();
    let (press, store) = (snowflake().into(), db.store());
    let retried = store.retry(delivery, ada.discord, press, &limits(), &no_guests()).await;
    let Retried::Taken { request: again, .. } = retried.unwrap() else { panic!("not taken") };
    assert_eq!(texts(&db, again).await, ["first", "second"]);
    assert!(edit(&db, ada, second, "second, changed").await);
    store.message_deleted(first).await.unwrap();
    assert_eq!(texts(&db, again).await, ["second, changed"]);
    assert_eq!(state(&db, again).await, RequestState::Queued);
    // a message that was copied is not accepted a second time
    let twice = Incoming { source: second, ..saying(ada, 1) };
    let accepted = store.accept(&twice, &limits(), &no_guests()).await.unwrap();
    assert_eq!(accepted, shared::store::Accepted::Already);
}

async fn nothing_is_left_to_retry(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = say(&db, ada, 1).await;
    let (source, _) = db.store().request_texts(request).await.unwrap()[0].clone();
    db.store().message_deleted(source).await.unwrap();
    let (delivery, press) = (delivery_of(&db, request).await, snowflake().into());
    let retried = db.store().retry(delivery, ada.discord, press, &limits(), &no_guests()).await;
    assert_eq!(retried.unwrap(), Retried::NotNeeded);
}
