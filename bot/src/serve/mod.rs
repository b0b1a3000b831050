//! A bot process from its start to its end.
//!
//! The order matters. First the limiter, because everything talks through it; then the hold on the
//! shards, because nobody may answer without it; then what serves. It ends the other way round: no
//! new events, what was taken is committed, answers under way are shown, and only then the shards
//! are let go.

mod beside;
mod end;
mod start;

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use shared::{
    catalogue::CatalogueCache,
    config::{DiscordConfig, RequestConfig},
    ids::BotId,
    lifecycle::Lifecycle,
    store::{ShardRange, Store, StoreError},
    telemetry::Redactor,
    vault::{BotSecrets, KeySealer},
    wake::{NudgeReceiver, WakeSender},
};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use self::{
    beside::pass_nudges_on,
    end::finish,
    start::{acquaint, name_superusers, share_of_requests},
};
use crate::{
    app::{App, AppParts},
    bot::Bot,
    commands,
    delivery::{Deliveries, DeliverySetup},
    explain::Explainer,
    gateway::{self, Gateway, GatewayConfig, GatewayError, Shards},
    intake::IntakeLimits,
    key_answers,
    lease::{Hold, LeaseLost, Pace},
    limiter::{Limiter, LimiterConfig, LimiterError},
    notices,
    pictures::{Fetcher, PictureServer},
    registration,
    rest::{Application, BadRestConfig, Rest, RestConfig, RestError},
};

/// Where people find this program: part of the User-Agent that Discord asks for.
const PROJECT: &str = "https://troupe.example";
/// How long the gateway's goodbye and the last requests to Discord may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Everything that a bot process is given.
pub struct BotEnv {
    /// The bot's token.
    pub token: SecretString,
    /// Discord.
    pub discord: DiscordConfig,
    /// Limits and defaults of requests.
    pub requests: RequestConfig,
    /// Where bot and worker meet, open and [checked](shared::startup::check_canary).
    pub store: Store,
    /// Seals what people type.
    pub sealer: KeySealer,
    /// Seals what Discord entrusts to us.
    pub secrets: BotSecrets,
    /// Tells workers whom to look at.
    pub wakes: WakeSender,
    /// Hears from workers.
    pub nudges: NudgeReceiver,
    /// Knows what a key looks like.
    pub redactor: Redactor,
    /// When to stop.
    pub lifecycle: Lifecycle,
    /// How the hold on the shards is kept.
    pub pace: Pace,
}

