//! Changes what is recorded of members: the person's own facts and those of the membership that are not events.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::edit::Edit;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, PersonId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::values::pinyin;
use crate::records::audit;
use crate::records::members::model::{Floating, Membership};
use crate::records::members::search_keys::{self, Named};
use crate::records::members::{queries, rules, write};
use crate::records::people::{self, Identity, IdentityEdits, NewPerson, Person, identity_changes};

pub use crate::records::people::FieldChange;

/// What is said of each field. A branch is changed by a transfer, a status by an event.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is that of the member, see contract 3")]
pub struct Edits {
    /// The person's own facts.
    pub identity: IdentityEdits,
    pub joined_on: Edit<NaiveDate>,
    pub full_member_on: Edit<NaiveDate>,
    pub occupation: Edit<String>,
    pub party_post: Edit<String>,
    pub floating: Edit<Floating>,
    pub lost_contact_since: Edit<NaiveDate>,
    pub note: Edit<String>,
}

/// A change of one member.
#[derive(Debug, Clone)]
pub struct Change {
    /// The member.
    pub member: MembershipId,
    /// The version that the actor saw.
    pub version: i32,
    /// What is to change.
    pub edits: Edits,
}

struct Work {
    row: Membership,
    before: Identity,
    after: Identity,
    floating: (Option<Floating>, Option<Floating>),
    lost: (Option<NaiveDate>, Option<NaiveDate>),
    joined_before: NaiveDate,
    changes: Vec<FieldChange>,
}

/// Changes members; answers the changed fields of each, in the order given. Where nothing differs, nothing is written.
///
/// # Errors
/// `Missing`, `Stale` where somebody changed one of them meanwhile, `Invalid` with the wrong fields, `Taken` where a new
/// citizen ID is on record, `Forbidden`.
pub async fn change(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Change],
) -> Result<Vec<Vec<FieldChange>>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<MembershipId> = commands.iter().map(|command| command.member).collect();
        let rows = queries::lock(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Membership::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let person_ids: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
        let people: HashMap<PersonId, Person> = people::queries::by_ids(conn, &actor.scope, &person_ids)
            .await?
            .into_iter()
            .map(|person| (person.id, person))
            .collect();
        let absences = queries::open_absences(conn, &actor.scope, &ids).await?;
        let mut work = Vec::with_capacity(rows.len());
        for (row, command) in rows.into_iter().zip(commands) {
            let person = people.get(&row.person_id).ok_or(Error::Missing { what: "党员" })?;
            let open = absences.get(&row.id).cloned().unwrap_or_default();
            work.push(plan(row, person.unseal(keys)?, open, command, today)?);
        }
        let answer = work.iter().map(|work| work.changes.clone()).collect();
        work.retain(|work| !work.changes.is_empty());
        if !work.is_empty() {
            apply(conn, actor, keys, &work, today).await?;
        }
        Ok(answer)
    })
    .await
}

fn plan(
    mut row: Membership,
    before: Identity,
    open: queries::OpenAbsences,
    command: &Change,
    today: NaiveDate,
) -> Result<Work> {
    if row.version != command.version {
        return Err(Error::Stale);
    }
    let edits = command.edits.clone();
    let joined_before = row.joined_on;
    let old = row.clone();
    let after = edits.identity.over(&before);
    row.joined_on = edits.joined_on.over_required(row.joined_on);
    if old.from_day == old.joined_on {
        row.from_day = row.joined_on;
    }
    row.full_member_on = edits.full_member_on.over(row.full_member_on);
    row.occupation = edits.occupation.over_required(row.occupation);
    row.party_post = edits.party_post.over(row.party_post);
    row.note = edits.note.over(row.note);
    row.sort_key = pinyin::sort_key(after.name.as_str());
    let floating = edits.floating.over(open.floating.clone());
    let lost = edits.lost_contact_since.over(open.lost_contact_since);
    let mut errors = rules::check_identity(&after, today);
    errors.extend(rules::check_dates(
        &rules::Dates {
            joined_on: row.joined_on,
            full_member_on: row.full_member_on,
            from_day: row.from_day,
            status: row.status()?,
            status_from: row.to_day.unwrap_or(row.from_day),
            floating_since: floating.as_ref().map(|floating| floating.since),
            lost_contact_since: lost,
        },
        after.birth_date,
        today,
    ));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut changes = identity_changes(&before, &after);
    changes.extend(membership_changes(&old, &row));
    if open.floating != floating {
        changes.push(FieldChange {
            field: "floating",
            before: shown(&open.floating),
            after: shown(&floating),
        });
    }
    FieldChange::push(&mut changes, "lost_contact_since", day(open.lost_contact_since), day(lost));
    let lost = (open.lost_contact_since, lost);
    let floating = (open.floating, floating);
    Ok(Work { row, before, after, floating, lost, joined_before, changes })
}

fn day(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn shown(floating: &Option<Floating>) -> Option<String> {
    let floating = floating.as_ref()?;
    Some(format!("{} {}", floating.since, floating.destination.as_deref().unwrap_or_default()))
}

fn membership_changes(before: &Membership, after: &Membership) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let mut push = |field, before, after| FieldChange::push(&mut changes, field, before, after);
    push("joined_on", day(Some(before.joined_on)), day(Some(after.joined_on)));
    push("full_member_on", day(before.full_member_on), day(after.full_member_on));
    push("occupation", Some(before.occupation.clone()), Some(after.occupation.clone()));
    push("party_post", before.party_post.clone(), after.party_post.clone());
    push("note", before.note.clone(), after.note.clone());
    changes
}

