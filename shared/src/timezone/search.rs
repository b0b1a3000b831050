//! Finding a zone from a few letters, or from a name with a slip in it.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::Timezone;
use crate::slips::slips;

/// Areas that name a place. The rest of the database is old spellings, such as `US/Pacific`.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Zones with `partial` in their name: first those whose city begins with it, old spellings last.
pub(super) fn matching(partial: &str, limit: usize) -> Vec<Timezone> {
    let partial = folded(partial);
    let mut found: Vec<_> = TZ_VARIANTS
        .iter()
        .filter(|zone| folded(zone.name()).contains(&partial))
        .map(|zone| (!city(*zone).starts_with(&partial), is_old_spelling(*zone), zone.name(), zone))
        .collect();
    found.sort_unstable_by_key(|(elsewhere, old, name, _)| (*old, *elsewhere, *name));
    found.into_iter().take(limit).map(|(.., zone)| Timezone(*zone)).collect()
}

/// Zones whose name contains `text`, else those that differ from it in a few letters.
pub(super) fn similar(text: &str, limit: usize) -> Vec<Timezone> {
    let text = folded(text);
    if text.is_empty() {
        return Vec::new();
    }
    let containing = matching(&text, limit);
    if !containing.is_empty() {
        return containing;
    }
    // one slip for each four letters: enough for a typo, too little for another city
    let allowed = text.chars().count().div_ceil(4).min(3);
    let mut near: Vec<_> = TZ_VARIANTS
        .iter()
        .map(|zone| {
            let slips = slips(&text, &folded(zone.name())).min(slips(&text, &city(*zone)));
            (slips, is_old_spelling(*zone), zone.name(), zone)
        })
        .filter(|(slips, ..)| *slips <= allowed)
        .collect();
    near.sort_unstable_by_key(|(slips, old, name, _)| (*slips, *old, *name));
    near.into_iter().take(limit).map(|(.., zone)| Timezone(*zone)).collect()
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('_', " ")
}

fn city(zone: Tz) -> String {
    folded(zone.name().rsplit('/').next().unwrap_or_default())
}

fn is_old_spelling(zone: Tz) -> bool {
    zone != Tz::UTC && !zone.name().split_once('/').is_some_and(|(area, _)| AREAS.contains(&area))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(partial: &str) -> Vec<&'static str> {
        matching(partial, 25).into_iter().map(Timezone::name).collect()
    }

    fn meant(text: &str) -> Vec<&'static str> {
        similar(text, 3).into_iter().map(Timezone::name).collect()
    }

    #[test]
    fn a_city_that_begins_so_comes_first() {
        assert_eq!(found("lon")[..2], ["Arctic/Longyearbyen", "Europe/London"]);
        assert_eq!(found("par"), ["America/Paramaribo", "Europe/Paris"]);
    }

    #[test]
    fn then_come_names_that_contain_it_and_old_spellings_last() {
        assert_eq!(found("new york"), ["America/New_York"]);
        assert_eq!(found("New_Y"), ["America/New_York"]);
        assert_eq!(found("europe/b")[0], "Europe/Belfast");
        assert_eq!(found("eastern"), ["Canada/Eastern", "US/Eastern"]);
        assert_eq!(found("aleut"), ["US/Aleutian"]);
    }

    #[test]
    fn utc_is_found_by_its_name() {
        assert_eq!(found("utc"), ["UTC", "Etc/UTC"]);
        assert_eq!(found("UT")[0], "UTC");
    }

    #[test]
    fn there_are_never_more_than_asked_for() {
        assert_eq!(found("").len(), 25);
        assert_eq!(matching("a", 3).len(), 3);
        assert_eq!(found("nowhere"), [""; 0]);
    }

    #[test]
    fn a_typo_leads_to_the_city() {
        assert_eq!(meant("Europe/Berln"), ["Europe/Berlin"]);
        assert_eq!(meant("Tokio"), ["Asia/Tokyo"]);
        assert_eq!(meant("amercia/chicago"), ["America/Chicago"]);
        assert_eq!(meant("xyzzy quux plugh"), [""; 0]);
    }
}
