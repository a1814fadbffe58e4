//! Quarterly assessment: rounds, the grid that is filled like a sheet, review, ranking with the flag, one picture of a
//! unit and a year, draws of visits, the public notice.

use askama::Template;

use super::parts::{Badge, Fact, Link, Notice};
use super::table::Table;
use super::{Choice, Form, Frame};

/// The rounds.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/rounds.html")]
pub struct Rounds {
    /// What stands around the page.
    pub frame: Frame,
    /// Quarter, town, how many assessed, state.
    pub table: Table,
    /// Where a round is opened, for whom may.
    pub open: Option<String>,
    /// Narrower lists, and whether each is shown.
    pub tabs: Vec<(Link, bool)>,
}

/// An indicator of the scheme.
#[derive(Debug, Clone, Default)]
pub struct Indicator {
    /// The code in the scheme.
    pub code: String,
    /// The heading.
    pub name: String,
    /// Full marks, as a decimal number.
    pub full: String,
    /// What a score is multiplied by.
    pub weight: String,
    /// What evidence is demanded.
    pub evidence: String,
}

/// One mark in the grid.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    /// What is stored or was typed.
    pub value: String,
    /// Why it was refused.
    pub error: Option<String>,
}

/// One village in the grid.
#[derive(Debug, Clone, Default)]
pub struct GridRow {
    /// Code of the village.
    pub village: String,
    /// Its name.
    pub name: String,
    /// One per indicator, in their order.
    pub marks: Vec<Mark>,
    /// The total as stored, empty while incomplete.
    pub total: String,
    /// Why marks were taken off.
    pub deduction_note: Mark,
    /// What the scores rest on.
    pub evidence: String,
    /// Free remark.
    pub note: String,
}

/// A round being filled in. Sent whole by POST: `version`, `marks[<village>][<indicator>]`,
/// `deduction_note[<village>]`, `evidence[<village>]`, `note[<village>]`, and `then` = `save` or `submit`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/grid.html")]
pub struct Grid {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// State, quarter, how many.
    pub facts: Vec<Fact>,
    /// Who assesses and how, in words.
    pub method: String,
    /// Why it was sent back.
    pub returned: Option<String>,
    /// Where the grid is sent.
    pub action: String,
    /// The round's version.
    pub version: String,
    /// How many decimals a score may have.
    pub decimals: i32,
    /// Whether deductions are entered.
    pub deducts: bool,
    /// The columns.
    pub indicators: Vec<Indicator>,
    /// The rows.
    pub rows: Vec<GridRow>,
    /// What was refused.
    pub problems: Vec<Notice>,
    /// False when the grid is only looked at.
    pub editable: bool,
}

/// An objection as shown.
#[derive(Debug, Clone, Default)]
pub struct ObjectionView {
    /// The village.
    pub village: String,
    /// When and by whom.
    pub raised: String,
    /// What is objected to.
    pub content: String,
    /// How far it is.
    pub state: Badge,
    /// The reason of the decision, with who gave it.
    pub answer: String,
    /// `主题党日 13 → 15`.
    pub corrections: Vec<String>,
    /// Where it is decided, for whom may.
    pub resolve: Option<String>,
}

/// The review of a round: how villages stand, every score, what is objected to, and the step that waits.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/review.html")]
pub struct Review {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// State, scheme, who did what.
    pub facts: Vec<Fact>,
    /// The tie rule and who gets the flag, in one sentence.
    pub rule: String,
    /// What has just been refused.
    pub problems: Vec<Notice>,
    /// Rank, village, total, change, flag, streak.
    pub ranking: Table,
    /// Every score.
    pub scores: Table,
    /// The reasons of deductions, what the scores rest on, the way to object.
    pub notes: Table,
    /// What is objected to.
    pub objections: Vec<ObjectionView>,
    /// The round's version.
    pub version: String,
    /// The step that waits: where it is sent, and the word on the button.
    pub step: Option<(String, String)>,
    /// Where it is sent back.
    pub send_back: Option<String>,
    /// The notice, the grid.
    pub links: Vec<Link>,
}

/// Who holds the flag of a town.
#[derive(Debug, Clone, Default)]
pub struct Holder {
    /// The town.
    pub town: String,
    /// The village, and its picture.
    pub village: Link,
    /// Its total.
    pub total: String,
    /// `连续3季`.
    pub streak: String,
}

/// How villages stand in a quarter.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/ranking.html")]
pub struct Ranking {
    /// What stands around the page.
    pub frame: Frame,
    /// The quarter in words.
    pub title: String,
    /// The towns to choose from.
    pub towns: Vec<Choice>,
    /// The one shown.
    pub town: String,
    /// The quarters to choose from.
    pub quarters: Vec<Choice>,
    /// The one shown.
    pub quarter: String,
    /// Who holds the flags.
    pub holders: Vec<Holder>,
    /// Rank, village, total, change, flag, streak.
    pub table: Table,
}

/// One picture of a unit and a year.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/unit.html")]
pub struct UnitYear {
    /// What stands around the page.
    pub frame: Frame,
    /// The village.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// The year, quarters assessed, flags.
    pub facts: Vec<Fact>,
    /// The years around.
    pub years: Vec<(Link, bool)>,
    /// Its quarters.
    pub quarters: Table,
    /// The checks beside them.
    pub inspections: Table,
    /// Where a check is recorded, for whom may.
    pub record: Option<String>,
}

/// Draws of unannounced visits.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/draws.html")]
pub struct Draws {
    /// What stands around the page.
    pub frame: Frame,
    /// When, who, purpose, state.
    pub table: Table,
    /// Promises one, for whom may.
    pub form: Option<Form>,
}

/// One draw, with all that is needed to draw again.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/draw.html")]
pub struct DrawPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The purpose.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// State, commitment, who did what when.
    pub facts: Vec<Fact>,
    /// What was drawn.
    pub picks: Table,
    /// Among which units.
    pub units: Table,
    /// A command line that computes the commitment, and one that draws again; none before the seed is known.
    pub commands: Option<(String, String)>,
    /// Fixes units and day, for whom may.
    pub fix: Option<Form>,
    /// Where the seed is revealed, for whom may.
    pub reveal: Option<String>,
    /// The draw's version.
    pub version: String,
}

/// The public notice of a quarter's result, to be printed and signed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assessments/notice.html")]
pub struct NoticeSheet {
    /// What stands around the page.
    pub frame: Frame,
    /// `牛庄乡2022年第四季度党建考核结果公示`.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// What the notice says, paragraph by paragraph.
    pub paragraphs: Vec<String>,
    /// Rank, village, total, flag.
    pub table: Table,
    /// Who signs and when.
    pub signature: String,
}
