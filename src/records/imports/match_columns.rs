//! A file whose headings are not ours: what its columns could be waits for a person, who says where each goes; then it is
//! read again.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::ImportId;
use crate::base::policy::{self, Action};
use crate::records::imports::model::{Import, State};
use crate::records::imports::queries;
use crate::schema::{import_mappings, imports};

/// Keeps what the columns of a file could be, encrypted by who knows what it says.
///
/// # Errors
/// Whatever the database answers.
pub async fn propose(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    content: Vec<u8>,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        diesel::update(imports::table.find((import.county_id, import.id)))
            .filter(imports::state.eq(State::Failed.code()))
            .set(imports::proposal.eq(content))
            .execute(conn)
            .await?;
        Ok(())
    })
    .await
}

/// Takes what the uploader said of the columns, remembers it for the organisation, and has the file read again.
///
/// # Errors
/// `Missing`, `Forbidden`; `Refused` where nothing waits to be matched, or somebody else uploaded the file.
pub async fn read_again(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: ImportId,
    mapping: &serde_json::Value,
    remembered: &serde_json::Value,
) -> Result<Import> {
    db::write(conn, actor, async |conn| {
        let import = queries::find(conn, &actor.scope, id).await.or_missing("导入")?;
        policy::require(actor, Action::EnterRecords, &import.path())?;
        if import.account_id != actor.account || import.uploaded_by != actor.name {
            let by = &import.uploaded_by;
            return Err(Error::Refused(format!("列对应只能由上传者“{by}”确定；需要时请自行上传文件。")));
        }
        let now = clock::now();
        let taken = diesel::update(imports::table.find((import.county_id, import.id)))
            .filter(imports::state.eq(State::Failed.code()))
            .filter(imports::proposal.is_not_null())
            .set((
                imports::state.eq(State::Reading.code()),
                imports::failure.eq(None::<String>),
                imports::proposal.eq(None::<Vec<u8>>),
                imports::mapping.eq(mapping),
                imports::rows_read.eq(0),
                imports::version.eq(imports::version + 1),
                imports::updated_at.eq(now),
            ))
            .execute(conn)
            .await?;
        if taken == 0 {
            let why = "这次导入没有等待确定的列对应，可能已经提交过；请刷新页面查看。";
            return Err(Error::Refused(why.to_owned()));
        }
        let said = (
            import_mappings::mapping.eq(remembered),
            import_mappings::path.eq(&import.path),
            import_mappings::updated_at.eq(now),
            import_mappings::updated_by.eq(&actor.name),
        );
        diesel::insert_into(import_mappings::table)
            .values((
                import_mappings::county_id.eq(import.county_id),
                import_mappings::organisation_id.eq(import.organisation_id),
                import_mappings::kind.eq(&import.kind),
                said,
            ))
            .on_conflict((
                import_mappings::county_id,
                import_mappings::organisation_id,
                import_mappings::kind,
            ))
            .do_update()
            .set(said)
            .execute(conn)
            .await?;
        queries::find(conn, &actor.scope, id).await.or_missing("导入")
    })
    .await
}
