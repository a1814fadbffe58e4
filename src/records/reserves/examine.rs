//! Looks at commands to enter people before anything is written: each by itself, then against the records.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::codes;
use crate::base::error::{FieldError, Result};
use crate::base::ids::{OrganisationId, PersonId};
use crate::base::keys::{KeyRing, Secret};
use crate::base::scope::Path;
use crate::records::members;
use crate::records::organisations::{Kind, Organisation};
use crate::records::people::{self, Identity};
use crate::records::reserves::candidates::{Candidate, candidates};
use crate::records::reserves::enter::{Enter, Posting, Who};
use crate::records::reserves::model::{ReserveKind, ReserveSource, ReserveState};
use crate::records::reserves::rules::{self, Refusal};
use crate::records::reserves::settings::{self, SettingsBook};
use crate::records::reserves::{mentors, queries};
use crate::records::words::{self, WordBook, WordList};

/// A command that fits the records.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// Who is meant.
    pub person: PersonId,
    /// Whether he is on record.
    pub on_record: bool,
    /// His name.
    pub name: String,
    /// Path of the village.
    pub path: Path,
}

type Looked = std::result::Result<Fit, Vec<FieldError>>;

/// Looks at all commands at once: a fixed number of statements, however many commands.
///
/// # Errors
/// Whatever the database answers. What is wrong with a command stands in its place.
pub(super) async fn examine_all(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Enter],
) -> Result<Vec<Looked>> {
    let county = actor.scope.county;
    let people = resolve(conn, actor, keys, commands).await?;
    let asked: Vec<(PersonId, NaiveDate)> = people
        .iter()
        .zip(commands)
        .filter_map(|(person, command)| Some(((*person)?, command.entered_on)))
        .collect();
    let found = candidates(conn, county, &asked).await?;
    let villages = queries::organisations(conn, county, commands.iter().flat_map(named_villages)).await?;
    let guided: Vec<_> = commands
        .iter()
        .flat_map(|command| command.mentors.iter().map(move |mentor| (command.village, mentor)))
        .collect();
    let guides = mentors::guides(conn, &actor.scope, &guided).await?;
    let book = settings::book(conn, county).await?;
    let words = words::book(conn, county).await?;
    let mut seen = HashSet::new();
    let looked = people.iter().zip(commands).map(|(person, command)| {
        let candidate = person.and_then(|person| found.get(&(person, command.entered_on)));
        let mut errors = alone(command);
        let last = last_day(command);
        let mentors = command.mentors.iter();
        errors.extend(mentors.filter_map(|mentor| guides.refuse(mentor, command.village, last)));
        let village = villages.get(&command.village);
        errors.extend(of_village(actor, command, village));
        errors.extend(of_person(command, candidate));
        errors.extend(of_secondment(command, candidate, &book));
        errors.extend(check_sources(&command.sources, command.entered_on, &words));
        let person = person.unwrap_or_default();
        if candidate.is_some() && !seen.insert(person) {
            errors.push(FieldError::new(
                "person",
                "同一人在本次录入中出现了两次，只能保留一次，请核对。",
                None,
            ));
        }
        match village {
            Some(village) if errors.is_empty() => Ok(Fit {
                person,
                on_record: candidate.is_some(),
                name: name_of(command, candidate),
                path: village.path(),
            }),
            _ => Err(errors),
        }
    });
    Ok(looked.collect())
}

/// The day on which his mentors must be able to guide him: today, or the day on which an old list says that he left the
/// pool.
fn last_day(command: &Enter) -> NaiveDate {
    let ended = command.posting.as_ref().filter(|posting| !posting.state.in_the_pool());
    ended.map_or_else(clock::today, |posting| posting.from_day)
}

fn named_villages(command: &Enter) -> impl Iterator<Item = OrganisationId> {
    std::iter::once(command.village).chain(command.posting.as_ref().and_then(|posting| posting.village))
}

fn name_of(command: &Enter, candidate: Option<&Candidate>) -> String {
    match (&command.who, candidate) {
        (_, Some(candidate)) => candidate.name.clone(),
        (Who::Identified(identity), None) => identity.name.as_str().to_owned(),
        (Who::OnRecord(_), None) => String::new(),
    }
}

