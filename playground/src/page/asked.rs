//! Reading what a window sends: who it is, and what it wants. What can't be read is refused as
//! everything else is: in a sentence.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Json, Response},
};
use futures_util::StreamExt as _;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use super::Shared;
use crate::discord::Person;

/// The most that is taken at once. Files travel as base64, a third longer than they are.
const LARGEST: usize = 32 * 1024 * 1024;

/// Why something could not be done, in a sentence for people.
pub(super) struct Problem(pub(super) String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({"error": self.0}))).into_response()
    }
}

/// Who acts or looks: the `as` of every address.
pub(super) struct Viewer(pub(super) Person);

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "as")]
    name: String,
}

impl FromRequestParts<Arc<Shared>> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let Ok(Query(Named { name })) = Query::try_from_uri(&parts.uri) else {
            return Err(Problem(
                "The address does not say who this is, as “?as=alice” does.".to_owned(),
            ));
        };
        let id = shared.discord.world().user_named(&name).filter(|it| !it.bot).map(|it| it.id);
        let id = id.ok_or_else(|| Problem(format!("Nobody here is called {name}.")))?;
        Ok(Self(Person::new(Arc::clone(&shared.discord), id)))
    }
}

/// A body of JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let mut arriving = request.into_body().into_data_stream();
        let (mut body, mut fits) = (Vec::new(), true);
        while let Some(piece) = arriving.next().await {
            let piece =
                piece.map_err(|_| Problem("Not all of it arrived. Try again.".to_owned()))?;
            fits = fits && body.len() + piece.len() <= LARGEST;
            // what is too much is read to its end: whoever still sends does not hear an answer
            if fits {
                body.extend_from_slice(&piece);
            } else {
                body = Vec::new();
            }
        }
        if !fits {
            let most = LARGEST / 4 * 3 / (1024 * 1024);
            return Err(Problem(format!(
                "That is too much at once: files have at most {most} MB together."
            )));
        }
        // its own words would repeat what was sent
        serde_json::from_slice(&body).map(Self).map_err(|_| {
            Problem("The page sent something that is not understood here. Reload it.".to_owned())
        })
    }
}
