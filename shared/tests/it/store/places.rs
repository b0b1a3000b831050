//! What moderators allow, and who hears a whole channel.

use shared::{
    ids::{GuildId, PersonalityId},
    model::RequestState,
    store::{
        Activated, FenceRefusal, Incoming, NoticeKind, Place, Refusal, Regenerated, ReplyBy,
        Retried, Rule, ServerPolicy,
    },
    testing::{Person, TestDb, limits, no_guests},
};

use super::stage::{
    broken_off, claim, delivery_of, fence, figures, finish, refusal, refused, saying, snowflake,
    state, taken, viola,
};

shared::each_engine!(
    a_server_allows_everything_until_told_otherwise,
    what_is_forbidden_is_not_accepted,
    what_is_forbidden_while_it_waits_is_not_called,
    nothing_that_a_person_presses_goes_around_it,
    a_thread_does_as_its_channel_until_it_decides,
    only_what_everybody_sees_is_activated_and_five_at_most,
    who_becomes_private_or_goes_is_silent,
);

const GUILD: u64 = 77;

fn guild() -> GuildId {
    GUILD.into()
}

fn place(channel: u64, thread: Option<u64>) -> Place {
    Place { guild: Some(guild()), channel: channel.into(), thread: thread.map(Into::into) }
}

fn said(person: Person, channel: u64, thread: Option<u64>) -> Incoming {
    Incoming {
        place: place(channel, thread),
        reply_by: ReplyBy::Webhook,
        ..saying(person, channel)
    }
}

async fn change(db: &TestDb, change: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send) {
    db.store().change_policy(guild(), change).await.unwrap();
}

async fn switch(db: &TestDb, is_off: bool) {
    change(db, |now| ServerPolicy { is_off, ..now.clone() }).await;
}

async fn a_server_allows_everything_until_told_otherwise(db: TestDb) {
    let store = db.store();
    assert_eq!(store.server_policy(guild()).await.unwrap(), ServerPolicy::default());
    change(&db, |now| ServerPolicy { channels: now.channels.allowing(1.into()), ..now.clone() })
        .await;
    change(&db, |now| ServerPolicy {
        is_off: true,
        personalities: now.personalities.forbidding(viola()),
        ..now.clone()
    })
    .await;
    let status = store.server_status(guild()).await.unwrap();
    let expected = ServerPolicy {
        is_off: true,
        channels: Rule::Only(vec![1.into()]),
        personalities: Rule::AllBut(vec![viola()]),
    };
    assert_eq!((status.policy.clone(), status.names), (expected, vec!["Viola".to_owned()]));
    assert_eq!(store.server_policy(8.into()).await.unwrap(), ServerPolicy::default());
    // whoever is left speaks where nobody is named
    assert_eq!(store.default_speaker(&status.policy).await.unwrap(), None);
    let bob = db.personality("Bob", None).await;
    assert_eq!(store.default_speaker(&status.policy).await.unwrap(), Some(bob));
}

async fn what_is_forbidden_is_not_accepted(db: TestDb) {
    let ada = db.person_with_key(1).await;
    taken(&db, &said(ada, 1, None)).await;
    switch(&db, true).await;
    assert_eq!(refused(&db, &said(ada, 1, None)).await, Refusal::Forbidden);
    switch(&db, false).await;
    taken(&db, &said(ada, 1, None)).await;
    change(&db, |now| ServerPolicy { channels: now.channels.forbidding(1.into()), ..now.clone() })
        .await;
    assert_eq!(refused(&db, &said(ada, 1, None)).await, Refusal::Forbidden);
    assert_eq!(refused(&db, &said(ada, 1, Some(9))).await, Refusal::Forbidden, "its threads too");
    taken(&db, &said(ada, 2, None)).await;
    change(&db, |now| ServerPolicy {
        personalities: now.personalities.forbidding(viola()),
        ..now.clone()
    })
    .await;
    assert_eq!(refused(&db, &said(ada, 2, None)).await, Refusal::Forbidden);
    let bob = db.personality("Bob", None).await;
    taken(&db, &Incoming { personalities: vec![bob], ..said(ada, 2, None) }).await;
    // elsewhere nobody has forbidden anything
    taken(&db, &saying(ada, 1)).await;
}

