//! Files: where they are, how large, and how they fail to come.

use std::time::Duration;

use futures_util::StreamExt as _;
use playground::discord::{Effect, Fault, Reply};
use reqwest::Client;
use serde_json::json;

use crate::bot::{Gateway, PATIENCE, Rest, discord};

/// A PNG's header; nobody here looks further.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0";

#[tokio::test]
async fn a_file_is_served_at_the_address_that_was_given_out_and_no_other() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let bob = discord.user("bob");
    bob.say_with_file("general", "", "a cat.png", "image/png", PNG).unwrap();
    let file = gateway.event("MESSAGE_CREATE").await["attachments"][0].take();
    assert_eq!((&file["width"], &file["height"]), (&json!(3), &json!(2)));
    assert_eq!(
        (&file["size"], &file["content_type"], &file["filename"]),
        (&json!(PNG.len()), &json!("image/png"), &json!("a cat.png"))
    );
    let url = file["url"].as_str().unwrap();
    let get = |url: String| async { rest.http.get(url).send().await.unwrap() };
    let served = get(url.to_owned()).await;
    assert_eq!(served.headers()["content-type"], "image/png");
    assert_eq!(served.content_length(), Some(PNG.len() as u64));
    assert_eq!(&served.bytes().await.unwrap()[..], PNG);

    let bare = url.split('?').next().unwrap();
    assert!(url.contains("?ex=") && url.contains("&is=") && url.contains("&hm="));
    for wrong in [bare.to_owned(), url.replace("ex=", "ex=7"), url.replace("hm=", "hm=0")] {
        let refused = get(wrong).await;
        assert_eq!(refused.status(), 404);
        assert_eq!(refused.text().await.unwrap(), "This content is no longer available.");
    }
    let hosted = discord.host("face.png", "image/png", PNG);
    assert_eq!(&get(hosted).await.bytes().await.unwrap()[..], PNG);
}

#[tokio::test]
async fn a_download_goes_wrong_on_demand() {
    let discord = discord().await;
    // without the patience of other tests
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let http = Client::builder().no_proxy().build().unwrap();
    let url = discord.host("cat.png", "image/png", PNG);
    let next =
        |reply| discord.faults().add(Fault::on("GET", "/attachments/", Effect::Answer(reply)));
    let get = || async { http.get(&url).send().await.unwrap() };

    next(Reply::json(404, json!({})));
    assert_eq!(get().await.status(), 404);
    next(Reply::file("text/html", "<p>no cat"));
    let other = get().await;
    assert_eq!(other.headers()["content-type"], "text/html");
    assert_eq!(other.text().await.unwrap(), "<p>no cat");

    next(Reply::endless("image/png", vec![0; 1 << 16]));
    let endless = get().await;
    assert_eq!(endless.content_length(), None);
    let mut stream = endless.bytes_stream();
    let mut read = 0;
    while read < 1 << 22 {
        read += stream.next().await.unwrap().unwrap().len();
    }
    drop(stream);

    next(Reply::stalled("image/png", PNG));
    let mut stream = get().await.bytes_stream();
    let first = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(&first[..], PNG);
    let more = tokio::time::timeout(Duration::from_millis(50), stream.next()).await;
    assert!(more.is_err(), "it does not go on, and it does not end");
    drop(stream);
    assert_eq!(get().await.status(), 200, "each fault was for one request");
}
