//! What can be done with a personality's message, in its context menu.
//!
//! Each works on any part of a long answer, however old. Anybody who sees a message may ask who asked
//! for it: a personality says much in somebody's name and on somebody's key. Another answer is for
//! the one who asked, as it is their key that pays; deletion is theirs too, and for those who manage
//! messages there, and for the bot's owner.

use poise::serenity_prelude::{self as discord, Permissions};
use serenity::all::ComponentInteraction;
use shared::{
    ids::{DeliveryId, SourceId},
    store::{Regenerated, Reply, StoreError},
};

use super::{Context, privately};
use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::replies as texts,
};

/// Who asked for this answer
#[poise::command(
    context_menu_command = "Who asked",
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
pub(super) async fn who_asked(ctx: Context<'_>, message: discord::Message) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let answer = match reply(app, &caller, &message).await {
        Ok(Some(reply)) => Ok(Message::text(texts::who_asked(&reply))),
        Ok(None) => Ok(Message::text(texts::NOT_OURS)),
        Err(error) => Err(error.into()),
    };
    caller.answer(app, answer).await;
    Ok(())
}

/// Ask for another answer to the same words
#[poise::command(
    context_menu_command = "Regenerate",
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
pub(super) async fn regenerate(ctx: Context<'_>, message: discord::Message) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let answer = match reply(app, &caller, &message).await {
        Ok(Some(reply)) if reply.asked_by == caller.account.id => Ok(confirm(&caller, &reply)),
        Ok(Some(_)) => Ok(Message::text(texts::NOT_YOURS)),
        Ok(None) => Ok(Message::text(texts::NOT_OURS)),
        Err(error) => Err(error.into()),
    };
    caller.answer(app, answer).await;
    Ok(())
}

/// Delete this answer
#[poise::command(
    context_menu_command = "Delete",
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
pub(super) async fn delete(ctx: Context<'_>, message: discord::Message) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let answer = match reply(app, &caller, &message).await {
        Ok(Some(reply)) => unsay(app, &caller, &reply).await.map_err(Trouble::from),
        Ok(None) => Ok(texts::NOT_OURS),
        Err(error) => Err(error.into()),
    };
    caller.answer(app, answer.map(Message::text)).await;
    Ok(())
}

async fn reply(
    app: &App,
    caller: &Caller,
    message: &discord::Message,
) -> Result<Option<Reply>, StoreError> {
    in_time(app.store.reply_of(message.id.get().into(), caller.account.id)).await
}

fn confirm(caller: &Caller, reply: &Reply) -> Message {
    let press = Press::Again { delivery: reply.delivery, question: caller.interaction };
    let button = Button::new(ButtonStyle::Primary, press.to_string(), texts::AGAIN_LABEL);
    Message::text(texts::CONFIRM).with_row(Row(vec![button]))
}

/// The button under the question: asks again, once.
pub(crate) async fn ask_again(
    app: &App,
    click: &ComponentInteraction,
    delivery: DeliveryId,
    question: SourceId,
) {
    let caller = Caller::of_click(app, click);
    if !caller.acknowledge(app, &Answer::DeferUpdate).await {
        return;
    }
    let by = caller.account.id;
    let asking = app.store.regenerate(delivery, by, question, &app.limits, &app.system);
    let answer = in_time(asking).await;
    if let Ok(Regenerated::Taken { user, .. }) = &answer {
        app.wake(*user).await;
        app.shows.ring();
    }
    let answer = answer.map(|outcome| Message::text(texts::regenerated(&outcome)));
    caller.answer(app, answer.map_err(Trouble::from)).await;
}

async fn unsay(app: &App, caller: &Caller, reply: &Reply) -> Result<&'static str, StoreError> {
    let may = reply.asked_by == caller.account.id
        || caller.may(Permissions::MANAGE_MESSAGES)
        || app.is_owner(caller.account.id).await?;
    if !may {
        return Ok(texts::MAY_NOT_DELETE);
    }
    take_back(app, reply.delivery).await?;
    Ok(texts::DELETED)
}

/// Takes a reply back, and lets its messages be deleted.
pub(crate) async fn take_back(app: &App, delivery: DeliveryId) -> Result<(), StoreError> {
    if let Some(user) = in_time(app.store.unsay(delivery)).await? {
        tracing::info!(delivery.id = %delivery, "a reply was taken back");
        // the lane is free for what waits behind it
        app.wake(user).await;
        app.shows.ring();
    }
    Ok(())
}
