//! Decides a request: nobody decides his own, and nobody changes one that waits.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::ApprovalId;
use crate::base::scope::Scope;
use crate::records::approvals::{Approval, Kind, State};
use crate::schema::approvals;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// Another person approves it; its content is carried out in the same transaction.
    Approve,
    /// Another person rejects it, and says why.
    Reject(String),
    /// Who filed it takes it back.
    Withdraw,
}

/// A request of a kind that waits, kept from change until the transaction ends, for an actor who may conclude it so.
///
/// # Errors
/// `Missing` outside the actor's subtree, `Refused` where it is decided already, or his own, or not his to withdraw.
pub async fn lock(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    kind: Kind,
    id: ApprovalId,
    conclusion: &Conclusion,
) -> Result<Approval> {
    let found: Option<Approval> = inside(&actor.scope)
        .filter(approvals::id.eq(id))
        .filter(approvals::kind.eq(kind.code()))
        .select(Approval::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let approval = found.or_missing("这项申请")?;
    check(&approval, actor, conclusion)?;
    Ok(approval)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn inside(scope: &Scope) -> _ {
    let end: String = scope.path.end();
    let path: String = scope.path.as_str().to_owned();
    let county: crate::base::ids::CountyId = scope.county;
    approvals::table
        .filter(approvals::county_id.eq(county))
        .filter(approvals::path.ge(path))
        .filter(approvals::path.lt(end))
}

fn check(approval: &Approval, actor: &Actor, conclusion: &Conclusion) -> Result<()> {
    let refused = |sentence: String| Err(Error::Refused(sentence));
    if approval.state() != State::Pending {
        return refused(format!("这项申请{}，不能再办理。", approval.state().name()));
    }
    let own = actor.account == Some(approval.requested_by);
    match conclusion {
        Conclusion::Approve | Conclusion::Reject(_) if own => {
            refused("不能批准或驳回自己提出的申请，须由另一人办理；您可以撤回它。".to_owned())
        }
        Conclusion::Withdraw if !own => {
            refused("只有提出申请的人可以撤回；如不同意，请驳回并写明原因。".to_owned())
        }
        Conclusion::Reject(reason) if !(1..=500).contains(&reason.trim().chars().count()) => {
            Err(Error::invalid("reason", "驳回申请须用1至500字写明原因。"))
        }
        _ => Ok(()),
    }
}

/// Notes what became of a locked request.
///
/// # Errors
/// `Forbidden` where no account acts.
pub async fn conclude(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    approval: &Approval,
    conclusion: &Conclusion,
) -> Result<()> {
    let decider = actor.account.ok_or(Error::Forbidden)?;
    let (state, reason) = match conclusion {
        Conclusion::Approve => (State::Approved, None),
        Conclusion::Reject(reason) => (State::Rejected, Some(reason.trim())),
        Conclusion::Withdraw => (State::Withdrawn, None),
    };
    diesel::update(approvals::table.find((actor.scope.county, approval.id)))
        .set((
            approvals::state.eq(state.code()),
            approvals::decided_by.eq(decider),
            approvals::decider.eq(&actor.name),
            approvals::decided_at.eq(clock::now()),
            approvals::decision_reason.eq(reason),
            approvals::version.eq(approvals::version + 1),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::actor::Role;
    use crate::base::ids::{AccountId, CountyId};
    use crate::base::scope::Path;

    fn approval(by: AccountId, state: State) -> Approval {
        Approval {
            id: ApprovalId::new(),
            kind: Kind::Grant.code().to_owned(),
            subject_kind: "account".to_owned(),
            subject_id: uuid::Uuid::now_v7(),
            path: "500237/".to_owned(),
            content: serde_json::json!({}),
            reason: None,
            state: state.code().to_owned(),
            requested_by: by,
            requester: "security1".to_owned(),
            requested_at: clock::now(),
            decider: None,
            decided_at: None,
            decision_reason: None,
            version: 1,
        }
    }

    #[test]
    fn nobody_decides_his_own_and_each_takes_back_his_own_alone() {
        let (own, other) = (AccountId::new(), AccountId::new());
        let scope = Scope::new(CountyId::new(), Path::root("500237"));
        let actor = Actor {
            account: Some(own),
            role: Role::Security,
            door: crate::base::actor::Door::Web,
            ..Actor::command_line(scope)
        };
        let reject = Conclusion::Reject("不符合规定".to_owned());
        for (by, conclusion, allowed) in [
            (own, &Conclusion::Approve, false),
            (own, &reject, false),
            (own, &Conclusion::Withdraw, true),
            (other, &Conclusion::Approve, true),
            (other, &reject, true),
            (other, &Conclusion::Reject(" ".to_owned()), false),
            (other, &Conclusion::Withdraw, false),
        ] {
            let done = check(&approval(by, State::Pending), &actor, conclusion);
            assert_eq!(done.is_ok(), allowed, "{conclusion:?}: {done:?}");
            for state in [State::Approved, State::Rejected, State::Withdrawn] {
                assert!(check(&approval(by, state), &actor, conclusion).is_err(), "{state:?}");
            }
        }
    }
}
