//! Serves the pictures that we keep, and nothing else.
//!
//! Discord fetches them once and keeps them. An address holds the hash of the bytes, so what lies
//! there never changes; whoever does not know the hash finds nothing.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use shared::{
    config::PictureConfig, formats::without_card, ids::PersonalityId, personality::PictureKind,
    store::Store,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::PictureBase;

/// For a year, and never asked about again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Whoever serves the pictures, once it may.
pub(crate) struct PictureServer {
    listener: Option<TcpListener>,
    base: PictureBase,
}

impl PictureServer {
    /// Takes the place where pictures are served, if they are.
    pub(crate) async fn bind(config: &PictureConfig) -> Self {
        let wanted = match (&config.public_url, config.on_loopback) {
            (Some(_), _) => config.listen,
            (None, true) => ([127, 0, 0, 1], 0).into(),
            (None, false) => return Self { listener: None, base: PictureBase::default() },
        };
        let listener = match TcpListener::bind(wanted).await {
            Ok(listener) => Some(listener),
            Err(error) => {
                // another process of this deployment may serve them
                tracing::warn!(kind = %error.kind(), "HTTP_LISTEN can't be used: pictures are not served here");
                None
            }
        };
        let here = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let here = here.map(|address| format!("http://{address}"));
        let base = PictureBase::new(config.public_url.as_deref().or(here.as_deref()));
        Self { listener, base }
    }

    /// Where the pictures are found.
    pub(crate) fn base(&self) -> PictureBase {
        self.base.clone()
    }

    /// Serves until `done`.
    pub(crate) async fn serve(self, store: Store, done: &CancellationToken) {
        let Some(listener) = self.listener else { return done.cancelled().await };
        let routes = Router::new().route("/avatars/{id}/{file}", get(picture)).with_state(store);
        let served =
            axum::serve(listener, routes).with_graceful_shutdown(done.clone().cancelled_owned());
        if let Err(error) = served.await {
            tracing::warn!(kind = %error.kind(), "pictures are no longer served");
        }
    }
}

async fn picture(State(store): State<Store>, Path((id, file)): Path<(String, String)>) -> Response {
    let nothing = StatusCode::NOT_FOUND.into_response();
    let (Ok(id), Some((hash, extension))) = (id.parse::<PersonalityId>(), file.split_once('.'))
    else {
        return nothing;
    };
    match store.picture(id, hash).await {
        Ok(Some(found)) if found.kind.extension() == extension => {
            // people trade pictures with a whole card inside, prompt and all: everybody sees the picture
            (headers(found.kind), without_card(found.bytes)).into_response()
        }
        Ok(_) => nothing,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn headers(kind: PictureKind) -> [(HeaderName, &'static str); 4] {
    [
        (header::CONTENT_TYPE, kind.content_type()),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ]
}
