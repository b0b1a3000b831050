//! The life of personalities: whose they are, who sees them, which names are free, and their end.

use chrono::TimeDelta;
use shared::{
    ids::{DiscordUserId, PersonalityId},
    model::{FailureKind, FinishReason, RequestState, TokenCounts, Usage},
    personality::{Avatar, Birthday, Definition, ModelSettings, PersonalityName, Picture},
    store::{
        Accepted, CallEnd, CallRecord, Created, Deleted, Editor, FenceRefusal, Fenced, Incoming,
        ListOf, NewDraft, Refusal, Replaced, Spending, Transferred,
    },
    testing::{Person, TestDb, limits, message, no_guests},
};

use super::stage::{claim, viola};

shared::each_engine!(
    a_definition_comes_back_as_it_was,
    names_are_one_among_those_that_are_seen,
    an_edit_over_a_newer_one_is_refused,
    a_private_one_exists_for_its_owner_alone,
    lists_have_pages,
    what_is_public_may_be_changed_by_who_manages,
    a_transfer_takes_the_names_along,
    a_call_that_runs_ends_and_is_paid_for_when_its_personality_is_deleted,
    what_waits_for_a_deleted_or_hidden_one_fails_unspent,
    nothing_said_with_a_deleted_one_is_kept,
    the_database_refuses_what_is_out_of_bounds,
    drafts_are_their_authors_and_expire,
);

fn name(name: &str) -> PersonalityName {
    PersonalityName::parse(name).unwrap()
}

fn named(display_name: &str, aliases: &[&str]) -> Definition {
    let aliases = aliases.iter().map(|alias| name(alias)).collect();
    Definition { aliases, ..Definition::new(name(display_name), "You are a test.") }
}

fn private(display_name: &str) -> Definition {
    Definition { is_public: false, ..named(display_name, &[]) }
}

const fn own(person: Person) -> Editor {
    Editor { user: person.id, manages: false }
}

const fn manager(person: Person) -> Editor {
    Editor { user: person.id, manages: true }
}

async fn make(db: &TestDb, owner: Person, definition: &Definition) -> PersonalityId {
    match db.store().create_personality(owner.id, definition).await.unwrap() {
        Created::Made(id) => id,
        Created::Taken(name) => panic!("{name} is taken"),
    }
}

async fn seen(db: &TestDb, id: PersonalityId, viewer: DiscordUserId) -> bool {
    db.store().personality_seen_by(id, viewer).await.unwrap().is_some()
}

fn picture() -> Picture {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend([0, 0, 0, 64, 0, 0, 0, 64]);
    Picture::from_bytes(bytes).unwrap()
}

async fn a_definition_comes_back_as_it_was(db: TestDb) {
    let ada = db.person(1).await;
    let custom = serde_json::json!({ "tags": ["a", "b"], "nested": { "x": 1.5 } });
    let whole = Definition {
        avatar: Some(Avatar::Kept(picture())),
        error_message: Some("Oh no.".into()),
        birthday: Some(Birthday::new(2, 29, None).unwrap()),
        is_public: false,
        settings: ModelSettings {
            model: Some("author/model".into()),
            vision_model: Some("author/eye".into()),
            temperature: Some(0.25),
            top_p: Some(1.0),
            max_tokens: Some(900),
            memory_score_threshold: Some(0.5),
            memory_limit: Some(0),
            max_conversation_history: Some(0),
            max_referenced_messages: Some(50),
            max_mentions_per_message: Some(1),
            max_channels_per_message: Some(20),
            max_roles_per_message: Some(20),
            ltm_search_history_turns: Some(10),
            ..ModelSettings::default()
        },
        custom_fields: custom.as_object().unwrap().clone(),
        ..named("Ada Lovelace", &["Zoe", "The Countess", "Ada"])
    };
    let id = make(&db, ada, &whole).await;
    let (found, owned) = db.store().definition(id).await.unwrap().unwrap();
    assert_eq!(found, whole);
    assert_eq!((owned.owner, owned.account), (Some(ada.id), Some(ada.discord)));
    let elsewhere = Avatar::At("https://a.example/x.png".into());
    let changed = Definition { avatar: Some(elsewhere), ..named("Ada", &[]) };
    let replaced = db.store().replace_definition(id, own(ada), &changed, owned.updated_at).await;
    assert!(matches!(replaced, Ok(Replaced::Done(_))), "{replaced:?}");
    assert_eq!(db.store().definition(id).await.unwrap().unwrap().0, changed);
    assert!(db.store().picture(id, &picture().hash()).await.unwrap().is_none());
}

