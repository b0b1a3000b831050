//! What is done about a reply: who asked, another answer, its end; and what is remembered.

use std::time::Duration;

use chrono::TimeDelta;
use shared::{
    ids::{BotId, ChannelId, ClearingId, DeliveryId, MessageId, RequestId},
    model::RequestState,
    store::{ClaimedRequest, Conversation, Fenced, NewPart, Refusal, Regenerated, ShardRange},
    testing::{Person, TestDb, limits, no_guests},
};

use super::stage::{
    answer, broken_off, calling, claim, delivery_of, fence, figures, finish, say, snowflake, state,
    viola,
};

shared::each_engine!(
    every_part_of_a_reply_tells_who_asked,
    a_private_personality_has_no_name_for_others,
    another_answer_takes_the_place_of_the_old_one,
    another_answer_is_for_who_asked_once_for_each_wish,
    a_late_answer_does_not_come_back,
    what_is_taken_back_is_gone_from_the_history,
    what_is_taken_back_while_it_runs_is_stopped_and_never_remembered,
    what_is_cleared_comes_back_for_a_day,
    one_clears_what_is_ones_own,
    what_is_cleared_is_in_no_prompt_made_after_it,
    what_is_cleared_or_taken_back_is_in_nobodys_prompt,
);

async fn answered(db: &TestDb, person: Person, channel: u64, text: &str) -> ClaimedRequest {
    let request = calling(db, person, channel).await;
    assert!(finish(db, &request, &answer(text), &figures(1)).await);
    request
}

async fn show(db: &TestDb, request: RequestId, parts: i64) -> (DeliveryId, Vec<MessageId>) {
    let (delivery, bot) = (delivery_of(db, request).await, BotId::new(&**db.clock()));
    assert!(db.store().adopt_delivery(delivery, bot).await.unwrap());
    let mut messages = Vec::new();
    for part in 0..parts {
        let message = snowflake().into();
        db.store().begin_posting(delivery, bot, part).await.unwrap();
        let new = NewPart { part, message, webhook: Some(1.into()) };
        assert!(db.store().part_posted(delivery, bot, new).await.unwrap());
        messages.push(message);
    }
    let rev = db.delivery_of(request).await.want_rev;
    db.store().shown(delivery, bot, rev).await.unwrap();
    (delivery, messages)
}

async fn again(db: &TestDb, delivery: DeliveryId, by: Person, wish: u64) -> Regenerated {
    let (limits, system) = (limits(), no_guests());
    db.store().regenerate(delivery, by.discord, wish.into(), &limits, &system).await.unwrap()
}

fn conversation(person: Person, channel: ChannelId) -> Conversation {
    Conversation { user: person.id, channel, is_shared: false, personality: viola() }
}

async fn remembered(db: &TestDb, person: Person, channel: u64) -> Vec<String> {
    let turns = db.store().recent_turns(conversation(person, channel.into()), None, 50).await;
    turns.unwrap().into_iter().map(|turn| turn.assistant_text).collect()
}

async fn every_part_of_a_reply_tells_who_asked(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = answered(&db, ada, 1, "hi").await;
    let (delivery, messages) = show(&db, request.id, 3).await;
    for message in messages {
        let reply = db.store().reply_of(message, 99.into()).await.unwrap().unwrap();
        assert_eq!((reply.delivery, reply.asked_by), (delivery, ada.discord));
        assert_eq!(reply.name.as_deref(), Some("Viola"));
        assert_eq!(reply.asked_at, request.created_at);
    }
    assert_eq!(db.store().reply_of(5.into(), ada.discord).await.unwrap(), None);
}

async fn a_private_personality_has_no_name_for_others(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let request = answered(&db, ada, 1, "hi").await;
    let (_, messages) = show(&db, request.id, 1).await;
    db.make_private(viola(), ada.id).await;
    let name = async |person: Person| {
        db.store().reply_of(messages[0], person.discord).await.unwrap().unwrap().name
    };
    assert_eq!((name(ada).await.as_deref(), name(bea).await), (Some("Viola"), None));
    let speaker =
        async |person: Person| db.store().speaker_for(messages[0], person.discord).await.unwrap();
    assert_eq!((speaker(ada).await, speaker(bea).await), (Some(viola()), None));
}

