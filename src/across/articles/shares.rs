//! A share beside its count: `228名，占67.06%`. What total does it imply, and is that total in the text?

use super::article::{Article, Sentence, is_comma};
use super::exact::Exact;
use super::finding::{Finding, Kind, Level};
use super::quantities::{Quantity, Sense};
use super::units::Measure;

/// A count with its share of some total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    /// The sentence.
    pub sentence: usize,
    /// The count, by its place in the list of numbers.
    pub count: usize,
    /// The share in percent.
    pub percent: usize,
    /// The least and the greatest whole total that fits; none where they are not known.
    pub totals: Option<(i128, i128)>,
    /// Whether a number of the text is such a total.
    pub confirmed: bool,
}

/// Between a count and its share stands no word of change.
const CHANGES: [&str; 11] =
    ["提高", "提升", "增长", "增加", "上升", "下降", "降低", "减少", "同比", "较上", "比上"];

/// Characters between a count and its share.
const NEAR: usize = 24;

/// Totals that are many cannot be told from chance far away in the text.
const FEW: i128 = 3;

/// Numbers of a sentence that are looked back at.
const LATELY: usize = 40;

/// The shares of the text, and what is to be said of them.
pub(super) fn check(article: &Article) -> (Vec<Share>, Vec<Finding>) {
    let (mut shares, mut findings) = (Vec::new(), Vec::new());
    for (at, sentence) in article.told_once() {
        for (count, percent) in pairs(article, sentence) {
            let (share, finding) = judge(article, at, sentence, count, percent);
            shares.push(share);
            findings.extend(finding);
        }
        findings
            .extend(sentence.numbers.clone().filter_map(|number| over_hundred(article, sentence, number)));
    }
    (shares, findings)
}

/// The counts of a sentence with their shares.
fn pairs(article: &Article, sentence: &Sentence) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut number = sentence.numbers.start;
    while number < sentence.numbers.end {
        let several = distributed(article, sentence, number);
        if several.is_empty() {
            found.extend(single(article, sentence, number).map(|count| (count, number)));
            number += 1;
        } else {
            number += several.len();
            found.extend(several);
        }
    }
    found
}

/// `党员12名、群众8名，分别占60%和40%`: as many counts as shares.
fn distributed(article: &Article, sentence: &Sentence, first: usize) -> Vec<(usize, usize)> {
    let is_percent = |at: usize| article.numbers.get(at).is_some_and(|one| one.measure == Measure::Percent);
    if !is_percent(first) || !article.since_last(sentence, first).contains("分别占") {
        return Vec::new();
    }
    let joined = |at: usize| matches!(article.between(at - 1, at), "、" | "和" | "，" | "与" | "及");
    let more = (first + 1..sentence.numbers.end).take_while(|at| is_percent(*at) && joined(*at)).count();
    let counts = first.checked_sub(more + 1).filter(|from| sentence.numbers.contains(from));
    let Some(counts) = counts else { return Vec::new() };
    let pairs: Vec<(usize, usize)> = (counts..first).zip(first..).collect();
    let all_count = pairs.iter().all(|(count, _)| counts_at(article, *count).is_some());
    if all_count { pairs } else { Vec::new() }
}

/// The count that a share stands behind.
fn single(article: &Article, sentence: &Sentence, percent: usize) -> Option<usize> {
    let count = percent.checked_sub(1).filter(|count| sentence.numbers.contains(count))?;
    counts_at(article, count)?;
    article.numbers.get(percent).filter(|one| one.measure == Measure::Percent)?;
    let gap = article.between(count, percent);
    let near = gap.chars().count() <= NEAR && !gap.contains("其中") && !gap.contains('；');
    let told =
        says_share(gap, article.before(sentence, count)) && !CHANGES.iter().any(|word| gap.contains(word));
    let other = gap.contains("分别") || gap.contains("年") || gap.contains('、');
    (near && told && !other).then_some(count)
}

/// Whether the words between a count and a percentage make it the share of that count: 占 without a subject of its own,
/// or 比例 of what was counted. 党员120名，女性占30% is a share of something else.
fn says_share(gap: &str, before: &str) -> bool {
    let clause = gap.rsplit(is_comma).next().unwrap_or_default();
    let own = clause.trim_start_matches(['约', '仅', '已', '共', '只', '均']);
    if own.starts_with('占') || clause.len() == gap.len() && clause.contains('占') {
        return true;
    }
    let subject =
        ["比例", "比重"].iter().find_map(|word| clause.split_once(word)).map(|(subject, _)| subject);
    let told = |subject: &str| subject.is_empty() || subject == "所占" || before.contains(subject);
    subject.is_some_and(told)
}

fn counts_at(article: &Article, at: usize) -> Option<&Quantity> {
    article.numbers.get(at).filter(|one| one.measure.counts())
}

