//! What a shard is told first.

use serde_json::{Value, json};

use crate::discord::{snowflake::Snowflake, world::World};

/// The body of `READY`.
pub(super) fn ready(world: &World, session: &str, shard: (u64, u64)) -> Value {
    let guilds: Vec<Value> = guilds_of(world, shard)
        .into_iter()
        .map(|id| json!({"id": id, "unavailable": true}))
        .collect();
    let bot = world.user(world.bot()).map(super::super::world::User::to_json_for_itself);
    json!({
        "v": 10, "user": bot, "guilds": guilds, "session_id": session, "session_type": "normal",
        "resume_gateway_url": format!("ws://{}", world.address), "shard": [shard.0, shard.1],
        "application": {"id": world.bot(), "flags": 0, "flags_new": "0"}, "private_channels": [],
        "relationships": [], "presences": [], "guild_join_requests": [], "user_settings": {},
        "geo_ordered_rtc_regions": [], "_trace": [],
    })
}

/// The servers that a shard hears about.
pub(super) fn guilds_of(world: &World, (shard, shards): (u64, u64)) -> Vec<Snowflake> {
    world.guilds().map(|guild| guild.id).filter(|id| id.shard(shards) == shard).collect()
}
