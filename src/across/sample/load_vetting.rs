//! Lets a sample county vet some candidates through the verbs: the public list, its departments, and people of the pool
//! who stand at every step of the way.

use chrono::{Days, NaiveDate};
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::ids::CandidateCheckId;
use crate::base::keys::KeyRing;
use crate::base::values::{CommitteeKind, Post};
use crate::records::people::Who;
use crate::records::vetting::{
    self, Answer, Decision, End, FileCheck, Propose, RecordVerdicts, SetChecklist, VerdictResult, sample_list,
};

use super::Loaded;
use super::model::{SampleCounty, SampleReserve};

/// How many candidates a county has at most.
const CANDIDATES: usize = 24;

/// How far somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Some departments answered; the day is not over.
    UnderWay,
    /// Some departments answered; the day is over.
    Late,
    /// All answered.
    Vetted,
    /// Filed.
    Filed,
    /// Caught by an item, and rejected.
    Rejected,
    /// Filed so long ago that it no longer holds.
    Expired,
}

impl Step {
    const ALL: [Self; 6] =
        [Self::UnderWay, Self::Late, Self::Vetted, Self::Filed, Self::Rejected, Self::Expired];

    /// How many days ago he was proposed.
    const fn days_ago(self) -> u64 {
        match self {
            Self::UnderWay => 3,
            Self::Late => 25,
            Self::Vetted => 14,
            Self::Filed | Self::Rejected => 40,
            Self::Expired => 260,
        }
    }

    /// Up to which item departments answered.
    const fn answered(self) -> i32 {
        match self {
            Self::UnderWay => 5,
            Self::Late => 11,
            _ => 99,
        }
    }
}

fn before(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

/// Sets the list and the departments, and vets candidates out of the pool.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_vetting(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: &SampleCounty,
    loaded: &Loaded,
    today: NaiveDate,
) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    vetting::set_departments(conn, &actor, &sample_list::departments()).await?;
    vetting::set_checklist(conn, &actor, &[list(county, today)]).await?;
    let waiting: Vec<&SampleReserve> = county
        .reserves
        .iter()
        .filter(|one| one.steps.is_empty() && one.entered_on < before(today, 300))
        .collect();
    // From all over the county, not all of its first village.
    let stride = (waiting.len() / CANDIDATES).max(1);
    let chosen: Vec<(&SampleReserve, Step)> =
        waiting.into_iter().step_by(stride).take(CANDIDATES).zip(Step::ALL.into_iter().cycle()).collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let mut proposals = Vec::with_capacity(chosen.len());
    for (one, step) in &chosen {
        proposals.push(proposal(county, one, before(today, step.days_ago()))?);
    }
    let ids = vetting::propose(conn, &actor, keys, &proposals).await?;
    let checks: Vec<(CandidateCheckId, Step)> =
        ids.into_iter().zip(chosen.into_iter().map(|(_, step)| step)).collect();
    let answers: Vec<RecordVerdicts> =
        checks.iter().map(|(check, step)| answers(*check, *step, today)).collect();
    vetting::record_verdicts(conn, &actor, keys, &answers).await?;
    decide(conn, &actor, keys, &checks, today).await
}

fn list(county: &SampleCounty, today: NaiveDate) -> SetChecklist {
    SetChecklist {
        from_day: before(today, 400),
        name: format!("{}村（社区）干部任职资格负面清单", county.name),
        is_demanded: false,
        days_to_answer: 15,
        months_valid: 6,
        source: "公开清单归纳，示范数据".to_owned(),
        items: sample_list::items(),
    }
}

/// The term that candidates stand for: one that has not begun.
fn next_term(county: &SampleCounty) -> i32 {
    county.committee_terms.iter().map(|term| term.ordinal).max().unwrap_or_default().saturating_add(1)
}

fn proposal(county: &SampleCounty, one: &SampleReserve, on: NaiveDate) -> Result<Propose> {
    let village = county.organisations.get(one.village);
    let village = village.ok_or_else(|| Error::broken("a sample names a place that it does not have"))?;
    Ok(Propose {
        village: village.code.clone(),
        kind: CommitteeKind::VillageCommittee,
        term: next_term(county),
        post: Post::Member,
        who: Who::Named { name: one.person.name.clone(), citizen_id: one.person.citizen_id.clone() },
        on,
        note: None,
    })
}

/// What departments say: nothing, as a rule; the rejected are on the list of defaulters, some of the filed are away.
fn answers(check: CandidateCheckId, step: Step, today: NaiveDate) -> RecordVerdicts {
    let on = before(today, step.days_ago().saturating_sub(if step == Step::UnderWay { 1 } else { 7 }));
    let answers =
        sample_list::items().into_iter().filter(|item| item.number <= step.answered()).map(|item| {
            let (result, evidence) = match (step, item.number) {
                (Step::Rejected, 12) => {
                    (VerdictResult::Block, Some("执行信息公开系统在列，尚未履行（示范数据）"))
                }
                (Step::Filed, 13) => (VerdictResult::Flag, Some("上半年在外务工两个月，已返村（示范数据）")),
                _ => (VerdictResult::Clear, None),
            };
            Answer {
                item: item.number,
                result,
                evidence: evidence.map(str::to_owned),
                answered_by: "联审经办人".to_owned(),
                answered_on: on,
            }
        });
    RecordVerdicts { check, version: None, answers: answers.collect() }
}

async fn decide(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    checks: &[(CandidateCheckId, Step)],
    today: NaiveDate,
) -> Result<()> {
    let decision = |check: CandidateCheckId, step: Step| Decision {
        check,
        version: None,
        on: before(today, step.days_ago().saturating_sub(10)),
    };
    let filed = checks.iter().filter(|(_, step)| matches!(step, Step::Filed | Step::Expired));
    let filed: Vec<FileCheck> = filed
        .map(|(check, step)| FileCheck {
            decision: decision(*check, *step),
            number: "组备〔示范〕1号".to_owned(),
            reason: Some("情况已核实，不影响履职".to_owned()),
        })
        .collect();
    let rejected = checks.iter().filter(|(_, step)| *step == Step::Rejected);
    let rejected: Vec<End> = rejected
        .map(|(check, step)| End {
            decision: decision(*check, *step),
            reason: "属于负面清单第12项情形".to_owned(),
        })
        .collect();
    if !filed.is_empty() {
        vetting::file(conn, actor, keys, &filed).await?;
    }
    if !rejected.is_empty() {
        vetting::reject(conn, actor, keys, &rejected).await?;
    }
    Ok(())
}
