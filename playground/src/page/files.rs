//! The page's own files, embedded in the program.

use axum::{
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, include_dir};

static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page");

/// A file of the page by its path; the page itself at `/`.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let Some((file, kind)) = PAGE.get_file(path).zip(media_type(path)) else {
        return (StatusCode::NOT_FOUND, "There is nothing here.").into_response();
    };
    ([(header::CONTENT_TYPE, kind)], file.contents()).into_response()
}

/// Only what the page consists of is served.
fn media_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
