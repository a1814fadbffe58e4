//! Seals stored texts anew under the current key, beside everybody else's work: mechanics for a list of columns
//! (`records::sealed`), knowing nothing of what they hold.
//!
//! A batch is a stretch of a table's blocks. It takes the rows that nobody else holds just now and waits for none, so it
//! is never part of a deadlock; whatever it passes over is met by the next pass. What is done is told by the texts
//! themselves (their second byte is the number of the key), so a pass may end anywhere and begin again from nothing.
//! In the same way MACs are written where texts from before their column have none.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::keys::{KeyRing, Secret, key_of};

/// A column of sealed texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column, `bytea`.
    pub column: &'static str,
    /// The column of the id that the text is bound to.
    pub owner: &'static str,
    /// What it holds.
    pub secret: Secret,
    /// The column of the keyed MAC that it is found by, where rows from before the column have none.
    pub mac: Option<&'static str>,
}

/// A column that holds rows of other tables as JSON, sealed texts among them (`"\x0101…"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedImages {
    /// The table.
    pub table: &'static str,
    /// The column, `jsonb`.
    pub column: &'static str,
    /// The column that names the table whose rows these are.
    pub relation: &'static str,
}

/// Everything that is sealed in a database.
#[derive(Debug, Clone, Copy)]
pub struct SealedPlaces {
    /// Columns of sealed texts.
    pub columns: &'static [SealedColumn],
    /// Columns with images of their rows.
    pub images: &'static [SealedImages],
}

/// How far a pass over one column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Blocks that were gone through.
    pub done: i64,
    /// Blocks of the table.
    pub of: i64,
}

/// How many texts stand under each key.
pub type Usage = BTreeMap<u8, i64>;

/// Blocks of a batch: some hundred rows, some ten milliseconds.
const BLOCKS: i64 = 32;

/// How the text of a `bytea` begins in JSON.
const HEX: &str = "\\x";

fn failed(error: tokio_postgres::Error) -> Error {
    if error.is_closed() { Error::Unavailable } else { Error::broken(error) }
}

/// Lets a connection take the time that a whole database needs.
///
/// # Errors
/// `Unavailable`.
pub async fn unhurried(client: &Client) -> Result<()> {
    let set = "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0; SET lock_timeout TO '1min'";
    client.batch_execute(set).await.map_err(failed)
}

/// Takes the lock of whoever changes the key ring of this database, for as long as the connection lives; false where
/// somebody else has it.
///
/// # Errors
/// `Unavailable`.
pub async fn lock(client: &Client) -> Result<bool> {
    let query = "SELECT pg_try_advisory_lock(hashtextextended('cadre key ring ' || current_schema(), 0))";
    client.query_one(query, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)
}

