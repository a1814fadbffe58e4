//! One-time codes (TOTP, RFC 6238: SHA-1, six digits, 30 seconds): how a secret is made, what an app is told, and which
//! codes are taken. A code counts one step early or late, and once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rand::RngCore;
use totp_rs::{Builder, Secret as Base32, Totp};

use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, CountyId};
use crate::base::keys::{KeyRing, Secret};
use crate::schema::second_factors;

/// What the app of a person calls the account's place.
const ISSUER: &str = "cadre";

/// A secret that one-time codes are made from. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeSecret(Vec<u8>);

impl std::fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeSecret")
    }
}

impl CodeSecret {
    /// A new secret of 160 bits, as RFC 4226 advises.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = vec![0; 20];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The secret as apps take it.
    #[must_use]
    pub fn base32(&self) -> String {
        Base32::from(self.0.clone()).to_base32()
    }

    /// What stands in the QR code: the address that an app reads the secret from.
    #[must_use]
    pub fn address(&self, username: &str) -> String {
        let secret = self.base32();
        format!(
            "otpauth://totp/{ISSUER}:{username}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30"
        )
    }

    fn totp(&self) -> Result<Totp> {
        let built =
            Builder::new().with_secret(self.0.clone()).with_digits(6).with_skew(1).with_step_duration(30);
        built.build().map_err(|error| Error::broken(error.to_string()))
    }

    /// The code of a moment.
    ///
    /// # Errors
    /// `Broken` where the secret is too short to make one.
    pub fn code_at(&self, moment: DateTime<Utc>) -> Result<String> {
        Ok(self.totp()?.generate(seconds(moment)).to_string())
    }

    /// The step that a code belongs to, one early or late; none where it is no code of these. Blanks in it do not count.
    fn step_of(&self, code: &str, moment: DateTime<Utc>) -> Result<Option<i64>> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 || !code.chars().all(|c| c.is_ascii_digit()) {
            return Ok(None);
        }
        let step = self.totp()?.check(&code, seconds(moment));
        step.map(i64::try_from).transpose().map_err(Error::broken)
    }
}

fn seconds(moment: DateTime<Utc>) -> u64 {
    u64::try_from(moment.timestamp()).unwrap_or_default()
}

/// What an account has of a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret.
    pub secret: CodeSecret,
    /// When a first code proved that it arrived; none: it waits for that.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// The second factor of an account.
///
/// # Errors
/// `Broken` where the secret does not open.
pub async fn second_factor(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: CountyId,
    account: AccountId,
) -> Result<Option<SecondFactor>> {
    let found: Option<(Vec<u8>, Option<DateTime<Utc>>)> = second_factors::table
        .find((county, account))
        .select((second_factors::secret_cipher, second_factors::confirmed_at))
        .first(conn)
        .await
        .optional()?;
    let Some((cipher, confirmed_at)) = found else { return Ok(None) };
    let secret = keys.unseal(Secret::OneTimeCode, account.0, &cipher).map_err(Error::broken)?;
    Ok(Some(SecondFactor { secret: CodeSecret(secret), confirmed_at }))
}

/// Takes a code once: says whether it is one of the account's, and marks its step as spent. Of two that come at once
/// with the same code, the row's lock lets one through.
pub(super) async fn spend(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: CountyId,
    account: AccountId,
    code: &str,
) -> Result<bool> {
    let Some(factor) = second_factor(conn, keys, county, account).await? else { return Ok(false) };
    let Some(step) = factor.secret.step_of(code, clock::now())? else { return Ok(false) };
    let unspent = second_factors::table
        .find((county, account))
        .filter(second_factors::last_step.is_null().or(second_factors::last_step.lt(step)));
    let spent = diesel::update(unspent)
        .set((
            second_factors::last_step.eq(step),
            second_factors::confirmed_at.eq(factor.confirmed_at.unwrap_or_else(clock::now)),
        ))
        .execute(conn)
        .await?;
    Ok(spent == 1)
}

/// Keeps a secret for an account, in the place of any before it.
pub(super) async fn keep(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: CountyId,
    account: AccountId,
    secret: &CodeSecret,
) -> Result<()> {
    let cipher = keys.seal(Secret::OneTimeCode, account.0, &secret.0).map_err(Error::broken)?;
    forget(conn, county, &[account]).await?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::county_id.eq(county),
            second_factors::account_id.eq(account),
            second_factors::secret_cipher.eq(cipher),
            // The moment of the transaction, by which its entry in the trail is found.
            second_factors::created_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Lets a secret count at once, with no code of it spent.
pub(super) async fn confirm_unspent(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    account: AccountId,
) -> QueryResult<usize> {
    diesel::update(second_factors::table.find((county, account)))
        .set((second_factors::confirmed_at.eq(clock::now()), second_factors::last_step.eq(0)))
        .execute(conn)
        .await
}

/// Forgets the secrets of accounts: their owners begin anew.
pub(super) async fn forget(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    accounts: &[AccountId],
) -> QueryResult<usize> {
    let theirs = second_factors::table
        .filter(second_factors::county_id.eq(county))
        .filter(second_factors::account_id.eq_any(accounts));
    diesel::delete(theirs).execute(conn).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret and codes of RFC 6238, appendix B, of which apps show the last six digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = CodeSecret(b"12345678901234567890".to_vec());
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let moment = DateTime::from_timestamp(at, 0).unwrap();
            assert_eq!(secret.code_at(moment).unwrap(), code);
            assert_eq!(secret.step_of(code, moment).unwrap(), Some(at / 30));
        }
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_no_more() {
        let secret = CodeSecret::random();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |steps: i64| secret.code_at(now + chrono::TimeDelta::seconds(30 * steps)).unwrap();
        for steps in [-1, 0, 1] {
            assert_eq!(secret.step_of(&at(steps), now).unwrap(), Some(60_000_000 + steps), "{steps}");
        }
        for steps in [-3, -2, 2, 3] {
            assert_eq!(secret.step_of(&at(steps), now).unwrap(), None, "{steps}");
        }
    }

    #[test]
    fn blanks_do_not_count_and_what_is_no_code_is_none() {
        let secret = CodeSecret::random();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let code = secret.code_at(now).unwrap();
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert!(secret.step_of(&spaced, now).unwrap().is_some());
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(secret.step_of(wrong, now).unwrap(), None, "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "CodeSecret");
    }
}
