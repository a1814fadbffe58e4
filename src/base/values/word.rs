//! Words that a county adds to a list of the vocabulary: a code and a name, known only where the county is.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::CommitteeKind;

#[derive(Debug, PartialEq, Eq, Hash)]
struct Entry {
    code: String,
    name: String,
    kinds: Vec<CommitteeKind>,
}

/// Every word that was ever spoken of, each once. A county adds a few dozen in its life, so they stay for the life of the
/// process, and a [`Word`] is as light as the variant of an enumeration.
static SPOKEN: LazyLock<Mutex<HashSet<&'static Entry>>> = LazyLock::new(Mutex::default);

/// One word of a county. Two are the same if their codes are: a new name is another version of the same word.
#[derive(Debug, Clone, Copy)]
pub struct Word(&'static Entry);

impl Word {
    /// The word of this code and name; `kinds` are the committees that have it, where it is a post.
    #[must_use]
    pub fn new(code: &str, name: &str, kinds: &[CommitteeKind]) -> Self {
        let entry = Entry { code: code.to_owned(), name: name.to_owned(), kinds: kinds.to_vec() };
        let mut spoken = SPOKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = spoken.get(&entry) {
            return Self(known);
        }
        let entry: &'static Entry = Box::leak(Box::new(entry));
        spoken.insert(entry);
        Self(entry)
    }

    /// The code in JSON, in the database and in figures.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0.code.as_str()
    }

    /// The name on pages and in workbooks.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name.as_str()
    }

    /// The committees that have such a post.
    #[must_use]
    pub const fn kinds(self) -> &'static [CommitteeKind] {
        self.0.kinds.as_slice()
    }

    /// Whether a code has the shape of one: small letters, digits and underscores, 2 to 50 of them, a letter first.
    #[must_use]
    pub fn is_code(text: &str) -> bool {
        (2..=50).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Word {}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Word {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_by_its_code_and_kept_once() {
        let one = Word::new("discipline_member", "纪检委员", &[CommitteeKind::VillageParty]);
        let same = Word::new("discipline_member", "纪检委员", &[CommitteeKind::VillageParty]);
        assert!(std::ptr::eq(one.0, same.0));
        let renamed = Word::new("discipline_member", "纪律检查委员", &[CommitteeKind::VillageParty]);
        assert_eq!(one, renamed);
        assert_eq!((one.name(), renamed.name()), ("纪检委员", "纪律检查委员"));
        assert!(Word::new("a1", "甲", &[]) < Word::new("b1", "乙", &[]));
    }

    #[test]
    fn a_code_is_of_small_letters_digits_and_underscores() {
        for code in ["ab", "a1_b", &"a".repeat(50)] {
            assert!(Word::is_code(code), "{code}");
        }
        for text in ["", "a", "1a", "_a", "Ab", "a-b", "纪检", &"a".repeat(51)] {
            assert!(!Word::is_code(text), "{text}");
        }
    }
}
