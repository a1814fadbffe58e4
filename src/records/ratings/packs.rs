//! Schemes that come with cadre, for a county to begin with: nothing of them is in force until it sets one.

use crate::base::error::{Error, Result};
use crate::records::ratings::set_scheme::{SetScheme, scheme_of_pack};

/// Their texts, by the name used in addresses.
const PACKS: [(&str, &str); 7] = [
    ("five_dimensions", include_str!("../../../data/packs/wufeng/ratings.json")),
    ("ten_star_member", include_str!("../../../data/packs/zhushan/ratings.json")),
    ("ten_star_branch", include_str!("../../../data/schemes/ten_star_branch.json")),
    ("ten_star_household", include_str!("../../../data/schemes/ten_star_household.json")),
    ("monthly_points", include_str!("../../../data/schemes/monthly_points.json")),
    ("capped_points", include_str!("../../../data/schemes/capped_points.json")),
    ("annual_appraisal", include_str!("../../../data/schemes/annual_appraisal.json")),
];

/// The names of the schemes that come with cadre.
pub fn names() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|(name, _)| *name)
}

/// A scheme that comes with cadre.
///
/// # Errors
/// `Missing` for an unknown name; `Invalid` where a file of the program itself is wrong, which a test excludes.
pub fn pack(name: &str) -> Result<SetScheme> {
    let found = PACKS.iter().find(|(known, _)| *known == name);
    let (_, text) = found.ok_or(Error::Missing { what: "这个方案包" })?;
    scheme_of_pack(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ratings::rules::check_scheme;

    #[test]
    fn every_pack_is_sound() {
        for name in names() {
            assert_eq!(check_scheme(&pack(name).unwrap()), Vec::new(), "{name}");
        }
        assert!(pack("nothing").is_err());
    }
}
