//! What can be chosen, by its name, and sent by its name.

use poise::{
    SlashArgError, SlashArgument,
    serenity_prelude::{self as discord, CommandOptionType, CreateCommandOption, ResolvedValue},
};
use shared::{store::UsageBy, timezone::Period};

/// Something that an option offers.
pub(super) trait Offered: Copy + Send + 'static {
    /// Every value, with its name.
    const ALL: &'static [(&'static str, Self)];
}

/// As what usage is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The sums.
    Summary,
    /// The newest calls.
    Recent,
    /// A file for spreadsheets.
    Csv,
}

/// A value that was chosen.
pub(super) struct Chosen<T>(pub(super) T);

impl Offered for Period {
    const ALL: &'static [(&'static str, Self)] = &[
        (Self::Today.as_str(), Self::Today),
        (Self::Week.as_str(), Self::Week),
        (Self::Month.as_str(), Self::Month),
        (Self::All.as_str(), Self::All),
    ];
}

impl Offered for UsageBy {
    const ALL: &'static [(&'static str, Self)] = &[
        ("model", Self::Model),
        ("provider", Self::Provider),
        ("personality", Self::Personality),
        ("server", Self::Server),
        ("day", Self::Day),
    ];
}

impl Offered for Form {
    const ALL: &'static [(&'static str, Self)] =
        &[("summary", Self::Summary), ("recent", Self::Recent), ("csv", Self::Csv)];
}

#[poise::async_trait]
impl<T: Offered> SlashArgument for Chosen<T> {
    async fn extract(
        _: &discord::Context,
        _: &discord::CommandInteraction,
        value: &ResolvedValue<'_>,
    ) -> Result<Self, SlashArgError> {
        let ResolvedValue::String(name) = value else {
            return Err(SlashArgError::new_command_structure_mismatch("expected string"));
        };
        T::ALL
            .iter()
            .find(|(offered, _)| offered == name)
            .map(|(_, value)| Self(*value))
            .ok_or_else(|| {
                SlashArgError::new_command_structure_mismatch("expected one of the choices")
            })
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        let builder = builder.kind(CommandOptionType::String);
        T::ALL.iter().fold(builder, |builder, (name, _)| builder.add_string_choice(*name, *name))
    }
}
