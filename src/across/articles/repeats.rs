//! What is printed twice: sentences, and runs of clauses that go over several sentences.

use std::collections::HashMap;

use super::article::{Article, is_comma};
use super::finding::{Finding, Kind, Level};
use super::text::Span;

/// A sentence of fewer characters may well be said twice.
const LONG: usize = 20;

/// Two sentences that differ in nothing but their numbers must be so long to be told of.
const LONG_WITH_NUMBERS: usize = 24;

/// Characters of a repeated part that a message quotes.
const QUOTED: usize = 18;

/// Marks the sentences that only repeat another; what is to be said of them.
pub(super) fn mark(article: &mut Article) -> Vec<Finding> {
    let (repeats, findings) = find(article);
    for (sentence, is_repeat) in article.sentences.iter_mut().zip(repeats) {
        sentence.is_repeat = is_repeat;
    }
    findings
}

/// Which sentences only repeat another, and what is to be said of them. One pass: a table of sentences by their letters.
fn find(article: &Article) -> (Vec<bool>, Vec<Finding>) {
    let mut first: HashMap<String, Vec<usize>> = HashMap::new();
    let mut masked: HashMap<String, Vec<usize>> = HashMap::new();
    let mut repeats = vec![false; article.sentences.len()];
    let mut order: Vec<String> = Vec::new();
    for (at, sentence) in article.sentences.iter().enumerate() {
        let key = key(article.words(sentence.span));
        if key.chars().count() < LONG {
            continue;
        }
        let places = first.entry(key.clone()).or_default();
        if places.is_empty() {
            let mask: String = key.chars().map(|one| if one.is_ascii_digit() { '#' } else { one }).collect();
            if mask.contains('#') && mask.chars().count() >= LONG_WITH_NUMBERS {
                masked.entry(mask).or_default().push(at);
            }
            order.push(key);
        } else if let Some(repeats) = repeats.get_mut(at) {
            *repeats = true;
        }
        places.push(at);
    }
    let mut findings = Vec::new();
    let mut reported = vec![false; article.sentences.len()];
    for key in &order {
        let places = first.get(key).map(Vec::as_slice).unwrap_or_default();
        findings.extend(repeated(article, places, &first, &mut reported));
    }
    let mut alike: Vec<Vec<usize>> = masked.into_values().filter(|places| places.len() > 1).collect();
    alike.sort_unstable();
    findings.extend(alike.iter().map(|places| alike_but_for_numbers(article, places)));
    (repeats, findings)
}

/// Letters and digits alone: punctuation and quotes may differ.
fn key(words: &str) -> String {
    words.chars().filter(|one| one.is_alphanumeric() || matches!(one, '%' | '.')).collect()
}

/// One finding for a sentence that stands several times, with the sentences that follow it each time: a paragraph that
/// stands twice is told of once.
fn repeated(
    article: &Article,
    places: &[usize],
    all: &HashMap<String, Vec<usize>>,
    reported: &mut [bool],
) -> Option<Finding> {
    let (&begin, rest) = places.split_first()?;
    if rest.is_empty() || reported.get(begin).copied().unwrap_or(true) {
        return None;
    }
    let mut length = 1;
    while follows(article, begin + length, places, all) {
        length += 1;
    }
    for done in reported.iter_mut().skip(begin).take(length) {
        *done = true;
    }
    let span = |from: usize| {
        let begin = article.sentences.get(from)?.span.from;
        Some(Span::new(begin, article.sentences.get(from + length - 1)?.span.to))
    };
    let original = span(begin)?;
    // What stands before may be the same back to a comma: the first sentence need not be the same from its beginning.
    let spans: Vec<Span> = rest.iter().filter_map(|place| span(*place)).chain([original]).collect();
    let words = article.words(original);
    let quoted: String = words.chars().take(QUOTED).collect();
    let numbers = article.sentences.iter().skip(begin).take(length).any(|one| !one.numbers.is_empty());
    let counted = if numbers { "其中的数字只能算一次；" } else { "" };
    let message = format!("“{quoted}…”在文中出现{}次，文字相同；{counted}请删去重复的部分。", places.len());
    Some(Finding::new(Level::Doubt, Kind::Repeated, spans, message))
}

/// Whether the sentence `next` stands as often as those before it, each time right after them.
fn follows(article: &Article, next: usize, places: &[usize], all: &HashMap<String, Vec<usize>>) -> bool {
    let Some(begin) = places.iter().copied().next() else { return false };
    let Some(sentence) = article.sentences.get(next) else { return false };
    let Some(others) = all.get(&key(article.words(sentence.span))) else { return false };
    others.len() == places.len()
        && others.iter().zip(places).all(|(other, place)| other - place == next - begin)
}

fn alike_but_for_numbers(article: &Article, places: &[usize]) -> Finding {
    let spans: Vec<Span> =
        places.iter().rev().filter_map(|at| article.sentences.get(*at)).map(|one| one.span).collect();
    let quoted: String =
        spans.iter().rev().take(1).flat_map(|span| article.words(*span).chars().take(QUOTED)).collect();
    let quoted = quoted.trim_end_matches(is_comma);
    let message = format!("“{quoted}…”在文中有{}处，只有数字不同；请核对以哪处为准。", places.len());
    Finding::new(Level::Doubt, Kind::Repeated, spans, message)
}
