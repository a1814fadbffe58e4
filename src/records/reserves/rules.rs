//! What may be said of somebody in the pool: pure decisions, no connection, no clock.

use chrono::NaiveDate;

use crate::base::codes;
use crate::base::values::{MembershipStatus, completed_years};
use crate::records::reserves::model::{Mentor, ReserveState};
use crate::records::reserves::settings::Settings;

/// Why something is not done; the sentence says the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence names")]
pub enum Refusal {
    /// He died.
    #[error("“{name}”已登记为死亡，不能入库或任用；如系误登，请先更正党员状态。")]
    Dead { name: String },
    /// He was put out of the Party.
    #[error("“{name}”的党籍状态为“{status}”，不能入库或任用；如系误登，请先更正党员状态。")]
    PutOut { name: String, status: &'static str },
    /// He sits in a committee of a village.
    #[error(
        "“{name}”现任“{village}”{post}，已在职，不能作为后备干部入库或再次任用；已离职的，请先登记离职日期。"
    )]
    InPost { name: String, village: String, post: String },
    /// He stands in the pool already.
    #[error("“{name}”已在“{village}”的人才库中，同一人不能重复入库；如需变更，请先在原村办理退出。")]
    InThePool { name: String, village: String },
    /// His stay has ended.
    #[error("“{name}”已于{since}{state}，不在库，不能再办理此项；如需继续培养，请重新入库。")]
    NotInThePool { name: String, since: NaiveDate, state: &'static str },
    /// One state a day, and none before the present one.
    #[error("日期“{on}”应晚于当前状态“{state}”的起始日期{since}，请核对。")]
    NotAfter { on: NaiveDate, state: &'static str, since: NaiveDate },
    /// He is in the pool and nowhere else.
    #[error("“{name}”已经在库，没有需要结束的挂职或异地任职。")]
    NothingToReturnFrom { name: String },
    /// Too old to be seconded.
    #[error(
        "“{name}”在{on}为{age}周岁，超过挂职年龄上限{limit}周岁（{rule}），不能挂职；可以改为异地任职或留库培养。"
    )]
    TooOld { name: String, on: NaiveDate, age: u32, limit: i32, rule: String },
    /// Too little education to be seconded.
    #[error(
        "“{name}”的学历为“{education}”，未达到挂职要求的{demanded}（{rule}），不能挂职；学历有提升的，请先更正学历。"
    )]
    TooLittleEducation { name: String, education: String, demanded: &'static str, rule: String },
    /// Posting to another village needs another village.
    #[error("异地任职的村应与所在村不同；在本村任职的，请办理任用。")]
    SameVillage,
    /// A mentor who no longer guides.
    #[error(
        "帮带人“{name}”自{since}起已不再帮带，不能登记{on}的帮带记录；请选择现任帮带人，或先登记新的帮带人。"
    )]
    MentorLeft { name: String, since: NaiveDate, on: NaiveDate },
    /// A mentor who did not guide yet.
    #[error("帮带人“{name}”自{since}起帮带，记录日期“{on}”早于该日，请核对。")]
    MentorNotYet { name: String, since: NaiveDate, on: NaiveDate },
    /// A mentor who left the Party or life.
    #[error(
        "帮带人“{name}”的党籍状态为“{status}”，已不在党员名册，不能担任帮带人，请另选他人；如系误登，请先更正党员状态。"
    )]
    MentorGone { name: String, status: &'static str },
    /// A secretary of the village who no longer is: of "2+1", the one is the secretary (practices 1c).
    #[error(
        "“{name}”自{since}起已不再担任该村书记，按“2+1”联系帮带要求，帮带书记应为现任书记；\
         请改填现任书记，或改登记为联系领导。"
    )]
    NoLongerSecretary { name: String, since: NaiveDate },
    /// Somebody of the pool of another unit who is given a seat.
    #[error(
        "“{name}”在“{village}”的人才库，不在您的管理范围内；在职人员不应在库，\
         请先由该村所属单位办理任用或退出，再登记任职。"
    )]
    InAnotherPool { name: String, village: String },
    /// A seat that began before he came into the pool, or into his present state.
    #[error(
        "“{name}”自{since}起在“{village}”的人才库（{state}），任职日期“{on}”不晚于该日；在职人员不应在库，\
         请核对任职日期，或先为其办理退出，再登记任职。"
    )]
    SeatBeforeStay { name: String, village: String, state: &'static str, since: NaiveDate, on: NaiveDate },
    /// Something dated before he came into the pool.
    #[error("日期“{on}”早于“{name}”的入库日期{entered_on}，请核对。")]
    BeforeEntry { name: String, on: NaiveDate, entered_on: NaiveDate },
}

