//! Makes Discord know the commands.
//!
//! Not in poise's set-up, which would leave the bot connected and deaf if Discord refuses once. The
//! whole list is put each time: Discord counts only names that are new.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{app::App, commands, rest::RestError};

/// The first wait after a failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Registers the commands, however long that takes.
pub async fn register(app: &App, stop: &CancellationToken) {
    let made = poise::builtins::create_application_commands(&commands::all());
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
