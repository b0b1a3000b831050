//! The routes there are. What is not listed here is answered with 404 and logged, so the list is
//! what the documentation's table is compared with.

/// Every route with its methods, below `/api/v10`. Names in braces stand for any value.
pub const ROUTES: [(&str, &[&str]); 37] = [
    ("/gateway", &["GET"]),
    ("/gateway/bot", &["GET"]),
    ("/applications/@me", &["GET"]),
    ("/oauth2/applications/@me", &["GET"]),
    ("/applications/{application}/commands", &["GET", "POST", "PUT"]),
    ("/applications/{application}/commands/{command}", &["GET", "PATCH", "DELETE"]),
    ("/applications/{application}/guilds/{guild}/commands", &["GET", "POST", "PUT"]),
    ("/applications/{application}/guilds/{guild}/commands/{command}", &["GET", "PATCH", "DELETE"]),
    ("/interactions/{interaction}/{token}/callback", &["POST"]),
    ("/users/@me", &["GET"]),
    ("/users/@me/channels", &["POST"]),
    ("/users/@me/guilds", &["GET"]),
    ("/users/{user}", &["GET"]),
    ("/guilds/{guild}", &["GET"]),
    ("/guilds/{guild}/channels", &["GET"]),
    ("/guilds/{guild}/members/{user}", &["GET"]),
    ("/guilds/{guild}/roles", &["GET"]),
    ("/guilds/{guild}/roles/{role}", &["GET"]),
    ("/channels/{channel}", &["GET"]),
    ("/channels/{channel}/typing", &["POST"]),
    ("/channels/{channel}/messages", &["GET", "POST"]),
    ("/channels/{channel}/messages/{message}", &["GET", "PATCH", "DELETE"]),
    ("/channels/{channel}/messages/{message}/reactions", &["DELETE"]),
    ("/channels/{channel}/messages/{message}/reactions/{emoji}", &["GET", "DELETE"]),
    ("/channels/{channel}/messages/{message}/reactions/{emoji}/@me", &["PUT", "DELETE"]),
    ("/channels/{channel}/messages/{message}/reactions/{emoji}/{user}", &["DELETE"]),
    ("/channels/{channel}/messages/{message}/threads", &["POST"]),
    ("/channels/{channel}/thread-members", &["GET"]),
    ("/channels/{channel}/thread-members/{user}", &["GET"]),
    ("/channels/{channel}/threads", &["POST"]),
    ("/channels/{channel}/webhooks", &["GET", "POST"]),
    ("/webhooks/{webhook}", &["GET", "DELETE"]),
    ("/webhooks/{webhook}/{token}", &["GET", "POST", "DELETE"]),
    ("/webhooks/{webhook}/{token}/messages/{message}", &["GET", "PATCH", "DELETE"]),
    // an application's id and an interaction's token are a webhook, too
    ("/webhooks/{application}/{token}", &["POST"]),
    ("/webhooks/{application}/{token}/messages/@original", &["GET", "PATCH", "DELETE"]),
    ("/webhooks/{application}/{token}/messages/{message}", &["GET", "PATCH", "DELETE"]),
];

/// Whether there is such a route.
pub(super) fn is_known(method: &str, segments: &[&str]) -> bool {
    let fits = |template: &str| {
        let mut template = template.split('/').skip(1);
        let mut given = segments.iter();
        loop {
            match (template.next(), given.next()) {
                (None, None) => return true,
                (Some(place), Some(value))
                    if place.starts_with('{') && !value.is_empty() || place == *value => {}
                _ => return false,
            }
        }
    };
    ROUTES.iter().any(|(template, methods)| methods.contains(&method) && fits(template))
}
