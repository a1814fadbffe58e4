//! Why a figure changed: the people and records that moved it between two quarters or revisions, grouped by cause. The
//! groups sum exactly to the difference, since they are the rows of the figure at both ends, joined.

mod causes;
mod statement;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::basis::Basis;
use super::figures::{self, Amount, Change, Figure, Part, Table, Value};
use super::quarterly::reported;
use super::rows::{FigurePart, part_of};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::organisations::Organisation;
use statement::Ends;

pub use causes::name as cause_name;

/// Which change is asked about.
#[derive(Debug, Clone)]
pub struct ChangesQuery<'a> {
    /// Code of the figure.
    pub figure: &'a str,
    /// Code of the organisation.
    pub organisation: &'a str,
    /// The quarter at the beginning, and its revision; none: the latest, or the records of this moment.
    pub from: (Quarter, Option<i32>),
    /// The quarter at the end, and its revision.
    pub to: (Quarter, Option<i32>),
}

/// One end of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChangeEnd {
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// The revision; none: the records of this moment; 0: what was frozen as the quarter before of the first closed one.
    pub revision: Option<i32>,
    /// The number; null where the denominator is 0.
    #[schema(value_type = Option<f64>)]
    pub value: Option<Amount>,
    /// The numerator.
    pub numerator: i64,
    /// The denominator, of a ratio or a mean.
    pub denominator: Option<i64>,
}

/// The rows that moved a part of a figure for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CauseGroup {
    /// The cause.
    pub cause: String,
    /// Its Chinese name.
    pub label: &'static str,
    /// How many rows.
    pub rows: i64,
    /// What they add to the part, together.
    pub amount: i64,
}

/// What moved a part of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PartChange {
    /// `numerator`, `denominator`, `before_numerator` or `before_denominator`.
    pub part: &'static str,
    /// What was counted at the beginning.
    pub from: i64,
    /// What was counted at the end.
    pub to: i64,
    /// The difference: the sum of the groups.
    pub difference: i64,
    /// The groups.
    pub groups: Vec<CauseGroup>,
}

/// Why a figure changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FigureChange {
    /// The code.
    pub code: String,
    /// What is counted, in Chinese.
    pub label: String,
    /// What it is counted in.
    pub unit: &'static str,
    /// The beginning.
    pub from: ChangeEnd,
    /// The end.
    pub to: ChangeEnd,
    /// The difference of the unrounded numbers, rounded; of percentages in points.
    #[schema(value_type = Option<f64>)]
    pub change: Change,
    /// The parts that the number is made of.
    pub parts: Vec<PartChange>,
}

/// A row that counts otherwise. What it is about says `subject`, as in the rows behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct ChangeLine {
    /// What the row is about.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// Id of the record (of an entry: its number); the code of an organisation.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The member of a rating; of a person, who need not be one, his membership.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub member: Option<uuid::Uuid>,
    /// Name as it is now; none where the record is gone.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Code of the organisation that it stands in, or came into.
    #[diesel(sql_type = Nullable<Text>)]
    pub branch_code: Option<String>,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub branch_name: Option<String>,
    /// Code of the organisation that it left.
    #[diesel(sql_type = Nullable<Text>)]
    pub from_code: Option<String>,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub from_name: Option<String>,
    /// When it happened, where an event tells that.
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    /// What it counted at the beginning.
    #[diesel(sql_type = BigInt)]
    pub before: i64,
    /// What it counts at the end.
    #[diesel(sql_type = BigInt)]
    pub after: i64,
    /// The cause.
    #[diesel(sql_type = Text)]
    pub cause: String,
    /// Its Chinese name.
    #[diesel(sql_type = Text)]
    pub label: String,
    /// Its place in the order of the list: where the next page begins.
    #[serde(skip)]
    #[diesel(sql_type = Text)]
    pub place: String,
    /// Where the next page begins.
    #[serde(skip)]
    #[diesel(sql_type = Text)]
    pub key: String,
}

/// What is asked of the rows of a change.
#[derive(Debug, Clone)]
pub struct ChangeRowsQuery<'a> {
    /// The change.
    pub change: ChangesQuery<'a>,
    /// The part.
    pub part: FigurePart,
    /// One cause alone.
    pub cause: Option<&'a str>,
    /// Where the page before ended: place and key of its last row.
    pub after: Option<(&'a str, &'a str)>,
    /// At most so many.
    pub limit: i64,
}

