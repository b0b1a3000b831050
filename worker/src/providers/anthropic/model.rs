/// The version in a model's name, by which it is known what it takes: `claude-sonnet-4-5-20250929` is
/// 4.5, `claude-3-7-sonnet-latest` is 3.7, `claude-opus-4-20250514` is 4.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32, u32);

impl Version {
    /// The first that thinks.
    pub(super) const THINKS: Self = Self(3, 7);
    /// The first that decides itself how much.
    pub(super) const DECIDES: Self = Self(4, 6);
    /// The first that takes no temperature, and whose thinking is not switched off.
    pub(super) const KEEPS_ITS_OWN: Self = Self(4, 7);
    /// A name without a version is taken for the newest.
    const NEWEST: Self = Self(u32::MAX, 0);

    pub(super) fn of(model: &str) -> Self {
        // a date has more digits than a version
        let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
        let mut parts = model.split(['-', '.', '@']).skip_while(|part| number(part).is_none());
        match parts.next().and_then(number) {
            Some(major) => Self(major, parts.next().and_then(number).unwrap_or(0)),
            None => Self::NEWEST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_name() {
        for (model, version) in [
            ("claude-sonnet-4-5-20250929", Version(4, 5)),
            ("claude-3-7-sonnet-latest", Version(3, 7)),
            ("claude-3-opus-20240229", Version(3, 0)),
            ("claude-opus-4-20250514", Version(4, 0)),
            ("claude-opus-4-1", Version(4, 1)),
            ("claude-sonnet-4-6", Version(4, 6)),
            ("claude-opus-5", Version(5, 0)),
            ("claude-latest", Version::NEWEST),
            ("", Version::NEWEST),
        ] {
            assert_eq!(Version::of(model), version, "{model}");
        }
        assert!(Version::NEWEST > Version::KEEPS_ITS_OWN && Version::THINKS < Version::DECIDES);
    }
}
