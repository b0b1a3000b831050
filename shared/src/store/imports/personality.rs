//! A personality of the older system, in one transaction: its row, its settings, its names.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    super::{
        db::{Tx, on_tx},
        personalities::{NewPersonality, Ownership},
    },
    Done, Importer, Skipped,
    ledger::{Kind, Origin, digest},
    undo::noted,
};
use crate::{
    formats::{file, older::lose},
    ids::{DiscordUserId, PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Created, Replaced, Result, Store, StoreError},
};

/// How many numbers are tried behind a name that somebody else has.
const TRIES: std::ops::RangeInclusive<u32> = 2..=99;

/// A personality that shall be here.
#[derive(Clone, Debug, PartialEq)]
pub struct ToImport {
    /// By what it is known there.
    pub origin: String,
    /// Its id here, where it is one of our own.
    pub id: Option<PersonalityId>,
    /// Whose; nobody's is for everybody.
    pub owner: Option<DiscordUserId>,
    /// All about it.
    pub definition: Definition,
    /// Other names that it may speak under.
    pub spare_names: Vec<PersonalityName>,
    /// Since when it is there.
    pub created_at: Option<DateTime<Utc>>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What was done.
    pub done: Done,
    /// Which it is here.
    pub id: Option<PersonalityId>,
    /// Names of it that somebody else has.
    pub conflicts: Vec<NameConflict>,
}

/// Two personalities of one name: the first keeps it, the other keeps it in `lost_aliases`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameConflict {
    /// The name.
    pub name: String,
    /// Who has it.
    pub kept_by: String,
    /// Who has lost it, under the name that it has now.
    pub lost_by: String,
}

impl Importer {
    /// Takes a personality over.
    pub async fn personality(&mut self, mut incoming: ToImport) -> Result<Imported> {
        let mut tx = self.begin().await?;
        let owner = match incoming.owner {
            Some(account) => Some(self.person_in(&mut tx, account, "").await?),
            None => None,
        };
        let came = digest(&file::to_json(&incoming.definition));
        let origin = self.origin(&mut tx, Kind::Personality, &incoming.origin).await?;
        let known = match (&origin, incoming.id) {
            (Some(origin), _) => Some(PersonalityId::from(origin.row_id)),
            (None, id) => id,
        };
        let current = match known {
            Some(id) => Store::definition_in(&mut tx, id).await?,
            None => None,
        };
        let mut conflicts = Vec::new();
        let (done, id) = match (known, current, &origin) {
            (Some(id), Some(current), _) => {
                let step = Step { id, owner, came, origin: origin.as_ref(), current };
                (self.again(&mut tx, step, &mut incoming, &mut conflicts).await?, Some(id))
            }
            (Some(_), None, Some(_)) => (Done::Skipped(Skipped::DeletedHere), None),
            (_, None, _) => self.first(&mut tx, owner, came, &mut incoming, &mut conflicts).await?,
            (None, Some(_), _) => (Done::Skipped(Skipped::Differs), None),
        };
        self.end(tx).await?;
        Ok(Imported { done, id, conflicts })
    }

    /// It was never here.
    async fn first(
        &mut self,
        tx: &mut Tx,
        owner: Option<UserId>,
        came: String,
        incoming: &mut ToImport,
        conflicts: &mut Vec<NameConflict>,
    ) -> Result<(Done, Option<PersonalityId>)> {
        let store = self.store.clone();
        let id = incoming.id.unwrap_or_else(|| PersonalityId::new(store.clock()));
        let created_at = incoming.created_at.unwrap_or_else(|| store.clock.now());
        loop {
            let definition = &incoming.definition;
            let new = NewPersonality { id, owner, definition, created_at };
            match store.create_personality_in(tx, &new).await? {
                Created::Made(_) => break,
                Created::Taken(name) => {
                    if !give_up(tx, id, owner, incoming, name, conflicts).await? {
                        return Ok((Done::Skipped(Skipped::NoName), None));
                    }
                }
            }
        }
        self.written(tx, id, incoming, came, None).await?;
        Ok((Done::Created, Some(id)))
    }

    /// It was here before.
    async fn again(
        &mut self,
        tx: &mut Tx,
        step: Step<'_>,
        incoming: &mut ToImport,
        conflicts: &mut Vec<NameConflict>,
    ) -> Result<Done> {
        let Step { id, owner, came, origin, current: (definition, ownership) } = step;
        let unchanged = match origin {
            Some(origin) => origin.digest == came,
            None => definition == incoming.definition && ownership.owner == owner,
        };
        if unchanged {
            *conflicts = still_lost(tx, id, owner, &definition, &incoming.definition).await?;
            return Ok(Done::Unchanged);
        }
        let is_as_it_came = match origin {
            Some(origin) => origin.written == digest(&file::to_json(&definition)),
            // one that came with the program, and that nobody has touched
            None => ownership.updated_at == ownership.created_at && ownership.owner == owner,
        };
        if !is_as_it_came {
            let skipped = if origin.is_some() { Skipped::ChangedHere } else { Skipped::Differs };
            return Ok(Done::Skipped(skipped));
        }
        let backup = Store::back_up_personality(tx, id).await?;
        let backup = json!({
            "personality": backup,
            "origin": origin.map(|origin| json!({ "digest": origin.digest, "written": origin.written })),
        });
        let store = self.store.clone();
        loop {
            let replaced = store
                .replace_definition_in(
                    tx,
                    id,
                    ownership.owner,
                    &incoming.definition,
                    ownership.updated_at,
                )
                .await?;
            match replaced {
                Replaced::Taken(name) => {
                    if !give_up(tx, id, ownership.owner, incoming, name, conflicts).await? {
                        return Ok(Done::Skipped(Skipped::NoName));
                    }
                }
                Replaced::Done(_) => break,
                _ => return Err(StoreError::Inconsistent("personalities")),
            }
        }
        self.written(tx, id, incoming, came, Some(backup)).await?;
        Ok(Done::Updated)
    }