async fn names_are_one_among_those_that_are_seen(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let create = async |owner: Person, definition: Definition| {
        db.store().create_personality(owner.id, &definition).await.unwrap()
    };
    // an alias that is the name once more is one name
    make(&db, ada, &named("Finn", &["FINN", "Fin", "fin"])).await;
    assert_eq!(create(bea, named("finn", &[])).await, Created::Taken(name("finn")));
    assert_eq!(create(bea, named("Fiona", &["Fin"])).await, Created::Taken(name("Fin")));
    // private names are one's own: nobody learns of them, and they take nothing
    make(&db, ada, &private("Secret")).await;
    assert_eq!(create(ada, private("secret")).await, Created::Taken(name("secret")));
    make(&db, bea, &private("Secret")).await;
    let public = make(&db, bea, &named("Open Secret", &[])).await;
    // one's own private one wins over a public one of the same name
    let carl = db.person(3).await;
    make(&db, carl, &named("Secret", &[])).await;
    let secret = db.store().named_by(ada.discord, "secret").await.unwrap().unwrap();
    assert_eq!(db.store().definition(secret).await.unwrap().unwrap().1.owner, Some(ada.id));
    // going public meets the public one
    let (definition, owned) = db.store().definition(secret).await.unwrap().unwrap();
    let open = Definition { is_public: true, ..definition };
    let replaced = db.store().replace_definition(secret, own(ada), &open, owned.updated_at).await;
    assert_eq!(replaced.unwrap(), Replaced::Taken(name("Secret")));
    // nothing was changed by what was refused
    assert!(!db.store().definition(secret).await.unwrap().unwrap().0.is_public);
    assert!(seen(&db, public, 99.into()).await);
}

async fn an_edit_over_a_newer_one_is_refused(db: TestDb) {
    let ada = db.person(1).await;
    let id = make(&db, ada, &named("Finn", &[])).await;
    let (_, owned) = db.store().definition(id).await.unwrap().unwrap();
    let edit = async |to: &str, expected| {
        let to = named(to, &[]);
        db.store().replace_definition(id, own(ada), &to, expected).await.unwrap()
    };
    let Replaced::Done(at) = edit("Fionn", owned.updated_at).await else { panic!() };
    // the clock of the test stands still, the edits don't
    assert!(at > owned.updated_at);
    assert_eq!(edit("Fynn", owned.updated_at).await, Replaced::Stale);
    assert!(matches!(edit("Fynn", at).await, Replaced::Done(_)));
}

