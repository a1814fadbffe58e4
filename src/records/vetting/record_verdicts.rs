//! Records what departments say, item by item. A correction is a new revision; the last missing answer completes a check.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{CandidateCheckId, VerdictId};
use crate::base::keys::{KeyRing, Secret};
use crate::base::{clock, db};
use crate::records::vetting::model::{
    CandidateCheck, CheckState, Checklist, Finding, Item, Verdict, VerdictResult,
};
use crate::records::vetting::rules::{self, Act, Refusal};
use crate::records::vetting::sight::{self, Sight};
use crate::records::vetting::{queries, write};

/// What a department says of one item.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Number of the item.
    pub item: i32,
    /// What it says.
    pub result: VerdictResult,
    /// On what it rests; needed for everything but clear.
    pub evidence: Option<String>,
    /// Who answers for the department.
    pub answered_by: String,
    /// When.
    pub answered_on: NaiveDate,
}

/// Answers for one candidate.
#[derive(Debug, Clone)]
pub struct RecordVerdicts {
    /// The check.
    pub check: CandidateCheckId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// What is said; what was said before of the same items stays on record below it.
    pub answers: Vec<Answer>,
}

/// Records answers. Those that say what stands there already are left out. Who answers for a department gives answers to
/// its items alone.
///
/// # Errors
/// `Forbidden` for whoever answers for nobody; `Missing`, `Stale`; `Invalid` with everything that is wrong with the
/// answers; `Refused` where the state does not allow it.
pub async fn record_verdicts(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[RecordVerdicts],
) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let own = sight::of(conn, actor).await?;
        sight::require(&own)?;
        let wanted: Vec<_> = commands.iter().map(|command| (command.check, command.version)).collect();
        let mut rows = write::lock(conn, &actor.scope, &wanted).await?;
        // Whether a check is complete is seen by its whole sheet; the answer to the caller shows no more than his part.
        sight::open(conn, actor, &Sight::County).await?;
        let sheets = Sheets::read(conn, actor, keys, &rows).await?;
        let mut written: Vec<(usize, Verdict)> = Vec::new();
        for (number, (row, command)) in rows.iter_mut().zip(commands).enumerate() {
            let stored = CheckState::parse(&row.state).map_err(Error::broken)?;
            Act::Answer.refuse(stored, row.valid_until, today)?;
            let verdicts = sheets.judge(actor, &own, row, command, today)?;
            sheets.complete(row, &verdicts)?;
            written.extend(verdicts.into_iter().map(|verdict| (number, verdict)));
        }
        let told = |row: &CandidateCheck| {
            let of = written.iter().filter(|(_, verdict)| verdict.check == row.id);
            json!({
                "items": of.clone().map(|(_, verdict)| verdict.item).collect::<Vec<_>>(),
                "corrected": of.filter(|(_, verdict)| verdict.revision > 1).count(), "state": row.state,
            })
        };
        insert(conn, actor, keys, &rows, &written).await?;
        write::update(conn, actor, &rows).await?;
        sight::close(conn).await?;
        let county = actor.scope.whole_county().path;
        write::append(conn, actor, "vetting.record_verdicts", Some(&county), &rows, told).await
    })
    .await
}

/// The lists and the present verdicts of some checks.
struct Sheets {
    checklists: Vec<Checklist>,
    items: Vec<Item>,
    verdicts: Vec<Verdict>,
}

impl Sheets {
    async fn read(
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        keys: &KeyRing,
        rows: &[CandidateCheck],
    ) -> Result<Self> {
        let county = actor.scope.county;
        let lists: Vec<_> = rows.iter().map(|row| row.checklist_id).collect();
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        Ok(Self {
            checklists: queries::checklists(conn, county).await?,
            items: queries::items(conn, county, &lists).await?,
            verdicts: queries::present_verdicts(conn, county, keys, &ids).await?,
        })
    }

    fn item(&self, row: &CandidateCheck, number: i32) -> Option<&Item> {
        self.items.iter().find(|item| item.checklist_id == row.checklist_id && item.number == number)
    }

