//! Entries of the trail taken out as a file that anybody can verify: what somebody may read, each with its proof.

use std::io::Write;

use diesel_async::AsyncPgConnection;

use crate::across::exports::Receipt;
use crate::across::exports::sink::Sealed;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::scope::Scope;
use crate::records::audit::bundle::{Covered, Writer};
use crate::records::audit::checkpoints::{ChainStore, Kept, Published};
use crate::records::audit::queries::{self, Filter, Reach};
use crate::records::audit::{self, Entry};

/// Entries that are fetched at once.
const PAGE: i64 = 1000;
/// Single entries of one file: each carries its proof of about a kilobyte.
const MOST: usize = 50_000;

/// Writes the entries that a reader may see and that a checkpoint covers, and leaves an entry about it: hand `out` on
/// only when this has answered. Who may read a whole county gets the whole chain, whose hashes are their own proof;
/// everybody else gets single entries, each proven by the newest checkpoint.
///
/// # Errors
/// `Refused` where there is no checkpoint yet, or too much is asked for; whatever the database or `out` answers.
pub async fn bundle(
    conn: &mut AsyncPgConnection,
    published: &Published,
    actor: &Actor,
    reach: Reach,
    filter: &Filter,
    out: impl Write,
) -> Result<Receipt> {
    let county = actor.scope.whole_county();
    let chain = county.path.code().to_owned();
    let files = published.store.chain(&chain);
    let newest = files.newest().map_err(Error::broken)?.ok_or_else(|| {
        Error::Refused("还没有签署检查点，请在一分钟后重试；检查点由运行中的服务签署。".to_owned())
    })?;
    let mut sealed = Sealed::new(out);
    let writer = Writer::begin(&mut sealed, &published.key.to_string()).map_err(Error::broken)?;
    let whole = reach.records && reach.accounts && actor.scope.path == county.path && filter.is_empty();
    let asked = Asked { scope: &actor.scope, reach, filter, chain: &chain };
    let rows = if whole {
        asked.whole(conn, writer, &files).await?
    } else {
        asked.single(conn, writer, &files, &newest).await?
    };
    let receipt = Receipt { rows, sha256: hex::encode(sealed.finish()?) };
    let details = serde_json::json!({
        "file_sha256": receipt.sha256, "filter": told(filter), "checkpoint": newest.checkpoint.head.size,
    });
    db::write(conn, actor, async |conn| {
        let entry = Entry {
            action: "audit.take_bundle",
            subject_kind: "trail",
            subject: None,
            count: receipt.rows,
            path: &actor.scope.path,
            details,
        };
        audit::append(conn, actor, &entry).await
    })
    .await?;
    Ok(receipt)
}

fn told(filter: &Filter) -> serde_json::Value {
    serde_json::json!({
        "from": filter.from, "to": filter.until, "username": filter.actor, "action": filter.action,
        "door": filter.door, "id": filter.subject,
    })
}

struct Asked<'a> {
    scope: &'a Scope,
    reach: Reach,
    filter: &'a Filter,
    chain: &'a str,
}

impl Asked<'_> {
    async fn page(
        &self,
        conn: &mut AsyncPgConnection,
        range: (i64, i64),
    ) -> Result<Vec<audit::format::Sealed<'static>>> {
        db::read(conn, self.scope, async |conn| {
            Ok(queries::sealed(conn, self.scope, self.reach, self.filter, range, PAGE).await?)
        })
        .await
    }

    async fn whole<W: Write>(
        &self,
        conn: &mut AsyncPgConnection,
        mut writer: Writer<W>,
        files: &ChainStore,
    ) -> Result<usize> {
        let kept = files.notes().map_err(Error::broken)?;
        writer.chain(self.chain, kept.iter()).map_err(Error::broken)?;
        let mut after = 0;
        loop {
            let page = self.page(conn, (after, i64::MAX)).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for entry in &page {
                writer.entry(entry).map_err(Error::broken)?;
            }
        }
        let rows = writer.end().map_err(Error::broken)?;
        usize::try_from(rows).map_err(Error::broken)
    }

    async fn single<W: Write>(
        &self,
        conn: &mut AsyncPgConnection,
        mut writer: Writer<W>,
        files: &ChainStore,
        newest: &Kept,
    ) -> Result<usize> {
        let size = newest.checkpoint.head.size;
        let covered = Covered::of(files, size)?;
        writer.chain(self.chain, std::iter::once(newest)).map_err(Error::broken)?;
        let until = i64::try_from(size).map_err(Error::broken)?;
        let (mut after, mut rows) = (0, 0_usize);
        loop {
            let page = self.page(conn, (after, until)).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            rows += page.len();
            if rows > MOST {
                return Err(Error::Refused(format!(
                    "符合条件的记录超过{MOST}条，请缩小时间范围后分次导出。"
                )));
            }
            for entry in page {
                covered.write(&mut writer, entry)?;
            }
        }
        writer.end().map_err(Error::broken)?;
        Ok(rows)
    }
}
