//! Who may do what: roles, what channels give and take, and commands that are not for everybody.

use playground::discord::{
    ActError, Snowflake,
    world::{Permissions, Whom},
};
use serde_json::{Value, json};

use crate::{
    bot::{Gateway, Rest, Watched, discord},
    window::Window,
};

fn permissions(discord: &Watched, who: &str, place: &str) -> Permissions {
    let (who, place) = (discord.user(who).id(), discord.channel(place).unwrap());
    discord.look(|world| world.permissions(who, world.channel(place).unwrap()))
}

fn told(permissions: &Value) -> Permissions {
    Permissions::from_bits(permissions.as_str().unwrap().parse().unwrap())
}

async fn register(rest: &Rest, commands: Value) {
    let application = rest.ok("GET", "/applications/@me", Value::Null).await;
    let path = format!("/applications/{}/commands", application["id"].as_str().unwrap());
    rest.ok("PUT", &path, commands).await;
}

#[tokio::test]
async fn what_a_channel_says_goes_from_everyone_over_roles_to_oneself() {
    let discord = discord().await;
    let (house, bob) = (discord.house(), discord.user("bob").id());
    let (write, react) = (Permissions::SEND_MESSAGES, Permissions::ADD_REACTIONS);
    let bobs = || permissions(&discord, "bob", "stage");
    assert!(bobs().contains(write | react) && !bobs().contains(Permissions::MANAGE_CHANNELS));
    let quiet = discord.add_role(house, "Quiet", Permissions::NONE);
    let loud = discord.add_role(house, "Loud", Permissions::MANAGE_CHANNELS);
    discord.give_role(house, bob, quiet);
    discord.give_role(house, bob, loud);
    assert!(bobs().contains(Permissions::MANAGE_CHANNELS), "roles add up");

    discord.deny_for("stage", Whom::Everyone, write | react).unwrap();
    assert!(!bobs().contains(write) && !bobs().contains(react));
    discord.deny_for("stage", Whom::Role(quiet), write).unwrap();
    discord.allow_for("stage", Whom::Role(loud), write).unwrap();
    assert!(bobs().contains(write), "of two roles, the one that allows counts");
    discord.deny_for("stage", Whom::Member(bob), write).unwrap();
    assert!(!bobs().contains(write), "what is said of oneself comes last");
    discord.allow_for("stage", Whom::Member(bob), write).unwrap();
    assert!(bobs().contains(write) && !bobs().contains(react));

    assert_eq!(permissions(&discord, "alice", "stage"), Permissions::ALL, "she owns the server");
    let chiefs = discord.add_role(house, "Chiefs", Permissions::ADMINISTRATOR);
    discord.give_role(house, bob, chiefs);
    assert_eq!(bobs(), Permissions::ALL);
    discord.take_role(house, bob, chiefs);
    discord.change_role(house, house, Permissions::VIEW_CHANNEL);
    assert!(!permissions(&discord, "carol", "general").contains(write));
}

#[tokio::test]
async fn a_private_channel_is_not_there_for_others() {
    let discord = discord().await;
    let (rest, window) = (Rest::new(&discord), Window::open(&discord).await);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let (bob, dave) = (discord.user("bob"), discord.user("dave"));
    let office = discord.channel("office").unwrap();
    let nested = discord.add_thread("office", "papers").unwrap();
    assert_eq!(gateway.event("THREAD_CREATE").await["parent_id"], json!(office));
    let said = dave.say("office", "the budget").unwrap();
    assert_eq!(gateway.event("MESSAGE_CREATE").await["content"], "the budget");
    dave.say(nested, "and the papers").unwrap();
    for place in [office, nested] {
        assert_eq!(bob.say(place, "hello?").err(), Some(ActError::NoSuchPlace(place.into())));
        assert!(bob.visible_messages(place).is_err());
    }
    assert_eq!(bob.react(said, "👀").err(), Some(ActError::NoSuchMessage(said)));
    assert!(bob.message_menu(said, "Read").is_err());

    bob.say("general", "nothing is hidden here").unwrap();
    let (mut bobs, mut daves) = (window.stream("bob").await, window.stream("dave").await);
    bobs.said("nothing is hidden here").await;
    daves.said("the budget").await;
    assert!(!bobs.contains("budget") && !bobs.contains(&office.to_string()));
    assert!(!bobs.contains("papers"));

    let moderators = discord.role(discord.house(), "Moderators").unwrap();
    discord.give_role(discord.house(), bob.id(), moderators);
    bobs.said("the budget").await;
    let overwrites =
        rest.ok("GET", &format!("/channels/{office}"), Value::Null).await["permission_overwrites"]
            .take();
    let hidden = json!({"id": discord.house(), "type": 0, "allow": "0", "deny": "1024"});
    assert_eq!(overwrites[0], hidden);
    assert!(
        overwrites
            .as_array()
            .unwrap()
            .contains(&json!({"id": moderators, "type": 0, "allow": "1024", "deny": "0"}))
    );
}

