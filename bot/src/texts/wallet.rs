//! `/wallet list` and `/wallet remove`, and the words of the form.

use chrono::{DateTime, Utc};
use shared::{
    model::{InactiveReason, Provider},
    store::{ATTEMPTS_WITHIN, KeyChange, LiveKey, MAX_ATTEMPTS},
};

/// Nothing is stored.
pub const NO_KEY: &str = "🔑 You have no key stored. `/wallet connect` gets one from OpenRouter, and \
    `/wallet set` stores one that you have: it is checked, sealed, and only you can use it.";
/// The confirmation came too late, or twice.
pub const NOTHING_TO_REMOVE: &str = "There is no such key any more: nothing was removed.";
/// Somebody else pressed it.
pub const NOT_YOURS: &str = "Only the person who asked for this can confirm it.";

/// Too many checks in a short time.
#[must_use]
pub fn too_many_checks(again_at: DateTime<Utc>) -> String {
    format!(
        "⏳ You have asked for {MAX_ATTEMPTS} checks within {} minutes, and that is as many as I make. \
         Nothing was stored or sent; the next one is possible <t:{}:R>.",
        ATTEMPTS_WITHIN.num_minutes(),
        again_at.timestamp()
    )
}

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
        "-# The default stands in where you have no key for a model's provider. `/wallet test` checks a \
         key, `set` replaces it, `pause` sets it aside, `remove` erases it; `limit` bounds what they spend."
            .to_owned(),
    );
    lines.join("\n")
}

fn line(key: &LiveKey) -> String {
    let state = match (key.is_active, key.inactive_reason) {
        (true, _) if key.is_default => "in use, default",
        (true, _) => "in use",
        (false, Some(InactiveReason::Paused)) => "⏸️ paused by you",
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

/// A key is set aside, or taken up again.
#[must_use]
pub fn paused(provider: Provider, pause: bool, outcome: KeyChange) -> String {
    let provider = provider.display_name();
    match (outcome, pause) {
        (KeyChange::Done, true) => format!(
            "⏸️ Your {provider} key is **paused**: nothing is answered on it, and what still waited for it \
             won't be. Nobody else's key stands in. `/wallet resume` takes it up again."
        ),
        (KeyChange::Done, false) => format!("▶️ Your {provider} key is **in use** again."),
        (KeyChange::Already, true) => format!("Your {provider} key was paused already."),
        (KeyChange::Already, false) => format!("Your {provider} key was in use already."),
        (KeyChange::Refused, true) => format!(
            "Your {provider} key is switched off already, because {provider} refuses it. `/wallet set` \
             stores a new one."
        ),
        (KeyChange::Refused, false) => format!(
            "Your {provider} key was switched off because {provider} refuses it, so it stays off. \
             `/wallet test` asks again; `/wallet set` stores a new one."
        ),
        (KeyChange::NoKey, _) => none_named(provider),
    }
}

/// A key is the default from now on.
#[must_use]
pub fn defaulted(provider: Provider, outcome: KeyChange) -> String {
    let provider = provider.display_name();
    match outcome {
        KeyChange::Done | KeyChange::Refused => format!(
            "⭐ Your {provider} key is your **default**: it stands in, with a model of its own, where you \
             have no key for a model's provider."
        ),
        KeyChange::Already => format!("Your {provider} key is your default already."),
        KeyChange::NoKey => none_named(provider),
    }
}

fn none_named(provider: &str) -> String {
    format!(
        "You have no {provider} key stored, so there is nothing to do. `/wallet set` stores one."
    )
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
            is_default: false,
            is_active,
            inactive_reason: (!is_active).then_some(InactiveReason::Rejected),
            last_validated_at: "2026-11-20T13:05:59Z".parse().ok(),
            last_used_at: None,
            created_at: "2026-11-19T13:05:59Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_wallet_shows_ends_and_states() {
        let reason = Some(InactiveReason::Paused);
        let paused = LiveKey { inactive_reason: reason, ..key(false) };
        let default = LiveKey { is_default: true, ..key(true) };
        let used = LiveKey { last_used_at: "2026-11-20T14:05:59Z".parse().ok(), ..key(true) };
        assert_snapshot!(list(&[default, key(true), key(false), paused, used]));
        assert_snapshot!("no_keys", list(&[]));
    }

    #[test]
    fn changes_say_what_holds_now() {
        use KeyChange::{Already, Done, NoKey, Refused};
        let mut said = Vec::new();
        for outcome in [Done, Already, Refused, NoKey] {
            said.push(paused(Provider::OpenAi, true, outcome));
            said.push(paused(Provider::OpenAi, false, outcome));
            said.push(defaulted(Provider::OpenAi, outcome));
        }
        assert_snapshot!(said.join("\n\n"));
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
            too_many_checks("2026-11-20T13:05:59Z".parse().unwrap()),
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