/// The transactions that run just now, but for one's own.
///
/// # Errors
/// `Unavailable`.
pub async fn running(client: &Client) -> Result<Vec<String>> {
    let query = "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'virtualxid' AND pid <> pg_backend_pid() \
        AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    let rows = client.query(query, &[]).await.map_err(failed)?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

/// How many texts of every column stand under each key.
///
/// # Errors
/// `Unavailable`; `Broken` where a text is none.
pub async fn usage(client: &Client, places: SealedPlaces) -> Result<Usage> {
    let mut usage = Usage::new();
    for place in places.columns {
        let SealedColumn { table, column, .. } = place;
        let query = format!(
            "SELECT get_byte({column}, 1), count(*) FROM {table} WHERE octet_length({column}) > 1 GROUP BY 1"
        );
        for row in client.query(&query, &[]).await.map_err(failed)? {
            let key: i32 = row.try_get(0).map_err(failed)?;
            let count: i64 = row.try_get(1).map_err(failed)?;
            *usage.entry(u8::try_from(key).map_err(Error::broken)?).or_default() += count;
        }
    }
    for place in places.images {
        let blocks = blocks(client, place.table).await?;
        let mut from = 0;
        while from < blocks {
            for (_, relation, mut image) in images(client, place, places, from, "").await? {
                walk(&mut image, places, &relation, &mut |_, _, stored| {
                    *usage.entry(key_of(stored).map_err(Error::broken)?).or_default() += 1;
                    Ok(None)
                })?;
            }
            from += BLOCKS;
        }
    }
    Ok(usage)
}

/// Goes once over everything and seals anew what does not stand under the current key; answers how many texts of each
/// table it did. Rows that somebody else holds are left to the next pass.
///
/// # Errors
/// `Unavailable`; `Broken` where a text does not open.
pub async fn pass(
    client: &mut Client,
    keys: &KeyRing,
    places: SealedPlaces,
    told: &mut (dyn FnMut(Stretch) + Send),
) -> Result<BTreeMap<&'static str, i64>> {
    let mut done = BTreeMap::new();
    for place in places.columns {
        let of = blocks(client, place.table).await?;
        let mut from = 0;
        while from < of {
            *done.entry(place.table).or_default() += columns(client, keys, place, from).await?;
            from += BLOCKS;
            told(Stretch { table: place.table, column: place.column, done: from.min(of), of });
        }
    }
    for place in places.images {
        let of = blocks(client, place.table).await?;
        let mut from = 0;
        while from < of {
            *done.entry(place.table).or_default() += rewrite(client, keys, place, places, from).await?;
            from += BLOCKS;
            told(Stretch { table: place.table, column: place.column, done: from.min(of), of });
        }
    }
    Ok(done)
}

/// How many texts have no MAC yet that they could be found by.
///
/// # Errors
/// `Unavailable`.
pub async fn unindexed(client: &Client, places: SealedPlaces) -> Result<i64> {
    let mut missing = 0_i64;
    for (place, mac) in indexed(places) {
        let SealedColumn { table, column, .. } = place;
        let query =
            format!("SELECT count(*) FROM {table} WHERE {mac} IS NULL AND octet_length({column}) > 1");
        let count: i64 =
            client.query_one(&query, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)?;
        missing = missing.saturating_add(count);
    }
    Ok(missing)
}

/// Goes once over the columns whose texts are found by a MAC and writes it where there is none; answers how many it wrote.
/// Rows that somebody else holds are left to the next pass.
///
/// # Errors
/// `Unavailable`; `Broken` where a text does not open.
pub async fn index(
    client: &mut Client,
    keys: &KeyRing,
    places: SealedPlaces,
    told: &mut (dyn FnMut(Stretch) + Send),
) -> Result<i64> {
    let mut done = 0_i64;
    for (place, mac) in indexed(places) {
        let of = blocks(client, place.table).await?;
        let mut from = 0;
        while from < of {
            done = done.saturating_add(write_macs(client, keys, place, mac, from).await?);
            from += BLOCKS;
            told(Stretch { table: place.table, column: mac, done: from.min(of), of });
        }
    }
    Ok(done)
}

/// The columns whose texts are found by a MAC, with its column.
fn indexed(places: SealedPlaces) -> impl Iterator<Item = (&'static SealedColumn, &'static str)> {
    places.columns.iter().filter_map(|place| Some((place, place.mac?)))
}

