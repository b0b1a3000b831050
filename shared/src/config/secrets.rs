//! The secrets a configuration holds, for the redactor: what must not be printed by its value.

use secrecy::{ExposeSecret, SecretString};

use super::{BotConfig, DatabaseUrl, MasterKeyTexts, Mode, TroupeConfig, WorkerConfig};

impl TroupeConfig {
    /// Every secret of these settings.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretString> {
        let mut secrets: Vec<_> = self.provider.operator_key.iter().cloned().collect();
        match &self.mode {
            Mode::Local { master_keys, .. } => {
                secrets.extend(master_keys.iter().flat_map(master_key_texts));
            }
            Mode::Live { discord_token, database, redis, master_keys } => {
                secrets.push(discord_token.clone());
                secrets.extend(database_secrets(database));
                secrets.extend(redis.iter().flat_map(|redis| address_secrets(&redis.url)));
                secrets.extend(master_key_texts(master_keys));
            }
        }
        secrets
    }
}

impl BotConfig {
    /// Every secret of these settings.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretString> {
        let mut secrets = vec![self.discord_token.clone()];
        secrets.extend(database_secrets(&self.database));
        secrets.extend(address_secrets(&self.redis.url));
        secrets.extend(master_key_texts(&self.master_keys));
        secrets
    }
}

impl WorkerConfig {
    /// Every secret of these settings.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretString> {
        let mut secrets: Vec<_> = self.provider.operator_key.iter().cloned().collect();
        secrets.extend(database_secrets(&self.database));
        secrets.extend(address_secrets(&self.redis.url));
        secrets.extend(master_key_texts(&self.master_keys));
        secrets
    }
}

fn master_key_texts(keys: &MasterKeyTexts) -> Vec<SecretString> {
    let mut texts = keys.previous.clone();
    texts.push(keys.current.clone());
    texts
}

fn database_secrets(database: &DatabaseUrl) -> Vec<SecretString> {
    match database {
        DatabaseUrl::Sqlite(_) => Vec::new(),
        DatabaseUrl::Postgres(url) => address_secrets(url),
    }
}

/// The whole address if it has a password, and the password alone, as it is written there and as
/// it is meant.
fn address_secrets(url: &SecretString) -> Vec<SecretString> {
    let Some(password) = password(url.expose_secret()) else { return Vec::new() };
    vec![url.clone(), SecretString::from(password), SecretString::from(unescape(password))]
}

fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// Without percent-encoding. What isn't UTF-8 then can't be in a log as it is.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| after.get(..2).and_then(|two| hex::decode(two).ok()))
            .flatten();
        if let Some(byte) = escaped {
            bytes.extend(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_as_written_and_as_meant() {
        let exposed = |url: &str| {
            let secrets = address_secrets(&SecretString::from(url));
            secrets.iter().map(|s| s.expose_secret().to_owned()).collect::<Vec<_>>()
        };
        let url = "postgres://u:p%40ss%2@h:5432/d";
        assert_eq!(exposed(url), [url, "p%40ss%2", "p@ss%2"]);
        assert_eq!(exposed("redis://:pw@h"), ["redis://:pw@h", "pw", "pw"]);
        assert_eq!(exposed("redis://h/0?x=a:b@c"), [""; 0]);
    }
}
