//! The world as one person sees it, in the words of the page's client.

use serde_json::{Map, Value, json};

use crate::discord::{
    Snowflake, iso,
    world::{
        Attachment, Author, Channel, ChannelKind, Forward, Guild, Message, Permissions, Role, User,
        Whom, World,
    },
};

/// How much of a message is shown over its answer, in characters.
const EXCERPT: usize = 100;

/// Everything but the messages.
pub(super) fn world(world: &World, viewer: Snowflake) -> Value {
    json!({
        "viewer": world.user(viewer).map(user),
        "users": world.users().map(user).collect::<Vec<_>>(),
        "bot": world.bot(),
        "owner": world.owner,
        "online": world.sessions_online() > 0,
        "guilds": world.guilds().map(guild).collect::<Vec<_>>(),
        "channels": world.channels()
            .filter(|place| world.sees(viewer, place.id))
            .map(|place| channel(world, viewer, place)).collect::<Vec<_>>(),
        "commands": world.commands()
            .iter().map(|command| command.definition.clone()).collect::<Vec<_>>(),
    })
}

/// A server, with its roles and who has which.
fn guild(guild: &Guild) -> Value {
    let role = |role: &Role| json!({"id": role.id, "name": role.name});
    let given = |user: &Snowflake| {
        let roles: Vec<Snowflake> = guild.roles_of(*user).map(|role| role.id).collect();
        (user.to_string(), json!(roles))
    };
    json!({
        "id": guild.id, "name": guild.name, "owner": guild.owner,
        "roles": guild.roles.iter().map(role).collect::<Vec<_>>(),
        "given": guild.given.keys().map(given).collect::<Map<_, _>>(),
    })
}

fn user(user: &User) -> Value {
    json!({
        "id": user.id, "name": user.name, "display_name": user.display_name, "bot": user.bot,
    })
}

fn channel(world: &World, viewer: Snowflake, channel: &Channel) -> Value {
    let (kind, parent) = match channel.kind {
        ChannelKind::Text => ("text", None),
        ChannelKind::DirectMessage(_) => ("dm", None),
        ChannelKind::Thread { parent, .. } => ("thread", Some(parent)),
    };
    json!({
        "id": channel.id, "name": channel.name, "kind": kind, "guild": channel.guild,
        "parent": parent, "private": is_private(world, channel),
        "permissions": world.permissions(viewer, channel).to_string(),
    })
}

/// Whether a channel of a server, or the one that a thread hangs from, is hidden from some.
fn is_private(world: &World, channel: &Channel) -> bool {
    let home = world.channel(channel.webhook_home()).filter(|home| home.guild.is_some());
    home.is_some_and(|home| home.overwrite(Whom::Everyone).deny.contains(Permissions::VIEW_CHANNEL))
}

/// A message, or that it is gone.
pub(super) fn message(world: &World, viewer: Snowflake, message: &Message) -> Value {
    if message.deleted {
        return json!({"id": message.id, "channel": message.channel, "deleted": true});
    }
    let mut shown = json!({
        "id": message.id, "channel": message.channel, "deleted": false,
        "author": author(world, message), "content": message.content,
        "written": iso(message.written), "edited": message.edited.map(iso),
        "kind": message.kind, "flags": message.flags,
        "ephemeral": message.is_ephemeral(), "loading": message.is_loading(),
        "embeds": here(world, &message.embeds), "components": here(world, &message.components),
        "attachments": message.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "mentions_me": mentions(world, message, viewer),
    });
    shown["reactions"] = message
        .reactions
        .iter()
        .map(|(emoji, people)| {
            json!({"emoji": emoji, "count": people.len(), "me": people.contains(&viewer)})
        })
        .collect();
    shown["reply_to"] = message.reply_to.map_or(Value::Null, |id| excerpt(world, viewer, id));
    shown["command"] = command(world, message);
    shown["stickers"] = message.stickers.iter().map(|one| json!({"name": one["name"]})).collect();
    shown["poll"] = message.poll.as_ref().map_or(Value::Null, poll);
    shown["forward"] =
        message.forward.as_ref().map_or(Value::Null, |it| forward(world, viewer, it));
    shown
}

