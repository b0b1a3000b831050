use std::fmt::Write;

use super::Model;
use crate::model::ModelId;

/// The longest text that Discord shows as a choice, in characters.
const MAX_CHARS: usize = 100;

impl Model {
    /// One line for a list: id, price for a million tokens, and context. At most 100 characters, of
    /// which the id gives way.
    #[must_use]
    pub fn label(&self) -> String {
        let facts = format!(" · {}", self.facts());
        let room = MAX_CHARS.saturating_sub(facts.chars().count());
        let id = self.id.as_str();
        if id.chars().count() <= room {
            return format!("{id}{facts}");
        }
        let kept: String = id.chars().take(room.saturating_sub(1)).collect();
        format!("{kept}…{facts}")
    }

    /// Its price for a million tokens, its context, and its end if that is known.
    #[must_use]
    pub fn facts(&self) -> String {
        let mut facts = match (self.pricing.prompt(), self.pricing.completion()) {
            _ if self.pricing.varies() => "price varies".to_owned(),
            (Some(prompt), Some(completion)) if prompt.is_free() && completion.is_free() => {
                "free".to_owned()
            }
            (Some(prompt), Some(completion)) => format!("{prompt} in, {completion} out per M"),
            _ => "price unknown".to_owned(),
        };
        if let Some(context) = self.context_length {
            let _ = write!(facts, " · {}", tokens(context));
        }
        if let Some(last_day) = self.expires {
            let _ = write!(facts, " · until {last_day}");
        }
        facts
    }
}

/// A number of tokens in round figures: `128K`, `1M`, `1.05M`.
fn tokens(count: i64) -> String {
    match count {
        ..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}K", count / 1_000),
        _ => {
            let (whole, hundredths) = (count / 1_000_000, count % 1_000_000 / 10_000);
            let decimals = format!("{hundredths:02}");
            match decimals.trim_end_matches('0') {
                "" => format!("{whole}M"),
                decimals => format!("{whole}.{decimals}M"),
            }
        }
    }
}

/// Ids as they stand in a sentence: `a`, `b` or `c`.
pub(super) fn listed(ids: &[ModelId]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}
