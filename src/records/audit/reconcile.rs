//! Holds the tables against the trail: a change that was made past cadre leaves no entry, and is found here.
//!
//! Every entry says when its transaction began, and PostgreSQL stamps the rows of that transaction with the same moment
//! (`created_at`, `updated_at`). So each stamp belongs to an entry. What was told of accounts (role, state), of seats
//! and of single members is compared with their rows as well. What this cannot see stands in `docs/audit-format.md`:
//! a change that keeps the old stamp of a row of which no entry tells the values.

use tokio_postgres::Client;

use crate::base::error::{Error, Result};
use crate::records::audit::chain::{Fault, FaultKind};

/// Tables that are stamped outside the verbs: working tables, and the trail itself.
const APART: &str = "'imports', 'import_rows', 'import_mappings', 'idempotency_keys', 'audit_entries', 'audit_heads', 'audit_checkpoints'";

/// What the tables say otherwise than the trail.
///
/// # Errors
/// Whatever the database answers.
pub async fn reconcile(client: &Client) -> Result<Vec<Fault>> {
    let mut faults = stamps(client).await?;
    for (what, statement) in COMPARISONS {
        let rows = client.query(statement, &[]).await.map_err(Error::broken)?;
        for row in rows {
            let text = |place| row.try_get::<_, String>(place).map_err(Error::broken);
            let sequence: Option<i64> = row.try_get(1).map_err(Error::broken)?;
            let message = format!("{what}{}：{}", text(2)?, text(3)?);
            faults.push(Fault::new(&text(0)?, sequence, FaultKind::Table, message));
        }
    }
    Ok(faults)
}

/// Stamps of rows that belong to no entry.
async fn stamps(client: &Client) -> Result<Vec<Fault>> {
    let columns = client
        .query(
            &format!(
                "SELECT c.relname::text, a.attname::text FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('created_at', 'updated_at')
                JOIN pg_attribute k ON k.attrelid = c.oid AND k.attname = 'county_id'
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
                    AND c.relname NOT IN ({APART})
                ORDER BY c.relname, a.attname"
            ),
            &[],
        )
        .await
        .map_err(Error::broken)?;
    let mut faults = Vec::new();
    for column in columns {
        let name = |place| column.try_get::<_, String>(place).map_err(Error::broken);
        let (table, stamp) = (name(0)?, name(1)?);
        let statement = format!(
            "WITH told AS MATERIALIZED (SELECT DISTINCT chain, began FROM audit_entries WHERE began IS NOT NULL),
                since AS (SELECT chain, min(began) AS began FROM told GROUP BY chain)
            SELECT k.code, count(*), min(coalesce(to_jsonb(t)->>'id', '')), min(t.{stamp})::text
            FROM {table} t JOIN counties k ON k.id = t.county_id JOIN since s ON s.chain = k.code
            WHERE t.{stamp} >= s.began
                AND NOT EXISTS (SELECT FROM told WHERE told.chain = k.code AND told.began = t.{stamp})
            GROUP BY k.code ORDER BY k.code"
        );
        for row in client.query(&statement, &[]).await.map_err(Error::broken)? {
            let text = |place| row.try_get::<_, String>(place).map_err(Error::broken);
            let count: i64 = row.try_get(1).map_err(Error::broken)?;
            let message = format!(
                "表 {table} 有{count}行在 {} 起被写入，审计记录中没有对应的操作（首行编号 {}）",
                text(3)?,
                text(2)?
            );
            faults.push(Fault::new(&text(0)?, None, FaultKind::Table, message));
        }
    }
    Ok(faults)
}

