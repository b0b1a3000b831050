//! Whether a model does what is asked of it.

use std::fmt;

use chrono::NaiveDate;

use super::{Catalogue, Model, label::listed};
use crate::{
    model::ModelId,
    params::{AdvancedParameters, Reasoning},
};

/// How many others are named for a model that is gone.
const NEAREST: usize = 3;

/// What a personality asks of its model.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Which model.
    pub model: &'a str,
    /// Sampling temperature, if it is set.
    pub temperature: Option<f64>,
    /// Nucleus sampling, if it is set.
    pub top_p: Option<f64>,
    /// The longest answer, if it is set.
    pub max_tokens: Option<i64>,
    /// The rest.
    pub advanced: &'a AdvancedParameters,
}

/// What a model won't do as it is asked. `Display` says it whole, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelWarning {
    /// There is no such model, or not any more.
    Gone {
        /// What was asked for.
        model: String,
        /// What comes nearest.
        nearest: Vec<ModelId>,
    },
    /// It does not answer in a conversation.
    Batch {
        /// Which.
        model: String,
    },
    /// It may be gone already.
    Expired {
        /// Which.
        model: String,
        /// Its last day.
        on: NaiveDate,
        /// What comes nearest.
        nearest: Vec<ModelId>,
    },
    /// It will be gone.
    Expires {
        /// Which.
        model: String,
        /// Its last day.
        on: NaiveDate,
    },
    /// It can't write so long an answer.
    AboveCeiling {
        /// What was asked for, in tokens.
        asked: i64,
        /// What it can.
        ceiling: i64,
    },
    /// The reasoning budget leaves no room for an answer.
    BudgetAboveCeiling {
        /// What was asked for, in tokens.
        asked: i64,
        /// The longest answer, reasoning included.
        ceiling: i64,
    },
    /// It ignores a parameter.
    Unsupported {
        /// Which parameter.
        parameter: &'static str,
    },
    /// It does not reason.
    NoReasoning,
    /// Its reasoning can't be switched off.
    ReasoningMandatory,
    /// It knows other efforts.
    EffortUnsupported {
        /// What was asked for.
        asked: &'static str,
        /// What there is.
        known: Vec<String>,
    },
    /// It does not look at images.
    NoImages {
        /// Which model.
        model: String,
    },
}

impl ModelWarning {
    /// Whether a call would fail over it, rather than ignore or adjust what was asked.
    #[must_use]
    pub const fn breaks_the_call(&self) -> bool {
        matches!(self, Self::Gone { .. } | Self::Batch { .. } | Self::NoImages { .. })
    }

    /// Whether everything is as asked for now.
    #[must_use]
    pub const fn is_for_later(&self) -> bool {
        matches!(self, Self::Expires { .. })
    }
}

