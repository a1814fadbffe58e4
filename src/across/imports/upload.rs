//! Takes a file in: who gives it, for which organisation, and what it is.

use std::io::Read;
use std::path::{Path, PathBuf};

use diesel_async::AsyncPgConnection;
use sha2::{Digest, Sha256};

use crate::across::imports::context::Engine;
use crate::across::imports::headings::Mapping;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::ImportId;
use crate::records::imports::{self, Import, Kind, Receive, State};
use crate::records::organisations::model::Organisation;

/// A file to be imported.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    /// What its rows are about.
    pub kind: Kind,
    /// The organisation that they belong to.
    pub organisation: &'a Organisation,
    /// Where the file lies.
    pub file: &'a Path,
    /// What it was called by whom gave it.
    pub name: String,
    /// Where foreign headings go.
    pub mapping: Mapping,
    /// Key under which it is given in, at most once.
    pub idempotency_key: Option<String>,
}

/// Puts an upload on record; its reading may begin.
///
/// # Errors
/// `Forbidden`, `Refused` where the file cannot be opened, `Taken` where the key is in use.
pub async fn take_in(engine: &Engine, actor: &Actor, upload: Upload<'_>) -> Result<Import> {
    let command = describe(upload).await?;
    let mut conn = engine.database.web().await?;
    put_on_record(&mut conn, actor, &command).await
}

/// What an upload is on record as: the file is read through once for its digest.
///
/// # Errors
/// `Refused` where the file cannot be opened.
pub async fn describe(upload: Upload<'_>) -> Result<Receive> {
    let file = upload.file.to_owned();
    let (file_sha256, file_size) = tokio::task::spawn_blocking(move || digest(&file))
        .await
        .map_err(Error::broken)?
        .map_err(|error| Error::Refused(format!("文件打不开（{error}）；请确认文件存在且有读取权限")))?;
    Ok(Receive {
        kind: upload.kind,
        organisation: upload.organisation.id,
        path: upload.organisation.path(),
        file_name: upload.name,
        file_sha256,
        file_size,
        mapping: serde_json::to_value(&upload.mapping).map_err(Error::broken)?,
        idempotency_key: upload.idempotency_key,
    })
}

/// Puts what was described on record; part of a transaction where the caller is in one.
///
/// # Errors
/// `Forbidden`, `Taken` where the key is in use.
pub async fn put_on_record(conn: &mut AsyncPgConnection, actor: &Actor, command: &Receive) -> Result<Import> {
    let id = imports::receive(conn, actor, command).await?;
    find_with(conn, actor, id).await
}

/// A reading or writing that says nothing for so long has died with its process.
const SILENCE: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// An import as it stands now.
///
/// # Errors
/// `Missing` where there is none in the actor's scope.
pub async fn find(engine: &Engine, actor: &Actor, id: ImportId) -> Result<Import> {
    let mut conn = engine.database.web().await?;
    let import = find_with(&mut conn, actor, id).await?;
    let at_work = matches!(import.state()?, State::Reading | State::Committing);
    if !at_work || clock::now() - import.updated_at < SILENCE {
        return Ok(import);
    }
    imports::bury(&mut conn, actor, &import).await?;
    find_with(&mut conn, actor, id).await
}

async fn find_with(conn: &mut AsyncPgConnection, actor: &Actor, id: ImportId) -> Result<Import> {
    db::read(conn, &actor.scope, async |conn| {
        imports::queries::find(conn, &actor.scope, id).await.or_missing("导入")
    })
    .await
}

/// The import that was given in under a key before; refused where it was another file.
///
/// # Errors
/// `Invalid` for another file, whatever the database answers.
pub async fn earlier(engine: &Engine, actor: &Actor, key: &str, file: &Path) -> Result<Option<Import>> {
    let mut conn = engine.database.web().await?;
    let found = db::read(&mut conn, &actor.scope, async |conn| {
        Ok(imports::queries::by_key(conn, &actor.scope, &actor.name, key).await?)
    })
    .await?;
    let Some(import) = found else { return Ok(None) };
    let file: PathBuf = file.to_owned();
    let digest = tokio::task::spawn_blocking(move || digest(&file)).await.map_err(Error::broken)?;
    match digest {
        Ok((sha256, _)) if sha256.as_slice() == import.file_sha256 => Ok(Some(import)),
        _ => {
            Err(Error::invalid("idempotency_key", "这个幂等键已用于另一个文件；请换一个键，或用原来的文件。"))
        }
    }
}

/// SHA-256 and size of a file, read piece by piece.
fn digest(file: &Path) -> std::io::Result<([u8; 32], u64)> {
    let mut file = std::fs::File::open(file)?;
    let mut digest = Sha256::new();
    let mut size: u64 = 0;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((digest.finalize().into(), size));
        }
        size = size.saturating_add(u64::try_from(read).unwrap_or(0));
        digest.update(piece.get(..read).unwrap_or_default());
    }
}
