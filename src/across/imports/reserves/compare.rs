//! Compares a row with the entry on record: what would change, and what an import may not change.

use chrono::NaiveDate;

use crate::across::imports::cells::Cells;
use crate::across::imports::content::ChangedField;
use crate::across::imports::differences::Differences;
use crate::across::imports::fields;
use crate::across::imports::reserves::Alteration;
use crate::across::imports::reserves::parse::ParsedReserve;
use crate::base::codes;
use crate::base::edit::{Edit, set};
use crate::base::error::Result;
use crate::base::values::PersonName;
use crate::records::reserves::queries::Card;
use crate::records::reserves::rules::{Refusal, refuse_secondment};
use crate::records::reserves::{
    AddMentor, Change, Edits, EndMentor, Mentor, MentorKind, NewMentor, ReserveKind, ReserveSource,
    ReserveState, Route, SettingsBook, Step, StepKind,
};

/// Compares; everything wrong is refused in `cells`.
///
/// # Errors
/// `Broken` where the database holds an unknown kind or state.
pub fn compare(
    said: &ParsedReserve,
    card: &Card,
    book: &SettingsBook,
    cells: &mut Cells<'_>,
    today: NaiveDate,
) -> Result<(Alteration, Vec<ChangedField>)> {
    check_person(said, card, cells);
    let mut found = Differences::new(cells);
    let edits = facts(said, card, &mut found)?;
    let mut alteration = Alteration::default();
    if !found.changes.is_empty() {
        let (reserve, version) = (card.reserve.id, card.reserve.version);
        alteration.change = Some(Change { reserve, version, edits });
    }
    alteration.step = step(said, card, book, &mut found, today)?;
    let leaders = [("leader_1", &said.leader_1), ("leader_2", &said.leader_2)];
    mentors(&leaders, MentorKind::TownshipLeader, card, &mut found, today, &mut alteration)?;
    let secretary = [("secretary", &said.secretary)];
    mentors(&secretary, MentorKind::VillageSecretary, card, &mut found, today, &mut alteration)?;
    Ok((alteration, found.changes))
}

/// The person and the first day stand on record: a row repeats them.
fn check_person(said: &ParsedReserve, card: &Card, cells: &mut Cells<'_>) {
    fields::check_person(cells, &said.name, &said.citizen_id, (&card.person.name, &card.citizen_id));
    let stored = card.reserve.entered_on;
    if let Some(day) = set(&said.entered_on).filter(|day| *day != stored) {
        let message = format!("入库日期“{day}”与登记的“{stored}”不一致，导入不改已登记的日期；请保持原值");
        cells.refuse("entered_on", message);
    }
    for (field, cleared) in [
        ("state", said.state == Edit::Clear),
        ("state_from", said.state_from == Edit::Clear),
        ("post", said.post == Edit::Clear),
        ("id", said.record == Edit::Clear),
    ] {
        if cleared {
            cells.refuse(field, "这一列不能清空；不改动的请留空");
        }
    }
}

fn facts(said: &ParsedReserve, card: &Card, found: &mut Differences<'_, '_>) -> Result<Edits> {
    let row = &card.reserve;
    let route = row.route.as_deref().and_then(|code| Route::parse(code).ok());
    let shown = |sources: &Vec<String>| {
        let names = sources
            .iter()
            .map(|code| ReserveSource::parse(code).map_or(code.as_str(), |source| source.name()));
        names.collect::<Vec<_>>().join("；")
    };
    Ok(Edits {
        kind: found.required("kind", &said.kind, &row.kind()?, |kind: &ReserveKind| kind.name().to_owned()),
        sources: found.required("sources", &said.sources, &card.sources, shown),
        education: found.required("education", &said.education, &row.education_at_entry, |code| {
            codes::education().name_of(code).to_owned()
        }),
        political_status: found.required(
            "political_status",
            &said.political_status,
            &row.political_status,
            |code| codes::political_status().name_of(code).to_owned(),
        ),
        route: found.optional("route", &said.route, route.as_ref(), |route| route.name().to_owned()),
        note: found.optional("note", &said.note, row.note.as_ref(), Clone::clone),
    })
}

