//! The statement that finds the rows which count otherwise: the rows of a part of a figure at both ends, each with what
//! it counts there, joined by their key. A row that is not in the part counts nought.

use super::super::basis::Basis;
use super::super::facts::{self, TOP, inside};
use super::super::figures::{Part, Side, Table};
use super::super::measure::weight;
use super::super::rows::columns;
use super::super::source::{extent, rows_of};
use super::causes;
use crate::base::values::Quarter;
use crate::records::quarters::Ask;

/// Two ends of a change, for one organisation.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// The beginning.
    pub from: &'a Basis,
    /// The end; statements take their parameters from it.
    pub to: &'a Basis,
    /// Code of the organisation.
    pub organisation: &'a str,
}

/// A statement with the parameters of another question written into it, where they are not those of all questions about
/// the county: values of our own types, never what somebody typed.
fn spelt(statement: &str, ask: &Ask) -> String {
    spelt_between(statement, ask, ask.quarter, ask.quarter)
}

fn spelt_between(statement: &str, ask: &Ask, first: Quarter, last: Quarter) -> String {
    let mut spelt = String::with_capacity(statement.len());
    let mut parts = statement.split('$');
    spelt.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        match number {
            "2" => spelt.push_str(&format!("(DATE '{}')", first.first_day())),
            "3" => spelt.push_str(&format!("(DATE '{}')", last.last_day())),
            "5" => spelt.push_str(&format!("('{}'::text)", ask.quarter)),
            "6" => spelt.push_str(&format!("({}::integer)", ask.revision)),
            "7" => spelt.push_str(&format!("('{}'::text)", ask.quarter.previous())),
            "8" => spelt.push_str(&format!("({}::integer)", ask.previous_number)),
            other => {
                spelt.push('$');
                spelt.push_str(other);
            }
        }
        spelt.push_str(rest);
    }
    spelt
}

/// Tables that are small: read for the whole county, so that what moved to another organisation can be told from what
/// is gone.
fn is_read_whole(table: Table) -> bool {
    matches!(
        table,
        Table::Organisations | Table::Committees | Table::Reserves | Table::ReserveVillages | Table::Awards
    )
}

