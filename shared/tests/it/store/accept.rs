use chrono::TimeDelta;
use shared::{
    context::{Carried, How, MessageContext, Reference},
    ids::{ChannelId, PersonalityId},
    model::{InactiveReason, KeySource, Provider},
    personality::ModelSettings,
    store::{Accepted, Incoming, Limits, Refusal, RequestContext, SystemKey},
    testing::{TestDb, limits, message, no_guests},
};

use super::stage::{accept, claim, delivery_of, refused, say, saying, taken, viola, wait};

shared::each_engine!(
    a_message_is_taken_once,
    everybody_addressed_gets_one_request,
    refused_for_one_is_refused_for_all,
    without_a_key_nobody_is_charged,
    a_key_that_was_switched_off_never_falls_back,
    guests_have_a_limit_a_day,
    so_many_may_wait,
    the_model_is_the_personalitys_then_the_keys_then_the_default,
    what_was_said_is_what_a_worker_reads,
    a_nul_is_left_out,
);

fn guests(limit: i64) -> SystemKey {
    SystemKey { guest_daily_limit: Some(limit), ..no_guests() }
}

async fn a_message_is_taken_once(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let incoming = message(1, ada.discord);
    let Accepted::Taken { user, requests } = accept(&db, &incoming).await else { panic!() };
    assert_eq!((user, requests.len()), (ada.id, 1));
    delivery_of(&db, requests[0]).await;

    assert_eq!(accept(&db, &incoming).await, Accepted::Already);
    claim(&db, ada).await.unwrap();
    assert_eq!(accept(&db, &incoming).await, Accepted::Already);
    assert_eq!(db.requests_of(ada.id).await.len(), 1);
}

async fn everybody_addressed_gets_one_request(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let bob = db.personality("Bob", None).await;
    // Viola by her name and by her alias
    let personalities = vec![viola(), bob, viola()];
    let requests = taken(&db, &Incoming { personalities, ..message(1, ada.discord) }).await;
    assert_eq!(requests.len(), 2);
    for (request, personality) in requests.iter().zip([viola(), bob]) {
        let claimed = claim(&db, ada).await.unwrap();
        assert_eq!((claimed.id, claimed.personality_id), (*request, personality));
    }
}

async fn refused_for_one_is_refused_for_all(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let bob = db.personality("Bob", None).await;
    let incoming = Incoming { personalities: vec![viola(), bob], ..message(1, ada.discord) };
    let one = Limits { max_queued: 1, ..limits() };
    let why = Refusal::Busy { waiting: 1 };
    let refused = db.store().accept(&incoming, &one, &no_guests()).await.unwrap();
    assert_eq!(refused, Accepted::Refused { user: ada.id, why });
    assert_eq!(db.requests_of(ada.id).await.len(), 0);
    // nothing of it is left behind that would make the next try look like a repetition
    assert_eq!(taken(&db, &incoming).await.len(), 2);
}

async fn without_a_key_nobody_is_charged(db: TestDb) {
    let stranger = message(1, 77.into());
    let Accepted::Refused { user, why } = accept(&db, &stranger).await else { panic!() };
    assert_eq!(why, Refusal::NoKey);
    assert_eq!(db.store().user(user).await.unwrap().unwrap().discord_id, 77.into());

    let ada = db.person_with_key(1).await;
    assert!(db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap());
    assert_eq!(refused(&db, &message(2, ada.discord)).await, Refusal::NoKey);
}

async fn a_key_that_was_switched_off_never_falls_back(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let key = db.store().live_keys(ada.id).await.unwrap().remove(0);
    assert!(db.store().switch_off_key(key.id, InactiveReason::Rejected).await.unwrap());
    let generous = guests(100);
    let refused = db.store().accept(&message(1, ada.discord), &limits(), &generous).await.unwrap();
    let why = Refusal::KeySwitchedOff { last4: key.last4 };
    assert_eq!(refused, Accepted::Refused { user: ada.id, why });
}

