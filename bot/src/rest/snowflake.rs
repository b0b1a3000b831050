//! Discord's ids as they travel: strings of digits.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An id on the wire. Our own types take it by `From<u64>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Snowflake(pub(super) u64);

impl Snowflake {
    pub(super) fn into<T: From<u64>>(self) -> T {
        T::from(self.0)
    }
}

impl Serialize for Snowflake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Snowflake {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl de::Visitor<'_> for Digits {
            type Value = Snowflake;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Snowflake, E> {
                // never with the value: it may stand where a token was expected
                id.parse().map(Snowflake).map_err(|_| E::custom("not an id"))
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<Snowflake, E> {
                Ok(Snowflake(id))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

/// The application that the bot belongs to; interactions are answered in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationId(u64);

impl From<u64> for ApplicationId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

impl ApplicationId {
    /// The number that Discord knows.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
