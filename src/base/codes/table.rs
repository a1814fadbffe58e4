//! One code table: find an entry as written, search entries as typed.

use std::collections::HashMap;

use crate::base::values::half_width;
use crate::base::values::pinyin::{PinyinKeys, normalise_query};

use super::nearest;

/// One entry of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code, kept as text: leading zeros belong to it.
    pub code: String,
    /// The full name.
    pub name: String,
    /// Other ways to write it that mean the same: `汉` for 汉族, `大专` for the level 大学专科教育.
    pub aliases: Vec<String>,
    /// Code of the group that the entry belongs to.
    pub parent: Option<String>,
    keys: Vec<String>,
}

impl CodeEntry {
    pub(super) fn new(code: &str, name: &str, aliases: &[&str], parent: &str) -> Self {
        let keys = std::iter::once(name)
            .chain(aliases.iter().copied())
            .flat_map(|word| PinyinKeys::of_text(word).search)
            .collect();
        Self {
            code: code.to_owned(),
            name: name.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            parent: Some(parent.to_owned()).filter(|parent| !parent.is_empty()),
            keys,
        }
    }

    /// What the entry is found by as a prefix: characters, pinyin, initials.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Every way to write the entry, folded for comparison.
    pub(super) fn spellings(&self) -> impl Iterator<Item = String> {
        std::iter::once(&self.code)
            .chain(std::iter::once(&self.name))
            .chain(&self.aliases)
            .map(|spelling| fold(spelling))
    }
}

/// Why a text is no entry of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was given.
    #[error("{title}没有填写；请填写{standard}的代码或名称")]
    Empty {
        /// What the field is called.
        title: &'static str,
        /// The standard.
        standard: &'static str,
    },
    /// Neither a code nor a name; the nearest are named.
    #[error("{title}“{given}”不在代码表（{standard}）中，相近的有{nearest}；请改填其中之一或其代码")]
    Unknown {
        /// What the field is called.
        title: &'static str,
        /// The standard.
        standard: &'static str,
        /// What was given.
        given: String,
        /// Names and codes of the nearest entries.
        nearest: String,
    },
    /// Neither a code nor a name, and nothing comes near.
    #[error("{title}“{given}”不在代码表（{standard}）中；请填写代码或名称，如{example}")]
    Strange {
        /// What the field is called.
        title: &'static str,
        /// The standard.
        standard: &'static str,
        /// What was given.
        given: String,
        /// The first entries.
        example: String,
    },
}

/// A code table in the order of its source.
#[derive(Debug)]
pub struct CodeTable {
    title: &'static str,
    standard: &'static str,
    entries: Vec<CodeEntry>,
    /// Folded spelling → place in `entries`: an import asks sixty thousand times.
    spellings: HashMap<String, usize>,
}

impl CodeTable {
    pub(super) fn new(title: &'static str, standard: &'static str, entries: Vec<CodeEntry>) -> Self {
        let mut spellings = HashMap::new();
        for (place, entry) in entries.iter().enumerate() {
            for spelling in entry.spellings() {
                spellings.entry(spelling).or_insert(place);
            }
        }
        Self { title, standard, entries, spellings }
    }

    /// What the field is called: `民族`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Where the codes come from: `GB/T 3304`.
    #[must_use]
    pub fn standard(&self) -> &'static str {
        self.standard
    }

    /// Every entry, in the order of the source.
    #[must_use]
    pub fn entries(&self) -> &[CodeEntry] {
        &self.entries
    }

    /// The entry with this very code.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&CodeEntry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The name of a stored code; of a code that the table no longer has, the code itself.
    #[must_use]
    pub fn name_of<'a>(&'a self, code: &'a str) -> &'a str {
        self.by_code(code).map_or(code, |entry| &entry.name)
    }

    /// Takes a code, a name or an alias.
    ///
    /// # Errors
    /// When it is none of them; the sentence names the nearest entries.
    pub fn find(&self, input: &str) -> Result<&CodeEntry, CodeError> {
        let given = fold(input);
        if given.is_empty() {
            return Err(CodeError::Empty { title: self.title, standard: self.standard });
        }
        self.spellings
            .get(&given)
            .and_then(|place| self.entries.get(*place))
            .ok_or_else(|| self.unknown(input.trim()))
    }

    /// The first `limit` entries whose code, name, alias, pinyin or initials start with what was typed, codes
    /// before names. Nothing typed: the first entries.
    #[must_use]
    pub fn search(&self, typed: &str, limit: usize) -> Vec<&CodeEntry> {
        let query = normalise_query(typed);
        let by_code = |entry: &&CodeEntry| entry.code.to_lowercase().starts_with(&query);
        let by_name = |entry: &&CodeEntry| entry.keys.iter().any(|key| key.starts_with(&query));
        let first = self.entries.iter().filter(by_code);
        let second = self.entries.iter().filter(|entry| !by_code(entry) && by_name(entry));
        first.chain(second).take(limit).collect()
    }

    fn unknown(&self, input: &str) -> CodeError {
        let (title, standard) = (self.title, self.standard);
        let given = crate::base::values::excerpt(input);
        let shown = |entries: &[&CodeEntry]| {
            let words: Vec<String> =
                entries.iter().map(|entry| format!("{}（{}）", entry.name, entry.code)).collect();
            words.join("、")
        };
        let nearest = nearest::nearest(&self.entries, input);
        if nearest.is_empty() {
            let first: Vec<&CodeEntry> = self.entries.iter().take(3).collect();
            CodeError::Strange { title, standard, given, example: shown(&first) }
        } else {
            CodeError::Unknown { title, standard, given, nearest: shown(&nearest) }
        }
    }
}

/// Half-width, lower case, without blanks: what two spellings are compared in.
fn fold(spelling: &str) -> String {
    half_width(spelling)
        .chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}