impl Refusal {
    /// The field in the API that the sentence is about.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Dead { .. }
            | Self::PutOut { .. }
            | Self::InPost { .. }
            | Self::InThePool { .. }
            | Self::InAnotherPool { .. } => "person",
            Self::SeatBeforeStay { .. } => "from_day",
            Self::NotInThePool { .. } | Self::NothingToReturnFrom { .. } => "state",
            Self::NotAfter { .. } | Self::TooOld { .. } | Self::BeforeEntry { .. } => "on",
            Self::TooLittleEducation { .. } => "education",
            Self::SameVillage => "village",
            Self::MentorLeft { .. }
            | Self::MentorNotYet { .. }
            | Self::MentorGone { .. }
            | Self::NoLongerSecretary { .. } => "mentor",
        }
    }
}

/// What stands of somebody elsewhere in the county.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// Status of his latest membership.
    pub status: Option<MembershipStatus>,
    /// A seat that he holds in a village Party organisation or a village committee: village, name of the post.
    pub seat: Option<(String, String)>,
    /// The village in whose pool he stands.
    pub pool: Option<String>,
}

/// Why somebody may not be in the pool for membership's sake: only death and putting out of the Party bar.
#[must_use]
pub fn refuse_membership(name: &str, found: &Obstacles) -> Option<Refusal> {
    let name = name.to_owned();
    match found.status {
        Some(MembershipStatus::Deceased) => Some(Refusal::Dead { name }),
        Some(status) if status.is_removal() => Some(Refusal::PutOut { name, status: status.name() }),
        _ => None,
    }
}

/// Why somebody is in post already.
#[must_use]
pub fn refuse_seat(name: &str, found: &Obstacles) -> Option<Refusal> {
    found.seat.as_ref().map(|(village, post)| Refusal::InPost {
        name: name.to_owned(),
        village: village.clone(),
        post: post.clone(),
    })
}

/// Why somebody is in the pool already.
#[must_use]
pub fn refuse_second_entry(name: &str, found: &Obstacles) -> Option<Refusal> {
    found.pool.as_ref().map(|village| Refusal::InThePool { name: name.to_owned(), village: village.clone() })
}

/// Why somebody may not be seconded on a day: too old, or too little education, by the settings of that day.
#[must_use]
pub fn refuse_secondment(
    name: &str,
    birth_date: NaiveDate,
    education: &str,
    on: NaiveDate,
    demanded: &Settings,
) -> Option<Refusal> {
    let age = completed_years(birth_date, on).unwrap_or_default();
    if i64::from(age) > i64::from(demanded.secondment_age) {
        return Some(Refusal::TooOld {
            name: name.to_owned(),
            on,
            age,
            limit: demanded.secondment_age,
            rule: demanded.source.clone(),
        });
    }
    (!demanded.secondment_education.is_reached_by(education)).then(|| Refusal::TooLittleEducation {
        name: name.to_owned(),
        education: codes::education().name_of(education).to_owned(),
        demanded: demanded.secondment_education.name(),
        rule: demanded.source.clone(),
    })
}

/// Why a state may not follow the present one on a day.
#[must_use]
pub fn refuse_step(
    name: &str,
    present: ReserveState,
    since: NaiveDate,
    next: ReserveState,
    on: NaiveDate,
) -> Option<Refusal> {
    if !present.in_the_pool() {
        return Some(Refusal::NotInThePool { name: name.to_owned(), since, state: present.name() });
    }
    if next == ReserveState::InPool && present == ReserveState::InPool {
        return Some(Refusal::NothingToReturnFrom { name: name.to_owned() });
    }
    (on <= since).then(|| Refusal::NotAfter { on, state: present.name(), since })
}

/// Why somebody of this Party status may not guide; who is no member may.
#[must_use]
pub fn refuse_guiding(name: &str, status: Option<MembershipStatus>) -> Option<Refusal> {
    let status = status.filter(|status| !status.in_register())?;
    Some(Refusal::MentorGone { name: name.to_owned(), status: status.name() })
}

/// Why somebody who is or was secretary of a village may not guide as such on a day; `left_on` is the first day on which
/// he no longer was.
#[must_use]
pub fn refuse_secretary(name: &str, left_on: Option<NaiveDate>, day: NaiveDate) -> Option<Refusal> {
    let since = left_on.filter(|left| *left <= day)?;
    Some(Refusal::NoLongerSecretary { name: name.to_owned(), since })
}

/// Why a seat from a day on may not be given to somebody in the pool of a village within the actor's sight, or beyond it:
/// the stay must end as the seat begins.
#[must_use]
pub fn refuse_release(
    (name, village): (&str, &str),
    (state, since): (ReserveState, NaiveDate),
    on: NaiveDate,
    in_sight: bool,
) -> Option<Refusal> {
    let (name, village) = (name.to_owned(), village.to_owned());
    if !in_sight {
        return Some(Refusal::InAnotherPool { name, village });
    }
    (on <= since).then(|| Refusal::SeatBeforeStay { name, village, state: state.name(), since, on })
}

