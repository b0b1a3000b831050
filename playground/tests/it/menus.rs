//! Menus to choose from, and the menus of messages and people.

use playground::discord::{ActError, LocalDiscord, Snowflake};
use serde_json::{Value, json};

use crate::bot::{Gateway, Rest, discord};

/// A bot that shows these components in a channel, and hears of nothing before somebody acts.
async fn show(
    discord: &LocalDiscord,
    place: Snowflake,
    components: &[Value],
) -> (Gateway, Snowflake) {
    let rest = Rest::new(discord);
    let commands = json!([{"name": "Look at", "type": 3}, {"name": "Who is", "type": 2},
        {"name": "Here only", "type": 2, "contexts": [0]}, {"name": "who", "description": "x"}]);
    rest.ok("PUT", &format!("/applications/{}/commands", discord.bot()), commands).await;
    let rows: Vec<Value> =
        components.iter().map(|it| json!({"type": 1, "components": [it]})).collect();
    let post = json!({"content": "choose", "components": rows});
    let shown = rest.ok("POST", &format!("/channels/{place}/messages"), post).await;
    let (gateway, _) = Gateway::start(&rest).await;
    (gateway, shown["id"].as_str().unwrap().parse().unwrap())
}

fn is_refused<T>(acted: Result<T, ActError>) -> bool {
    matches!(acted.err(), Some(ActError::BadField { .. }))
}

