//! The definitions of a report as a bundle carries them: those that it was made with, fragment by fragment.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::figures::{
    self, Against, CLOSING, Comparison, Figure, OPENING as OPENING_PART, Part, Section, Shape, Side,
};
use super::super::source::PERSON;
use super::tables::{self, OPENING, TABLES, TRAIL};

/// The name of this form.
pub(super) const FORM: &str = "cadre-definitions-1";

/// Everything that a report is worked out by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definitions {
    /// [`FORM`].
    pub form: String,
    /// The tables of facts with their fields, in order.
    pub tables: Vec<TableText>,
    /// How the seats of somebody make one person.
    pub person: Vec<FoldText>,
    /// The sections of the report.
    pub sections: Vec<SectionText>,
    /// The identity of the flow.
    pub balance: BalanceText,
}

/// A table of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableText {
    /// Its name.
    pub table: String,
    /// Its fields.
    pub fields: Vec<String>,
}

/// A field of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoldText {
    /// Its name.
    pub field: String,
    /// What it is of all his seats.
    pub of: String,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartText {
    /// The table.
    pub table: String,
    /// Which rows.
    pub filter: String,
    /// On which side of the border.
    pub side: Side,
    /// What each counts; one where it is not said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sum: Option<String>,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FigureText {
    /// The code.
    pub code: String,
    /// What is counted.
    pub label: String,
    /// In words.
    pub definition: String,
    /// What it is counted in.
    pub unit: String,
    /// How the number is made.
    pub shape: Shape,
    /// What is counted.
    pub numerator: PartText,
    /// Over what.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub denominator: Option<PartText>,
    /// The term before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comparison: Option<ComparisonText>,
}

/// The same figure in the term before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComparisonText {
    /// What the figure says of the two.
    pub against: Against,
    /// What was counted.
    pub numerator: PartText,
    /// Over what.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub denominator: Option<PartText>,
    /// Where this is nought, nothing is compared.
    pub known: PartText,
}

/// A grid of counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GridText {
    /// The code.
    pub code: String,
    /// The rows: heading and cells.
    pub rows: Vec<(String, Vec<PartText>)>,
}

/// A section of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionText {
    /// The code.
    pub code: String,
    /// Its figures.
    pub figures: Vec<FigureText>,
    /// Its grids.
    pub grids: Vec<GridText>,
}

/// The identity: opening and lines make the closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BalanceText {
    /// Who was there before.
    pub opening: PartText,
    /// What happened.
    pub lines: Vec<LineText>,
    /// Who is there.
    pub closing: PartText,
}

/// A line of the identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineText {
    /// Its label.
    pub label: String,
    /// 1 or −1.
    pub sign: i64,
    /// What is counted.
    pub part: PartText,
}

impl From<Part> for PartText {
    fn from(part: Part) -> Self {
        Self {
            table: tables::name(part.table).to_owned(),
            filter: part.condition(),
            side: part.side,
            sum: part.sum.map(str::to_owned),
        }
    }
}

impl From<Comparison> for ComparisonText {
    fn from(term: Comparison) -> Self {
        Self {
            against: term.against,
            numerator: term.numerator.into(),
            denominator: term.denominator.map(Into::into),
            known: term.known.into(),
        }
    }
}

impl From<&Figure> for FigureText {
    fn from(figure: &Figure) -> Self {
        Self {
            code: figure.code.clone(),
            label: figure.label.clone(),
            definition: figure.definition.clone(),
            unit: figure.unit.code().to_owned(),
            shape: figure.shape,
            numerator: figure.numerator.into(),
            denominator: figure.denominator.map(Into::into),
            comparison: figure.comparison.map(Into::into),
        }
    }
}

impl From<&Section> for SectionText {
    fn from(section: &Section) -> Self {
        let parts = |parts: &Vec<Part>| parts.iter().map(|part| (*part).into()).collect();
        let grid = |grid: &figures::Grid| GridText {
            code: grid.code.to_owned(),
            rows: grid.rows.iter().map(|(label, cells)| ((*label).to_owned(), parts(cells))).collect(),
        };
        Self {
            code: section.code.to_owned(),
            figures: section.figures.iter().map(Into::into).collect(),
            grids: section.grids.iter().map(grid).collect(),
        }
    }
}

