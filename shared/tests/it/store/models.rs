use chrono::TimeDelta;
use serde_json::json;
use shared::{
    catalogue::{self, CatalogueCache, Model},
    clock::Clock,
    ids::PersonalityId,
    model::{KeySource, ModelId, Provider},
    offered::{ModelServer, Offered},
    personality::ModelSettings,
    store::{
        Accepted, CatalogueOutcome, Incoming, ModelChoice, Payer, Refusal, SystemKey, UserModel,
    },
    testing::{Person, TestDb, limits, no_guests},
};

use super::stage::{claimed, say, saying, viola};

shared::each_engine!(
    the_catalogue_comes_back_as_it_was_read,
    a_list_that_shrinks_too_much_is_not_believed,
    one_worker_at_a_time_reads_the_list,
    what_is_remembered_of_the_catalogue_follows_it,
    a_persons_own_model_goes_first_on_their_own_key,
    nobody_chooses_what_the_operator_pays_for,
    only_the_operators_personalities_choose_what_the_operator_pays_for,
    a_key_is_used_for_its_own_providers_models,
    a_server_that_asks_for_no_key_needs_none,
    a_choice_is_its_owners_and_goes_with_the_personality,
    a_failed_request_knows_its_model,
);

const PROVIDER: Provider = Provider::OpenRouter;

fn models(count: usize) -> Vec<Model> {
    let entry = |number| {
        json!({
            "id": format!("author/model-{number}"), "name": format!("Model {number}"), "context_length": 128_000,
            "pricing": {"prompt": "0.00000006986", "completion": "-1", "overrides": [{"min_prompt_tokens": 5, "prompt": "1e-7"}]},
            "reasoning": {"mandatory": true, "supported_efforts": ["high"]},
            "expiration_date": "2026-12-31", "supported_parameters": ["seed"],
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
        })
    };
    let listed = json!({"data": (0..count).map(entry).collect::<Vec<_>>()});
    catalogue::read(listed.to_string().as_bytes()).unwrap()
}

fn model(id: &str) -> ModelId {
    ModelId::parse(id).unwrap()
}

async fn replace(db: &TestDb, models: &[Model]) -> CatalogueOutcome {
    db.store().replace_catalogue(PROVIDER, models).await.unwrap()
}

async fn payer(db: &TestDb, person: Person, personality: PersonalityId) -> Payer {
    db.store().would_pay(person.id, personality, &no_guests()).await.unwrap().unwrap()
}

async fn chosen(db: &TestDb, person: Person, personality: PersonalityId) -> (String, ModelChoice) {
    let payer = payer(db, person, personality).await;
    (payer.model, payer.chosen_by)
}

async fn the_catalogue_comes_back_as_it_was_read(db: TestDb) {
    let store = db.store();
    assert!(store.catalogue().await.unwrap().is_empty());
    assert_eq!(store.catalogue_version(PROVIDER).await.unwrap(), None);
    let listed = models(3);
    assert_eq!(replace(&db, &listed).await, CatalogueOutcome::Replaced);
    assert_eq!(store.catalogue().await.unwrap().models(), listed);
    assert_eq!(store.catalogue_version(PROVIDER).await.unwrap(), Some(db.clock().now()));
    // the same id twice, and what is not in the list any more
    let twice = [listed[2].clone(), listed[0].clone(), listed[2].clone()];
    assert_eq!(replace(&db, &twice).await, CatalogueOutcome::Replaced);
    assert_eq!(store.catalogue().await.unwrap().models(), &twice[..2]);
}