async fn apply(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    work: &[Work],
    today: NaiveDate,
) -> Result<()> {
    let county = actor.scope.county;
    let people: Vec<NewPerson> = work
        .iter()
        .filter(|work| !identity_changes(&work.before, &work.after).is_empty())
        .map(|work| NewPerson { id: work.row.person_id, identity: work.after.clone() })
        .collect();
    people::change(conn, actor, keys, &people).await?;
    let rows: Vec<Membership> = work.iter().map(|work| work.row.clone()).collect();
    write::update(conn, county, &rows, &actor.name).await?;
    move_beginnings(conn, actor, work).await?;
    apply_absences(conn, actor, work, today).await?;
    let renamed: Vec<Named<'_>> = work
        .iter()
        .filter(|work| work.before.name != work.after.name)
        .map(|work| Named { id: work.row.id, name: work.after.name.as_str(), path: &work.row.path })
        .collect();
    if !renamed.is_empty() {
        search_keys::replace(conn, county, &renamed).await?;
    }
    append_entry(conn, actor, work).await
}

/// A corrected day of admission moves the first day of branch and status with it.
async fn move_beginnings(conn: &mut AsyncPgConnection, actor: &Actor, work: &[Work]) -> Result<()> {
    let moved: Vec<&Work> = work
        .iter()
        .filter(|work| work.row.joined_on != work.joined_before && work.row.from_day == work.row.joined_on)
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    for table in ["branch_memberships", "membership_statuses"] {
        diesel::sql_query(format!(
            "UPDATE {table} f SET from_day = n.new_day FROM unnest($2, $3, $4) AS n (id, old_day, new_day) \
             WHERE f.county_id = $1 AND f.membership_id = n.id AND f.from_day = n.old_day"
        ))
        .bind::<Uuid, _>(actor.scope.county)
        .bind::<Array<Uuid>, _>(moved.iter().map(|work| work.row.id).collect::<Vec<_>>())
        .bind::<Array<Date>, _>(moved.iter().map(|work| work.joined_before).collect::<Vec<_>>())
        .bind::<Array<Date>, _>(moved.iter().map(|work| work.row.from_day).collect::<Vec<_>>())
        .execute(conn)
        .await
        .map_err(|_| {
            Error::invalid(
                "joined_on",
                "加入党组织日期晚于已登记的后续变动（转接或状态变更），请先核对变动记录。",
            )
        })?;
    }
    Ok(())
}

/// A member, the first day of his open absence before and after, and its destination after.
type Absence = (MembershipId, Option<NaiveDate>, Option<NaiveDate>, Option<String>);

/// Clearing ends the interval today, a new day corrects the open interval, a first day opens one.
async fn apply_absences(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    work: &[Work],
    today: NaiveDate,
) -> Result<()> {
    let county = actor.scope.county;
    for kind in ["floating", "lost_contact"] {
        let states = work.iter().map(|work| {
            let destination =
                |floating: &Option<Floating>| floating.as_ref().and_then(|f| f.destination.clone());
            let since = |floating: &Option<Floating>| floating.as_ref().map(|f| f.since);
            if kind == "floating" {
                (work.row.id, since(&work.floating.0), since(&work.floating.1), destination(&work.floating.1))
            } else {
                (work.row.id, work.lost.0, work.lost.1, None)
            }
        });
        let states: Vec<Absence> = states.collect();
        let ended: Vec<(MembershipId, NaiveDate)> =
            states.iter().filter(|s| s.1.is_some() && s.2.is_none()).map(|s| (s.0, today)).collect();
        write::end_open(conn, county, "membership_absences", Some(kind), &ended).await?;
        let mut opened = write::Facts::default();
        for (id, _, since, destination) in states.iter().filter(|s| s.1.is_none()) {
            if let Some(since) = since {
                opened.push(*id, kind, destination.as_deref(), *since, None);
            }
        }
        opened
            .insert(conn, county, "membership_absences", "kind", "destination")
            .await
            .map_err(|_| overlapping(kind))?;
        for (id, _, since, destination) in states.iter().filter(|s| s.1.is_some()) {
            let Some(since) = since else { continue };
            correct_absence(conn, actor, *id, kind, *since, destination.as_deref()).await?;
        }
    }
    Ok(())
}

fn overlapping(kind: &str) -> Error {
    match kind {
        "floating" => Error::invalid("floating_since", "流动起始日期与以前登记的流动期间重叠，请核对日期。"),
        _ => Error::invalid("lost_contact_since", "失联日期与以前登记的失联期间重叠，请核对日期。"),
    }
}

async fn correct_absence(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: MembershipId,
    kind: &'static str,
    since: NaiveDate,
    destination: Option<&str>,
) -> Result<()> {
    diesel::sql_query(
        "UPDATE membership_absences SET from_day = $4, destination = $5 \
         WHERE county_id = $1 AND membership_id = $2 AND kind = $3 AND to_day IS NULL",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Uuid, _>(id)
    .bind::<Text, _>(kind)
    .bind::<Date, _>(since)
    .bind::<diesel::sql_types::Nullable<Text>, _>(destination)
    .execute(conn)
    .await
    .map_err(|_| overlapping(kind))?;
    Ok(())
}

async fn append_entry(conn: &mut AsyncPgConnection, actor: &Actor, work: &[Work]) -> Result<()> {
    let one = if work.len() == 1 { work.iter().next() } else { None };
    let path = one.map_or_else(|| actor.scope.path.clone(), |work| work.row.path());
    let details = match one {
        Some(work) => serde_json::json!({ "changes": work.changes }),
        None => serde_json::json!({ "members_sha256": audit::digest(work.iter().map(|work| work.row.id.0)) }),
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "members.change",
            subject_kind: "membership",
            subject: one.map(|work| work.row.id.0),
            count: work.len(),
            path: &path,
            details,
        },
    )
    .await
}
