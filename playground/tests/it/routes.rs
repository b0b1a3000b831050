//! Which routes there are, and what the documentation says of them.

use std::collections::BTreeSet;

use playground::discord::ROUTES;
use serde_json::{Value, json};

use crate::bot::{Rest, discord};

const DOCUMENTATION: &str = include_str!("../../../docs/PLAYGROUND.md");

#[tokio::test]
async fn every_route_that_is_listed_is_there() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    for (template, methods) in ROUTES {
        let literal =
            |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
        let path: Vec<String> = template.split('/').map(literal).collect();
        let path =
            path.join("/").replace("applications/1", &format!("applications/{}", discord.bot()));
        for method in methods {
            rest.call(method, &path, json!({})).await;
            let asked = discord.ledger().exchanges().pop().unwrap();
            assert!(!asked.unknown_route, "{method} {template}");
        }
    }
}

#[tokio::test]
async fn every_other_route_is_answered_as_discord_does_and_noted() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    for (method, path) in [
        ("GET", "/stage-instances"),
        ("POST", "/gateway"),
        ("GET", "/channels/1/pins"),
        ("PATCH", "/webhooks/1"),
        ("GET", "/channels//messages"),
    ] {
        let answer = rest.call(method, path, Value::Null).await;
        assert_eq!(
            answer,
            (404, json!({"message": "404: Not Found", "code": 0})),
            "{method} {path}"
        );
    }
    assert_eq!(discord.ledger().unknown_routes().len(), 5);
}

#[test]
fn the_documentation_lists_the_routes() {
    let (_, rest) = DOCUMENTATION.split_once("## Routes").unwrap();
    let (section, _) = rest.split_once("\n## ").unwrap();
    let cells = |row: &str| -> Vec<String> {
        row.split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    let rows = section.lines().filter(|line| line.starts_with("| `/")).map(cells);
    let documented: BTreeSet<(String, String)> =
        rows.map(|cells| (cells[1].clone(), cells[2].clone())).collect();
    let listed: BTreeSet<(String, String)> =
        ROUTES.iter().map(|(path, methods)| ((*path).to_owned(), methods.join(", "))).collect();
    assert_eq!(documented, listed);
}
