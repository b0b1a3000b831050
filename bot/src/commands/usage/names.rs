//! What the groups are called for the one who asks.
//!
//! A server's name is told to those who are in it. For the one where the command is used that is
//! plain; for another, Discord is asked.

use std::collections::HashMap;

use shared::{
    ids::GuildId,
    store::{GroupOf, UsageGroup, UsageSums},
};

use crate::{
    app::App,
    caller::Caller,
    texts::usage::{Label, Line, table},
};

/// Servers about which Discord is asked for one answer.
const MAX_ASKED: usize = 8;

/// The names that were found out for one answer; none where the caller is not told.
#[derive(Default)]
pub(super) struct ServerNames {
    known: HashMap<GuildId, Option<String>>,
    asked: usize,
}

impl ServerNames {
    /// What a server is called, if the caller is in it.
    pub(super) async fn of(&mut self, app: &App, caller: &Caller, server: GuildId) -> Option<&str> {
        if !self.known.contains_key(&server) {
            let name = self.find(app, caller, server).await;
            self.known.insert(server, name);
        }
        self.known.get(&server)?.as_deref()
    }

    /// The same for a cell of a table.
    pub(super) async fn cell(
        &mut self,
        app: &App,
        caller: &Caller,
        server: Option<GuildId>,
    ) -> &str {
        match server {
            None => table::PRIVATE,
            Some(server) => self.of(app, caller, server).await.unwrap_or(table::UNSEEN_SERVER),
        }
    }

    async fn find(&mut self, app: &App, caller: &Caller, server: GuildId) -> Option<String> {
        let name = app.guilds.name(server)?;
        if caller.guild() == Some(server) {
            return Some(name);
        }
        if self.asked >= MAX_ASKED {
            return None;
        }
        self.asked += 1;
        app.rest.roles_of(server, caller.account.id).await.is_ok().then_some(name)
    }
}

/// The groups as lines, in their order. What has no name for the caller is one line.
pub(super) async fn lines(app: &App, caller: &Caller, groups: Vec<UsageGroup>) -> Vec<Line> {
    let (mut lines, mut unseen, mut servers) = (Vec::new(), Vec::new(), ServerNames::default());
    for UsageGroup { of, sums } in groups {
        let label = match of {
            GroupOf::Model(name) | GroupOf::Personality(name) => Label::Name(name),
            GroupOf::Provider(provider) => Label::Name(provider.display_name().to_owned()),
            GroupOf::UnseenPersonalities => Label::UnseenPersonalities,
            GroupOf::Day(day) => Label::Day(day),
            GroupOf::Server(None) => Label::Private,
            GroupOf::Server(Some(server)) => {
                let Some(name) = servers.of(app, caller, server).await else {
                    unseen.push(sums);
                    continue;
                };
                Label::Name(name.to_owned())
            }
        };
        lines.push(Line { label, sums });
    }
    if !unseen.is_empty() {
        let sums: UsageSums = unseen.into_iter().sum();
        lines.push(Line { label: Label::UnseenServers, sums });
    }
    lines
}