    fn present(&self, row: &CandidateCheck, number: i32) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.check == row.id && verdict.item == number)
    }

    /// The verdicts that a command makes.
    fn judge(
        &self,
        actor: &Actor,
        own: &Sight,
        row: &CandidateCheck,
        command: &RecordVerdicts,
        today: NaiveDate,
    ) -> Result<Vec<Verdict>> {
        let mut errors = Vec::new();
        let mut seen = HashSet::new();
        let mut verdicts = Vec::new();
        for answer in &command.answers {
            let Some(item) = self.item(row, answer.item) else {
                errors.push(Refusal::NoItem(answer.item));
                continue;
            };
            let present = self.present(row, answer.item);
            let finding = finding(answer);
            let same = |verdict: &Verdict| {
                verdict.finding == finding && verdict.answered_by == answer.answered_by.trim()
            };
            if present.is_some_and(same) {
                continue;
            }
            let wrong = if !seen.insert(answer.item) {
                Some(Refusal::ItemTwice(answer.item))
            } else if !own.covers(item.department_id) {
                Some(Refusal::OtherDepartment(answer.item))
            } else if answer.answered_on > today {
                Some(Refusal::Future(answer.answered_on))
            } else if answer.answered_on < row.proposed_on {
                Some(Refusal::BeforeProposal { on: answer.answered_on, proposed_on: row.proposed_on })
            } else {
                let severity = item.severity()?;
                rules::refuse_answer(
                    answer.item,
                    severity,
                    answer.result,
                    answer.evidence.as_deref(),
                    &answer.answered_by,
                )
            };
            errors.extend(wrong);
            verdicts.push(Verdict {
                id: VerdictId::new(),
                check: row.id,
                item: answer.item,
                revision: present.map_or(0, |verdict| verdict.revision).saturating_add(1),
                department: item.department_id,
                finding,
                answered_by: answer.answered_by.trim().to_owned(),
                answered_on: answer.answered_on,
                created_by: actor.name.clone(),
            });
        }
        if command.answers.is_empty() {
            errors.push(Refusal::Nothing);
        }
        if errors.is_empty() {
            return Ok(verdicts);
        }
        let field = |refusal: &Refusal| FieldError::new("verdicts", refusal, None);
        Err(Error::Invalid(errors.iter().map(field).collect()))
    }

    /// A check whose every item has an answer is vetted, from the day of the last one.
    fn complete(&self, row: &mut CandidateCheck, new: &[Verdict]) -> Result<()> {
        let mut answered: HashMap<i32, NaiveDate> = HashMap::new();
        let present = self.verdicts.iter().filter(|verdict| verdict.check == row.id);
        for verdict in present.chain(new) {
            answered.insert(verdict.item, verdict.answered_on);
        }
        let mut items = self.items.iter().filter(|item| item.checklist_id == row.checklist_id);
        let last = answered.values().max().copied();
        if row.state == CheckState::Proposed.code()
            && items.all(|item| answered.contains_key(&item.number))
            && let Some(last) = last
        {
            let list = self.checklists.iter().find(|list| list.id == row.checklist_id);
            let months = list.ok_or_else(|| Error::broken("a check without a list"))?.months_valid;
            CheckState::Vetted.code().clone_into(&mut row.state);
            row.vetted_on = Some(last);
            row.valid_until = Some(rules::valid_until(last, months));
        }
        Ok(())
    }
}

fn finding(answer: &Answer) -> Finding {
    let evidence =
        answer.evidence.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Finding { result: answer.result, evidence }
}

async fn insert(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    rows: &[CandidateCheck],
    written: &[(usize, Verdict)],
) -> Result<()> {
    let mut values = Vec::with_capacity(written.len());
    for (number, verdict) in written {
        let row = rows.get(*number).ok_or_else(|| Error::broken("a check too few"))?;
        let plain = serde_json::to_vec(&verdict.finding).map_err(Error::broken)?;
        let cipher = keys.seal(Secret::Verdict, verdict.id.0, &plain).map_err(Error::broken)?;
        values.push(json!({
            "id": verdict.id, "check_id": row.id, "checklist_id": row.checklist_id, "item_number": verdict.item,
            "revision": verdict.revision, "department_id": verdict.department, "verdict": hex::encode(cipher),
            "answered_by": verdict.answered_by, "answered_on": verdict.answered_on, "created_by": actor.name,
        }));
    }
    write::run(
        conn,
        actor.scope.county,
        "INSERT INTO candidate_verdicts (county_id, id, check_id, checklist_id, item_number, revision, department_id, \
         verdict_cipher, answered_by, answered_on, created_by) \
         SELECT $1, n.id, n.check_id, n.checklist_id, n.item_number, n.revision, n.department_id, \
         decode(n.verdict, 'hex'), n.answered_by, n.answered_on, n.created_by \
         FROM jsonb_to_recordset($2) AS n (id uuid, check_id uuid, checklist_id uuid, item_number integer, \
         revision integer, department_id uuid, verdict text, answered_by text, answered_on date, created_by text)",
        values,
    )
    .await
    .constraint("candidate_verdicts_revision_key", || Error::Stale)?;
    Ok(())
}
