//! Counts the parts of definitions over facts that were read from a bundle: what `measure` asks of PostgreSQL, asked of
//! single rows. Both read the same fragments.

use std::collections::{BTreeMap, HashMap};

use super::super::figures::Side;
use super::definitions::{Definitions, FoldText, PartText};
use super::expression::{Datum, Expression, Seen, Unfit};
use super::facts::Row;
use super::pseudonyms::within;

/// The table whose rows are folded into people.
const SEATS: &str = "seats";
/// By which seats belong to one person of one term.
const PERSON_OF: [&str; 2] = ["standing", "person_id"];

/// Definitions, read.
pub(super) struct Plan {
    tables: HashMap<String, Vec<Reading>>,
    /// The fields of a person, and which of a seat's fields name him.
    person: Vec<Fold>,
    person_of: Vec<usize>,
}

/// A part, read.
struct Reading {
    part: PartText,
    filter: Expression,
    sum: Option<Expression>,
}

/// What a field of a person is of all his seats.
enum Fold {
    /// The same in all of them.
    Key(usize),
    /// `min(…)`
    Least(Expression),
    /// `bool_or(…)`
    Any(Expression),
    /// `concat(' ', string_agg(…, ' '), ' ')`
    Together(Expression),
}

impl Fold {
    fn of(fold: &FoldText, fields: &[String]) -> Result<Self, Unfit> {
        let inside = |before: &str, after: &str| {
            let inside = fold.of.strip_prefix(before)?.strip_suffix(after)?;
            Some(Expression::parse(inside, fields))
        };
        if let Some(place) = fields.iter().position(|field| fold.of == format!("f.{field}")) {
            return Ok(Self::Key(place));
        }
        if let Some(expression) = inside("min(", ")") {
            return Ok(Self::Least(expression?));
        }
        if let Some(expression) = inside("bool_or(", ")") {
            return Ok(Self::Any(expression?));
        }
        match inside("concat(' ', string_agg(", ", ' '), ' ')") {
            Some(expression) => Ok(Self::Together(expression?)),
            None => Err(Unfit::Grammar(fold.of.clone())),
        }
    }

    fn over(&self, seats: &[&Row]) -> Result<Datum, Unfit> {
        let seen = |expression: &Expression| -> Result<Vec<Datum>, Unfit> {
            let all = seats.iter().map(|seat| expression.of(&seat.values).map(owned));
            Ok(all
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .filter(|datum| *datum != Datum::Nothing)
                .collect())
        };
        Ok(match self {
            Self::Key(place) => {
                let first = seats.first().and_then(|seat| seat.values.get(*place));
                first.cloned().unwrap_or(Datum::Nothing)
            }
            Self::Least(expression) => seen(expression)?.into_iter().min().unwrap_or(Datum::Nothing),
            Self::Any(expression) => {
                let all = seen(expression)?;
                if all.is_empty() { Datum::Nothing } else { Datum::Truth(all.contains(&Datum::Truth(true))) }
            }
            Self::Together(expression) => {
                let all = seen(expression)?;
                let texts = all.iter().filter_map(|datum| match datum {
                    Datum::Text(text) => Some(text.as_str()),
                    Datum::Nothing | Datum::Truth(_) | Datum::Whole(_) => None,
                });
                Datum::Text(format!(" {} ", texts.collect::<Vec<_>>().join(" ")))
            }
        })
    }
}

fn owned(seen: Seen<'_>) -> Datum {
    match seen {
        Seen::Nothing => Datum::Nothing,
        Seen::Truth(truth) => Datum::Truth(truth),
        Seen::Whole(number) => Datum::Whole(number),
        Seen::Text(text) => Datum::Text(text.to_owned()),
    }
}

impl Side {
    /// What a row counts that leaves an organisation or arrives there; `measure::weight` says the same in SQL.
    pub(super) fn counts(self, leaves: bool, arrives: bool) -> i64 {
        match self {
            Self::Into => i64::from(arrives && !leaves),
            Self::OutOf => i64::from(leaves && !arrives),
            Self::Net => i64::from(arrives) - i64::from(leaves),
        }
    }
}

