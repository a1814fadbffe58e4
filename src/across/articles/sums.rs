//! Parts and wholes: what is listed (`18人、20人、40人和14人`) against the total that is stated before it (其中), behind it
//! (合计), or that a share nearby implies.

use std::ops::Range;

use super::article::{Article, Sentence};
use super::exact::Exact;
use super::finding::{Finding, Kind, Level};
use super::quantities::Quantity;
use super::shares::Share;
use super::text::Span;
use super::units::Measure;

/// Counts that stand in one list, by their places in the list of numbers, and their sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// The sentence.
    pub sentence: usize,
    /// Its counts.
    pub items: Range<usize>,
    /// The least and the greatest sum.
    pub sum: (Exact, Exact),
}

/// Characters between two items of a list.
const NEAR: usize = 30;

/// Measures whose numbers are not added up although they count.
const UNSUMMED: [&str; 6] = ["分", "星", "分钟", "小时", "学时", "天"];

/// Words that say how people may be looked at: parts by several of them may overlap.
const VIEWS: [&[&str]; 6] = [
    &["女", "男"],
    &["岁", "青年", "年轻"],
    &["学历", "大专", "本科", "高中", "研究生"],
    &["少数民族", "汉族"],
    &["党员", "团员", "群众"],
    &["退役", "致富", "返乡", "毕业生"],
];

/// Words that a list and a share must have in common to be about the same people.
const SUBJECTS: [&str; 9] = ["两委", "书记", "委员", "党员", "后备", "人才", "网格员", "代表", "工作队"];

/// The lists of the text, and what is to be said of them.
pub(super) fn check(article: &Article, shares: &[Share]) -> (Vec<List>, Vec<Finding>) {
    let (mut lists, mut findings) = (Vec::new(), Vec::new());
    for (at, sentence) in article.told_once() {
        for items in runs(article, sentence) {
            let list = List { sentence: at, sum: sum(article, &items), items };
            findings.extend(judge(article, sentence, &list, shares));
            lists.push(list);
        }
    }
    (lists, findings)
}

/// The lists of a sentence: counts of one measure, one 、 or 和 between each two.
fn runs(article: &Article, sentence: &Sentence) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = sentence.numbers.start;
    for at in sentence.numbers.clone() {
        if at > from && joined(article, at) {
            continue;
        }
        found.push(from..at);
        from = at;
    }
    found.push(from..sentence.numbers.end);
    let stands = |items: &Range<usize>| {
        let least = if whole_before(article, sentence, items).is_some()
            || whole_after(article, sentence, items).is_some()
        {
            2
        } else {
            3
        };
        items.len() >= least
    };
    found.into_iter().filter(stands).collect()
}

/// Whether a number goes on with the list that the number before it stands in.
fn joined(article: &Article, at: usize) -> bool {
    let (Some(last), Some(one)) =
        (at.checked_sub(1).and_then(|last| article.numbers.get(last)), article.numbers.get(at))
    else {
        return false;
    };
    let summed = |measure: Measure| {
        measure.counts() && !matches!(measure, Measure::Things(word) if UNSUMMED.contains(&word))
    };
    if last.measure != one.measure || !summed(one.measure) {
        return false;
    }
    let gap = unbracketed(article.between(at - 1, at));
    if gap.chars().count() > NEAR || gap.contains(['，', ',', '；', ';', '：', ':', '。', '\n']) {
        return false;
    }
    let totals = ["合计", "共计", "总计", "累计", "增长", "增加", "减少", "提高", "到", "占"];
    if totals.iter().any(|word| gap.contains(word)) {
        return false;
    }
    let and = ["和", "及", "以及", "与"];
    match gap.matches('、').count() {
        0 => and.iter().any(|word| gap.starts_with(word) || gap.ends_with(word)),
        1 => true,
        _ => false,
    }
}

