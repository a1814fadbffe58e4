//! Who has never been trained in a programme, those first who are most at risk of never being.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::ids::{MembershipId, TrainingProgrammeId};
use crate::base::keys::KeyRing;
use crate::base::values::completed_years;
use crate::records::members::{self, MemberCard};
use crate::records::training::coverage::{Question, asked};
use crate::records::training::queries;

/// Where a page of those never trained ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OutstandingPlace {
    /// Number of his [`Risk`].
    pub risk: i32,
    /// Since when he is to be trained.
    pub since: NaiveDate,
    /// Pinyin of the name.
    pub sort_key: String,
    /// The member.
    pub id: MembershipId,
}

/// How likely somebody is never to be trained: by whether a class is in sight for him, and whether he can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// On no roll, and floating or out of contact.
    OutOfReach,
    /// On no roll.
    Unplanned,
    /// On the roll of a coming class, but floating or out of contact.
    MayMiss,
    /// On the roll of a coming class.
    Planned,
}

impl Risk {
    /// Every risk, the greatest first.
    pub const ALL: [Self; 4] = [Self::OutOfReach, Self::Unplanned, Self::MayMiss, Self::Planned];

    /// The code in addresses and answers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OutOfReach => "out_of_reach",
            Self::Unplanned => "unplanned",
            Self::MayMiss => "may_miss",
            Self::Planned => "planned",
        }
    }

    /// What it is called in a list.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutOfReach => "未报名且流动或失联",
            Self::Unplanned => "未报名",
            Self::MayMiss => "已报名但流动或失联",
            Self::Planned => "已报名",
        }
    }

    fn of(number: i32) -> Self {
        let place = usize::try_from(number).unwrap_or_default();
        Self::ALL.get(place).copied().unwrap_or(Self::Planned)
    }
}

/// Somebody who has never been trained in a programme. Telephones are masked.
#[derive(Debug, Clone)]
pub struct Outstanding {
    /// The member, as he stands today.
    pub card: MemberCard,
    /// His age on the day asked, in completed years.
    pub age: u32,
    /// How likely he is never to be.
    pub risk: Risk,
    /// Since when he is to be trained: the beginning of the programme, or of his membership here.
    pub since: NaiveDate,
    /// Number and first day of the coming class on whose roll he stands.
    pub coming: Option<(String, NaiveDate)>,
    /// Where a page ends that ends with him.
    pub place: OutstandingPlace,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: MembershipId,
    #[diesel(sql_type = Integer)]
    risk: i32,
    #[diesel(sql_type = Date)]
    since: NaiveDate,
    #[diesel(sql_type = Text)]
    sort_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    class_code: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    class_day: Option<NaiveDate>,
}

/// Which of those never trained are wanted.
#[derive(Debug, Clone, Default)]
pub struct OutstandingFilter {
    /// Only those of this risk.
    pub risk: Option<Risk>,
    /// Only those on no roll of a coming class.
    pub unplanned_only: bool,
}

