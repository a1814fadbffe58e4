//! Closes terms, and corrects what is recorded of one.

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CommitteeId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::committees::model::{LeavingReason, Post};
use crate::records::committees::open_term::{posts, unusable};
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::rules::terms::{self, Span, TermRefusal};
use crate::records::committees::who::of_row;
use crate::records::committees::write_terms;
use crate::records::words;

/// A term to be closed before the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseTerm {
    /// The term.
    pub term: TermId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// First day no longer in the term.
    pub on: NaiveDate,
}

/// The whole of a term as it should have been recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectTerm {
    /// The term.
    pub term: TermId,
    /// The version that the actor saw.
    pub version: i32,
    /// Which term of its committee.
    pub ordinal: i32,
    /// First day.
    pub from_day: NaiveDate,
    /// The day by which the next election is due.
    pub due_day: NaiveDate,
    /// First day no longer in the term.
    pub ended_on: Option<NaiveDate>,
    /// The posts that it provides.
    pub posts: Vec<(Post, i32)>,
}

/// Closes terms, and the seats in them that are still held.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Refused` where a term is closed already, `Stale`, `Forbidden`,
/// `Missing`. Then none is closed.
pub async fn close_term(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[CloseTerm]) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<TermId> = commands.iter().map(|command| command.term).collect();
        let places = held(conn, actor, &ids).await?;
        let mut errors = Vec::new();
        for (number, command) in commands.iter().enumerate() {
            let place = find(&places, command.term)?;
            if command.version.is_some_and(|version| version != place.version) {
                return Err(Error::Stale);
            }
            if let Some(ended) = place.ended_on {
                return Err(Error::Refused(format!(
                    "第{}届已于{ended}结束，不必重复登记；如日期有误，请更正该届任期。",
                    place.ordinal
                )));
            }
            let span = Span { ended_on: Some(command.on), ..place.span() };
            let kind = place.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
            let refusals = terms::check(&span, &[], place.ground(kind), today);
            errors.extend(of_refusals(number, commands.len(), &refusals));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let ends: Vec<(TermId, NaiveDate)> =
            commands.iter().map(|command| (command.term, command.on)).collect();
        for (term, refusal) in write_terms::beyond(conn, actor, &ends).await? {
            let number = commands.iter().position(|command| command.term == term).unwrap_or_default();
            errors.extend(of_refusals(number, commands.len(), &[refusal]));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        write_terms::end(conn, actor, &ends).await?;
        let details = commands
            .iter()
            .take(50)
            .map(|command| serde_json::json!({ "id": command.term, "ended_on": command.on }));
        let details = serde_json::json!({ "terms": details.collect::<Vec<_>>() });
        append_entry(conn, actor, "committees.close_term", &places, details).await
    })
    .await
}

/// Corrects terms; answers nothing, since the command says all.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Stale` where somebody changed one of them meanwhile, `Forbidden`,
/// `Missing`. Then none is changed.
pub async fn correct_term(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[CorrectTerm],
) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<TermId> = commands.iter().map(|command| command.term).collect();
        let places = held(conn, actor, &ids).await?;
        let committees: Vec<CommitteeId> = places.iter().map(|place| place.committee_id).collect();
        let siblings = queries::spans(conn, &actor.scope, &committees).await?;
        let words = words::book(conn, actor.scope.county).await?;
        let mut errors = Vec::new();
        for (number, command) in commands.iter().enumerate() {
            let place = find(&places, command.term)?;
            if command.version != place.version {
                return Err(Error::Stale);
            }
            let refusals = judge(command, place, &siblings, commands, today)?;
            errors.extend(of_refusals(number, commands.len(), &refusals));
            errors.extend(
                unusable(&words, &command.posts, (command.from_day, command.ended_on))
                    .into_iter()
                    .map(|error| of_row(number, commands.len(), error)),
            );
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        check_seats(conn, actor, commands).await?;
        write(conn, actor, commands).await?;
        let details = commands.iter().take(50).filter_map(|command| {
            let before = places.iter().find(|place| place.id == command.term)?;
            Some(serde_json::json!({
                "id": command.term,
                "before": { "ordinal": before.ordinal, "from_day": before.from_day, "due_day": before.due_day,
                    "ended_on": before.ended_on },
                "after": { "ordinal": command.ordinal, "from_day": command.from_day, "due_day": command.due_day,
                    "ended_on": command.ended_on, "posts": posts(&command.posts) },
            }))
        });
        let details = serde_json::json!({ "terms": details.collect::<Vec<_>>() });
        append_entry(conn, actor, "committees.correct_term", &places, details).await
    })
    .await
}

/// The terms of some commands, held with all committees of their villages.
pub(super) async fn held(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[TermId],
) -> Result<Vec<TermPlace>> {
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let places = queries::term_places(conn, &actor.scope, ids).await?;
    let committees: Vec<CommitteeId> = places.iter().map(|place| place.committee_id).collect();
    queries::hold(conn, actor.scope.county, &committees).await?;
    // Again, since somebody may have changed them before they were held.
    Ok(queries::term_places(conn, &actor.scope, ids).await?)
}

/// One of them.
pub(super) fn find(places: &[TermPlace], id: TermId) -> Result<&TermPlace> {
    places.iter().find(|place| place.id == id).ok_or(Error::Missing { what: "届次" })
}

