//! Star ratings: rounds, the grid that is filled like a sheet, the review.

use askama::Template;

use super::controls::Choice;
use super::members::Action;
use super::parts::{Badge, Fact, FigureCard, Link, Notice};
use super::table::Table;
use super::{Form, Frame};

/// The rounds.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ratings/rounds.html")]
pub struct Rounds {
    /// What stands around the page.
    pub frame: Frame,
    /// Scheme, period, organisation, how many rated, state.
    pub table: Table,
    /// Where a round is opened, for whom may.
    pub open: Option<String>,
    /// Narrower lists, and whether each is shown.
    pub tabs: Vec<(Link, bool)>,
    /// Where fairness is looked at, for whom decides.
    pub desk: Option<String>,
}

/// A dimension of the scheme.
#[derive(Debug, Clone, Default)]
pub struct Dimension {
    /// The code in the scheme.
    pub code: String,
    /// The heading.
    pub name: String,
    /// The highest score, as a decimal number (`20`).
    pub max: String,
    /// What a score is multiplied by, as a decimal number.
    pub weight: String,
    /// The most that it adds, as a decimal number; empty: no bound.
    pub cap: String,
}

/// What sets the level, whatever the total.
#[derive(Debug, Clone, Default)]
pub struct Veto {
    /// Its code.
    pub code: String,
    /// What is the case.
    pub name: String,
    /// The level that it sets.
    pub level: String,
}

/// From which total a level is given.
#[derive(Debug, Clone, Default)]
pub struct Threshold {
    /// The level, as the grid shows it (`5 星`, `优秀`).
    pub level: String,
    /// The lowest total, as a decimal number.
    pub from: String,
}

/// One score in the grid.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// What is stored or was typed.
    pub value: String,
    /// Why it was refused.
    pub error: Option<String>,
}

/// One person or village in the grid.
#[derive(Debug, Clone, Default)]
pub struct GridRow {
    /// The id of the subject.
    pub subject: String,
    /// The name.
    pub name: String,
    /// Whether the id is that of a member.
    pub is_member: bool,
    /// What tells namesakes apart.
    pub note: String,
    /// One per dimension, in their order.
    pub scores: Vec<Score>,
    /// The total as stored, empty while incomplete.
    pub total: String,
    /// The level as stored (`5 星`, `优秀`).
    pub level: String,
    /// Code of the veto that is the case.
    pub veto: String,
    /// What the rating rests on.
    pub evidence: String,
    /// The state of this rating.
    pub state: Badge,
    /// Why it was sent back.
    pub returned: Option<String>,
    /// Not to be changed any more.
    pub locked: bool,
}

/// A round being filled in. Sent whole by POST: `version`, `scores[<subject>][<dimension>]`, `evidence[<subject>]`,
/// `veto[<subject>]`, `rater`, and `then` = `save` or `submit`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ratings/grid.html")]
pub struct Grid {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading (`2026年第一季度 · 牛庄镇五维评定 · 沙坪村党支部`).
    pub title: String,
    /// The way back.
    pub back: Link,
    /// State, period, who may still change it until when.
    pub facts: Vec<Fact>,
    /// Who rates and how, in words.
    pub procedure: String,
    /// Where the grid is sent.
    pub action: String,
    /// The round's version.
    pub version: String,
    /// How many decimals a score may have.
    pub decimals: i32,
    /// How scores become a total: `sum` or `weighted_mean`.
    pub aggregation: &'static str,
    /// What a dimension without a score means: `refuse`, `zero` or `leave_out`.
    pub missing_part: &'static str,
    /// The columns.
    pub dimensions: Vec<Dimension>,
    /// What sets the stars, whatever the total.
    pub vetoes: Vec<Veto>,
    /// What a total below the lowest level earns.
    pub lowest: String,
    /// The rater that was typed, where a scheme has several; none: scores are entered once.
    pub rater: Option<String>,
    /// How his scores count.
    pub raters_note: String,
    /// Stars, highest first.
    pub thresholds: Vec<Threshold>,
    /// The rows.
    pub rows: Vec<GridRow>,
    /// What was refused.
    pub problems: Vec<Notice>,
    /// False when the grid is only looked at.
    pub editable: bool,
}

