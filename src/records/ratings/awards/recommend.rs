//! Puts villages forward for awards.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::AwardId;
use crate::base::policy::{self, Action};
use crate::records::organisations::{self, Kind, Organisation};
use crate::records::ratings::awards::model::{AwardAct, AwardScheme, AwardState};
use crate::records::ratings::awards::queries;
use crate::records::ratings::awards::write::{self, NewEvent, Told};
use crate::records::ratings::lock;

/// The longest reason.
pub(super) const LONGEST: usize = 500;

/// A village put forward for one kind of award of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecommendAward {
    /// Code of the scheme.
    pub scheme: String,
    /// Code of the kind.
    pub kind: String,
    /// The year that it is honoured for.
    pub year: i32,
    /// Code of the village or community.
    pub village: String,
    /// Why.
    pub reason: String,
    /// The day of the recommendation.
    pub on: NaiveDate,
}

/// Recommends villages, all or none; answers the ids in the order given.
///
/// # Errors
/// `Forbidden` outside the actor's subtree; `Invalid` with every wrong field (an unknown scheme, kind or village, a year
/// that has not begun, no reason); `Taken` where a village was recommended for the same already.
pub async fn recommend_awards(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[RecommendAward],
) -> Result<Vec<AwardId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        let mut codes: Vec<String> = commands.iter().map(|command| command.village.clone()).collect();
        codes.sort_unstable();
        codes.dedup();
        // The tree is no secret inside a county: a village elsewhere is found here and refused by policy.
        let villages: HashMap<String, Organisation> = organisations::queries::by_codes(conn, &county, &codes)
            .await?
            .into_iter()
            .map(|village| (village.code.clone(), village))
            .collect();
        let paths: Vec<_> = villages.values().map(Organisation::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        lock::among_others(conn, county.county).await?;
        let mut names: Vec<&str> = commands.iter().map(|command| command.scheme.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut schemes = Vec::new();
        for name in names {
            schemes.extend(queries::versions(conn, county.county, name).await?);
        }
        let planned = plan(commands, &schemes, &villages, clock::today())?;
        insert(conn, actor, &planned).await?;
        let events: Vec<NewEvent> = planned
            .iter()
            .map(|one| NewEvent {
                award: one.id,
                number: 1,
                act: AwardAct::Recommend,
                on: one.command.on,
                state: AwardState::Recommended,
                note: Some(one.command.reason.trim().to_owned()),
            })
            .collect();
        write::add_events(conn, actor, &events).await?;
        let told = planned.iter().map(|one| Told { id: one.id, path: one.village.path(), note: None });
        write::record(conn, actor, AwardAct::Recommend, &told.collect::<Vec<_>>()).await?;
        Ok(planned.iter().map(|one| one.id).collect())
    })
    .await
}

struct Planned<'a> {
    id: AwardId,
    command: &'a RecommendAward,
    scheme: &'a AwardScheme,
    village: &'a Organisation,
}

