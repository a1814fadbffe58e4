//! The arithmetic of a vote: ballots that do not add up are refused, bars that are not met are named.

mod outcome;

use chrono::NaiveDate;

use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::rules::{Rule, RuleBook};

pub use outcome::{ExactAttendance, exact_attendance, is_attended, places_open, tied, winning_bar};

/// What became of the ballots of one vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Votings {
    /// How many were to be elected.
    pub places: i32,
    /// Who could vote.
    pub eligible: i32,
    /// Who took part.
    pub present: i32,
    /// Ballots given out.
    pub issued: i32,
    /// Ballots that came back.
    pub returned: i32,
    /// Ballots that count.
    pub valid: i32,
}

/// What the ballots said of one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Votes {
    /// His name, for the sentences.
    pub candidate: String,
    /// Votes for him.
    pub votes_for: i32,
    /// Votes against him; none where they were not counted.
    pub votes_against: Option<i32>,
    /// Abstentions; none where they were not counted.
    pub abstentions: Option<i32>,
    /// Whether he was declared elected.
    pub is_elected: bool,
}

impl Votes {
    /// Whether every ballot that counts was for him (满票).
    #[must_use]
    pub const fn is_unanimous(&self, votings: &Votings) -> bool {
        self.is_elected && self.votes_for == votings.valid && votings.valid > 0
    }

    fn sum(&self) -> i64 {
        [Some(self.votes_for), self.votes_against, self.abstentions]
            .into_iter()
            .flatten()
            .map(i64::from)
            .sum()
    }
}

/// Why ballots cannot be as given. The way out is always to look into the record of the count again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BallotRefusal {
    /// A number below nought.
    #[error("{name}“{given}”是负数，请按选举记录填写0或正整数")]
    Negative {
        /// The field's Chinese name.
        name: &'static str,
        /// What was given.
        given: i32,
    },
    /// No place to be filled.
    #[error("应选名额“{given}”不对，至少为1，请按选举办法填写")]
    NoPlace {
        /// What was given.
        given: i32,
    },
    /// More of a kind than of what it came from.
    #[error("{part_name}{part}大于{whole_name}{whole}，多出{}，请核对选举记录后更正", i64::from(*.part) - i64::from(*.whole))]
    MoreThanThereWere {
        /// What there is too much of.
        part_name: &'static str,
        /// How much.
        part: i32,
        /// What it came from.
        whole_name: &'static str,
        /// How much of that there was.
        whole: i32,
    },
    /// Votes on a candidate beyond the ballots that count.
    #[error("{candidate}的票数合计{sum}（{sums}），大于有效票{valid}，请核对计票记录后更正")]
    MoreVotesThanBallots {
        /// His name.
        candidate: String,
        /// For, against and abstentions together.
        sum: i64,
        /// The sum in full.
        sums: String,
        /// Ballots that count.
        valid: i32,
    },
    /// Votes for all candidates beyond what the ballots could carry.
    #[error(
        "赞成票合计{sum}，大于有效票{valid}×应选名额{places}={}：每票所选人数不得多于应选名额，请核对计票记录后更正",
        i64::from(*.valid) * i64::from(*.places)
    )]
    MoreChosenThanPlaces {
        /// Votes for all candidates.
        sum: i64,
        /// Ballots that count.
        valid: i32,
        /// How many were to be elected.
        places: i32,
    },
    /// More were declared elected than places.
    #[error("当选{elected}人，多于应选名额{places}，请核对选举结果后更正")]
    TooManyElected {
        /// How many were declared elected.
        elected: usize,
        /// How many were to be elected.
        places: i32,
    },
    /// Somebody with fewer votes was declared elected before him.
    #[error(
        "{loser}得赞成票{loser_votes}未当选，{winner}得赞成票{winner_votes}当选：得票多的先当选，请核对选举结果后更正"
    )]
    FewerVotesElected {
        /// Who was left out.
        loser: String,
        /// His votes.
        loser_votes: i32,
        /// Who was declared elected with fewer.
        winner: String,
        /// His votes.
        winner_votes: i32,
    },
    /// Somebody was declared elected and others with as many votes were not.
    #[error("{}", tie_told(.tied, *.votes_for, *.ahead, *.places))]
    Tie {
        /// Everybody with so many votes.
        tied: Vec<String>,
        /// Who of them was declared elected.
        winner: String,
        /// The votes of each.
        votes_for: i32,
        /// How many got more.
        ahead: usize,
        /// How many were to be elected.
        places: i32,
    },
}

