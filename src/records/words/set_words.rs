//! Sets what a county adds to a list. A version is never edited: a change is a new one from a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::WordId;
use crate::base::policy::{self, Action};
use crate::base::values::{CommitteeKind, Word};
use crate::base::versions::check_source;
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::words::book::{Version, WordBook, WordList, book};
use crate::schema::county_words;

/// More words than any list needs.
const MOST_WORDS: usize = 60;

/// A word as it is to be from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetWord {
    /// The list.
    pub list: WordList,
    /// Its code.
    pub code: String,
    /// Its name; none: it is no longer used from that day on.
    pub name: Option<String>,
    /// Of a post: the committees that have it.
    pub kinds: Vec<CommitteeKind>,
    /// First day in force.
    pub from_day: NaiveDate,
    /// The decision that it rests on.
    pub source: String,
}

impl SetWord {
    /// Everything that is wrong with the command by itself. `common` are codes and names that every county knows.
    fn check(&self, common: &[(&str, &str)], today: NaiveDate) -> Vec<FieldError> {
        let (list, code) = (self.list.name(), self.code.as_str());
        let mut errors = Vec::new();
        if !Word::is_code(code) {
            let message =
                format!("代码“{code}”应为2至50个小写字母、数字和下划线，以字母开头，如discipline_member。");
            errors.push(FieldError::new("code", message, Some(code)));
        }
        if let Some((_, name)) = common.iter().find(|(known, _)| *known == code) {
            let message = format!("代码“{code}”是各县（区）通用的{list}“{name}”，不必增设，请另填代码。");
            errors.push(FieldError::new("code", message, Some(code)));
        }
        match self.name.as_deref().map(str::trim) {
            None if self.from_day <= today => {
                let message = format!(
                    "停用日期“{}”应晚于今天（{today}），今天和以前的记录可能正在使用，请改正。",
                    self.from_day
                );
                errors.push(FieldError::new("from_day", message, Some(&self.from_day.to_string())));
            }
            None => {}
            Some(name) => errors.extend(self.check_name(name, common)),
        }
        errors.extend(check_source(&self.source));
        errors
    }

    fn check_name(&self, name: &str, common: &[(&str, &str)]) -> Vec<FieldError> {
        let list = self.list.name();
        let mut errors = Vec::new();
        let parts = |c: char| c.is_whitespace() || c.is_control() || "；;、，,“”".contains(c);
        if !(1..=20).contains(&name.chars().count()) || name.contains(parts) {
            let message = format!("{list}名称“{name}”应为1至20个字，不含空格、分号、顿号和逗号，请改正。");
            errors.push(FieldError::new("name", message, Some(name)));
        } else if Word::is_code(name) {
            let message = format!("{list}名称“{name}”像一个代码，请填中文名称。");
            errors.push(FieldError::new("name", message, Some(name)));
        }
        if common.iter().any(|(_, known)| *known == name) {
            let message = format!("“{name}”是各县（区）通用的{list}，不必增设；请直接选用，或另取名称。");
            errors.push(FieldError::new("name", message, Some(name)));
        }
        match (self.list, self.kinds.is_empty()) {
            (WordList::Post, true) => {
                let message = "请选择哪些组织设有这一职务，至少一类。";
                errors.push(FieldError::new("committees", message, None));
            }
            (WordList::CommitteeSource | WordList::ReserveSource, false) => {
                let message = format!("{list}不分组织类型，请不要选择组织。");
                errors.push(FieldError::new("committees", message, None));
            }
            _ => {}
        }
        errors
    }
}

/// Sets words: each ends the version before it. Answers the ids of the new versions in the order given; none for a word that
/// is no longer used. `common` are the codes and names of each list that every county knows.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Taken` where another
/// word of the list has the name; `Refused` where a version does not follow the present one, or there is none to end.
pub async fn set_words(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    common: impl Fn(WordList) -> Vec<(&'static str, &'static str)>,
    commands: &[SetWord],
) -> Result<Vec<Option<WordId>>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let today = clock::today();
        let errors: Vec<FieldError> =
            commands.iter().flat_map(|command| command.check(&common(command.list), today)).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        // Whoever sets words of the same county waits here.
        county_words::table
            .filter(county_words::county_id.eq(county.county))
            .select(county_words::id)
            .for_update()
            .load::<WordId>(conn)
            .await?;
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            let present = book(conn, county.county).await?;
            ids.push(set(conn, actor, command, &present).await?);
        }
        append(conn, actor, commands, &ids).await?;
        Ok(ids)
    })
    .await
}

