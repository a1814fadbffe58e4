//! Puts members on the rolls of classes and takes them off again.

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, OrMissing, Result};
use crate::base::ids::{MembershipId, OrganisationId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::training::model::{Class, ClassState};
use crate::records::training::roll::{Candidate, Refusal, candidates};
use crate::records::training::{queries, write};

/// Who is to be enrolled.
#[derive(Debug, Clone)]
pub enum Whom {
    /// These members: if one of them cannot be, none is.
    Members(Vec<MembershipId>),
    /// Everybody who belongs to this branch on the first day of the class, is to be trained and is not trained yet, in
    /// the order of the names and as long as there are places; whoever cannot be is left out and said.
    Branch(OrganisationId),
}

/// Members for the roll of one class.
#[derive(Debug, Clone)]
pub struct Enrol {
    /// The class.
    pub class: TrainingClassId,
    /// Who.
    pub whom: Whom,
}

/// Who was enrolled by one command.
#[derive(Debug, Clone, Default)]
pub struct Enrolled {
    /// On the roll now.
    pub members: Vec<MembershipId>,
    /// Of a branch: who was left out, and why.
    pub left_out: Vec<(MembershipId, Refusal)>,
}

/// A member to be taken off the roll.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// The class.
    pub class: TrainingClassId,
    /// The member.
    pub member: MembershipId,
    /// Why.
    pub reason: String,
}

/// Enrols members, in classes of the own organisation and in those that an organisation above offers to it. Answers who
/// was enrolled by each command, in the order given.
///
/// # Errors
/// `Missing` for a class; `Refused` where it is not open for enrolment; of members named one by one `Invalid` with every
/// one who cannot be enrolled (unknown, not in the programme, outside the audience, in another class at the time, no
/// place left); `Forbidden`.
pub async fn enrol(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Enrol]) -> Result<Vec<Enrolled>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let branches = branches(conn, actor, commands).await?;
        // A class of an organisation above is locked in the whole county; each member is asked about by policy.
        let (answers, rows) = db::across_county(conn, actor, async |conn| {
            let classes = queries::lock_classes(conn, &actor.scope.whole_county(), &ids).await?;
            if !classes.iter().all(|class| offers(class, &actor.scope.path)) {
                return Err(Error::Missing { what: "这个班次" });
            }
            let asked: Vec<(TrainingClassId, MembershipId)> = commands
                .iter()
                .flat_map(|command| members_of(command, &branches).iter().map(|member| (command.class, *member)))
                .collect();
            let found = candidates(conn, county, &asked).await?;
            let seats = queries::seats_taken(conn, county, &ids).await?;
            let mut answers = Vec::with_capacity(commands.len());
            let mut book = Book { actor, found: &found, seats, seen: HashSet::new() };
            for (class, command) in classes.iter().zip(commands) {
                answers.push(book.enrol(class, command, members_of(command, &branches))?);
            }
            let rows = rows(actor, &classes, &answers, false);
            write::run(conn, county, ENROL, &rows).await.constraint(
                "training_enrolments_one_class_at_a_time",
                || {
                    Error::Refused(
                        "名单中有人同时报了两个时间冲突的班次，一名党员同一时间只能参加一个班，请核对。".to_owned(),
                    )
                },
            )?;
            Ok((answers, rows.len()))
        })
        .await?;
        if rows > 0 {
            let first = answers.first();
            let details = json!({
                "members": first.map(|one| one.members.len()),
                "members_sha256": first.map(|one| crate::records::audit::digest(one.members.iter().map(|id| id.0))),
            });
            let path = &actor.scope.path;
            let told = write::Told { action: "training.enrol", classes: &ids, path, count: rows, details };
            write::append(conn, actor, told).await?;
        }
        Ok(answers)
    })
    .await
}

/// Whether members of an organisation may attend a class: one of its own, or of an organisation above. Of any other it
/// may not even know.
fn offers(class: &Class, own: &Path) -> bool {
    let audience = class.path();
    own.contains(&audience) || audience.contains(own)
}

