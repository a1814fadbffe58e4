//! Grants a role and an organisation: only a security officer may, never to himself, and what is more than a clerk's role
//! takes two of them: one asks, another approves.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door, Role};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{AccountId, ApprovalId};
use crate::base::policy::{self, Action};
use crate::records::accounts::AccountLine;
use crate::records::accounts::model::State;
use crate::records::accounts::reset_password::TEMPORARY;
use crate::records::accounts::{queries, rules};
use crate::records::approvals::{self, Approval, Conclusion, Filing, Kind};
use crate::records::audit;
use crate::records::organisations::{self, Organisation};
use crate::schema::{accounts, sessions};

/// One role to be granted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The account.
    pub account: AccountId,
    /// The role that it gets.
    pub role: Role,
    /// Code of the organisation whose subtree it may act in; none: as it is.
    pub organisation: Option<String>,
    /// The version that the officer saw.
    pub version: i32,
}

/// What became of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// The account has the role and may sign in.
    Done,
    /// Another security officer has to approve it.
    Waiting(ApprovalId),
}

/// What is asked for, as the request keeps it: nobody changes it while it waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WantedRole {
    /// User name of the account.
    pub username: String,
    /// The role that it has.
    pub from_role: String,
    /// The role that it is to get.
    pub role: Role,
    /// Code of the organisation where it stands.
    pub from_organisation: String,
    /// Code of the organisation where it is to stand.
    pub organisation: String,
    /// Name of that.
    pub organisation_name: String,
    /// The version of the account that the request was made against.
    pub version: i32,
}

impl WantedRole {
    /// What a request asks for.
    ///
    /// # Errors
    /// `Broken` where it is no request for a role.
    pub fn of(approval: &Approval) -> Result<Self> {
        serde_json::from_value(approval.content.clone()).map_err(Error::broken)
    }

    /// What the trail is told of it, once it is carried out: before and after by field.
    fn told(&self, line: &AccountLine) -> serde_json::Value {
        serde_json::json!({
            "username": self.username,
            "role": [self.from_role, self.role.code()],
            "organisation": [self.from_organisation, self.organisation],
            "state": [line.state, State::Active.code()],
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.role, &self.organisation) == (other.role, &other.organisation)
    }
}

/// Grants roles and organisations. A clerk's role is granted at once; any other waits for a second security officer, who
/// approves the request or calls the same again. The account may sign in from then on; its open sessions end, so that
/// nobody goes on with rights that he no longer has.
///
/// # Errors
/// `Forbidden` for anybody but a security officer, `Missing` outside his subtree, `Stale` when somebody else changed the
/// account, `Refused` for his own account, for a disabled one, and while another request waits for the same account.
pub async fn grant(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Grant]) -> Result<Vec<Granted>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::GrantRoles, &actor.scope.path)?;
        let ids: Vec<AccountId> = commands.iter().map(|command| command.account).collect();
        let lines = queries::lock(conn, &actor.scope, &ids).await?;
        let mut done = Vec::with_capacity(commands.len());
        let (mut told, mut asked) = (Vec::new(), Vec::new());
        for command in commands {
            let line = lines.iter().find(|line| line.id == command.account).or_missing("这个账号")?;
            refuse(actor, command, line)?;
            let code = command.organisation.as_deref().unwrap_or(&line.organisation_code);
            let place =
                organisations::queries::by_code(conn, &actor.scope, code).await.or_missing("这个组织")?;
            let wanted = wanted(command, line, &place);
            let one = one(conn, actor, line, &place, wanted.clone()).await?;
            if one == Granted::Done {
                told.push(wanted.told(line))
            } else {
                asked.push(wanted)
            }
            done.push(one);
        }
        let carried_out = done.contains(&Granted::Done);
        let entry = audit::Entry {
            action: if carried_out { "accounts.grant" } else { "accounts.request_grant" },
            subject_kind: "account",
            subject: ids.as_slice().first().filter(|_| ids.len() == 1).map(|id| id.0),
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "accounts": told, "requested": asked }),
        };
        audit::append(conn, actor, &entry).await?;
        Ok(done)
    })
    .await
}

fn wanted(command: &Grant, line: &AccountLine, place: &Organisation) -> WantedRole {
    WantedRole {
        username: line.username.clone(),
        from_role: line.role.clone(),
        role: command.role,
        from_organisation: line.organisation_code.clone(),
        organisation: place.code.clone(),
        organisation_name: place.name.clone(),
        version: line.version,
    }
}