async fn a_list_that_shrinks_too_much_is_not_believed(db: TestDb) {
    replace(&db, &models(40)).await;
    let implausible = |got| CatalogueOutcome::Implausible { had: 40, got };
    assert_eq!(replace(&db, &[]).await, implausible(0));
    assert_eq!(replace(&db, &models(19)).await, implausible(19));
    assert_eq!(db.store().catalogue().await.unwrap().models().len(), 40);
    // unless it stays so, for the provider may have changed
    db.clock().advance(TimeDelta::hours(24));
    assert_eq!(replace(&db, &[]).await, implausible(0));
    assert_eq!(replace(&db, &models(19)).await, CatalogueOutcome::Replaced);
    assert_eq!(replace(&db, &models(1)).await, CatalogueOutcome::Replaced, "a short list varies");
}

async fn one_worker_at_a_time_reads_the_list(db: TestDb) {
    let (stale, again) = (TimeDelta::hours(1), TimeDelta::minutes(5));
    let take = async || db.store().take_catalogue_refresh(PROVIDER, stale, again).await.unwrap();
    assert!(take().await, "nobody has read it yet");
    assert!(!take().await);
    db.clock().advance(TimeDelta::minutes(5));
    assert!(take().await, "whoever took it on failed");
    replace(&db, &models(1)).await;
    db.clock().advance(TimeDelta::minutes(59));
    assert!(!take().await, "the copy is young");
    db.clock().advance(TimeDelta::minutes(1));
    assert!(take().await);
    assert!(!take().await);
}

async fn what_is_remembered_of_the_catalogue_follows_it(db: TestDb) {
    let cache = CatalogueCache::default();
    assert!(cache.get(db.store()).await.is_empty());
    let other = CatalogueCache::default();
    replace(&db, &models(2)).await;
    assert_eq!(other.get(db.store()).await.models().len(), 2);
    db.clock().advance(TimeDelta::seconds(1));
    replace(&db, &models(3)).await;
    assert_eq!(other.get(db.store()).await.models().len(), 2, "remembered for a moment");
}

async fn a_persons_own_model_goes_first_on_their_own_key(db: TestDb) {
    let (store, ada) = (db.store(), db.person_with_key(1).await);
    let bob = db.personality("Bob", None).await;
    assert_eq!(chosen(&db, ada, bob).await, ("test/model".into(), ModelChoice::Setting));
    db.set_model_of_keys(ada, "keys/model").await;
    assert_eq!(chosen(&db, ada, bob).await, ("keys/model".into(), ModelChoice::Key));
    let his = ModelSettings { model: Some("bobs/model".into()), ..ModelSettings::default() };
    db.set_model(bob, his).await;
    assert_eq!(chosen(&db, ada, bob).await, ("bobs/model".into(), ModelChoice::Personality));
    store.set_user_model(ada.id, None, PROVIDER, &model("hers/all")).await.unwrap();
    assert_eq!(chosen(&db, ada, bob).await, ("hers/all".into(), ModelChoice::Author));
    store.set_user_model(ada.id, Some(bob), PROVIDER, &model("hers/first")).await.unwrap();
    store.set_user_model(ada.id, Some(bob), PROVIDER, &model("hers/bob")).await.unwrap();
    assert_eq!(chosen(&db, ada, bob).await, ("hers/bob".into(), ModelChoice::AuthorForThis));
    assert_eq!(chosen(&db, ada, viola()).await, ("hers/all".into(), ModelChoice::Author));
    // what is shown is what happens
    let request = claimed(&db, ada, 1).await;
    assert_eq!((request.model.as_str(), request.key_source), ("hers/all", KeySource::User));
    let all = store.user_models(ada.id).await.unwrap();
    let choice = |personality_id, model: &str| UserModel {
        personality_id,
        provider: PROVIDER,
        model: model.into(),
    };
    assert_eq!(all, [choice(None, "hers/all"), choice(Some(bob), "hers/bob")]);
    assert!(store.reset_user_model(ada.id, Some(bob)).await.unwrap());
    assert!(!store.reset_user_model(ada.id, Some(bob)).await.unwrap());
    assert_eq!(chosen(&db, ada, bob).await, ("hers/all".into(), ModelChoice::Author));
    assert!(store.reset_user_model(ada.id, None).await.unwrap());
    assert_eq!(chosen(&db, ada, bob).await, ("bobs/model".into(), ModelChoice::Personality));
}