/// A bot that can't go on. Each says what to do; nothing in it is secret.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// Discord can't be reached, or isn't Discord.
    #[error(transparent)]
    Limiter(#[from] LimiterError),
    /// The token or an address is none.
    #[error(transparent)]
    Config(#[from] BadRestConfig),
    /// Discord refuses something that the bot can't do without.
    #[error("Discord refused to tell who the bot is: {0}")]
    Discord(#[from] RestError),
    /// Discord takes the token no more.
    #[error("Discord refused the bot's token: make a new one and set DISCORD_TOKEN")]
    TokenRejected,
    /// The connection ended for good.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// Somebody else serves our shards.
    #[error(transparent)]
    Lease(#[from] LeaseLost),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings name shards that don't exist.
    #[error("SHARDS and SHARD_RANGE name shards that Discord does not have")]
    Shards,
    /// A defect of ours; the panic itself is in the log.
    #[error("a part of the bot panicked")]
    Panicked,
}

/// Serves until the lifecycle says to stop, or until it can't go on.
pub async fn run(env: BotEnv) -> Result<(), BotError> {
    let stop = env.lifecycle.soft().child_token();
    let starting = Limiter::start(LimiterConfig {
        requests_per_second: share_of_requests(&env.discord),
        ..LimiterConfig::new(&env.discord.api_base)
    });
    let Some(limiter) = stop.run_until_cancelled(starting).await.transpose()? else {
        return Ok(());
    };
    let rest = Rest::new(&RestConfig::new(limiter.proxy_url(), PROJECT), &env.token)?;
    let Some((application, shards)) = acquaint(&rest, &env.discord, &stop).await? else {
        return Ok(());
    };
    let held = shards.held();
    let range =
        ShardRange::new(shards.total(), *held.start(), *held.end()).ok_or(BotError::Shards)?;
    let bot = BotId::new(env.store.clock());
    let Some(ours) = Hold::take(env.store.clone(), range, bot, env.pace, &stop).await else {
        return Ok(());
    };
    let served = Stage { env, limiter: &limiter, rest, application, shards, range, bot }
        .serve(&ours, &stop)
        .await;
    ours.release().await;
    limiter.stop(GOODBYE).await;
    served
}

/// A process that holds its shards.
struct Stage<'a> {
    env: BotEnv,
    limiter: &'a Limiter,
    rest: Rest,
    application: Application,
    shards: Shards,
    range: ShardRange,
    bot: BotId,
}

impl Stage<'_> {
    async fn serve(self, hold: &Hold, stop: &CancellationToken) -> Result<(), BotError> {
        let Self { env, limiter, rest, application, shards, range, bot: bot_id } = self;
        let catalogue = Arc::new(CatalogueCache::default());
        let owners = env.discord.owner.map_or(application.owners.clone(), |owner| vec![owner]);
        name_superusers(&env.store, &owners).await?;
        let pictures = PictureServer::bind(&env.discord.pictures).await;
        let deliveries = Deliveries::new(DeliverySetup {
            store: env.store.clone(),
            rest: rest.clone(),
            secrets: env.secrets.clone(),
            pictures: pictures.base(),
            application: application.id,
            bot: bot_id,
            shards: range,
            explainer: Explainer::new(env.store.clone(), Arc::clone(&catalogue)),
        });
        let parts = AppParts {
            store: env.store.clone(),
            rest,
            sealer: env.sealer,
            secrets: env.secrets,
            wakes: env.wakes,
            redactor: env.redactor,
            catalogue,
            owners,
            creators: env.discord.creators,
            pictures: pictures.base(),
            fetcher: Fetcher::new(&env.discord),
            application: application.id,
            shows: deliveries.bell(),
        };
        let app = App::new(parts, &env.requests);
        let bot = Bot::new(Arc::clone(&app), IntakeLimits::default());
        let config = GatewayConfig {
            token: env.token,
            proxy_url: limiter.proxy_url(),
            message_content: env.discord.message_content_intent,
            shards,
        };
        let framework = gateway::framework(framework_options(), Arc::clone(&bot));
        let gateway = Gateway::new(&config, Arc::clone(&bot), Some(Box::new(framework))).await?;

        // falls when what was taken has been shown, or need not be any more
        let done = CancellationToken::new();
        let mut tasks = JoinSet::new();
        {
            let stop = stop.clone();
            tasks.spawn(async move { Ok(gateway.run(stop, GOODBYE).await?) });
        }
        {
            let (app, stop) = (Arc::clone(&app), stop.clone());
            spawn_beside(&mut tasks, async move { registration::register(&app, &stop).await });
        }
        {
            let done = done.clone();
            tasks.spawn(async move {
                let Ok(()) = deliveries.run(done).await;
                Ok(())
            });
        }
        {
            let (store, done) = (env.store.clone(), done.clone());
            tasks.spawn(async move {
                pictures.serve(store, &done).await;
                Ok(())
            });
        }
        {
            let (app, done) = (Arc::clone(&app), done.clone());
            spawn_beside(&mut tasks, async move { key_answers::run(&app, range, &done).await });
        }
        if range.has_direct_messages() {
            let (app, done) = (Arc::clone(&app), done.clone());
            spawn_beside(&mut tasks, async move { notices::run(&app, &done).await });
        }
        {
            let (app, done, nudges) = (Arc::clone(&app), done.clone(), env.nudges);
            spawn_beside(&mut tasks, async move { pass_nudges_on(&app, nudges, &done).await });
        }
        let ended = tokio::select! {
            ended = first_failure(&mut tasks) => ended,
            lost = hold.keep(&done) => lost.map_err(BotError::from),
            () = limiter.token_rejected() => Err(BotError::TokenRejected),
            () = stop.cancelled() => Ok(()),
        };
        stop.cancel();
        if !matches!(ended, Err(BotError::Lease(_) | BotError::TokenRejected)) {
            let finishing = finish(&bot, &env.store, range);
            let hard = env.lifecycle.hard();
            tokio::select! {
                () = finishing => {}
                _ = hold.keep(&done) => {}
                () = hard.cancelled() => {}
            }
        }
        done.cancel();
        let _ = timeout(GOODBYE, async { while tasks.join_next().await.is_some() {} }).await;
        tasks.shutdown().await;
        ended
    }
}

/// One more task that ends when it is told to, and can't fail.
fn spawn_beside(
    tasks: &mut JoinSet<Result<(), BotError>>,
    task: impl Future<Output = ()> + Send + 'static,
) {
    tasks.spawn(async move {
        task.await;
        Ok(())
    });
}

/// Returns with the first task that fails; never, if they all end well.
async fn first_failure(tasks: &mut JoinSet<Result<(), BotError>>) -> Result<(), BotError> {
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(BotError::Panicked),
        }
    }
    std::future::pending().await
}

fn framework_options() -> poise::FrameworkOptions<Arc<Bot>, crate::caller::Trouble> {
    poise::FrameworkOptions {
        commands: commands::all(),
        on_error: |error| Box::pin(commands::on_error(error)),
        ..poise::FrameworkOptions::default()
    }
}
