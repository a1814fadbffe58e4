//! Code tables: the standards' codes with their Chinese names, embedded from `data/` and read once.
//!
//! A field of a form or a workbook takes the code, the name, or a usual short name ([`CodeTable::find`]); a
//! type-ahead finds entries by the start of code, name, pinyin or initials ([`CodeTable::search`]).

pub mod divisions;
mod education;
mod load;
mod nearest;
mod table;

use std::sync::LazyLock;

pub use education::{EducationLevel, education_level};
pub use table::{CodeEntry, CodeError, CodeTable};

static ETHNICITY: LazyLock<CodeTable> = LazyLock::new(load::ethnicity);
static EDUCATION: LazyLock<CodeTable> = LazyLock::new(load::education);
static DEGREE: LazyLock<CodeTable> = LazyLock::new(load::degree);
static SEX: LazyLock<CodeTable> = LazyLock::new(load::sex);
static POLITICAL_STATUS: LazyLock<CodeTable> = LazyLock::new(load::political_status);
static OCCUPATION: LazyLock<CodeTable> = LazyLock::new(load::occupation);
static VOCABULARY: LazyLock<Vec<(String, CodeTable)>> = LazyLock::new(load::vocabulary);

/// 民族, GB/T 3304-1991, with the four codes beyond the standard that ID cards and censuses use.
#[must_use]
pub fn ethnicity() -> &'static CodeTable {
    &ETHNICITY
}

/// 学历, GB/T 4658-2006.
#[must_use]
pub fn education() -> &'static CodeTable {
    &EDUCATION
}

/// 学位, GB/T 6864-2003.
#[must_use]
pub fn degree() -> &'static CodeTable {
    &DEGREE
}

/// 性别, GB/T 2261.1-2003, with its four codes; a person's sex is [`crate::base::values::Sex`].
#[must_use]
pub fn sex() -> &'static CodeTable {
    &SEX
}

/// 政治面貌, GB/T 4762-1984.
#[must_use]
pub fn political_status() -> &'static CodeTable {
    &POLITICAL_STATUS
}

/// 工作岗位, the posts of the Party's statistics.
#[must_use]
pub fn occupation() -> &'static CodeTable {
    &OCCUPATION
}

/// A list of `data/vocabulary.csv` (`organisation_kind`, `membership_status`, `reserve_source` …).
#[must_use]
pub fn vocabulary(list: &str) -> Option<&'static CodeTable> {
    VOCABULARY.iter().find(|(name, _)| name == list).map(|(_, table)| table)
}
