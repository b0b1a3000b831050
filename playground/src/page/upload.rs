//! Files on their way in and out.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::{Shared, asked::Problem};
use crate::discord::{File, Snowflake};

/// What one file may have, as on Discord without a subscription.
const LARGEST_FILE: usize = 10 * 1024 * 1024;

/// What is shown. Nothing is taken from what the sender says but which of these it is: a header of
/// two kinds, say, means the second to a browser.
const PICTURES: [&str; 7] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
    "image/svg+xml",
];

/// A file in an act.
#[derive(Deserialize)]
pub(super) struct Upload {
    filename: String,
    #[serde(default)]
    content_type: String,
    base64: String,
}

impl Upload {
    pub(super) fn open(self) -> Result<File, Problem> {
        let bytes = STANDARD.decode(&self.base64);
        let bytes = bytes.map_err(|_| Problem("The file did not arrive whole.".to_owned()))?;
        if bytes.len() > LARGEST_FILE {
            return Err(Problem(format!("{} is larger than 10 MB.", self.filename)));
        }
        // the name becomes a part of the file's address
        let filename = self.filename.replace(|c: char| c == '/' || c.is_control(), "_");
        let known = self.content_type.contains('/');
        let content_type =
            if known { self.content_type } else { "application/octet-stream".to_owned() };
        Ok(File { filename, content_type, bytes: bytes.into() })
    }
}

/// `GET /attachments/{channel}/{id}/{filename}`
///
/// Somebody's file under our own address: pictures are shown, nothing in it runs.
pub(super) async fn download(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
) -> Response {
    let id = path.split('/').nth(1).and_then(|id| id.parse::<Snowflake>().ok());
    let world = shared.discord.world();
    let Some(file) = id.and_then(|id| world.file(id)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let named = file.content_type.as_deref().unwrap_or_default();
    let kind = PICTURES.iter().find(|kind| named.eq_ignore_ascii_case(kind));
    let mut response = Response::new(Body::from(file.bytes.clone()));
    let headers = response.headers_mut();
    let (kind, disposition) =
        kind.map_or(("application/octet-stream", "attachment"), |kind| (kind, "inline"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let sandbox = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, sandbox);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}