#[tokio::test]
async fn a_new_private_channel_is_announced_once_and_as_private() {
    let discord = discord().await;
    let (mut gateway, _) = Gateway::start(&Rest::new(&discord)).await;
    let house = discord.house();
    let bob = discord.user("bob").id();
    let cellar = discord.add_private_channel(house, "cellar", &[Whom::Member(bob)]);
    let attic = discord.add_channel(house, "attic");
    let told = gateway.event("CHANNEL_CREATE").await;
    assert_eq!(told["id"], json!(cellar));
    let view = Permissions::VIEW_CHANNEL.to_string();
    let overwrites = json!([
        {"id": house, "type": 0, "allow": "0", "deny": view},
        {"id": discord.bot(), "type": 1, "allow": view, "deny": "0"},
        {"id": bob, "type": 1, "allow": view, "deny": "0"},
    ]);
    assert_eq!(told["permission_overwrites"], overwrites);
    assert_eq!(gateway.event("CHANNEL_CREATE").await["id"], json!(attic), "nothing in between");
}

#[tokio::test]
async fn the_bot_is_told_what_somebody_may_do_where_they_do_it() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    register(
        &rest,
        json!([{"name": "look", "description": "x", "options": [
        {"type": 7, "name": "where", "description": "x"},
        {"type": 6, "name": "whom", "description": "x"},
        {"type": 8, "name": "what", "description": "x"}]}]),
    )
    .await;
    let (mut gateway, _) = Gateway::start(&rest).await;
    let (bob, dave) = (discord.user("bob"), discord.user("dave"));
    let moderators = discord.role(discord.house(), "Moderators").unwrap();
    let files = Permissions::ATTACH_FILES;
    discord.deny_for("stage", Whom::Member(bob.id()), files).unwrap();
    assert_eq!(gateway.event("CHANNEL_UPDATE").await["name"], "stage");
    discord.deny("stage", Permissions::EMBED_LINKS).unwrap();
    gateway.event("CHANNEL_UPDATE").await;

    let options = json!({"where": "stage", "whom": "dave", "what": "Moderators"});
    bob.slash("general", "look", options.clone()).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let resolved = &event["data"]["resolved"];
    assert!(told(&event["member"]["permissions"]).contains(files));
    assert_eq!(event["member"]["roles"], json!([]));
    let stage = &resolved["channels"][discord.channel("stage").unwrap().to_string()];
    assert!(!told(&stage["permissions"]).contains(files));
    assert!(!told(&stage["app_permissions"]).contains(Permissions::EMBED_LINKS));
    let whom = &resolved["members"][dave.id().to_string()];
    assert_eq!(whom["roles"], json!([moderators]));
    assert!(told(&whom["permissions"]).contains(Permissions::MANAGE_CHANNELS));
    let what = &resolved["roles"][moderators.to_string()];
    assert_eq!(what["name"], "Moderators");

    dave.slash("stage", "look", json!({})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert!(told(&event["member"]["permissions"]).contains(Permissions::MANAGE_CHANNELS));
    assert_eq!(event["member"]["roles"], json!([moderators]));
    assert!(!told(&event["app_permissions"]).contains(Permissions::EMBED_LINKS));
    let hidden = bob.slash("general", "look", json!({"where": "office"}));
    assert!(matches!(hidden.err(), Some(ActError::BadOption { .. })), "bob can't even name it");
    dave.say("general", "order!").unwrap();
    let heard = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(heard["member"]["roles"], json!([moderators]));
}

