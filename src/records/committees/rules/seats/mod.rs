//! What one seat must be by itself: its post, its days, and who sits in it.

use chrono::NaiveDate;

use crate::base::values::{MembershipStatus, completed_years};
use crate::records::committees::model::{CommitteeKind, LeavingReason, Post};
use crate::records::committees::rules::{Rule, RuleBook};

/// What the register of members says of a person on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// He was never registered here: nothing is known.
    Unknown,
    /// He was a member, registered in another county.
    Elsewhere,
    /// He joined later.
    NotYet(NaiveDate),
    /// In the register, not yet a full member.
    Probationary,
    /// In the register without the right to be elected.
    Restricted(MembershipStatus),
    /// A full member with all rights.
    Full,
    /// No longer in the register.
    Left(MembershipStatus),
}

impl Standing {
    /// Whether he was a Party member; none where the register does not know.
    #[must_use]
    pub const fn is_member(self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Elsewhere | Self::Probationary | Self::Restricted(_) | Self::Full => Some(true),
            Self::NotYet(_) | Self::Left(_) => Some(false),
        }
    }
}

/// Who is to sit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitter {
    /// His name.
    pub name: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// What the register says of him on the first day.
    pub standing: Standing,
    /// The day of his death, as recorded.
    pub deceased_on: Option<NaiveDate>,
    /// The first day after it on which he was no longer in the Party, and as what.
    pub removed: Option<(NaiveDate, MembershipStatus)>,
}

/// One seat with all that its rules ask for.
#[derive(Debug, Clone)]
pub struct SeatFacts<'a> {
    /// Who sits.
    pub sitter: &'a Sitter,
    /// Whether he is a Party member, as given.
    pub is_party_member: Option<bool>,
    /// Which committee.
    pub kind: CommitteeKind,
    /// Name of the village.
    pub village: &'a str,
    /// First day of the village, where known.
    pub founded_on: Option<NaiveDate>,
    /// The day on which the village was dissolved.
    pub dissolved_on: Option<NaiveDate>,
    /// Which term.
    pub ordinal: i32,
    /// First day of the term.
    pub term_from: NaiveDate,
    /// First day no longer in the term.
    pub term_ended: Option<NaiveDate>,
    /// The post.
    pub post: Post,
    /// First day in the post.
    pub from_day: NaiveDate,
    /// First day no longer in it.
    pub to_day: Option<NaiveDate>,
    /// Why it was left.
    pub leaving_reason: Option<LeavingReason>,
    /// What else is said of that.
    pub leaving_explanation: Option<&'a str>,
}

/// Why a seat cannot be as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence shows under that name")]
pub enum SeatRefusal {
    /// A post that such a committee has not.
    #[error("职务“{}”不是{}的职务，请选择{choice}", post.name(), kind.name())]
    OtherKind { post: Post, kind: CommitteeKind, choice: String },
    /// A day that has not come.
    #[error("{label}“{day}”晚于今天，请填写已经发生的日期")]
    Future { label: &'static str, day: NaiveDate },
    /// Outside the term.
    #[error("任职日期“{day}”不在第{ordinal}届任期（{from}{until}）内，请核对任职日期，或选择对应的届次")]
    OutsideTerm { day: NaiveDate, ordinal: i32, from: NaiveDate, until: String },
    /// Left after the term.
    #[error("离职日期“{day}”晚于第{ordinal}届任期结束的{ended}，请核对离职日期")]
    AfterTerm { day: NaiveDate, ordinal: i32, ended: NaiveDate },
    /// Left before it began.
    #[error("离职日期“{day}”不晚于任职日期“{from}”，请核对两个日期")]
    LeftBefore { day: NaiveDate, from: NaiveDate },
    /// Left for no reason.
    #[error("填写了离职日期，离职原因没有填写，请选择原因，如辞职、调任、届满")]
    NoReason,
    /// A reason for what did not happen.
    #[error("填写了离职原因“{0}”，离职日期没有填写，请补填离职日期，或清空离职原因")]
    NoDay(LeavingReason),
    /// An explanation of no reason.
    #[error("填写了离职说明，离职原因没有填写，请选择离职原因，或清空离职说明")]
    NothingExplained,
    /// The village was not there.
    #[error("任职日期“{day}”时“{village}”{why}，请核对日期或村（社区）")]
    NoVillage { day: NaiveDate, village: String, why: String },
    /// Too young.
    #[error("{name}在任职日期“{day}”为{age}周岁，任职年龄须{bar}周岁（{source_text}），请核对人员和日期")]
    TooYoung { name: String, day: NaiveDate, age: u32, bar: String, source_text: String },
    /// Dead.
    #[error("{name}已于{died}死亡（党员名册），任职不能延续到这一天以后，请核对人员，或填写离职日期")]
    Dead { name: String, died: NaiveDate },
    /// Put out of the Party.
    #[error(
        "{name}已于{on}不在党（{}），党组织班子任职不能延续到这一天以后，请核对人员，或填写离职日期",
        status.name()
    )]
    Removed { name: String, on: NaiveDate, status: MembershipStatus },
    /// Not entitled to a seat in a Party committee.
    #[error(
        "{name}在任职日期“{day}”{why}，党组织班子成员须为有被选举权的正式党员（{source_text}），请核对人员和日期"
    )]
    NotEntitled { name: String, day: NaiveDate, why: String, source_text: String },
    /// The register knows better.
    #[error("是否党员填写为“{given}”，但党员名册中{name}在“{day}”{why}，请核对后改正其中一处")]
    Contradiction { given: &'static str, name: String, day: NaiveDate, why: String },
    /// Nobody says whether he is a member.
    #[error("{0}不在本县党员名册，请填写是否党员")]
    MembershipUnsaid(String),
}

