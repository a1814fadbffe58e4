//! Versions of what a county sets: each ends the one before it, the day before it begins; none is ever edited.

use chrono::NaiveDate;

use crate::base::error::{Error, FieldError};

/// What is said of a version that does not begin after the present one. `called` is what there are versions of: 规定,
/// 目标, 清单.
#[must_use]
pub fn too_early(called: &str, present: Option<NaiveDate>, from_day: NaiveDate) -> Error {
    let present = present.map(|day| format!("现行{called}自{day}起施行，")).unwrap_or_default();
    Error::Refused(format!("{present}新{called}的施行日期“{from_day}”应更晚，请改正。"))
}

/// The decision that a version rests on is named.
#[must_use]
pub fn check_source(source: &str) -> Option<FieldError> {
    let named = (1..=200).contains(&source.trim().chars().count());
    (!named).then(|| FieldError::new("source", "请写明依据（文件或会议），不超过200字。", None))
}

/// Ends the version that is in force, and answers the day since when it was; none where there is none.
///
/// `$same` says which rows of `$table` are versions of the same thing. A macro, since what diesel demands of a table, to
/// say it for all tables, is longer than what it does. Fails as [`too_early`] where the present version does not begin
/// before `$from_day`.
macro_rules! end_present {
    ($conn:expr, $table:ident, $same:expr, $called:expr, $from_day:expr) => {
        async {
            let open = || $same.and($table::to_day.is_null());
            let present: Option<chrono::NaiveDate> = $table::table
                .filter(open())
                .select($table::from_day)
                .for_update()
                .first(&mut *$conn)
                .await
                .optional()?;
            if present.is_some_and(|present| $from_day <= present) {
                return Err($crate::base::versions::too_early($called, present, $from_day));
            }
            diesel::update($table::table.filter(open()))
                .set($table::to_day.eq($from_day))
                .execute(&mut *$conn)
                .await?;
            $crate::base::error::Result::Ok(present)
        }
        .await
    };
}
pub(crate) use end_present;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_begins_too_early_is_told_since_when_the_present_one_holds() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let told = |present| too_early("目标", present, day("2026-01-01")).to_string();
        assert_eq!(
            told(Some(day("2026-03-01"))),
            "现行目标自2026-03-01起施行，新目标的施行日期“2026-01-01”应更晚，请改正。"
        );
        assert_eq!(told(None), "新目标的施行日期“2026-01-01”应更晚，请改正。");
    }

    #[test]
    fn a_source_is_said_in_up_to_200_characters() {
        let wrong = |text: &str| check_source(text).is_some();
        assert!(wrong("") && wrong("  ") && wrong(&"字".repeat(201)));
        assert!(!wrong("会") && !wrong(&format!(" {} ", "字".repeat(200))));
    }
}
