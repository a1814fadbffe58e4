//! The rows behind a figure: the rows of the same facts with the same filter, page by page.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::basis::Basis;
use super::facts::{TOP, inside};
use super::figures::{self, Figure, FigureValue, Part, Table};
use super::measure::weight;
use super::quarterly::{one_figure, reported};
use super::source::rows_of;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::organisations::Organisation;

/// Which part of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FigurePart {
    /// What is counted.
    #[default]
    Numerator,
    /// Over what.
    Denominator,
    /// What was counted in the term before, of a figure that is compared with it.
    BeforeNumerator,
    /// Over what in the term before.
    BeforeDenominator,
}

impl FigurePart {
    /// The name in an address.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Numerator => "numerator",
            Self::Denominator => "denominator",
            Self::BeforeNumerator => "before_numerator",
            Self::BeforeDenominator => "before_denominator",
        }
    }

    /// The Chinese name; none for what is counted.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Numerator => None,
            Self::Denominator => Some("分母"),
            Self::BeforeNumerator => Some("上届分子"),
            Self::BeforeDenominator => Some("上届分母"),
        }
    }

    /// The part of a name in an address.
    ///
    /// # Errors
    /// A Chinese sentence with the choice.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        match text {
            "numerator" => Ok(Self::Numerator),
            "denominator" => Ok(Self::Denominator),
            "before_numerator" => Ok(Self::BeforeNumerator),
            "before_denominator" => Ok(Self::BeforeDenominator),
            other => Err(format!(
                "“{other}”不是指标的组成部分；请填numerator（分子）、denominator（分母），\
                 或与上届比较的指标的before_numerator（上届分子）、before_denominator（上届分母）。"
            )),
        }
    }
}

/// Which rows are wanted.
#[derive(Debug, Clone)]
pub struct RowsQuery<'a> {
    /// Code of the figure.
    pub figure: &'a str,
    /// Code of the organisation.
    pub organisation: &'a str,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision; none: the latest, or live.
    pub revision: Option<i32>,
    /// The part.
    pub part: FigurePart,
    /// Where the page before ended: place and key of its last row.
    pub after: Option<(&'a str, &'a str)>,
    /// At most so many.
    pub limit: i64,
}

/// A row behind a figure. What it is about says `subject`: `member`, `organisation`, `rating`, `award`, `assessment`,
/// `reserve`, `training_class`, `entry` (of the trail), `person` (who sits in committees), `committee` or `seat`; of a
/// finding of data quality `kind` is its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct RowLine {
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
    /// Code of the organisation that he stands in, or came into.
    #[diesel(sql_type = Nullable<Text>)]
    pub branch_code: Option<String>,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub branch_name: Option<String>,
    /// Code of the organisation that he left.
    #[diesel(sql_type = Nullable<Text>)]
    pub from_code: Option<String>,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub from_name: Option<String>,
    /// What happened; of a person, his posts, one space between them.
    #[diesel(sql_type = Nullable<Text>)]
    pub kind: Option<String>,
    /// When.
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    /// What the row counts: 1, −1, or the amount of a mean.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// His place in the order of the list: where the next page begins.
    #[serde(skip)]
    #[diesel(sql_type = Text)]
    pub place: String,
    /// Where the next page begins.
    #[serde(skip)]
    #[diesel(sql_type = Text)]
    pub key: String,
}

/// One figure of an organisation.
///
/// # Errors
/// `Missing` for an unknown figure, organisation or revision; `Forbidden`; `Refused` for a quarter that has not begun.
pub async fn figure(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    code: &str,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<FigureValue> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, organisation).await?;
        let basis = Basis::of(conn, &county, quarter, revision).await?;
        let wanted = figures::find(code, &basis.words).or_missing("该指标")?;
        one_figure(conn, &basis, &organisation, wanted).await
    })
    .await
}

/// The rows behind a figure, and whether more follow. Rows of the trail only for whom may
/// read it.
///
/// # Errors
/// As [`figure`]; `Missing` for the denominator of a figure that has none.
pub async fn figure_rows(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &RowsQuery<'_>,
) -> Result<(Vec<RowLine>, bool)> {
    let mut rows: Vec<RowLine> =
        asked(conn, actor, query, query.limit.saturating_add(1), |rows| rows).await?;
    let wanted = usize::try_from(query.limit).unwrap_or_default();
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    Ok((rows, more))
}

/// How many rows are behind a figure, on all pages together.
///
/// # Errors
/// As [`figure_rows`].
pub async fn count_figure_rows(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &RowsQuery<'_>,
) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let all = RowsQuery { after: None, ..query.clone() };
    let count = |rows: String| format!("SELECT count(*) AS count FROM ({rows}) AS behind");
    let counted: Vec<Counted> = asked(conn, actor, &all, i64::MAX, count).await?;
    Ok(counted.iter().map(|counted| counted.count).sum())
}

