//! Reactions, as people know them from other bots that speak in somebody's name.
//!
//! ❌ by the one who asked, by a moderator or the bot's owner deletes the reply. ❓ tells in private who asked,
//! and is taken away again where the bot may do that, as it is a question to us and not to the
//! channel. Everything else, and everything under messages that are not ours, is left alone; so are
//! reactions beyond a few a minute.

use shared::store::{Reply, StoreError};

use crate::{
    app::{App, in_time},
    commands::replies::take_back,
    context::rights_in,
    direct::nonce,
    gateway::Reaction,
    permissions::{Member, Permissions},
    rest::RestError,
    texts::replies as texts,
};

/// Wants the reply gone.
const DELETE: [&str; 2] = ["❌", "✖️"];
/// Wants to know who asked.
const WHO_ASKED: [&str; 2] = ["❓", "❔"];

/// Heeds a reaction.
pub(crate) async fn reacted(app: &App, reaction: &Reaction) {
    let emoji = reaction.emoji.as_str();
    let (deletes, asks) = (DELETE.contains(&emoji), WHO_ASKED.contains(&emoji));
    if !(deletes || asks) || reaction.by == app.me() {
        return;
    }
    if app.reactions.check_key(&reaction.by).is_err() {
        return;
    }
    let heeded = match in_time(app.store.reply_of(reaction.message, reaction.by)).await {
        Ok(Some(reply)) if deletes => delete(app, reaction, &reply).await,
        Ok(Some(reply)) => {
            tell(app, reaction, &reply).await;
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = heeded {
        tracing::warn!(message.id = %reaction.message, error = %error, "a reaction was not heeded");
    }
}

async fn delete(app: &App, reaction: &Reaction, reply: &Reply) -> Result<(), StoreError> {
    if reply.asked_by == reaction.by
        || app.is_owner(reaction.by).await?
        || moderates(app, reaction).await
    {
        take_back(app, reply.delivery).await?;
    }
    Ok(())
}

/// Whether somebody may delete what others said there. What can't be asked is not allowed.
async fn moderates(app: &App, reaction: &Reaction) -> bool {
    let Some(guild) = reaction.guild else { return false };
    let member = Member { id: reaction.by, roles: &reaction.roles };
    let rights = rights_in(&app.rest, guild, reaction.channel, member).await;
    rights.is_ok_and(|rights| rights.contains(Permissions::MANAGE_MESSAGES))
}

async fn tell(app: &App, reaction: &Reaction, reply: &Reply) {
    let Reaction { by, message, channel, guild, emoji, .. } = reaction;
    let home = guild.map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
    let link = format!("https://discord.com/channels/{home}/{channel}/{message}");
    let nonce = nonce(uuid::Uuid::from_u64_pair(message.get(), by.get()));
    let told = app.direct.tell(&app.rest, *by, &texts::who_asked_there(reply, &link), &nonce).await;
    if let Err(error) = told {
        tracing::debug!(error = %error, "nobody could be told who asked");
    }
    if guild.is_some() {
        match app.rest.remove_reaction(*channel, *message, emoji, *by).await {
            // without *Manage Messages* it stays
            Ok(()) | Err(RestError::Forbidden(_) | RestError::Gone(_)) => {}
            Err(error) => tracing::debug!(error = %error, "a reaction stays"),
        }
    }
}
