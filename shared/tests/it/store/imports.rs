//! What an import brings along, and what taking it back leaves to people.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use shared::{
    ids::{ApiKeyId, ImportRunId, PersonalityId},
    model::{InactiveReason, Provider},
    personality::{Definition, PersonalityName},
    secret::UserApiKey,
    store::{
        Conversation, Created, Deleted, Done, Editor, Importer, Incoming, NewKey, OlderKey,
        OlderTurn, ToImport, Transferred, Undone,
    },
    testing::{Person, TestDb},
};

use super::stage::{answer, claim, fence, figures, finish, saying, taken};

shared::each_engine!(
    what_nobody_has_used_is_taken_back,
    whom_people_have_talked_with_stays,
    who_was_given_away_stays,
    a_key_that_was_used_or_refused_stays,
    an_update_whose_old_name_is_taken_stays_and_the_rest_goes_back,
    an_update_goes_back_under_the_owner_of_now,
    what_was_deleted_here_comes_back,
    a_run_that_breaks_off_is_known_and_taken_back,
    what_others_said_there_is_remembered_under_their_names,
);

/// A run of which nobody listens to the id.
fn run(db: &TestDb) -> Importer {
    db.store().importer("test", false, |_| {})
}

fn name(name: &str) -> PersonalityName {
    PersonalityName::parse(name).unwrap()
}

/// A public personality of one of the two.
fn older(origin: &str, display_name: &str, owner: Person) -> ToImport {
    ToImport {
        origin: origin.into(),
        id: None,
        owner: Some(owner.discord),
        definition: Definition::new(name(display_name), "You are a test."),
        spare_names: Vec::new(),
        created_at: None,
    }
}

async fn bring(importer: &mut Importer, incoming: ToImport) -> PersonalityId {
    importer.personality(incoming).await.unwrap().id.expect("it is here")
}

async fn undo(db: &TestDb, importer: Importer) -> Undone {
    let run = importer.finish().await.unwrap().expect("a run that changed something");
    db.store().undo_import(run).await.unwrap().expect("a run to take back")
}

async fn is_there(db: &TestDb, id: PersonalityId) -> bool {
    db.store().definition(id).await.unwrap().is_some()
}

async fn what_nobody_has_used_is_taken_back(db: TestDb) {
    let ada = db.person(1).await;
    let mut importer = run(&db);
    let id = bring(&mut importer, older("a", "Ada", ada)).await;
    importer.turns(&[said("t", ada, id, "hi")]).await.unwrap();
    key(&db, &mut importer, ada).await;
    let undone = undo(&db, importer).await;
    assert_eq!((undone.removed, undone.left_alone), (3, Vec::new()));
    assert!(!is_there(&db, id).await);
    assert!(db.store().live_keys(ada.id).await.unwrap().is_empty());
}

async fn whom_people_have_talked_with_stays(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person_with_key(2).await);
    let mut importer = run(&db);
    let talked = bring(&mut importer, older("a", "Ada", ada)).await;
    let unused = bring(&mut importer, older("b", "Bob", ada)).await;
    taken(&db, &Incoming { personalities: vec![talked], ..saying(bea, 1) }).await;
    let claimed = claim(&db, bea).await.unwrap();
    fence(&db, &claimed).await;
    finish(&db, &claimed, &answer("Hello."), &figures(1)).await;
    let undone = undo(&db, importer).await;
    let why: Vec<_> = undone.left_alone.iter().map(|left| (left.id, left.why)).collect();
    let used = "people have talked with it, or made it part of their settings, since";
    assert_eq!(why, [(talked.uuid(), used)]);
    assert!(is_there(&db, talked).await && !is_there(&db, unused).await);
    let here = Conversation {
        user: bea.id,
        channel: claimed.channel_id,
        is_shared: false,
        personality: talked,
    };
    assert_eq!(db.store().recent_turns(here, None, 9).await.unwrap().len(), 1, "nothing is lost");
}

