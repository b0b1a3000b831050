//! What comes back from what a person did.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Shared, asked::Problem};
use crate::discord::{
    ActError, Invocation,
    world::{Answer, World},
};

/// How long after the bot's time is over its answer, already on its way, is waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Waits for the bot's first answer, as long as Discord gives it.
pub(super) async fn answer(
    shared: &Shared,
    used: Result<Invocation, ActError>,
) -> Result<Value, Problem> {
    let used = used.map_err(explain)?;
    let patience = shared.discord.world().options.answer_deadline + LAST_WORDS;
    let look = || reply(&shared.discord.world(), used.token());
    let reply = shared.discord.bell.wait(patience, look).await;
    Ok(reply.unwrap_or_else(
        || json!({"reply": "failed", "reason": "The application did not respond."}),
    ))
}

fn reply(world: &World, token: &str) -> Option<Value> {
    let interaction = world.interaction(token)?;
    Some(match interaction.answer.as_ref().filter(|_| interaction.acknowledged)? {
        Answer::Message => {
            let message = interaction.original.and_then(|id| world.message(id))?;
            json!({"reply": "message", "ephemeral": message.is_ephemeral()})
        }
        Answer::Deferred { ephemeral } => json!({"reply": "deferred", "ephemeral": ephemeral}),
        Answer::DeferredUpdate | Answer::Choices(_) => json!({"reply": "nothing"}),
        Answer::Update => json!({"reply": "updated"}),
        Answer::Modal(modal) => json!({"reply": "modal", "token": token, "modal": modal}),
    })
}

pub(super) fn done(acted: Result<(), ActError>) -> Result<Value, Problem> {
    acted.map(|()| json!({})).map_err(explain)
}

/// Why it could not be done, for people.
pub(super) fn explain(error: ActError) -> Problem {
    Problem(match error {
        ActError::NoSuchMessage(_) => {
            "That message is gone, or it is not yours to change.".to_owned()
        }
        ActError::NoSuchCommand(command) => format!("The bot has no command “{command}”."),
        ActError::NotOffered(command) => format!("“{command}” can't be used in this place."),
        ActError::NotAllowed(command) => format!("“{command}” is for people with other rights."),
        ActError::MayNot(what) => format!("You may not {what} here."),
        ActError::BadOption { option, problem } => format!("{option}: {problem}."),
        ActError::BadField { field, problem } => format!("{field}: {problem}."),
        ActError::NothingToClick(_) => "It is no longer there, or switched off.".to_owned(),
        ActError::NoForm => "This form is closed. Use the command again.".to_owned(),
        ActError::NoAnswer(_) => "The application did not respond.".to_owned(),
        ActError::NoSuchPlace(_) | ActError::NoSuchPerson(_) | ActError::OtherAnswer(_) => {
            format!("That did not work: {error}.")
        }
    })
}