/// Why a mentor may not write of a day.
#[must_use]
pub fn refuse_note(mentor: &Mentor, on: NaiveDate) -> Option<Refusal> {
    let name = mentor.name.clone();
    if on < mentor.from_day {
        return Some(Refusal::MentorNotYet { name, since: mentor.from_day, on });
    }
    mentor.to_day.filter(|end| *end <= on).map(|since| Refusal::MentorLeft { name, since, on })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::ids::{MentorId, ReserveId};
    use crate::records::reserves::settings::common;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_day_of_being_thirty_five_is_the_last_for_a_secondment() {
        let refused = |on: &str| refuse_secondment("向明", day("1990-05-06"), "31", day(on), &common()[0]);
        assert_eq!(refused("2026-05-05"), None);
        let refusal = refused("2026-05-06").unwrap();
        assert!(refusal.to_string().contains("36周岁，超过挂职年龄上限35周岁"), "{refusal}");
        assert_eq!(refusal.field(), "on");
    }

    #[test]
    fn high_school_is_too_little_for_a_secondment() {
        let refused = |education| {
            refuse_secondment("向明", day("1995-05-06"), education, day("2021-05-05"), &common()[0])
        };
        assert_eq!(refused("31"), None);
        assert_eq!(refused("61").unwrap().field(), "education");
    }

    #[test]
    fn a_state_follows_another_from_the_next_day_on() {
        use ReserveState as S;
        let refused =
            |present, next, on: &str| refuse_step("向明", present, day("2021-03-01"), next, day(on));
        assert!(matches!(refused(S::InPool, S::Seconded, "2021-03-01"), Some(Refusal::NotAfter { .. })));
        assert_eq!(refused(S::InPool, S::Seconded, "2021-03-02"), None);
        assert_eq!(refused(S::Seconded, S::InPool, "2021-03-02"), None);
        assert!(matches!(
            refused(S::InPool, S::InPool, "2021-03-02"),
            Some(Refusal::NothingToReturnFrom { .. })
        ));
        for ended in [S::Appointed, S::Left] {
            for next in S::ALL {
                let refusal = refused(ended, *next, "2022-01-01");
                assert!(matches!(refusal, Some(Refusal::NotInThePool { .. })), "{ended} {next}");
            }
        }
    }

    #[test]
    fn only_death_and_putting_out_bar_from_the_pool() {
        for status in MembershipStatus::ALL {
            let found = Obstacles { status: Some(*status), ..Obstacles::default() };
            let bars = *status == MembershipStatus::Deceased || status.is_removal();
            assert_eq!(refuse_membership("向明", &found).is_some(), bars, "{status}");
        }
    }

    #[test]
    fn who_is_off_the_register_or_no_longer_secretary_does_not_guide() {
        for status in MembershipStatus::ALL {
            let refused = refuse_guiding("冉明", Some(*status)).is_some();
            assert_eq!(refused, !status.in_register(), "{status}");
        }
        assert_eq!(refuse_guiding("冉明", None), None, "no member");
        let refused = |left: Option<&str>| refuse_secretary("冉明", left.map(day), day("2024-05-01"));
        assert_eq!(refused(None), None);
        assert_eq!(refused(Some("2024-05-02")), None, "still on that day");
        let refusal = refused(Some("2024-05-01")).unwrap();
        assert!(refusal.to_string().contains("自2024-05-01起已不再担任该村书记"), "{refusal}");
        assert_eq!(refusal.field(), "mentor");
    }

    #[test]
    fn a_seat_begins_after_the_present_state_and_in_sight() {
        let refused = |on: &str, in_sight| {
            let state = (ReserveState::Seconded, day("2021-03-01"));
            refuse_release(("向明", "白泉村"), state, day(on), in_sight)
        };
        assert_eq!(refused("2021-03-02", true), None);
        assert_eq!(refused("2021-03-01", true).unwrap().field(), "from_day");
        let refusal = refused("2021-03-02", false).unwrap();
        assert!(refusal.to_string().contains("不在您的管理范围内"), "{refusal}");
        assert_eq!(refusal.field(), "person");
    }

    #[test]
    fn a_mentor_writes_of_the_days_on_which_he_guided() {
        let mentor = Mentor {
            id: MentorId(Uuid::nil()),
            reserve_id: ReserveId(Uuid::nil()),
            kind: "village_secretary".to_owned(),
            person_id: None,
            name: "冉明".to_owned(),
            from_day: day("2021-03-01"),
            to_day: Some(day("2021-06-01")),
        };
        assert!(matches!(refuse_note(&mentor, day("2021-02-28")), Some(Refusal::MentorNotYet { .. })));
        assert_eq!(refuse_note(&mentor, day("2021-03-01")), None);
        assert_eq!(refuse_note(&mentor, day("2021-05-31")), None);
        assert!(matches!(refuse_note(&mentor, day("2021-06-01")), Some(Refusal::MentorLeft { .. })));
    }
}
