//! What a check looks like in JSON.

use chrono::NaiveDate;
use utoipa::ToSchema;

use crate::base::clock;
use crate::records::vetting::queries::{Card, Sheet, SheetItem};
use crate::records::vetting::sight::Sight;
use crate::web::api::reserves::VillageJson;

/// The candidate.
#[derive(serde::Serialize, ToSchema)]
pub struct CandidateJson {
    id: String,
    name: String,
    sex: String,
    birth_date: NaiveDate,
    /// GB/T 4658 code.
    education: String,
}

/// What was said of an item, for those who vet.
#[derive(serde::Serialize, ToSchema)]
pub struct VerdictJson {
    /// 1, and one more with every correction.
    revision: i32,
    /// `clear`, `flag` or `block`.
    result: String,
    evidence: Option<String>,
    /// Who answered for the department.
    answered_by: String,
    answered_on: NaiveDate,
    entered_by: String,
}

/// An item of the list, for those who vet.
#[derive(serde::Serialize, ToSchema)]
pub struct VerdictItemJson {
    number: i32,
    text: String,
    /// `block` or `flag`.
    severity: String,
    /// Code of the department that answers.
    department: String,
    /// What holds; null while nobody answered.
    verdict: Option<VerdictJson>,
    /// What was said before, the latest first.
    earlier: Vec<VerdictJson>,
}

/// The vetting of one candidate for one term of a committee.
#[derive(serde::Serialize, ToSchema)]
pub struct CandidateCheckJson {
    id: String,
    version: i32,
    person: CandidateJson,
    village: VillageJson,
    committee_kind: String,
    /// The term, as counted there.
    term: i32,
    post: String,
    /// `proposed`, `vetted`, `filed`, `in_post`, `rejected`, `withdrawn` or `expired`, as of today; to whom vets nothing
    /// `unfiled` instead of `vetted` and `rejected`, without the days that would tell them apart.
    state: String,
    proposed_on: NaiveDate,
    proposed_by: String,
    /// The day by which departments answer.
    due_on: NaiveDate,
    overdue: bool,
    vetted_on: Option<NaiveDate>,
    /// The last day on which it holds.
    valid_until: Option<NaiveDate>,
    filed_on: Option<NaiveDate>,
    filing_number: Option<String>,
    /// The day on which it was rejected, withdrawn or found expired.
    ended_on: Option<NaiveDate>,
    withdrawal_reason: Option<String>,
    /// The seat that he took.
    seat: Option<String>,
    note: Option<String>,
    /// Items of the list and what was said of them: all for who vets for the county, his own for who answers for a
    /// department; null for everybody else and in lists.
    items: Option<Vec<VerdictItemJson>>,
    /// Why it was filed in spite of a flag, or rejected; for who vets for the county.
    decision_reason: Option<String>,
}

impl From<Card> for CandidateCheckJson {
    fn from(card: Card) -> Self {
        let today = clock::today();
        let Card { check, person, village, .. } = card;
        let state =
            check.progress_on(today).map_or_else(|_| check.state.clone(), |state| state.code().to_owned());
        Self {
            id: check.id.to_string(),
            version: check.version,
            person: CandidateJson {
                id: person.id.to_string(),
                name: person.name,
                sex: person.sex,
                birth_date: person.birth_date,
                education: person.education,
            },
            village: VillageJson { code: village.code, name: village.name },
            overdue: check.is_overdue_on(today),
            state,
            committee_kind: check.committee_kind,
            term: check.term_ordinal,
            post: check.post,
            proposed_on: check.proposed_on,
            proposed_by: check.created_by,
            due_on: check.due_on,
            vetted_on: check.vetted_on,
            valid_until: check.valid_until,
            filed_on: check.filed_on,
            filing_number: check.filing_number,
            ended_on: check.ended_on,
            withdrawal_reason: check.withdrawal_reason,
            seat: check.seat_id.map(|seat| seat.to_string()),
            note: check.note,
            items: None,
            decision_reason: None,
        }
    }
}

impl From<Sheet> for CandidateCheckJson {
    fn from(sheet: Sheet) -> Self {
        let Sheet { card, sight, items, decision, .. } = sheet;
        let items: Vec<VerdictItemJson> = items.into_iter().map(VerdictItemJson::from).collect();
        Self { items: (sight != Sight::Nothing).then_some(items), decision_reason: decision, ..card.into() }
    }
}

impl From<SheetItem> for VerdictItemJson {
    fn from(item: SheetItem) -> Self {
        let mut said = item.verdicts.into_iter().map(|verdict| VerdictJson {
            revision: verdict.revision,
            result: verdict.finding.result.code().to_owned(),
            evidence: verdict.finding.evidence,
            answered_by: verdict.answered_by,
            answered_on: verdict.answered_on,
            entered_by: verdict.created_by,
        });
        Self {
            number: item.item.number,
            text: item.item.text,
            severity: item.item.severity,
            department: item.department.code,
            verdict: said.next(),
            earlier: said.collect(),
        }
    }
}
