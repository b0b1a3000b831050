//! `/chat`: talk to a personality where it can't be mentioned, or without its hearing the rest.
//!
//! The one command that everybody sees. What is only for the caller, such as a missing key, takes
//! the public acknowledgement back and is said in private.

use std::sync::Arc;

use chrono::TimeDelta;
use poise::serenity_prelude::CreateAutocompleteResponse;
use shared::{
    ids::DeliveryId,
    store::{Accepted, Incoming, ReplyBy},
};

use super::{Context, acknowledged, choices};
use crate::{
    app::App,
    bot::Mail,
    caller::{Caller, Trouble},
    context,
    intake::Offered,
    rest::Answer,
    texts::{self, chat as words, places},
    visible_names::find,
};

/// For so long Discord takes an answer to a command, less a little.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::seconds(14 * 60 + 30);

/// A `/chat` on its way through its author's mailbox.
#[derive(Clone, Debug)]
pub(crate) struct ChatMail {
    caller: Caller,
    personality: String,
    message: String,
}

/// Talk to a personality
#[poise::command(slash_command, install_context = "Guild", interaction_context = "Guild|BotDm")]
pub(super) async fn chat(
    ctx: Context<'_>,
    #[description = "Who is to answer"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "What you want to say"]
    #[max_length = 2000]
    message: String,
) -> Result<(), Trouble> {
    let bot = ctx.data();
    let app = &bot.app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    if let Some(problem) = problem(app, &personality, &message) {
        caller.say_privately(app, problem).await;
        return Ok(());
    }
    if !caller.acknowledge(app, &Answer::Defer { ephemeral: false }).await {
        return Ok(());
    }
    let (user, source) = (caller.account.id, caller.interaction);
    let mail = ChatMail { caller: caller.clone(), personality, message };
    if bot.offer(user, source, Mail::Chat(Box::new(mail))) == Offered::Full {
        caller.turn_private(app, words::FLOOD).await;
    }
    Ok(())
}

/// What is wrong with the words themselves. A key among them is said before Discord shows them to
/// everybody in the command's header.
fn problem(app: &App, personality: &str, message: &str) -> Option<&'static str> {
    if message.trim().is_empty() {
        Some(words::EMPTY)
    } else if app.redactor.finds_key_in(message) || app.redactor.finds_key_in(personality) {
        Some(words::KEY_IN_MESSAGE)
    } else if words::utf16_len(message) > words::MAX_MESSAGE {
        Some(words::TOO_LONG)
    } else {
        None
    }
}

/// Accepts a `/chat`, in its author's mailbox.
pub(crate) async fn accept(app: &Arc<App>, mail: ChatMail) {
    let caller = &mail.caller;
    match take(app, &mail).await {
        Ok(Ok(Accepted::Taken { user, .. })) => {
            app.wake(user).await;
            app.shows.ring();
        }
        Ok(Ok(Accepted::Already)) => {}
        Ok(Ok(Accepted::Refused { why, .. })) => {
            caller.turn_private(app, &texts::refusal(&why)).await;
        }
        Ok(Err(text)) => caller.turn_private(app, text).await,
        Err(trouble) => {
            tracing::warn!(interaction.id = %caller.interaction, error = %trouble, "a command was not accepted");
            caller.turn_private(app, trouble.text()).await;
        }
    }
}

async fn take(app: &Arc<App>, mail: &ChatMail) -> Result<Result<Accepted, &'static str>, Trouble> {
    let caller = &mail.caller;
    let names = app.names.of(caller.account.id, &app.store).await?;
    let Some(personality) = find(&names, &mail.personality) else {
        return Ok(Err(words::UNKNOWN_PERSONALITY));
    };
    let decided = app.decided.about(&caller.place, &app.store).await?;
    if !decided.policy.is_open(&caller.place) {
        return Ok(Err(places::CLOSED_HERE));
    }
    if !decided.policy.allows(&caller.place, personality) {
        return Ok(Err(places::FORBIDDEN_HERE));
    }
    let delivery = DeliveryId::new(&*app.clock);
    let token = app.secrets.seal(delivery.uuid(), &caller.token.token)?;
    let expires_at = app.clock.now() + TOKEN_LIFETIME;
    let text = mail.message.trim().to_owned();
    let (context, trail) = context::of_command(app, caller, &text);
    let incoming = Incoming {
        source: caller.interaction,
        author: caller.account.id,
        username: caller.account.username.clone(),
        place: caller.place,
        personalities: vec![personality],
        text,
        context,
        reply_by: ReplyBy::Interaction { delivery, token, expires_at },
    };
    let accepted = app.accept(&incoming).await?;
    if let (Accepted::Taken { user, requests }, Some(trail)) = (&accepted, trail) {
        context::complete_later(app, *user, requests, incoming.personalities, trail);
    }
    Ok(Ok(accepted))
}

/// Suggests those whom the caller can see, and nobody else.
pub(super) async fn suggest(ctx: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    let app = &ctx.data().app;
    let viewer = ctx.interaction.user.id.get().into();
    choices(&app.names.of(viewer, &app.store).await.unwrap_or_default(), partial)
}
