//! A stand-in for the model providers, on this machine: OpenRouter's API, and below paths of their own
//! ([`Api`]) OpenAI's, Anthropic's, Gemini's, DeepSeek's and that of a server of the operator's.
//!
//! It speaks the wires that the worker speaks, each with its own errors, usage and check of a key, so that the product can be tried without an account and
//! tests drive the real client over real HTTP. What it says comes from recordings: the texts of
//! its errors, the comments between chunks, the forms of a usage record.
//!
//! It is honest where it matters: the model list is public and says nothing of a key, a key that
//! nobody [added](StandInProvider::add_key) is refused, an answer is charged, and of a call that
//! broke off `/generation` knows the cost. And it is at a test's command: a [`Script`] makes a call
//! fail in any way that providers fail, a [`Gate`] holds it at a moment of the test's choice, and
//! the [`Ledger`] tells who asked what, with whose key.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    routing::{get, post},
};
use tokio::task::JoinHandle;

mod account;
mod admission;
mod answer;
mod api;
mod asides;
mod calls;
mod catalogue;
mod chat;
mod connect;
mod door;
mod gate;
mod improvise;
mod ledger;
mod manners;
mod refusal;
mod script;
mod steps;
mod wires;
mod world;

pub use account::KeyPlan;
pub use api::Api;
pub use catalogue::{ListedModel, Reasoning};
pub use gate::{Gate, GateAt};
pub use ledger::{Book, Call, Counters, Image, Ledger, Message, Stage};
pub use manners::{Lists, ServerManners, Streams};
pub use refusal::Refusal;
pub use script::{Fault, Recording, Reply, Script};

use door::Doors;
pub(crate) use world::World;

/// How the stand-in starts.
#[derive(Clone, Debug, Default)]
pub struct StandInOptions {
    /// The port on 127.0.0.1; 0 is any free one.
    pub port: u16,
    /// The keys that it knows from the beginning.
    pub keys: Vec<(String, KeyPlan)>,
    /// What happens to a call for which nothing else is said.
    pub script: Script,
}

/// A running stand-in. Dropping it closes it.
#[derive(Debug)]
pub struct StandInProvider {
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
}

impl StandInProvider {
    /// Starts one on this machine's loopback.
    pub async fn start(options: StandInOptions) -> io::Result<Self> {
        let doors = Doors::open(options.port).await?;
        let address = doors.address()?;
        let world = Arc::new(World::new(options));
        let app = router(Arc::clone(&world)).into_make_service_with_connect_info::<door::Door>();
        let server = tokio::spawn(async move {
            // it ends with the task
            let _never = axum::serve(doors, app).await;
        });
        Ok(Self { address, world, server })
    }

