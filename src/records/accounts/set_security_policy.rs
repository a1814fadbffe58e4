//! Sets what a county demands at sign-in: at the machine in one step, in a browser by two security officers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door};
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{ApprovalId, CountyId};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::records::accounts::security_policy::{SecurityPolicy, security_policy};
use crate::records::approvals::{self, Approval, Conclusion, Filing, Kind};
use crate::records::audit;
use crate::schema::{second_factor_roles, security_policies};

/// Sets what the actor's county demands; holds from the next request on. Whoever works at the machine does it in one
/// step; a security officer asks, and another one of the county approves the request or calls the same again. Answers the
/// request that waits; none where it holds.
///
/// # Errors
/// `Invalid` for figures out of bounds, `Forbidden` for anybody but a security officer of the whole county, `Refused` for
/// his own request, and while another one waits.
pub async fn set_security_policy(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SecurityPolicy,
) -> Result<Option<ApprovalId>> {
    command.check()?;
    let command = command.tidied();
    db::write(conn, actor, async |conn| {
        let county = require(actor)?;
        // Whoever works at the machine itself does in one step what takes two people in the page (contract 2).
        if actor.door == Door::CommandLine {
            carry_out(conn, actor, &command, None).await?;
            return Ok(None);
        }
        let subject = county.county.0;
        let waiting = approvals::queries::waiting(conn, &county, Kind::SecurityPolicy, subject).await?;
        let Some(waiting) = waiting else { return ask(conn, actor, &county, &command).await.map(Some) };
        if actor.account == Some(waiting.requested_by) {
            let sentence = "您已提出更改登录安全要求的申请，须由另一名安全管理员批准；要改动请先撤回。";
            return Err(Error::Refused(sentence.to_owned()));
        }
        if wanted_policy(&waiting)? != command {
            let sentence = format!(
                "{}已提出更改登录安全要求的另一项申请，请先批准、驳回或请其撤回，再提出别的要求。",
                waiting.requester
            );
            return Err(Error::Refused(sentence));
        }
        let how = Conclusion::Approve;
        let approval = approvals::lock(conn, actor, Kind::SecurityPolicy, waiting.id, &how).await?;
        carry_out(conn, actor, &command, Some(&approval)).await?;
        Ok(None)
    })
    .await
}

/// Decides a request for other demands: another security officer approves or rejects it, or who filed it takes it back.
///
/// # Errors
/// `Forbidden` for anybody but a security officer of the whole county, `Missing` where there is no such request, `Refused`
/// for his own.
pub async fn decide_security_policy(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: ApprovalId,
    conclusion: &Conclusion,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        require(actor)?;
        let approval = approvals::lock(conn, actor, Kind::SecurityPolicy, id, conclusion).await?;
        let wanted = wanted_policy(&approval)?;
        let mut details = serde_json::json!({ "requested": wanted, "requester": approval.requester });
        let action = match conclusion {
            Conclusion::Approve => return carry_out(conn, actor, &wanted, Some(&approval)).await,
            Conclusion::Reject(reason) => {
                if let Some(details) = details.as_object_mut() {
                    details.insert("reason".to_owned(), reason.trim().into());
                }
                "accounts.reject_security_policy"
            }
            Conclusion::Withdraw => "accounts.withdraw_security_policy",
        };
        approvals::conclude(conn, actor, &approval, conclusion).await?;
        append(conn, actor, action, details).await
    })
    .await
}

/// What a request asks for.
///
/// # Errors
/// `Broken` where it is no request for other demands at sign-in.
pub fn wanted_policy(approval: &Approval) -> Result<SecurityPolicy> {
    serde_json::from_value(approval.content.clone()).map_err(Error::broken)
}

fn require(actor: &Actor) -> Result<Scope> {
    let county = actor.scope.whole_county();
    policy::require(actor, Action::GrantRoles, &county.path)?;
    Ok(county)
}

async fn ask(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &Scope,
    command: &SecurityPolicy,
) -> Result<ApprovalId> {
    let content = serde_json::to_value(command).map_err(Error::broken)?;
    let filing = Filing {
        kind: Kind::SecurityPolicy,
        subject_kind: "security_policy",
        subject: county.county.0,
        path: &county.path,
        content,
        reason: None,
    };
    let id = approvals::file(conn, actor, filing).await?;
    let details = serde_json::json!({ "requested": command });
    append(conn, actor, "accounts.request_security_policy", details).await?;
    Ok(id)
}

/// Sets the demands and concludes the request that they were asked for with. A request holds every demand as it was seen
/// then: once others were set, approving it would undo those unseen.
async fn carry_out(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SecurityPolicy,
    approval: Option<&Approval>,
) -> Result<()> {
    let county = actor.scope.county;
    if let Some(approval) = approval {
        let since: Option<DateTime<Utc>> = security_policies::table
            .find(county)
            .select(security_policies::updated_at)
            .for_update()
            .first(conn)
            .await
            .optional()?;
        if since.is_some_and(|since| since > approval.requested_at) {
            let sentence = "提出申请后登录安全要求已有变动，不能再按原申请更改；请驳回，核对后重新提出。";
            return Err(Error::Refused(sentence.to_owned()));
        }
    }
    let before = security_policy(conn, county).await?;
    keep(conn, actor, county, command).await?;
    let mut details = serde_json::json!({ "before": before, "after": command });
    if let Some(approval) = approval {
        approvals::conclude(conn, actor, approval, &Conclusion::Approve).await?;
        if let Some(details) = details.as_object_mut() {
            details.insert("requester".to_owned(), approval.requester.as_str().into());
        }
    }
    append(conn, actor, "accounts.set_security_policy", details).await
}

async fn keep(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: CountyId,
    command: &SecurityPolicy,
) -> Result<()> {
    let values = (
        security_policies::idle_minutes.eq(command.idle_minutes),
        security_policies::session_minutes.eq(command.session_minutes),
        security_policies::proof_minutes.eq(command.proof_minutes),
        security_policies::password_style.eq(command.password_style.code()),
        security_policies::password_days.eq(command.password_days),
        security_policies::change_given_passwords.eq(command.change_given_passwords),
        security_policies::reveals_per_hour.eq(command.reveals_per_hour),
        security_policies::records_per_ten_minutes.eq(command.records_per_ten_minutes),
        security_policies::source.eq(&command.source),
        security_policies::updated_by.eq(&actor.name),
        security_policies::updated_at.eq(diesel::dsl::now),
    );
    diesel::insert_into(security_policies::table)
        .values((security_policies::county_id.eq(county), values))
        .on_conflict(security_policies::county_id)
        .do_update()
        .set((values, security_policies::version.eq(security_policies::version + 1)))
        .execute(conn)
        .await?;
    let held = second_factor_roles::table.filter(second_factor_roles::county_id.eq(county));
    diesel::delete(held).execute(conn).await?;
    let rows: Vec<_> = command
        .second_factor_roles
        .iter()
        .map(|role| (second_factor_roles::county_id.eq(county), second_factor_roles::role.eq(role.code())))
        .collect();
    diesel::insert_into(second_factor_roles::table).values(rows).execute(conn).await?;
    Ok(())
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    details: serde_json::Value,
) -> Result<()> {
    let entry = audit::Entry {
        action,
        subject_kind: "security_policy",
        subject: None,
        count: 1,
        path: &actor.scope.whole_county().path,
        details,
    };
    audit::append(conn, actor, &entry).await
}
