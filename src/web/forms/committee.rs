//! Reads what a form or a request says of terms, seats and votes: texts become commands, or all wrong fields come back.

use chrono::NaiveDate;

use crate::base::codes;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CommitteeId, ElectionId, PersonId, SeatId, TermId};
use crate::base::values::{CitizenId, PersonName, parse_date};
use crate::records::committees::{
    Appoint, Candidate, CorrectElection, CorrectSeat, CorrectTerm, EndSeat, Held, LeavingReason, OpenTerm,
    Post, Source, Votings, Who,
};
use crate::records::people::Identity;
use crate::records::words::{WordBook, WordList};

/// Collects what is wrong.
#[derive(Debug, Default)]
pub struct Wrong(Vec<FieldError>);

impl Wrong {
    /// Notes a wrong field.
    pub fn refuse(&mut self, field: &str, message: impl std::fmt::Display, value: Option<&str>) {
        self.0.push(FieldError::new(field, message, value));
    }

    /// What was parsed, or none and a note.
    pub fn keep<T, E: std::fmt::Display>(
        &mut self,
        field: &str,
        given: &str,
        parsed: std::result::Result<T, E>,
    ) -> Option<T> {
        parsed.map_err(|error| self.refuse(field, error, Some(given))).ok()
    }

    /// A day that must be given.
    pub fn day(&mut self, field: &str, label: &str, given: Option<&str>) -> Option<NaiveDate> {
        let Some(given) = filled(given) else {
            self.refuse(field, format!("{label}没有填写，请按2026-07-01的格式填写"), None);
            return None;
        };
        self.keep(field, given, parse_date(given).map_err(|error| error.about(label)))
    }

    /// A day that may be missing.
    pub fn maybe_day(&mut self, field: &str, label: &str, given: Option<&str>) -> Option<NaiveDate> {
        filled(given)?;
        self.day(field, label, given)
    }

    fn post(&mut self, field: &str, given: Option<&str>, words: &WordBook) -> Option<Post> {
        let Some(given) = filled(given) else {
            self.refuse(field, "职务没有填写，请选择职务", None);
            return None;
        };
        self.keep(field, given, words.post(given))
    }

    /// The value, if nothing was wrong.
    ///
    /// # Errors
    /// `Invalid` with all that was noted.
    pub fn finish<T>(self, value: Option<T>) -> Result<T> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ if self.0.is_empty() => Err(Error::broken("a field is missing and nobody said so")),
            _ => Err(Error::Invalid(self.0)),
        }
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn owned(text: Option<&str>) -> Option<String> {
    filled(text).map(str::to_owned)
}

/// A term as sent.
#[derive(Debug, Clone, Default)]
pub struct TermText {
    /// Which term.
    pub ordinal: i32,
    /// First day.
    pub from_day: Option<String>,
    /// The day by which the next election is due.
    pub due_day: Option<String>,
    /// First day no longer in the term.
    pub ended_on: Option<String>,
    /// Code or name of a post, and its places.
    pub posts: Vec<(String, i32)>,
}

impl TermText {
    fn posts(&self, wrong: &mut Wrong, words: &WordBook) -> Vec<(Post, i32)> {
        let mut posts = Vec::with_capacity(self.posts.len());
        for (post, places) in &self.posts {
            posts.extend(wrong.post("posts", Some(post), words).map(|post| (post, *places)));
        }
        posts
    }

    /// The term to be opened.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn open(&self, committee: CommitteeId, words: &WordBook) -> Result<OpenTerm> {
        let mut wrong = Wrong::default();
        let from_day = wrong.day("from_day", "任期开始", self.from_day.as_deref());
        let due_day = wrong.maybe_day("due_day", "任期届满", self.due_day.as_deref());
        let ended_on = wrong.maybe_day("ended_on", "任期结束", self.ended_on.as_deref());
        let posts = self.posts(&mut wrong, words);
        let ordinal = self.ordinal;
        wrong.finish(from_day.map(|from_day| OpenTerm {
            committee,
            ordinal,
            from_day,
            due_day,
            ended_on,
            posts,
        }))
    }

    /// The term as it should have been recorded.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn correct(&self, term: TermId, version: i32, words: &WordBook) -> Result<CorrectTerm> {
        let mut wrong = Wrong::default();
        let from_day = wrong.day("from_day", "任期开始", self.from_day.as_deref());
        let due_day = wrong.day("due_day", "任期届满", self.due_day.as_deref());
        let ended_on = wrong.maybe_day("ended_on", "任期结束", self.ended_on.as_deref());
        let posts = self.posts(&mut wrong, words);
        let ordinal = self.ordinal;
        let command =
            |(from_day, due_day)| CorrectTerm { term, version, ordinal, from_day, due_day, ended_on, posts };
        wrong.finish(from_day.zip(due_day).map(command))
    }
}

