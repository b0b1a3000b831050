//! `/personality config`.

use shared::{
    params::ParameterProblem,
    personality::{ModelSettings, OutOfBounds, bounds},
};

use super::plain;

/// The form for parameters was asked for together with settings.
pub const ADVANCED_ALONE: &str = "`advanced` opens a form, and nothing else can be set with the same \
    command. Nothing was changed: send the other options first, and then `advanced` alone.";
/// A model's id is something else.
pub const NO_MODEL_ID: &str = "That is no model's id. Choose from the list that appears as you type, or \
    write it as the provider does, such as `author/model`. Nothing was saved.";
/// What begins the answer to settings that were saved.
pub const SAVED: &str = "Saved. ";
/// What was typed is no JSON.
#[must_use]
pub fn no_json(line: usize, column: usize) -> String {
    format!(
        "The advanced parameters are no JSON object: something is wrong at line {line}, column \
         {column}. Nothing was saved."
    )
}

/// What is wrong with parameters.
#[must_use]
pub fn parameter_problems(problems: &[ParameterProblem]) -> String {
    let mut lines = vec!["Nothing was saved:".to_owned()];
    lines.extend(problems.iter().take(15).map(|problem| format!("- {problem}")));
    if problems.len() > 15 {
        lines.push(format!("- and {} more", problems.len() - 15));
    }
    lines.join("\n")
}

/// Settings that go too far.
#[must_use]
pub fn out_of_bounds(problems: &[OutOfBounds]) -> String {
    let mut lines = vec!["Nothing was saved:".to_owned()];
    lines.extend(
        problems.iter().map(|it| format!("- `{}` has to be {}", option(it.field), it.range)),
    );
    lines.join("\n")
}

/// How a setting's option is called.
#[must_use]
pub fn option(field: &str) -> &str {
    match field {
        "max_conversation_history" => "history",
        "max_referenced_messages" => "references",
        "max_mentions_per_message" => "mentions",
        "max_channels_per_message" => "channels",
        "max_roles_per_message" => "roles",
        other => other,
    }
}

/// How it is configured; what is not said is the default.
#[must_use]
pub fn settings(name: &str, settings: &ModelSettings, saved: bool) -> String {
    let head = if saved { SAVED } else { "" };
    format!("{head}⚙️ **{}**\n{}", plain(name), all(settings))
}

fn all(settings: &ModelSettings) -> String {
    let number = |value: Option<String>, default: &str| match value {
        Some(value) => format!("**{value}**"),
        None => format!("{default} (the default)"),
    };
    let whole = |value: Option<i64>| value.map(|value| value.to_string());
    let real = |value: Option<f64>| value.map(|value| value.to_string());
    let text = |value: &Option<String>, default: &str| match value {
        Some(value) => format!("`{value}`"),
        None => default.to_owned(),
    };
    let limit = |value, default: i64| number(whole(value), &default.to_string());
    let mut lines = vec![
        format!("- model: {}", text(&settings.model, "that of whoever asks")),
        format!("- vision model: {}", text(&settings.vision_model, "the model itself")),
        format!("- temperature: {}", number(real(settings.temperature), "the model's own")),
        format!("- top_p: {}", number(real(settings.top_p), "the model's own")),
        format!("- max_tokens: {}", number(whole(settings.max_tokens), "the bot's own")),
        format!("- history: {}", limit(settings.max_conversation_history, bounds::DEFAULT_HISTORY)),
        format!(
            "- references: {}",
            limit(settings.max_referenced_messages, bounds::DEFAULT_REFERENCES)
        ),
        format!(
            "- mentions: {}",
            limit(settings.max_mentions_per_message, bounds::DEFAULT_MENTIONS)
        ),
        format!(
            "- channels: {}",
            limit(settings.max_channels_per_message, bounds::DEFAULT_CHANNELS)
        ),
        format!("- roles: {}", limit(settings.max_roles_per_message, bounds::DEFAULT_ROLES)),
    ];
    if !settings.advanced.is_empty() {
        let names: Vec<&str> = settings.advanced.as_json().keys().map(String::as_str).collect();
        lines.push(format!("- advanced: {}", names.join(", ")));
    }
    lines.push(
        "-# `reset` takes a setting back to its default; `advanced` opens a form.".to_owned(),
    );
    lines.join("\n")
}

/// The settings that were made, in a line.
#[must_use]
pub fn summary(settings: &ModelSettings) -> String {
    let model =
        settings.model.as_ref().map_or("that of whoever asks".to_owned(), |it| format!("`{it}`"));
    let mut parts = vec![format!("**Model**: {model}")];
    let mut tell = |name: &str, value: Option<String>| {
        parts.extend(value.map(|value| format!("{name} {value}")));
    };
    tell("vision", settings.vision_model.as_ref().map(|it| format!("`{it}`")));
    tell("temperature", settings.temperature.map(|it| it.to_string()));
    tell("top_p", settings.top_p.map(|it| it.to_string()));
    tell("max_tokens", settings.max_tokens.map(|it| it.to_string()));
    tell("history", settings.max_conversation_history.map(|it| it.to_string()));
    tell("references", settings.max_referenced_messages.map(|it| it.to_string()));
    tell("mentions", settings.max_mentions_per_message.map(|it| it.to_string()));
    tell("channels", settings.max_channels_per_message.map(|it| it.to_string()));
    tell("roles", settings.max_roles_per_message.map(|it| it.to_string()));
    parts.join(", ")
}

/// What the catalogue knows against it, behind what was saved.
#[must_use]
pub fn with_warnings(text: &str, warnings: &[String]) -> String {
    let mut lines = vec![text.to_owned()];
    lines.extend(warnings.iter().map(|warning| format!("⚠️ {warning}")));
    super::view::shortened(&lines.join("\n"), 1_950)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;
    use shared::params::AdvancedParameters;

    use super::*;

    #[test]
    fn settings_and_problems_name_what_may_be_said() {
        let some = ModelSettings {
            model: Some("author/model".into()),
            temperature: Some(0.25),
            max_conversation_history: Some(0),
            advanced: AdvancedParameters::from_json(&json!({ "seed": 7 })).unwrap(),
            ..ModelSettings::default()
        };
        let wrong = ModelSettings {
            temperature: Some(3.0),
            max_tokens: Some(0),
            max_conversation_history: Some(201),
            max_roles_per_message: Some(0),
            ..ModelSettings::default()
        };
        let unknown =
            AdvancedParameters::from_json(&json!({ "magic": 7, "top_k": -1 })).unwrap_err();
        let all = [
            settings("Ada", &ModelSettings::default(), false),
            settings("Ada", &some, true),
            summary(&some),
            out_of_bounds(&wrong.check().unwrap_err()),
            parameter_problems(&unknown),
            no_json(3, 7),
            NO_MODEL_ID.to_owned(),
            with_warnings("Saved.", &["The model is gone.".to_owned()]),
        ];
        assert_snapshot!(all.join("\n\n"));
    }
}