    /// Notes what was written, as it is read: an engine may write a number in another way.
    async fn written(
        &mut self,
        tx: &mut Tx,
        id: PersonalityId,
        incoming: &ToImport,
        came: String,
        before: Option<serde_json::Value>,
    ) -> Result<()> {
        let (definition, ownership) =
            Store::definition_in(tx, id).await?.ok_or(StoreError::Inconsistent("personalities"))?;
        let written = digest(&file::to_json(&definition));
        let noted = noted(&written, ownership.owner);
        self.note(tx, Kind::Personality, id.uuid(), before, Some(&noted)).await?;
        let origin = Origin { row_id: id.uuid(), digest: came, written };
        self.remember(tx, Kind::Personality, &incoming.origin, &origin).await
    }
}

/// A personality that is here already.
struct Step<'a> {
    id: PersonalityId,
    owner: Option<UserId>,
    came: String,
    origin: Option<&'a Origin>,
    current: (Definition, Ownership),
}

/// Leaves a name to whoever has it. `false`: there is no other name to speak under.
async fn give_up(
    tx: &mut Tx,
    id: PersonalityId,
    owner: Option<UserId>,
    incoming: &mut ToImport,
    name: PersonalityName,
    conflicts: &mut Vec<NameConflict>,
) -> Result<bool> {
    let definition = &mut incoming.definition;
    let kept_by = holder(tx, id, owner, definition.is_public, &name).await?;
    lose(definition, [name.as_str().to_owned()]);
    if definition.display_name == name {
        let mut other = None;
        if incoming.spare_names.is_empty() {
            for number in TRIES {
                let numbered = PersonalityName::parse(&format!("{} {number}", name.as_str()));
                let Ok(numbered) = numbered else { break };
                if holder(tx, id, owner, definition.is_public, &numbered).await?.is_none() {
                    other = Some(numbered);
                    break;
                }
            }
        } else {
            other = Some(incoming.spare_names.remove(0));
        }
        let Some(other) = other else { return Ok(false) };
        definition.aliases.retain(|alias| alias.folded() != other.folded());
        definition.display_name = other;
    } else {
        definition.aliases.retain(|alias| *alias != name);
    }
    let lost_by = definition.display_name.as_str().to_owned();
    // what speaks under another name now has lost the earlier ones under it too
    for conflict in conflicts.iter_mut() {
        conflict.lost_by.clone_from(&lost_by);
    }
    let name = name.as_str().to_owned();
    conflicts.push(NameConflict { name, kept_by: kept_by.unwrap_or_default(), lost_by });
    Ok(true)
}

/// Names that were lost when it came, and that somebody else still has.
async fn still_lost(
    tx: &mut Tx,
    id: PersonalityId,
    owner: Option<UserId>,
    here: &Definition,
    there: &Definition,
) -> Result<Vec<NameConflict>> {
    let mut conflicts = Vec::new();
    let has = |name: &PersonalityName| {
        let mut names = std::iter::once(&here.display_name).chain(&here.aliases);
        names.any(|known| known.folded() == name.folded())
    };
    for name in std::iter::once(&there.display_name).chain(&there.aliases) {
        if has(name) {
            continue;
        }
        if let Some(kept_by) = holder(tx, id, owner, here.is_public, name).await? {
            let lost_by = here.display_name.as_str().to_owned();
            conflicts.push(NameConflict { name: name.as_str().to_owned(), kept_by, lost_by });
        }
    }
    Ok(conflicts)
}

/// Who has a name, so that this one can't have it.
async fn holder(
    tx: &mut Tx,
    id: PersonalityId,
    owner: Option<UserId>,
    is_public: bool,
    name: &PersonalityName,
) -> Result<Option<String>> {
    const SQL: &str = "
        SELECT p.display_name FROM personality_names n JOIN personalities p ON p.id = n.personality_id
         WHERE n.folded = $1 AND n.personality_id <> $2 AND (n.owner_id = $3 OR (n.is_public AND $4))
         ORDER BY p.created_at, p.id LIMIT 1";
    let found: Option<(String,)> = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(name.folded())
        .bind(id)
        .bind(owner)
        .bind(is_public)
        .fetch_optional(c)
        .await?);
    Ok(found.map(|(name,)| name))
}
