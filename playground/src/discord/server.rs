//! The server's start and stop, and the handles on its parts.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    extract::{
        ConnectInfo, Request, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection,
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    bell::{Bell, lock},
    connection::{Cut, CuttableListener},
    faults::Faults,
    gateway,
    ledger::Ledger,
    options::Options,
    people::Person,
    rest::{self, Buckets},
    snowflake::Snowflake,
    world::World,
};

/// What all connections share.
pub(crate) struct Server {
    world: Arc<Mutex<World>>,
    pub(crate) bell: Arc<Bell>,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(super) buckets: Mutex<Buckets>,
    pub(crate) stopping: CancellationToken,
}

impl Server {
    /// The world, locked. Whoever changes it rings the bell.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

/// A running local Discord. It stops when it is dropped.
pub struct LocalDiscord {
    pub(crate) server: Arc<Server>,
    tasks: TaskTracker,
}

impl LocalDiscord {
    /// Starts a server on 127.0.0.1.
    pub async fn start(options: Options) -> io::Result<Self> {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = tcp.local_addr()?.to_string();
        let bell = Arc::new(Bell::default());
        let (kept, limits) = (options.ledger_entries, options.rate_limits);
        let world = Arc::new(Mutex::new(World::new(options, address)));
        let server = Arc::new(Server {
            faults: Faults::new(Arc::clone(&world), Arc::clone(&bell)),
            ledger: Ledger::new(Arc::clone(&bell), kept),
            buckets: Mutex::new(Buckets::new(limits)),
            stopping: CancellationToken::new(),
            world,
            bell,
        });
        let router = Router::new()
            .fallback(enter)
            .with_state(Arc::clone(&server))
            .into_make_service_with_connect_info::<Cut>();
        let stopping = server.stopping.clone().cancelled_owned();
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            if let Err(error) =
                axum::serve(CuttableListener(tcp), router).with_graceful_shutdown(stopping).await
            {
                tracing::error!(%error, "the local Discord stopped serving");
            }
        });
        tasks.close();
        Ok(Self { server, tasks })
    }

    /// Stops serving, and waits until the last request is answered.
    pub async fn stop(self) {
        self.server.stopping.cancel();
        self.tasks.wait().await;
    }

    /// The address that takes the place of `https://discord.com`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.world().address)
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> String {
        self.world().options.token.clone()
    }

    /// The bot's account, whose id is also the application's.
    #[must_use]
    pub fn bot(&self) -> Snowflake {
        self.world().bot()
    }

    /// What went over the wire.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.server.ledger
    }

    /// The fault switches.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// Looks at the world. Nothing happens in it meanwhile, so the closure must not act in it.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world())
    }

    /// Looks at the world now and after every change, until there is something to see. `None` when
    /// the time is over. As with [`look`](Self::look), the closure only looks.
    pub async fn wait_for<T>(
        &self,
        timeout: Duration,
        look: impl Fn(&World) -> Option<T>,
    ) -> Option<T> {
        self.server.bell.wait(timeout, || look(&self.world())).await
    }

    /// Waits until so many gateway sessions are connected. `false` when the time is over.
    pub async fn wait_for_sessions(&self, count: usize, timeout: Duration) -> bool {
        self.wait_for(timeout, |world| (world.sessions_online() >= count).then_some(()))
            .await
            .is_some()
    }

    /// Waits until the bot has registered commands. `false` when the time is over.
    pub async fn wait_for_commands(&self, timeout: Duration) -> bool {
        self.wait_for(timeout, |world| (!world.commands().is_empty()).then_some(())).await.is_some()
    }

    /// The person with this name, who joins all servers if nobody has it yet.
    #[must_use]
    pub fn user(&self, name: &str) -> Person {
        let mut world = self.world();
        let known = world.user_named(name).map(|user| user.id);
        let id = known.unwrap_or_else(|| world.add_user(name, false));
        Person::new(Arc::clone(&self.server), id)
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.server.world()
    }
}

impl Drop for LocalDiscord {
    fn drop(&mut self) {
        self.server.stopping.cancel();
    }
}

/// A page of any site could open a websocket to this machine, log in with a token that it guesses, and
/// read what people type into forms. Browsers say where a request comes from; bots have nothing to say.
fn comes_from_a_browser(request: &Request) -> bool {
    request.headers().contains_key(header::ORIGIN)
}

/// Whether the request was meant for this machine, and not for a name that somebody has pointed at it.
fn names_us(server: &Server, request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let address = server.world().address.clone();
    host.is_some_and(|host| host.replace("localhost", "127.0.0.1") == address)
}

/// Every request comes in here: websockets go to the gateway, the rest is REST.
async fn enter(
    State(server): State<Arc<Server>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    if comes_from_a_browser(&request) || !names_us(&server, &request) {
        return (StatusCode::FORBIDDEN, "Bots only: a browser's page may not log in here.")
            .into_response();
    }
    let Ok(upgrade) = upgrade else { return rest::enter(server, cut, request).await };
    if server.faults.mood().refusing {
        cut.throw();
        return ().into_response();
    }
    let uri = request.uri().to_string();
    upgrade.on_upgrade(move |websocket| gateway::serve(server, websocket, uri))
}
