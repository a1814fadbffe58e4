//! When a quarter may be closed or amended, and by whom. No connection and no clock.

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::clock::date_in_china;
use crate::base::values::Quarter;

/// What stands on record about the closing of a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has proposed it.
    Open,
    /// Somebody has.
    Proposed {
        /// User name.
        by: String,
    },
    /// It is closed.
    Closed {
        /// Who confirmed it.
        by: String,
        /// When.
        at: DateTime<Utc>,
    },
}

/// What a call to close a quarter does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Records the proposal; somebody else must confirm.
    Propose,
    /// Freezes the quarter.
    Close {
        /// Who prepared it.
        preparer: String,
    },
}

/// A call to close a quarter, with all that the decision needs.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The quarter.
    pub quarter: Quarter,
    /// Today in China.
    pub today: NaiveDate,
    /// What stands on record.
    pub standing: Standing,
    /// Whether any quarter of the county is closed.
    pub closes_quarters: bool,
    /// Whether the quarter before is closed.
    pub previous_closed: bool,
    /// User name of the caller.
    pub caller: &'a str,
    /// Whether the door does in one step what takes two people elsewhere (contract 2: the command line).
    pub in_one_step: bool,
}

/// Why a quarter may not be closed now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has not ended.
    #[error("{}尚未结束，最后一天是{}；请在{}以后结账。", .0.title(), .0.last_day(), .0.end_day())]
    NotEnded(Quarter),
    /// The quarter before is open.
    #[error("{}的上一季度（{}）尚未结账；请按先后顺序，先结{}。", .0.title(), .0.previous(), .0.previous())]
    PreviousOpen(Quarter),
    /// It is closed already.
    #[error("{}已于{at}由{by}复核结账，不能重复结账；如数据有误，请改用“修订”并说明原因。", .quarter.title())]
    Closed {
        /// The quarter.
        quarter: Quarter,
        /// Who confirmed it.
        by: String,
        /// When, in China.
        at: NaiveDate,
    },
    /// The caller proposed it himself.
    #[error("{}的结账是您本人提出的，须由另一位审核员复核确认。", .0.title())]
    OwnProposal(Quarter),
    /// It is open: there is nothing frozen to amend.
    #[error("{}尚未结账，不需要修订；请直接更正记录，报告随记录变动。", .0.title())]
    NotClosed(Quarter),
    /// The records say what the revision says.
    #[error("现有记录与{}第{number}版完全一致，没有需要修订的内容；请先补录或更正记录，再申请修订。", .quarter.title())]
    NothingToAmend {
        /// The quarter.
        quarter: Quarter,
        /// The latest revision.
        number: i32,
    },
    /// The caller proposed the amendment himself.
    #[error("{}的修订是您本人提出的，须由另一位审核员复核确认；如要改写原因，请先撤回再重新提出。", .0.title())]
    OwnAmendment(Quarter),
    /// No amendment waits.
    #[error("{}没有待复核的修订，可能已经确认或撤回；请刷新后查看。", .0.title())]
    NoAmendment(Quarter),
    /// Only a county is closed.
    #[error("只能由县（区）结账，“{0}”不是县（区）；乡镇和村的报告取自县（区）结账后的数据。")]
    NotACounty(String),
}

/// What a call to close a quarter does.
///
/// # Errors
/// Why it may not be closed now.
pub fn step(call: &Call<'_>) -> Result<Step, Refusal> {
    if let Standing::Closed { by, at } = &call.standing {
        return Err(Refusal::Closed { quarter: call.quarter, by: by.clone(), at: date_in_china(*at) });
    }
    if call.today < call.quarter.end_day() {
        return Err(Refusal::NotEnded(call.quarter));
    }
    if call.closes_quarters && !call.previous_closed {
        return Err(Refusal::PreviousOpen(call.quarter));
    }
    match &call.standing {
        _ if call.in_one_step => Ok(Step::Close { preparer: call.caller.to_owned() }),
        Standing::Proposed { by } if by == call.caller => Err(Refusal::OwnProposal(call.quarter)),
        Standing::Proposed { by } => Ok(Step::Close { preparer: by.clone() }),
        Standing::Open | Standing::Closed { .. } => Ok(Step::Propose),
    }
}

/// An amendment that waits for a second supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// User name of who proposed it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a call to amend a closed quarter does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmendStep {
    /// Records the proposal; somebody else must confirm.
    Propose,
    /// Freezes the next revision.
    Amend(Proposal),
}

