//! Why there is no whole answer, told in private to the one who pays.

use shared::{
    ids::RequestId,
    model::{FailureKind, ModelId},
};

use super::{model::meant, reference};

/// What happened and what to do, with the reference by which the request is found in the log.
#[must_use]
pub fn failure(kind: FailureKind, request: Option<RequestId>) -> String {
    let text = explain(kind);
    match request {
        Some(request) => format!("{text}\n-# Reference: {}", reference(request)),
        None => text.to_owned(),
    }
}

/// The model is gone, with what there is instead.
#[must_use]
pub fn model_unavailable(
    model: &ModelId,
    is_own_choice: bool,
    nearest: &[ModelId],
    request: RequestId,
) -> String {
    let what_to_do = if is_own_choice {
        "You chose it with `/model set`: choose another one there, or go back with `/model reset`, \
         then ask again."
    } else {
        "Ask again later, or choose another one with `/model set` for your own key; whoever runs this \
         bot can choose another one for everybody."
    };
    format!(
        "⚠️ The model `{model}` isn't available any more, or not now.{} {what_to_do}\n-# Reference: {}",
        meant(nearest),
        reference(request)
    )
}

const fn explain(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::InvalidKey => {
            "🔑 Your provider refuses your key, so it was switched off. Nothing was spent. \
             `/wallet set` stores a new one."
        }
        FailureKind::PersonalityGone => {
            "👋 That personality was deleted, or is no longer for you, before your message's turn \
             came. Nothing was spent. Talk to somebody else."
        }
        FailureKind::ProviderGone => {
            "⚠️ The server that was to answer was taken out of this bot's settings before your \
             message's turn came. Nothing was spent. `/model show` says what answers you now."
        }
        FailureKind::KeyGone => {
            "🔑 Your key was removed or switched off before your message's turn came. Nothing was \
             spent. Store a key with `/wallet set` and ask again."
        }
        FailureKind::OverBudget => {
            "🛑 This answer could have gone past a limit that you set with `/wallet limit`, so it wasn't \
             asked for. Nothing was spent."
        }
        FailureKind::GuestBudget => {
            "🔑 Today's free answers are used up; there are new ones after midnight UTC. Nothing was \
             spent. `/wallet set` stores a key of your own, which has no such limit."
        }
        FailureKind::KeyUnreadable => {
            "⚠️ Your stored key could not be opened. That is a fault on my side, not your key's, and \
             nothing was spent. Please tell whoever runs this bot; storing the key again with \
             `/wallet set` helps at once."
        }
        FailureKind::Quota => {
            "💳 Your provider says that your credit, or the limit of this key, is used up. Add credit \
             or raise the limit there, then ask again."
        }
        FailureKind::RateLimited => {
            "⏳ Your provider takes no more requests from your key for now. Wait a minute and ask again."
        }
        FailureKind::ModelUnavailable => {
            "⚠️ The model that this personality uses isn't available. Ask again later, or talk to \
             another personality; whoever runs this bot can choose another model."
        }
        FailureKind::TooLong => {
            "⚠️ Your conversation has grown too long for this model. Ask again with a shorter message."
        }
        FailureKind::Moderation => {
            "⚠️ Your provider's moderation refused the conversation. Say it differently, or talk to \
             another personality."
        }
        FailureKind::Policy => {
            "⚠️ A setting of your account at the provider forbids this call: its privacy settings, an \
             allowed list of models, or your region. Change it there, then ask again."
        }
        FailureKind::BadRequest => {
            "⚠️ The provider didn't understand what it was sent, most likely because of a setting of \
             this personality. Please tell whoever runs this bot; asking again won't help."
        }
        FailureKind::Transient => {
            "⚠️ Your provider couldn't be reached, or failed before it began to answer. Ask again in a \
             minute."
        }
        FailureKind::Interrupted => {
            "⚠️ The answer broke off. What arrived is kept and may have cost something, so I don't ask \
             again by myself: press **Retry** under it if you want me to."
        }
        FailureKind::EmptyAnswer => {
            "⚠️ The model answered without any text. Press **Retry** under it, or ask differently."
        }
        FailureKind::Poison => {
            "⚠️ Your message could not be worked on: three attempts failed before the model was asked. \
             Nothing was spent. Please tell whoever runs this bot."
        }
        FailureKind::Expired => {
            "⌛ Your message waited longer than an answer makes sense, so the model wasn't asked and \
             nothing was spent. Ask again if you still want to know."
        }
        FailureKind::Internal => {
            "⚠️ Something went wrong on my side, and it has been logged. Please ask again; if it stays \
             so, tell whoever runs this bot."
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn every_failure_says_what_to_do() {
        let request = "0198c2f4-7a11-7bbb-8c3d-0123456789ab".parse().ok();
        let all = FailureKind::ALL.iter().map(|kind| format!("[{kind}] {}", failure(*kind, None)));
        assert_snapshot!(all.collect::<Vec<_>>().join("\n\n"));
        let model = |id| ModelId::parse(id).unwrap();
        let gone = model("openai/gpt-4-mini");
        let told = [
            model_unavailable(&gone, false, &[model("openai/gpt-5-mini")], request.unwrap()),
            model_unavailable(&gone, true, &[], request.unwrap()),
        ];
        assert_snapshot!("a_model_that_is_gone", told.join("\n\n"));
        assert!(failure(FailureKind::Quota, request).ends_with("\n-# Reference: 456789ab"));
    }
}
