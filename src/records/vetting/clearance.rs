//! What appointments ask of checks: whether somebody may take a seat, and what becomes of his check when he does.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Jsonb, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{CandidateCheckId, CountyId, OrganisationId, PersonId, SeatId};
use crate::base::scope::Scope;
use crate::base::values::{CommitteeKind, Post};
use crate::records::vetting::model::CheckState;
use crate::records::vetting::progress::UNDISCLOSED;
use crate::records::vetting::sight::Sight;
use crate::records::words::{self, WordBook};

/// Whose check is asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::records) struct Ask {
    /// The village.
    pub village: OrganisationId,
    /// The committee.
    pub kind: CommitteeKind,
    /// The term.
    pub term: i32,
    /// The post; none where only the committee matters.
    pub post: Option<Post>,
    /// The person.
    pub person: PersonId,
    /// The first day in the seat.
    pub day: NaiveDate,
}

/// What stands of somebody for a term on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::records) enum Clearance {
    /// The county had no list on that day.
    NothingAsked,
    /// Filed in time.
    Filed(CandidateCheckId),
    /// In post by a check of this term already.
    InPost,
    /// Not as the county wants it.
    Lacking {
        /// Whether nobody is appointed without.
        is_demanded: bool,
        /// What is missing.
        cause: Cause,
    },
}

/// What is missing of a check.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::records) enum Cause {
    /// None was ever made.
    None,
    /// It has come only so far.
    Only(CheckState),
    /// It held only until a day.
    Until(NaiveDate),
    /// It was filed only on a day after the seat was taken.
    FiledOn(NaiveDate),
    /// It is not filed; why, is not for whoever asks.
    Undisclosed,
    /// It was filed for another post: told, and never refused.
    OtherPost {
        /// Name of that post.
        post: String,
        /// The check, where nobody is in post by it yet.
        filed: Option<CandidateCheckId>,
    },
}

impl Cause {
    /// The cause as a sentence about somebody who takes a seat.
    pub fn told(&self, name: &str) -> String {
        self.told_on(name, "任职日期")
    }

    /// The cause as a sentence about somebody, `day` being what the day asked about is called.
    pub fn told_on(&self, name: &str, day: &str) -> String {
        let label = day;
        match self {
            Self::None => format!("{name}没有经过任职资格联审，请先提名联审并备案"),
            Self::Only(CheckState::Proposed) => {
                format!("{name}的任职资格联审还没有完成，请待各部门联审并备案后再任职")
            }
            Self::Only(CheckState::Vetted) => {
                format!("{name}的任职资格联审还没有备案，请待县（区）备案后再任职")
            }
            Self::Only(CheckState::Rejected) => {
                format!("{name}没有通过本届任职资格联审，不能任职，请另提人选")
            }
            Self::Only(state) => format!("{name}的任职资格联审{state}，请重新提名联审并备案"),
            Self::Until(last) => {
                format!("{name}的任职资格联审有效期至{last}，已过期，请重新提名联审并备案")
            }
            Self::FiledOn(day) => {
                format!("{name}的任职资格联审{day}才备案，晚于{label}，请核对{label}")
            }
            Self::Undisclosed => format!("{name}的任职资格{UNDISCLOSED}"),
            Self::OtherPost { post, .. } => format!(
                "{name}本届任职资格联审的职务是{post}，与所任职务不一致，请核对，或按所任职务重新提名联审并备案"
            ),
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<Bool>)]
    is_demanded: Option<bool>,
    #[diesel(sql_type = Nullable<Uuid>)]
    id: Option<CandidateCheckId>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    valid_until: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    filed_on: Option<NaiveDate>,
    /// The post that was vetted for, where it is another one than the post asked for.
    #[diesel(sql_type = Nullable<Text>)]
    other_post: Option<String>,
}

impl Row {
    /// What the check is for, where that is another post.
    fn other(&self, words: &WordBook, filed: Option<CandidateCheckId>) -> Option<Clearance> {
        let post = words.post_name(self.other_post.as_deref()?).to_owned();
        Some(Clearance::Lacking { is_demanded: false, cause: Cause::OtherPost { post, filed } })
    }

    fn clearance(&self, day: NaiveDate, sight: &Sight, words: &WordBook) -> Result<Clearance> {
        let Some(is_demanded) = self.is_demanded else { return Ok(Clearance::NothingAsked) };
        let (Some(id), Some(state)) = (self.id, self.state.as_deref()) else {
            return Ok(Clearance::Lacking { is_demanded, cause: Cause::None });
        };
        let stored = CheckState::parse(state).map_err(Error::broken)?;
        let is_open = matches!(stored, CheckState::Proposed | CheckState::Vetted | CheckState::Rejected);
        if is_open && !sight.is_any() {
            return Ok(Clearance::Lacking { is_demanded, cause: Cause::Undisclosed });
        }
        Ok(match (stored.on(self.valid_until, day), self.valid_until) {
            (CheckState::Filed, _) => match self.filed_on.filter(|filed_on| *filed_on > day) {
                Some(late) => Clearance::Lacking { is_demanded, cause: Cause::FiledOn(late) },
                None => self.other(words, Some(id)).unwrap_or(Clearance::Filed(id)),
            },
            (CheckState::InPost, _) => self.other(words, None).unwrap_or(Clearance::InPost),
            (CheckState::Expired, Some(last)) => {
                Clearance::Lacking { is_demanded, cause: Cause::Until(last) }
            }
            (state, _) => Clearance::Lacking { is_demanded, cause: Cause::Only(state) },
        })
    }
}