async fn guests_have_a_limit_a_day(db: TestDb) {
    let guest = db.person(5).await;
    let say = async |source| {
        let mut incoming = message(source, guest.discord);
        incoming.place.channel = ChannelId::from(source);
        db.store().accept(&incoming, &limits(), &guests(2)).await.unwrap()
    };
    let used_up = Accepted::Refused { user: guest.id, why: Refusal::GuestLimit };
    assert!(matches!(say(1).await, Accepted::Taken { .. }));
    assert!(matches!(say(2).await, Accepted::Taken { .. }));
    assert_eq!(say(3).await, used_up);
    let paid = claim(&db, guest).await.unwrap();
    assert_eq!((paid.key_source, paid.api_key_id), (KeySource::System, None));

    // it is noon: the day ends in twelve hours
    db.clock().advance(TimeDelta::hours(12) - TimeDelta::microseconds(1));
    assert_eq!(say(4).await, used_up);
    db.clock().advance(TimeDelta::microseconds(1));
    assert!(matches!(say(5).await, Accepted::Taken { .. }));

    // a key of one's own ends being a guest, and taking it away begins it again
    db.give_key(guest, "sk-test-of-a-guest").await;
    assert!(matches!(say(6).await, Accepted::Taken { .. }));
    assert!(matches!(say(7).await, Accepted::Taken { .. }));
    db.store().remove_key(guest.id, Provider::OpenRouter).await.unwrap();
    assert!(matches!(say(8).await, Accepted::Taken { .. }));
    assert_eq!(say(9).await, used_up);
}

async fn so_many_may_wait(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    for channel in 1..=limits().max_queued {
        say(&db, ada, channel.cast_unsigned()).await;
    }
    let waiting = limits().max_queued;
    assert_eq!(refused(&db, &saying(ada, 99)).await, Refusal::Busy { waiting });
    say(&db, bea, 99).await;
    // joining makes no more of them; and what is under way does not wait
    say(&db, ada, 1).await;
    claim(&db, ada).await.unwrap();
    say(&db, ada, 99).await;
}

async fn the_model_is_the_personalitys_then_the_keys_then_the_default(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let bob = db.personality("Bob", None).await;
    let mut channel = 0;
    let mut model_for = async |personality: PersonalityId| {
        channel += 1;
        let personalities = vec![personality];
        taken(&db, &Incoming { personalities, ..saying(ada, channel) }).await;
        let claimed = claim(&db, ada).await.unwrap();
        db.store().fail_unspent(&claimed, shared::model::FailureKind::Internal).await.unwrap();
        claimed.model
    };
    assert_eq!(model_for(bob).await, "test/model");
    db.set_model_of_keys(ada, "keys/model").await;
    assert_eq!(model_for(bob).await, "keys/model");
    let his = ModelSettings { model: Some("bobs/model".into()), ..ModelSettings::default() };
    db.set_model(bob, his).await;
    assert_eq!(model_for(bob).await, "bobs/model");
    assert_eq!(model_for(viola()).await, "keys/model");
}

async fn what_was_said_is_what_a_worker_reads(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let mut context = RequestContext::by("Ada \\ 🎭");
    context.add(quoting("Bea", "12.50 → \"né\""));
    let mut incoming = Incoming { context: context.clone(), ..message(1, ada.discord) };
    incoming.place.thread = Some(300.into());
    taken(&db, &incoming).await;
    let claimed = claim(&db, ada).await.unwrap();
    assert_eq!(claimed.context, context);
    assert_eq!(claimed.channel_id, 300.into());
    assert_eq!(claimed.guild_id, incoming.place.guild);
    assert_eq!(claimed.created_at, shared::clock::Clock::now(&**db.clock()));
    assert_eq!((claimed.provider, claimed.dispatches), (Provider::OpenRouter, 0));
    let texts = db.store().request_texts(claimed.id).await.unwrap();
    assert_eq!(texts, [(1.into(), "message 1".to_owned())]);
    wait(&db, 1);
}

async fn a_nul_is_left_out(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let mut context = RequestContext::by("A\0da");
    context.add(quoting("B\0ea", "\0"));
    let incoming = Incoming {
        text: "a\0b".into(),
        username: "a\0da".into(),
        context,
        ..message(1, ada.discord)
    };
    let request = taken(&db, &incoming).await[0];
    assert_eq!(db.store().request_texts(request).await.unwrap()[0].1, "ab");
    let context = claim(&db, ada).await.unwrap().context;
    let quoted = &context.messages[0].references[0];
    assert_eq!((&*context.author_name, &*quoted.author_name, &*quoted.text), ("Ada", "Bea", ""));
}

/// What message 1 refers to.
fn quoting(author_name: &str, text: &str) -> MessageContext {
    let quoted = Reference {
        how: How::Reply,
        author_name: author_name.into(),
        said_by: None,
        text: text.into(),
        carried: Carried::default(),
    };
    MessageContext { references: vec![quoted], ..MessageContext::of(1.into()) }
}
