//! Records what happens to members: confirmation, stopping, reinstatement, restriction, removal, death.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::MembershipId;
use crate::base::policy::{self, Action};
use crate::base::values::MembershipStatus;
use crate::records::audit;
use crate::records::members::model::Membership;
use crate::records::members::{queries, rules, write};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A probationary member became a full one (Rules for the admission of members, article 31).
    Confirm,
    /// Membership stopped (Regulation on education and management of members, article 24).
    Stop,
    /// Membership restored.
    Reinstate,
    /// Rights restricted: `watch` or `suspended_rights`, perhaps until a known day.
    Restrict(MembershipStatus, Option<NaiveDate>),
    /// Out of the Party, in one of the ways of article 31 or by discipline.
    Remove(MembershipStatus),
    /// Death.
    Decease,
}

impl EventKind {
    fn action(&self) -> &'static str {
        match self {
            Self::Confirm => "members.confirm",
            Self::Stop => "members.stop",
            Self::Reinstate => "members.reinstate",
            Self::Restrict(..) => "members.restrict",
            Self::Remove(_) => "members.remove",
            Self::Decease => "members.decease",
        }
    }

    /// What its day is called in the API.
    fn day_field(&self) -> &'static str {
        match self {
            Self::Confirm => "full_member_on",
            Self::Restrict(..) => "from",
            _ => "on",
        }
    }

    fn status(&self) -> Option<MembershipStatus> {
        match self {
            Self::Confirm => None,
            Self::Stop => Some(MembershipStatus::Stopped),
            Self::Reinstate => Some(MembershipStatus::Normal),
            Self::Restrict(status, _) | Self::Remove(status) => Some(*status),
            Self::Decease => Some(MembershipStatus::Deceased),
        }
    }
}

/// One event of one member.
#[derive(Debug, Clone)]
pub struct Event {
    /// The member.
    pub member: MembershipId,
    /// The version that the actor saw; none: whatever stands there (imports and samples plan by themselves).
    pub version: Option<i32>,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub on: NaiveDate,
    /// Why.
    pub reason: Option<String>,
}

