use shared::{
    model::{FailureKind, FinishReason, RequestState},
    money::NanoUsd,
    store::{CallEnd, CallRecord, ClaimedRequest, Conversation, NoticeKind, RequestContext},
    testing::{Person, TestDb},
};

use super::stage::{
    answer, broken_off, calling, claim, claimed, figures, finish, rejection, say, state, taken,
    usage_row, viola, wanted,
};

shared::each_engine!(
    an_answer_is_written_once,
    a_rejection_costs_nothing,
    what_broke_off_is_kept,
    a_late_answer_takes_the_place_of_what_broke_off,
    a_late_answer_without_figures_still_counts_as_answered,
    figures_are_never_taken_back,
    figures_that_came_are_kept_whatever_the_end,
    nobody_else_ends_a_call,
    a_claim_cannot_end_before_the_call,
    a_refusal_and_an_empty_answer_are_not_remembered,
    messages_that_joined_are_remembered_together,
    an_answer_may_hold_anything,
    what_others_said_is_remembered_where_all_are_heard,
);

fn conversation(person: Person, request: &ClaimedRequest) -> Conversation {
    Conversation {
        user: person.id,
        channel: request.channel_id,
        is_shared: false,
        personality: viola(),
    }
}

async fn turns(db: &TestDb, person: Person, request: &ClaimedRequest) -> Vec<(String, String)> {
    let turns = db.store().recent_turns(conversation(person, request), None, 9).await.unwrap();
    turns.into_iter().map(|turn| (turn.user_text, turn.assistant_text)).collect()
}

async fn an_answer_is_written_once(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let (end, record) = (answer("Good evening."), figures(42));
    assert!(finish(&db, &request, &end, &record).await);
    assert_eq!(state(&db, request.id).await, RequestState::Answered);
    assert_eq!(usage_row(&db, request.id).await, "answered, stream");
    assert_eq!(wanted(&db, request.id).await, (true, 1));

    // the connection was lost after the commit: the worker asks again
    assert!(finish(&db, &request, &end, &record).await);
    assert_eq!(wanted(&db, request.id).await, (true, 1));
    assert_eq!(turns(&db, ada, &request).await.len(), 1);
    // an end is an end
    for other in [answer("Something else"), rejection(), broken_off("Good")] {
        assert!(!finish(&db, &request, &other, &record).await);
    }
    assert_eq!(state(&db, request.id).await, RequestState::Answered);
    assert_eq!(turns(&db, ada, &request).await[0].1, "Good evening.");
}

async fn a_rejection_costs_nothing(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    for _ in 0..2 {
        assert!(finish(&db, &request, &rejection(), &CallRecord::default()).await);
    }
    assert_eq!(state(&db, request.id).await, RequestState::Failed);
    assert_eq!(usage_row(&db, request.id).await, "none");
    assert_eq!(wanted(&db, request.id).await, (true, 1));
    let told = db.store().due_notices().await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, NoticeKind::Failed(FailureKind::Quota));
    assert!(!finish(&db, &request, &answer("late"), &figures(1)).await);
}

async fn what_broke_off_is_kept(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    for _ in 0..2 {
        assert!(finish(&db, &request, &broken_off("Good eve"), &CallRecord::default()).await);
        // shown once, not twice
        assert_eq!(wanted(&db, request.id).await, (true, 1));
    }
    assert_eq!(state(&db, request.id).await, RequestState::Interrupted);
    assert_eq!(usage_row(&db, request.id).await, "interrupted, unknown");
    assert!(turns(&db, ada, &request).await.is_empty());
    // nobody runs it again
    assert!(claim(&db, ada).await.is_none());
}

async fn a_late_answer_takes_the_place_of_what_broke_off(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    assert!(finish(&db, &request, &answer("Good evening."), &figures(42)).await);
    assert_eq!(state(&db, request.id).await, RequestState::Answered);
    assert_eq!(usage_row(&db, request.id).await, "answered, stream");
    assert_eq!(wanted(&db, request.id).await, (true, 2));
    assert_eq!(turns(&db, ada, &request).await.len(), 1);
}

async fn a_late_answer_without_figures_still_counts_as_answered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    db.store().note_generation(&request, "gen-1").await.unwrap();
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    finish(&db, &request, &answer("Good evening."), &CallRecord::default()).await;
    assert_eq!(usage_row(&db, request.id).await, "answered, unknown");
    // and its cost is still asked for
    assert_eq!(db.store().take_to_reconcile(9).await.unwrap().len(), 1);
}

async fn figures_are_never_taken_back(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    finish(&db, &request, &broken_off("Good"), &figures(42)).await;
    assert_eq!(usage_row(&db, request.id).await, "interrupted, stream");
    finish(&db, &request, &answer("Good evening."), &CallRecord::default()).await;
    assert_eq!(usage_row(&db, request.id).await, "answered, stream");
    assert_eq!(db.usage_for(request.id).await.unwrap().cost, Some(NanoUsd::from_nanos(42)));
}

