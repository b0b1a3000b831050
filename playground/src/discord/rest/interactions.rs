//! Answers to interactions: the first within three seconds, the others within fifteen minutes.

use serde_json::{Value, json};

use super::{
    answer::{Answer as HttpAnswer, Outcome, Refusal},
    call::Call,
    pieces, webhook_messages,
};
use crate::discord::{
    form::{Form, Sender, check_edit, check_message, check_modal, items},
    mentions::Defaults,
    snowflake::Snowflake,
    world::{
        Answer, Author, EPHEMERAL, Edit, Interaction, InteractionKind, LOADING, Message, World,
    },
};

/// Takes the first answer.
pub(super) fn callback(world: &mut World, call: &Call, id: Snowflake, token: &str) -> Outcome {
    let interaction = world.interaction(token).filter(|interaction| interaction.id == id);
    let interaction = interaction.ok_or(Refusal::UNKNOWN_INTERACTION)?.clone();
    if interaction.answer.is_some() {
        return Err(Refusal::ALREADY_ACKNOWLEDGED);
    }
    if interaction.created.elapsed() > world.options.answer_deadline {
        return Err(Refusal::UNKNOWN_INTERACTION);
    }
    let data = &call.body["data"];
    let answer = read(call, &interaction)?;
    let message = match &answer {
        Answer::Message => {
            Some(post(world, call, data, &interaction, data["flags"].as_u64().unwrap_or_default()))
        }
        Answer::Deferred { ephemeral } => Some(post(
            world,
            call,
            &Value::Null,
            &interaction,
            LOADING | if *ephemeral { EPHEMERAL } else { 0 },
        )),
        Answer::Update => {
            update(world, call, &interaction)?;
            interaction.message
        }
        Answer::DeferredUpdate => interaction.message,
        Answer::Choices(_) | Answer::Modal(_) => None,
    };
    if let Some(interaction) = world.interactions.get_mut(token) {
        interaction.original = message;
        interaction.answer = Some(answer);
    }
    let mut response = if call.asks_for("with_response") {
        describe(world, call, &interaction, message)
    } else {
        HttpAnswer::nothing()
    };
    response.acknowledges = Some(token.to_owned());
    Ok(response)
}

/// Reads an answer, if it is one that this interaction can have.
fn read(call: &Call, interaction: &Interaction) -> Result<Answer, Refusal> {
    let data = &call.body["data"];
    let kind = interaction.kind;
    let has_message = interaction.message.is_some();
    match (call.body["type"].as_u64(), kind) {
        (Some(8), InteractionKind::Autocomplete) => {
            check_choices(data)?;
            Ok(Answer::Choices(items(&data["choices"]).to_vec()))
        }
        (_, InteractionKind::Autocomplete) => Err(wrong_type()),
        (Some(4), _) => {
            check_message(data, call.files.len(), Sender::Callback).map(|()| Answer::Message)
        }
        (Some(5), _) => {
            let flags = data["flags"].as_u64().unwrap_or_default();
            if flags & !EPHEMERAL != 0 {
                let mut form = Form::at("data");
                form.wrong("flags", "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL can be set.");
                form.finish()?;
            }
            Ok(Answer::Deferred { ephemeral: flags & EPHEMERAL != 0 })
        }
        // a form that came from a command has no message to update, yet Discord takes type 6 for it
        (Some(6), InteractionKind::ModalSubmit | InteractionKind::Component) => {
            Ok(Answer::DeferredUpdate)
        }
        (Some(7), _) if has_message => Ok(Answer::Update),
        (Some(9), InteractionKind::Command | InteractionKind::Component) => {
            check_modal(data)?;
            Ok(Answer::Modal(data.clone()))
        }
        _ => Err(wrong_type()),
    }
}

fn wrong_type() -> Refusal {
    let mut form = Form::default();
    form.wrong(
        "type",
        "INTERACTION_CALLBACK_TYPE_INVALID",
        "This interaction cannot be answered so.",
    );
    form.finish().err().unwrap_or(Refusal::UNKNOWN_INTERACTION)
}

fn check_choices(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::at("data");
    let choices = items(&data["choices"]);
    form.count("choices", choices, 25);
    for (at, choice) in choices.iter().enumerate() {
        form.required_length(&format!("choices.{at}.name"), &choice["name"], 1..=100);
        form.length(&format!("choices.{at}.value"), &choice["value"], 0..=100);
    }
    form.finish()
}

