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

use super::{Problem, Shared};
use crate::discord::{File, Snowflake};

/// What one file may have, as on Discord without a subscription.
const LARGEST_FILE: usize = 10 * 1024 * 1024;

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
    let kind = file.content_type.as_deref().filter(|kind| kind.starts_with("image/"));
    let kind = kind.and_then(|kind| HeaderValue::from_str(kind).ok());
    let mut response = Response::new(Body::from(file.bytes.clone()));
    let headers = response.headers_mut();
    let shown = kind.is_some();
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    let sandbox = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, sandbox);
    let disposition = if shown { "inline" } else { "attachment" };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}
