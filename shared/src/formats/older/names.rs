//! Names of people, of columns and of personalities.

use serde_json::{Map, Value};

use super::{Change, lose};
use crate::personality::{Definition, PersonalityName};

/// The most aliases that a personality has.
const MAX_ALIASES: usize = 50;

/// A column's name as we write it: some deployments had `isSuperuser` for `is_superuser`.
#[must_use]
pub fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if !snake.is_empty() && !snake.ends_with('_') {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        } else {
            snake.push(c);
        }
    }
    snake
}

/// The first name that can be used, and those behind it that can. `Err` with the first one's problem.
pub(super) fn choose(
    names: &[&str],
    changes: &mut Vec<Change>,
) -> Result<(PersonalityName, Vec<PersonalityName>), crate::personality::NameProblem> {
    let first = PersonalityName::parse(names.first().copied().unwrap_or_default());
    let mut usable: Vec<PersonalityName> = Vec::new();
    for name in names.iter().filter_map(|name| PersonalityName::parse(name).ok()) {
        if usable.iter().all(|known| known.folded() != name.folded()) {
            usable.push(name);
        }
    }
    if usable.is_empty() {
        return first.map(|name| (name, Vec::new()));
    }
    let chosen = usable.remove(0);
    if let Err(problem) = first {
        let (why, instead) = (problem.to_string(), chosen.as_str().to_owned());
        changes.push(Change::Renamed { why, instead });
    }
    Ok((chosen, usable))
}

/// Names in a list, or in a text with commas between.
pub(super) fn listed(value: &Value) -> Option<Vec<String>> {
    let texts: Vec<String> = match value {
        Value::String(text) => text.split([',', '\n']).map(str::to_owned).collect(),
        Value::Array(values) => {
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    Some(texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect())
}

/// Takes the list of aliases under `name` out of `fields`, if it is one.
pub(super) fn take_listed(fields: &mut Map<String, Value>, name: &str) -> Vec<String> {
    let Some(names) = fields.get(name).and_then(listed) else { return Vec::new() };
    fields.remove(name);
    names
}

/// Gives a personality its aliases: each once, and those that can't be used stay in `lost_aliases`.
pub(super) fn give_aliases(
    definition: &mut Definition,
    written: impl IntoIterator<Item = String>,
    changes: &mut Vec<Change>,
) {
    let mut known = vec![definition.display_name.folded()];
    for alias in written {
        let why = match PersonalityName::parse(&alias) {
            Ok(name) if known.contains(&name.folded()) => continue,
            Ok(name) if definition.aliases.len() < MAX_ALIASES => {
                known.push(name.folded());
                definition.aliases.push(name);
                continue;
            }
            Ok(_) => format!("there are more than {MAX_ALIASES}"),
            Err(problem) => problem.to_string(),
        };
        changes.push(Change::Alias { alias: alias.clone(), why });
        lose(definition, [alias]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_in_either_spelling() {
        for (name, snake) in [
            ("isSuperuser", "is_superuser"),
            ("is_superuser", "is_superuser"),
            ("topP", "top_p"),
            ("id", "id"),
            ("Id", "id"),
            ("", ""),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }
}
