//! What a person does in the page.

use std::sync::Arc;

use axum::{extract::State, response::Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Shared,
    asked::{Problem, Sent, Viewer},
    reply::{answer, done, explain},
    upload::Upload,
};
use crate::discord::{ActError, Invocation, Person, Snowflake};

/// What Discord's own client lets somebody without a subscription write, in characters.
const LONGEST_MESSAGE: usize = 2_000;
/// A name of 32 characters and an id; what is written as itself is shorter.
const LONGEST_EMOJI: usize = 64;
/// What it lets them attach.
const MOST_FILES: usize = 10;

/// Everything that can be done.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Act {
    Say {
        channel: Snowflake,
        #[serde(default)]
        content: String,
        reply_to: Option<Snowflake>,
        #[serde(default)]
        files: Vec<Upload>,
    },
    Edit {
        message: Snowflake,
        content: String,
    },
    Delete {
        message: Snowflake,
    },
    React {
        message: Snowflake,
        emoji: String,
        on: bool,
    },
    Forward {
        message: Snowflake,
        channel: Snowflake,
    },
    Typing {
        channel: Snowflake,
    },
    Join {
        name: String,
    },
    Slash {
        channel: Snowflake,
        command: String,
        #[serde(default)]
        options: Map<String, Value>,
    },
    Menu {
        command: String,
        message: Option<Snowflake>,
        user: Option<Snowflake>,
        channel: Option<Snowflake>,
    },
    Autocomplete {
        channel: Snowflake,
        command: String,
        option: String,
        value: Value,
        #[serde(default)]
        options: Map<String, Value>,
    },
    Click {
        message: Snowflake,
        custom_id: String,
    },
    Choose {
        message: Snowflake,
        custom_id: String,
        values: Vec<String>,
    },
    Submit {
        token: String,
        #[serde(default)]
        fields: Map<String, Value>,
    },
}

/// `POST /api/act`
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Viewer(person): Viewer,
    Sent(act): Sent<Act>,
) -> Result<Json<Value>, Problem> {
    play(&shared, &person, act).await.map(Json)
}

async fn play(shared: &Shared, person: &Person, act: Act) -> Result<Value, Problem> {
    if let Some(channel) = act.channel() {
        let world = shared.discord.world();
        if !world.sees(person.id(), channel) {
            return Err(Problem("There is no such channel.".to_owned()));
        }
    }
    match act {
        Act::Say { channel, content, reply_to, files } => {
            say(person, channel, &content, reply_to, files)
        }
        Act::Edit { message, content } => {
            check_text(&content, files_on(shared, person, message))?;
            done(person.edit(message, &content))
        }
        Act::Delete { message } => done(person.delete(message)),
        Act::React { message, emoji, on } => {
            check_emoji(&emoji)?;
            done(person.set_reaction(message, &emoji, on))
        }
        Act::Forward { message, channel } => {
            let message = person.forward(message, channel).map_err(explain)?;
            Ok(json!({"message": message}))
        }
        Act::Typing { channel } => done(person.type_in(channel)),
        Act::Join { name } => join(shared, &name),
        Act::Slash { channel, command, options } => {
            let options = upload_all(person, channel, options)?;
            answer(shared, person.slash(channel, &command, Value::Object(options))).await
        }
        Act::Menu { command, message: Some(message), .. } => {
            answer(shared, person.message_menu(message, &command)).await
        }
        Act::Menu { command, user: Some(user), channel: Some(channel), .. } => {
            answer(shared, person.user_menu(channel, user, &command)).await
        }
        Act::Menu { .. } => Err(Problem("A menu belongs to a message or a person.".to_owned())),
        Act::Autocomplete { channel, command, option, value, options } => {
            let typed = person.autocomplete_among(channel, &command, &option, value, options);
            Ok(json!({"choices": typed.await.map_err(explain)?}))
        }
        Act::Click { message, custom_id } => {
            answer(shared, person.click(message, &custom_id)).await
        }
        Act::Choose { message, custom_id, values } => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            answer(shared, person.choose(message, &custom_id, &values)).await
        }
        Act::Submit { token, fields } => {
            let form = Invocation::new(Arc::clone(&shared.discord), token);
            let channel = form.channel_of(person.id()).ok_or_else(|| explain(ActError::NoForm))?;
            let fields = upload_all(person, channel, fields)?;
            answer(shared, form.submit(&fields)).await
        }
    }
}

