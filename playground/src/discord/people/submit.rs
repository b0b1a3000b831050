//! Filling in a form, in both shapes that forms have.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{
    interact::{self, Doing},
    invocation::Field,
    menus::chosen,
    place::ActError,
    resolved::Resolved,
};
use crate::discord::{
    form::items,
    world::{Answer, InteractionKind, World},
};

/// What somebody put into a form, by custom id: a text, a list of values, or whether a box is ticked.
pub(super) type Filled = Map<String, Value>;

/// The text inputs of a form.
pub(super) fn fields_of(modal: &Value) -> Vec<Field> {
    items(&modal["components"])
        .iter()
        .filter_map(|component| field(component, input_of(component)?))
        .collect()
}

/// The input of a labelled or old-fashioned row.
fn input_of(component: &Value) -> Option<&Value> {
    match component["type"].as_u64()? {
        1 => items(&component["components"]).first(),
        18 => Some(&component["component"]),
        _ => None,
    }
}

fn field(component: &Value, input: &Value) -> Option<Field> {
    let label = input["label"].as_str().or(component["label"].as_str());
    let length = |key: &str, default: usize| {
        input[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(default)
    };
    Some(Field {
        custom_id: input["custom_id"].as_str().filter(|_| input["type"] == 4)?.to_owned(),
        label: label.unwrap_or_default().to_owned(),
        required: input["required"] != false,
        min_length: length("min_length", 0),
        max_length: length("max_length", 4_000),
        value: input["value"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Sends the form that an interaction was answered with. Returns the new interaction's token.
pub(super) fn submit(world: &mut World, token: &str, filled: &Filled) -> Result<String, ActError> {
    let interaction = world.interaction(token).cloned().ok_or(ActError::NoForm)?;
    let opened_by = interaction.metadata(&world.user_json(interaction.user));
    let Some(Answer::Modal(modal)) = interaction.answer.filter(|_| interaction.acknowledged) else {
        return Err(ActError::NoForm);
    };
    let rows = items(&modal["components"]);
    let is_input =
        |name: &&String| rows.iter().filter_map(input_of).any(|it| it["custom_id"] == **name);
    if let Some(unknown) = filled.keys().find(|name| !is_input(name)) {
        return Err(bad(unknown, "the form has no such field"));
    }
    let mut resolved = Resolved::for_use(world, interaction.user, interaction.channel);
    let mut ids = Ids::of(rows);
    let mut components = Vec::new();
    for row in rows {
        components.push(answer_row(world, &mut ids, row, filled, &mut resolved)?);
    }
    let mut data = json!({"custom_id": modal["custom_id"], "components": components});
    resolved.write_into(&mut data);
    let doing = Doing {
        user: interaction.user,
        channel: interaction.channel,
        kind: InteractionKind::ModalSubmit,
        data,
        message: interaction.message,
        opened_by: Some(opened_by),
    };
    interact::begin(world, doing)
}

/// The ids of a form's components: those that it came with, and the first free ones for the others.
struct Ids {
    taken: HashSet<u64>,
    next: u64,
}

impl Ids {
    fn of(rows: &[Value]) -> Self {
        let all = rows.iter().chain(rows.iter().filter_map(input_of));
        Self { taken: all.filter_map(own_id).collect(), next: 1 }
    }

    fn next(&mut self, component: &Value) -> u64 {
        own_id(component).unwrap_or_else(|| {
            while !self.taken.insert(self.next) {
                self.next += 1;
            }
            self.next
        })
    }
}

/// The id that a component came with. 0 means none.
fn own_id(component: &Value) -> Option<u64> {
    component["id"].as_u64().filter(|id| *id != 0)
}

/// The row as it comes back, in the shape in which it was sent.
fn answer_row(
    world: &World,
    ids: &mut Ids,
    row: &Value,
    filled: &Filled,
    resolved: &mut Resolved,
) -> Result<Value, ActError> {
    let outer = ids.next(row);
    let Some(input) = input_of(row) else { return Ok(json!({"type": row["type"], "id": outer})) };
    let inner = ids.next(input);
    let mut answer = answer_input(world, row, input, filled, resolved)?;
    answer["type"] = input["type"].clone();
    answer["id"] = json!(inner);
    answer["custom_id"] = input["custom_id"].clone();
    Ok(if row["type"] == 18 {
        json!({"type": 18, "id": outer, "component": answer})
    } else {
        json!({"type": 1, "id": outer, "components": [answer]})
    })
}

/// What was put into one input, if Discord's own client would send it.
fn answer_input(
    world: &World,
    row: &Value,
    input: &Value,
    filled: &Filled,
    resolved: &mut Resolved,
) -> Result<Value, ActError> {
    let name = input["custom_id"].as_str().unwrap_or_default();
    let given = filled.get(name);
    match input["type"].as_u64() {
        Some(4) => {
            let field = field(row, input).ok_or(ActError::NoForm)?;
            let text = given.map_or(Some(field.value.as_str()), Value::as_str);
            let text = text.ok_or_else(|| bad(name, "a text is wanted"))?;
            check_text(&field, text)?;
            Ok(json!({"value": text}))
        }
        Some(21) => {
            let value = given.filter(|value| !value.is_null()).cloned();
            let offered = |it: &Value| items(&input["options"]).iter().any(|o| o["value"] == *it);
            match value {
                None if input["required"] != false => Err(bad(name, "it is required")),
                Some(value) if !offered(&value) => Err(bad(name, "that is not among the choices")),
                value => Ok(json!({"value": value})),
            }
        }
        Some(23) => {
            let ticked = given.map_or(Some(false), Value::as_bool);
            let ticked = ticked.ok_or_else(|| bad(name, "it is ticked or not"))?;
            Ok(json!({"value": ticked}))
        }
        Some(_) => {
            let may_be_empty = input["required"] == false;
            let values = match given.filter(|value| !value.is_null()) {
                Some(Value::Array(values)) => values.as_slice(),
                Some(_) => return Err(bad(name, "a list of values is wanted")),
                None => &[],
            };
            let values = chosen(world, input, values, may_be_empty, resolved)?;
            Ok(json!({"values": values}))
        }
        None => Err(ActError::NoForm),
    }
}

fn check_text(field: &Field, value: &str) -> Result<(), ActError> {
    let length = value.chars().count();
    if length == 0 {
        return if field.required { Err(bad(&field.custom_id, "it is required")) } else { Ok(()) };
    }
    if (field.min_length..=field.max_length).contains(&length) {
        return Ok(());
    }
    Err(bad(&field.custom_id, "the text is too short or too long"))
}

fn bad(field: &str, problem: &str) -> ActError {
    ActError::BadField { field: field.to_owned(), problem: problem.to_owned() }
}
