use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::Catalogue;
use crate::{
    model::Provider,
    store::{Store, StoreError},
};

/// For so long the store is not asked whether there is a newer copy.
const FRESH_FOR: Duration = Duration::from_secs(3);

/// The catalogue, remembered by a process. Every letter that somebody types into an option asks for
/// it, and so does every call.
#[derive(Default)]
pub struct CatalogueCache(Mutex<Held>);

#[derive(Default)]
struct Held {
    catalogue: Arc<Catalogue>,
    /// Which copy it is: when it was fetched.
    version: Option<DateTime<Utc>>,
    looked_at: Option<Instant>,
}

impl CatalogueCache {
    /// The catalogue. Where the store does not answer, the copy of before; without one, an empty one.
    pub async fn get(&self, store: &Store) -> Arc<Catalogue> {
        if let Some(catalogue) = self.fresh() {
            return catalogue;
        }
        match self.renew(store).await {
            Ok(catalogue) => catalogue,
            Err(error) => {
                tracing::warn!(kind = %error, "the catalogue of models could not be read");
                Arc::clone(&self.lock().catalogue)
            }
        }
    }

    fn fresh(&self) -> Option<Arc<Catalogue>> {
        let held = self.lock();
        let fresh = held.looked_at.is_some_and(|at| at.elapsed() < FRESH_FOR);
        fresh.then(|| Arc::clone(&held.catalogue))
    }

    async fn renew(&self, store: &Store) -> Result<Arc<Catalogue>, StoreError> {
        let known = self.lock().version;
        let version = store.catalogue_version(Provider::OpenRouter).await?;
        let newer = match version {
            Some(_) if version != known => Some(Arc::new(store.catalogue().await?)),
            _ => None,
        };
        let mut held = self.lock();
        if let Some(newer) = newer {
            held.catalogue = newer;
            held.version = version;
        }
        held.looked_at = Some(Instant::now());
        Ok(Arc::clone(&held.catalogue))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
