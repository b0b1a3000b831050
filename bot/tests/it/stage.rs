//! A local Discord, a database and a bot that runs between them; the worker is the test.

use std::{sync::Arc, time::Duration};

use bot::{BotEnv, BotError, lease::Pace};
use playground::discord::{
    Exchange, LocalDiscord, Options, RateLimits,
    world::{Author, Message},
};
use shared::{
    config::{self, Environment},
    ids::{DiscordUserId, UserId, WorkerId},
    lifecycle::Lifecycle,
    model::{FailureKind, FinishReason, KeyVerdict, Provider, RequestState},
    secret::UserApiKey,
    store::{CallEnd, CallRecord, Fenced, Spending, VerdictOutcome},
    telemetry::Redactor,
    testing::{Person, TestDb, TestEngine},
    wake::{self, NudgeSender, WakeReceiver},
};
use tokio::task::JoinHandle;

use crate::proper;

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
        Self::start_with(|_| {}).await
    }

    /// The same, with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut BotEnv)) -> Self {
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
        let mut env = BotEnv {
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
        change(&mut env);
        let bot = tokio::spawn(bot::run(env));
        assert!(discord.wait_for_sessions(1, PATIENCE).await, "the bot did not connect");
        assert!(discord.wait_for_commands(PATIENCE).await, "the bot registered no commands");
        Self { discord, db, wakes: hints.wake_receiver, nudges: hints.nudge_sender, lifecycle, bot }
    }

    /// Stops the bot the way a signal does, and looks at all that it ever sent.
    pub(crate) async fn stop(mut self) {
        self.lifecycle.stop();
        tokio::time::timeout(PATIENCE, &mut self.bot).await.expect("a stop").unwrap().unwrap();
        assert_eq!(self.db.shards_leased().await, 0, "the shards were released");
        self.everything_was_proper();
    }

    /// What holds for every request that the bot ever makes.
    fn everything_was_proper(&self) {
        proper::traffic(&self.discord);
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
            let by_a_person =
                |m: &&Message| matches!(m.author, Author::User(id) if id != world.bot());
            let mut ours = world.all_messages().filter(|m| !by_a_person(m));
            assert!(ours.all(|m| !m.ever_pinged()), "somebody was pinged");
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

    /// Does a worker's part for a person's next request, and loses the connection in mid-answer.
    pub(crate) async fn interrupt(&self, person: Person, text: &str) {
        let (store, worker) = (self.db.store(), WorkerId::new(store_clock(&self.db)));
        store.register_worker(worker).await.unwrap();
        let request = store.claim(worker, person.id, 3).await.unwrap().expect("a request");
        let fenced = store.fence(&request, request.api_key_id, &Spending::default()).await.unwrap();
        assert!(matches!(fenced, Fenced::MayCall), "{fenced:?}");
        let end = CallEnd::Interrupted { text: text.to_owned(), failure: FailureKind::Interrupted };
        assert!(store.finish(&request, &end, &CallRecord::default()).await.unwrap());
        self.nudges.nudge(person.id).await;
    }

    /// Does a worker's part for a person's next request, which is answered.
    pub(crate) async fn answer(&self, person: Person, text: &str) {
        self.answer_with(person, text, &CallRecord::default()).await;
    }

    /// The same, with what is known of the call.
    pub(crate) async fn answer_with(&self, person: Person, text: &str, record: &CallRecord) {
        let (store, worker) = (self.db.store(), WorkerId::new(store_clock(&self.db)));
        store.register_worker(worker).await.unwrap();
        let request = store.claim(worker, person.id, 3).await.unwrap().expect("a request");
        let fenced = store.fence(&request, request.api_key_id, &Spending::default()).await.unwrap();
        assert!(matches!(fenced, Fenced::MayCall), "{fenced:?}");
        let end = CallEnd::Answered { text: text.to_owned(), finish: FinishReason::Stop };
        assert!(store.finish(&request, &end, record).await.unwrap());
        self.nudges.nudge(person.id).await;
    }

    /// Does a worker's part for a person's next request up to the fence. Whether it was refused.
    pub(crate) async fn fence(&self, person: Person, spending: &Spending) -> bool {
        let (store, worker) = (self.db.store(), WorkerId::new(store_clock(&self.db)));
        store.register_worker(worker).await.unwrap();
        let request = store.claim(worker, person.id, 3).await.unwrap().expect("a request");
        let fenced = store.fence(&request, request.api_key_id, spending).await.unwrap();
        self.nudges.nudge(person.id).await;
        matches!(fenced, Fenced::Refused(_))
    }

    /// Somebody who moderates the first server.
    pub(crate) fn moderator(&self, name: &str) -> playground::discord::Person {
        let (person, house) = (self.discord.user(name), self.discord.house());
        let role = self.discord.role(house, "Moderators").expect("moderators");
        self.discord.give_role(house, person.id(), role);
        person
    }

    /// What a command answers, to its user alone.
    pub(crate) async fn private(&self, used: &playground::discord::Invocation) -> String {
        let answer = used.final_message(PATIENCE).await.unwrap();
        assert!(answer.is_ephemeral(), "everybody sees: {}", answer.content);
        answer.content
    }

    /// The next user that a worker is told to look at.
    pub(crate) async fn woken(&mut self) -> UserId {
        self.wakes.next(PATIENCE).await.expect("a wake-up")
    }

    /// How far everybody's requests are.
    pub(crate) async fn states(&self) -> Vec<RequestState> {
        self.db.requests().await.iter().map(|request| request.state).collect()
    }
}

fn store_clock(db: &TestDb) -> &dyn shared::clock::Clock {
    let clock: &Arc<_> = db.clock();
    &**clock
}