/// The person that each command means: one on record whom the actor sees, one found by his citizen ID, or none.
async fn resolve(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Enter],
) -> Result<Vec<Option<PersonId>>> {
    let mac = |identity: &Identity| keys.mac(Secret::CitizenId, identity.citizen_id.as_str());
    let mut ids = Vec::new();
    let mut macs = Vec::new();
    for command in commands {
        match &command.who {
            Who::OnRecord(id) => ids.push(*id),
            Who::Identified(identity) => macs.push(mac(identity)),
        }
    }
    let seen: HashSet<PersonId> = match ids.is_empty() {
        true => HashSet::new(),
        false => people::queries::by_ids(conn, &actor.scope, &ids)
            .await?
            .into_iter()
            .map(|person| person.id)
            .collect(),
    };
    let holders: HashMap<Vec<u8>, PersonId> = match macs.is_empty() {
        true => HashMap::new(),
        false => people::queries::holders(conn, actor.scope.county, &macs)
            .await?
            .into_iter()
            .map(|holder| (holder.mac, holder.person_id))
            .collect(),
    };
    let meant = commands.iter().map(|command| match &command.who {
        Who::OnRecord(id) => seen.get(id).copied(),
        // Somebody new gets his id here, so that two commands about him are known as one.
        Who::Identified(identity) => Some(holders.get(&mac(identity)).copied().unwrap_or_default()),
    });
    Ok(meant.collect())
}

/// What is wrong with a command by itself.
fn alone(command: &Enter) -> Vec<FieldError> {
    let today = clock::today();
    let mut errors = Vec::new();
    let mut late = |field: &str, name: &str, day: NaiveDate| {
        if day > today {
            let message = format!("{name}“{day}”晚于今天，请填写已经发生的日期。");
            errors.push(FieldError::new(field, message, Some(&day.to_string())));
        }
    };
    late("entered_on", "入库日期", command.entered_on);
    if let Some(posting) = &command.posting {
        late("state_from", "状态日期", posting.from_day);
    }
    if let Who::Identified(identity) = &command.who {
        errors.extend(members::rules::check_identity(identity, today));
        if identity.birth_date >= command.entered_on {
            let message = format!("入库日期“{}”不晚于出生日期，请核对。", command.entered_on);
            errors.push(FieldError::new("entered_on", message, None));
        }
    }
    errors.extend(codes_and_texts(command));
    errors.extend(command.posting.iter().flat_map(|posting| of_posting(command, posting)));
    errors.extend(command.mentors.iter().flat_map(mentors::NewMentor::check));
    errors
}

fn codes_and_texts(command: &Enter) -> Vec<FieldError> {
    let mut errors = check_codes(&command.political_status, &command.education, &command.sources);
    if command.note.as_ref().is_some_and(|note| note.chars().count() > 500) {
        errors.push(FieldError::new("note", "备注不能超过500字，请精简。", None));
    }
    errors
}

/// Codes that a new entry and a changed one must both keep to.
pub(super) fn check_codes(political_status: &str, education: &str, sources: &[String]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, table, code) in [
        ("political_status", codes::political_status(), political_status),
        ("education", codes::education(), education),
    ] {
        if table.by_code(code).is_none() {
            let message = format!("{}“{code}”不在{}代码表内，请重新选择。", table.title(), table.standard());
            errors.push(FieldError::new(field, message, Some(code)));
        }
    }
    if sources.is_empty() {
        errors.push(FieldError::new("sources", "请至少选择一种来源。", None));
    }
    errors
}

/// Sources that nobody knows, or that the county did not add for the day of entry.
pub(super) fn check_sources(sources: &[String], entered_on: NaiveDate, words: &WordBook) -> Vec<FieldError> {
    let list = WordList::ReserveSource;
    let refused = |source: &String| match ReserveSource::parse_with(source, words.words(list)) {
        Ok(ReserveSource::Added(word)) => words.refusal(list, word, entered_on),
        Ok(known) if known.code() == source => None,
        Ok(known) => Some(format!("来源“{source}”请填代码“{}”", known.code())),
        Err(error) => Some(error.to_string()),
    };
    let error = |source: &String| Some(FieldError::new("sources", refused(source)?, Some(source)));
    sources.iter().filter_map(error).collect()
}

