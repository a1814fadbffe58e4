//! What is unusual in committees on a day: a few statements however many they are.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::Result;
use crate::base::ids::{CommitteeId, OrganisationId, PersonId, TermId};
use crate::base::scope::Scope;
use crate::base::values::Sex;
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::queries::{self, ElectionCard, TermCard, TermPlace};
use crate::records::committees::rules::overlaps::{self, Clash};
use crate::records::committees::rules::unusual::{self, Explanation, Finding, Running, Sitting, Unusual};
use crate::records::committees::rules::{
    Division, ExactAttendance, RuleBook, RuleBooks, Shortfall, exact_attendance, judge,
};
use crate::records::vetting::sight::Sight;
use crate::records::vetting::{self, Ask, Cause, Clearance};
use crate::records::words::{self, WordBook};
use crate::schema::finding_explanations;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    term_id: TermId,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sex: String,
    #[diesel(sql_type = Text)]
    post: String,
    #[diesel(sql_type = Date)]
    from_day: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    full_member_on: Option<NaiveDate>,
}

/// Everything that is unusual in some committees on a day, in the order of the committees given. Of candidate checks it
/// says no more than `sight` covers.
///
/// # Errors
/// Whatever the database answers.
pub async fn findings(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    committees: &[CommitteeId],
    sight: &Sight,
) -> Result<Vec<Finding>> {
    let places = queries::spans(conn, within, committees).await?;
    let running: Vec<_> = places
        .into_iter()
        .filter(|term| term.from_day <= day && term.ended_on.is_none_or(|end| day < end))
        .collect();
    let ids: Vec<TermId> = running.iter().map(|term| term.id).collect();
    let books = queries::rule_books(conn, within.county).await?;
    let words = words::book(conn, within.county).await?;
    let cards = queries::terms(conn, within, committees).await?;
    let mut cards: HashMap<TermId, TermCard> = cards.into_iter().map(|card| (card.term.id, card)).collect();
    let mut sittings = sittings(conn, within, day, &running, (&words, sight)).await?;
    let mut votes: HashMap<TermId, Vec<ElectionCard>> = HashMap::new();
    for card in queries::elections(conn, within, &ids).await? {
        votes.entry(card.election.term_id).or_default().push(card);
    }
    let mut related = related(conn, within, day, &running, &books).await?;
    let of_party = |term: &&TermPlace| term.kind() == Some(CommitteeKind::VillageParty);
    let villages: Vec<OrganisationId> = running.iter().filter(of_party).map(|term| term.village_id).collect();
    let bodies = queries::bodies(conn, within, day, &villages, books.of(Division::Village)).await?;
    let explanations = explanations(conn, within, &ids).await?;
    let mut found: HashMap<CommitteeId, Vec<Finding>> = HashMap::new();
    for term in running {
        let Some(kind) = term.kind() else { continue };
        let book = books.of(term.division());
        let votes = votes.remove(&term.id).unwrap_or_default();
        let card = cards.remove(&term.id);
        let running = Running {
            committee: term.committee_id,
            kind,
            body: bodies.get(&term.village_id).copied(),
            span: term.span(),
            posts: card.as_ref().map(|card| provided(card, &words)).unwrap_or_default(),
            extension: card.and_then(|card| card.extension),
            sittings: sittings.remove(&term.id).unwrap_or_default(),
            shortfalls: votes.iter().flat_map(|card| judged(card, kind, &words, book)).collect(),
            exact: votes.iter().filter_map(|card| exact(card, kind, &words, book)).collect(),
            related: related.remove(&term.id).unwrap_or_default(),
        };
        let findings = unusual::findings(&running, book, day).into_iter().map(|finding| {
            let said = explanations.get(&(term.id, finding.what.code())).cloned();
            Finding { explanation: said, ..finding }
        });
        found.entry(term.committee_id).or_default().extend(findings);
    }
    Ok(committees.iter().flat_map(|id| found.remove(id).unwrap_or_default()).collect())
}

