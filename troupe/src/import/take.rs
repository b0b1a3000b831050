//! One personality of an older system: taken, and told.

use shared::{
    formats::{
        Note,
        older::{Change, Older},
    },
    store::{Done, Imported, Importer, OlderActivation, Skipped, StoreError, ToImport},
};

use shared::formats::export::ExportedChannel;

use super::report::{Kind, Outcome, Report};

/// What belongs to a personality that is about to be taken.
pub(super) struct Taking {
    pub(super) incoming: ToImport,
    pub(super) changes: Vec<Change>,
    /// What else its owner should be told of the file.
    pub(super) notes: Vec<Note>,
    pub(super) kept_aside: usize,
    pub(super) aliases: usize,
    /// Where it speaks unasked.
    pub(super) channels: Vec<ExportedChannel>,
}

impl Taking {
    pub(super) fn of(older: Older, incoming: impl FnOnce(&Older) -> ToImport) -> Self {
        let incoming = incoming(&older);
        let Older { changes, kept_aside, aliases, .. } = older;
        let (notes, channels) = (Vec::new(), Vec::new());
        Self { incoming, changes, notes, kept_aside, aliases, channels }
    }
}

/// Takes it, in a transaction of its own. One that the database refuses is told, and the others go on.
pub(super) async fn take(
    importer: &mut Importer,
    taking: Taking,
    report: &mut Report,
) -> anyhow::Result<Imported> {
    let name = taking.incoming.definition.display_name.as_str().to_owned();
    let usable = taking.incoming.definition.aliases.len();
    let made = match importer.personality(taking.incoming).await {
        Err(StoreError::Conflict | StoreError::Inconsistent(_)) => {
            let done = Done::Skipped(Skipped::Other("the database refuses it".to_owned()));
            Imported { done, id: None, conflicts: Vec::new() }
        }
        made => made?,
    };
    report.done(Kind::Personalities, &made.done, &name);
    let unusable = taking.changes.iter().filter(|change| matches!(change, Change::Alias { .. }));
    let unusable = unusable.count();
    let is_new = matches!(made.done, Done::Created | Done::Updated);
    for change in &taking.changes {
        match change {
            Change::LeftOut { .. } => report.skip(Kind::Pictures, &name, change),
            Change::Alias { .. } => report.skip(Kind::Aliases, &name, change),
            _ if is_new => report.changed(&name, change),
            _ => {}
        }
    }
    if is_new {
        taking.notes.iter().for_each(|note| report.changed(&name, note));
    }
    let lost = made.conflicts.iter().filter(|conflict| conflict.name != name);
    let lost = lost.count().min(usable);
    let outcome = Outcome::from(&made.done);
    report.count(Kind::Aliases, outcome, usable - lost);
    report.count(Kind::Aliases, Outcome::Skipped, lost);
    // those that were said twice are there once
    report.count(
        Kind::Aliases,
        Outcome::Unchanged,
        taking.aliases.saturating_sub(usable + unusable),
    );
    for conflict in &made.conflicts {
        report.conflict(conflict);
    }
    for ExportedChannel { guild, channel, position } in taking.channels {
        let Some(personality) = made.id else {
            report.skip(Kind::Channels, &channel.to_string(), "its personality is not here");
            continue;
        };
        let position = Some(position);
        let activation = OlderActivation { guild, channel, personality, position };
        let done = importer.activation(&activation).await?;
        report.done(Kind::Channels, &done, &channel.to_string());
    }
    if is_new {
        report.kept_aside(taking.kept_aside);
    }
    Ok(made)
}
