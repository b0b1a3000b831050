//! `/wallet limit`: what a person lets their own keys cost, by day and by month.
//!
//! Set by the command, or by the form behind the button that stands under every word on a limit. Whose
//! limit it is comes from the account that the gateway names, never from an id.

use serenity::all::{ActionRowComponent, ComponentInteraction, ModalInteraction};
use shared::{
    budget::{Amount, Budget, BudgetId, BudgetPeriod, BudgetState, BudgetUnit},
    ids::UserId,
};

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, privately},
    explain::change_button,
    rest::{Answer, Message, Modal, Row, TextInput, TextStyle},
    texts::limits as texts,
};

/// The form's one field.
const FIELD: &str = "amount";
const FORM: &str = "wallet-limit-form:v1:";

/// For how long.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
pub(super) enum Per {
    /// From midnight to midnight.
    #[name = "day"]
    Day,
    /// From the first to the last.
    #[name = "month"]
    Month,
}

/// What happens at the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
pub(super) enum AtTheLimit {
    /// Nothing goes past it.
    #[name = "stop"]
    Stop,
    /// It is said.
    #[name = "warn only"]
    Warn,
}

impl From<Per> for BudgetPeriod {
    fn from(per: Per) -> Self {
        match per {
            Per::Day => Self::Day,
            Per::Month => Self::Month,
        }
    }
}

/// Limit what your keys may spend by day or month, or show your limits
#[poise::command(slash_command)]
pub(super) async fn limit(
    ctx: Context<'_>,
    #[description = "Such as $2.50 or 200k tokens, or none; leave it out to see your limits"]
    #[max_length = 40]
    amount: Option<String>,
    #[description = "For each day (if you leave it out) or each month, in your timezone"]
    per: Option<Per>,
    #[description = "Stop before the limit (if you leave it out), or only warn"]
    at_the_limit: Option<AtTheLimit>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let period = per.map_or(BudgetPeriod::Day, BudgetPeriod::from);
    let is_hard = at_the_limit != Some(AtTheLimit::Warn);
    let done = match amount {
        Some(typed) => put(app, &caller, period, &typed, Some(is_hard)).await,
        None => show(app, &caller).await,
    };
    caller.answer(app, done).await;
    Ok(())
}

async fn show(app: &App, caller: &Caller) -> Result<Message, Trouble> {
    let states = match in_time(app.store.find_user(caller.account.id)).await? {
        Some(user) => in_time(app.store.budgets(user.id)).await?,
        None => Vec::new(),
    };
    let message = Message::text(texts::list(&states));
    let buttons: Vec<_> = states.iter().map(|state| change_button(state.budget.id())).collect();
    Ok(if buttons.is_empty() { message } else { message.with_row(Row(buttons)) })
}

/// Sets what was typed, or takes the limit away. Without a word on it, a limit stays as strict as it
/// was.
async fn put(
    app: &App,
    caller: &Caller,
    period: BudgetPeriod,
    typed: &str,
    is_hard: Option<bool>,
) -> Result<Message, Trouble> {
    let user = app.person(&caller.account).await?.id;
    if ["none", "off", "no"].contains(&typed.trim().to_ascii_lowercase().as_str()) {
        let mut had_one = false;
        for unit in BudgetUnit::ALL {
            let budget = BudgetId { period, unit: *unit };
            had_one |= in_time(app.store.remove_budget(user, budget)).await?;
        }
        return Ok(Message::text(texts::removed(period, had_one)));
    }
    let amount = match Amount::parse(typed) {
        Ok(amount) => amount,
        Err(problem) => return Ok(Message::text(texts::malformed(problem))),
    };
    let id = BudgetId { period, unit: amount.unit() };
    let is_hard = match is_hard {
        Some(is_hard) => is_hard,
        None => find(app, user, id).await?.is_none_or(|state| state.budget.is_hard),
    };
    in_time(app.store.set_budget(user, &Budget { period, amount, is_hard })).await?;
    tracing::info!(user.id = %user, kind = %id, "a limit was set");
    Ok(match find(app, user, id).await? {
        Some(state) => Message::text(texts::set(&state)),
        // taken away again in the same moment
        None => Message::text(texts::removed(period, true)),
    })
}

async fn find(app: &App, user: UserId, id: BudgetId) -> Result<Option<BudgetState>, Trouble> {
    let states = in_time(app.store.budgets(user)).await?;
    Ok(states.into_iter().find(|state| state.budget.id() == id))
}

/// The button was pressed: opens the form. Discord wants it at once, so it does not say what holds.
pub(crate) async fn change(app: &App, click: &ComponentInteraction, budget: BudgetId) {
    let caller = Caller::of_click(app, click);
    caller.acknowledge(app, &Answer::Modal(form(budget))).await;
}

fn form(budget: BudgetId) -> Modal {
    Modal {
        custom_id: format!("{FORM}{budget}"),
        title: texts::form_title(budget),
        fields: vec![TextInput {
            custom_id: FIELD.to_owned(),
            label: texts::FIELD.to_owned(),
            style: TextStyle::Short,
            placeholder: Some(texts::PLACEHOLDER.to_owned()),
            value: None,
            length: (1, 40),
            required: true,
        }],
    }
}

/// A form was sent. `false`: it is none of these.
pub(crate) async fn submitted(app: &App, sent: &ModalInteraction) -> bool {
    let Some(id) = sent.data.custom_id.strip_prefix(FORM).and_then(BudgetId::read) else {
        return false;
    };
    let caller = Caller::of_form(app, sent);
    if caller.defer_privately(app).await {
        caller.answer(app, put(app, &caller, id.period, typed(sent), None).await).await;
    }
    true
}

fn typed(sent: &ModalInteraction) -> &str {
    let mut inputs = sent.data.components.iter().flat_map(|row| &row.components);
    let typed = inputs.find_map(|component| match component {
        ActionRowComponent::InputText(input) if input.custom_id == FIELD => input.value.as_deref(),
        _ => None,
    });
    typed.unwrap_or_default()
}
