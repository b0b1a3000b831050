//! What somebody may use in the place of a model that is not there.

use super::{Catalogue, Model};
use crate::{model::ModelId, slips::slips};

/// Longer texts are nobody's slip of the pen.
const LONGEST: usize = 100;

impl Catalogue {
    /// The models that come nearest to `wanted`, the nearest first, at most `limit`: of the same
    /// author and family, or spelt nearly so. Nothing if nothing is near. None of them is about to
    /// go as well.
    #[must_use]
    pub fn nearest(&self, wanted: &str, limit: usize) -> Vec<ModelId> {
        let wanted = wanted.trim().to_lowercase();
        if wanted.is_empty() || wanted.chars().count() > LONGEST {
            return Vec::new();
        }
        let wanted = Parts::of(&wanted);
        let mut near: Vec<(usize, &Model)> = self
            .models
            .iter()
            .filter(|model| model.is_offered() && model.expires.is_none())
            .filter_map(|model| {
                let id = model.id.as_str().to_lowercase();
                Some((distance(&wanted, &Parts::of(&id))?, model))
            })
            .collect();
        // stable: of two that are equally near, the newer one stands first in the provider's list
        near.sort_by_key(|(distance, _)| *distance);
        near.into_iter().take(limit).map(|(_, model)| model.id.clone()).collect()
    }
}

/// `author/slug:variant`, where somebody may have left out the author.
struct Parts<'a> {
    author: Option<&'a str>,
    slug: &'a str,
    variant: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(id: &'a str) -> Self {
        let (path, variant) = id.split_once(':').map_or((id, None), |(id, v)| (id, Some(v)));
        let (author, slug) = path.rsplit_once('/').map_or((None, path), |(a, s)| (Some(a), s));
        Self { author: author.map(|author| author.trim_start_matches('~')), slug, variant }
    }

    /// The words of the slug that name a family: `claude`, `opus`, not the numbers of a version.
    fn family(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let words = self.slug.split(['-', '_', '.']);
        words.filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()))
    }
}

/// How far a model is from what was wanted, in slips of the pen; nothing if it is something else.
fn distance(wanted: &Parts<'_>, model: &Parts<'_>) -> Option<usize> {
    /// As many slips as a word of the family makes up for.
    const FAMILY: usize = 4;
    /// Another author is rarely meant.
    const OTHER_AUTHOR: usize = 6;
    let by_author = match (wanted.author, model.author) {
        (Some(wanted), Some(author)) => slips(wanted, author),
        _ => 0,
    };
    let family = wanted.family().filter(|word| model.family().any(|other| other == *word)).count();
    let in_slug = slips(wanted.slug, model.slug);
    let nearly_spelt = in_slug * 3 <= wanted.slug.chars().count();
    let same_author = wanted.author.is_some() && by_author <= 2;
    let is_near = nearly_spelt || (same_author && family > 0);
    if !is_near {
        return None;
    }
    let unlike = wanted.family().count().saturating_sub(family) * FAMILY;
    let author = if by_author > 2 { OTHER_AUTHOR } else { by_author };
    let variant = usize::from(wanted.variant != model.variant);
    Some(in_slug + unlike + author + variant)
}
