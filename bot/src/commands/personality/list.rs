//! `/personality list`, in pages.

use serenity::all::ComponentInteraction;
use shared::store::ListOf;

use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    commands::{Context, privately},
    rest::{Answer, Button, ButtonStyle, Message, Row},
    texts::personality::{
        PAGE_BACK, PAGE_ON,
        view::{PAGE, list as words},
    },
};

/// Which list.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
pub(super) enum Which {
    /// The public ones.
    #[name = "public"]
    Public,
    /// The caller's own.
    #[name = "mine"]
    Mine,
}

/// List the personalities that you can talk to, or your own
#[poise::command(slash_command)]
pub(super) async fn list(
    ctx: Context<'_>,
    #[description = "Everybody's, if you leave it out"] of: Option<Which>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let of = match of {
        Some(Which::Mine) => ListOf::Mine,
        Some(Which::Public) | None => ListOf::Public,
    };
    caller.answer(app, page(app, &caller, of, 0).await).await;
    Ok(())
}

/// Another page is wanted. What it shows is what exists for the one who pressed.
pub(crate) async fn turned(app: &App, click: &ComponentInteraction, of: ListOf, to: u16) {
    let caller = Caller::of_click(app, click);
    if caller.acknowledge(app, &Answer::DeferUpdate).await {
        caller.answer(app, page(app, &caller, of, to.into()).await).await;
    }
}

async fn page(app: &App, caller: &Caller, of: ListOf, page: i64) -> Result<Message, Trouble> {
    let viewer = caller.account.id;
    let (lines, all) = in_time(app.store.list_visible(viewer, of, page * PAGE, PAGE)).await?;
    let button = |label, to: i64, there: bool| {
        let to = u16::try_from(to).unwrap_or_default();
        let press = Press::TurnPersonalities { of, to };
        let button = Button::new(ButtonStyle::Secondary, press.to_string(), label);
        Button { disabled: !there, ..button }
    };
    let message = Message::text(words(of, page, &lines, all));
    if all <= PAGE {
        return Ok(message);
    }
    let back = button(PAGE_BACK, page - 1, page > 0);
    let on = button(PAGE_ON, page + 1, (page + 1) * PAGE < all);
    // two buttons of one message can't carry the same
    let back = if page == 0 {
        Button { custom_id: format!("{}:none", back.custom_id), ..back }
    } else {
        back
    };
    Ok(message.with_row(Row(vec![back, on])))
}
