//! `/history`: what a personality remembers of the caller in a channel.
//!
//! Clearing takes the caller's own turns, nobody else's, whoever they are: a moderator has no say in
//! what was said between a person and a personality on that person's key.

use serenity::all::ComponentInteraction;
use shared::ids::ClearingId;

use super::{
    Context, privately,
    whom::{named, suggest},
};
use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::history as texts,
};

/// What a personality remembers of your conversation here
#[poise::command(
    slash_command,
    subcommands("clear"),
    subcommand_required,
    install_context = "Guild",
    interaction_context = "Guild|BotDm"
)]
#[expect(clippy::unused_async, reason = "poise calls it so")]
pub(super) async fn history(_: Context<'_>) -> Result<(), Trouble> {
    Ok(())
}

/// Let a personality forget what you two said in this channel; for a day you can undo it
#[poise::command(slash_command)]
async fn clear(
    ctx: Context<'_>,
    #[description = "Who is to forget"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, forget(app, &caller, &personality).await).await;
    Ok(())
}

async fn forget(app: &App, caller: &Caller, typed: &str) -> Result<Message, Trouble> {
    let personality = named(app, caller, typed).await?.personality_id;
    let Some(user) = in_time(app.store.find_user(caller.account.id)).await? else {
        return Ok(Message::text(texts::NOTHING));
    };
    let clearing = ClearingId::new(&*app.clock);
    let channel = caller.place.lane_channel();
    let cleared = in_time(app.store.clear_history(clearing, user.id, channel, personality)).await?;
    if cleared == 0 {
        return Ok(Message::text(texts::NOTHING));
    }
    let id = Press::UndoClearing { clearing }.to_string();
    let undo = Button::new(ButtonStyle::Secondary, id, texts::UNDO_LABEL);
    Ok(Message::text(texts::cleared(cleared)).with_row(Row(vec![undo])))
}

/// The button under it: brings everything back.
pub(crate) async fn undo(app: &App, click: &ComponentInteraction, clearing: ClearingId) {
    let caller = Caller::of_click(app, click);
    if !caller.acknowledge(app, &Answer::DeferUpdate).await {
        return;
    }
    let restored = in_time(app.store.undo_clearing(clearing, caller.account.id)).await;
    let answer = restored.map_err(Trouble::from).map(|turns| {
        Message::text(if turns == 0 {
            texts::NOTHING_TO_UNDO.to_owned()
        } else {
            texts::restored(turns)
        })
    });
    caller.answer(app, answer).await;
}
