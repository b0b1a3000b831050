//! Where blocks of code begin and end, as far as one can see it in a part of a text.

use std::ops::Range;

/// What opens and closes a block of code.
pub(super) const FENCE: &str = "```";
/// A longer word behind a fence is no language.
const MAX_LANGUAGE: usize = 32;
/// A longer row of backticks is no fence but a drawing.
pub(super) const MAX_TICKS: usize = 8;

/// The fences in a window.
pub(super) struct Scan {
    before: Option<String>,
    /// Where each fence begins and ends, and the block it opens.
    pub(super) fences: Vec<(Range<usize>, Option<String>)>,
}

impl Scan {
    pub(super) fn of(window: &str, before: Option<String>) -> Self {
        let mut fences: Vec<(Range<usize>, Option<String>)> = Vec::new();
        let mut open = before.is_some();
        let mut from = 0;
        while let Some(found) = window[from..].find(FENCE) {
            let start = from + found;
            let ticks = leading_ticks(&window[start..]);
            let mut end = start + ticks;
            if ticks > MAX_TICKS {
                from = end;
                continue;
            }
            let mut opens = None;
            if !open {
                let language = language_at(&window[end..]);
                end += language.len();
                // a line that hasn't ended here may yet become a language: no cut inside
                let complete = window[end..].starts_with('\n');
                opens = Some(if complete { language.to_owned() } else { String::new() });
                if !complete && end < window.len() {
                    end = start + ticks;
                }
            }
            open = !open;
            fences.push((start..end, opens));
            from = end;
        }
        Self { before, fences }
    }

    /// The language of the block that is open at a place.
    pub(super) fn at(&self, place: usize) -> Option<String> {
        self.fences
            .iter()
            .rev()
            .find(|(fence, _)| fence.end <= place)
            .map_or_else(|| self.before.clone(), |(_, opens)| opens.clone())
    }

    pub(super) fn splits_a_fence(&self, place: usize) -> bool {
        self.fences.iter().any(|(fence, _)| fence.start < place && place < fence.end)
    }

    /// Behind an opening fence there's nothing to show yet.
    pub(super) fn is_behind_an_opening(&self, window: &str, place: usize) -> bool {
        self.fences.iter().any(|(fence, opens)| {
            opens.is_some() && fence.end <= place && window[fence.end..place].trim().is_empty()
        })
    }
}

pub(super) fn leading_ticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

fn language_at(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '.' | '#');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if end <= MAX_LANGUAGE { &text[..end] } else { "" }
}
