//! Everything but some, or only some.

/// Which of many are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule<T> {
    /// All but these.
    AllBut(Vec<T>),
    /// These, and no others: none, if there are none.
    Only(Vec<T>),
}

impl<T> Default for Rule<T> {
    fn default() -> Self {
        Self::AllBut(Vec::new())
    }
}

impl<T: PartialEq + Copy> Rule<T> {
    /// Whether something is allowed that goes by one or several of these.
    #[must_use]
    pub fn allows(&self, it: &[T]) -> bool {
        let listed = self.listed().iter().any(|listed| it.contains(listed));
        match self {
            Self::AllBut(_) => !listed,
            Self::Only(_) => listed,
        }
    }

    /// Those that it names.
    #[must_use]
    pub fn listed(&self) -> &[T] {
        match self {
            Self::AllBut(listed) | Self::Only(listed) => listed,
        }
    }

    /// The same with one more allowed. Where everything was allowed before, it is the only one from
    /// now on: nobody allows what is allowed already for another reason.
    #[must_use]
    pub fn allowing(&self, it: T) -> Self {
        match self {
            Self::AllBut(listed) if listed.contains(&it) => Self::AllBut(without(listed, it)),
            Self::AllBut(_) => Self::Only(vec![it]),
            Self::Only(listed) => Self::Only(with(listed, it)),
        }
    }

    /// The same with one less. It never allows anything that was not allowed before.
    #[must_use]
    pub fn forbidding(&self, it: T) -> Self {
        match self {
            Self::AllBut(listed) => Self::AllBut(with(listed, it)),
            Self::Only(listed) => Self::Only(without(listed, it)),
        }
    }
}

fn with<T: PartialEq + Copy>(listed: &[T], it: T) -> Vec<T> {
    let mut more = without(listed, it);
    more.push(it);
    more
}

fn without<T: PartialEq + Copy>(listed: &[T], it: T) -> Vec<T> {
    listed.iter().copied().filter(|listed| *listed != it).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_that_is_allowed_is_the_only_one() {
        let open = Rule::<u8>::default();
        assert!(open.allows(&[1]));
        let only = open.allowing(1).allowing(2);
        assert_eq!(only, Rule::Only(vec![1, 2]));
        assert!(only.allows(&[2]) && !only.allows(&[3]) && only.allows(&[3, 1]));
        assert_eq!(open.forbidding(1).allowing(1), open);
    }

    #[test]
    fn when_the_last_is_forbidden_nothing_is_left() {
        let none = Rule::default().allowing(1).forbidding(1);
        assert!(!none.allows(&[1]) && !none.allows(&[2]));
    }

    fn rule() -> impl Strategy<Value = Rule<u8>> {
        let listed = prop::collection::hash_set(0_u8..6, 0..4);
        (any::<bool>(), listed).prop_map(|(only, listed)| {
            let listed = listed.into_iter().collect();
            if only { Rule::Only(listed) } else { Rule::AllBut(listed) }
        })
    }

    proptest! {
        #[test]
        fn what_is_forbidden_opens_nothing(rule in rule(), it in 0_u8..6) {
            let less = rule.forbidding(it);
            prop_assert!(!less.allows(&[it]));
            prop_assert!((0..6).all(|other| rule.allows(&[other]) || !less.allows(&[other])));
            prop_assert!(rule.allowing(it).allows(&[it]));
        }
    }
}
