//! The draw of unannounced visits. Documented so that anybody can draw again:
//!
//! 1. The seed is 32 random bytes, written as 64 lower-case hexadecimal digits. Its commitment is the SHA-256 of these
//!    64 characters.
//! 2. The lot of a unit is the SHA-256 of three lines parted by line feeds, without one at the end: the seed, the day of
//!    the visits (`2026-05-20`), the unit's code.
//! 3. Units are sorted by their lots; the first ones are drawn.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

/// A unit and its lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot<'a> {
    /// SHA-256 over seed, day and code.
    pub lot: [u8; 32],
    /// Code of the unit.
    pub code: &'a str,
}

/// The commitment to a seed.
#[must_use]
pub fn commitment(seed: &str) -> [u8; 32] {
    Sha256::digest(seed).into()
}

/// The digest over the units of a draw: their codes in order, one a line.
#[must_use]
pub fn digest_of_units(codes: &[&str]) -> [u8; 32] {
    let mut sorted = codes.to_vec();
    sorted.sort_unstable();
    Sha256::digest(sorted.join("\n")).into()
}

/// Draws so many units; the order in which they are given says nothing.
#[must_use]
pub fn draw<'a>(seed: &str, day: NaiveDate, codes: &[&'a str], count: usize) -> Vec<Lot<'a>> {
    let lot = |code: &&'a str| Lot { lot: Sha256::digest(format!("{seed}\n{day}\n{code}")).into(), code };
    let mut lots: Vec<Lot<'a>> = codes.iter().map(lot).collect();
    lots.sort_by(|a, b| a.lot.cmp(&b.lot).then_with(|| a.code.cmp(b.code)));
    lots.truncate(count);
    lots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEED: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    /// Computed with `printf '%s\n2026-05-20\n%s' SEED CODE | sha256sum`, by hand.
    #[test]
    fn the_draw_is_the_one_that_a_shell_draws() {
        let codes = ["420529205200", "420529205201", "420529205202", "420529205203"];
        let day = "2026-05-20".parse().unwrap();
        let drawn = draw(SEED, day, &codes, 2);
        let shown: Vec<String> =
            drawn.iter().map(|lot| format!("{} {}", hex::encode(&lot.lot[..4]), lot.code)).collect();
        assert_eq!(hex::encode(commitment(SEED)), COMMITMENT);
        assert_eq!(shown, DRAWN);
    }

    const COMMITMENT: &str = "2a8abfa8cb9906290437854193ca6bca41d4d4e26d1d454bd66a35158095e737";
    const DRAWN: [&str; 2] = ["28f7e14e 420529205202", "4271d8b7 420529205201"];

    proptest! {
        #[test]
        fn the_order_of_the_units_says_nothing(mut numbers in proptest::collection::hash_set(0_u32..900, 1..40), count in 1_usize..40) {
            let codes: Vec<String> = numbers.drain().map(|number| format!("420529205{number:03}")).collect();
            let forward: Vec<&str> = codes.iter().map(String::as_str).collect();
            let backward: Vec<&str> = codes.iter().rev().map(String::as_str).collect();
            let day = "2026-05-20".parse().unwrap();
            let drawn = draw(SEED, day, &forward, count);
            prop_assert_eq!(&drawn, &draw(SEED, day, &backward, count));
            prop_assert_eq!(drawn.len(), count.min(codes.len()));
            prop_assert_eq!(digest_of_units(&forward), digest_of_units(&backward));
        }
    }
}