async fn who_was_given_away_stays(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let mut importer = run(&db);
    let id = bring(&mut importer, older("a", "Ada", ada)).await;
    let by = Editor { user: ada.id, manages: false };
    let given = db.store().transfer_personality(id, by, bea.id).await.unwrap();
    assert_eq!(given, Transferred::Done);
    let undone = undo(&db, importer).await;
    assert_eq!(undone.left_alone[0].why, "it was given to somebody else since");
    assert!(is_there(&db, id).await);
}

/// A key of the older system, in the hands of `person` from now on.
async fn key(db: &TestDb, importer: &mut Importer, person: Person) -> ApiKeyId {
    let key = OlderKey {
        origin: format!("key of {}", person.discord),
        sealed_there: "sealed".into(),
        account: person.discord,
        provider: Provider::OpenRouter,
        is_active: true,
        created_at: None,
        last_used_at: Some(at(7)),
    };
    let text = UserApiKey::from_typed("sk-test-of-the-older-system").unwrap();
    let sealer = db.vault().sealer();
    let seal = |user| {
        Ok(NewKey {
            sealed: sealer.seal(user, Provider::OpenRouter, &text).unwrap(),
            fingerprint: sealer.fingerprint(Provider::OpenRouter, &text),
            last4: text.last4(),
        })
    };
    assert_eq!(importer.key(&key, seal).await.unwrap(), Done::Created);
    db.store().live_keys(person.id).await.unwrap()[0].id
}

/// Without it, its owner would count as one who never had a key, and the operator's would pay.
async fn a_key_that_was_used_or_refused_stays(db: TestDb) {
    let (ada, bea, cyd) = (db.person(1).await, db.person(2).await, db.person(3).await);
    let mut importer = run(&db);
    for person in [ada, bea, cyd] {
        key(&db, &mut importer, person).await;
    }
    taken(&db, &saying(ada, 1)).await;
    let claimed = claim(&db, ada).await.unwrap();
    fence(&db, &claimed).await;
    let refused = db.store().live_keys(bea.id).await.unwrap()[0].id;
    assert!(db.store().switch_off_key(refused, InactiveReason::Rejected).await.unwrap());
    let undone = undo(&db, importer).await;
    assert_eq!(undone.left_alone.len(), 2, "{undone:?}");
    let mut keys = Vec::new();
    for person in [ada, bea, cyd] {
        keys.push(db.store().live_keys(person.id).await.unwrap().len());
    }
    assert_eq!(keys, [1, 1, 0]);
}

/// Ada of the older system is called Eve there by now.
async fn renamed(db: &TestDb, owner: Person) -> (PersonalityId, Importer) {
    let mut first = run(db);
    let id = bring(&mut first, older("a", "Ada", owner)).await;
    first.finish().await.unwrap();
    let mut second = run(db);
    let done = second.personality(older("a", "Eve", owner)).await.unwrap().done;
    assert_eq!(done, Done::Updated);
    (id, second)
}

async fn an_update_whose_old_name_is_taken_stays_and_the_rest_goes_back(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let (id, mut importer) = renamed(&db, ada).await;
    let other = bring(&mut importer, older("b", "Bob", ada)).await;
    let definition = Definition::new(name("Ada"), "You are another.");
    let made = db.store().create_personality(bea.id, &definition).await.unwrap();
    assert!(matches!(made, Created::Made(_)));
    let undone = undo(&db, importer).await;
    assert_eq!((undone.removed, undone.left_alone.len()), (1, 1));
    assert_eq!(undone.left_alone[0].why, "another one has a name of it by now");
    let (kept, _) = db.store().definition(id).await.unwrap().unwrap();
    assert_eq!(kept.display_name, name("Eve"));
    assert!(!is_there(&db, other).await, "the rest of the run is taken back");
}

