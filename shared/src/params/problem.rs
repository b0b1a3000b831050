use std::fmt;

/// One thing that is wrong with a parameter. `Display` says it whole, for people: the field, and
/// what it may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ParameterProblem {
    /// The field, with the objects around it: `reasoning.effort`. Empty for the whole.
    ///
    /// Somebody typed it: it is cut short, and holds nothing but letters, digits and `_-.[]`.
    pub field: String,
    /// What is wrong with it.
    pub what: ParameterIssue,
}

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterIssue {
    /// No such field.
    Unknown,
    /// The program sets it itself.
    Reserved,
    /// It has a setting of its own, of this name.
    HasOwnSetting(&'static str),
    /// It lies outside its range, which is given in words.
    OutOfRange(String),
    /// It is of another kind than this.
    WrongType(&'static str),
    /// It is none of the values that there are, which are given.
    NotOneOf(String),
    /// It is not a text that can be used, for the reason given.
    Malformed(&'static str),
    /// It can't be set together with this other field.
    Conflict(&'static str),
    /// A reasoning budget that leaves no room for the answer.
    BudgetTooLarge {
        /// What the answer may have in all.
        max_tokens: i64,
    },
    /// It takes more than so many bytes.
    TooLarge(usize),
}

impl ParameterProblem {
    /// Something wrong with `field`.
    #[must_use]
    pub fn new(field: &str, what: ParameterIssue) -> Self {
        Self { field: field.to_owned(), what }
    }
}

/// A name that somebody typed, made fit to be shown.
pub(super) fn shown(name: &str) -> String {
    const MAX_CHARS: usize = 40;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut shown: String =
        name.chars().take(MAX_CHARS).map(|c| if plain(c) { c } else { '?' }).collect();
    if name.chars().nth(MAX_CHARS).is_some() {
        shown.push_str("...");
    }
    if shown.is_empty() {
        "(no name)".clone_into(&mut shown);
    }
    shown
}

impl fmt::Display for ParameterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(f, "the parameters {}", self.what)
        } else {
            write!(f, "`{}` {}", self.field, self.what)
        }
    }
}

impl fmt::Display for ParameterIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("is no known parameter"),
            Self::Reserved => f.write_str("is set by the bot itself and can't be changed"),
            Self::HasOwnSetting(setting) => write!(f, "has a setting of its own: {setting}"),
            Self::OutOfRange(range) => write!(f, "must be {range}"),
            Self::WrongType(kind) => write!(f, "must be {kind}"),
            Self::NotOneOf(values) => write!(f, "must be one of {values}"),
            Self::Malformed(why) => f.write_str(why),
            Self::Conflict(other) => write!(f, "can't be set together with `{other}`"),
            Self::BudgetTooLarge { max_tokens } => {
                write!(f, "must be below the answer's limit of {max_tokens} tokens (max_tokens)")
            }
            Self::TooLarge(bytes) => write!(f, "take more than {bytes} bytes"),
        }
    }
}
