use shared::{
    clock::Clock,
    ids::{BotId, DeliveryId, PersonalityId},
    model::{DeliveryKind, FailureKind, FinishReason, RequestState},
    store::{CallRecord, Incoming, NewPart, NoticeKind, OpenDelivery, ReplyBy, ShardRange},
    testing::{Person, TestDb},
};

use super::stage::{
    answer, broken_off, calling, claim, claimed, delivery_of, fence, figures, finish, say, saying,
    state, taken, viola, wait, wanted,
};

shared::each_engine!(
    the_first_of_each_conversation_is_shown,
    a_delivery_belongs_to_its_shard,
    an_answer_is_shown_until_its_newest_text_stands,
    a_late_answer_opens_a_delivery_again,
    whoever_does_not_own_a_delivery_changes_nothing,
    what_is_posted_is_looked_for_until_its_id_is_stored,
    giving_up_cancels_what_was_not_called,
    giving_up_stops_what_was,
    a_token_is_erased_when_its_command_is_answered,
    a_message_tells_who_spoke,
);

async fn open(db: &TestDb) -> Vec<OpenDelivery> {
    db.store().open_deliveries(ShardRange::single()).await.unwrap()
}

async fn adopted(db: &TestDb, delivery: DeliveryId) -> BotId {
    let bot = BotId::new(&**db.clock());
    assert!(db.store().adopt_delivery(delivery, bot).await.unwrap());
    bot
}

fn part(part: i64, message: u64) -> NewPart {
    NewPart { part, message: message.into(), webhook: Some(5.into()) }
}

async fn answered(db: &TestDb, person: Person, channel: u64) -> DeliveryId {
    let request = calling(db, person, channel).await;
    finish(db, &request, &answer("Good evening."), &figures(1)).await;
    delivery_of(db, request.id).await
}

async fn the_first_of_each_conversation_is_shown(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let first = claimed(&db, ada, 1).await;
    wait(&db, 1);
    let second = say(&db, ada, 1).await;
    let beside = say(&db, ada, 2).await;
    wait(&db, 1);
    let of_bea = say(&db, bea, 1).await;
    let shown: Vec<_> = open(&db).await.iter().map(|delivery| delivery.request).collect();
    assert_eq!(shown, [first.id, beside, of_bea]);

    fence(&db, &first).await;
    finish(&db, &first, &answer("Good evening."), &figures(1)).await;
    let head = open(&db).await.remove(0);
    assert_eq!((head.request, head.is_final, head.want_rev), (first.id, true, 1));
    assert_eq!(head.answer.as_deref(), Some("Good evening."));
    assert_eq!((head.state, head.finish), (RequestState::Answered, Some(FinishReason::Stop)));
    assert_eq!((head.user, head.payer, head.personality), (ada.id, ada.discord, viola()));
    assert_eq!((head.display_name.as_str(), head.kind), ("Viola", DeliveryKind::Webhook));
    assert!(head.error_message.is_some() && head.portrait.is_none());
    let bot = adopted(&db, head.id).await;
    assert!(db.store().shown(head.id, bot, 1).await.unwrap());
    assert!(db.store().open_delivery(head.id).await.unwrap().is_none());
    assert!(open(&db).await.iter().any(|delivery| delivery.request == second));
}

async fn a_delivery_belongs_to_its_shard(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let mut there = saying(ada, 1);
    there.place.guild = Some(((6 << 22) + 9).into());
    let there = taken(&db, &there).await[0];
    let mut private = Incoming { reply_by: ReplyBy::Direct, ..saying(ada, 2) };
    private.place.guild = None;
    let private = taken(&db, &private).await[0];
    let of = async |first, last| {
        let range = ShardRange::new(4, first, last).unwrap();
        let open = db.store().open_deliveries(range).await.unwrap();
        open.iter().map(|delivery| delivery.request).collect::<Vec<_>>()
    };
    assert_eq!(of(0, 1).await, [private]);
    assert_eq!(of(2, 2).await, [there]);
    assert!(of(3, 3).await.is_empty());
    assert_eq!(of(0, 3).await.len(), 2);
    assert!(ShardRange::new(4, 2, 4).is_none() && ShardRange::new(4, 2, 1).is_none());
}

