//! The one list of settings.
//!
//! The parser reads them by these names, `.env.template` is this list written out, and a test
//! holds that every entry is read by somebody. To add a setting: describe it here, put it into a
//! group, read it in `sections`, and run the tests: they say how to renew the template.

use std::fmt;

/// One setting: how it is called, what it is when nobody sets it, and what it is for.
#[derive(Debug)]
pub struct Setting {
    /// The name in the environment. `NAME_FILE` names a file that holds the value instead.
    pub name: &'static str,
    /// The value when it is not set; `None` for what has none.
    pub default: Option<&'static str>,
    /// A value of the right shape, for error texts.
    pub example: &'static str,
    /// Whether the value must never be seen.
    pub secret: bool,
    /// What it does, and why or when to set it. Lines as they stand in `.env.template`.
    pub doc: &'static str,
}

impl Setting {
    const fn new(name: &'static str, example: &'static str, doc: &'static str) -> Self {
        Self { name, default: None, example, secret: false, doc }
    }

    const fn defaulting(name: &'static str, default: &'static str, doc: &'static str) -> Self {
        Self { name, default: Some(default), example: default, secret: false, doc }
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Settings that are read together.
pub struct Group {
    /// The banner in `.env.template`.
    pub title: &'static str,
    /// Its settings, in the order of the template.
    pub settings: &'static [&'static Setting],
}

/// Every setting there is.
pub static GROUPS: &[Group] = &[
    Group {
        title: "Discord",
        settings: &[
            &DISCORD_TOKEN,
            &BOT_OWNER_DISCORD_ID,
            &MESSAGE_CONTENT_INTENT,
            &SHARDS,
            &SHARD_RANGE,
            &DISCORD_API_BASE,
        ],
    },
    Group { title: "Storage", settings: &[&DATABASE_URL, &REDIS_URL, &REDIS_PREFIX, &DATA_DIR] },
    Group {
        title: "Personalities",
        settings: &[&PERSONALITY_CREATORS, &PUBLIC_URL, &HTTP_LISTEN, &PICTURE_HOSTS],
    },
    Group { title: "Keys", settings: &[&APP_MASTER_KEY, &APP_MASTER_KEY_PREVIOUS] },
    Group {
        title: "Models",
        settings: &[
            &DEFAULT_MODEL,
            &DEFAULT_MODELS,
            &DEFAULT_MAX_TOKENS,
            &MODEL_SERVERS,
            &KEYLESS_SERVERS,
            &PRIVATE_HOSTS,
            &OPENROUTER_BASE_URL,
            &OPENAI_BASE_URL,
            &ANTHROPIC_BASE_URL,
            &GEMINI_BASE_URL,
            &DEEPSEEK_BASE_URL,
            &OPENROUTER_REFERER,
            &OPENROUTER_TITLE,
            &ATTACHMENT_ORIGINS,
            &OPENROUTER_API_KEY,
            &ALLOW_SYSTEM_KEY,
            &GUEST_DAILY_LIMIT,
            &GUEST_DAILY_TOKENS,
            &GUEST_TOKENS_SOFT,
        ],
    },
    Group {
        title: "Limits",
        settings: &[&WORKER_SLOTS, &MAX_ACTIVE_PER_USER, &MAX_QUEUED_PER_USER, &REQUEST_DEADLINE],
    },
    Group { title: "Import", settings: &[&IMPORT_DATABASE_URL, &IMPORT_MASTER_KEY] },
    Group {
        title: "Logs and process",
        settings: &[&RUST_LOG, &LOG_FORMAT, &LOG_DIR, &PORT, &SHUTDOWN_GRACE],
    },
];

/// Every setting, without the groups.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|group| group.settings.iter().copied())
}

pub(super) static DISCORD_TOKEN: Setting = Setting::new(
    "DISCORD_TOKEN",
    "the token from https://discord.com/developers/applications, page Bot",
    "The bot's token: developer portal, your application, page Bot, Reset Token.
Without it, and without DATABASE_URL, REDIS_URL and APP_MASTER_KEY, `troupe` starts the local
Discord: on this machine alone, with no account and no key.
Workers don't need it and should not have it.",
)
.secret();

pub(super) static BOT_OWNER_DISCORD_ID: Setting = Setting::new(
    "BOT_OWNER_DISCORD_ID",
    "123456789012345678",
    "Who owns this bot: your Discord user id (Developer Mode, right click on yourself, Copy User ID).
Unset, the owner is the application's owner and team, as Discord tells them.",
);