async fn nobody_chooses_what_the_operator_pays_for(db: TestDb) {
    let (store, guest) = (db.store(), db.person(1).await);
    store.set_user_model(guest.id, None, PROVIDER, &model("dear/model")).await.unwrap();
    store.set_user_model(guest.id, Some(viola()), PROVIDER, &model("dear/model")).await.unwrap();
    let no_key = store.would_pay(guest.id, viola(), &no_guests()).await.unwrap();
    assert_eq!(no_key, Err(Refusal::NoKey));
    let system = SystemKey { guest_daily_limit: Some(5), ..no_guests() };
    let paid = store.would_pay(guest.id, viola(), &system).await.unwrap().unwrap();
    assert_eq!((paid.source, paid.model.as_str()), (KeySource::System, "test/model"));
    assert_eq!(paid.chosen_by, ModelChoice::Setting);
}

/// Whoever may make personalities would else choose what all guests cost.
async fn only_the_operators_personalities_choose_what_the_operator_pays_for(db: TestDb) {
    let (store, guest, owner) = (db.store(), db.person(1).await, db.person(2).await);
    let dear = ModelSettings { model: Some("dear/model".into()), ..ModelSettings::default() };
    let (hers, nobodys) =
        (db.personality("Hers", Some(guest)).await, db.personality("Ours", None).await);
    for personality in [hers, nobodys] {
        db.set_model(personality, dear.clone()).await;
    }
    let system = SystemKey { guest_daily_limit: Some(5), ..no_guests() };
    let paid = async |personality, system: &SystemKey| {
        let payer = store.would_pay(guest.id, personality, system).await.unwrap().unwrap();
        (payer.model, payer.defaults_only)
    };
    assert_eq!(paid(nobodys, &system).await, ("dear/model".into(), false));
    assert_eq!(paid(hers, &system).await, ("test/model".into(), true));
    // the worker learns it
    let to_hers = Incoming { personalities: vec![hers], ..saying(guest, 1) };
    let taken = store.accept(&to_hers, &limits(), &system).await.unwrap();
    assert!(matches!(taken, Accepted::Taken { .. }), "{taken:?}");
    let claimed = super::stage::claim(&db, guest).await.unwrap();
    assert_eq!((claimed.model.as_str(), claimed.defaults_only), ("test/model", true));
    // on one's own key, one's own personality is one's own affair
    db.give_key(guest, "sk-test-of-a-guest").await;
    assert_eq!(paid(hers, &system).await, ("dear/model".into(), false));

    let of_owner = db.personality("Owners", Some(owner)).await;
    db.set_model(of_owner, dear).await;
    let another = db.person(3).await;
    let paid = async |system: &SystemKey| {
        let payer = store.would_pay(another.id, of_owner, system).await.unwrap().unwrap();
        (payer.model, payer.defaults_only)
    };
    assert_eq!(paid(&system).await, ("test/model".into(), true));
    let with_owner = SystemKey { owners: vec![owner.discord], ..system.clone() };
    assert_eq!(paid(&with_owner).await, ("dear/model".into(), false));
    store.set_superuser(owner.id, true).await.unwrap();
    assert_eq!(paid(&system).await, ("dear/model".into(), false));
}

