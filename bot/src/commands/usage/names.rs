//! What the groups are called for the one who asks.
//!
//! A server's name is told to those who are in it. For the one where the command is used that is
//! plain; for another, Discord is asked.

use shared::{
    ids::GuildId,
    store::{GroupOf, UsageGroup, UsageSums},
};

use crate::{
    app::App,
    caller::Caller,
    texts::usage::{Label, Line},
};

/// Servers about which Discord is asked for one answer.
const MAX_ASKED: usize = 8;

/// The groups as lines, in their order. What has no name for the caller is one line.
pub(super) async fn lines(app: &App, caller: &Caller, groups: Vec<UsageGroup>) -> Vec<Line> {
    let (mut lines, mut unseen, mut asked) = (Vec::new(), Vec::new(), 0);
    for UsageGroup { of, sums } in groups {
        let label = match of {
            GroupOf::Model(name) | GroupOf::Personality(name) => Label::Name(name),
            GroupOf::Provider(provider) => Label::Name(provider.display_name().to_owned()),
            GroupOf::UnseenPersonalities => Label::UnseenPersonalities,
            GroupOf::Day(day) => Label::Day(day),
            GroupOf::Server(None) => Label::Private,
            GroupOf::Server(Some(server)) => {
                let Some(name) = server_name(app, caller, server, &mut asked).await else {
                    unseen.push(sums);
                    continue;
                };
                Label::Name(name)
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

async fn server_name(
    app: &App,
    caller: &Caller,
    server: GuildId,
    asked: &mut usize,
) -> Option<String> {
    let name = app.guilds.name(server)?;
    if caller.guild() == Some(server) {
        return Some(name);
    }
    if *asked >= MAX_ASKED {
        return None;
    }
    *asked += 1;
    app.rest.roles_of(server, caller.account.id).await.is_ok().then_some(name)
}
