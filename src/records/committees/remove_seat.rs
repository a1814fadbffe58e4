//! Removes seats that were entered by mistake.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::SeatId;
use crate::records::audit;
use crate::records::committees::appoint::told;
use crate::records::committees::change_seat::read;
use crate::records::committees::who::of_row;
use crate::records::people;
use crate::records::vetting;
use crate::schema::seats;

/// A seat that was entered by mistake: the wrong person, or twice. One that was left is ended instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveSeat {
    /// The seat.
    pub seat: SeatId,
    /// The version that the actor saw.
    pub version: i32,
    /// What the mistake was, in 1 to 200 characters.
    pub reason: String,
}

/// Why something entered by mistake is not removed: what is wrong with the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RemoveRefusal {
    #[error("删除原因没有填写，请写明错在哪里，如“误登为同名的另一人”；正常离职请用“离职”")]
    NoReasonForSeat,
    #[error("删除原因没有填写，请写明错在哪里，如“误登到另一个村”；数字登错了请用“更正”")]
    NoReasonForVote,
    #[error("删除原因有{0}字，不能超过200字，请删减")]
    TooLong(usize),
}

impl RemoveRefusal {
    fn of_seat(reason: &str) -> Option<Self> {
        Self::of(reason, Self::NoReasonForSeat)
    }

    pub(super) fn of_vote(reason: &str) -> Option<Self> {
        Self::of(reason, Self::NoReasonForVote)
    }

    fn of(reason: &str, none: Self) -> Option<Self> {
        match reason.trim().chars().count() {
            0 => Some(none),
            length @ 201.. => Some(Self::TooLong(length)),
            _ => None,
        }
    }
}

/// Removes seats; what they said stays in the trail, with the reason. Closed quarters keep what they counted. The check
/// that a seat rested on is filed again.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Stale` where somebody changed one of them meanwhile, `Refused` where
/// a candidate is under another check by now, `Forbidden`, `Missing`. Then none is removed.
pub async fn remove_seat(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[RemoveSeat]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<SeatId> = commands.iter().map(|command| command.seat).collect();
        let (_, rows) = read(conn, actor, &ids).await?;
        let mut errors = Vec::new();
        let mut removed = Vec::with_capacity(commands.len());
        for (number, command) in commands.iter().enumerate() {
            let (row, stored) = rows.get(&command.seat).ok_or(Error::Missing { what: "任职记录" })?;
            if command.version != row.version {
                return Err(Error::Stale);
            }
            let refusal = RemoveRefusal::of_seat(&command.reason);
            errors.extend(
                refusal.map(|why| of_row(number, commands.len(), FieldError::new("reason", why, None))),
            );
            removed.push(serde_json::json!({
                "reason": command.reason.trim(), "before": told(stored),
            }));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let filed_again = vetting::vacate(conn, actor, &ids).await?;
        delete(conn, actor, &ids).await?;
        let one = if let [one] = commands { rows.get(&one.seat) } else { None };
        let path = one.map_or_else(
            || actor.scope.path.clone(),
            |(row, _)| crate::base::scope::Path::stored(row.path.clone()),
        );
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "committees.remove_seat",
                subject_kind: "seat",
                subject: one.map(|(row, _)| row.id.0),
                count: commands.len(),
                path: &path,
                details: serde_json::json!({ "seats": removed, "checks_filed_again": filed_again }),
            },
        )
        .await
    })
    .await
}

async fn delete(conn: &mut AsyncPgConnection, actor: &Actor, ids: &[SeatId]) -> Result<()> {
    let county = actor.scope.county;
    let gone = diesel::delete(seats::table.filter(seats::county_id.eq(county).and(seats::id.eq_any(ids))))
        .execute(conn)
        .await?;
    if gone != ids.len() {
        return Err(Error::Stale);
    }
    let relations: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    people::unrelate(conn, county, &relations).await?;
    Ok(())
}
