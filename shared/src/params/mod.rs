//! What a personality may ask of its model beyond temperature, `top_p` and `max_tokens`.
//!
//! `advanced_parameters` is an allow-list: a field that is not on it is refused by name, whatever a
//! provider would do with it. Names are those of `OpenRouter`'s wire, in `snake_case`. The three
//! settings that have columns of their own are refused here with the name of the setting that holds
//! them; a [`ParameterFile`] has them all in one place. What a model supports is not known here: see
//! [`crate::catalogue`].

mod field;
mod file;
mod format;
mod legacy;
mod problem;
mod reasoning;
mod routing;
mod value;
mod wires;

pub use field::{ALLOWED, Allowed};
pub use file::ParameterFile;
pub use legacy::{DropReason, Dropped};
pub use problem::{ParameterIssue, ParameterProblem};
pub use reasoning::{Effort, MIN_BUDGET, Reasoning};
pub use wires::{TABLE, Taken, Wire};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::ModelId;

/// The most that all parameters of a personality may take, as JSON, in bytes.
pub const MAX_BYTES: usize = 32 * 1024;

/// Parameters that passed the allow-list, as they go to the provider.
///
/// Fields that are null count as not set. A whole number is an integer, however it was written: both
/// engines give back the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct AdvancedParameters(Map<String, Value>);

impl AdvancedParameters {
    /// Takes an object whose every field is on the list and within its range; else says all that is
    /// wrong with it.
    pub fn from_json(json: &Value) -> Result<Self, Vec<ParameterProblem>> {
        let Value::Object(fields) = json else {
            return Err(vec![ParameterProblem::new("", ParameterIssue::WrongType("an object"))]);
        };
        let mut problems = Vec::new();
        if json.to_string().len() > MAX_BYTES {
            return Err(vec![ParameterProblem::new("", ParameterIssue::TooLarge(MAX_BYTES))]);
        }
        let kept = fields.iter().filter(|(_, value)| !value.is_null());
        let taken = kept
            .filter_map(|(name, value)| {
                let value = field::take(name, value, &mut problems)?;
                Some((name.clone(), value))
            })
            .collect();
        if problems.is_empty() { Ok(Self(taken)) } else { Err(problems) }
    }

    /// The fields as they are stored and sent.
    #[must_use]
    pub const fn as_json(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is asked of the model's reasoning.
    #[must_use]
    pub fn reasoning(&self) -> Reasoning {
        Reasoning::of(&self.0)
    }

    /// The models that answer when the first can't, in their order.
    #[must_use]
    pub fn fallback_models(&self) -> Vec<ModelId> {
        let listed = self.0.get("models").and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(Value::as_str).filter_map(|id| ModelId::parse(id).ok()).collect()
    }

    /// A reasoning budget must leave room for the answer: it lies below `max_tokens`.
    pub fn check_budget(&self, max_tokens: i64) -> Result<(), ParameterProblem> {
        match self.reasoning() {
            Reasoning::Budget(budget) if budget >= max_tokens => Err(ParameterProblem::new(
                "reasoning.max_tokens",
                ParameterIssue::BudgetTooLarge { max_tokens },
            )),
            _ => Ok(()),
        }
    }
}

/// The first of what is wrong, where only one error can be given.
impl TryFrom<Value> for AdvancedParameters {
    type Error = ParameterProblem;

    fn try_from(json: Value) -> Result<Self, Self::Error> {
        Self::from_json(&json).map_err(|problems| {
            let first = problems.into_iter().next();
            first.unwrap_or_else(|| {
                ParameterProblem::new("", ParameterIssue::WrongType("an object"))
            })
        })
    }
}

impl From<AdvancedParameters> for Value {
    fn from(parameters: AdvancedParameters) -> Self {
        Self::Object(parameters.0)
    }
}

#[cfg(test)]
mod tests;
