//! The stage of a scenario: the world around the product, and the product in it.

use std::sync::{Arc, OnceLock};

use playground::{
    checks::Descriptions,
    discord::{
        Invocation, LocalDiscord, Options, Person, Place, Response, Snowflake,
        world::{Author, Message},
    },
    provider::{KeyPlan, StandInOptions, StandInProvider},
};
use serde_json::{Value, json};
use shared::{
    clock::SystemClock,
    ids::DiscordUserId,
    store::{Store, User},
    testing::{TestDb, TestEngine},
};
use tempfile::TempDir;

use crate::process::{PATIENCE, Process};

/// What the tests plant, to be looked for where it must not be.
pub(crate) const BOT_TOKEN: &str = "local.bot.token.that.is.secret";

/// The world, and the product in it.
pub(crate) struct Stage {
    pub(crate) discord: LocalDiscord,
    pub(crate) provider: StandInProvider,
    pub(crate) db: TestDb,
    pub(crate) dir: TempDir,
    /// The bot, or all in one.
    pub(crate) bot: Process,
    /// Workers of their own, if they are separate.
    pub(crate) workers: Vec<Process>,
    /// Processes that were killed; what they said still counts.
    pub(crate) dead: Vec<Process>,
    /// The bot's own account: asking for it inside a look would wait for that look.
    bot_account: Snowflake,
    settings: Vec<(String, String)>,
}

impl Stage {
    /// Opens a stage with the product running on it, in the set-up that belongs to the engine: one
    /// process on SQLite, several on Postgres and Redis.
    pub(crate) async fn open(db: TestDb) -> Self {
        Self::open_with(db, Options::default(), &[]).await
    }

    /// The same, in another Discord or with more settings.
    pub(crate) async fn open_with(db: TestDb, options: Options, more: &[(&str, &str)]) -> Self {
        let options = Options { token: BOT_TOKEN.into(), ..options };
        let discord = LocalDiscord::start(options).await.expect("a local Discord");
        let provider = StandInProvider::start(StandInOptions::default()).await.expect("a stand-in");
        let dir = tempfile::tempdir().expect("a directory");
        let mut settings = owned(&[
            ("DISCORD_API_BASE", &discord.base_url()),
            ("DATABASE_URL", &db.url()),
            ("APP_MASTER_KEY", TestDb::MASTER_KEY),
            ("OPENROUTER_BASE_URL", &provider.base_url()),
            ("ATTACHMENT_ORIGINS", &discord.base_url()),
            ("RUST_LOG", "trace"),
            ("LOG_FORMAT", "json"),
            ("SHUTDOWN_GRACE", "5"),
        ]);
        if db.kind() == TestEngine::Postgres {
            settings.extend(owned(&[
                ("REDIS_URL", &redis_url()),
                ("REDIS_PREFIX", &redis_prefix(&dir)),
            ]));
        }
        // the last of a name counts
        settings.extend(owned(more));
        let bot = start_bot(&db, &dir, &settings);
        let (workers, dead) = (Vec::new(), Vec::new());
        let bot_account = discord.bot();
        let mut stage =
            Self { discord, provider, db, dir, bot, workers, dead, bot_account, settings };
        if stage.is_separate() {
            stage.start_worker();
        }
        stage.bot_is_up().await;
        stage
    }

    /// Waits until people can use the bot.
    pub(crate) async fn bot_is_up(&self) {
        assert!(self.discord.wait_for_sessions(1, PATIENCE).await, "{}", self.said());
        assert!(self.discord.wait_for_commands(PATIENCE).await, "{}", self.said());
    }

    /// Whether bot and worker are processes of their own.
    pub(crate) fn is_separate(&self) -> bool {
        self.db.kind() == TestEngine::Postgres
    }

    /// One more worker.
    pub(crate) fn start_worker(&mut self) {
        self.workers.push(Process::start("worker", &[], self.dir.path(), &self.settings));
    }

    /// The process that calls the model dies; a new one comes.
    pub(crate) async fn kill_worker(&mut self) {
        if self.is_separate() {
            let mut worker = self.workers.pop().expect("a worker");
            worker.kill().await;
            self.dead.push(worker);
            self.start_worker();
        } else {
            self.kill_bot().await;
        }
    }

    /// The process that talks to Discord dies; a new one comes.
    pub(crate) async fn kill_bot(&mut self) {
        self.bot.kill().await;
        self.next_bot(self.another_bot());
    }

    /// One more bot process, for the same shards.
    pub(crate) fn another_bot(&self) -> Process {
        start_bot(&self.db, &self.dir, &self.settings)
    }

    /// `fresh` takes the place of the bot, which has ended.
    pub(crate) fn next_bot(&mut self, fresh: Process) {
        self.dead.push(std::mem::replace(&mut self.bot, fresh));
    }

    /// What processes that start from now on are given.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// What they are not given any more.
    pub(crate) fn unset(&mut self, name: &str) {
        self.settings.retain(|(set, _)| set != name);
    }

    /// Every worker of its own is asked to stop; a new one comes.
    pub(crate) async fn restart_workers(&mut self) {
        for mut worker in std::mem::take(&mut self.workers) {
            assert_eq!(worker.stop().await, Some(0), "{}", self.said());
            self.dead.push(worker);
            self.start_worker();
        }
    }

    /// The process that talks to Discord is asked to stop; a new one comes.
    pub(crate) async fn restart_bot(&mut self) {
        assert_eq!(self.bot.stop().await, Some(0), "{}", self.said());
        let fresh = start_bot(&self.db, &self.dir, &self.settings);
        self.dead.push(std::mem::replace(&mut self.bot, fresh));
    }

