use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Pricing;
use crate::model::ModelId;

/// What a provider says of a model. `None` is "not said".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its id, as it is sent.
    pub id: ModelId,
    /// What people call it.
    pub name: String,
    /// Prompt and answer together, in tokens.
    #[serde(default)]
    pub context_length: Option<i64>,
    /// The longest answer, in tokens.
    #[serde(default)]
    pub max_output: Option<i64>,
    /// What it reads: `text`, `image`, …
    #[serde(default)]
    pub input_modalities: Vec<String>,
    /// What it writes.
    #[serde(default)]
    pub output_modalities: Vec<String>,
    /// The parameters that it heeds; empty when nothing is said.
    #[serde(default)]
    pub supported_parameters: Vec<String>,
    /// What it costs.
    #[serde(default)]
    pub pricing: Pricing,
    /// How it reasons; `None` if it doesn't.
    #[serde(default)]
    pub reasoning: Option<ReasoningFacts>,
    /// The day after which it may be gone.
    #[serde(default)]
    pub expires: Option<NaiveDate>,
    /// What it stands for now, if it is a name that moves along.
    #[serde(default)]
    pub alias_of: Option<ModelId>,
}

/// How a model reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasoningFacts {
    /// It can't be switched off.
    #[serde(default)]
    pub mandatory: bool,
    /// The efforts that it knows; `None` for all.
    #[serde(default)]
    pub efforts: Option<Vec<String>>,
    /// Its budget can be given in tokens.
    #[serde(default)]
    pub takes_budget: bool,
}

impl Model {
    /// Works in the batch API alone, which answers hours later.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        self.id.as_str().ends_with(":batch")
    }

    /// Chooses another model for each question, at that one's price.
    #[must_use]
    pub fn is_router(&self) -> bool {
        self.id.as_str().starts_with("openrouter/") || self.pricing.varies()
    }

    /// Whether it is offered to people who look for a model to chat with.
    #[must_use]
    pub fn is_offered(&self) -> bool {
        let writes_text = self.output_modalities.is_empty()
            || self.output_modalities.iter().any(|modality| modality == "text");
        writes_text && !self.is_batch() && !self.is_router()
    }

    /// Whether it may be gone by `today`.
    #[must_use]
    pub fn is_expired(&self, today: NaiveDate) -> bool {
        self.expires.is_some_and(|last_day| last_day < today)
    }

    /// Whether it looks at images.
    #[must_use]
    pub fn sees_images(&self) -> bool {
        self.input_modalities.iter().any(|modality| modality == "image")
    }

    /// Whether it heeds a parameter, as far as anybody knows.
    #[must_use]
    pub fn heeds(&self, parameter: &str) -> bool {
        self.supported_parameters.is_empty()
            || self.supported_parameters.iter().any(|heeded| heeded == parameter)
    }

    /// Whether it reasons at all, as far as anybody knows.
    #[must_use]
    pub fn reasons(&self) -> bool {
        self.reasoning.is_some() || self.heeds("reasoning")
    }

    /// The most tokens that an answer of it can have.
    #[must_use]
    pub fn ceiling(&self) -> Option<i64> {
        self.max_output.or(self.context_length)
    }
}
