//! What an account is, and who it says one is.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::actor::{Actor, Door, Proof, Role};
use crate::base::error::FieldError;
use crate::base::ids::{AccountId, CountyId, SessionId};
use crate::base::scope::{Path, Scope};
use crate::records::accounts::rules::Duty;

/// The state of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Opened, its role not granted yet.
    Pending,
    /// May sign in.
    Active,
    /// May not sign in any more.
    Disabled,
}

impl State {
    /// The code in the database and the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "待授权",
            Self::Active => "正常",
            Self::Disabled => "已停用",
        }
    }

    /// The state of a code; an unknown one is as good as disabled.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "active" => Self::Active,
            "pending" => Self::Pending,
            _ => Self::Disabled,
        }
    }
}

/// The name typed at sign-in: a lower-case letter, then letters, digits, dot, underscore, hyphen; 2 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is no user name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "用户名“{0}”不符合要求：以小写字母开头，由小写字母、数字、点、下划线、连字符组成，2至64个字符，例如 zhangwei。"
)]
pub struct UsernameError(String);

impl Username {
    /// Reads a user name; blanks around it are dropped.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let name = text.trim();
        let mut characters = name.chars();
        let right = characters.next().is_some_and(|first| first.is_ascii_lowercase())
            && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c))
            && (2..=64).contains(&name.len());
        if right { Ok(Self(name.to_owned())) } else { Err(UsernameError(name.chars().take(64).collect())) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name shown to others: 1 to 50 characters.
///
/// # Errors
/// The refused field.
pub fn parse_display_name(text: &str) -> Result<String, FieldError> {
    let name = text.trim();
    let length = name.chars().count();
    if (1..=50).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    let message = format!("显示姓名应为1至50个字，不含换行等控制字符；现在有{length}个字。");
    Err(FieldError::new("display_name", message, Some(text)))
}

/// A signed-in account and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// Its user name.
    pub username: String,
    /// The name shown to others.
    pub display_name: String,
    /// Its role at this moment.
    pub role: Role,
    /// Where it may act.
    pub scope: Scope,
    /// Code of its organisation.
    pub organisation_code: String,
    /// Name of its organisation.
    pub organisation_name: String,
    /// How sure it is that it is he.
    pub proof: Proof,
    /// How many records of people it may read within ten minutes; not counted where there is none.
    pub records_per_ten_minutes: Option<i32>,
    /// Too many were read: none is shown before this moment.
    pub reading_blocked_until: Option<DateTime<Utc>>,
}

impl Identity {
    /// The actor who comes through a door.
    #[must_use]
    pub fn actor(&self, door: Door, source: Option<IpAddr>) -> Actor {
        Actor {
            account: Some(self.account),
            name: self.username.clone(),
            role: self.role,
            scope: self.scope.clone(),
            door,
            source,
            proof: self.proof,
        }
    }
}

/// A session of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who signed in.
    pub identity: Identity,
    /// What has to be done before anything else.
    pub duty: Option<Duty>,
    /// Whether the account uses one-time codes.
    pub uses_codes: bool,
    /// What unsafe requests must repeat.
    pub csrf_token: String,
}

/// An account in a list.
#[derive(Debug, Clone, Queryable)]
pub struct AccountLine {
    /// Its id.
    pub id: AccountId,
    /// The county that owns it.
    pub county_id: CountyId,
    /// Its user name.
    pub username: String,
    /// The name shown to others.
    pub display_name: String,
    /// Code of its role.
    pub role: String,
    /// Code of its state.
    pub state: String,
    /// No sign-in before this moment.
    pub locked_until: Option<DateTime<Utc>>,
    /// Version for optimistic concurrency.
    pub version: i32,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Code of its organisation.
    pub organisation_code: String,
    /// Name of its organisation.
    pub organisation_name: String,
    /// Path of its organisation, as stored.
    pub path: String,
}

impl AccountLine {
    /// The place of its organisation in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(&self.state)
    }

    /// The Chinese name of its role.
    #[must_use]
    pub fn role_name(&self) -> &'static str {
        Role::from_code(&self.role).map_or("", Role::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_typed_without_shift() {
        for right in ["zhangwei", "clerk.500237101", " a1 ", "a-b_c"] {
            assert!(Username::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "a", "Zhang", "1a", "张伟", "a b", &"a".repeat(65)] {
            assert!(Username::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_state_may_not_sign_in() {
        assert_eq!(State::of("whatever"), State::Disabled);
    }
}