/// Who is meant, as sent: somebody on record by id, or by name and citizen ID; with ethnicity and education, somebody who
/// is registered if he is not on record.
#[derive(Debug, Clone, Default)]
pub struct WhoText {
    /// Id of a person.
    pub person: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Citizen ID.
    pub citizen_id: Option<String>,
    /// GB/T 3304 code or name.
    pub ethnicity: Option<String>,
    /// GB/T 4658 code or name.
    pub education: Option<String>,
}

impl WhoText {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.person, &self.name, &self.citizen_id].into_iter().all(|text| filled(text.as_deref()).is_none())
    }

    /// `prefix` stands before the names of the fields: `candidates[2].`
    pub(super) fn read(&self, wrong: &mut Wrong, prefix: &str) -> Option<Who> {
        let field = |name: &str| format!("{prefix}{name}");
        if let Some(id) = filled(self.person.as_deref()) {
            let parsed = id.parse::<PersonId>().map_err(|_| "人员编号的格式不对，请重新选择人员");
            return wrong.keep(&field("person"), id, parsed).map(Who::OnRecord);
        }
        let (Some(name), Some(citizen_id)) =
            (filled(self.name.as_deref()), filled(self.citizen_id.as_deref()))
        else {
            wrong.refuse(&field("person"), "没有填写人员，请选择人员，或填写姓名和公民身份号码", None);
            return None;
        };
        let name = wrong.keep(&field("name"), name, PersonName::parse(name));
        // The number is never sent back.
        let citizen_id = CitizenId::parse(citizen_id)
            .map_err(|error| wrong.refuse(&field("citizen_id"), error, None))
            .ok();
        let (name, citizen_id) = name.zip(citizen_id)?;
        let (Some(ethnicity), Some(education)) =
            (filled(self.ethnicity.as_deref()), filled(self.education.as_deref()))
        else {
            return Some(Who::Named { name, citizen_id });
        };
        let ethnicity = wrong.keep(&field("ethnicity"), ethnicity, codes::ethnicity().find(ethnicity))?;
        let education = wrong.keep(&field("education"), education, codes::education().find(education))?;
        Some(Who::Identified(Box::new(Identity {
            name,
            sex: citizen_id.sex(),
            birth_date: citizen_id.birth_date(),
            citizen_id,
            ethnicity: ethnicity.code.clone(),
            education: education.code.clone(),
            degree: None,
            native_place: None,
            mobile: None,
            telephone: None,
            address: None,
        })))
    }
}

/// A seat as sent.
#[derive(Debug, Clone, Default)]
pub struct SeatText {
    /// Who is to sit.
    pub who: WhoText,
    /// Code or name of the post.
    pub post: Option<String>,
    /// First day.
    pub from_day: Option<String>,
    /// First day no longer in the post.
    pub to_day: Option<String>,
    /// Code or name of why it was left.
    pub leaving_reason: Option<String>,
    /// What else is said of that.
    pub leaving_explanation: Option<String>,
    /// Education as at election.
    pub education: Option<String>,
    /// Whether a Party member at election.
    pub is_party_member: Option<bool>,
    /// Codes or names of where he was drawn from.
    pub sources: Vec<String>,
    /// Anything else.
    pub note: Option<String>,
}

impl SeatText {
    fn sources(&self, wrong: &mut Wrong, words: &WordBook) -> Vec<Source> {
        let mut sources = Vec::with_capacity(self.sources.len());
        for given in self.sources.iter().filter_map(|text| filled(Some(text))) {
            sources.extend(wrong.keep(
                "sources",
                given,
                Source::parse_with(given, words.words(WordList::CommitteeSource)),
            ));
        }
        sources
    }

