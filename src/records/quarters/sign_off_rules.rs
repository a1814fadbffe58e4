//! When a unit may sign off its quarter, and take that back. No connection and no clock.

use chrono::NaiveDate;

use crate::base::values::Quarter;

/// A call to sign off, with all that the decision needs.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The quarter.
    pub quarter: Quarter,
    /// Today in China.
    pub today: NaiveDate,
    /// Name of the unit.
    pub unit: &'a str,
    /// Whether units of its kind sign in this county.
    pub signs: bool,
    /// Whether the caller acts for the whole county, which closes and does not sign.
    pub is_county: bool,
    /// Whether the quarter is closed.
    pub is_closed: bool,
    /// How much still stands open in the unit.
    pub open_items: i32,
    /// How many villages below have not signed, where villages sign.
    pub unsigned_below: i32,
    /// The note that the caller gives.
    pub note: Option<&'a str>,
}

/// Why a unit may not sign off now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has not ended.
    #[error("{}尚未结束，最后一天是{}；请在{}以后签字上报。", .0.title(), .0.last_day(), .0.end_day())]
    NotEnded(Quarter),
    /// The county has closed it.
    #[error("{}已经结账，不能再签字或撤回；如数据有误，请报县（区）更正。", .0.title())]
    Closed(Quarter),
    /// Units of this kind do not sign.
    #[error("“{0}”不签字上报：签字的是乡镇（街道）；村（社区）是否签字由县（区）规定。")]
    SignsNothing(String),
    /// The county closes; it does not sign for others.
    #[error("县（区）负责结账，不代“{0}”签字；请由该单位的审核员签字。")]
    CountySigns(String),
    /// Something is open, and nothing is said about it.
    #[error("“{unit}”{what}；请先处理，或者在说明中写明原因后签字。")]
    NotedNothing {
        /// Name of the unit.
        unit: String,
        /// What is open.
        what: String,
    },
}

impl Refusal {
    /// Whether the note is what is wrong.
    #[must_use]
    pub const fn is_of_the_note(&self) -> bool {
        matches!(self, Self::NotedNothing { .. })
    }
}

/// Whether the quarter may be signed off.
///
/// # Errors
/// Why it may not.
pub fn may_sign(call: &Call<'_>) -> Result<(), Refusal> {
    let unit = || call.unit.to_owned();
    if call.is_closed {
        return Err(Refusal::Closed(call.quarter));
    }
    if !call.signs {
        return Err(Refusal::SignsNothing(unit()));
    }
    if call.is_county {
        return Err(Refusal::CountySigns(unit()));
    }
    if call.today < call.quarter.end_day() {
        return Err(Refusal::NotEnded(call.quarter));
    }
    if call.note.is_none() && (call.open_items > 0 || call.unsigned_below > 0) {
        return Err(Refusal::NotedNothing { unit: unit(), what: open(call) });
    }
    Ok(())
}

fn open(call: &Call<'_>) -> String {
    let items = (call.open_items > 0).then(|| format!("还有{}项未处理", call.open_items));
    let below = (call.unsigned_below > 0).then(|| format!("还有{}个村（社区）没有签字", call.unsigned_below));
    items.into_iter().chain(below).collect::<Vec<_>>().join("，")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call<'static> {
        Call {
            quarter: Quarter::parse("2026Q1").unwrap(),
            today: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
            unit: "龙井镇",
            signs: true,
            is_county: false,
            is_closed: false,
            open_items: 0,
            unsigned_below: 0,
            note: None,
        }
    }

    #[test]
    fn a_unit_signs_with_nothing_open_or_with_a_note() {
        assert_eq!(may_sign(&call()), Ok(()));
        let open = Call { open_items: 3, unsigned_below: 2, ..call() };
        let told = may_sign(&open).unwrap_err().to_string();
        assert_eq!(
            told,
            "“龙井镇”还有3项未处理，还有2个村（社区）没有签字；请先处理，或者在说明中写明原因后签字。"
        );
        assert_eq!(may_sign(&Call { note: Some("县委组织部同意延后"), ..open }), Ok(()));
    }

    #[test]
    fn the_county_a_running_quarter_and_a_closed_one_are_refused() {
        let county = may_sign(&Call { is_county: true, ..call() });
        assert_eq!(county, Err(Refusal::CountySigns("龙井镇".to_owned())));
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        assert!(matches!(may_sign(&Call { today, ..call() }), Err(Refusal::NotEnded(_))));
        assert!(matches!(may_sign(&Call { is_closed: true, ..call() }), Err(Refusal::Closed(_))));
        assert!(matches!(may_sign(&Call { signs: false, ..call() }), Err(Refusal::SignsNothing(_))));
    }
}
