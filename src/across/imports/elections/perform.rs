//! Carries out what rows say of votes by the verbs of committees.

use diesel_async::AsyncPgConnection;

use crate::across::imports::objections::{Objection, heard};
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::ElectionId;
use crate::base::keys::KeyRing;
use crate::records::committees::{self, CorrectElection, RecordElection};

/// What carrying the rows of a vote out does.
#[derive(Debug)]
pub enum Deed {
    /// A vote that is not on record, with the sheet's numbers of its rows.
    Record(Box<RecordElection>, Vec<u32>),
    /// The whole of a vote as it should have been recorded.
    Correct(Box<CorrectElection>),
}

impl Deed {
    /// The rows that become a new record.
    #[must_use]
    pub fn rows(&self) -> &[u32] {
        match self {
            Self::Record(_, rows) => rows,
            Self::Correct(_) => &[],
        }
    }
}

/// Records and corrects votes; answers the new ones, each by the number of its deed, or what is wrong with which deed.
///
/// # Errors
/// Whatever is not the fault of a deed.
pub async fn perform(
    conn: &mut AsyncPgConnection,
    importer: &Actor,
    keys: &KeyRing,
    deeds: &[Deed],
) -> Result<std::result::Result<Vec<(usize, ElectionId)>, Vec<Objection>>> {
    let (mut recorded, mut corrected) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for (at, deed) in deeds.iter().enumerate() {
        match deed {
            Deed::Record(command, _) => {
                recorded.0.push(at);
                recorded.1.push((**command).clone());
            }
            Deed::Correct(command) => {
                corrected.0.push(at);
                corrected.1.push((**command).clone());
            }
        }
    }
    // All objections come at once.
    let (mut votes, mut objections) = (Vec::new(), Vec::new());
    let of_deeds = |at: &[usize], found: Vec<Objection>| {
        let own = |(number, error): Objection| Some((*at.get(number)?, error));
        found.into_iter().filter_map(own).collect::<Vec<_>>()
    };
    // Corrections first: a run-off may fill what a corrected run left open.
    if !corrected.1.is_empty() {
        let answer = committees::correct_election(conn, importer, keys, &corrected.1).await;
        if let Err(found) = heard(answer, corrected.1.len())? {
            objections.extend(of_deeds(&corrected.0, found));
        }
    }
    if !recorded.1.is_empty() {
        let answer = committees::record_election(conn, importer, keys, &recorded.1).await;
        match heard(answer, recorded.1.len())? {
            Ok(ids) => votes.extend(recorded.0.into_iter().zip(ids)),
            Err(found) => objections.extend(of_deeds(&recorded.0, found)),
        }
    }
    Ok(if objections.is_empty() { Ok(votes) } else { Err(objections) })
}
