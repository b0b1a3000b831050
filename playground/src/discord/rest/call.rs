//! A request, read.

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Query},
    http::{HeaderValue, Request, header::CONTENT_TYPE, request::Parts},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Refusal;
use crate::percent::decode;

/// The largest request: ten files of 10 MiB and some words.
const LARGEST_REQUEST: usize = 110 * 1024 * 1024;
/// The largest file.
const LARGEST_FILE: usize = 10 * 1024 * 1024;

/// A request to the API.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) method: String,
    /// Percent-decoded.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// The JSON body, or the `payload_json` of a multipart one; null if there is none.
    pub(super) body: Value,
    pub(super) files: Vec<Upload>,
    pub(super) authorization: Option<String>,
    pub(super) is_multipart: bool,
    /// The parts of a multipart body, as the ledger shows them.
    pub(super) parts: Vec<Value>,
}

/// A file that came with a request.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    /// The number in `files[0]`.
    pub(super) number: String,
    pub(super) filename: String,
    pub(super) content_type: Option<String>,
    pub(super) bytes: Bytes,
}

impl Call {
    pub(super) async fn read(parts: &Parts, body: Body) -> Result<Self, Refusal> {
        let header =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map(|query| query.0)
            .unwrap_or_default();
        let mut call = Self {
            method: parts.method.to_string(),
            path: decode(parts.uri.path()),
            query,
            authorization: header("authorization").map(str::to_owned),
            is_multipart: header("content-type").is_some_and(|kind| kind.starts_with("multipart/")),
            ..Self::default()
        };
        if call.is_multipart {
            call.read_parts(parts, body).await?;
        } else {
            let bytes = axum::body::to_bytes(body, LARGEST_REQUEST)
                .await
                .map_err(|_| Refusal::TOO_LARGE)?;
            if !bytes.is_empty() {
                call.body = serde_json::from_slice(&bytes).map_err(|_| Refusal::INVALID_JSON)?;
            }
        }
        Ok(call)
    }

    async fn read_parts(&mut self, parts: &Parts, body: Body) -> Result<(), Refusal> {
        let mut request = Request::new(body);
        if let Some(kind) = parts.headers.get(CONTENT_TYPE) {
            request.headers_mut().insert(CONTENT_TYPE, kind.clone());
        }
        let mut form =
            Multipart::from_request(request, &()).await.map_err(|_| Refusal::INVALID_JSON)?;
        while let Some(field) = form.next_field().await.map_err(|_| Refusal::INVALID_JSON)? {
            let name = field.name().unwrap_or_default().to_owned();
            let filename = field.file_name().map(str::to_owned);
            let content_type = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(|_| Refusal::TOO_LARGE)?;
            self.parts.push(
                json!({"name": name, "filename": filename, "content_type": content_type, "len": bytes.len()}),
            );
            if name == "payload_json" {
                self.body = serde_json::from_slice(&bytes).map_err(|_| Refusal::INVALID_JSON)?;
            } else if let Some(filename) = filename {
                if bytes.len() > LARGEST_FILE {
                    return Err(Refusal::TOO_LARGE);
                }
                let number = name.trim_start_matches("files[").trim_end_matches(']').to_owned();
                self.files.push(Upload { number, filename, content_type, bytes });
            }
        }
        Ok(())
    }

    /// The path's segments after `/api/v10/`; none if it does not begin so.
    pub(super) fn segments(&self) -> Option<Vec<&str>> {
        Some(self.path.strip_prefix("/api/v10/")?.split('/').collect())
    }

    /// A query parameter.
    pub(super) fn asks(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A yes-or-no query parameter, which clients write as `true` or `1`.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        matches!(self.asks(name), Some("true" | "True" | "1"))
    }
}
