//! Names of mentioned channels and roles: those that the gateway announced, and those that it did not,
//! of which Discord is asked.
//!
//! Nobody is told the name of a channel that they can't see, whoever knows it. Who is in a private
//! thread is asked of nobody for the sake of a name, so its name is told to nobody.

use shared::{
    context::{
        Mention, Names,
        bounds::{MAX_NAMES, one_line},
    },
    ids::ChannelId,
};

use super::{Reader, access::Access};
use crate::{
    guilds::Guilds,
    rest::{Author, RestError},
};

/// Mentions of one message of which Discord is asked.
const MAX_ASKED: usize = 5;

/// What the mentions of a message and its quotes stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentioned {
    /// As far as it is known.
    pub(super) names: Names,
    /// Of what the gateway did not tell.
    pub(super) unknown: Vec<Mention>,
}

impl Mentioned {
    /// Finds names for what a text mentions. People are known from Discord's own list of them.
    pub(super) fn in_text(
        &mut self,
        guilds: &Guilds,
        reader: &Reader,
        text: &str,
        people: &[Author],
    ) {
        for person in people {
            if self.names.users.len() < MAX_NAMES {
                self.names.users.insert(person.id.get(), one_line(&person.name));
            }
        }
        let Some((guild, member)) = reader.member() else { return };
        let (names, unknown) = guilds.names(guild, member, text);
        self.names.add(names);
        for mention in unknown {
            if self.unknown.len() < MAX_ASKED && !self.unknown.contains(&mention) {
                self.unknown.push(mention);
            }
        }
    }
}

/// The names of these, as far as the person may know them. What can't be asked has none.
pub(super) async fn ask(access: &mut Access<'_>, unknown: &[Mention]) -> Names {
    let mut names = Names::default();
    for mention in unknown {
        if let Err(error) = ask_one(access, *mention, &mut names).await {
            tracing::debug!(error = %error, "a name could not be asked");
        }
    }
    names
}

async fn ask_one(
    access: &mut Access<'_>,
    mention: Mention,
    names: &mut Names,
) -> Result<(), RestError> {
    match mention {
        Mention::Channel(id) => {
            let name = access.name_of_channel(ChannelId::from(id)).await?;
            names.channels.extend(name.map(|name| (id, one_line(&name))));
        }
        Mention::Role(id) => {
            let name = access.name_of_role(id.into()).await?;
            names.roles.extend(name.map(|name| (id, one_line(&name))));
        }
        Mention::User(_) => {}
    }
    Ok(())
}
