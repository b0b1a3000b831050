//! What can be chosen when a local Discord starts.

use std::time::Duration;

/// How a local Discord behaves. The default suits most tests.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The bot's token.
    pub token: String,
    /// The bot's name.
    pub bot_name: String,
    /// How often clients are asked to send a heartbeat.
    pub heartbeat_interval: Duration,
    /// Whether the bot may ask for the message-content intent; without, asking for it closes with 4014.
    pub message_content: bool,
    /// Whether clients that ask for compressed gateway payloads get them.
    pub compression: bool,
    /// The number of shards that `GET /gateway/bot` recommends.
    pub shards: u64,
    /// How long an interaction waits for its first answer.
    pub answer_deadline: Duration,
    /// How long an interaction's token works.
    pub token_lifetime: Duration,
    /// How many requests are let through.
    pub rate_limits: RateLimits,
    /// How many entries the ledger keeps before it forgets the oldest.
    pub ledger_entries: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            token: "local.bot.token".to_owned(),
            bot_name: "troupe".to_owned(),
            heartbeat_interval: Duration::from_millis(41_250),
            message_content: true,
            compression: true,
            shards: 1,
            answer_deadline: Duration::from_secs(3),
            token_lifetime: Duration::from_mins(15),
            rate_limits: RateLimits::default(),
            ledger_entries: 200_000,
        }
    }
}

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In what time.
    pub per: Duration,
}

impl Rate {
    /// `requests` in so many milliseconds.
    #[must_use]
    pub const fn per_millis(requests: u32, millis: u64) -> Self {
        Self { requests, per: Duration::from_millis(millis) }
    }
}

/// The limits of each bucket, and of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Whether requests over a limit are refused. The headers are sent anyway.
    pub enforced: bool,
    /// Posts of one webhook. Discord's staff named 5 in 2 s.
    pub webhook_posts: Rate,
    /// Edits by one webhook, or of one interaction's answers.
    pub webhook_edits: Rate,
    /// Every other route, for each channel, server or webhook.
    pub others: Rate,
    /// All of a bot's requests in a second, but for the answers to interactions.
    pub global_per_second: Option<u32>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            enforced: true,
            webhook_posts: Rate::per_millis(5, 2_000),
            webhook_edits: Rate::per_millis(5, 2_000),
            others: Rate::per_millis(1_000, 1_000),
            global_per_second: None,
        }
    }
}

impl RateLimits {
    /// Never refuses: for tests whose subject is something else.
    #[must_use]
    pub const fn off() -> Self {
        let plenty = Rate::per_millis(1_000_000, 1_000);
        Self {
            enforced: false,
            webhook_posts: plenty,
            webhook_edits: plenty,
            others: plenty,
            global_per_second: None,
        }
    }
}