fn of_refusals(number: usize, count: usize, refusals: &[TermRefusal]) -> Vec<FieldError> {
    let error = |refusal: &TermRefusal| FieldError::new(refusal.field(), refusal, None);
    refusals.iter().map(|refusal| of_row(number, count, error(refusal))).collect()
}

/// A corrected term stands among its neighbours as these are after all commands.
fn judge(
    command: &CorrectTerm,
    place: &TermPlace,
    siblings: &[TermPlace],
    commands: &[CorrectTerm],
    today: NaiveDate,
) -> Result<Vec<TermRefusal>> {
    let kind = place.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
    let span = of_command(command);
    let refusals = terms::check(&span, &command.posts, place.ground(kind), today);
    if !refusals.is_empty() {
        return Ok(refusals);
    }
    let others =
        siblings.iter().filter(|other| other.committee_id == place.committee_id && other.id != place.id).map(
            |other| commands.iter().find(|one| one.term == other.id).map_or_else(|| other.span(), of_command),
        );
    Ok(others.filter_map(|other| terms::apart(&span, &other)).take(1).collect())
}

fn of_command(command: &CorrectTerm) -> Span {
    Span {
        id: command.term,
        ordinal: command.ordinal,
        from_day: command.from_day,
        due_day: command.due_day,
        ended_on: command.ended_on,
    }
}

#[derive(diesel::QueryableByName)]
struct Outside {
    #[diesel(sql_type = Date)]
    first: NaiveDate,
    #[diesel(sql_type = Date)]
    last: NaiveDate,
    #[diesel(sql_type = Date)]
    from_day: NaiveDate,
}

/// No seat may fall out of its term, nor run on past its end.
async fn check_seats(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[CorrectTerm]) -> Result<()> {
    let outside: Vec<Outside> = diesel::sql_query(
        "SELECT min(s.from_day) AS first, max(coalesce(s.to_day, s.from_day)) AS last, n.from_day \
         FROM unnest($2, $3, $4) AS n (id, from_day, ended_on) \
         JOIN seats s ON s.county_id = $1 AND s.term_id = n.id \
         AND (s.from_day < n.from_day OR s.from_day >= n.ended_on OR s.to_day > n.ended_on) GROUP BY n.id, n.from_day",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(commands.iter().map(|command| command.term).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(commands.iter().map(|command| command.from_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(commands.iter().map(|command| command.ended_on).collect::<Vec<_>>())
    .load(conn)
    .await?;
    let Some(found) = outside.into_iter().next() else { return Ok(()) };
    let refusal = if found.first < found.from_day {
        TermRefusal::SeatsOutside { day: found.first, side: "晚于" }
    } else {
        TermRefusal::SeatsOutside { day: found.last, side: "早于" }
    };
    Err(Error::Invalid(vec![FieldError::new(refusal.field(), refusal, None)]))
}

async fn write(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[CorrectTerm]) -> Result<()> {
    let county = actor.scope.county;
    let ids: Vec<TermId> = commands.iter().map(|command| command.term).collect();
    let written = diesel::sql_query(
        "UPDATE committee_terms t SET ordinal = n.ordinal, from_day = n.from_day, due_day = n.due_day, \
         ended_on = n.ended_on, version = t.version + 1, updated_at = now(), updated_by = $2 \
         FROM unnest($3, $4, $5, $6, $7, $8) AS n (id, version, ordinal, from_day, due_day, ended_on) \
         WHERE t.county_id = $1 AND t.id = n.id AND t.version = n.version",
    )
    .bind::<Uuid, _>(county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Integer>, _>(commands.iter().map(|command| command.version).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(commands.iter().map(|command| command.ordinal).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(commands.iter().map(|command| command.from_day).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(commands.iter().map(|command| command.due_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(commands.iter().map(|command| command.ended_on).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    if written != commands.len() {
        return Err(Error::Stale);
    }
    // Who still sits leaves with the term.
    diesel::sql_query(
        "UPDATE seats s SET to_day = t.ended_on, leaving_reason = $3, version = s.version + 1, updated_at = now(), \
         updated_by = $2 FROM committee_terms t \
         WHERE s.county_id = $1 AND s.term_id = ANY ($4) AND s.to_day IS NULL \
         AND t.county_id = s.county_id AND t.id = s.term_id AND t.ended_on IS NOT NULL",
    )
    .bind::<Uuid, _>(county)
    .bind::<Text, _>(&actor.name)
    .bind::<Text, _>(LeavingReason::TermEnd.code())
    .bind::<Array<Uuid>, _>(&ids)
    .execute(conn)
    .await?;
    diesel::sql_query("DELETE FROM committee_posts WHERE county_id = $1 AND term_id = ANY ($2)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(&ids)
        .execute(conn)
        .await?;
    let posts: Vec<(TermId, Post, i32)> = commands
        .iter()
        .flat_map(|command| command.posts.iter().map(|(post, places)| (command.term, *post, *places)))
        .collect();
    write_terms::insert_posts(conn, actor, &posts).await
}

/// What was done, in the trail.
pub(super) async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    places: &[TermPlace],
    details: serde_json::Value,
) -> Result<()> {
    let one = if let [one] = places { Some(one) } else { None };
    let path = one.map_or_else(|| actor.scope.path.clone(), TermPlace::path);
    let entry = audit::Entry {
        action,
        subject_kind: "committee_term",
        subject: one.map(|place| place.id.0),
        count: places.len(),
        path: &path,
        details,
    };
    audit::append(conn, actor, &entry).await
}
