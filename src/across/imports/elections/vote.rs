//! One vote out of all its rows: what they say of it together, and what becomes of it.

use chrono::NaiveDate;

use crate::across::imports::elections::ballots;
use crate::across::imports::elections::classify::Line;
use crate::across::imports::elections::parse::Numbers;
use crate::across::imports::elections::perform::Deed;
use crate::across::imports::terms::TermKey;
use crate::base::edit::{Edit, set};
use crate::base::error::{Error, Result};
use crate::base::ids::{ElectionId, TermId};
use crate::records::committees::queries::VoteLine;
use crate::records::committees::{Candidate, CorrectElection, Held, Post, RecordElection, Votings};
use crate::records::words::WordBook;

/// What tells votes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteKey {
    /// On record.
    Record(ElectionId),
    /// Not on record.
    New(TermKey, Post, NaiveDate, i32),
}

/// The rows of one vote.
pub struct Vote<'a> {
    /// The record, where there is one.
    pub record: Option<&'a VoteLine>,
    /// Its term, where that is on record.
    pub term: Option<TermId>,
    /// Its rows among all.
    pub lines: Vec<usize>,
    /// What carrying them out does.
    pub deed: Option<Deed>,
    /// The row that each candidate of the deed came from; none: he stands on record and no row names him.
    pub candidates: Vec<Option<usize>>,
}

impl<'a> Vote<'a> {
    /// A vote without rows.
    #[must_use]
    pub const fn new(record: Option<&'a VoteLine>, term: Option<TermId>) -> Self {
        Self { record, term, lines: Vec::new(), deed: None, candidates: Vec::new() }
    }

    /// Refuses rows that say something else of the vote than its first one does.
    pub fn agree(&self, lines: &mut [Line<'_>]) {
        let mut said: Vec<(&'static str, i32, u32)> = Vec::new();
        for at in &self.lines {
            let Some(line) = lines.get_mut(*at) else { continue };
            let row = line.read.row.number;
            for (field, given) in line.read.said.numbers.fields() {
                let Some(given) = set(given) else { continue };
                match said.iter().find(|(known, ..)| *known == field) {
                    None => said.push((field, given, row)),
                    Some((_, first, _)) if *first == given => {}
                    Some((_, first, first_row)) => {
                        let title = line.cells.column_title(field);
                        let message = format!(
                            "{title}“{given}”与第{first_row}行同一次选举的“{first}”不一致；请核对选举记录后改为一致"
                        );
                        line.cells.refuse(field, message);
                    }
                }
            }
        }
    }

    /// Whether a row of the vote cannot be carried out: its number.
    pub fn blocked(&self, lines: &[Line<'_>]) -> Option<u32> {
        let own = self.lines.iter().filter_map(|at| lines.get(*at));
        own.filter(|line| !line.is_sound()).map(|line| line.read.row.number).next()
    }

    /// Turns away what the rows would do: without one candidate the vote is not what it was.
    pub fn turn_away(&mut self, lines: &mut [Line<'_>], row: u32) {
        self.deed = None;
        for at in &self.lines {
            if let Some(line) = lines.get_mut(*at).filter(|line| line.is_sound() && line.writes) {
                let message = format!(
                    "同一次选举的第{row}行被退回，选举须整次写入；请改正第{row}行后，把这次选举的各行一并重新导入"
                );
                line.cells.refuse("name", message);
            }
        }
    }

    /// Makes the deed; none where the rows change nothing.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown post.
    pub fn resolve(&mut self, lines: &mut [Line<'_>], words: &WordBook) -> Result<()> {
        match self.record {
            Some(record) => self.correct(record, lines, words),
            None => {
                self.record_new(lines);
                Ok(())
            }
        }
    }

    fn record_new(&mut self, lines: &mut [Line<'_>]) {
        let mut candidates = Vec::new();
        let mut rows = Vec::new();
        for at in &self.lines {
            let Some(line) = lines.get_mut(*at) else { continue };
            line.writes = true;
            candidates.extend(ballots::new(&line.read.said));
            self.candidates.push(Some(*at));
            rows.push(line.read.row.number);
        }
        let first = self.lines.first().and_then(|at| lines.get(*at));
        // Whatever could not be read is among the findings of its row.
        let command = first.and_then(|first| {
            let said = &first.read.said;
            let held = Held {
                post: set(&said.post)?,
                held_on: set(&said.held_on)?,
                run: said.run.clone().over(None).unwrap_or(1),
                votings: votings(&said.numbers)?,
                candidates,
            };
            Some(RecordElection { term: self.term?, held })
        });
        self.deed = command.map(|command| Deed::Record(Box::new(command), rows));
    }

    fn correct(&mut self, record: &'a VoteLine, lines: &mut [Line<'_>], words: &WordBook) -> Result<()> {
        let mut votings = stored_votings(record);
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut named = Vec::new();
        for at in &self.lines {
            let Some(line) = lines.get_mut(*at) else { continue };
            let said = &line.read.said;
            line.overlay(&mut votings);
            let candidate = match line.candidate {
                Some(stored) => {
                    named.push(stored.person.id);
                    Some(line.overlay_candidate(stored))
                }
                None => {
                    line.note_added();
                    ballots::new(said)
                }
            };
            if let Some(candidate) = candidate {
                candidates.push(candidate);
                self.candidates.push(Some(*at));
            }
        }
        let others = record.candidates.iter().filter(|one| !named.contains(&one.person.id));
        for other in others {
            candidates.push(ballots::kept(other));
            self.candidates.push(None);
        }
        let is_changed = self.lines.iter().filter_map(|at| lines.get(*at)).any(|line| line.writes);
        let election = &record.election;
        self.deed = is_changed
            .then(|| {
                let held = Held {
                    post: words.post(&election.post).map_err(Error::broken)?,
                    held_on: election.held_on,
                    run: election.run,
                    votings,
                    candidates,
                };
                let (election, version) = (election.id, election.version);
                Ok::<_, Error>(Deed::Correct(Box::new(CorrectElection { election, version, held })))
            })
            .transpose()?;
        Ok(())
    }
}

/// The numbers of a new vote.
fn votings(said: &Numbers) -> Option<Votings> {
    Some(Votings {
        places: set(&said.places)?,
        eligible: set(&said.eligible)?,
        present: set(&said.present)?,
        issued: set(&said.issued)?,
        returned: set(&said.returned)?,
        valid: set(&said.valid)?,
    })
}

/// The numbers of a vote on record.
fn stored_votings(record: &VoteLine) -> Votings {
    let election = &record.election;
    Votings {
        places: election.places,
        eligible: election.eligible,
        present: election.present,
        issued: election.issued,
        returned: election.returned,
        valid: election.valid,
    }
}

/// Each number of a vote with its field.
pub fn numbers<'v>(
    votings: &'v mut Votings,
    said: &'v Numbers,
) -> [(&'static str, &'v Edit<i32>, &'v mut i32); 6] {
    [
        ("eligible", &said.eligible, &mut votings.eligible),
        ("present", &said.present, &mut votings.present),
        ("places", &said.places, &mut votings.places),
        ("issued", &said.issued, &mut votings.issued),
        ("returned", &said.returned, &mut votings.returned),
        ("valid", &said.valid, &mut votings.valid),
    ]
}
