//! What a provider said of a key, as its owner reads it.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    model::{CouldNotCheck, KeyFacts, KeyVerdict, Provider},
    secret::{Last4, MalformedKey},
    store::CheckPurpose,
};

use super::connect;

/// A key that expires sooner is announced.
const SOON: TimeDelta = TimeDelta::days(14);

/// A check that has its verdict, or never got one.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    /// What the check was for.
    pub purpose: CheckPurpose,
    /// Who takes the key.
    pub provider: Provider,
    /// The end of the key.
    pub last4: Option<&'a Last4>,
    /// What the provider said; `None` when nobody asked it in time.
    pub verdict: Option<&'a KeyVerdict>,
}

/// The answer to `/wallet connect`, `/wallet set` or `/wallet test`.
#[must_use]
pub fn verdict(checked: &Checked<'_>, now: DateTime<Utc>) -> String {
    let Some(verdict) = checked.verdict else { return nobody_asked(checked) };
    match verdict {
        KeyVerdict::NotConnected { why } => connect::refused(*why).to_owned(),
        KeyVerdict::CouldNotCheck { why } if is_without_key(checked) => match why {
            CouldNotCheck::RateLimited => connect::BUSY.to_owned(),
            CouldNotCheck::ProviderDown => connect::DOWN.to_owned(),
            CouldNotCheck::Unreadable => connect::UNREADABLE.to_owned(),
        },
        KeyVerdict::Valid(facts) => valid(checked, facts, now),
        KeyVerdict::Rejected => rejected(checked),
        KeyVerdict::Management => management(checked),
        KeyVerdict::CouldNotCheck { why } => could_not_check(checked, *why),
    }
}

/// The form was sent with something in it that can't be a key.
#[must_use]
pub fn malformed(provider: Provider, why: MalformedKey) -> String {
    let provider = provider.display_name();
    let what = match why {
        MalformedKey::Empty => "There was nothing in the form but spaces or quotes.",
        MalformedKey::TooShort => "That is too short to be a key; part of it may be missing.",
        MalformedKey::TooLong => {
            "That is too long to be a key; there may be more than the key in it."
        }
        MalformedKey::BadCharacters => {
            "There are characters in it that no key has, such as a space or an accent in the middle."
        }
    };
    format!(
        "❌ {what} Nothing was stored or sent. Copy the whole API key from {provider}'s website, \
         nothing else, and try again."
    )
}

fn valid(checked: &Checked<'_>, facts: &KeyFacts, now: DateTime<Utc>) -> String {
    let (provider, key) = (checked.provider.display_name(), named(checked));
    let mut lines = vec![match checked.purpose {
        CheckPurpose::Set | CheckPurpose::Connect => format!(
            "✅ {provider} accepts {key}, and it is **stored**. Personalities answer you on it from \
             now on, and nobody else can spend it."
        ),
        CheckPurpose::TestNew => format!(
            "✅ {provider} accepts {key}. It was only tested, **not stored**: `/wallet set` does that."
        ),
        CheckPurpose::TestStored => format!("✅ {provider} accepts {key}, and it is in use."),
    }];
    match (facts.remaining, facts.limit) {
        _ if facts.is_empty_of_credit() => lines.push(format!(
            "⚠️ **Nothing is left on it**, so calls will be refused until you add credit or raise its \
             limit at {provider}."
        )),
        (Some(left), Some(limit)) => lines.push(format!("Left on it: **{left}** of {limit}.")),
        (Some(left), None) => lines.push(format!("Left on it: **{left}**.")),
        (None, Some(limit)) => lines.push(format!("Its limit is **{limit}**.")),
        (None, None) => lines.push(format!(
            "⚠️ It has **no spending limit**, so it could spend all of your account's credit. \
             I advise you to set a limit for this key on {provider}'s website."
        )),
    }
    if facts.free_tier {
        lines.push("The account has never paid, so only free models will answer.".to_owned());
    }
    if let Some(expires_at) = facts.expires_at.filter(|at| *at <= now + SOON) {
        let at = expires_at.timestamp();
        lines.push(format!(
            "⚠️ It **expires** <t:{at}:R> (<t:{at}:f>): make a new one before then."
        ));
    }
    lines.join("\n")
}

fn rejected(checked: &Checked<'_>) -> String {
    let (provider, key) = (checked.provider.display_name(), named(checked));
    let what = match checked.purpose {
        CheckPurpose::Connect => {
            "It was **not stored**; a key that you stored before stays as it was. `/wallet connect` gets \
             another one."
        }
        CheckPurpose::Set => {
            "It was **not stored**; a key that you stored before stays as it was. Copy the whole key \
             and use `/wallet set` again, or make a new one there."
        }
        CheckPurpose::TestNew => "It may have been deleted there, or a part of it is missing.",
        CheckPurpose::TestStored => {
            "It may have been deleted there, so it was **switched off** and won't be used. \
             `/wallet set` stores a new one."
        }
    };
    format!("❌ {provider} doesn't accept {key}. {what}")
}

fn management(checked: &Checked<'_>) -> String {
    let provider = checked.provider.display_name();
    let kept = match checked.purpose {
        CheckPurpose::Set | CheckPurpose::TestNew | CheckPurpose::Connect => {
            "It was **not stored**."
        }
        CheckPurpose::TestStored => "Nothing can be answered on it.",
    };
    format!(
        "❌ That is a **management key**: whoever has it can make, change and delete all keys of your \
         account, and it can't call a model. {kept} Revoke it at {provider}, as it has been typed into \
         Discord, and make an ordinary API key for `/wallet set`."
    )
}

