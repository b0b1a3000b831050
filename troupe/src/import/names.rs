//! `troupe import restore-aliases`: names that somebody else had, and that may be free by now.

use std::process::ExitCode;

use anyhow::bail;
use shared::{
    formats::older::{lost_aliases, set_lost_aliases},
    ids::PersonalityId,
    names::fold_name,
    personality::{Definition, PersonalityName},
    store::{Editor, Ownership, Replaced, Store},
};

use crate::tools::print;

pub(super) async fn restore(store: &Store, wanted: &str) -> anyhow::Result<ExitCode> {
    let (id, definition, ownership) = find(store, wanted).await?;
    let lost = lost_aliases(&definition);
    if lost.is_empty() {
        bail!("{} has lost no aliases", definition.display_name.as_str());
    }
    let mut all_back = true;
    let (mut current, mut based_on) = (definition, ownership.updated_at);
    // whoever runs this manages the bot
    let by = Editor { user: ownership.owner.unwrap_or_else(|| id.uuid().into()), manages: true };
    for alias in lost {
        let Ok(name) = PersonalityName::parse(&alias) else {
            all_back = false;
            print(&[format!("{alias}: it can't be a name here")])?;
            continue;
        };
        let with = with_alias(&current, &alias, name);
        if with.check().is_err() {
            all_back = false;
            print(&[format!("{alias}: it has as many aliases as it can have")])?;
            continue;
        }
        match store.replace_definition(id, by, &with, based_on).await? {
            Replaced::Done(at) => {
                (current, based_on) = (with, at);
                print(&[format!("{alias}: restored")])?;
            }
            Replaced::Taken(_) => {
                all_back = false;
                print(&[format!("{alias}: somebody else still has it")])?;
            }
            _ => bail!("somebody changed the personality just now: run this again"),
        }
    }
    Ok(if all_back { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn with_alias(definition: &Definition, alias: &str, name: PersonalityName) -> Definition {
    let mut with = definition.clone();
    let mut lost = lost_aliases(&with);
    lost.retain(|known| known != alias);
    set_lost_aliases(&mut with, lost);
    with.aliases.push(name);
    with
}

/// By id, else by the one personality that has this name.
async fn find(
    store: &Store,
    wanted: &str,
) -> anyhow::Result<(PersonalityId, Definition, Ownership)> {
    let mut found = Vec::new();
    for id in store.all_personalities().await? {
        let Some((definition, ownership)) = store.definition(id).await? else { continue };
        let mut names = std::iter::once(&definition.display_name).chain(&definition.aliases);
        if id.to_string() == wanted || names.any(|name| name.folded() == fold_name(wanted)) {
            found.push((id, definition, ownership));
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => bail!("no personality has this name or id"),
        _ => {
            let ids: Vec<String> = found.iter().map(|(id, ..)| id.to_string()).collect();
            bail!("several have this name; name one by its id: {}", ids.join(", "))
        }
    }
}
