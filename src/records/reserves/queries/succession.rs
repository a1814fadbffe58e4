//! Who could follow, village by village: how deep the reserve is, who guides it, when the term ends, who is ready.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{OrganisationId, ReserveId};
use crate::base::scope::Scope;
use crate::base::values::{MembershipStatus, completed_years};
use crate::records::reserves::model::{Grade, ReserveKind, ReserveState};
use crate::records::reserves::settings::{self, Settings};

/// At most so many villages at once: more than any county has.
const MOST: i64 = 2_000;

/// Days in the pool after which somebody may be called ready.
const SEASONED: i64 = 365;

/// Somebody in the pool, as far as succession goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// The entry.
    pub id: ReserveId,
    /// His name.
    pub name: String,
    /// Which list.
    pub kind: ReserveKind,
    /// What he does.
    pub state: ReserveState,
    /// Completed years when the term of his village ends ([`VillageDepth::at`]).
    pub age: u32,
    /// Whether he is guided as demanded, by mentors who have not left.
    pub is_guided: bool,
    /// Whether he is ready, and what speaks for it: in the pool for a year, guided as demanded, and judged qualified or
    /// better at his last review. Nobody who died or was put out of the Party is.
    pub ready: Option<Vec<String>>,
    /// What he still lacks to be ready; nothing where he is.
    pub lacks: Vec<String>,
}

/// A village and its reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageDepth {
    /// The village.
    pub village: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The day by which the next election of its Party organisation is due, where a term is on record.
    pub due_day: Option<NaiveDate>,
    /// The day on which ages are told: when that term ends, or the day asked about where it is over or none is on record.
    pub at: NaiveDate,
    /// Everybody in its pool, the ready first.
    pub people: Vec<Successor>,
    /// How many reserve cadres it needs at least.
    pub minimum: usize,
}

impl VillageDepth {
    /// How many reserve cadres it has.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.people.iter().filter(|one| one.kind == ReserveKind::ReserveCadre).count()
    }

    /// Whether it has fewer reserve cadres than it needs.
    #[must_use]
    pub fn is_below(&self) -> bool {
        self.depth() < self.minimum
    }

    /// Whether it would have fewer than it needs if one left.
    #[must_use]
    pub fn hangs_on_one(&self) -> bool {
        self.depth() == self.minimum && self.minimum > 0
    }
}

#[derive(QueryableByName)]
struct VillageRow {
    #[diesel(sql_type = Uuid)]
    id: OrganisationId,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Date>)]
    due_day: Option<NaiveDate>,
}

const VILLAGES: &str = "\
SELECT o.id, o.code, o.name, term.due_day FROM organisations o
LEFT JOIN LATERAL (SELECT t.due_day FROM committees c
    JOIN committee_terms t ON t.county_id = c.county_id AND t.committee_id = c.id
        AND t.from_day <= $4 AND (t.ended_on IS NULL OR $4 < t.ended_on)
    WHERE c.county_id = o.county_id AND c.village_id = o.id AND c.kind = 'village_party' LIMIT 1) term ON true
WHERE o.county_id = $1 AND o.path >= $2 AND o.path < $3 AND o.kind IN ('village', 'community')
    AND (o.founded_on IS NULL OR o.founded_on <= $4) AND (o.dissolved_on IS NULL OR $4 < o.dissolved_on)
ORDER BY o.path LIMIT $5";

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Uuid)]
    id: ReserveId,
    #[diesel(sql_type = Uuid)]
    village_id: OrganisationId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Date)]
    entered_on: NaiveDate,
    #[diesel(sql_type = Date)]
    birth_date: NaiveDate,
    #[diesel(sql_type = Text)]
    education: String,
    #[diesel(sql_type = Bool)]
    is_guided: bool,
    #[diesel(sql_type = Nullable<Text>)]
    grade: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    membership_status: Option<String>,
}

const PEOPLE: &str = "\
WITH pool AS (SELECT id, village_id, person_id, kind, state, entered_on, sort_key FROM reserves
    WHERE county_id = $1 AND path >= $2 AND path < $3 AND left_on IS NULL AND entered_on <= $4)
SELECT r.id, r.village_id, p.name, r.kind, r.state, r.entered_on, p.birth_date, p.education,
    coalesce(guides.leaders, 0) >= $5 AND coalesce(guides.secretaries, 0) >= $6 AS is_guided, judged.grade,
    known.membership_status
