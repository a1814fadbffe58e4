//! Finds the numbers of a text with what they count: `228名`, `67.06%`, `9.7个百分点`, `650余人`, `4.2万户`, `五年`,
//! `三分之二`, `八成`.
//!
//! One pass over the text. What is no quantity is left out: ordinals (第三批), names (1+3+5, 9·18), ranges (30—40人),
//! identifiers (more than twelve digits), numbers without a measure word.

mod fractions;

use super::exact::Exact;
use super::numerals::{decimals, is_numeral, whole};
use super::text::Span;
use super::units::{Measure, measure};

/// How a number is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// As it stands, rounded to its last place.
    Plain,
    /// 余, 多: that much and less than one more of its last place.
    Somewhat,
    /// 以上, 超过: that much or more.
    AtLeast,
    /// 近, 不足, 以下: at most that much.
    AtMost,
    /// 约, 左右: a twentieth to either side.
    About,
}

/// A number of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Where it stands, with its measure word.
    pub span: Span,
    /// The number.
    pub value: Exact,
    /// What its last printed place is worth.
    pub step: Exact,
    /// How many decimals are printed.
    pub decimals: usize,
    /// How it is meant.
    pub sense: Sense,
    /// What it counts.
    pub measure: Measure,
}

impl Quantity {
    /// The least and the greatest true value that it admits.
    #[must_use]
    pub fn range(&self) -> (Exact, Exact) {
        let (value, one) = (self.value, Exact::whole(1));
        let tail = || value.last_place(self.step);
        match self.sense {
            // A whole number of people or things that was not rounded to thousands is itself.
            Sense::Plain if self.step == one && !self.measure.is_rounded() => (value, value),
            Sense::Plain => (value.minus(self.step.half()), value.plus(self.step.half())),
            Sense::Somewhat if self.step < one || self.measure.is_rounded() => (value, value.plus(tail())),
            Sense::Somewhat => (value, value.plus(tail()).minus(one)),
            Sense::AtLeast => (value, Exact::ENDLESS),
            Sense::AtMost => (value.minus(tail()), value),
            Sense::About => (value.minus(value.twentieth()), value.plus(value.twentieth())),
        }
    }

    /// Whether it can be this value.
    #[must_use]
    pub fn admits(&self, value: Exact) -> bool {
        let (low, high) = self.range();
        (low..=high).contains(&value)
    }

    /// Whether it is exact: what it says can be held against it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.sense == Sense::Plain
    }
}

/// The numbers of a text, in order.
pub(super) fn read(text: &str) -> Vec<Quantity> {
    let reader = Reader { text, characters: text.char_indices().collect() };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(character) = reader.character(at) {
        let (quantity, next) = if character.is_ascii_digit() {
            reader.arabic(at)
        } else if is_numeral(character) {
            reader.numeral(at)
        } else {
            (None, at + 1)
        };
        found.extend(quantity);
        at = next.max(at + 1);
    }
    found
}

struct Reader<'t> {
    text: &'t str,
    characters: Vec<(usize, char)>,
}

/// A number without what stands around it.
#[derive(Clone, Copy)]
struct Number {
    value: Exact,
    step: Exact,
    decimals: usize,
    /// Written as four digits and nothing else: perhaps a year.
    four_digits: bool,
    numeral: bool,
    /// Where the number ends.
    next: usize,
}