/// What he goes on to do, where the row names another state than the record.
fn step(
    said: &ParsedReserve,
    card: &Card,
    book: &SettingsBook,
    found: &mut Differences<'_, '_>,
    today: NaiveDate,
) -> Result<Option<Step>> {
    let row = &card.reserve;
    let (from, since) = (row.state()?, row.state_from);
    let to = set(&said.state).unwrap_or(from);
    let post = card.present.as_ref().and_then(|(spell, _)| spell.post.clone());
    if to == from {
        if let Some(day) = set(&said.state_from).filter(|day| *day != since) {
            let message =
                format!("状态日期“{day}”与登记的“{since}”不一致，导入不改已登记的日期；请保持原值或留空");
            found.cells.refuse("state_from", message);
        }
        if set(&said.post).is_some_and(|given| Some(given) != post) {
            let stored = post.as_deref().unwrap_or("（空）");
            let message = format!("任用职务与登记的“{stored}”不一致，导入不改已登记的职务；请保持原值或留空");
            found.cells.refuse("post", message);
        }
        return Ok(None);
    }
    let Some(on) = set(&said.state_from) else {
        if !found.cells.has_finding("state_from") {
            let message = format!("状态由“{}”改为“{}”，须填写状态日期", from.name(), to.name());
            found.cells.refuse("state_from", message);
        }
        return Ok(None);
    };
    let name = card.person.name.clone();
    let refusal = if !from.in_the_pool() {
        Some(Refusal::NotInThePool { name, since, state: from.name() })
    } else if on <= since {
        Some(Refusal::NotAfter { on, state: from.name(), since })
    } else if let Some(demanded) = book.on(on).filter(|_| to == ReserveState::Seconded) {
        refuse_secondment(&name, card.person.birth_date, &card.person.education, on, demanded)
    } else {
        None
    };
    if on > today {
        found.cells.refuse("state_from", format!("状态日期“{on}”晚于今天，请填写已经发生的日期"));
    } else if let Some(refusal) = refusal {
        let field = if refusal.field() == "on" { "state_from" } else { "state" };
        found.cells.refuse(field, refusal.to_string());
    }
    let Some(kind) = step_kind(to, said, card, found.cells) else { return Ok(None) };
    found.note("state", from.name().to_owned(), format!("{}（{on}）", to.name()));
    let reason = Some("名册导入".to_owned());
    Ok(Some(Step { reserve: row.id, version: None, kind, on, reason }))
}

fn step_kind(to: ReserveState, said: &ParsedReserve, card: &Card, cells: &mut Cells<'_>) -> Option<StepKind> {
    let post = set(&said.post);
    let village = card.reserve.village_id;
    match to {
        ReserveState::InPool | ReserveState::Left if post.is_some() => {
            cells.refuse("post", format!("状态改为“{}”的不填写任用职务；请清空", to.name()));
            None
        }
        ReserveState::InPool => Some(StepKind::Return),
        ReserveState::Left => Some(StepKind::Leave),
        ReserveState::Seconded => Some(StepKind::Second { village, post }),
        ReserveState::CrossVillage => {
            let message = "异地任职须指明任职的村，表中没有这一列；请在后备干部页面办理";
            cells.refuse("state", message);
            None
        }
        ReserveState::Appointed => match post {
            Some(post) => Some(StepKind::Appoint { village: None, post }),
            None => {
                cells.refuse("post", "状态改为“已任用”，须填写任用职务");
                None
            }
        },
    }
}

/// Mentors by name: who is new in the row begins today; whom he replaces, and whom the row clears, ends today.
fn mentors(
    said: &[(&'static str, &Edit<PersonName>)],
    kind: MentorKind,
    card: &Card,
    found: &mut Differences<'_, '_>,
    today: NaiveDate,
    alteration: &mut Alteration,
) -> Result<()> {
    let current: Vec<&Mentor> =
        card.mentors.iter().filter(|mentor| mentor.kind == kind.code() && mentor.to_day.is_none()).collect();
    let wanted: Vec<(&'static str, PersonName)> =
        said.iter().filter_map(|(field, name)| Some((*field, set(name)?))).collect();
    if let [(_, first), (field, second)] = wanted.as_slice()
        && first == second
    {
        found.cells.refuse(field, "联系领导二与联系领导一相同；请填写另一人，或清空");
    }
    let added: Vec<_> = wanted
        .iter()
        .filter(|(_, name)| !current.iter().any(|mentor| mentor.name == name.as_str()))
        .collect();
    let cleared: Vec<_> = said.iter().filter(|(_, name)| **name == Edit::Clear).collect();
    let left: Vec<_> = current
        .iter()
        .filter(|mentor| !wanted.iter().any(|(_, name)| mentor.name == name.as_str()))
        .collect();
    if added.is_empty() && (cleared.is_empty() || left.is_empty()) {
        return Ok(());
    }
    let field = added.first().map(|(field, _)| *field).or(cleared.first().map(|(field, _)| *field));
    let field = field.unwrap_or_default();
    let replaced = (current.len() + added.len()).saturating_sub(said.len());
    let ended: Vec<_> = left.into_iter().take(replaced.max(cleared.len())).collect();
    if !card.reserve.state()?.in_the_pool() {
        let message = format!("“{}”已不在库，不能再变更帮带人；请留空", card.person.name);
        found.cells.refuse(field, message);
        return Ok(());
    }
    if let Some(mentor) = ended.iter().find(|mentor| mentor.from_day >= today) {
        let message = format!("“{}”自今天起帮带，不能在同一天更换；请明天再办理", mentor.name);
        found.cells.refuse(field, message);
        return Ok(());
    }
    let before: Vec<&str> = current.iter().map(|mentor| mentor.name.as_str()).collect();
    let kept = current.iter().filter(|mentor| !ended.iter().any(|gone| gone.id == mentor.id));
    let after: Vec<&str> =
        kept.map(|mentor| mentor.name.as_str()).chain(added.iter().map(|(_, name)| name.as_str())).collect();
    found.note(field, before.join("、"), after.join("、"));
    let reserve = card.reserve.id;
    alteration.ended.extend(ended.iter().map(|mentor| EndMentor {
        reserve,
        version: None,
        mentor: mentor.id,
        on: today,
    }));
    alteration.added.extend(added.into_iter().map(|(_, name)| {
        let mentor = NewMentor { kind, person: None, name: name.clone(), from_day: today };
        AddMentor { reserve, version: None, mentor }
    }));
    Ok(())
}