/// Whether a message notifies somebody: by name, by a role, or with everybody.
fn mentions(world: &World, message: &Message, viewer: Snowflake) -> bool {
    let pings = &message.pings;
    let guild = message.guild.and_then(|id| world.guild(id));
    let has = |role: &Role| pings.roles.contains(&role.id);
    pings.everyone
        || pings.users.contains(&viewer)
        || guild.is_some_and(|guild| guild.roles_of(viewer).any(has))
}

/// A poll's words.
fn poll(poll: &Value) -> Value {
    let answers = poll["answers"].as_array().into_iter().flatten();
    let answers: Vec<&Value> = answers.map(|answer| &answer["poll_media"]["text"]).collect();
    json!({"question": poll["question"]["text"], "answers": answers, "expiry": poll["expiry"]})
}

/// A message that was passed on. Where from is for those who see that channel.
fn forward(world: &World, viewer: Snowflake, forward: &Forward) -> Value {
    let snapshot = &forward.snapshot;
    let list = |name: &str| snapshot[name].as_array().cloned().unwrap_or_default();
    json!({
        "content": snapshot["content"], "written": snapshot["timestamp"],
        "embeds": here(world, &list("embeds")), "components": [],
        "attachments": here(world, &list("attachments")), "stickers": list("sticker_items"),
        "channel": Some(forward.channel).filter(|channel| world.sees(viewer, *channel)),
    })
}

fn author(world: &World, message: &Message) -> Value {
    match &message.author {
        Author::User(id) => {
            let user = world.user(*id);
            json!({
                "id": id, "name": user.map_or("somebody who left", |user| &user.display_name),
                "bot": user.is_some_and(|user| user.bot), "webhook": false, "avatar": null,
            })
        }
        Author::Webhook { webhook, name, avatar_url, .. } => json!({
            "id": webhook, "name": name, "bot": true, "webhook": true, "avatar": avatar_url,
        }),
    }
}

/// What bots sent, with the addresses of files on this server instead of the local Discord's own.
fn here(world: &World, sent: &[Value]) -> Value {
    fn change(value: &mut Value, theirs: &str) {
        match value {
            Value::String(text) => {
                if let Some(path) = text.strip_prefix(theirs).filter(|it| it.starts_with('/')) {
                    *text = path.to_owned();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| change(item, theirs)),
            Value::Object(fields) => fields.values_mut().for_each(|field| change(field, theirs)),
            _ => {}
        }
    }
    let mut shown = Value::from(sent);
    change(&mut shown, &format!("http://{}", world.address));
    shown
}

fn attachment(file: &Attachment) -> Value {
    // on this server, not on the local Discord's own
    let path = file.url.find("/attachments/").map_or("", |at| &file.url[at..]);
    json!({
        "id": file.id, "filename": file.filename, "size": file.bytes.len(),
        "content_type": file.content_type, "url": path,
    })
}

fn excerpt(world: &World, viewer: Snowflake, id: Snowflake) -> Value {
    let seen = world.message(id).filter(|message| world.shows(message, viewer));
    let Some(message) = seen else {
        return json!({"id": id, "author": null, "content": null});
    };
    let text: String = message.content.chars().take(EXCERPT).collect();
    json!({"id": id, "author": author(world, message)["name"], "content": text})
}

/// Who used which command, over its answer.
fn command(world: &World, message: &Message) -> Value {
    let Some((name, told)) = message.command.as_ref().zip(message.interaction.as_ref()) else {
        return Value::Null;
    };
    let id = told["user"]["id"].as_str().and_then(|id| id.parse().ok());
    let user = id.and_then(|id| world.user(id)).map(|user| &user.display_name);
    json!({"user": user, "name": name})
}