/// Why none of those who are tied may be elected alone, with the arithmetic.
fn tie_told(tied: &[String], votes_for: i32, ahead: usize, places: i32) -> String {
    let (names, number) = (tied.join("、"), tied.len());
    let left = usize::try_from(places).unwrap_or_default().saturating_sub(ahead);
    if number <= left {
        return format!(
            "{names}各得赞成票{votes_for}，票数相等，得票更多的{ahead}人，合计{}人，不多于应选名额{places}：\
             票数相等的应同为当选或同为未当选，请核对选举结果后更正",
            ahead + number
        );
    }
    format!(
        "{names}各得赞成票{votes_for}，票数相等，得票更多的{ahead}人，应选名额{places}只余{left}个，票数相等的有{number}人，\
         不能确定当选人：本轮都不能当选，须就这几人再次投票（平票再投），请把他们都改为“未当选”，再登记下一轮"
    )
}

impl BallotRefusal {
    /// The candidate whom it is about, where it is about one.
    #[must_use]
    pub fn candidate(&self) -> Option<&str> {
        match self {
            Self::MoreVotesThanBallots { candidate, .. } => Some(candidate),
            Self::FewerVotesElected { winner, .. } | Self::Tie { winner, .. } => Some(winner),
            _ => None,
        }
    }
}

/// Adds up the ballots of one vote.
///
/// # Errors
/// Everything that does not add up, in the order of the fields and then of the candidates.
pub fn count(votings: &Votings, votes: &[Votes]) -> Result<(), Vec<BallotRefusal>> {
    let mut refusals = chain(votings);
    for one in votes {
        refusals.extend(of_candidate(votings, one));
    }
    let chosen: i64 = votes.iter().map(|one| i64::from(one.votes_for)).sum();
    if chosen > i64::from(votings.valid) * i64::from(votings.places) {
        let (valid, places) = (votings.valid, votings.places);
        refusals.push(BallotRefusal::MoreChosenThanPlaces { sum: chosen, valid, places });
    }
    let elected = votes.iter().filter(|one| one.is_elected).count();
    if i64::try_from(elected).is_ok_and(|elected| elected > i64::from(votings.places)) {
        refusals.push(BallotRefusal::TooManyElected { elected, places: votings.places });
    }
    let winner = votes.iter().filter(|one| one.is_elected).min_by_key(|one| one.votes_for);
    let loser = votes.iter().filter(|one| !one.is_elected).max_by_key(|one| one.votes_for);
    if let (Some(winner), Some(loser)) = (winner, loser) {
        refusals.extend(out_of_order(winner, loser, votings.places, votes));
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// What is wrong with the last of those declared elected beside the first of those who were not.
fn out_of_order(winner: &Votes, loser: &Votes, places: i32, votes: &[Votes]) -> Option<BallotRefusal> {
    if loser.votes_for > winner.votes_for {
        return Some(BallotRefusal::FewerVotesElected {
            loser: loser.candidate.clone(),
            loser_votes: loser.votes_for,
            winner: winner.candidate.clone(),
            winner_votes: winner.votes_for,
        });
    }
    let votes_for = winner.votes_for;
    let alike = votes.iter().filter(|one| one.votes_for == votes_for);
    (loser.votes_for == votes_for).then(|| BallotRefusal::Tie {
        tied: alike.map(|one| one.candidate.clone()).collect(),
        winner: winner.candidate.clone(),
        votes_for,
        ahead: votes.iter().filter(|one| one.votes_for > votes_for).count(),
        places,
    })
}

/// From the eligible down to the ballots that count, nothing grows.
fn chain(votings: &Votings) -> Vec<BallotRefusal> {
    let steps = [
        ("应到人数", votings.eligible),
        ("实到人数", votings.present),
        ("发出选票", votings.issued),
        ("收回选票", votings.returned),
        ("有效票", votings.valid),
    ];
    let negative = steps.into_iter().filter(|(_, given)| *given < 0);
    let mut refusals: Vec<_> =
        negative.map(|(name, given)| BallotRefusal::Negative { name, given }).collect();
    let pairs = steps.into_iter().zip(steps.into_iter().skip(1));
    refusals.extend(pairs.filter(|((_, whole), (_, part))| part > whole).map(
        |((whole_name, whole), (part_name, part))| BallotRefusal::MoreThanThereWere {
            part_name,
            part,
            whole_name,
            whole,
        },
    ));
    if votings.places < 1 {
        refusals.push(BallotRefusal::NoPlace { given: votings.places });
    }
    refusals
}

fn of_candidate(votings: &Votings, one: &Votes) -> Vec<BallotRefusal> {
    let parts = [("赞成", Some(one.votes_for)), ("反对", one.votes_against), ("弃权", one.abstentions)];
    let names = ["赞成票", "反对票", "弃权票"];
    let mut refusals: Vec<_> = names
        .into_iter()
        .zip(parts)
        .filter_map(|(name, (_, given))| given.filter(|given| *given < 0).map(|given| (name, given)))
        .map(|(name, given)| BallotRefusal::Negative { name, given })
        .collect();
    if one.sum() > i64::from(votings.valid) {
        let told: Vec<_> =
            parts.iter().filter_map(|(name, given)| given.map(|given| format!("{name}{given}"))).collect();
        refusals.push(BallotRefusal::MoreVotesThanBallots {
            candidate: one.candidate.clone(),
            sum: one.sum(),
            sums: told.join("+"),
            valid: votings.valid,
        });
    }
    refusals
}

/// A bar that a vote does not meet, with the numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Shortfall {
    /// Too few took part.
    #[error(
        "实到{present}人，应到{eligible}人，实到须{bar}应到人数（{source_text}），即不少于{needed}人，本次选举无效"
    )]
    Attendance {
        /// Who took part.
        present: i32,
        /// Who could.
        eligible: i32,
        /// The fewest who would have been enough.
        needed: i32,
        /// The bar in words.
        bar: String,
        /// What the bar rests on.
        source_text: String,
    },
    /// Too few candidates.
    #[error("候选人{candidates}名，应选{places}名，多出人数须{bar}应选名额（{source_text}），请补充候选人")]
    Surplus {
        /// How many stood.
        candidates: usize,
        /// How many were to be elected.
        places: i32,
        /// The bar in words.
        bar: String,
        /// What the bar rests on.
        source_text: String,
    },
    /// Declared elected with too few votes.
    #[error(
        "{candidate}得赞成票{votes_for}，实到{present}人，当选须{bar}实到人数（{source_text}），即不少于{needed}票，不能当选"
    )]
    Votes {
        /// Who.
        candidate: String,
        /// His votes.
        votes_for: i32,
        /// Who took part.
        present: i32,
        /// The fewest votes that would have been enough.
        needed: i32,
        /// The bar in words.
        bar: String,
        /// What the bar rests on.
        source_text: String,
    },
}