/// Writes the MACs of one stretch of a column.
async fn write_macs(
    client: &mut Client,
    keys: &KeyRing,
    place: &SealedColumn,
    mac: &str,
    from: i64,
) -> Result<i64> {
    let SealedColumn { table, column, owner, secret, .. } = place;
    let transaction = client.transaction().await.map_err(failed)?;
    let query = format!(
        "SELECT ctid::text, uuid_send({owner}), {column} FROM {table} \
         WHERE {} AND {mac} IS NULL AND octet_length({column}) > 1 FOR NO KEY UPDATE SKIP LOCKED",
        stretch(from)
    );
    let (mut places, mut macs) = (Vec::new(), Vec::new());
    for row in transaction.query(&query, &[]).await.map_err(failed)? {
        let owner = Uuid::from_slice(row.try_get(1).map_err(failed)?).map_err(Error::broken)?;
        let stored: &[u8] = row.try_get(2).map_err(failed)?;
        let text = keys.unseal_text(*secret, owner, stored).map_err(Error::broken)?;
        places.push(row.try_get::<_, String>(0).map_err(failed)?);
        macs.push(keys.mac(*secret, &text));
    }
    let query = format!(
        "UPDATE {table} t SET {mac} = n.mac FROM unnest($1::text[], $2::bytea[]) AS n (place, mac) \
         WHERE t.ctid = n.place::tid"
    );
    let count = transaction.execute(&query, &[&places, &macs]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    i64::try_from(count).map_err(Error::broken)
}

/// How many blocks a table has.
async fn blocks(client: &Client, table: &str) -> Result<i64> {
    let query =
        format!("SELECT pg_relation_size('{table}'::regclass) / current_setting('block_size')::bigint");
    client.query_one(&query, &[]).await.and_then(|row| row.try_get(0)).map_err(failed)
}

fn stretch(from: i64) -> String {
    format!("ctid >= '({from},0)'::tid AND ctid < '({},0)'::tid", from.saturating_add(BLOCKS))
}

/// Seals one stretch of a column anew.
async fn columns(client: &mut Client, keys: &KeyRing, place: &SealedColumn, from: i64) -> Result<i64> {
    let SealedColumn { table, column, owner, secret, .. } = place;
    let current = i32::from(keys.current());
    let transaction = client.transaction().await.map_err(failed)?;
    let query = format!(
        "SELECT ctid::text, uuid_send({owner}), {column} FROM {table} \
         WHERE {} AND octet_length({column}) > 1 AND get_byte({column}, 1) <> $1 FOR NO KEY UPDATE SKIP LOCKED",
        stretch(from)
    );
    let (mut places, mut texts) = (Vec::new(), Vec::new());
    for row in transaction.query(&query, &[&current]).await.map_err(failed)? {
        let owner = Uuid::from_slice(row.try_get(1).map_err(failed)?).map_err(Error::broken)?;
        let stored: &[u8] = row.try_get(2).map_err(failed)?;
        if let Some(anew) = keys.reseal(*secret, owner, stored).map_err(Error::broken)? {
            places.push(row.try_get::<_, String>(0).map_err(failed)?);
            texts.push(anew);
        }
    }
    let query = format!(
        "UPDATE {table} t SET {column} = n.anew FROM unnest($1::text[], $2::bytea[]) AS n (place, anew) \
         WHERE t.ctid = n.place::tid"
    );
    let count = transaction.execute(&query, &[&places, &texts]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    i64::try_from(count).map_err(Error::broken)
}

/// The images of one stretch that may hold sealed texts: where they stand, whose rows they are, and they.
async fn images(
    client: &impl tokio_postgres::GenericClient,
    place: &SealedImages,
    places: SealedPlaces,
    from: i64,
    locking: &str,
) -> Result<Vec<(String, String, Value)>> {
    let SealedImages { table, column, relation } = place;
    let query = format!(
        "SELECT ctid::text, {relation}, {column}::text FROM {table} \
         WHERE {} AND {column} IS NOT NULL AND {relation} = ANY ($1) {locking}",
        stretch(from)
    );
    let relations: Vec<&str> = places.columns.iter().map(|column| column.table).collect();
    let rows = client.query(&query, &[&relations]).await.map_err(failed)?;
    let read = rows.iter().map(|row| {
        let text: &str = row.try_get(2).map_err(failed)?;
        let image = serde_json::from_str(text).map_err(Error::broken)?;
        Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?, image))
    });
    read.collect()
}