impl SeatRefusal {
    /// The field in the API.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::OtherKind { .. } => "post",
            Self::Future { label: "离职日期", .. } | Self::AfterTerm { .. } | Self::LeftBefore { .. } => {
                "to_day"
            }
            Self::NoReason | Self::NoDay(_) => "leaving_reason",
            Self::NothingExplained => "leaving_explanation",
            Self::Future { .. } | Self::OutsideTerm { .. } | Self::NoVillage { .. } => "from_day",
            Self::TooYoung { .. } | Self::Dead { .. } | Self::Removed { .. } | Self::NotEntitled { .. } => {
                "person"
            }
            Self::Contradiction { .. } | Self::MembershipUnsaid(_) => "is_party_member",
        }
    }
}

/// Everything that is wrong with a seat by itself.
#[must_use]
pub fn check(seat: &SeatFacts<'_>, book: &RuleBook, today: NaiveDate) -> Vec<SeatRefusal> {
    let mut refusals = Vec::new();
    if !seat.post.belongs_to(seat.kind) {
        let choice: Vec<_> =
            Post::ALL.iter().filter(|post| post.belongs_to(seat.kind)).map(|post| post.name()).collect();
        refusals
            .push(SeatRefusal::OtherKind { post: seat.post, kind: seat.kind, choice: choice.join("、") });
    }
    refusals.extend(check_days(seat, today));
    refusals.extend(check_village(seat.village, seat.founded_on, seat.dissolved_on, seat.from_day));
    refusals.extend(check_sitter(seat, book));
    refusals
}

fn check_days(seat: &SeatFacts<'_>, today: NaiveDate) -> Vec<SeatRefusal> {
    let mut refusals = Vec::new();
    if seat.from_day > today {
        refusals.push(SeatRefusal::Future { label: "任职日期", day: seat.from_day });
    }
    let is_over = seat.term_ended.is_some_and(|end| seat.from_day >= end);
    if seat.from_day < seat.term_from || is_over {
        refusals.push(SeatRefusal::OutsideTerm {
            day: seat.from_day,
            ordinal: seat.ordinal,
            from: seat.term_from,
            until: seat.term_ended.map_or_else(|| "起".to_owned(), |end| format!("至{end}前")),
        });
    }
    match (seat.to_day, seat.leaving_reason) {
        (Some(_), None) => refusals.push(SeatRefusal::NoReason),
        (None, Some(reason)) => refusals.push(SeatRefusal::NoDay(reason)),
        (None, None) if seat.leaving_explanation.is_some() => refusals.push(SeatRefusal::NothingExplained),
        _ => {}
    }
    let ended = seat.term_ended.map(|ended| (ended, seat.ordinal));
    refusals.extend(seat.to_day.into_iter().flat_map(|on| check_leaving(seat.from_day, on, ended, today)));
    refusals
}

/// Everything that is wrong with leaving a post on a day: before it was taken, after the end of the term, after today.
#[must_use]
pub fn check_leaving(
    from_day: NaiveDate,
    on: NaiveDate,
    term_ended: Option<(NaiveDate, i32)>,
    today: NaiveDate,
) -> Vec<SeatRefusal> {
    let mut refusals = Vec::new();
    if on > today {
        refusals.push(SeatRefusal::Future { label: "离职日期", day: on });
    }
    if on <= from_day {
        refusals.push(SeatRefusal::LeftBefore { day: on, from: from_day });
    }
    if let Some((ended, ordinal)) = term_ended.filter(|(ended, _)| on > *ended) {
        refusals.push(SeatRefusal::AfterTerm { day: on, ordinal, ended });
    }
    refusals
}

