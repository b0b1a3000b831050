//! What was said before, as messages: the newest turns that fit.

use serde_json::{Map, Value, json};
use shared::{
    context::{MessageContext, Names},
    store::Turn,
};

use super::{
    Parts,
    budget::{Room, tokens},
    limits,
    mentions::by_name,
    message,
    words::{CONTEXT, defused, facts, one_line, shortened},
};
use crate::providers::{ChatMessage, Role};

const MAX_NAME: usize = 64;
/// What is told of a message that was passed on, the second time.
const MAX_FORWARD: usize = 500;

/// The conversation, its oldest end cut off where the room ends.
pub(super) fn messages(parts: &Parts<'_>, mut room: Room) -> Vec<ChatMessage> {
    let mut turns = Vec::new();
    let most = usize::try_from(limits::history(&parts.personality.settings)).unwrap_or_default();
    for turn in parts.history.iter().rev().take(most) {
        let said = said(parts, turn);
        if !room.take(tokens(&said) + tokens(&turn.assistant_text)) {
            break;
        }
        turns.push((said, turn.assistant_text.clone()));
    }
    let turns = turns.into_iter().rev();
    turns
        .flat_map(|(said, answer)| [message(Role::User, said), message(Role::Assistant, answer)])
        .collect()
}

/// A person's words, under who said them when and with what.
fn said(parts: &Parts<'_>, turn: &Turn) -> String {
    let mut names = Names::default();
    let mut about = Map::new();
    let mut add = |name: &str, values: Vec<Value>| {
        if !values.is_empty() {
            about.insert(name.into(), Value::Array(values));
        }
    };
    let all = |of: &dyn Fn(&MessageContext) -> Vec<Value>| {
        turn.context.messages.iter().flat_map(of).collect::<Vec<_>>()
    };
    add(
        "attachments",
        all(&|message| {
            message.attachments().map(|file| json!(one_line(&file.filename, MAX_NAME))).collect()
        }),
    );
    add(
        "stickers",
        all(&|message| {
            message.carried.stickers.iter().map(|name| json!(one_line(name, MAX_NAME))).collect()
        }),
    );
    add(
        "forwards",
        all(&|message| {
            let told = |text: &str| json!(shortened(text, MAX_FORWARD));
            message.forwards.iter().map(|forward| told(&forward.text)).collect()
        }),
    );
    add(
        "polls",
        all(&|message| message.carried.poll.iter().map(|poll| json!(poll.question)).collect()),
    );
    for message in &turn.context.messages {
        names.add(message.names.clone());
    }
    if !turn.is_own {
        // which channels have a name was its author's right to see
        names.channels.clear();
    }
    let text = by_name(&turn.user_text, &names, limits::mentions(&parts.personality.settings));
    let name = one_line(&turn.context.author_name, MAX_NAME);
    // a turn of an older version does not say whose it is
    if name.is_empty() && turn.is_own {
        return defused(&text);
    }
    // another's words never stand there without anybody who said them
    let name = if name.is_empty() { "somebody else".to_owned() } else { name };
    about.insert("from".into(), json!(name));
    about.insert("at".into(), json!(parts.timezone.stamp(turn.at)));
    format!("{}\n{}", facts(CONTEXT, &Value::Object(about)), defused(&text))
}
