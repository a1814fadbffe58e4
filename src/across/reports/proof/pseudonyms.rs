//! Names that say nothing: keyed hashes in the place of ids and of the codes of organisations.
//!
//! The key of a county stands in its database and in no bundle. Who has a bundle alone can neither follow somebody to the
//! records nor try out ids; who has the database has the facts anyway.

use hmac::{Hmac, KeyInit, Mac};
use rand::RngCore;
use sha2::Sha256;

use crate::base::values::Quarter;

/// The key of a county's pseudonyms. Never printed.
#[derive(Clone)]
pub(super) struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

/// A new key.
pub(super) fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    rand::rng().fill_bytes(&mut key);
    key
}

impl Pseudonyms {
    /// Those of a key; none where it is none.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        let whole = Some(key).filter(|key| key.len() == 32)?;
        Hmac::new_from_slice(whole).ok().map(Self)
    }

    fn hash(&self, what: &str, text: &str, bytes: usize) -> String {
        let mut mac = self.0.clone();
        mac.update(what.as_bytes());
        mac.update(b":");
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes().into_iter().take(bytes).collect::<Vec<u8>>())
    }

    /// The pseudonym of an id: the same in every set of facts of the county.
    pub(super) fn of(&self, id: &str) -> String {
        self.hash("id", id, 16)
    }

    /// A path with a tag for each code: `500237/500237101/` becomes two tags, each with its slash.
    pub(super) fn tags(&self, path: &str) -> String {
        let codes = path.split('/').filter(|code| !code.is_empty());
        codes.map(|code| format!("{}/", self.hash("place", code, 8))).collect()
    }

    /// What keeps a place's hash from telling what stands there.
    pub(super) fn blind(&self, quarter: Quarter, revision: i32, path: &str) -> String {
        self.hash("blind", &format!("{quarter} {revision} {path}"), 16)
    }
}

/// Whether a path of tags is the place of a tag or below it.
pub(super) fn within(tags: &str, tag: &str) -> bool {
    tags.split('/').any(|other| other == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_keep_the_shape_of_a_path_and_nothing_else() {
        let one = Pseudonyms::new(&[1; 32]).unwrap();
        let other = Pseudonyms::new(&[2; 32]).unwrap();
        let path = "500237/500237101/";
        let tags = one.tags(path);
        assert_eq!((tags.len(), tags.matches('/').count()), (34, 2));
        assert_eq!(tags, one.tags(path));
        assert_ne!(tags, other.tags(path));
        let town = one.tags("500237101/");
        assert!(tags.ends_with(&town) && within(&tags, town.trim_end_matches('/')));
        assert!(!within(&tags, one.tags("500237102/").trim_end_matches('/')));
        assert!(Pseudonyms::new(&[1; 31]).is_none());
    }
}
