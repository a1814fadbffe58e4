//! Says of two people who look like one that they are two, and takes that back.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::people;
use crate::schema::distinct_people;

/// How many characters a reason may have.
const LONGEST_REASON: usize = 200;

/// Two people who are two.
#[derive(Debug, Clone)]
pub struct Distinguish {
    /// One of them.
    pub one: PersonId,
    /// The other.
    pub other: PersonId,
    /// How that was found out, in words; not demanded.
    pub reason: Option<String>,
}

impl Distinguish {
    /// With the lesser id first, as it is stored.
    fn in_order(&self) -> (PersonId, PersonId) {
        (self.one.min(self.other), self.one.max(self.other))
    }
}

/// Settles for good that these are two people each, so that they are not listed any more.
///
/// # Errors
/// `Missing` where the actor does not see both; `Invalid` for one person twice or a reason that is too long; `Refused` where
/// it is settled already; `Forbidden`.
pub async fn distinguish(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Distinguish],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let mut rows = Vec::with_capacity(commands.len());
        for command in commands {
            rows.push((
                distinct_people::county_id.eq(actor.scope.county),
                distinct_people::person_id.eq(command.in_order().0),
                distinct_people::other_id.eq(command.in_order().1),
                distinct_people::reason.eq(given(command)?),
                distinct_people::decided_by.eq(&actor.name),
            ));
        }
        see(conn, actor, commands).await?;
        diesel::insert_into(distinct_people::table)
            .values(rows)
            .execute(conn)
            .await
            .constraint("distinct_people_pkey", || {
                Error::Refused("这两份档案已经认定不是同一人，请刷新页面查看。".to_owned())
            })?;
        append_entry(conn, actor, "merges.distinguish", commands).await
    })
    .await
}

/// Takes back that these are two people each: they are listed again as long as they look alike.
///
/// # Errors
/// `Missing` where the actor does not see both, or nothing was settled of them; `Forbidden`.
pub async fn reconsider(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Distinguish]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        see(conn, actor, commands).await?;
        for command in commands {
            let (person, other) = command.in_order();
            let gone = diesel::delete(distinct_people::table.find((actor.scope.county, person, other)))
                .execute(conn)
                .await?;
            if gone == 0 {
                return Err(Error::Missing { what: "“不是同一人”的认定" });
            }
        }
        append_entry(conn, actor, "merges.reconsider", commands).await
    })
    .await
}

/// The reason as it is kept.
fn given(command: &Distinguish) -> Result<Option<String>> {
    if command.one == command.other {
        return Err(Error::invalid("other", "两份档案是同一份，请选择另一份。"));
    }
    let reason = command.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    match reason.map(|reason| reason.chars().count()) {
        Some(count) if count > LONGEST_REASON => {
            let message = format!("认定依据有{count}字，最多{LONGEST_REASON}字，请精简。");
            Err(Error::invalid("reason", message))
        }
        _ => Ok(reason.map(str::to_owned)),
    }
}

/// Refuses unless the actor sees every one of them.
async fn see(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Distinguish]) -> Result<()> {
    let mut ids: Vec<PersonId> = commands.iter().flat_map(|command| [command.one, command.other]).collect();
    ids.sort_unstable();
    ids.dedup();
    let places = people::queries::places(conn, &actor.scope, &ids).await?;
    if ids.iter().any(|id| !places.contains_key(id)) {
        return Err(Error::Missing { what: "人员" });
    }
    let paths = places.values().flatten().map(|place| &place.path);
    policy::require_all(actor, Action::EnterRecords, paths)
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    commands: &[Distinguish],
) -> Result<()> {
    let one = if let [one] = commands { Some(one) } else { None };
    let details = match one {
        Some(pair) => serde_json::json!({ "other": pair.in_order().1, "reason": pair.reason }),
        None => {
            let ids = commands.iter().flat_map(|pair| [pair.in_order().0.0, pair.in_order().1.0]);
            serde_json::json!({ "people_sha256": audit::digest(ids) })
        }
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "person",
            subject: one.map(|pair| pair.in_order().0.0),
            count: commands.len(),
            path: &actor.scope.path,
            details,
        },
    )
    .await
}
