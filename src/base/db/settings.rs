//! What row-level security is told of a transaction: who asks, and where he may look.

use diesel::sql_types::{Bool, Text};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager,
};
use postgres_protocol::escape::escape_literal;

use crate::base::error::Result;
use crate::base::scope::Scope;

const COUNTY: &str = "cadre.county";
const PATH_FROM: &str = "cadre.path_from";
const PATH_TO: &str = "cadre.path_to";
const ACCOUNT: &str = "cadre.account";

// Not as bare SQL: the connection keeps these prepared.
diesel::define_sql_function! {
    /// Sets a parameter of the session, until the end of the transaction where `is_local`.
    fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
}
diesel::define_sql_function! {
    /// A parameter of the session; none where it was never set and `missing_ok`.
    fn current_setting(name: Text, missing_ok: Bool) -> Nullable<Text>;
}

/// What the statements of a transaction see of others' commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sight {
    /// Each statement sees what was committed before it began.
    EachStatement,
    /// All see the moment of the first.
    OneSnapshot,
    /// All see the moment of this statement, which is the first: it takes what others wait for.
    SnapshotAfter(String),
    /// All see what another transaction sees, which exported its snapshot under this name.
    SnapshotOf(String),
}

/// The settings of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    county: String,
    path_from: String,
    path_to: String,
    account: String,
}

/// The four settings as the database answers them.
type Held = (Option<String>, Option<String>, Option<String>, Option<String>);

impl Settings {
    /// Those of an account in a scope; an empty account for reads.
    pub(super) fn new(scope: &Scope, account: &str) -> Self {
        Self {
            county: scope.county.to_string(),
            path_from: scope.path.as_str().to_owned(),
            path_to: scope.path.end(),
            account: account.to_owned(),
        }
    }

    /// Those that hold in the transaction around; none where there is no transaction.
    pub(super) async fn around(conn: &mut AsyncPgConnection) -> Result<Option<Self>> {
        if AnsiTransactionManager::transaction_manager_status_mut(conn).transaction_depth()?.is_none() {
            return Ok(None);
        }
        let held = diesel::select((
            current_setting(COUNTY, true),
            current_setting(PATH_FROM, true),
            current_setting(PATH_TO, true),
            current_setting(ACCOUNT, true),
        ));
        let (county, path_from, path_to, account): Held = held.get_result(conn).await?;
        Ok(Some(Self {
            county: county.unwrap_or_default(),
            path_from: path_from.unwrap_or_default(),
            path_to: path_to.unwrap_or_default(),
            account: account.unwrap_or_default(),
        }))
    }

    /// Makes them hold from here to the end of the transaction.
    pub(super) async fn apply(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let set = diesel::select((
            set_config(COUNTY, &self.county, true),
            set_config(PATH_FROM, &self.path_from, true),
            set_config(PATH_TO, &self.path_to, true),
            set_config(ACCOUNT, &self.account, true),
        ));
        set.execute(conn).await?;
        Ok(())
    }

    /// Begins a transaction in which they hold, in one message to the server: every request pays for each.
    pub(super) async fn begin(&self, conn: &mut AsyncPgConnection, sight: &Sight) -> Result<()> {
        let begun = AnsiTransactionManager::begin_transaction_sql(conn, &self.opening(sight)).await;
        // BEGIN may have succeeded before the rest failed.
        if begun.is_err()
            && let Err(cause) = conn.batch_execute("ROLLBACK").await
        {
            tracing::warn!(%cause, "a transaction could not be rolled back");
        }
        Ok(begun?)
    }

    /// The text that begins a transaction in which they hold.
    pub(super) fn opening(&self, sight: &Sight) -> String {
        let isolation = match sight {
            Sight::EachStatement => "READ COMMITTED",
            Sight::OneSnapshot | Sight::SnapshotAfter(_) | Sight::SnapshotOf(_) => "REPEATABLE READ",
        };
        let mut text = format!("BEGIN ISOLATION LEVEL {isolation}");
        if let Sight::SnapshotOf(name) = sight {
            text.push_str(&format!("; SET TRANSACTION SNAPSHOT {}", escape_literal(name)));
        }
        for (name, value) in [
            (COUNTY, &self.county),
            (PATH_FROM, &self.path_from),
            (PATH_TO, &self.path_to),
            (ACCOUNT, &self.account),
        ] {
            // No connection keeps a setting of its own, so unset and empty are one.
            if value.is_empty() {
                continue;
            }
            text.push_str(&format!("; SET LOCAL {name} = {}", escape_literal(value)));
        }
        if let Sight::SnapshotAfter(first) = sight {
            text.push_str(&format!("; {first}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_value_stays_inside_its_literal() {
        let settings = Settings {
            county: "0".to_owned(),
            path_from: "500237'; DROP TABLE people; --".to_owned(),
            path_to: "500238".to_owned(),
            account: String::new(),
        };
        assert_eq!(
            settings.opening(&Sight::OneSnapshot),
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL cadre.county = '0'; \
             SET LOCAL cadre.path_from = '500237''; DROP TABLE people; --'; \
             SET LOCAL cadre.path_to = '500238'"
        );
    }
}
