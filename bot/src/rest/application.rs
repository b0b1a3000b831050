//! The bot's application: who owns it, what it may, which commands it has.

use http::Method;
use serde::{Deserialize, Serialize};
use shared::ids::DiscordUserId;

use super::{
    Rest, RestError,
    error::About,
    snowflake::{ApplicationId, Snowflake},
};

/// May read messages, after Discord's review or below its threshold.
const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;

/// What Discord knows of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its owner, or the team's members with a say: not those who may only look.
    pub owners: Vec<DiscordUserId>,
    /// Whether the message content intent is switched on in the developer portal. Asking for it
    /// without that ends the connection.
    pub reads_messages: bool,
}

#[derive(Deserialize)]
struct WireApplication {
    id: Snowflake,
    #[serde(default)]
    flags: u64,
    owner: Option<WireOwner>,
    team: Option<WireTeam>,
}

#[derive(Deserialize)]
struct WireGateway {
    shards: u32,
}

#[derive(Deserialize)]
struct WireOwner {
    id: Snowflake,
}

#[derive(Deserialize)]
struct WireTeam {
    members: Vec<WireMember>,
}

#[derive(Deserialize)]
struct WireMember {
    user: WireOwner,
    #[serde(default)]
    role: String,
    #[serde(default)]
    membership_state: u8,
}

impl From<WireApplication> for Application {
    fn from(wire: WireApplication) -> Self {
        // a team's application names a made-up account as its owner
        let owners = match wire.team {
            Some(team) => team
                .members
                .into_iter()
                .filter(|member| member.membership_state == 2 && member.role != "read_only")
                .map(|member| member.user.id.into())
                .collect(),
            None => wire.owner.map(|owner| owner.id.into()).into_iter().collect(),
        };
        Self { id: wire.id.into(), owners, reads_messages: wire.flags & MESSAGE_CONTENT != 0 }
    }
}

impl Rest {
    /// Asks for the application that the token belongs to.
    pub async fn application(&self) -> Result<Application, RestError> {
        self.call(About::Bot, Method::GET, "oauth2/applications/@me")
            .read::<WireApplication>()
            .await
            .map(Application::from)
    }

    /// On how many shards Discord wants the bot to run.
    pub async fn recommended_shards(&self) -> Result<u32, RestError> {
        let asked = self.call(About::Bot, Method::GET, "gateway/bot").read::<WireGateway>().await?;
        Ok(asked.shards)
    }

    /// Makes these all the application's global commands. May be repeated.
    pub async fn set_commands(
        &self,
        application: ApplicationId,
        commands: &impl Serialize,
    ) -> Result<(), RestError> {
        self.call(About::Bot, Method::PUT, format!("applications/{application}/commands"))
            .json(commands)
            .done()
            .await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn read(json: serde_json::Value) -> Application {
        from_value::<WireApplication>(json).unwrap().into()
    }

    #[test]
    fn the_owner_is_a_person_or_a_team() {
        let alone =
            read(json!({ "id": "1", "flags": 1 << 19, "owner": { "id": "7" }, "team": null }));
        assert_eq!((alone.owners, alone.reads_messages), (vec![DiscordUserId::from(7)], true));
        let member = |id: &str, role: &str, state: u8| json!({ "user": { "id": id }, "role": role, "membership_state": state });
        let team = read(json!({
            "id": "1", "flags": 0, "owner": { "id": "7" },
            "team": { "members": [member("8", "admin", 2), member("9", "read_only", 2), member("10", "", 1), member("11", "", 2)] },
        }));
        assert_eq!(team.owners, [8, 11].map(DiscordUserId::from));
        assert!(!team.reads_messages);
    }
}
