//! `/personality transfer`: the giver confirms.

use poise::serenity_prelude::User;
use serenity::all::ComponentInteraction;
use shared::{
    ids::{DiscordUserId, PersonalityId},
    store::Transferred,
};

use super::access::editable;
use crate::{
    app::{Account, App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::personality as texts,
};

/// Give a personality to somebody else; asks you to confirm
#[poise::command(slash_command)]
pub(super) async fn transfer(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "Whose it is to be"] to: User,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, question(app, &caller, &personality, &to).await).await;
    Ok(())
}

async fn question(app: &App, caller: &Caller, typed: &str, to: &User) -> Result<Message, Trouble> {
    let (seen, _) = editable(app, caller, typed).await?;
    if to.bot {
        return Ok(Message::text(texts::NOT_TO_A_BOT));
    }
    let receiver = Account { id: to.id.get().into(), username: to.name.clone() };
    if seen.ownership.account == Some(receiver.id) {
        return Ok(Message::text(texts::ALREADY_THEIRS));
    }
    if !app.rank(&receiver).await?.creates(app.creators) {
        return Ok(Message::text(texts::THEY_MAY_NOT));
    }
    // known from now on, so that the button needs no more than the account
    app.person(&receiver).await?;
    let name = seen.definition.display_name.as_str();
    let press = Press::TransferPersonality { id: seen.id, to: receiver.id };
    let yes = Button::new(ButtonStyle::Danger, press.to_string(), texts::TRANSFER_LABEL);
    Ok(Message::text(texts::confirm_transfer(name, receiver.id.get())).with_row(Row(vec![yes])))
}

/// Somebody confirmed: whether they may is decided in the store.
pub(crate) async fn confirmed(
    app: &App,
    click: &ComponentInteraction,
    id: PersonalityId,
    to: DiscordUserId,
) {
    let caller = Caller::of_click(app, click);
    if caller.acknowledge(app, &Answer::DeferUpdate).await {
        caller.answer(app, given(app, &caller, id, to).await).await;
    }
}

async fn given(
    app: &App,
    caller: &Caller,
    id: PersonalityId,
    to: DiscordUserId,
) -> Result<Message, Trouble> {
    let Some(receiver) = in_time(app.store.find_user(to)).await? else {
        return Ok(Message::text(texts::THEY_MAY_NOT));
    };
    let account = Account { id: to, username: String::new() };
    if !app.rank(&account).await?.creates(app.creators) {
        return Ok(Message::text(texts::THEY_MAY_NOT));
    }
    let editor = app.editor(&caller.account).await?;
    let outcome = in_time(app.store.transfer_personality(id, editor, receiver.id)).await?;
    if outcome == Transferred::Done {
        app.names.forget();
        tracing::info!(personality.id = %id, user.id = %receiver.id, "a personality changed hands");
    }
    Ok(Message::text(texts::transferred(&outcome)))
}
