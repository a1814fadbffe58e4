//! What the records say of members for the roll of a class, and why somebody does not stand on it.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Jsonb, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CountyId, MembershipId, TrainingClassId};
use crate::base::scope::{Path, Scope};
use crate::base::values::MembershipStatus;
use crate::records::training::model::{Class, words};
use crate::records::training::write;

/// A member as far as it bears on his place in a class.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Candidate {
    #[diesel(sql_type = Uuid)]
    pub class_id: TrainingClassId,
    #[diesel(sql_type = Uuid)]
    pub membership_id: MembershipId,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Where he stands today.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// Where he stood on the first day of the class.
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Text)]
    pub occupation: String,
    #[diesel(sql_type = Date)]
    pub from_day: NaiveDate,
    /// His status on the last day of the class, and since when.
    #[diesel(sql_type = Nullable<Text>)]
    pub status: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    pub status_from: Option<NaiveDate>,
    /// What the programme demands on the first day of the class.
    #[diesel(sql_type = Nullable<Text>)]
    pub statuses: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub occupations: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_enrolled: bool,
    #[diesel(sql_type = Bool)]
    pub is_trained: bool,
    #[diesel(sql_type = Bool)]
    pub has_attended: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub other_code: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    pub other_first: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    pub other_last: Option<NaiveDate>,
}

const CANDIDATES: &str = "\
SELECT n.class_id, n.membership_id, p.name, m.path, coalesce(o.path, m.path) AS place, m.occupation, m.from_day,
    s.status, s.from_day AS status_from, d.statuses, d.occupations,
    e.class_id IS NOT NULL AND e.withdrawn_on IS NULL AS is_enrolled, t.class_id IS NOT NULL AS is_trained,
    a.class_id IS NOT NULL AS has_attended, x.code AS other_code, x.first_day AS other_first, x.last_day AS other_last
FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid)
JOIN training_classes c ON c.county_id = $1 AND c.id = n.class_id
JOIN memberships m ON m.county_id = $1 AND m.id = n.membership_id
JOIN people p ON p.county_id = $1 AND p.id = m.person_id
LEFT JOIN training_demands d ON d.county_id = $1 AND d.programme_id = c.programme_id
    AND d.from_day <= c.first_day AND (d.to_day IS NULL OR c.first_day < d.to_day)
LEFT JOIN membership_statuses s ON s.county_id = $1 AND s.membership_id = m.id
    AND s.from_day <= c.last_day AND (s.to_day IS NULL OR c.last_day < s.to_day)
LEFT JOIN branch_memberships b ON b.county_id = $1 AND b.membership_id = m.id
    AND b.from_day <= c.first_day AND (b.to_day IS NULL OR c.first_day < b.to_day)
LEFT JOIN organisations o ON o.county_id = $1 AND o.id = b.branch_id
LEFT JOIN training_enrolments e ON e.county_id = $1 AND e.class_id = c.id AND e.membership_id = m.id
LEFT JOIN training_attendances a ON a.county_id = $1 AND a.class_id = c.id AND a.membership_id = m.id
LEFT JOIN training_completions t ON t.county_id = $1 AND t.programme_id = c.programme_id AND t.membership_id = m.id
LEFT JOIN LATERAL (SELECT k.code, k.first_day, k.last_day FROM training_enrolments y
    JOIN training_classes k ON k.county_id = $1 AND k.id = y.class_id
    WHERE y.county_id = $1 AND y.membership_id = m.id AND y.withdrawn_on IS NULL AND y.kind = 'class'
        AND y.class_id <> c.id AND y.first_day <= c.last_day AND y.last_day >= c.first_day
    ORDER BY y.first_day LIMIT 1) x ON c.kind = 'class'";

/// Everybody asked about who is on record in the county, by class and member. Its transaction sees the whole county: the
/// caller looks at [`Candidate::is_seen`] before it tells anything of a member.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn candidates(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    asked: &[(TrainingClassId, MembershipId)],
) -> Result<HashMap<(TrainingClassId, MembershipId), Candidate>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Candidate> = diesel::sql_query(CANDIDATES)
        .bind::<Uuid, _>(county)
        .bind::<Jsonb, _>(Value::Array(write::pairs(asked)))
        .load(conn)
        .await?;
    Ok(found.into_iter().map(|one| ((one.class_id, one.membership_id), one)).collect())
}

