//! The page: the local Discord in a browser.
//!
//! A small HTTP server of its own, for this machine alone. It hands out the files of
//! `playground/page` (embedded, so that nothing has to be built or fetched), tells each window over
//! one event [`stream`] what its person sees, and lets that person [`act`]. The [`curtain`] shows what
//! goes on behind it; [`switches`] break things on demand.
//!
//! ```text
//!  browser ── GET /api/stream?as=alice ──► view of the world, again whenever it changed
//!          ── POST /api/act?as=alice ────► discord::Person ─► bot ─► reply
//!          ── GET /api/curtain ──────────► Backstage (told by the program around it), ledgers
//!          ── POST /api/faults ──────────► discord::Faults, provider scripts
//! ```
//!
//! Whoever reaches the page may be anybody in it. Therefore it listens on loopback only, and
//! [`guard`] turns away what a foreign page in the same browser could send.

mod act;
mod asked;
mod backstage;
mod curtain;
mod files;
mod guard;
mod reply;
mod stream;
mod switches;
mod upload;
mod view;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::State,
    middleware,
    response::Json,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::backstage::{Backstage, KeyRow, Look, RequestRow, Scene, StepRow, Wakes, Welcome};
use self::{
    asked::{Problem, Sent},
    switches::Switches,
};
use crate::{
    discord::{LocalDiscord, Server},
    provider::StandInProvider,
};

/// What the page shows, and where.
pub struct PageEnv<'a> {
    /// The Discord in the page.
    pub discord: &'a LocalDiscord,
    /// The stand-in model, if one is there to be looked at and broken.
    pub provider: Option<&'a StandInProvider>,
    /// The program around it, if it has something to tell.
    pub backstage: Option<Arc<dyn Backstage>>,
    /// What a newcomer is told.
    pub welcome: Option<Welcome>,
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
}

/// A running page. Dropped, it takes nobody in any more.
#[derive(Debug)]
pub struct Page {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// What all of the page's requests share.
struct Shared {
    discord: Arc<Server>,
    provider: Option<Arc<crate::provider::World>>,
    backstage: Option<Arc<dyn Backstage>>,
    welcome: Option<Welcome>,
    switches: Switches,
}

impl Page {
    /// Opens the page on 127.0.0.1.
    pub async fn open(env: PageEnv<'_>) -> io::Result<Self> {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, env.port)).await?;
        let address = tcp.local_addr()?;
        let discord = Arc::clone(&env.discord.server);
        let provider = env.provider.map(StandInProvider::world);
        let switches = Switches::new(&discord, provider.clone(), env.backstage.clone());
        let shared = Arc::new(Shared {
            discord,
            provider,
            backstage: env.backstage,
            welcome: env.welcome,
            switches,
        });
        let app = router(shared).layer(middleware::from_fn(move |request, next| {
            guard::check(address.port(), request, next)
        }));
        let serving = tokio::spawn(async move {
            // it ends with the task
            let _never = axum::serve(tcp, app).await;
        });
        Ok(Self { address, serving })
    }

    /// Where a browser finds it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/stream", get(stream::open))
        .route("/api/act", post(act::act))
        .route("/api/welcome", get(welcome))
        .route("/api/curtain", get(curtain::look))
        .route("/api/faults", get(faults).post(switch))
        .route("/attachments/{*path}", get(upload::download))
        .fallback(files::serve)
        .with_state(shared)
}

async fn welcome(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(shared.welcome))
}

async fn faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.switches.show())
}

/// A switch that somebody touched.
#[derive(Deserialize)]
struct Switched {
    id: String,
    #[serde(default)]
    on: bool,
}

async fn switch(
    State(shared): State<Arc<Shared>>,
    Sent(switched): Sent<Switched>,
) -> Result<Json<Value>, Problem> {
    if shared.switches.set(&switched.id, switched.on) {
        Ok(Json(shared.switches.show()))
    } else {
        Err(Problem(format!("There is no switch {}.", switched.id)))
    }
}
