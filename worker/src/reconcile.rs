//! What did a call cost that broke off? The provider is asked by the call's generation id, with the
//! payer's key, until it knows or a day has passed.

use std::{convert::Infallible, sync::Arc, time::Duration};

use shared::{model::KeySource, store::ToReconcile};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::{open_key::open_key, providers::GenerationRecord, runner::Shared};

const LOOK_EVERY: Duration = Duration::from_secs(5);
const PAGE: i64 = 10;

/// Asks, until the process stops.
pub(crate) async fn run(shared: Arc<Shared>) -> Result<(), Infallible> {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let soft = shared.lifecycle.soft();
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        match shared.store.take_to_reconcile(PAGE).await {
            Ok(calls) => {
                for call in &calls {
                    ask(&shared, call).await;
                }
            }
            Err(error) => warn!(kind = %error, "could not look for calls to reconcile"),
        }
    }
    Ok(())
}

async fn ask(shared: &Shared, call: &ToReconcile) {
    let Some(provider) = shared.providers.get(call.provider) else { return };
    let record = match call.key_source {
        KeySource::System => match &shared.settings.operator_key {
            Some(key) => provider.generation(key, &call.generation_id).await,
            None => GenerationRecord::Unavailable,
        },
        KeySource::User => match open_key(shared, call.user_id, call.provider).await {
            Ok(opened) => provider.generation(&opened.key, &call.generation_id).await,
            Err(_) => GenerationRecord::Unavailable,
        },
        // nobody is billed
        KeySource::Keyless => return,
    };
    let GenerationRecord::Found(usage) = record else { return };
    match shared.store.reconcile(call.id, Some(&usage)).await {
        Ok(()) => info!(request.id = %call.id, "the cost of a broken-off call is known"),
        Err(error) => warn!(request.id = %call.id, kind = %error, "a cost could not be written"),
    }
}