/// All that the model won't do as it is asked, as far as the catalogue knows. An empty catalogue
/// knows nothing.
#[must_use]
pub fn check(asked: &Asked<'_>, catalogue: &Catalogue, today: NaiveDate) -> Vec<ModelWarning> {
    if catalogue.is_empty() {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    match catalogue.find(asked.model) {
        None => warnings.push(gone(asked.model, catalogue)),
        Some(model) => {
            warnings.extend(of_its_life(model, catalogue, today));
            warnings.extend(of_its_limits(asked, model));
            warnings.extend(unsupported(asked, model));
            warnings.extend(of_reasoning(asked.advanced, model));
        }
    }
    for fallback in asked.advanced.fallback_models() {
        if catalogue.find(fallback.as_str()).is_none() {
            warnings.push(gone(fallback.as_str(), catalogue));
        }
    }
    warnings
}

/// What stands against looking at images with this model.
#[must_use]
pub fn check_vision(model: &str, catalogue: &Catalogue) -> Option<ModelWarning> {
    if catalogue.is_empty() {
        return None;
    }
    match catalogue.find(model) {
        None => Some(gone(model, catalogue)),
        Some(found) if found.sees_images() => None,
        Some(_) => Some(ModelWarning::NoImages { model: model.to_owned() }),
    }
}

fn gone(model: &str, catalogue: &Catalogue) -> ModelWarning {
    ModelWarning::Gone { model: model.to_owned(), nearest: catalogue.nearest(model, NEAREST) }
}

fn of_its_life(model: &Model, catalogue: &Catalogue, today: NaiveDate) -> Option<ModelWarning> {
    let id = model.id.to_string();
    if model.is_batch() {
        return Some(ModelWarning::Batch { model: id });
    }
    let on = model.expires?;
    if model.is_expired(today) {
        let nearest = catalogue.nearest(&id, NEAREST);
        return Some(ModelWarning::Expired { model: id, on, nearest });
    }
    Some(ModelWarning::Expires { model: id, on })
}

fn of_its_limits(asked: &Asked<'_>, model: &Model) -> Option<ModelWarning> {
    let ceiling = model.ceiling()?;
    if let Some(asked) = asked.max_tokens.filter(|asked| *asked > ceiling) {
        return Some(ModelWarning::AboveCeiling { asked, ceiling });
    }
    match asked.advanced.reasoning() {
        Reasoning::Budget(asked) if asked >= ceiling => {
            Some(ModelWarning::BudgetAboveCeiling { asked, ceiling })
        }
        _ => None,
    }
}

/// The parameters that a model may not heed. Routing, fallbacks and plugins are the provider's own,
/// and reasoning has rules of its own.
const BY_MODEL: [&str; 13] = [
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "top_a",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "seed",
    "stop",
    "logit_bias",
    "response_format",
    "verbosity",
];

fn unsupported(asked: &Asked<'_>, model: &Model) -> Vec<ModelWarning> {
    let is_asked = |parameter: &str| match parameter {
        "temperature" => asked.temperature.is_some(),
        "top_p" => asked.top_p.is_some(),
        _ => asked.advanced.as_json().contains_key(parameter),
    };
    BY_MODEL
        .into_iter()
        .filter(|parameter| is_asked(parameter) && !model.heeds(parameter))
        .map(|parameter| ModelWarning::Unsupported { parameter })
        .collect()
}

fn of_reasoning(advanced: &AdvancedParameters, model: &Model) -> Option<ModelWarning> {
    let asked = advanced.reasoning();
    if asked == Reasoning::Unset {
        return None;
    }
    if !model.reasons() {
        return (asked != Reasoning::Off).then_some(ModelWarning::NoReasoning);
    }
    let facts = model.reasoning.as_ref()?;
    match asked {
        Reasoning::Off if facts.mandatory => Some(ModelWarning::ReasoningMandatory),
        Reasoning::Effort(effort) => {
            let known = facts.efforts.as_ref()?;
            let asked = effort.as_str();
            (!known.iter().any(|effort| effort == asked))
                .then(|| ModelWarning::EffortUnsupported { asked, known: known.clone() })
        }
        _ => None,
    }
}

impl fmt::Display for ModelWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone { model, nearest } => {
                write!(f, "there is no model `{model}`, or not any more")?;
                near(f, nearest)
            }
            Self::Batch { model } => {
                write!(f, "`{model}` answers hours later, in batches: choose it without `:batch`")
            }
            Self::Expired { model, on, nearest } => {
                write!(f, "`{model}` was to go after {on} and may be gone at any time")?;
                near(f, nearest)
            }
            Self::Expires { model, on } => write!(f, "`{model}` goes after {on}"),
            Self::AboveCeiling { asked, ceiling } => write!(
                f,
                "max_tokens is {asked}, but an answer of this model has at most {ceiling} tokens; \
                 calls are made with {ceiling}"
            ),
            Self::BudgetAboveCeiling { asked, ceiling } => write!(
                f,
                "the reasoning budget is {asked}, but an answer of this model, reasoning included, \
                 has at most {ceiling} tokens"
            ),
            Self::Unsupported { parameter } => {
                write!(f, "`{parameter}` is set, but this model ignores it")
            }
            Self::NoReasoning => f.write_str("reasoning is set, but this model does not reason"),
            Self::ReasoningMandatory => {
                f.write_str("reasoning is switched off, but this model always reasons")
            }
            Self::EffortUnsupported { asked, known } => write!(
                f,
                "reasoning effort `{asked}` is not among those of this model ({}); the nearest is used",
                known.join(", ")
            ),
            Self::NoImages { model } => write!(f, "`{model}` does not look at images"),
        }
    }
}

fn near(f: &mut fmt::Formatter<'_>, nearest: &[ModelId]) -> fmt::Result {
    if nearest.is_empty() { Ok(()) } else { write!(f, "; the nearest: {}", listed(nearest)) }
}
