//! Fields of older systems, read with good will: what can't be used stays where it is.

use serde_json::{Map, Value};

use super::Change;
use crate::personality::bounds::{self, Range};

/// The fields that are left, and what was noted about those that were taken.
pub(super) struct Lenient {
    pub(super) fields: Map<String, Value>,
    pub(super) changes: Vec<Change>,
}

impl Lenient {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        // null is "not said"
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        Self { fields, changes: Vec::new() }
    }

    /// A text with something in it, left where it is.
    pub(super) fn look(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    /// A text with something in it.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.look(name)?.to_owned();
        self.fields.remove(name);
        Some(text)
    }

    /// What `read` makes of a text; what it can't read stays, with the reason.
    pub(super) fn parsed<T, E: ToString>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match read(self.look(name)?) {
            Ok(read) => {
                self.fields.remove(name);
                Some(read)
            }
            Err(why) => {
                let (field, why) = (name.to_owned(), why.to_string());
                self.changes.push(Change::SetAside { field, why });
                None
            }
        }
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.fields.get(name)?.as_bool()?;
        self.fields.remove(name);
        Some(flag)
    }

    /// A number for the setting `setting`, moved into its range.
    pub(super) fn real(&mut self, name: &str, setting: &'static str) -> Option<f64> {
        let number = self.number(name)?;
        let within = match bounds::of(setting) {
            Some(Range::Real(from, to)) => number.clamp(from, to),
            Some(range @ (Range::Whole(..) | Range::AtLeast(_))) => {
                as_real(clamped(range, number.round()))
            }
            None => number,
        };
        self.taken(name, number, within);
        Some(within)
    }

    /// A whole number for the setting `setting`, moved into its range.
    pub(super) fn whole(&mut self, name: &str, setting: &'static str) -> Option<i64> {
        let number = self.number(name)?;
        let range = bounds::of(setting).unwrap_or(Range::AtLeast(i64::MIN));
        let within = clamped(range, number.round());
        self.taken(name, number, as_real(within));
        Some(within)
    }

    /// A number, also one that is written as a text.
    fn number(&self, name: &str) -> Option<f64> {
        let number = match self.fields.get(name)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    fn taken(&mut self, name: &str, from: f64, to: f64) {
        self.fields.remove(name);
        // both were read or worked out from the same number: they are the same or they are not
        if from.total_cmp(&to).is_ne() {
            let (field, from, to) = (name.to_owned(), from.to_string(), to.to_string());
            self.changes.push(Change::Clamped { field, from, to });
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast of a float stops at the ends")]
fn clamped(range: Range, number: f64) -> i64 {
    let whole = number as i64;
    match range {
        Range::Whole(from, to) => whole.clamp(from, to),
        Range::AtLeast(from) => whole.max(from),
        Range::Real(from, to) => whole.clamp(from.ceil() as i64, to.floor() as i64),
    }
}

#[expect(clippy::cast_precision_loss, reason = "told to people, and compared with its own source")]
fn as_real(whole: i64) -> f64 {
    whole as f64
}
