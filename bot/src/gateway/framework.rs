//! poise, set up so that it can't stand there connected and deaf.
//!
//! Its set-up closure runs at the first READY; if that fails once, no command is ever answered and
//! nothing says so. So it does nothing here that could fail: data exist beforehand, owners are ours
//! to know, and commands are registered through [`rest`](crate::rest).

use poise::{Framework, FrameworkOptions, serenity_prelude::CreateAllowedMentions};

/// A framework with these commands and this data. Its own answers mention nobody either.
pub fn framework<U, E>(mut options: FrameworkOptions<U, E>, data: U) -> Framework<U, E>
where
    U: Send + Sync + 'static,
    E: Send + 'static,
{
    options.allowed_mentions = Some(CreateAllowedMentions::new().replied_user(false));
    Framework::builder()
        .options(options)
        .initialize_owners(false)
        .setup(|_, _, _| Box::pin(async move { Ok(data) }))
        .build()
}