impl Ends<'_> {
    /// What all statements begin with: `joined`, the rows of the part at either end, with what each counts at both
    /// (`before`, `after`), where it stands, and, where it counts otherwise, the cause.
    pub fn joined(&self, part: &Part) -> String {
        let marks = causes::marks(part);
        let same_quarter = self.from.quarter == self.to.quarter;
        // An opening is frozen with the quarter before.
        let from_is_frozen = if part.table == Table::Opening {
            self.from.previous_number.is_some()
        } else {
            self.from.revision.is_some()
        };
        let cause = causes::cause(part, &marks, same_quarter, from_is_frozen);
        let flowing = causes::is_told_by_flow(part.table) && !same_quarter;
        let (events, event) = if flowing {
            (format!("events AS MATERIALIZED ({}), ", self.events(part)), EVENT)
        } else {
            (String::new(), "")
        };
        let from = spelt(&self.side(part, &marks, self.from), &self.from.ask(Vec::new()));
        let to = self.side(part, &marks, self.to);
        let (day, from_path) = if flowing {
            ("coalesce(e.day, b.day, a.day)", "coalesce(e.from_path, b.from_path, a.from_path)")
        } else {
            ("coalesce(b.day, a.day)", "coalesce(b.from_path, a.from_path)")
        };
        let to_path = if flowing {
            "coalesce(e.to_path, b.to_path, a.to_path)"
        } else {
            "coalesce(b.to_path, a.to_path)"
        };
        format!(
            "WITH a AS ({from}), b AS ({to}), {events}joined AS ( \
                SELECT coalesce(b.subject, a.subject) AS subject, coalesce(b.id, a.id) AS id, \
                    coalesce(b.key, a.key) COLLATE \"C\" AS key, coalesce(b.member, a.member) AS member, \
                    coalesce(b.person_id, a.person_id) AS person_id, coalesce(b.kind, a.kind) AS kind, {day} AS day, \
                    {from_path} AS from_path, {to_path} AS to_path, \
                    coalesce(b.to_path, b.from_path, a.to_path, a.from_path, '') COLLATE \"C\" AS place, \
                    coalesce(a.amount, 0) AS before, coalesce(b.amount, 0) AS after, \
                    CASE WHEN coalesce(a.amount, 0) <> coalesce(b.amount, 0) THEN {cause} END AS cause \
                FROM a FULL JOIN b ON a.joint = b.joint{event})"
        )
    }

    /// The rows of the part's table on a basis. OFFSET 0 keeps the planner from working out an amount anew wherever it is
    /// named, and still lets it leave out what a statement does not name.
    fn side(&self, part: &Part, marks: &[&'static str], basis: &Basis) -> String {
        let county = basis.county.path.as_str().trim_end_matches('/');
        let organisation = if is_read_whole(part.table) { county } else { self.organisation };
        // Rows that only stand somewhere, and were read for the organisation alone, all stand in it.
        let all_stand = part.table != Table::Flow && organisation == self.organisation;
        let (leaves, arrives) = if all_stand {
            ("false".to_owned(), "true".to_owned())
        } else {
            (inside("r.from_path", TOP), inside("r.to_path", TOP))
        };
        let marks: String =
            marks.iter().map(|mark| format!(", (f.{mark})::text COLLATE \"C\" AS mark_{mark}")).collect();
        let born = if matches!(part.table, Table::Members | Table::Reserves) {
            "f.birth_date"
        } else {
            "NULL::date"
        };
        let rated = if part.table == Table::Members { "f.rating_id" } else { "NULL::uuid" };
        let (joint, standing) = match part.table {
            Table::Members | Table::Opening | Table::Training => ("x.member", ""),
            Table::Seats | Table::Committees => {
                ("(x.standing || ' ' || x.key) COLLATE \"C\"", ", f.standing")
            }
            _ => ("x.key COLLATE \"C\"", ""),
        };
        format!(
            "SELECT x.*, {joint} AS joint FROM ( \
                SELECT {columns}{standing}, f.from_path, f.to_path, {weight} <> 0 AS stands, \
                    CASE WHEN {filter} THEN ({amount})::bigint * {weight} ELSE 0 END AS amount, \
                    {born} AS born, {rated} AS rated_by{marks} \
                FROM (SELECT r.*, {leaves} AS leaves, {arrives} AS arrives FROM ({rows}) r) f) x OFFSET 0",
            columns = columns(part.table),
            weight = weight(part.side),
            filter = part.condition(),
            amount = part.sum.unwrap_or("1"),
            rows = rows_of(part.table, basis, organisation),
        )
    }

    /// What moved members over the border of the organisation between the two days that the part is counted on: the last
    /// event of each in either direction.
    fn events(&self, part: &Part) -> String {
        let rests = matches!((&self.to.revision, &self.from.revision), (Some(_), Some(from))
            if self.to.previous_number == Some(from.number) && self.to.quarter.previous() == self.from.quarter);
        let flow = if rests && part.table != Table::Opening {
            rows_of(Table::Flow, self.to, self.organisation)
        } else {
            let back =
                |quarter: Quarter| if part.table == Table::Opening { quarter.previous() } else { quarter };
            let statement = facts::flow(extent(self.to, self.organisation));
            spelt_between(
                &statement,
                &self.to.ask(Vec::new()),
                back(self.from.quarter).next(),
                back(self.to.quarter),
            )
        };
        let came = weight(Side::Into);
        format!(
            "SELECT DISTINCT ON (m.membership_id, m.came) m.* FROM ( \
                SELECT w.membership_id, w.kind, w.day, w.from_path, w.to_path, {came} = 1 AS came FROM ( \
                    SELECT f.*, {leaves} AS leaves, {arrives} AS arrives FROM ({flow}) f \
                    WHERE f.kind <> 'became_full') w WHERE w.leaves <> w.arrives) m \
             ORDER BY m.membership_id, m.came, m.day DESC, m.kind",
            leaves = inside("f.from_path", TOP),
            arrives = inside("f.to_path", TOP),
        )
    }
}

/// The event that moved a row which stands in the organisation at one end only.
const EVENT: &str = " \
LEFT JOIN events e ON e.membership_id = coalesce(b.member, a.member)
    AND coalesce(a.stands, false) <> coalesce(b.stands, false) AND e.came = coalesce(b.stands, false)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::CountyId;

    #[test]
    fn the_parameters_of_a_question_are_written_into_its_statement_and_the_common_ones_stay() {
        let ask = Ask {
            county: CountyId::new(),
            quarter: Quarter::parse("2026Q1").unwrap(),
            revision: 2,
            previous_number: 1,
            organisations: Vec::new(),
        };
        assert_eq!(
            spelt("x = $1 AND d BETWEEN $2 AND $3::date AND q = $5 AND r = $6 AND $4 = $12 OR $8 = $7", &ask),
            "x = $1 AND d BETWEEN (DATE '2026-01-01') AND (DATE '2026-03-31')::date AND q = ('2026Q1'::text) \
             AND r = (2::integer) AND $4 = $12 OR (1::integer) = ('2025Q4'::text)"
        );
    }
}
