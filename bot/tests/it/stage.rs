//! A local Discord, a database and a bot that runs between them; the worker is the test.

use std::{sync::Arc, time::Duration};

use bot::{BotEnv, BotError, lease::Pace};
use playground::discord::{Exchange, LocalDiscord, Options, RateLimits};
use shared::{
    config::{self, Environment},
    ids::{DiscordUserId, UserId, WorkerId},
    lifecycle::Lifecycle,
    model::{KeyVerdict, Provider},
    secret::UserApiKey,
    store::VerdictOutcome,
    telemetry::Redactor,
    testing::{Person, TestDb, TestEngine},
    wake::{self, NudgeSender, WakeReceiver},
};
use tokio::task::JoinHandle;

/// Long enough for a machine that does eight other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stage {
    pub(crate) discord: LocalDiscord,
    pub(crate) db: TestDb,
    pub(crate) wakes: WakeReceiver,
    pub(crate) nudges: NudgeSender,
    lifecycle: Lifecycle,
    bot: JoinHandle<Result<(), BotError>>,
}

impl Stage {
    /// A bot that is connected and has its commands.
    pub(crate) async fn start() -> Self {
        let options = Options { rate_limits: RateLimits::off(), ..Options::default() };
        let discord = LocalDiscord::start(options).await.unwrap();
        let db = TestDb::create(TestEngine::Sqlite).await.unwrap();
        let hints = wake::memory();
        let lifecycle = Lifecycle::new(Duration::from_secs(5));
        let settings = [
            ("DISCORD_TOKEN", discord.token()),
            ("DISCORD_API_BASE", discord.base_url()),
            ("DATABASE_URL", "postgres://not.used/here".to_owned()),
            ("REDIS_URL", "redis://not.used".to_owned()),
            ("APP_MASTER_KEY", TestDb::MASTER_KEY.to_owned()),
        ];
        let config = config::for_bot(&Environment::from_pairs(settings)).unwrap();
        let env = BotEnv {
            token: config.discord_token,
            discord: config.discord,
            requests: config.requests,
            store: db.store().clone(),
            sealer: db.vault().sealer(),
            secrets: db.vault().bot_secrets(),
            wakes: hints.wake_sender,
            nudges: hints.nudge_receiver,
            redactor: Redactor::default(),
            lifecycle: lifecycle.clone(),
            pace: Pace::default(),
        };
        let bot = tokio::spawn(bot::run(env));
        assert!(discord.wait_for_sessions(1, PATIENCE).await, "the bot did not connect");
        assert!(discord.wait_for_commands(PATIENCE).await, "the bot registered no commands");
        Self { discord, db, wakes: hints.wake_receiver, nudges: hints.nudge_sender, lifecycle, bot }
    }

    /// Stops the bot the way a signal does, and looks at all that it ever sent.
    pub(crate) async fn stop(self) {
        self.lifecycle.stop();
        tokio::time::timeout(PATIENCE, self.bot).await.expect("a stop").unwrap().unwrap();
        let leases: Vec<(i64,)> = self.db.rows("SELECT COUNT(*) FROM shard_leases").await;
        assert_eq!(leases, [(0,)], "the shards were released");
        self.everything_was_proper();
    }

    /// What holds for every request that the bot ever makes.
    fn everything_was_proper(&self) {
        assert!(self.discord.ledger().unknown_routes().is_empty());
        for exchange in self.discord.ledger().exchanges() {
            let Exchange { method, path, body, .. } = &exchange;
            let message = if path.ends_with("/callback") { &body["data"] } else { body };
            if message.get("content").is_some() {
                assert_eq!(
                    message["allowed_mentions"]["parse"],
                    serde_json::json!([]),
                    "{method} {path}"
                );
            }
            let sent = format!("{path} {body}");
            assert!(
                !sent.contains("sk-or-v1-") && !sent.contains("sk-test-"),
                "a key in {method} {path}"
            );
        }
        self.discord.look(|world| {
            assert!(world.all_messages().all(|m| m.author_is_person() || !m.ever_pinged()))
        });
    }

    /// The account of somebody on the local Discord.
    pub(crate) fn account(&self, name: &str) -> DiscordUserId {
        self.discord.user(name).id().to_string().parse().unwrap()
    }

    /// The same person in the database, with a key.
    pub(crate) async fn with_key(&self, name: &str) -> Person {
        self.db.person_with_key(self.account(name).get()).await
    }

    /// Does a worker's part for the next check: hands the verdict over, and gives back what key it saw.
    pub(crate) async fn decide(&mut self, verdict: &KeyVerdict) -> Option<String> {
        let user = self.woken().await;
        let (store, worker) = (self.db.store(), WorkerId::new(store_clock(&self.db)));
        let check = store.claim_key_check(worker, user).await.unwrap().expect("a check");
        let key = check.candidate.as_ref().map(|sealed| {
            let opened =
                self.db.vault().opener().open(user, Provider::OpenRouter, sealed.as_ref().unwrap());
            UserApiKey::expose(&opened.unwrap()).to_owned()
        });
        let outcome = store.finish_key_check(&check, worker, verdict).await.unwrap();
        assert_eq!(outcome, VerdictOutcome::Written);
        self.nudges.nudge(user).await;
        key
    }

    /// The next user that a worker is told to look at.
    pub(crate) async fn woken(&mut self) -> UserId {
        self.wakes.next(PATIENCE).await.expect("a wake-up")
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.db.rows::<(i64,)>(sql).await[0].0
    }
}

fn store_clock(db: &TestDb) -> &dyn shared::clock::Clock {
    let clock: &Arc<_> = db.clock();
    &**clock
}

/// Whose words they are: people may ping whom they like.
pub(crate) trait Written {
    fn author_is_person(&self) -> bool;
}

impl Written for playground::discord::world::Message {
    fn author_is_person(&self) -> bool {
        matches!(self.author, playground::discord::world::Author::User(_))
            && self.interaction.is_none()
            && self.nonce.is_none()
    }
}