async fn another_answer_takes_the_place_of_the_old_one(db: TestDb) {
    let ada = db.person_with_key(1).await;
    answered(&db, ada, 1, "one").await;
    let second = answered(&db, ada, 1, "two").await;
    answered(&db, ada, 1, "three").await;
    let delivery = delivery_of(&db, second.id).await;
    for text in ["two again", "two once more"] {
        let wish = again(&db, delivery, ada, snowflake()).await;
        let Regenerated::Taken { request, .. } = wish else { panic!("{wish:?}") };
        let claimed = claim(&db, ada).await.unwrap();
        assert_eq!(claimed.id, request);
        // it sees what was said before, and not itself
        let (here, store) = (conversation(ada, claimed.channel_id), db.store());
        let seen = store.recent_turns(here, Some(request), 50).await.unwrap();
        assert_eq!(
            seen.iter().map(|turn| turn.assistant_text.as_str()).collect::<Vec<_>>(),
            ["one"]
        );
        let words = store.request_texts(second.id).await.unwrap();
        assert_eq!(store.request_texts(request).await.unwrap()[0].1, words[0].1);
        fence(&db, &claimed).await;
        assert!(finish(&db, &claimed, &answer(text), &figures(1)).await);
        assert_eq!(remembered(&db, ada, 1).await, ["one", text, "three"]);
    }
}

async fn another_answer_is_for_who_asked_once_for_each_wish(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let request = say(&db, ada, 1).await;
    let delivery = delivery_of(&db, request).await;
    assert_eq!(again(&db, delivery, ada, snowflake()).await, Regenerated::Unfinished);
    let claimed = claim(&db, ada).await.unwrap();
    fence(&db, &claimed).await;
    finish(&db, &claimed, &answer("hi"), &figures(1)).await;
    assert_eq!(again(&db, delivery, bea, snowflake()).await, Regenerated::NotYours);
    let wish = snowflake();
    assert!(matches!(again(&db, delivery, ada, wish).await, Regenerated::Taken { .. }));
    assert_eq!(again(&db, delivery, ada, wish).await, Regenerated::Already);
    assert_eq!(db.requests().await.len(), 2);
    let nothing = DeliveryId::new(&**db.clock());
    assert_eq!(again(&db, nothing, ada, snowflake()).await, Regenerated::Unknown);
    db.make_private(viola(), bea.id).await;
    let gone = Regenerated::Refused(Refusal::NoSuchPersonality);
    assert_eq!(again(&db, delivery, ada, snowflake()).await, gone);
}

async fn a_late_answer_does_not_come_back(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = calling(&db, ada, 1).await;
    finish(&db, &first, &broken_off("Goo"), &figures(1)).await;
    let delivery = delivery_of(&db, first.id).await;
    assert!(matches!(again(&db, delivery, ada, snowflake()).await, Regenerated::Taken { .. }));
    let second = claim(&db, ada).await.unwrap();
    fence(&db, &second).await;
    finish(&db, &second, &answer("new"), &figures(1)).await;
    assert!(finish(&db, &first, &answer("late"), &figures(1)).await);
    assert_eq!(remembered(&db, ada, 1).await, ["new"]);
}

async fn what_is_taken_back_is_gone_from_the_history(db: TestDb) {
    let ada = db.person_with_key(1).await;
    answered(&db, ada, 1, "one").await;
    let request = answered(&db, ada, 1, "two").await;
    let (delivery, _) = show(&db, request.id, 2).await;
    assert_eq!(db.store().unsay(delivery).await.unwrap(), Some(ada.id));
    assert_eq!(remembered(&db, ada, 1).await, ["one"]);
    // the bot looks once more, and sees that nothing is to be seen
    let open = db.store().open_delivery(delivery).await.unwrap().expect("open again");
    assert!(open.unsaid && open.is_final && open.want_rev > open.shown_rev);
    let nothing = DeliveryId::new(&**db.clock());
    assert_eq!(db.store().unsay(nothing).await.unwrap(), None);
}

async fn what_is_taken_back_while_it_runs_is_stopped_and_never_remembered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let waiting = say(&db, ada, 2).await;
    db.store().unsay(delivery_of(&db, waiting).await).await.unwrap();
    assert_eq!(state(&db, waiting).await, RequestState::Cancelled);

    let request = calling(&db, ada, 1).await;
    let delivery = delivery_of(&db, request.id).await;
    db.store().unsay(delivery).await.unwrap();
    let worker_asks = db.request(request.id).await;
    assert_eq!(worker_asks.state, RequestState::Calling, "it is paid for, and ends soon");
    let open = db.store().open_deliveries(ShardRange::single()).await.unwrap();
    assert!(open.iter().any(|open| open.id == delivery && open.unsaid && !open.is_final));
    assert!(finish(&db, &request, &answer("Goo"), &figures(1)).await);
    assert!(remembered(&db, ada, 1).await.is_empty());
}

