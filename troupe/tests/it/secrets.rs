//! What must not be in any log: keys, tokens, the master key, and what people say.

use std::{fs, path::Path};

use shared::testing::TestDb;

use crate::stage::{BOT_TOKEN, Stage};

/// The start of every key of OpenRouter's. Redaction may leave it.
const KEY_PREFIX: &str = concat!("sk-or-", "v1-");

/// Things to be looked for where they must not be.
pub(crate) struct Secrets(Vec<(String, String)>);

impl Secrets {
    /// All that this stage's Discord gave to the bot, and these keys and words of people's.
    pub(crate) fn of(stage: &Stage, keys: &[&str], words: &[&str]) -> Self {
        let mut all = vec![
            ("the bot's token".to_owned(), BOT_TOKEN.to_owned()),
            ("the master key".to_owned(), TestDb::MASTER_KEY.to_owned()),
        ];
        all.extend(keys.iter().map(|key| {
            let body = key.strip_prefix(KEY_PREFIX).expect("a key of OpenRouter's");
            ("a key".to_owned(), body.to_owned())
        }));
        all.extend(words.iter().map(|word| ("what somebody said".to_owned(), (*word).to_owned())));
        stage.discord.look(|world| {
            let tokens = world.interactions().map(|interaction| interaction.token.clone());
            all.extend(tokens.map(|token| ("an interaction's token".to_owned(), token)));
            let tokens = world.webhooks().map(|webhook| webhook.token.clone());
            all.extend(tokens.map(|token| ("a webhook's token".to_owned(), token)));
        });
        for sort in ["an interaction's token", "a webhook's token"] {
            assert!(all.iter().any(|(what, _)| what == sort), "the bot never got {sort}");
        }
        Self(all)
    }

    /// Sees that no line holds any of them.
    pub(crate) fn assert_absent(&self, lines: &[String]) {
        for (what, secret) in &self.0 {
            assert!(secret.len() > 5, "{what} is too short to be looked for");
            let found = lines.iter().find(|line| line.contains(secret.as_str()));
            let found = found.map(|line| line.chars().take(2_000).collect::<String>());
            assert_eq!(found, None, "{what} is in there");
        }
    }
}

/// The lines of all log files in a directory.
pub(crate) fn logged_in(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for file in fs::read_dir(dir).expect("a directory") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a text");
        lines.extend(text.lines().map(str::to_owned));
    }
    lines
}
