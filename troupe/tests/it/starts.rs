//! Starts that fail, and those that have to wait: what is said, and that nothing is lost.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};

use playground::discord::{LocalDiscord, Options};
use shared::{
    startup,
    testing::{TestDb, TestEngine},
};
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{
    process::{PATIENCE, Process},
    stage::{BOT_TOKEN, Stage, redis_prefix, redis_url},
};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa5555");
/// Another one than that of the tests.
const OTHER_MASTER_KEY: &str = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
/// Nobody listens here; the settings are wrong before anybody is asked.
const NOWHERE: &str = "http://127.0.0.1:9";

shared::each_engine!(
    a_master_key_that_is_none_is_refused,
    another_master_key_is_refused_and_nobodys_key_is_touched,
    a_newer_database_is_refused,
    a_wrong_token_ends_the_start,
);

/// A small world: settings of a real deployment that lead nowhere, and a directory to start in.
struct Start {
    dir: TempDir,
    settings: Vec<(String, String)>,
}

impl Start {
    fn new(settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let settings = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Self { settings: settings.collect(), dir }
    }

    /// All that a deployment of the engine's kind needs.
    fn complete(db: &TestDb) -> Self {
        let mut start = Self::new(&[
            ("DISCORD_TOKEN", BOT_TOKEN),
            ("DISCORD_API_BASE", NOWHERE),
            ("DATABASE_URL", &db.url()),
            ("APP_MASTER_KEY", TestDb::MASTER_KEY),
        ]);
        if db.kind() == TestEngine::Postgres {
            let prefix = redis_prefix(&start.dir);
            start = start.with("REDIS_URL", &redis_url()).with("REDIS_PREFIX", &prefix);
        }
        start
    }

    fn without(mut self, name: &str) -> Self {
        self.settings.retain(|(set, _)| set != name);
        self
    }

    fn with(self, name: &str, value: &str) -> Self {
        let mut start = self.without(name);
        start.settings.push((name.into(), value.into()));
        start
    }

    fn run(&self, binary: &str) -> Process {
        Process::start(binary, &[], self.dir.path(), &self.settings)
    }

    /// What a start says that ends by itself, with a failure and without a value of a secret.
    async fn refused(&self, binary: &str) -> String {
        let mut process = self.run(binary);
        let code = process.ended().await;
        let said = process.log().join("\n");
        assert_eq!(code, Some(1), "{binary}: {said}");
        for name in ["APP_MASTER_KEY", "DISCORD_TOKEN"] {
            let value = self.settings.iter().find(|(set, _)| set == name);
            let value = value.map(|(_, value)| value).filter(|value| value.len() > 3);
            assert!(value.is_none_or(|value| !said.contains(value)), "{name} is in: {said}");
        }
        assert!(!said.contains("Troupe runs"), "a silent local mode: {said}");
        assert!(!self.dir.path().join("data/local.db").exists(), "a silent local mode");
        said
    }
}

/// The binaries of a set-up.
fn binaries(db: &TestDb) -> &'static [&'static str] {
    match db.kind() {
        TestEngine::Sqlite => &["troupe"],
        TestEngine::Postgres => &["bot", "worker", "troupe"],
    }
}

async fn a_master_key_that_is_none_is_refused(db: TestDb) {
    let short = &TestDb::MASTER_KEY[1..];
    let not_hex = format!("x{short}");
    for binary in binaries(&db) {
        for key in ["", short, &not_hex] {
            let said = Start::complete(&db).with("APP_MASTER_KEY", key).refused(binary).await;
            assert!(said.contains("APP_MASTER_KEY"), "{said}");
            assert!(said.contains("Example:"), "it says what to do: {said}");
            if !key.is_empty() {
                assert!(said.contains("64 hex"), "{said}");
                assert!(!said.contains(&key[4..]), "{said}");
            }
        }
        let said = Start::complete(&db).without("APP_MASTER_KEY").refused(binary).await;
        assert!(said.contains("APP_MASTER_KEY is not set"), "{said}");
        assert!(said.contains("troupe keygen"), "{said}");
    }
}

async fn another_master_key_is_refused_and_nobodys_key_is_touched(db: TestDb) {
    startup::check_canary(db.store(), &db.vault()).await.expect("the tests' own key");
    let ada = db.person_with_key(1).await;
    for binary in binaries(&db) {
        let start = Start::complete(&db).with("APP_MASTER_KEY", OTHER_MASTER_KEY);
        let said = start.refused(binary).await;
        assert!(said.contains("APP_MASTER_KEY differs"), "{said}");
        assert!(said.contains("nothing was started"), "{said}");
        assert!(!said.contains(TestDb::MASTER_KEY), "{said}");
    }
    let keys = db.store().live_keys(ada.id).await.expect("a look");
    assert!(keys.len() == 1 && keys[0].is_active, "{keys:?}");
}

