//! A message that its author changes before it is answered.

use std::time::Duration;

use shared::{
    ids::{RequestId, SourceId},
    model::RequestState,
    store::{FenceRefusal, Fenced, Incoming},
    testing::{Person, TestDb},
};

use super::stage::{calling, claim, claimed, fence, refusal, say, saying, state, taken};

shared::each_engine!(
    what_stands_there_at_the_call_counts,
    a_prompt_of_older_words_is_not_sent,
    an_edit_after_the_call_changes_nothing,
    only_its_author_changes_it,
    what_was_deleted_stays_so,
    a_deleted_message_takes_its_own_words_along,
    a_message_without_words_can_be_deleted,
);

async fn texts(db: &TestDb, request: RequestId) -> Vec<String> {
    let texts = db.store().request_texts(request).await.unwrap();
    texts.into_iter().map(|(_, text)| text).collect()
}

async fn edit(db: &TestDb, person: Person, source: SourceId, words: &str) -> bool {
    let changed = db.store().message_edited(source, person.discord, words).await.unwrap();
    assert!(changed.is_none_or(|user| user == person.id));
    changed.is_some()
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