FROM pool r JOIN people p ON p.county_id = $1 AND p.id = r.person_id
LEFT JOIN find_pool_candidates($1, ARRAY(SELECT DISTINCT person_id FROM pool),
    ARRAY(SELECT $4::date FROM pool GROUP BY person_id)) known ON known.person_id = r.person_id
LEFT JOIN (SELECT m.reserve_id, count(*) FILTER (WHERE m.kind = 'township_leader') AS leaders,
        count(*) FILTER (WHERE m.kind = 'village_secretary') AS secretaries FROM reserve_mentors m
    LEFT JOIN find_mentors_who_left($1, $4, ARRAY(SELECT id FROM pool)) l ON l.mentor_id = m.id
    WHERE m.county_id = $1 AND m.reserve_id IN (SELECT id FROM pool)
        AND m.from_day <= $4 AND (m.to_day IS NULL OR $4 < m.to_day) AND l.mentor_id IS NULL
    GROUP BY m.reserve_id) guides ON guides.reserve_id = r.id
LEFT JOIN (SELECT DISTINCT ON (reserve_id) reserve_id, grade FROM reserve_reviews
    WHERE county_id = $1 AND reserve_id IN (SELECT id FROM pool) AND reviewed_on <= $4
    ORDER BY reserve_id, reviewed_on DESC) judged ON judged.reserve_id = r.id
ORDER BY r.village_id, r.sort_key, r.id";

/// Every village of a scope with its reserve on a day: a fixed number of statements.
///
/// # Errors
/// Whatever the database answers.
pub async fn succession(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
) -> Result<Vec<VillageDepth>> {
    let book = settings::book(conn, within.county).await?;
    let demanded = book.on(day);
    let villages: Vec<VillageRow> = diesel::sql_query(VILLAGES)
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Date, _>(day)
        .bind::<BigInt, _>(MOST)
        .load(conn)
        .await?;
    let people: Vec<PersonRow> = diesel::sql_query(PEOPLE)
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Date, _>(day)
        .bind::<Integer, _>(demanded.map_or(0, |settings| settings.township_leaders))
        .bind::<Integer, _>(demanded.map_or(0, |settings| settings.village_secretaries))
        .load(conn)
        .await?;
    let minimum = demanded.map_or(0, |settings| settings.minimum_per_village);
    let minimum = usize::try_from(minimum).unwrap_or_default();
    let mut by_village: HashMap<OrganisationId, Vec<PersonRow>> = HashMap::new();
    for row in people {
        by_village.entry(row.village_id).or_default().push(row);
    }
    let depth = |row: VillageRow| -> Result<VillageDepth> {
        let at = row.due_day.map_or(day, |due| due.max(day));
        let rows = by_village.remove(&row.id).unwrap_or_default();
        let mut people =
            rows.into_iter().map(|one| successor(one, day, at, demanded)).collect::<Result<Vec<_>>>()?;
        people.sort_by_key(|one| one.ready.is_none());
        Ok(VillageDepth {
            village: row.id,
            code: row.code,
            name: row.name,
            due_day: row.due_day,
            at,
            people,
            minimum,
        })
    };
    villages.into_iter().map(depth).collect()
}

fn successor(
    row: PersonRow,
    day: NaiveDate,
    at: NaiveDate,
    demanded: Option<&Settings>,
) -> Result<Successor> {
    let age = completed_years(row.birth_date, day).unwrap_or_default();
    let grade = row.grade.as_deref().map(Grade::parse).transpose().map_err(Error::broken)?;
    let seasoned = (day - row.entered_on).num_days() >= SEASONED;
    let good = grade.filter(|grade| matches!(grade, Grade::Excellent | Grade::Qualified));
    let status = row.membership_status.as_deref().map(MembershipStatus::parse).transpose();
    let status = status.map_err(Error::broken)?;
    let gone = status.filter(|status| *status == MembershipStatus::Deceased || status.is_removal());
    let fit = seasoned && row.is_guided && gone.is_none();
    let ready = fit.then_some(good).flatten().map(|grade| {
        let mut reasons =
            vec!["入库满一年".to_owned(), "帮带到位".to_owned(), format!("考核{}", grade.name())];
        let young = demanded.is_some_and(|settings| {
            i64::from(age) <= i64::from(settings.secondment_age)
                && settings.secondment_education.is_reached_by(&row.education)
        });
        if young {
            reasons.push("符合挂职条件".to_owned());
        }
        reasons
    });
    let judged = if grade.is_some() { "最近一次考核未达合格" } else { "尚未考核" };
    let lacks = [
        gone.map(MembershipStatus::name),
        (!seasoned).then_some("入库不满一年"),
        (!row.is_guided).then_some("帮带不到位"),
        good.is_none().then_some(judged),
    ];
    Ok(Successor {
        id: row.id,
        name: row.name,
        kind: ReserveKind::parse(&row.kind).map_err(Error::broken)?,
        state: ReserveState::parse(&row.state).map_err(Error::broken)?,
        age: completed_years(row.birth_date, at).unwrap_or_default(),
        is_guided: row.is_guided,
        ready,
        lacks: lacks.into_iter().flatten().map(str::to_owned).collect(),
    })
}

