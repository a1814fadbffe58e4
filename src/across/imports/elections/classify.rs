//! Finds the vote of each row, puts the rows of each vote together, and lets the verbs of committees say what is wrong
//! with it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Cells;
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::differences::Differences;
use crate::across::imports::elections::Elections;
use crate::across::imports::elections::ballots::{on_record, overlaid};
use crate::across::imports::elections::parse::ParsedVote;
use crate::across::imports::elections::perform::{Deed, perform};
use crate::across::imports::elections::vote::{Vote, VoteKey, numbers};
use crate::across::imports::fields::Identifier;
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::across::imports::terms::Terms;
use crate::base::db;
use crate::base::edit::{Edit, set};
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{ElectionId, OrganisationId, PersonId, TermId};
use crate::base::keys::Secret;
use crate::records::committees::queries::{self, TermPlace, VoteLine, VotedOn};
use crate::records::committees::{Candidate, Post, Votings};
use crate::records::imports::Bucket;
use crate::records::people;
use crate::records::words::WordBook;

/// What is on record of the villages that some rows name.
struct Found {
    terms: Terms,
    votes: HashMap<ElectionId, VoteLine>,
    by_run: HashMap<(TermId, Post, NaiveDate, i32), ElectionId>,
    people: HashMap<Vec<u8>, PersonId>,
}

/// A row on its way to a bucket.
pub struct Line<'a> {
    /// The row.
    pub read: &'a ReadRow<ParsedVote>,
    /// Its cells.
    pub cells: Cells<'a>,
    /// The candidate on record whom it is about.
    pub candidate: Option<&'a VotedOn>,
    /// Whether it would write anything.
    pub writes: bool,
    key: Option<VoteKey>,
    record: Option<&'a VoteLine>,
    term: Option<TermId>,
    conflict: Option<String>,
    changes: Vec<ChangedField>,
}

/// Decides about all rows of a sheet.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, Elections>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedVote>>,
) -> Result<Vec<Decided<Elections>>> {
    let found = Found::of(basis, conn, &rows).await?;
    let mut lines: Vec<Line<'_>> = rows.iter().map(|read| Line::new(read, basis, &found)).collect();
    let mut votes = gather(&lines);
    refuse_doubles(basis, &mut lines);
    for vote in &mut votes {
        vote.agree(&mut lines);
        vote.resolve(&mut lines, &basis.context.words)?;
        if let Some(row) = vote.blocked(&lines) {
            vote.turn_away(&mut lines, row);
        }
    }
    rehearse(basis, conn, &mut lines, &mut votes).await?;
    // A vote is carried out by the first of its rows that writes.
    let mut deeds: HashMap<usize, Deed> = HashMap::new();
    for vote in &mut votes {
        let writes = |at: &&usize| lines.get(**at).is_some_and(|line| line.writes);
        if let (Some(first), Some(deed)) = (vote.lines.iter().find(writes), vote.deed.take()) {
            deeds.insert(*first, deed);
        }
    }
    let decided = lines.into_iter().enumerate();
    Ok(decided.map(|(at, line)| (line.decide(), deeds.remove(&at))).collect())
}

/// The votes of some rows, in the order of their first rows.
fn gather<'a>(lines: &[Line<'a>]) -> Vec<Vote<'a>> {
    let mut votes: Vec<Vote<'a>> = Vec::new();
    let mut by_key: HashMap<VoteKey, usize> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(key) = line.key else { continue };
        let number = *by_key.entry(key).or_insert_with(|| {
            votes.push(Vote::new(line.record, line.term));
            votes.len() - 1
        });
        if let Some(vote) = votes.get_mut(number) {
            vote.lines.push(at);
        }
    }
    votes
}