fn of_posting(command: &Enter, posting: &Posting) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if posting.state == ReserveState::InPool {
        errors.push(FieldError::new("state", "在库的不必填写状态日期，自入库日期起即为在库。", None));
    }
    if posting.from_day < command.entered_on {
        let message = format!("状态日期“{}”早于入库日期“{}”，请核对。", posting.from_day, command.entered_on);
        errors.push(FieldError::new("state_from", message, Some(&posting.from_day.to_string())));
    }
    let placeless = posting.state == ReserveState::Left;
    if placeless && (posting.village.is_some() || posting.post.is_some()) {
        errors.push(FieldError::new("post", "状态为退出的，不填写任职村和职务；请改状态，或清空。", None));
    }
    if posting.state == ReserveState::CrossVillage && posting.village == Some(command.village) {
        errors.push(FieldError::new("posting_village", Refusal::SameVillage, None));
    }
    errors.extend(check_words(posting.post.as_deref(), posting.reason.as_deref()));
    errors
}

/// Lengths of what is said in words about a posting.
pub(super) fn check_words(post: Option<&str>, reason: Option<&str>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if post.is_some_and(|post| post.chars().count() > 50) {
        errors.push(FieldError::new("post", "任用职务不能超过50字，请精简。", None));
    }
    if reason.is_some_and(|reason| reason.chars().count() > 500) {
        errors.push(FieldError::new("reason", "原因不能超过500字，请精简。", None));
    }
    errors
}

fn of_village(actor: &Actor, command: &Enter, village: Option<&Organisation>) -> Option<FieldError> {
    let visible = village.filter(|village| actor.scope.path.contains(&village.path()));
    let Some(village) = visible else {
        return Some(FieldError::new(
            "village",
            "没有找到这个村（社区），或者不在您的管理范围内，请重新选择。",
            None,
        ));
    };
    if !is_village(village) {
        let message = format!("“{}”不是村或社区，人才库只建在村（社区），请重新选择。", village.name);
        return Some(FieldError::new("village", message, Some(&village.code)));
    }
    let day = command.entered_on;
    let missing = village.founded_on.is_some_and(|founded| day < founded)
        || village.dissolved_on.is_some_and(|end| end <= day);
    missing.then(|| {
        let message = format!("“{}”在入库日期“{day}”尚未成立或已经撤销，请核对入库日期。", village.name);
        FieldError::new("entered_on", message, Some(&day.to_string()))
    })
}

/// Whether an organisation has a pool.
pub(super) fn is_village(organisation: &Organisation) -> bool {
    matches!(organisation.kind(), Some(Kind::Village | Kind::Community))
}

fn of_person(command: &Enter, candidate: Option<&Candidate>) -> Vec<FieldError> {
    let Some(candidate) = candidate else {
        return match command.who {
            Who::OnRecord(_) => vec![FieldError::new(
                "person",
                "没有找到这名人员，或者不在您的管理范围内，请重新选择，或填写姓名和公民身份号码。",
                None,
            )],
            Who::Identified(_) => Vec::new(),
        };
    };
    if let Who::Identified(identity) = &command.who
        && identity.name.as_str() != candidate.name
    {
        let message = format!(
            "姓名“{}”与该公民身份号码已登记的姓名不一致，请核对姓名和公民身份号码。",
            identity.name.as_str()
        );
        return vec![FieldError::new("name", message, None)];
    }
    let (name, found) = (candidate.name.as_str(), &candidate.obstacles);
    let is_cadre = command.kind == ReserveKind::ReserveCadre;
    let refusals = [
        rules::refuse_membership(name, found),
        if is_cadre { rules::refuse_seat(name, found) } else { None },
        rules::refuse_second_entry(name, found),
    ];
    refusals.into_iter().flatten().map(|refusal| FieldError::new(refusal.field(), &refusal, None)).collect()
}

fn of_secondment(command: &Enter, candidate: Option<&Candidate>, book: &SettingsBook) -> Option<FieldError> {
    let posting = command.posting.as_ref().filter(|posting| posting.state == ReserveState::Seconded)?;
    let demanded = book.on(posting.from_day)?;
    let name = name_of(command, candidate);
    let (birth_date, education) = match (&command.who, candidate) {
        (_, Some(candidate)) => (candidate.birth_date, candidate.education.as_str()),
        (Who::Identified(identity), None) => (identity.birth_date, identity.education.as_str()),
        (Who::OnRecord(_), None) => return None,
    };
    let refusal = rules::refuse_secondment(&name, birth_date, education, posting.from_day, demanded)?;
    let field = if refusal.field() == "on" { "state_from" } else { refusal.field() };
    Some(FieldError::new(field, &refusal, None))
}