/// Who is on the roll comes back on it; a withdrawal is forgotten, the trail keeps it.
pub(super) const ENROL: &str = "\
INSERT INTO training_enrolments (county_id, class_id, membership_id, path, kind, first_day, last_day, is_walk_in,
    created_by, updated_by)
SELECT $1, n.*, n.created_by FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid, path text, kind text,
    first_day date, last_day date, is_walk_in boolean, created_by text)
ON CONFLICT (county_id, class_id, membership_id) DO UPDATE SET withdrawn_on = NULL, withdrawal_reason = NULL,
    is_walk_in = excluded.is_walk_in, updated_at = now(), updated_by = excluded.updated_by";

fn rows(actor: &Actor, classes: &[Class], answers: &[Enrolled], is_walk_in: bool) -> Vec<serde_json::Value> {
    let pairs = classes.iter().zip(answers);
    pairs
        .flat_map(|(class, answer)| answer.members.iter().map(move |member| (class, *member)))
        .map(|(class, member)| row(actor, class, member, is_walk_in))
        .collect()
}

pub(super) fn row(actor: &Actor, class: &Class, member: MembershipId, is_walk_in: bool) -> serde_json::Value {
    json!({
        "class_id": class.id, "membership_id": member, "path": class.path, "kind": class.kind,
        "first_day": class.first_day, "last_day": class.last_day, "is_walk_in": is_walk_in,
        "created_by": actor.name,
    })
}

type Branches = HashMap<(TrainingClassId, OrganisationId), Vec<MembershipId>>;

async fn branches(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Enrol]) -> Result<Branches> {
    let asked: Vec<(TrainingClassId, OrganisationId)> = commands
        .iter()
        .filter_map(|command| match &command.whom {
            Whom::Branch(branch) => Some((command.class, *branch)),
            Whom::Members(_) => None,
        })
        .collect();
    queries::members_of_branches(conn, &actor.scope, &asked).await
}

fn members_of<'a>(command: &'a Enrol, branches: &'a Branches) -> &'a [MembershipId] {
    match &command.whom {
        Whom::Members(members) => members,
        Whom::Branch(branch) => branches.get(&(command.class, *branch)).map_or(&[], Vec::as_slice),
    }
}

/// What is known while commands are looked at one after the other.
struct Book<'a> {
    actor: &'a Actor,
    found: &'a HashMap<(TrainingClassId, MembershipId), Candidate>,
    seats: HashMap<TrainingClassId, i64>,
    seen: HashSet<(TrainingClassId, MembershipId)>,
}

impl Book<'_> {
    fn enrol(&mut self, class: &Class, command: &Enrol, members: &[MembershipId]) -> Result<Enrolled> {
        let state = class.state()?;
        if state != ClassState::Open {
            let way = match state {
                ClassState::Planned => "请先开放报名",
                ClassState::Held => "已举办的班次只登记参训情况",
                _ => "请另选班次",
            };
            let message = format!("班次“{}”目前为“{}”，不能报名；{way}。", class.code, state.name());
            return Err(Error::Refused(message));
        }
        let mut answer = Enrolled::default();
        for member in members {
            match self.refuse(class, command, *member)? {
                None => {
                    let seats = self.seats.entry(class.id).or_default();
                    *seats = seats.saturating_add(1);
                    answer.members.push(*member);
                }
                Some(refusal) => answer.left_out.push((*member, refusal)),
            }
        }
        if matches!(command.whom, Whom::Members(_)) && !answer.left_out.is_empty() {
            return Err(Error::Invalid(answer.left_out.iter().map(|(_, refusal)| refusal.field()).collect()));
        }
        Ok(answer)
    }

    fn refuse(&mut self, class: &Class, command: &Enrol, member: MembershipId) -> Result<Option<Refusal>> {
        let found = self.found.get(&(class.id, member));
        let Some(candidate) = found.filter(|one| one.is_seen(&self.actor.scope)) else {
            return Ok(Some(Refusal::Unknown));
        };
        policy::require(self.actor, Action::EnterRecords, &candidate.path())?;
        if !self.seen.insert((class.id, member)) {
            return Ok(Some(Refusal::Twice(candidate.name.clone())));
        }
        if let Some(refusal) = candidate.refuse_enrolment(class)? {
            return Ok(Some(refusal));
        }
        if matches!(command.whom, Whom::Branch(_)) && candidate.is_trained {
            return Ok(Some(Refusal::Trained(candidate.name.clone())));
        }
        let seats = self.seats.get(&class.id).copied().unwrap_or_default();
        Ok(class.places.filter(|places| i64::from(*places) <= seats).map(|places| Refusal::Full {
            code: class.code.clone(),
            places,
            name: candidate.name.clone(),
        }))
    }
}

