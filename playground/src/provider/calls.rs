//! Where calls to a model come in.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{ConnectInfo, Path, Request, State},
    http::Response,
};

use super::{Api, Refusal, chat::complete, door::Door, world::World};

type Worlds = State<Arc<World>>;
type Doors = ConnectInfo<Door>;

/// OpenRouter's `POST /chat/completions`
pub(super) async fn openrouter(world: Worlds, door: Doors, request: Request) -> Response<Body> {
    complete(Api::OpenRouter, None, world, door, request).await
}

/// OpenAI's `POST /chat/completions`
pub(super) async fn openai(world: Worlds, door: Doors, request: Request) -> Response<Body> {
    complete(Api::OpenAi, None, world, door, request).await
}

/// DeepSeek's `POST /chat/completions`
pub(super) async fn deepseek(world: Worlds, door: Doors, request: Request) -> Response<Body> {
    complete(Api::DeepSeek, None, world, door, request).await
}

/// A server's `POST /chat/completions`
pub(super) async fn server(world: Worlds, door: Doors, request: Request) -> Response<Body> {
    complete(Api::Server, None, world, door, request).await
}

/// Anthropic's `POST /messages`
pub(super) async fn anthropic(world: Worlds, door: Doors, request: Request) -> Response<Body> {
    complete(Api::Anthropic, None, world, door, request).await
}

/// Gemini's `POST /models/{model}:generateContent` and `:streamGenerateContent`
pub(super) async fn gemini(
    world: Worlds,
    door: Doors,
    Path(call): Path<String>,
    request: Request,
) -> Response<Body> {
    let Some((model, method)) = call.rsplit_once(':') else {
        return Refusal::status(404).response(Api::Gemini);
    };
    let is_streamed = match method {
        "streamGenerateContent" if request.uri().query() == Some("alt=sse") => true,
        "generateContent" => false,
        _ => return Refusal::status(404).response(Api::Gemini),
    };
    let path = Some((model.to_owned(), is_streamed));
    complete(Api::Gemini, path, world, door, request).await
}
