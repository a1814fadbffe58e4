//! Which figures a number may be, by the words around it. The words are data (`data/article_phrases.csv`); the sources
//! and kinds of award, of which a county has its own, go by the names of their figures.

use serde::Deserialize;

use super::article::{Article, Sentence};
use super::points::{Change, change};
use super::shares::Share;
use super::units::Measure;

/// The list that comes with cadre.
const PHRASES: &str = include_str!("../../../data/article_phrases.csv");

/// One line of the list. A field holds alternatives between slashes, each of them words that must all be there; a word
/// may be held to the beginning (`^`) or the end (`$`) of what stands before or after the number.
#[derive(Debug, Clone, Deserialize)]
struct Line {
    figure: String,
    measure: String,
    before: String,
    after: String,
    sentence: String,
    not: String,
    not_sentence: String,
}

/// What is known of the words that figures go by.
#[derive(Debug, Clone)]
pub(super) struct Phrases {
    lines: Vec<Line>,
    /// Names that stand for a figure by themselves: its code, the name, and words one of which the sentence must have.
    named: Vec<(String, String, &'static [&'static str])>,
    known: std::collections::BTreeSet<String>,
    /// Words that say that a number is of another level than the records.
    foreign: &'static [&'static str],
}

/// Words that speak of a whole that is not an organisation of this kind: 全市 is not the county.
pub(super) fn foreign(kind: &str) -> &'static [&'static str] {
    match kind {
        "county" => &["全国", "全省", "全市", "全乡", "全镇", "全街道", "全村", "全社区"],
        "street" | "town" | "township" => &["全国", "全省", "全市", "全县", "全区", "全村", "全社区"],
        _ => &["全国", "全省", "全市", "全县", "全区", "全乡", "全镇", "全街道"],
    }
}

/// The figures that a number may be, and which way it says that they changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Candidates {
    /// Their codes.
    pub codes: Vec<String>,
    /// A change, not a value.
    pub change: Option<Change>,
}

const SELECTED: &[&str] = &["选拔", "回引", "来源", "来自"];
const POOLED: &[&str] = &["后备", "人才库", "储备"];
const AWARDED: &[&str] = &["创建", "评选", "命名", "累计", "评定"];

impl Phrases {
    /// The words for the figures of a county, given by code and name, at an organisation of a kind.
    ///
    /// # Errors
    /// Where the bundled list cannot be read.
    pub(super) fn of<'f>(
        figures: impl Iterator<Item = (&'f str, &'f str)>,
        kind: &str,
    ) -> Result<Self, csv::Error> {
        let lines = csv::Reader::from_reader(PHRASES.as_bytes()).deserialize().collect::<Result<_, _>>()?;
        let mut phrases = Self {
            lines,
            named: Vec::new(),
            known: std::collections::BTreeSet::new(),
            foreign: foreign(kind),
        };
        for (code, label) in figures {
            phrases.known.insert(code.to_owned());
            let against = code.ends_with("change");
            let name = label.rsplit('：').next().unwrap_or(label).trim_end_matches("（累计有效）");
            let words = if against || code.ends_with(".other") {
                continue;
            } else if code.starts_with("committees.source.") {
                SELECTED
            } else if code.starts_with("reserves.source.") {
                POOLED
            } else if code.starts_with("ratings.villages.awards.") {
                AWARDED
            } else {
                continue;
            };
            phrases.named.push((code.to_owned(), name.to_owned(), words));
        }
        Ok(phrases)
    }

    /// The figures of each number of the text.
    pub(super) fn candidates(&self, article: &Article, shares: &[Share]) -> Vec<Candidates> {
        let mut found: Vec<Candidates> = vec![Candidates::default(); article.numbers.len()];
        for sentence in &article.sentences {
            for number in sentence.numbers.clone() {
                let own = self.of_number(article, sentence, number, &found);
                if let Some(place) = found.get_mut(number) {
                    *place = own;
                }
            }
        }
        for share in shares {
            let whole = found.get(share.count).cloned().unwrap_or_default();
            let Some(place) = found.get_mut(share.percent).filter(|place| place.codes.is_empty()) else {
                continue;
            };
            place.codes = whole.codes.iter().filter_map(|code| self.share_of(code)).collect();
        }
        found
    }

    /// The figure that is the share of a count.
    fn share_of(&self, code: &str) -> Option<String> {
        let share = match code {
            "training.trained" => "training.coverage".to_owned(),
            code => format!("{code}.ratio"),
        };
        self.known.contains(&share).then_some(share)
    }

    fn of_number(
        &self,
        article: &Article,
        sentence: &Sentence,
        number: usize,
        earlier: &[Candidates],
    ) -> Candidates {
        let Some(one) = article.numbers.get(number) else { return Candidates::default() };
        let last = number.checked_sub(1).filter(|last| sentence.numbers.contains(last));
        let before = plain(article.before(sentence, number));
        let changed = change(article.since_last(sentence, number));
        let after = plain(article.after(sentence, number));
        let words = Words { before: &before, after: &after, sentence: article.around(sentence, one.span) };
        // 每个村储备2名以上: a rule, not a count.
        let is_rule = words.before.contains('每') || words.before.contains("至少");
        if is_rule || self.foreign.iter().any(|word| words.before.contains(word)) {
            return Candidates::default();
        }
        let mut codes: Vec<String> = self
            .lines
            .iter()
            .filter(|line| line.fits(one.measure, &words))
            .map(|line| line.figure.clone())
            .collect();
        codes.extend(self.by_name(one.measure, &words));
        codes.dedup();
        let mut told = Candidates { codes, change: changed };
        if let Some(last) = last.filter(|_| told.codes.is_empty()) {
            told = inherited(article, last, number, changed, earlier);
        }
        self.named_so(told, one.measure)
    }

    fn by_name<'w>(&'w self, measure: Measure, words: &'w Words<'_>) -> impl Iterator<Item = String> + 'w {
        let counts = measure.counts() && words.before.chars().count() <= 40;
        self.named
            .iter()
            .filter(move |(_, name, context)| {
                counts
                    && words.before.contains(name.as_str())
                    && context.iter().any(|word| words.sentence.contains(word))
            })
            .map(|(code, _, _)| code.clone())
    }

    /// The codes as figures of this measure: a share has one of its own, a change too.
    fn named_so(&self, told: Candidates, measure: Measure) -> Candidates {
        let ends: &[&str] = match (measure, told.change) {
            (Measure::Percent, None) => &["", ".ratio"],
            (Measure::Percent, Some(_)) => &[".ratio.change", ".relative_change", ".ratio.relative_change"],
            (Measure::Points, _) => &[".ratio.change"],
            (_, None) => &[""],
            (_, Some(_)) => &[".change"],
        };
        let percent = |code: &str| code.ends_with(".ratio") || code == "training.coverage";
        let fits = |code: &String| {
            self.known.contains(code)
                && (measure != Measure::Percent || told.change.is_some() || percent(code))
        };
        let codes = told.codes.iter().flat_map(|code| ends.iter().map(move |end| format!("{code}{end}")));
        Candidates { codes: codes.filter(fits).collect(), change: told.change }
    }
}

