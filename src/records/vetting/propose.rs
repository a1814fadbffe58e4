//! Proposes candidates for the departments to vet.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Jsonb, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{CandidateCheckId, CountyId, OrganisationId, PersonId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::values::{CommitteeKind, Post, pinyin};
use crate::base::{clock, db};
use crate::records::organisations::{self, Organisation};
use crate::records::people::{self, Relation, RelationKind, Who, who};
use crate::records::vetting::model::{CandidateCheck, CheckState, Checklist};
use crate::records::vetting::rules::Refusal;
use crate::records::vetting::{queries, write};
use crate::records::words::{self, WordBook};

/// Somebody who is to stand for a post.
#[derive(Debug, Clone)]
pub struct Propose {
    /// Code of the village or community.
    pub village: String,
    /// The committee.
    pub kind: CommitteeKind,
    /// The term, as counted there; it need not have begun.
    pub term: i32,
    /// The post.
    pub post: Post,
    /// Who.
    pub who: Who,
    /// The day of the proposal; it decides by which list he is vetted.
    pub on: NaiveDate,
    /// Anything else.
    pub note: Option<String>,
}

impl Propose {
    /// Everything that is wrong with the command by itself.
    fn check(&self, today: NaiveDate) -> Vec<FieldError> {
        let mut refusals = Vec::new();
        if self.on > today {
            refusals.push(Refusal::Future(self.on));
        }
        if !(1..=99).contains(&self.term) {
            refusals.push(Refusal::Ordinal(self.term));
        }
        if !self.post.belongs_to(self.kind) {
            refusals.push(Refusal::OtherPost { kind: self.kind.name(), post: self.post.name() });
        }
        let mut errors: Vec<FieldError> = refusals.iter().map(told).collect();
        if self.note.as_deref().is_some_and(|note| note.trim().chars().count() > 500) {
            errors.push(FieldError::new("note", "备注不能超过500字，请精简。", None));
        }
        errors
    }
}

fn told(refusal: &Refusal) -> FieldError {
    FieldError::new(refusal.field().unwrap_or_default(), refusal, None)
}

/// Proposes candidates; answers the checks' ids in the order given. A check of the same candidate for the same term that
/// nobody used in time is written down as expired.
///
/// # Errors
/// `Forbidden`; `Invalid` with the wrong fields of all commands (`rows[2].person` where there is more than one): somebody
/// who is not on record, who died, or who is being vetted for the same term; a village that the scope has not; a post
/// that the committee has not; a day on which the county had no list.
pub async fn propose(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Propose],
) -> Result<Vec<CandidateCheckId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let whom: Vec<&Who> = commands.iter().map(|command| &command.who).collect();
        let people = who::resolve(conn, actor, keys, &whom).await?;
        let around = Surroundings::read(conn, actor, commands, &people).await?;
        let mut seats = HashSet::new();
        let mut errors = Vec::new();
        let mut rows = Vec::with_capacity(commands.len());
        for (number, (command, person)) in commands.iter().zip(&people).enumerate() {
            let mut found = command.check(today);
            match person {
                Err(refusal) => found.push(FieldError::new(refusal.field(), refusal, None)),
                Ok(person) => match around.row(actor, command, *person, found.is_empty(), &mut seats) {
                    Ok(row) => rows.push(row),
                    Err(refusals) => found.extend(refusals),
                },
            }
            errors.extend(found.into_iter().map(|error| who::of_row(number, commands.len(), error)));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let expired = expire(conn, actor, &rows, today).await?;
        insert(conn, actor.scope.county, &rows).await?;
        let relations: Vec<Relation> = rows
            .iter()
            .map(|row| Relation {
                kind: RelationKind::Check,
                id: row.id.0,
                person: row.person_id,
                path: row.path(),
            })
            .collect();
        people::relate(conn, actor.scope.county, &relations).await?;
        write::append(conn, actor, "vetting.propose", None, &rows, |row| {
            json!({
                "person": row.person_id, "committee_kind": row.committee_kind, "term": row.term_ordinal,
                "post": row.post, "proposed_on": row.proposed_on, "due_on": row.due_on, "expired": expired,
            })
        })
        .await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    })
    .await
}