#[derive(QueryableByName)]
struct Group {
    #[diesel(sql_type = Nullable<Text>)]
    cause: Option<String>,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    before: i64,
    #[diesel(sql_type = BigInt)]
    after: i64,
}

struct Asked {
    organisation: Organisation,
    from: Basis,
    to: Basis,
    figure: Figure,
}

async fn asked(conn: &mut AsyncPgConnection, actor: &Actor, query: &ChangesQuery<'_>) -> Result<Asked> {
    let county = actor.scope.whole_county();
    let organisation = reported(conn, actor, query.organisation).await?;
    let to = Basis::of(conn, &county, query.to.0, query.to.1).await?;
    let figure = figures::find(query.figure, &to.words).or_missing("该指标")?;
    if query.from.0 > query.to.0 {
        return Err(Error::invalid(
            "from",
            format!("起始季度{}晚于截止季度{}；请把较早的季度填在from。", query.from.0, query.to.0),
        ));
    }
    let from = beginning(conn, &to, query.from, figure.numerator.table).await?;
    let number = |basis: &Basis| basis.revision.as_ref().map(|revision| revision.number);
    if query.from.0 == query.to.0 && number(&from) >= number(&to) {
        return Err(Error::invalid(
            "from_revision",
            format!(
                "{}的起始版本应早于截止版本；请填from_revision（较早的版本）和to_revision，或选择两个不同的季度。",
                query.from.0.title()
            ),
        ));
    }
    if figure.numerator.table == Table::Trail {
        policy::require(actor, Action::ReadTrail, &organisation.path())?;
    }
    Ok(Asked { organisation, from, to, figure })
}

/// The beginning of a change. Where no revision is asked for, the quarter before the end is as the end knows it: the
/// revision that it rests on, as in its report. (A baseline has no opening of its own.)
async fn beginning(
    conn: &mut AsyncPgConnection,
    to: &Basis,
    (quarter, number): (Quarter, Option<i32>),
    table: Table,
) -> Result<Basis> {
    if number.is_none()
        && quarter == to.quarter.previous()
        && let Some(previous) = to.previous(conn).await?
        && !(previous.is_baseline() && table == Table::Opening)
    {
        return Ok(previous);
    }
    Basis::of(conn, &to.county, quarter, number).await
}

impl Asked {
    fn ends(&self) -> Ends<'_> {
        Ends { from: &self.from, to: &self.to, organisation: &self.organisation.code }
    }

    /// What was counted of a part at both ends, and the groups of what differs.
    async fn groups(&self, conn: &mut AsyncPgConnection, part: &Part) -> Result<(i64, i64, Vec<CauseGroup>)> {
        let statement = format!(
            "{} SELECT cause, count(*) AS rows, coalesce(sum(before), 0)::bigint AS before, \
                coalesce(sum(after), 0)::bigint AS after FROM joined GROUP BY cause",
            self.ends().joined(part)
        );
        let found: Vec<Group> =
            self.to.ask(vec![self.organisation.code.clone()]).about(statement).load(conn).await?;
        let (before, after) =
            found.iter().fold((0, 0), |sums, group| (sums.0 + group.before, sums.1 + group.after));
        let of = |code: &str| {
            let group = found.iter().find(|group| group.cause.as_deref() == Some(code))?;
            Some(CauseGroup {
                cause: code.to_owned(),
                label: causes::name(code),
                rows: group.rows,
                amount: group.after - group.before,
            })
        };
        Ok((before, after, causes::CAUSES.iter().filter_map(|(code, _)| of(code)).collect()))
    }
}

/// The parts of a figure by their names.
fn parts(figure: &Figure) -> Vec<(&'static str, Part)> {
    let named = [
        ("numerator", FigurePart::Numerator),
        ("denominator", FigurePart::Denominator),
        ("before_numerator", FigurePart::BeforeNumerator),
        ("before_denominator", FigurePart::BeforeDenominator),
    ];
    named.into_iter().filter_map(|(name, part)| Some((name, part_of(figure, part).ok()?))).collect()
}