    fn reason(&self, wrong: &mut Wrong) -> Option<LeavingReason> {
        let given = filled(self.leaving_reason.as_deref())?;
        wrong.keep("leaving_reason", given, LeavingReason::parse(given))
    }

    fn education(&self, wrong: &mut Wrong) -> Option<String> {
        let given = filled(self.education.as_deref())?;
        wrong.keep("education", given, codes::education().find(given)).map(|entry| entry.code.clone())
    }

    /// Who is to be given a seat.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn appoint(&self, term: TermId, words: &WordBook) -> Result<Appoint> {
        let mut wrong = Wrong::default();
        let who = self.who.read(&mut wrong, "");
        let post = wrong.post("post", self.post.as_deref(), words);
        let from_day = wrong.day("from_day", "任职日期", self.from_day.as_deref());
        let to_day = wrong.maybe_day("to_day", "离职日期", self.to_day.as_deref());
        let leaving_reason = self.reason(&mut wrong);
        let education = self.education(&mut wrong);
        let sources = self.sources(&mut wrong, words);
        let command = |((who, post), from_day)| Appoint {
            term,
            who,
            post,
            from_day,
            to_day,
            leaving_reason,
            leaving_explanation: owned(self.leaving_explanation.as_deref()),
            education,
            is_party_member: self.is_party_member,
            sources,
            note: owned(self.note.as_deref()),
        };
        wrong.finish(who.zip(post).zip(from_day).map(command))
    }

    /// The seat as it should have been recorded.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn correct(&self, seat: SeatId, version: i32, words: &WordBook) -> Result<CorrectSeat> {
        let mut wrong = Wrong::default();
        let post = wrong.post("post", self.post.as_deref(), words);
        let from_day = wrong.day("from_day", "任职日期", self.from_day.as_deref());
        let to_day = wrong.maybe_day("to_day", "离职日期", self.to_day.as_deref());
        let leaving_reason = self.reason(&mut wrong);
        let education = self.education(&mut wrong);
        if filled(self.education.as_deref()).is_none() {
            wrong.refuse("education", "学历没有填写，请选择当选时的学历", None);
        }
        let is_party_member = self.is_party_member;
        if is_party_member.is_none() {
            wrong.refuse("is_party_member", "是否党员没有填写，请选择", None);
        }
        let sources = self.sources(&mut wrong, words);
        let command = |(((post, from_day), education), is_party_member)| CorrectSeat {
            seat,
            version,
            post,
            from_day,
            to_day,
            leaving_reason,
            leaving_explanation: owned(self.leaving_explanation.as_deref()),
            education,
            is_party_member,
            sources,
            note: owned(self.note.as_deref()),
        };
        wrong.finish(post.zip(from_day).zip(education).zip(is_party_member).map(command))
    }
}

/// That a seat was left, as sent.
#[derive(Debug, Clone, Default)]
pub struct EndText {
    /// First day no longer in the post.
    pub on: Option<String>,
    /// Code or name of why it was left.
    pub reason: Option<String>,
    /// What else is said of that.
    pub explanation: Option<String>,
}

impl EndText {
    /// The end of a seat, of which the actor saw a version, or whatever stands there.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn end(&self, seat: SeatId, version: Option<i32>) -> Result<EndSeat> {
        let mut wrong = Wrong::default();
        let on = wrong.day("on", "离职日期", self.on.as_deref());
        let reason = if let Some(given) = filled(self.reason.as_deref()) {
            wrong.keep("reason", given, LeavingReason::parse(given))
        } else {
            wrong.refuse("reason", "离职原因没有填写，请选择原因，如辞职、调任、届满", None);
            None
        };
        let explanation = owned(self.explanation.as_deref());
        wrong.finish(on.zip(reason).map(|(on, reason)| EndSeat { seat, version, on, reason, explanation }))
    }
}

/// A candidate as sent.
#[derive(Debug, Clone, Default)]
pub struct CandidateText {
    /// Who stood.
    pub who: WhoText,
    /// Votes for him.
    pub votes_for: i32,
    /// Votes against him.
    pub votes_against: Option<i32>,
    /// Abstentions.
    pub abstentions: Option<i32>,
    /// Whether he was declared elected.
    pub is_elected: bool,
}

