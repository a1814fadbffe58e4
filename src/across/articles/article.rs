//! A draft cut into sentences, with the numbers of each and the words around each number.

use std::ops::Range;

use super::exact::Exact;
use super::quantities::{Quantity, read};
use super::text::{Lines, Plain, Span};

/// A sentence.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    /// Where it stands.
    pub span: Span,
    /// Its paragraph, counted from 0.
    pub paragraph: usize,
    /// Its numbers, by their place in the list.
    pub numbers: Range<usize>,
    /// It stands in the text before, word for word.
    pub is_repeat: bool,
}

/// A draft, read.
#[derive(Debug)]
pub(super) struct Article {
    /// Its text, made plain.
    pub plain: Plain,
    /// Its numbers, in order.
    pub numbers: Vec<Quantity>,
    /// Its sentences, in order.
    pub sentences: Vec<Sentence>,
    /// Its plain counts by value: value, place in the list of numbers.
    by_value: Vec<(Exact, usize)>,
}

/// How far back and forward, in bytes, words belong to a number: about fifty and eighty characters.
const BACK: usize = 150;
const FORWARD: usize = 240;

/// How far, in bytes, a sentence is looked at around a place: four hundred characters.
const AROUND: usize = 1_200;

const ENDS: [char; 5] = ['。', '！', '？', '!', '?'];
const CLOSERS: [char; 7] = ['”', '’', '」', '』', '）', ')', '】'];

impl Article {
    /// Reads a draft.
    pub(super) fn read(original: &str, lines: Lines) -> Self {
        let plain = Plain::of(original, lines);
        let numbers = read(&plain.text);
        let sentences = sentences(&plain.text, &numbers);
        let counts = numbers.iter().enumerate().filter(|(_, one)| one.measure.counts() && one.is_plain());
        let mut by_value: Vec<(Exact, usize)> = counts.map(|(at, one)| (one.value, at)).collect();
        by_value.sort_unstable();
        Self { plain, numbers, sentences, by_value }
    }

    /// The sentences with their places, without those that only repeat another: what is said of a number is said once.
    pub(super) fn told_once(&self) -> impl Iterator<Item = (usize, &Sentence)> {
        self.sentences.iter().enumerate().filter(|(_, sentence)| !sentence.is_repeat)
    }