/// Gives every row behind a figure to `take`, in the order of the list, all of one snapshot; `query.limit` are held at once.
///
/// # Errors
/// As [`figure_rows`], and those of `take`.
pub async fn each_figure_row(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &RowsQuery<'_>,
    mut take: impl FnMut(&RowLine) -> Result<()>,
) -> Result<()> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, query.organisation).await?;
        let basis = Basis::of(conn, &county, query.quarter, query.revision).await?;
        let figure = figures::find(query.figure, &basis.words).or_missing("该指标")?;
        let of = (&basis, &organisation, &figure);
        let full = usize::try_from(query.limit).unwrap_or_default();
        let (mut place, mut key) = (String::new(), String::new());
        loop {
            let after = (place.as_str(), key.as_str());
            let rows: Vec<RowLine> =
                page(conn, actor, of, query.part, after, query.limit, |rows| rows).await?;
            rows.iter().try_for_each(&mut take)?;
            let Some(last) = rows.last().filter(|_| rows.len() >= full) else { return Ok(()) };
            (place, key) = (last.place.clone(), last.key.clone());
        }
    })
    .await
}

/// What a statement over the rows answers, at most `limit` of them.
async fn asked<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &RowsQuery<'_>,
    limit: i64,
    over: impl FnOnce(String) -> String,
) -> Result<Vec<T>>
where
    T: QueryableByName<diesel::pg::Pg> + Send + 'static,
{
    let (place, key) = query.after.unwrap_or_default();
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, query.organisation).await?;
        let basis = Basis::of(conn, &county, query.quarter, query.revision).await?;
        let figure = figures::find(query.figure, &basis.words).or_missing("该指标")?;
        page(conn, actor, (&basis, &organisation, &figure), query.part, (place, key), limit, over).await
    })
    .await
}

/// What a statement over the rows after a place answers.
async fn page<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    (basis, organisation, figure): (&Basis, &Organisation, &Figure),
    part: FigurePart,
    (place, key): (&str, &str),
    limit: i64,
    over: impl FnOnce(String) -> String,
) -> Result<Vec<T>>
where
    T: QueryableByName<diesel::pg::Pg> + Send + 'static,
{
    let part = part_of(figure, part)?;
    if part.table == Table::Trail {
        policy::require(actor, Action::ReadTrail, &organisation.path())?;
    }
    let statement = over(statement(basis, organisation, part));
    let asked = basis
        .ask(vec![organisation.code.clone()])
        .about(statement)
        .bind::<Text, _>(place.to_owned())
        .bind::<Text, _>(key.to_owned())
        .bind::<BigInt, _>(limit);
    Ok(asked.load(conn).await?)
}

pub(super) fn part_of(figure: &Figure, part: FigurePart) -> Result<Part> {
    match part {
        FigurePart::Numerator => Ok(figure.numerator),
        FigurePart::Denominator => figure.denominator.or_missing("该指标的分母"),
        FigurePart::BeforeNumerator => {
            figure.comparison.map(|term| term.numerator).or_missing("该指标的上届分子")
        }
        FigurePart::BeforeDenominator => {
            figure.comparison.and_then(|term| term.denominator).or_missing("该指标的上届分母")
        }
    }
}

