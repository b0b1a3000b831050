//! Why there is no whole answer, with what the store adds to the reason: which model was gone, and
//! which come nearest to it.

use std::sync::Arc;

use shared::{
    budget::{BudgetId, BudgetState},
    catalogue::CatalogueCache,
    ids::{RequestId, UserId},
    model::{FailureKind, ModelId},
    store::Store,
};

use crate::{
    buttons::Press,
    rest::{Button, ButtonStyle, Message, Row},
    texts::{failures, limits},
};

/// How many models are named for one that is gone.
const NEAREST: usize = 3;

/// The button that opens the form of a limit.
pub(crate) fn change_button(budget: BudgetId) -> Button {
    let press = Press::ChangeLimit { budget };
    Button::new(ButtonStyle::Secondary, press.to_string(), limits::change(budget))
}

/// Words failures for the people who pay.
#[derive(Clone)]
pub struct Explainer {
    store: Store,
    catalogue: Arc<CatalogueCache>,
}

impl Explainer {
    /// One that looks here.
    #[must_use]
    pub const fn new(store: Store, catalogue: Arc<CatalogueCache>) -> Self {
        Self { store, catalogue }
    }

    /// What happened and what to do. Without the store's help the reason alone is told.
    pub async fn explain(
        &self,
        kind: FailureKind,
        payer: UserId,
        request: Option<RequestId>,
    ) -> Message {
        let explained = match (kind, request) {
            (FailureKind::ModelUnavailable, Some(request)) => {
                self.explain_model(request).await.map(Message::text)
            }
            (FailureKind::OverBudget, _) => self.explain_budget(payer, request).await,
            _ => None,
        };
        explained.unwrap_or_else(|| Message::text(failures::failure(kind, request)))
    }

    /// That a part of a budget is used.
    pub async fn budget(&self, payer: UserId, budget: BudgetId, percent: i64) -> Message {
        let states = self.store.budgets(payer).await.unwrap_or_default();
        let state = states.iter().find(|state| state.budget.id() == budget);
        let text = limits::alert(budget, percent, state);
        Message::text(text).with_row(Row(vec![change_button(budget)]))
    }

    /// Which limit it was, and the way to change it.
    async fn explain_budget(&self, payer: UserId, request: Option<RequestId>) -> Option<Message> {
        let states = self.store.budgets(payer).await.ok()?;
        // the one with the least left, in parts of the whole, is the one that stood in the way
        let part = |state: &&BudgetState| {
            i128::from(state.left().units()) * 1_000
                / i128::from(state.budget.amount.units().max(1))
        };
        let state = states.iter().filter(|state| state.budget.is_hard).min_by_key(part)?;
        let text = limits::over_budget(state, request);
        Some(Message::text(text).with_row(Row(vec![change_button(state.budget.id())])))
    }

    async fn explain_model(&self, request: RequestId) -> Option<String> {
        let asked = self.store.requested_model(request).await.ok()??;
        let model = ModelId::parse(&asked.model).ok()?;
        let catalogue = self.catalogue.get(&self.store).await;
        let nearest = catalogue.nearest(model.as_str(), NEAREST);
        // what stands in the catalogue under this very name is no way out
        let nearest: Vec<ModelId> = nearest.into_iter().filter(|id| *id != model).collect();
        Some(failures::model_unavailable(&model, asked.is_own_choice, &nearest, request))
    }
}
