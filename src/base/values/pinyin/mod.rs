//! Pinyin of names: the key by which they are sorted and the keys by which they are found.
//!
//! PostgreSQL under row-level security uses an index for plain comparisons only (design D4), so whatever may
//! be typed into a search box is stored as a key of its own and found as a prefix: the characters, the full
//! pinyin and the initials, each in every reading that the name may have.

mod readings;
mod surnames;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::text::half_width;

/// The most full-pinyin keys for one name. Three characters with three readings each stay below it.
const MOST_COMBINATIONS: usize = 32;

/// The keys of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinyinKeys {
    /// Syllables with a space between, in the surname's own reading: `zhang wei`. Sort by it.
    pub sort: String,
    /// What a prefix search looks at, without doubles: characters, full pinyin, initials.
    pub search: Vec<String>,
}

impl PinyinKeys {
    /// The keys of a person's name: its first one or two characters are read as a surname.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::from_syllables(name, name_readings(name))
    }

    /// The keys of any other text: an organisation, an entry of a code table.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self::from_syllables(text, text_readings(text))
    }

    fn from_syllables(text: &str, mut readings: Vec<Vec<String>>) -> Self {
        let first = |options: &Vec<String>| options.first().cloned().unwrap_or_default();
        let sort = readings.iter().map(first).collect::<Vec<_>>().join(" ");
        bound(&mut readings);
        let mut search = vec![normalise_query(text)];
        for options in combinations(&readings) {
            search.push(options.concat());
        }
        let initials: Vec<Vec<String>> = readings.iter().map(|options| heads(options)).collect();
        for options in combinations(&initials) {
            search.push(options.concat());
        }
        let mut seen = std::collections::HashSet::new();
        search.retain(|key| !key.is_empty() && seen.insert(key.clone()));
        Self { sort, search }
    }
}

/// The key to sort a person's name by: `zhang wei`.
#[must_use]
pub fn sort_key(name: &str) -> String {
    PinyinKeys::of_name(name).sort
}

/// Every key by which a person's name is found as a prefix.
#[must_use]
pub fn search_keys(name: &str) -> Vec<String> {
    PinyinKeys::of_name(name).search
}

/// What was typed, in the form of the keys: half-width, lower case, without blanks, apostrophes, hyphens and
/// dots; `ü`, `u:` and the `yu` of passports (`Lyu`) are `v`, as in the keys. The ID letter `X` becomes `x`.
#[must_use]
pub fn normalise_query(query: &str) -> String {
    half_width(query)
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|character| !is_left_out(*character))
        .map(|character| match character {
            'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'v',
            other => other,
        })
        .collect::<String>()
        .replace("u:", "v")
        .replace("lyu", "lv")
}

/// Characters that no key contains.
fn is_left_out(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || super::text::is_invisible(character)
        || matches!(
            character,
            '\'' | '`' | '\u{2018}' | '\u{2019}' | '-' | '.' | '\u{b7}' | '\u{2022}' | '\u{30fb}'
            | '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}'
        )
}

fn name_readings(name: &str) -> Vec<Vec<String>> {
    let letters: Vec<char> = name.chars().filter(|c| !is_left_out(*c)).collect();
    let start: String = letters.iter().take(2).collect();
    let compound = surnames::COMPOUND.iter().find(|(surname, _)| *surname == start && letters.len() > 2);
    let mut readings: Vec<Vec<String>> = letters.iter().map(|c| char_readings(*c)).collect();
    if let Some((_, pinyin)) = compound {
        for (options, reading) in readings.iter_mut().zip(pinyin.split(' ')) {
            prefer(options, &[reading]);
        }
    } else if let (Some(first), Some(options)) = (letters.first(), readings.first_mut())
        && let Some((_, own)) = surnames::SINGLE.iter().find(|(c, _)| c == first)
    {
        prefer(options, own);
    }
    readings
}

fn text_readings(text: &str) -> Vec<Vec<String>> {
    text.chars().filter(|character| !is_left_out(*character)).map(char_readings).collect()
}

/// Puts `own` in front of the other readings.
fn prefer(options: &mut Vec<String>, own: &[&str]) {
    options.retain(|option| !own.contains(&option.as_str()));
    options.splice(0..0, own.iter().map(|reading| (*reading).to_owned()));
}

/// The living readings of a character without tones, the usual one first; of a character without pinyin, itself.
fn char_readings(character: char) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    for reading in dictionary(character) {
        let reading = reading.replace('ü', "v");
        // Whoever does not know of `v` types `lu` for 吕.
        let loose = reading.replace('v', "u");
        for option in [reading, loose] {
            if !options.contains(&option) {
                options.push(option);
            }
        }
    }
    if options.is_empty() {
        options.push(character.to_lowercase().collect());
    }
    options
}

fn dictionary(character: char) -> Vec<&'static str> {
    if let Some((_, living)) = readings::SEVERAL.iter().find(|(own, _)| *own == character) {
        return living.to_vec();
    }
    let first = character.to_pinyin().map(|reading| reading.plain());
    if readings::ONE.contains(character) {
        return first.into_iter().collect();
    }
    let others = character.to_pinyin_multi().into_iter().flatten().map(|reading| reading.plain());
    first.into_iter().chain(others).collect()
}

/// Drops the rarest readings, of later characters first, until the combinations are few enough.
fn bound(readings: &mut [Vec<String>]) {
    let product = |readings: &[Vec<String>]| {
        readings.iter().fold(1usize, |product, options| product.saturating_mul(options.len()))
    };
    while product(readings) > MOST_COMBINATIONS {
        let Some(most) = readings.iter_mut().max_by_key(|options| options.len()) else {
            return;
        };
        most.pop();
    }
}