impl Act {
    fn channel(&self) -> Option<Snowflake> {
        match self {
            Self::Say { channel, .. }
            | Self::Forward { channel, .. }
            | Self::Typing { channel }
            | Self::Slash { channel, .. }
            | Self::Autocomplete { channel, .. } => Some(*channel),
            Self::Menu { channel, .. } => *channel,
            _ => None,
        }
    }
}

fn say(
    person: &Person,
    channel: Snowflake,
    content: &str,
    reply_to: Option<Snowflake>,
    files: Vec<Upload>,
) -> Result<Value, Problem> {
    check_text(content, files.len())?;
    let files = files.into_iter().map(Upload::open).collect::<Result<Vec<_>, _>>()?;
    let message = person.post(channel, content, reply_to, files).map_err(explain)?;
    Ok(json!({"message": message}))
}

fn check_text(content: &str, files: usize) -> Result<(), Problem> {
    let length = content.trim().chars().count();
    if length > LONGEST_MESSAGE {
        return Err(Problem(format!(
            "A message has at most {LONGEST_MESSAGE} characters; this one has {length}."
        )));
    }
    if files > MOST_FILES {
        return Err(Problem(format!("A message carries at most {MOST_FILES} files.")));
    }
    if length == 0 && files == 0 {
        return Err(Problem("There is nothing in the message yet.".to_owned()));
    }
    Ok(())
}

/// How many files a message has that somebody sees. With one, it needs no text.
fn files_on(shared: &Shared, person: &Person, message: Snowflake) -> usize {
    let world = shared.discord.world();
    let seen = world.message(message).filter(|message| world.shows(message, person.id()));
    seen.map_or(0, |message| message.attachments.len())
}

/// Which emojis there are is not known here, but what is none at all.
fn check_emoji(emoji: &str) -> Result<(), Problem> {
    let fits = (1..=LONGEST_EMOJI).contains(&emoji.chars().count());
    if fits && !emoji.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(Problem("That is no emoji.".to_owned()))
}

fn join(shared: &Shared, name: &str) -> Result<Value, Problem> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    if !(2..=32).contains(&name.len()) || !name.chars().all(fits) {
        return Err(Problem(
            "A name has 2 to 32 small letters, digits, dots or underscores.".to_owned(),
        ));
    }
    let mut world = shared.discord.world();
    if world.user_named(name).is_some() {
        return Err(Problem(format!("Somebody is called {name} already.")));
    }
    let user = world.add_user(name, false);
    drop(world);
    shared.discord.bell.ring();
    Ok(json!({"user": user}))
}

/// Puts what carries a file where its id belongs.
fn upload_all(
    person: &Person,
    channel: Snowflake,
    values: Map<String, Value>,
) -> Result<Map<String, Value>, Problem> {
    let upload = |value: Value| {
        if !value.is_object() {
            return Ok(value);
        }
        let file: Upload = serde_json::from_value(value)
            .map_err(|_| Problem("A file has a name and a content.".to_owned()))?;
        person.upload(channel, file.open()?).map(|id| json!(id)).map_err(explain)
    };
    values
        .into_iter()
        .map(|(name, value)| {
            let value = match value {
                Value::Array(values) => values.into_iter().map(upload).collect::<Result<_, _>>()?,
                value => upload(value)?,
            };
            Ok((name, value))
        })
        .collect()
}
