use super::{Catalogue, Model};

impl Catalogue {
    /// Models that somebody who has typed `partial` may mean, at most `limit`: those whose id begins
    /// so first, then those whose own name does, then those that hold every word.
    #[must_use]
    pub fn suggest(&self, partial: &str, limit: usize) -> Vec<&Model> {
        let partial = partial.trim().to_lowercase();
        let words: Vec<&str> = partial.split_whitespace().collect();
        let mut found: Vec<(u8, &Model)> = self
            .models
            .iter()
            .filter(|model| model.is_offered())
            .filter_map(|model| Some((rank(model, &partial, &words)?, model)))
            .collect();
        // stable: within a rank the provider's order stays, which is newest first
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().take(limit).map(|(_, model)| model).collect()
    }
}

/// The smaller, the better; nothing if it does not fit.
fn rank(model: &Model, partial: &str, words: &[&str]) -> Option<u8> {
    let id = model.id.as_str().to_lowercase();
    let name = model.name.to_lowercase();
    let slug = id.split_once('/').map_or(id.as_str(), |(_, slug)| slug);
    if id == partial {
        Some(0)
    } else if id.starts_with(partial) {
        Some(1)
    } else if slug.starts_with(partial) {
        Some(2)
    } else if words.iter().all(|word| id.contains(word) || name.contains(word)) {
        Some(3)
    } else {
        None
    }
}
