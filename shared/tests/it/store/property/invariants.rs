//! What holds whatever the model says, seen in the rows alone.

use std::collections::HashMap;

use shared::{
    ids::RequestId,
    model::RequestState::{Answered, Calling, Failed, Interrupted, Queued},
    testing::Life,
};

use super::model::{MAX_ACTIVE, is_active, is_waiting};

/// Remembers what was seen before, for what may never happen twice.
#[derive(Default)]
pub(super) struct Invariants {
    before: HashMap<RequestId, Life>,
    calls: HashMap<RequestId, i64>,
    taken_back: HashMap<RequestId, i64>,
}

impl Invariants {
    /// Looks at all rows of one person after a step.
    pub(super) fn check(&mut self, rows: &[Life]) -> Result<(), String> {
        let active: Vec<_> = rows.iter().filter(|row| is_active(row.state)).collect();
        let fail = |what: &str| Err(format!("{what}: {rows:#?}"));
        if active.len() > MAX_ACTIVE {
            return fail("too many under way");
        }
        let lane = |row: &Life| (row.channel_id, row.personality_id);
        for row in rows {
            let others = || rows.iter().filter(|other| lane(other) == lane(row));
            if is_active(row.state) && others().filter(|other| is_active(other.state)).count() > 1 {
                return fail("two under way in one conversation");
            }
            let starts = row.state == Calling && self.before_was(row, Calling).is_none();
            let earlier_lives =
                others().any(|e| e.seq < row.seq && (is_waiting(e.state) || is_active(e.state)));
            if starts && earlier_lives {
                return fail("a later message overtook an earlier one");
            }
            if row.deliveries != 1 {
                return fail("not one delivery");
            }
            let costs = matches!(row.state, Answered | Interrupted);
            if (costs && row.usage_rows != 1)
                || (!costs && row.state != Failed && row.usage_rows != 0)
            {
                return fail("usage is not counted once");
            }
            let question = |row: &Life| row.again_of.unwrap_or(row.id);
            let answers = rows.iter().filter(|other| question(other) == question(row));
            if answers.map(|answer| answer.turns).sum::<i64>() > 1 {
                return fail("two answers to the same words are remembered");
            }
            if row.unsaid && row.turns > 0 {
                return fail("what was taken back is remembered");
            }
            self.compare(row).or_else(fail)?;
        }
        Ok(())
    }

    fn before_was(&self, row: &Life, state: shared::model::RequestState) -> Option<&Life> {
        self.before.get(&row.id).filter(|before| before.state == state)
    }

    fn compare(&mut self, row: &Life) -> Result<(), &'static str> {
        let before = self.before.insert(row.id, row.clone());
        let was = before.as_ref().map_or(Queued, |before| before.state);
        if was != Calling && row.state == Calling {
            *self.calls.entry(row.id).or_default() += 1;
        }
        if was == Calling && row.state == Queued {
            *self.taken_back.entry(row.id).or_default() += 1;
        }
        let calls = self.calls.get(&row.id).copied().unwrap_or_default();
        if calls > 1 + self.taken_back.get(&row.id).copied().unwrap_or_default() {
            return Err("called twice");
        }
        let lives = |state| is_waiting(state) || is_active(state);
        if !lives(was) && row.state != was {
            let late = was == Interrupted && matches!(row.state, Answered | Failed);
            return if late { Ok(()) } else { Err("an end was not the end") };
        }
        if before.is_some_and(|before| before.want_rev > row.want_rev) {
            return Err("a revision went back");
        }
        Ok(())
    }
}
