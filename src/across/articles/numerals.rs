//! Chinese numerals: `一千二百零三`, `二〇二三`, `六十七点零六`.

/// Whether a numeral may hold this character.
pub(super) const fn is_numeral(character: char) -> bool {
    digit(character).is_some() || matches!(character, '十' | '百' | '千' | '万' | '亿')
}

const fn digit(character: char) -> Option<i64> {
    Some(match character {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// The whole number of a numeral; none for what is no number (`三四`, `万`).
pub(super) fn whole(text: &str) -> Option<i64> {
    if text.chars().all(|character| digit(character).is_some()) {
        return spelt(text);
    }
    if text.starts_with(['百', '千', '万', '亿']) {
        return None;
    }
    // What is above ten thousand, below it, and the digit that waits for its rank.
    let (mut total, mut section, mut waiting): (i64, i64, Option<i64>) = (0, 0, None);
    for character in text.chars() {
        if let Some(value) = digit(character) {
            if waiting.is_some_and(|waiting| waiting != 0) {
                return None;
            }
            waiting = Some(value);
            continue;
        }
        let rank = match character {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            '万' => 10_000,
            '亿' => 100_000_000,
            _ => return None,
        };
        if rank < 10_000 {
            section += waiting.take().filter(|value| *value != 0).unwrap_or(1) * rank;
        } else {
            let below = section + waiting.take().unwrap_or(0);
            total = (total + below).checked_mul(rank)?;
            section = 0;
        }
    }
    Some(total + section + waiting.unwrap_or(0))
}

/// One digit after the other: one alone, or a year of four.
fn spelt(text: &str) -> Option<i64> {
    let digits: Vec<i64> = text.chars().filter_map(digit).collect();
    match digits.as_slice() {
        [one] => Some(*one),
        [_, _, _, _] => Some(digits.iter().fold(0, |number, digit| number * 10 + digit)),
        _ => None,
    }
}

/// The digits after `点`, as arabic ones.
pub(super) fn decimals(text: &str) -> Option<String> {
    text.chars().map(|character| digit(character).map(|digit| digit.to_string())).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A whole number below a hundred million, as it is written.
    pub(in crate::across::articles) fn written(number: i64) -> String {
        const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
        fn section(mut number: i64, first: bool) -> String {
            let mut text = String::new();
            let mut gap = false;
            for (rank, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
                let count = number / rank;
                number %= rank;
                if count == 0 {
                    gap = !text.is_empty() || !first;
                    continue;
                }
                if gap {
                    text.push('零');
                }
                gap = false;
                text.push_str(DIGITS[usize::try_from(count).unwrap()]);
                text.push_str(name);
            }
            text
        }
        if number == 0 {
            return "零".to_owned();
        }
        let (high, low) = (number / 10_000, number % 10_000);
        let mut text = String::new();
        if high > 0 {
            text.push_str(&section(high, true));
            text.push('万');
        }
        if low > 0 {
            text.push_str(&section(low, high == 0));
        }
        text
    }

    #[test]
    fn numerals_in_use_are_read() {
        for (text, number) in [
            ("五", 5),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("一百零五", 105),
            ("两千三百", 2300),
            ("一万二千", 12_000),
            ("二〇二三", 2023),
            ("三十四万", 340_000),
            ("一亿", 100_000_000),
        ] {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in ["万", "百", "三四", "三四十"] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(decimals("零六").as_deref(), Some("06"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 0_i64..100_000_000) {
            prop_assert_eq!(whole(&written(number)), Some(number), "{}", written(number));
        }
    }
}
