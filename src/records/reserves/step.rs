//! Records what people in the pool go on to do: secondment, posting to another village, return, appointment, leaving.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{OrganisationId, ReserveId};
use crate::base::policy::{self, Action};
use crate::records::organisations::Organisation;
use crate::records::reserves::candidates::{Candidate, candidates};
use crate::records::reserves::examine::{check_words, is_village};
use crate::records::reserves::model::{Reserve, ReserveState, StateSpell};
use crate::records::reserves::rules::{self, Refusal};
use crate::records::reserves::settings::{self, SettingsBook};
use crate::records::reserves::{queries, write};

/// What somebody goes on to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// Seconded to a village: only young people of college or above, as the county's settings of the day say.
    Second {
        /// Where.
        village: OrganisationId,
        /// As what.
        post: Option<String>,
    },
    /// Posted to a village other than his own.
    PostTo {
        /// Where.
        village: OrganisationId,
        /// As what.
        post: Option<String>,
    },
    /// Back in the pool.
    Return,
    /// Appointed; he leaves the pool by it.
    Appoint {
        /// Where; none: in his own village.
        village: Option<OrganisationId>,
        /// As what.
        post: String,
    },
    /// Out of the pool, with a reason.
    Leave,
}

impl StepKind {
    /// The state that it leads to.
    #[must_use]
    pub const fn state(&self) -> ReserveState {
        match self {
            Self::Second { .. } => ReserveState::Seconded,
            Self::PostTo { .. } => ReserveState::CrossVillage,
            Self::Return => ReserveState::InPool,
            Self::Appoint { .. } => ReserveState::Appointed,
            Self::Leave => ReserveState::Left,
        }
    }

    const fn action(&self) -> &'static str {
        match self {
            Self::Second { .. } => "reserves.second",
            Self::PostTo { .. } => "reserves.post",
            Self::Return => "reserves.return",
            Self::Appoint { .. } => "reserves.appoint",
            Self::Leave => "reserves.leave",
        }
    }

    fn village(&self) -> Option<OrganisationId> {
        match self {
            Self::Second { village, .. } | Self::PostTo { village, .. } => Some(*village),
            Self::Appoint { village, .. } => *village,
            Self::Return | Self::Leave => None,
        }
    }

    fn post(&self) -> Option<&str> {
        match self {
            Self::Second { post, .. } | Self::PostTo { post, .. } => post.as_deref(),
            Self::Appoint { post, .. } => Some(post),
            Self::Return | Self::Leave => None,
        }
    }
}

/// One step of one person.
#[derive(Debug, Clone)]
pub struct Step {
    /// The pool entry.
    pub reserve: ReserveId,
    /// The version that the actor saw; none: whatever stands there (imports and samples plan by themselves).
    pub version: Option<i32>,
    /// What he goes on to do.
    pub kind: StepKind,
    /// From when.
    pub on: NaiveDate,
    /// Why; a leaving needs one.
    pub reason: Option<String>,
}

impl Step {
    fn check(&self, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = check_words(self.kind.post(), self.reason.as_deref());
        if self.on > today {
            let message = format!("日期“{}”晚于今天，请填写已经发生的日期。", self.on);
            errors.push(FieldError::new("on", message, Some(&self.on.to_string())));
        }
        let said = self.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        if self.kind == StepKind::Leave && !said {
            errors.push(FieldError::new("reason", "请填写退出原因，供日后查证。", None));
        }
        if matches!(&self.kind, StepKind::Appoint { post, .. } if post.trim().is_empty()) {
            errors.push(FieldError::new("post", "请填写任用职务。", None));
        }
        errors
    }
}

impl From<Refusal> for Error {
    /// A wrong field, or a state that does not allow it.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotInThePool { .. } | Refusal::NothingToReturnFrom { .. } => {
                Self::Refused(refusal.to_string())
            }
            refusal => Self::invalid(refusal.field(), &refusal),
        }
    }
}

/// Records steps, one per person, all of one kind.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` with the wrong fields: somebody too old or with too little education for a
/// secondment, in post already, dead or put out of the Party, an unknown village, a day that does not come after the
/// present state; `Refused` where he is no longer in the pool.
pub async fn record(conn: &mut AsyncPgConnection, actor: &Actor, steps: &[Step]) -> Result<()> {
    carry_out(conn, actor, steps, false).await
}

/// Somebody of the pool who was given a seat in a committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The pool entry.
    pub reserve: ReserveId,
    /// The village of the committee.
    pub village: OrganisationId,
    /// As what.
    pub post: String,
    /// First day in the seat, and first day no longer in the pool.
    pub on: NaiveDate,
}

/// Ends stays in the pool, as appointed, of people who were given seats: who may sit, the committees have judged.
///
/// # Errors
/// `Missing`, `Forbidden`; `Invalid` for a day that does not come after the present state; `Refused` where somebody is no
/// longer in the pool.
pub async fn release(conn: &mut AsyncPgConnection, actor: &Actor, releases: &[Release]) -> Result<()> {
    let steps: Vec<Step> = releases
        .iter()
        .map(|release| Step {
            reserve: release.reserve,
            version: None,
            kind: StepKind::Appoint { village: Some(release.village), post: release.post.clone() },
            on: release.on,
            reason: Some("登记任职".to_owned()),
        })
        .collect();
    carry_out(conn, actor, &steps, true).await
}