impl Plan {
    /// Reads definitions.
    ///
    /// # Errors
    /// [`Unfit`] with the fragment.
    pub(super) fn of(definitions: &Definitions) -> Result<Self, Unfit> {
        let fields_of = |table: &str| definitions.fields(table).ok_or_else(|| Unfit::Field(table.to_owned()));
        let seats = fields_of(SEATS)?;
        let person: Result<Vec<Fold>, Unfit> =
            definitions.person.iter().map(|fold| Fold::of(fold, &seats)).collect();
        let person_fields: Vec<String> = definitions.person.iter().map(|fold| fold.field.clone()).collect();
        let mut tables: HashMap<String, Vec<Reading>> = HashMap::new();
        for part in definitions.parts() {
            let readings = tables.entry(part.table.clone()).or_default();
            if readings.iter().any(|reading| reading.part == *part) {
                continue;
            }
            let fields = if part.table == SEATS { person_fields.clone() } else { fields_of(&part.table)? };
            readings.push(Reading {
                filter: Expression::parse(&part.filter, &fields)?,
                sum: part.sum.as_deref().map(|sum| Expression::parse(sum, &fields)).transpose()?,
                part: part.clone(),
            });
        }
        let place = |name: &str| {
            seats.iter().position(|field| field == name).ok_or_else(|| Unfit::Field(name.to_owned()))
        };
        let person_of = PERSON_OF.iter().map(|name| place(name)).collect::<Result<_, _>>()?;
        Ok(Self { tables, person: person?, person_of })
    }
}

/// The counts of parts at organisations, which are known by their tags.
#[derive(Debug, Default)]
pub(super) struct Tally(HashMap<(String, PartText), i64>);

impl Tally {
    /// The count of a part at an organisation.
    pub(super) fn of(&self, tag: &str, part: &PartText) -> i64 {
        self.0.get(&(tag.to_owned(), part.clone())).copied().unwrap_or_default()
    }

    /// Sets a count that follows from others.
    pub(super) fn set(&mut self, tag: &str, part: &PartText, count: i64) {
        self.0.insert((tag.to_owned(), part.clone()), count);
    }

    /// Counts the rows of a table at some organisations.
    ///
    /// # Errors
    /// [`Unfit`] where a fragment says nothing over these rows.
    pub(super) fn count(
        &mut self,
        plan: &Plan,
        table: &str,
        rows: &[Row],
        tags: &[String],
    ) -> Result<(), Unfit> {
        let Some(readings) = plan.tables.get(table) else { return Ok(()) };
        if table == SEATS {
            return tags.iter().try_for_each(|tag| self.people(plan, readings, rows, tag));
        }
        let mut counts = vec![vec![0_i64; tags.len()]; readings.len()];
        for row in rows {
            let at =
                |path: &Option<String>, tag: &String| path.as_ref().is_some_and(|path| within(path, tag));
            let sides: Vec<(usize, bool, bool)> = tags
                .iter()
                .enumerate()
                .map(|(number, tag)| (number, at(&row.from, tag), at(&row.to, tag)))
                .filter(|(_, leaves, arrives)| *leaves || *arrives)
                .collect();
            if sides.is_empty() {
                continue;
            }
            for (reading, counts) in readings.iter().zip(&mut counts) {
                let amount = reading.amount(&row.values)?;
                for (number, leaves, arrives) in &sides {
                    if let Some(count) = counts.get_mut(*number) {
                        *count += amount * reading.part.side.counts(*leaves, *arrives);
                    }
                }
            }
        }
        for (reading, counts) in readings.iter().zip(counts) {
            for (tag, count) in tags.iter().zip(counts) {
                self.set(tag, &reading.part, count);
            }
        }
        Ok(())
    }

    /// Who sits in several places of an organisation is one person there.
    fn people(&mut self, plan: &Plan, readings: &[Reading], rows: &[Row], tag: &str) -> Result<(), Unfit> {
        let mut seats: BTreeMap<Vec<&Datum>, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            if row.to.as_ref().is_some_and(|to| within(to, tag)) {
                let person = plan.person_of.iter().filter_map(|place| row.values.get(*place)).collect();
                seats.entry(person).or_default().push(row);
            }
        }
        let mut counts = vec![0_i64; readings.len()];
        for seats in seats.values() {
            let person: Result<Vec<Datum>, Unfit> = plan.person.iter().map(|fold| fold.over(seats)).collect();
            let person = person?;
            for (reading, count) in readings.iter().zip(&mut counts) {
                *count += reading.amount(&person)?;
            }
        }
        for (reading, count) in readings.iter().zip(counts) {
            self.set(tag, &reading.part, count);
        }
        Ok(())
    }
}

impl Reading {
    fn amount(&self, row: &[Datum]) -> Result<i64, Unfit> {
        match (self.filter.holds(row)?, &self.sum) {
            (false, _) => Ok(0),
            (true, None) => Ok(1),
            (true, Some(sum)) => sum.amount(row),
        }
    }
}
