//! The typed sections, each read by one function. Who needs which is in [`super`].

use std::{net::SocketAddr, num::NonZeroU32, ops::RangeInclusive, path::PathBuf, time::Duration};

use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

use super::{addresses, problem::Fault, providers, reader::Reader, settings as s, values};
use crate::{budget::GuestBudget, ids::DiscordUserId, offered::Offered, telemetry::LogTail};

/// The bot's side of Discord, without its token.
#[derive(Clone, Debug)]
pub struct DiscordConfig {
    /// Discord's REST API, or a proxy in front of it; without a slash at the end.
    pub api_base: String,
    /// The owner who was named; else Discord knows.
    pub owner: Option<DiscordUserId>,
    /// How many shards, and which of them are ours; `None` asks Discord and takes all.
    pub shards: Option<Shards>,
    /// Whether to ask for the text of messages.
    pub message_content_intent: bool,
    /// Who may make personalities.
    pub creators: Creators,
    /// Where the pictures that we keep are served, and from where pictures are taken.
    pub pictures: PictureConfig,
}

/// Who may make personalities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Creators {
    /// The bot's owner and superusers.
    #[default]
    Owners,
    /// Everybody.
    Everyone,
}

/// Where the pictures that we keep are served, and from where pictures are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureConfig {
    /// Under which address Discord finds them; without one, none are kept.
    pub public_url: Option<String>,
    /// Where they are served.
    pub listen: SocketAddr,
    /// Hosts that are trusted though they are not on the public internet.
    pub hosts: Vec<String>,
    /// The local mode: served on a free port of this machine, which is where its Discord looks.
    pub on_loopback: bool,
}

/// A deployment's shards and the part of them that one process holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shards {
    /// All of the deployment.
    pub total: NonZeroU32,
    /// Those of this process, first and last.
    pub range: RangeInclusive<u32>,
}

/// What holds for every request, in the bot as in the worker.
#[derive(Clone, Debug)]
pub struct RequestConfig {
    /// The providers there are, and the models when nothing else names one.
    pub offered: Offered,
    /// The page of OpenRouter's where people agree to give the bot a key.
    pub connect_page: String,
    /// The longest answer where a personality sets none.
    pub default_max_tokens: u32,
    /// Conversations of one user that are answered at once.
    pub max_active_per_user: u32,
    /// Messages of one user that may wait.
    pub max_queued_per_user: u32,
    /// How long a request may wait for its call.
    pub deadline: Duration,
    /// Answers that a guest gets per UTC day on the operator's key; `None`: guests have to bring a
    /// key of their own.
    pub guest_daily_limit: Option<u32>,
    /// Tokens that a guest may use per UTC day on the operator's key, where that is limited.
    pub guest_budget: Option<GuestBudget>,
}

/// Where bot and worker processes wake each other.
#[derive(Clone, Debug)]
pub struct RedisConfig {
    /// The address, which may hold a password.
    pub url: SecretString,
    /// What the names of our keys begin with.
    pub prefix: String,
}

/// The master keys as text, checked for their form; the vault makes keys of them.
#[derive(Clone, Debug)]
pub struct MasterKeyTexts {
    /// Seals and opens.
    pub current: SecretString,
    /// Only open, while the master key is being changed.
    pub previous: Vec<SecretString>,
}

/// What every process has.
#[derive(Clone, Debug)]
pub struct ProcessConfig {
    /// The directory of a single process's own files.
    pub data_dir: PathBuf,
    /// The first port to try for the page, health and metrics.
    pub port: u16,
    /// How long running work gets when the process is asked to stop.
    pub shutdown_grace: Duration,
    /// What is logged, how, and where to.
    pub log: LogConfig,
}

/// What is logged, how, and where to.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The filter that was asked for. Other people's crates stay capped whatever it says.
    pub filter: String,
    /// How stdout is written.
    pub format: LogFormat,
    /// Where daily files go, if anywhere.
    pub dir: Option<PathBuf>,
    /// What the files are called after: the process.
    pub process: &'static str,
    /// Keeps the newest lines for the local page; no setting asks for it.
    pub tail: Option<LogTail>,
}

/// How stdout is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn discord(reader: &mut Reader<'_>) -> DiscordConfig {
    DiscordConfig {
        api_base: reader.value(&s::DISCORD_API_BASE, addresses::http),
        owner: owner(reader),
        shards: shards(reader),
        message_content_intent: reader.value(&s::MESSAGE_CONTENT_INTENT, values::switch),
        creators: reader.value(&s::PERSONALITY_CREATORS, creators),
        pictures: PictureConfig {
            public_url: reader.optional(&s::PUBLIC_URL, addresses::https_or_loopback),
            listen: reader
                .value(&s::HTTP_LISTEN, |text| match text.parse() {
                    Ok(listen) => Ok(Some(listen)),
                    Err(_) => Err("isn't an address and a port".into()),
                })
                .unwrap_or_else(|| ([127, 0, 0, 1], 0).into()),
            hosts: reader.optional(&s::PICTURE_HOSTS, hosts).unwrap_or_default(),
            on_loopback: false,
        },
    }
}

