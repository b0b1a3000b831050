//! The forms of `/personality create`, `edit` and `config`.

/// The form for a new one.
pub const CREATE_TITLE: &str = "A new personality";
/// The form for its names.
pub const ABOUT_TITLE: &str = "Names and small things";
/// The form for its prompt.
pub const PROMPT_TITLE: &str = "System prompt";
/// The form for advanced parameters.
pub const ADVANCED_TITLE: &str = "Advanced parameters, as JSON";
/// A field.
pub const NAME: &str = "Name";
/// A field.
pub const ALIASES: &str = "Aliases, with commas between";
/// A field.
pub const ERROR_MESSAGE: &str = "What it says when its answer fails";
/// A field.
pub const BIRTHDAY: &str = "Birthday: 1852-11-27, or 11-27";
/// A field.
pub const PROMPT: &str = "System prompt: who it is, how it speaks";
/// A field.
pub const PROMPT_ON: &str = "System prompt, continued";
/// A field.
pub const ADVANCED: &str = "Empty: none";
/// The hint in the empty field.
pub const PROMPT_HINT: &str =
    "You are Viola, the stage manager of a small travelling theatre troupe. …";
/// The button under a form that could not be taken.
pub const OPEN_AGAIN: &str = "Open the form again";
/// Under what is wrong.
pub const KEPT: &str = "-# What you typed is kept for an hour: the button opens the form with it.";
/// What was kept is gone.
pub const NOT_KEPT: &str = "What you typed there is not kept any more. Use the command again.";
/// A prompt that no form can hold.
pub const PROMPT_TOO_LONG: &str = "This system prompt is too long for a form, which holds 20000 \
    characters. `/personality export` gives it to you as a file; change it there and bring it back \
    with `/personality import`.";
/// Parameters that no form can hold.
pub const ADVANCED_TOO_LONG: &str = "These parameters are too long for a form, which holds 4000 \
    characters. Export the personality, change them there, and import it.";

/// What is wrong, and that nothing typed is lost.
#[must_use]
pub fn problem(what: &str) -> String {
    format!("{what}\n{KEPT}")
}
