//! Keeps what the reading found, batch by batch. Part of the reading, which `receive` has put on record.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Bytea, Integer, Jsonb, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::values::masked_numbers;
use crate::records::imports::model::{Import, State, StoredRow};
use crate::schema::imports;

/// Adds rows to an import that is being read, and says that the reading is alive.
///
/// # Errors
/// `Refused` where the import is no longer being read.
pub async fn stage(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    rows: &[StoredRow],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let count = i32::try_from(rows.len()).unwrap_or(i32::MAX);
        let alive = diesel::update(imports::table.find((import.county_id, import.id)))
            .filter(imports::state.eq(State::Reading.code()))
            .set((imports::rows_read.eq(imports::rows_read + count), imports::updated_at.eq(clock::now())))
            .execute(conn)
            .await?;
        if alive == 0 {
            return Err(Error::Refused("这次导入已经中止，请重新上传文件。".to_owned()));
        }
        write(conn, import, rows, "").await?;
        Ok(())
    })
    .await
}

/// Rewrites rows of an import whose plan is made anew; part of the verb that does so.
///
/// # Errors
/// Whatever the database answers.
pub async fn restage(
    conn: &mut AsyncPgConnection,
    import: &Import,
    rows: &[StoredRow],
) -> QueryResult<usize> {
    const ANEW: &str = "ON CONFLICT (county_id, import_id, number) DO UPDATE SET bucket = excluded.bucket, \
         record_id = excluded.record_id, record_version = excluded.record_version, content = excluded.content, \
         is_alike = excluded.is_alike";
    write(conn, import, rows, ANEW).await
}

/// A row of an import and the new record that it became.
#[derive(Debug, Clone, Copy)]
pub struct Became {
    /// The sheet's number of the row.
    pub number: i32,
    /// The record.
    pub record: uuid::Uuid,
}

/// Puts new records, in their first version, beside rows that were planned under no id; part of the commit.
///
/// # Errors
/// Whatever the database answers.
pub async fn link(conn: &mut AsyncPgConnection, import: &Import, rows: &[Became]) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE import_rows r SET record_id = n.record_id, record_version = 1 \
         FROM unnest($3, $4) AS n (number, record_id) \
         WHERE r.county_id = $1 AND r.import_id = $2 AND r.number = n.number",
    )
    .bind::<Uuid, _>(import.county_id)
    .bind::<Uuid, _>(import.id)
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.record).collect::<Vec<_>>())
    .execute(conn)
    .await
}

async fn write(
    conn: &mut AsyncPgConnection,
    import: &Import,
    rows: &[StoredRow],
    known: &'static str,
) -> QueryResult<usize> {
    diesel::sql_query(format!(
        "INSERT INTO import_rows (county_id, import_id, path, number, bucket, record_id, record_version, content, is_alike) \
         SELECT $1, $2, $3, * FROM unnest($4, $5, $6, $7, $8, $9) {known}"
    ))
    .bind::<Uuid, _>(import.county_id)
    .bind::<Uuid, _>(import.id)
    .bind::<Text, _>(&import.path)
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.bucket.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Uuid>>, _>(rows.iter().map(|row| row.record_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Integer>>, _>(rows.iter().map(|row| row.record_version).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(rows.iter().map(|row| row.content.as_slice()).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(rows.iter().map(|row| row.is_alike).collect::<Vec<_>>())
    .execute(conn)
    .await
}

/// Sentences and headings that the reading found, as stored.
pub(super) fn json(texts: &[String]) -> serde_json::Value {
    serde_json::Value::from(texts.to_vec())
}

/// Keeps what the first row and the file were found to be.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn describe(
    conn: &mut AsyncPgConnection,
    import: &Import,
    headings: &[String],
    notices: &[String],
) -> QueryResult<usize> {
    // They quote the sheet, and are kept as long as the import.
    let masked: Vec<String> = notices.iter().map(|notice| masked_numbers(notice).into_owned()).collect();
    diesel::sql_query("UPDATE imports SET headings = $3, notices = $4 WHERE county_id = $1 AND id = $2")
        .bind::<Uuid, _>(import.county_id)
        .bind::<Uuid, _>(import.id)
        .bind::<Jsonb, _>(json(headings))
        .bind::<Jsonb, _>(json(&masked))
        .execute(conn)
        .await
}
