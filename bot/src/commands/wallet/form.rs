//! The form into which a key is typed, and the check that follows.
//!
//! Its custom id is fixed and versioned, so a form that was opened before a restart can be sent
//! after it. What is typed is sealed at once as a candidate and never leaves this file in clear; a
//! worker asks the provider, and the answer comes with its verdict ([`crate::key_answers`]).

use std::str::FromStr;

use chrono::TimeDelta;
use serenity::all::{ActionRowComponent, ModalInteraction};
use shared::{
    ids::{KeyCheckId, UserId},
    model::Provider,
    secret::UserApiKey,
    store::{AnswerToken, CheckAsked, CheckPurpose, NewKeyCheck},
};

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, acknowledged},
    rest::{Answer, Message, Modal, TextInput, TextStyle},
    texts::{buttons::NO_LONGER_VALID, verdicts, wallet as texts},
};

/// The one field.
pub(super) const FIELD: &str = "key";
/// How long somebody waits for a verdict.
pub(super) const PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// For so long Discord takes an answer, less a little.
pub(super) const TOKEN_LIFETIME: TimeDelta = TimeDelta::seconds(14 * 60 + 30);

/// A form of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For a key that is to be stored.
    Set(Provider),
    /// For a key that is only to be tested.
    Test(Provider),
}

/// A custom id that no form of this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no form of ours has this id")]
pub(crate) struct UnknownForm;

impl Form {
    const fn provider(self) -> Provider {
        match self {
            Self::Set(provider) | Self::Test(provider) => provider,
        }
    }

    const fn purpose(self) -> CheckPurpose {
        match self {
            Self::Set(_) => CheckPurpose::Set,
            Self::Test(_) => CheckPurpose::TestNew,
        }
    }

    fn modal(self) -> Modal {
        let provider = self.provider();
        Modal {
            custom_id: self.to_string(),
            title: texts::form_title(provider),
            fields: vec![TextInput {
                custom_id: FIELD.to_owned(),
                label: texts::form_label(provider),
                style: TextStyle::Short,
                placeholder: Some(texts::FORM_PLACEHOLDER.to_owned()),
                value: None,
                // longer than any key, so that what is too long is told apart from what is cut off
                length: (1, 1_000),
                required: true,
            }],
        }
    }
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Set(provider) => write!(f, "wallet:set:v1:{provider}"),
            Self::Test(provider) => write!(f, "wallet:test:v1:{provider}"),
        }
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let provider = |name| Provider::from_stored(name).ok_or(UnknownForm);
        match (id.strip_prefix("wallet:set:v1:"), id.strip_prefix("wallet:test:v1:")) {
            (Some(name), _) => provider(name).map(Self::Set),
            (_, Some(name)) => provider(name).map(Self::Test),
            _ => Err(UnknownForm),
        }
    }
}

/// Answers a command with the form.
pub(super) async fn open(ctx: Context<'_>, form: Form) {
    let app = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    caller.acknowledge(app, &Answer::Modal(form.modal())).await;
}

/// A form was sent.
pub(crate) async fn submitted(app: &App, sent: &ModalInteraction) {
    let caller = Caller::of_form(app, sent);
    let Ok(form) = sent.data.custom_id.parse::<Form>() else {
        return caller.say_privately(app, NO_LONGER_VALID).await;
    };
    if !caller.defer_privately(app).await {
        return;
    }
    let key = match UserApiKey::from_typed(typed(sent)) {
        Ok(key) => key,
        Err(why) => {
            let text = verdicts::malformed(form.provider(), why);
            return caller.answer(app, Ok(Message::text(text))).await;
        }
    };
    match candidate(app, &caller, form, key).await {
        Ok(None) => {}
        Ok(Some(text)) => caller.answer(app, Ok(Message::text(text))).await,
        Err(trouble) => caller.answer(app, Err(trouble)).await,
    }
}

pub(super) fn typed(sent: &ModalInteraction) -> &str {
    let mut inputs = sent.data.components.iter().flat_map(|row| &row.components);
    let typed = inputs.find_map(|component| match component {
        ActionRowComponent::InputText(input) if input.custom_id == FIELD => input.value.as_deref(),
        _ => None,
    });
    typed.unwrap_or_default()
}

/// Keeps a typed key for the worker. What is to be said at once, if anything.
async fn candidate(
    app: &App,
    caller: &Caller,
    form: Form,
    key: UserApiKey,
) -> Result<Option<String>, Trouble> {
    let provider = form.provider();
    let user = app.person(&caller.account).await?;
    let sealed = app.sealer.seal(user.id, provider, &key)?;
    let candidate = (sealed, app.sealer.fingerprint(provider, &key), key.last4());
    drop(key);
    ask(app, caller, user.id, provider, form.purpose(), Some(candidate)).await
}

type Candidate = (shared::vault::Sealed, shared::vault::Fingerprint, shared::secret::Last4);

/// Asks a worker for a verdict. What is to be said at once, if anything: else the answer comes with
/// the verdict.
pub(super) async fn ask(
    app: &App,
    caller: &Caller,
    user: UserId,
    provider: Provider,
    purpose: CheckPurpose,
    candidate: Option<Candidate>,
) -> Result<Option<String>, Trouble> {
    let id = KeyCheckId::new(&*app.clock);
    let now = app.clock.now();
    let sealed = app.secrets.seal(id.uuid(), &caller.token.token)?;
    let check = NewKeyCheck {
        id,
        user,
        guild: caller.guild(),
        provider,
        purpose,
        candidate,
        answer: AnswerToken { sealed, expires_at: now + TOKEN_LIFETIME },
        expires_at: now + PATIENCE,
    };
    if let CheckAsked::TooMany { again_at } = in_time(app.store.add_key_check(&check)).await? {
        return Ok(Some(texts::too_many_checks(again_at)));
    }
    tracing::info!(user.id = %user, check.id = %id, kind = %purpose, "a key is to be checked");
    app.wake(user).await;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_reads_what_it_wrote() {
        for provider in Provider::BUILT_IN {
            for form in [Form::Set(*provider), Form::Test(*provider)] {
                assert_eq!(form.modal().custom_id.parse(), Ok(form));
            }
        }
        assert_eq!(Form::Set(Provider::OpenRouter).to_string(), "wallet:set:v1:openrouter");
        for wrong in [
            "",
            "wallet:set:v1:",
            "wallet:set:v2:openrouter",
            "wallet:set:v1:OpenRouter",
            "1234567890",
        ] {
            assert_eq!(wrong.parse::<Form>(), Err(UnknownForm), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_back_is_read_or_refused(id in "(wallet:(set|test):v1:)?.{0,40}") {
            if let Ok(form) = id.parse::<Form>() {
                prop_assert_eq!(form.to_string(), id);
            }
        }
    }
}
