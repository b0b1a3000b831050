//! Files, as Discord's CDN serves them: to whoever has an address that was given out and still works.

use axum::http::StatusCode;

use super::{answer::Answer, call::Call};
use crate::{
    discord::{
        snowflake::Snowflake,
        world::{World, is_signed},
    },
    percent,
};

/// A file by `channel/id/filename`.
pub(super) fn download(world: &World, call: &Call, path: &str) -> Answer {
    let mut parts = path.splitn(3, '/');
    let (channel, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let name = percent::encode(parts.next().unwrap_or_default());
    let asks = |what: &str| call.asks(what).unwrap_or_default().to_owned();
    let file = id.parse::<Snowflake>().ok().and_then(|id| world.file(id));
    let Some(file) = file.filter(|_| is_signed(&format!("{channel}/{id}/{name}"), asks)) else {
        let gone = ("text/plain;charset=UTF-8".to_owned(), GONE.into());
        return Answer { status: StatusCode::NOT_FOUND, file: Some(gone), ..Answer::default() };
    };
    let unknown = || "application/octet-stream".to_owned();
    let kind = file.content_type.clone().unwrap_or_else(unknown);
    Answer { file: Some((kind, file.bytes.clone())), ..Answer::default() }
}

/// What is said of every address that does not work.
const GONE: &str = "This content is no longer available.";
