use std::{fmt, str::FromStr};

/// The name that the operator gave a model server of theirs: 1 to 20 of `a-z`, `0-9` and `-`.
///
/// It fits the column `provider` and is as small as a name of ours, so that [`super::Provider`] stays
/// a plain value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerName {
    bytes: [u8; Self::MAX],
    length: u8,
}

/// A text that names no server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a server's name has 1 to {} of a-z, 0-9 and -", ServerName::MAX)]
pub struct MalformedServerName;

impl ServerName {
    /// The longest name, in bytes: what the column holds.
    pub const MAX: usize = 20;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // always text: it was made of some
        str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

/// Upper and lower case are the same.
impl FromStr for ServerName {
    type Err = MalformedServerName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let fits = (1..=Self::MAX).contains(&text.len());
        if !fits || !text.as_bytes().iter().all(named) {
            return Err(MalformedServerName);
        }
        let length = u8::try_from(text.len()).map_err(|_| MalformedServerName)?;
        let mut bytes = [0; Self::MAX];
        bytes[..text.len()].copy_from_slice(text.to_ascii_lowercase().as_bytes());
        Ok(Self { bytes, length })
    }
}

impl fmt::Debug for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        let longest = "a".repeat(ServerName::MAX);
        for good in ["ollama", "gpu-2", "7", &longest] {
            assert_eq!(good.parse::<ServerName>().unwrap().as_str(), good);
        }
        assert_eq!("Ollama".parse::<ServerName>(), "ollama".parse());
        for bad in ["", "my server", "a/b", "é", "a:b", &format!("{longest}a")] {
            assert_eq!(bad.parse::<ServerName>(), Err(MalformedServerName), "{bad}");
        }
    }
}
