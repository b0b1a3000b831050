//! Whom a message notifies.
//!
//! A text can name people, roles and everybody; `allowed_mentions` decides which of them are told.
//! Without it, a person's or bot's message tells all of them, and a webhook's post or the answer to
//! an interaction tells the people only. An edit without it starts from those defaults again, which
//! is how bots that were careful once come to notify a whole server.

use serde_json::Value;

use super::snowflake::Snowflake;

/// Whom a message would notify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pings {
    /// These people.
    pub users: Vec<Snowflake>,
    /// Everybody with one of these roles.
    pub roles: Vec<Snowflake>,
    /// Everybody, by `@everyone` or `@here`.
    pub everyone: bool,
}

/// What is parsed when a message does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defaults {
    /// People, roles, everybody: messages of people and of bots under their own name.
    Everything,
    /// People: webhooks and the answers to interactions.
    People,
}

impl Pings {
    /// Whether nobody is notified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.roles.is_empty() && !self.everyone
    }

    /// Finds whom `text` notifies. `replied_to` is the author of the message that is answered.
    pub(super) fn of(
        text: &str,
        allowed: &Value,
        default: Defaults,
        replied_to: Option<Snowflake>,
    ) -> Self {
        let named = Self::named_in(text);
        let mut pings = match allowed {
            Value::Object(_) => named.allowed_by(allowed),
            _ if default == Defaults::People => Self { users: named.users, ..Self::default() },
            _ => named,
        };
        let tells_author = !allowed.is_object() || allowed["replied_user"] == true;
        if let Some(author) = replied_to.filter(|_| tells_author)
            && !pings.users.contains(&author)
        {
            pings.users.push(author);
        }
        pings
    }

    /// Everybody whom the text names.
    fn named_in(text: &str) -> Self {
        let mut named = Self {
            everyone: text.contains("@everyone") || text.contains("@here"),
            ..Self::default()
        };
        for piece in text.split("<@").skip(1) {
            let Some((inside, _)) = piece.split_once('>') else { continue };
            let (list, digits) = match inside.strip_prefix('&') {
                Some(role) => (&mut named.roles, role),
                None => (&mut named.users, inside.strip_prefix('!').unwrap_or(inside)),
            };
            if let Ok(id) = digits.parse()
                && !list.contains(&id)
            {
                list.push(id);
            }
        }
        named
    }

    fn allowed_by(self, allowed: &Value) -> Self {
        let parses = |what: &str| lists(&allowed["parse"], what);
        let keep = |what: &str, named: Vec<Snowflake>| -> Vec<Snowflake> {
            let listed = |id: &Snowflake| lists(&allowed[what], &id.to_string());
            named.into_iter().filter(|id| parses(what) || listed(id)).collect()
        };
        Self {
            users: keep("users", self.users),
            roles: keep("roles", self.roles),
            everyone: self.everyone && parses("everyone"),
        }
    }
}

/// Whether a JSON array contains a text, or a number that reads the same.
fn lists(array: &Value, wanted: &str) -> bool {
    let is_wanted = |item: &Value| match item {
        Value::String(text) => text == wanted,
        Value::Number(number) => number.to_string() == wanted,
        _ => false,
    };
    array.as_array().is_some_and(|items| items.iter().any(is_wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "hi <@7>, <@!8>, <@&9> and @everyone";

    #[test]
    fn defaults_differ_between_bots_and_webhooks() {
        let bot = Pings::of(TEXT, &Value::Null, Defaults::Everything, None);
        assert_eq!((bot.users.len(), bot.roles.len(), bot.everyone), (2, 1, true));
        let webhook = Pings::of(TEXT, &Value::Null, Defaults::People, None);
        assert_eq!((webhook.users.len(), webhook.roles.len(), webhook.everyone), (2, 0, false));
    }

    #[test]
    fn an_empty_list_silences_everything() {
        let allowed = json!({"parse": [], "users": [], "roles": []});
        assert!(Pings::of(TEXT, &allowed, Defaults::Everything, Some(3.into())).is_empty());
    }

    #[test]
    fn listed_ids_are_told_and_so_is_who_is_answered() {
        let allowed = json!({"parse": [], "users": ["8"], "replied_user": true});
        let pings = Pings::of(TEXT, &allowed, Defaults::Everything, Some(3.into()));
        assert_eq!(pings.users, [8.into(), 3.into()]);
    }
}
