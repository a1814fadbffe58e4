//! Opens terms, with the posts that they provide.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CommitteeId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::queries::{self, CommitteePlace, TermPlace};
use crate::records::committees::rules::terms::{self, Ground, Span};
use crate::records::committees::who::of_row;
use crate::records::committees::write_terms::{self, NewTerm};
use crate::records::words::{self, WordBook};

/// A term to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTerm {
    /// The committee.
    pub committee: CommitteeId,
    /// Which term of it.
    pub ordinal: i32,
    /// First day.
    pub from_day: NaiveDate,
    /// The day by which the next election is due; none: after the years that the rules of that day provide.
    pub due_day: Option<NaiveDate>,
    /// First day no longer in the term, for terms of the past; none: it runs on, or until the term after it begins.
    pub ended_on: Option<NaiveDate>,
    /// The posts that it provides, with how many places each has.
    pub posts: Vec<(Post, i32)>,
}

/// Opens terms; answers their ids in the order given. A term that still runs ends as the new one begins, and so do the
/// seats in it, with the reason that the term is over.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Forbidden` outside the actor's subtree, `Missing` where a committee
/// does not exist. Then none is opened.
pub async fn open_term(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[OpenTerm],
) -> Result<Vec<TermId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let (scope, county) = (&actor.scope, actor.scope.county);
        let ids: Vec<CommitteeId> = commands.iter().map(|command| command.committee).collect();
        let committees: HashMap<CommitteeId, CommitteePlace> = queries::committee_places(conn, scope, &ids)
            .await?
            .into_iter()
            .map(|committee| (committee.id, committee))
            .collect();
        let paths: Vec<_> = committees.values().map(CommitteePlace::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        queries::hold(conn, county, &ids).await?;
        let books = queries::rule_books(conn, county).await?;
        let words = words::book(conn, county).await?;
        let old = queries::spans(conn, scope, &ids).await?;
        let mut all: HashMap<CommitteeId, Vec<Span>> = HashMap::new();
        for term in &old {
            all.entry(term.committee_id).or_default().push(term.span());
        }
        let mut errors = Vec::new();
        let mut new = Vec::with_capacity(commands.len());
        for (number, command) in commands.iter().enumerate() {
            let place = committees.get(&command.committee).ok_or(Error::Missing { what: "班子" })?;
            let kind = place.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
            let book = books.of(place.division());
            let due = command.due_day.unwrap_or_else(|| terms::due_day(book, kind, command.from_day));
            let span = Span {
                id: TermId::new(),
                ordinal: command.ordinal,
                from_day: command.from_day,
                due_day: due,
                ended_on: command.ended_on,
            };
            let spans = all.entry(command.committee).or_default();
            errors.extend(
                place_among(spans, &span, command, place.ground(kind), today)
                    .into_iter()
                    .map(|error| of_row(number, commands.len(), error)),
            );
            errors.extend(
                unusable(&words, &command.posts, (command.from_day, command.ended_on))
                    .into_iter()
                    .map(|error| of_row(number, commands.len(), error)),
            );
            new.push((span.id, place, command));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let spans: HashMap<TermId, Span> = all.into_values().flatten().map(|span| (span.id, span)).collect();
        end_predecessors(conn, actor, commands, &old, &spans).await?;
        insert(conn, actor, &new, &spans).await?;
        let ids: Vec<TermId> = new.iter().map(|new| new.0).collect();
        append_entry(conn, actor, &new).await?;
        Ok(ids)
    })
    .await
}

/// Posts of a term that the county did not add, or not for a day of the term.
pub(super) fn unusable(
    words: &WordBook,
    posts: &[(Post, i32)],
    (from_day, until): (NaiveDate, Option<NaiveDate>),
) -> Vec<FieldError> {
    let refusals = posts.iter().filter_map(|(post, _)| words.term_refusal(*post, from_day, until));
    refusals.map(|told| FieldError::new("posts", told, None)).collect()
}

fn place_among(
    spans: &mut Vec<Span>,
    span: &Span,
    command: &OpenTerm,
    ground: Ground<'_>,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut refusals = terms::check(span, &command.posts, ground, today);
    if refusals.is_empty() {
        refusals.extend(terms::succeed(spans, span.clone()).err());
    }
    refusals.iter().map(|refusal| FieldError::new(refusal.field(), refusal, None)).collect()
}

/// Writes the ends of terms that ran until now, and of the seats in them.
async fn end_predecessors(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[OpenTerm],
    old: &[TermPlace],
    spans: &HashMap<TermId, Span>,
) -> Result<()> {
    let ends = ends_of_predecessors(old, spans);
    let mut errors = Vec::new();
    for (term, refusal) in write_terms::beyond(conn, actor, &ends).await? {
        let number = successor(commands, old, &ends, term).unwrap_or_default();
        errors.push(of_row(number, commands.len(), FieldError::new(refusal.field(), refusal, None)));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    write_terms::end(conn, actor, &ends).await
}

/// The ends of terms that ran until now.
fn ends_of_predecessors(old: &[TermPlace], spans: &HashMap<TermId, Span>) -> Vec<(TermId, NaiveDate)> {
    old.iter()
        .filter_map(|term| {
            let end = spans.get(&term.id)?.ended_on?;
            (term.ended_on != Some(end)).then_some((term.id, end))
        })
        .collect()
}

/// The command whose term ends one that ran until now.
fn successor(
    commands: &[OpenTerm],
    old: &[TermPlace],
    ends: &[(TermId, NaiveDate)],
    term: TermId,
) -> Option<usize> {
    let committee = old.iter().find(|old| old.id == term)?.committee_id;
    let (_, end) = ends.iter().find(|(id, _)| *id == term)?;
    commands.iter().position(|command| command.committee == committee && command.from_day == *end)
}

type New<'a> = (TermId, &'a CommitteePlace, &'a OpenTerm);

async fn insert(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    new: &[New<'_>],
    spans: &HashMap<TermId, Span>,
) -> Result<()> {
    let rows: Vec<NewTerm<'_>> = new
        .iter()
        .filter_map(|(id, place, command)| {
            Some(NewTerm { span: spans.get(id)?, place, posts: &command.posts })
        })
        .collect();
    write_terms::insert(conn, actor, &rows).await
}

async fn append_entry(conn: &mut AsyncPgConnection, actor: &Actor, new: &[New<'_>]) -> Result<()> {
    let one = if let [one] = new { Some(one) } else { None };
    let path = one.map_or_else(|| actor.scope.path.clone(), |(_, place, _)| place.path());
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "committees.open_term",
            subject_kind: "committee_term",
            subject: one.map(|(id, ..)| id.0),
            count: new.len(),
            path: &path,
            details: serde_json::json!({
                "terms": new.iter().take(50).map(|(id, place, command)| serde_json::json!({
                    "id": id, "village": place.village_code, "kind": place.kind, "ordinal": command.ordinal,
                    "from_day": command.from_day, "posts": posts(&command.posts),
                })).collect::<Vec<_>>(),
            }),
        },
    )
    .await
}

/// The posts as the trail shows them.
pub(super) fn posts(posts: &[(Post, i32)]) -> serde_json::Map<String, serde_json::Value> {
    posts.iter().map(|(post, places)| (post.code().to_owned(), (*places).into())).collect()
}

impl CommitteePlace {
    fn ground(&self, kind: CommitteeKind) -> Ground<'_> {
        Ground { village: &self.village, founded_on: self.founded_on, dissolved_on: self.dissolved_on, kind }
    }
}