fn judge(
    article: &Article,
    at: usize,
    sentence: &Sentence,
    count: usize,
    percent: usize,
) -> (Share, Option<Finding>) {
    let mut share = Share { sentence: at, count, percent, totals: None, confirmed: false };
    let (Some(part), Some(rate)) = (article.numbers.get(count), article.numbers.get(percent)) else {
        return (share, None);
    };
    if rate.range().0 > Exact::HUNDRED {
        return (share, None);
    }
    share.totals = Exact::wholes_of(part.range(), rate.range());
    let Some((low, high)) = share.totals else { return (share, None) };
    let places = vec![part.span, rate.span];
    let (count_told, rate_told) = (article.told(count), article.told(percent));
    if low > high {
        share.totals = None;
        let reckoned = reckoned(article, sentence, count, rate);
        let hint = if reckoned.is_empty() { String::new() } else { format!("{}；", reckoned.join("，")) };
        let message = format!(
            "没有一个整数总数能使{count_told}占{rate_told}：{hint}请核对人数（个数）、总数和百分比。"
        );
        return (share, Some(Finding::new(Level::Wrong, Kind::Share, places, message)));
    }
    if let Some(whole) = total(article, at, sentence, count, (low, high)) {
        share.confirmed = true;
        let told = article.told(whole);
        let sign = if part.is_plain() && article.numbers.get(whole).is_some_and(Quantity::is_plain) {
            "＝"
        } else {
            "≈"
        };
        let message = format!("{count_told}÷{told}{sign}{rate_told}，相符。");
        return (share, Some(Finding::new(Level::Right, Kind::Share, places, message)));
    }
    if let Some(whole) = stated(article, sentence, count) {
        let value = article.numbers.get(whole).map_or(Exact::ZERO, |one| one.value);
        let right = part.value.percent_of(value, rate.decimals.max(2)).unwrap_or_default();
        let message = format!("{count_told}÷{}＝{right}%，文中写{rate_told}；请核对。", article.told(whole));
        return (share, Some(Finding::new(Level::Wrong, Kind::Share, places, message)));
    }
    let finding = (high - low < FEW && part.is_plain()).then(|| {
        let told = if low == high { low.to_string() } else { format!("{low}至{high}") };
        let message = format!("按{count_told}占{rate_told}推算，总数是{told}；文中没有写明总数。");
        Finding::new(Level::Note, Kind::Share, places, message)
    });
    (share, finding)
}

/// What the share would be of the totals that stand before it in the sentence.
fn reckoned(article: &Article, sentence: &Sentence, count: usize, rate: &Quantity) -> Vec<String> {
    let Some(part) = article.numbers.get(count) else { return Vec::new() };
    let wholes = lately(sentence, count).filter_map(|at| counts_at(article, at).map(|one| (at, one)));
    wholes
        .filter(|(_, one)| one.is_plain() && one.value > part.value)
        .filter_map(|(at, one)| {
            let share = part.value.percent_of(one.value, rate.decimals.max(2))?;
            Some(format!("占{}的是{share}%", article.told(at)))
        })
        .take(2)
        .collect()
}

/// A number of the text that is such a total: in the sentence before the count, in its paragraph, or, where few fit,
/// anywhere.
fn total(
    article: &Article,
    at: usize,
    sentence: &Sentence,
    count: usize,
    (low, high): (i128, i128),
) -> Option<usize> {
    let (low, few) = (Exact::of(low), high - low < FEW);
    let high = Exact::of(high);
    let measure = article.numbers.get(count)?.measure;
    let fits = |number: &usize| {
        counts_at(article, *number).is_some_and(|one| {
            let (least, greatest) = one.range();
            let loose = one.sense != Sense::Plain;
            *number != count && least <= high && greatest >= low && (few || one.measure == measure || loose)
        })
    };
    let near = article.sentences.iter().enumerate().skip(at.saturating_sub(2)).take(5);
    let near = near.filter(|(other, one)| *other != at && one.paragraph == sentence.paragraph);
    lately(sentence, count)
        .rev()
        .find(fits)
        .or_else(|| near.flat_map(|(_, one)| one.numbers.clone().take(LATELY)).find(fits))
        .or_else(|| if few { article.counted(low, high).find(fits) } else { None })
}

/// The numbers of a sentence before one of them, at most the last forty: no sentence that is meant to be read has more,
/// and one that has must not take long.
fn lately(sentence: &Sentence, count: usize) -> std::ops::Range<usize> {
    sentence.numbers.start.max(count.saturating_sub(LATELY))..count
}

/// The total that the sentence says the count is a part of: 340名书记中，… or 340名，其中….
fn stated(article: &Article, sentence: &Sentence, count: usize) -> Option<usize> {
    let whole = count.checked_sub(1).filter(|whole| sentence.numbers.contains(whole))?;
    let (part, one) = (article.numbers.get(count)?, counts_at(article, whole)?);
    let gap = article.between(whole, count);
    let linked = gap.contains("其中") || gap.contains("中，") || gap.contains("中,");
    (linked && one.is_plain() && part.is_plain() && one.measure == part.measure && one.value >= part.value)
        .then_some(whole)
}

/// A share of more than everything.
fn over_hundred(article: &Article, sentence: &Sentence, number: usize) -> Option<Finding> {
    let one = article.numbers.get(number).filter(|one| one.measure == Measure::Percent)?;
    if one.range().0 <= Exact::HUNDRED {
        return None;
    }
    let before = article.before(sentence, number);
    let told = ["占", "覆盖率", "达标率", "合格率"].iter().any(|word| before.contains(word));
    let fraction = told && !CHANGES.iter().any(|word| before.contains(word));
    fraction.then(|| {
        let message = format!("占比不会超过100%，文中写{}；请核对。", article.told(number));
        Finding::new(Level::Wrong, Kind::Share, vec![one.span], message)
    })
}