fn combinations(readings: &[Vec<String>]) -> Vec<Vec<&str>> {
    readings.iter().fold(vec![Vec::new()], |combinations, options| {
        combinations
            .iter()
            .flat_map(|start| {
                options.iter().map(move |option| {
                    let mut longer = start.clone();
                    longer.push(option.as_str());
                    longer
                })
            })
            .collect()
    })
}

fn heads(options: &[String]) -> Vec<String> {
    let mut heads: Vec<String> =
        options.iter().filter_map(|option| option.chars().next().map(String::from)).collect();
    heads.sort();
    heads.dedup();
    heads
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str, query: &str) -> bool {
        let query = normalise_query(query);
        search_keys(name).iter().any(|key| key.starts_with(&query))
    }

    #[test]
    fn names_sort_by_the_surname_in_its_own_reading() {
        for (name, key) in [
            ("张伟", "zhang wei"),
            ("单田芳", "shan tian fang"),
            ("曾国藩", "zeng guo fan"),
            ("仇英", "qiu ying"),
            ("解缙", "xie jin"),
            ("查良镛", "zha liang yong"),
            ("尉迟恭", "yu chi gong"),
            ("尉健行", "wei jian xing"),
            ("欧阳修", "ou yang xiu"),
            ("万俟卨", "mo qi xie"),
            ("任重", "ren zhong"),
            ("吕布", "lv bu"),
        ] {
            assert_eq!(sort_key(name), key);
        }
    }

    #[test]
    fn a_person_is_found_by_name_pinyin_and_initials() {
        for query in ["张", "张伟", "zhang", "zhangwei", "Zhang Wei", "zhang'wei", "zw", "ＺＷ", "z"] {
            assert!(found("张伟", query), "{query}");
        }
        for query in ["li", "zl", "伟", "wei"] {
            assert!(!found("张伟", query), "{query}");
        }
    }

    #[test]
    fn every_reading_finds() {
        for (name, queries) in [
            ("单雄信", ["shanxiongxin", "danxiong", "sxx", "dxx"]),
            ("曾志伟", ["zengzhiwei", "cengzhi", "zzw", "czw"]),
            ("李重庆", ["lichongqing", "lizhongqing", "lcq", "lzq"]),
            ("吕方", ["lvfang", "lüfang", "lufang", "LYU FANG"]),
            ("尉迟敬德", ["yuchijingde", "weichi", "ycjd", "尉迟"]),
        ] {
            for query in queries {
                assert!(found(name, query), "{name} {query}");
            }
        }
    }

    #[test]
    fn readings_of_the_classics_find_nobody() {
        assert_eq!(search_keys("王方平"), ["王方平", "wangfangping", "wfp"]);
        assert!(!found("王伟", "yu") && !found("方大平", "pang"));
    }

    #[test]
    fn the_tables_of_readings_begin_with_the_usual_one() {
        for (character, living) in readings::SEVERAL {
            let usual = character.to_pinyin().map(|reading| reading.plain());
            assert_eq!(living.first().copied(), usual, "{character}");
            assert!(living.len() > 1 && !readings::ONE.contains(*character));
        }
        for character in readings::ONE.chars() {
            assert!(character.to_pinyin_multi().is_some_and(|all| all.count() > 1), "{character}");
            assert_eq!(readings::ONE.matches(character).count(), 1, "{character}");
        }
    }

    #[test]
    fn rare_characters_and_dots_do_not_hinder() {
        assert!(found("买买提·吐尔逊", "maimaitituerxun"));
        assert!(found("买买提·吐尔逊", "买买提吐"));
        assert!(found("买买提·吐尔逊", "买买提•吐"));
        let keys = PinyinKeys::of_name("王\u{e000}");
        assert_eq!(keys.sort, "wang \u{e000}");
        assert!(keys.search.contains(&"王\u{e000}".to_owned()));
    }

    #[test]
    fn the_table_of_surnames_holds_only_what_the_usual_reading_misses() {
        for (surname, own) in surnames::SINGLE {
            let usual = char_readings(*surname);
            let first: Vec<&str> = usual.iter().map(String::as_str).take(own.len()).collect();
            assert_ne!(&first, own, "{surname}");
        }
        let unique: std::collections::HashSet<_> = surnames::SINGLE.iter().map(|(c, _)| c).collect();
        assert_eq!(unique.len(), surnames::SINGLE.len());
    }

    proptest! {
        #[test]
        fn keys_are_few_and_without_doubles(name in "[\u{4e00}-\u{9fa5}]{2,50}") {
            let keys = search_keys(&name);
            let mut unique = keys.clone();
            unique.sort();
            unique.dedup();
            prop_assert_eq!(unique.len(), keys.len());
            prop_assert!(keys.len() <= 2 * MOST_COMBINATIONS + 1);
            prop_assert!(keys.contains(&name));
        }

        #[test]
        fn a_name_is_always_found_by_its_own_sort_key(name in "[\u{4e00}-\u{9fa5}]{2,6}") {
            prop_assert!(found(&name, &sort_key(&name)));
        }

        #[test]
        fn normalising_twice_changes_nothing(query in "\\PC{0,16}") {
            let once = normalise_query(&query);
            prop_assert_eq!(normalise_query(&once), once);
        }
    }
}