impl Definitions {
    /// Those of some sections.
    pub(super) fn of(sections: &[Section]) -> Self {
        let names = TABLES.iter().map(|table| table.name).chain([OPENING, TRAIL]);
        let line = |(label, sign, part): (&str, i64, Part)| LineText {
            label: label.to_owned(),
            sign,
            part: part.into(),
        };
        Self {
            form: FORM.to_owned(),
            tables: names
                .map(|name| TableText {
                    table: name.to_owned(),
                    fields: tables::fields(name).unwrap_or_default(),
                })
                .collect(),
            person: person(),
            sections: sections.iter().map(Into::into).collect(),
            balance: BalanceText {
                opening: OPENING_PART.into(),
                lines: figures::identity().map(line).collect(),
                closing: CLOSING.into(),
            },
        }
    }

    /// The file.
    pub(super) fn file(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// SHA-256 of the file, in hexadecimal.
    pub(super) fn digest(&self) -> Result<String, serde_json::Error> {
        Ok(hex::encode(Sha256::digest(self.file()?.as_bytes())))
    }

    /// Every figure.
    pub(super) fn figures(&self) -> impl Iterator<Item = &FigureText> {
        self.sections.iter().flat_map(|section| &section.figures)
    }

    /// Everything that must be counted, some of it several times.
    pub(super) fn parts(&self) -> impl Iterator<Item = &PartText> {
        let figures = self.figures().flat_map(FigureText::parts);
        let grids = self.sections.iter().flat_map(|section| &section.grids);
        let cells = grids.flat_map(|grid| &grid.rows).flat_map(|(_, cells)| cells);
        let lines = self.balance.lines.iter().map(|line| &line.part);
        figures.chain(cells).chain(lines).chain([&self.balance.closing])
    }

    /// The fields of a table.
    pub(super) fn fields(&self, table: &str) -> Option<Vec<String>> {
        self.tables.iter().find(|line| line.table == table).map(|line| line.fields.clone())
    }
}

impl FigureText {
    fn parts(&self) -> impl Iterator<Item = &PartText> {
        let term = self.comparison.iter();
        let before =
            term.flat_map(|term| [Some(&term.numerator), term.denominator.as_ref(), Some(&term.known)]);
        std::iter::once(&self.numerator).chain(&self.denominator).chain(before.flatten())
    }
}

/// The fields of a person, out of the one text that says how seats are folded.
fn person() -> Vec<FoldText> {
    let mut fields = Vec::new();
    let (mut depth, mut begin) = (0_i32, 0);
    let ends = PERSON.char_indices().filter_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => return Some(at),
            _ => {}
        }
        None
    });
    for end in ends.chain([PERSON.len()]) {
        let text = PERSON.get(begin..end).unwrap_or_default().trim();
        let (of, field) = text.rsplit_once(" AS ").unwrap_or((text, text.trim_start_matches("f.")));
        fields.push(FoldText { field: field.to_owned(), of: of.to_owned() });
        begin = end.saturating_add(1);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::super::count::Plan;
    use super::*;
    use crate::records::words::WordBook;

    #[test]
    fn every_part_of_every_figure_can_be_worked_out_without_a_database() {
        let definitions = Definitions::of(&figures::sections(Some(10), &WordBook::default()));
        Plan::of(&definitions).unwrap();
        assert!(definitions.parts().count() > 300);
        let fields: Vec<&str> = definitions.person.iter().map(|fold| fold.field.as_str()).collect();
        assert_eq!(fields[..3], ["standing", "person_id", "sex"]);
        assert!(fields.contains(&"party_college_or_above") && fields.contains(&"sources"));
    }

    #[test]
    fn definitions_are_read_as_they_were_written() {
        let definitions = Definitions::of(&figures::sections(None, &WordBook::default()));
        let text = definitions.file().unwrap();
        assert_eq!(serde_json::from_str::<Definitions>(&text).unwrap(), definitions);
        assert_eq!(definitions.digest().unwrap().len(), 64);
    }
}
