//! The ten kinds of error. Public words and the inner cause are kept apart.

use std::fmt;

use crate::base::actor::Proof;

/// What a verb or a read answers.
pub type Result<T> = std::result::Result<T, Error>;

/// One field that was refused: which, what was given, and a Chinese sentence that says the rule and the way out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name in the API (`citizen_id`); workbooks and pages map it to their own heading.
    pub field: String,
    /// A Chinese sentence naming the field, the rule and the way out.
    pub message: String,
    /// What was given, when it may be shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl FieldError {
    /// A refused field with the value that was given.
    pub fn new(field: &str, message: impl fmt::Display, value: Option<&str>) -> Self {
        Self { field: field.to_owned(), message: message.to_string(), value: value.map(str::to_owned) }
    }
}

/// What can go wrong, by meaning. The doors give each kind one status and one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the actor may not know of it.
    #[error("没有找到{what}，或者不在您的管理范围内。")]
    Missing {
        /// Chinese name of the kind of thing.
        what: &'static str,
    },
    /// Fields are wrong; all of them at once.
    #[error("{}", field_summary(.0))]
    Invalid(Vec<FieldError>),
    /// The rule says no; a Chinese sentence with the way out.
    #[error("{0}")]
    Refused(String),
    /// Something else already has this place, number or state.
    #[error("{message}")]
    Taken {
        /// The field in the API.
        field: &'static str,
        /// A Chinese sentence.
        message: String,
    },
    /// Somebody else changed it meanwhile.
    #[error("这条记录刚刚被别人修改过，请核对两个版本后再保存。")]
    Stale,
    /// The actor may not do this.
    #[error("您没有权限执行此操作。如确有需要，请联系上级审核员或安全管理员。")]
    Forbidden,
    /// The actor may, but has to show anew that it is he.
    #[error("{}", unproven_sentence(*.0))]
    Unproven(Proof),
    /// Too much in too short a time.
    #[error("{message}")]
    TooOften {
        /// A Chinese sentence with the way out.
        message: String,
        /// How long to wait.
        wait: chrono::TimeDelta,
    },
    /// The database is away.
    #[error("数据库暂时无法连接，请稍后再试；已填写的内容没有丢失，也没有保存。")]
    Unavailable,
    /// Our own bug.
    #[error("系统内部错误，已记录，请联系系统管理员。")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn unproven_sentence(proof: Proof) -> &'static str {
    match proof {
        Proof::Program => {
            "程序令牌只能查询和录入，不能查看完整号码、导出完整号码、结账、授权或管理账号，请由本人登录后办理。"
        }
        _ => "这项操作需要再次确认是您本人：请输入密码或动态验证码后继续，已填写的内容不会丢失。",
    }
}

fn field_summary(fields: &[FieldError]) -> String {
    let messages: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
    messages.join("；")
}

impl Error {
    /// A bug, told by a sentence for the log.
    pub fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }

    /// One wrong field.
    #[must_use]
    pub fn invalid(field: &str, message: impl fmt::Display) -> Self {
        Self::Invalid(vec![FieldError::new(field, message, None)])
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match error {
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | Diesel::BrokenTransactionManager => Self::Unavailable,
            Diesel::DatabaseError(_, told) if has_gone(told.message()) => Self::Unavailable,
            // A commit that was not taken: why is told by it, not by taking back what is gone.
            Diesel::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Stale,
            // Two wrote the same records in another order: this one was taken back for the other's sake.
            Diesel::DatabaseError(_, told) if told.message() == DEADLOCK => Self::Stale,
            // Whom the actor saw a moment ago was merged into another record while he wrote.
            Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, told)
                if told.constraint_name().is_some_and(|name| {
                    ["_person_fkey", "_membership_fkey"].iter().any(|end| name.ends_with(end))
                }) =>
            {
                Self::Stale
            }
            other => Self::Broken(Box::new(other)),
        }
    }
}

/// What the server says of a deadlock; the driver has no kind of error for it.
const DEADLOCK: &str = "deadlock detected";

/// Whether the server went away while it was asked. The driver has no kind of error for it, only its own words and those
/// of the server's last message.
fn has_gone(message: &str) -> bool {
    const SIGNS: [&str; 5] = [
        "connection closed",
        "channel closed",
        "error communicating with the server",
        "terminating connection due to administrator command",
        "terminating connection due to unexpected postmaster exit",
    ];
    SIGNS.iter().any(|sign| message.starts_with(sign))
}

impl From<diesel_async::pooled_connection::deadpool::PoolError> for Error {
    fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
        tracing::error!(error = %error, "no database connection");
        Self::Unavailable
    }
}

/// Says what a database error means here.
pub trait DatabaseResult<T> {
    /// What a violated constraint means here.
    ///
    /// # Errors
    /// `meaning` where that constraint was violated, else the error itself.
    fn constraint(self, name: &str, meaning: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> DatabaseResult<T> for diesel::QueryResult<T> {
    fn constraint(self, name: &str, meaning: impl FnOnce() -> Error) -> Result<T> {
        match self {
            Err(diesel::result::Error::DatabaseError(_, information))
                if information.constraint_name() == Some(name) =>
            {
                Err(meaning())
            }
            other => other.map_err(Error::from),
        }
    }
}

/// Says what a missing row means here.
pub trait OrMissing<T> {
    /// What a missing row means here.
    ///
    /// # Errors
    /// `Missing` with the Chinese name of the thing.
    fn or_missing(self, what: &'static str) -> Result<T>;
}

impl<T> OrMissing<T> for diesel::QueryResult<Option<T>> {
    fn or_missing(self, what: &'static str) -> Result<T> {
        self?.ok_or(Error::Missing { what })
    }
}

impl<T> OrMissing<T> for Option<T> {
    fn or_missing(self, what: &'static str) -> Result<T> {
        self.ok_or(Error::Missing { what })
    }
}

#[cfg(test)]
mod tests {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};

    use super::*;

    fn told(message: &str) -> Diesel {
        Diesel::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(message.to_owned()))
    }

    #[test]
    fn a_server_that_went_away_is_unavailable_and_any_other_failure_is_broken() {
        for message in ["connection closed", "error communicating with the server: Broken pipe (os error 32)"]
        {
            assert!(matches!(Error::from(told(message)), Error::Unavailable), "{message}");
            let (commit_error, rollback_error) = (Box::new(told(message)), Box::new(told(message)));
            let commit = Diesel::RollbackErrorOnCommit { rollback_error, commit_error };
            assert!(matches!(Error::from(commit), Error::Unavailable), "{message}");
        }
        let other = Error::from(told("error serializing parameter 0"));
        assert!(matches!(other, Error::Broken(_)), "{other}");
    }

    #[test]
    fn of_a_deadlock_the_one_taken_back_came_too_late() {
        let error =
            Diesel::DatabaseError(DatabaseErrorKind::Unknown, Box::new("deadlock detected".to_owned()));
        assert!(matches!(Error::from(error), Error::Stale));
    }
}