    /// All that all processes have said.
    pub(crate) fn log(&self) -> Vec<String> {
        let processes = self.dead.iter().chain(&self.workers).chain([&self.bot]);
        processes.flat_map(Process::log).collect()
    }

    /// The same for a failed test to show: no more than its end.
    pub(crate) fn said(&self) -> String {
        let log = self.log();
        log[log.len().saturating_sub(150)..].join("\n")
    }

    /// A second look at the database, beside the product's.
    pub(crate) async fn store(&self) -> Store {
        self.db.store_with(Arc::new(SystemClock)).await
    }

    /// A person as the product knows them.
    pub(crate) async fn user(&self, person: &Person) -> User {
        let account = DiscordUserId::from(person.id().get());
        self.store().await.find_user(account).await.expect("a look").expect("a user")
    }

    /// A person with a key that the provider knows, stored the way people do it.
    pub(crate) async fn person_with_key(&self, name: &str, key: &str) -> Person {
        self.provider.add_key(key, KeyPlan::with_credit(1_000_000_000));
        let person = self.discord.user(name);
        let answer = self.type_key(&person, "wallet set", json!({}), key).await;
        assert!(answer.content.contains("stored"), "{}", answer.content);
        assert!(answer.content.contains(&key[key.len() - 4..]), "{}", answer.content);
        person
    }

    /// Types a key into the form that a command opens, and waits for the private answer.
    pub(crate) async fn type_key(
        &self,
        person: &Person,
        command: &str,
        options: Value,
        key: &str,
    ) -> Message {
        let command = person.slash("general", command, options).expect("the command is there");
        let form = command.response(PATIENCE).await.expect("a form");
        let Response::Modal { fields, .. } = form else { panic!("no form: {form:?}") };
        let field = fields.first().expect("a field").custom_id.clone();
        let sent = command.submit_modal([(field.as_str(), key)]).expect("the form is sent");
        self.private_answer(&sent).await
    }

    /// What a command answered, which nobody else sees.
    pub(crate) async fn private_answer(&self, used: &Invocation) -> Message {
        let answer = used.final_message(PATIENCE).await;
        let answer = answer.unwrap_or_else(|error| panic!("{error}\n{}", self.said()));
        assert!(answer.is_ephemeral(), "everybody sees: {}", answer.content);
        answer
    }

    /// The finished reply of a personality's that fits.
    pub(crate) async fn reply(
        &self,
        person: &Person,
        place: impl Into<Place>,
        fits: impl Fn(&Message) -> bool,
    ) -> Message {
        let reply = person
            .wait_for_message(place, PATIENCE, |message| {
                self.is_by_bot(message) && is_finished(message) && fits(message)
            })
            .await;
        reply.unwrap_or_else(|error| panic!("{error}\n{}", self.said()))
    }

    /// Whether a message came from the bot, under its own name or a personality's.
    pub(crate) fn is_by_bot(&self, message: &Message) -> bool {
        match &message.author {
            Author::User(id) => *id == self.bot_account,
            Author::Webhook { application, .. } => *application == Some(self.bot_account),
        }
    }

    /// Closes the stage: every process stops by itself when asked, and all that was sent to Discord was
    /// well-formed and pinged nobody.
    pub(crate) async fn close(mut self) {
        assert_eq!(self.bot.stop().await, Some(0), "{}", self.said());
        for worker in &mut self.workers {
            assert_eq!(worker.stop().await, Some(0));
        }
        let messages: Vec<Message> =
            self.discord.look(|world| world.all_messages().cloned().collect());
        for message in messages.iter().filter(|message| self.is_by_bot(message)) {
            assert!(!message.ever_pinged(), "it pinged: {}", message.content);
        }
        assert_eq!(self.discord.ledger().unknown_routes().len(), 0);
        check_traffic(&self.discord);
    }
}

/// Whether a message streams no more.
pub(crate) fn is_finished(message: &Message) -> bool {
    !message.is_loading()
        && !message
            .buttons()
            .any(|button| button["custom_id"].as_str().is_some_and(|id| id.starts_with("stop:")))
}

/// Where the tests' Redis is.
pub(crate) fn redis_url() -> String {
    #[expect(clippy::disallowed_methods, reason = "no setting of the product's")]
    std::env::var("TEST_REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379/0".into())
}

/// What this stage's names in Redis begin with.
pub(crate) fn redis_prefix(dir: &TempDir) -> String {
    let name = dir.path().file_name().expect("a name").to_string_lossy();
    format!("test{name}:")
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn start_bot(db: &TestDb, dir: &TempDir, settings: &[(String, String)]) -> Process {
    let mut settings = settings.to_vec();
    settings.push(("DISCORD_TOKEN".into(), BOT_TOKEN.into()));
    let name = if db.kind() == TestEngine::Postgres { "bot" } else { "troupe" };
    Process::start(name, &[], dir.path(), &settings)
}

/// Every request, answer and frame validates against what others say of Discord, where that is present.
fn check_traffic(discord: &LocalDiscord) {
    static DESCRIPTIONS: OnceLock<Option<Descriptions>> = OnceLock::new();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let load = || Descriptions::load_if_there(directory).expect("the descriptions");
    let Some(descriptions) = DESCRIPTIONS.get_or_init(load) else {
        eprintln!("left out: there are no descriptions of Discord here");
        return;
    };
    let report = descriptions.check(&discord.ledger().entries(), true);
    assert!(report.requests > 0 && report.frames_from_bot > 0);
    assert!(report.problems.is_empty(), "{report}");
    eprintln!("{report}");
}