async fn a_private_one_exists_for_its_owner_alone(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    db.store().set_superuser(bea.id, true).await.unwrap();
    let id =
        make(&db, ada, &Definition { aliases: vec![name("Alias")], ..private("Hidden") }).await;
    let nobody = PersonalityId::new(&**db.clock());
    let store = db.store();
    assert!(seen(&db, id, ada.discord).await);
    assert_eq!(store.named_by(ada.discord, "alias").await.unwrap(), Some(id));
    // a superuser, a stranger: as if there were none
    for other in [bea.discord, 99.into()] {
        assert!(!seen(&db, id, other).await);
        assert_eq!(store.named_by(other, "hidden").await.unwrap(), None);
        assert_eq!(store.named_by(other, "alias").await.unwrap(), None);
        let names = store.names_visible_to(other).await.unwrap();
        assert!(names.iter().all(|name| name.personality_id != id));
        for of in [ListOf::Mine, ListOf::Public] {
            let (listed, count) = store.list_visible(other, of, 0, 100).await.unwrap();
            assert!(listed.iter().all(|line| line.id != id));
            assert_eq!(count, i64::try_from(listed.len()).unwrap());
        }
    }
    let (definition, owned) = store.definition(id).await.unwrap().unwrap();
    for id in [id, nobody] {
        let by = manager(bea);
        let replaced = store.replace_definition(id, by, &definition, owned.updated_at).await;
        assert_eq!(replaced.unwrap(), Replaced::Gone);
        assert_eq!(store.delete_personality(id, by).await.unwrap(), Deleted::Gone);
        let taken = store.transfer_personality(id, by, bea.id).await.unwrap();
        assert_eq!(taken, Transferred::Gone);
        let to_it = Incoming { personalities: vec![id], ..message(7, bea.discord) };
        let refused = store.accept(&to_it, &limits(), &no_guests()).await.unwrap();
        let why = Refusal::NoSuchPersonality;
        assert_eq!(refused, Accepted::Refused { user: bea.id, why });
    }
}

async fn lists_have_pages(db: TestDb) {
    let ada = db.person(1).await;
    for number in 1..=5 {
        make(&db, ada, &named(&format!("Number {number}"), &[])).await;
    }
    make(&db, ada, &private("Hidden")).await;
    let page = async |viewer: u64, of, offset| {
        let (page, all) = db.store().list_visible(viewer.into(), of, offset, 2).await.unwrap();
        (page.into_iter().map(|line| line.display_name).collect::<Vec<_>>(), all)
    };
    assert_eq!(page(1, ListOf::Mine, 0).await, (vec!["Hidden".into(), "Number 1".into()], 6));
    assert_eq!(page(9, ListOf::Public, 4).await, (vec!["Number 5".into(), "Viola".into()], 6));
    assert_eq!(page(9, ListOf::Mine, 0).await, (vec![], 0));
    assert_eq!(page(9, ListOf::Public, 100).await, (vec![], 6));
}

async fn what_is_public_may_be_changed_by_who_manages(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let id = make(&db, ada, &named("Finn", &[])).await;
    let (_, owned) = db.store().definition(id).await.unwrap().unwrap();
    let replace = async |id, by, definition: &Definition, expected| {
        db.store().replace_definition(id, by, definition, expected).await.unwrap()
    };
    let changed = named("Fionn", &[]);
    assert_eq!(replace(id, own(bea), &changed, owned.updated_at).await, Replaced::NotYours);
    assert_eq!(db.store().delete_personality(id, own(bea)).await.unwrap(), Deleted::NotYours);
    let done = replace(id, manager(bea), &changed, owned.updated_at).await;
    assert!(matches!(done, Replaced::Done(_)));
    // nor does it show what else its owner has: their private names stand against nothing public
    make(&db, ada, &private("Secret")).await;
    let (_, owned) = db.store().definition(id).await.unwrap().unwrap();
    let done = replace(id, manager(bea), &named("Secret", &[]), owned.updated_at).await;
    let Replaced::Done(at) = done else { panic!("{done:?}") };
    assert_eq!(replace(id, manager(bea), &private("Fionn"), at).await, Replaced::NotToHide);
    // what belongs to nobody can't be hidden from everybody
    let first = viola();
    let (definition, owned) = db.store().definition(first).await.unwrap().unwrap();
    let hidden = Definition { is_public: false, ..definition };
    let refused = replace(first, manager(bea), &hidden, owned.updated_at).await;
    assert_eq!(refused, Replaced::Ownerless);
}

