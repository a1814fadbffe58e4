//! Reads what a form or a request says of a word that a county adds.

use crate::base::error::Result;
use crate::base::values::{CommitteeKind, Post};
use crate::records::committees::Source;
use crate::records::reserves::ReserveSource;
use crate::records::words::{SetWord, WordList};
use crate::web::forms::committee::Wrong;

/// A word as sent.
#[derive(Debug, Clone, Default)]
pub struct WordText {
    /// Code or name of the list.
    pub list: String,
    /// Its code.
    pub code: String,
    /// Its name; none: it is no longer used.
    pub name: Option<String>,
    /// Codes of the committees that have it, of a post.
    pub committees: Vec<String>,
    /// First day in force.
    pub from_day: Option<String>,
    /// The decision that it rests on.
    pub source: String,
}

impl WordText {
    /// The word to be set.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn command(&self) -> Result<SetWord> {
        let mut wrong = Wrong::default();
        let list = wrong.keep("list", &self.list, WordList::parse(&self.list));
        let from_day = wrong.day("from_day", "施行日期", self.from_day.as_deref());
        let mut kinds = Vec::with_capacity(self.committees.len());
        for code in &self.committees {
            kinds.extend(wrong.keep("committees", code, CommitteeKind::parse(code)));
        }
        let command = list.zip(from_day).map(|(list, from_day)| SetWord {
            list,
            code: self.code.trim().to_owned(),
            name: self.name.as_deref().map(|name| name.trim().to_owned()),
            kinds,
            from_day,
            source: self.source.clone(),
        });
        wrong.finish(command)
    }
}

/// The codes and names of a list that every county knows.
#[must_use]
pub fn common(list: WordList) -> Vec<(&'static str, &'static str)> {
    match list {
        WordList::Post => Post::ALL.iter().map(|one| (one.code(), one.name())).collect(),
        WordList::CommitteeSource => Source::ALL.iter().map(|one| (one.code(), one.name())).collect(),
        WordList::ReserveSource => ReserveSource::ALL.iter().map(|one| (one.code(), one.name())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Error;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let text = WordText {
            list: "村规".to_owned(),
            committees: vec!["village_party".to_owned(), "妇联".to_owned()],
            ..WordText::default()
        };
        let Err(Error::Invalid(errors)) = text.command() else { panic!("taken") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["list", "from_day", "committees"]);
    }

    #[test]
    fn the_common_words_are_those_of_the_vocabulary() {
        assert!(common(WordList::Post).contains(&("secretary", "书记")));
        assert!(common(WordList::CommitteeSource).contains(&("veteran", "退役军人")));
        assert!(common(WordList::ReserveSource).contains(&("entrepreneur", "致富带头人")));
    }
}
