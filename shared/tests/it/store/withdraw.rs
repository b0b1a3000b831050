use shared::{
    model::RequestState,
    store::{Fenced, Incoming, Spending, Stopped},
    testing::TestDb,
};

use super::stage::{calling, claim, claimed, delivery_of, say, saying, state, taken};

shared::each_engine!(
    a_deleted_message_is_not_answered,
    what_else_was_said_is_answered,
    what_is_prepared_is_not_called,
    what_is_being_called_goes_on,
);

async fn a_deleted_message_is_not_answered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = say(&db, ada, 1).await;
    let (source, _) = db.store().request_texts(request).await.unwrap()[0].clone();
    assert_eq!(db.store().message_deleted(source).await.unwrap(), Some(ada.id));
    assert_eq!(state(&db, request).await, RequestState::Cancelled);
    assert!(claim(&db, ada).await.is_none());
    assert_eq!(db.store().message_deleted(source).await.unwrap(), None, "once is enough");
    let open = db.store().open_delivery(delivery_of(&db, request).await).await.unwrap();
    assert!(open.expect("it is open").unsaid, "nothing is said of it");
}

async fn what_else_was_said_is_answered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = Incoming { text: "first".into(), ..saying(ada, 1) };
    let second = Incoming { text: "second".into(), ..saying(ada, 1) };
    let request = taken(&db, &first).await[0];
    assert_eq!(taken(&db, &second).await, [request], "it joins");
    let (source, _) = db.store().request_texts(request).await.unwrap()[0].clone();
    db.store().message_deleted(source).await.unwrap();
    assert_eq!(state(&db, request).await, RequestState::Queued);
    let texts = db.store().request_texts(request).await.unwrap();
    assert_eq!(texts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["second"]);
}

async fn what_is_prepared_is_not_called(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    let (source, _) = db.store().request_texts(request.id).await.unwrap()[0].clone();
    db.store().message_deleted(source).await.unwrap();
    let fenced =
        db.store().fence(&request, request.api_key_id, &Spending::default()).await.unwrap();
    assert_ne!(fenced, Fenced::MayCall);
    assert_eq!(state(&db, request.id).await, RequestState::Cancelled);
}

async fn what_is_being_called_goes_on(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let (source, _) = db.store().request_texts(request.id).await.unwrap()[0].clone();
    assert_eq!(db.store().message_deleted(source).await.unwrap(), None);
    assert_eq!(state(&db, request.id).await, RequestState::Calling);
    let delivery = delivery_of(&db, request.id).await;
    assert_eq!(db.store().stop(delivery, ada.discord).await.unwrap(), Stopped::Asked);
}
