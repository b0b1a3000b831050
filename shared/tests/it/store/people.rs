use shared::{
    personality::ModelSettings,
    store::{ServerPolicy, StoreError},
    testing::{Person, TestDb},
    vault::{MasterKey, MasterKeys, Vault},
};

use super::stage::{claim, say, viola};

shared::each_engine!(
    a_person_is_known_by_their_account,
    a_person_has_a_timezone_and_rights,
    names_are_seen_by_those_who_may,
    a_personality_has_its_settings,
    the_canary_of_each_master_key_is_kept_once,
    the_database_answers,
);

async fn a_person_is_known_by_their_account(db: TestDb) {
    let store = db.store();
    assert!(store.find_user(1.into()).await.unwrap().is_none());
    let ada = store.ensure_user(1.into(), &"a".repeat(200)).await.unwrap();
    assert_eq!(store.ensure_user(1.into(), "ada").await.unwrap(), ada);
    assert_eq!(store.find_user(1.into()).await.unwrap(), Some(ada.clone()));
    assert_eq!(store.user(ada.id).await.unwrap(), Some(ada.clone()));
    let largest = store.ensure_user(u64::MAX.into(), "max").await.unwrap();
    assert_eq!(largest.discord_id, u64::MAX.into());
    // a new name is noted with the next message
    db.give_key(Person { id: ada.id, discord: 1.into() }, "sk-test-0123456789").await;
    say(&db, Person { id: ada.id, discord: 1.into() }, 1).await;
    assert_eq!(db.username(ada.id).await, "person1");
}

async fn a_person_has_a_timezone_and_rights(db: TestDb) {
    let (store, ada) = (db.store(), db.person(1).await);
    let before = store.user(ada.id).await.unwrap().unwrap();
    assert_eq!((before.timezone.name(), before.is_superuser), ("UTC", false));
    store.set_timezone(ada.id, "Europe/Paris".parse().unwrap()).await.unwrap();
    assert!(store.superusers().await.unwrap().is_empty());
    store.set_superuser(ada.id, true).await.unwrap();
    let after = store.user(ada.id).await.unwrap().unwrap();
    assert_eq!((after.timezone.name(), after.is_superuser), ("Europe/Paris", true));
    assert_eq!(store.superusers().await.unwrap(), [after]);
    store.set_superuser(ada.id, false).await.unwrap();
    assert!(store.superusers().await.unwrap().is_empty());
}

async fn names_are_seen_by_those_who_may(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let hers = db.personality("Secret Friend", Some(ada)).await;
    let names = async |viewer: u64| {
        let names = db.store().names_visible_to(viewer.into()).await.unwrap();
        names.into_iter().map(|name| name.folded).collect::<Vec<_>>()
    };
    assert_eq!(names(1).await, ["secret friend", "viola", "vi"]);
    // a stranger, and somebody who never used the bot
    for other in [2, 99] {
        assert_eq!(names(other).await, ["viola", "vi"]);
    }
    // a name that is private elsewhere is free
    let theirs = db.personality("Secret Friend", Some(bea)).await;
    assert_ne!(hers, theirs);
    let public = db.personality("secret FRIEND", None).await;
    let seen = db.store().names_visible_to(ada.discord).await.unwrap();
    let meant: Vec<_> = seen.iter().filter(|name| name.folded == "secret friend").collect();
    assert_eq!(meant.len(), 2);
    assert!(meant.iter().any(|name| name.personality_id == public));
    assert_eq!(seen.iter().filter(|name| name.display_name == "Viola").count(), 2);
    // the oldest public one speaks when nobody is named
    assert_eq!(db.store().default_speaker(&ServerPolicy::default()).await.unwrap(), Some(viola()));
}

async fn a_personality_has_its_settings(db: TestDb) {
    let found = db.store().personality(viola()).await.unwrap().unwrap();
    assert_eq!((found.display_name.as_str(), &found.settings.model), ("Viola", &None));
    assert_eq!((found.settings.temperature, found.settings.max_tokens), (None, None));
    assert!(found.system_prompt.contains("stage manager"));
    let settings = ModelSettings {
        temperature: Some(0.25),
        top_p: Some(1.0),
        max_tokens: Some(900),
        max_conversation_history: Some(4),
        ..ModelSettings::default()
    };
    db.set_model(viola(), settings.clone()).await;
    let found = db.store().personality(viola()).await.unwrap().unwrap();
    assert_eq!(found.settings, settings);
    let nobody = shared::ids::PersonalityId::new(&**db.clock());
    assert!(db.store().personality(nobody).await.unwrap().is_none());
}

async fn the_canary_of_each_master_key_is_kept_once(db: TestDb) {
    let store = db.store();
    assert!(store.canaries().await.unwrap().is_empty());
    let vault = db.vault();
    let first = vault.seal_canary().unwrap();
    store.add_canary(&first).await.unwrap();
    // another process had the same idea
    store.add_canary(&vault.seal_canary().unwrap()).await.unwrap();
    let kept = store.canaries().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].iv(), kept[0].key_id()), (first.iv(), first.key_id()));
    assert!(vault.check_canary(&kept[0]).is_ok());
    let current = MasterKey::from_text(&MasterKey::generate().unwrap()).unwrap();
    let other = Vault::new(MasterKeys { current, previous: Vec::new() });
    store.add_canary(&other.seal_canary().unwrap()).await.unwrap();
    assert_eq!(store.canaries().await.unwrap().len(), 2);
    // a row that somebody spoilt is an error, not another key
    db.spoil_canaries().await;
    assert!(matches!(store.canaries().await, Err(StoreError::Inconsistent("vault_canary"))));
}

async fn the_database_answers(db: TestDb) {
    db.store().superusers().await.unwrap();
    let other = db.another_store().await;
    other.superusers().await.unwrap();
    assert_eq!(other.clock().now(), db.store().shared_clock().now());
    other.close().await;
    let gone = other.superusers().await.unwrap_err();
    assert!(gone.is_transient(), "{gone}");
    let ada = db.person_with_key(1).await;
    say(&db, ada, 1).await;
    assert!(claim(&db, ada).await.is_some());
}
