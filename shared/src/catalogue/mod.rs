//! What is known of the models: which there are, what they take, what they cost.
//!
//! A worker reads a provider's public list, leniently, and keeps the last good copy in the store;
//! everybody else looks here. Nothing about a model is a list in the code. The catalogue may be
//! empty (no worker has reached the provider yet) and may be an hour old: who finds a model missing
//! here says so, and decides nothing about money by it.

mod cache;
mod check;
mod cost;
mod direct;
mod label;
mod model;
mod nearest;
mod price;
mod read;
mod suggest;

pub use cache::CatalogueCache;
pub use check::{Asked, ModelWarning, check, check_vision};
pub use cost::UsedTokens;
pub use model::{Model, ReasoningFacts};
pub use price::{Price, PriceOverride, Pricing};
pub use read::{MAX_MODELS, Unreadable, read};

use std::collections::HashMap;

/// The models of one provider.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    models: Vec<Model>,
    /// By id, in lower case.
    by_id: HashMap<String, usize>,
}

impl Catalogue {
    /// A catalogue of these models, in the provider's order. Of two with one id the first counts.
    #[must_use]
    pub fn new(models: Vec<Model>) -> Self {
        let mut by_id = HashMap::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            by_id.entry(model.id.as_str().to_ascii_lowercase()).or_insert(index);
        }
        Self { models, by_id }
    }

    /// Nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// All of them, in the provider's order.
    #[must_use]
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model with this id, in any case. A variant that only changes how a provider is chosen
    /// (`:nitro`, `:floor`, `:online`, `:exacto`) has the facts of its model.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Model> {
        const ROUTING: [&str; 4] = [":nitro", ":floor", ":online", ":exacto"];
        let id = id.trim().to_ascii_lowercase();
        let found = self.by_id.get(&id).or_else(|| {
            let plain = ROUTING.iter().find_map(|variant| id.strip_suffix(variant))?;
            self.by_id.get(plain)
        });
        found.and_then(|index| self.models.get(*index))
    }
}

#[cfg(test)]
mod tests;
