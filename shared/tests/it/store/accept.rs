use shared::{
    store::Accepted,
    testing::{TestDb, limits, message, no_guests},
};

shared::each_engine!(a_message_is_taken_once);

async fn a_message_is_taken_once(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = message(1, ada.discord);
    let taken = db.store().accept(&incoming, &limits(), &no_guests()).await.unwrap();
    let Accepted::Taken { user, requests } = taken else { panic!("{taken:?}") };
    assert_eq!((user, requests.len()), (ada.id, 1));
    let again = db.store().accept(&incoming, &limits(), &no_guests()).await.unwrap();
    assert_eq!(again, Accepted::Already);
}