/// The posts of a term with their places.
fn provided(card: &TermCard, words: &WordBook) -> Vec<(Post, i32)> {
    card.posts.iter().filter_map(|post| Some((words.post(&post.post).ok()?, post.places))).collect()
}

fn judged(card: &ElectionCard, kind: CommitteeKind, words: &WordBook, book: &RuleBook) -> Vec<Shortfall> {
    let Ok(post) = words.post(&card.election.post) else { return Vec::new() };
    judge(book, kind, post, card.election.held_on, card.is_run_off(), &card.votings(), &card.votes())
}

fn exact(
    card: &ElectionCard,
    kind: CommitteeKind,
    words: &WordBook,
    book: &RuleBook,
) -> Option<ExactAttendance> {
    let post = words.post(&card.election.post).ok()?;
    exact_attendance(book, kind, post, card.election.held_on, &card.votings())
}

/// Who sits in some terms on a day.
async fn sittings(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    running: &[TermPlace],
    (words, sight): (&WordBook, &Sight),
) -> Result<HashMap<TermId, Vec<Sitting>>> {
    let terms: Vec<TermId> = running.iter().map(|term| term.id).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT s.term_id, s.person_id, p.name, p.sex, s.post, s.from_day, f.full_member_on \
         FROM seats s JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id \
         LEFT JOIN LATERAL (SELECT x.full_member_on \
            FROM find_people_on_days($1, ARRAY[s.person_id], ARRAY[s.from_day]) x) f ON s.post = 'secretary' \
         WHERE s.county_id = $1 AND s.path >= $2 AND s.path < $3 AND s.term_id = ANY ($4) \
            AND s.from_day <= $5 AND (s.to_day IS NULL OR $5 < s.to_day) \
         ORDER BY s.from_day, s.id",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(&terms)
    .bind::<Date, _>(day)
    .load(conn)
    .await?;
    let mut pairs: Vec<(PersonId, NaiveDate)> = rows.iter().map(|row| (row.person_id, day)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let known = queries::standings(conn, within.county, &pairs).await?;
    let mut unvetted = unvetted(conn, within, running, &rows, (words, sight)).await?;
    let mut seen: HashSet<(TermId, PersonId)> = HashSet::new();
    let mut by_term: HashMap<TermId, Vec<Sitting>> = HashMap::new();
    for row in rows {
        let Some(known) = known.get(&(row.person_id, day)) else { continue };
        by_term.entry(row.term_id).or_default().push(Sitting {
            unvetted: unvetted.remove(&(row.term_id, row.person_id)),
            name: row.name,
            is_woman: row.sex == Sex::Woman.code(),
            is_first: seen.insert((row.term_id, row.person_id)),
            post_name: words.post_name(&row.post).to_owned(),
            post: row.post,
            from_day: row.from_day,
            full_member_on: row.full_member_on,
            standing: known.sitter.standing,
            deceased_on: known.sitter.deceased_on,
        });
    }
    Ok(by_term)
}

/// What is missing of the vetting of those who sit, by term and the first person whom it is told of.
async fn unvetted(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    running: &[TermPlace],
    rows: &[Row],
    (words, sight): (&WordBook, &Sight),
) -> Result<HashMap<(TermId, PersonId), String>> {
    let places: HashMap<TermId, &TermPlace> = running.iter().map(|term| (term.id, term)).collect();
    let ask = |row: &Row| {
        let term = places.get(&row.term_id)?;
        let (village, kind) = (term.village_id, term.kind()?);
        let post = words.post(&row.post).ok();
        Some(Ask { village, kind, term: term.ordinal, post, person: row.person_id, day: row.from_day })
    };
    let asked: Vec<(&Row, Ask)> = rows.iter().filter_map(|row| Some((row, ask(row)?))).collect();
    let asks: Vec<Ask> = asked.iter().map(|(_, ask)| *ask).collect();
    let clearances = vetting::clearances(conn, within, &asks, sight).await?;
    // Whoever lacks the same thing in one term is told in one sentence, at the first of them.
    let mut alike: HashMap<(TermId, Cause), Vec<&Row>> = HashMap::new();
    for ((row, _), clearance) in asked.into_iter().zip(clearances) {
        let Clearance::Lacking { cause, .. } = clearance else { continue };
        let rows = alike.entry((row.term_id, cause)).or_default();
        if rows.iter().all(|other| other.person_id != row.person_id) {
            rows.push(row);
        }
    }
    let told = |((term, cause), rows): ((TermId, Cause), Vec<&Row>)| {
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        Some(((term, rows.as_slice().first()?.person_id), cause.told(&names.join("、"))))
    };
    let mut sentences: Vec<_> = alike.into_iter().filter_map(told).collect();
    sentences.sort_unstable();
    let mut found: HashMap<(TermId, PersonId), String> = HashMap::new();
    for (first, sentence) in sentences {
        // He may lack one thing for one seat and another for the next.
        let said = found.entry(first).or_default();
        let comma = if said.is_empty() { "" } else { "；" };
        said.push_str(comma);
        said.push_str(&sentence);
    }
    Ok(found)
}

/// Whose near relatives sit in the village committee on a day while he sits in supervision, by his term.
async fn related(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    running: &[TermPlace],
    books: &RuleBooks,
) -> Result<HashMap<TermId, Vec<Clash>>> {
    let supervising: HashMap<OrganisationId, &TermPlace> = running
        .iter()
        .filter(|term| term.kind() == Some(CommitteeKind::Supervision))
        .map(|term| (term.village_id, term))
        .collect();
    let villages: Vec<OrganisationId> = supervising.keys().copied().collect();
    if villages.is_empty() {
        return Ok(HashMap::new());
    }
    let mut by_village: HashMap<OrganisationId, Vec<overlaps::Sitting>> = HashMap::new();
    for (_, sitting) in queries::sittings(conn, within, &villages).await? {
        if sitting.from_day <= day && sitting.to_day.is_none_or(|end| day < end) {
            by_village.entry(sitting.village).or_default().push(sitting);
        }
    }
    let people = by_village.values().flatten().map(|sitting| sitting.person).collect();
    let kin = queries::kin(conn, within.county, people).await?;
    let mut found: HashMap<TermId, Vec<Clash>> = HashMap::new();
    for (village, sittings) in by_village {
        let Some(term) = supervising.get(&village) else { continue };
        let book = books.of(term.division());
        let in_supervision = sittings.iter().filter(|one| one.kind == CommitteeKind::Supervision);
        for (one, other) in in_supervision.flat_map(|one| sittings.iter().map(move |other| (one, other))) {
            let clash = kin
                .get(&(one.person, other.person))
                .and_then(|kinship| overlaps::kin_clash(one, other, *kinship, book));
            found.entry(term.id).or_default().extend(clash);
        }
    }
    Ok(found)
}

/// The latest explanation of each finding of some terms.
async fn explanations(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    terms: &[TermId],
) -> Result<HashMap<(TermId, &'static str), Explanation>> {
    let rows: Vec<(TermId, String, String, String, DateTime<Utc>)> = finding_explanations::table
        .filter(finding_explanations::county_id.eq(within.county))
        .filter(finding_explanations::term_id.eq_any(terms))
        .distinct_on((finding_explanations::term_id, finding_explanations::finding))
        .order((
            finding_explanations::term_id,
            finding_explanations::finding,
            finding_explanations::id.desc(),
        ))
        .select((
            finding_explanations::term_id,
            finding_explanations::finding,
            finding_explanations::reason,
            finding_explanations::created_by,
            finding_explanations::created_at,
        ))
        .load(conn)
        .await?;
    let known = |(term, finding, reason, by, at): (TermId, String, String, String, DateTime<Utc>)| {
        let what = Unusual::parse(&finding).ok()?;
        Some(((term, what.code()), Explanation { reason, by, at }))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}