/// What a number takes over from the one before it: the second of 9.7个百分点和6.8个百分点, and the change of what was
/// just told (平均年龄44.25岁，较2020年末下降6.19岁).
fn inherited(
    article: &Article,
    last: usize,
    number: usize,
    changed: Option<Change>,
    earlier: &[Candidates],
) -> Candidates {
    let measure = |at: usize| article.numbers.get(at).map(|one| one.measure);
    let bare = |at: usize| earlier.get(at).cloned().unwrap_or_default();
    let own = |code: &String| {
        let code = code.trim_end_matches(".change").trim_end_matches(".relative_change");
        code.trim_end_matches(".ratio").to_owned()
    };
    let base = |told: Candidates| {
        let mut codes: Vec<String> = told.codes.iter().map(own).collect();
        codes.dedup();
        Candidates { codes, ..told }
    };
    if measure(last) == measure(number) && matches!(article.between(last, number), "和" | "、" | "及") {
        return base(bare(last));
    }
    // A year may stand between: 较2020年末下降.
    let back = if measure(last) == Some(Measure::Year) { last.checked_sub(1) } else { Some(last) };
    let Some(back) = back.filter(|back| changed.is_some() && measure(*back) == measure(number)) else {
        return Candidates { codes: Vec::new(), change: changed };
    };
    Candidates { codes: base(bare(back)).codes, change: changed }
}

/// Words without quotation marks, brackets wide.
fn plain(words: &str) -> String {
    words
        .chars()
        .filter(|one| !matches!(one, '“' | '”' | '‘' | '’' | '"' | '「' | '」'))
        .map(|one| match one {
            '(' => '（',
            ')' => '）',
            other => other,
        })
        .collect()
}

/// The words around a number.
struct Words<'w> {
    before: &'w str,
    after: &'w str,
    sentence: &'w str,
}

impl Line {
    fn fits(&self, measure: Measure, words: &Words<'_>) -> bool {
        self.measure
            .split('/')
            .any(|code| code == measure.code() || code == "percent" && measure == Measure::Points)
            && any(&self.before, words.before)
            && any(&self.after, words.after)
            && any(&self.sentence, words.sentence)
            && (self.not.is_empty() || !any(&self.not, words.before) && !any(&self.not, words.after))
            && (self.not_sentence.is_empty() || !any(&self.not_sentence, words.sentence))
    }
}

/// Whether one of the alternatives of a field holds; an empty field asks nothing.
fn any(field: &str, words: &str) -> bool {
    field.is_empty() || field.split('/').any(|all| all.split(' ').all(|word| holds(word, words)))
}

fn holds(word: &str, words: &str) -> bool {
    match (word.strip_prefix('^'), word.strip_suffix('$')) {
        (Some("$"), _) => words.is_empty(),
        (Some(start), _) => words.starts_with(start),
        (None, Some(end)) => words.ends_with(end),
        (None, None) => words.contains(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_be_held_to_its_end() {
        assert!(any("后备干部$/后备力量$", "储备村级后备力量"));
        assert!(!any("后备干部$", "后备干部中"));
        assert!(any("^$", "") && !any("^$", "全县"));
        assert!(any("两委 平均年龄", "村两委成员平均年龄") && !any("两委 平均年龄", "党员平均年龄"));
    }
}