impl Event {
    fn check(&self, today: NaiveDate) -> Result<()> {
        let mut errors = Vec::new();
        if self.on > today {
            errors.push(FieldError::new(
                self.kind.day_field(),
                format!("日期“{}”晚于今天，请填写已经发生的日期。", self.on),
                Some(&self.on.to_string()),
            ));
        }
        match self.kind {
            EventKind::Restrict(status, to) => {
                if !matches!(status, MembershipStatus::Watch | MembershipStatus::SuspendedRights) {
                    errors.push(FieldError::new(
                        "status",
                        "限制党员权利只能选择“留党察看”或“中止党员权利”。",
                        Some(status.name()),
                    ));
                }
                if to.is_some_and(|to| to <= self.on || to > today) {
                    errors.push(FieldError::new(
                        "to",
                        "结束日期须晚于起始日期且不晚于今天；尚未结束的请留空。",
                        None,
                    ));
                }
            }
            EventKind::Remove(status) if !status.is_removal() => errors.push(FieldError::new(
                "status",
                format!("“{}”不是出党的方式，请选择除名、开除党籍等其中一种。", status.name()),
                Some(status.name()),
            )),
            _ => {}
        }
        let needs_reason = !matches!(self.kind, EventKind::Confirm | EventKind::Decease);
        if needs_reason && self.reason.as_deref().unwrap_or_default().trim().is_empty() {
            errors.push(FieldError::new("reason", "请填写原因，供日后查证。", None));
        }
        if self.reason.as_ref().is_some_and(|reason| reason.chars().count() > 500) {
            errors.push(FieldError::new("reason", "原因不能超过500字，请精简。", None));
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

/// Records events of members, one per member.
///
/// # Errors
/// `Missing`, `Stale`, `Invalid` with the wrong fields, `Refused` where the rules forbid the change.
pub async fn record(conn: &mut AsyncPgConnection, actor: &Actor, events: &[Event]) -> Result<()> {
    let today = clock::today();
    events.iter().try_for_each(|event| event.check(today))?;
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let ids: Vec<MembershipId> = events.iter().map(|event| event.member).collect();
        let mut rows = queries::lock(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Membership::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let since = queries::open_statuses(conn, county, &ids).await?;
        let mut ends = Vec::new();
        let mut facts = write::Facts::default();
        let before: Vec<serde_json::Value> = rows.iter().map(told).collect();
        for (row, event) in rows.iter_mut().zip(events) {
            if event.version.is_some_and(|version| version != row.version) {
                return Err(Error::Stale);
            }
            let since = since.get(&row.id).copied().unwrap_or(row.from_day);
            match event.kind.status() {
                None => confirm(row, event)?,
                Some(status) => {
                    change_status(row, event, status, since)?;
                    ends.push((row.id, event.on));
                    push_facts(&mut facts, event, status);
                }
            }
        }
        write::end_open(conn, county, "membership_statuses", None, &ends).await?;
        facts.insert(conn, county, "membership_statuses", "status", "reason").await?;
        write::update(conn, county, &rows, &actor.name).await?;
        append_entries(conn, actor, events, &before, &rows).await
    })
    .await
}

fn confirm(row: &mut Membership, event: &Event) -> Result<()> {
    if let Some(day) = row.full_member_on {
        return Err(Error::Refused(format!("该党员已于{day}转为正式党员，不必重复登记。")));
    }
    if !row.status()?.in_register() {
        return Err(Error::Refused("该党员已不在册，不能转正。".to_owned()));
    }
    if event.on < row.joined_on {
        return Err(Error::invalid(
            "full_member_on",
            format!("转为正式党员日期“{}”早于加入党组织日期“{}”，请核对。", event.on, row.joined_on),
        ));
    }
    row.full_member_on = Some(event.on);
    Ok(())
}

fn change_status(
    row: &mut Membership,
    event: &Event,
    status: MembershipStatus,
    since: NaiveDate,
) -> Result<()> {
    let from = row.status()?;
    let probationary = row.full_member_on.is_none();
    if event.kind == EventKind::Reinstate && from.in_register() {
        let reason = format!("该党员当前为“{}”，仍在册，不需要恢复党籍。", from.name());
        if from == MembershipStatus::Normal {
            return Err(Error::Refused(reason));
        }
    }
    if let Some(reason) = rules::refuse_status_change(from, status, probationary, since, event.on) {
        return Err(Error::Refused(reason));
    }
    let ended = matches!(event.kind, EventKind::Restrict(_, Some(_)));
    let status = if ended { MembershipStatus::Normal } else { status };
    status.code().clone_into(&mut row.status);
    let terminal = !status.in_register() && status != MembershipStatus::Stopped;
    row.to_day = terminal.then_some(event.on);
    Ok(())
}

fn push_facts<'a>(facts: &mut write::Facts<'a>, event: &'a Event, status: MembershipStatus) {
    let reason = event.reason.as_deref();
    match event.kind {
        EventKind::Restrict(_, Some(to)) => {
            facts.push(event.member, status.code(), reason, event.on, Some(to));
            facts.push(event.member, MembershipStatus::Normal.code(), None, to, None);
        }
        _ => facts.push(event.member, status.code(), reason, event.on, None),
    }
}

/// A membership as the trail tells it.
fn told(row: &Membership) -> serde_json::Value {
    serde_json::json!({ "status": row.status, "full_member_on": row.full_member_on, "to_day": row.to_day })
}

async fn append_entries(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    events: &[Event],
    before: &[serde_json::Value],
    rows: &[Membership],
) -> Result<()> {
    let one = if rows.len() == 1 { events.iter().next().zip(rows.iter().next()) } else { None };
    let (details, path, subject) = match one {
        Some((event, row)) => (
            serde_json::json!({
                "on": event.on, "reason": event.reason, "status": row.status,
                "changes": before.first().map(|before| audit::changes(before, &told(row))),
            }),
            row.path(),
            Some(row.id.0),
        ),
        None => (
            serde_json::json!({ "members_sha256": audit::digest(rows.iter().map(|row| row.id.0)) }),
            actor.scope.path.clone(),
            None,
        ),
    };
    let action = events.iter().next().map_or("members.record", |event| event.kind.action());
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "membership",
            subject,
            count: rows.len(),
            path: &path,
            details,
        },
    )
    .await
}
