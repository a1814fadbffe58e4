//! Roles in a PostgreSQL that somebody else runs: made where the owner may, asked of its administrator where not.

use std::path::Path;

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::error::detail;
use super::{AUDIT, Addresses, EXTENSION, REPORT, RoleError, WEB, connect, create_login, existing, lock};
use crate::base::address;
use crate::base::cluster::Passwords;
use crate::base::config::ExternalDatabase;

/// The oldest server, as `server_version_num`.
const OLDEST: i32 = 150_000;

/// Checks the database behind `DATABASE_URL` and completes its roles. Passwords that it makes are kept in `data`.
///
/// # Errors
/// Whatever is missing, with the statements that an administrator must run where the owner may not.
pub async fn prepare_external(external: &ExternalDatabase, data: &Path) -> Result<Addresses, RoleError> {
    let client = open(&external.owner, "DATABASE_URL").await?;
    check_server(&client).await?;
    lock(&client).await?;
    let owner = Owner::read(&client).await?;
    let present = existing(&client, &[AUDIT, WEB, REPORT]).await?;
    let needs = Needs::of(&client, &owner, &present).await?;
    complete(&client, &owner, &needs, data).await?;

    let web = match &external.web {
        Some(given) => given.clone(),
        None => derived(external, WEB, "CADRE_WEB_DATABASE_URL", data)?,
    };
    check_web(&web, &owner, external.web.is_some()).await?;
    let report = match &external.report {
        Some(given) => {
            check_standby(given, &owner).await?;
            given.clone()
        }
        None => report_beside(external, &web, data).await,
    };
    Ok(Addresses { owner: external.owner.clone(), web, report })
}

async fn open(target: &str, variable: &'static str) -> Result<Client, RoleError> {
    connect(target).await.map_err(|error| RoleError::Unreachable {
        address: address::redacted(target),
        detail: detail(&error),
        variable,
    })
}

async fn check_server(client: &Client) -> Result<(), RoleError> {
    let row = client
        .query_one(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
             pg_is_in_recovery(), current_setting('server_encoding'), current_database()::text",
            &[],
        )
        .await?;
    if row.try_get::<_, i32>(0)? < OLDEST {
        return Err(RoleError::TooOld(row.try_get(1)?));
    }
    if row.try_get(2)? {
        return Err(RoleError::Standby);
    }
    let encoding: String = row.try_get(3)?;
    if encoding != "UTF8" {
        return Err(RoleError::NotUtf8 { database: row.try_get(4)?, encoding });
    }
    Ok(())
}

/// The role behind `DATABASE_URL` and what it may.
struct Owner {
    name: String,
    quoted: String,
    database: String,
    superuser: bool,
    makes_roles: bool,
    passes_rows: bool,
    makes_schemas: bool,
}

impl Owner {
    async fn read(client: &Client) -> Result<Self, RoleError> {
        let row = client
            .query_one(
                "SELECT rolname::text, quote_ident(rolname), quote_ident(current_database()), rolsuper, \
                 rolcreaterole OR rolsuper, rolbypassrls OR rolsuper, \
                 has_database_privilege(current_database(), 'CREATE') AND has_schema_privilege('public', 'CREATE') \
                 FROM pg_roles WHERE rolname = current_user",
                &[],
            )
            .await?;
        Ok(Self {
            name: row.try_get(0)?,
            quoted: row.try_get(1)?,
            database: row.try_get(2)?,
            superuser: row.try_get(3)?,
            makes_roles: row.try_get(4)?,
            passes_rows: row.try_get(5)?,
            makes_schemas: row.try_get(6)?,
        })
    }
}

/// What is still missing.
struct Needs {
    audit: bool,
    web: bool,
    report: bool,
    membership: bool,
    extension: bool,
}

impl Needs {
    async fn of(client: &Client, owner: &Owner, present: &[String]) -> Result<Self, RoleError> {
        let missing = |role: &str| !present.iter().any(|name| name == role);
        let audit = missing(AUDIT);
        let membership = audit
            || !client
                .query_one("SELECT pg_has_role(current_user, $1::text, 'MEMBER')", &[&AUDIT])
                .await?
                .try_get::<_, bool>(0)?;
        let query = "SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = $1";
        let extension = match client.query_opt(query, &[&EXTENSION]).await? {
            Some(row) => !row.try_get::<_, bool>(0)?,
            None => return Err(RoleError::NoExtension),
        };
        Ok(Self {
            audit,
            web: missing(WEB),
            report: missing(REPORT),
            membership: membership && !owner.superuser,
            extension,
        })
    }

    /// Whether all that is missing is the owner's to make.
    fn served_by(&self, owner: &Owner) -> bool {
        let roles = self.audit || self.web || self.report || self.membership;
        owner.passes_rows && owner.makes_schemas && (owner.makes_roles || !roles)
    }