#[tokio::test]
async fn a_command_for_moderators_is_not_offered_to_others() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let manage = Permissions::MANAGE_CHANNELS.to_string();
    register(
        &rest,
        json!([
        {"name": "place", "description": "x", "default_member_permissions": manage, "options": [
            {"type": 3, "name": "which", "description": "x", "autocomplete": true}]},
        {"name": "Remove", "type": 3, "default_member_permissions": manage},
        {"name": "rule", "description": "x", "default_member_permissions": "0"},
        {"name": "ask", "description": "x"}]),
    )
    .await;
    let (mut gateway, _) = Gateway::start(&rest).await;
    let said = discord.user("bob").say("general", "hello").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    let offered = |who: &str| discord.user(who).commands("general").unwrap();
    assert_eq!(offered("bob"), ["ask"]);
    assert_eq!(offered("dave"), ["place", "Remove", "ask"]);
    assert_eq!(offered("alice"), ["place", "Remove", "rule", "ask"]);
    let bob = discord.user("bob");
    assert_eq!(bob.commands(bob.dm_channel()).unwrap().len(), 4, "there one has no permissions");

    let refused = |name: &str| Some(ActError::NotAllowed(name.to_owned()));
    assert_eq!(bob.slash("general", "place", json!({})).err(), refused("place"));
    assert_eq!(bob.message_menu(said, "Remove").err(), refused("Remove"));
    assert_eq!(bob.autocomplete("general", "place", "which", "x").await.err(), refused("place"));
    discord.user("dave").slash("general", "place", json!({})).unwrap();
    gateway.event("INTERACTION_CREATE").await;
    let commands = Permissions::USE_APPLICATION_COMMANDS;
    discord.deny_for("general", Whom::Everyone, commands).unwrap();
    assert!(offered("bob").is_empty());
}

#[tokio::test]
async fn people_do_only_what_they_may() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (bob, dave) = (discord.user("bob"), discord.user("dave"));
    let general = discord.channel("general").unwrap();
    let post = format!("/channels/{general}/messages");
    let said = rest.ok("POST", &post, json!({"content": "x"})).await;
    let said: Snowflake = said["id"].as_str().unwrap().parse().unwrap();
    let may_not = |acted: Result<(), ActError>| matches!(acted, Err(ActError::MayNot(_)));
    assert!(may_not(bob.delete(said)));
    dave.delete(said).unwrap();

    let kept = dave.say("stage", "listen").unwrap();
    dave.react(kept, "👂").unwrap();
    let thread = discord.add_thread("stage", "aside").unwrap();
    let some = Permissions::SEND_MESSAGES | Permissions::ADD_REACTIONS;
    discord.deny_for("stage", Whom::Everyone, some).unwrap();
    assert!(may_not(bob.say("stage", "no").map(drop)));
    bob.say(thread, "in a thread it is another right").unwrap();
    assert!(may_not(bob.react(kept, "🙉")));
    bob.react(kept, "👂").unwrap();
    discord.deny_for("stage", Whom::Everyone, Permissions::ATTACH_FILES).unwrap();
    bob.say("stage", "words").unwrap();
    let file = bob.say_with_file("stage", "and more", "a.txt", "text/plain", "a");
    assert!(may_not(file.map(drop)));
}

#[tokio::test]
async fn roles_are_listed_and_their_changes_told() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let house = discord.house();
    let role = discord.add_role(house, "Stagehands", Permissions::MANAGE_WEBHOOKS);
    let made = gateway.event("GUILD_ROLE_CREATE").await;
    assert_eq!((&made["role"]["id"], &made["guild_id"]), (&json!(role), &json!(house)));
    discord.change_role(house, role, Permissions::NONE);
    assert_eq!(gateway.event("GUILD_ROLE_UPDATE").await["role"]["permissions"], "0");
    let roles = rest.ok("GET", &format!("/guilds/{house}/roles"), Value::Null).await;
    let names: Vec<&Value> = roles.as_array().unwrap().iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["@everyone", "troupe", "Moderators", "Stagehands"]);
    assert_eq!(rest.ok("GET", &format!("/guilds/{house}"), Value::Null).await["roles"], roles);
    let one = rest.ok("GET", &format!("/guilds/{house}/roles/{role}"), Value::Null).await;
    assert_eq!(one["name"], "Stagehands");
    let missing = format!("/guilds/{house}/roles/1");
    assert_eq!(rest.fails("GET", &missing, Value::Null).await, (404, 10011));
    let bob = discord.user("bob").id();
    discord.give_role(house, bob, role);
    let member = rest.ok("GET", &format!("/guilds/{house}/members/{bob}"), Value::Null).await;
    assert_eq!(member["roles"], json!([role]));
}
