//! What the facts of a revision are proven with: the root over them under pseudonyms, and the key of the pseudonyms.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::schema::revision_proofs;

/// A row of `revision_proofs`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = revision_proofs)]
pub struct RevisionProof {
    /// The quarter, as stored.
    pub quarter: String,
    /// Number of the revision.
    pub revision: i32,
    /// How the facts are written and hashed.
    pub form: String,
    /// The key of the county's pseudonyms.
    pub pseudonym_key: Vec<u8>,
    /// How many places.
    pub place_count: i64,
    /// How many rows stand in them.
    pub row_count: i64,
    /// The root over the places.
    pub root: Vec<u8>,
    /// SHA-256 of the definitions of the figures when it was frozen.
    pub definitions: Vec<u8>,
}

impl RevisionProof {
    /// What the entry of the trail says of it.
    #[must_use]
    pub fn told(&self) -> serde_json::Value {
        serde_json::json!({
            "form": self.form, "quarter": self.quarter, "revision": self.revision, "places": self.place_count,
            "rows": self.row_count, "root": hex::encode(&self.root),
        })
    }
}

/// What the closing of a quarter tells the trail about its facts: those of the revision, and those that it rests on.
#[derive(Clone)]
pub struct Proven {
    /// Of the revision.
    pub own: RevisionProof,
    /// Of the revisions of the quarters before that it is compared with and opens from, the nearest first.
    pub rests_on: Vec<RevisionProof>,
}

impl Proven {
    /// `details.proof` of the entry.
    #[must_use]
    pub fn told(&self) -> serde_json::Value {
        let mut told = self.own.told();
        if let Some(fields) = told.as_object_mut() {
            fields.insert("definitions".to_owned(), hex::encode(&self.own.definitions).into());
            let rests_on = self.rests_on.iter().map(RevisionProof::told).collect();
            fields.insert("rests_on".to_owned(), rests_on);
        }
        told
    }
}

/// Keeps what a revision is proven with. Part of a closing: the caller has frozen the revision in the running transaction.
///
/// # Errors
/// Whatever the database answers.
pub async fn keep_proof(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    proof: &RevisionProof,
) -> QueryResult<()> {
    diesel::insert_into(revision_proofs::table)
        .values((
            revision_proofs::county_id.eq(county.county),
            revision_proofs::quarter.eq(&proof.quarter),
            revision_proofs::revision.eq(proof.revision),
            revision_proofs::form.eq(&proof.form),
            revision_proofs::pseudonym_key.eq(&proof.pseudonym_key),
            revision_proofs::place_count.eq(proof.place_count),
            revision_proofs::row_count.eq(proof.row_count),
            revision_proofs::root.eq(&proof.root),
            revision_proofs::definitions.eq(&proof.definitions),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// What a revision is proven with; none where it was frozen before there were bundles.
///
/// # Errors
/// Whatever the database answers.
pub async fn proof(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    quarter: Quarter,
    revision: i32,
) -> QueryResult<Option<RevisionProof>> {
    revision_proofs::table
        .find((county.county, quarter.to_string(), revision))
        .select(RevisionProof::as_select())
        .first(conn)
        .await
        .optional()
}

/// The key of the pseudonyms of a county; none where no revision has one yet.
///
/// # Errors
/// Whatever the database answers.
pub async fn pseudonym_key(conn: &mut AsyncPgConnection, county: &Scope) -> QueryResult<Option<Vec<u8>>> {
    revision_proofs::table
        .filter(revision_proofs::county_id.eq(county.county))
        .order((revision_proofs::quarter.asc(), revision_proofs::revision.asc()))
        .select(revision_proofs::pseudonym_key)
        .first(conn)
        .await
        .optional()
}
