//! What may be said of a member: pure decisions, no connection, no clock.

use chrono::{Days, NaiveDate};

use crate::base::error::FieldError;
use crate::base::values::{MembershipStatus, completed_years};

pub use crate::records::people::rules::{check_citizen_id, check_identity};

/// The youngest age of admission (Rules for the admission of members, article 5).
pub const YOUNGEST_ADMISSION: u32 = 18;

/// The founding of the Party: nobody joined before.
const FOUNDING: Option<NaiveDate> = NaiveDate::from_ymd_opt(1921, 7, 1);

/// The dates of a membership, to be checked together.
#[derive(Debug, Clone, Copy)]
pub struct Dates {
    /// Day of admission.
    pub joined_on: NaiveDate,
    /// Day of becoming a full member.
    pub full_member_on: Option<NaiveDate>,
    /// First day in the register.
    pub from_day: NaiveDate,
    /// The status and the day from which it holds, unless it is plain `normal` from the start.
    pub status: MembershipStatus,
    /// First day of the status.
    pub status_from: NaiveDate,
    /// First day of floating.
    pub floating_since: Option<NaiveDate>,
    /// First day without contact.
    pub lost_contact_since: Option<NaiveDate>,
}

/// Why a day after today is refused: facts are recorded when they have happened.
#[must_use]
pub fn refuse_future(label: &str, day: NaiveDate, today: NaiveDate) -> Option<String> {
    (day > today).then(|| format!("{label}“{day}”晚于今天，请填写已经发生的日期。"))
}

/// For how many days a letter of introduction holds unless it says otherwise: three months, the longest that is usual.
pub const USUAL_VALIDITY: u32 = 90;

/// The longest validity that a letter may say, in days.
pub const LONGEST_VALIDITY: u32 = 366;

/// The last day on which a letter holds.
#[must_use]
pub fn valid_until(letter_on: NaiveDate, days: u32) -> NaiveDate {
    letter_on.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// Checks the dates of a membership against the birth date, each other and today. All errors at once.
#[must_use]
pub fn check_dates(dates: &Dates, birth_date: NaiveDate, today: NaiveDate) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String, value: NaiveDate| {
        errors.push(FieldError::new(field, message, Some(&value.to_string())));
    };
    let joined = dates.joined_on;
    if FOUNDING.is_some_and(|founding| joined < founding) {
        refuse("joined_on", format!("加入党组织日期“{joined}”早于1921年7月1日，请核对。"), joined);
    } else if completed_years(birth_date, joined).is_none_or(|age| age < YOUNGEST_ADMISSION) {
        refuse(
            "joined_on",
            format!(
                "加入党组织日期“{joined}”时不满{YOUNGEST_ADMISSION}周岁（出生日期{birth_date}），请核对两个日期（《发展党员工作细则》第五条）。"
            ),
            joined,
        );
    }
    if dates.from_day < joined {
        refuse(
            "arrived_on",
            format!("进入当前支部日期“{}”早于加入党组织日期“{joined}”，请核对两个日期。", dates.from_day),
            dates.from_day,
        );
    }
    if let Some(full) = dates.full_member_on.filter(|full| *full < joined) {
        refuse(
            "full_member_on",
            format!("转为正式党员日期“{full}”早于加入党组织日期“{joined}”，请核对两个日期。"),
            full,
        );
    }
    if dates.status != MembershipStatus::Normal && dates.status_from < dates.from_day {
        refuse(
            "status_from",
            format!(
                "党籍状态日期“{}”早于进入本县在册的日期“{}”，请核对两个日期。",
                dates.status_from, dates.from_day
            ),
            dates.status_from,
        );
    }
    // A day that only follows from another one is told of by that one.
    let arrived = Some(dates.from_day).filter(|day| *day != joined);
    let status_from = Some(dates.status_from).filter(|day| *day != dates.from_day);
    for (field, label, day) in [
        ("joined_on", "加入党组织日期", Some(joined)),
        ("arrived_on", "进入当前支部日期", arrived),
        ("full_member_on", "转为正式党员日期", dates.full_member_on),
        ("status_from", "党籍状态日期", status_from),
        ("floating_since", "流动起始日期", dates.floating_since),
        ("lost_contact_since", "失联日期", dates.lost_contact_since),
    ] {
        if let Some((day, message)) = day.and_then(|day| Some((day, refuse_future(label, day, today)?))) {
            refuse(field, message, day);
        }
    }
    for (field, label, day) in [
        ("floating_since", "流动起始日期", dates.floating_since),
        ("lost_contact_since", "失联日期", dates.lost_contact_since),
    ] {
        if let Some(day) = day.filter(|day| *day < joined) {
            refuse(field, format!("{label}“{day}”早于加入党组织日期“{joined}”，请核对。"), day);
        }
    }
    errors
}