pub(super) static MESSAGE_CONTENT_INTENT: Setting = Setting::defaulting(
    "MESSAGE_CONTENT_INTENT",
    "true",
    "Ask Discord for the text of messages. It must be on in the developer portal too (page Bot,
Privileged Gateway Intents), else Discord refuses the connection.
With false, personalities hear only mentions of the bot, direct messages and /chat.",
);

pub(super) static SHARDS: Setting = Setting::new(
    "SHARDS",
    "4",
    "How many shards the bot has in all. Unset, Discord's recommendation holds; it is right for a
single process. Every bot process of one deployment must be given the same number.",
);

pub(super) static SHARD_RANGE: Setting = Setting::new(
    "SHARD_RANGE",
    "0-3",
    "Which of the SHARDS this process holds, first and last, counted from 0. Unset: all.
A second process with the same range waits as its stand-by.",
);

pub(super) static DISCORD_API_BASE: Setting = Setting::defaulting(
    "DISCORD_API_BASE",
    "https://discord.com",
    "Where Discord's REST API is. Set it to the address of a REST proxy that several bot processes
share; they then also share its rate limit.",
)
.example("http://proxy.internal:3000");

pub(super) static DATABASE_URL: Setting = Setting::new(
    "DATABASE_URL",
    "postgres://troupe:password@localhost:5432/troupe or sqlite:./data/troupe.db",
    "Where everything is kept: `sqlite:` and a path, or `postgres:`.
`troupe` uses sqlite, troupe.db in DATA_DIR, when neither this nor REDIS_URL is set; with
REDIS_URL, or in separate bot and worker processes, it must be set, and there it must be Postgres.
In a password, write % : / ? # [ ] @ as %25 %3A %2F %3F %23 %5B %5D %40.",
)
.secret();

pub(super) static REDIS_URL: Setting = Setting::new(
    "REDIS_URL",
    "redis://localhost:6379/0",
    "Where separate bot and worker processes wake each other; one process alone needs none.
Redis holds user ids and nothing else, and may be flushed at any time. `rediss:` for TLS.",
)
.secret();

pub(super) static REDIS_PREFIX: Setting = Setting::defaulting(
    "REDIS_PREFIX",
    "troupe:",
    "What the names of our Redis keys begin with. Change it when two deployments share one Redis.",
);

pub(super) static DATA_DIR: Setting = Setting::defaulting(
    "DATA_DIR",
    "./data",
    "Where a single process keeps its own files: the SQLite database, and in the local Discord the
generated master key. Back it up, and put it on a disk that stays.",
);

pub(super) static PERSONALITY_CREATORS: Setting = Setting::defaulting(
    "PERSONALITY_CREATORS",
    "owners",
    "Who may make personalities: owners (the bot's owner and the superusers, see `troupe superuser`)
or everyone. Everybody manages their own; owners manage those that are public.",
);

pub(super) static PUBLIC_URL: Setting = Setting::new(
    "PUBLIC_URL",
    "https://bot.example.org",
    "Where Discord finds the pictures of personalities that were uploaded: the address under which a
reverse proxy shows HTTP_LISTEN to the world. Unset, pictures can only be set by their address.",
);

pub(super) static HTTP_LISTEN: Setting = Setting::defaulting(
    "HTTP_LISTEN",
    "127.0.0.1:7381",
    "Where the bot serves those pictures, and nothing else, when PUBLIC_URL is set.",
);

pub(super) static PICTURE_HOSTS: Setting = Setting::new(
    "PICTURE_HOSTS",
    "pictures.internal, 10.0.0.5",
    "Hosts on your own network from which pictures may be set, by name or address, with commas
between. Others are refused unless they are on the public internet.",
);

pub(super) static APP_MASTER_KEY: Setting = Setting::new(
    "APP_MASTER_KEY",
    "64 hex characters, as `troupe keygen` prints them",
    "Seals every stored provider key: 64 hex characters, made by `troupe keygen`.
Whoever has it and the database can read all keys; without it, nobody can, you included. Keep a
copy where the database's backups are not. APP_MASTER_KEY_FILE=/run/secrets/... is the better way.",
)
.secret();

pub(super) static APP_MASTER_KEY_PREVIOUS: Setting = Setting::new(
    "APP_MASTER_KEY_PREVIOUS",
    "64 hex characters; several with commas between",
    "Former master keys: set the new one above and the old one here. It opens what it sealed, so it has
to stay until `troupe rotate-key` has sealed all of that anew and says that it may go
(docs/OPERATIONS.md). Several with commas between.",
)
.secret();