    /// The plain counts of the text between two values, both within.
    pub(super) fn counted(&self, low: Exact, high: Exact) -> impl Iterator<Item = usize> + '_ {
        let from = self.by_value.partition_point(|(value, _)| *value < low);
        self.by_value.iter().skip(from).take_while(move |(value, _)| *value <= high).map(|(_, at)| *at)
    }

    /// The words of a span.
    pub(super) fn words(&self, span: Span) -> &str {
        self.plain.text.get(span.from..span.to).unwrap_or_default()
    }

    /// The words of a number, with its measure word.
    pub(super) fn told(&self, number: usize) -> &str {
        self.numbers.get(number).map_or("", |one| self.words(one.span))
    }

    /// The words of a sentence around a span: all of it, unless it is longer than anybody would write.
    pub(super) fn around(&self, sentence: &Sentence, span: Span) -> &str {
        let text = &self.plain.text;
        let from = text.floor_char_boundary(span.from.saturating_sub(AROUND)).max(sentence.span.from);
        let to = text.floor_char_boundary(span.to.saturating_add(AROUND)).min(sentence.span.to);
        self.words(Span::new(from, to))
    }

    /// What stands between two numbers.
    pub(super) fn between(&self, left: usize, right: usize) -> &str {
        let (Some(left), Some(right)) = (self.numbers.get(left), self.numbers.get(right)) else { return "" };
        self.words(Span::new(left.span.to, right.span.from))
    }

    /// What stands before a number in its sentence, back to the number before it.
    pub(super) fn since_last(&self, sentence: &Sentence, number: usize) -> &str {
        let Some(one) = self.numbers.get(number) else { return "" };
        let last = number.checked_sub(1).filter(|last| sentence.numbers.contains(last));
        let from =
            last.and_then(|last| self.numbers.get(last)).map_or(sentence.span.from, |last| last.span.to);
        self.words(Span::new(from, one.span.from))
    }

    /// The words of its own clause before a number: back to the number before it, or to the last comma that stands in
    /// no brackets.
    pub(super) fn before(&self, sentence: &Sentence, number: usize) -> &str {
        let words = self.since_last(sentence, number);
        let mut depth = 0_i32;
        let mut from = 0;
        for (at, character) in words.char_indices().rev() {
            match character {
                '）' | ')' | '》' => depth += 1,
                '（' | '(' | '《' => depth -= 1,
                _ => {}
            }
            let far = words.len() - at > BACK;
            if far || depth <= 0 && is_comma(character) {
                from = at + character.len_utf8();
                break;
            }
        }
        words.get(from..).unwrap_or_default()
    }

    /// The words of its own clause after a number: up to the next number or the next comma that stands in no brackets.
    /// Enumerations (、) go on.
    pub(super) fn after(&self, sentence: &Sentence, number: usize) -> &str {
        let Some(one) = self.numbers.get(number) else { return "" };
        let next = Some(number + 1).filter(|next| sentence.numbers.contains(next));
        let to = next.and_then(|next| self.numbers.get(next)).map_or(sentence.span.to, |next| next.span.from);
        let words = self.words(Span::new(one.span.to, to));
        let mut depth = 0_i32;
        for (at, character) in words.char_indices() {
            match character {
                '（' | '(' | '《' => depth += 1,
                '）' | ')' | '》' => depth -= 1,
                _ => {}
            }
            if at > FORWARD || depth <= 0 && is_comma(character) && character != '、' {
                return words.get(..at).unwrap_or_default();
            }
        }
        words
    }
}

/// Whether a clause ends here.
pub(super) const fn is_comma(character: char) -> bool {
    matches!(character, '，' | ',' | '；' | ';' | '：' | ':' | '、' | '。' | '\n')
}

fn sentences(text: &str, numbers: &[Quantity]) -> Vec<Sentence> {
    let mut found = Vec::new();
    let (mut from, mut paragraph, mut first) = (0, 0, 0);
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let breaks = character == '\n';
        if !breaks && !ENDS.contains(&character) {
            continue;
        }
        let mut to = at + if breaks { 0 } else { character.len_utf8() };
        while let Some((at, closer)) = characters.next_if(|(_, next)| !breaks && CLOSERS.contains(next)) {
            to = at + closer.len_utf8();
        }
        add(&mut found, Span::new(from, to), paragraph, numbers, &mut first);
        from = if breaks { at + 1 } else { to };
        paragraph += usize::from(breaks);
    }
    add(&mut found, Span::new(from, text.len()), paragraph, numbers, &mut first);
    found
}

fn add(found: &mut Vec<Sentence>, span: Span, paragraph: usize, numbers: &[Quantity], first: &mut usize) {
    if span.from >= span.to {
        return;
    }
    let rest = numbers.iter().skip(*first);
    let last = *first + rest.take_while(|one| one.span.from < span.to).count();
    found.push(Sentence { span, paragraph, numbers: *first..last, is_repeat: false });
    *first = last;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_words_of_its_clause() {
        let text = "全县340个村（社区）换届。党组织书记中满票当选的228名，占67.06%；高中（中专、中技）及以上学历提升20%。";
        let article = Article::read(text, Lines::Wrapped);
        assert_eq!(article.sentences.len(), 2);
        let second = &article.sentences[1];
        assert_eq!(second.numbers, 1..4);
        assert_eq!(article.before(second, 1), "党组织书记中满票当选的");
        assert_eq!(article.before(second, 2), "占");
        assert_eq!(article.before(second, 3), "高中（中专、中技）及以上学历提升");
        assert_eq!(article.after(&article.sentences[0], 0), "村（社区）换届。".trim_end_matches('。'));
    }
}
