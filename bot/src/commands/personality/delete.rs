//! `/personality delete`: asks first.

use serenity::all::ComponentInteraction;
use shared::{
    ids::{DiscordUserId, PersonalityId},
    store::Deleted,
};

use super::access::editable;
use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::personality as texts,
};

/// Delete a personality for good; asks you to confirm
#[poise::command(slash_command)]
pub(super) async fn delete(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, question(app, &caller, &personality).await).await;
    Ok(())
}

async fn question(app: &App, caller: &Caller, typed: &str) -> Result<Message, Trouble> {
    let (seen, _) = editable(app, caller, typed).await?;
    let others = in_time(app.store.others_talking(seen.id)).await?;
    let text = texts::confirm_delete(seen.definition.display_name.as_str(), others);
    let press = Press::DeletePersonality { id: seen.id, asked: caller.account.id };
    let yes = Button::new(ButtonStyle::Danger, press.to_string(), texts::DELETE_LABEL);
    Ok(Message::text(text).with_row(Row(vec![yes])))
}

/// Somebody confirmed.
pub(crate) async fn confirmed(
    app: &App,
    click: &ComponentInteraction,
    id: PersonalityId,
    asked: DiscordUserId,
) {
    let caller = Caller::of_click(app, click);
    if caller.account.id != asked {
        return caller.say_privately(app, texts::NOT_ASKED).await;
    }
    if caller.acknowledge(app, &Answer::DeferUpdate).await {
        caller.answer(app, gone(app, &caller, id).await).await;
    }
}

async fn gone(app: &App, caller: &Caller, id: PersonalityId) -> Result<Message, Trouble> {
    let editor = app.editor(&caller.account).await?;
    let outcome = in_time(app.store.delete_personality(id, editor)).await?;
    if outcome == Deleted::Done {
        app.names.forget();
        tracing::info!(personality.id = %id, user.id = %editor.user, "a personality was deleted");
    }
    Ok(Message::text(texts::deleted(outcome)))
}