/// A vote as sent.
#[derive(Debug, Clone)]
pub struct VoteText {
    /// Code or name of the post.
    pub post: Option<String>,
    /// The day.
    pub held_on: Option<String>,
    /// 1, and one more for every run-off.
    pub run: i32,
    /// What became of the ballots.
    pub votings: Votings,
    /// Who stood.
    pub candidates: Vec<CandidateText>,
}

impl VoteText {
    /// The vote as it was held.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn held(&self, words: &WordBook) -> Result<Held> {
        let mut wrong = Wrong::default();
        let post = wrong.post("post", self.post.as_deref(), words);
        let held_on = wrong.day("held_on", "选举日期", self.held_on.as_deref());
        let mut candidates = Vec::with_capacity(self.candidates.len());
        for (at, candidate) in self.candidates.iter().enumerate() {
            let who = candidate.who.read(&mut wrong, &format!("candidates[{at}]."));
            candidates.extend(who.map(|who| Candidate {
                who,
                votes_for: candidate.votes_for,
                votes_against: candidate.votes_against,
                abstentions: candidate.abstentions,
                is_elected: candidate.is_elected,
            }));
        }
        let (run, votings) = (self.run, self.votings);
        wrong.finish(post.zip(held_on).map(|(post, held_on)| Held {
            post,
            held_on,
            run,
            votings,
            candidates,
        }))
    }

    /// The vote as it should have been recorded.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn correct(&self, election: ElectionId, version: i32, words: &WordBook) -> Result<CorrectElection> {
        Ok(CorrectElection { election, version, held: self.held(words)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(error: Error) -> Vec<String> {
        match error {
            Error::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_missing_field_of_a_seat_is_named_at_once() {
        let empty = SeatText::default().appoint(TermId::new(), &WordBook::default()).unwrap_err();
        assert_eq!(fields(empty), ["person", "post", "from_day"]);
        let wrong = SeatText {
            post: Some("村长".to_owned()),
            from_day: Some("2021-02-30".to_owned()),
            sources: vec!["veteran".to_owned(), "外星人".to_owned()],
            who: WhoText { person: Some("x".to_owned()), ..WhoText::default() },
            ..SeatText::default()
        };
        assert_eq!(
            fields(wrong.appoint(TermId::new(), &WordBook::default()).unwrap_err()),
            ["person", "post", "from_day", "sources"]
        );
    }

    #[test]
    fn a_reason_for_leaving_is_a_code_or_its_name() {
        let seat = SeatId::new();
        let end = |reason: &str| {
            EndText { on: Some("2024-05-01".to_owned()), reason: Some(reason.to_owned()), explanation: None }
                .end(seat, None)
        };
        assert_eq!(end("removed_unfit").unwrap().reason, LeavingReason::RemovedUnfit);
        assert_eq!(end("不胜任调整").unwrap().reason, LeavingReason::RemovedUnfit);
        let Err(Error::Invalid(errors)) = end("工作调动") else { panic!("taken") };
        let choice = "请填写届满、辞职、调任、不胜任调整、罢免、受处分、去世、其他";
        assert!(errors[0].message.contains(choice), "{errors:?}");
        assert_eq!((errors[0].field.as_str(), errors[0].value.as_deref()), ("reason", Some("工作调动")));
        assert_eq!(fields(EndText::default().end(seat, None).unwrap_err()), ["on", "reason"]);
    }

    #[test]
    fn a_citizen_id_is_never_sent_back() {
        let who = WhoText {
            name: Some("张伟".to_owned()),
            citizen_id: Some("500237198005060011".to_owned()),
            ..WhoText::default()
        };
        let text = SeatText { who, ..SeatText::default() };
        let Err(Error::Invalid(errors)) = text.appoint(TermId::new(), &WordBook::default()) else {
            panic!("taken")
        };
        let wrong = errors.iter().find(|error| error.field == "citizen_id").unwrap();
        assert_eq!(wrong.value, None);
    }

    #[test]
    fn names_of_posts_are_taken_like_codes() {
        let term = TermText {
            ordinal: 6,
            from_day: Some("2021年1月10日".to_owned()),
            posts: vec![("书记".to_owned(), 1), ("committee_member".to_owned(), 4)],
            ..TermText::default()
        };
        let command = term.open(CommitteeId::new(), &WordBook::default()).unwrap();
        assert_eq!(command.posts, [(Post::Secretary, 1), (Post::Member, 4)]);
    }
}
