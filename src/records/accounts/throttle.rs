//! Slows down addresses from which sign-ins are refused, whatever the names that are tried (SEC-10): the lock of an
//! account does not stop somebody who tries one password on every account.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::clock;
use crate::base::error::Result;
use crate::records::accounts::rules;
use crate::schema::sign_in_sources;

/// So often one refusal of an address is forgotten: an office that shares one mistypes now and then for ever.
const FORGIVEN: TimeDelta = TimeDelta::minutes(5);
/// What is older than this is forgotten.
const KEPT: TimeDelta = TimeDelta::days(1);

/// How an address is counted: an IPv6 subscriber has 64 bits of addresses to choose from, so those count as one.
fn counted(source: IpAddr) -> String {
    match source.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.segments();
            format!("{first:x}:{second:x}:{third:x}:{fourth:x}::/64")
        }
    }
}

/// How long an address has to wait still; none where it may try.
///
/// # Errors
/// When the database fails.
pub(super) async fn wait(conn: &mut AsyncPgConnection, source: Option<IpAddr>) -> Result<Option<TimeDelta>> {
    let Some(source) = source else { return Ok(None) };
    let locked_until: Option<Option<DateTime<Utc>>> = sign_in_sources::table
        .find(counted(source))
        .select(sign_in_sources::locked_until)
        .first(conn)
        .await
        .optional()?;
    let left = locked_until.flatten().map(|until| until - clock::now());
    Ok(left.filter(|left| *left > TimeDelta::zero()))
}

/// Counts a refused sign-in; part of the transaction that puts it on record.
///
/// # Errors
/// When the database fails.
pub(super) async fn count(conn: &mut AsyncPgConnection, source: Option<IpAddr>) -> Result<()> {
    let Some(source) = source.map(counted) else { return Ok(()) };
    let now = clock::now();
    diesel::delete(sign_in_sources::table.filter(sign_in_sources::failed_at.lt(now - KEPT)))
        .execute(conn)
        .await?;
    let failed: i32 = diesel::insert_into(sign_in_sources::table)
        .values((
            sign_in_sources::source.eq(&source),
            sign_in_sources::failed_attempts.eq(1),
            sign_in_sources::failed_at.eq(now),
        ))
        .on_conflict(sign_in_sources::source)
        .do_update()
        .set((
            sign_in_sources::failed_attempts.eq(sql::<Integer>(
                "greatest(sign_in_sources.failed_attempts - floor(extract(epoch FROM \
                 excluded.failed_at - sign_in_sources.failed_at) / ",
            )
            .bind::<BigInt, _>(FORGIVEN.num_seconds())
            .sql(")::integer, 0) + 1")),
            sign_in_sources::failed_at.eq(now),
        ))
        .returning(sign_in_sources::failed_attempts)
        .get_result(conn)
        .await?;
    if let Some(lock) = rules::lock_source_after(failed) {
        diesel::update(sign_in_sources::table.find(&source))
            .set(sign_in_sources::locked_until.eq(now + lock))
            .execute(conn)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_subscriber_counts_once_and_a_mapped_address_as_itself() {
        let of = |text: &str| counted(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
