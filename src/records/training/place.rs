//! Puts members on the rolls of classes as a plan of class lists says that a supervisor accepted.

use std::collections::{BTreeMap, HashMap};

use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::records::training::enrol::{ENROL, row};
use crate::records::training::model::{Class, ClassState};
use crate::records::training::roll::{Candidate, candidates};
use crate::records::training::{queries, write};

/// A member and the class that a plan gives him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceMember {
    /// The member.
    pub member: MembershipId,
    /// His class: planned or open.
    pub class: TrainingClassId,
    /// The version of the class that the plan saw.
    pub version: i32,
    /// The class whose roll he leaves for it.
    pub from: Option<TrainingClassId>,
}

/// Why nothing of a plan is written.
const CHANGED: &str = "排班之后数据有了变化";

/// Places members in classes, all or nobody: who leaves the roll of another class for it is taken off that first. Classes
/// that are planned take them as well as open ones.
///
/// # Errors
/// `Refused` with who no longer fits and why, where anything has changed since the plan was made: a class, a member, a
/// roll; `Missing` for a class; `Forbidden`.
pub async fn place(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[PlaceMember]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        policy::require(actor, Action::SetSchemes, &actor.scope.path)?;
        let versions: BTreeMap<TrainingClassId, i32> =
            commands.iter().map(|command| (command.class, command.version)).collect();
        let left: Vec<TrainingClassId> = commands.iter().filter_map(|command| command.from).collect();
        let mut ids: Vec<TrainingClassId> = versions.keys().copied().chain(left).collect();
        ids.sort_unstable();
        ids.dedup();
        let members: Vec<MembershipId> = commands.iter().map(|command| command.member).collect();
        let rows = db::across_county(conn, actor, async |conn| {
            let classes = queries::lock_classes(conn, &actor.scope, &ids).await?;
            let classes: HashMap<TrainingClassId, Class> =
                classes.into_iter().map(|class| (class.id, class)).collect();
            queries::queue_members(conn, county, &members).await?;
            check_classes(&classes, &versions)?;
            take_off(conn, actor, commands).await?;
            let asked: Vec<_> = commands.iter().map(|command| (command.class, command.member)).collect();
            let found = candidates(conn, county, &asked).await?;
            let seats = queries::seats_taken(conn, county, &ids).await?;
            check_members(actor, commands, &classes, &found)?;
            check_seats(commands, &classes, &seats)?;
            let rows: Vec<_> = commands
                .iter()
                .filter_map(|command| Some(row(actor, classes.get(&command.class)?, command.member, false)))
                .collect();
            write::run(conn, county, ENROL, &rows)
                .await
                .constraint("training_enrolments_one_class_at_a_time", || {
                    Error::Refused(format!("{CHANGED}：有人已在同期的其他班次中，请重新排班。"))
                })?;
            Ok(rows.len())
        })
        .await?;
        if rows == 0 {
            return Ok(());
        }
        let details = json!({ "members": rows });
        let told = write::Told {
            action: "training.place",
            classes: &ids,
            path: &actor.scope.path,
            count: rows,
            details,
        };
        write::append(conn, actor, told).await
    })
    .await
}

/// Whether the classes are as the plan saw them.
fn check_classes(
    classes: &HashMap<TrainingClassId, Class>,
    versions: &BTreeMap<TrainingClassId, i32>,
) -> Result<()> {
    for (id, version) in versions {
        let Some(class) = classes.get(id) else { return Err(Error::Missing { what: "这个班次" }) };
        let state = class.state()?;
        let is_coming = matches!(state, ClassState::Planned | ClassState::Open);
        if !is_coming || class.version != *version || class.first_day <= clock::today() {
            let reason = format!(
                "{CHANGED}：班次“{}”已被修改（现为“{}”，{}开始），请重新排班。",
                class.code,
                state.name(),
                class.first_day
            );
            return Err(Error::Refused(reason));
        }
    }
    Ok(())
}

/// Takes those off the roll of another class who leave it.
async fn take_off(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[PlaceMember]) -> Result<()> {
    let rows: Vec<_> = commands
        .iter()
        .filter_map(|command| {
            let from = command.from?;
            Some(json!({ "class_id": from, "membership_id": command.member, "today": clock::today(),
                "by": actor.name }))
        })
        .collect();
    let taken = write::run(
        conn,
        actor.scope.county,
        "UPDATE training_enrolments e SET withdrawn_on = n.today, withdrawal_reason = '重新排班', \
            updated_at = now(), updated_by = n.by \
         FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid, today date, by text) \
         WHERE e.county_id = $1 AND e.class_id = n.class_id AND e.membership_id = n.membership_id \
            AND e.withdrawn_on IS NULL \
            AND NOT EXISTS (SELECT FROM training_attendances a WHERE a.county_id = $1 \
                AND a.class_id = e.class_id AND a.membership_id = e.membership_id)",
        &rows,
    )
    .await?;
    if taken == rows.len() {
        return Ok(());
    }
    Err(Error::Refused(format!("{CHANGED}：有人已不在原班次的名单中，请重新排班。")))
}

/// Whether everybody still fits.
fn check_members(
    actor: &Actor,
    commands: &[PlaceMember],
    classes: &HashMap<TrainingClassId, Class>,
    found: &HashMap<(TrainingClassId, MembershipId), Candidate>,
) -> Result<()> {
    const TOLD: usize = 5;
    let (mut reasons, mut count) = (Vec::new(), 0usize);
    for command in commands {
        let Some(class) = classes.get(&command.class) else { continue };
        let seen = found.get(&(command.class, command.member)).filter(|one| one.is_seen(&actor.scope));
        let refusal = match seen {
            None => Some("有党员已不在您的管理范围内".to_owned()),
            Some(one) if one.is_trained => Some(format!("“{}”已经轮训合格", one.name)),
            Some(one) => one
                .refuse_enrolment(class)?
                .map(|refusal| refusal.to_string().trim_end_matches('。').to_owned()),
        };
        if let Some(refusal) = refusal {
            count = count.saturating_add(1);
            if reasons.len() < TOLD {
                reasons.push(refusal);
            }
        }
    }
    if count == 0 {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "{CHANGED}，{count}人不能再按原方案安排：{}。请重新排班。",
        reasons.join("；")
    )))
}

/// Whether every class has the seats.
fn check_seats(
    commands: &[PlaceMember],
    classes: &HashMap<TrainingClassId, Class>,
    taken: &HashMap<TrainingClassId, i64>,
) -> Result<()> {
    let mut wanted: HashMap<TrainingClassId, i64> = HashMap::new();
    for command in commands {
        let one = wanted.entry(command.class).or_default();
        *one = one.saturating_add(1);
    }
    for (id, new) in wanted {
        let Some((class, places)) = classes.get(&id).and_then(|class| Some((class, class.places?))) else {
            continue;
        };
        let taken = taken.get(&id).copied().unwrap_or_default();
        if taken.saturating_add(new) > i64::from(places) {
            let reason = format!(
                "{CHANGED}：班次“{}”名额{places}人，已报名{taken}人，不能再安排{new}人，请重新排班。",
                class.code
            );
            return Err(Error::Refused(reason));
        }
    }
    Ok(())
}
