//! Filling in a form, in both shapes that forms have.

use serde_json::{Value, json};

use super::{
    interact::{self, Doing},
    invocation::Field,
    place::ActError,
};
use crate::discord::{
    form::items,
    world::{Answer, InteractionKind, World},
};

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
        18 => Some(&component["component"]).filter(|input| input["type"] == 4),
        _ => None,
    }
}

fn field(component: &Value, input: &Value) -> Option<Field> {
    let label = input["label"].as_str().or(component["label"].as_str());
    let length = |key: &str, default: usize| {
        input[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(default)
    };
    Some(Field {
        custom_id: input["custom_id"].as_str()?.to_owned(),
        label: label.unwrap_or_default().to_owned(),
        required: input["required"] != false,
        min_length: length("min_length", 0),
        max_length: length("max_length", 4_000),
        value: input["value"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Sends the form that an interaction was answered with. Returns the new interaction's token.
pub(super) fn submit(
    world: &mut World,
    token: &str,
    typed: &[(&str, &str)],
) -> Result<String, ActError> {
    let interaction = world.interaction(token).cloned().ok_or(ActError::NoForm)?;
    let opened_by = interaction.metadata(&world.user_json(interaction.user));
    let Some(Answer::Modal(modal)) = interaction.answer.filter(|_| interaction.acknowledged) else {
        return Err(ActError::NoForm);
    };
    let fields = fields_of(&modal);
    if let Some((unknown, _)) =
        typed.iter().find(|(name, _)| !fields.iter().any(|field| field.custom_id == *name))
    {
        return Err(bad(unknown, "the form has no such field"));
    }
    for field in &fields {
        check(field, value_of(field, typed))?;
    }
    let filled = |(at, component): (usize, &Value)| fill(at, component, &fields, typed);
    let components: Vec<Value> =
        items(&modal["components"]).iter().enumerate().filter_map(filled).collect();
    let data = json!({"custom_id": modal["custom_id"], "components": components});
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

/// The component as it comes back, in the shape in which it was sent.
fn fill(at: usize, component: &Value, fields: &[Field], typed: &[(&str, &str)]) -> Option<Value> {
    let custom_id = &input_of(component)?["custom_id"];
    let field = fields.iter().find(|field| *custom_id == field.custom_id.as_str())?;
    let (outer, inner) = (at * 2 + 1, at * 2 + 2);
    let input =
        json!({"type": 4, "id": inner, "custom_id": custom_id, "value": value_of(field, typed)});
    Some(if component["type"] == 18 {
        json!({"type": 18, "id": outer, "component": input})
    } else {
        json!({"type": 1, "id": outer, "components": [input]})
    })
}

fn value_of<'a>(field: &'a Field, typed: &[(&str, &'a str)]) -> &'a str {
    typed.iter().find(|(name, _)| *name == field.custom_id).map_or(&field.value, |(_, value)| value)
}

fn check(field: &Field, value: &str) -> Result<(), ActError> {
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
