//! What a sample county consists of: plain values, in the order in which they can be entered.

use chrono::NaiveDate;

use crate::base::values::{
    Arrival, CitizenId, MembershipStatus, MobileNumber, Period, PersonName, Quarter, Sex, Telephone,
};
use crate::records::assessments::SetScheme;
use crate::records::committees::{CommitteeKind, Post};
use crate::records::organisations::Kind;
use crate::records::people::Identity;
use crate::records::ratings::awards::AwardState;
use crate::records::reserves::{Grade, MentorKind, ReserveKind, ReserveState, Route};
use crate::records::training::{ClassKind, ClassState, ExemptionKind, TrainingResult};

use super::pack::{AwardPack, ProgrammePack, RatingPack};

/// A county made from a seed.
#[derive(Debug)]
pub struct SampleCounty {
    /// Six-digit code.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Every organisation, parents before children; the first is the county itself.
    pub organisations: Vec<SampleOrganisation>,
    /// Every member, also those who left since the records begin.
    pub members: Vec<SampleMember>,
    /// The rating scheme.
    pub rating_scheme: RatingPack,
    /// Rounds of ratings, earlier periods first.
    pub rating_rounds: Vec<SampleRound>,
    /// How its villages are honoured; none where no pack says it.
    pub award_pack: Option<AwardPack>,
    /// Villages put forward for awards, earlier years first.
    pub awards: Vec<SampleAward>,
    /// Who stands or stood in a pool.
    pub reserves: Vec<SampleReserve>,
    /// How its villages are assessed.
    pub assessments: SampleAssessments,
    /// Residents who sit in committees and are no members.
    pub residents: Vec<SamplePerson>,
    /// Terms of committees, earlier ones first.
    pub committee_terms: Vec<SampleTerm>,
    /// Its training.
    pub training: SampleTraining,
}

/// The training of a county.
#[derive(Debug)]
pub struct SampleTraining {
    /// The programmes.
    pub programmes: Vec<ProgrammePack>,
    /// Who need not be trained.
    pub exemptions: Vec<SampleExemption>,
    /// The classes, programme by programme, by date.
    pub classes: Vec<SampleClass>,
}

/// Somebody who need not be trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleExemption {
    /// His place in [`SampleCounty::members`].
    pub member: usize,
    /// Why.
    pub kind: ExemptionKind,
    /// Why, in words.
    pub reason: &'static str,
    /// First day.
    pub from_day: NaiveDate,
}

/// A class with its roll and who came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleClass {
    /// Its place in [`SampleTraining::programmes`].
    pub programme: usize,
    /// Its number.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Class or lecture.
    pub kind: ClassKind,
    /// Code of the field.
    pub field: &'static str,
    /// Place in [`SampleCounty::organisations`] of who holds it, whose members attend it.
    pub keeper: usize,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Its hours.
    pub hours: u32,
    /// Its places.
    pub places: u32,
    /// Whether outside the county.
    pub is_away: bool,
    /// How far it has come.
    pub state: ClassState,
    /// Who teaches.
    pub teacher: &'static str,
    /// Who is enrolled, as places in [`SampleCounty::members`].
    pub roll: Vec<usize>,
    /// Who came for all of its hours, and with what result.
    pub attended: Vec<(usize, TrainingResult)>,
}

/// One village put forward for one kind of award of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAward {
    /// Place of the village in [`SampleCounty::organisations`].
    pub village: usize,
    /// Code of the kind.
    pub kind: String,
    /// The year.
    pub year: i32,
    /// How far it has come.
    pub state: AwardState,
    /// The days of its steps, as far as it may come.
    pub days: Vec<NaiveDate>,
}

/// The scheme by which villages are assessed, and the rounds.
#[derive(Debug, Clone)]
pub struct SampleAssessments {
    /// The scheme.
    pub scheme: SetScheme,
    /// Rounds, earlier quarters first.
    pub rounds: Vec<SampleAssessment>,
}

/// How far a round has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleAssessmentState {
    /// Handed in.
    Submitted,
    /// Published.
    Published,
}

/// One town's assessment of its villages in one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAssessment {
    /// Code of the town.
    pub town: String,
    /// The quarter.
    pub quarter: Quarter,
    /// How far it has come.
    pub state: SampleAssessmentState,
    /// The villages.
    pub villages: Vec<SampleAssessed>,
    /// The day of the check beside it.
    pub visited_on: NaiveDate,
}

