//! Who need not be trained, from one day to another.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{MembershipId, TrainingExemptionId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::training::model::ExemptionKind;
use crate::records::training::{queries, write};

const SUBJECT: &str = "training_exemption";

/// A member to be exempt.
#[derive(Debug, Clone)]
pub struct Exempt {
    /// The member.
    pub member: MembershipId,
    /// Why.
    pub kind: ExemptionKind,
    /// Why, in words.
    pub reason: String,
    /// First day.
    pub from_day: NaiveDate,
    /// First day no longer; none: until it is ended.
    pub to_day: Option<NaiveDate>,
}

/// The end of an exemption.
#[derive(Debug, Clone)]
pub struct EndExemption {
    /// The exemption.
    pub exemption: TrainingExemptionId,
    /// The version that the actor saw.
    pub version: i32,
    /// First day no longer exempt.
    pub on: NaiveDate,
}

impl Exempt {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !(1..=200).contains(&self.reason.trim().chars().count()) {
            errors.push(FieldError::new("reason", "请写明免训原因，不超过200字。", None));
        }
        if self.from_day > clock::today() {
            let message = format!("免训起始日期“{}”晚于今天，请填写已经发生的日期。", self.from_day);
            errors.push(FieldError::new("from_day", message, Some(&self.from_day.to_string())));
        }
        if let Some(end) = self.to_day.filter(|end| *end <= self.from_day) {
            let message = format!("免训结束日期“{end}”应晚于起始日期“{}”，请核对。", self.from_day);
            errors.push(FieldError::new("to_day", message, Some(&end.to_string())));
        }
        errors
    }
}

/// Exempts members; answers the ids of the exemptions in the order given.
///
/// # Errors
/// `Invalid` with the wrong fields; `Missing` for a member outside the actor's subtree; `Forbidden`; `Taken` where one of
/// them is exempt at the time already.
pub async fn exempt(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Exempt],
) -> Result<Vec<TrainingExemptionId>> {
    let errors: Vec<FieldError> = commands.iter().flat_map(Exempt::check).collect();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    db::write(conn, actor, async |conn| {
        let members: Vec<MembershipId> = commands.iter().map(|command| command.member).collect();
        let paths = queries::lock_members(conn, &actor.scope, &members).await?;
        policy::require_all(actor, Action::EnterRecords, paths.values())?;
        let ids: Vec<TrainingExemptionId> = commands.iter().map(|_| TrainingExemptionId::new()).collect();
        let rows = commands.iter().zip(&ids).map(|(command, id)| {
            json!({
                "id": id, "membership_id": command.member, "kind": command.kind.code(),
                "reason": command.reason.trim(), "from_day": command.from_day, "to_day": command.to_day,
                "created_by": actor.name,
            })
        });
        write::run(
            conn,
            actor.scope.county,
            "INSERT INTO training_exemptions (county_id, id, membership_id, kind, reason, from_day, to_day, \
                created_by, updated_by) \
             SELECT $1, n.*, n.created_by FROM jsonb_to_recordset($2) AS n (id uuid, membership_id uuid, kind text, \
                reason text, from_day date, to_day date, created_by text)",
            &rows.collect::<Vec<_>>(),
        )
        .await
        .constraint("training_exemptions_no_overlap", || Error::Taken {
            field: "from_day",
            message: "该党员在这段时间已经免训，不必重复登记；如需更改，请先结束原来的免训。".to_owned(),
        })?;
        let first = members.first().and_then(|member| paths.get(member));
        let details = json!(commands.first().map(|one| json!({
            "member": one.member, "kind": one.kind.code(), "from_day": one.from_day, "to_day": one.to_day,
        })));
        append(conn, actor, "training.exempt", &ids, first, details).await?;
        Ok(ids)
    })
    .await
}

/// Ends exemptions, one per command.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a day that is not after the first one, or after the last.
pub async fn end_exemptions(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[EndExemption],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<TrainingExemptionId> = commands.iter().map(|command| command.exemption).collect();
        let known = queries::lock_exemptions(conn, &actor.scope, &ids).await?;
        let members: Vec<MembershipId> = known.iter().map(|one| one.membership_id).collect();
        let paths = queries::lock_members(conn, &actor.scope, &members).await?;
        policy::require_all(actor, Action::EnterRecords, paths.values())?;
        for (row, command) in known.iter().zip(commands) {
            if row.version != command.version {
                return Err(Error::Stale);
            }
            if command.on <= row.from_day || row.to_day.is_some_and(|end| end < command.on) {
                let message = format!(
                    "结束日期“{}”应晚于免训起始日期{}，且不晚于原定的结束日期，请核对。",
                    command.on, row.from_day
                );
                return Err(Error::invalid("on", message));
            }
        }
        let rows: Vec<_> =
            commands.iter().map(|one| json!({ "id": one.exemption, "day": one.on, "by": actor.name })).collect();
        write::run(
            conn,
            actor.scope.county,
            "UPDATE training_exemptions e SET to_day = n.day, version = e.version + 1, updated_at = now(), \
                updated_by = n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, day date, by text) WHERE e.county_id = $1 AND e.id = n.id",
            &rows,
        )
        .await?;
        let first = members.first().and_then(|member| paths.get(member));
        let details = json!({ "on": commands.first().map(|one| one.on) });
        append(conn, actor, "training.end_exemptions", &ids, first, details).await
    })
    .await
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    ids: &[TrainingExemptionId],
    path: Option<&Path>,
    details: serde_json::Value,
) -> Result<()> {
    let one = if let [one] = ids { Some(one.0) } else { None };
    let many = || json!({ "exemptions_sha256": audit::digest(ids.iter().map(|id| id.0)) });
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: SUBJECT,
            subject: one,
            count: ids.len(),
            path: path.filter(|_| one.is_some()).unwrap_or(&actor.scope.path),
            details: if one.is_some() { details } else { many() },
        },
    )
    .await
}
