//! What went between a bot and the local Discord, against what others say of Discord.

use std::sync::OnceLock;

use playground::{checks::Descriptions, discord::LocalDiscord};

/// Every request has a route; and requests, answers and frames are described so, where the
/// descriptions are present.
pub(crate) fn traffic(discord: &LocalDiscord) {
    // they are long: read once
    static DESCRIPTIONS: OnceLock<Option<Descriptions>> = OnceLock::new();
    assert_eq!(discord.ledger().unknown_routes().len(), 0);
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let load = || Descriptions::load_if_there(directory).unwrap();
    let Some(descriptions) = DESCRIPTIONS.get_or_init(load) else { return };
    let report = descriptions.check(&discord.ledger().entries(), true);
    assert!(report.problems.is_empty(), "{report}");
    println!("{report}");
}
