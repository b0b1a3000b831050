//! `/personality config`: the model and the limits.

use shared::{model::ModelId, personality::ModelSettings};

use super::{
    access::{change, meant},
    edit,
    forms::Section,
    models::{self, suggest_model, suggest_vision},
};
use crate::{
    app::App,
    caller::{Caller, Trouble},
    commands::{Context, acknowledged, whom::suggest},
    rest::Message,
    texts::personality::config as words,
};

/// What goes back to its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
pub(super) enum Reset {
    /// All of it.
    #[name = "everything"]
    Everything,
    /// One of them.
    #[name = "model"]
    Model,
    /// One of them.
    #[name = "vision model"]
    VisionModel,
    /// One of them.
    #[name = "temperature"]
    Temperature,
    /// One of them.
    #[name = "top_p"]
    TopP,
    /// One of them.
    #[name = "max_tokens"]
    MaxTokens,
    /// One of them.
    #[name = "history"]
    History,
    /// One of them.
    #[name = "references"]
    References,
    /// One of them.
    #[name = "mentions"]
    Mentions,
    /// One of them.
    #[name = "channels"]
    Channels,
    /// One of them.
    #[name = "roles"]
    Roles,
    /// One of them.
    #[name = "advanced parameters"]
    Advanced,
}

/// What the options say.
#[derive(Default)]
struct Wanted {
    reset: Option<Reset>,
    model: Option<String>,
    vision_model: Option<String>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<i64>,
    history: Option<i64>,
    references: Option<i64>,
    mentions: Option<i64>,
    channels: Option<i64>,
    roles: Option<i64>,
}

/// Show or set a personality's model and limits
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
pub(super) async fn config(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "Type a name, and choose from the list"]
    #[autocomplete = "suggest_model"]
    #[max_length = 100]
    model: Option<String>,
    #[description = "The model that looks at pictures for it"]
    #[autocomplete = "suggest_vision"]
    #[max_length = 100]
    vision_model: Option<String>,
    #[description = "How far it strays from what is likely: 0 to 2"] temperature: Option<f64>,
    #[description = "How much of what is likely it chooses from: 0 to 1"] top_p: Option<f64>,
    #[description = "The longest answer, in tokens"] max_tokens: Option<i64>,
    #[description = "Turns of the conversation that it is reminded of: 0 to 200"] history: Option<
        i64,
    >,
    #[description = "Messages referred to that it is told: 1 to 50"] references: Option<i64>,
    #[description = "People mentioned that it is told of: 1 to 50"] mentions: Option<i64>,
    #[description = "Channels mentioned that it is told of: 1 to 20"] channels: Option<i64>,
    #[description = "Roles mentioned that it is told of: 1 to 20"] roles: Option<i64>,
    #[description = "Take a setting back to its default"] reset: Option<Reset>,
    #[description = "Open a form for everything else that models take, as JSON"] advanced: Option<
        bool,
    >,
) -> Result<(), Trouble> {
    let app = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    let wanted = Wanted {
        reset,
        model,
        vision_model,
        temperature,
        top_p,
        max_tokens,
        history,
        references,
        mentions,
        channels,
        roles,
    };
    if advanced == Some(true) {
        // a form is the only answer to its command, so nothing else could be told of
        if wanted.is_nothing() {
            edit::open(app, &caller, &personality, Section::Advanced).await;
        } else {
            caller.say_privately(app, words::ADVANCED_ALONE).await;
        }
        return Ok(());
    }
    if !caller.defer_privately(app).await {
        return Ok(());
    }
    let answer = set_or_show(app, &caller, &personality, &wanted).await;
    caller.answer(app, answer.map(Message::text)).await;
    Ok(())
}

async fn set_or_show(
    app: &App,
    caller: &Caller,
    typed: &str,
    wanted: &Wanted,
) -> Result<String, Trouble> {
    if wanted.is_nothing() {
        let seen = meant(app, caller, typed).await?;
        let definition = &seen.definition;
        let text = words::settings(definition.display_name.as_str(), &definition.settings, false);
        let warnings = models::warnings(app, &definition.settings).await;
        return Ok(words::with_warnings(&text, &warnings));
    }
    let saved = std::sync::Mutex::new(None);
    let text = change(app, caller, typed, |definition| {
        wanted.put_into(&mut definition.settings)?;
        definition.settings.check().map_err(|problems| words::out_of_bounds(&problems))?;
        if let Ok(mut saved) = saved.lock() {
            *saved = Some(definition.settings.clone());
        }
        Ok(words::settings(definition.display_name.as_str(), &definition.settings, true))
    })
    .await?;
    let settings = saved.into_inner().ok().flatten();
    let warnings = match settings {
        Some(settings) if text.starts_with(words::SAVED) => models::warnings(app, &settings).await,
        _ => Vec::new(),
    };
    Ok(words::with_warnings(&text, &warnings))
}

impl Wanted {
    fn is_nothing(&self) -> bool {
        self.reset.is_none()
            && self.model.is_none()
            && self.vision_model.is_none()
            && self.temperature.is_none()
            && self.top_p.is_none()
            && [self.max_tokens, self.history, self.references, self.mentions]
                .iter()
                .chain(&[self.channels, self.roles])
                .all(Option::is_none)
    }

    /// First what goes back, then what is set. What is wrong is said in words.
    fn put_into(&self, settings: &mut ModelSettings) -> Result<(), String> {
        if let Some(reset) = self.reset {
            put_back(reset, settings);
        }
        for (wanted, there) in
            [(&self.model, &mut settings.model), (&self.vision_model, &mut settings.vision_model)]
        {
            if let Some(typed) = wanted {
                let id = ModelId::parse(typed).map_err(|_| words::NO_MODEL_ID.to_owned())?;
                *there = Some(id.to_string());
            }
        }
        settings.temperature = self.temperature.or(settings.temperature);
        settings.top_p = self.top_p.or(settings.top_p);
        settings.max_tokens = self.max_tokens.or(settings.max_tokens);
        for (wanted, there) in [
            (self.history, &mut settings.max_conversation_history),
            (self.references, &mut settings.max_referenced_messages),
            (self.mentions, &mut settings.max_mentions_per_message),
            (self.channels, &mut settings.max_channels_per_message),
            (self.roles, &mut settings.max_roles_per_message),
        ] {
            *there = wanted.or(*there);
        }
        if let Some(most) = settings.max_tokens {
            settings
                .advanced
                .check_budget(most)
                .map_err(|problem| words::parameter_problems(&[problem]))?;
        }
        Ok(())
    }
}

fn put_back(reset: Reset, settings: &mut ModelSettings) {
    match reset {
        Reset::Everything => {
            *settings = ModelSettings {
                memory_score_threshold: settings.memory_score_threshold,
                memory_limit: settings.memory_limit,
                ltm_search_history_turns: settings.ltm_search_history_turns,
                ..ModelSettings::default()
            };
        }
        Reset::Model => settings.model = None,
        Reset::VisionModel => settings.vision_model = None,
        Reset::Temperature => settings.temperature = None,
        Reset::TopP => settings.top_p = None,
        Reset::MaxTokens => settings.max_tokens = None,
        Reset::History => settings.max_conversation_history = None,
        Reset::References => settings.max_referenced_messages = None,
        Reset::Mentions => settings.max_mentions_per_message = None,
        Reset::Channels => settings.max_channels_per_message = None,
        Reset::Roles => settings.max_roles_per_message = None,
        Reset::Advanced => settings.advanced = shared::params::AdvancedParameters::default(),
    }
}
