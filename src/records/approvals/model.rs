//! What a request is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::ids::{AccountId, ApprovalId};
use crate::base::scope::Path;
use crate::schema::approvals;

/// What takes two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Granting a role above a clerk's.
    Grant,
    /// Changing what is demanded at sign-in.
    SecurityPolicy,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Grant, Self::SecurityPolicy];

    /// The code in the database and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::SecurityPolicy => "security_policy",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grant => "授予角色",
            Self::SecurityPolicy => "更改登录安全要求",
        }
    }

    /// The kind of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for another person.
    Pending,
    /// Another person approved it, and it was carried out.
    Approved,
    /// Another person rejected it.
    Rejected,
    /// Who filed it took it back.
    Withdrawn,
}

impl State {
    /// The code in the database and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "待批准",
            Self::Approved => "已批准",
            Self::Rejected => "已驳回",
            Self::Withdrawn => "已撤回",
        }
    }

    /// The state of a code; an unknown one waits for nobody.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "pending" => Self::Pending,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            _ => Self::Withdrawn,
        }
    }
}

/// A request.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = approvals)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Code of its kind.
    pub kind: String,
    /// What kind of thing is acted upon.
    pub subject_kind: String,
    /// The thing.
    pub subject_id: uuid::Uuid,
    /// Path of the organisation concerned, as stored.
    pub path: String,
    /// What is wanted.
    pub content: serde_json::Value,
    /// Why.
    pub reason: Option<String>,
    /// Code of its state.
    pub state: String,
    /// Who wants it.
    pub requested_by: AccountId,
    /// His user name then.
    pub requester: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// User name of who decided.
    pub decider: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub decision_reason: Option<String>,
    /// Version for optimistic concurrency.
    pub version: i32,
}

impl Approval {
    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(&self.state)
    }

    /// The organisation concerned.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }
}
