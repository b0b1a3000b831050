//! What a window is told: the world as its person sees it, and everything that changes in it.

use std::{
    collections::{HashSet, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Shared, asked::Viewer, view};
use crate::discord::{
    Snowflake,
    world::{Message, World},
};

/// Changes are gathered for so long: a streamed answer changes the world several times at once.
const GATHER: Duration = Duration::from_millis(25);

/// `GET /api/stream`
pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    Viewer(person): Viewer,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // everybody can write to the bot from the beginning
    let _opened = person.dm_channel();
    let window = Window::new(shared, person.id());
    let events = stream::unfold(window, |mut window| async {
        let event = window.next().await?;
        Some((Ok(event), window))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// One window, and how much of the world it knows.
struct Window {
    shared: Arc<Shared>,
    viewer: Snowflake,
    rings: watch::Receiver<u64>,
    /// What is to be sent next.
    news: VecDeque<Event>,
    world: Value,
    /// The channels that the person saw at the last look.
    seen: HashSet<Snowflake>,
    revision: u64,
    typed: usize,
    fresh: bool,
}

impl Window {
    fn new(shared: Arc<Shared>, viewer: Snowflake) -> Self {
        let rings = shared.discord.bell.listen();
        let typed = shared.discord.world().typing.count();
        let (news, world, seen) = (VecDeque::new(), Value::Null, HashSet::new());
        Self { shared, viewer, rings, news, world, seen, revision: 0, typed, fresh: true }
    }

    /// The next thing to tell; none when the local Discord stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.news.pop_front() {
                return Some(event);
            }
            if !std::mem::take(&mut self.fresh) {
                tokio::select! {
                    rung = self.rings.changed() => rung.ok()?,
                    () = self.shared.discord.stopping.cancelled() => return None,
                }
                tokio::time::sleep(GATHER).await;
            }
            self.rings.mark_unchanged();
            let shared = Arc::clone(&self.shared);
            self.look(&shared.discord.world());
        }
    }

    /// Compares the world with what the window knows of it.
    fn look(&mut self, world: &World) {
        let now = view::world(world, self.viewer);
        if now != self.world {
            self.tell("world", &now);
            self.world = now;
        }
        let messages = self.changed_messages(world);
        if !messages.is_empty() {
            self.tell("messages", &Value::Array(messages));
        }
        for (channel, user) in world.typing.since(self.typed) {
            if world.sees(self.viewer, channel) && user != self.viewer {
                let name = world.user(user).map(|user| &user.display_name);
                self.tell(
                    "typing",
                    &json!({"channel": channel, "user": {"id": user, "name": name}}),
                );
            }
        }
        self.typed = world.typing.count();
    }

    /// What changed, and all there is in channels that the person did not see before.
    fn changed_messages(&mut self, world: &World) -> Vec<Value> {
        let channels = world.channels().map(|channel| channel.id);
        let seen = channels.filter(|id| world.sees(self.viewer, *id)).collect();
        let before = std::mem::replace(&mut self.seen, seen);
        let known = std::mem::replace(&mut self.revision, world.revision);
        let is_known = |it: &Message| known > 0 && before.contains(&it.channel);
        world
            .all_messages()
            .filter(|it| self.seen.contains(&it.channel) && it.concerns(self.viewer))
            .filter(|it| if is_known(it) { it.touched > known } else { !it.deleted })
            .map(|message| view::message(world, self.viewer, message))
            .collect()
    }

    fn tell(&mut self, name: &str, data: &Value) {
        self.news.push_back(Event::default().event(name).data(data.to_string()));
    }
}
