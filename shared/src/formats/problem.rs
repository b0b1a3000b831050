use super::{JsonProblem, PngProblem};
use crate::{
    model::ModelIdProblem,
    params::ParameterProblem,
    personality::{DefinitionProblem, NameProblem, PictureProblem},
};

/// Why a file can't be read. Says where, and repeats nothing of the file but names of its fields.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FileProblem {
    /// Larger than anything we write. It was not read.
    #[error("the file is larger than 8 MiB")]
    TooLarge,
    /// Not the JSON that it should be.
    #[error(transparent)]
    Json(#[from] JsonProblem),
    /// Not the PNG that it should be.
    #[error(transparent)]
    Png(#[from] PngProblem),
    /// A picture, and nothing else.
    #[error(
        "this picture holds no character card; many sites and chats take it out of the picture"
    )]
    NoCard,
    /// A card that is not written as one: neither base64 nor JSON.
    #[error("the card inside this picture is damaged: it is not base64")]
    Base64,
    /// JSON of something else.
    #[error("this JSON is neither a personality nor a character card: it has no name")]
    Unknown,
    /// A name that can't be used.
    #[error("the {which} can't be used: {problem}")]
    Name {
        /// Which of the names: "name", "alias 3".
        which: WhichName,
        /// Why not.
        problem: NameProblem,
    },
    /// No such day, or not written as one.
    #[error("the birthday is not a day: write it as 1852-11-27, or as 11-27 without a year")]
    Birthday,
    /// Nobody here knows that provider.
    #[error("the provider is unknown")]
    Provider,
    /// A model's id that can be none.
    #[error(transparent)]
    Model(ModelIdProblem),
    /// The address of the picture is none.
    #[error("the address of the picture must begin with https://")]
    Address,
    /// The picture is none.
    #[error("the picture can't be used: {0}")]
    Picture(PictureProblem),
    /// Advanced parameters that aren't allowed, each with its range.
    #[error("{}", list(.0))]
    Parameters(Vec<ParameterProblem>),
    /// What can't be stored, all of it.
    #[error("{}", list(.0))]
    Definition(Vec<DefinitionProblem>),
}

/// One of a personality's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichName {
    /// The one that it speaks under.
    Display,
    /// An alias, counted from 1.
    Alias(usize),
}

impl std::fmt::Display for WhichName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Display => f.write_str("name"),
            Self::Alias(number) => write!(f, "alias {number}"),
        }
    }
}

fn list(problems: &[impl ToString]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