/// Takes members off the rolls of classes that are not closed; whose attendance is entered stays.
///
/// # Errors
/// `Missing` for a class, or a member whom the actor does not see on its roll; `Invalid` where the reason is missing;
/// `Refused` where the class is closed or cancelled, or the attendance is entered; `Forbidden`.
pub async fn withdraw(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Withdraw]) -> Result<()> {
    let unsaid = commands.iter().any(|one| !(1..=200).contains(&one.reason.trim().chars().count()));
    if unsaid {
        return Err(Error::invalid("reason", "请填写撤下的原因，不超过200字，供日后查证。"));
    }
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        db::across_county(conn, actor, async |conn| {
            let classes = queries::lock_classes(conn, &actor.scope.whole_county(), &ids).await?;
            if !classes.iter().all(|class| offers(class, &actor.scope.path)) {
                return Err(Error::Missing { what: "这个班次" });
            }
            let asked: Vec<_> = commands.iter().map(|command| (command.class, command.member)).collect();
            let found = candidates(conn, county, &asked).await?;
            let mut rows = Vec::with_capacity(commands.len());
            for (class, command) in classes.iter().zip(commands) {
                let candidate = found
                    .get(&(command.class, command.member))
                    .filter(|one| one.is_enrolled && mine(actor, class, one).is_some())
                    .or_missing("名单中的这名党员")?;
                let place = mine(actor, class, candidate).unwrap_or_else(|| class.path());
                policy::require(actor, Action::EnterRecords, &place)?;
                refuse_withdrawal(class, candidate)?;
                rows.push(json!({
                    "class_id": class.id, "membership_id": command.member, "reason": command.reason.trim(),
                    "today": clock::today(), "by": actor.name,
                }));
            }
            write::run(
                conn,
                county,
                "UPDATE training_enrolments e SET withdrawn_on = n.today, withdrawal_reason = n.reason, \
                    updated_at = now(), updated_by = n.by \
                 FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid, reason text, today date, by text) \
                 WHERE e.county_id = $1 AND e.class_id = n.class_id AND e.membership_id = n.membership_id",
                &rows,
            )
            .await?;
            Ok(())
        })
        .await?;
        let details = json!({
            "member": commands.first().map(|one| one.member), "reason": commands.first().map(|one| &one.reason),
        });
        let (path, count) = (&actor.scope.path, commands.len());
        let told = write::Told { action: "training.withdraw", classes: &ids, path, count, details };
        write::append(conn, actor, told).await
    })
    .await
}

/// By which of the two the actor has to do with somebody on a roll: he keeps the class, or he has the member.
fn mine(actor: &Actor, class: &Class, candidate: &Candidate) -> Option<Path> {
    [class.path(), candidate.path()].into_iter().find(|path| actor.scope.path.contains(path))
}

fn refuse_withdrawal(class: &Class, candidate: &Candidate) -> Result<()> {
    let state = class.state()?;
    if matches!(state, ClassState::Closed | ClassState::Cancelled) {
        let message = format!("班次“{}”{}，名单不再变动。", class.code, state.name());
        return Err(Error::Refused(message));
    }
    if candidate.has_attended {
        let message =
            format!("“{}”在该班次的参训情况已经登记，不能撤下；如系误登，请先删除参训情况。", candidate.name);
        return Err(Error::Refused(message));
    }
    Ok(())
}

/// Everything that is wrong with somebody, as errors of the field `member`.
pub(super) fn fields(refusals: impl IntoIterator<Item = Refusal>) -> Vec<FieldError> {
    refusals.into_iter().map(|refusal| refusal.field()).collect()
}
