//! One life: what the store and the model make of each step.

use std::time::Duration;

use chrono::TimeDelta;
use proptest::test_runner::TestCaseError;
use shared::{
    clock::Clock,
    context::MessageContext,
    ids::{PersonalityId, SourceId},
    model::{FailureKind, FinishReason, InactiveReason, Provider, RequestState},
    store::{
        Accepted, CallEnd, CallRecord, ClaimedRequest, Fenced, Incoming, Limits, PartialText,
        Refusal, Regenerated, Retried, Spending, Stopped,
    },
    testing::{Person, TestDb, limits, message, no_guests},
};

use super::{
    super::stage::{delivery_of, figures, snowflake, viola, worker},
    intake::{Again, DEADLINE, MAX_JOINED, MAX_QUEUED, Unwelcome},
    invariants::Invariants,
    model::{MAX_ACTIVE, Model, partial_text},
    rows::{self, World},
    steps::Step,
};

/// One life beside the model.
struct Life<'a> {
    db: &'a TestDb,
    people: [Person; 2],
    world: World,
    /// Which of the workers in the world are the three that live.
    living: [usize; 3],
    model: Model,
    sent: Vec<Incoming>,
    /// Messages that had to be completed, and the requests in the model that they became part of.
    gathering: Vec<(u64, Vec<usize>)>,
    /// Every claim that was ever made, with its request's index in the model.
    claims: Vec<(usize, ClaimedRequest)>,
}

