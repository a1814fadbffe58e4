//! What a row would change of a record, field by field.

use crate::across::imports::cells::Cells;
use crate::across::imports::content::ChangedField;
use crate::across::imports::fields::{Identifier, other_mask};
use crate::base::edit::Edit;

/// A row that is being compared with its record.
#[derive(Debug)]
pub struct Differences<'a, 'b> {
    /// The row.
    pub cells: &'a mut Cells<'b>,
    /// Every changed field so far, old and new.
    pub changes: Vec<ChangedField>,
}

impl<'a, 'b> Differences<'a, 'b> {
    /// Begins with nothing changed.
    #[must_use]
    pub fn new(cells: &'a mut Cells<'b>) -> Self {
        Self { cells, changes: Vec::new() }
    }

    /// The edit of a field that cannot be empty, where it differs.
    pub fn required<T: PartialEq + Clone>(
        &mut self,
        field: &'static str,
        said: &Edit<T>,
        stored: &T,
        shown: impl Fn(&T) -> String,
    ) -> Edit<T> {
        match said {
            Edit::Set(value) if value != stored => {
                self.note(field, shown(stored), shown(value));
                Edit::Set(value.clone())
            }
            _ => Edit::Keep,
        }
    }

    /// The edit of a field that may be empty, where it differs.
    pub fn optional<T: PartialEq + Clone>(
        &mut self,
        field: &'static str,
        said: &Edit<T>,
        stored: Option<&T>,
        shown: impl Fn(&T) -> String,
    ) -> Edit<T> {
        let before = stored.map_or_else(String::new, &shown);
        match said {
            Edit::Set(value) if Some(value) != stored => {
                self.note(field, before, shown(value));
                Edit::Set(value.clone())
            }
            Edit::Clear if stored.is_some() => {
                self.note(field, before, String::new());
                Edit::Clear
            }
            _ => Edit::Keep,
        }
    }

    /// An identifier: the record's own mask says that nothing has changed, another mask says nothing that can be used.
    pub fn identifier<T: PartialEq + Clone>(
        &mut self,
        field: &'static str,
        said: &Edit<Identifier<T>>,
        stored: Option<&T>,
        masked: impl Fn(&T) -> String,
    ) -> Edit<T> {
        let plain = match said {
            Edit::Set(Identifier::Masked(mask)) => {
                if stored.map(&masked).as_ref() != Some(mask) {
                    let message = other_mask(self.cells.column_title(field));
                    self.cells.refuse(field, message);
                }
                return Edit::Keep;
            }
            Edit::Set(Identifier::Whole(value)) => Edit::Set(value.clone()),
            Edit::Clear => Edit::Clear,
            Edit::Keep => Edit::Keep,
        };
        self.optional(field, &plain, stored, masked)
    }

    /// Notes a changed field.
    pub fn note(&mut self, field: &'static str, before: String, after: String) {
        let column = self.cells.column_title(field).to_owned();
        self.changes.push(ChangedField { column, field: field.to_owned(), before, after });
    }
}
