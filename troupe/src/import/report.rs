//! What became of every row, and why.

use std::collections::BTreeMap;

use shared::store::{Done, NameConflict};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Users,
    SystemPrompts,
    Configs,
    DefaultConfigs,
    Owners,
    Files,
    Personalities,
    Aliases,
    Pictures,
    Keys,
    Channels,
    History,
    Usage,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::SystemPrompts => "system prompts",
            Self::Configs => "model settings",
            Self::DefaultConfigs => "links to settings",
            Self::Owners => "owners",
            Self::Files => "files",
            Self::Personalities => "personalities",
            Self::Aliases => "aliases",
            Self::Pictures => "pictures",
            Self::Keys => "keys",
            Self::Channels => "channels",
            Self::History => "history",
            Self::Usage => "usage",
        }
    }
}

/// One outcome, without its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Created,
    Updated,
    Unchanged,
    Skipped,
}

impl From<&Done> for Outcome {
    fn from(done: &Done) -> Self {
        match done {
            Done::Created => Self::Created,
            Done::Updated => Self::Updated,
            Done::Unchanged => Self::Unchanged,
            Done::Skipped(_) => Self::Skipped,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    read: usize,
    outcomes: [usize; 4],
}

/// All that is told at the end.
#[derive(Debug, Default)]
pub(super) struct Report {
    counts: BTreeMap<Kind, Counts>,
    /// Fields that went to the custom fields.
    kept_aside: usize,
    skipped: Vec<String>,
    changed: Vec<String>,
}

impl Report {
    /// Rows that were read, and what became of all of them.
    pub(super) fn count(&mut self, kind: Kind, outcome: Outcome, rows: usize) {
        if rows == 0 {
            return;
        }
        let counts = self.counts.entry(kind).or_default();
        counts.read += rows;
        counts.outcomes[outcome as usize] += rows;
    }

    /// A row, and what became of it; `what` names it where it was skipped.
    pub(super) fn done(&mut self, kind: Kind, done: &Done, what: &str) {
        self.count(kind, done.into(), 1);
        if let Done::Skipped(why) = done {
            self.skipped.push(format!("{} {what}: {why}", kind.name()));
        }
    }

    /// A row that was skipped, and why.
    pub(super) fn skip(&mut self, kind: Kind, what: &str, why: impl std::fmt::Display) {
        self.count(kind, Outcome::Skipped, 1);
        self.skipped.push(format!("{} {what}: {why}", kind.name()));
    }

    pub(super) fn kept_aside(&mut self, fields: usize) {
        self.kept_aside += fields;
    }

    /// Something that is not here as it was there.
    pub(super) fn changed(&mut self, personality: &str, change: impl std::fmt::Display) {
        self.changed.push(format!("{personality}: {change}"));
    }

    /// A name that two would have.
    pub(super) fn conflict(&mut self, conflict: &NameConflict) {
        let NameConflict { name, kept_by, lost_by } = conflict;
        self.skipped.push(format!(
            "the name {name} stays with {kept_by}; {lost_by} has it in lost_aliases, from where \
             `troupe import restore-aliases` restores it"
        ));
    }

    /// Whether something is not here that was there.
    pub(super) fn skipped(&self) -> bool {
        !self.skipped.is_empty()
            || self.counts.values().any(|counts| counts.outcomes[Outcome::Skipped as usize] > 0)
    }

    /// The whole report.
    pub(super) fn lines(&self) -> Vec<String> {
        let head = ["", "read", "created", "updated", "unchanged", "skipped"];
        let [kind, rest @ ..] = head;
        let mut lines = vec![line(kind, rest.map(str::to_owned))];
        for (kind, counts) in &self.counts {
            let [created, updated, unchanged, skipped] = counts.outcomes;
            let numbers = [counts.read, created, updated, unchanged, skipped];
            lines.push(line(kind.name(), numbers.map(|number| number.to_string())));
        }
        if self.kept_aside > 0 {
            lines.push(format!("fields kept in custom_fields: {}", self.kept_aside));
        }
        for (title, told) in [("skipped", &self.skipped), ("changed", &self.changed)] {
            lines.extend(told.iter().map(|told| format!("{title}: {}", printable(told))));
        }
        lines
    }
}

fn line(kind: &str, numbers: impl IntoIterator<Item = String>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|number| format!("{number:>10}")).collect();
    format!("{kind:18}{}", numbers.concat())
}

/// What somebody else wrote must not command a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_accounted_for() {
        let mut report = Report::default();
        report.done(Kind::Users, &Done::Created, "7");
        report.count(Kind::Users, Outcome::Unchanged, 2);
        assert!(!report.skipped());
        report.skip(Kind::Keys, "of \u{1b}[31m7", "it does not open");
        assert!(report.skipped());
        let lines = report.lines();
        assert_eq!(
            lines[1].split_whitespace().collect::<Vec<_>>(),
            ["users", "3", "1", "0", "2", "0"]
        );
        assert_eq!(
            lines[2].split_whitespace().collect::<Vec<_>>(),
            ["keys", "1", "0", "0", "0", "1"]
        );
        assert_eq!(lines[3], "skipped: keys of  [31m7: it does not open");
    }
}
