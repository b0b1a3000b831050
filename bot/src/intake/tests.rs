use std::sync::Mutex;

use tokio::sync::{Semaphore, mpsc};

use super::*;

const LIMITS: IntakeLimits = IntakeLimits {
    users: 3,
    per_user: 100,
    total: 150,
    remembered: 1_000,
    per_minute: NonZeroU32::MAX,
};

fn ada() -> DiscordUserId {
    DiscordUserId::from(1)
}

fn source(n: u64) -> SourceId {
    SourceId::from(n)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_persons_messages_keep_their_order_while_others_run_beside() {
    let (done, mut finished) = mpsc::unbounded_channel();
    let sink = move |user, item: u64| {
        let done = done.clone();
        async move {
            // a different number of turns each: without the mailbox they'd overtake
            for _ in 0..(item * 7) % 5 {
                tokio::task::yield_now().await;
            }
            done.send((user, item)).unwrap();
        }
    };
    let intake = Intake::new(LIMITS, sink, |_, _| panic!("nothing is refused"));
    let people = [1, 2, 3].map(DiscordUserId::from);
    for n in 0..50 {
        for (k, person) in (0_u64..).zip(people) {
            assert_eq!(intake.offer(person, source(n * 3 + k), n), Offered::Taken);
        }
        tokio::task::yield_now().await;
    }
    intake.drain().await;
    let mut seen: HashMap<_, Vec<u64>> = HashMap::new();
    while let Ok((user, item)) = finished.try_recv() {
        seen.entry(user).or_default().push(item);
    }
    for person in people {
        assert_eq!(seen[&person], (0..50).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn people_do_not_wait_for_each_other() {
    let gate = Arc::new(Semaphore::new(0));
    let (done, mut finished) = mpsc::unbounded_channel();
    let sink_gate = Arc::clone(&gate);
    let sink = move |user, ()| {
        let (gate, done) = (Arc::clone(&sink_gate), done.clone());
        async move {
            if user == ada() {
                gate.acquire().await.unwrap().forget();
            }
            done.send(user).unwrap();
        }
    };
    let intake = Intake::new(LIMITS, sink, |_, ()| ());
    let bob = DiscordUserId::from(2);
    intake.offer(ada(), source(1), ());
    intake.offer(bob, source(2), ());
    assert_eq!(finished.recv().await, Some(bob), "ada's is still in the sink");
    gate.add_permits(1);
    assert_eq!(finished.recv().await, Some(ada()));
}

#[tokio::test]
async fn a_burst_beyond_the_bound_is_refused_counted_and_told_once() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (done, mut finished) = mpsc::unbounded_channel();
    let sink = move |_, item: u64| {
        let done = done.clone();
        async move { done.send(item).unwrap() }
    };
    let telling = Arc::clone(&told);
    let intake = Intake::new(LIMITS, sink, move |user, item| {
        telling.lock().unwrap().push((user, item));
    });
    // nothing runs in between: the runtime has one thread and it is here
    let offered: Vec<_> = (0..200).map(|n| intake.offer(ada(), source(n), n)).collect();
    assert_eq!(offered.iter().filter(|o| **o == Offered::Taken).count(), 100);
    assert_eq!((intake.waiting(), intake.refused()), (100, 100));
    assert_eq!(*told.lock().unwrap(), [(ada(), 100)]);
    // whoever else comes has the rest of the room, and no more people than that
    let others = |user, id| intake.offer(DiscordUserId::from(user), source(id), 0);
    assert_eq!(others(2, 300), Offered::Taken);
    assert_eq!(others(3, 301), Offered::Taken);
    assert_eq!(others(4, 302), Offered::Full);
    intake.drain().await;
    let mut of_ada = Vec::new();
    while let Ok(item) = finished.try_recv() {
        of_ada.push(item);
    }
    of_ada.truncate(of_ada.len() - 2);
    assert_eq!(of_ada, (0..100).collect::<Vec<_>>());
    assert_eq!(intake.waiting(), 0);
    // a mailbox that ended begins again, and a new burst is told again
    for n in 1_000..1_101 {
        intake.offer(ada(), source(n), n);
    }
    assert_eq!(told.lock().unwrap().len(), 3, "ada twice, the fourth person once");
}

#[tokio::test]
async fn a_message_offered_twice_is_taken_once_even_if_it_was_refused() {
    let limits = IntakeLimits { per_user: 1, ..LIMITS };
    let intake = Intake::new(limits, |_, ()| async {}, |_, ()| ());
    assert_eq!(intake.offer(ada(), source(1), ()), Offered::Taken);
    assert_eq!(intake.offer(ada(), source(1), ()), Offered::Duplicate);
    assert_eq!(intake.offer(ada(), source(2), ()), Offered::Full);
    intake.drain().await;
    assert_eq!(intake.offer(ada(), source(2), ()), Offered::Duplicate);
}

#[tokio::test]
async fn each_change_of_a_message_is_taken_once_behind_it() {
    let (done, mut finished) = mpsc::unbounded_channel();
    let sink = move |_, item: u64| {
        let done = done.clone();
        async move { done.send(item).unwrap() }
    };
    let intake = Intake::new(LIMITS, sink, |_, _| ());
    assert_eq!(intake.offer(ada(), source(1), 0), Offered::Taken);
    for (changed, offered) in [(5, Offered::Taken), (6, Offered::Taken), (5, Offered::Duplicate)] {
        assert_eq!(
            intake.offer_change(ada(), source(1), changed, u64::try_from(changed).unwrap()),
            offered
        );
    }
    intake.drain().await;
    assert_eq!((finished.recv().await, finished.recv().await), (Some(0), Some(5)));
    assert_eq!(finished.recv().await, Some(6));
}

#[tokio::test]
async fn no_more_ids_are_remembered_than_allowed() {
    let limits = IntakeLimits { remembered: 10, ..LIMITS };
    let intake = Intake::new(limits, |_, ()| async {}, |_, ()| ());
    for n in 0..100 {
        intake.offer(ada(), source(n), ());
    }
    let state = intake.0.lock();
    assert_eq!((state.seen.len(), state.seen_in_order.len()), (10, 10));
}

#[tokio::test]
async fn a_panic_in_the_sink_loses_no_later_message() {
    let (done, mut finished) = mpsc::unbounded_channel();
    let sink = move |_, item: u64| {
        assert_ne!(item, 1, "before the first await");
        let done = done.clone();
        async move {
            assert_ne!(item, 3, "inside");
            done.send(item).unwrap();
        }
    };
    let intake = Intake::new(LIMITS, sink, |_, _| ());
    for n in 0..5 {
        intake.offer(ada(), source(n), n);
    }
    intake.drain().await;
    let mut seen = Vec::new();
    while let Ok(item) = finished.try_recv() {
        seen.push(item);
    }
    assert_eq!((seen, intake.panicked()), (vec![0, 2, 4], 2));
}

#[tokio::test]
async fn a_flood_is_shed_before_the_mailbox_is_full() {
    let limits = IntakeLimits { per_minute: NonZeroU32::new(5).unwrap(), ..LIMITS };
    let intake = Intake::new(limits, |_, ()| async {}, |_, ()| ());
    let taken = (0..20).filter(|n| intake.offer(ada(), source(*n), ()) == Offered::Taken);
    assert_eq!(taken.count(), 5);
}