/// What a call of `caller` to amend a quarter for a reason does; `waiting` is what somebody proposed before. The reason
/// of a proposal stands: it is what the second person confirms.
///
/// # Errors
/// Why it may not be amended now.
pub fn amend_step(
    quarter: Quarter,
    is_closed: bool,
    waiting: Option<Proposal>,
    caller: Proposal,
    in_one_step: bool,
) -> Result<AmendStep, Refusal> {
    match waiting {
        _ if !is_closed => Err(Refusal::NotClosed(quarter)),
        _ if in_one_step => Ok(AmendStep::Amend(caller)),
        Some(waiting) if waiting.by == caller.by => Err(Refusal::OwnAmendment(quarter)),
        Some(waiting) => Ok(AmendStep::Amend(waiting)),
        None => Ok(AmendStep::Propose),
    }
}

/// The reason of an amendment as it is kept.
///
/// # Errors
/// A Chinese sentence where it is empty or too long.
pub fn reason(given: &str) -> Result<String, &'static str> {
    let reason = given.trim();
    if (1..=500).contains(&reason.chars().count()) && !reason.contains('\0') {
        return Ok(reason.to_owned());
    }
    Err("修订原因应为1至500字，请写明哪些记录在结账后作了补录或更正、依据是什么。")
}

/// The reason of the revision that a later closed quarter gets along with an amended one.
#[must_use]
pub fn follows(amended: Quarter, number: i32) -> String {
    format!("随{}第{number}版修订重新衔接：期初取上季新版本的期末，本季按现有记录重新计算。", amended.title())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(by: &str) -> Proposal {
        Proposal { by: by.to_owned(), reason: format!("{by}的原因") }
    }

    #[test]
    fn two_people_amend_a_closed_quarter_and_the_first_ones_reason_stands() {
        let quarter = Quarter::parse("2026Q1").unwrap();
        let step = |waiting, in_one_step| amend_step(quarter, true, waiting, proposal("li"), in_one_step);
        assert_eq!(step(None, false), Ok(AmendStep::Propose));
        assert_eq!(step(Some(proposal("wang")), false), Ok(AmendStep::Amend(proposal("wang"))));
        assert_eq!(step(Some(proposal("li")), false), Err(Refusal::OwnAmendment(quarter)));
        assert_eq!(step(None, true), Ok(AmendStep::Amend(proposal("li"))));
        let open = amend_step(quarter, false, None, proposal("li"), true).unwrap_err();
        assert!(open.to_string().contains("尚未结账，不需要修订"), "{open}");
    }

    #[test]
    fn a_reason_has_one_to_five_hundred_characters() {
        assert_eq!(reason(" 补录两人 "), Ok("补录两人".to_owned()));
        assert!(reason(&"字".repeat(500)).is_ok());
        for wrong in ["", " \n", "补\0录", &"字".repeat(501)] {
            assert!(reason(wrong).is_err(), "{wrong:?}");
        }
        assert!(reason(&follows(Quarter::parse("2026Q1").unwrap(), 12)).is_ok());
    }

    fn call(standing: Standing) -> Call<'static> {
        Call {
            quarter: Quarter::parse("2026Q1").unwrap(),
            today: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
            standing,
            closes_quarters: false,
            previous_closed: false,
            caller: "wang",
            in_one_step: false,
        }
    }

    #[test]
    fn two_people_close_a_quarter() {
        assert_eq!(step(&call(Standing::Open)), Ok(Step::Propose));
        let own = step(&call(Standing::Proposed { by: "wang".to_owned() })).unwrap_err();
        assert_eq!(own.to_string(), "2026年第一季度的结账是您本人提出的，须由另一位审核员复核确认。");
        let other = step(&call(Standing::Proposed { by: "li".to_owned() }));
        assert_eq!(other, Ok(Step::Close { preparer: "li".to_owned() }));
        let at = "2026-04-02T17:00:00Z".parse().unwrap();
        let again = step(&call(Standing::Closed { by: "li".to_owned(), at })).unwrap_err();
        assert!(again.to_string().contains("已于2026-04-03由li复核结账"), "{again}");
    }

    #[test]
    fn the_command_line_closes_in_one_step() {
        for standing in [Standing::Open, Standing::Proposed { by: "li".to_owned() }] {
            let call = Call { in_one_step: true, ..call(standing) };
            assert_eq!(step(&call), Ok(Step::Close { preparer: "wang".to_owned() }));
        }
    }

    #[test]
    fn a_quarter_ends_before_it_is_closed_and_quarters_are_closed_in_order() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let early = step(&Call { today, ..call(Standing::Open) }).unwrap_err();
        assert_eq!(
            early.to_string(),
            "2026年第一季度尚未结束，最后一天是2026-03-31；请在2026-04-01以后结账。"
        );
        let gap = step(&Call { closes_quarters: true, ..call(Standing::Open) }).unwrap_err();
        assert!(gap.to_string().contains("先结2025Q4"), "{gap}");
        let in_order = Call { closes_quarters: true, previous_closed: true, ..call(Standing::Open) };
        assert_eq!(step(&in_order), Ok(Step::Propose));
    }
}
