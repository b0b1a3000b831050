//! The words that bot, worker and database share: small types that say what a thing is.
//!
//! Each is stored as the text that its `as_str` gives; [`text_enum!`] and [`stored_as_text!`] keep the
//! two together.

mod call;
mod failure;
mod id;
mod key;
mod lifecycle;
mod provider;
mod server;

pub use call::{CostSource, FinishReason, KeySource, TokenCounts, Usage, UsageSource};
pub use failure::FailureKind;
pub use id::{IdForm, ModelId, ModelIdProblem};
pub use key::{CodeProblem, CouldNotCheck, InactiveReason, KeyFacts, KeyStanding, KeyVerdict};
pub use lifecycle::{DeliveryKind, DeliveryOutcome, RequestState};
pub use provider::{Provider, UnknownProvider};
pub use server::{MalformedServerName, ServerName};

/// Defines an enum whose variants are stored as text, and reads it back.
macro_rules! text_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The text under which it is stored and logged.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The value stored under `text`.
            #[must_use]
            pub fn from_stored(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }

        $crate::model::stored_as_text!($name);
    };
}
pub(crate) use text_enum;

/// Stores a type as the text that its `as_str` gives, and reads it back with its `from_stored`.
macro_rules! stored_as_text {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(ty)
            }
        }

        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            String: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buf: &mut DB::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, DB>>::encode(self.as_str().to_owned(), buf)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            String: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <String as sqlx::Decode<'r, DB>>::decode(value)?;
                Self::from_stored(&text).ok_or_else(|| {
                    concat!("the database holds an unknown ", stringify!($name)).into()
                })
            }
        }
    };
}
pub(crate) use stored_as_text;