/// Why a figure changed: the groups of each of its parts.
///
/// # Errors
/// `Missing` for an unknown figure, organisation or revision; `Invalid` for ends in the wrong order; `Forbidden`;
/// `Refused` for a quarter that has not begun.
pub async fn figure_changes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &ChangesQuery<'_>,
) -> Result<FigureChange> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let asked = asked(conn, actor, query).await?;
        let mut changes = Vec::new();
        let mut counted: Vec<(Part, i64, i64)> = Vec::new();
        for (name, part) in parts(&asked.figure) {
            let (from, to, groups) = asked.groups(conn, &part).await?;
            counted.push((part, from, to));
            changes.push(PartChange { part: name, from, to, difference: to - from, groups });
        }
        // Whether a term before is on record follows from whom it had, who are not listed.
        if let Some(term) = asked.figure.comparison
            && !counted.iter().any(|(part, ..)| *part == term.known)
        {
            let (from, to, _) = asked.groups(conn, &term.known).await?;
            counted.push((term.known, from, to));
        }
        let count = |part: &Part, side: fn(&(Part, i64, i64)) -> i64| {
            counted.iter().find(|(known, ..)| known == part).map(side).unwrap_or_default()
        };
        let before = Value::of(&asked.figure, |part| count(part, |(_, from, _)| *from));
        let after = Value::of(&asked.figure, |part| count(part, |(.., to)| *to));
        Ok(FigureChange {
            code: asked.figure.code.clone(),
            label: asked.figure.label.clone(),
            unit: asked.figure.unit.code(),
            from: end(&asked.from, &before),
            to: end(&asked.to, &after),
            change: after.change(&before),
            parts: changes,
        })
    })
    .await
}

fn end(basis: &Basis, value: &Value) -> ChangeEnd {
    ChangeEnd {
        quarter: basis.quarter,
        revision: basis.revision.as_ref().map(|revision| revision.number),
        value: value.amount(),
        numerator: value.numerator,
        denominator: value.denominator,
    }
}

/// The rows that moved a part of a figure, and whether more follow.
///
/// # Errors
/// As [`figure_changes`]; `Missing` for a part that the figure does not have.
pub async fn figure_change_rows(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &ChangeRowsQuery<'_>,
) -> Result<(Vec<ChangeLine>, bool)> {
    let (place, key) = query.after.unwrap_or_default();
    let county = actor.scope.whole_county();
    let mut rows: Vec<ChangeLine> = db::read_snapshot(conn, &county, async |conn| {
        let asked = asked(conn, actor, &query.change).await?;
        let part = part_of(&asked.figure, query.part)?;
        let statement = format!("{}{PAGE}", asked.ends().joined(&part));
        let ask = asked.to.ask(vec![asked.organisation.code.clone()]);
        let question = ask
            .about(statement)
            .bind::<Text, _>(place.to_owned())
            .bind::<Text, _>(key.to_owned())
            .bind::<BigInt, _>(query.limit.saturating_add(1))
            .bind::<Nullable<Text>, _>(query.cause.map(str::to_owned));
        Ok(question.load(conn).await?)
    })
    .await?;
    let wanted = usize::try_from(query.limit).unwrap_or_default();
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    for row in &mut rows {
        causes::name(&row.cause).clone_into(&mut row.label);
    }
    Ok((rows, more))
}

/// A page of the rows that count otherwise, with their names.
const PAGE: &str = "\
, page AS (SELECT * FROM joined WHERE cause IS NOT NULL AND ($15::text IS NULL OR cause = $15)
        AND (place, key) > ($12 COLLATE \"C\", $13 COLLATE \"C\") ORDER BY place, key LIMIT $14)
SELECT page.subject, page.id, page.member,
    coalesce(p.name,
        CASE WHEN page.subject IN ('organisation', 'committee', 'award', 'rating', 'assessment') THEN here.name
            WHEN page.subject = 'training_class' THEN (SELECT c.name FROM training_classes c
                WHERE c.county_id = $1 AND c.id = page.id::uuid) END) AS name,
    nullif(split_part(page.to_path, '/', -2), '') AS branch_code, here.name AS branch_name,
    nullif(split_part(page.from_path, '/', -2), '') AS from_code, gone.name AS from_name,
    page.day, page.before, page.after, page.cause, page.cause AS label, page.place, page.key
FROM page
LEFT JOIN people p ON p.county_id = $1 AND p.id = page.person_id
LEFT JOIN organisations here ON here.county_id = $1 AND here.code = nullif(split_part(page.to_path, '/', -2), '')
LEFT JOIN organisations gone ON gone.county_id = $1 AND gone.code = nullif(split_part(page.from_path, '/', -2), '')
ORDER BY page.place, page.key";