impl Grid {
    /// The thresholds as the grid's script reads them: `90:5 星,80:4 星`.
    fn scale(&self) -> String {
        self.thresholds
            .iter()
            .map(|threshold| format!("{}:{}", threshold.from, threshold.level))
            .collect::<Vec<_>>()
            .join(",")
    }
}

/// One rating under review.
#[derive(Debug, Clone, Default)]
pub struct ReviewRow {
    /// The id of the rating.
    pub id: String,
    /// Its version: a decision on another one is answered with the state now.
    pub version: String,
    /// The person or village, and the record.
    pub subject: Link,
    /// One score per dimension.
    pub scores: Vec<String>,
    /// The total.
    pub total: String,
    /// The stars.
    pub stars: u8,
    /// How the stars came about, as one line: `18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星`.
    pub arithmetic: String,
    /// The stars of the round before.
    pub before: Option<u8>,
    /// What it rests on.
    pub evidence: String,
    /// The state.
    pub state: Badge,
    /// Where it is sent back (POST with `reason`), for whom may, while it may be.
    pub send_back: Option<String>,
    /// What they are called.
    pub level: String,
    /// Opens the rating: print-out, objection, revocation.
    pub open: String,
    /// Can be chosen for confirming.
    pub choosable: bool,
    /// Wants a look before confirming: jumps, full marks without evidence.
    pub remark: Option<String>,
}

/// How many got how many stars.
#[derive(Debug, Clone, Default)]
pub struct Share {
    /// `五星`.
    pub label: String,
    /// How many.
    pub count: u64,
    /// Of all rated, in percent, as printed.
    pub percent: String,
    /// How many in the round before.
    pub before: Option<u64>,
}

/// The review of a round. Confirming is a POST to `confirm` with `ratings` (one id each)
/// and `version[<id>]`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ratings/review.html")]
pub struct Review {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// Scheme, period, counts.
    pub facts: Vec<Fact>,
    /// The scheme's rule in one sentence: which total gives which star.
    pub rule: String,
    /// The columns.
    pub dimensions: Vec<Dimension>,
    /// The distribution, highest first.
    pub distribution: Vec<Share>,
    /// The mean of the stars, as printed.
    pub average: String,
    /// The ratings.
    pub rows: Vec<ReviewRow>,
    /// Where the chosen are confirmed, for whom may.
    pub confirm: Option<String>,
    /// The word on that button (`审核通过`, `确定所选`).
    pub confirm_word: String,
}

/// One rating for paper: what its subject is told, with the arithmetic and who answered for it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ratings/card.html")]
pub struct Card {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The name. It stands in the page, never in its title.
    pub name: String,
    /// How far it is.
    pub badge: Badge,
    /// Scheme, period, level, who scored and confirmed.
    pub facts: Vec<Fact>,
    /// The arithmetic as one line.
    pub arithmetic: String,
    /// Scores, objections.
    pub tables: Vec<Table>,
    /// How and until when somebody may object.
    pub right: String,
    /// What can be done.
    pub actions: Vec<Action>,
}

/// The schemes of a county, and what comes with cadre to begin with.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ratings/schemes.html")]
pub struct Schemes {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Versions, packs.
    pub tables: Vec<Table>,
}

/// What a page of the desk is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct DeskFilter {
    /// Where it is asked for.
    pub action: String,
    /// The schemes.
    pub schemes: Vec<Choice>,
    /// The one that is shown.
    pub scheme: String,
    /// The periods.
    pub periods: Vec<Choice>,
    /// The one that is shown.
    pub period: String,
    /// Code of the organisation that is shown.
    pub within: String,
}

/// The supervisor's desk of ratings, its lists, samples and trials: figures with their methods, and names behind them.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ratings/desk.html")]
pub struct Desk {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading; no name of a person stands in it.
    pub title: String,
    /// What is shown of which organisation.
    pub sub: String,
    /// The way back.
    pub back: Link,
    /// Where one goes on.
    pub links: Vec<Link>,
    /// What may be chosen.
    pub filter: Option<DeskFilter>,
    /// What is known of the thing.
    pub facts: Vec<Fact>,
    /// Numbers; each leads to its names.
    pub figures: Vec<FigureCard>,
    /// Methods, each in a sentence.
    pub notes: Vec<String>,
    /// What may be done.
    pub forms: Vec<Form>,
    /// Lists.
    pub tables: Vec<Table>,
    /// What a shell computes again, each with a word before it.
    pub commands: Vec<(String, String)>,
}