/// Lives `steps` from the beginning, for two people who are new.
pub(super) async fn live(
    db: &TestDb,
    bob: PersonalityId,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let mut life = Life::begin(db, bob).await;
    let mut invariants = Invariants::default();
    for (at, step) in steps.iter().enumerate() {
        let context = |what: String| TestCaseError::fail(format!("step {at}, {step:?}: {what}"));
        life.step(step).await.map_err(context)?;
        for user in 0..2 {
            let found = db.lives_of(life.people[user].id).await;
            invariants.check(&found).map_err(context)?;
            let expected = rows::expected(&life.model, user, &life.world);
            same(&found, &expected).map_err(context)?;
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("the store says {found:#?}, the model {expected:#?}"))
}

fn small_limits() -> Limits {
    let deadline = Duration::from_secs(DEADLINE.num_seconds().cast_unsigned());
    let max_queued = i64::try_from(MAX_QUEUED).unwrap();
    Limits { max_queued, max_joined: i64::try_from(MAX_JOINED).unwrap(), deadline, ..limits() }
}

fn unwelcome(why: &Refusal) -> Unwelcome {
    match why {
        Refusal::NoKey | Refusal::GuestLimit | Refusal::NoSuchPersonality => Unwelcome::NoKey,
        Refusal::KeySwitchedOff { .. } | Refusal::KeyPaused { .. } => Unwelcome::SwitchedOff,
        Refusal::Busy { .. } => Unwelcome::Busy,
        Refusal::Forbidden => panic!("no moderator is about"),
        Refusal::NoModel { provider } => panic!("{provider} has a model to begin with"),
    }
}

impl<'a> Life<'a> {
    async fn begin(db: &'a TestDb, bob: PersonalityId) -> Self {
        let people = [db.person(snowflake()).await, db.person(snowflake()).await];
        let world = World {
            channels: [snowflake(), snowflake()],
            personalities: [viola(), bob],
            workers: Vec::new(),
        };
        let model = Model::default();
        let (living, sent, gathering, claims) = ([0; 3], Vec::new(), Vec::new(), Vec::new());
        let mut life = Self { db, people, world, living, model, sent, gathering, claims };
        for slot in 0..3 {
            life.hire(slot).await;
        }
        for user in 0..2 {
            life.replace_key(user).await;
        }
        life
    }

    async fn hire(&mut self, slot: usize) {
        let id = worker(self.db);
        self.db.store().register_worker(id).await.unwrap();
        self.living[slot] = self.world.workers.len();
        self.world.workers.push(id);
    }

    async fn replace_key(&mut self, user: usize) {
        let key = self.db.give_key(self.people[user], &format!("sk-test-{}", snowflake())).await;
        self.model.replace_key(user, key);
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let (db, store) = (self.db, self.db.store());
        let now = db.clock().now();
        match *step {
            Step::Accept { user, channel, personalities, gathers } => {
                self.accept(user, channel, personalities, gathers).await
            }
            Step::Gathered { which } => self.gathered(which).await,
            Step::AcceptAgain { which } => match nth_back(&self.sent, which) {
                Some(incoming) => {
                    let again =
                        store.accept(incoming, &small_limits(), &no_guests()).await.unwrap();
                    same(&again, &Accepted::Already)
                }
                None => Ok(()),
            },
            Step::Claim { user, worker } => self.claim(user, worker).await,
            Step::Stop { which } => self.stop(which).await,
            Step::Retry { which } => self.retry(which).await,
            Step::Regenerate { which, by_stranger } => self.regenerate(which, by_stranger).await,
            Step::Unsay { which } => self.unsay(which).await,
            Step::WorkerDies { worker } => {
                let dead = self.living[worker];
                store.bury(self.world.workers[dead], Some(0)).await.unwrap();
                self.model.bury(dead);
                self.hire(worker).await;
                Ok(())
            }
            Step::BuriedTooEarly { worker } => {
                let living = self.world.workers[self.living[worker]];
                let buried = store.bury(living, Some(1)).await.unwrap();
                same(&buried.is_empty(), &true)
            }
            Step::ReplaceKey { user } => {
                self.replace_key(user).await;
                Ok(())
            }
            Step::RemoveKey { user } => {
                let removed = store.remove_key(self.people[user].id, Provider::OpenRouter).await;
                same(&removed.unwrap(), &self.model.keys[user].take().is_some())
            }
            Step::SwitchKeyOff { user } => {
                if let Some(key) = &mut self.model.keys[user] {
                    let off = store.switch_off_key(key.id, InactiveReason::Rejected).await;
                    same(&off.unwrap(), &std::mem::replace(&mut key.active, false))?;
                }
                Ok(())
            }
            Step::Wait { seconds } => {
                db.clock().advance(TimeDelta::seconds(seconds));
                Ok(())
            }
            Step::GiveBack { which, .. }
            | Step::Fence { which }
            | Step::Unsent { which, .. }
            | Step::Partial { which, .. }
            | Step::Finish { which, .. } => {
                let Some((index, claimed)) = nth_back(&self.claims, which).cloned() else {
                    return Ok(());
                };
                self.with_claim(step, index, &claimed, now).await
            }
        }
    }

    async fn with_claim(
        &mut self,
        step: &Step,
        index: usize,
        claimed: &ClaimedRequest,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), String> {
        let (store, token) = (self.db.store(), claimed.token);
        let seconds = |delay: i64| Duration::from_secs(delay.cast_unsigned());
        let later = |delay| now + TimeDelta::seconds(delay);
        match *step {
            Step::GiveBack { delay, .. } => {
                let done = store.give_back(claimed, seconds(delay)).await.unwrap();
                same(&done, &self.model.give_back(index, token, later(delay)))
            }
            Step::Unsent { delay, .. } => {
                let done = store.unsent(claimed, seconds(delay)).await.unwrap();
                same(&done, &self.model.unsent(index, token, later(delay)))
            }
            Step::Fence { .. } => {
                let opened = claimed.api_key_id;
                let held = (opened.unwrap(), claimed.words_rev);
                let fenced = store.fence(claimed, opened, &Spending::default()).await.unwrap();
                let expected = match self.model.fence(index, token, held, now) {
                    Ok(()) => Fenced::MayCall,
                    Err(why) => Fenced::Refused(why),
                };
                same(&fenced, &expected)
            }
            Step::Partial { rev, .. } => {
                let text = partial_text(rev);
                let partial = PartialText { request: claimed.id, token, rev, text };
                store.save_partials(&[partial]).await.unwrap();
                self.model.partial(index, token, rev);
                Ok(())
            }
            Step::Finish { how, text, figures: with_figures, .. } => {
                let text = format!("text {text}");
                let (state, end) = match how {
                    0 => (
                        RequestState::Answered,
                        CallEnd::Answered { text: text.clone(), finish: FinishReason::Stop },
                    ),
                    1 => (RequestState::Failed, CallEnd::Failed { failure: FailureKind::Quota }),
                    _ => {
                        let failure = FailureKind::Transient;
                        let end = CallEnd::Interrupted { text: text.clone(), failure };
                        (RequestState::Interrupted, end)
                    }
                };
                let record = if with_figures { figures(7) } else { CallRecord::default() };
                let done = store.finish(claimed, &end, &record).await.unwrap();
                let text = (state != RequestState::Failed).then_some(text);
                same(&done, &self.model.finish(index, token, (state, text), with_figures))
            }
            _ => Ok(()),
        }
    }

    async fn accept(
        &mut self,
        user: usize,
        channel: usize,
        which: usize,
        gathers: bool,
    ) -> Result<(), String> {
        let source = snowflake();
        let chosen: Vec<usize> = (0..2).filter(|i| which & (1 << i) != 0).collect();
        let mut incoming = message(source, self.people[user].discord);
        incoming.place.channel = self.world.channels[channel].into();
        incoming.personalities = chosen.iter().map(|i| self.world.personalities[*i]).collect();
        incoming.context.messages.push(MessageContext::of(source.into()));
        incoming.context.awaited.extend(gathers.then(|| SourceId::from(source)));
        let accepted = self.db.store().accept(&incoming, &small_limits(), &no_guests()).await;
        let lanes: Vec<_> = chosen.iter().map(|i| (user, channel, *i)).collect();
        let expected = self.model.accept(&lanes, gathers.then_some(source), self.db.clock().now());
        match (accepted.unwrap(), expected) {
            (Accepted::Taken { requests, .. }, Ok(indices)) if requests.len() == indices.len() => {
                if gathers {
                    self.gathering.push((source, indices.clone()));
                }
                for (id, index) in requests.into_iter().zip(indices) {
                    let request = &mut self.model.requests[index];
                    if request.messages == 1 {
                        request.id = id;
                    }
                    same(&id, &request.id)?;
                }
                self.sent.push(incoming);
                Ok(())
            }
            (Accepted::Refused { why, .. }, Err(expected)) => same(&unwelcome(&why), &expected),
            (accepted, expected) => Err(format!("{accepted:?}, and the model {expected:?}")),
        }
    }

    async fn gathered(&mut self, which: usize) -> Result<(), String> {
        let Some((source, indices)) = nth_back(&self.gathering, which).cloned() else {
            return Ok(());
        };
        let requests: Vec<_> = indices.iter().map(|i| self.model.requests[*i].id).collect();
        let person = self.people[self.model.requests[indices[0]].lane.0];
        let message = MessageContext::of(source.into());
        let queued = self.db.store().gathered(person.id, &requests, &message).await.unwrap();
        let now = self.db.clock().now();
        let expected = indices.into_iter().filter(|i| self.model.gathered(*i, source, now)).count();
        same(&queued, &expected)
    }

    async fn claim(&mut self, user: usize, worker: usize) -> Result<(), String> {
        let (store, person) = (self.db.store(), self.people[user]);
        let max = i64::try_from(MAX_ACTIVE).unwrap();
        let expected = self.model.claimable(user, self.db.clock().now());
        let asked = store.has_claimable(person.id, max).await.unwrap();
        same(&asked, &expected.is_some())?;
        let worker = self.living[worker];
        let claimed = store.claim(self.world.workers[worker], person.id, max).await.unwrap();
        let id = expected.map(|index| self.model.requests[index].id);
        same(&claimed.as_ref().map(|claimed| claimed.id), &id)?;
        if let (Some(claimed), Some(index)) = (claimed, expected) {
            self.model.claim(index, claimed.token, worker);
            self.claims.push((index, claimed));
        }
        Ok(())
    }

    async fn stop(&mut self, which: usize) -> Result<(), String> {
        let Some(index) = self.model.requests.len().checked_sub(1 + which) else { return Ok(()) };
        let request = &self.model.requests[index];
        let person = self.people[request.lane.0];
        let delivery = delivery_of(self.db, request.id).await;
        let stopped = self.db.store().stop(delivery, person.discord).await.unwrap();
        let expected = match self.model.stop(index) {
            RequestState::Gathering | RequestState::Queued => {
                Stopped::Cancelled { user: person.id }
            }
            RequestState::Claimed | RequestState::Calling => Stopped::Asked,
            _ => Stopped::TooLate,
        };
        same(&stopped, &expected)
    }

    async fn retry(&mut self, which: usize) -> Result<(), String> {
        let Some(index) = self.model.requests.len().checked_sub(1 + which) else { return Ok(()) };
        let request = &self.model.requests[index];
        let person = self.people[request.lane.0];
        let delivery = delivery_of(self.db, request.id).await;
        let (source, limits) = (snowflake().into(), small_limits());
        let store = self.db.store();
        let retried = store.retry(delivery, person.discord, source, &limits, &no_guests()).await;
        let expected = self.model.retry(index, self.db.clock().now());
        match (retried.unwrap(), expected) {
            (Retried::Taken { request, .. }, Ok(Again::As(new))) => {
                self.model.requests[new].id = request;
                Ok(())
            }
            (Retried::NotNeeded, Ok(Again::NotNeeded)) | (Retried::Already, Ok(Again::Already)) => {
                Ok(())
            }
            (Retried::Refused(why), Err(expected)) => same(&unwelcome(&why), &expected),
            (retried, expected) => Err(format!("{retried:?}, and the model {expected:?}")),
        }
    }

    async fn regenerate(&mut self, which: usize, by_stranger: bool) -> Result<(), String> {
        let Some(index) = self.model.requests.len().checked_sub(1 + which) else { return Ok(()) };
        let (db, request) = (self.db, &self.model.requests[index]);
        let by = self.people[if by_stranger { 1 - request.lane.0 } else { request.lane.0 }];
        let delivery = delivery_of(db, request.id).await;
        let (press, limits, system) = (snowflake().into(), small_limits(), no_guests());
        let ask = async || {
            db.store().regenerate(delivery, by.discord, press, &limits, &system).await.unwrap()
        };
        let answer = ask().await;
        if by_stranger {
            return same(&answer, &Regenerated::NotYours);
        }
        match (answer, self.model.regenerate(index, db.clock().now())) {
            (Regenerated::Taken { request, .. }, Ok(Again::As(new))) => {
                self.model.requests[new].id = request;
                same(&ask().await, &Regenerated::Already)
            }
            (Regenerated::Unfinished, Ok(Again::Unfinished)) => Ok(()),
            (Regenerated::Refused(why), Err(expected)) => same(&unwelcome(&why), &expected),
            (answer, expected) => Err(format!("{answer:?}, and the model {expected:?}")),
        }
    }

    async fn unsay(&mut self, which: usize) -> Result<(), String> {
        let Some(index) = self.model.requests.len().checked_sub(1 + which) else { return Ok(()) };
        let request = &self.model.requests[index];
        let person = self.people[request.lane.0];
        let delivery = delivery_of(self.db, request.id).await;
        let whose = self.db.store().unsay(delivery).await.unwrap();
        self.model.unsay(index);
        same(&whose, &Some(person.id))
    }
}

/// The `n`th from the end.
fn nth_back<T>(all: &[T], n: usize) -> Option<&T> {
    all.get(all.len().checked_sub(1 + n)?)
}
