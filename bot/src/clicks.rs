//! A button was pressed.
//!
//! The press is acknowledged at once and without a word; what it did shows in the reply itself. Only
//! what did not work is said, to the one who pressed. Whether they may is decided in the store.

use serenity::all::ComponentInteraction;
use shared::{
    ids::DeliveryId,
    store::{Retried, Stopped},
};

use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    commands::{
        history,
        personality::{self, delete, list, transfer},
        replies,
        wallet::{connect, limit, remove},
    },
    delivery::Button,
    rest::{Answer, Message},
    texts::buttons as texts,
};

/// Deals with a click.
pub(crate) async fn clicked(app: &App, click: &ComponentInteraction) {
    match click.data.custom_id.parse::<Press>() {
        Ok(Press::Reply(pressed)) => match pressed.button {
            Button::Stop => stop(app, click, pressed.delivery).await,
            Button::Retry => retry(app, click, pressed.delivery).await,
        },
        Ok(Press::RemoveKey { key, asked }) => remove::confirmed(app, click, key, asked).await,
        Ok(Press::EnterCode(connection)) => connect::enter(app, click, connection).await,
        Ok(Press::TurnPersonalities { of, to }) => list::turned(app, click, of, to).await,
        Ok(Press::DeletePersonality { id, asked }) => {
            delete::confirmed(app, click, id, asked).await;
        }
        Ok(Press::TransferPersonality { id, to }) => transfer::confirmed(app, click, id, to).await,
        Ok(Press::OpenDraft(draft)) => personality::reopen(app, click, draft).await,
        Ok(Press::Again { delivery, question }) => {
            replies::ask_again(app, click, delivery, question).await;
        }
        Ok(Press::ChangeLimit { budget }) => limit::change(app, click, budget).await,
        Ok(Press::UndoClearing { clearing }) => history::undo(app, click, clearing).await,
        Err(_) => Caller::of_click(app, click).say_privately(app, texts::NO_LONGER_VALID).await,
    }
}

async fn stop(app: &App, click: &ComponentInteraction, delivery: DeliveryId) {
    let caller = Caller::of_click(app, click);
    if !caller.acknowledge(app, &Answer::DeferUpdate).await {
        return;
    }
    match in_time(app.store.stop(delivery, caller.account.id)).await {
        Ok(outcome) => {
            if let Stopped::Cancelled { user } = outcome {
                // the lane is free for what waits behind it
                app.wake(user).await;
                app.shows.ring();
            }
            if let Some(text) = texts::stopped(outcome) {
                caller.mention_privately(app, text).await;
            }
        }
        Err(error) => trouble(app, &caller, error.into()).await,
    }
}

async fn retry(app: &App, click: &ComponentInteraction, delivery: DeliveryId) {
    let caller = Caller::of_click(app, click);
    if !caller.acknowledge(app, &Answer::DeferUpdate).await {
        return;
    }
    let source = caller.interaction;
    match in_time(app.store.retry(delivery, caller.account.id, source, &app.limits, &app.system))
        .await
    {
        Ok(outcome) => {
            if let Retried::Taken { user, .. } = &outcome {
                app.wake(*user).await;
                app.shows.ring();
            }
            if matches!(outcome, Retried::Taken { .. } | Retried::Already) {
                // the old reply stays as it is, without the button
                caller.answer(app, Ok(Message::text(click.message.content.as_str()))).await;
            }
            if let Some(text) = texts::retried(&outcome) {
                caller.mention_privately(app, &text).await;
            }
        }
        Err(error) => trouble(app, &caller, error.into()).await,
    }
}

async fn trouble(app: &App, caller: &Caller, trouble: Trouble) {
    tracing::warn!(interaction.id = %caller.interaction, error = %trouble, "a press of a button failed");
    caller.mention_privately(app, trouble.text()).await;
}
