//! What foreign pages of the same browser can't do to the page, nor files that people post.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{
    bot::discord,
    window::{Window, answer, reason},
};

#[tokio::test]
async fn foreign_hosts_see_nothing() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let port = window.host().split_once(':').unwrap().1.to_owned();
    for path in ["/", "/app/main.js", "/api/stream?as=alice", "/api/curtain", "/api/faults"] {
        for host in [&format!("evil.example:{port}"), "127.0.0.1:1", "127.0.0.1", "localhost"] {
            let (status, answer) = answer(window.request("GET", path).header("host", host)).await;
            assert_eq!(status, 403, "{path} as {host}");
            reason(status, &answer);
        }
    }
    let localhost = window.request("GET", "/").header("host", format!("localhost:{port}"));
    assert_eq!(localhost.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn only_our_own_page_acts() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let general = discord.channel("general").unwrap();
    let body = json!({"do": "say", "channel": general, "content": "from outside"}).to_string();
    let post = |path, headers: &[(&'static str, &str)]| {
        let request = window.request("POST", path).body(body.clone());
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let json = ("content-type", "application/json");
    let own = format!("http://{}", window.host());
    let other_port = "http://127.0.0.1:1";
    for path in ["/api/act?as=alice", "/api/faults"] {
        for headers in [
            [json, ("origin", "https://evil.example")],
            [json, ("origin", "null")],
            [json, ("origin", other_port)],
            [json, ("sec-fetch-site", "cross-site")],
            [("content-type", "text/plain"), ("origin", &own)],
            [("content-type", "application/x-www-form-urlencoded"), ("origin", &own)],
        ] {
            let (status, answer) = answer(post(path, &headers)).await;
            assert_eq!(status, 403, "{path} {headers:?}");
            reason(status, &answer);
        }
        assert_eq!(answer(post(path, &[("origin", &own)])).await.0, 403, "no content type");
    }
    let said = || discord.user("bob").visible_messages("general").unwrap().len();
    assert_eq!(said(), 0);
    let (status, _) = answer(post("/api/act?as=alice", &[json, ("origin", &own)])).await;
    assert_eq!((status, said()), (200, 1));
}

#[tokio::test]
async fn nothing_is_loaded_from_elsewhere_guessed_or_kept() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    for (path, status, kind) in [
        ("/", 200, "text/html; charset=utf-8"),
        ("/app/main.js", 200, "text/javascript; charset=utf-8"),
        ("/styles/base.css", 200, "text/css; charset=utf-8"),
        ("/icon.svg", 200, "image/svg+xml"),
        ("/api/welcome", 200, "application/json"),
        ("/api/faults", 200, "application/json"),
        ("/package.json", 404, "text/plain; charset=utf-8"),
        ("/app/../../Cargo.toml", 404, "text/plain; charset=utf-8"),
        ("/attachments/1/2/none.png", 404, ""),
    ] {
        let response = window.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        let header = |name| response.headers().get(name).map_or("", |it| it.to_str().unwrap());
        assert_eq!(header("content-type"), kind, "{path}");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn nothing_in_a_file_that_somebody_posts_runs() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let mut alice = window.stream("alice").await;
    let general = discord.channel("general").unwrap();
    for (filename, content_type, served_as) in [
        ("cat.png", "image/png", "image/png"),
        ("evil.svg", "image/svg+xml", "image/svg+xml"),
        ("evil.html", "text/html", ""),
        ("evil.xhtml", "application/xhtml+xml", ""),
        // of two kinds, browsers take the last
        ("two.png", "image/png, text/html", ""),
        ("odd.png", "image/png\r\nx: y", ""),
        ("none", "", ""),
    ] {
        let script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let file = json!({"filename": filename, "content_type": content_type, "base64": STANDARD.encode(script)});
        let said = json!({"do": "say", "channel": general, "content": filename, "files": [file]});
        window.done("bob", said).await;
        let url = alice.said(filename).await["attachments"][0]["url"].take();
        let response = window.get(url.as_str().unwrap()).await;
        assert_eq!(response.status(), 200, "{filename}");
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let (kind, place) = if served_as.is_empty() {
            ("application/octet-stream", "attachment")
        } else {
            (served_as, "inline")
        };
        assert_eq!((header("content-type"), header("content-disposition")), (kind, place));
        assert_eq!(response.bytes().await.unwrap().as_ref(), script, "{filename}");
    }
}

#[tokio::test]
async fn a_file_can_be_fetched_whatever_it_is_called() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let mut alice = window.stream("alice").await;
    let general = discord.channel("general").unwrap();
    for filename in ["a b?c#d.txt", "100%.txt", "%FF.txt", "..", "../../x", "", "grüße 👍.txt"]
    {
        let file = json!({"filename": filename, "base64": STANDARD.encode(filename)});
        let said = json!({"do": "say", "channel": general, "content": "", "files": [file]});
        let id = window.done("bob", said).await["message"].take();
        let shown = alice.message(|message| message["id"] == id).await;
        let url = shown["attachments"][0]["url"].as_str().unwrap();
        for base in [window.host(), discord.base_url().replace("http://", "")] {
            let response = reqwest::get(format!("http://{base}{url}")).await.unwrap();
            assert_eq!(response.status(), 200, "{filename} at {url}");
            assert_eq!(response.bytes().await.unwrap(), filename, "{filename} at {url}");
        }
    }
}
