//! The commands, one file each.
//!
//! A command reads its options, acknowledges within three seconds, asks the store, and shows what a
//! function of [`crate::texts`] makes of it. Everything but `/chat` is seen by the caller
//! alone. poise finds the command and reads the options; the answers go through our own
//! [`rest`](crate::rest), so that nothing can ping and every answer is an edit that may be repeated.

mod channel;
mod chat;
pub(crate) mod history;
mod model;
pub(crate) mod personality;
mod providers;
pub(crate) mod replies;
mod server;
mod timezone;
mod usage;
pub(crate) mod wallet;
mod whom;

use std::sync::{Arc, atomic::Ordering};

use poise::FrameworkError;

pub(crate) use self::chat::ChatMail;
pub(crate) use self::chat::accept as accept_chat;
use crate::{
    app::App,
    bot::Bot,
    caller::{Caller, Trouble},
    rest::{Answer, Message},
    texts,
};

/// What poise hands to a command.
pub(crate) type Context<'a> = poise::ApplicationContext<'a, Arc<Bot>, Trouble>;

/// Every command, as poise knows them.
#[must_use]
pub(crate) fn all() -> Vec<poise::Command<Arc<Bot>, Trouble>> {
    vec![
        channel::channel(),
        chat::chat(),
        history::history(),
        model::model(),
        personality::personality(),
        server::server(),
        timezone::timezone(),
        usage::usage(),
        wallet::wallet(),
        replies::who_asked(),
        replies::regenerate(),
        replies::delete(),
    ]
}

/// The caller, told to wait for an answer that nobody else will see. `None`: nobody waits.
async fn privately(ctx: Context<'_>) -> Option<Caller> {
    let app = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    caller.defer_privately(app).await.then_some(caller)
}

/// poise must not answer for us after this.
fn acknowledged(ctx: Context<'_>) {
    ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
}

/// What is said when poise could not run a command, or when it failed. Never poise's own words.
pub(crate) async fn on_error(error: FrameworkError<'_, Arc<Bot>, Trouble>) {
    let (ctx, text) = match error {
        FrameworkError::Command { ctx, error, .. } => {
            tracing::warn!(command = %ctx.command().qualified_name, error = %error, "a command failed");
            (ctx, error.text())
        }
        FrameworkError::CommandPanic { ctx, .. } => {
            tracing::error!(command = %ctx.command().qualified_name, "a command panicked");
            (ctx, texts::INTERNAL)
        }
        FrameworkError::SubcommandRequired { ctx } => (ctx, texts::PICK_A_SUBCOMMAND),
        FrameworkError::ArgumentParse { ctx, .. } => (ctx, texts::OUTDATED_COMMAND),
        FrameworkError::CommandStructureMismatch { ctx, .. } => {
            (ctx.into(), texts::OUTDATED_COMMAND)
        }
        FrameworkError::UnknownInteraction { framework, interaction, .. } => {
            let app = &framework.user_data.app;
            return Caller::of_command(app, interaction)
                .say_privately(app, texts::OUTDATED_COMMAND)
                .await;
        }
        _ => return tracing::warn!("poise reported a failure outside a command"),
    };
    let poise::Context::Application(ctx) = ctx else { return };
    let app: &App = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    if ctx.interaction_type == poise::CommandInteractionType::Autocomplete {
        caller.acknowledge(app, &Answer::Choices(Vec::new())).await;
    } else if ctx.has_sent_initial_response.load(Ordering::SeqCst) {
        caller.answer(app, Ok(Message::text(text))).await;
    } else {
        caller.say_privately(app, text).await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn registered() -> Vec<Value> {
        let mut commands = all();
        poise::framework::set_qualified_names(&mut commands);
        let made = poise::builtins::create_application_commands(&commands);
        made.iter().map(|command| serde_json::to_value(command).unwrap()).collect()
    }

    fn describe(path: &str, value: &Value, lines: &mut Vec<String>) {
        let text = |key: &str| value[key].as_str().unwrap_or_default();
        let name = format!("{path}{}", text("name"));
        let required = if value["required"] == true { " (required)" } else { "" };
        let rights = value["default_member_permissions"].as_str();
        let rights = rights.map(|bits| format!(" (permission {bits})")).unwrap_or_default();
        lines.push(format!("{name}{required}: {}{rights}", text("description")));
        for choice in value["choices"].as_array().into_iter().flatten() {
            lines.push(format!("{name} = {}", choice["value"]));
        }
        for option in value["options"].as_array().into_iter().flatten() {
            describe(&format!("{name} "), option, lines);
        }
    }

    #[test]
    fn commands_stay_as_people_know_them() {
        let mut lines = Vec::new();
        for command in registered() {
            // in servers and in private; what is about servers, there alone
            let in_servers = command["contexts"] == serde_json::json!([0]);
            let everywhere = command["contexts"] == serde_json::json!([0, 1]);
            let is_about_servers = command["default_member_permissions"].is_string();
            assert!(if is_about_servers { in_servers } else { everywhere }, "{command}");
            assert_eq!(command["integration_types"], serde_json::json!([0]), "{command}");
            // 3: in the menu of a message
            let mark = if command["type"] == 3 { "⋮ " } else { "/" };
            describe(mark, &command, &mut lines);
        }
        insta::assert_snapshot!(lines.join("\n"));
    }
}