async fn a_newer_database_is_refused(db: TestDb) {
    db.upgrade_beyond_us().await;
    for binary in binaries(&db) {
        let said = Start::complete(&db).refused(binary).await;
        assert!(said.contains("the database is newer than this program"), "{said}");
    }
}

async fn a_wrong_token_ends_the_start(db: TestDb) {
    let options = Options { token: "the.right.token".into(), ..Options::default() };
    let discord = LocalDiscord::start(options).await.expect("a local Discord");
    for binary in binaries(&db).iter().filter(|binary| **binary != "worker") {
        let said = Start::complete(&db)
            .with("DISCORD_API_BASE", &discord.base_url())
            .refused(binary)
            .await;
        assert!(said.contains("DISCORD_TOKEN"), "{said}");
    }
    assert!(discord.ledger().exchanges().len() < 20, "it asked again and again");
}

/// It is said, and it never becomes the real Discord. Who is told to stop meanwhile stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_discord_that_is_not_there_is_told() {
    let db = TestDb::create(TestEngine::Sqlite).await.expect("SQLite");
    let base = format!("http://127.0.0.1:{}/api/v10", free_port().await);
    let start = Start::complete(&db).with("DISCORD_API_BASE", &base);
    let mut told_to_stop = start.run("troupe");
    told_to_stop.says("worker registered").await;
    let asked = Instant::now();
    assert_eq!(told_to_stop.stop().await, Some(0), "{}", told_to_stop.log().join("\n"));
    assert!(asked.elapsed() < Duration::from_secs(10), "it stopped after {:?}", asked.elapsed());
    let said = start.refused("troupe").await;
    assert!(said.contains("Discord did not answer") && said.contains("DISCORD_API_BASE"), "{said}");
    assert!(!said.contains("discord.com"), "it asked the real one: {said}");
}

