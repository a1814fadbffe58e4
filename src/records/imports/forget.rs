//! What is kept of imports no longer than somebody can use it: rows, former values, samples of foreign columns.

use chrono::Duration;
use diesel::sql_types::{Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::records::imports::model::{DAYS_TO_UNDO, MINUTES_TO_MATCH};

diesel::define_sql_function! {
    /// Drops what imports of every county keep that were received before a moment, and proposals from before another one.
    fn forget_imports(received_before: Timestamptz, proposed_before: Timestamptz, told: Text);
}

/// Said of a file whose columns nobody matched in time.
#[must_use]
pub fn matched_too_late() -> String {
    format!("列对应没有在{MINUTES_TO_MATCH}分钟内确定，文件已经删去；请重新上传，本次的列对应会再次给出。")
}

/// Forgets rows and former values that nobody can use any more (of an import that was carried out once it cannot be taken
/// back, of any other after as many days), and the proposals of files that have waited too long. In every county; where
/// somebody else is about it already, nothing is done.
///
/// # Errors
/// Whatever the database answers.
pub async fn forget(conn: &mut AsyncPgConnection) -> Result<()> {
    let now = clock::now();
    let minutes = i64::try_from(MINUTES_TO_MATCH).map_err(Error::broken)?;
    let received = now - Duration::days(DAYS_TO_UNDO);
    let proposed = now - Duration::minutes(minutes);
    diesel::select(forget_imports(received, proposed, matched_too_late())).execute(conn).await?;
    Ok(())
}
