//! Shares that are written in words: `三分之二以上`, `近八成`, `八成五`.

use super::super::exact::Exact;
use super::super::numerals::{is_numeral, whole};
use super::super::text::Span;
use super::super::units::Measure;
use super::{Number, Quantity, Reader};

/// What makes another word of 成: 八成立, 三成员.
const OTHER_WORDS: &str = "员立为功就果长年绩效分本都熟品型交份套片";

impl Reader<'_> {
    /// The share that the numeral from `at` to `next` begins, and where it ends.
    pub(super) fn share(&self, at: usize, next: usize, numeral: &str) -> Option<(Quantity, usize)> {
        let first = whole(numeral)?;
        let (number, end) = match self.follows(next, &["分之"]) {
            Some(begin) => self.fraction(first, begin)?,
            None => self.tenths(first, next)?,
        };
        // 近, 不到 stand before; 以上, 多 follow as after years.
        let (sense, end) = self.sense(at, end, true);
        let span = Span::new(self.place(at), self.place(end));
        Some((Self::made(span, number, sense, Measure::Percent), end))
    }

    /// So many of equal parts. It is meant to a percent: who writes 三分之二 has rounded.
    fn fraction(&self, parts: i64, begin: usize) -> Option<(Number, usize)> {
        let rest = self.characters.iter().skip(begin).map(|(_, character)| *character);
        let run: String = rest.take_while(|one| is_numeral(*one)).collect();
        let taken = whole(&run).filter(|taken| (1..parts).contains(taken))?;
        let share = Exact::HUNDRED.part(taken, parts)?;
        let end = begin + run.chars().count();
        Some((Self::worded(share, Exact::whole(1), end), end))
    }

    /// So many tenths, and hundredths after them.
    fn tenths(&self, tenths: i64, next: usize) -> Option<(Number, usize)> {
        let after = self.follows(next, &["成"]).filter(|_| (1..=9).contains(&tenths))?;
        let other = self.character(after).is_some_and(|next| OTHER_WORDS.contains(next));
        if other {
            return None;
        }
        let hundredths = self.character(after).and_then(|one| whole(&one.to_string()));
        Some(match hundredths.filter(|one| (1..=9).contains(one)) {
            Some(hundredths) => {
                (Self::worded(Exact::whole(tenths * 10 + hundredths), Exact::whole(1), after + 1), after + 1)
            }
            None => (Self::worded(Exact::whole(tenths * 10), Exact::whole(10), after), after),
        })
    }

    const fn worded(value: Exact, step: Exact, next: usize) -> Number {
        Number { value, step, decimals: 0, four_digits: false, numeral: true, next }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sense, read};

    #[track_caller]
    fn reads(text: &str, quantity: &str, [low, high]: [&str; 2], sense: Sense) {
        let all = read(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        let (one, range) = (&all[0], all[0].range());
        assert_eq!((&text[one.span.from..one.span.to], one.sense), (quantity, sense), "{text}");
        assert_eq!([range.0.to_string(), range.1.to_string()], [low, high], "{text}");
        assert_eq!(one.measure.code(), "percent");
    }

    #[test]
    fn shares_in_words_are_percentages() {
        reads("占总数的三分之一，", "三分之一", ["32.833333", "33.833333"], Sense::Plain);
        reads("四分之三的村", "四分之三", ["74.5", "75.5"], Sense::Plain);
        reads("八成党员", "八成", ["75", "85"], Sense::Plain);
        reads("近八成", "八成", ["70", "80"], Sense::AtMost);
        reads("八成五的书记", "八成五", ["84.5", "85.5"], Sense::Plain);
        reads("七成多。", "七成多", ["70", "80"], Sense::Somewhat);
    }

    #[test]
    fn at_least_a_share_has_no_upper_end() {
        let of = |text: &str| {
            read(text).iter().map(|one| (one.sense, one.range().0.to_string())).collect::<Vec<_>>()
        };
        assert_eq!(of("三分之二以上同意"), [(Sense::AtLeast, "66.666666".to_owned())]);
        assert_eq!(of("六成以上"), [(Sense::AtLeast, "60".to_owned())]);
    }

    #[test]
    fn what_only_looks_like_a_share_is_left_out() {
        for text in ["八成立", "三成员", "一分之三", "三分之三", "第三成", "八成分", "十成"]
        {
            assert!(read(text).is_empty(), "{text}: {:?}", read(text));
        }
    }
}