/// Each of them is named, and none of them lost makes a start in the local mode.
#[tokio::test]
async fn a_lost_secret_of_a_real_deployment_is_named() {
    let complete = || {
        Start::new(&[
            ("DISCORD_TOKEN", BOT_TOKEN),
            ("DATABASE_URL", "postgres://troupe:hush-hush@127.0.0.1:9/troupe"),
            ("REDIS_URL", "redis://:hush-hush@127.0.0.1:9"),
            ("APP_MASTER_KEY", TestDb::MASTER_KEY),
        ])
    };
    let lost: [(&str, &[&str]); 4] = [
        ("DISCORD_TOKEN", &["bot", "troupe"]),
        ("DATABASE_URL", &["bot", "worker", "troupe"]),
        ("REDIS_URL", &["bot", "worker"]),
        ("APP_MASTER_KEY", &["bot", "worker", "troupe"]),
    ];
    for (name, binaries) in lost {
        for binary in binaries {
            for start in [complete().without(name), complete().with(name, "")] {
                let said = start.refused(binary).await;
                assert!(said.contains(&format!("{name} is ")), "{binary} without {name}: {said}");
                assert!(said.contains(&format!("Example: {name}=")), "{said}");
                assert!(!said.contains("hush-hush"), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn separate_processes_refuse_sqlite() {
    let start = Start::new(&[
        ("DISCORD_TOKEN", BOT_TOKEN),
        ("DATABASE_URL", "sqlite:troupe.db"),
        ("REDIS_URL", "redis://127.0.0.1:9"),
        ("APP_MASTER_KEY", TestDb::MASTER_KEY),
    ]);
    for binary in ["bot", "worker"] {
        let said = start.refused(binary).await;
        assert!(said.contains("DATABASE_URL is SQLite"), "{said}");
        assert!(said.contains("postgres://"), "{said}");
    }
    assert!(!start.dir.path().join("troupe.db").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_later_is_waited_for() {
    let Some(db) = TestDb::create(TestEngine::Postgres).await else { return };
    let discord = LocalDiscord::start(Options { token: BOT_TOKEN.into(), ..Options::default() });
    let discord = discord.await.expect("a local Discord");
    let (server, port) = (server_of(&db.url()), free_port().await);
    let elsewhere = db.url().replace(&server, &format!("127.0.0.1:{port}"));
    assert_ne!(elsewhere, db.url());
    let start = Start::complete(&db)
        .with("DATABASE_URL", &elsewhere)
        .with("DISCORD_API_BASE", &discord.base_url());
    let (mut bot, mut worker) = (start.run("bot"), start.run("worker"));
    let mut told_to_stop = start.run("bot");
    for process in [&bot, &worker, &told_to_stop] {
        process.says("waiting for the database").await;
    }
    assert_eq!(told_to_stop.stop().await, Some(0), "{}", told_to_stop.log().join("\n"));
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is still free");
    let proxy = tokio::spawn(pass_on(listener, server));
    assert!(discord.wait_for_commands(PATIENCE).await, "{}", bot.log().join("\n"));
    assert_eq!(bot.stop().await, Some(0));
    assert_eq!(worker.stop().await, Some(0), "{}", worker.log().join("\n"));
    proxy.abort();
}

/// Nobody hurries the worker then; its sweep finds what there is to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_people_are_answered() {
    let Some(db) = TestDb::create(TestEngine::Postgres).await else { return };
    let redis = format!("redis://127.0.0.1:{}", free_port().await);
    let stage = Stage::open_with(db, Options::default(), &[("REDIS_URL", &redis)]).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let asked = Instant::now();
    alice.say("general", "@Viola marzipan").expect("she may");
    stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    let told = stage.log().iter().any(|line| line.contains("WARN") && line.contains("Redis"));
    assert!(told, "nobody was told: {}", stage.said());
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_come_from_files_and_slips_are_noticed() {
    let discord = LocalDiscord::start(Options { token: BOT_TOKEN.into(), ..Options::default() });
    let discord = discord.await.expect("a local Discord");
    let start = Start::new(&[
        ("DISCORD_TOKEN_FILE", "token.txt"),
        ("APP_MASTER_KEY_FILE", "key.txt"),
        ("DISCORD_API_BASE", &discord.base_url()),
        ("DISCORD_TOKN", "nonsense-that-nobody-may-see"),
    ]);
    let dir = start.dir.path();
    fs::write(dir.join("token.txt"), format!("{BOT_TOKEN}\n")).expect("written");
    fs::write(dir.join("key.txt"), format!("{}\r\n", TestDb::MASTER_KEY)).expect("written");
    let mut troupe = start.run("troupe");
    assert!(discord.wait_for_commands(PATIENCE).await, "{}", troupe.log().join("\n"));
    troupe.says("DISCORD_TOKN is no setting; is DISCORD_TOKEN meant?").await;
    assert_eq!(troupe.stop().await, Some(0));
    let said = troupe.log().join("\n");
    assert!(!said.contains("nonsense-that") && !said.contains(BOT_TOKEN), "{said}");
    assert!(dir.join("data/troupe.db").exists(), "the database is where it belongs");
    fs::remove_file(dir.join("token.txt")).expect("gone");
    let said = start.refused("troupe").await;
    assert!(said.contains("DISCORD_TOKEN comes from a file"), "{said}");
}

#[tokio::test]
async fn with_nothing_set_the_local_mode_starts_again_and_again() {
    let start = Start::new(&[]);
    let dir = start.dir.path();
    let key = dir.join("data/master.key");
    let mut keys = Vec::new();
    for _ in 0..2 {
        let mut troupe = start.run("troupe");
        troupe.says("Stop: Ctrl-C").await;
        let said = troupe.log().join("\n");
        for told in ["local Discord ", "stand-in model ", "Try: ", "tour", "http://127.0.0.1:"] {
            assert!(said.contains(told), "{told} is not in: {said}");
        }
        keys.push(fs::read_to_string(&key).expect("a master key"));
        assert!(!said.contains(keys[0].trim()), "the master key was printed");
        assert_eq!(mode_of(&key), 0o600);
        assert!(dir.join("data/local.db").exists());
        assert_eq!(troupe.stop().await, Some(0), "{}", troupe.log().join("\n"));
    }
    assert_eq!(keys[0].trim().len(), 64);
    assert_eq!(keys[0], keys[1], "the second start made another key");

    // a key that was changed opens nothing: it is refused, and not replaced
    fs::write(&key, OTHER_MASTER_KEY).expect("written");
    let mut troupe = start.run("troupe");
    assert_eq!(troupe.ended().await, Some(1));
    let said = troupe.log().join("\n");
    assert!(said.contains("differs from the one that sealed this database"), "{said}");
    assert_eq!(fs::read_to_string(&key).expect("a key"), OTHER_MASTER_KEY);
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

/// A port where nobody listens.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

/// `host:port` of a database's address.
fn server_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").expect("an address");
    let authority = rest.split(['/', '?']).next().expect("a server");
    authority.rsplit('@').next().expect("a server").to_owned()
}

/// Passes connections on to where the server really is.
async fn pass_on(listener: TcpListener, server: String) {
    while let Ok((mut from, _)) = listener.accept().await {
        let server = server.clone();
        tokio::spawn(async move {
            if let Ok(mut to) = TcpStream::connect(server).await {
                let _ended = copy_bidirectional(&mut from, &mut to).await;
            }
        });
    }
}
