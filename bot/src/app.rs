//! What every command, message and loop of a bot process shares.

use std::{
    num::NonZeroU32,
    sync::{Arc, OnceLock},
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use secrecy::SecretString;
use shared::{
    catalogue::CatalogueCache,
    clock::SharedClock,
    config::{Creators, RequestConfig},
    ids::{DiscordUserId, UserId},
    store::{Accepted, Incoming, Limits, Store, StoreError, SystemKey, User},
    telemetry::Redactor,
    vault::{BotSecrets, KeySealer},
    wake::WakeSender,
};
use tokio::{sync::Notify, time::timeout};
use tokio_util::task::TaskTracker;

use crate::{
    delivery::Bell,
    direct::DirectChannels,
    explain::Explainer,
    guilds::Guilds,
    pictures::{Fetcher, PictureBase},
    rest::{ApplicationId, InteractionToken, Rest},
    server_places::Decided,
    threads::Threads,
    visible_names::VisibleNames,
    withdrawn::Withdrawn,
};

/// How long a person waits for the database before they are told that nothing was accepted.
const PATIENCE: Duration = Duration::from_secs(2);
/// Messages that may join one that waits, and the characters they may have together.
const MAX_JOINED: i64 = 10;
const MAX_JOINED_CHARS: i64 = 8_000;
/// Hints in a channel that a person may cause in a minute.
const HINTS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
/// Between two marks under messages of somebody who only writes where a personality listens.
const BETWEEN_MARKS: Duration = Duration::from_hours(24);
/// Reactions of a person that are heeded in a minute: each may be a direct message.
const REACTIONS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// What a bot process works with. Made once; shared by reference count.
pub(crate) struct App {
    /// Where bot and worker meet.
    pub(crate) store: Store,
    /// Discord.
    pub(crate) rest: Rest,
    /// Seals what people type.
    pub(crate) sealer: KeySealer,
    /// Seals what Discord entrusts to us.
    pub(crate) secrets: BotSecrets,
    /// Tells workers whom to look at.
    pub(crate) wakes: WakeSender,
    /// The time of day.
    pub(crate) clock: SharedClock,
    /// Knows what a key looks like.
    pub(crate) redactor: Redactor,
    /// How much is taken from one person.
    pub(crate) limits: Limits,
    /// What stands in where a person has chosen nothing.
    pub(crate) system: SystemKey,
    /// Who owns the bot, as the settings or Discord say.
    pub(crate) owners: Vec<DiscordUserId>,
    /// Who may make personalities.
    pub(crate) creators: Creators,
    /// Where the pictures that we keep are found.
    pub(crate) pictures: PictureBase,
    /// Fetches pictures and files that people name.
    pub(crate) fetcher: Fetcher,
    /// The bot's application, in whose name interactions are answered.
    pub(crate) application: ApplicationId,
    /// Where people agree to give the bot a key.
    pub(crate) connect_page: String,
    /// What is known of the models.
    pub(crate) catalogue: Arc<CatalogueCache>,
    /// Words failures.
    pub(crate) explainer: Explainer,
    /// Who can be addressed by whom.
    pub(crate) names: VisibleNames,
    /// Which channels are threads of which.
    pub(crate) threads: Threads,
    /// What servers, channels and roles are called.
    pub(crate) guilds: Guilds,
    /// Requests for which Discord is still asked.
    pub(crate) gathering: TaskTracker,
    /// What is decided about servers.
    pub(crate) decided: Decided,
    /// Messages that were deleted a moment ago.
    pub(crate) withdrawn: Withdrawn,
    /// Open direct-message channels.
    pub(crate) direct: DirectChannels,
    /// Rung when there may be a notice to tell.
    pub(crate) news: Notify,
    /// Rung when there may be a verdict to tell.
    pub(crate) verdicts: Notify,
    /// Rung when there may be something to show.
    pub(crate) shows: Bell,
    me: OnceLock<DiscordUserId>,
    pub(crate) hints: DefaultKeyedRateLimiter<DiscordUserId>,
    pub(crate) marks: DefaultKeyedRateLimiter<DiscordUserId>,
    pub(crate) reactions: DefaultKeyedRateLimiter<DiscordUserId>,
}

/// The parts that differ from process to process.
pub(crate) struct AppParts {
    /// Where bot and worker meet.
    pub(crate) store: Store,
    /// Discord.
    pub(crate) rest: Rest,
    /// Seals what people type.
    pub(crate) sealer: KeySealer,
    /// Seals what Discord entrusts to us.
    pub(crate) secrets: BotSecrets,
    /// Tells workers whom to look at.
    pub(crate) wakes: WakeSender,
    /// Knows what a key looks like.
    pub(crate) redactor: Redactor,
    /// What is known of the models.
    pub(crate) catalogue: Arc<CatalogueCache>,
    /// Who owns the bot.
    pub(crate) owners: Vec<DiscordUserId>,
    /// Who may make personalities.
    pub(crate) creators: Creators,
    /// Where the pictures that we keep are found.
    pub(crate) pictures: PictureBase,
    /// Fetches what people name.
    pub(crate) fetcher: Fetcher,
    /// The bot's application.
    pub(crate) application: ApplicationId,
    /// Tells the deliveries that something changed.
    pub(crate) shows: Bell,
}

impl App {
    /// Puts the parts together under these settings.
    #[must_use]
    pub(crate) fn new(parts: AppParts, requests: &RequestConfig) -> Arc<Self> {
        let AppParts { store, rest, sealer, secrets, wakes, redactor, application, shows, .. } =
            parts;
        let AppParts { owners, creators, pictures, fetcher, catalogue, .. } = parts;
        Arc::new(Self {
            clock: store.shared_clock(),
            limits: Limits {
                max_queued: requests.max_queued_per_user.into(),
                max_joined: MAX_JOINED,
                max_joined_chars: MAX_JOINED_CHARS,
                deadline: requests.deadline,
            },
            system: SystemKey {
                offered: requests.offered.clone(),
                guest_daily_limit: requests.guest_daily_limit.map(i64::from),
                owners: owners.clone(),
            },
            explainer: Explainer::new(store.clone(), Arc::clone(&catalogue)),
            connect_page: requests.connect_page.clone(),
            catalogue,
            names: VisibleNames::default(),
            threads: Threads::default(),
            guilds: Guilds::default(),
            gathering: TaskTracker::new(),
            decided: Decided::default(),
            withdrawn: Withdrawn::default(),
            direct: DirectChannels::default(),
            news: Notify::new(),
            verdicts: Notify::new(),
            me: OnceLock::new(),
            hints: RateLimiter::keyed(Quota::per_minute(HINTS_PER_MINUTE)),
            marks: RateLimiter::keyed(once_in(BETWEEN_MARKS)),
            reactions: RateLimiter::keyed(Quota::per_minute(REACTIONS_PER_MINUTE)),
            store,
            rest,
            sealer,
            secrets,
            wakes,
            redactor,
            owners,
            creators,
            pictures,
            fetcher,
            application,
            shows,
        })
    }

    /// The bot's own account. Until Discord has named it, the application's id, which it shares with
    /// all but the oldest bots.
    #[must_use]
    pub(crate) fn me(&self) -> DiscordUserId {
        self.me.get().copied().unwrap_or_else(|| self.application.get().into())
    }

    /// Discord named the bot's account.
    pub(crate) fn is_called(&self, me: DiscordUserId) {
        // it says the same each time
        let _ = self.me.set(me);
    }

    /// The token with which an interaction is answered.
    #[must_use]
    pub(crate) fn token(&self, token: &str) -> InteractionToken {
        InteractionToken { application: self.application, token: SecretString::from(token) }
    }

    /// The person behind an account, known from now on.
    pub(crate) async fn person(&self, account: &Account) -> Result<User, StoreError> {
        in_time(self.store.ensure_user(account.id, &account.username)).await
    }

    /// Whether an account may manage the bot.
    pub(crate) async fn is_owner(&self, account: DiscordUserId) -> Result<bool, StoreError> {
        let user = in_time(self.store.find_user(account)).await?;
        Ok(user.is_some_and(|user| user.is_superuser))
    }

    /// Takes a message within the time that its author waits. When the database gave no answer, it is
    /// asked what became of the commit: "not accepted" is not said of what will be answered.
    pub(crate) async fn accept(&self, incoming: &Incoming) -> Result<Accepted, StoreError> {
        match in_time(self.store.accept(incoming, &self.limits, &self.system)).await {
            Err(error) if error.is_transient() => {
                match in_time(self.store.was_accepted(incoming.source, incoming.author)).await {
                    Ok(true) => Ok(Accepted::Already),
                    Ok(false) | Err(_) => Err(error),
                }
            }
            answered => answered,
        }
    }

    /// Tells a worker to look at a user, after a commit.
    pub(crate) async fn wake(&self, user: UserId) {
        self.wakes.wake(user).await;
    }

    /// Drops what is remembered of people who left, and what nothing runs on any more. Called now and
    /// then.
    pub(crate) async fn tidy(&self) {
        self.hints.retain_recent();
        self.marks.retain_recent();
        self.reactions.retain_recent();
        match self.store.purge_deleted_personalities().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "deleted personalities were purged"),
            // an hour later is as good
            Err(error) => tracing::debug!(kind = %error, "deleted personalities were not purged"),
        }
    }
}

/// A limit of one; a period of zero would be none.
fn once_in(period: Duration) -> Quota {
    Quota::with_period(period).unwrap_or(Quota::per_hour(NonZeroU32::MIN))
}

/// A Discord account, as the gateway names it: the only source for who acts, and so for who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Its id.
    pub(crate) id: DiscordUserId,
    /// Its name.
    pub(crate) username: String,
}

/// The database's answer, within the time that a person waits for it.
pub(crate) async fn in_time<T>(
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(PATIENCE, answer).await.unwrap_or(Err(StoreError::Unavailable))
}
