use playground::discord::{File, Person};
use serde_json::json;
use shared::{
    formats::{self, card},
    personality::{Definition, PersonalityName, Picture, PictureKind},
};

use super::{super::stage::Stage, ask, create, stage, told};

/// The beginning of a PNG, which is all that is looked at.
fn png(side: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(side.to_be_bytes());
    bytes.extend(side.to_be_bytes());
    bytes
}

fn upload(person: &Person, name: &str, bytes: Vec<u8>) -> String {
    let file = File {
        filename: name.to_owned(),
        content_type: "image/png".to_owned(),
        bytes: bytes.into(),
    };
    person.upload("general", file).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_kept_served_and_shown() {
    let mut stage = stage().await;
    let alice = stage.discord.user("alice");
    let person = stage.with_key("alice").await;
    create(&alice, "Ada", false).await;
    let name = PersonalityName::parse("Ada").unwrap();
    let set = async |name: &str, bytes: Vec<u8>| {
        let file = upload(&alice, name, bytes);
        told(&alice, "avatar", json!({ "personality": "ada", "file": file })).await
    };
    assert!(set("x.png", b"<svg/>".to_vec()).await.contains("no PNG, JPEG, GIF or WebP"));
    assert!(set("x.png", png(100_000)).await.contains("4096 pixels"));
    let mut large = png(64);
    large.resize((2 << 20) + 1, 0);
    assert!(set("x.png", large).await.contains("too large"));
    // with a card inside, which is nobody's business
    let card = card::write_png(&Definition::new(name, "A secret prompt."), None);
    assert!(formats::read(&card).is_ok());
    assert!(set("x.png", card.clone()).await.contains("Saved"));

    alice.say("general", "@Ada hello").unwrap();
    assert_eq!(stage.woken().await, person.id);
    stage.interrupt(person, "Hello!").await;
    let spoken =
        alice.wait_for_message("general", super::PATIENCE, |m| m.content.contains("Hello!"));
    spoken.await.unwrap();
    let address = stage
        .discord
        .ledger()
        .exchanges()
        .iter()
        .find_map(|it| it.body["avatar_url"].as_str().map(str::to_owned))
        .expect("a picture");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let found = client.get(&address).send().await.unwrap();
    assert_eq!(found.headers()["content-type"], "image/png");
    assert_eq!(found.headers()["x-content-type-options"], "nosniff");
    assert!(found.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let served = found.bytes().await.unwrap();
    assert_eq!(Picture::from_bytes(served.to_vec()).unwrap().kind, PictureKind::Png);
    assert!(served.len() < card.len() && formats::read(&served).is_err());
    for wrong in [address.replace(".png", ".gif"), address.replace("/avatars/", "/")] {
        assert_eq!(client.get(&wrong).send().await.unwrap().status(), 404, "{wrong}");
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_only_from_where_they_may() {
    let stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let person = stage.db.person(stage.account("alice").get()).await;
    stage.db.store().set_superuser(person.id, true).await.unwrap();
    create(&alice, "Ada", false).await;
    let set =
        async |url: &str| told(&alice, "avatar", json!({ "personality": "ada", "url": url })).await;
    assert!(set("http://a.example/x.png").await.contains("begins with `https://`"));
    for private in ["https://10.0.0.1/x.png", "https://[::1]/x.png", "https://169.254.169.254/x"] {
        assert!(set(private).await.contains("PICTURE_HOSTS"), "{private}");
    }
    let file = upload(&alice, "x.png", png(64));
    let kept = told(&alice, "avatar", json!({ "personality": "ada", "file": file })).await;
    assert!(kept.contains("PUBLIC_URL"), "{kept}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_comes_back_through_an_import() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let fields =
        [("name", "Ada"), ("aliases", "Zoe"), ("prompt1", "You are Ada."), ("error", "Oh.")];
    super::fill(&alice, "create", json!({}), &fields).await;
    assert!(
        told(&bob, "export", json!({ "personality": "ada" })).await.contains("somebody else's")
    );
    for format in [0, 1, 2] {
        let sent = ask(&alice, "export", json!({ "personality": "ada", "format": format })).await;
        let file = sent.attachments.first().expect("a file").bytes.to_vec();
        let question = ask(&alice, "delete", json!({ "personality": "ada" })).await;
        alice.click(question.id, "Delete for good").unwrap();
        stage
            .discord
            .wait_for(super::PATIENCE, |world| {
                world.message(question.id).filter(|m| m.content.contains("**gone**")).cloned()
            })
            .await
            .expect("it is gone");
        let file = upload(&alice, "ada.file", file);
        let made = told(&alice, "import", json!({ "file": file })).await;
        assert!(made.contains("**Ada** is there"), "{format}: {made}");
        let seen = told(&alice, "view", json!({ "personality": "zoe" })).await;
        assert!(seen.contains("You are Ada.") && seen.contains("Oh."), "{format}: {seen}");
    }
    // a key is found wherever a card has a place for it
    let key = format!("sk-or-v1-{}", "0123abcd".repeat(8));
    let card = json!({ "spec": "chara_card_v2", "data": {
        "name": "Keyed", "description": "You are Keyed.", "creator_notes": format!("use {key}"),
    } });
    let file = upload(&alice, "keyed.json", card.to_string().into_bytes());
    let told_of_key = told(&alice, "import", json!({ "file": file })).await;
    assert!(told_of_key.contains("key") && !told_of_key.contains("is there"), "{told_of_key}");
    let broken = upload(&alice, "x.json", b"{\"name\": ".to_vec());
    let broken = told(&alice, "import", json!({ "file": broken })).await;
    assert!(broken.contains("can't be read") && broken.contains("line 1"), "{broken}");
    let large = upload(&alice, "x.json", vec![b' '; (8 << 20) + 1]);
    assert!(told(&alice, "import", json!({ "file": large })).await.contains("too large"));
    stage.stop().await;
}