async fn a_key_is_used_for_its_own_providers_models(db: TestDb) {
    let (store, ada) = (db.store(), db.person_with_key(1).await);
    let (vllm, bob) = (Provider::parse("vllm").unwrap(), db.personality("Bob", None).await);
    // a key of OpenRouter's does not pay for a model of OpenAI's, nor is its id sent there
    store
        .set_user_model(ada.id, None, Provider::OpenAi, &ModelId::of_any("gpt-5").unwrap())
        .await
        .unwrap();
    let paid = payer(&db, ada, bob).await;
    assert_eq!((paid.provider, paid.model.as_str()), (PROVIDER, "test/model"));
    store.reset_user_model(ada.id, None).await.unwrap();
    let his = ModelSettings { provider: vllm, ..ModelSettings::default() };
    db.set_model(bob, his).await;
    assert_eq!(payer(&db, ada, bob).await.provider, PROVIDER);
    // a guest's model is OpenRouter's too, because the operator's key is
    let guest = db.person(2).await;
    let his =
        ModelSettings { provider: vllm, model: Some("big".into()), ..ModelSettings::default() };
    db.set_model(bob, his).await;
    let system = SystemKey { guest_daily_limit: Some(5), ..no_guests() };
    let paid = store.would_pay(guest.id, bob, &system).await.unwrap().unwrap();
    assert_eq!((paid.provider, paid.model.as_str()), (PROVIDER, "test/model"));
    // a key without a model to begin with is of no use, and that is said
    let nothing = SystemKey { offered: Offered::new(Vec::new(), Vec::new()), ..no_guests() };
    let refused = store.would_pay(ada.id, bob, &nothing).await.unwrap();
    assert_eq!(refused, Err(Refusal::NoModel { provider: PROVIDER }));
}

async fn a_server_that_asks_for_no_key_needs_none(db: TestDb) {
    let (store, nobody) = (db.store(), db.person(1).await);
    let bob = db.personality("Bob", None).await;
    let name = "ollama".parse().unwrap();
    let ollama = Provider::Server(name);
    db.set_model(bob, ModelSettings { provider: ollama, ..ModelSettings::default() }).await;
    let server = |asks_for_key| ModelServer { name, asks_for_key };
    let models = vec![(ollama, "llama3.1:8b".to_owned())];
    let offered = |asks| Offered::new(vec![server(asks)], models.clone());
    let free = SystemKey { offered: offered(false), ..no_guests() };
    let paid = store.would_pay(nobody.id, bob, &free).await.unwrap().unwrap();
    assert_eq!((paid.source, paid.key), (KeySource::Keyless, None));
    assert_eq!((paid.provider, paid.model.as_str()), (ollama, "llama3.1:8b"));
    let locked = SystemKey { offered: offered(true), ..no_guests() };
    assert_eq!(store.would_pay(nobody.id, bob, &locked).await.unwrap(), Err(Refusal::NoKey));
    // taken out of the settings, it is asked for by nobody
    assert_eq!(store.would_pay(nobody.id, bob, &no_guests()).await.unwrap(), Err(Refusal::NoKey));
}

async fn a_choice_is_its_owners_and_goes_with_the_personality(db: TestDb) {
    let (store, ada, bea) = (db.store(), db.person_with_key(1).await, db.person_with_key(2).await);
    store.set_user_model(ada.id, None, PROVIDER, &model("hers/all")).await.unwrap();
    assert_eq!(chosen(&db, bea, viola()).await.1, ModelChoice::Setting);
    assert!(store.user_models(bea.id).await.unwrap().is_empty());
    assert!(!store.reset_user_model(bea.id, None).await.unwrap());
    assert_eq!(chosen(&db, ada, viola()).await.1, ModelChoice::Author);
}

async fn a_failed_request_knows_its_model(db: TestDb) {
    let (store, ada) = (db.store(), db.person_with_key(1).await);
    let request = say(&db, ada, 1).await;
    let asked = store.requested_model(request).await.unwrap().unwrap();
    assert_eq!((asked.model.as_str(), asked.is_own_choice), ("test/model", false));
    store.set_user_model(ada.id, None, PROVIDER, &model("test/model")).await.unwrap();
    assert!(store.requested_model(request).await.unwrap().unwrap().is_own_choice);
    let nobody = shared::ids::RequestId::new(&**db.clock());
    assert_eq!(store.requested_model(nobody).await.unwrap(), None);
}