async fn a_transfer_takes_the_names_along(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let aliases = vec![name("Free"), name("Shared")];
    let id = make(&db, ada, &Definition { aliases, ..private("Finn") }).await;
    make(&db, bea, &Definition { aliases: vec![name("Shared")], ..private("Finn") }).await;
    let give = async |by| db.store().transfer_personality(id, by, bea.id).await.unwrap();
    assert_eq!(give(own(bea)).await, Transferred::Gone);
    // a refusal would tell the giver of the other one
    assert_eq!(give(own(ada)).await, Transferred::Done);
    let (definition, _) = db.store().definition(id).await.unwrap().unwrap();
    assert_eq!(definition.display_name, name("Finn 2"));
    assert_eq!(definition.aliases, [name("Free")]);
    assert!(!seen(&db, id, ada.discord).await && seen(&db, id, bea.discord).await);
    // the name is free again for who gave it away
    make(&db, ada, &private("Finn")).await;
}

/// The answer is paid for, so it is delivered and counted; nothing else of the personality stays.
async fn a_call_that_runs_ends_and_is_paid_for_when_its_personality_is_deleted(db: TestDb) {
    let (ada, store) = (db.person_with_key(1).await, db.store());
    let id = make(&db, ada, &named("Finn", &["Fin"])).await;
    let to_it = Incoming { personalities: vec![id], ..message(7, ada.discord) };
    let taken = store.accept(&to_it, &limits(), &no_guests()).await.unwrap();
    assert!(matches!(taken, Accepted::Taken { .. }), "{taken:?}");
    let request = claim(&db, ada).await.unwrap();
    assert_eq!(
        store.fence(&request, request.api_key_id, &Spending::default()).await.unwrap(),
        Fenced::MayCall
    );
    assert_eq!(store.delete_personality(id, own(ada)).await.unwrap(), Deleted::Done);
    assert!(!seen(&db, id, ada.discord).await);
    assert!(store.definition(id).await.unwrap().is_none());
    assert!(store.personality(id).await.unwrap().is_none());
    // its name is free at once
    make(&db, ada, &named("Finn", &["Fin"])).await;
    assert_eq!(store.purge_deleted_personalities().await.unwrap(), 0);

    let end = CallEnd::Answered { text: "Farewell.".into(), finish: FinishReason::Stop };
    let tokens = TokenCounts { input: Some(10), output: Some(5), ..TokenCounts::default() };
    let usage = Some(Usage { tokens, ..Usage::default() });
    let record = CallRecord { usage, ..CallRecord::default() };
    assert!(store.finish(&request, &end, &record).await.unwrap());
    assert_eq!(db.requests().await[0].state, RequestState::Answered);
    assert_eq!(db.usage().await.len(), 1);
    let open = store.open_deliveries(shared::store::ShardRange::single()).await.unwrap();
    assert_eq!((open.len(), open[0].display_name.as_str()), (1, "Finn"));
}

async fn what_waits_for_a_deleted_or_hidden_one_fails_unspent(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let store = db.store();
    let id = make(&db, ada, &named("Finn", &[])).await;
    for (source, person) in [(7, ada), (8, bea)] {
        let to_it = Incoming { personalities: vec![id], ..message(source, person.discord) };
        let taken = store.accept(&to_it, &limits(), &no_guests()).await.unwrap();
        assert!(matches!(taken, Accepted::Taken { .. }), "{taken:?}");
    }
    let (definition, owned) = store.definition(id).await.unwrap().unwrap();
    let hidden = Definition { is_public: false, ..definition };
    let done = store.replace_definition(id, own(ada), &hidden, owned.updated_at).await;
    assert!(matches!(done, Ok(Replaced::Done(_))));
    // it is its owner's alone now
    let beas = claim(&db, bea).await.unwrap();
    let gone = Fenced::Refused(FenceRefusal::PersonalityGone);
    assert_eq!(store.fence(&beas, beas.api_key_id, &Spending::default()).await.unwrap(), gone);
    let adas = claim(&db, ada).await.unwrap();
    store.delete_personality(id, own(ada)).await.unwrap();
    assert_eq!(store.fence(&adas, adas.api_key_id, &Spending::default()).await.unwrap(), gone);
    for request in db.requests().await {
        assert_eq!(request.failure, Some(FailureKind::PersonalityGone));
    }
    assert!(db.usage().await.is_empty());
}