/// What is on record of a candidate.
#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Date>)]
    deceased_on: Option<NaiveDate>,
}

#[derive(QueryableByName)]
struct OpenCheck {
    #[diesel(sql_type = Uuid)]
    village_id: OrganisationId,
    #[diesel(sql_type = Text)]
    committee_kind: String,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    term_ordinal: i32,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
}

/// One candidature: village, kind, term, person.
type Seat = (OrganisationId, String, i32, PersonId);

/// What proposals are looked at with.
struct Surroundings {
    villages: HashMap<String, Organisation>,
    checklists: Vec<Checklist>,
    known: HashMap<PersonId, Known>,
    open: HashSet<Seat>,
    words: WordBook,
}

impl Surroundings {
    async fn read(
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        commands: &[Propose],
        people: &[std::result::Result<PersonId, people::WhoRefusal>],
    ) -> Result<Self> {
        let county = actor.scope.county;
        let codes: Vec<String> = commands.iter().map(|command| command.village.trim().to_owned()).collect();
        let villages = organisations::queries::by_codes(conn, &actor.scope, &codes).await?;
        let ids: Vec<PersonId> = people.iter().filter_map(|person| person.as_ref().ok().copied()).collect();
        let days = vec![clock::today(); ids.len()];
        let known: Vec<Known> = diesel::sql_query(
            "SELECT DISTINCT person_id, name, deceased_on FROM find_people_on_days($1, $2, $3)",
        )
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(&ids)
        .bind::<Array<Date>, _>(days)
        .load(conn)
        .await?;
        let open: Vec<OpenCheck> = diesel::sql_query(
            "SELECT village_id, committee_kind, term_ordinal, person_id FROM candidate_checks \
             WHERE county_id = $1 AND person_id = ANY ($2) AND state IN ('proposed', 'vetted', 'filed') \
                AND (valid_until IS NULL OR valid_until >= $3)",
        )
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(&ids)
        .bind::<Date, _>(clock::today())
        .load(conn)
        .await?;
        let seat =
            |check: OpenCheck| (check.village_id, check.committee_kind, check.term_ordinal, check.person_id);
        Ok(Self {
            villages: villages.into_iter().map(|village| (village.code.clone(), village)).collect(),
            checklists: queries::checklists(conn, county).await?,
            known: known.into_iter().map(|known| (known.person_id, known)).collect(),
            open: open.into_iter().map(seat).collect(),
            words: words::book(conn, county).await?,
        })
    }

    /// The check that a proposal makes, or what is wrong with it beside the records. That he is being vetted is said only
    /// of a proposal with which nothing else is wrong (`is_right` so far): else anybody could try, without leaving a trace,
    /// whether somebody was rejected.
    fn row(
        &self,
        actor: &Actor,
        command: &Propose,
        person: PersonId,
        is_right: bool,
        seats: &mut HashSet<Seat>,
    ) -> std::result::Result<CandidateCheck, Vec<FieldError>> {
        let mut errors = Vec::new();
        let known = self.known.get(&person);
        let name = known.map(|known| known.name.clone()).unwrap_or_default();
        if let Some(refusal) = who::check_name(&command.who, &name) {
            errors.push(FieldError::new(refusal.field(), refusal, None));
        }
        if let Some(on) = known.and_then(|known| known.deceased_on) {
            errors.push(told(&Refusal::Deceased { name: name.clone(), on }));
        }
        let unusable = self.words.post_refusal(command.post, command.on);
        errors.extend(unusable.map(|told| FieldError::new("post", told, None)));
        let village =
            self.villages.get(command.village.trim()).filter(|village| queries::is_village(village));
        if village.is_none() {
            errors.push(told(&Refusal::NoVillage(command.village.clone())));
        }
        let checklist = self.checklists.iter().find(|list| list.is_in_force(command.on));
        if checklist.is_none() {
            errors.push(told(&Refusal::NoChecklist(command.on)));
        }
        let (Some(village), Some(checklist)) = (village, checklist) else { return Err(errors) };
        let seat = (village.id, command.kind.code().to_owned(), command.term, person);
        if self.open.contains(&seat) {
            let told = told(&Refusal::Open(name.clone()));
            errors.extend((is_right && errors.is_empty()).then_some(told));
        } else if !seats.insert(seat) {
            errors.push(told(&Refusal::Twice(name.clone())));
        }
        if errors.is_empty() {
            Ok(new_row(actor, command, (person, &name), village, checklist))
        } else {
            Err(errors)
        }
    }
}