async fn an_answer_is_shown_until_its_newest_text_stands(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let delivery = delivery_of(&db, request.id).await;
    let bot = adopted(&db, delivery).await;
    let store = db.store();
    // a placeholder is not an outcome
    assert!(!store.shown(delivery, bot, 0).await.unwrap());
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    finish(&db, &request, &answer("Good evening."), &figures(1)).await;
    // the bot read the first and shows it while the second lands
    assert!(!store.shown(delivery, bot, 1).await.unwrap());
    let now = store.open_delivery(delivery).await.unwrap().unwrap();
    assert_eq!((now.shown_rev, now.want_rev), (1, 2));
    store.postpone_delivery(delivery, bot, db.clock().now()).await.unwrap();
    assert_eq!(store.open_delivery(delivery).await.unwrap().unwrap().attempts, 1);
    assert!(store.shown(delivery, bot, 2).await.unwrap());
    assert!(!store.shown(delivery, bot, 2).await.unwrap());
    assert!(!store.adopt_delivery(delivery, bot).await.unwrap());
}

async fn a_late_answer_opens_a_delivery_again(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let delivery = delivery_of(&db, request.id).await;
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    let bot = adopted(&db, delivery).await;
    assert!(db.store().shown(delivery, bot, 1).await.unwrap());
    assert!(open(&db).await.is_empty());
    // said by the same worker again after a lost connection: nothing to show
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    assert!(open(&db).await.is_empty());
    finish(&db, &request, &answer("Good evening."), &figures(1)).await;
    let again = open(&db).await.remove(0);
    assert_eq!((again.id, again.want_rev, again.shown_rev), (delivery, 2, 1));
    assert!(db.store().shown(delivery, bot, 2).await.unwrap());
}

async fn whoever_does_not_own_a_delivery_changes_nothing(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let delivery = answered(&db, ada, 1).await;
    let store = db.store();
    let stale = adopted(&db, delivery).await;
    let owner = adopted(&db, delivery).await;
    let before = store.open_delivery(delivery).await.unwrap().unwrap();
    assert!(!store.begin_posting(delivery, stale, 0).await.unwrap());
    assert!(!store.part_posted(delivery, stale, part(0, 900)).await.unwrap());
    assert!(!store.shown(delivery, stale, 1).await.unwrap());
    store.postpone_delivery(delivery, stale, db.clock().now()).await.unwrap();
    store.give_up_delivery(&before, stale).await.unwrap();
    let after = store.open_delivery(delivery).await.unwrap().unwrap();
    assert_eq!((after.posting_part, after.attempts, after.shown_rev), (None, 0, 0));
    assert!(store.posted_parts(delivery).await.unwrap().is_empty());
    assert!(store.due_notices().await.unwrap().is_empty());
    assert!(store.shown(delivery, owner, 1).await.unwrap());
}

async fn what_is_posted_is_looked_for_until_its_id_is_stored(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let delivery = answered(&db, ada, 1).await;
    let bot = adopted(&db, delivery).await;
    let store = db.store();
    let posting = async || store.open_delivery(delivery).await.unwrap().unwrap().posting_part;
    assert!(store.begin_posting(delivery, bot, 0).await.unwrap());
    assert_eq!(posting().await, Some(0));
    assert!(store.part_posted(delivery, bot, part(0, 900)).await.unwrap());
    assert_eq!(posting().await, None);
    // the same again after a lost connection; and part 1
    assert!(store.part_posted(delivery, bot, part(0, 900)).await.unwrap());
    assert!(store.begin_posting(delivery, bot, 1).await.unwrap());
    let plain = NewPart { webhook: None, ..part(1, 901) };
    assert!(store.part_posted(delivery, bot, plain).await.unwrap());
    assert_eq!(store.posted_parts(delivery).await.unwrap(), [part(0, 900), plain]);
}