async fn what_is_cleared_comes_back_for_a_day(db: TestDb) {
    let ada = db.person_with_key(1).await;
    answered(&db, ada, 1, "one").await;
    answered(&db, ada, 1, "two").await;
    answered(&db, ada, 2, "elsewhere").await;
    let held = say(&db, ada, 1).await;
    let before = claim(&db, ada).await.unwrap();
    assert_eq!(before.id, held);
    let store = db.store();
    let clear = async || {
        let clearing = ClearingId::new(&**db.clock());
        (clearing, store.clear_history(clearing, ada.id, 1.into(), viola()).await.unwrap())
    };
    let (clearing, cleared) = clear().await;
    assert_eq!(cleared, 2);
    assert!(remembered(&db, ada, 1).await.is_empty());
    assert_eq!(remembered(&db, ada, 2).await, ["elsewhere"]);
    let refused = shared::store::FenceRefusal::WordsChanged;
    assert_eq!(fence(&db, &before).await, super::stage::refusal(refused), "its prompt is old");
    assert_eq!(clear().await.1, 0, "nothing is left");
    assert_eq!(store.undo_clearing(clearing, ada.discord).await.unwrap(), 2);
    assert_eq!(remembered(&db, ada, 1).await, ["one", "two"]);
    assert_eq!(store.undo_clearing(clearing, ada.discord).await.unwrap(), 0);

    let (clearing, _) = clear().await;
    db.clock().advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(store.erase_cleared().await.unwrap(), 0);
    db.clock().advance(TimeDelta::seconds(1));
    assert_eq!(store.undo_clearing(clearing, ada.discord).await.unwrap(), 0, "too late");
    assert_eq!(store.erase_cleared().await.unwrap(), 2);
}

async fn one_clears_what_is_ones_own(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    answered(&db, ada, 1, "to ada").await;
    answered(&db, bea, 1, "to bea").await;
    let clearing = ClearingId::new(&**db.clock());
    db.store().clear_history(clearing, ada.id, 1.into(), viola()).await.unwrap();
    assert_eq!(remembered(&db, bea, 1).await, ["to bea"]);
    assert_eq!(db.store().undo_clearing(clearing, bea.discord).await.unwrap(), 0);
    assert!(remembered(&db, ada, 1).await.is_empty());
}

async fn what_is_cleared_is_in_no_prompt_made_after_it(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    answered(&db, ada, 1, "to ada").await;
    answered(&db, bea, 1, "to bea").await;
    let store = db.store();
    // a server's channel, where both are heard; a request is under way for each
    let prompt = async |request: &ClaimedRequest| {
        let of = Conversation {
            user: request.user_id,
            channel: 1.into(),
            is_shared: true,
            personality: viola(),
        };
        let turns = store.recent_turns(of, Some(request.id), 50).await.unwrap();
        turns.into_iter().map(|turn| turn.assistant_text).collect::<Vec<_>>()
    };
    say(&db, ada, 1).await;
    say(&db, bea, 1).await;
    let (hers, others) = (claim(&db, ada).await.unwrap(), claim(&db, bea).await.unwrap());
    assert_eq!(prompt(&others).await, ["to ada", "to bea"]);

    let clearing = ClearingId::new(&**db.clock());
    assert_eq!(store.clear_history(clearing, ada.id, 1.into(), viola()).await.unwrap(), 1);
    for request in [&hers, &others] {
        assert_eq!(prompt(request).await, ["to bea"], "whoever speaks");
    }
    // prompts that were made before are made again
    let changed = shared::store::FenceRefusal::WordsChanged;
    for request in [&hers, &others] {
        assert_eq!(fence(&db, request).await, super::stage::refusal(changed));
        assert!(store.give_back(request, Duration::ZERO).await.unwrap());
    }
    let others = claim(&db, bea).await.unwrap();
    assert_eq!(fence(&db, &others).await, Fenced::MayCall);
    assert!(finish(&db, &others, &answer("again to bea"), &figures(1)).await);
    let anew = claim(&db, ada).await.unwrap();
    assert_eq!((anew.id, fence(&db, &anew).await), (hers.id, Fenced::MayCall));
    assert_eq!(prompt(&anew).await, ["to bea", "again to bea"]);
    store.undo_clearing(clearing, ada.discord).await.unwrap();
    assert_eq!(prompt(&anew).await, ["to ada", "to bea", "again to bea"]);
}

/// In a server, everybody is reminded of what everybody said.
async fn what_is_cleared_or_taken_back_is_in_nobodys_prompt(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let shown = answered(&db, ada, 1, "one").await;
    let (delivery, _) = show(&db, shown.id, 1).await;
    answered(&db, ada, 1, "two").await;
    let refused = super::stage::refusal(shared::store::FenceRefusal::WordsChanged);
    let asks = async |channel: u64| {
        say(&db, bea, channel).await;
        claim(&db, bea).await.unwrap()
    };
    let (here, elsewhere) = (asks(1).await, asks(2).await);
    db.store().unsay(delivery).await.unwrap();
    assert_eq!(fence(&db, &here).await, refused);
    assert_eq!(fence(&db, &elsewhere).await, Fenced::MayCall);

    assert!(db.store().give_back(&here, Duration::ZERO).await.unwrap());
    let again = claim(&db, bea).await.unwrap();
    let clearing = ClearingId::new(&**db.clock());
    db.store().clear_history(clearing, ada.id, 1.into(), viola()).await.unwrap();
    assert_eq!(fence(&db, &again).await, refused);
}
