//! Hosts that send us elsewhere, or say nothing.

use playground::discord::{Effect, Fault, File, Person, Reply};
use serde_json::json;
use tokio::net::TcpListener;

use super::{create, stage, told};

fn upload(person: &Person, name: &str) -> String {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x40".to_vec();
    let file = File { filename: name.into(), content_type: "image/png".into(), bytes: png.into() };
    person.upload("general", file).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_redirects_is_not_followed() {
    let stage = stage().await;
    let alice = stage.discord.user("alice");
    create(&alice, "Ada", false).await;
    let elsewhere = stage.discord.host("elsewhere.png", "image/png", vec![0; 64]);
    let away = Reply::json(302, json!({})).header("location", &elsewhere);
    stage.discord.faults().add(Fault::on("GET", "sent.", Effect::Answer(away)).always());
    let picture = json!({ "personality": "ada", "file": upload(&alice, "sent.png") });
    let refused = told(&alice, "avatar", picture).await;
    assert!(refused.contains("leads elsewhere") && refused.contains("Nothing was saved"));
    let card = json!({ "file": upload(&alice, "sent.json") });
    let refused = told(&alice, "import", card).await;
    assert!(refused.contains("leads elsewhere"), "{refused}");
    let asked = stage.discord.ledger().exchanges();
    assert!(asked.iter().any(|it| it.path.contains("sent.png")), "it was asked");
    assert!(!asked.iter().any(|it| it.path.contains("elsewhere")), "it was followed");
    stage.discord.faults().clear();
    let view = told(&alice, "view", json!({ "personality": "ada" })).await;
    assert!(!view.contains("Picture"), "{view}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_says_nothing_is_not_waited_for() {
    let stage = stage().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    for (person, name) in [(&alice, "Ada"), (&bob, "Bea")] {
        create(person, name, false).await;
    }
    // one takes the call and is silent, the other one stops in the middle
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/x.png", silent.local_addr().unwrap());
    let stalled = Reply::stalled("image/png", b"\x89PNG".to_vec());
    stage.discord.faults().add(Fault::on("GET", "slow.png", Effect::Answer(stalled)));
    let slow = json!({ "personality": "bea", "file": upload(&bob, "slow.png") });
    let (told_of_silent, told_of_slow) = tokio::join!(
        told(&alice, "avatar", json!({ "personality": "ada", "url": url })),
        told(&bob, "avatar", slow),
    );
    for told in [told_of_silent, told_of_slow] {
        assert!(told.contains("did not answer in time") && told.contains("Nothing was saved"));
    }
    stage.stop().await;
}
