//! The life of one claimed request: prompt, key, fence, call, outcome. Each step ends the request,
//! gives it back, or leads to the next; a panic in any of them ends it too.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use shared::{
    catalogue::{Catalogue, Model},
    context::RequestContext,
    model::{FailureKind, KeySource},
    personality::ModelSettings,
    secret::UserApiKey,
    store::{
        CallEnd, CallRecord, ClaimedRequest, Conversation, FenceRefusal, Fenced, Personality,
        Spending, StoreError,
    },
    vault::KeyId,
};
use tokio::time::Instant;
use tracing::{error, info, warn};

use crate::{
    attachments::{self, Loaded},
    call::{self, CallOutcome},
    gift,
    open_key::{NoKey, OpenedKey, open_key},
    parameters::{self, Fitted},
    persist::until_written,
    prompt,
    providers::{ChatMessage, ChatRequest},
    runner::Shared,
    sight, spending,
    streams::Listed,
};

/// A process that was frozen between fence and call gives the call up: it may have been buried, and
/// its user may have pressed Retry.
const FENCE_HOLDS_FOR: Duration = Duration::from_secs(3);
/// Before it goes to a worker that may do better.
const GIVE_BACK_FOR: Duration = Duration::from_secs(2);
/// A request whose key nobody is known to open waits no longer than this for somebody who does.
const WAIT_FOR_MASTER_KEY: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// What the preparation of a request came to, other than a call.
enum NotCalled {
    /// Somebody else, or this worker a little later, takes it.
    GiveBack(Duration),
    /// It fails, and nothing was spent.
    Fail(FailureKind),
    /// The fence has ended it, or it is not ours any more.
    Ended,
}

impl From<StoreError> for NotCalled {
    fn from(error: StoreError) -> Self {
        if error.is_transient() {
            Self::GiveBack(GIVE_BACK_FOR)
        } else {
            Self::Fail(FailureKind::Internal)
        }
    }
}

/// The key that pays, if one has to.
enum Payer<'a> {
    User(OpenedKey),
    Operator(&'a UserApiKey),
    Nobody,
}

impl Payer<'_> {
    fn key(&self) -> Option<&UserApiKey> {
        match self {
            Self::User(opened) => Some(&opened.key),
            Self::Operator(key) => Some(key),
            Self::Nobody => None,
        }
    }
}

/// Sees a claimed request through to its end.
pub(crate) async fn see_through(shared: &Arc<Shared>, request: ClaimedRequest) {
    let stream = shared.streams.list(&request);
    let work = AssertUnwindSafe(answer(shared, &request, &stream)).catch_unwind();
    if work.await.is_err() {
        error!(request.id = %request.id, "a request panicked");
        end_after_panic(shared, &request, stream.text()).await;
    }
    shared.nudges.nudge(request.user_id).await;
}

async fn answer(shared: &Shared, request: &ClaimedRequest, stream: &Listed<'_>) {
    info!(request.id = %request.id, user.id = %request.user_id, state = "claimed", "a request was claimed");
    let Some(provider) = shared.providers.get(request.provider) else {
        return end_uncalled(shared, request, NotCalled::Fail(FailureKind::ProviderGone)).await;
    };
    let not_called = match prepare(shared, request).await {
        Ok((chat, payer, _files)) => match pass_fence(shared, request, &payer, &chat).await {
            Ok(fenced_at) if fenced_at.elapsed() < FENCE_HOLDS_FOR => {
                let outcome =
                    call::make(shared, request, provider, payer.key(), &chat, stream).await;
                drop(payer);
                return conclude(shared, request, outcome).await;
            }
            Ok(_frozen) => return take_back(shared, request, GIVE_BACK_FOR).await,
            Err(not_called) => not_called,
        },
        Err(not_called) => not_called,
    };
    end_uncalled(shared, request, not_called).await;
}

async fn prepare<'a>(
    shared: &'a Shared,
    request: &ClaimedRequest,
) -> Result<(ChatRequest, Payer<'a>, Loaded), NotCalled> {
    let store = &shared.store;
    let internal = || NotCalled::Fail(FailureKind::Internal);
    let mut personality = store
        .personality(request.personality_id)
        .await?
        .ok_or(NotCalled::Fail(FailureKind::PersonalityGone))?;
    if request.defaults_only {
        let most = shared.settings.default_max_tokens;
        personality.settings = gift::modest(&personality.settings, most);
    }
    let user = store.user(request.user_id).await?.ok_or_else(internal)?;
    let history = store
        .recent_turns(
            Conversation {
                user: user.id,
                channel: request.channel_id,
                is_shared: request.guild_id.is_some(),
                personality: personality.id,
            },
            Some(request.id),
            prompt::limits::history(&personality.settings).clamp(0, 500),
        )
        .await?;
    let messages: Vec<String> =
        store.request_texts(request.id).await?.into_iter().map(|(_, text)| text).collect();
    let context = prompt::limits::within(&request.context, &personality.settings);
    let catalogue = shared.catalogue.get(&shared.store).await;
    let (files, model) = look(shared, request, &personality.settings, &context, &catalogue).await;
    let length = catalogue.find_at(request.provider, &model).and_then(|known| known.context_length);
    let parts = prompt::Parts {
        personality: &personality,
        context: &context,
        history: &history,
        messages: &messages,
        files: &files.files,
        now: store.clock().now(),
        timezone: &user.timezone,
        is_direct: request.guild_id.is_none(),
        max_tokens: max_tokens(shared, &personality.settings),
        context_length: length.and_then(|length| u64::try_from(length).ok()),
    };
    let messages = prompt::build(&parts);
    let chat = chat_request(shared, request, &personality, &catalogue, model, messages);
    Ok((chat, payer(shared, request).await?, files))
}