/// What waits for whoever keeps the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Waiting {
    /// People in the pool of whom no mentor wrote within the days that are demanded.
    #[diesel(sql_type = BigInt)]
    pub without_note: i64,
    /// Villages with fewer reserve cadres than demanded.
    #[diesel(sql_type = BigInt)]
    pub villages_below: i64,
    /// People in the pool with a mentor who left and goes on guiding on paper.
    #[diesel(sql_type = BigInt)]
    pub mentors_left: i64,
}

/// What waits for whoever keeps the pool of a scope on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(conn: &mut AsyncPgConnection, within: &Scope, day: NaiveDate) -> Result<Waiting> {
    let book = settings::book(conn, within.county).await?;
    let nothing = Waiting { without_note: 0, villages_below: 0, mentors_left: 0 };
    let Some(demanded) = book.on(day) else { return Ok(nothing) };
    let waiting = diesel::sql_query(
        "SELECT (SELECT count(*) FROM reserves r \
            WHERE r.county_id = $1 AND r.path >= $2 AND r.path < $3 AND r.left_on IS NULL AND r.entered_on < $4 - $5 \
                AND NOT EXISTS (SELECT FROM mentor_notes n WHERE n.county_id = r.county_id AND n.reserve_id = r.id \
                    AND n.noted_on >= $4 - $5)) AS without_note, \
         (SELECT count(*) FROM organisations o \
            LEFT JOIN (SELECT village_id, count(*) AS depth FROM reserves \
                WHERE county_id = $1 AND path >= $2 AND path < $3 AND left_on IS NULL AND kind = 'reserve_cadre' \
                GROUP BY village_id) c ON c.village_id = o.id \
            WHERE o.county_id = $1 AND o.path >= $2 AND o.path < $3 AND o.kind IN ('village', 'community') \
                AND (o.founded_on IS NULL OR o.founded_on <= $4) AND (o.dissolved_on IS NULL OR $4 < o.dissolved_on) \
                AND coalesce(c.depth, 0) < $6) AS villages_below, \
         (SELECT count(DISTINCT l.reserve_id) FROM find_mentors_who_left($1, $4, ARRAY(SELECT id FROM reserves \
            WHERE county_id = $1 AND path >= $2 AND path < $3 AND left_on IS NULL)) l) AS mentors_left",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(day)
    .bind::<Integer, _>(demanded.days_between_notes)
    .bind::<Integer, _>(demanded.minimum_per_village)
    .get_result(conn)
    .await?;
    Ok(waiting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn village(cadres: usize, minimum: usize) -> VillageDepth {
        let one = Successor {
            id: ReserveId(uuid::Uuid::nil()),
            name: "向明".to_owned(),
            kind: ReserveKind::ReserveCadre,
            state: ReserveState::InPool,
            age: 30,
            is_guided: true,
            ready: None,
            lacks: vec!["尚未考核".to_owned()],
        };
        let talent = Successor { kind: ReserveKind::LocalTalent, ..one.clone() };
        let people = std::iter::repeat_n(one, cadres).chain([talent]).collect();
        VillageDepth {
            village: OrganisationId(uuid::Uuid::nil()),
            code: String::new(),
            name: String::new(),
            due_day: None,
            at: NaiveDate::MIN,
            people,
            minimum,
        }
    }

    #[test]
    fn talent_does_not_count_for_the_depth() {
        assert_eq!(village(2, 2).depth(), 2);
        assert!(village(1, 2).is_below() && !village(2, 2).is_below());
        assert!(
            village(2, 2).hangs_on_one() && !village(3, 2).hangs_on_one() && !village(1, 2).hangs_on_one()
        );
    }
}
