//! Which entries of a table come near to a word that is not in it.

use super::table::CodeEntry;
use crate::base::values::pinyin::PinyinKeys;

const MOST: usize = 3;
/// Longer words are no misspelling of an entry; the comparison stays cheap.
const LONGEST: usize = 20;

/// Up to three entries, the nearest first: those that share a character with the word or sound nearly alike.
pub fn nearest<'a>(entries: &'a [CodeEntry], word: &str) -> Vec<&'a CodeEntry> {
    let letters: Vec<char> = word.chars().take(LONGEST).collect();
    let sound: Vec<char> = sound_of(word);
    let mut scored: Vec<(usize, &CodeEntry)> = entries
        .iter()
        .filter_map(|entry| {
            let spellings = std::iter::once(&entry.name).chain(&entry.aliases);
            spellings
                .filter_map(|spelling| score(&letters, &sound, spelling))
                .min()
                .map(|score| (score, entry))
        })
        .collect();
    scored.sort_by_key(|(score, _)| *score);
    scored.into_iter().take(MOST).map(|(_, entry)| entry).collect()
}

fn score(letters: &[char], sound: &[char], spelling: &str) -> Option<usize> {
    let other: Vec<char> = spelling.chars().collect();
    let written = distance(letters, &other);
    let spoken = distance(sound, &sound_of(spelling));
    let shared = written < letters.len().max(other.len()) && written <= other.len();
    let alike = spoken <= 2 && sound.len() > 3;
    (shared || alike).then(|| written.saturating_mul(2).saturating_add(spoken))
}

fn sound_of(word: &str) -> Vec<char> {
    let short: String = word.chars().take(LONGEST).collect();
    PinyinKeys::of_text(&short).sort.chars().collect()
}

/// Levenshtein distance.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in (1usize..).zip(left) {
        let mut diagonal = above.saturating_sub(1);
        let mut last = above;
        let mut next = vec![above];
        for (other, up) in right.iter().zip(row.iter().skip(1)) {
            let substituted = diagonal.saturating_add(usize::from(letter != other));
            last = substituted.min(last.saturating_add(1)).min(up.saturating_add(1));
            next.push(last);
            diagonal = *up;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_changes() {
        let of = |left: &str, right: &str| {
            distance(&left.chars().collect::<Vec<_>>(), &right.chars().collect::<Vec<_>>())
        };
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("abc", "abc"), 0);
        assert_eq!(of("土加族", "土家族"), 1);
    }
}