async fn figures_that_came_are_kept_whatever_the_end(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let failed = calling(&db, ada, 1).await;
    finish(&db, &failed, &rejection(), &figures(7)).await;
    assert_eq!(usage_row(&db, failed.id).await, "failed, stream");

    // the same text, but now the provider has said what it cost
    let request = calling(&db, ada, 1).await;
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    finish(&db, &request, &broken_off("Good"), &figures(7)).await;
    assert_eq!(usage_row(&db, request.id).await, "interrupted, stream");
}

async fn nobody_else_ends_a_call(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let token = shared::ids::ClaimToken::new(&**db.clock());
    let stranger = ClaimedRequest { token, ..request.clone() };
    assert!(!finish(&db, &stranger, &answer("mine"), &figures(1)).await);
    assert_eq!(state(&db, request.id).await, RequestState::Calling);
    assert_eq!(usage_row(&db, request.id).await, "none");
    assert_eq!(wanted(&db, request.id).await, (false, 0));
}

async fn a_claim_cannot_end_before_the_call(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    assert!(!finish(&db, &request, &answer("too early"), &figures(1)).await);
    assert_eq!(state(&db, request.id).await, RequestState::Claimed);
}

async fn a_refusal_and_an_empty_answer_are_not_remembered(db: TestDb) {
    let ada = db.person_with_key(1).await;
    for (text, finish_reason) in [("I won't.", FinishReason::Refusal), ("", FinishReason::Stop)] {
        let request = calling(&db, ada, 1).await;
        let end = CallEnd::Answered { text: text.into(), finish: finish_reason };
        assert!(finish(&db, &request, &end, &figures(1)).await);
        assert!(turns(&db, ada, &request).await.is_empty());
    }
    let stopped = calling(&db, ada, 1).await;
    let end = CallEnd::Answered { text: "I wo".into(), finish: FinishReason::Stopped };
    finish(&db, &stopped, &end, &CallRecord::default()).await;
    assert_eq!(turns(&db, ada, &stopped).await.len(), 1);
}

async fn messages_that_joined_are_remembered_together(db: TestDb) {
    let ada = db.person_with_key(1).await;
    for text in ["Hello.", "Are you there?"] {
        let incoming = super::stage::saying(ada, 1);
        taken(&db, &shared::store::Incoming { text: text.into(), ..incoming }).await;
    }
    let request = claim(&db, ada).await.unwrap();
    super::stage::fence(&db, &request).await;
    finish(&db, &request, &answer("Yes."), &figures(1)).await;
    let said = ("Hello.\nAre you there?".to_owned(), "Yes.".to_owned());
    assert_eq!(turns(&db, ada, &request).await, [said]);

    // later ones after earlier ones, in the order in which they were said; only the last few
    say(&db, ada, 1).await;
    let second = claim(&db, ada).await.unwrap();
    super::stage::fence(&db, &second).await;
    finish(&db, &second, &answer("Still here."), &figures(1)).await;
    assert_eq!(turns(&db, ada, &second).await[1].1, "Still here.");
    let last = db.store().recent_turns(conversation(ada, &second), None, 1).await.unwrap();
    assert_eq!(last[0].assistant_text, "Still here.");
}

async fn what_others_said_is_remembered_where_all_are_heard(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    for (person, name) in [(ada, "Ada"), (bea, "Bea")] {
        let incoming = shared::store::Incoming {
            text: format!("I am {name}."),
            context: RequestContext::by(name),
            ..super::stage::saying(person, 1)
        };
        taken(&db, &incoming).await;
        let request = claim(&db, person).await.unwrap();
        super::stage::fence(&db, &request).await;
        finish(&db, &request, &answer("Hello."), &figures(1)).await;
    }
    // and elsewhere
    let request = calling(&db, bea, 2).await;
    finish(&db, &request, &answer("Hello."), &figures(1)).await;

    let names = async |is_shared: bool| -> Vec<String> {
        let of = Conversation { user: ada.id, channel: 1.into(), is_shared, personality: viola() };
        let turns = db.store().recent_turns(of, None, 9).await.unwrap();
        turns.into_iter().map(|turn| turn.context.author_name).collect()
    };
    assert_eq!(names(true).await, ["Ada", "Bea"]);
    assert_eq!(names(false).await, ["Ada"]);
}

async fn an_answer_may_hold_anything(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let record = CallRecord { model: Some(format!("m\0{}", "x".repeat(200))), ..figures(1) };
    for _ in 0..2 {
        assert!(finish(&db, &request, &answer("a\0b 🎭 ' \\"), &record).await);
    }
    assert_eq!(turns(&db, ada, &request).await[0].1, "ab 🎭 ' \\");
}
