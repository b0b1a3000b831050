use shared::{
    model::{FailureKind, RequestState},
    store::NoticeKind,
    testing::{TestDb, message},
};

use super::stage::{accept, calling, claim, say, state, wait, wanted};

shared::each_engine!(what_nobody_takes_ends, what_is_under_way_goes_on, a_doubt_is_cleared);

async fn what_nobody_takes_ends(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = say(&db, ada, 1).await;
    assert_eq!(db.store().expire_overdue().await.unwrap(), 0);
    wait(&db, 3600);
    assert_eq!(db.store().expire_overdue().await.unwrap(), 1);
    assert_eq!(state(&db, request).await, RequestState::Expired);
    assert_eq!(wanted(&db, request).await, (true, 1), "it is shown");
    let notices = db.store().due_notices().await.unwrap();
    assert_eq!(notices.len(), 1, "its payer is told");
    assert_eq!(notices[0].kind, NoticeKind::Failed(FailureKind::Expired));
    assert!(claim(&db, ada).await.is_none());
    assert_eq!(db.store().expire_overdue().await.unwrap(), 0, "once");
}

async fn what_is_under_way_goes_on(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    wait(&db, 3600);
    assert_eq!(db.store().expire_overdue().await.unwrap(), 0);
    assert_eq!(state(&db, request.id).await, RequestState::Calling);
}

async fn a_doubt_is_cleared(db: TestDb) {
    let ada = db.person_with_key(1).await;
    assert!(!db.store().was_accepted(77.into(), ada.discord).await.unwrap());
    accept(&db, &message(77, ada.discord)).await;
    assert!(db.store().was_accepted(77.into(), ada.discord).await.unwrap());
}
