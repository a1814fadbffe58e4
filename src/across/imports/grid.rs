//! The columns of a grid: those of the workbook of its kind, with what each may be filled with.

use diesel_async::AsyncPgConnection;

use crate::across::imports::columns::{Heading, Names, Shape};
use crate::across::imports::context::Destination;
use crate::across::imports::subject::{Subject, for_subject};
use crate::base::clock;
use crate::base::codes::CodeEntry;
use crate::base::error::Result;
use crate::base::values::pinyin::PinyinKeys;
use crate::records::imports::Kind;
use crate::records::words::{self, WordBook};

/// A word that may stand in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its code, where it has one.
    pub code: String,
    /// As it stands in the column.
    pub name: String,
    /// What it is found by beside code and name: pinyin and initials.
    pub keys: Vec<String>,
}

/// A column of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridColumn {
    /// The field in the API.
    pub field: String,
    /// The heading.
    pub title: String,
    /// Every row must fill it.
    pub required: bool,
    /// What to fill in.
    pub explanation: &'static str,
    /// What its cells may be.
    pub shape: Shape,
    /// The words that it is filled with; none where it may hold any text.
    pub words: Vec<Word>,
    /// The organisations that it names.
    pub names: Option<Names>,
}

/// The columns of the grid of a kind, with those that the county has set.
///
/// # Errors
/// Whatever the database answers.
pub async fn columns(conn: &mut AsyncPgConnection, kind: Kind, to: &Destination) -> Result<Vec<GridColumn>> {
    let book = words::book(conn, to.county).await?;
    for_subject!(kind, S => {
        let extras = S::extras(&S::context(conn, to).await?);
        let own = S::HEADINGS.iter().map(|heading| column(heading, &book));
        Ok(own.chain(extras.into_iter().map(extra)).collect())
    })
}

/// The headings of a grid and the fields of its columns, both in their order; a further column is its own field.
pub(super) fn titles_and_fields(known: &[Heading], extras: &[String]) -> (Vec<String>, Vec<String>) {
    let further = || extras.iter().cloned();
    let titles = known.iter().map(|heading| heading.title.to_owned()).chain(further());
    let fields = known.iter().map(|heading| heading.field.to_owned()).chain(further());
    (titles.collect(), fields.collect())
}

fn column(heading: &Heading, book: &WordBook) -> GridColumn {
    let words = match heading.table {
        Some(table) => table().entries().iter().map(of_table).collect(),
        None => heading.offered(book, clock::today()).into_iter().map(word).collect(),
    };
    GridColumn {
        field: heading.field.to_owned(),
        title: heading.title.to_owned(),
        required: heading.required,
        explanation: heading.explanation,
        shape: heading.shape,
        words,
        names: heading.names,
    }
}

fn of_table(entry: &CodeEntry) -> Word {
    Word { code: entry.code.clone(), name: entry.name.clone(), keys: entry.keys().to_vec() }
}

fn word(name: String) -> Word {
    Word { code: String::new(), keys: PinyinKeys::of_text(&name).search, name }
}

fn extra(name: String) -> GridColumn {
    GridColumn {
        field: name.clone(),
        title: name,
        required: false,
        explanation: "",
        shape: Shape::Number,
        words: Vec::new(),
        names: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::subject::headings;

    #[test]
    fn every_kind_has_columns_with_fields_of_their_own() {
        for kind in Kind::ALL {
            let (titles, fields) = titles_and_fields(headings(*kind), &["党性".to_owned()]);
            let distinct: std::collections::HashSet<&String> = fields.iter().collect();
            assert_eq!((titles.len(), distinct.len()), (fields.len(), fields.len()), "{kind:?}");
        }
    }

    #[test]
    fn a_word_is_found_by_its_code_its_name_and_its_pinyin() {
        let columns = headings(Kind::Members);
        let of = |field: &str| {
            let heading = columns.iter().find(|heading| heading.field == field).unwrap();
            column(heading, &WordBook::default())
        };
        let ethnicity = of("ethnicity");
        let tujia = ethnicity.words.iter().find(|word| word.name == "土家族").unwrap();
        assert_eq!(tujia.code, "15");
        assert!(tujia.keys.contains(&"tujiazu".to_owned()) && tujia.keys.contains(&"tjz".to_owned()));
        let category = of("category");
        assert!(
            category
                .words
                .iter()
                .any(|word| word.name == "预备党员" && word.keys.contains(&"ybdy".to_owned()))
        );
        assert_eq!(of("branch").names, Some(Names::Branches));
        assert!(of("note").words.is_empty());
    }
}
