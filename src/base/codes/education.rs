//! The two levels of education that the figures ask for.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::load;

/// Whether an education reaches the levels of the figures (columns of `data/gbt4658_2006_education.csv`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EducationLevel {
    /// 大专及以上.
    pub college_or_above: bool,
    /// 高中（中专、中技）及以上.
    pub high_school_or_above: bool,
}

static LEVELS: LazyLock<HashMap<String, EducationLevel>> = LazyLock::new(load::education_levels);

/// The level of a GB/T 4658 code; of a code that is not in the table, neither.
#[must_use]
pub fn education_level(code: &str) -> EducationLevel {
    LEVELS.get(code).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_table() {
        let level = |code| {
            let level = education_level(code);
            (level.college_or_above, level.high_school_or_above)
        };
        assert_eq!(level("21"), (true, true));
        assert_eq!(level("31"), (true, true));
        assert_eq!(level("33"), (false, true));
        assert_eq!(level("41"), (false, true));
        assert_eq!(level("63"), (false, false));
        assert_eq!(level("71"), (false, false));
        assert_eq!(level("??"), (false, false));
        assert_eq!(LEVELS.len(), super::super::education().entries().len());
    }
}
