//! What the checker has to say.

use super::text::Span;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It cannot be so.
    Wrong,
    /// It should be looked at: something is missing, ambiguous, or contradicts the records.
    Doubt,
    /// It was checked and is right.
    Right,
    /// What the reader may want to know: a sum, a total that follows.
    Note,
}

impl Level {
    /// The code in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Doubt => "doubt",
            Self::Right => "right",
            Self::Note => "note",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrong => "有误",
            Self::Doubt => "存疑",
            Self::Right => "相符",
            Self::Note => "参考",
        }
    }

    /// Whether somebody has to do something about it.
    #[must_use]
    pub const fn complains(self) -> bool {
        matches!(self, Self::Wrong | Self::Doubt)
    }
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A share beside its count and total.
    Share,
    /// Parts beside their total.
    Sum,
    /// Years of the calendar beside a number of years.
    Years,
    /// Percent beside percentage points.
    Points,
    /// What is printed twice.
    Repeated,
    /// One figure with two numbers.
    Inconsistent,
    /// A number beside the records.
    Records,
}

impl Kind {
    /// The code in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Sum => "sum",
            Self::Years => "years",
            Self::Points => "points",
            Self::Repeated => "repeated",
            Self::Inconsistent => "inconsistent",
            Self::Records => "records",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "占比",
            Self::Sum => "合计",
            Self::Years => "年数",
            Self::Points => "百分点",
            Self::Repeated => "重复",
            Self::Inconsistent => "前后不一",
            Self::Records => "对照记录",
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub level: Level,
    /// What was checked.
    pub kind: Kind,
    /// A Chinese sentence.
    pub message: String,
    /// Where in the text, the most telling place first.
    pub places: Vec<Span>,
    /// The figure that it is about, by its code.
    pub figure: Option<String>,
}

impl Finding {
    /// A finding at some places.
    pub(super) fn new(level: Level, kind: Kind, places: Vec<Span>, message: String) -> Self {
        Self { level, kind, message, places, figure: None }
    }

    /// The same about a figure.
    pub(super) fn about(self, code: &str) -> Self {
        Self { figure: Some(code.to_owned()), ..self }
    }
}