impl Shortfall {
    /// The candidate whom it is about, where it is about one.
    #[must_use]
    pub fn candidate(&self) -> Option<&str> {
        match self {
            Self::Votes { candidate, .. } => Some(candidate),
            Self::Attendance { .. } | Self::Surplus { .. } => None,
        }
    }
}

/// Holds one vote against the bars in force on its day: attendance, candidates, votes of those declared elected.
///
/// `is_run_off` asks for the bar of run-offs where there is one. Secretary and deputy secretary stand without rivals.
#[must_use]
pub fn judge(
    book: &RuleBook,
    kind: CommitteeKind,
    post: Post,
    held_on: NaiveDate,
    is_run_off: bool,
    votings: &Votings,
    votes: &[Votes],
) -> Vec<Shortfall> {
    let mut shortfalls = Vec::new();
    let bar = |rule| book.bar(rule, kind, held_on);
    if let Some(bar) = bar(Rule::Attendance)
        && !bar.is_met(votings.present, votings.eligible)
    {
        shortfalls.push(Shortfall::Attendance {
            present: votings.present,
            eligible: votings.eligible,
            needed: bar.needed(votings.eligible),
            bar: bar.words(),
            source_text: bar.source.clone(),
        });
    }
    let has_rivals = !matches!(post, Post::Secretary | Post::DeputySecretary);
    let more = i32::try_from(votes.len()).unwrap_or(i32::MAX).saturating_sub(votings.places);
    if let Some(bar) = bar(Rule::Surplus).filter(|_| has_rivals && !is_run_off)
        && !bar.is_met(more, votings.places)
    {
        shortfalls.push(Shortfall::Surplus {
            candidates: votes.len(),
            places: votings.places,
            bar: bar.words(),
            source_text: bar.source.clone(),
        });
    }
    if let Some(bar) = winning_bar(book, kind, held_on, is_run_off) {
        let elected = votes.iter().filter(|one| one.is_elected);
        shortfalls.extend(elected.filter(|one| !bar.is_met(one.votes_for, votings.present)).map(|one| {
            Shortfall::Votes {
                candidate: one.candidate.clone(),
                votes_for: one.votes_for,
                present: votings.present,
                needed: bar.needed(votings.present),
                bar: bar.words(),
                source_text: bar.source.clone(),
            }
        }));
    }
    shortfalls
}

#[cfg(test)]
mod tests;