/// Why a change of status is refused, as a sentence with the way out; none where it is allowed.
#[must_use]
pub fn refuse_status_change(
    from: MembershipStatus,
    to: MembershipStatus,
    probationary: bool,
    since: NaiveDate,
    on: NaiveDate,
) -> Option<String> {
    use MembershipStatus as S;
    if on <= since {
        return Some(format!(
            "日期“{on}”不晚于当前状态“{}”的起始日期“{since}”；同一天只能有一种状态，请核对日期。",
            from.name()
        ));
    }
    if from == to {
        return Some(format!("该党员已经是“{}”状态，不必重复登记。", to.name()));
    }
    match (from, to) {
        (S::Deceased, _) => Some("该党员已登记死亡，不能再变更状态；如系误登，请由审核员更正。".to_owned()),
        (S::Transferred, _) => {
            Some("该党员组织关系已转出本县，请由现所在单位办理；如转回，请按“转入”重新录入。".to_owned())
        }
        (_, S::ProbationCancelled) if !probationary => {
            Some("只有预备党员才能取消预备党员资格；正式党员请选择除名或其他处置。".to_owned())
        }
        (from, S::Normal) if from.in_register() => None,
        // Restoring a membership is a decision of its own (article 24); the rest of the removed must join anew.
        (S::Stopped | S::Removed | S::SelfLeft | S::Expelled | S::NotRecognised, S::Normal) => None,
        (from, S::Normal) => Some(format!(
            "“{}”的人员原则上不能恢复党籍，可按规定重新入党（《党员教育管理工作条例》第二十四条）。",
            from.name()
        )),
        (S::Stopped, to) if !to.in_register() => None,
        (from, to) if !from.in_register() => {
            Some(format!("该党员当前为“{}”，不在册，不能登记为“{}”；请先恢复党籍。", from.name(), to.name()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dates() -> Dates {
        Dates {
            joined_on: day("2020-07-01"),
            full_member_on: Some(day("2021-07-01")),
            from_day: day("2020-07-01"),
            status: MembershipStatus::Normal,
            status_from: day("2020-07-01"),
            floating_since: None,
            lost_contact_since: None,
        }
    }

    fn fields(dates: &Dates, birth: &str) -> Vec<String> {
        check_dates(dates, day(birth), day("2026-11-23")).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn good_dates_pass() {
        assert!(fields(&dates(), "1990-01-01").is_empty());
    }

    #[test]
    fn nobody_joins_a_day_before_his_eighteenth_birthday() {
        assert_eq!(fields(&dates(), "2002-07-02"), ["joined_on"]);
        assert!(fields(&dates(), "2002-07-01").is_empty());
    }

    #[test]
    fn every_future_date_is_named() {
        let tomorrow = day("2026-11-24");
        let late = Dates {
            full_member_on: Some(tomorrow),
            floating_since: Some(tomorrow),
            lost_contact_since: Some(tomorrow),
            ..dates()
        };
        assert_eq!(fields(&late, "1990-01-01"), ["full_member_on", "floating_since", "lost_contact_since"]);
    }

    #[test]
    fn a_future_date_is_told_where_it_was_given_and_nowhere_else() {
        let tomorrow = day("2026-11-24");
        let joins = Dates { joined_on: tomorrow, full_member_on: None, from_day: tomorrow, ..dates() };
        let joins = Dates { status_from: tomorrow, ..joins };
        assert_eq!(fields(&joins, "1990-01-01"), ["joined_on"]);
        let arrives = Dates { from_day: tomorrow, status_from: tomorrow, ..dates() };
        assert_eq!(fields(&arrives, "1990-01-01"), ["arrived_on"]);
        let stops = Dates { status: MembershipStatus::Stopped, status_from: tomorrow, ..dates() };
        assert_eq!(fields(&stops, "1990-01-01"), ["status_from"]);
    }

    #[test]
    fn a_full_member_cannot_have_become_one_before_joining() {
        let wrong = Dates { full_member_on: Some(day("2020-06-30")), ..dates() };
        assert_eq!(fields(&wrong, "1990-01-01"), ["full_member_on"]);
    }

    #[test]
    fn the_dead_and_the_transferred_change_no_more() {
        use MembershipStatus as S;
        let refused =
            |from, to| refuse_status_change(from, to, false, day("2020-01-01"), day("2021-01-01")).is_some();
        assert!(refused(S::Deceased, S::Normal) && refused(S::Transferred, S::Normal));
        assert!(refused(S::Normal, S::ProbationCancelled) && refused(S::Normal, S::Normal));
        assert!(refused(S::ResignedRemoved, S::Normal) && refused(S::Removed, S::Watch));
        assert!(!refused(S::Stopped, S::Normal) && !refused(S::Stopped, S::SelfLeft));
        assert!(!refused(S::Normal, S::Deceased) && !refused(S::Watch, S::Normal));
    }

    #[test]
    fn one_state_a_day() {
        let same_day = day("2021-01-01");
        assert!(
            refuse_status_change(
                MembershipStatus::Normal,
                MembershipStatus::Stopped,
                false,
                same_day,
                same_day
            )
            .is_some()
        );
    }
}
