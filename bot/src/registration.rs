//! Makes Discord know the commands.
//!
//! Not in poise's set-up, which would leave the bot connected and deaf if Discord refuses once. The
//! whole list is put each time: Discord counts only names that are new.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{app::App, commands, rest::RestError};

/// The first wait after a failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Registers the commands, however long that takes.
pub(crate) async fn register(app: &App, stop: &CancellationToken) {
    let made = poise::builtins::create_application_commands(&commands::all());
    let made: Vec<Value> = made
        .iter()
        .filter_map(|command| serde_json::to_value(command).ok())
        .map(without_empty_options)
        .collect();
    let mut wait = FIRST_WAIT;
    loop {
        match app.rest.set_commands(app.application, &made).await {
            Ok(()) => return tracing::info!(count = made.len(), "commands are registered"),
            Err(error @ (RestError::Unavailable | RestError::Limited(_))) => {
                tracing::warn!(error = %error, "commands are not registered yet");
                if let RestError::Limited(after) = error {
                    wait = wait.max(after);
                }
            }
            // personalities go on answering; somebody has to look at it
            Err(error) => return tracing::error!(error = %error, "Discord refuses the commands"),
        }
        tokio::select! {
            () = sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
            () = stop.cancelled() => return,
        }
    }
}

/// An option of a command in a group is too deep to have options, and Discord describes it so;
/// serenity gives each an empty list.
fn without_empty_options(command: Value) -> Value {
    match command {
        Value::Object(fields) => {
            let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
            let fields = fields.into_iter();
            let kept = fields.filter(|(name, value)| name != "options" || !is_empty(value));
            Value::Object(kept.map(|(name, value)| (name, without_empty_options(value))).collect())
        }
        Value::Array(values) => values.into_iter().map(without_empty_options).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_options_that_hold_something_are_named() {
        let made =
            json!({ "name": "a", "options": [{ "name": "b", "options": [], "choices": [] }] });
        let sent = json!({ "name": "a", "options": [{ "name": "b", "choices": [] }] });
        assert_eq!(without_empty_options(made), sent);
    }
}