/// Grants one role, or does the first or the second of the two steps that it takes.
async fn one(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    line: &AccountLine,
    place: &Organisation,
    wanted: WantedRole,
) -> Result<Granted> {
    // Whoever works at the machine itself does in one step what takes two people in the page (contract 2).
    if actor.door == Door::CommandLine || !rules::takes_two(wanted.role) {
        apply(conn, line, place, wanted.role).await?;
        return Ok(Granted::Done);
    }
    let waiting = approvals::queries::waiting(conn, &actor.scope, Kind::Grant, line.id.0).await?;
    let Some(waiting) = waiting else {
        let filing = Filing {
            kind: Kind::Grant,
            subject_kind: "account",
            subject: line.id.0,
            path: &actor.scope.path,
            content: serde_json::to_value(&wanted).map_err(Error::broken)?,
            reason: None,
        };
        return Ok(Granted::Waiting(approvals::file(conn, actor, filing).await?));
    };
    if actor.account == Some(waiting.requested_by) {
        let sentence = "您已提出这个账号的授权申请，须由另一名安全管理员批准；要改动请先撤回。";
        return Err(Error::Refused(sentence.to_owned()));
    }
    if !WantedRole::of(&waiting)?.is_same(&wanted) {
        let sentence = format!(
            "{}已为这个账号提出另一项授权申请，请先批准、驳回或请其撤回，再授予别的角色。",
            waiting.requester
        );
        return Err(Error::Refused(sentence));
    }
    let approval = approvals::lock(conn, actor, Kind::Grant, waiting.id, &Conclusion::Approve).await?;
    carry_out(conn, actor, &approval, line, place).await?;
    Ok(Granted::Done)
}

/// Decides a request for a role: another security officer approves or rejects it, or who filed it takes it back.
///
/// # Errors
/// `Forbidden` for anybody but a security officer, `Missing` outside his subtree, `Refused` for his own request or account,
/// and where the account changed since.
pub async fn decide_grant(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: ApprovalId,
    conclusion: &Conclusion,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::GrantRoles, &actor.scope.path)?;
        let held = approvals::queries::find(conn, &actor.scope, id).await.or_missing("这项申请")?;
        // The account before its request, as `grant` does: two officers at once wait one for the other.
        let lines = queries::lock(conn, &actor.scope, &[AccountId(held.subject_id)]).await?;
        let approval = approvals::lock(conn, actor, Kind::Grant, id, conclusion).await?;
        let wanted = WantedRole::of(&approval)?;
        let requester = &approval.requester;
        let (action, details) = match conclusion {
            Conclusion::Approve => {
                let line = lines.as_slice().first().or_missing("这个账号")?;
                let place = organisations::queries::by_code(conn, &actor.scope, &wanted.organisation)
                    .await
                    .or_missing("这个组织")?;
                carry_out(conn, actor, &approval, line, &place).await?;
                let details = serde_json::json!({ "accounts": [wanted.told(line)], "requester": requester });
                ("accounts.grant", details)
            }
            Conclusion::Reject(reason) => {
                approvals::conclude(conn, actor, &approval, conclusion).await?;
                let reason = reason.trim();
                let details =
                    serde_json::json!({ "requested": wanted, "requester": requester, "reason": reason });
                ("accounts.reject_grant", details)
            }
            Conclusion::Withdraw => {
                approvals::conclude(conn, actor, &approval, conclusion).await?;
                let details = serde_json::json!({ "requested": wanted, "requester": requester });
                ("accounts.withdraw_grant", details)
            }
        };
        let entry = audit::Entry {
            action,
            subject_kind: "account",
            subject: Some(approval.subject_id),
            count: 1,
            path: &actor.scope.path,
            details,
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

/// Carries an approved request out.
async fn carry_out(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    approval: &Approval,
    line: &AccountLine,
    place: &Organisation,
) -> Result<()> {
    let wanted = WantedRole::of(approval)?;
    if actor.account == Some(line.id) {
        return Err(Error::Refused(OWN.to_owned()));
    }
    if line.version != wanted.version || line.state() == State::Disabled {
        let sentence = "提出申请后账号已有变动，不能再按原申请授权；请驳回，核对后重新提出。";
        return Err(Error::Refused(sentence.to_owned()));
    }
    apply(conn, line, place, wanted.role).await?;
    approvals::conclude(conn, actor, approval, &Conclusion::Approve).await
}

async fn apply(
    conn: &mut AsyncPgConnection,
    line: &AccountLine,
    place: &Organisation,
    role: Role,
) -> Result<()> {
    // A password that somebody else set opens for three days: of an account that had to wait, from now on.
    if line.state() == State::Pending {
        let waited = accounts::table.find((line.county_id, line.id));
        diesel::update(waited.filter(accounts::password_temporary))
            .set(accounts::password_expires_at.eq(clock::now() + TEMPORARY))
            .execute(conn)
            .await?;
    }
    diesel::update(accounts::table.find((line.county_id, line.id)))
        .set((
            accounts::role.eq(role.code()),
            accounts::organisation_id.eq(place.id),
            accounts::organisation_path.eq(&place.path),
            accounts::organisation_name.eq(&place.name),
            accounts::state.eq(State::Active.code()),
            accounts::version.eq(accounts::version + 1),
            accounts::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    diesel::delete(sessions::table.filter(sessions::account_id.eq(line.id))).execute(conn).await?;
    Ok(())
}

const OWN: &str = "不能给自己的账号授权，请由另一名安全管理员办理。";

fn refuse(actor: &Actor, command: &Grant, line: &AccountLine) -> Result<()> {
    if actor.account == Some(command.account) {
        return Err(Error::Refused(OWN.to_owned()));
    }
    if line.version != command.version {
        return Err(Error::Stale);
    }
    if line.state() == State::Disabled {
        return Err(Error::Refused("账号已停用，不能授权；请由系统管理员新建账号。".to_owned()));
    }
    Ok(())
}