fn plan<'a>(
    commands: &'a [RecommendAward],
    schemes: &'a [AwardScheme],
    villages: &'a HashMap<String, Organisation>,
    today: NaiveDate,
) -> Result<Vec<Planned<'a>>> {
    let mut planned = Vec::with_capacity(commands.len());
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    let is_batch = commands.len() > 1;
    for (index, command) in commands.iter().enumerate() {
        let place = |field: &str| {
            if is_batch { format!("awards[{index}].{field}") } else { field.to_owned() }
        };
        let mut wrong = |field: &str, message: String, value: &str| {
            errors.push(FieldError::new(&place(field), message, Some(value)));
        };
        let scheme = schemes.iter().find(|scheme| {
            scheme.code == command.scheme
                && scheme.from_day <= command.on
                && scheme.to_day.is_none_or(|end| command.on < end)
        });
        if scheme.is_none() {
            let message = format!(
                "评选方案“{}”在{}没有施行，请核对方案代码，或由县级审核员先设置方案。",
                command.scheme, command.on
            );
            wrong("scheme", message, &command.scheme);
        }
        if let Some(scheme) = scheme.filter(|scheme| scheme.kind(&command.kind).is_none()) {
            let names: Vec<String> =
                scheme.kinds.iter().map(|kind| format!("{}（{}）", kind.name, kind.code)).collect();
            let message = format!("奖项“{}”不在本方案内，请选择{}。", command.kind, names.join("、"));
            wrong("kind", message, &command.kind);
        }
        let village = villages.get(&command.village).filter(|village| is_village(village, command.on));
        if village.is_none() {
            let message = format!("“{}”不是{}存在的村或社区，请重新选择。", command.village, command.on);
            wrong("village", message, &command.village);
        }
        for (field, message, value) in check_words(command, today) {
            wrong(field, message, &value);
        }
        if !seen.insert((&command.scheme, &command.kind, command.year, &command.village)) {
            wrong("village", "同一村（社区）的同一奖项重复出现，请只保留一行。".to_owned(), &command.village);
        }
        if let (Some(scheme), Some(village)) = (scheme, village) {
            planned.push(Planned { id: AwardId::new(), command, scheme, village });
        }
    }
    if errors.is_empty() { Ok(planned) } else { Err(Error::Invalid(errors)) }
}

fn is_village(organisation: &Organisation, on: NaiveDate) -> bool {
    matches!(organisation.kind(), Some(Kind::Village | Kind::Community))
        && organisation.founded_on.is_none_or(|founded| founded <= on)
        && organisation.dissolved_on.is_none_or(|dissolved| on < dissolved)
}

/// What is wrong with year, day and reason.
fn check_words(command: &RecommendAward, today: NaiveDate) -> Vec<(&'static str, String, String)> {
    let mut errors = Vec::new();
    if !(1990..=command.on.year()).contains(&command.year) {
        let message = format!(
            "评选年度“{}”应是1990至{}之间的年份，不能早于推荐还没有到的年度，请改正。",
            command.year,
            command.on.year()
        );
        errors.push(("year", message, command.year.to_string()));
    }
    if command.on > today {
        let message = format!("推荐日期“{}”晚于今天，请填写已经发生的日期。", command.on);
        errors.push(("on", message, command.on.to_string()));
    }
    if !(1..=LONGEST).contains(&command.reason.trim().chars().count()) {
        let message = format!("推荐理由应为1至{LONGEST}字，请写明主要事迹。");
        errors.push(("reason", message, String::new()));
    }
    errors
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, planned: &[Planned<'_>]) -> Result<()> {
    let rows = planned.iter().map(|one| {
        json!({
            "id": one.id, "scheme": one.scheme.id, "code": one.scheme.code, "kind": one.command.kind,
            "village": one.village.id, "path": one.village.path, "year": one.command.year, "on": one.command.on,
            "reason": one.command.reason.trim(), "by": actor.name,
        })
    });
    write::run(
        conn,
        actor.scope.county,
        "INSERT INTO awards (county_id, id, scheme_id, scheme_code, kind, village_id, path, year, state, state_on, \
         reason, recommended_by, created_by, updated_by) \
         SELECT $1, n.id, n.scheme, n.code, n.kind, n.village, n.path, n.year, 'recommended', n.\"on\", n.reason, n.by, \
         n.by, n.by FROM jsonb_to_recordset($2) AS n (id uuid, scheme uuid, code text, kind text, village uuid, \
         path text, year integer, \"on\" date, reason text, by text)",
        rows.collect(),
    )
    .await
    .constraint("awards_once_a_year_key", || Error::Taken {
        field: "village",
        message: "该村（社区）本年度的这一奖项已经推荐过；请在评选列表中查看办理进度，不必重复推荐。".to_owned(),
    })?;
    Ok(())
}