#[tokio::test]
async fn a_menu_of_texts_takes_as_many_as_it_wants() {
    let discord = discord().await;
    let options = json!([{"label": "A", "value": "a"}, {"label": "B", "value": "b"},
        {"label": "C", "value": "c"}, {"label": "D", "value": "d"}]);
    let one = json!({"type": 3, "custom_id": "one", "options": options});
    let some = json!({"type": 3, "custom_id": "some", "options": options, "min_values": 2, "max_values": 3, "id": 77});
    // in a message, only `min_values` counts
    let any = json!({"type": 3, "custom_id": "any", "options": options, "min_values": 0, "required": true});
    let must = json!({"type": 3, "custom_id": "must", "options": options, "required": false});
    let off = json!({"type": 3, "custom_id": "off", "options": options, "disabled": true});
    let general = discord.channel("general").unwrap();
    let (mut gateway, message) = show(&discord, general, &[one, some, any, must, off]).await;
    let alice = discord.user("alice");
    for (menu, values) in [
        ("one", &[][..]),
        ("one", &["a", "b"]),
        ("one", &["e"]),
        ("one", &["A"]),
        ("some", &["a"]),
        ("some", &["a", "b", "c", "d"]),
        ("some", &["a", "a"]),
        ("must", &[]),
    ] {
        assert!(is_refused(alice.choose(message, menu, values)), "{menu} {values:?}");
    }
    for menu in ["off", "none"] {
        let refused = alice.choose(message, menu, &["a"]).err();
        assert_eq!(refused, Some(ActError::NothingToClick(menu.into())));
    }
    assert!(alice.click(message, "one").is_err(), "a menu is no button");
    for (menu, values) in [("one", &["b"][..]), ("some", &["c", "a"]), ("any", &[])] {
        alice.choose(message, menu, values).unwrap();
        let event = gateway.event("INTERACTION_CREATE").await;
        let data = &event["data"];
        assert_eq!(
            (&event["type"], &event["message"]["id"], &event["channel_id"]),
            (&json!(3), &json!(message), &json!(general))
        );
        assert_eq!(
            (&data["component_type"], &data["custom_id"], &data["values"]),
            (&json!(3), &json!(menu), &json!(values))
        );
        let ids: Vec<&Value> = event["message"]["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["components"][0])
            .filter(|it| it["custom_id"] == *menu)
            .map(|it| &it["id"])
            .collect();
        assert_eq!((ids, data.get("resolved")), (vec![&data["id"]], None));
    }
}

#[tokio::test]
async fn menus_of_people_roles_and_channels_tell_who_and_what_they_are() {
    let discord = discord().await;
    let other = discord.add_guild("Elsewhere");
    let afar = discord.add_channel(other, "afar");
    let menu = |kind: u64, name: &str, most: u64| json!({"type": kind, "custom_id": name, "max_values": most});
    let mut channels = menu(8, "channels", 2);
    channels["channel_types"] = json!([0]);
    let components = [
        menu(5, "people", 2),
        menu(6, "roles", 1),
        menu(7, "both", 2),
        menu(8, "places", 2),
        channels,
    ];
    let general = discord.channel("general").unwrap();
    let (mut gateway, message) = show(&discord, general, &components).await;
    let (alice, bob) = (discord.user("alice"), discord.user("bob").id().to_string());
    let guild = discord.look(|world| world.guilds().next().unwrap().id.to_string());
    let (other, afar) = (other.to_string(), afar.to_string());
    let (general, rehearsal) =
        (general.to_string(), discord.channel("rehearsal").unwrap().to_string());
    let private = discord.user("bob").dm_channel().to_string();
    for (menu, value) in [
        ("people", "1"),
        ("people", &guild),
        ("roles", &bob),
        ("roles", &other),
        ("both", &general),
        ("places", &bob),
        ("places", &afar),
        ("places", "afar"),
        ("places", &private),
        ("places", ""),
        ("channels", &rehearsal),
    ] {
        assert!(is_refused(alice.choose(message, menu, &[value])), "{menu} {value}");
    }
    assert!(is_refused(alice.choose(message, "people", &[&bob, "bob"])), "bob twice");
    let mut choose = async |menu: &str, values: &[&str]| {
        alice.choose(message, menu, values).unwrap();
        let data = gateway.event("INTERACTION_CREATE").await["data"].take();
        assert_eq!(data["values"], json!(values), "{menu}");
        data["resolved"].clone()
    };
    let resolved = choose("people", &[&bob]).await;
    assert_eq!(resolved["users"][&bob]["username"], "bob");
    assert!(resolved["members"][&bob]["joined_at"].is_string());
    assert_eq!(resolved["members"][&bob].get("user"), None);
    let resolved = choose("roles", &[&guild]).await;
    assert_eq!(resolved["roles"][&guild]["name"], "@everyone");
    let resolved = choose("both", &[&guild, &bob]).await;
    assert!(resolved["roles"][&guild].is_object() && resolved["users"][&bob].is_object());
    let resolved = choose("places", &[&general, &rehearsal]).await;
    assert_eq!(resolved["channels"][&general]["name"], "general");
    assert_eq!(resolved["channels"][&rehearsal]["type"], 11);
    choose("channels", &[&general]).await;
}

#[tokio::test]
async fn only_buttons_that_ask_the_bot_are_clicked() {
    let discord = discord().await;
    let link = json!({"type": 2, "style": 5, "label": "Read", "url": "https://example.com/"});
    let first = json!({"type": 2, "style": 1, "label": "second", "custom_id": "first"});
    let second = json!({"type": 2, "style": 1, "label": "first", "custom_id": "second"});
    let general = discord.channel("general").unwrap();
    let (mut gateway, message) = show(&discord, general, &[link, first, second]).await;
    let alice = discord.user("alice");
    assert_eq!(alice.click(message, "Read").err(), Some(ActError::NothingToClick("Read".into())));
    assert!(alice.choose(message, "first", &["x"]).is_err(), "a button is no menu");
    alice.click(message, "second").unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(event["data"]["custom_id"], "second", "an id comes before a label");
    assert_eq!((&event["data"]["component_type"], event["data"].get("values")), (&json!(2), None));
}

#[tokio::test]
async fn messages_and_people_have_menus_of_their_own() {
    let discord = discord().await;
    let general = discord.channel("general").unwrap();
    let (mut gateway, _) = show(&discord, general, &[]).await;
    let (alice, bob) = (discord.user("alice"), discord.user("bob"));
    let message = bob.say("general", "look at me").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    for name in ["Who is", "who", "look at"] {
        let refused = alice.message_menu(message, name).err();
        assert_eq!(refused, Some(ActError::NoSuchCommand(name.into())));
    }
    let used = alice.message_menu(message, "Look at").unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let data = &event["data"];
    assert_eq!((&event["type"], event.get("message")), (&json!(2), None));
    assert_eq!((&data["type"], &data["target_id"]), (&json!(3), &json!(message)));
    assert_eq!((&data["name"], data.get("options")), (&json!("Look at"), None));
    let told = &data["resolved"]["messages"][message.to_string()];
    assert_eq!(
        (&told["content"], &told["author"]["username"]),
        (&json!("look at me"), &json!("bob"))
    );
    assert_eq!(event["token"], used.token());

    let id = bob.id().to_string();
    alice.user_menu("general", bob.id(), "Who is").unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let data = &event["data"];
    assert_eq!((&data["type"], &data["target_id"]), (&json!(2), &json!(id)));
    assert_eq!(data["resolved"]["users"][&id]["username"], "bob");
    assert!(data["resolved"]["members"][&id].is_object());
    assert_eq!(event["member"]["user"]["username"], "alice");

    alice.user_menu(alice.dm_channel(), discord.bot(), "Who is").unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(event["data"]["resolved"].get("members"), None, "nobody is a member of a DM");
    assert!(alice.user_menu(alice.dm_channel(), discord.bot(), "Here only").is_err());
    assert!(alice.user_menu(bob.dm_channel(), bob.id(), "Who is").is_err());
    assert!(alice.user_menu("general", 1.into(), "Who is").is_err());
}
