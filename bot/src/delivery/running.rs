//! The loop: finds what is to be shown, and keeps a task for each.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use shared::{
    ids::{DeliveryId, RequestId},
    store::{OpenDelivery, ShardRange, StoreError},
};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Bell, DeliverySetup, Stage,
    line::Ticket,
    place::room_of,
    show::{End, News, Show},
};

/// Between two looks when nobody rings.
const TICK: Duration = Duration::from_secs(1);
/// Between two looks however often somebody rings.
const SHORTEST: Duration = Duration::from_millis(20);
/// How long a delivery is left alone whose task panicked: a defect of ours, and not to be repeated
/// at full speed.
const AFTER_A_PANIC: Duration = Duration::from_secs(30);

/// All deliveries of a bot process.
pub struct Deliveries {
    stage: Arc<Stage>,
    shards: ShardRange,
    bell: Bell,
    running: HashMap<DeliveryId, Running>,
    tasks: JoinSet<End>,
    by_task: HashMap<Id, DeliveryId>,
    left_alone: HashMap<DeliveryId, Instant>,
}

struct Running {
    request: RequestId,
    partial_rev: i64,
    news: watch::Sender<News>,
}

impl Deliveries {
    /// Deliveries that are not shown yet: see [`run`](Self::run).
    #[must_use]
    pub fn new(setup: DeliverySetup) -> Self {
        Self {
            shards: setup.shards,
            stage: Arc::new(Stage::new(setup)),
            bell: Bell::default(),
            running: HashMap::new(),
            tasks: JoinSet::new(),
            by_task: HashMap::new(),
            left_alone: HashMap::new(),
        }
    }

    /// What to ring when something changed.
    #[must_use]
    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Shows answers until `soft` falls; then finishes the requests to Discord that are under way,
    /// and returns. What is left stands in the database.
    pub async fn run(mut self, soft: CancellationToken) -> Result<(), Infallible> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let bell = Arc::clone(&self.bell.0);
        let mut failing = false;
        loop {
            let mut tick = false;
            tokio::select! {
                () = soft.cancelled() => break,
                _ = ticks.tick() => tick = true,
                () = bell.notified() => {}
                Some(ended) = self.tasks.join_next_with_id() => self.ended(&ended),
            }
            let began = Instant::now();
            // those that end together are followed up together
            while let Some(ended) = self.tasks.try_join_next_with_id() {
                self.ended(&ended);
            }
            match self.look(&soft, tick).await {
                Ok(()) => failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "replies wait for the database");
                    }
                }
            }
            tokio::select! {
                () = soft.cancelled() => break,
                () = sleep_until(began + SHORTEST) => {}
            }
        }
        while self.tasks.join_next().await.is_some() {}
        Ok(())
    }

    async fn look(&mut self, soft: &CancellationToken, tick: bool) -> Result<(), StoreError> {
        let now = Instant::now();
        self.left_alone.retain(|_, until| now < *until);
        for delivery in self.stage.store.open_deliveries(self.shards).await? {
            if self.running.contains_key(&delivery.id) {
                self.tell(delivery);
            } else if !self.left_alone.contains_key(&delivery.id) {
                self.start(delivery, soft);
            }
        }
        if tick { self.read_partials().await } else { Ok(()) }
    }

    fn tell(&self, delivery: OpenDelivery) {
        let Some(running) = self.running.get(&delivery.id) else { return };
        running.news.send_if_modified(|news| {
            let newer = delivery.want_rev > news.delivery.want_rev;
            if newer {
                news.delivery = Arc::new(delivery);
            }
            newer
        });
    }

    /// In the order in which the database gives them: those of one message take their places in its
    /// order.
    fn start(&mut self, delivery: OpenDelivery, soft: &CancellationToken) {
        let ticket = self.ticket_for(&delivery);
        let (id, request) = (delivery.id, delivery.request);
        let news = watch::Sender::new(News { delivery: Arc::new(delivery), partial: None });
        let show = Show::new(Arc::clone(&self.stage), news.subscribe(), ticket, soft.clone());
        let task = self.tasks.spawn(show.run());
        self.by_task.insert(task.id(), id);
        self.running.insert(id, Running { request, partial_rev: -1, news });
    }

    fn ticket_for(&self, delivery: &OpenDelivery) -> Option<Ticket> {
        let is_due = delivery.next_at <= self.stage.store.clock().now();
        is_due.then(|| self.stage.lines.queue(room_of(delivery)))
    }

    async fn read_partials(&mut self) -> Result<(), StoreError> {
        let growing =
            self.running.values().filter(|running| !running.news.borrow().delivery.is_final);
        let known: Vec<_> = growing.map(|running| (running.request, running.partial_rev)).collect();
        let newer = self.stage.store.newer_partials(&known).await?;
        if newer.is_empty() {
            return Ok(());
        }
        let mut by_request: HashMap<_, _> =
            self.running.values_mut().map(|running| (running.request, running)).collect();
        for (request, rev, text) in newer {
            if let Some(running) = by_request.get_mut(&request) {
                running.partial_rev = rev;
                running.news.send_modify(|news| news.partial = Some(text.into()));
            }
        }
        Ok(())
    }

    fn ended(&mut self, ended: &Result<(Id, End), JoinError>) {
        let (task, panicked) = match ended {
            Ok((task, _)) => (*task, false),
            Err(error) => (error.id(), error.is_panic()),
        };
        let Some(id) = self.by_task.remove(&task) else { return };
        self.running.remove(&id);
        if panicked {
            tracing::error!(delivery.id = %id, "a reply's task panicked");
            self.left_alone.insert(id, Instant::now() + AFTER_A_PANIC);
        }
    }
}