fn new_row(
    actor: &Actor,
    command: &Propose,
    (person, name): (PersonId, &str),
    village: &Organisation,
    checklist: &Checklist,
) -> CandidateCheck {
    let days = Days::new(u64::try_from(checklist.days_to_answer).unwrap_or_default());
    CandidateCheck {
        id: CandidateCheckId::new(),
        village_id: village.id,
        path: village.path.clone(),
        sort_key: pinyin::sort_key(name),
        committee_kind: command.kind.code().to_owned(),
        term_ordinal: command.term,
        post: command.post.code().to_owned(),
        person_id: person,
        checklist_id: checklist.id,
        state: CheckState::Proposed.code().to_owned(),
        proposed_on: command.on,
        due_on: command.on.checked_add_days(days).unwrap_or(command.on),
        vetted_on: None,
        valid_until: None,
        filed_on: None,
        filing_number: None,
        ended_on: None,
        withdrawal_reason: None,
        decision_cipher: None,
        seat_id: None,
        note: command.note.as_ref().map(|note| note.trim().to_owned()).filter(|note| !note.is_empty()),
        version: 1,
        created_by: actor.name.clone(),
        updated_by: actor.name.clone(),
    }
}

/// Writes down as expired what stands in the way of new checks and nobody used in time.
async fn expire(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rows: &[CandidateCheck],
    today: NaiveDate,
) -> QueryResult<usize> {
    let seats: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "village": row.village_id, "kind": row.committee_kind, "term": row.term_ordinal, "person": row.person_id }))
        .collect();
    diesel::sql_query(
        "UPDATE candidate_checks k SET state = 'expired', ended_on = $3, version = k.version + 1, \
         updated_at = now(), updated_by = $4 \
         FROM jsonb_to_recordset($2) AS n (village uuid, kind text, term integer, person uuid) \
         WHERE k.county_id = $1 AND k.village_id = n.village AND k.committee_kind = n.kind \
            AND k.term_ordinal = n.term AND k.person_id = n.person \
            AND k.state IN ('vetted', 'filed') AND k.valid_until < $3",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Jsonb, _>(Value::Array(seats))
    .bind::<Date, _>(today)
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
}

async fn insert(conn: &mut AsyncPgConnection, county: CountyId, rows: &[CandidateCheck]) -> Result<()> {
    let values = rows.iter().map(|row| {
        json!({
            "id": row.id, "village_id": row.village_id, "path": row.path, "sort_key": row.sort_key,
            "committee_kind": row.committee_kind,
            "term_ordinal": row.term_ordinal, "post": row.post, "person_id": row.person_id,
            "checklist_id": row.checklist_id, "state": row.state, "proposed_on": row.proposed_on,
            "due_on": row.due_on, "note": row.note, "created_by": row.created_by,
        })
    });
    write::run(
        conn,
        county,
        "INSERT INTO candidate_checks (county_id, id, village_id, path, sort_key, committee_kind, term_ordinal, post, \
         person_id, checklist_id, state, proposed_on, due_on, note, created_by, updated_by) \
         SELECT $1, n.id, n.village_id, n.path, n.sort_key, n.committee_kind, n.term_ordinal, \
         n.post, n.person_id, n.checklist_id, n.state, n.proposed_on, n.due_on, n.note, n.created_by, n.created_by \
         FROM jsonb_to_recordset($2) AS n (id uuid, village_id uuid, path text, sort_key text, \
         committee_kind text, term_ordinal integer, post text, person_id uuid, checklist_id uuid, state text, proposed_on date, \
         due_on date, note text, created_by text)",
        values.collect(),
    )
    .await
    .constraint("candidate_checks_open_key", || Error::Taken {
        field: "person",
        message: "该人选在该组织本届刚刚由他人提名，请刷新后查看。".to_owned(),
    })?;
    Ok(())
}
