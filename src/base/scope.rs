//! Which part of the tree a reader may see. Every read function takes a `Scope`; PostgreSQL checks the same range.

use std::fmt;

use crate::base::ids::CountyId;

/// The place of an organisation in the tree: the codes from the county down, each closed by a slash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Path(String);

impl Path {
    /// The path of a county.
    #[must_use]
    pub fn root(code: &str) -> Self {
        Self(format!("{code}/"))
    }

    /// The path of an organisation directly below this one.
    #[must_use]
    pub fn child(&self, code: &str) -> Self {
        Self(format!("{}{code}/", self.0))
    }

    /// A path as it stands in the database.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The path as it stands in the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the organisation itself: the last of the path.
    #[must_use]
    pub fn code(&self) -> &str {
        let stem = self.0.strip_suffix('/').unwrap_or(&self.0);
        stem.rsplit_once('/').map_or(stem, |(_, code)| code)
    }

    /// The first text that is no longer inside the subtree: the slash is replaced by the character after it.
    #[must_use]
    pub fn end(&self) -> String {
        let stem = self.0.strip_suffix('/').unwrap_or(&self.0);
        format!("{stem}0")
    }

    /// Whether `other` is this organisation or stands below it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A subtree of one county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The county.
    pub county: CountyId,
    /// The top of the subtree.
    pub path: Path,
}

impl Scope {
    /// A subtree of a county.
    #[must_use]
    pub fn new(county: CountyId, path: Path) -> Self {
        Self { county, path }
    }

    /// The part of this scope that lies below `path`; nothing when `path` lies outside.
    #[must_use]
    pub fn narrowed(&self, path: &Path) -> Option<Self> {
        self.path.contains(path).then(|| Self::new(self.county, path.clone()))
    }

    /// The whole county of this scope: for the few verbs that act on both sides of a border (accepting a transfer),
    /// after policy has looked at both sides.
    #[must_use]
    pub fn whole_county(&self) -> Self {
        let code = self.path.as_str().split('/').next().unwrap_or_default();
        Self::new(self.county, Path::root(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_with_the_code_of_its_organisation() {
        let county = Path::root("500237");
        assert_eq!((county.code(), county.child("500237100").code()), ("500237", "500237100"));
    }

    #[test]
    fn a_subtree_holds_its_children_and_not_its_siblings() {
        let town = Path::root("500237").child("500237101");
        let village = town.child("500237101201");
        let sibling = Path::root("500237").child("5002371010");
        assert!(town.contains(&village) && town.contains(&town));
        assert!(!town.contains(&sibling) && !village.contains(&town));
        let inside = |path: &Path| path.as_str() >= town.as_str() && path.as_str() < town.end().as_str();
        assert!(inside(&village) && inside(&town) && !inside(&sibling));
    }

    #[test]
    fn a_scope_cannot_be_widened_by_narrowing() {
        let scope = Scope::new(CountyId::new(), Path::root("500237").child("500237101"));
        assert!(scope.narrowed(&Path::root("500237")).is_none());
        assert_eq!(scope.whole_county().path, Path::root("500237"));
    }
}