/// The longest answer that the personality wants.
fn max_tokens(shared: &Shared, settings: &ModelSettings) -> u32 {
    let own_limit = settings.max_tokens.and_then(|tokens| u32::try_from(tokens).ok());
    own_limit.unwrap_or(shared.settings.default_max_tokens)
}

/// The question to the model, with what the personality asks of it as far as the model can.
fn chat_request(
    shared: &Shared,
    request: &ClaimedRequest,
    personality: &Personality,
    catalogue: &Catalogue,
    model: String,
    messages: Vec<ChatMessage>,
) -> ChatRequest {
    let settings = &personality.settings;
    let asked = parameters::Asked {
        provider: request.provider,
        model: &model,
        made_for: settings.model.as_deref(),
        max_tokens: max_tokens(shared, settings),
        prompt_bytes: messages.iter().map(|message| message.content.len()).sum(),
        advanced: &settings.advanced,
    };
    let Fitted { max_tokens, advanced } = parameters::fit(&asked, catalogue);
    let pseudonym = shared.opener.pseudonym(request.user_id);
    ChatRequest {
        model,
        messages,
        max_tokens,
        temperature: settings.temperature,
        top_p: settings.top_p,
        advanced,
        session: Some(format!("{pseudonym}-{}", personality.id)),
        user: Some(pseudonym),
    }
}

/// Fetches what was sent along, and chooses the model: one that sees, if there is something to see.
async fn look(
    shared: &Shared,
    request: &ClaimedRequest,
    settings: &ModelSettings,
    context: &RequestContext,
    catalogue: &Catalogue,
) -> (Loaded, String) {
    let main = request.model.as_str();
    let sees =
        |model: &str| catalogue.find_at(request.provider, model).is_some_and(Model::sees_images);
    let seeing = if attachments::has_images(context) {
        // where it can't be known, the payer's model is not exchanged
        let asked = shared.store.requested_model(request.id).await;
        let chosen = asked.map_or(true, |asked| asked.is_some_and(|asked| asked.is_own_choice));
        sight::seeing(settings, main, chosen, request.provider, sees)
    } else {
        None
    };
    let files = shared.attachments.load(context, seeing.is_some()).await;
    let model = seeing.filter(|_| files.has_images()).unwrap_or(main);
    (files, model.to_owned())
}

async fn payer<'a>(shared: &'a Shared, request: &ClaimedRequest) -> Result<Payer<'a>, NotCalled> {
    match request.key_source {
        KeySource::User => {}
        KeySource::Keyless => return Ok(Payer::Nobody),
        KeySource::System => {
            let key = shared.settings.operator_key.as_ref();
            return key.map(Payer::Operator).ok_or(NotCalled::Fail(FailureKind::KeyGone));
        }
    }
    match open_key(shared, request.user_id, request.provider).await {
        Ok(opened) => Ok(Payer::User(opened)),
        Err(NoKey::Gone) => Err(NotCalled::Fail(FailureKind::KeyGone)),
        Err(NoKey::Store(error)) => Err(error.into()),
        Err(NoKey::UnknownMasterKey(key)) if somebody_opens(shared, request, key).await => {
            Err(NotCalled::GiveBack(GIVE_BACK_FOR))
        }
        Err(NoKey::Unreadable | NoKey::UnknownMasterKey(_)) => {
            Err(NotCalled::Fail(FailureKind::KeyUnreadable))
        }
    }
}

/// Whether another worker may have the master key: one that says so, or, for a while, one to come.
async fn somebody_opens(shared: &Shared, request: &ClaimedRequest, key: KeyId) -> bool {
    let waited = shared.store.clock().now() - request.created_at;
    if waited < WAIT_FOR_MASTER_KEY {
        return true;
    }
    match shared.store.key_holders().await {
        Ok(holders) => holders.iter().any(|holder| holder.role.opens() && holder.knows(key)),
        Err(error) => error.is_transient(),
    }
}