/// Posts an answer. Without a body, it only says that one is to come.
fn post(
    world: &mut World,
    call: &Call,
    body: &Value,
    interaction: &Interaction,
    flags: u64,
) -> Snowflake {
    let author = Author::User(world.bot());
    let mut message =
        pieces::draft(world, call, body, interaction.channel, author, Defaults::People);
    message.flags = flags;
    message.kind = if interaction.kind == InteractionKind::Command { 20 } else { 19 };
    message.reply_to =
        interaction.message.filter(|_| interaction.kind == InteractionKind::Component);
    if message.reply_to.is_none() && message.kind == 19 {
        message.kind = 0;
    }
    message.only_for = (flags & EPHEMERAL != 0).then_some(interaction.user);
    message.command.clone_from(&interaction.command);
    message.interaction = Some(interaction.metadata(&world.user_json(interaction.user)));
    world.post(message)
}

/// Changes the message whose button was clicked.
fn update(world: &mut World, call: &Call, interaction: &Interaction) -> Result<(), Refusal> {
    let clicked = interaction
        .message
        .and_then(|id| world.message(id))
        .ok_or(Refusal::UNKNOWN_MESSAGE)?
        .clone();
    check_edit(&call.body["data"], call.files.len(), Sender::Callback, clicked.flags)?;
    let inner =
        Call { body: call.body["data"].clone(), files: call.files.clone(), ..Call::default() };
    let edit = pieces::edit(world, &inner, &clicked, Defaults::People)?;
    world.edit(clicked.id, edit);
    Ok(())
}

/// The body that `with_response` asks for.
fn describe(
    world: &World,
    call: &Call,
    interaction: &Interaction,
    message: Option<Snowflake>,
) -> HttpAnswer {
    let mut answer =
        json!({"interaction": {"id": interaction.id, "type": interaction.kind.number()}});
    let kind = call.body["type"].as_u64();
    if let Some(message) =
        message.and_then(|id| world.message(id)).filter(|_| matches!(kind, Some(4 | 5 | 7)))
    {
        answer["interaction"]["response_message_id"] = json!(message.id);
        answer["interaction"]["response_message_loading"] = json!(message.is_loading());
        answer["interaction"]["response_message_ephemeral"] = json!(message.is_ephemeral());
        // of a message to come, only the id is told
        if kind != Some(5) {
            answer["resource"] = json!({"type": kind, "message": world.message_json(message)});
        }
    }
    HttpAnswer::ok(answer)
}

/// One more message. Right after a deferred answer it becomes that answer's text.
pub(super) fn follow_up(world: &mut World, call: &Call, token: &str) -> Outcome {
    let interaction = alive(world, token)?.clone();
    if interaction.answer.is_none() {
        return Err(Refusal::UNKNOWN_WEBHOOK);
    }
    check_message(&call.body, call.files.len(), Sender::FollowUp)?;
    let loading = interaction
        .original
        .and_then(|id| world.message(id))
        .filter(|message| message.is_loading() && !message.deleted);
    if let Some(loading) = loading.filter(|_| interaction.followups.is_empty()).cloned() {
        let edit = pieces::edit(world, call, &loading, Defaults::People)?;
        world.edit(loading.id, Edit { flags: edit.flags.map(|flags| flags & !LOADING), ..edit });
        return webhook_messages::answer(world, loading.id);
    }
    let flags = call.body["flags"].as_u64().unwrap_or_default();
    let id = post(world, call, &call.body, &interaction, flags);
    if let Some(interaction) = world.interactions.get_mut(token) {
        interaction.followups.push(id);
    }
    webhook_messages::answer(world, id)
}

/// One of an interaction's messages, by its id or as `@original`.
pub(super) fn find_message<'a>(
    world: &'a World,
    token: &str,
    message: &str,
) -> Result<&'a Message, Refusal> {
    let interaction = alive(world, token)?;
    let id = if message == "@original" { interaction.original } else { message.parse().ok() };
    let ours =
        |id: &Snowflake| interaction.original == Some(*id) || interaction.followups.contains(id);
    let message = id.filter(ours).and_then(|id| world.message(id));
    message.filter(|message| !message.deleted).ok_or(Refusal::UNKNOWN_MESSAGE)
}

/// The interaction of a token that still works.
fn alive<'a>(world: &'a World, token: &str) -> Result<&'a Interaction, Refusal> {
    let interaction = world.interaction(token).ok_or(Refusal::UNKNOWN_WEBHOOK)?;
    if interaction.created.elapsed() > world.options.token_lifetime {
        return Err(Refusal::INVALID_WEBHOOK_TOKEN);
    }
    Ok(interaction)
}
