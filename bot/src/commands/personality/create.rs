//! `/personality create`: opens the form for a new one.

use super::{fields::Fields, forms::Form};
use crate::{
    caller::{Caller, Trouble},
    commands::{Context, acknowledged},
    rest::Answer,
    texts::personality as texts,
};

/// Make a new personality
#[poise::command(slash_command)]
pub(super) async fn create(
    ctx: Context<'_>,
    #[description = "Whether it exists for you alone; else everybody can talk to it"]
    private: Option<bool>,
) -> Result<(), Trouble> {
    let app = &ctx.data().app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    // a form has to be the first answer, so this one look at the database comes before it
    match app.rank(&caller.account).await {
        Ok(rank) if rank.creates(app.creators) => {
            let form = Form::Create { is_public: !private.unwrap_or(false) };
            caller.acknowledge(app, &Answer::Modal(form.modal(&Fields::new()))).await;
        }
        Ok(_) => caller.say_privately(app, texts::MAY_NOT_CREATE).await,
        Err(error) => caller.say_privately(app, Trouble::from(error).text()).await,
    }
    Ok(())
}
