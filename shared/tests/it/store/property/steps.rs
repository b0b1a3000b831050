//! What can happen to a request.

use proptest::prelude::*;

/// Small numbers choose among what there is: the last claim, the one before it, …
#[derive(Clone, Debug)]
pub(super) enum Step {
    Accept { user: usize, channel: usize, personalities: usize, gathers: bool },
    Gathered { which: usize },
    AcceptAgain { which: usize },
    Claim { user: usize, worker: usize },
    GiveBack { which: usize, delay: i64 },
    Fence { which: usize },
    Unsent { which: usize, delay: i64 },
    Partial { which: usize, rev: i64 },
    Finish { which: usize, how: usize, text: usize, figures: bool },
    Stop { which: usize },
    Retry { which: usize },
    Regenerate { which: usize, by_stranger: bool },
    Unsay { which: usize },
    WorkerDies { worker: usize },
    BuriedTooEarly { worker: usize },
    ReplaceKey { user: usize },
    RemoveKey { user: usize },
    SwitchKeyOff { user: usize },
    Wait { seconds: i64 },
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let two = 0..2_usize;
    let recent = || prop_oneof![4 => Just(0_usize), 2 => 1..4_usize, 1 => 0..40_usize];
    let delay = || prop_oneof![Just(0_i64), Just(5)];
    prop_oneof![
        8 => (two.clone(), two.clone(), 1..=3_usize, prop::bool::weighted(0.25)).prop_map(
            |(user, channel, personalities, gathers)| {
                Step::Accept { user, channel, personalities, gathers }
            },
        ),
        3 => recent().prop_map(|which| Step::Gathered { which }),
        1 => recent().prop_map(|which| Step::AcceptAgain { which }),
        10 => (two.clone(), 0..3_usize).prop_map(|(user, worker)| Step::Claim { user, worker }),
        2 => (recent(), delay()).prop_map(|(which, delay)| Step::GiveBack { which, delay }),
        9 => recent().prop_map(|which| Step::Fence { which }),
        2 => (recent(), delay()).prop_map(|(which, delay)| Step::Unsent { which, delay }),
        2 => (recent(), 1..4_i64).prop_map(|(which, rev)| Step::Partial { which, rev }),
        7 => (recent(), 0..3_usize, 0..2_usize, any::<bool>())
            .prop_map(|(which, how, text, figures)| Step::Finish { which, how, text, figures }),
        2 => recent().prop_map(|which| Step::Stop { which }),
        3 => recent().prop_map(|which| Step::Retry { which }),
        4 => (recent(), prop::bool::weighted(0.1))
            .prop_map(|(which, by_stranger)| Step::Regenerate { which, by_stranger }),
        2 => recent().prop_map(|which| Step::Unsay { which }),
        3 => (0..3_usize).prop_map(|worker| Step::WorkerDies { worker }),
        1 => (0..3_usize).prop_map(|worker| Step::BuriedTooEarly { worker }),
        2 => two.clone().prop_map(|user| Step::ReplaceKey { user }),
        1 => two.clone().prop_map(|user| Step::RemoveKey { user }),
        1 => two.prop_map(|user| Step::SwitchKeyOff { user }),
        2 => prop_oneof![Just(1_i64), Just(5), Just(15), Just(60), Just(100)]
            .prop_map(|seconds| Step::Wait { seconds }),
    ]
}
