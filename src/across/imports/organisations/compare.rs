//! Compares a row with the organisation on record, or makes the command that founds one.

use chrono::NaiveDate;

use crate::across::imports::cells::Cells;
use crate::across::imports::content::ChangedField;
use crate::across::imports::differences::Differences;
use crate::across::imports::organisations::parse::ParsedOrganisation;
use crate::across::imports::organisations::tree::Tree;
use crate::base::edit::{Edit, set};
use crate::base::values::Telephone;
use crate::records::organisations::{Edits, Found, Kind, Move, Organisation, name_keys, rules};

/// Compares with the record; what an import may not change is refused in `cells`.
pub fn compare(
    said: &ParsedOrganisation,
    record: &Organisation,
    tree: &Tree,
    cells: &mut Cells<'_>,
    today: NaiveDate,
) -> (Edits, Vec<ChangedField>) {
    let words = |text: &String| text.clone();
    let day = |day: &NaiveDate| day.to_string();
    let kind = record.kind();
    let mut found = Differences::new(cells);
    let name = found.required("name", &said.name, &record.name, words);
    let edited_kind = match kind {
        Some(stored) => found.required("kind", &said.kind, &stored, |kind| kind.name().to_owned()),
        None => Edit::Keep,
    };
    let parent = parent(said, record, tree, &mut found, today);
    let telephone = record.telephone.as_deref().map(|stored| {
        Telephone::parse(stored).map_or_else(|_| stored.to_owned(), |number| number.as_str().to_owned())
    });
    let edits = Edits {
        name,
        kind: edited_kind,
        parent,
        founded_on: found.optional("founded_on", &said.founded_on, record.founded_on.as_ref(), day),
        dissolved_on: found.optional("dissolved_on", &said.dissolved_on, record.dissolved_on.as_ref(), day),
        credit_code: found.optional("credit_code", &said.credit_code, record.credit_code.as_ref(), words),
        telephone: found.optional("telephone", &said.telephone, telephone.as_ref(), words),
        note: found.optional("note", &said.note, record.note.as_ref(), words),
    };
    let changes = found.changes;
    if let (Some(from), Some(to)) = (kind, set(&edits.kind))
        && let Err(error) = rules::check_kind_change(from, to)
    {
        cells.refuse("kind", error.to_string());
    }
    let founded_on = edits.founded_on.clone().over(record.founded_on);
    check_dates(founded_on, edits.dissolved_on.clone().over(record.dissolved_on), cells, today);
    (edits, changes)
}

fn parent(
    said: &ParsedOrganisation,
    record: &Organisation,
    tree: &Tree,
    found: &mut Differences<'_, '_>,
    today: NaiveDate,
) -> Edit<Move> {
    let Edit::Set(to) = &said.parent_code else { return Edit::Keep };
    let above = tree.above(record);
    if above.is_some_and(|above| above.code == to.as_str()) {
        return Edit::Keep;
    }
    let before = above.map_or_else(String::new, |above| format!("{} {}", above.code, above.name));
    let name = tree.by_code(to.as_str()).map_or("", |above| above.name.as_str());
    found.note("parent_code", before, format!("{} {name}（自{today}起）", to.as_str()));
    Edit::Set(Move { parent_code: to.as_str().to_owned(), on: today })
}

/// Checks what a row says of an organisation that is not on record, all cells together.
pub fn check_new(said: &ParsedOrganisation, tree: &Tree, cells: &mut Cells<'_>, today: NaiveDate) {
    if let (Edit::Set(kind), Edit::Set(code)) = (&said.kind, &said.code)
        && let Err(error) = rules::check_code(*kind, code, tree.county())
    {
        cells.refuse(if *kind == Kind::County { "kind" } else { "code" }, error.to_string());
    }
    check_dates(set(&said.founded_on), set(&said.dissolved_on), cells, today);
}

fn check_dates(
    founded_on: Option<NaiveDate>,
    dissolved_on: Option<NaiveDate>,
    cells: &mut Cells<'_>,
    today: NaiveDate,
) {
    for error in rules::check_dates(founded_on, dissolved_on, today) {
        cells.refuse_once(&error.field, error.message);
    }
}

/// The command that founds what a row says; none where something of it could not be read.
#[must_use]
pub fn found(said: &ParsedOrganisation) -> Option<Found> {
    let name = set(&said.name)?;
    let (pinyin, initials) = name_keys(&name);
    Some(Found {
        code: set(&said.code)?.as_str().to_owned(),
        name,
        kind: set(&said.kind)?,
        parent_code: set(&said.parent_code)?.as_str().to_owned(),
        pinyin,
        initials,
        founded_on: set(&said.founded_on),
        dissolved_on: set(&said.dissolved_on),
        credit_code: set(&said.credit_code),
        telephone: set(&said.telephone),
        note: set(&said.note),
    })
}