/// A page of those whom a programme is to train and who passed none of its classes by a day, of the organisation of a
/// code and below, after a place, at most `limit`. Ordered by [`Risk`], then by how long they are to be trained, then by
/// name. Coming classes are those that are planned or open and end on that day or later.
/// Call it with a connection for reports, as [`coverage`](super::coverage()).
///
/// # Errors
/// As [`coverage`](super::coverage()); `Broken` where a key does not fit.
#[expect(clippy::too_many_arguments, reason = "each says something else of the page")]
pub async fn outstanding(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    programme: TrainingProgrammeId,
    organisation: &str,
    day: NaiveDate,
    filter: &OutstandingFilter,
    after: Option<&OutstandingPlace>,
    limit: i64,
) -> Result<Vec<Outstanding>> {
    let county = actor.scope.whole_county();
    db::read(conn, &county, async |conn| {
        let organisation = asked(conn, actor, organisation).await?;
        let record = queries::programme(conn, actor.scope.county, programme).await?;
        let demand = record.demand_on(day).or_missing("这项轮训计划的要求")?;
        let question = Question::new(conn, actor, &record, demand, &organisation, day).await?;
        diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
        let found: Vec<Found> = question
            .about(page(&question.roster()))
            .bind::<Date, _>(record.programme.from_day)
            .bind::<Nullable<Integer>, _>(filter.risk.map(number))
            .bind::<Bool, _>(filter.unplanned_only)
            .bind::<Nullable<Integer>, _>(after.map(|place| place.risk))
            .bind::<Nullable<Date>, _>(after.map(|place| place.since))
            .bind::<Nullable<Text>, _>(after.map(|place| place.sort_key.clone()))
            .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
            .bind::<BigInt, _>(limit)
            .load(conn)
            .await?;
        let ids: Vec<MembershipId> = found.iter().map(|one| one.id).collect();
        let cards = members::queries::by_ids(conn, &county, keys, &ids).await?;
        let mut cards: HashMap<MembershipId, MemberCard> =
            cards.into_iter().map(|card| (card.membership.id, card)).collect();
        let line = |one: Found| {
            let card = cards.remove(&one.id)?;
            Some(Outstanding {
                age: completed_years(card.person.birth_date, day).unwrap_or_default(),
                card,
                risk: Risk::of(one.risk),
                since: one.since,
                coming: one.class_code.zip(one.class_day),
                place: OutstandingPlace {
                    risk: one.risk,
                    since: one.since,
                    sort_key: one.sort_key,
                    id: one.id,
                },
            })
        };
        Ok(found.into_iter().filter_map(line).collect())
    })
    .await
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many [`outstanding`] lists in all its pages.
///
/// # Errors
/// As [`outstanding`].
pub async fn count_outstanding(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
    organisation: &str,
    day: NaiveDate,
    filter: &OutstandingFilter,
) -> Result<i64> {
    let county = actor.scope.whole_county();
    db::read(conn, &county, async |conn| {
        let organisation = asked(conn, actor, organisation).await?;
        let record = queries::programme(conn, actor.scope.county, programme).await?;
        let demand = record.demand_on(day).or_missing("这项轮训计划的要求")?;
        let question = Question::new(conn, actor, &record, demand, &organisation, day).await?;
        diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
        let found: Total = question
            .about(format!("{} SELECT count(*) AS total {WANTED}", missing(&question.roster())))
            .bind::<Date, _>(record.programme.from_day)
            .bind::<Nullable<Integer>, _>(filter.risk.map(number))
            .bind::<Bool, _>(filter.unplanned_only)
            .get_result(conn)
            .await?;
        Ok(found.total)
    })
    .await
}

fn number(risk: Risk) -> i32 {
    Risk::ALL
        .iter()
        .zip(0i32..)
        .find_map(|(one, number)| (*one == risk).then_some(number))
        .unwrap_or_default()
}

/// `missing`: those who passed no class, with what a page shows and orders by.
fn missing(roster: &str) -> String {
    format!(
        "{roster}, \
         missing AS (SELECT r.id, m.sort_key, greatest(m.from_day, $11::date) AS since, e.class_code, e.class_day, \
                CASE WHEN e.class_code IS NULL THEN 0 ELSE 2 END \
                    + CASE WHEN a.membership_id IS NULL THEN 1 ELSE 0 END AS risk \
            FROM roster r JOIN memberships m ON m.county_id = $1 AND m.id = r.id JOIN placed t ON t.id = r.branch_id \
            LEFT JOIN (SELECT DISTINCT ON (e.membership_id) e.membership_id, c.code AS class_code, \
                    c.first_day AS class_day \
                FROM training_classes c JOIN training_enrolments e ON e.county_id = $1 AND e.class_id = c.id \
                    AND e.withdrawn_on IS NULL \
                WHERE c.county_id = $1 AND c.programme_id = $2 AND c.state IN ('planned', 'open') \
                    AND c.kind = 'class' AND c.last_day >= $3 \
                ORDER BY e.membership_id, c.first_day) e ON e.membership_id = r.id \
            LEFT JOIN (SELECT DISTINCT membership_id FROM membership_absences WHERE county_id = $1 \
                AND from_day <= $3 AND (to_day IS NULL OR $3 < to_day)) a ON a.membership_id = r.id \
            WHERE r.passed_on IS NULL AND strpos('/' || t.path, '/' || $10 || '/') > 0)"
    )
}

/// Those of a filter.
const WANTED: &str =
    "FROM missing WHERE ($12::integer IS NULL OR risk = $12) AND NOT ($13 AND class_code IS NOT NULL)";

fn page(roster: &str) -> String {
    format!(
        "{} SELECT id, risk, since, sort_key, class_code, class_day {WANTED} \
            AND ($14::integer IS NULL OR (risk, since, sort_key, id) > ($14, $15::date, $16 COLLATE \"C\", $17::uuid)) \
         ORDER BY risk, since, sort_key, id LIMIT $18",
        missing(roster)
    )
}