    /// The statements for an administrator.
    fn for_administrator(&self, owner: &Owner) -> String {
        let mut lines = Vec::new();
        if self.audit {
            lines.push(format!("CREATE ROLE {AUDIT} NOLOGIN;"));
        }
        for (wanted, role) in [(self.web, WEB), (self.report, REPORT)] {
            if wanted {
                lines.push(format!("CREATE ROLE {role} LOGIN NOBYPASSRLS PASSWORD '（自定密码）';"));
                lines.push(format!("GRANT CONNECT ON DATABASE {} TO {role};", owner.database));
            }
        }
        if self.membership {
            lines.push(format!("GRANT {AUDIT} TO {};", owner.quoted));
        }
        if !owner.passes_rows {
            lines.push(format!("ALTER ROLE {} BYPASSRLS;", owner.quoted));
        }
        if !owner.makes_schemas {
            lines.push(format!("ALTER DATABASE {} OWNER TO {};", owner.database, owner.quoted));
        }
        if self.extension {
            lines.push(format!("CREATE EXTENSION IF NOT EXISTS {EXTENSION} SCHEMA public;"));
        }
        lines.join("\n")
    }
}

/// Makes what is missing, in one transaction.
async fn complete(client: &Client, owner: &Owner, needs: &Needs, data: &Path) -> Result<(), RoleError> {
    let refused =
        || RoleError::NeedsAdministrator { owner: owner.name.clone(), sql: needs.for_administrator(owner) };
    if !needs.served_by(owner) {
        return Err(refused());
    }
    let mut statements = String::new();
    if needs.audit {
        statements.push_str(&format!("CREATE ROLE {AUDIT} NOLOGIN;\n"));
    }
    if needs.web || needs.report {
        let passwords = passwords(data)?;
        for (wanted, role, password) in
            [(needs.web, WEB, &passwords.web), (needs.report, REPORT, &passwords.report)]
        {
            if wanted {
                statements.push_str(&create_login(role, "", password));
                statements.push_str(&format!("GRANT CONNECT ON DATABASE {} TO {role};\n", owner.database));
            }
        }
    }
    if needs.membership {
        statements.push_str(&format!("GRANT {AUDIT} TO {};\n", owner.quoted));
    }
    if needs.extension {
        statements.push_str(&format!("CREATE EXTENSION IF NOT EXISTS {EXTENSION} SCHEMA public;\n"));
    }
    if statements.is_empty() {
        return Ok(());
    }
    let done = client.batch_execute(&format!("BEGIN;\n{statements}COMMIT;")).await;
    match done {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Err(refused()),
        other => Ok(other?),
    }
}

/// This installation's passwords. The data folder may not exist yet: no private cluster made it.
fn passwords(data: &Path) -> Result<Passwords, RoleError> {
    crate::base::cluster::make_private_folder(data)?;
    Ok(Passwords::load_or_make(data)?)
}

/// The owner's address with a role's login.
fn derived(
    external: &ExternalDatabase,
    role: &'static str,
    variable: &'static str,
    data: &Path,
) -> Result<String, RoleError> {
    let Some(passwords) = Passwords::load(data)? else {
        return Err(RoleError::PasswordUnknown { role, variable });
    };
    let password = if role == WEB { &passwords.web } else { &passwords.report };
    address::with_login(&external.owner, role, password).ok_or(RoleError::PasswordUnknown { role, variable })
}

/// Who an address signs in as, and whether that is safe behind row-level security.
async fn check_powers(client: &Client, owner: &Owner, variable: &'static str) -> Result<String, RoleError> {
    let row = client
        .query_one(
            "SELECT current_user::text, rolsuper OR rolbypassrls OR pg_has_role(current_user, $1::text, 'MEMBER') \
             FROM pg_roles WHERE rolname = current_user",
            &[&owner.name],
        )
        .await?;
    let user: String = row.try_get(0)?;
    if row.try_get(1)? {
        return Err(RoleError::TooPowerful { variable, user });
    }
    Ok(user)
}

/// Whether the signed-in user has the rights of `role`.
async fn is_member(client: &Client, role: &str) -> Result<bool, RoleError> {
    let row = client.query_one("SELECT pg_has_role(current_user, $1::text, 'USAGE')", &[&role]).await?;
    Ok(row.try_get(0)?)
}

async fn check_web(target: &str, owner: &Owner, given: bool) -> Result<(), RoleError> {
    let variable = "CADRE_WEB_DATABASE_URL";
    let client = match connect(target).await {
        Ok(client) => client,
        Err(error) if !given && error.code() == Some(&SqlState::INVALID_PASSWORD) => {
            return Err(RoleError::PasswordUnknown { role: WEB, variable });
        }
        Err(error) => {
            let address = address::redacted(target);
            return Err(RoleError::Unreachable { address, detail: detail(&error), variable });
        }
    };
    let user = check_powers(&client, owner, variable).await?;
    if is_member(&client, WEB).await? {
        Ok(())
    } else {
        Err(RoleError::NoMember { variable, user, role: WEB })
    }
}

async fn check_standby(target: &str, owner: &Owner) -> Result<(), RoleError> {
    let variable = "REPORT_DATABASE_URL";
    let client = open(target, variable).await?;
    let user = check_powers(&client, owner, variable).await?;
    if is_member(&client, REPORT).await? || is_member(&client, WEB).await? {
        Ok(())
    } else {
        Err(RoleError::NoMember { variable, user, role: REPORT })
    }
}

/// Without a standby, reports use the report role on the same server where its password is known, else the web one.
async fn report_beside(external: &ExternalDatabase, web: &str, data: &Path) -> String {
    let Ok(target) = derived(external, REPORT, "REPORT_DATABASE_URL", data) else { return web.to_owned() };
    match connect(&target).await {
        Ok(_) => target,
        Err(error) => {
            tracing::info!(reason = detail(&error), "reports use the web role");
            web.to_owned()
        }
    }
}