/// What stands of some people, in the order asked. Of several checks of one term the one that came furthest counts;
/// a rejection counts before what was withdrawn, and one filed for the very post before one for another. Whoever was vetted
/// for any post of a committee may be a plain member of it. The causes say no more than `sight` covers: findings are read
/// by everybody who sees records, and plans of imports are kept.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records) async fn clearances(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    asks: &[Ask],
    sight: &Sight,
) -> Result<Vec<Clearance>> {
    if asks.is_empty() {
        return Ok(Vec::new());
    }
    let values: Vec<Value> = asks
        .iter()
        .enumerate()
        .map(|(number, ask)| {
            let is_plain = matches!(ask.post, Some(Post::Member | Post::SupervisionMember));
            json!({ "number": number, "village": ask.village, "kind": ask.kind.code(), "term": ask.term,
                "post": ask.post.map(Post::code), "is_plain": is_plain, "person": ask.person, "day": ask.day })
        })
        .collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT n.number, l.is_demanded, k.id, k.state, k.valid_until, k.filed_on, \
            CASE WHEN k.post <> n.post AND NOT n.is_plain THEN k.post END AS other_post \
         FROM jsonb_to_recordset($2) AS n (number integer, village uuid, kind text, term integer, post text, \
            is_plain boolean, person uuid, day date) \
         LEFT JOIN vetting_checklists l ON l.county_id = $1 AND l.from_day <= n.day \
            AND (l.to_day IS NULL OR n.day < l.to_day) \
         LEFT JOIN LATERAL (SELECT k.id, k.state, k.valid_until, k.filed_on, k.post FROM candidate_checks k \
            WHERE k.county_id = $1 AND k.village_id = n.village AND k.committee_kind = n.kind \
                AND k.term_ordinal = n.term AND k.person_id = n.person \
            ORDER BY coalesce(k.post = n.post AND k.state IN ('filed', 'in_post'), false) DESC, \
                array_position(ARRAY['filed', 'in_post', 'vetted', 'proposed', 'rejected', 'expired', 'withdrawn'], \
                k.state), k.proposed_on DESC LIMIT 1) k ON true",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Jsonb, _>(Value::Array(values))
    .load(conn)
    .await?;
    let words = if rows.iter().any(|row| row.other_post.is_some()) {
        words::book(conn, within.county).await?
    } else {
        WordBook::default()
    };
    let by_number: HashMap<i32, Row> = rows.into_iter().map(|row| (row.number, row)).collect();
    let row = |(number, ask): (usize, &Ask)| {
        let row = i32::try_from(number).ok().and_then(|number| by_number.get(&number));
        row.ok_or_else(|| Error::broken("an appointment without an answer"))?
            .clearance(ask.day, sight, &words)
    };
    asks.iter().enumerate().map(row).collect()
}

/// A check whose candidate took a seat.
#[derive(Debug, Clone, Copy)]
pub(in crate::records) struct Cleared {
    /// The check.
    pub check: CandidateCheckId,
    /// The seat.
    pub seat: SeatId,
}

/// Moves filed checks to in post. The entry of the appointment tells of it.
///
/// # Errors
/// `Stale` where a check is no longer filed.
pub(in crate::records) async fn take_office(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    cleared: &[Cleared],
) -> Result<()> {
    let Some(written) = move_all(conn, actor.scope.county, &actor.name, cleared).await? else {
        return Ok(());
    };
    if written == cleared.len() { Ok(()) } else { Err(Error::Stale) }
}

#[derive(QueryableByName)]
struct FiledAgain {
    #[diesel(sql_type = Uuid)]
    id: CandidateCheckId,
}

const UNDER_WAY: &str = "\
任职记录没有删除：此人本届任职所依据的任职资格联审要退回“已备案”，但他同一届另有一份联审正在进行。请先撤回那一份，再删除。";

/// Takes checks back to filed whose seats are removed as mistakes: the check itself was none. Answers them, for the entry
/// of the removal.
///
/// # Errors
/// `Refused` where another check of the same candidate for the same term is under way.
pub(in crate::records) async fn vacate(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    seats: &[SeatId],
) -> Result<Vec<CandidateCheckId>> {
    let again: Vec<FiledAgain> = diesel::sql_query(
        "UPDATE candidate_checks SET state = 'filed', seat_id = NULL, version = version + 1, updated_at = now(), \
            updated_by = $3 WHERE county_id = $1 AND seat_id = ANY ($2) RETURNING id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(seats)
    .bind::<Text, _>(&actor.name)
    .load(conn)
    .await
    .constraint("candidate_checks_open_key", || Error::Refused(UNDER_WAY.to_owned()))?;
    Ok(again.into_iter().map(|check| check.id).collect())
}

async fn move_all(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    name: &str,
    cleared: &[Cleared],
) -> QueryResult<Option<usize>> {
    if cleared.is_empty() {
        return Ok(None);
    }
    let values = cleared.iter().map(|one| json!({ "id": one.check, "seat": one.seat })).collect();
    diesel::sql_query(
        "UPDATE candidate_checks k SET state = 'in_post', seat_id = n.seat, version = k.version + 1, \
         updated_at = now(), updated_by = $3 FROM jsonb_to_recordset($2) AS n (id uuid, seat uuid) \
         WHERE k.county_id = $1 AND k.id = n.id AND k.state = 'filed'",
    )
    .bind::<Uuid, _>(county)
    .bind::<Jsonb, _>(Value::Array(values))
    .bind::<Text, _>(name)
    .execute(conn)
    .await
    .map(Some)
}
