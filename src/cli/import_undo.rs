//! `cadre import undo`: takes an import back.

use crate::across::imports::context::Engine;
use crate::across::imports::summary::{self, UndoAnswer};
use crate::across::imports::upload;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::ImportId;
use crate::base::scope::{Path, Scope};
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::imports::{self, DAYS_TO_UNDO, Import};
use crate::records::organisations;

/// Which import.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The id that the import answered with
    import_id: uuid::Uuid,
    /// Why it is taken back; stands on record and in the audit trail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Kept rows that are listed for people.
const SHOWN: usize = 50;

/// Takes an import back. Status 3 where records were kept.
pub async fn run(options: &Options, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let import = find(&installation, ImportId(options.import_id)).await?;
    let actor = Actor::command_line(import.scope());
    let mut conn = installation.database.web().await?;
    let mark = output::Mark::of("正在撤销导入");
    imports::undo(&mut conn, &actor, import.id, options.reason.as_deref()).await?;
    drop(mark);
    drop(conn);
    let engine = Engine { database: installation.database.clone(), keys: installation.keys.clone() };
    let import = upload::find(&engine, &actor, import.id).await?;
    let limit = if json { usize::try_from(i32::MAX).unwrap_or(SHOWN) } else { SHOWN };
    let answer = summary::answer(&engine, &actor.scope, &import, limit).await?;
    let told = answer.undo.as_ref().map(sentences).unwrap_or_default();
    output::print(json, &answer, &told);
    match answer.undo {
        Some(undone) if undone.kept > 0 => Err(Failure::RefusedInPart),
        _ => Ok(()),
    }
}

/// The import of an id, in whichever county.
async fn find(installation: &Installation, id: ImportId) -> Result<Import, Failure> {
    let mut conn = installation.database.web().await?;
    for county in organisations::queries::counties(&mut conn).await? {
        let scope = Scope::new(county.id, Path::root(&county.code));
        let found = db::read(&mut conn, &scope, async |conn| {
            Ok::<_, Error>(imports::queries::find(conn, &scope, id).await?)
        })
        .await?;
        if let Some(import) = found {
            return Ok(import);
        }
    }
    let message =
        format!("没有编号为“{id}”的导入；请核对导入时给出的编号（写入后{DAYS_TO_UNDO}天内可以撤销）。");
    Err(Failure::Refused(message, Vec::new()))
}

fn sentences(undone: &UndoAnswer) -> String {
    let mut lines = vec![format!("已撤销：恢复{}行，保留{}行。", undone.undone, undone.kept)];
    lines.extend(
        undone.kept_rows.iter().map(|row| format!("第{}行 {}：{}", row.row, row.subject, row.message)),
    );
    if i64::try_from(undone.kept_rows.len()).is_ok_and(|listed| listed < undone.kept) {
        lines.push("其余从略；用 --json 可列出全部。".to_owned());
    }
    lines.join("\n")
}
