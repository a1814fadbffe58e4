//! Who acts, with which role and scope, through which door.

use std::net::IpAddr;

use crate::base::ids::AccountId;
use crate::base::scope::Scope;

/// The role of an account.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Enters and changes records of a township.
    Clerk,
    /// Reviews, confirms, closes.
    Supervisor,
    /// Reads everything of his organisation, changes nothing.
    Auditor,
    /// Manages accounts, sees no member.
    Administrator,
    /// Grants roles and organisations, sees no member.
    Security,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] =
        [Self::Clerk, Self::Supervisor, Self::Auditor, Self::Administrator, Self::Security];

    /// The code in the database, the API and the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::Security => "security",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clerk => "录入员",
            Self::Supervisor => "审核员",
            Self::Auditor => "审计员",
            Self::Administrator => "系统管理员",
            Self::Security => "安全管理员",
        }
    }

    /// The role of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// The way by which an action came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// A page.
    Web,
    /// The JSON API.
    Api,
    /// The command line.
    CommandLine,
    /// A row of an imported workbook.
    Import,
}

impl Door {
    /// The code in the audit trail.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::CommandLine => "command_line",
            Self::Import => "import",
        }
    }
}

/// How sure it is that the person himself acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Whoever works at the machine itself.
    Machine,
    /// He typed his password or a one-time code a short while ago.
    Recent,
    /// He did so longer ago than the county allows for what weighs most.
    Old,
    /// A program with a bearer token: nobody typed anything.
    Program,
}

/// How whoever works at the machine is called in the trail: `system@<os user>` (contract 2).
#[must_use]
pub fn machine_name() -> String {
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    format!("system@{user}")
}

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account; none for the command line.
    pub account: Option<AccountId>,
    /// User name, or `system@<os user>`.
    pub name: String,
    /// The role at this moment.
    pub role: Role,
    /// Where he may act.
    pub scope: Scope,
    /// How the action came in.
    pub door: Door,
    /// The address that it came from.
    pub source: Option<IpAddr>,
    /// How sure it is that it is he.
    pub proof: Proof,
}

impl Actor {
    /// The command line, with a supervisor's rights over the organisation that it names (contract 2).
    #[must_use]
    pub fn command_line(scope: Scope) -> Self {
        Self {
            account: None,
            name: machine_name(),
            role: Role::Supervisor,
            scope,
            door: Door::CommandLine,
            source: None,
            proof: Proof::Machine,
        }
    }

    /// The same actor, acting through another door.
    #[must_use]
    pub fn through(&self, door: Door) -> Self {
        Self { door, ..self.clone() }
    }
}