/// What is compared: a word for the thing, and a statement that answers chain, number of the entry, the thing, and a
/// sentence for each difference.
const COMPARISONS: [(&str, &str); 4] = [
    // The newest entry that says an account's role and whether it is disabled.
    (
        "账号 ",
        "WITH told AS (
            SELECT DISTINCT ON (n.username) e.chain, e.sequence, n.username, n.role, e.action
            FROM audit_entries e CROSS JOIN LATERAL jsonb_array_elements(
                CASE jsonb_typeof(e.details->'accounts') WHEN 'array' THEN e.details->'accounts' ELSE '[]' END) a
            CROSS JOIN LATERAL (SELECT a->>'username' AS username,
                CASE jsonb_typeof(a->'role') WHEN 'array' THEN a->'role'->>1 ELSE a->>'role' END AS role) n
            WHERE e.action IN ('accounts.open', 'accounts.grant') AND n.username IS NOT NULL
            ORDER BY n.username, e.sequence DESC
        ), disabled AS (
            SELECT a->>'username' AS username, max(e.sequence) AS sequence FROM audit_entries e
            CROSS JOIN LATERAL jsonb_array_elements(e.details->'accounts') a
            WHERE e.action = 'accounts.disable' GROUP BY 1
        )
        SELECT t.chain, t.sequence, t.username, CASE
            WHEN a.username IS NULL THEN '审计记录中有，账号表中已不存在'
            WHEN a.role <> t.role THEN format('审计记录中的角色为 %s，账号表中为 %s', t.role, a.role)
            ELSE format('审计记录中已停用，账号表中为 %s', a.state) END
        FROM told t LEFT JOIN disabled d ON d.username = t.username
        LEFT JOIN accounts a ON a.username = t.username
        WHERE a.username IS NULL OR a.role <> t.role OR d.sequence > t.sequence AND a.state <> 'disabled'
        ORDER BY t.chain, t.sequence",
    ),
    // Members that an entry tells of by themselves: nobody's record is deleted but with the import that made it, or
    // in a merge with another of his; taking the merge back restores it.
    (
        "党员记录 ",
        "SELECT e.chain, min(e.sequence), e.subject_id::text, '审计记录中有，党员表中已不存在'
        FROM audit_entries e WHERE e.subject_kind = 'membership' AND e.subject_id IS NOT NULL
            AND e.action LIKE 'members.%'
            AND NOT EXISTS (SELECT FROM memberships m WHERE m.id = e.subject_id)
            AND NOT EXISTS (SELECT FROM audit_entries u WHERE u.action IN ('imports.undo', 'merges.merge') AND u.sequence > e.sequence
                AND u.chain = e.chain AND u.details->'removed' ? e.subject_id::text)
        GROUP BY e.chain, e.subject_id ORDER BY 1, 2",
    ),
    // Seats as they were told last: appointed, changed, not removed.
    (
        "任职记录 ",
        "WITH told AS (
            SELECT DISTINCT ON (n.seat->>'id') e.chain, e.sequence, e.action, n.seat
            FROM audit_entries e CROSS JOIN LATERAL jsonb_array_elements(
                CASE jsonb_typeof(e.details->'seats') WHEN 'array' THEN e.details->'seats' ELSE '[]' END) s
            CROSS JOIN LATERAL (SELECT coalesce(s->'after', s) AS seat) n
            WHERE e.subject_kind = 'seat' AND n.seat ? 'id'
            ORDER BY n.seat->>'id', e.chain, e.sequence DESC
        )
        SELECT t.chain, t.sequence, s.id::text,
            format('审计记录为 %s（%s 至 %s），任职表为 %s（%s 至 %s）', t.seat->>'post', t.seat->>'from_day',
                coalesce(t.seat->>'to_day', '今'), s.post, s.from_day, coalesce(s.to_day::text, '今'))
        FROM told t JOIN seats s ON s.id = (t.seat->>'id')::uuid
        WHERE t.seat ? 'post' AND (s.post <> t.seat->>'post' OR s.from_day::text <> t.seat->>'from_day'
            OR s.person_id::text <> t.seat->>'person' AND NOT EXISTS (SELECT FROM audit_entries u
                WHERE u.action IN ('merges.merge', 'merges.undo') AND u.chain = t.chain AND u.sequence > t.sequence
                    AND u.details->'seats' ? s.id::text AND u.details->>'to' = s.person_id::text))
        ORDER BY t.chain, t.sequence",
    ),
    // Closed quarters: the digest of a revision stands in the entry of its closing.
    (
        "季度 ",
        "SELECT e.chain, e.sequence, e.details->>'quarter', '结账时的摘要与审计记录中的不同，或该版本已不存在'
        FROM audit_entries e WHERE e.action IN ('quarters.close', 'quarters.amend') AND e.details ? 'digest'
            AND NOT EXISTS (SELECT FROM quarter_revisions r WHERE r.county_id = e.county_id
                AND r.quarter = e.details->>'quarter' AND r.number = (e.details->>'revision')::integer
                AND encode(r.digest, 'hex') = e.details->>'digest')
        ORDER BY e.chain, e.sequence",
    ),
];
