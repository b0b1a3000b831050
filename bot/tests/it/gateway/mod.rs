mod server;

use std::{sync::Arc, time::Duration};

use bot::{
    gateway::{
        Gateway, GatewayConfig, GatewayError, GatewayHandler, GatewayHealth, MessageEvent,
        Reaction, ShardReady, Shards, framework,
    },
    intake::{Intake, IntakeLimits, Offered},
    limiter::{Limiter, LimiterConfig},
};
use serde_json::{Value, json};
use serenity::{
    all::{Context, Event, Interaction},
    async_trait,
};
use shared::ids::{ChannelId, DiscordUserId, MessageId};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use self::server::{Act, Server, user};

fn said(id: u64, author: &Value, content: &str) -> Act {
    let message = json!({
        "id": id.to_string(), "channel_id": "5", "guild_id": "6", "author": author, "content": content,
        "timestamp": "2026-01-01T00:00:00.000000+00:00", "edited_timestamp": null, "tts": false,
        "mention_everyone": false, "mentions": [user("42", true)], "mention_roles": [], "attachments": [],
        "embeds": [], "pinned": false, "type": 0, "flags": 0, "components": [],
        "member": { "roles": [], "joined_at": null, "deaf": false, "mute": false, "flags": 0, "nick": "Bobby" },
    });
    Act::Say("MESSAGE_CREATE", message)
}

