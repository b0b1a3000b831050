//! The page's own files, embedded in the program.

use axum::{
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, include_dir};

static INDEX: &[u8] = include_bytes!("../../page/index.html");
static ICON: &[u8] = include_bytes!("../../page/icon.svg");
static APP: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page/app");
static STYLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page/styles");

/// A file of the page by its path; the page itself at `/`.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let found = match path.split_once('/') {
        None if path.is_empty() => Some((INDEX, "text/html; charset=utf-8")),
        None if path == "icon.svg" => Some((ICON, "image/svg+xml")),
        Some(("app", path)) => {
            file(&APP, path).map(|file| (file, "text/javascript; charset=utf-8"))
        }
        Some(("styles", path)) => file(&STYLES, path).map(|file| (file, "text/css; charset=utf-8")),
        _ => None,
    };
    match found {
        Some((file, kind)) => ([(header::CONTENT_TYPE, kind)], file).into_response(),
        None => (StatusCode::NOT_FOUND, "There is nothing here.").into_response(),
    }
}

fn file(dir: &'static Dir<'_>, path: &str) -> Option<&'static [u8]> {
    dir.get_file(path).map(include_dir::File::contents)
}
