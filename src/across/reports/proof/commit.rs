//! Binds the facts of a revision to the trail when it is frozen: the root over them, under pseudonyms.

use diesel_async::AsyncPgConnection;

use super::super::basis::Basis;
use super::super::figures;
use super::definitions::Definitions;
use super::facts::FORM;
use super::gather::gather;
use super::pseudonyms::{Pseudonyms, random_key};
use crate::base::error::{Error, Result};
use crate::records::quarters::proofs::{keep_proof, proof, pseudonym_key};
use crate::records::quarters::{Proven, RevisionProof, queries};

/// Works out and keeps what a revision is proven with, in the transaction that froze it; answers what its entry in the
/// trail is to say.
///
/// # Errors
/// Whatever the database answers.
pub(in super::super) async fn commit(conn: &mut AsyncPgConnection, basis: &Basis) -> Result<Proven> {
    let key = pseudonym_key(conn, &basis.county).await?.unwrap_or_else(|| random_key().to_vec());
    let pseudonyms = pseudonyms(&key)?;
    let facts = gather(conn, basis, &pseudonyms).await?;
    let definitions = Definitions::of(&figures::sections(basis.star_scale, &basis.words));
    let digest = definitions.digest().map_err(Error::broken)?;
    let own = RevisionProof {
        quarter: basis.quarter.to_string(),
        revision: basis.revision.as_ref().map_or(0, |revision| revision.number),
        form: FORM.to_owned(),
        pseudonym_key: key,
        place_count: i64::try_from(facts.places()).map_err(Error::broken)?,
        row_count: i64::try_from(facts.rows).map_err(Error::broken)?,
        root: facts.root.to_vec(),
        definitions: hex::decode(digest).map_err(Error::broken)?,
    };
    keep_proof(conn, &basis.county, &own).await?;
    Ok(Proven { own, rests_on: rests_on(conn, basis).await? })
}

/// The keyed hashes of a stored key.
pub(super) fn pseudonyms(key: &[u8]) -> Result<Pseudonyms> {
    Pseudonyms::new(key).ok_or_else(|| Error::broken("a key of pseudonyms that is none"))
}

/// What the quarter before, and the one before that, were proven with: the figures of a report stand beside those of the
/// one, whose opening is the closing of the other.
async fn rests_on(conn: &mut AsyncPgConnection, basis: &Basis) -> Result<Vec<RevisionProof>> {
    let mut proofs = Vec::new();
    let (mut quarter, mut number) = (basis.quarter.previous(), basis.previous_number);
    for _ in 0..2 {
        let Some(revision) = number else { break };
        proofs.extend(proof(conn, &basis.county, quarter, revision).await?);
        let before = queries::revision(conn, &basis.county, quarter, revision).await?;
        (quarter, number) = (quarter.previous(), before.and_then(|before| before.previous_number));
    }
    Ok(proofs)
}
