//! How a value is understood: text in, a typed value or what is wrong with it out.

use std::{ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration};

use secrecy::SecretString;

use super::problem::Fault;

#[expect(clippy::unnecessary_wraps, reason = "one shape for all that understand a value")]
pub(super) fn path(value: &str) -> Result<PathBuf, Fault> {
    Ok(PathBuf::from(value))
}

pub(super) fn switch(value: &str) -> Result<bool, Fault> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("is neither true nor false".into()),
    }
}

pub(super) fn number<T: FromStr + PartialOrd + std::fmt::Display>(
    range: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, Fault> {
    move |value| match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(Fault::Malformed(format!(
            "is no whole number from {} to {}",
            range.start(),
            range.end()
        ))),
    }
}

pub(super) fn seconds(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<Duration, Fault> {
    move |value| match value.parse() {
        Ok(seconds) if range.contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err(Fault::Malformed(format!(
            "is no number of seconds from {} to {}",
            range.start(),
            range.end()
        ))),
    }
}

/// A secret that goes into an HTTP header: one word.
pub(super) fn token(value: &str) -> Result<SecretString, Fault> {
    if value.chars().all(|c| c.is_ascii_graphic()) {
        Ok(SecretString::from(value))
    } else {
        Err("has characters in it that no token has".into())
    }
}

/// Text that goes into an HTTP header.
pub(super) fn header(value: &str) -> Result<String, Fault> {
    if value.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        Ok(value.to_owned())
    } else {
        Err("has characters in it that a header can't carry: ASCII only".into())
    }
}

pub(super) fn master_key(value: &str) -> Result<SecretString, Fault> {
    if value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(SecretString::from(value))
    } else {
        Err("isn't 64 hex characters".into())
    }
}

pub(super) fn master_keys(value: &str) -> Result<Vec<SecretString>, Fault> {
    value.split(',').map(str::trim).filter(|key| !key.is_empty()).map(master_key).collect()
}
