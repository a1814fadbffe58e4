//! An entry as it is hashed and as it stands in an exported file (`docs/audit-format.md`).
//!
//! The encoding is the one of `append_audit_entry` in the database, written a second time: a verifier asks nobody for
//! a hash.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::merkle::Hash;

/// SHA-256 over encoding 1.
pub const SHA256: i16 = 1;

/// What the first entry of a chain is hashed with.
pub const BEGINNING: Hash = [0; 32];

/// The moment that moments are counted from, in seconds since 1970: midnight of 2000-01-01 UTC, as in PostgreSQL.
const EPOCH: i64 = 946_684_800;

/// A moment, in microseconds since 2000-01-01T00:00:00Z. Written with all six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment as a date and time.
    #[must_use]
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0.checked_add(EPOCH * 1_000_000)?)
    }

    /// The moment of a date and time, cut to microseconds.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(6).timestamp_micros() - EPOCH * 1_000_000)
    }

    /// How much later this is.
    #[must_use]
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_utc() {
            Some(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        moment(&text).ok_or_else(|| serde::de::Error::custom("时间须写作 2026-01-31T08:00:00.000000Z"))
    }
}

/// Reads a moment in its one spelling.
fn moment(text: &str) -> Option<Moment> {
    let at = text.strip_suffix('Z')?;
    let at = chrono::NaiveDateTime::parse_from_str(at, "%Y-%m-%dT%H:%M:%S%.6f").ok()?.and_utc();
    (text.len() == 27).then(|| Moment::of(at))
}

/// An entry with everything that is hashed, and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed<'a> {
    /// How it is hashed.
    pub algorithm: i16,
    /// The chain: county code, or `system`.
    #[serde(borrow)]
    pub chain: Cow<'a, str>,
    /// Its number there.
    pub sequence: i64,
    /// When.
    pub at: Moment,
    /// When its transaction began.
    pub began: Option<Moment>,
    /// The county.
    pub county: Option<Uuid>,
    /// The account that acted.
    pub account: Option<Uuid>,
    /// Who.
    #[serde(borrow)]
    pub actor: Cow<'a, str>,
    /// In which role.
    #[serde(borrow)]
    pub role: Cow<'a, str>,
    /// Through which door.
    #[serde(borrow)]
    pub door: Cow<'a, str>,
    /// From which address.
    #[serde(borrow)]
    pub source: Option<Cow<'a, str>>,
    /// Path of the organisation.
    #[serde(borrow)]
    pub path: Option<Cow<'a, str>>,
    /// The verb.
    #[serde(borrow)]
    pub action: Cow<'a, str>,
    /// What kind of thing.
    #[serde(borrow)]
    pub subject_kind: Cow<'a, str>,
    /// Which thing.
    pub subject: Option<Uuid>,
    /// How many things.
    pub count: i32,
    /// The details, as the text that PostgreSQL makes of a `jsonb`.
    #[serde(borrow)]
    pub details: Cow<'a, str>,
    /// The hash that was stored.
    #[serde(with = "hexadecimal")]
    pub hash: Hash,
}

/// The hash as 64 hexadecimal digits in lower case.
mod hexadecimal {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let mut hash = [0; 32];
        let lower = !text.bytes().any(|c| c.is_ascii_uppercase());
        match hex::decode_to_slice(text.as_bytes(), &mut hash) {
            Ok(()) if lower => Ok(hash),
            _ => Err(serde::de::Error::custom("hash 须为 64 位小写十六进制数")),
        }
    }
}