/// What a row is about, its id, its key in the order of the list, its person, what happened, and when.
pub(super) fn columns(table: Table) -> &'static str {
    match table {
        Table::Organisations => {
            "'organisation' AS subject, f.code AS id, f.code AS key, NULL::uuid AS member, NULL::uuid AS person_id, \
             f.kind, NULL::date AS day"
        }
        Table::Members | Table::Opening => {
            "'member' AS subject, f.membership_id::text AS id, f.membership_id::text AS key, f.membership_id AS member, \
             f.person_id, NULL::text AS kind, NULL::date AS day"
        }
        Table::Flow => {
            "'member' AS subject, f.membership_id::text AS id, \
             concat_ws(' ', to_char(f.day, 'YYYY-MM-DD'), f.membership_id, f.kind) AS key, f.membership_id AS member, \
             f.person_id, f.kind, f.day"
        }
        Table::Ratings => {
            "'rating' AS subject, f.rating_id::text AS id, concat_ws(' ', f.rating_id, f.state) AS key, f.membership_id AS member, \
             f.person_id, f.state AS kind, NULL::date AS day"
        }
        Table::Awards => {
            "'award' AS subject, f.award_id::text AS id, f.award_id::text AS key, NULL::uuid AS member, \
             NULL::uuid AS person_id, f.kind, f.given_on AS day"
        }
        Table::Reserves => {
            "'reserve' AS subject, f.reserve_id::text AS id, f.reserve_id::text AS key, NULL::uuid AS member, \
             f.person_id, f.state AS kind, f.state_from AS day"
        }
        Table::ReserveVillages => {
            "'organisation' AS subject, split_part(f.path, '/', -2) AS id, split_part(f.path, '/', -2) AS key, \
             NULL::uuid AS member, NULL::uuid AS person_id, NULL::text AS kind, NULL::date AS day"
        }
        Table::Assessments => {
            "'assessment' AS subject, f.assessment_id::text AS id, f.assessment_id::text AS key, NULL::uuid AS member, \
             NULL::uuid AS person_id, CASE WHEN f.has_flag THEN 'flag' END AS kind, NULL::date AS day"
        }
        Table::Trail => {
            "'entry' AS subject, f.sequence::text AS id, to_char(f.sequence, 'FM000000000000000000') AS key, \
             NULL::uuid AS member, NULL::uuid AS person_id, f.action AS kind, \
             (f.at AT TIME ZONE 'Asia/Shanghai')::date AS day"
        }
        Table::Seats => {
            "'person' AS subject, f.person_id::text AS id, f.person_id::text AS key, \
             (SELECT m.id FROM memberships m WHERE m.county_id = $1 AND m.person_id = f.person_id \
                ORDER BY m.from_day DESC LIMIT 1) AS member, f.person_id, f.posts AS kind, NULL::date AS day"
        }
        Table::Training => {
            "'member' AS subject, f.membership_id::text AS id, f.membership_id::text AS key, f.membership_id AS member, \
             f.person_id, CASE WHEN f.passed_on IS NOT NULL THEN 'trained' END AS kind, f.passed_on AS day"
        }
        Table::TrainingClasses => {
            "'training_class' AS subject, f.class_id::text AS id, f.class_id::text AS key, NULL::uuid AS member, \
             NULL::uuid AS person_id, f.kind, f.last_day AS day"
        }
        Table::TrainingAttendances => {
            "'member' AS subject, f.membership_id::text AS id, \
             concat_ws(' ', to_char(f.last_day, 'YYYY-MM-DD'), f.class_id, f.membership_id) AS key, \
             f.membership_id AS member, f.person_id, 'attended' AS kind, f.last_day AS day"
        }
        Table::Findings => {
            "f.subject_kind AS subject, \
             CASE WHEN f.subject_kind = 'organisation' THEN split_part(f.path, '/', -2) ELSE f.subject_id::text END AS id, \
             concat_ws(' ', f.rule, f.subject_id) AS key, \
             CASE WHEN f.subject_kind = 'member' THEN f.subject_id END AS member, f.person_id, f.rule AS kind, \
             NULL::date AS day"
        }
        Table::Committees => {
            "'committee' AS subject, f.committee_id::text AS id, f.committee_id::text AS key, NULL::uuid AS member, \
             NULL::uuid AS person_id, f.committee_kind AS kind, f.day"
        }
    }
}

fn statement(basis: &Basis, organisation: &Organisation, part: Part) -> String {
    let code_of = |path: &str| format!("nullif(split_part({path}, '/', -2), '')");
    format!(
        "WITH counted AS ( \
            SELECT {columns}, f.from_path, f.to_path, \
                coalesce(f.to_path, f.from_path) COLLATE \"C\" AS place, ({amount})::bigint AS own, \
                {leaves} AS leaves, {arrives} AS arrives \
            FROM ({rows}) f WHERE {filter}), \
         page AS ( \
            SELECT counted.*, own * {weight} AS amount FROM counted \
            WHERE {weight} <> 0 AND (place, key COLLATE \"C\") > ($12 COLLATE \"C\", $13 COLLATE \"C\") \
            ORDER BY place, key COLLATE \"C\" LIMIT $14) \
         SELECT page.subject, page.id, page.member, \
            coalesce(p.name, CASE WHEN page.subject IN ('organisation', 'committee', 'award', 'rating', 'assessment') THEN here.name \
                WHEN page.subject = 'training_class' THEN (SELECT c.name FROM training_classes c \
                    WHERE c.county_id = $1 AND c.id = page.id::uuid) END) AS name, \
            {to_code} AS branch_code, here.name AS branch_name, {from_code} AS from_code, gone.name AS from_name, \
            page.kind, page.day, page.amount, page.place, page.key \
         FROM page \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = page.person_id \
         LEFT JOIN organisations here ON here.county_id = $1 AND here.code = {to_code} \
         LEFT JOIN organisations gone ON gone.county_id = $1 AND gone.code = {from_code} \
         ORDER BY page.place, page.key COLLATE \"C\"",
        columns = columns(part.table),
        amount = part.sum.unwrap_or("1"),
        leaves = inside("f.from_path", TOP),
        arrives = inside("f.to_path", TOP),
        rows = rows_of(part.table, basis, &organisation.code),
        filter = part.condition(),
        weight = weight(part.side),
        to_code = code_of("page.to_path"),
        from_code = code_of("page.from_path"),
    )
}
