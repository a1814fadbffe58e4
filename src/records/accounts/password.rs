//! Passwords: what may be one, and how it is kept (Argon2id, never on a thread that serves requests).

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::base::error::{Error, Result};

/// Memory in KiB, passes, lanes: 50 ms and more on an office computer, at least the 19 MiB of OWASP's advice.
const COST: (u32, u32, u32) = (32 * 1024, 4, 1);
/// Each hash takes 32 MiB: no more than these at once, so that a flood of sign-ins costs time and not the server.
static HASHING: Semaphore = Semaphore::const_new(4);

const SHORTEST: usize = 12;
const LONGEST: usize = 128;
/// Well-known passwords, the most frequent first (`data/common_passwords.txt`).
const KNOWN: &str = include_str!("../../../data/common_passwords.txt");
/// Words that are in every guessing list, or in those of this country; a password that is little more than one of them is refused.
const COMMON: [&str; 18] = [
    "password", "passw0rd", "qwerty", "asdfgh", "zxcvbn", "1qaz2wsx", "qazwsx", "admin", "root", "welcome",
    "letmein", "iloveyou", "woaini", "123123", "112233", "888888", "666666", "cadre",
];

/// A password that may be set. Never printed.
#[derive(Clone)]
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// Why a password may not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("密码应为12至128个字符，现在有{0}个。可以用几个不相干的词连成一句，容易记，也难猜。")]
    Length(usize),
    /// Few different characters, or a run of the keyboard.
    #[error("密码过于简单：多为重复或连续的字符。请换一个不易猜到的密码。")]
    Simple,
    /// Close to a well-known password.
    #[error("密码与常见密码相近，容易被猜到。请换一个，例如用几个不相干的词连成一句。")]
    Common,
    /// Contains the user name.
    #[error("密码中不能含有用户名。")]
    Username,
}

impl Password {
    /// Takes a password for the account `username`. Nothing is trimmed or cut.
    ///
    /// # Errors
    /// Why it may not be set.
    pub fn parse(text: &str, username: &str) -> std::result::Result<Self, PasswordError> {
        let length = text.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Err(PasswordError::Length(length));
        }
        let lower = text.to_lowercase();
        if username.len() >= 3 && lower.contains(&username.to_lowercase()) {
            return Err(PasswordError::Username);
        }
        if is_simple(&lower) {
            return Err(PasswordError::Simple);
        }
        if is_known(&lower) {
            return Err(PasswordError::Common);
        }
        let rest = COMMON.iter().fold(lower, |rest, word| rest.replace(word, ""));
        if rest.chars().count() < length / 2 {
            return Err(PasswordError::Common);
        }
        Ok(Self(text.to_owned()))
    }

    /// A text that nobody guesses and that can be read out: four groups of four letters and digits, none of which looks
    /// like another.
    #[must_use]
    pub fn random() -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let group = || -> String {
            let bytes: [u8; 4] = rand::random();
            bytes
                .iter()
                .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
                .copied()
                .map(char::from)
                .collect()
        };
        [group(), group(), group(), group()].join("-")
    }

    /// Whether it has three of the four kinds of characters: capitals, small letters, digits, others.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        let kinds: [fn(char) -> bool; 4] = [
            |c| c.is_uppercase(),
            |c| c.is_lowercase(),
            |c| c.is_numeric(),
            |c| !c.is_uppercase() && !c.is_lowercase() && !c.is_numeric(),
        ];
        kinds.iter().filter(|is_kind| self.0.chars().any(is_kind)).count() >= 3
    }

    /// Whether a name stands in it, in capitals or not.
    #[must_use]
    pub(super) fn holds(&self, name: &str) -> bool {
        !name.is_empty() && self.0.to_lowercase().contains(&name.to_lowercase())
    }

    /// The text, for comparing it with the old one.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Hashes it; takes about 80 ms on another thread.
    ///
    /// # Errors
    /// `Broken` when the thread or the hash fails.
    pub async fn hash(self) -> Result<String> {
        let _place = HASHING.acquire().await.map_err(Error::broken)?;
        tokio::task::spawn_blocking(move || {
            let hash = hasher().and_then(|hasher| Ok(hasher.hash_password(self.0.as_bytes())?.to_string()));
            hash.map_err(|error| Error::broken(error.to_string()))
        })
        .await
        .map_err(Error::broken)?
    }
}

fn hasher() -> std::result::Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether most characters repeat the one before or follow it in the alphabet or the digits.
fn is_simple(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let next_to_each_other =
        codes.iter().zip(codes.iter().skip(1)).filter(|(one, next)| (*next - *one).abs() <= 1).count();
    let different: std::collections::HashSet<&i64> = codes.iter().collect();
    different.len() < 5 || next_to_each_other * 2 > codes.len()
}

