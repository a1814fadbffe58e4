//! What is sealed in the database: one table, which the rotation of keys goes by, and which a test holds against the live
//! catalogue. Whoever adds an encrypted column adds a line.

use diesel_async::AsyncPgConnection;

use crate::base::db::reseal::{SealedColumn, SealedImages, SealedPlaces};
use crate::base::error::Result;
use crate::base::keys::Secret;
use crate::records::audit;

const fn column(
    table: &'static str,
    column: &'static str,
    owner: &'static str,
    secret: Secret,
) -> SealedColumn {
    SealedColumn { table, column, owner, secret, mac: None }
}

/// One that is found by a MAC, which stands empty in rows from before it was kept.
const fn found_by(place: SealedColumn, mac: &'static str) -> SealedColumn {
    SealedColumn { mac: Some(mac), ..place }
}

/// Every place of sealed texts. Beside these only the files of uploads that wait to be matched are sealed
/// ([`Secret::Upload`], half an hour); idempotent answers, drafts of approvals, kinships and the trail hold no identifier
/// in clear, so that nothing in them is sealed (`tests/it/planted` plants numbers and looks for them).
pub const SEALED: SealedPlaces = SealedPlaces {
    columns: &[
        column("people", "citizen_id_cipher", "id", Secret::CitizenId),
        found_by(column("people", "mobile_cipher", "id", Secret::Mobile), "mobile_mac"),
        found_by(column("people", "telephone_cipher", "id", Secret::Telephone), "telephone_mac"),
        column("import_rows", "content", "import_id", Secret::ImportRow),
        column("import_draft_rows", "content", "draft_id", Secret::DraftRow),
        column("imports", "proposal", "id", Secret::ImportRow),
        column("candidate_verdicts", "verdict_cipher", "id", Secret::Verdict),
        column("candidate_checks", "decision_cipher", "id", Secret::Decision),
        column("second_factors", "secret_cipher", "account_id", Secret::OneTimeCode),
        column("visit_draws", "seed_cipher", "id", Secret::DrawSeed),
        column("rating_samples", "seed_cipher", "id", Secret::DrawSeed),
    ],
    images: &[
        SealedImages { table: "import_traces", column: "images", relation: "relation" },
        SealedImages { table: "person_merge_rows", column: "before", relation: "relation" },
        SealedImages { table: "person_merge_rows", column: "after", relation: "relation" },
    ],
};

/// What happens to a key ring, as the trail calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEvent {
    /// A key came in, and waits.
    Added,
    /// Another key seals from now on.
    Rotated,
    /// Nothing is sealed with the former keys any more.
    Retired,
    /// A key is gone for ever.
    Removed,
}

/// Notes in the trail what happens to the key ring; never a key, only its number.
///
/// # Errors
/// When the entry cannot be written.
pub async fn note(conn: &mut AsyncPgConnection, event: KeyEvent, details: &serde_json::Value) -> Result<()> {
    let action = match event {
        KeyEvent::Added => "keys.add",
        KeyEvent::Rotated => "keys.rotate",
        KeyEvent::Retired => "keys.retire",
        KeyEvent::Removed => "keys.remove",
    };
    audit::append_at_machine(conn, action, "key_ring", details).await
}
