//! The pieces of a message in a request's body.

use serde_json::Value;

use super::{answer::Refusal, call::Call, complete};
use crate::discord::{
    form::{COMPONENTS_V2, Form, SUPPRESS_EMBEDS, items},
    mentions::{Defaults, Pings},
    snowflake::Snowflake,
    world::{Attachment, Author, Edit, Message, World},
};

/// A new message as the body describes it.
pub(super) fn draft(
    world: &mut World,
    call: &Call,
    body: &Value,
    channel: Snowflake,
    author: Author,
    defaults: Defaults,
) -> Message {
    let mut message = Message::draft(channel, author, &text(&body["content"]));
    message.flags = body["flags"].as_u64().unwrap_or_default();
    message.embeds = complete::embeds(&body["embeds"]);
    message.attachments = uploads(world, call, body, channel);
    message.components =
        complete::components(&mut world.ids, &message.attachments, &body["components"]);
    let said = said(&message.content, &message.components);
    message.pings = Pings::of(&said, &body["allowed_mentions"], defaults, None);
    message
}

/// What a body changes about a message. Attachments that the body does not list are taken away, if
/// it lists any.
pub(super) fn edit(
    world: &mut World,
    call: &Call,
    message: &Message,
    defaults: Defaults,
) -> Result<Edit, Refusal> {
    let body = &call.body;
    let content = (!body["content"].is_null()).then(|| text(&body["content"]));
    let content =
        if body.get("content").is_some_and(Value::is_null) { Some(String::new()) } else { content };
    let uploaded = uploads(world, call, body, message.channel);
    let kept = |attachment: &&Attachment| {
        body.get("attachments").is_none_or(|listed| {
            items(listed).iter().any(|one| text(&one["id"]) == attachment.id.to_string())
        })
    };
    let attachments: Vec<_> =
        message.attachments.iter().filter(kept).cloned().chain(uploaded).collect();
    let says = content.as_deref().unwrap_or(&message.content);
    let embeds = body.get("embeds").map(complete::embeds);
    let components =
        body.get("components").map(|sent| complete::components(&mut world.ids, &attachments, sent));
    let flags = flags(message.flags, &body["flags"]);
    let has_embeds = !embeds.as_ref().unwrap_or(&message.embeds).is_empty();
    let shown = components.as_ref().unwrap_or(&message.components);
    let v2 = flags & COMPONENTS_V2 != 0;
    if v2 && (!says.is_empty() || has_embeds) {
        let mut form = Form::default();
        let message =
            "What was there before has to be taken away with MessageFlags.IS_COMPONENTS_V2";
        form.wrong("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
        form.finish()?;
    }
    // rows of buttons alone are no message; texts of Components V2 are
    let shows_nothing = !v2 || shown.is_empty();
    if says.is_empty() && attachments.is_empty() && !has_embeds && shows_nothing {
        return Err(Refusal::EMPTY_MESSAGE);
    }
    let pings = Pings::of(&said(says, shown), &body["allowed_mentions"], defaults, None);
    let (attachments, flags) = (Some(attachments), Some(flags));
    Ok(Edit { content, embeds, components, attachments, flags, pings })
}

/// The flags after an edit, which may hide link previews or show them again, and begin Components V2.
fn flags(before: u64, sent: &Value) -> u64 {
    let Some(sent) = sent.as_u64() else { return before };
    (before & !SUPPRESS_EMBEDS) | (sent & (SUPPRESS_EMBEDS | COMPONENTS_V2))
}

/// A text; Discord takes numbers for one, too.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// All that a message says to people: its text, and with Components V2 the texts among those.
pub(super) fn said(content: &str, components: &[Value]) -> String {
    let mut said = content.to_owned();
    for component in components {
        if let Some(text) = component["content"].as_str().filter(|_| component["type"] == 10) {
            said.push('\n');
            said.push_str(text);
        }
        said.push_str(&self::said("", items(&component["components"])));
    }
    said
}

fn uploads(world: &mut World, call: &Call, body: &Value, channel: Snowflake) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    for file in &call.files {
        let listed = items(&body["attachments"]).iter().find(|one| text(&one["id"]) == file.number);
        let renamed = listed.and_then(|one| one["filename"].as_str());
        let filename = renamed.unwrap_or(&file.filename);
        attachments.push(world.attachment(
            channel,
            filename,
            file.content_type.as_deref(),
            file.bytes.clone(),
        ));
    }
    attachments
}
