//! What can be used on a message or a person: buttons, menus to choose from, and the context menu.

use serde_json::{Value, json};

use super::{
    invocation::Invocation,
    person::{Person, visible},
    place::{ActError, Place},
    resolved::Resolved,
};
use crate::discord::{
    form::items,
    snowflake::Snowflake,
    world::{InteractionKind, World},
};

/// The component type of a button.
const BUTTON: u64 = 2;
/// The component type of a menu with the bot's own choices.
const STRING_SELECT: u64 = 3;

impl Person {
    /// Clicks what has this custom id or label on a message.
    pub fn click(&self, message: Snowflake, what: &str) -> Result<Invocation, ActError> {
        self.use_component(message, what, |_, component| {
            Ok(json!({
                "component_type": component["type"], "custom_id": component["custom_id"],
                "id": component["id"].as_u64().unwrap_or(1),
            }))
        })
    }

    /// Chooses from the menu that has this custom id on a message: values of its options, or ids.
    pub fn choose(
        &self,
        message: Snowflake,
        menu: &str,
        values: &[&str],
    ) -> Result<Invocation, ActError> {
        let values: Vec<Value> = values.iter().map(|value| json!(value)).collect();
        self.use_component(message, menu, |world, component| {
            let mut resolved = Resolved::default();
            let chosen = chosen(world, component, &values, &mut resolved)?;
            let mut data = json!({
                "component_type": component["type"], "custom_id": component["custom_id"],
                "id": component["id"].as_u64().unwrap_or(1), "values": chosen,
            });
            resolved.write_into(&mut data);
            Ok(data)
        })
    }

    fn use_component(
        &self,
        message: Snowflake,
        what: &str,
        data: impl FnOnce(&World, &Value) -> Result<Value, ActError>,
    ) -> Result<Invocation, ActError> {
        self.act(|world| {
            let shown = visible(world, self.id(), message)?;
            let called = |it: &&Value| it["custom_id"] == what || it["label"] == what;
            let component = shown.buttons().find(called).filter(|it| it["disabled"] != true);
            let component = component.ok_or_else(|| ActError::NothingToClick(what.to_owned()))?;
            let (data, channel) = (data(world, component)?, shown.channel);
            self.interact(world, channel, InteractionKind::Component, data, Some(message))
        })
    }

    /// Uses a command of a message's context menu.
    pub fn message_menu(&self, message: Snowflake, command: &str) -> Result<Invocation, ActError> {
        self.act(|world| {
            let shown = visible(world, self.id(), message)?;
            let mut resolved = Resolved::default();
            resolved.message(world, shown);
            let channel = shown.channel;
            let data = menu_command(world, channel, 3, command, message, resolved)?;
            self.interact(world, channel, InteractionKind::Command, data, None)
        })
    }

    /// Uses a command of a person's context menu.
    pub fn user_menu(
        &self,
        place: impl Into<Place>,
        user: Snowflake,
        command: &str,
    ) -> Result<Invocation, ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_for(world, self.id())?;
            let mut resolved = Resolved::default();
            let nobody = || ActError::NoSuchPerson(user);
            resolved.user(world, &json!(user)).ok_or_else(nobody)?;
            let data = menu_command(world, channel, 2, command, user, resolved)?;
            self.interact(world, channel, InteractionKind::Command, data, None)
        })
    }
}

fn menu_command(
    world: &World,
    channel: Snowflake,
    kind: u64,
    name: &str,
    target: Snowflake,
    resolved: Resolved,
) -> Result<Value, ActError> {
    let place = world.channel(channel).ok_or(ActError::NoSuchPlace(channel.into()))?;
    let mut named = world.commands().iter().filter(|it| it.kind == kind && it.name == name);
    let command = named.find(|command| command.is_offered_in(place));
    let command = command.ok_or_else(|| ActError::NoSuchCommand(name.to_owned()))?;
    let mut data =
        json!({"id": command.id, "name": command.name, "type": kind, "target_id": target});
    if let Some(guild) = command.guild {
        data["guild_id"] = json!(guild);
    }
    resolved.write_into(&mut data);
    Ok(data)
}

/// What is chosen in a menu of a message or a form, if Discord's own client would send it.
pub(super) fn chosen(
    world: &World,
    menu: &Value,
    values: &[Value],
    resolved: &mut Resolved,
) -> Result<Vec<Value>, ActError> {
    let name = menu["custom_id"].as_str().unwrap_or_default();
    let bad =
        |problem: &str| ActError::BadField { field: name.to_owned(), problem: problem.into() };
    let kind = menu["type"].as_u64().unwrap_or(BUTTON);
    let bound = |key: &str| menu[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    let least = if menu["required"] == false { 0 } else { bound("min_values") };
    if !(least..=bound("max_values")).contains(&values.len()) {
        return Err(bad("too few or too many are chosen"));
    }
    let pick = |value: &Value| {
        if matches!(kind, STRING_SELECT | 22) {
            let offered = items(&menu["options"]).iter().any(|option| option["value"] == *value);
            return offered.then(|| value.clone());
        }
        resolved.chosen(world, kind, value)
    };
    let chosen: Option<Vec<Value>> = values.iter().map(pick).collect();
    chosen.ok_or_else(|| bad("that is not among the choices"))
}