/// What does not follow from the versions that there are.
fn follows(command: &SetWord, present: &WordBook) -> Result<()> {
    let own: Vec<&Version> = present
        .versions()
        .iter()
        .filter(|version| version.list == command.list && version.word.code() == command.code)
        .collect();
    let open = own.iter().find(|version| version.to_day.is_none());
    if let Some(newest) = own.as_slice().first() {
        let day = newest.to_day.unwrap_or(newest.from_day);
        let is_late = if newest.to_day.is_none() { command.from_day > day } else { command.from_day >= day };
        if !is_late {
            let message = format!(
                "“{}”现行名称自{}起使用，新的施行日期“{}”应更晚，请改正。",
                newest.word.name(),
                newest.from_day,
                command.from_day
            );
            return Err(Error::Refused(message));
        }
        let differs = command.name.is_some() && {
            let (mut old, mut new) = (newest.word.kinds().to_vec(), command.kinds.clone());
            old.sort_unstable();
            new.sort_unstable();
            new.dedup();
            old != new
        };
        if differs {
            let kinds: Vec<&str> = newest.word.kinds().iter().map(|kind| kind.name()).collect();
            let message = format!(
                "职务“{}”设在{}，已有记录可能正在使用，不能改设；请保持原来的组织，或另设一个职务。",
                newest.word.name(),
                kinds.join("、")
            );
            return Err(Error::invalid("committees", message));
        }
    }
    if command.name.is_none() && open.is_none() {
        let message =
            format!("本县（区）没有正在使用的{}“{}”，不必停用，请核对代码。", command.list, command.code);
        return Err(Error::Refused(message));
    }
    if own.is_empty() && present.words(command.list).len() >= MOST_WORDS {
        let message = format!("{}已增设{MOST_WORDS}个，不能再增加；请改用已有的。", command.list);
        return Err(Error::Refused(message));
    }
    Ok(())
}

/// Words of one county are few and follow one another, so each is set by itself.
async fn set(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SetWord,
    present: &WordBook,
) -> Result<Option<WordId>> {
    follows(command, present)?;
    let county = actor.scope.county;
    diesel::update(county_words::table)
        .filter(
            county_words::county_id
                .eq(county)
                .and(county_words::list.eq(command.list.code()))
                .and(county_words::code.eq(&command.code))
                .and(county_words::to_day.is_null()),
        )
        .set(county_words::to_day.eq(command.from_day))
        .execute(conn)
        .await?;
    let Some(name) = command.name.as_deref().map(str::trim) else { return Ok(None) };
    let id = WordId::new();
    let is_in = |kind| command.kinds.contains(&kind);
    diesel::insert_into(county_words::table)
        .values((
            county_words::county_id.eq(county),
            county_words::id.eq(id),
            county_words::list.eq(command.list.code()),
            county_words::code.eq(&command.code),
            county_words::name.eq(name),
            county_words::in_party.eq(is_in(CommitteeKind::VillageParty)),
            county_words::in_village_committee.eq(is_in(CommitteeKind::VillageCommittee)),
            county_words::in_supervision.eq(is_in(CommitteeKind::Supervision)),
            county_words::from_day.eq(command.from_day),
            county_words::source.eq(command.source.trim()),
            county_words::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("county_words_name_no_overlap", || Error::Taken {
            field: "name",
            message: format!("本县（区）已有另一个{}叫“{name}”，请另取名称，或先停用原来的。", command.list),
        })?;
    Ok(Some(id))
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetWord],
    ids: &[Option<WordId>],
) -> Result<()> {
    let told = |command: &SetWord| {
        json!({
            "list": command.list.code(), "code": command.code, "name": command.name, "from_day": command.from_day,
            "committees": command.kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>(),
            "source": command.source,
        })
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "words.set_words",
            subject_kind: "county_word",
            subject: if let [Some(one)] = ids { Some(one.0) } else { None },
            count: ids.len(),
            path: &actor.scope.whole_county().path,
            details: json!({ "words": commands.iter().take(50).map(told).collect::<Vec<_>>() }),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn command(list: WordList, code: &str, name: Option<&str>) -> SetWord {
        let kinds = if list == WordList::Post { vec![CommitteeKind::VillageParty] } else { Vec::new() };
        SetWord {
            list,
            code: code.to_owned(),
            name: name.map(str::to_owned),
            kinds,
            from_day: day("2026-12-01"),
            source: "县委文件".to_owned(),
        }
    }

    fn wrong(command: &SetWord) -> Vec<String> {
        let common = [("secretary", "书记")];
        command.check(&common, day("2026-11-30")).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_word_has_a_code_of_its_own_and_a_name_of_its_own() {
        let post = |code: &str, name: &str| wrong(&command(WordList::Post, code, Some(name)));
        assert!(post("discipline", "纪检委员").is_empty());
        assert_eq!(post("secretary", "第一书记"), ["code"]);
        assert_eq!(post("first", "书记"), ["name"]);
        assert_eq!(post("纪检", "纪检委员"), ["code"]);
        for name in ["", "纪检；委员", "纪检 委员", "discipline", &"长".repeat(21)] {
            assert_eq!(post("discipline", name), ["name"], "{name}");
        }
        assert!(post("discipline", &"长".repeat(20)).is_empty());
    }

    #[test]
    fn posts_belong_to_committees_and_sources_do_not() {
        let mut post = command(WordList::Post, "discipline", Some("纪检委员"));
        post.kinds.clear();
        assert_eq!(wrong(&post), ["committees"]);
        let mut source = command(WordList::CommitteeSource, "teacher", Some("退休教师"));
        assert!(wrong(&source).is_empty());
        source.kinds.push(CommitteeKind::VillageParty);
        assert_eq!(wrong(&source), ["committees"]);
    }

    #[test]
    fn a_word_goes_out_of_use_tomorrow_at_the_earliest() {
        let mut ends = command(WordList::Post, "discipline", None);
        assert!(wrong(&ends).is_empty());
        ends.from_day = day("2026-11-30");
        assert_eq!(wrong(&ends), ["from_day"]);
        ends.source.clear();
        assert_eq!(wrong(&ends), ["from_day", "source"]);
    }
}