/// Words without what stands in brackets.
fn unbracketed(words: &str) -> String {
    let mut depth = 0_i32;
    let mut kept = String::new();
    for character in words.chars() {
        match character {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ if depth <= 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

fn sum(article: &Article, items: &Range<usize>) -> (Exact, Exact) {
    let ranges = items.clone().filter_map(|at| article.numbers.get(at)).map(Quantity::range);
    ranges.fold((Exact::ZERO, Exact::ZERO), |(low, high), (least, greatest)| {
        (low.plus(least), high.plus(greatest))
    })
}

/// The total that stands before a list: 20名，其中….
fn whole_before(article: &Article, sentence: &Sentence, items: &Range<usize>) -> Option<usize> {
    let whole = items.start.checked_sub(1).filter(|whole| sentence.numbers.contains(whole))?;
    let (one, first) = (article.numbers.get(whole)?, article.numbers.get(items.start)?);
    let gap = article.between(whole, items.start);
    let linked = ["其中", "包括", "分别是", "分别为", "包含"].iter().any(|word| gap.contains(word));
    (linked && one.measure == first.measure).then_some(whole)
}

/// The total that stands behind a list: …，合计98个.
fn whole_after(article: &Article, sentence: &Sentence, items: &Range<usize>) -> Option<usize> {
    let whole = Some(items.end).filter(|whole| sentence.numbers.contains(whole))?;
    let (one, last) = (article.numbers.get(whole)?, article.numbers.get(items.end.checked_sub(1)?)?);
    let gap = article.between(items.end - 1, whole);
    let linked = gap.chars().count() <= NEAR
        && ["合计", "共计", "总计", "一共", "总共", "，共", ",共"].iter().any(|word| gap.ends_with(word));
    (linked && one.measure == last.measure).then_some(whole)
}

fn judge(article: &Article, sentence: &Sentence, list: &List, shares: &[Share]) -> Option<Finding> {
    let places: Vec<Span> =
        list.items.clone().filter_map(|at| article.numbers.get(at)).map(|one| one.span).collect();
    let told = Told::of(article, list);
    if let Some(whole) = whole_after(article, sentence, &list.items) {
        return Some(against_stated(article, &told, whole, places, true));
    }
    if let Some(whole) = whole_before(article, sentence, &list.items) {
        return part_over_whole(article, list, whole).or_else(|| {
            if overlaps(article, sentence, list) {
                return None;
            }
            Some(against_stated(article, &told, whole, places, false))
        });
    }
    let implied = implied(article, sentence, list, shares);
    if let Some((share, low, high)) = implied {
        return Some(against_implied(article, &told, share, (low, high), places));
    }
    Some(Finding::new(Level::Note, Kind::Sum, places, told.by_itself()))
}

/// A list in words.
struct Told {
    /// `18＋20＋40＋14`.
    terms: String,
    /// `92人`.
    sum: String,
    range: (Exact, Exact),
    /// `共4项`.
    count: usize,
}

impl Told {
    fn of(article: &Article, list: &List) -> Self {
        let numbers: Vec<&Quantity> = list.items.clone().filter_map(|at| article.numbers.get(at)).collect();
        let terms: Vec<String> = numbers.iter().map(|one| one.value.to_string()).collect();
        let plain = list.sum.0 == list.sum.1;
        let unit = list.items.clone().next_back().map_or("", |last| article.told(last));
        let unit = unit.trim_start_matches(|one: char| {
            one.is_ascii_digit() || matches!(one, '.' | ',' | '余' | '多' | '万')
        });
        let sum = format!("{}{}{unit}", list.sum.0, if plain { "" } else { "余" });
        Self { terms: terms.join("＋"), sum, range: list.sum, count: list.items.len() }
    }
}

impl Told {
    /// The sum alone.
    fn by_itself(&self) -> String {
        format!("{}＝{}。", self.terms, self.sum)
    }
}

fn against_stated(
    article: &Article,
    told: &Told,
    whole: usize,
    mut places: Vec<Span>,
    complete: bool,
) -> Finding {
    let (low, high) = article.numbers.get(whole).map_or((Exact::ZERO, Exact::ENDLESS), Quantity::range);
    places.extend(article.numbers.get(whole).map(|one| one.span));
    let (terms, sum, total) = (&told.terms, &told.sum, article.told(whole));
    let (level, message) = if told.range.0 <= high && told.range.1 >= low {
        (Level::Right, format!("{terms}＝{sum}，与{total}相符。"))
    } else if complete {
        (Level::Wrong, format!("{terms}＝{sum}，文中合计写{total}；请核对。"))
    } else if told.range.0 > high {
        (Level::Doubt, format!("{terms}＝{sum}，多于总数{total}；如一人（个）可算入几项，请写明，否则有误。"))
    } else if told.range.1.times(5) >= low.times(4) {
        (Level::Doubt, format!("{terms}＝{sum}，少于总数{total}；如有没列出的，请写“等”，否则有误。"))
    } else {
        // So much is missing that it was never meant to be all.
        (Level::Note, told.by_itself())
    };
    Finding::new(level, Kind::Sum, places, message)
}

/// A part that is more than its whole.
fn part_over_whole(article: &Article, list: &List, whole: usize) -> Option<Finding> {
    let total = article.numbers.get(whole)?;
    let larger = |at: &usize| article.numbers.get(*at).is_some_and(|one| one.range().0 > total.range().1);
    let part = list.items.clone().find(larger)?;
    let places = vec![article.numbers.get(part)?.span, total.span];
    let message = format!("其中的{}多于总数{}；请核对。", article.told(part), article.told(whole));
    Some(Finding::new(Level::Wrong, Kind::Sum, places, message))
}

/// Whether the parts may overlap, or are said not to be all of them: 女党员、35岁以下、大专以上; 等.
fn overlaps(article: &Article, sentence: &Sentence, list: &List) -> bool {
    let Some(first) = list.items.start.checked_sub(1).and_then(|at| article.numbers.get(at)) else {
        return false;
    };
    let words = article.around(sentence, first.span);
    let from = words.find(article.words(first.span)).unwrap_or_default();
    let words = words.get(from..).unwrap_or_default();
    let views = VIEWS.iter().take(5).filter(|view| view.iter().any(|word| words.contains(word)));
    views.count() >= 2 || words.contains('等')
}

/// The total that a share near the list implies, where both are about the same people.
fn implied<'s>(
    article: &Article,
    sentence: &Sentence,
    list: &List,
    shares: &'s [Share],
) -> Option<(&'s Share, i128, i128)> {
    let first = article.numbers.get(list.items.start)?;
    let (measure, words) = (first.measure, article.around(sentence, first.span));
    let from = shares.partition_point(|share| share.sentence + 3 < list.sentence);
    let near = shares.iter().skip(from).take_while(|share| share.sentence <= list.sentence + 3).take(20);
    near.filter(|share| !list.items.contains(&share.count)).find_map(|share| {
        let (low, high) = share.totals.filter(|(low, high)| high - low < 3)?;
        let other = article.sentences.get(share.sentence)?;
        let close = other.paragraph.abs_diff(sentence.paragraph) <= 1;
        let count = article.numbers.get(share.count)?;
        let same = count.measure == measure && measure == Measure::Persons;
        let others = article.around(other, count.span);
        let common = SUBJECTS.iter().any(|word| words.contains(word) && others.contains(word));
        // Fewer than the total says nothing: the list need not be of everybody. A quarter of it is of somebody else.
        let about = list.sum.1 >= Exact::of(low) && list.sum.0 <= Exact::of(high.saturating_mul(2));
        (close && same && common && about).then_some((share, low, high))
    })
}

fn against_implied(
    article: &Article,
    told: &Told,
    share: &Share,
    (low, high): (i128, i128),
    mut places: Vec<Span>,
) -> Finding {
    let (count, percent) = (article.told(share.count), article.told(share.percent));
    places.extend(
        [share.count, share.percent].iter().filter_map(|at| article.numbers.get(*at)).map(|one| one.span),
    );
    let (terms, sum) = (&told.terms, &told.sum);
    let total = if low == high { low.to_string() } else { format!("{low}至{high}") };
    if told.range.0 <= Exact::of(high) && told.range.1 >= Exact::of(low) {
        let message = format!("{terms}＝{sum}，与按{count}占{percent}推算的总数{total}相符。");
        return Finding::new(Level::Right, Kind::Sum, places, message);
    }
    let more = told.range.0.minus(Exact::of(high));
    let message = format!(
        "{}项合计{terms}＝{sum}，而按{count}占{percent}推算，总数是{total}，多出{more}；如一人可算入几项，请写明“有重叠”，否则有误。",
        told.count
    );
    Finding::new(Level::Doubt, Kind::Sum, places, message)
}