/// Commits that the call is about to be made, and says when.
async fn pass_fence(
    shared: &Shared,
    request: &ClaimedRequest,
    payer: &Payer<'_>,
    chat: &ChatRequest,
) -> Result<Instant, NotCalled> {
    let opened = match payer {
        Payer::User(opened) => Some(opened.id),
        Payer::Operator(_) | Payer::Nobody => None,
    };
    let catalogue = shared.catalogue.get(&shared.store).await;
    let spending = Spending {
        worst: spending::worst_case(request.provider, chat, &catalogue),
        guests: shared.settings.guest_budget,
    };
    match shared.store.fence(request, opened, &spending).await {
        Ok(Fenced::MayCall) => Ok(Instant::now()),
        Ok(Fenced::Refused(FenceRefusal::KeyReplaced | FenceRefusal::WordsChanged)) => {
            Err(NotCalled::GiveBack(Duration::ZERO))
        }
        Ok(Fenced::Refused(refusal)) => {
            info!(request.id = %request.id, refusal = ?refusal, "a request was not called");
            Err(NotCalled::Ended)
        }
        Err(error) => {
            // the commit may have gone through; the call was not made, and that is certain
            warn!(request.id = %request.id, kind = %error, "the fence could not be passed");
            take_back(shared, request, GIVE_BACK_FOR).await;
            Err(error.into())
        }
    }
}

async fn conclude(shared: &Shared, request: &ClaimedRequest, outcome: CallOutcome) {
    let (end, record) = match outcome {
        CallOutcome::NotStarted { pause } => return take_back(shared, request, pause).await,
        CallOutcome::Ended { end, record } => (end, estimated(shared, request, record).await),
    };
    let written = finish(shared, request, &end, &record).await;
    let usage = record.usage.unwrap_or_default();
    info!(
        request.id = %request.id,
        user.id = %request.user_id,
        state = state_of(&end),
        kind = failure_of(&end).map(FailureKind::as_str),
        tokens.r#in = usage.tokens.input,
        tokens.out = usage.tokens.output,
        duration_ms = record.latency_ms,
        written,
        "a request ended"
    );
}

/// The record with what the call cost by the catalogue, where its provider did not say.
async fn estimated(shared: &Shared, request: &ClaimedRequest, record: CallRecord) -> CallRecord {
    let Some(usage) = record.usage.filter(|usage| usage.cost.is_none()) else { return record };
    let catalogue = shared.catalogue.get(&shared.store).await;
    let answered = record.model.as_deref().unwrap_or(&request.model);
    let estimated = spending::estimate(
        request.provider,
        request.key_source,
        &usage,
        [answered, &request.model],
        &catalogue,
        shared.store.clock().now(),
    );
    CallRecord { estimated, ..record }
}

async fn finish(
    shared: &Shared,
    request: &ClaimedRequest,
    end: &CallEnd,
    record: &CallRecord,
) -> bool {
    let never = tokio_util::sync::CancellationToken::new();
    match until_written(&never, || shared.store.finish(request, end, record)).await {
        Ok(written) => written,
        Err(error) => {
            error!(alert = true, request.id = %request.id, kind = %error, "an outcome was lost");
            false
        }
    }
}

/// The call provably did not start: the request waits for another try.
async fn take_back(shared: &Shared, request: &ClaimedRequest, pause: Duration) {
    let hard = shared.lifecycle.hard();
    match until_written(&hard, || shared.store.unsent(request, pause)).await {
        Ok(taken_back) => info!(request.id = %request.id, taken_back, "a call was not made"),
        Err(error) => {
            warn!(request.id = %request.id, kind = %error, "a call could not be taken back");
        }
    }
}

async fn end_uncalled(shared: &Shared, request: &ClaimedRequest, not_called: NotCalled) {
    let hard = shared.lifecycle.hard();
    let done = match not_called {
        NotCalled::Ended => return,
        NotCalled::GiveBack(pause) => {
            until_written(&hard, || shared.store.give_back(request, pause)).await
        }
        NotCalled::Fail(kind) => {
            warn!(request.id = %request.id, kind = kind.as_str(), state = "failed", "a request ended uncalled");
            until_written(&hard, || shared.store.fail_unspent(request, kind)).await
        }
    };
    if let Err(error) = done {
        warn!(request.id = %request.id, kind = %error, "a request was left to the reaper");
    }
}

async fn end_after_panic(shared: &Shared, request: &ClaimedRequest, text: String) {
    let end = CallEnd::Interrupted { text, failure: FailureKind::Internal };
    if !finish(shared, request, &end, &CallRecord::default()).await {
        end_uncalled(shared, request, NotCalled::Fail(FailureKind::Internal)).await;
    }
}

const fn state_of(end: &CallEnd) -> &'static str {
    match end {
        CallEnd::Answered { .. } => "answered",
        CallEnd::Failed { .. } => "failed",
        CallEnd::Interrupted { .. } => "interrupted",
    }
}

const fn failure_of(end: &CallEnd) -> Option<FailureKind> {
    match end {
        CallEnd::Answered { .. } => None,
        CallEnd::Failed { failure } | CallEnd::Interrupted { failure, .. } => Some(*failure),
    }
}
