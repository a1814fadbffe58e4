//! What an import leaves in hand: who received it and carried it out, when, which bytes it was; and what became of the
//! same bytes before.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::across::imports::context::Engine;
use crate::base::clock::minute_in_china;
use crate::base::db;
use crate::base::error::Result;
use crate::base::scope::Scope;
use crate::records::imports::{self, Import, State};

/// An earlier import of the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SameFile {
    /// Its id.
    pub import_id: uuid::Uuid,
    /// `planned`, `committing`, `committed` or `undone`.
    pub state: String,
    /// Who handed it in.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// A Chinese sentence that says when it was imported, and what became of it.
    pub message: String,
}

/// How many earlier imports of a file are told.
const TOLD: usize = 3;
/// How many are looked at: those that could not be read are not told.
const LOOKED_AT: i64 = 20;

/// Earlier imports of the same bytes as the same kind that somebody may see, the latest first; at most three, and none
/// that could not be read. (Another kind is another sheet of the workbook.)
///
/// # Errors
/// Whatever the database answers.
pub async fn same_file(engine: &Engine, within: &Scope, import: &Import) -> Result<Vec<SameFile>> {
    let mut conn = engine.database.web().await?;
    let found = db::read(&mut conn, within, async |conn| {
        let file = Some(import.file_sha256.as_slice());
        Ok(imports::queries::list(conn, within, file, Some(import.id), LOOKED_AT).await?)
    })
    .await?;
    let mut told = Vec::new();
    for earlier in found.into_iter().filter(|earlier| earlier.kind == import.kind) {
        if let Some(message) = told_of(&earlier)? {
            told.push(SameFile {
                import_id: earlier.id.0,
                state: earlier.state,
                uploaded_by: earlier.uploaded_by,
                uploaded_at: earlier.created_at,
                message,
            });
        }
    }
    told.truncate(TOLD);
    Ok(told)
}

/// What is said of an earlier import; nothing where its file could not be read, or is being read.
fn told_of(import: &Import) -> Result<Option<String>> {
    let name = &import.file_name;
    let written = import.committed_at.map(|at| {
        format!(
            "这个文件已于{}由“{}”导入，写入{}行（文件名“{name}”）",
            minute_in_china(at),
            import.committed_by.as_deref().unwrap_or_default(),
            import.counts().to_write()
        )
    });
    Ok(match import.state()? {
        State::Reading | State::Failed => None,
        State::Planned | State::Committing => Some(format!(
            "这个文件已于{}由“{}”上传，方案还没有写入（文件名“{name}”）；请先处理那一次，不必写入两次。",
            minute_in_china(import.created_at),
            import.uploaded_by
        )),
        State::Committed => written.map(|told| format!("{told}；再次导入只写入其后有变化的行，请先核对。")),
        State::Undone => {
            let undone = import.undone_at.map(minute_in_china).unwrap_or_default();
            written.map(|told| format!("{told}，已于{undone}撤销。"))
        }
    })
}