async fn an_update_goes_back_under_the_owner_of_now(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let (id, importer) = renamed(&db, ada).await;
    let by = Editor { user: ada.id, manages: false };
    db.store().transfer_personality(id, by, bea.id).await.unwrap();
    let undone = undo(&db, importer).await;
    assert_eq!((undone.restored, undone.left_alone), (1, Vec::new()));
    // the name is bea's again, and not ada's: each may have a private one beside the other's
    let private = Definition { is_public: false, ..Definition::new(name("Ada"), "Another.") };
    let made = db.store().create_personality(ada.id, &private).await.unwrap();
    assert!(matches!(made, Created::Made(_)), "{made:?}");
    let made = db.store().create_personality(bea.id, &private).await.unwrap();
    assert!(matches!(made, Created::Taken(_)), "{made:?}");
}

async fn what_was_deleted_here_comes_back(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let definition = Definition::new(name("Ada"), "You are Ada.");
    let made = db.store().create_personality(ada.id, &definition).await.unwrap();
    let Created::Made(id) = made else { panic!("{made:?}") };
    let exported = db.store().exported(id).await.unwrap().unwrap();
    // something still runs for it, so its row stays
    taken(&db, &Incoming { personalities: vec![id], ..saying(ada, 1) }).await;
    let by = Editor { user: ada.id, manages: false };
    assert_eq!(db.store().delete_personality(id, by).await.unwrap(), Deleted::Done);
    let again = ToImport {
        origin: id.to_string(),
        id: Some(id),
        created_at: Some(exported.created_at),
        ..older("", "Ada", ada)
    };
    let again = ToImport { definition: exported.definition.clone(), ..again };
    let mut importer = run(&db);
    assert_eq!(importer.personality(again).await.unwrap().done, Done::Created);
    assert_eq!(db.store().exported(id).await.unwrap(), Some(exported));
}

async fn a_run_that_breaks_off_is_known_and_taken_back(db: TestDb) {
    let ada = db.person(1).await;
    let heard: Arc<Mutex<Vec<ImportRunId>>> = Arc::default();
    let listener = Arc::clone(&heard);
    let mut importer =
        db.store().importer("test", false, move |run| listener.lock().unwrap().push(run));
    assert!(db.store().import_runs().await.unwrap().is_empty());
    let id = bring(&mut importer, older("a", "Ada", ada)).await;
    bring(&mut importer, older("b", "Bob", ada)).await;
    drop(importer);
    let runs = db.store().import_runs().await.unwrap();
    let [broken] = &*runs else { panic!("{runs:?}") };
    assert_eq!((heard.lock().unwrap().as_slice(), broken.finished_at), (&[broken.id][..], None));
    let undone = db.store().undo_import(broken.id).await.unwrap().unwrap();
    assert_eq!(undone.removed, 2);
    assert!(!is_there(&db, id).await && db.store().import_runs().await.unwrap().is_empty());
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

fn said(origin: &str, by: Person, personality: PersonalityId, text: &str) -> OlderTurn {
    OlderTurn {
        origin: origin.into(),
        account: by.discord,
        channel: 1.into(),
        personality,
        user_text: text.into(),
        assistant_text: "Hello.".into(),
        at: at(0),
    }
}

/// Words without a name would stand in another's prompt as if that one had said them.
async fn what_others_said_there_is_remembered_under_their_names(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let mut importer = run(&db);
    let id = bring(&mut importer, older("a", "Ada", ada)).await;
    let nobody = Person { discord: 99.into(), ..ada };
    let turns = [said("1", ada, id, "of ada"), said("2", nobody, id, "of nobody known")];
    importer.turns(&turns).await.unwrap();
    let remembered = async |person: Person| {
        let here =
            Conversation { user: person.id, channel: 1.into(), is_shared: true, personality: id };
        let turns = db.store().recent_turns(here, None, 9).await.unwrap();
        let turns = turns.into_iter().map(|turn| (turn.context.author_name, turn.user_text));
        turns.collect::<Vec<_>>()
    };
    let of_ada = [("person1".to_owned(), "of ada".to_owned())];
    assert_eq!(remembered(bea).await, of_ada);
    let nobody = db.store().find_user(99.into()).await.unwrap().expect("they came along");
    let own = remembered(Person { id: nobody.id, discord: 99.into() }).await;
    assert_eq!(own.len(), 2, "one's own is remembered without a name");
}