/// The assessment of one village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAssessed {
    /// Code of the village.
    pub village: String,
    /// Tenths of marks taken off each indicator, in their order.
    pub deductions: Vec<u32>,
    /// Why.
    pub note: Option<String>,
}

/// One term of one committee, with all who sit in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleTerm {
    /// Place of the village in [`SampleCounty::organisations`].
    pub village: usize,
    /// Which committee.
    pub kind: CommitteeKind,
    /// Which term.
    pub ordinal: i32,
    /// First day.
    pub from_day: NaiveDate,
    /// The day by which the next election is due.
    pub due_day: NaiveDate,
    /// First day no longer in it; none: it runs on.
    pub ended_on: Option<NaiveDate>,
    /// Who sits in it from the first day to the last.
    pub seats: Vec<SampleSeat>,
    /// The vote on its secretary.
    pub election: Option<SampleElection>,
}

/// Somebody who sits in a committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SampleSitter {
    /// His place in [`SampleCounty::members`].
    Member(usize),
    /// His place in [`SampleCounty::residents`].
    Resident(usize),
}

/// One seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSeat {
    /// Who sits.
    pub sitter: SampleSitter,
    /// The post.
    pub post: Post,
    /// GB/T 4658 code, as at election.
    pub education: String,
    /// Codes of the vocabulary list `committee_source`.
    pub sources: Vec<String>,
}

/// One vote, on one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleElection {
    /// Who stood, and was elected.
    pub candidate: SampleSitter,
    /// Who could vote.
    pub eligible: i32,
    /// Who came; so many ballots were given out and came back.
    pub present: i32,
    /// Ballots that count.
    pub valid: i32,
    /// Votes for him.
    pub votes_for: i32,
}

/// Somebody in the pool of a village: how he came, who guides him, and what happened since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleReserve {
    /// The person; not a member.
    pub person: SamplePerson,
    /// Place of the village in [`SampleCounty::organisations`].
    pub village: usize,
    /// Which list.
    pub kind: ReserveKind,
    /// First day in the pool.
    pub entered_on: NaiveDate,
    /// How he was chosen.
    pub route: Route,
    /// GB/T 4762 code.
    pub political_status: &'static str,
    /// Codes of the sources.
    pub sources: Vec<String>,
    /// Who guides him from the first day on.
    pub mentors: Vec<(MentorKind, PersonName)>,
    /// What he went on to do, by date, at most one step a day.
    pub steps: Vec<SampleReserveStep>,
    /// Notes of his mentors: which mentor, the day, what was done.
    pub notes: Vec<(usize, NaiveDate, &'static str)>,
    /// The last yearly review.
    pub review: Option<(NaiveDate, Grade)>,
}

/// A step of somebody in the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleReserveStep {
    /// The day.
    pub on: NaiveDate,
    /// The state that it leads to.
    pub state: ReserveState,
    /// Place of the village where, for what has a place.
    pub village: Option<usize>,
    /// The post there.
    pub post: Option<&'static str>,
    /// Why.
    pub reason: Option<&'static str>,
}

impl SampleReserve {
    /// The state on a day; none before he came.
    #[must_use]
    pub fn state_on(&self, day: NaiveDate) -> Option<ReserveState> {
        if day < self.entered_on {
            return None;
        }
        let last = self.steps.iter().rfind(|step| step.on <= day);
        Some(last.map_or(ReserveState::InPool, |step| step.state))
    }

    /// Whether he stood in the pool on a day.
    #[must_use]
    pub fn in_the_pool_on(&self, day: NaiveDate) -> bool {
        self.state_on(day).is_some_and(ReserveState::in_the_pool)
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleOrganisation {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Code of the organisation above; empty for the county.
    pub parent_code: String,
    /// First day of existence, where that lies in the time of the records.
    pub founded_on: Option<NaiveDate>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePerson {
    /// Name.
    pub name: PersonName,
    /// Citizen ID; sex and birth date follow from it.
    pub citizen_id: CitizenId,
    /// GB/T 3304 code.
    pub ethnicity: String,
    /// GB/T 4658 code.
    pub education: String,
    /// GB/T 6864 code.
    pub degree: Option<String>,
    /// Native place.
    pub native_place: String,
    /// Mobile number.
    pub mobile: Option<MobileNumber>,
    /// Landline.
    pub telephone: Option<Telephone>,
    /// Home address.
    pub address: String,
}

impl SamplePerson {
    /// Birth date.
    #[must_use]
    pub fn birth_date(&self) -> NaiveDate {
        self.citizen_id.birth_date()
    }

    /// Sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        self.citizen_id.sex()
    }

    /// What is entered of the person.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            citizen_id: self.citizen_id.clone(),
            sex: self.sex(),
            ethnicity: self.ethnicity.clone(),
            birth_date: self.birth_date(),
            education: self.education.clone(),
            degree: self.degree.clone(),
            native_place: Some(self.native_place.clone()),
            mobile: self.mobile.clone(),
            telephone: self.telephone.clone(),
            address: Some(self.address.clone()),
        }
    }
}