async fn what_is_forbidden_while_it_waits_is_not_called(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = taken(&db, &said(ada, 1, None)).await[0];
    let claimed = claim(&db, ada).await.unwrap();
    switch(&db, true).await;
    assert_eq!(fence(&db, &claimed).await, refusal(FenceRefusal::Forbidden));
    assert_eq!(state(&db, request).await, RequestState::Cancelled);
    assert_eq!(db.usage_for(request).await.map(|row| row.outcome), None, "nothing was spent");
    let told = db.store().due_notices().await.unwrap();
    let told: Vec<_> = told.iter().map(|notice| (notice.kind, notice.channel)).collect();
    assert_eq!(told, [(NoticeKind::Forbidden, None)], "in private, and nowhere else");
    let delivery = delivery_of(&db, request).await;
    let open = db.store().open_delivery(delivery).await.unwrap().expect("it is open");
    assert!(open.unsaid && open.is_final, "what stands there goes, and nothing comes");
}

async fn nothing_that_a_person_presses_goes_around_it(db: TestDb) {
    let ada = db.person_with_key(1).await;
    taken(&db, &said(ada, 1, None)).await;
    let claimed = claim(&db, ada).await.unwrap();
    fence(&db, &claimed).await;
    finish(&db, &claimed, &broken_off("Goo"), &figures(1)).await;
    let delivery = delivery_of(&db, claimed.id).await;
    switch(&db, true).await;
    let (store, by) = (db.store(), ada.discord);
    let retried =
        store.retry(delivery, by, snowflake().into(), &limits(), &no_guests()).await.unwrap();
    assert_eq!(retried, Retried::Refused(Refusal::Forbidden));
    let again =
        store.regenerate(delivery, by, snowflake().into(), &limits(), &no_guests()).await.unwrap();
    assert_eq!(again, Regenerated::Refused(Refusal::Forbidden));
}

async fn active(db: &TestDb, place: &Place) -> Vec<PersonalityId> {
    db.store().server_places(guild()).await.unwrap().active_in(place)
}

async fn a_thread_does_as_its_channel_until_it_decides(db: TestDb) {
    let store = db.store();
    let bob = db.personality("Bob", None).await;
    let (channel, thread) = (place(1, None), place(1, Some(9)));
    assert_eq!(store.activate(guild(), &channel, viola(), 5).await.unwrap(), Activated::Done);
    assert_eq!(store.activate(guild(), &channel, viola(), 5).await.unwrap(), Activated::Already);
    assert_eq!(active(&db, &thread).await, [viola()]);
    let here = store.active_here(&thread).await.unwrap();
    assert_eq!((here.names, here.is_inherited), (vec!["Viola".to_owned()], true));
    // it begins with what it had
    assert_eq!(store.activate(guild(), &thread, bob, 5).await.unwrap(), Activated::Done);
    assert_eq!(active(&db, &thread).await, [viola(), bob]);
    assert_eq!(active(&db, &channel).await, [viola()]);
    for personality in [viola(), bob] {
        assert!(store.deactivate(guild(), &thread, personality).await.unwrap());
    }
    assert!(active(&db, &thread).await.is_empty(), "nobody, by its own decision");
    assert!(!store.deactivate(guild(), &thread, bob).await.unwrap());
    assert_eq!(active(&db, &place(1, Some(10))).await, [viola()]);
    assert!(active(&db, &place(2, None)).await.is_empty());
    // what is forbidden hears nothing
    switch(&db, true).await;
    assert!(active(&db, &channel).await.is_empty());
}

async fn only_what_everybody_sees_is_activated_and_five_at_most(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let store = db.store();
    let here = place(1, None);
    let private = db.personality("Secret", Some(ada)).await;
    let nobody = PersonalityId::new(&**db.clock());
    for unknown in [private, nobody] {
        assert_eq!(store.activate(guild(), &here, unknown, 5).await.unwrap(), Activated::Unknown);
    }
    for n in 0..5 {
        let id = db.personality(&format!("P{n}"), None).await;
        assert_eq!(store.activate(guild(), &here, id, 5).await.unwrap(), Activated::Done);
    }
    assert_eq!(store.activate(guild(), &here, viola(), 5).await.unwrap(), Activated::Full);
    assert_eq!(store.active_here(&here).await.unwrap().names, ["P0", "P1", "P2", "P3", "P4"]);
}

async fn who_becomes_private_or_goes_is_silent(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let store = db.store();
    let here = place(1, None);
    let bob = db.personality("Bob", None).await;
    store.activate(guild(), &here, bob, 5).await.unwrap();
    change(&db, |now| ServerPolicy {
        personalities: now.personalities.allowing(bob),
        ..now.clone()
    })
    .await;
    db.make_private(bob, ada.id).await;
    assert!(active(&db, &here).await.is_empty());
    assert!(store.active_here(&here).await.unwrap().names.is_empty());
    assert!(store.server_status(guild()).await.unwrap().names.is_empty());
}
