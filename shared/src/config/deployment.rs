//! What a deployment stands on: its database, its wake-ups, its master key, and whether it is a
//! real one at all.

use secrecy::{ExposeSecret, SecretString};

use super::{
    DATABASE_FILE, DatabaseUrl, LOCAL_DATABASE_FILE, MASTER_KEY_FILE, MasterKeyTexts, Mode,
    ProcessConfig, RedisConfig, addresses,
    problem::{Fault, Notice},
    reader::{self, Reader},
    sections, settings as s, values,
};

/// Settings that a real deployment has. Only when all four are unset is a start without them the
/// local Discord; if one is there, the others were lost, and that is an error.
const REAL: [&s::Setting; 4] =
    [&s::DISCORD_TOKEN, &s::DATABASE_URL, &s::REDIS_URL, &s::APP_MASTER_KEY];

/// Whether none of them is there, not even empty.
pub(super) fn is_absent(reader: &Reader<'_>) -> bool {
    !REAL.iter().any(|setting| reader.mentions(setting))
}

pub(super) fn local_mode(reader: &mut Reader<'_>, process: &ProcessConfig) -> Mode {
    let real_model = reader.mentions(&s::OPENROUTER_BASE_URL);
    let unused = REAL.into_iter().chain((!real_model).then_some(&s::OPENROUTER_API_KEY));
    for setting in unused {
        if reader.mentions(setting) {
            reader.notice(Notice::LeftAside(setting.name));
        }
    }
    Mode::Local {
        database: DatabaseUrl::Sqlite(process.data_dir.join(LOCAL_DATABASE_FILE)),
        master_keys: master_key_beside_data(reader, process)
            .map(|current| MasterKeyTexts { current, previous: Vec::new() }),
        real_model,
    }
}

pub(super) fn live_mode(
    reader: &mut Reader<'_>,
    process: &ProcessConfig,
    redis_prefix: String,
) -> Option<Mode> {
    const KEY_NEEDED: &str = "it seals users' keys; `troupe keygen` makes one";
    let discord_token = reader.required(
        &s::DISCORD_TOKEN,
        "settings of a real deployment are; unset them all for the local Discord",
        values::token,
    );
    let redis = reader.optional(&s::REDIS_URL, addresses::redis);
    let database = if reader.mentions(&s::DATABASE_URL) || reader.mentions(&s::REDIS_URL) {
        reader.required(&s::DATABASE_URL, "REDIS_URL is", addresses::database)
    } else {
        reader.notice(Notice::DefaultDatabase(DATABASE_FILE));
        Some(DatabaseUrl::Sqlite(process.data_dir.join(DATABASE_FILE)))
    };
    let master_keys = if reader.mentions(&s::APP_MASTER_KEY) {
        master_keys(reader, KEY_NEEDED)
    } else if let Some(current) = master_key_beside_data(reader, process) {
        reader.notice(Notice::MasterKeyBesideData);
        let previous = previous_master_keys(reader);
        Some(MasterKeyTexts { current, previous })
    } else {
        master_keys(reader, KEY_NEEDED)
    };
    Some(Mode::Live {
        discord_token: discord_token?,
        database: database?,
        redis: redis.map(|url| RedisConfig { url, prefix: redis_prefix }),
        master_keys: master_keys?,
    })
}

/// The database of several processes: SQLite belongs to one alone.
pub(super) fn shared_database(reader: &mut Reader<'_>) -> Option<DatabaseUrl> {
    const NEEDED: &str = "separate bot and worker processes meet in it";
    reader.required(&s::DATABASE_URL, NEEDED, |text| match addresses::database(text)? {
        DatabaseUrl::Sqlite(_) => Err(Fault::from(
            "is SQLite, which belongs to one process: separate bot and worker processes need postgres://, or run `troupe`",
        )),
        postgres @ DatabaseUrl::Postgres(_) => Ok(postgres),
    })
}

pub(super) fn shared_redis(reader: &mut Reader<'_>) -> Option<RedisConfig> {
    const NEEDED: &str = "separate bot and worker processes wake each other through it";
    let url = reader.required(&s::REDIS_URL, NEEDED, addresses::redis);
    let prefix = sections::redis_prefix(reader);
    url.map(|url| RedisConfig { url, prefix })
}

pub(super) fn master_keys(
    reader: &mut Reader<'_>,
    because: &'static str,
) -> Option<MasterKeyTexts> {
    let current = reader.required(&s::APP_MASTER_KEY, because, values::master_key);
    let previous = previous_master_keys(reader);
    current.map(|current| MasterKeyTexts { current, previous })
}

/// For a tool: from the settings, else from where a single process keeps it.
pub(super) fn master_keys_of_tools(
    reader: &mut Reader<'_>,
    process: &ProcessConfig,
    because: &'static str,
) -> Option<MasterKeyTexts> {
    if !reader.mentions(&s::APP_MASTER_KEY)
        && let Some(current) = master_key_beside_data(reader, process)
    {
        let previous = previous_master_keys(reader);
        return Some(MasterKeyTexts { current, previous });
    }
    master_keys(reader, because)
}

fn previous_master_keys(reader: &mut Reader<'_>) -> Vec<SecretString> {
    reader.optional(&s::APP_MASTER_KEY_PREVIOUS, values::master_keys).unwrap_or_default()
}

/// The key in the data directory. One that is there but can't be used is a problem: starting with
/// another would make every stored key unreadable.
fn master_key_beside_data(
    reader: &mut Reader<'_>,
    process: &ProcessConfig,
) -> Option<SecretString> {
    let text = match reader::read_secret(&process.data_dir.join(MASTER_KEY_FILE)) {
        Ok(text) => text,
        Err(std::io::ErrorKind::NotFound) => return None,
        Err(kind) => {
            reader.problem(&s::APP_MASTER_KEY, Fault::File(kind));
            return None;
        }
    };
    if let Ok(key) = values::master_key(text.expose_secret().trim()) {
        return Some(key);
    }
    reader.problem(
        &s::APP_MASTER_KEY,
        "is not set, and master.key in DATA_DIR doesn't hold 64 hex characters",
    );
    None
}
