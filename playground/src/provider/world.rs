use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    Api, KeyPlan, Ledger, Refusal, Script, ServerManners, Stage, StandInOptions,
    catalogue::Catalogue, connect::Codes, wires::Asked,
};

/// Nano-dollars for a token of the prompt.
pub(super) const PROMPT_PRICE: i64 = 150;
/// Nano-dollars for a token of the answer.
pub(super) const COMPLETION_PRICE: i64 = 600;

/// Everything that the stand-in knows.
#[derive(Debug)]
pub(crate) struct World {
    accounts: Mutex<HashMap<(Api, String), KeyPlan>>,
    codes: Mutex<Codes>,
    manners: Mutex<ServerManners>,
    scripts: Mutex<Scripts>,
    catalogue: Mutex<Catalogue>,
    generations: Mutex<HashMap<String, Generation>>,
    ledger: Ledger,
    next_generation: AtomicUsize,
}

/// What is said of calls to come.
#[derive(Debug)]
pub(crate) struct Scripts {
    pub(super) next: VecDeque<Script>,
    pub(super) by_key: HashMap<String, Script>,
    pub(crate) key_checks: Option<Refusal>,
    /// Codes can't be exchanged.
    pub(super) exchanges: Option<Refusal>,
    pub(crate) otherwise: Script,
}

/// The record of a call that is over.
#[derive(Clone, Debug)]
pub(super) struct Generation {
    pub(super) key: String,
    pub(super) model: String,
    pub(super) charge: Charge,
    pub(super) was_cancelled: bool,
}

/// What a call used.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Charge {
    pub(super) prompt: i64,
    pub(super) completion: i64,
    /// What of the completion was thought.
    pub(super) reasoning: i64,
}

impl Charge {
    pub(super) const fn cost(self) -> i64 {
        self.prompt * PROMPT_PRICE + self.completion * COMPLETION_PRICE
    }
}

impl World {
    pub(super) fn new(options: StandInOptions) -> Self {
        Self {
            accounts: Mutex::new(
                options
                    .keys
                    .into_iter()
                    .map(|(key, plan)| ((Api::OpenRouter, key), plan))
                    .collect(),
            ),
            codes: Mutex::default(),
            manners: Mutex::default(),
            scripts: Mutex::new(Scripts {
                next: VecDeque::new(),
                by_key: HashMap::new(),
                key_checks: None,
                exchanges: None,
                otherwise: options.script,
            }),
            catalogue: Mutex::new(Catalogue::new()),
            generations: Mutex::default(),
            ledger: Ledger::default(),
            next_generation: AtomicUsize::new(1),
        }
    }

    pub(super) fn accounts(&self) -> MutexGuard<'_, HashMap<(Api, String), KeyPlan>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn codes(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn manners(&self) -> MutexGuard<'_, ServerManners> {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn scripts(&self) -> MutexGuard<'_, Scripts> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generations(&self) -> MutexGuard<'_, HashMap<String, Generation>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What happens to a call with `key` that comes now.
    pub(super) fn script_for(&self, key: Option<&str>) -> Script {
        let mut scripts = self.scripts();
        if let Some(script) = scripts.next.pop_front() {
            return script;
        }
        let of_key = key.and_then(|key| scripts.by_key.get(key));
        of_key.unwrap_or(&scripts.otherwise).clone()
    }

    /// Takes note of a call that comes now.
    pub(super) fn open_call(self: &Arc<Self>, api: Api, bearer: Option<String>) -> OpenCall {
        let number = self.next_generation.fetch_add(1, Ordering::Relaxed);
        let generation_id = format!("gen-1763600000-StandIn{number:013}");
        let line = self.ledger.open(api, bearer.clone(), &generation_id);
        OpenCall {
            world: Arc::clone(self),
            line,
            api,
            generation_id,
            key: bearer.unwrap_or_default(),
            model: String::new(),
            charge: Charge::default(),
            is_charged: false,
            is_over: false,
        }
    }
}

impl Scripts {
    pub(super) fn clear(&mut self) {
        self.next.clear();
        self.by_key.clear();
        self.key_checks = None;
        self.exchanges = None;
    }
}

/// A call under way. However it ends, the ledger learns of it; and dropped without another end,
/// it was the client who left.
#[derive(Debug)]
pub(super) struct OpenCall {
    world: Arc<World>,
    line: usize,
    api: Api,
    pub(super) generation_id: String,
    key: String,
    model: String,
    charge: Charge,
    is_charged: bool,
    is_over: bool,
}

impl OpenCall {
    /// The request was understood.
    pub(super) fn asked(&mut self, asked: &Asked) {
        self.model.clone_from(&asked.model);
        self.world.ledger.write(self.line, |call| {
            call.model.clone_from(&asked.model);
            call.messages.clone_from(&asked.messages);
            call.body.clone_from(&asked.body);
        });
    }

    /// The model works: from here on it costs.
    pub(super) fn begin(&mut self, prompt: i64) {
        self.is_charged = true;
        self.charge.prompt = prompt;
    }

    /// So many tokens are thought, and nothing of it is sent.
    pub(super) fn thought(&mut self, tokens: i64) {
        self.charge.completion += tokens;
        self.charge.reasoning += tokens;
    }

    /// A chunk of so many tokens is sent.
    pub(super) fn sent(&mut self, tokens: i64) {
        self.charge.completion += tokens;
        self.world.ledger.write(self.line, |call| call.chunks += 1);
    }

    pub(super) fn first_byte(&self) {
        self.world.ledger.write(self.line, |call| {
            if call.stage == Stage::Started {
                call.stage = Stage::FirstByte;
            }
        });
    }

    pub(super) fn complete(&mut self) {
        self.end(Stage::Completed);
    }

    pub(super) fn refuse(mut self, status: u16) {
        self.end(Stage::Refused(status));
    }

    pub(super) fn fail(&mut self) {
        self.end(Stage::Failed);
    }

    /// Charges what was used, keeps the record, and closes the line in the ledger: in this order,
    /// so that who waits for the ledger finds the rest done.
    fn end(&mut self, stage: Stage) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        if self.is_charged {
            let cost = self.charge.cost();
            if let Some(plan) = self.world.accounts().get_mut(&(self.api, self.key.clone())) {
                plan.charge(cost);
            }
            let generation = Generation {
                key: self.key.clone(),
                model: self.model.clone(),
                charge: self.charge,
                was_cancelled: stage == Stage::Aborted,
            };
            self.world.generations().insert(self.generation_id.clone(), generation);
            self.world.ledger.write(self.line, |call| call.cost = cost);
        }
        self.world.ledger.close(self.line, stage);
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.end(Stage::Aborted);
    }
}