    /// Where the API begins: what goes into `OPENROUTER_BASE_URL`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url_of(Api::OpenRouter)
    }

    /// Where an API begins: what goes into `OPENAI_BASE_URL`, `MODEL_SERVERS` and so on.
    #[must_use]
    pub fn base_url_of(&self, api: Api) -> String {
        format!("http://{}{}", self.address, api.path())
    }

    /// Makes a key known to OpenRouter, or changes what it may do.
    pub fn add_key(&self, key: &str, plan: KeyPlan) {
        self.add_key_of(Api::OpenRouter, key, plan);
    }

    /// Revokes a key of OpenRouter's: from now on it is refused.
    pub fn remove_key(&self, key: &str) {
        self.remove_key_of(Api::OpenRouter, key);
    }

    /// What a key may do at OpenRouter, and what is left on it.
    #[must_use]
    pub fn key_plan(&self, key: &str) -> Option<KeyPlan> {
        self.key_plan_of(Api::OpenRouter, key)
    }

    /// As [`add_key`](Self::add_key), for any API.
    pub fn add_key_of(&self, api: Api, key: &str, plan: KeyPlan) {
        self.world.accounts().insert((api, key.to_owned()), plan);
    }

    /// As [`remove_key`](Self::remove_key), for any API.
    pub fn remove_key_of(&self, api: Api, key: &str) {
        self.world.accounts().remove(&(api, key.to_owned()));
    }

    /// As [`key_plan`](Self::key_plan), for any API.
    #[must_use]
    pub fn key_plan_of(&self, api: Api, key: &str) -> Option<KeyPlan> {
        self.world.accounts().get(&(api, key.to_owned())).cloned()
    }

    /// Says how the server of the operator's behaves.
    pub fn behave(&self, manners: ServerManners) {
        *self.world.manners() = manners;
    }

    /// A code as the page at `/auth` shows it to somebody who agrees: good once, for the verifier of
    /// this challenge (RFC 7636, S256).
    #[must_use]
    pub fn mint_code(&self, challenge: &str) -> String {
        self.world.codes().mint(challenge)
    }

    /// Lets a code's ten minutes be over.
    pub fn expire_code(&self, code: &str) {
        self.world.codes().expire(code);
    }

    /// Makes `POST /auth/keys` fail, or with `None` no more.
    pub fn refuse_exchanges(&self, refusal: Option<Refusal>) {
        self.world.scripts().exchanges = refusal;
    }

    /// Says what happens to the next call that nothing is said of yet, whoever makes it.
    pub fn script_next(&self, script: Script) {
        self.world.scripts().next.push_back(script);
    }

    /// Says what happens to every call with `key`, unless a [next](Self::script_next) one is said.
    pub fn script_key(&self, key: &str, script: Script) {
        self.world.scripts().by_key.insert(key.to_owned(), script);
    }

    /// Forgets every script but that of the start.
    pub fn clear_scripts(&self) {
        self.world.scripts().clear();
    }

    /// Holds the next call `at` a moment, until the gate is [released](Gate::release).
    #[must_use]
    pub fn gate(&self, at: GateAt) -> Gate {
        let gate = Gate::new(at);
        self.script_next(Script::default().gated(gate.clone()));
        gate
    }

    /// Makes every check of a key fail, at every API, or with `None` no more.
    pub fn refuse_key_checks(&self, refusal: Option<Refusal>) {
        self.world.scripts().key_checks = refusal;
    }

    /// The models that are listed now.
    #[must_use]
    pub fn models(&self) -> Vec<ListedModel> {
        self.world.catalogue().models.clone()
    }

    /// Lists a model, in place of the one of the same id if there is one.
    pub fn list_model(&self, model: ListedModel) {
        let mut catalogue = self.world.catalogue();
        catalogue.gone.retain(|gone| *gone != model.id);
        match catalogue.models.iter_mut().find(|listed| listed.id == model.id) {
            Some(listed) => *listed = model,
            None => catalogue.models.push(model),
        }
    }

    /// Changes a model of the list: its ceiling, its price. `false` if there is none of this id.
    pub fn change_model(&self, id: &str, change: impl FnOnce(&mut ListedModel)) -> bool {
        let mut catalogue = self.world.catalogue();
        let listed = catalogue.models.iter_mut().find(|listed| listed.id == id);
        listed.map(change).is_some()
    }

    /// Takes a model off the list.
    pub fn remove_model(&self, id: &str) {
        self.world.catalogue().remove(id);
    }

    /// Makes `GET /models` fail, or with `None` no more.
    pub fn refuse_model_list(&self, refusal: Option<Refusal>) {
        self.world.catalogue().refusal = refusal;
    }

    /// Lets only models of the list answer, and only what fits them: as OpenRouter does. Otherwise
    /// any name will do.
    pub fn answer_only_listed(&self, strict: bool) {
        self.world.catalogue().strict = strict;
    }

    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&self.world)
    }

    /// Who asked what.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.world.ledger()
    }
}

impl Drop for StandInProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(world: Arc<World>) -> Router {
    let openrouter = Router::new()
        .route("/chat/completions", post(calls::openrouter))
        .route("/key", get(asides::key))
        .route("/generation", get(asides::generation))
        .route("/models", get(asides::models))
        .route("/auth/keys", post(connect::exchange));
    let openai = Router::new()
        .route("/chat/completions", post(calls::openai))
        .route("/models", get(asides::openai_models));
    let anthropic = Router::new()
        .route("/messages", post(calls::anthropic))
        .route("/models", get(asides::anthropic_models));
    let gemini = Router::new()
        .route("/models/{call}", post(calls::gemini))
        .route("/models", get(asides::gemini_models));
    let deepseek = Router::new()
        .route("/chat/completions", post(calls::deepseek))
        .route("/user/balance", get(asides::balance));
    let server = Router::new()
        .route("/chat/completions", post(calls::server))
        .route("/models", get(asides::server_models));
    Router::new()
        .nest(Api::OpenRouter.path(), openrouter)
        .nest(Api::OpenAi.path(), openai)
        .nest(Api::Anthropic.path(), anthropic)
        .nest(Api::Gemini.path(), gemini)
        .nest(Api::DeepSeek.path(), deepseek)
        .nest(Api::Server.path(), server)
        .route("/auth", get(connect::page))
        .fallback(asides::not_found)
        .method_not_allowed_fallback(asides::method_not_allowed)
        .with_state(world)
}
