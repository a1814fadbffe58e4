//! The numbers of a draft beside the figures of the records: which figure, of which quarter, and whether they agree.

use std::collections::{BTreeMap, HashMap};

use super::article::{Article, Sentence};
use super::exact::Exact;
use super::finding::{Finding, Kind, Level};
use super::phrases::{Candidates, Phrases};
use super::points::Change;
use super::quantities::Quantity;
use super::sums::List;
use super::units::Measure;

/// A figure with its value in some quarters, the one that is asked about first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The code (`members.total`).
    pub code: String,
    /// What is counted.
    pub label: String,
    /// Its unit in Chinese.
    pub unit: &'static str,
    /// Its values: the quarter by code and name, and the value in hundredths; none where nothing is known.
    pub values: Vec<KnownValue>,
}

/// The value of a figure in a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownValue {
    /// The quarter (`2026Q1`).
    pub quarter: String,
    /// Its name.
    pub title: String,
    /// In hundredths.
    pub hundredths: i64,
}

/// What a number of the draft was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The figure.
    pub code: String,
    /// What it counts.
    pub label: String,
    /// The quarter that it agrees with; else the one that was asked about.
    pub quarter: String,
    /// The value of that quarter, as printed.
    pub value: String,
    /// Whether the two agree.
    pub agrees: bool,
}

/// The records that a draft is held against.
pub(super) struct Records<'k> {
    known: BTreeMap<&'k str, &'k Known>,
}

impl<'k> Records<'k> {
    pub(super) fn of(known: &'k [Known]) -> Self {
        Self { known: known.iter().map(|one| (one.code.as_str(), one)).collect() }
    }

    /// What each number was taken for, and what is to be said of it.
    pub(super) fn check(
        &self,
        article: &Article,
        candidates: &[Candidates],
    ) -> (Vec<Option<Proposal>>, Vec<Finding>) {
        let mut proposals: Vec<Option<Proposal>> = vec![None; article.numbers.len()];
        let mut findings = Vec::new();
        for (_, sentence) in article.told_once() {
            for number in sentence.numbers.clone() {
                let (Some(one), Some(told)) = (article.numbers.get(number), candidates.get(number)) else {
                    continue;
                };
                let Some((proposal, finding)) = self.judge(article, sentence, number, one, told) else {
                    continue;
                };
                findings.extend(finding);
                if let Some(place) = proposals.get_mut(number) {
                    *place = Some(proposal);
                }
            }
        }
        (proposals, findings)
    }

    fn judge(
        &self,
        article: &Article,
        sentence: &Sentence,
        number: usize,
        one: &Quantity,
        told: &Candidates,
    ) -> Option<(Proposal, Option<Finding>)> {
        let known: Vec<&Known> =
            told.codes.iter().filter_map(|code| self.known.get(code.as_str()).copied()).collect();
        let known: Vec<&Known> = known.into_iter().filter(|one| one.is_kept()).collect();
        let fits = |value: &KnownValue| one.admits(signed(value.hundredths, told.change));
        let agreeing = known.iter().find_map(|known| {
            let at = known.values.iter().position(fits)?;
            Some((*known, at, known.values.get(at)?))
        });
        let words = article.told(number);
        if let Some((known, at, value)) = agreeing {
            let (code, label) = (&known.code, &known.label);
            let as_points = one.measure == Measure::Percent && code.ends_with(".ratio.change");
            let hint =
                if as_points { "；这是百分点之差，单位应写“个百分点”" } else { "" };
            let other = if at == 0 { "" } else { "，但不是所选的季度" };
            let message = format!("{words}与{}的“{label}”（{code}）相符{other}{hint}。", value.title);
            let level = if at == 0 { Level::Right } else { Level::Note };
            let finding = Finding::new(level, Kind::Records, vec![one.span], message).about(code);
            return Some((known.proposal(value, true), Some(finding)));
        }
        let known = *known.as_slice().first()?;
        let value = known.values.as_slice().first()?;
        let proposal = known.proposal(value, false);
        let year = value.quarter.get(..4).and_then(|year| year.parse().ok());
        // A change speaks of another time by its nature.
        let elsewhen = told.change.is_none() && is_of_another_time(article, sentence, number, year);
        if elsewhen || is_of_a_place(article, sentence, one) {
            return None;
        }
        let message = format!(
            "{}的“{}”（{}）在记录中是{}{}，与文中的{words}不符；请核对数字、口径和时间。",
            value.title,
            known.label,
            known.code,
            printed(value.hundredths),
            known.unit
        );
        let finding = Finding::new(Level::Doubt, Kind::Records, vec![one.span], message).about(&known.code);
        Some((proposal, Some(finding)))
    }

    /// The sum of a list whose items are the parts of one figure: six kinds of award.
    pub(super) fn sums(&self, article: &Article, lists: &[List], candidates: &[Candidates]) -> Vec<Finding> {
        let whole = |list: &List| {
            let mut wholes = list.items.clone().map(|at| {
                let codes = &candidates.get(at)?.codes;
                codes.as_slice().first()?.rsplit_once('.').map(|(whole, _)| whole)
            });
            let first = wholes.next()??;
            wholes.all(|other| other == Some(first)).then_some(first)
        };
        let judge = |list: &List| {
            let known = self.known.get(whole(list)?).filter(|one| one.is_kept())?;
            let within = |value: &&KnownValue| {
                (list.sum.0..=list.sum.1).contains(&Exact::hundredths(value.hundredths))
            };
            let places =
                list.items.clone().filter_map(|at| article.numbers.get(at)).map(|one| one.span).collect();
            let value = known.values.iter().find(within)?;
            let (label, code) = (&known.label, &known.code);
            let message = format!("合计{}与{}的“{label}”（{code}）相符。", list.sum.0, value.title);
            Some(Finding::new(Level::Right, Kind::Records, places, message).about(code))
        };
        lists.iter().filter_map(judge).collect()
    }
}