fn could_not_check(checked: &Checked<'_>, why: CouldNotCheck) -> String {
    let provider = checked.provider.display_name();
    let (what, next) = match why {
        CouldNotCheck::RateLimited => (
            format!("{provider} asks me to wait"),
            "Try again in a minute.",
        ),
        CouldNotCheck::ProviderDown => (
            format!("{provider} didn't answer, or not in a way I understand"),
            "Try again in a few minutes.",
        ),
        CouldNotCheck::Unreadable => (
            "what is stored here doesn't open, which is a fault on my side and says nothing about the \
             key"
            .to_owned(),
            "Please tell whoever runs this bot; `/wallet set` with the same key helps at once.",
        ),
    };
    format!(
        "⚠️ {} couldn't be checked: {what}. {} {next}",
        capital(&named(checked)),
        unchanged(checked)
    )
}

fn nobody_asked(checked: &Checked<'_>) -> String {
    if is_without_key(checked) {
        return connect::NOBODY.to_owned();
    }
    format!(
        "⚠️ {} couldn't be checked in time: no worker is running, or all of them are busy. {} Try \
         again in a minute; if it stays so, tell whoever runs this bot.",
        capital(&named(checked)),
        unchanged(checked)
    )
}

/// What a check without a verdict left behind: nothing.
const fn unchanged(checked: &Checked<'_>) -> &'static str {
    match checked.purpose {
        CheckPurpose::Set | CheckPurpose::Connect => {
            "It was **not stored**; a key that you stored before stays as it was."
        }
        CheckPurpose::TestNew => "Nothing was stored.",
        CheckPurpose::TestStored => "It stays stored as it was.",
    }
}

/// The code of a `/wallet connect` became no key.
fn is_without_key(checked: &Checked<'_>) -> bool {
    checked.purpose == CheckPurpose::Connect && checked.last4.is_none()
}

fn named(checked: &Checked<'_>) -> String {
    let whose = match checked.purpose {
        CheckPurpose::Connect => "the new key",
        CheckPurpose::Set | CheckPurpose::TestNew => "the key",
        CheckPurpose::TestStored => "your stored key",
    };
    checked.last4.map_or_else(|| whose.to_owned(), |last4| format!("{whose} {last4}"))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::{money::NanoUsd, secret::UserApiKey};

    use super::*;

    const DOLLAR: i64 = 1_000_000_000;

    fn facts(limit: Option<i64>, remaining: Option<i64>) -> KeyFacts {
        KeyFacts {
            limit: limit.map(NanoUsd::from_nanos),
            remaining: remaining.map(NanoUsd::from_nanos),
            ..KeyFacts::default()
        }
    }

    fn all_verdicts() -> Vec<(&'static str, Option<KeyVerdict>)> {
        let expiring = KeyFacts {
            expires_at: Some("2026-11-25T00:00:00Z".parse().unwrap()),
            free_tier: true,
            ..facts(Some(5 * DOLLAR), Some(DOLLAR))
        };
        let later = KeyFacts {
            expires_at: Some("2027-11-25T00:00:00Z".parse().unwrap()),
            ..facts(Some(5 * DOLLAR), None)
        };
        let could_not = |why| Some(KeyVerdict::CouldNotCheck { why });
        vec![
            ("limit", Some(KeyVerdict::Valid(facts(Some(5 * DOLLAR), Some(4_200_000_000))))),
            ("no limit", Some(KeyVerdict::Valid(facts(None, None)))),
            ("remaining only", Some(KeyVerdict::Valid(facts(None, Some(DOLLAR))))),
            ("empty", Some(KeyVerdict::Valid(facts(Some(5 * DOLLAR), Some(0))))),
            ("expires soon, free", Some(KeyVerdict::Valid(expiring))),
            ("expires later", Some(KeyVerdict::Valid(later))),
            ("rejected", Some(KeyVerdict::Rejected)),
            ("management", Some(KeyVerdict::Management)),
            ("rate limited", could_not(CouldNotCheck::RateLimited)),
            ("down", could_not(CouldNotCheck::ProviderDown)),
            ("unreadable", could_not(CouldNotCheck::Unreadable)),
            ("no worker", None),
        ]
    }

    #[test]
    fn every_verdict_has_its_own_answer_for_every_purpose() {
        let last4 = UserApiKey::from_typed("sk-test-12345678").unwrap().last4();
        let now = "2026-11-20T13:05:59Z".parse().unwrap();
        for purpose in CheckPurpose::ALL {
            let said: Vec<_> = all_verdicts()
                .iter()
                .map(|(name, verdict)| {
                    let verdict = verdict.as_ref();
                    let checked = Checked {
                        purpose: *purpose,
                        provider: Provider::OpenRouter,
                        last4: Some(&last4),
                        verdict,
                    };
                    format!("[{name}]\n{}", super::verdict(&checked, now))
                })
                .collect();
            assert_snapshot!(purpose.as_str(), said.join("\n\n"));
        }
    }

    #[test]
    fn what_cannot_be_a_key_is_sent_nowhere() {
        let all = [
            MalformedKey::Empty,
            MalformedKey::TooShort,
            MalformedKey::TooLong,
            MalformedKey::BadCharacters,
        ];
        assert_snapshot!(all.map(|why| malformed(Provider::OpenRouter, why)).join("\n\n"));
    }
}
