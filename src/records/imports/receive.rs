//! Takes in a workbook: the import exists before its file is read, so that the reading can be watched.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{ImportId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::masked_numbers;
use crate::records::audit;
use crate::records::imports::forget::forget;
use crate::records::imports::model::{Kind, State};
use crate::schema::imports;

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Receive {
    /// What its rows are about.
    pub kind: Kind,
    /// The organisation that they belong to.
    pub organisation: OrganisationId,
    /// Its path.
    pub path: Path,
    /// Name of the file, as uploaded.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: [u8; 32],
    /// Its size in bytes.
    pub file_size: u64,
    /// Where foreign headings go.
    pub mapping: serde_json::Value,
    /// Key under which it is given in, at most once.
    pub idempotency_key: Option<String>,
}

/// Takes in a workbook for an organisation; what is kept of older ones no longer than it may be is forgotten on the way.
///
/// # Errors
/// `Forbidden` where the actor may not enter records for the organisation.
pub async fn receive(conn: &mut AsyncPgConnection, actor: &Actor, command: &Receive) -> Result<ImportId> {
    policy::require(actor, Action::EnterRecords, &command.path)?;
    db::write(conn, actor, async |conn| {
        forget(conn).await?;
        let id = ImportId::new();
        // Named after somebody, it would tell his number to everybody who sees the list of imports.
        let name: String = masked_numbers(&command.file_name)
            .chars()
            .filter(|character| !character.is_control())
            .take(255)
            .collect();
        let name = if name.trim().is_empty() { "（无名文件）".to_owned() } else { name };
        diesel::insert_into(imports::table)
            .values((
                imports::county_id.eq(actor.scope.county),
                imports::id.eq(id),
                imports::kind.eq(command.kind.code()),
                imports::organisation_id.eq(command.organisation),
                imports::path.eq(command.path.as_str()),
                imports::state.eq(State::Reading.code()),
                imports::file_name.eq(&name),
                imports::file_sha256.eq(command.file_sha256.as_slice()),
                imports::file_size.eq(i64::try_from(command.file_size).unwrap_or(i64::MAX).max(1)),
                imports::mapping.eq(&command.mapping),
                imports::account_id.eq(actor.account),
                imports::uploaded_by.eq(&actor.name),
                imports::idempotency_key.eq(&command.idempotency_key),
            ))
            .execute(conn)
            .await
            .constraint("imports_idempotency_key_key", || Error::Taken {
                field: "idempotency_key",
                message: "这个幂等键的导入正在进行，请稍后用同一个键再查结果。".to_owned(),
            })?;
        let details = serde_json::json!({
            "kind": command.kind.code(),
            "file_sha256": hex::encode(command.file_sha256),
            "file_size": command.file_size,
        });
        let entry = audit::Entry {
            action: "imports.receive",
            subject_kind: audit::IMPORT,
            subject: Some(id.0),
            count: 1,
            path: &command.path,
            details,
        };
        audit::append(conn, actor, &entry).await?;
        Ok(id)
    })
    .await
}
