//! `/personality avatar`.

use shared::personality::PictureProblem;

use crate::pictures::NotFetched;

/// Neither an address nor a file, and nothing to remove.
pub const NOTHING_SAID: &str =
    "Give an address or attach a picture; `remove` takes the picture away.";
/// Too many at once.
pub const ONE_OF_THEM: &str = "Choose one: an address, a file, or `remove`.";
/// Nobody would see it.
pub const NO_PUBLIC_URL: &str = "Uploaded pictures can't be kept here: Discord could not fetch them from \
    this bot. Whoever runs it has to set `PUBLIC_URL` (and `HTTP_LISTEN` behind it). Until then, give \
    the `https` address of a picture.";
/// Not an address.
pub const NO_ADDRESS: &str = "The address of a picture begins with `https://` and names a host. Nothing \
    was saved.";

/// Why a file can't be a picture of ours.
#[must_use]
pub fn no_picture(problem: PictureProblem) -> String {
    format!("That can't be its picture: {problem}. Nothing was saved.")
}

/// Why there is no file.
#[must_use]
pub(crate) fn not_fetched(why: NotFetched) -> String {
    let why = match why {
        NotFetched::Forbidden => {
            "that address may not be called: it has to be `https`, on the public internet. Whoever \
             runs this bot can allow a host of their own with `PICTURE_HOSTS`"
        }
        NotFetched::NotDiscords => "that attachment does not come from Discord",
        NotFetched::Redirected => "that address leads elsewhere; give the one it leads to",
        NotFetched::Refused => "there is nothing at that address, or it is not for everybody",
        NotFetched::TooLarge => "it is too large",
        NotFetched::Unreachable => "its host did not answer in time. Try again",
    };
    format!("The file could not be fetched: {why}. Nothing was saved.")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn every_refusal_says_why() {
        let mut all: Vec<String> = [
            NotFetched::Forbidden,
            NotFetched::NotDiscords,
            NotFetched::Redirected,
            NotFetched::Refused,
            NotFetched::TooLarge,
            NotFetched::Unreachable,
        ]
        .map(not_fetched)
        .into();
        all.extend(
            [
                PictureProblem::NoPicture,
                PictureProblem::Broken,
                PictureProblem::TooLarge,
                PictureProblem::TooWide,
            ]
            .map(no_picture),
        );
        all.extend([NOTHING_SAID, ONE_OF_THEM, NO_PUBLIC_URL, NO_ADDRESS].map(str::to_owned));
        assert_snapshot!(all.join("\n\n"));
    }
}
