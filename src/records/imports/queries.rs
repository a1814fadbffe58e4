//! Every read of imports.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::ImportId;
use crate::base::scope::Scope;
use crate::records::imports::model::{Bucket, Import, StoredRow};
use crate::schema::{import_mappings, import_rows, import_undos, imports};

/// An import inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(conn: &mut AsyncPgConnection, within: &Scope, id: ImportId) -> QueryResult<Option<Import>> {
    imports::table
        .find((within.county, id))
        .filter(imports::path.ge(within.path.as_str()).and(imports::path.lt(within.path.end())))
        .select(Import::as_select())
        .first(conn)
        .await
        .optional()
}

/// The import that somebody gave in under a key.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_key(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    uploader: &str,
    key: &str,
) -> QueryResult<Option<Import>> {
    imports::table
        .filter(imports::county_id.eq(within.county))
        .filter(imports::path.ge(within.path.as_str()).and(imports::path.lt(within.path.end())))
        .filter(imports::uploaded_by.eq(uploader))
        .filter(imports::idempotency_key.eq(key))
        .select(Import::as_select())
        .first(conn)
        .await
        .optional()
}

/// The latest imports inside a scope, newest first, older than `before`, at most `limit`; only those of a file where its
/// SHA-256 is given.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    file: Option<&[u8]>,
    before: Option<ImportId>,
    limit: i64,
) -> QueryResult<Vec<Import>> {
    let mut query = imports::table
        .filter(imports::county_id.eq(within.county))
        .filter(imports::path.ge(within.path.as_str().to_owned()))
        .filter(imports::path.lt(within.path.end()))
        .into_boxed();
    if let Some(file) = file {
        query = query.filter(imports::file_sha256.eq(file.to_vec()));
    }
    if let Some(before) = before {
        query = query.filter(imports::id.lt(before));
    }
    query.order(imports::id.desc()).limit(limit).select(Import::as_select()).load(conn).await
}

/// How many imports a scope has; only those of a file where its SHA-256 is given.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, file: Option<&[u8]>) -> QueryResult<i64> {
    let mut query = imports::table
        .filter(imports::county_id.eq(within.county))
        .filter(imports::path.ge(within.path.as_str().to_owned()))
        .filter(imports::path.lt(within.path.end()))
        .into_boxed();
    if let Some(file) = file {
        query = query.filter(imports::file_sha256.eq(file.to_vec()));
    }
    query.count().get_result(conn).await
}

/// Which rows of an import are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Those of some buckets.
    In(&'a [Bucket]),
    /// Those beside which somebody on record stands.
    Alike,
    /// Those whose records were kept when the import was taken back.
    Kept,
}

fn narrowed<'a>(import: &Import, which: Which<'_>) -> import_rows::BoxedQuery<'a, Pg> {
    let of_import = import_rows::table
        .filter(import_rows::county_id.eq(import.county_id))
        .filter(import_rows::import_id.eq(import.id))
        .into_boxed();
    match which {
        Which::In(buckets) => {
            let codes: Vec<&str> = buckets.iter().map(|bucket| bucket.code()).collect();
            of_import.filter(import_rows::bucket.eq_any(codes))
        }
        Which::Alike => of_import.filter(import_rows::is_alike),
        Which::Kept => of_import.filter(import_rows::kept.is_not_null()),
    }
}

/// Rows of an import in the order of the sheet, after a row, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn rows(
    conn: &mut AsyncPgConnection,
    import: &Import,
    which: Which<'_>,
    after: i32,
    limit: i64,
) -> QueryResult<Vec<StoredRow>> {
    narrowed(import, which)
        .filter(import_rows::number.gt(after))
        .order(import_rows::number)
        .limit(limit)
        .select(StoredRow::as_select())
        .load(conn)
        .await
}

/// How many rows of an import there are.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_rows(conn: &mut AsyncPgConnection, import: &Import, which: Which<'_>) -> QueryResult<i64> {
    narrowed(import, which).count().get_result(conn).await
}

/// Rows of an import by their numbers, in the order of the sheet.
///
/// # Errors
/// Whatever the database answers.
pub async fn numbered(
    conn: &mut AsyncPgConnection,
    import: &Import,
    numbers: &[i32],
) -> QueryResult<Vec<StoredRow>> {
    import_rows::table
        .filter(import_rows::county_id.eq(import.county_id))
        .filter(import_rows::import_id.eq(import.id))
        .filter(import_rows::number.eq_any(numbers))
        .order(import_rows::number)
        .select(StoredRow::as_select())
        .load(conn)
        .await
}

diesel::define_sql_function! {
    /// Whether an import that wrote to the same subtree was taken back since a moment.
    fn was_undone_since(county: diesel::sql_types::Uuid, path: Text, since: Timestamptz) -> diesel::sql_types::Bool;
}

/// Whether an import that wrote to the same subtree as this one was taken back since this one was received: its plan may
/// count on what is gone.
///
/// # Errors
/// Whatever the database answers.
pub async fn was_undone_meanwhile(conn: &mut AsyncPgConnection, import: &Import) -> QueryResult<bool> {
    diesel::select(was_undone_since(import.county_id, &import.path, import.created_at)).get_result(conn).await
}

/// Why an import was taken back; none where it was not, or where that was not asked yet.
///
/// # Errors
/// Whatever the database answers.
pub async fn undo_reason(conn: &mut AsyncPgConnection, import: &Import) -> QueryResult<Option<String>> {
    import_undos::table
        .find((import.county_id, import.id))
        .select(import_undos::reason)
        .first(conn)
        .await
        .optional()
}

/// What was last said of the headings of files like this one.
///
/// # Errors
/// Whatever the database answers.
pub async fn remembered(
    conn: &mut AsyncPgConnection,
    import: &Import,
) -> QueryResult<Option<serde_json::Value>> {
    import_mappings::table
        .find((import.county_id, import.organisation_id, &import.kind))
        .select(import_mappings::mapping)
        .first(conn)
        .await
        .optional()
}
