//! Keeps the catalogue of models: reads the provider's public list, without a key, when it starts and
//! then every hour. Whatever goes wrong, the last good copy stays.

use std::{convert::Infallible, sync::Arc, time::Duration};

use chrono::TimeDelta;
use shared::{catalogue, model::Provider, store::CatalogueOutcome};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::runner::Shared;

/// How often somebody looks whether the copy has grown old.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The copy is read anew when it is as old as this.
const STALE_AFTER: TimeDelta = TimeDelta::hours(1);
/// After a failure, no worker tries again before.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Looks, until the process stops.
pub(crate) async fn run(shared: Arc<Shared>) -> Result<(), Infallible> {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let soft = shared.lifecycle.soft();
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        let store = &shared.store;
        match store.take_catalogue_refresh(Provider::OpenRouter, STALE_AFTER, AGAIN_AFTER).await {
            Ok(true) => {
                // a list that takes long does not hold up a stop
                let _stopped = soft.run_until_cancelled(refresh(&shared)).await;
            }
            Ok(false) => {}
            Err(error) => warn!(kind = %error, "could not look how old the catalogue is"),
        }
    }
    Ok(())
}

async fn refresh(shared: &Shared) {
    let Some(provider) = shared.providers.get(Provider::OpenRouter) else { return };
    let Some(body) = provider.models().await else {
        return warn!("the list of models could not be fetched; the last copy stays");
    };
    let Ok(models) = catalogue::read(&body) else {
        return warn!(
            bytes = body.len(),
            "the list of models could not be read; the last copy stays"
        );
    };
    match shared.store.replace_catalogue(Provider::OpenRouter, &models).await {
        Ok(CatalogueOutcome::Replaced) => {
            info!(count = models.len(), "the catalogue is up to date");
        }
        Ok(CatalogueOutcome::Implausible { had, got }) => {
            warn!(had, got, "the list of models shrank too much to be true; the last copy stays");
        }
        Err(error) => warn!(kind = %error, "the catalogue could not be stored"),
    }
}