/// Seals the images of one stretch anew.
async fn rewrite(
    client: &mut Client,
    keys: &KeyRing,
    place: &SealedImages,
    places: SealedPlaces,
    from: i64,
) -> Result<i64> {
    let transaction = client.transaction().await.map_err(failed)?;
    let found = images(&transaction, place, places, from, "FOR NO KEY UPDATE SKIP LOCKED").await?;
    let (mut at, mut texts, mut count) = (Vec::new(), Vec::new(), 0);
    for (place, relation, mut image) in found {
        let changed = walk(&mut image, places, &relation, &mut |secret, owner, stored| {
            keys.reseal(secret, owner, stored).map_err(Error::broken)
        })?;
        if changed > 0 {
            count += changed;
            at.push(place);
            texts.push(image.to_string());
        }
    }
    let SealedImages { table, column, .. } = place;
    let query = format!(
        "UPDATE {table} t SET {column} = n.anew::jsonb FROM unnest($1::text[], $2::text[]) AS n (place, anew) \
         WHERE t.ctid = n.place::tid"
    );
    transaction.execute(&query, &[&at, &texts]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(count)
}

/// What becomes of a sealed text: another one, or none where it stays.
type Work<'a> = dyn FnMut(Secret, Uuid, &[u8]) -> Result<Option<Vec<u8>>> + 'a;

/// Goes over every sealed text of an image, however deep its rows lie; answers how many it changed.
fn walk(image: &mut Value, places: SealedPlaces, relation: &str, work: &mut Work<'_>) -> Result<i64> {
    match image {
        Value::Array(items) => {
            items.iter_mut().try_fold(0, |count, item| Ok(count + walk(item, places, relation, work)?))
        }
        Value::Object(fields) => {
            let mut count = 0;
            for place in places.columns.iter().filter(|place| place.table == relation) {
                let text = fields.get(place.column).and_then(Value::as_str);
                let Some(text) = text.and_then(|text| text.strip_prefix(HEX)) else { continue };
                let stored = hex::decode(text).map_err(Error::broken)?;
                let owner = fields.get(place.owner).and_then(Value::as_str).map(Uuid::parse_str);
                let owner =
                    owner.ok_or_else(|| Error::broken("an image of a sealed text without its owner"))?;
                if let Some(anew) = work(place.secret, owner.map_err(Error::broken)?, &stored)? {
                    let text = format!("{HEX}{}", hex::encode(anew));
                    fields.insert(place.column.to_owned(), Value::String(text));
                    count += 1;
                }
            }
            fields
                .values_mut()
                .try_fold(count, |count, value| Ok(count + walk(value, places, relation, work)?))
        }
        _ => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: SealedPlaces = SealedPlaces {
        columns: &[SealedColumn {
            table: "people",
            column: "cipher",
            owner: "id",
            secret: Secret::Mobile,
            mac: None,
        }],
        images: &[],
    };

    #[test]
    fn sealed_texts_are_found_however_deep_they_lie_and_nothing_else_is_touched() {
        let owner = Uuid::now_v7();
        let image = |text: &str| {
            serde_json::json!([
                { "owner": owner, "image": { "id": owner, "cipher": text, "name": "\\x00", "version": 3 } },
                { "owner": owner, "image": { "id": owner, "cipher": null } },
            ])
        };
        let mut given = image("\\x0101ff");
        let changed = walk(&mut given, PLACES, "people", &mut |secret, whose, stored| {
            assert_eq!((secret, whose, stored), (Secret::Mobile, owner, [1, 1, 255].as_slice()));
            Ok(Some(vec![1, 2, 254]))
        });
        assert_eq!((changed.unwrap(), given), (1, image("\\x0102fe")));
        let mut other = image("\\x0101ff");
        let none = walk(&mut other, PLACES, "seats", &mut |_, _, _| Ok(Some(Vec::new()))).unwrap();
        assert_eq!((none, other), (0, image("\\x0101ff")));
    }

    #[test]
    fn a_text_without_its_owner_is_an_error_and_no_loss() {
        let mut image = serde_json::json!({ "cipher": "\\x0101" });
        assert!(walk(&mut image, PLACES, "people", &mut |_, _, _| Ok(None)).is_err());
    }
}
