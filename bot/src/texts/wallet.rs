//! `/wallet list` and `/wallet remove`, and the words of the form.

use shared::{
    model::{InactiveReason, Provider},
    store::LiveKey,
};

/// Nothing is stored.
pub const NO_KEY: &str = "🔑 You have no key stored. `/wallet set` stores one: it is checked, sealed, \
    and only you can use it.";
/// The confirmation came too late, or twice.
pub const NOTHING_TO_REMOVE: &str = "There is no such key any more: nothing was removed.";
/// Somebody else pressed it.
pub const NOT_YOURS: &str = "Only the person who asked for this can confirm it.";
/// Too many checks at once.
pub const TOO_MANY_CHECKS: &str = "⏳ You have asked for many checks in a short time. Nothing was \
    stored; try again in a minute.";

/// The title of the form; Discord takes 45 characters.
#[must_use]
pub fn form_title(provider: Provider) -> String {
    format!("API key of {} — never a password", provider.display_name())
}

/// The label of its one field; Discord takes 45 characters.
#[must_use]
pub fn form_label(provider: Provider) -> String {
    format!("Your {} API key", provider.display_name())
}

/// The hint in the empty field; Discord takes 100 characters.
pub const FORM_PLACEHOLDER: &str =
    "Paste the key. It is sealed, used for your messages only, never shown again.";

/// The keys of a person.
#[must_use]
pub fn list(keys: &[LiveKey]) -> String {
    if keys.is_empty() {
        return NO_KEY.to_owned();
    }
    let mut lines = vec!["🔑 **Your keys** (only you see this)".to_owned()];
    lines.extend(keys.iter().map(line));
    lines.push(
        "-# `/wallet test` checks a key, `/wallet set` replaces it, `/wallet remove` erases it."
            .to_owned(),
    );
    lines.join("\n")
}

fn line(key: &LiveKey) -> String {
    let state = match (key.is_active, key.inactive_reason) {
        (true, _) => "in use",
        (false, Some(InactiveReason::Rejected)) => "⚠️ switched off, as its provider refuses it",
        (false, None) => "⚠️ switched off",
    };
    let mut parts = vec![
        format!("- **{}** {}: {state}", key.provider.display_name(), key.last4),
        format!("stored <t:{}:R>", key.created_at.timestamp()),
    ];
    if let Some(at) = key.last_validated_at {
        parts.push(format!("checked <t:{}:R>", at.timestamp()));
    }
    parts.push(match key.last_used_at {
        Some(at) => format!("used <t:{}:R>", at.timestamp()),
        None => "not used yet".to_owned(),
    });
    parts.join(" · ")
}

/// Asks before a key is removed.
#[must_use]
pub fn confirm_removal(key: &LiveKey) -> String {
    format!(
        "Remove your **{}** key {}? It is erased here at once and for good, and personalities stop \
         answering you on it. At {0} it goes on existing until you delete it there.",
        key.provider.display_name(),
        key.last4
    )
}

/// The button that removes it.
pub const CONFIRM: &str = "Remove this key";

/// It is gone.
#[must_use]
pub fn removed(provider: Provider) -> String {
    format!(
        "🗑️ Your {0} key is **erased**. What still waited for it won't be answered. If you don't need \
         it elsewhere, delete it at {0} too.",
        provider.display_name()
    )
}

/// There was none for this provider.
#[must_use]
pub fn none_for(provider: Provider) -> String {
    format!("You have no {} key stored, so there is nothing to do.", provider.display_name())
}

/// What was typed names no provider.
#[must_use]
pub fn unknown_provider(known: impl Iterator<Item = Provider>) -> String {
    let known: Vec<_> = known.map(|provider| provider.display_name().to_owned()).collect();
    format!("I don't know that provider. Known: {}. Nothing was changed.", known.join(", "))
}

/// The server asks nobody for a key.
#[must_use]
pub fn keyless(provider: Provider) -> String {
    format!(
        "**{0}** is a server of whoever runs this bot and asks for no key, so there is none to store. \
         `/model set` with `provider: {0}` talks to it.",
        provider.display_name()
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::{clock::SystemClock, ids::ApiKeyId, secret::UserApiKey};

    use super::*;

    fn key(is_active: bool) -> LiveKey {
        LiveKey {
            id: ApiKeyId::new(&SystemClock),
            provider: Provider::OpenRouter,
            last4: UserApiKey::from_typed("sk-test-12345678").unwrap().last4(),
            is_active,
            inactive_reason: (!is_active).then_some(InactiveReason::Rejected),
            last_validated_at: "2026-11-20T13:05:59Z".parse().ok(),
            last_used_at: None,
            created_at: "2026-11-19T13:05:59Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_wallet_shows_ends_and_states() {
        let used = LiveKey { last_used_at: "2026-11-20T14:05:59Z".parse().ok(), ..key(true) };
        assert_snapshot!(list(&[key(true), key(false), used]));
        assert_snapshot!("no_keys", list(&[]));
    }

    #[test]
    fn removing_says_what_is_gone_and_what_is_not() {
        let provider = Provider::OpenRouter;
        let said = [
            confirm_removal(&key(true)),
            removed(provider),
            none_for(provider),
            unknown_provider(Provider::BUILT_IN.iter().copied()),
            keyless(Provider::parse("ollama").unwrap()),
            NOTHING_TO_REMOVE.into(),
            NOT_YOURS.into(),
            TOO_MANY_CHECKS.into(),
        ];
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn the_form_fits_discords_limits() {
        for provider in Provider::BUILT_IN {
            assert!(form_title(*provider).chars().count() <= 45);
            assert!(form_label(*provider).chars().count() <= 45);
        }
        assert!(FORM_PLACEHOLDER.chars().count() <= 100);
    }
}