fn creators(text: &str) -> Result<Creators, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "owners" => Ok(Creators::Owners),
        "everyone" => Ok(Creators::Everyone),
        _ => Err("is neither owners nor everyone".into()),
    }
}

pub(super) fn hosts(text: &str) -> Result<Vec<String>, Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    text.split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
        .map(|host| {
            let fine = host.chars().all(plain);
            fine.then(|| host.to_ascii_lowercase()).ok_or("isn't a list of hosts".into())
        })
        .collect()
}

pub(super) fn owner(reader: &mut Reader<'_>) -> Option<DiscordUserId> {
    reader.optional(&s::BOT_OWNER_DISCORD_ID, |text| {
        values::number(1..=i64::MAX.cast_unsigned())(text)
            .map(DiscordUserId::from)
            .map_err(|_| "isn't a Discord user id: digits only".into())
    })
}

fn shards(reader: &mut Reader<'_>) -> Option<Shards> {
    let total = reader.optional(&s::SHARDS, |text| {
        values::number(1..=16_384)(text)
            .and_then(|n| NonZeroU32::new(n).ok_or_else(|| "is zero".into()))
    });
    let range = reader.optional(&s::SHARD_RANGE, first_and_last);
    match (total, range) {
        (Some(total), Some(range)) if *range.end() < total.get() => Some(Shards { total, range }),
        (Some(_), Some(_)) => {
            reader.problem(&s::SHARD_RANGE, "ends past SHARDS: they are counted from 0");
            None
        }
        (Some(total), None) => Some(Shards { total, range: 0..=total.get() - 1 }),
        (None, Some(_)) if !reader.mentions(&s::SHARDS) => {
            reader.problem(&s::SHARDS, Fault::Missing("SHARD_RANGE is, and needs it"));
            None
        }
        (None, _) => None,
    }
}

fn first_and_last(text: &str) -> Result<RangeInclusive<u32>, Fault> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err("isn't two numbers, first and last, with a hyphen between".into()),
    }
}

fn guest_budget(reader: &mut Reader<'_>) -> Option<GuestBudget> {
    let tokens = reader.optional(&s::GUEST_DAILY_TOKENS, values::number(1..=1_000_000_000_000_i64));
    let is_soft = reader.value(&s::GUEST_TOKENS_SOFT, values::switch);
    tokens.map(|tokens| GuestBudget { tokens, is_soft })
}

pub(super) fn requests(reader: &mut Reader<'_>) -> RequestConfig {
    let guests = reader.value(&s::ALLOW_SYSTEM_KEY, values::switch);
    let limit = reader.value(&s::GUEST_DAILY_LIMIT, values::number(1..=100_000));
    RequestConfig {
        offered: providers::offered(reader),
        connect_page: providers::connect_page(reader),
        default_max_tokens: reader.value(&s::DEFAULT_MAX_TOKENS, values::number(1..=1_000_000)),
        max_active_per_user: reader.value(&s::MAX_ACTIVE_PER_USER, values::number(1..=100)),
        max_queued_per_user: reader.value(&s::MAX_QUEUED_PER_USER, values::number(1..=1000)),
        deadline: reader.value(&s::REQUEST_DEADLINE, values::seconds(10..=86_400)),
        guest_daily_limit: guests.then_some(limit),
        guest_budget: guest_budget(reader),
    }
}

pub(super) fn redis_prefix(reader: &mut Reader<'_>) -> String {
    reader.value(&s::REDIS_PREFIX, |text| {
        if text.len() <= 64 && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(text.to_owned())
        } else {
            Err("isn't a prefix: at most 64 characters, no spaces".into())
        }
    })
}

pub(super) fn process(reader: &mut Reader<'_>, process: &'static str) -> ProcessConfig {
    ProcessConfig {
        data_dir: reader.value(&s::DATA_DIR, values::path),
        port: reader.value(&s::PORT, values::number(0..=u16::MAX)),
        shutdown_grace: reader.value(&s::SHUTDOWN_GRACE, values::seconds(0..=3600)),
        log: LogConfig {
            filter: reader.value(&s::RUST_LOG, log_filter),
            format: reader.value(&s::LOG_FORMAT, log_format),
            dir: reader.optional(&s::LOG_DIR, values::path),
            process,
            tail: None,
        },
    }
}

fn log_filter(text: &str) -> Result<String, Fault> {
    EnvFilter::try_new(text).map_err(|_| "isn't a level or a list of target=level")?;
    Ok(text.to_owned())
}

fn log_format(text: &str) -> Result<LogFormat, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("is none of auto, text and json".into()),
    }
}
