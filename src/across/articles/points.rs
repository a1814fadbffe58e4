//! Percent beside percentage points: the difference of two shares is in points, a relative change in percent.

use super::article::{Article, Sentence};
use super::exact::Exact;
use super::finding::{Finding, Kind, Level};
use super::units::Measure;

/// Words of growth and of decline.
const GROWTH: [&str; 7] = ["提高", "提升", "上升", "增长", "增加", "上涨", "升高"];
const DECLINE: [&str; 5] = ["下降", "降低", "减少", "下滑", "压减"];

/// What is itself a share, so that its change may be meant in points.
const SHARES: [&str; 13] = [
    "比例",
    "占比",
    "比重",
    "学历",
    "覆盖率",
    "满意率",
    "合格率",
    "参与率",
    "普及率",
    "达标率",
    "完成率",
    "硬化率",
    "入户率",
];

/// What is no share, so that points make no sense of it; beside it a percent is a relative change.
const AMOUNTS: [&str; 6] = ["人数", "数量", "总数", "年龄", "个数", "收入"];

/// Which way a number says that something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// More.
    Growth,
    /// Less.
    Decline,
}

/// The change that words before a number speak of: the last one counts.
pub(super) fn change(words: &str) -> Option<Change> {
    let last = |list: &[&str]| list.iter().filter_map(|word| words.rfind(word)).max();
    match (last(&GROWTH), last(&DECLINE)) {
        (None, None) => None,
        (growth, decline) if growth > decline => Some(Change::Growth),
        _ => Some(Change::Decline),
    }
}

/// What is to be said of changes.
pub(super) fn check(article: &Article) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, sentence) in article.told_once() {
        findings.extend(sentence.numbers.clone().filter_map(|number| judge(article, sentence, number)));
    }
    findings
}

fn judge(article: &Article, sentence: &Sentence, number: usize) -> Option<Finding> {
    let one = article.numbers.get(number)?;
    if !matches!(one.measure, Measure::Percent | Measure::Points) {
        return None;
    }
    let before = article.before(sentence, number);
    let change = change(before)?;
    let told = article.told(number);
    let has = |words: &[&str]| words.iter().any(|word| before.contains(word));
    let finding = |level, message| Some(Finding::new(level, Kind::Points, vec![one.span], message));
    let is_share = has(&SHARES) && !has(&AMOUNTS);
    match one.measure {
        Measure::Percent if change == Change::Decline && one.range().0 > Exact::HUNDRED => {
            finding(Level::Wrong, format!("减少不会超过100%，文中写{told}；请核对。"))
        }
        Measure::Percent if is_share => {
            let points = told.replace('%', "个百分点");
            let message = format!(
                "说不清是比例之差还是相对变化：如是两个比例相减，应写“{points}”；如是人数的增减幅度，请写明“人数”。"
            );
            finding(Level::Doubt, message)
        }
        Measure::Points if has(&AMOUNTS) && !has(&SHARES) => {
            finding(Level::Doubt, format!("{told}用于两个百分比相减；这里说的不是百分比，请核对单位。"))
        }
        _ => None,
    }
}