/// A candidate has one row in a vote.
fn refuse_doubles(basis: &Basis<'_, Elections>, lines: &mut [Line<'_>]) {
    let mut seen: HashMap<(VoteKey, Vec<u8>), u32> = HashMap::new();
    for line in lines {
        let on_record = line.candidate.map(|one| one.person.citizen_id_mac.clone());
        let Some((key, mac)) = line.key.zip(on_record.or_else(|| mac(basis, &line.read.said))) else {
            continue;
        };
        let number = line.read.row.number;
        let first = *seen.entry((key, mac)).or_insert(number);
        if first != number {
            line.cells.refuse("name", format!("与第{first}行是同一次选举的同一名候选人；请只保留一行"));
        }
    }
}

/// Runs the verbs over the votes that nothing is wrong with so far, takes everything back, and turns away those that they
/// object to. A run-off rests on the run before it: where a vote was turned away, those that are left are heard again.
async fn rehearse(
    basis: &Basis<'_, Elections>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
    votes: &mut [Vote<'_>],
) -> Result<()> {
    // Each time there are fewer.
    while rehearse_once(basis, conn, lines, votes).await? > 0 {}
    Ok(())
}

/// Answers how many votes were turned away.
async fn rehearse_once(
    basis: &Basis<'_, Elections>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
    votes: &mut [Vote<'_>],
) -> Result<usize> {
    let (at, deeds): (Vec<usize>, Vec<Deed>) =
        votes.iter_mut().enumerate().filter_map(|(at, vote)| Some((at, vote.deed.take()?))).unzip();
    if deeds.is_empty() {
        return Ok(0);
    }
    let answer =
        db::rehearse(conn, basis.actor, async |conn| perform(conn, basis.actor, basis.keys, &deeds).await)
            .await?;
    for (number, deed) in at.iter().zip(deeds) {
        if let Some(vote) = votes.get_mut(*number) {
            vote.deed = Some(deed);
        }
    }
    for (number, error) in answer.err().into_iter().flatten() {
        let vote = at.get(number).and_then(|number| votes.get_mut(*number));
        object(vote.ok_or_else(|| Error::broken("an objection to no vote"))?, lines, &error);
    }
    let mut turned_away = 0;
    for vote in votes {
        if let Some(row) = vote.blocked(lines) {
            turned_away += usize::from(vote.deed.is_some());
            vote.turn_away(lines, row);
        }
    }
    Ok(turned_away)
}

/// Takes what a verb says against a vote: to the row of the candidate whom it names, else to every row that repeats it.
fn object(vote: &Vote<'_>, lines: &mut [Line<'_>], error: &FieldError) {
    let numbered = error.field.strip_prefix("candidates[").and_then(|rest| {
        let (number, field) = rest.split_once("].")?;
        let line = vote.candidates.get(number.parse::<usize>().ok()?).copied().flatten();
        Some((line, if field == "person" { "name" } else { field }))
    });
    let (own, field) = match (numbered, error.field.as_str()) {
        (Some((line, field)), _) => (line, field),
        (None, "candidates") => (vote.row_of(lines, error.value.as_deref()), "votes_for"),
        (None, field) => (None, field),
    };
    let rows = own.map_or_else(|| vote.lines.clone(), |line| vec![line]);
    for at in rows {
        if let Some(line) = lines.get_mut(at) {
            let known = !line.cells.column_title(field).is_empty();
            line.cells.refuse_once(if known { field } else { "name" }, error.message.clone());
        }
    }
}

impl Vote<'_> {
    /// The row of a candidate by name.
    fn row_of(&self, lines: &[Line<'_>], name: Option<&str>) -> Option<usize> {
        let called =
            |line: &Line<'_>| set(&line.read.said.name).is_some_and(|own| Some(own.as_str()) == name);
        self.lines.iter().copied().find(|at| lines.get(*at).is_some_and(called))
    }
}

fn mac(basis: &Basis<'_, Elections>, said: &ParsedVote) -> Option<Vec<u8>> {
    match &said.citizen_id {
        Edit::Set(Identifier::Whole(id)) => Some(basis.keys.mac(Secret::CitizenId, id.as_str())),
        _ => None,
    }
}

impl Found {
    async fn of(
        basis: &Basis<'_, Elections>,
        conn: &mut AsyncPgConnection,
        rows: &[ReadRow<ParsedVote>],
    ) -> Result<Self> {
        let scope = &basis.scope;
        let macs: Vec<Vec<u8>> = rows.iter().filter_map(|row| mac(basis, &row.said)).collect();
        let people = people::queries::holders(conn, scope.county, &macs).await?;
        let people = people.into_iter().map(|holder| (holder.mac, holder.person_id)).collect();
        let named: Vec<ElectionId> = rows.iter().filter_map(|row| set(&row.said.record)).collect();
        let of_votes = queries::term_of_elections(conn, scope, &named).await?;
        let of_votes: Vec<TermId> = of_votes.into_iter().map(|(_, term)| term).collect();
        let of_votes = queries::term_places(conn, scope, &of_votes).await?;
        let mut villages: HashSet<OrganisationId> = of_votes.iter().map(|term| term.village_id).collect();
        villages.extend(rows.iter().filter_map(|row| set(&row.said.term.village)));
        let villages: Vec<OrganisationId> = villages.into_iter().collect();
        let terms = Terms::of(conn, scope, &villages).await?;
        let (mut votes, mut by_run) = (HashMap::new(), HashMap::new());
        for line in queries::vote_lines(conn, scope, basis.keys, &terms.ids()).await? {
            let vote = &line.election;
            if let Ok(post) = basis.context.words.post(&vote.post) {
                by_run.insert((vote.term_id, post, vote.held_on, vote.run), vote.id);
            }
            votes.insert(vote.id, line);
        }
        Ok(Self { terms, votes, by_run, people })
    }
}

impl<'a> Line<'a> {
    fn new(read: &'a ReadRow<ParsedVote>, basis: &'a Basis<'_, Elections>, found: &'a Found) -> Self {
        let cells = Cells::resume(&read.row, basis.layout, read.findings.clone());
        let (candidate, key, record, term, conflict) = (None, None, None, None, None);
        let mut line =
            Self { read, cells, candidate, writes: false, key, record, term, conflict, changes: Vec::new() };
        line.find(basis, found);
        if let Some(record) = line.record {
            let person = mac(basis, &read.said).and_then(|mac| found.people.get(&mac).copied());
            line.key = Some(VoteKey::Record(record.election.id));
            line.candidate = on_record(&read.said, record, person, &mut line.cells);
            if let Some(term) = found.terms.get(record.election.term_id) {
                line.conflict = read.said.term.check(term, "选举", &mut line.cells, basis.context);
            }
            line.check_record(record, &basis.context.words);
        }
        line
    }

    /// Finds the vote, by its number or by term, post, day and run.
    fn find(&mut self, basis: &Basis<'_, Elections>, found: &'a Found) {
        let said = &self.read.said;
        if let Edit::Set(id) = said.record {
            self.record = found.votes.get(&id);
            if self.record.is_none() {
                let within = &basis.context.within;
                let message = format!("“{within}”范围内没有这个记录编号；请用本单位导出的表，新增的请留空");
                self.cells.refuse("id", message);
            }
            return;
        }
        let Some(term) = said.term.key() else { return };
        let stored: Option<&TermPlace> = found.terms.named(&term);
        if stored.is_none() {
            let message = format!(
                "第{}届还没有登记；请先导入该届的两委班子，或核对村（社区）、组织类型和届次",
                term.ordinal
            );
            self.cells.refuse("ordinal", message);
        }
        self.term = stored.map(|term| term.id);
        let (Some(post), Some(held_on)) = (set(&said.post), set(&said.held_on)) else { return };
        let run = set(&said.run).unwrap_or(1);
        self.key = Some(VoteKey::New(term, post, held_on, run));
        let id = self.term.and_then(|term| found.by_run.get(&(term, post, held_on, run)));
        self.record = id.and_then(|id| found.votes.get(id));
    }

    /// What tells a vote apart stands on record: a row repeats it.
    fn check_record(&mut self, record: &VoteLine, words: &WordBook) {
        let (said, vote) = (&self.read.said, &record.election);
        let post = words.post(&vote.post).ok();
        let differs = [
            (
                "held_on",
                set(&said.held_on).filter(|day| *day != vote.held_on).map(|_| vote.held_on.to_string()),
            ),
            ("run", set(&said.run).filter(|run| *run != vote.run).map(|_| vote.run.to_string())),
            ("post", {
                let other = set(&said.post).filter(|given| Some(*given) != post);
                other.map(|_| post.map_or("", Post::name).to_owned())
            }),
        ];
        for (field, stored) in differs {
            let Some(stored) = stored else { continue };
            let (title, given) = (self.cells.column_title(field), self.cells.finding(field, "").value);
            let message = format!(
                "{title}“{given}”与登记的“{stored}”不一致，导入不改已登记的{title}；请保持原值，登记有误的请在选举页面更正"
            );
            self.cells.refuse(field, message);
        }
        if said.record == Edit::Clear {
            self.cells.refuse("id", "这一列不能清空；不改动的请留空");
        }
    }

    /// What the row changes of the numbers of its vote.
    pub fn overlay(&mut self, votings: &mut Votings) {
        let stored = self.record.map(|record| record.election.clone());
        let Some(stored) = stored else { return };
        let mut before = Votings {
            places: stored.places,
            eligible: stored.eligible,
            present: stored.present,
            issued: stored.issued,
            returned: stored.returned,
            valid: stored.valid,
        };
        let said = &self.read.said.numbers;
        let mut found = Differences::new(&mut self.cells);
        let changed = numbers(votings, said).into_iter().zip(numbers(&mut before, said));
        for ((field, said, now), (_, _, stored)) in changed {
            *now = found.required(field, said, stored, ToString::to_string).over_required(*now);
        }
        let changes = found.changes;
        self.note(changes);
    }

    /// What the row changes of its candidate.
    pub fn overlay_candidate(&mut self, stored: &VotedOn) -> Candidate {
        let mut found = Differences::new(&mut self.cells);
        let candidate = overlaid(&self.read.said, stored, &mut found);
        let changes = found.changes;
        self.note(changes);
        candidate
    }

    /// Notes that the vote has a candidate more.
    pub fn note_added(&mut self) {
        let mut found = Differences::new(&mut self.cells);
        if let Some(name) = set(&self.read.said.name) {
            found.note("name", String::new(), name.as_str().to_owned());
        }
        let changes = found.changes;
        self.note(changes);
    }

    fn note(&mut self, changes: Vec<ChangedField>) {
        self.writes |= !changes.is_empty();
        self.changes.extend(changes);
    }

    /// Whether nothing is wrong with the row so far.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.conflict.is_none() && self.cells.findings().is_empty()
    }

    fn decide(self) -> PlannedRow {
        let subject = set(&self.read.said.name)
            .map_or_else(|| self.cells.finding("name", "").value, |name| name.as_str().to_owned());
        let record = self.record.map(|line| (line.election.id.0, line.election.version));
        let errors = self.cells.into_findings();
        let bucket = match record {
            _ if !errors.is_empty() => Bucket::Refused,
            _ if self.conflict.is_some() => Bucket::Conflict,
            _ if !self.writes => Bucket::Unchanged,
            None => Bucket::New,
            Some(_) => Bucket::Changed,
        };
        PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record,
            becomes: None,
            errors,
            warnings: Vec::new(),
            changes: self.changes.into_iter().filter(|_| bucket == Bucket::Changed).collect(),
            conflict: self.conflict.filter(|_| bucket == Bucket::Conflict),
            doubles: Doubles::default(),
        }
    }
}
