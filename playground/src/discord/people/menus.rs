//! What can be used on a message or a person: buttons, menus to choose from, and the context menu.

use serde_json::{Value, json};

use super::{
    invocation::Invocation,
    person::{Person, visible},
    place::{ActError, Place},
    resolved::Resolved,
    slash::offered,
};
use crate::discord::{
    form::items,
    snowflake::Snowflake,
    world::{InteractionKind, Message, World},
};

/// The component type of a button.
const BUTTON: u64 = 2;
/// The component type of a menu with the bot's own choices.
const STRING_SELECT: u64 = 3;
/// The component type of boxes to tick, in a form.
const CHECKBOX_GROUP: u64 = 22;

/// How somebody finds a message.
type Look = fn(&World, Snowflake, Snowflake) -> Result<&Message, ActError>;

impl Person {
    /// Clicks what has this custom id or label on a message.
    pub fn click(&self, message: Snowflake, what: &str) -> Result<Invocation, ActError> {
        self.use_component(visible, message, what, is_button, |_, it, _| Ok(pressed(it)))
    }

    /// Clicks on a message that this person doesn't see, as no client of Discord's does: whom a button
    /// is for, a bot should know by itself.
    pub fn click_unseen(&self, message: Snowflake, what: &str) -> Result<Invocation, ActError> {
        let any: Look =
            |world, _, message| world.message(message).ok_or(ActError::NoSuchMessage(message));
        self.use_component(any, message, what, is_button, |_, it, _| Ok(pressed(it)))
    }

    /// Chooses from the menu that has this custom id on a message: values of its options, or ids.
    pub fn choose(
        &self,
        message: Snowflake,
        menu: &str,
        values: &[&str],
    ) -> Result<Invocation, ActError> {
        let values: Vec<Value> = values.iter().map(|value| json!(value)).collect();
        let is_menu = |it: &Value| !is_button(it);
        self.use_component(visible, message, menu, is_menu, |world, component, channel| {
            let mut resolved = Resolved::for_use(world, self.id(), channel);
            let chosen = chosen(world, component, &values, false, &mut resolved)?;
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
        look: Look,
        message: Snowflake,
        what: &str,
        is_fit: impl Fn(&Value) -> bool,
        data: impl FnOnce(&World, &Value, Snowflake) -> Result<Value, ActError>,
    ) -> Result<Invocation, ActError> {
        self.act(|world| {
            let shown = look(world, self.id(), message)?;
            // what leads elsewhere, and does not ask the bot, has no custom id
            let usable = || shown.buttons().filter(|it| it["custom_id"].is_string() && is_fit(it));
            let by_id = usable().find(|it| it["custom_id"] == what);
            let component = by_id.or_else(|| usable().find(|it| it["label"] == what));
            let component = component.filter(|it| it["disabled"] != true);
            let component = component.ok_or_else(|| ActError::NothingToClick(what.to_owned()))?;
            let channel = shown.channel;
            let data = data(world, component, channel)?;
            self.interact(world, channel, InteractionKind::Component, data, Some(message))
        })
    }

    /// Uses a command of a message's context menu.
    pub fn message_menu(&self, message: Snowflake, command: &str) -> Result<Invocation, ActError> {
        self.act(|world| {
            let shown = visible(world, self.id(), message)?;
            let channel = shown.channel;
            let mut resolved = Resolved::for_use(world, self.id(), channel);
            resolved.message(world, shown);
            let data = menu_command(world, (self.id(), channel), (3, command), message, resolved)?;
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
            let mut resolved = Resolved::for_use(world, self.id(), channel);
            let nobody = || ActError::NoSuchPerson(user);
            resolved.user(world, &json!(user)).ok_or_else(nobody)?;
            let data = menu_command(world, (self.id(), channel), (2, command), user, resolved)?;
            self.interact(world, channel, InteractionKind::Command, data, None)
        })
    }
}

fn menu_command(
    world: &World,
    (person, channel): (Snowflake, Snowflake),
    (kind, name): (u64, &str),
    target: Snowflake,
    resolved: Resolved,
) -> Result<Value, ActError> {
    let command = offered(world, person, channel, kind, name)?;
    let mut data =
        json!({"id": command.id, "name": command.name, "type": kind, "target_id": target});
    if let Some(guild) = command.guild {
        data["guild_id"] = json!(guild);
    }
    resolved.write_into(&mut data);
    Ok(data)
}

/// What the bot is told of a button.
fn pressed(component: &Value) -> Value {
    json!({
        "component_type": component["type"], "custom_id": component["custom_id"],
        "id": component["id"].as_u64().unwrap_or(1),
    })
}

fn is_button(component: &Value) -> bool {
    component["type"].as_u64() == Some(BUTTON)
}

/// What is chosen in a menu of a message or a form, if Discord's own client would send it.
pub(super) fn chosen(
    world: &World,
    menu: &Value,
    values: &[Value],
    may_be_empty: bool,
    resolved: &mut Resolved,
) -> Result<Vec<Value>, ActError> {
    let name = menu["custom_id"].as_str().unwrap_or_default();
    let bad =
        |problem: &str| ActError::BadField { field: name.to_owned(), problem: problem.into() };
    let bound = |key: &str| menu[key].as_u64().and_then(|number| usize::try_from(number).ok());
    let kind = menu["type"].as_u64();
    // a group of boxes shows all there is to tick, and takes all of it
    let usual = if kind == Some(CHECKBOX_GROUP) { items(&menu["options"]).len() } else { 1 };
    let range = bound("min_values").unwrap_or(1)..=bound("max_values").unwrap_or(usual);
    let left_out = may_be_empty && values.is_empty();
    if !left_out && !range.contains(&values.len()) {
        return Err(bad("too few or too many are chosen"));
    }
    let pick = |value: &Value| {
        if matches!(kind, Some(STRING_SELECT | CHECKBOX_GROUP)) {
            let offered = items(&menu["options"]).iter().any(|option| option["value"] == *value);
            return offered.then(|| value.clone());
        }
        resolved.chosen(world, menu, value)
    };
    let chosen: Option<Vec<Value>> = values.iter().map(pick).collect();
    let chosen = chosen.ok_or_else(|| bad("that is not among the choices"))?;
    if chosen.iter().enumerate().any(|(at, value)| chosen[..at].contains(value)) {
        return Err(bad("something is chosen twice"));
    }
    Ok(chosen)
}
