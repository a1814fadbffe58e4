//! Chance from a seed: the same seed gives the same county on every machine and in every release.
//!
//! Whole numbers only, and its own way from the generator's bits to a choice, so that no float and no change
//! in a library's sampling moves a single person.

use chrono::{Days, NaiveDate};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A stream of choices.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream `label` of a seed. Streams do not touch each other: more choices in one leave the others
    /// as they were.
    pub fn new(seed: u64, label: &str) -> Self {
        // FNV-1a spreads the label over 64 bits.
        let label = label.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut key = [0u8; 32];
        let parts = seed.to_le_bytes().into_iter().chain(label.to_le_bytes());
        for (slot, byte) in key.iter_mut().zip(parts) {
            *slot = byte;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `end - 1`; 0 when `end` is 0.
    pub fn below(&mut self, end: u32) -> u32 {
        let product = u64::from(self.0.next_u32()).wrapping_mul(u64::from(end));
        u32::try_from(product >> 32).unwrap_or_default()
    }

    /// A place in a list of `length`.
    pub fn place(&mut self, length: usize) -> usize {
        let end = u32::try_from(length).unwrap_or(u32::MAX);
        usize::try_from(self.below(end)).unwrap_or_default()
    }

    /// A number from `low` to `high`, both possible.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// True `share` times in ten thousand.
    pub fn per_myriad(&mut self, share: u32) -> bool {
        self.below(10_000) < share
    }

    /// One of the items, each as likely as the other.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let place = self.place(items.len());
        items.get(place)
    }

    /// One of the words; of an empty list, the empty word.
    pub fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// One of the letters of a text.
    pub fn letter(&mut self, letters: &str) -> char {
        let place = self.place(letters.chars().count());
        letters.chars().nth(place).unwrap_or('伟')
    }

    /// One of the items, by weight.
    pub fn weighted<'a, T>(&mut self, items: &'a [(T, u32)]) -> Option<&'a T> {
        let total = items.iter().fold(0u32, |sum, (_, weight)| sum.saturating_add(*weight));
        let mut left = self.below(total);
        for (item, weight) in items {
            if left < *weight {
                return Some(item);
            }
            left = left.saturating_sub(*weight);
        }
        None
    }

    /// Puts items into any order, each as likely as the other.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let other = self.place(end.saturating_add(1));
            items.swap(end, other);
        }
    }

    /// A day from `first` to `last`, both possible.
    pub fn day(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDate {
        let days = u32::try_from((last - first).num_days()).unwrap_or_default();
        let later = self.between(0, days);
        first.checked_add_days(Days::new(u64::from(later))).unwrap_or(first)
    }
}

/// Shares `total` among weights in whole parts that add up to it (largest remainders first).
pub fn shares(total: u32, weights: &[u32]) -> Vec<u32> {
    let sum = weights.iter().fold(0u64, |sum, weight| sum.saturating_add(u64::from(*weight))).max(1);
    let exact = |weight: &u32| u64::from(total).saturating_mul(u64::from(*weight));
    let mut parts: Vec<u32> = weights
        .iter()
        .map(|weight| u32::try_from(exact(weight).checked_div(sum).unwrap_or_default()).unwrap_or_default())
        .collect();
    let given = parts.iter().fold(0u32, |sum, part| sum.saturating_add(*part));
    let mut order: Vec<(u64, usize)> = weights
        .iter()
        .map(|weight| exact(weight).checked_rem(sum).unwrap_or_default())
        .zip(0usize..)
        .filter(|_| !weights.is_empty())
        .collect();
    // The larger remainder first; of equal ones the earlier.
    order.sort_by_key(|(remainder, place)| (std::cmp::Reverse(*remainder), *place));
    let missing = usize::try_from(total.saturating_sub(given)).unwrap_or_default();
    for (_, place) in order.into_iter().take(missing) {
        if let Some(part) = parts.get_mut(place) {
            *part = part.saturating_add(1);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_stream() {
        // Fixed numbers: they must not change with a library or a machine.
        let mut chance = Chance::new(1, "people");
        let drawn: Vec<u32> = (0..6).map(|_| chance.below(1000)).collect();
        assert_eq!(drawn, FIRST_OF_PEOPLE);
        let mut other = Chance::new(1, "events");
        assert_ne!((0..6).map(|_| other.below(1000)).collect::<Vec<_>>(), drawn);
    }

    const FIRST_OF_PEOPLE: [u32; 6] = [990, 415, 949, 727, 571, 773];

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::new(7, "weights");
        let items = [("rare", 1), ("never", 0), ("often", 9)];
        let drawn: Vec<&str> = (0..10_000).filter_map(|_| chance.weighted(&items).copied()).collect();
        let count = |word| drawn.iter().filter(|drawn| **drawn == word).count();
        assert!((850..1150).contains(&count("rare")), "{}", count("rare"));
        assert_eq!((count("never"), drawn.len()), (0, 10_000));
        assert_eq!(chance.weighted::<u8>(&[]), None);
    }

    #[test]
    fn shares_add_up() {
        assert_eq!(shares(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(shares(340, &[1; 340]), [1; 340]);
        let parts = shares(20_000, &(1..=340).collect::<Vec<_>>());
        assert_eq!(parts.iter().sum::<u32>(), 20_000);
        assert!(shares(5, &[]).is_empty());
    }

    #[test]
    fn both_ends_are_possible() {
        let mut chance = Chance::new(3, "ends");
        let drawn: std::collections::BTreeSet<u32> = (0..200).map(|_| chance.between(2, 5)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [2, 3, 4, 5]);
    }
}
