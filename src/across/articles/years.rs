//! Years of the calendar beside a number of years: 五年 against 2020 to 2023.

use super::article::{Article, Sentence};
use super::exact::Exact;
use super::finding::{Finding, Kind, Level};
use super::quantities::Quantity;
use super::units::Measure;

/// From one year of the calendar to another.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    first: usize,
    last: usize,
    years: i64,
    /// Written as such (2020—2023年), not put together from 从2020年起 and a later year.
    explicit: bool,
}

/// Words after a number of years that make it the length of a plan.
const PLANS: [&str; 9] = ["时间", "规划", "计划", "行动", "周期", "目标", "内", "期间", "为期"];

/// Words that stand in a clause in which something is to be finished.
const FINISHES: [&str; 9] = ["完成", "兜底", "实现", "全部", "全覆盖", "底", "止", "结束", "达到"];

/// Bigrams that two sentences must share to be about one plan.
const COMMON: usize = 2;

/// What is to be said of years.
pub(super) fn check(article: &Article) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, sentence) in article.told_once() {
        for stretch in stretches(article, sentence) {
            findings.extend(judge(article, at, sentence, stretch));
        }
    }
    findings
}

fn year(article: &Article, at: usize) -> Option<i64> {
    article.numbers.get(at).filter(|one| one.measure == Measure::Year).and_then(|one| one.value.as_whole())
}

fn stretches(article: &Article, sentence: &Sentence) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut begun: Option<(usize, i64)> = None;
    for at in sentence.numbers.clone() {
        let Some(value) = year(article, at) else { continue };
        let last = at.checked_sub(1).filter(|last| sentence.numbers.contains(last));
        if let Some((last, before)) = last.and_then(|last| Some((last, year(article, last)?))) {
            let gap = article.between(last, at);
            let dash =
                matches!(gap, "-" | "—" | "——" | "–" | "－" | "~" | "～" | "至" | "到" | "起至" | "年至");
            if dash && value > before {
                found.push(Stretch { first: last, last: at, years: value - before, explicit: true });
                begun = None;
                continue;
            }
        }
        let from = article.since_last(sentence, at);
        let after = article.after(sentence, at);
        if (from.ends_with('从') || from.ends_with('自'))
            && (after.starts_with('起') || after.starts_with("开始"))
        {
            begun = Some((at, value));
        } else if let Some((first, start)) = begun.filter(|(_, start)| value > *start)
            && FINISHES.iter().any(|word| after.contains(word))
        {
            found.push(Stretch { first, last: at, years: value - start, explicit: false });
            begun = None;
        }
    }
    found
}

fn judge(article: &Article, at: usize, sentence: &Sentence, stretch: Stretch) -> Option<Finding> {
    let near = article.sentences.iter().enumerate().skip(at.saturating_sub(1)).take(3);
    let duration =
        near.filter(|(_, other)| other.paragraph == sentence.paragraph).find_map(|(other, one)| {
            one.numbers
                .clone()
                .take(40)
                .find(|number| lasts(article, sentence, at, stretch, other, one, *number))
        })?;
    let told = article.numbers.get(duration)?;
    let (first, last) = (year(article, stretch.first)?, year(article, stretch.last)?);
    let mut places = vec![told.span];
    places.extend(
        [stretch.first, stretch.last]
            .iter()
            .filter_map(|year| article.numbers.get(*year))
            .map(|one| one.span),
    );
    let words = article.told(duration);
    let (both, between) = (Exact::whole(stretch.years + 1), Exact::whole(stretch.years));
    if told.value == both || told.value == between {
        let message = format!("{first}年至{last}年与“{words}”相符。");
        return Some(Finding::new(Level::Right, Kind::Years, places, message));
    }
    let message = format!("{first}年至{last}年首尾都算是{both}年，文中写“{words}”；请核对年限或起止年份。");
    Some(Finding::new(Level::Doubt, Kind::Years, places, message))
}

/// Whether a number of years is the length of the plan that a stretch belongs to: in the same sentence, or in the one
/// before or after it with words in common.
fn lasts(
    article: &Article,
    sentence: &Sentence,
    at: usize,
    stretch: Stretch,
    other: usize,
    one: &Sentence,
    number: usize,
) -> bool {
    let lasting = |told: &&Quantity| told.measure == Measure::Years && told.is_plain();
    if article.numbers.get(number).filter(lasting).is_none() {
        return false;
    }
    let (before, after) = (article.since_last(one, number), article.after(one, number));
    let used = before.ends_with('用') || before.ends_with("为期") || before.ends_with("历时");
    let planned = used || PLANS.iter().any(|word| after.starts_with(word));
    let is_told = stretch.explicit && other == at && after.starts_with(['来', '间']);
    if !planned && !is_told {
        return false;
    }
    if other == at {
        return true;
    }
    let clause = format!("{}{}", tail(before), article.after(one, number));
    common_bigrams(&clause, article.words(sentence.span)) >= COMMON
}

/// The last words before something, at most twenty characters.
fn tail(words: &str) -> &str {
    let from = words.char_indices().rev().nth(19).map_or(0, |(at, _)| at);
    words.get(from..).unwrap_or_default()
}

/// How many different pairs of neighbouring Chinese characters two texts have in common.
fn common_bigrams(left: &str, right: &str) -> usize {
    let bigrams = |words: &str| -> std::collections::BTreeSet<(char, char)> {
        let chinese = |one: &char| ('\u{4e00}'..='\u{9fff}').contains(one);
        let pairs = words.chars().zip(words.chars().skip(1)).take(400);
        pairs.filter(|(first, second)| chinese(first) && chinese(second)).collect()
    };
    bigrams(left).intersection(&bigrams(right)).count()
}