/// Why somebody does not stand on a roll, or his attendance is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody whom the actor sees.
    #[error("没有找到这名党员，或者不在您的管理范围内，请重新选择。")]
    Unknown,
    /// Named twice.
    #[error("“{0}”在同一班次中出现了两次，只能保留一次，请核对。")]
    Twice(String),
    /// On the roll already.
    #[error("“{0}”已经在该班次的名单中，不必重复报名。")]
    Enrolled(String),
    /// Not a member on the day.
    #[error("“{name}”自{from}起才在册，班次{last_day}结束时还不是党员，请核对班次或人员。")]
    TooEarly {
        /// His name.
        name: String,
        /// First day in the register.
        from: NaiveDate,
        /// Last day of the class.
        last_day: NaiveDate,
    },
    /// Dead, removed, or otherwise out of the register.
    #[error(
        "“{name}”的党籍状态自{since}起为“{status}”，班次{last_day}结束时已不在册，不能计入参训，请核对。"
    )]
    Gone {
        /// His name.
        name: String,
        /// His status.
        status: MembershipStatus,
        /// Since when.
        since: NaiveDate,
        /// Last day of the class.
        last_day: NaiveDate,
    },
    /// Not among those whom the programme trains.
    #[error("“{name}”的{what}不在轮训计划的对象范围内，请核对计划要求，或改报其他计划的班次。")]
    NotInTheProgramme {
        /// His name.
        name: String,
        /// What does not fit.
        what: &'static str,
    },
    /// Outside the audience of the class.
    #[error("“{0}”不在该班次的参训范围内，请改报本单位或上级的班次。")]
    OutsideTheAudience(String),
    /// In another class at the time.
    #[error(
        "“{name}”已在同期的班次“{code}”名单中（{first_day}至{last_day}），不能同时参加两个班；请先从那个班次撤下，或另选班次。"
    )]
    Elsewhere {
        /// His name.
        name: String,
        /// The other class.
        code: String,
        /// Its first day.
        first_day: NaiveDate,
        /// Its last day.
        last_day: NaiveDate,
    },
    /// Named for another class at the time by the same list.
    #[error(
        "“{name}”在同一份名单中还参加了同期的班次“{code}”（{first_day}至{last_day}），一名党员同一时间只能参加一个班；请核对后只保留一个。"
    )]
    TwoAtOnce {
        /// His name.
        name: String,
        /// The other class.
        code: String,
        /// Its first day.
        first_day: NaiveDate,
        /// Its last day.
        last_day: NaiveDate,
    },
    /// No place is left.
    #[error("班次“{code}”名额{places}人，已满，“{name}”未能报名；请增加名额或另选班次。")]
    Full {
        /// The class.
        code: String,
        /// Its places.
        places: i32,
        /// His name.
        name: String,
    },
    /// Trained in this programme already; only who is enrolled with his branch is left out for it.
    #[error("“{0}”在本轮计划中已经轮训合格，随支部报名时不再列入；确需参加的请单独报名。")]
    Trained(String),
    /// Not on the roll of a class that takes nobody else.
    #[error("“{0}”没有报名该班次，且该班次不接收临时参训；请核对人员，或先在班次中允许临时参训。")]
    NotEnrolled(String),
    /// His attendance is entered already.
    #[error("“{0}”在该班次的参训情况已经登记，每人每班只登记一次；需要更改的请用更正。")]
    Attended(String),
}

impl Refusal {
    /// As an error of the field `member`.
    #[must_use]
    pub fn field(&self) -> FieldError {
        FieldError::new("member", self, None)
    }
}

impl Candidate {
    /// Where he stands today.
    pub(super) fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// Whether whoever acts in a scope may be told of him.
    pub(super) fn is_seen(&self, within: &Scope) -> bool {
        within.path.contains(&self.path())
    }

    /// Whether he was in the register on the last day of the class.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown status.
    pub(super) fn refuse_register(&self, class: &Class) -> Result<Option<Refusal>> {
        let (name, last_day) = (self.name.clone(), class.last_day);
        let (Some(status), Some(since)) = (&self.status, self.status_from) else {
            return Ok(Some(Refusal::TooEarly { name, from: self.from_day, last_day }));
        };
        let status = MembershipStatus::parse(status).map_err(Error::broken)?;
        if status.in_register() {
            return Ok(None);
        }
        Ok(Some(Refusal::Gone { name, status, since, last_day }))
    }

    /// Whether he may be enrolled in a class.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown status.
    pub(super) fn refuse_enrolment(&self, class: &Class) -> Result<Option<Refusal>> {
        let name = || self.name.clone();
        if self.is_enrolled {
            return Ok(Some(Refusal::Enrolled(name())));
        }
        if let Some(refusal) = self.refuse_register(class)? {
            return Ok(Some(refusal));
        }
        let outside = |what| Refusal::NotInTheProgramme { name: name(), what };
        let wanted = |list: &Option<String>| words(list.as_deref().unwrap_or_default());
        let statuses = wanted(&self.statuses);
        if self.status.as_ref().is_none_or(|status| !statuses.contains(status)) {
            return Ok(Some(outside("党籍状态")));
        }
        let occupations = wanted(&self.occupations);
        if !occupations.is_empty() && !occupations.contains(&self.occupation) {
            return Ok(Some(outside("工作岗位")));
        }
        let audience = class.path();
        if !audience.contains(&Path::stored(self.place.clone())) && !audience.contains(&self.path()) {
            return Ok(Some(Refusal::OutsideTheAudience(name())));
        }
        Ok(self.elsewhere())
    }

    /// The other class that he attends at the time.
    pub(super) fn elsewhere(&self) -> Option<Refusal> {
        Some(Refusal::Elsewhere {
            name: self.name.clone(),
            code: self.other_code.clone()?,
            first_day: self.other_first?,
            last_day: self.other_last?,
        })
    }
}
