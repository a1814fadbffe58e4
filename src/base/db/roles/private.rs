//! Roles and database of a private cluster, made by its superuser.

use tokio_postgres::Client;

use super::error::detail;
use super::{
    AUDIT, Addresses, EXTENSION, OWNER, REPORT, RoleError, WEB, connect, create_login, existing, lock,
};
use crate::base::address;
use crate::base::cluster::PrivateCluster;

/// The database of a private cluster.
const DATABASE: &str = "cadre";

/// Makes the roles and the database of a private cluster where they are missing. Several processes may call it at
/// once.
///
/// # Errors
/// The server does not answer, or lacks the extension.
pub async fn prepare_private(cluster: &PrivateCluster) -> Result<Addresses, RoleError> {
    let maintenance = superuser(cluster, "postgres").await?;
    lock(&maintenance).await?;
    create_roles(&maintenance, cluster).await?;
    let known = maintenance.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&DATABASE]).await?;
    if known.is_none() {
        let create = format!("CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'");
        maintenance.batch_execute(&create).await?;
    }
    let inside = superuser(cluster, DATABASE).await?;
    close_to_others(&inside).await?;
    install_extension(&inside).await?;

    let passwords = cluster.passwords();
    Ok(Addresses {
        owner: cluster.address(OWNER, &passwords.owner, DATABASE),
        web: cluster.address(WEB, &passwords.web, DATABASE),
        report: cluster.address(REPORT, &passwords.report, DATABASE),
    })
}

async fn superuser(cluster: &PrivateCluster, database: &str) -> Result<Client, RoleError> {
    let target = cluster.superuser_address(database);
    connect(&target).await.map_err(|error| RoleError::Unreachable {
        address: address::redacted(&target),
        detail: detail(&error),
        variable: "CADRE_DATA",
    })
}

/// All missing roles in one transaction: either they stand as a whole or not at all.
async fn create_roles(client: &Client, cluster: &PrivateCluster) -> Result<(), RoleError> {
    let present = existing(client, &[OWNER, AUDIT, WEB, REPORT]).await?;
    let missing = |role: &str| !present.iter().any(|name| name == role);
    let passwords = cluster.passwords();
    let mut statements = String::new();
    if missing(AUDIT) {
        statements.push_str(&format!("CREATE ROLE {AUDIT} NOLOGIN;\n"));
    }
    if missing(OWNER) {
        statements.push_str(&create_login(OWNER, "BYPASSRLS", &passwords.owner));
    }
    if missing(WEB) {
        statements.push_str(&create_login(WEB, "NOBYPASSRLS", &passwords.web));
    }
    if missing(REPORT) {
        statements.push_str(&create_login(REPORT, "NOBYPASSRLS", &passwords.report));
    }
    if missing(AUDIT) || missing(OWNER) {
        // The owner makes objects and hands them to the audit role, as one of its members.
        statements.push_str(&format!("GRANT {AUDIT} TO {OWNER};\n"));
    }
    if !statements.is_empty() {
        client.batch_execute(&format!("BEGIN;\n{statements}COMMIT;")).await?;
    }
    Ok(())
}

/// Only our roles connect; nobody but the owner makes anything in the database.
async fn close_to_others(client: &Client) -> Result<(), RoleError> {
    let untouched = client
        .query_opt("SELECT 1 FROM pg_database WHERE datname = $1 AND datacl IS NULL", &[&DATABASE])
        .await?
        .is_some();
    if untouched {
        let statements = format!(
            "BEGIN; REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC; \
             GRANT CONNECT ON DATABASE {DATABASE} TO {WEB}, {REPORT}; COMMIT;"
        );
        client.batch_execute(&statements).await?;
    }
    Ok(())
}

async fn install_extension(client: &Client) -> Result<(), RoleError> {
    let query = "SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = $1";
    match client.query_opt(query, &[&EXTENSION]).await? {
        None => Err(RoleError::NoExtension),
        Some(row) if row.try_get(0)? => Ok(()),
        Some(_) => {
            client.batch_execute(&format!("CREATE EXTENSION {EXTENSION} SCHEMA public")).await?;
            Ok(())
        }
    }
}
