//! Finds settings whose name was spelt wrong, so that none is silently ignored.

use super::{environment::FILE_SUFFIX, problem::Notice, settings};
use crate::slips::slips;

/// What only our settings begin with. `LOG_`, `MAX_` and the like are left out: other programs
/// share the environment.
const OURS: [&str; 7] = [
    "DISCORD_",
    "OPENROUTER_",
    "APP_MASTER_",
    "BOT_OWNER_",
    "SHARD",
    "GUEST_DAILY_",
    "MESSAGE_CONTENT_",
];

/// Longer names than this are nobody's slip of the pen.
const LONGEST: usize = 64;

/// A notice if `name` begins as our settings do, or is at most two letters from one of them.
pub(super) fn notice(name: &str) -> Option<Notice> {
    if name.len() > LONGEST || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let stem = name.strip_suffix(FILE_SUFFIX).unwrap_or(name).to_ascii_uppercase();
    let (distance, closest) = settings::all()
        .map(|setting| (slips(&stem, setting.name), setting.name))
        .min_by_key(|(distance, _)| *distance)?;
    let near = distance <= 2 && closest.len() > 5;
    let ours = OURS.iter().any(|prefix| stem.starts_with(prefix));
    (near || ours).then(|| Notice::Unknown { name: name.to_owned(), closest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_noticed_with_what_was_meant() {
        for (name, meant) in [
            ("DISCORD_TOKN", "DISCORD_TOKEN"),
            ("DISCORD_TOKN_FILE", "DISCORD_TOKEN"),
            ("discord_token", "DISCORD_TOKEN"),
            ("DATABSE_URL", "DATABASE_URL"),
            ("MAX_QUEUED_PER_USERS", "MAX_QUEUED_PER_USER"),
            ("OPENROUTER_KEY", "OPENROUTER_API_KEY"),
            ("SHARD_RANG", "SHARD_RANGE"),
        ] {
            let expected = Notice::Unknown { name: name.to_owned(), closest: meant };
            assert_eq!(notice(name), Some(expected));
        }
    }

    #[test]
    fn other_programs_names_are_not() {
        for name in ["PATH", "HOME", "POST", "LOGNAME", "REDIS_PORT_6379_TCP", "MAX_PATH", "PGPORT"]
        {
            assert_eq!(notice(name), None, "{name}");
        }
    }
}