/// `seated`: a seat was given already, so that to sit stands in nobody's way.
async fn carry_out(conn: &mut AsyncPgConnection, actor: &Actor, steps: &[Step], seated: bool) -> Result<()> {
    let today = clock::today();
    for step in steps {
        let errors = step.check(today);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
    }
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let ids: Vec<ReserveId> = steps.iter().map(|step| step.reserve).collect();
        let mut rows = queries::lock(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Reserve::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let asked: Vec<_> = rows.iter().zip(steps).map(|(row, step)| (row.person_id, step.on)).collect();
        let known = Known {
            people: candidates(conn, county, &asked).await?,
            villages: queries::organisations(conn, county, steps.iter().filter_map(|s| s.kind.village())).await?,
            book: settings::book(conn, county).await?,
        };
        let mut ends = Vec::with_capacity(rows.len());
        let mut spells = Vec::with_capacity(rows.len());
        for (row, step) in rows.iter_mut().zip(steps) {
            if step.version.is_some_and(|version| version != row.version) {
                return Err(Error::Stale);
            }
            known.refuse(row, step, seated)?;
            spells.push(spell(row, step));
            ends.push(json!({ "id": row.id, "day": step.on }));
            step.kind.state().code().clone_into(&mut row.state);
            row.state_from = step.on;
            row.left_on = (!step.kind.state().in_the_pool()).then_some(step.on);
        }
        end_open(conn, actor, ends).await?;
        write::add_states(conn, county, &spells).await?;
        write::update(conn, actor, &rows).await?;
        let action = steps.first().map_or("reserves.record", |step| step.kind.action());
        write::append(conn, actor, action, &rows, |row| {
            let step = steps.first();
            json!({
                "on": row.state_from, "state": row.state, "post": step.and_then(|step| step.kind.post()),
                "village": step.and_then(|step| step.kind.village()), "reason": step.and_then(|s| s.reason.as_deref()),
            })
        })
        .await
    })
    .await
}

/// What the records say of everybody and everything that the steps name.
struct Known {
    people: HashMap<(crate::base::ids::PersonId, NaiveDate), Candidate>,
    villages: HashMap<OrganisationId, Organisation>,
    book: SettingsBook,
}

impl Known {
    fn refuse(&self, row: &Reserve, step: &Step, seated: bool) -> Result<()> {
        let candidate =
            self.people.get(&(row.person_id, step.on)).ok_or(Error::Missing { what: "这名人员" })?;
        let name = candidate.name.as_str();
        let next = step.kind.state();
        let refused = rules::refuse_step(name, row.state()?, row.state_from, next, step.on);
        if let Some(refusal) = refused {
            return Err(refusal.into());
        }
        if let Some(id) = step.kind.village() {
            let village = self.villages.get(&id).filter(|village| is_village(village));
            village.ok_or_else(|| {
                Error::invalid(
                    "village",
                    "没有找到这个村（社区），任职的地方应是本县（区）的村或社区，请重新选择。",
                )
            })?;
        }
        let refusal = match &step.kind {
            StepKind::Leave => None,
            StepKind::Appoint { .. } if seated => None,
            StepKind::Return => rules::refuse_membership(name, &candidate.obstacles),
            StepKind::PostTo { village, .. } if *village == row.village_id => Some(Refusal::SameVillage),
            StepKind::PostTo { .. } => rules::refuse_membership(name, &candidate.obstacles),
            StepKind::Second { .. } => rules::refuse_membership(name, &candidate.obstacles).or_else(|| {
                let demanded = self.book.on(step.on)?;
                rules::refuse_secondment(name, candidate.birth_date, &candidate.education, step.on, demanded)
            }),
            StepKind::Appoint { .. } => rules::refuse_membership(name, &candidate.obstacles)
                .or_else(|| rules::refuse_seat(name, &candidate.obstacles)),
        };
        refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
    }
}

fn spell(row: &Reserve, step: &Step) -> StateSpell {
    let own = matches!(step.kind, StepKind::Appoint { .. }).then_some(row.village_id);
    StateSpell {
        reserve_id: row.id,
        state: step.kind.state().code().to_owned(),
        village_id: step.kind.village().or(own),
        post: step.kind.post().map(|post| post.trim().to_owned()).filter(|post| !post.is_empty()),
        reason: step
            .reason
            .as_ref()
            .map(|reason| reason.trim().to_owned())
            .filter(|reason| !reason.is_empty()),
        from_day: step.on,
        to_day: None,
    }
}

async fn end_open(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ends: Vec<serde_json::Value>,
) -> diesel::QueryResult<usize> {
    write::run(
        conn,
        actor.scope.county,
        "UPDATE reserve_states s SET to_day = n.day FROM jsonb_to_recordset($2) AS n (id uuid, day date) \
         WHERE s.county_id = $1 AND s.reserve_id = n.id AND s.to_day IS NULL",
        ends,
    )
    .await
}
