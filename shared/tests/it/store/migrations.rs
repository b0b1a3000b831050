use std::{collections::BTreeSet, fs, path::Path};

use shared::{
    clock::{SharedClock, SystemClock},
    store::{Engine, Store, StoreError},
    testing::{TestDb, TestEngine, run},
};

shared::each_engine!(
    a_newer_schema_is_refused,
    opening_again_changes_nothing,
    a_changed_migration_is_not_taken_for_a_newer_one,
    a_wrong_address_is_not_waited_for,
);

fn clock() -> SharedClock {
    std::sync::Arc::new(SystemClock)
}

async fn opening_again_changes_nothing(db: TestDb) {
    let before = db.migrations_applied().await;
    db.another_store().await.close().await;
    assert_eq!(db.migrations_applied().await, before);
    assert!(before >= 2);
}

async fn a_newer_schema_is_refused(db: TestDb) {
    db.upgrade_beyond_us().await;
    let refused = Store::open(&db.engine(), clock()).await.err();
    assert!(matches!(refused, Some(StoreError::NewerSchema)), "{refused:?}");
}

async fn a_changed_migration_is_not_taken_for_a_newer_one(db: TestDb) {
    db.change_first_migration().await;
    let refused = Store::open(&db.engine(), clock()).await.err();
    assert!(matches!(refused, Some(StoreError::UpgradeFailed)), "{refused:?}");
}

/// A mistake of the operator's is told as one: trying again would not help.
async fn a_wrong_address_is_not_waited_for(db: TestDb) {
    let wrong = match db.engine() {
        Engine::Sqlite(path) => Engine::Sqlite(path.with_file_name("nowhere").join("troupe.db")),
        Engine::Postgres(_) => Engine::Postgres(format!("{}_not", db.url()).into()),
    };
    let refused = Store::open(&wrong, clock()).await.err();
    assert!(matches!(refused, Some(StoreError::Misconfigured(_))), "{refused:?}");
}

/// Several processes start at once on a file that is not there yet.
#[test]
fn the_first_starts_of_several_processes_meet_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..10 {
        together(&Engine::Sqlite(dir.path().join(format!("{round}.db"))));
    }
}

#[test]
fn the_first_starts_of_several_processes_meet_on_postgres() {
    run(TestEngine::Postgres, async |db| {
        db.empty_postgres().await;
        let engine = db.engine();
        tokio::task::spawn_blocking(move || together(&engine)).await.unwrap();
    });
}

fn together(engine: &Engine) {
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| open_and_use(engine))).collect();
        for start in starts {
            start.join().unwrap();
        }
    });
}

/// Whoever has to go back to the version before finds what that one wrote.
#[tokio::test]
async fn a_sqlite_database_is_copied_before_it_is_upgraded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("troupe.db");
    let copies = || {
        let names = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().contains(".before-")).collect::<Vec<_>>()
    };
    Store::open(&Engine::Sqlite(path.clone()), clock()).await.unwrap().close().await;
    assert!(copies().is_empty(), "a new database has nothing to lose");
    for file in fs::read_dir(dir.path()).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    TestDb::make_first_version(&path).await;
    fs::write(dir.path().join("troupe.db.copying"), "of a start that was killed").unwrap();
    for _ in 0..2 {
        Store::open(&Engine::Sqlite(path.clone()), clock()).await.unwrap().close().await;
        assert_eq!(copies(), ["troupe.db.before-0002"]);
    }
    let copy = dir.path().join("troupe.db.before-0002");
    assert_eq!(TestDb::look_at_version(&copy).await, (1, 1));
    let (migrations, people) = TestDb::look_at_version(&path).await;
    assert!(migrations > 2);
    assert_eq!(people, 1);
    assert!(!dir.path().join("troupe.db.copying").exists());
}

fn open_and_use(engine: &Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(engine, clock()).await.unwrap();
        store.ensure_user(1.into(), "ada").await.unwrap();
        store.close().await;
    });
}

#[test]
fn both_trees_have_the_same_files() {
    let names = |tree: &str| -> BTreeSet<String> {
        let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(tree);
        let files = fs::read_dir(tree).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").iter().all(|name| {
        let (number, rest) = name.split_once('_').unwrap();
        number.len() == 4 && number.parse::<u32>().is_ok() && rest.strip_suffix(".sql").is_some()
    }));
}

/// What stands in a row, and what may be missing from it, does not depend on the engine.
#[test]
fn both_trees_make_the_same_tables() {
    run(TestEngine::Postgres, async |postgres| {
        let sqlite = TestDb::create(TestEngine::Sqlite).await.unwrap();
        let (of_sqlite, of_postgres) = (sqlite.columns().await, postgres.columns().await);
        let only_here: Vec<_> = of_sqlite.symmetric_difference(&of_postgres).collect();
        assert!(only_here.is_empty(), "{only_here:?}");
        assert!(of_sqlite.len() > 100);
    });
}

/// SQLite guesses an affinity for what it does not know, unless the table is STRICT.
#[test]
fn every_sqlite_table_is_strict() {
    run(TestEngine::Sqlite, async |db| {
        assert!(db.lax_tables().await.is_empty());
    });
}