/// Appends a field: its length in four bytes, the highest first, and its bytes; −1 for an absent one.
fn field(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    let length = bytes.map_or(Some(-1), |bytes| i32::try_from(bytes.len()).ok());
    out.extend_from_slice(&length.unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(bytes.unwrap_or_default());
}

impl Sealed<'_> {
    /// Writes the encoding of all fields but the hash after what stands in `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        field(out, Some(&self.algorithm.to_be_bytes()));
        field(out, Some(self.chain.as_bytes()));
        field(out, Some(&self.sequence.to_be_bytes()));
        field(out, Some(&self.at.0.to_be_bytes()));
        field(out, self.began.map(|began| began.0.to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
        field(out, self.county.as_ref().map(|id| id.as_bytes().as_slice()));
        field(out, self.account.as_ref().map(|id| id.as_bytes().as_slice()));
        field(out, Some(self.actor.as_bytes()));
        field(out, Some(self.role.as_bytes()));
        field(out, Some(self.door.as_bytes()));
        field(out, self.source.as_ref().map(|text| text.as_bytes()));
        field(out, self.path.as_ref().map(|text| text.as_bytes()));
        field(out, Some(self.action.as_bytes()));
        field(out, Some(self.subject_kind.as_bytes()));
        field(out, self.subject.as_ref().map(|id| id.as_bytes().as_slice()));
        field(out, Some(&self.count.to_be_bytes()));
        field(out, Some(self.details.as_bytes()));
    }

    /// The hash that the entry should have after one with the hash `previous`. `buffer` is overwritten.
    #[must_use]
    pub fn hashed(&self, previous: &Hash, buffer: &mut Vec<u8>) -> Hash {
        buffer.clear();
        buffer.extend_from_slice(previous);
        self.encode(buffer);
        Sha256::digest(buffer.as_slice()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Sealed<'static> {
        Sealed {
            algorithm: SHA256,
            chain: "500237".into(),
            sequence: 1,
            at: moment("2026-03-31T16:00:00.000001Z").unwrap(),
            began: None,
            county: None,
            account: Some(Uuid::from_u128(7)),
            actor: "ab".into(),
            role: "c".into(),
            door: "web".into(),
            source: None,
            path: Some("500237/".into()),
            action: "members.change".into(),
            subject_kind: "membership".into(),
            subject: None,
            count: 1,
            details: r#"{"changes": {"name": ["王芳", "王方"]}}"#.into(),
            hash: [0xab; 32],
        }
    }

    #[test]
    fn a_moment_is_counted_from_the_year_2000_and_has_one_spelling() {
        assert_eq!(moment("2000-01-01T00:00:00.000000Z"), Some(Moment(0)));
        assert_eq!(moment("1999-12-31T23:59:59.999999Z"), Some(Moment(-1)));
        let at = moment("2026-03-31T16:00:00.000001Z").unwrap();
        assert_eq!(at.to_string(), "2026-03-31T16:00:00.000001Z");
        for other in [
            "2026-03-31T16:00:00.00001Z",
            "2026-03-31T16:00:00Z",
            "2026-03-31T16:00:00.0000011Z",
            "2026-03-31",
        ] {
            assert_eq!(moment(other), None, "{other}");
        }
    }

    #[test]
    fn the_border_between_two_fields_is_hashed() {
        let (mut buffer, one) = (Vec::new(), entry());
        let other = Sealed { actor: "a".into(), role: "bc".into(), ..entry() };
        assert_ne!(one.hashed(&BEGINNING, &mut buffer), other.hashed(&BEGINNING, &mut buffer));
        let empty = Sealed { source: Some("".into()), ..entry() };
        assert_ne!(one.hashed(&BEGINNING, &mut buffer), empty.hashed(&BEGINNING, &mut buffer));
    }

    #[test]
    fn an_entry_is_read_as_it_was_written_and_with_nothing_beside() {
        let text = serde_json::to_string(&entry()).unwrap();
        assert_eq!(serde_json::from_str::<Sealed<'_>>(&text).unwrap(), entry());
        let more = text.replace("\"count\":1", "\"count\":1,\"note\":\"x\"");
        assert!(serde_json::from_str::<Sealed<'_>>(&more).is_err());
        let upper = text.replace(&"ab".repeat(32), &"AB".repeat(32));
        assert!(serde_json::from_str::<Sealed<'_>>(&upper).is_err());
    }
}
