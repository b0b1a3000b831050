//! What to do next, so that what people see becomes what they should see. Pure.
//!
//! One step at a time, in the order in which people read; the step is taken, and asked again. A
//! message is created with its text and the Stop button, whatever it is to have in the end: the
//! button's id is how it is found again if this process dies before it knows the message's id.

use super::{answer::Look, buttons::Button};

/// The next thing to ask of Discord.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Post the next message.
    Create { part: usize, look: Look },
    /// Change one that is there.
    Edit { part: usize, look: Look },
    /// Delete the last one: the text has become shorter.
    Remove { part: usize },
}

/// The next step from what is `shown` to what is `wanted`; none when they are the same. A message
/// whose look is not known (it was posted by a process that is gone) is written once more.
pub(super) fn next_step(wanted: &[Look], shown: &[Option<Look>]) -> Option<Step> {
    for (part, look) in wanted.iter().enumerate() {
        match shown.get(part) {
            Some(Some(shown)) if shown == look => {}
            Some(_) => return Some(Step::Edit { part, look: look.clone() }),
            None => {
                let look = Look { text: look.text.clone(), button: Some(Button::Stop) };
                return Some(Step::Create { part, look });
            }
        }
    }
    (shown.len() > wanted.len()).then(|| Step::Remove { part: shown.len() - 1 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look() -> impl Strategy<Value = Look> {
        let button = prop_oneof![Just(None), Just(Some(Button::Stop)), Just(Some(Button::Retry))];
        ("[a-c]{1,2}", button).prop_map(|(text, button)| Look { text, button })
    }

    fn take(shown: &mut Vec<Option<Look>>, step: Step) {
        match step {
            Step::Create { part, look } => {
                assert_eq!(part, shown.len(), "messages are created in their order");
                assert_eq!(look.button, Some(Button::Stop), "a new message can be found again");
                shown.push(Some(look));
            }
            Step::Edit { part, look } => shown[part] = Some(look),
            Step::Remove { part } => {
                assert_eq!(part, shown.len() - 1);
                shown.pop();
            }
        }
    }

    proptest! {
        #[test]
        fn the_steps_lead_to_what_is_wanted(
            wanted in prop::collection::vec(look(), 1..6),
            mut shown in prop::collection::vec(prop::option::of(look()), 0..6),
        ) {
            let most = 2 * wanted.len() + shown.len();
            for _ in 0..most {
                let Some(step) = next_step(&wanted, &shown) else { break };
                take(&mut shown, step);
            }
            prop_assert_eq!(next_step(&wanted, &shown), None);
            prop_assert_eq!(shown, wanted.into_iter().map(Some).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_grows_changes_its_last_message_only() {
        let look = |text: &str, button| Look { text: text.to_owned(), button };
        let shown = [Some(look("one", None)), Some(look("tw", Some(Button::Stop)))];
        let wanted = [look("one", None), look("two", None), look("three", Some(Button::Stop))];
        let first = next_step(&wanted, &shown);
        assert_eq!(first, Some(Step::Edit { part: 1, look: look("two", None) }));
    }
}