async fn giving_up_cancels_what_was_not_called(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = say(&db, ada, 1).await;
    let head = open(&db).await.remove(0);
    let bot = adopted(&db, head.id).await;
    db.store().give_up_delivery(&head, bot).await.unwrap();
    assert_eq!(state(&db, request).await, RequestState::Cancelled);
    assert!(open(&db).await.is_empty());
    assert!(claim(&db, ada).await.is_none());
    let told = db.store().due_notices().await.unwrap();
    assert_eq!((told.len(), told[0].kind), (1, NoticeKind::Undeliverable));
    assert_eq!(told[0].request, Some(request));
    // twice is once
    db.store().give_up_delivery(&head, bot).await.unwrap();
    // and the conversation goes on
    assert_ne!(say(&db, ada, 1).await, request);
    assert_eq!(open(&db).await.len(), 1);
}

async fn giving_up_stops_what_was(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let head = open(&db).await.remove(0);
    let bot = adopted(&db, head.id).await;
    db.store().give_up_delivery(&head, bot).await.unwrap();
    assert_eq!(state(&db, request.id).await, RequestState::Calling);
    assert!(db.request(request.id).await.stop_requested);
    // the answer is kept, though it is not shown any more
    assert!(finish(&db, &request, &answer("Good"), &figures(1)).await);
    assert!(open(&db).await.is_empty());
    assert_eq!(wanted(&db, request.id).await, (true, 1));
}

async fn a_token_is_erased_when_its_command_is_answered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let store = db.store();
    let mut ids = Vec::new();
    for channel in [1, 2] {
        let id = DeliveryId::new(&**db.clock());
        let token = db.vault().bot_secrets().seal(id.uuid(), &"a token".into()).unwrap();
        let reply_by = ReplyBy::Interaction { delivery: id, token, expires_at: db.clock().now() };
        taken(&db, &Incoming { reply_by, ..saying(ada, channel) }).await;
        ids.push(id);
    }
    let waiting = store.open_delivery(ids[0]).await.unwrap().unwrap();
    let (sealed, expires_at) = waiting.interaction.as_ref().unwrap();
    assert_eq!(*expires_at, db.clock().now());
    assert!(db.vault().bot_secrets().open(ids[0].uuid(), sealed).is_ok());
    let left = async |id: DeliveryId| db.delivery(id).await.token_columns();
    let request = claim(&db, ada).await.unwrap();
    fence(&db, &request).await;
    let bot = adopted(&db, ids[0]).await;
    store.shown(ids[0], bot, 0).await.unwrap();
    assert_eq!(left(ids[0]).await, 3);
    finish(&db, &request, &answer("Good evening."), &figures(1)).await;
    assert!(store.shown(ids[0], bot, 1).await.unwrap());
    assert_eq!(left(ids[0]).await, 0);

    let other = store.open_delivery(ids[1]).await.unwrap().unwrap();
    let bot = adopted(&db, ids[1]).await;
    store.give_up_delivery(&other, bot).await.unwrap();
    assert_eq!(left(ids[1]).await, 0);
}

async fn a_message_tells_who_spoke(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let delivery = answered(&db, ada, 1).await;
    let bot = adopted(&db, delivery).await;
    for (index, message) in [(0, 900), (1, 901)] {
        let part = part(index, message);
        assert!(db.store().part_posted(delivery, bot, part).await.unwrap());
    }
    let who = async |message: u64| -> Option<(PersonalityId, String, Option<String>)> {
        db.store().speaker_of(message.into()).await.unwrap()
    };
    let said = (viola(), "Viola".to_owned(), Some("Good evening.".to_owned()));
    assert_eq!(who(900).await, Some(said.clone()));
    assert_eq!(who(901).await, Some(said));
    assert_eq!(who(902).await, None);
    // what failed says why, and nothing else
    let request = claimed(&db, ada, 1).await;
    db.store().fail_unspent(&request, FailureKind::Internal).await.unwrap();
    let failed = db.store().open_delivery(delivery_of(&db, request.id).await).await.unwrap();
    let failed = failed.unwrap();
    assert_eq!((failed.failure, failed.answer), (Some(FailureKind::Internal), None));
}
