//! What a bundle says of each row of facts: the fields that definitions ask for, and what tells rows apart. No name, no
//! number, no day of birth: ages and levels of education stand there as the figures ask for them.

use super::super::source::Table;

/// A field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// As it stands in the facts.
    Plain(&'static str),
    /// An id, under a pseudonym: the field and its column.
    Id(&'static str, &'static str),
    /// A day, as `2026-03-31`.
    Day(&'static str),
}

impl Field {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain(name) | Self::Day(name) | Self::Id(name, _) => name,
        }
    }

    /// It as SQL in terms of `f`.
    pub(super) fn sql(self) -> String {
        match self {
            Self::Plain(name) => format!("f.{name}"),
            Self::Id(_, column) => format!("f.{column}::text"),
            Self::Day(name) => format!("to_char(f.{name}, 'YYYY-MM-DD')"),
        }
    }

    /// Whether a pseudonym takes its place.
    pub(super) fn is_id(self) -> bool {
        matches!(self, Self::Id(..))
    }
}

use Field::{Day, Id, Plain};

/// A table of facts in a bundle.
#[derive(Debug)]
pub(super) struct FactRows {
    /// The table.
    pub table: Table,
    /// Its name in a bundle.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// The fields of a flow that say where somebody came from and where he went: places under their tags.
pub(super) const FROM: &str = "from";
/// See [`FROM`].
pub(super) const TO: &str = "to";

/// The tables, in the order in which a place names them. Adding one, or a field, makes another form.
pub(super) const TABLES: [FactRows; 14] = [
    FactRows {
        table: Table::Organisations,
        name: "organisations",
        fields: &[Plain("code"), Plain("name"), Plain("kind"), Plain("members"), Plain("full_members")],
    },
    FactRows {
        table: Table::Members,
        name: "members",
        fields: &[
            Id("member", "membership_id"),
            Plain("category"),
            Plain("sex"),
            Plain("ethnicity"),
            Plain("age"),
            Plain("college_or_above"),
            Plain("floating"),
            Plain("lost_contact"),
            Plain("stars"),
        ],
    },
    FactRows {
        table: Table::Flow,
        name: "flow",
        fields: &[Id("member", "membership_id"), Plain("kind"), Day("day")],
    },
    FactRows { table: Table::Ratings, name: "ratings", fields: &[Id("rating", "rating_id"), Plain("state")] },
    FactRows {
        table: Table::Awards,
        name: "awards",
        fields: &[Id("award", "award_id"), Plain("kind"), Plain("year")],
    },
    FactRows {
        table: Table::Reserves,
        name: "reserves",
        fields: &[
            Id("reserve", "reserve_id"),
            Plain("kind"),
            Plain("state"),
            Plain("sex"),
            Plain("age"),
            Plain("college_or_above"),
            Plain("fully_mentored"),
            Plain("sources"),
        ],
    },
    FactRows {
        table: Table::ReserveVillages,
        name: "reserve_villages",
        fields: &[Plain("minimum"), Plain("reserve_cadres")],
    },
    FactRows {
        table: Table::Assessments,
        name: "assessments",
        fields: &[
            Id("assessment", "assessment_id"),
            Id("assessor", "assessor_id"),
            Plain("hundredths"),
            Plain("place"),
            Plain("place_before"),
            Plain("has_flag"),
            Plain("streak"),
        ],
    },
    FactRows {
        table: Table::Seats,
        name: "seats",
        fields: &[
            Plain("standing"),
            Id("person_id", "person_id"),
            Plain("post"),
            Plain("sex"),
            Plain("ethnicity"),
            Plain("age"),
            Plain("college_or_above"),
            Plain("high_school_or_above"),
            Plain("of_party"),
            Plain("secretary"),
            Plain("is_newly_elected"),
            Plain("is_elected_unanimously"),
            Plain("is_cross_appointed"),
            Plain("sources"),
        ],
    },
    FactRows {
        table: Table::Committees,
        name: "committees",
        fields: &[
            Plain("standing"),
            Id("committee", "committee_id"),
            Plain("committee_kind"),
            Plain("vacancies"),
            Plain("is_overdue"),
        ],
    },
    FactRows {
        table: Table::Training,
        name: "training",
        fields: &[
            Id("member", "membership_id"),
            Day("passed_on"),
            Plain("required_percent"),
            Plain("tenths"),
            Plain("is_leader"),
            Plain("demanded_tenths"),
            Plain("leader_tenths"),
        ],
    },
    FactRows {
        table: Table::TrainingClasses,
        name: "training_classes",
        fields: &[Id("class", "class_id"), Plain("kind"), Plain("in_quarter")],
    },
    FactRows {
        table: Table::TrainingAttendances,
        name: "training_attendances",
        fields: &[
            Id("class", "class_id"),
            Id("member", "membership_id"),
            Plain("in_quarter"),
            Plain("is_away"),
        ],
    },
    FactRows {
        table: Table::Findings,
        name: FINDINGS,
        fields: &[Plain("rule"), Id("subject", "subject_id")],
    },
];

/// The name of what the rules of data quality found.
pub(super) const FINDINGS: &str = "findings";

/// The name of the members of the quarter before, which stand in a set of their own.
pub(super) const OPENING: &str = "opening";
/// The name of the entries of the trail, which stand in files of their own.
pub(super) const TRAIL: &str = "trail";
/// The fields of an entry of the trail.
pub(super) const TRAIL_FIELDS: [&str; 3] = ["sequence", "action", "is_covered"];

/// The name of a table in a bundle.
pub(super) fn name(table: Table) -> &'static str {
    match table {
        Table::Opening => OPENING,
        Table::Trail => TRAIL,
        other => TABLES.iter().find(|rows| rows.table == other).map_or("", |rows| rows.name),
    }
}

/// The names of the fields of a table, those that say where a flow leads included; none for an unknown table.
pub(super) fn fields(table: &str) -> Option<Vec<String>> {
    if table == TRAIL {
        return Some(TRAIL_FIELDS.map(str::to_owned).to_vec());
    }
    let table = if table == OPENING { "members" } else { table };
    let rows = TABLES.iter().find(|rows| rows.name == table)?;
    let mut names: Vec<String> = rows.fields.iter().map(|field| field.name().to_owned()).collect();
    if rows.table == Table::Flow {
        names.extend([FROM.to_owned(), TO.to_owned()]);
    }
    Some(names)
}
