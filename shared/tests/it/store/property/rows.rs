//! What the model expects to lie in the database of a person's requests.

use shared::{
    ids::{PersonalityId, WorkerId},
    model::UsageSource,
    testing::Life,
};

use super::model::{Model, Request, partial_text};

/// What the rows should be.
pub(super) fn expected(model: &Model, user: usize, world: &World) -> Vec<Life> {
    let mut requests: Vec<_> = model.requests.iter().filter(|r| r.lane.0 == user).collect();
    requests.sort_by_key(|r| r.seq);
    let row = |request: &Request| row(model, request, world);
    requests.into_iter().map(row).collect()
}

/// The names that the model's small numbers stand for.
pub(super) struct World {
    pub(super) channels: [u64; 2],
    pub(super) personalities: [PersonalityId; 2],
    pub(super) workers: Vec<WorkerId>,
}

fn row(model: &Model, r: &Request, world: &World) -> Life {
    let source = |stream| if stream { UsageSource::Stream } else { UsageSource::Unknown };
    Life {
        id: r.id,
        channel_id: world.channels[r.lane.1].into(),
        personality_id: world.personalities[r.lane.2],
        seq: r.seq,
        state: r.state,
        attempt: r.attempt,
        dispatches: r.dispatches,
        claim_token: r.token,
        owner: r.owner.map(|index| world.workers[index]),
        stop_requested: r.stop,
        not_before: r.not_before,
        deadline_at: r.deadline,
        api_key_id: Some(r.key),
        answer: r.answer.clone(),
        messages: i64::try_from(r.messages).unwrap(),
        deliveries: 1,
        want_rev: r.shown,
        is_final: r.is_final,
        unsaid: r.unsaid,
        again_of: r.again_of.map(|first| model.requests[first].id),
        partial_token: r.partial.map(|(token, _)| token),
        partial: r.partial.map(|(_, rev)| partial_text(rev)),
        usage_rows: i64::from(r.usage.is_some()),
        outcome: r.usage.map(|(outcome, _)| outcome),
        usage_source: r.usage.map(|(_, stream)| source(stream)),
        turns: i64::from(r.turn),
    }
}
