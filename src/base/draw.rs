//! Draws that anybody can draw again: of units that are visited unannounced, of ratings that are scored a second time.
//!
//! 1. The seed is 32 random bytes, written as 64 lower-case hexadecimal digits. Its commitment is the SHA-256 of these
//!    64 characters; it is public before anybody says among what is drawn.
//! 2. The lot of whatever may be drawn is the SHA-256 of three lines parted by line feeds, without one at the end: the
//!    seed, the occasion (the day of the visits, `2026-05-20`; the period of the ratings, `2026Q1`), the code.
//! 3. All are sorted by their lots; the first ones are drawn.

use rand::RngCore;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::keys::{KeyRing, Secret};

/// Whatever may be drawn, and its lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot<'a> {
    /// SHA-256 over seed, occasion and code.
    pub lot: [u8; 32],
    /// Its code.
    pub code: &'a str,
}

/// A seed that was promised: its digest is public, itself it is kept encrypted until the draw.
pub struct Promise {
    /// SHA-256 of the seed's 64 digits.
    pub commitment: [u8; 32],
    /// The seed, encrypted for the draw that it belongs to.
    pub cipher: Vec<u8>,
}

/// Makes a seed for a draw, and forgets it.
///
/// # Errors
/// `Broken` where the key ring has no key to seal with.
pub fn promise(keys: &KeyRing, draw: Uuid) -> Result<Promise> {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    let seed = hex::encode(bytes);
    let cipher = keys.seal(Secret::DrawSeed, draw, seed.as_bytes()).map_err(Error::broken)?;
    Ok(Promise { commitment: commitment(&seed), cipher })
}

/// The seed of a draw, for revealing it.
///
/// # Errors
/// `Broken` where the key does not fit.
pub fn seed(keys: &KeyRing, draw: Uuid, cipher: &[u8]) -> Result<String> {
    let seed = keys.unseal(Secret::DrawSeed, draw, cipher).map_err(Error::broken)?;
    String::from_utf8(seed).map_err(Error::broken)
}

/// The commitment to a seed.
#[must_use]
pub fn commitment(seed: &str) -> [u8; 32] {
    Sha256::digest(seed).into()
}

/// The digest over all that may be drawn: their codes in order, one a line.
#[must_use]
pub fn digest_of(codes: &[&str]) -> [u8; 32] {
    let mut sorted = codes.to_vec();
    sorted.sort_unstable();
    Sha256::digest(sorted.join("\n")).into()
}

/// Draws so many; the order in which they are given says nothing.
#[must_use]
pub fn draw<'a>(seed: &str, occasion: &str, codes: &[&'a str], count: usize) -> Vec<Lot<'a>> {
    let lot =
        |code: &&'a str| Lot { lot: Sha256::digest(format!("{seed}\n{occasion}\n{code}")).into(), code };
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
        let drawn = draw(SEED, "2026-05-20", &codes, 2);
        let shown: Vec<String> =
            drawn.iter().map(|lot| format!("{} {}", hex::encode(&lot.lot[..4]), lot.code)).collect();
        assert_eq!(hex::encode(commitment(SEED)), COMMITMENT);
        assert_eq!(shown, DRAWN);
    }

    #[test]
    fn a_promise_is_kept_and_only_by_the_draw_that_it_was_made_for() {
        let keys = KeyRing::ephemeral().unwrap();
        let draw = Uuid::now_v7();
        let promised = promise(&keys, draw).unwrap();
        let revealed = seed(&keys, draw, &promised.cipher).unwrap();
        assert_eq!((revealed.len(), commitment(&revealed)), (64, promised.commitment));
        assert!(seed(&keys, Uuid::now_v7(), &promised.cipher).is_err());
    }

    const COMMITMENT: &str = "2a8abfa8cb9906290437854193ca6bca41d4d4e26d1d454bd66a35158095e737";
    const DRAWN: [&str; 2] = ["28f7e14e 420529205202", "4271d8b7 420529205201"];

    proptest! {
        #[test]
        fn the_order_of_the_units_says_nothing(mut numbers in proptest::collection::hash_set(0_u32..900, 1..40), count in 1_usize..40) {
            let codes: Vec<String> = numbers.drain().map(|number| format!("420529205{number:03}")).collect();
            let forward: Vec<&str> = codes.iter().map(String::as_str).collect();
            let backward: Vec<&str> = codes.iter().rev().map(String::as_str).collect();
            let drawn = draw(SEED, "2026-05-20", &forward, count);
            prop_assert_eq!(&drawn, &draw(SEED, "2026-05-20", &backward, count));
            prop_assert_eq!(drawn.len(), count.min(codes.len()));
            prop_assert_eq!(digest_of(&forward), digest_of(&backward));
        }
    }
}
