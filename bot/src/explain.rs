//! Why there is no whole answer, with what the store adds to the reason: which model was gone, and
//! which come nearest to it.

use std::sync::Arc;

use shared::{
    catalogue::CatalogueCache,
    ids::RequestId,
    model::{FailureKind, ModelId},
    store::Store,
};

use crate::texts::failures;

/// How many models are named for one that is gone.
const NEAREST: usize = 3;

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
    pub async fn explain(&self, kind: FailureKind, request: Option<RequestId>) -> String {
        if let (FailureKind::ModelUnavailable, Some(request)) = (kind, request)
            && let Some(text) = self.explain_model(request).await
        {
            return text;
        }
        failures::failure(kind, request)
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
