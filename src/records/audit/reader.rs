//! Reads whole chains from the database as its owner, as fast as PostgreSQL hands rows out: by binary COPY.

use std::borrow::Cow;
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::binary_copy::{BinaryCopyOutRow, BinaryCopyOutStream};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::records::audit::format::{Moment, Sealed};

/// The columns in the order of the encoding, each as bytes or in a type that needs no conversion.
const COLUMNS: &str = "algorithm, chain, sequence, timestamptz_send(at), timestamptz_send(began), uuid_send(county_id), uuid_send(account_id), \
    actor, role, door, source, path, action, subject_kind, uuid_send(subject_id), subject_count, details::text, hash";

const TYPES: [Type; 18] = [
    Type::INT2,
    Type::TEXT,
    Type::INT8,
    Type::BYTEA,
    Type::BYTEA,
    Type::BYTEA,
    Type::BYTEA,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::BYTEA,
    Type::INT4,
    Type::TEXT,
    Type::BYTEA,
];

/// A plain connection of the owner of the database, whom row-level security does not bind.
///
/// # Errors
/// `Unavailable`.
pub async fn connect(owner_url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(owner_url, NoTls).await.map_err(|error| {
        tracing::error!(%error, "no connection to read the trail");
        Error::Unavailable
    })?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended");
        }
    });
    Ok(client)
}

fn failed(error: tokio_postgres::Error) -> Error {
    if error.is_closed() { Error::Unavailable } else { Error::broken(error) }
}

/// A head: how long the database says that a chain is, and the hash of its last entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// The chain.
    pub chain: String,
    /// The county; none for `system`.
    pub county: Option<Uuid>,
    /// The number of the last entry; 0 where there is no head.
    pub sequence: i64,
    /// The hash of the last entry; empty where there is no head.
    pub hash: Vec<u8>,
}

/// The heads of all chains, and of those that have entries without a head.
///
/// # Errors
/// Whatever the database answers.
pub async fn heads(client: &Client) -> Result<Vec<ChainHead>> {
    // The chains are found by hopping along the key: a trail of millions of entries has a handful of chains.
    let rows = client
        .query(
            "WITH RECURSIVE chains AS (
                (SELECT chain FROM audit_entries ORDER BY chain LIMIT 1)
                UNION ALL
                SELECT (SELECT e.chain FROM audit_entries e WHERE e.chain > c.chain ORDER BY e.chain LIMIT 1)
                FROM chains c WHERE c.chain IS NOT NULL
            )
            SELECT n.chain, k.id::text, coalesce(h.sequence, 0), coalesce(h.hash, '')
            FROM (SELECT chain FROM chains WHERE chain IS NOT NULL UNION SELECT chain FROM audit_heads) n
            LEFT JOIN audit_heads h ON h.chain = n.chain
            LEFT JOIN counties k ON k.code = n.chain
            ORDER BY n.chain",
            &[],
        )
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let county: Option<String> = row.try_get(1)?;
            Ok(ChainHead {
                chain: row.try_get(0)?,
                county: county.and_then(|id| id.parse().ok()),
                sequence: row.try_get(2)?,
                hash: row.try_get(3)?,
            })
        })
        .collect::<std::result::Result<_, _>>()
        .map_err(failed)
}

/// Whether reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// With the next entry.
    On,
    /// No further.
    Stop,
}

/// Hands the entries of a chain to `take`, in order, from the one after `after` on.
///
/// # Errors
/// Whatever the database or `take` answers.
pub async fn read(
    client: &Client,
    chain: &str,
    after: i64,
    mut take: impl FnMut(&Sealed<'_>) -> Result<Next>,
) -> Result<()> {
    let chain = chain.replace('\'', "''");
    let statement = format!(
        "COPY (SELECT {COLUMNS} FROM audit_entries WHERE chain = '{chain}' AND sequence > {after} ORDER BY sequence) \
         TO STDOUT (FORMAT binary)"
    );
    let stream = client.copy_out(&statement).await.map_err(failed)?;
    let mut rows = pin!(BinaryCopyOutStream::new(stream, &TYPES));
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        if take(&sealed(&row)?)? == Next::Stop {
            return Ok(());
        }
    }
    Ok(())
}

/// A row as an entry. What is missing or misshapen, since a constraint was dropped, is read as empty: the hash tells.
fn sealed(row: &BinaryCopyOutRow) -> Result<Sealed<'_>> {
    let maybe =
        |place| Ok::<_, Error>(row.try_get::<Option<&str>>(place).map_err(failed)?.map(Cow::Borrowed));
    let text = |place| Ok::<_, Error>(maybe(place)?.unwrap_or_default());
    let bytes = |place| row.try_get::<Option<&[u8]>>(place).map_err(failed);
    let id = |place| Ok::<_, Error>(bytes(place)?.and_then(|bytes| Uuid::from_slice(bytes).ok()));
    let moment = |place| {
        let eight = bytes(place)?.and_then(|bytes| bytes.try_into().ok());
        Ok::<_, Error>(eight.map(|bytes| Moment(i64::from_be_bytes(bytes))))
    };
    Ok(Sealed {
        algorithm: row.try_get::<Option<i16>>(0).map_err(failed)?.unwrap_or_default(),
        chain: text(1)?,
        sequence: row.try_get::<Option<i64>>(2).map_err(failed)?.unwrap_or_default(),
        at: moment(3)?.unwrap_or(Moment(0)),
        began: moment(4)?,
        county: id(5)?,
        account: id(6)?,
        actor: text(7)?,
        role: text(8)?,
        door: text(9)?,
        source: maybe(10)?,
        path: maybe(11)?,
        action: text(12)?,
        subject_kind: text(13)?,
        subject: id(14)?,
        count: row.try_get::<Option<i32>>(15).map_err(failed)?.unwrap_or_default(),
        details: text(16)?,
        hash: bytes(17)?.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default(),
    })
}
