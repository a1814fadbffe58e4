//! Candidates in the browser: list, proposal, the sheet of one, decisions, what the county vets for.

mod actions;
mod list;
mod propose;
mod settings;
mod sheet;

use rocket::Route;

use crate::base::clock;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::values::CommitteeKind;
use crate::records::vetting::queries::Card;
use crate::records::vetting::{CandidateCheck, CheckState, Progress};
use crate::records::words::WordBook;
use crate::web::guards::SignedIn;
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [list::routes(), propose::routes(), settings::routes(), sheet::routes(), actions::routes()].concat()
}

/// Whoever enters records proposes, withdraws, and sees how far a check has come.
fn enters(who: &SignedIn) -> Result<()> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)
}

/// The state of today, and whether the departments are late.
fn badges(check: &CandidateCheck) -> Vec<Badge> {
    let today = clock::today();
    let Ok(state) = check.progress_on(today) else { return vec![Badge::new(&check.state, Tone::Neutral)] };
    let tone = match state {
        Progress::State(CheckState::Proposed | CheckState::Vetted) => Tone::Waiting,
        Progress::State(CheckState::Filed | CheckState::InPost) => Tone::Good,
        Progress::State(CheckState::Rejected) => Tone::Bad,
        Progress::State(CheckState::Withdrawn) | Progress::Unfiled => Tone::Neutral,
        Progress::State(CheckState::Expired) => Tone::Warning,
    };
    let mut badges = vec![Badge::new(state.name(), tone)];
    if check.is_overdue_on(today) {
        badges.push(Badge::new("逾期", Tone::Warning));
    }
    badges
}

fn kind_name(code: &str) -> &str {
    CommitteeKind::parse(code).map_or(code, |kind| kind.name())
}

/// What every page of one check shows above.
fn facts(card: &Card, words: &WordBook) -> Vec<Fact> {
    let check = &card.check;
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut facts = vec![
        Fact::text("村（社区）", &card.village.name),
        Fact::text("拟任组织", kind_name(&check.committee_kind)),
        Fact::text("届次", format!("第{}届", check.term_ordinal)),
        Fact::text("拟任职务", words.post_name(&check.post)),
        Fact::text("出生日期", card.person.birth_date.to_string()),
        Fact::text("提名日期", check.proposed_on.to_string()),
        Fact::text("提名人", &check.created_by),
        Fact::text("答复期限", check.due_on.to_string()),
        Fact::text("联审完成", day(check.vetted_on)),
        Fact::text("有效期至", day(check.valid_until)),
        Fact::text("备案日期", day(check.filed_on)),
        Fact::text("备案文号", check.filing_number.clone().unwrap_or_default()),
    ];
    facts.extend(check.ended_on.map(|on| Fact::text("终止日期", on.to_string())));
    facts.extend(check.withdrawal_reason.as_ref().map(|reason| Fact::text("撤回原因", reason)));
    facts.extend(check.note.as_ref().map(|note| Fact::text("备注", note)));
    facts
}
