//! What a row says of one candidate, beside what is on record of him.

use crate::across::imports::cells::Cells;
use crate::across::imports::differences::Differences;
use crate::across::imports::elections::parse::ParsedVote;
use crate::across::imports::fields::{Identifier, yes_or_no_shown};
use crate::base::edit::{Edit, set};
use crate::base::ids::PersonId;
use crate::records::committees::queries::{VoteLine, VotedOn};
use crate::records::committees::{Candidate, Who};

/// The candidate of a record that a row is about. A mask is told by the name beside it.
pub fn on_record<'a>(
    said: &ParsedVote,
    record: &'a VoteLine,
    person: Option<PersonId>,
    cells: &mut Cells<'_>,
) -> Option<&'a VotedOn> {
    let Edit::Set(Identifier::Masked(mask)) = &said.citizen_id else {
        return record.candidates.iter().find(|one| Some(one.person.id) == person);
    };
    let name = set(&said.name)?;
    let same = |one: &&VotedOn| one.citizen_id == *mask && one.person.name == name.as_str();
    let mut fitting = record.candidates.iter().filter(same);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Some(one),
        (None, _) => {
            let message = format!(
                "带*号的号码与这次选举登记的候选人“{name}”不符；请保持导出时的原样，新增候选人请填写完整号码"
            );
            cells.refuse("citizen_id", message);
            None
        }
        (Some(_), Some(_)) => {
            let message = format!("这次选举有几名候选人叫“{name}”，号码隐去后分不清；请填写完整号码");
            cells.refuse("citizen_id", message);
            None
        }
    }
}

/// A candidate who is on record of this vote, with what the row changes of his ballots.
pub fn overlaid(said: &ParsedVote, stored: &VotedOn, found: &mut Differences<'_, '_>) -> Candidate {
    let ballot = &stored.ballot;
    if let Some(name) = set(&said.name).filter(|name| name.as_str() != stored.person.name) {
        let known = &stored.person.name;
        let message =
            format!("候选人“{name}”与该公民身份号码登记的“{known}”不一致；请核对姓名和公民身份号码");
        found.cells.refuse("name", message);
    }
    let shown = ToString::to_string;
    let optional = |found: &mut Differences<'_, '_>, field, said: &Edit<i32>, stored: Option<i32>| {
        found.optional(field, said, stored.as_ref(), shown).over(stored)
    };
    let votes_for = found.required("votes_for", &said.votes_for, &ballot.votes_for, shown);
    let votes_against = optional(found, "votes_against", &said.votes_against, ballot.votes_against);
    let abstentions = optional(found, "abstentions", &said.abstentions, ballot.abstentions);
    let is_elected = found.required("is_elected", &said.is_elected, &ballot.is_elected, |value| {
        yes_or_no_shown(*value).to_owned()
    });
    Candidate {
        votes_for: votes_for.over_required(ballot.votes_for),
        votes_against,
        abstentions,
        is_elected: is_elected.over_required(ballot.is_elected),
        ..kept(stored)
    }
}

/// A candidate as he is on record.
pub fn kept(stored: &VotedOn) -> Candidate {
    let ballot = &stored.ballot;
    Candidate {
        who: Who::OnRecord(stored.person.id),
        votes_for: ballot.votes_for,
        votes_against: ballot.votes_against,
        abstentions: ballot.abstentions,
        is_elected: ballot.is_elected,
    }
}

/// A candidate who is new to the vote; none where a cell could not be read.
pub fn new(said: &ParsedVote) -> Option<Candidate> {
    let Edit::Set(Identifier::Whole(citizen_id)) = &said.citizen_id else { return None };
    Some(Candidate {
        who: Who::Named { name: set(&said.name)?, citizen_id: citizen_id.clone() },
        votes_for: set(&said.votes_for)?,
        votes_against: set(&said.votes_against),
        abstentions: set(&said.abstentions),
        is_elected: set(&said.is_elected)?,
    })
}
