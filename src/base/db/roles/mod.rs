//! The roles that cadre works under, made once and under a lock: owner, audit, web and report.
//!
//! `cadre_owner` owns the database and passes row-level security (migrations, dumps); `cadre_audit` owns the trail and
//! cannot sign in; `cadre_web` and `cadre_report` neither own nor pass anything.

mod error;
mod external;
mod private;

use tokio_postgres::{Client, NoTls};

pub use error::RoleError;
pub use external::prepare_external;
pub use private::prepare_private;

use crate::base::address;

/// Owns the database of a private cluster.
pub const OWNER: &str = "cadre_owner";
/// Owns the audit trail; nobody signs in as it.
pub const AUDIT: &str = "cadre_audit";
/// Serves pages and the API, within the scope of a transaction.
pub const WEB: &str = "cadre_web";
/// Reads for reports.
pub const REPORT: &str = "cadre_report";

/// The extension behind exclusion constraints; it comes with PostgreSQL's own contributed modules.
const EXTENSION: &str = "btree_gist";
/// "Roles are being made", among advisory locks.
const LOCK: i64 = 7_221_990;

/// Settings of the roles that sign in, so that neither a forgotten transaction nor a wild query holds the others up.
const SETTINGS: &[(&str, &[&str])] = &[
    (
        WEB,
        &[
            "statement_timeout TO '15s'",
            "idle_in_transaction_session_timeout TO '30s'",
            "timezone TO 'Asia/Shanghai'",
        ],
    ),
    (
        REPORT,
        &[
            "statement_timeout TO '120s'",
            "idle_in_transaction_session_timeout TO '60s'",
            "default_transaction_read_only TO on",
            "timezone TO 'Asia/Shanghai'",
        ],
    ),
    (OWNER, &["timezone TO 'Asia/Shanghai'"]),
];

/// Where each role connects. The addresses hold passwords: `Debug` leaves those out.
#[derive(Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The owner's: migrations, accounts of the system, dumps.
    pub owner: String,
    /// The web role's.
    pub web: String,
    /// The report role's, on a standby where there is one.
    pub report: String,
}

impl std::fmt::Debug for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Addresses")
            .field("owner", &address::redacted(&self.owner))
            .field("web", &address::redacted(&self.web))
            .field("report", &address::redacted(&self.report))
            .finish()
    }
}

/// Connects, and drives the connection until the client is dropped.
async fn connect(address: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended");
        }
    });
    Ok(client)
}

/// Holds the lock until the connection ends.
async fn lock(client: &Client) -> Result<(), tokio_postgres::Error> {
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    Ok(())
}

/// Which of `names` exist.
async fn existing(client: &Client, names: &[&str]) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = client.query("SELECT rolname::text FROM pg_roles WHERE rolname = ANY($1)", &[&names]).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// The statements that make a role that signs in. The password travels as a verifier, never in clear.
fn create_login(role: &str, attributes: &str, password: &str) -> String {
    let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
    let mut statements = format!("CREATE ROLE {role} LOGIN {attributes} PASSWORD '{verifier}';\n");
    for (_, settings) in SETTINGS.iter().filter(|(name, _)| *name == role) {
        for setting in *settings {
            statements.push_str(&format!("ALTER ROLE {role} SET {setting};\n"));
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_stands_in_a_statement() {
        let statements = create_login(WEB, "NOBYPASSRLS", "hidden");
        assert!(!statements.contains("hidden"));
        assert!(statements.contains("PASSWORD 'SCRAM-SHA-256$4096:"), "{statements}");
        assert!(statements.contains("ALTER ROLE cadre_web SET statement_timeout TO '15s';"), "{statements}");
    }

    #[test]
    fn printed_addresses_show_no_password() {
        let address = "postgresql://u:hidden@h/d".to_owned();
        let addresses = Addresses { owner: address.clone(), web: address.clone(), report: address };
        assert!(!format!("{addresses:?}").contains("hidden"));
    }
}
