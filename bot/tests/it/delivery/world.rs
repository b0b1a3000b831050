//! A local Discord, a database, a test in the worker's role, and bots that may be killed.

use std::{sync::Arc, time::Duration};

use bot::{
    delivery::{Bell, Deliveries, DeliverySetup},
    limiter::{Limiter, LimiterConfig},
    rest::{ApplicationId, Rest, RestConfig},
};
use chrono::TimeDelta;
use playground::discord::{LocalDiscord, Options, RateLimits, Snowflake, world::Message};
use shared::{
    clock::{Clock, ManualClock},
    ids::{
        BotId, ChannelId, DeliveryId, DiscordUserId, GuildId, RequestId, SourceId, UserId, WorkerId,
    },
    model::FinishReason,
    offered::Offered,
    store::{
        Accepted, CallEnd, CallRecord, ClaimedRequest, Engine, Fenced, Incoming, Limits,
        PartialText, Place, ReplyBy, RequestContext, ShardRange, Spending, Store, SystemKey,
    },
    vault::{MasterKey, MasterKeys, Vault},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::LONG;
use crate::proper;

pub(super) const PERSONALITY: &str = "01980000-0000-7000-8000-000000000001";

pub(super) struct World {
    pub(super) discord: LocalDiscord,
    pub(super) store: Store,
    pub(super) clock: Arc<ManualClock>,
    pub(super) vault: Vault,
    pub(super) worker: WorkerId,
    _directory: TempDir,
}

/// A bot process, as far as delivery goes. Dropping it is a kill.
pub(super) struct Process {
    pub(super) bell: Bell,
    soft: CancellationToken,
    task: JoinHandle<()>,
    _limiter: Limiter,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Process {
    /// Stops as a signal would make it.
    pub(super) async fn stop(mut self) {
        self.soft.cancel();
        tokio::time::timeout(LONG, &mut self.task).await.unwrap().unwrap();
    }

    /// Kills it, and returns when nothing of it runs any more.
    pub(super) async fn kill(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled());
    }
}

/// What the worker has in hand.
pub(super) struct Call {
    pub(super) request: ClaimedRequest,
    rev: i64,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(RateLimits::off()).await
    }

    pub(super) async fn with(rate_limits: RateLimits) -> Self {
        let options = Options { rate_limits, ..Options::default() };
        let discord = LocalDiscord::start(options).await.unwrap();
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::new("2031-05-06T07:08:09Z".parse().unwrap()));
        let engine = Engine::Sqlite(directory.path().join("troupe.db"));
        let store = Store::open(&engine, clock.clone()).await.unwrap();
        let key = MasterKey::from_text(&"0123456789abcdef".repeat(4)).unwrap();
        let vault = Vault::new(MasterKeys { current: key, previous: Vec::new() });
        let worker = WorkerId::new(&*clock);
        Self { discord, store, clock, vault, worker, _directory: directory }
    }

    /// Starts a bot.
    pub(super) async fn bot(&self) -> Process {
        let (rest, limiter) = self.client().await;
        let deliveries = Deliveries::new(DeliverySetup {
            store: self.store.clone(),
            rest,
            secrets: self.vault.bot_secrets(),
            pictures: bot::pictures::PictureBase::default(),
            application: self.application(),
            bot: BotId::new(&*self.clock),
            shards: ShardRange::single(),
            explainer: bot::explain::Explainer::new(self.store.clone(), Arc::default()),
        });
        let (bell, soft) = (deliveries.bell(), CancellationToken::new());
        let task = tokio::spawn({
            let soft = soft.clone();
            async move { deliveries.run(soft).await.unwrap() }
        });
        Process { bell, soft, task, _limiter: limiter }
    }

    pub(super) async fn client(&self) -> (Rest, Limiter) {
        let limiter = Limiter::start(LimiterConfig::new(self.discord.base_url())).await.unwrap();
        let config = RestConfig::new(limiter.proxy_url(), "https://troupe.invalid");
        (Rest::new(&config, &self.discord.token().into()).unwrap(), limiter)
    }

    pub(super) fn application(&self) -> ApplicationId {
        ApplicationId::from(self.discord.bot().get())
    }

    pub(super) fn place(&self, channel: &str) -> Place {
        let id = self.discord.channel(channel).unwrap();
        let (home, guild) = self.discord.look(|world| {
            let channel = world.channel(id).unwrap();
            (channel.webhook_home(), channel.guild)
        });
        let guild = guild.map(|guild| GuildId::from(guild.get()));
        let thread = (home != id).then(|| ChannelId::from(id.get()));
        Place { guild, channel: home.get().into(), thread }
    }

    /// Somebody asks in a channel, and it's accepted.
    pub(super) async fn ask(&self, who: &str, place: Place, by: ReplyBy) -> (UserId, RequestId) {
        let source = SourceId::from(self.clock.now().timestamp_micros().cast_unsigned());
        // ids and orders come from the clock
        self.clock.advance(TimeDelta::milliseconds(1));
        let incoming = Incoming {
            source,
            author: DiscordUserId::from(self.discord.user(who).id().get()),
            username: who.to_owned(),
            place,
            personalities: vec![PERSONALITY.parse().unwrap()],
            text: "Hello?".to_owned(),
            context: RequestContext::default(),
            reply_by: by,
        };
        let limits = Limits {
            max_queued: 100,
            max_joined: 1,
            max_joined_chars: 1,
            deadline: Duration::from_mins(10),
        };
        let system = SystemKey {
            offered: Offered::built_in("local/model"),
            guest_daily_limit: Some(1_000),
            owners: Vec::new(),
        };
        match self.store.accept(&incoming, &limits, &system).await.unwrap() {
            Accepted::Taken { user, requests } => (user, requests[0]),
            other => panic!("not accepted: {other:?}"),
        }
    }

    pub(super) async fn ask_in(&self, who: &str, channel: &str) -> UserId {
        self.ask(who, self.place(channel), ReplyBy::Webhook).await.0
    }

    /// The worker takes a person's next request and calls the model.
    pub(super) async fn call(&self, user: UserId) -> Call {
        let request = self.store.claim(self.worker, user, 3).await.unwrap().unwrap();
        assert_eq!(
            self.store.fence(&request, None, &Spending::default()).await.unwrap(),
            Fenced::MayCall
        );
        Call { request, rev: 0 }
    }

    /// More of the answer arrives.
    pub(super) async fn grow(&self, call: &mut Call, text: &str) {
        call.rev += 1;
        let Call { request, rev, .. } = call;
        let partial =
            PartialText { request: request.id, token: request.token, rev: *rev, text: text.into() };
        self.store.save_partials(&[partial]).await.unwrap();
    }

    pub(super) async fn end(&self, call: &Call, end: CallEnd) {
        assert!(self.store.finish(&call.request, &end, &CallRecord::default()).await.unwrap());
    }

    pub(super) async fn answer(&self, call: &Call, text: &str) {
        let end = CallEnd::Answered { text: text.into(), finish: FinishReason::Stop };
        self.end(call, end).await;
    }

    /// Asks, calls and answers in one go.
    pub(super) async fn ask_and_answer(&self, who: &str, channel: &str, text: &str) {
        let user = self.ask_in(who, channel).await;
        let call = self.call(user).await;
        self.answer(&call, text).await;
    }

    /// The replies that stand in a channel. Direct messages are looked at by whom they are with.
    pub(super) fn replies(&self, channel: impl Into<playground::discord::Place>) -> Vec<Message> {
        let channel = channel.into();
        let with = self.discord.look(|world| match &channel {
            playground::discord::Place::Id(id) => {
                let person =
                    world.channel(*id).and_then(playground::discord::world::Channel::recipient);
                person.and_then(|person| world.user(person)).map(|person| person.name.clone())
            }
            playground::discord::Place::Name(_) => None,
        });
        let viewer = self.discord.user(with.as_deref().unwrap_or("alice"));
        let messages = viewer.visible_messages(channel).unwrap();
        let bot = playground::discord::world::Author::User(self.discord.bot());
        messages.into_iter().filter(|m| m.webhook().is_some() || m.author == bot).collect()
    }

    /// Waits until the replies in a channel say this, and nothing else.
    pub(super) async fn wait_for(&self, channel: &str, texts: &[&str]) -> Vec<Message> {
        let id = self.discord.channel(channel).unwrap();
        self.wait_in(id, texts).await
    }

    pub(super) async fn wait_in(&self, channel: Snowflake, texts: &[&str]) -> Vec<Message> {
        let bot = self.discord.bot();
        let look = |world: &playground::discord::world::World| {
            let said: Vec<&str> = replies_of(world, channel, bot).map(|m| &*m.content).collect();
            (said == texts).then_some(())
        };
        if self.discord.wait_for(LONG, look).await.is_none() {
            let said: Vec<_> = self.replies(channel).into_iter().map(|m| m.content).collect();
            panic!("wanted {texts:?}, there is {said:?}");
        }
        self.replies(channel)
    }

    /// Waits until so many replies stand there.
    pub(super) async fn wait_for_count(&self, channel: &str, count: usize) -> Vec<Message> {
        let id = self.discord.channel(channel).unwrap();
        let bot = self.discord.bot();
        let look = |world: &playground::discord::world::World| {
            (replies_of(world, id, bot).count() == count).then_some(())
        };
        assert!(self.discord.wait_for(LONG, look).await.is_some(), "no {count} replies");
        self.replies(id)
    }

    /// Waits until nothing is left to deliver. The database has no bell, so it's asked again and
    /// again.
    pub(super) async fn drained(&self) {
        let drained = async {
            while !self.store.open_deliveries(ShardRange::single()).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG, drained).await.expect("something is left to deliver");
    }

    pub(super) async fn only_delivery(&self) -> DeliveryId {
        let mut open = self.store.open_deliveries(ShardRange::single()).await.unwrap();
        assert_eq!(open.len(), 1);
        open.remove(0).id
    }

    /// What holds after every test: nobody was notified, everything has a route, and Discord's own
    /// description allows all that was asked.
    pub(super) fn check(&self) {
        self.discord.look(|world| {
            for message in world.all_messages() {
                assert!(!message.ever_pinged(), "somebody was notified");
            }
        });
        proper::traffic(&self.discord);
    }
}

fn replies_of(
    world: &playground::discord::world::World,
    channel: Snowflake,
    bot: Snowflake,
) -> impl Iterator<Item = &Message> {
    let by_bot = playground::discord::world::Author::User(bot);
    world
        .messages(channel)
        .filter(move |m| !m.deleted && (m.webhook().is_some() || m.author == by_bot))
        .filter(|m| !m.is_ephemeral())
}

/// Everything that a message has said, without what only its buttons changed.
pub(super) fn history(message: &Message) -> Vec<&str> {
    let mut said: Vec<&str> = message.history.iter().map(|rev| rev.content.as_str()).collect();
    said.dedup();
    said
}

/// The labels of a message's buttons.
pub(super) fn buttons(message: &Message) -> Vec<&str> {
    message.buttons().filter_map(|button| button["label"].as_str()).collect()
}
