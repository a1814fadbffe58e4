//! Makes the command that enters somebody out of a row about somebody who is not in the pool.

use crate::across::imports::cells::Cells;
use crate::across::imports::fields::Identifier;
use crate::across::imports::reserves::parse::ParsedReserve;
use crate::base::edit::{Edit, set};
use crate::base::ids::PersonId;
use crate::base::values::PersonName;
use crate::records::people::Identity;
use crate::records::reserves::{Enter, MentorKind, NewMentor, Posting, ReserveState, Who};

/// The command; none where anything is wrong, and then every error is in `cells`. `person`: whom an earlier stay shows.
pub fn enter(said: &ParsedReserve, person: Option<PersonId>, cells: &mut Cells<'_>) -> Option<Enter> {
    let state = set(&said.state).unwrap_or(ReserveState::InPool);
    let state_from = set(&said.state_from);
    if state != ReserveState::InPool && state_from.is_none() && !cells.has_finding("state_from") {
        cells.refuse("state_from", format!("状态是“{}”，须填写状态日期", state.name()));
    }
    if state == ReserveState::InPool && set(&said.post).is_some() {
        cells.refuse("post", "状态为在库的不填写任用职务；请清空，或改填状态和状态日期");
    }
    if state == ReserveState::Appointed && set(&said.post).is_none() && !cells.has_finding("post") {
        cells.refuse("post", "状态是“已任用”，须填写任用职务");
    }
    if let (Some(first), Some(second)) = (set(&said.leader_1), set(&said.leader_2))
        && first == second
    {
        cells.refuse("leader_2", "联系领导二与联系领导一相同；请填写另一人，或清空");
    }
    // 在库 begins with the entry: a day beside it has to be the same.
    let odd_day =
        state_from.filter(|day| state == ReserveState::InPool && Some(*day) != set(&said.entered_on));
    if odd_day.is_some() && set(&said.entered_on).is_some() {
        cells.refuse("state_from", "状态为在库的，状态日期即入库日期；请清空状态日期，或核对状态");
    }
    if cells.findings().is_empty() { build(said, person, state) } else { None }
}

fn build(said: &ParsedReserve, person: Option<PersonId>, state: ReserveState) -> Option<Enter> {
    let Edit::Set(Identifier::Whole(citizen_id)) = &said.citizen_id else { return None };
    let entered_on = set(&said.entered_on)?;
    let education = set(&said.education)?;
    let identity = Identity {
        name: set(&said.name)?,
        citizen_id: citizen_id.clone(),
        sex: citizen_id.sex(),
        birth_date: citizen_id.birth_date(),
        ethnicity: set(&said.ethnicity)?,
        education: education.clone(),
        degree: None,
        native_place: None,
        mobile: None,
        telephone: None,
        address: None,
    };
    let mentor = |kind, name: PersonName| NewMentor { kind, person: None, name, from_day: entered_on };
    let leaders = [&said.leader_1, &said.leader_2].into_iter().filter_map(set);
    let mentors = leaders
        .map(|name| mentor(MentorKind::TownshipLeader, name))
        .chain(set(&said.secretary).map(|name| mentor(MentorKind::VillageSecretary, name)));
    let posting = |from_day| Posting { state, from_day, village: None, post: set(&said.post), reason: None };
    Some(Enter {
        who: person.map_or_else(|| Who::Identified(Box::new(identity)), Who::OnRecord),
        village: set(&said.village)?,
        kind: set(&said.kind)?,
        entered_on,
        route: set(&said.route),
        political_status: set(&said.political_status)?,
        education,
        sources: set(&said.sources)?,
        mentors: mentors.collect(),
        posting: set(&said.state_from).filter(|_| state != ReserveState::InPool).map(posting),
        note: set(&said.note),
    })
}
