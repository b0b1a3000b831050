//! People, keys and messages to test with.

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::SecretString;

use super::TestDb;
use crate::{
    clock::Clock,
    ids::{ApiKeyId, ChannelId, DiscordUserId, GuildId, KeyCheckId, UserId, WorkerId},
    model::{KeyFacts, KeyVerdict, Provider},
    offered::Offered,
    secret::UserApiKey,
    store::{
        AnswerToken, CheckAsked, CheckPurpose, Incoming, Limits, NewKeyCheck, Place, ReplyBy,
        RequestContext, SystemKey, VerdictOutcome,
    },
    vault::{MasterKey, MasterKeys, Vault},
};

/// The personality that the migrations bring along.
pub const VIOLA: &str = "01980000-0000-7000-8000-000000000001";

/// Somebody who uses the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Ours.
    pub id: UserId,
    /// Discord's.
    pub discord: DiscordUserId,
}

impl TestDb {
    /// The vault of all tests, so that a child process can be given the same
    /// [master key](Self::MASTER_KEY).
    #[must_use]
    pub fn vault(&self) -> Vault {
        Self::vault_of(Self::MASTER_KEY, &[])
    }

    /// The vault of a process that was given these master keys.
    #[must_use]
    pub fn vault_of(current: &str, previous: &[&str]) -> Vault {
        let read = |text: &str| MasterKey::from_text(text).expect("a master key");
        let previous = previous.iter().map(|text| read(text)).collect();
        Vault::new(MasterKeys { current: read(current), previous })
    }

    /// The master key of all tests. It protects nothing.
    pub const MASTER_KEY: &str = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";

    /// The master key that takes its place, where a test changes it.
    pub const NEXT_MASTER_KEY: &str =
        "feedfacefeedface0123456789abcdef0123456789abcdeffeedfacefeedface";

    /// The person whose Discord account is `account`, without a key.
    pub async fn person(&self, account: u64) -> Person {
        let discord = DiscordUserId::from(account);
        let name = format!("person{account}");
        let user = self.store().ensure_user(discord, &name).await.expect("a person");
        Person { id: user.id, discord }
    }

    /// The same with a live key for OpenRouter.
    pub async fn person_with_key(&self, account: u64) -> Person {
        let person = self.person(account).await;
        self.give_key(person, &format!("sk-test-{account:016}")).await;
        person
    }

    /// Stores a key the way a user does: typed, checked by a worker, found valid. A key of before is
    /// replaced.
    pub async fn give_key(&self, person: Person, key: &str) -> ApiKeyId {
        let check = self.key_check(person, CheckPurpose::Set, Some(key));
        self.decide(&check, &KeyVerdict::Valid(KeyFacts::default())).await;
        let keys = self.store().live_keys(person.id).await.expect("keys");
        keys.first().expect("a live key").id
    }

    /// A check as the bot would add it; `key` is what was typed.
    #[must_use]
    pub fn key_check(
        &self,
        person: Person,
        purpose: CheckPurpose,
        key: Option<&str>,
    ) -> NewKeyCheck {
        self.key_check_at(Provider::OpenRouter, person, purpose, key)
    }

    /// The same for a key of another provider's.
    #[must_use]
    pub fn key_check_at(
        &self,
        provider: Provider,
        person: Person,
        purpose: CheckPurpose,
        key: Option<&str>,
    ) -> NewKeyCheck {
        let clock = self.clock();
        let bots = self.vault().bot_secrets();
        let keys = self.vault().sealer();
        let id = KeyCheckId::new(&**clock);
        let token = SecretString::from("an interaction's token");
        let candidate = key.map(|key| {
            let key = UserApiKey::from_typed(key).expect("a key");
            let sealed = keys.seal(person.id, provider, &key).expect("a seal");
            (sealed, keys.fingerprint(provider, &key), key.last4())
        });
        NewKeyCheck {
            id,
            user: person.id,
            guild: None,
            provider,
            purpose,
            candidate,
            answer: AnswerToken {
                sealed: bots.seal(id.uuid(), &token).expect("a seal"),
                expires_at: clock.now() + TimeDelta::minutes(15),
            },
            expires_at: clock.now() + TimeDelta::minutes(2),
        }
    }

    /// Adds a check, and lets a worker come to this verdict.
    pub async fn decide(&self, check: &NewKeyCheck, verdict: &KeyVerdict) {
        let (store, worker) = (self.store(), WorkerId::new(&**self.clock()));
        let asked = store.add_key_check(check).await.expect("a check");
        assert_eq!(asked, CheckAsked::Kept, "too many checks");
        let claimed = store.claim_key_check(worker, check.user).await.expect("a claim");
        let claimed = claimed.expect("a waiting check");
        assert_eq!(claimed.id, check.id, "the person has another check waiting");
        let outcome = store.finish_key_check(&claimed, worker, verdict).await;
        assert_eq!(outcome.expect("an outcome"), VerdictOutcome::Written);
    }
}

/// A message to Viola in a server's channel, from `author`. A test changes what matters to it:
/// `Incoming { text: "…".into(), ..message(1, ada.discord) }`.
#[must_use]
pub fn message(source: u64, author: DiscordUserId) -> Incoming {
    Incoming {
        source: source.into(),
        author,
        username: format!("person{author}"),
        place: Place {
            guild: Some(GuildId::from(1 << 22)),
            channel: ChannelId::from(100),
            thread: None,
        },
        personalities: vec![VIOLA.parse().expect("an id")],
        text: format!("message {source}"),
        context: RequestContext::by("Ada"),
        reply_by: ReplyBy::Webhook,
    }
}

/// The limits as they come out of the box.
#[must_use]
pub const fn limits() -> Limits {
    Limits {
        max_queued: 10,
        max_joined: 10,
        max_joined_chars: 8000,
        deadline: Duration::from_mins(10),
    }
}

/// Nobody is paid for.
#[must_use]
pub fn no_guests() -> SystemKey {
    SystemKey {
        offered: Offered::built_in("test/model"),
        guest_daily_limit: None,
        owners: Vec::new(),
    }
}