impl Reader<'_> {
    fn character(&self, at: usize) -> Option<char> {
        self.characters.get(at).map(|(_, character)| *character)
    }

    fn before(&self, at: usize) -> Option<char> {
        self.character(at.checked_sub(1)?)
    }

    fn place(&self, at: usize) -> usize {
        self.characters.get(at).map_or(self.text.len(), |(place, _)| *place)
    }

    fn rest(&self, at: usize) -> &str {
        self.text.get(self.place(at)..).unwrap_or_default()
    }

    fn follows(&self, at: usize, words: &[&str]) -> Option<usize> {
        let word = words.iter().find(|word| self.rest(at).starts_with(*word))?;
        Some(at + word.chars().count())
    }

    /// Whether what stands before ends with one of some words.
    fn precedes(&self, at: usize, words: &[&str]) -> bool {
        let before = self.text.get(..self.place(at)).unwrap_or_default();
        words.iter().any(|word| before.ends_with(word))
    }

    fn digits(&self, at: usize) -> (String, usize) {
        let run = self.characters.iter().skip(at).map(|(_, character)| *character);
        let digits: String = run.take_while(char::is_ascii_digit).collect();
        let next = at + digits.len();
        (digits, next)
    }

    /// Digits, with commas between each three, and decimals.
    fn number(&self, at: usize) -> (Option<Number>, usize) {
        let (mut whole, mut next) = self.digits(at);
        let bare = whole.len();
        while (1..=3).contains(&bare) && self.character(next) == Some(',') {
            let (three, after) = self.digits(next + 1);
            if three.len() != 3 {
                break;
            }
            whole.push_str(&three);
            next = after;
        }
        let mut decimals = String::new();
        if self.character(next) == Some('.')
            && self.character(next + 1).is_some_and(|one| one.is_ascii_digit())
        {
            (decimals, next) = self.digits(next + 1);
        }
        let four_digits = bare == 4 && whole.len() == 4 && decimals.is_empty();
        let number = Exact::parse(&whole, &decimals).map(|value| Number {
            value,
            step: Exact::place(decimals.len()),
            decimals: decimals.len(),
            four_digits,
            numeral: false,
            next,
        });
        (number, next)
    }

    /// A number in digits.
    fn arabic(&self, at: usize) -> (Option<Quantity>, usize) {
        let (number, next) = self.number(at);
        let part_of_a_name =
            |other: char| other.is_ascii_alphabetic() || matches!(other, '+' | '＋' | '·' | '/' | '.' | '_');
        let named = self.before(at).is_some_and(|other| part_of_a_name(other) || other == '第')
            || self.character(next).is_some_and(part_of_a_name);
        let Some(number) = number.filter(|_| !named) else { return (None, next) };
        if let Some(range) = self.range(at, number) {
            return range;
        }
        self.quantity(at, number)
    }

    /// A number that a dash or 至 leads to another one: of years both are told, of anything else neither.
    fn range(&self, at: usize, first: Number) -> Option<(Option<Quantity>, usize)> {
        let mut second = self.follows(first.next, &["-", "—", "–", "－", "~", "～", "至", "到"])?;
        if self.character(second) == Some('—') {
            second += 1;
        }
        let (number, next) = self.number(second);
        let number = number?;
        if first.four_digits && number.four_digits && self.follows(next, &["年"]).is_some() {
            let span = Span::new(self.place(at), self.place(first.next));
            let year = Self::made(span, first, Sense::Plain, Measure::Year);
            return Some((Some(year), second));
        }
        Some((None, next))
    }

    /// A number in Chinese numerals.
    fn numeral(&self, at: usize) -> (Option<Quantity>, usize) {
        if let Some(next) = self.follows(at, &["百分之"]) {
            return self.hundredths(at, next);
        }
        let run: String = self
            .characters
            .iter()
            .skip(at)
            .map(|(_, character)| *character)
            .take_while(|one| is_numeral(*one))
            .collect();
        let next = at + run.chars().count();
        let named = self
            .before(at)
            .is_some_and(|other| matches!(other, '第' | '数' | '几' | '上' | '周' | '期' | '初'));
        if let Some((share, end)) = self.share(at, next, &run).filter(|_| !named) {
            return (Some(share), end);
        }
        let Some(value) = whole(&run).filter(|value| !named && *value >= 2) else { return (None, next) };
        let four_digits = run.chars().count() == 4 && (1900..=2100).contains(&value);
        let one = Exact::whole(1);
        let value = Exact::whole(value);
        self.quantity(at, Number { value, step: one, decimals: 0, four_digits, numeral: true, next })
    }

    /// What follows 百分之.
    fn hundredths(&self, at: usize, begin: usize) -> (Option<Quantity>, usize) {
        let (number, next) = if self.character(begin).is_some_and(|one| one.is_ascii_digit()) {
            self.number(begin)
        } else {
            self.spelt(begin)
        };
        let made = |number| {
            let (sense, end) = self.sense(at, next, false);
            Self::made(Span::new(self.place(at), self.place(end)), number, sense, Measure::Percent)
        };
        (number.map(made), next)
    }

    fn spelt(&self, begin: usize) -> (Option<Number>, usize) {
        let rest = self.characters.iter().skip(begin).map(|(_, character)| *character);
        let run: String = rest.take_while(|one| is_numeral(*one) || *one == '点').collect();
        let next = begin + run.chars().count();
        let (units, tail) = run.split_once('点').unwrap_or((&run, ""));
        let decimals = decimals(tail);
        let number = whole(units).zip(decimals).and_then(|(units, decimals)| {
            Some(Number {
                value: Exact::parse(&units.to_string(), &decimals)?,
                step: Exact::place(decimals.len()),
                decimals: decimals.len(),
                four_digits: false,
                numeral: true,
                next,
            })
        });
        (number, next)
    }

    /// The quantity that begins here: 余, 万, the measure word and what follows it.
    fn quantity(&self, at: usize, number: Number) -> (Option<Quantity>, usize) {
        let (mut next, mut somewhat) = (number.next, false);
        let (mut value, mut step) = (number.value, number.step);
        let (mut four_digits, mut decimals) = (number.four_digits, number.decimals);
        for _ in 0..2 {
            if let Some(after) = self.follows(next, &["余", "多"]) {
                (next, somewhat, four_digits) = (after, true, false);
            }
            let scale = match self.character(next) {
                Some('万') => 10_000,
                Some('亿') => 100_000_000,
                _ => continue,
            };
            (value, step, decimals) = (value.times(scale), step.times(scale), 0);
            (next, four_digits) = (next + 1, false);
        }
        let Some((found, length)) = measure(self.rest(next), number.numeral) else { return (None, next) };
        let word = self.rest(next).get(..length).unwrap_or_default().chars().count();
        let is_year = found == Measure::Years
            && four_digits
            && value >= Exact::whole(1900)
            && value <= Exact::whole(2100);
        let measure = if is_year { Measure::Year } else { found };
        let bounded =
            if matches!(measure, Measure::Years | Measure::Year | Measure::Date) { next } else { at };
        let long = matches!(measure, Measure::Years | Measure::Times | Measure::Age);
        let (sense, end) = self.sense(bounded, next + word, long);
        let sense = if somewhat { Sense::Somewhat } else { sense };
        let span = Span::new(self.place(at), self.place(end));
        let number = Number { value, step, decimals, ..number };
        (Some(Self::made(span, number, sense, measure)), end)
    }

    /// How a number is meant, by what stands before it and behind its measure word; and where that ends. Before years
    /// 近 says "the last", and nothing is asked: there `at` is where the measure word stands. `long`: 多 may follow the
    /// measure word (五年多), where after others it begins another word (3人多次).
    fn sense(&self, at: usize, end: usize, long: bool) -> (Sense, usize) {
        if let Some(after) = self.follows(end, &["以上", "及以上"]) {
            return (Sense::AtLeast, after);
        }
        if let Some(after) = self.follows(end, &["以下", "及以下", "以内"]) {
            return (Sense::AtMost, after);
        }
        if let Some(after) = self.follows(end, &["左右", "上下"]) {
            return (Sense::About, after);
        }
        if let Some(after) = self.follows(end, &["余", "多"]).filter(|_| long) {
            return (Sense::Somewhat, after);
        }
        let sense = if self.precedes(at, &["至少", "不少于", "不低于", "超过", "超", "逾", "突破"])
        {
            Sense::AtLeast
        } else if self.precedes(at, &["不足", "不到", "近", "接近", "至多", "最多", "不超过", "不高于"])
        {
            Sense::AtMost
        } else if self.precedes(at, &["约", "大约", "约为"]) {
            Sense::About
        } else {
            Sense::Plain
        };
        (sense, end)
    }

    const fn made(span: Span, number: Number, sense: Sense, measure: Measure) -> Quantity {
        Quantity { span, value: number.value, step: number.step, decimals: number.decimals, sense, measure }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::across::articles::numerals::tests::written;

    fn found(text: &str) -> Vec<(String, String, Sense, &'static str)> {
        let told = |one: &Quantity| {
            (
                text[one.span.from..one.span.to].to_owned(),
                one.value.to_string(),
                one.sense,
                one.measure.code(),
            )
        };
        read(text).iter().map(told).collect()
    }

    #[track_caller]
    fn reads(text: &str, quantity: &str, value: &str, sense: Sense, measure: &'static str) {
        assert_eq!(found(text), [(quantity.to_owned(), value.to_owned(), sense, measure)], "{text}");
    }

    #[test]
    fn numbers_are_read_with_what_they_count() {
        reads("满票当选的228名", "228名", "228", Sense::Plain, "persons");
        reads("占67.06%，", "67.06%", "67.06", Sense::Plain, "percent");
        reads("平均年龄44.25岁", "44.25岁", "44.25", Sense::Plain, "age");
        reads("提高9.7个百分点", "9.7个百分点", "9.7", Sense::Plain, "points");
        reads("组织1,325人次", "1,325人次", "1325", Sense::Plain, "person-times");
        reads("志愿者50余万人次", "50余万人次", "500000", Sense::Somewhat, "person-times");
        reads("1.6万余名党员", "1.6万余名", "16000", Sense::Somewhat, "persons");
        reads("650余人", "650余人", "650", Sense::Somewhat, "persons");
        reads("至少30%的党员", "30%", "30", Sense::AtLeast, "percent");
        reads("达到95%以上", "95%以上", "95", Sense::AtLeast, "percent");
        reads("近1万名机关党员", "1万名", "10000", Sense::AtMost, "persons");
        reads("约300人", "300人", "300", Sense::About, "persons");
        reads("用五年时间", "五年", "5", Sense::Plain, "years");
        reads("近五年来", "五年", "5", Sense::Plain, "years");
        reads("2022年度表现", "2022年", "2022", Sense::Plain, "year");
        reads("百分之六十七点零六", "百分之六十七点零六", "67.06", Sense::Plain, "percent");
        reads("一千二百三十四人", "一千二百三十四人", "1234", Sense::Plain, "persons");
        reads("二十余名", "二十余名", "20", Sense::Somewhat, "persons");
        reads("投入8000万元", "8000万元", "80000000", Sense::Plain, "money");
    }

    #[test]
    fn what_is_no_number_of_something_is_left_out() {
        for text in [
            "“1+3+5”党建责任清单",
            "“2+1”联系帮带",
            "“6·28”大暴雨",
            "第三批",
            "省第十二次党代会",
            "四个意识",
            "三会一课",
            "十四五规划",
            "一大批",
            "30—40人",
            "尼龙66一体化",
            "G348国道",
            "500237199002030018号",
            "百余名",
            "万人",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn years_with_a_dash_are_two() {
        let years: Vec<String> = found("《2019—2023年全国规划》").into_iter().map(|one| one.1).collect();
        assert_eq!(years, ["2019", "2023"]);
    }

    #[test]
    fn a_number_admits_what_rounds_to_it() {
        let range = |text: &str| {
            let (low, high) = read(text)[0].range();
            format!("{low} {high}")
        };
        assert_eq!(range("228名"), "228 228");
        assert_eq!(range("67.06%"), "67.055 67.065");
        assert_eq!(range("40%"), "39.5 40.5");
        assert_eq!(range("8000余人"), "8000 8999");
        assert_eq!(range("4.7万户"), "46500 47500");
        assert_eq!(range("近1万名"), "0 10000");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(
            whole in 0_i64..1_000_000_000,
            decimals in "[0-9]{0,4}",
            commas: bool,
            some: bool,
            unit in 0_usize..6,
        ) {
            let unit = ["名", "人次", "%", "岁", "个百分点", "户"][unit];
            let mut digits = whole.to_string();
            if commas {
                for at in (1..digits.len()).rev().filter(|at| (digits.len() - at) % 3 == 0).collect::<Vec<_>>() {
                    digits.insert(at, ',');
                }
            }
            let point = if decimals.is_empty() { "" } else { "." };
            let some = if some { "余" } else { "" };
            let printed = format!("{digits}{point}{decimals}{some}{unit}");
            let text = format!("共有{printed}，其中");
            let all = read(&text);
            prop_assert_eq!(all.len(), 1, "{}", text);
            prop_assert_eq!(&text[all[0].span.from..all[0].span.to], printed);
            prop_assert_eq!(all[0].value, Exact::parse(&whole.to_string(), &decimals).unwrap());
            prop_assert_eq!(all[0].sense == Sense::Somewhat, !some.is_empty());
        }

        #[test]
        fn what_is_written_in_numerals_is_read_back(number in 2_i64..100_000_000) {
            let text = format!("选派{}名干部", written(number));
            let all = read(&text);
            prop_assert_eq!(all.len(), 1, "{}", text);
            prop_assert_eq!(all[0].value, Exact::whole(number));
        }

        #[test]
        fn any_text_is_read_without_failing(text in "\\PC{0,60}") {
            for one in read(&text) {
                prop_assert!(text.get(one.span.from..one.span.to).is_some());
            }
        }
    }
}