pub(super) static DEFAULT_MODEL: Setting = Setting::defaulting(
    "DEFAULT_MODEL",
    "google/gemini-2.5-flash",
    "The model when neither the user, nor the personality, nor the key names one. The user pays for
it, so the default is an inexpensive one that reads images and takes every sampling setting.",
);

pub(super) static DEFAULT_MODELS: Setting = Setting::defaulting(
    "DEFAULT_MODELS",
    "openai=gpt-5-mini, anthropic=claude-haiku-4-5, gemini=gemini-2.5-flash, deepseek=deepseek-v4-flash",
    "The same for the other providers, MODEL_SERVERS included: name=model, with commas between. Used
on a key of that provider's when nobody chose a model for it. Bot and workers need the same.",
);

pub(super) static MODEL_SERVERS: Setting = Setting::new(
    "MODEL_SERVERS",
    "ollama=http://127.0.0.1:11434/v1, gpu=https://gpu.example.org/v1",
    "Servers of yours that speak as OpenAI does (Ollama, vLLM, llama.cpp, LiteLLM): name=address, with
commas between. The name (1 to 20 of a-z, 0-9 and -) is what people call it; the address is where
/chat/completions begins: https, or http to this machine or one of PRIVATE_HOSTS. People bring
their own key for it, unless KEYLESS_SERVERS names it. Bot and workers need the same.",
);

pub(super) static KEYLESS_SERVERS: Setting = Setting::new(
    "KEYLESS_SERVERS",
    "ollama",
    "Which of MODEL_SERVERS ask for no key, with commas between. Everybody may use them, and nobody
pays: that is your machine's work. Bot and workers need the same.",
);

pub(super) static PRIVATE_HOSTS: Setting = Setting::new(
    "PRIVATE_HOSTS",
    "gpu.internal, 10.0.0.5",
    "Hosts on your own network that MODEL_SERVERS may be on, by name or address as they stand there,
with commas between. Without it a server has to be on the public internet or on this machine.",
);

pub(super) static OPENAI_BASE_URL: Setting = Setting::defaulting(
    "OPENAI_BASE_URL",
    "https://api.openai.com/v1",
    "Where OpenAI is, or a proxy that speaks as it does: https, or http to this machine alone. The same
goes for the next three.",
);

pub(super) static ANTHROPIC_BASE_URL: Setting = Setting::defaulting(
    "ANTHROPIC_BASE_URL",
    "https://api.anthropic.com/v1",
    "Where Anthropic is.",
);

pub(super) static GEMINI_BASE_URL: Setting = Setting::defaulting(
    "GEMINI_BASE_URL",
    "https://generativelanguage.googleapis.com/v1beta",
    "Where Google's Gemini API is.",
);

pub(super) static DEEPSEEK_BASE_URL: Setting =
    Setting::defaulting("DEEPSEEK_BASE_URL", "https://api.deepseek.com", "Where DeepSeek is.");

pub(super) static DEFAULT_MAX_TOKENS: Setting = Setting::defaulting(
    "DEFAULT_MAX_TOKENS",
    "1024",
    "The longest answer, in tokens, where a personality sets none (1 to 1000000). It bounds what one
message can cost a user, so raise it with care.",
);

pub(super) static OPENROUTER_BASE_URL: Setting = Setting::defaulting(
    "OPENROUTER_BASE_URL",
    "https://openrouter.ai/api/v1",
    "Where OpenRouter is. Users' keys are sent there: https, or http to this machine alone. The local
mode asks its stand-in instead, unless this is set, even to what stands here.",
);

pub(super) static OPENROUTER_REFERER: Setting = Setting::new(
    "OPENROUTER_REFERER",
    "https://bot.example.org",
    "The address of your bot's page, by which OpenRouter lists apps (HTTP-Referer). Unset: not sent.",
);

pub(super) static OPENROUTER_TITLE: Setting = Setting::new(
    "OPENROUTER_TITLE",
    "Troupe of Example",
    "The name of your bot in OpenRouter's lists (X-OpenRouter-Title). Unset: not sent.",
);

pub(super) static ATTACHMENT_ORIGINS: Setting = Setting::defaulting(
    "ATTACHMENT_ORIGINS",
    "https://cdn.discordapp.com,https://media.discordapp.net",
    "Where workers fetch the images and text files that people send along: Discord's file servers and
nothing else, with commas between. https, or http to this machine alone.",
);