/// Whether the village was there on a day.
fn check_village(
    village: &str,
    founded_on: Option<NaiveDate>,
    dissolved_on: Option<NaiveDate>,
    day: NaiveDate,
) -> Option<SeatRefusal> {
    let why = absence(founded_on, dissolved_on, day)?;
    Some(SeatRefusal::NoVillage { day, village: village.to_owned(), why })
}

/// Why an organisation was not there on a day: founded later, dissolved by then.
#[must_use]
pub fn absence(
    founded_on: Option<NaiveDate>,
    dissolved_on: Option<NaiveDate>,
    day: NaiveDate,
) -> Option<String> {
    let founded = founded_on.filter(|founded| day < *founded).map(|on| format!("尚未成立（成立于{on}）"));
    founded.or_else(|| {
        dissolved_on.filter(|dissolved| *dissolved <= day).map(|on| format!("已经撤销（撤销于{on}）"))
    })
}

fn check_sitter(seat: &SeatFacts<'_>, book: &RuleBook) -> Vec<SeatRefusal> {
    let mut refusals = Vec::new();
    let (sitter, day) = (seat.sitter, seat.from_day);
    let name = || sitter.name.clone();
    refusals.extend(too_young(sitter, seat.kind, book, day));
    let outlasts = |end: NaiveDate| seat.to_day.or(seat.term_ended).is_none_or(|last| last > end);
    if let Some(died) = sitter.deceased_on.filter(|died| day >= *died || outlasts(*died)) {
        refusals.push(SeatRefusal::Dead { name: name(), died });
    }
    let is_demanded = book.bar(Rule::FullMember, seat.kind, day).is_some();
    if let Some((on, status)) = sitter.removed.filter(|(on, _)| is_demanded && outlasts(*on)) {
        refusals.push(SeatRefusal::Removed { name: name(), on, status });
    }
    if seat.kind == CommitteeKind::VillageParty
        && let Some(refusal) = entitlement(sitter, seat.is_party_member, book, day)
    {
        refusals.push(refusal);
        return refusals;
    }
    refusals.extend(contradiction(sitter, seat.is_party_member, day));
    refusals
}

/// Why somebody is too young for a seat on a day; none where he is not, or nothing is demanded.
#[must_use]
pub fn too_young(
    sitter: &Sitter,
    kind: CommitteeKind,
    book: &RuleBook,
    day: NaiveDate,
) -> Option<SeatRefusal> {
    let bar = book.bar(Rule::AgeMinimum, kind, day)?;
    let age = completed_years(sitter.birth_date, day).unwrap_or(0);
    if bar.is_met(i32::try_from(age).unwrap_or(i32::MAX), 1) {
        return None;
    }
    let (bar, source_text) = (bar.words(), bar.source.clone());
    Some(SeatRefusal::TooYoung { name: sitter.name.clone(), day, age, bar, source_text })
}

/// Why somebody cannot be elected into a Party committee on a day; none where nothing is demanded on that day.
#[must_use]
pub fn entitlement(
    sitter: &Sitter,
    given: Option<bool>,
    book: &RuleBook,
    day: NaiveDate,
) -> Option<SeatRefusal> {
    let bar = book.bar(Rule::FullMember, CommitteeKind::VillageParty, day)?;
    let why = match sitter.standing {
        Standing::Unknown if given == Some(false) => "不是党员".to_owned(),
        Standing::Unknown | Standing::Elsewhere | Standing::Full => return None,
        other => reason(other),
    };
    Some(SeatRefusal::NotEntitled { name: sitter.name.clone(), day, why, source_text: bar.source.clone() })
}

fn contradiction(sitter: &Sitter, given: Option<bool>, day: NaiveDate) -> Option<SeatRefusal> {
    let name = sitter.name.clone();
    match (given, sitter.standing.is_member()) {
        (None, None) => Some(SeatRefusal::MembershipUnsaid(name)),
        (Some(given), Some(known)) if given != known => {
            let given = if given { "是" } else { "否" };
            Some(SeatRefusal::Contradiction { given, name, day, why: reason(sitter.standing) })
        }
        _ => None,
    }
}

/// What the register says, as the middle of a sentence.
fn reason(standing: Standing) -> String {
    match standing {
        Standing::Unknown => "没有登记".to_owned(),
        Standing::Elsewhere => "已是党员（组织关系在外县）".to_owned(),
        Standing::NotYet(joined) => format!("还不是党员（{joined}入党）"),
        Standing::Probationary => "是预备党员".to_owned(),
        Standing::Restricted(status) => format!("处于“{}”", status.name()),
        Standing::Full => "是正式党员".to_owned(),
        Standing::Left(status) => format!("已不在党（{}）", status.name()),
    }
}

#[cfg(test)]
mod tests;