/// Whether nothing is left of it but one or two well-known passwords, once the usual replacements of letters are undone
/// and what stands before and behind is dropped: `Dragon2026!!`, `p@ssw0rdmonkey`.
fn is_known(lower: &str) -> bool {
    static LIST: std::sync::OnceLock<std::collections::HashSet<&'static str>> = std::sync::OnceLock::new();
    let list = LIST.get_or_init(|| KNOWN.lines().collect());
    let letters = |text: &str| -> String {
        let undone = |c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        };
        text.chars().map(undone).collect()
    };
    let plain = lower.trim_matches(|c: char| !c.is_alphabetic());
    [lower.to_owned(), plain.to_owned(), letters(lower), letters(plain)].iter().any(|text| {
        let two = |(at, _): (usize, char)| {
            let (one, other) = text.split_at(at);
            list.contains(one) && list.contains(other)
        };
        list.contains(text.as_str()) || text.char_indices().skip(1).any(two)
    })
}

/// A hash that no password opens: what an unknown user name is compared with, so that it takes as long as a known one.
fn nobody() -> Result<String> {
    static NOBODY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    if let Some(hash) = NOBODY.get() {
        return Ok(hash.clone());
    }
    let random = super::tokens::Token::random();
    let hash = hasher()
        .and_then(|hasher| Ok(hasher.hash_password(random.reveal().as_bytes())?.to_string()))
        .map_err(|error| Error::broken(error.to_string()))?;
    Ok(NOBODY.get_or_init(|| hash).clone())
}

/// Whether `given` is the password of a stored hash; always takes the time of one comparison, also with no hash.
pub(crate) async fn verify(given: String, stored: Option<String>) -> Result<bool> {
    let _place = HASHING.acquire().await.map_err(Error::broken)?;
    tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let stored = match stored {
            Some(stored) => stored,
            None => nobody()?,
        };
        let hash = PasswordHash::new(&stored).map_err(|error| Error::broken(error.to_string()))?;
        Ok(Argon2::default().verify_password(given.as_bytes(), &hash).is_ok() && known)
    })
    .await
    .map_err(Error::broken)?
}

/// Prepares the hash for unknown user names, so that the first of them does not take twice as long.
pub(crate) async fn warm_up() -> Result<()> {
    tokio::task::spawn_blocking(|| nobody().map(|_| ())).await.map_err(Error::broken)?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ASVS 6.2.1
    #[test]
    fn guessable_passwords_are_refused_with_their_reason() {
        use PasswordError as E;
        for (text, reason) in [
            ("short", E::Length(5)),
            ("aaaaaaaaaaaaaaaa", E::Simple),
            ("123456789012345", E::Simple),
            ("abcdefghijklmno", E::Simple),
            ("Password123123", E::Common),
            ("Dragon2026!!2026", E::Common),
            ("dragonmonkey", E::Common),
            ("p@ssw0rdmonkey", E::Common),
            ("zhangwei-is-here", E::Username),
        ] {
            assert_eq!(Password::parse(text, "zhangwei").unwrap_err(), reason, "{text}");
        }
        assert_eq!(Password::parse(&"长".repeat(129), "a").unwrap_err(), E::Length(129));
    }

    /// ASVS 6.2.5
    #[test]
    fn a_sentence_or_a_random_text_is_a_password() {
        for text in ["correct horse battery", "蓝色的拖拉机在山顶上唱歌呀", "pV7w-q2Zk-Xd9e-Rm4t"]
        {
            assert!(Password::parse(text, "zhangwei").is_ok(), "{text}");
        }
    }

    /// ASVS 6.2.4
    #[test]
    fn the_list_of_well_known_passwords_is_long_enough() {
        let lines: std::collections::HashSet<&str> = KNOWN.lines().collect();
        assert!(lines.len() >= 3_000, "SEC-12 asks for 3,000: {}", lines.len());
    }

    /// ASVS 6.2.8, 6.2.9
    #[test]
    fn nothing_is_cut_or_changed_and_64_characters_are_taken() {
        let long = "每一个字都算数，空格也算 and so does Latin ".repeat(3);
        assert!((64..=128).contains(&long.chars().count()));
        assert_eq!(Password::parse(&long, "zhangwei").unwrap().text(), long);
    }

    #[test]
    fn three_kinds_of_characters_are_mixed() {
        let mixed = |text: &str| Password::parse(text, "zhangwei").unwrap().is_mixed();
        assert!(mixed("pV7wq2ZkXd9eRm4t") && mixed("correct-horse-battery-7"));
        assert!(!mixed("correct horse battery") && !mixed("correcthorsebattery"));
    }

    /// ASVS 6.2.8, 11.4.2
    #[tokio::test]
    async fn only_the_right_password_opens_a_hash_and_none_opens_no_hash() {
        let text = "correct horse battery";
        let hash = Password::parse(text, "zhangwei").unwrap().hash().await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=32768,t=4,p=1$"), "{hash}");
        assert!(verify(text.to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!verify("correct horse batterz".to_owned(), Some(hash)).await.unwrap());
        assert!(!verify(text.to_owned(), None).await.unwrap());
    }

    /// ASVS 6.3.8
    #[tokio::test]
    async fn an_unknown_name_costs_as_much_work_as_a_known_one() {
        let stored = Password::parse("correct horse battery", "zhangwei").unwrap().hash().await.unwrap();
        let work = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(work(&nobody().unwrap()), work(&stored));
    }
}