/// A member: how he came, what he is, and what happened to him since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleMember {
    /// The person.
    pub person: SamplePerson,
    /// Place of the first branch in [`SampleCounty::organisations`].
    pub branch: usize,
    /// Day of admission to the Party.
    pub joined_on: NaiveDate,
    /// Day of becoming a full member; none: still probationary (or left as one).
    pub full_member_on: Option<NaiveDate>,
    /// How he came into the county's register.
    pub arrival: Arrival,
    /// First day in the county's register; none: the day of admission.
    pub arrived_on: Option<NaiveDate>,
    /// Code of the occupation.
    pub occupation: String,
    /// Post inside the Party organisation.
    pub party_post: Option<String>,
    /// Floating today: since when, and where to.
    pub floating: Option<(NaiveDate, String)>,
    /// Out of contact since.
    pub lost_contact_since: Option<NaiveDate>,
    /// What happened since, by date, at most one event a day.
    pub events: Vec<SampleEvent>,
}

/// One event in a member's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleEvent {
    /// The day.
    pub on: NaiveDate,
    /// What happened.
    pub kind: SampleEventKind,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
}

/// What can happen to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SampleEventKind {
    /// To another branch of the county.
    Transfer {
        /// Its place in [`SampleCounty::organisations`].
        to: usize,
        /// Number of the letter of introduction.
        letter_number: String,
    },
    /// The status becomes this one: stopped, restricted, removed, deceased, transferred out of the county, or
    /// `normal` again (reinstated, or a restriction that ended).
    Status(MembershipStatus),
}

impl SampleMember {
    /// First day in the county's register.
    #[must_use]
    pub fn from_day(&self) -> NaiveDate {
        self.arrived_on.unwrap_or(self.joined_on)
    }

    /// The status on a day; none before he came.
    #[must_use]
    pub fn status_on(&self, day: NaiveDate) -> Option<MembershipStatus> {
        if day < self.from_day() {
            return None;
        }
        let changes = self.events.iter().filter(|event| event.on <= day);
        let mut last = changes.filter_map(|event| match event.kind {
            SampleEventKind::Status(status) => Some(status),
            SampleEventKind::Transfer { .. } => None,
        });
        Some(last.next_back().unwrap_or(MembershipStatus::Normal))
    }

    /// Whether he counts as in-register on a day.
    #[must_use]
    pub fn in_register_on(&self, day: NaiveDate) -> bool {
        self.status_on(day).is_some_and(MembershipStatus::in_register)
    }

    /// The branch he belonged to on a day, as its place among the organisations.
    #[must_use]
    pub fn branch_on(&self, day: NaiveDate) -> usize {
        let moves = self.events.iter().filter(|event| event.on <= day);
        let mut last = moves.filter_map(|event| match event.kind {
            SampleEventKind::Transfer { to, .. } => Some(to),
            SampleEventKind::Status(_) => None,
        });
        last.next_back().unwrap_or(self.branch)
    }

    /// Whether he was a full member on a day.
    #[must_use]
    pub fn is_full_on(&self, day: NaiveDate) -> bool {
        self.full_member_on.is_some_and(|full| full <= day)
    }
}

/// One branch rated for one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRound {
    /// Place of the branch in [`SampleCounty::organisations`].
    pub branch: usize,
    /// The period.
    pub period: Period,
    /// How far it has come.
    pub state: SampleRoundState,
    /// Its ratings.
    pub ratings: Vec<SampleRating>,
}

/// How far a round has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleRoundState {
    /// Scores are being entered.
    Draft,
    /// Waiting for review.
    Submitted,
    /// Reviewed, confirmed and published.
    Published,
}

/// The scores of one member in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRating {
    /// Place of the member in [`SampleCounty::members`].
    pub member: usize,
    /// One score for each dimension of the scheme, in its order.
    pub scores: Vec<u32>,
    /// What the scores rest on.
    pub evidence: &'static str,
}
