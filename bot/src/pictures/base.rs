//! Where the pictures that we keep are found.

use shared::{ids::PersonalityId, personality::PictureKind, store::Portrait};

/// The address under which this bot serves pictures, if it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureBase(Option<String>);

impl PictureBase {
    /// Pictures are found below `url`; nowhere without one.
    #[must_use]
    pub fn new(url: Option<&str>) -> Self {
        Self(url.map(|url| url.trim_end_matches('/').to_owned()))
    }

    /// Whether pictures can be kept at all: nobody would see them otherwise.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Where Discord finds somebody's picture. A changed picture has another address, so nobody's
    /// cache holds the old one.
    #[must_use]
    pub fn address(&self, personality: PersonalityId, portrait: &Portrait) -> Option<String> {
        match portrait {
            Portrait::At(url) => Some(url.clone()),
            Portrait::Kept { hash, kind } => {
                let base = self.0.as_deref()?;
                Some(format!("{base}{}", path(personality, hash, *kind)))
            }
        }
    }
}

fn path(personality: PersonalityId, hash: &str, kind: PictureKind) -> String {
    format!("/avatars/{personality}/{hash}.{}", kind.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_picture_is_found_below_our_own_address() {
        let ada = "0198c2f4-7a11-7bbb-8c3d-0123456789ab".parse().unwrap();
        let kept = Portrait::Kept { hash: "00ff".into(), kind: PictureKind::Jpeg };
        let base = PictureBase::new(Some("https://bot.example/"));
        assert_eq!(
            base.address(ada, &kept).unwrap(),
            "https://bot.example/avatars/0198c2f4-7a11-7bbb-8c3d-0123456789ab/00ff.jpg"
        );
        assert_eq!(PictureBase::default().address(ada, &kept), None);
        let elsewhere = Portrait::At("https://a.example/x.png".into());
        assert_eq!(
            PictureBase::default().address(ada, &elsewhere).unwrap(),
            "https://a.example/x.png"
        );
    }
}