impl Known {
    /// Whether the county keeps it at all: a figure that was nought all the time is of something that it has not begun
    /// to record.
    fn is_kept(&self) -> bool {
        self.values.iter().any(|value| value.hundredths != 0)
    }

    fn proposal(&self, value: &KnownValue, agrees: bool) -> Proposal {
        Proposal {
            code: self.code.clone(),
            label: self.label.clone(),
            quarter: value.quarter.clone(),
            value: printed(value.hundredths),
            agrees,
        }
    }
}

fn printed(hundredths: i64) -> String {
    Exact::hundredths(hundredths).to_string()
}

/// A value as the draft would say it: a decline is told without its sign.
fn signed(hundredths: i64, change: Option<Change>) -> Exact {
    let value = Exact::hundredths(hundredths);
    if change == Some(Change::Decline) { value.negative() } else { value }
}

/// Whether a number is said of a single town or village, as far as the words before it tell.
fn is_of_a_place(article: &Article, sentence: &Sentence, one: &Quantity) -> bool {
    let words = article.around(sentence, one.span);
    let before = words.find(article.words(one.span)).and_then(|at| words.get(..at));
    names_a_place(before.unwrap_or_default())
}

/// Words that speak of another time than the one that is reported on.
const ELSEWHEN: [&str; 14] = [
    "上届",
    "上年",
    "去年",
    "同期",
    "此前",
    "换届前",
    "原来",
    "原有",
    "从",
    "由",
    "增至",
    "增加到",
    "增长到",
    "减少到",
];

/// Whether a number is said of another time than a year: the words before it say so, or name another year.
fn is_of_another_time(article: &Article, sentence: &Sentence, number: usize, year: Option<i64>) -> bool {
    let tells = |number: usize| {
        let words = article.since_last(sentence, number);
        ELSEWHEN.iter().any(|word| words.contains(word))
    };
    // A share stands behind its count, and the time before both.
    let share = article.numbers.get(number).is_some_and(|one| one.measure == Measure::Percent);
    let count = number.checked_sub(1).filter(|count| share && sentence.numbers.contains(count));
    let told = tells(number) || count.is_some_and(tells);
    let before = (sentence.numbers.start.max(number.saturating_sub(10))..number).rev();
    let mut years =
        before.filter_map(|at| article.numbers.get(at)).filter(|one| one.measure == Measure::Year);
    let named = years.next().and_then(|one| one.value.as_whole());
    told || named.is_some_and(|named| year.is_some_and(|year| named != year))
}

/// Whether words name a single town or village: what is said there is not said of the whole county.
fn names_a_place(words: &str) -> bool {
    let general = [
        '全', '各', '每', '本', '个', '城', '为', '县', '（', '(', '、', '“', '和', '到', '在', '驻', '农',
        '政',
    ];
    let characters: Vec<char> = words.chars().collect();
    characters.windows(3).any(|three| {
        let [before, place, after] = three else { return false };
        let is_town = matches!(place, '镇' | '乡')
            && !matches!(after, '村' | '镇' | '级' | '党' | '（' | '(' | '机' | '干');
        let is_village =
            *place == '村' && matches!(after, '党' | '储' | '选' | '有' | '的' | '，' | '现' | '共' | '已');
        let named = ('\u{4e00}'..='\u{9fff}').contains(before) && !general.contains(before);
        let general_village = matches!(before, '乡' | '山' | '行') && is_village;
        let is_street = *place == '街' && *after == '道' && !matches!(before, '镇' | '乡');
        (is_town || is_street || is_village && !general_village) && named
    })
}

/// Figures that stand in the text with two different numbers.
pub(super) fn inconsistent(article: &Article, candidates: &[Candidates]) -> Vec<Finding> {
    let mut first: HashMap<(&str, Measure), usize> = HashMap::new();
    let mut findings = Vec::new();
    for (_, sentence) in article.told_once() {
        for number in sentence.numbers.clone() {
            let (Some(one), Some(told)) = (article.numbers.get(number), candidates.get(number)) else {
                continue;
            };
            let [code] = told.codes.as_slice() else { continue };
            let elsewhere = is_of_a_place(article, sentence, one)
                || is_of_another_time(article, sentence, number, Some(i64::MAX));
            if !one.is_plain() || elsewhere {
                continue;
            }
            let earlier = *first.entry((code, one.measure)).or_insert(number);
            let Some(other) = article.numbers.get(earlier).filter(|other| other.value != one.value) else {
                continue;
            };
            let (now, then) = (article.told(number), article.told(earlier));
            let message = format!("同一项（{code}）前文是{then}，这里是{now}；请核对以哪个为准。");
            let finding = Finding::new(Level::Doubt, Kind::Inconsistent, vec![one.span, other.span], message);
            findings.push(finding.about(code));
        }
    }
    findings
}

/// The candidates of each number, by the names of the known figures.
///
/// # Errors
/// Where the bundled list of phrases cannot be read.
pub(super) fn candidates(
    article: &Article,
    known: &[Known],
    kind: &str,
    shares: &[super::shares::Share],
) -> Result<Vec<Candidates>, csv::Error> {
    let phrases = Phrases::of(known.iter().map(|one| (one.code.as_str(), one.label.as_str())), kind)?;
    Ok(phrases.candidates(article, shares))
}