async fn the_database_refuses_what_is_out_of_bounds(db: TestDb) {
    let ada = db.person(1).await;
    let wrong = [
        ModelSettings { temperature: Some(2.5), ..ModelSettings::default() },
        ModelSettings { max_tokens: Some(0), ..ModelSettings::default() },
        ModelSettings { max_conversation_history: Some(201), ..ModelSettings::default() },
        ModelSettings { max_mentions_per_message: Some(0), ..ModelSettings::default() },
        ModelSettings { ltm_search_history_turns: Some(11), ..ModelSettings::default() },
    ];
    for settings in wrong {
        let definition = Definition { settings, ..named("Finn", &[]) };
        assert!(db.store().create_personality(ada.id, &definition).await.is_err());
    }
    make(&db, ada, &named("Finn", &[])).await;
}

async fn drafts_are_their_authors_and_expire(db: TestDb) {
    let (ada, bea, store) = (db.person(1).await, db.person(2).await, db.store());
    let fields = [("name".to_owned(), "Cly\0de".to_owned())].into();
    let draft = NewDraft { user: ada.id, personality: None, form: "create".into(), fields };
    let id = store.keep_draft(&draft).await.unwrap();
    let kept = store.draft(id, ada.discord).await.unwrap().unwrap();
    assert_eq!((kept.form.as_str(), kept.fields["name"].as_str()), ("create", "Clyde"));
    assert!(store.draft(id, bea.discord).await.unwrap().is_none());
    for _ in 0..10 {
        db.clock().advance(TimeDelta::seconds(1));
        store.keep_draft(&draft).await.unwrap();
    }
    assert!(store.draft(id, ada.discord).await.unwrap().is_none(), "no more than ten");
    db.clock().advance(TimeDelta::seconds(1));
    let last = store.keep_draft(&draft).await.unwrap();
    assert!(store.draft(last, ada.discord).await.unwrap().is_some());
    db.clock().advance(TimeDelta::hours(1));
    assert!(store.draft(last, ada.discord).await.unwrap().is_none());
}

async fn nothing_said_with_a_deleted_one_is_kept(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let id = make(&db, ada, &named("Ada", &[])).await;
    let ask = async |channel: u64| {
        let saying = super::stage::saying(ada, channel);
        super::stage::taken(&db, &Incoming { personalities: vec![id], ..saying }).await;
        let claimed = claim(&db, ada).await.unwrap();
        super::stage::fence(&db, &claimed).await;
        claimed
    };
    let answer = |text: &str| super::stage::answer(text);
    let record = super::stage::figures(1);
    let shown = ask(1).await;
    assert!(super::stage::finish(&db, &shown, &answer("Said."), &record).await);
    let delivery = super::stage::delivery_of(&db, shown.id).await;
    let bot = shared::ids::BotId::new(&**db.clock());
    assert!(db.store().adopt_delivery(delivery, bot).await.unwrap());
    let rev = db.delivery_of(shown.id).await.want_rev;
    assert!(db.store().shown(delivery, bot, rev).await.unwrap());
    let streaming = ask(2).await;
    assert_eq!(db.store().delete_personality(id, own(ada)).await.unwrap(), Deleted::Done);

    let words = db.store().request_texts(shown.id).await.unwrap();
    assert!(words.iter().all(|(_, text)| text.is_empty()), "{words:?}");
    assert_eq!(db.request(shown.id).await.answer.as_deref(), Some(""));
    assert!(super::stage::finish(&db, &streaming, &answer("Late."), &record).await);
    assert_eq!(db.request(streaming.id).await.answer.as_deref(), Some("Late."), "it is shown");
    let rows = db.rows_of_all_tables().await;
    assert_eq!(rows["turns"], Vec::<String>::new());
}
