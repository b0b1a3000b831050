//! Whom a person can address, remembered for a moment.
//!
//! Every letter typed into an option asks for suggestions, and every message that begins with `@`
//! asks for names. A few seconds of memory spare the database most of it, and nobody notices that a
//! new personality is found three seconds late. What somebody may see is kept for them alone, so the
//! cache can't show one person another's private personalities.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::{
    ids::DiscordUserId,
    names::fold_name,
    store::{Store, StoreError, VisibleName},
};
use tokio::time::Instant;

use crate::app::in_time;

/// How long names are remembered.
const FRESH: Duration = Duration::from_secs(3);
/// People whose names are remembered at once.
const MAX_PEOPLE: usize = 2_000;

/// The names that one person can use, the ones that win first.
pub(crate) type Names = Arc<[VisibleName]>;

/// Names by person.
#[derive(Debug, Default)]
pub(crate) struct VisibleNames(Mutex<HashMap<DiscordUserId, (Instant, Names)>>);

impl VisibleNames {
    /// The names that `viewer` can use.
    pub(crate) async fn of(
        &self,
        viewer: DiscordUserId,
        store: &Store,
    ) -> Result<Names, StoreError> {
        if let Some(names) = self.remembered(viewer) {
            return Ok(names);
        }
        let names: Names = in_time(store.names_visible_to(viewer)).await?.into();
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= MAX_PEOPLE {
            people.retain(|_, (since, _)| since.elapsed() < FRESH);
            if people.len() >= MAX_PEOPLE {
                people.clear();
            }
        }
        people.insert(viewer, (Instant::now(), Arc::clone(&names)));
        Ok(names)
    }

    /// Forgets everybody's: a name came, changed or went.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The names that everybody can use.
    pub(crate) async fn of_everybody(&self, store: &Store) -> Result<Names, StoreError> {
        // nobody has this account, so it owns nothing
        self.of(DiscordUserId::from(0), store).await
    }

    fn remembered(&self, viewer: DiscordUserId) -> Option<Names> {
        let people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, names) = people.get(&viewer)?;
        (since.elapsed() < FRESH).then(|| Arc::clone(names))
    }
}

/// The personality that a person means by what they typed. A private one of somebody else's and one
/// that does not exist are the same here.
#[must_use]
pub(crate) fn find<'a>(names: &'a [VisibleName], typed: &str) -> Option<&'a VisibleName> {
    let folded = fold_name(typed.trim().trim_start_matches('@'));
    names.iter().find(|name| name.folded == folded)
}

/// Personalities that somebody who has typed `partial` may mean, each once, by the name that finds
/// it: those that begin so first.
#[must_use]
pub(crate) fn suggest<'a>(
    names: &'a [VisibleName],
    partial: &str,
    limit: usize,
) -> Vec<&'a VisibleName> {
    let partial = fold_name(partial.trim().trim_start_matches('@'));
    let mut seen = Vec::new();
    let (mut found, mut inside) = (Vec::new(), Vec::new());
    for name in names.iter().filter(|name| name.folded.contains(&partial)) {
        if seen.contains(&name.personality_id) {
            continue;
        }
        seen.push(name.personality_id);
        if name.folded.starts_with(&partial) { found.push(name) } else { inside.push(name) }
    }
    found.append(&mut inside);
    found.truncate(limit);
    found
}

#[cfg(test)]
mod tests {
    use shared::{clock::SystemClock, ids::PersonalityId};

    use super::*;

    fn names() -> Vec<VisibleName> {
        let [ada, bob] = [(); 2].map(|()| PersonalityId::new(&SystemClock));
        let name = |personality_id, folded: &str, display_name: &str| VisibleName {
            personality_id,
            folded: folded.into(),
            display_name: display_name.into(),
        };
        vec![
            name(ada, "ada lovelace", "Ada Lovelace"),
            name(bob, "bob", "Bob"),
            name(ada, "countess", "Ada Lovelace"),
            name(bob, "love", "Bob"),
        ]
    }

    #[test]
    fn names_and_aliases_are_found_in_any_spelling() {
        let names = names();
        let find = |typed| find(&names, typed).map(|name| name.personality_id);
        let ada = Some(names[0].personality_id);
        for typed in ["Ada Lovelace", "@ada  LOVELACE", " countess "] {
            assert_eq!(find(typed), ada, "{typed}");
        }
        for typed in ["ada", "", "@", "nobody"] {
            assert_eq!(find(typed), None, "{typed}");
        }
    }

    #[test]
    fn suggestions_name_everybody_once_and_what_begins_so_first() {
        let names = names();
        let shown = |partial| {
            suggest(&names, partial, 25).iter().map(|name| name.folded.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(shown(""), ["ada lovelace", "bob"]);
        assert_eq!(shown("LOVE"), ["love", "ada lovelace"]);
        assert_eq!(shown("count"), ["countess"]);
        assert_eq!(shown("x"), [""; 0]);
        assert_eq!(suggest(&names, "", 1).len(), 1);
    }
}