pub(super) static OPENROUTER_API_KEY: Setting = Setting::new(
    "OPENROUTER_API_KEY",
    "the key from https://openrouter.ai/keys",
    "Your own key, which pays for guests: people who never stored a key. Used only with
ALLOW_SYSTEM_KEY=true, and never after a user's own key failed. Only workers need it.",
)
.secret();

pub(super) static ALLOW_SYSTEM_KEY: Setting = Setting::defaulting(
    "ALLOW_SYSTEM_KEY",
    "false",
    "\
Whether guests may talk on your key. With false they are shown how to store their own.
What a guest gets of you, only you choose: personalities that are neither yours nor a superuser's
answer guests with DEFAULT_MODEL and within DEFAULT_MAX_TOKENS, whatever their owners have set.",
);

pub(super) static GUEST_DAILY_LIMIT: Setting = Setting::defaulting(
    "GUEST_DAILY_LIMIT",
    "20",
    "How many answers one guest gets on your key in a day (UTC).",
);

pub(super) static GUEST_DAILY_TOKENS: Setting = Setting::new(
    "GUEST_DAILY_TOKENS",
    "100000",
    "How many tokens, of prompts and answers, one guest may use on your key in a day (UTC). A call that
could go past it is not made. Unset: GUEST_DAILY_LIMIT alone holds.",
);

pub(super) static GUEST_TOKENS_SOFT: Setting = Setting::defaulting(
    "GUEST_TOKENS_SOFT",
    "false",
    "With true, a guest who goes past GUEST_DAILY_TOKENS is answered all the same, and the log says so.",
);

pub(super) static WORKER_SLOTS: Setting = Setting::defaulting(
    "WORKER_SLOTS",
    "64",
    "How many model calls a worker process has under way at once (1 to 1024). They wait for the
network most of the time, so this is memory and database connections, not processors.",
);

pub(super) static MAX_ACTIVE_PER_USER: Setting = Setting::defaulting(
    "MAX_ACTIVE_PER_USER",
    "3",
    "How many of one user's conversations are answered at the same time (1 to 100).",
);

pub(super) static MAX_QUEUED_PER_USER: Setting = Setting::defaulting(
    "MAX_QUEUED_PER_USER",
    "10",
    "How many of one user's messages may wait (1 to 1000). The next one is refused, in private.",
);

pub(super) static REQUEST_DEADLINE: Setting = Setting::defaulting(
    "REQUEST_DEADLINE",
    "600",
    "Seconds after which a request that was not sent to a model yet expires (10 to 86400). Commands
can be answered for 15 minutes only, so longer than 900 helps messages alone.",
);

pub(super) static IMPORT_DATABASE_URL: Setting = Setting::new(
    "IMPORT_DATABASE_URL",
    "postgres://tzurot:password@localhost:5432/tzurot",
    "The Postgres database of an older system, for `troupe import tzurot`. It is read and never written.
Only that command needs it: take it out again afterwards.",
)
.secret();

pub(super) static IMPORT_MASTER_KEY: Setting = Setting::new(
    "IMPORT_MASTER_KEY",
    "64 hex characters: what APP_MASTER_KEY, ENCRYPTION_KEY or API_KEY_ENCRYPTION_KEY was there",
    "The master key of that older system. With it, users' keys are opened and sealed anew with
APP_MASTER_KEY; without it they are left there, and each is reported.",
)
.secret();

pub(super) static RUST_LOG: Setting = Setting::defaulting(
    "RUST_LOG",
    "info",
    "What is logged: a level, or a list such as info,worker=debug. Other people's crates stay capped
whatever stands here, because some of them print keys and messages at debug.",
);

pub(super) static LOG_FORMAT: Setting = Setting::defaulting(
    "LOG_FORMAT",
    "auto",
    "How stdout is written: text, json, or auto: text on a terminal and json otherwise.",
);

pub(super) static LOG_DIR: Setting = Setting::new(
    "LOG_DIR",
    "/var/log/troupe",
    "A directory for log files as well, JSON, one per day (UTC), the last 30 kept. `troupe logs
--follow` reads them. Unset: stdout only.",
);

pub(super) static PORT: Setting = Setting::defaulting(
    "PORT",
    "7380",
    "Where the local page is found, on this machine only (127.0.0.1). If the port is taken, or 0, a free
one is used and printed.",
);

pub(super) static SHUTDOWN_GRACE: Setting = Setting::defaulting(
    "SHUTDOWN_GRACE",
    "75",
    "Seconds that running answers get to finish when the process is asked to stop (0 to 3600). Keep
it below what your supervisor waits (stop_grace_period, TimeoutStopSec).",
);