/// Puts messages into mailboxes, as the bot does.
struct Taker {
    intake: Intake<MessageEvent>,
    offers: mpsc::UnboundedSender<Offered>,
    told: mpsc::UnboundedSender<String>,
    /// What was heard of a server, in its order.
    heard: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl GatewayHandler for Taker {
    fn message(&self, message: MessageEvent) {
        assert_ne!(message.content, "poison");
        self.heard.send(format!("said {}", message.content)).unwrap();
        let offered = self.intake.offer(message.author.id, message.source(), message);
        self.offers.send(offered).unwrap();
    }

    fn changed(&self, message: MessageEvent, change: i64) {
        let offered =
            self.intake.offer_change(message.author.id, message.source(), change, message);
        self.offers.send(offered).unwrap();
    }

    fn announced(&self, event: &Event) {
        let heard = match event {
            Event::GuildCreate(event) => format!("server {}", event.guild.name),
            Event::ChannelCreate(event) => format!("channel {}", event.channel.name),
            _ => return,
        };
        self.heard.send(heard).unwrap();
    }

    async fn reacted(&self, reaction: Reaction) {
        self.told.send(format!("reacted {} {}", reaction.message, reaction.emoji)).unwrap();
    }

    async fn interaction(&self, _: Context, interaction: Interaction) {
        self.told.send(format!("interaction {}", interaction.id())).unwrap();
    }

    async fn deleted(&self, channel: ChannelId, messages: Vec<MessageId>) {
        self.told.send(format!("deleted {channel} {messages:?}")).unwrap();
    }

    async fn ready(&self, ready: ShardReady) {
        self.told.send(format!("ready {} {}", ready.shard, ready.bot)).unwrap();
    }
}

struct Running {
    server: Arc<Server>,
    health: GatewayHealth,
    committed: mpsc::UnboundedReceiver<MessageEvent>,
    offers: mpsc::UnboundedReceiver<Offered>,
    told: mpsc::UnboundedReceiver<String>,
    heard: mpsc::UnboundedReceiver<String>,
    stop: CancellationToken,
    run: JoinHandle<Result<(), GatewayError>>,
    _limiter: Limiter,
}

async fn running(acts: Vec<Act>, change: impl FnOnce(&mut GatewayConfig)) -> Running {
    let server = Server::start(acts).await;
    let limiter = Limiter::start(LimiterConfig::new(&server.url)).await.unwrap();
    let (commit, committed) = mpsc::unbounded_channel();
    let (offers_in, offers) = mpsc::unbounded_channel();
    let (told_in, told) = mpsc::unbounded_channel();
    let (heard_in, heard) = mpsc::unbounded_channel();
    let sink = move |_, message| {
        let commit = commit.clone();
        async move { commit.send(message).unwrap() }
    };
    let intake = Intake::new(IntakeLimits::default(), sink, |_, _| ());
    let mut config = GatewayConfig {
        token: "MTIz.fake.token".to_owned().into(),
        proxy_url: limiter.proxy_url(),
        message_content: true,
        shards: Shards::ALONE,
    };
    change(&mut config);
    let handler = Arc::new(Taker { intake, offers: offers_in, told: told_in, heard: heard_in });
    let poise = framework::<(), std::io::Error>(poise::FrameworkOptions::default(), ());
    let gateway = Gateway::new(&config, handler, Some(Box::new(poise))).await.unwrap();
    let (health, stop) = (gateway.health(), CancellationToken::new());
    let run = tokio::spawn(gateway.run(stop.clone(), Duration::from_secs(10)));
    Running { server, health, committed, offers, told, heard, stop, run, _limiter: limiter }
}

impl Running {
    async fn ended(self) -> (Arc<Server>, Result<(), GatewayError>) {
        self.stop.cancel();
        let outcome = timeout(Duration::from_secs(20), self.run).await.unwrap().unwrap();
        (self.server, outcome)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_keeps_its_order_and_each_message_is_taken_once() {
    let bob = user("7", false);
    // the first ones come right behind READY
    let mut acts = vec![said(1, &bob, "early"), Act::Wait];
    acts.extend((2..52).map(|n| said(n, &bob, &n.to_string())));
    acts.push(said(99, &user("8", true), "I am a bot"));
    acts.push(Act::Say(
        "MESSAGE_DELETE",
        json!({ "id": "20", "channel_id": "5", "guild_id": "6" }),
    ));
    let mut running = running(acts, |_| ()).await;
    let early = running.committed.recv().await.unwrap();
    assert_eq!((early.content.as_str(), early.author.name.as_str()), ("early", "Bobby"));
    assert!(early.heard(DiscordUserId::from(42)).mentions_bot);
    assert_eq!(running.told.recv().await.unwrap(), "ready 0 42");
    running.server.go.notify_one();
    for n in 2..52 {
        assert_eq!(running.committed.recv().await.unwrap().content, n.to_string());
    }
    assert_eq!(running.told.recv().await.unwrap(), "deleted 5 [MessageId(20)]");
    for _ in 0..51 {
        assert_eq!(running.offers.recv().await.unwrap(), Offered::Taken);
    }
    assert!(running.offers.try_recv().is_err(), "each is offered once");
    assert_eq!(running.health.connected().borrow().iter().collect::<Vec<_>>(), [&0]);
    assert!(running.health.last_event_age().is_some());
    let health = running.health.clone();
    let (server, outcome) = running.ended().await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(*server.closes.lock().unwrap(), [Some(1000)]);
    assert!(health.connected().borrow().is_empty());
}

fn server(name: &str) -> Act {
    let guild = json!({
        "id": "6", "name": name, "owner_id": "7", "afk_timeout": 60, "application_id": null,
        "default_message_notifications": 0, "emojis": [], "explicit_content_filter": 0,
        "features": [], "guild_scheduled_events": [], "soundboard_sounds": [],
        "joined_at": "2026-01-01T00:00:00Z", "large": false, "member_count": 1, "members": [],
        "mfa_level": 0, "nsfw_level": 0, "preferred_locale": "en-US", "premium_tier": 0,
        "presences": [], "roles": [], "splash": null, "stage_instances": [], "stickers": [],
        "system_channel_flags": 0, "system_channel_id": null, "threads": [], "unavailable": false,
        "verification_level": 0, "voice_states": [], "premium_progress_bar_enabled": false,
        "channels": [],
    });
    Act::Say("GUILD_CREATE", guild)
}

fn channel(n: u64) -> Act {
    let id = (100 + n).to_string();
    let channel = json!({ "id": id, "type": 0, "guild_id": "6", "name": n.to_string(), "position": 0,
        "permission_overwrites": [] });
    Act::Say("CHANNEL_CREATE", channel)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_announced_is_heard_in_its_place_among_messages_from_the_first_on() {
    let bob = user("7", false);
    // all of it right behind READY, and behind a second one
    let mut acts = vec![server("Globe"), Act::Reidentify, server("Rose")];
    let mut expected = vec!["server Globe".to_owned(), "server Rose".to_owned()];
    for n in 1..50 {
        acts.extend([channel(n), said(n, &bob, &n.to_string())]);
        expected.extend([format!("channel {n}"), format!("said {n}")]);
    }
    let mut running = running(acts, |_| ()).await;
    for expected in expected {
        assert_eq!(running.heard.recv().await.unwrap(), expected);
    }
    running.ended().await.1.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisonous_message_and_an_unreadable_event_stop_nothing() {
    let bob = user("7", false);
    let acts = vec![
        Act::Wait,
        said(1, &bob, "poison"),
        Act::Say("INTERACTION_CREATE", json!({ "id": "1", "secret": "typed" })),
        Act::Say("SOMETHING_NEW", json!({})),
        said(2, &bob, "after"),
    ];
    let mut running = running(acts, |_| ()).await;
    running.told.recv().await.unwrap();
    running.server.go.notify_one();
    assert_eq!(running.committed.recv().await.unwrap().content, "after");
    // the raw handler runs beside: wait for what it counts, not for a time
    let counted = async {
        while running.health.undecoded() == 0 || running.health.panicked() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), counted).await.unwrap();
    assert_eq!(running.health.undecoded(), 1);
    running.ended().await.1.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_session_has_its_collector_and_says_goodbye_too() {
    let bob = user("7", false);
    let mut acts = vec![Act::Reidentify, Act::Wait];
    acts.extend((2..32).map(|n| said(n, &bob, &n.to_string())));
    let mut running = running(acts, |_| ()).await;
    running.told.recv().await.unwrap();
    assert_eq!(running.told.recv().await.unwrap(), "ready 0 42");
    running.server.go.notify_one();
    for n in 2..32 {
        assert_eq!(running.committed.recv().await.unwrap().content, n.to_string());
    }
    let (server, outcome) = running.ended().await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(server.closes.lock().unwrap().last(), Some(&Some(1000)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_start_says_what_to_do() {
    for (code, error) in [(4014, GatewayError::IntentRefused), (4004, GatewayError::TokenRejected)]
    {
        let running = running(vec![Act::Close(code)], |_| ()).await;
        let outcome = timeout(Duration::from_secs(10), running.run).await.unwrap().unwrap();
        assert_eq!(outcome, Err(error));
    }
    assert!(GatewayError::IntentRefused.to_string().contains("https://discord.com/developers"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_identifies_its_own_shards_without_the_privileged_intent() {
    let mut running = running(vec![], |config| {
        config.message_content = false;
        config.shards = Shards::new(2, 1, 4).unwrap();
    })
    .await;
    assert_eq!(running.told.recv().await.unwrap(), "ready 2 42");
    let identify = running.server.identifies.lock().unwrap()[0].clone();
    assert_eq!(identify["shard"], json!([2, 4]));
    assert_eq!(identify["intents"], 1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13);
    let (server, _) = running.ended().await;
    assert_eq!(server.identifies.lock().unwrap().len(), 1, "the one after the last isn't ours");
}
