//! What can stand between cadre and its roles, each with a way out.

use crate::base::cluster::ClusterError;

/// Why the database is not ready for use. `Display` is what people read.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// No connection.
    #[error(
        "连接不上数据库 {address}：{detail}。请检查数据库是否在运行，以及 {variable} 里的主机、端口、用户和密码。"
    )]
    Unreachable {
        /// Where, without the password.
        address: String,
        /// What the connection said.
        detail: String,
        /// The setting that the address came from.
        variable: &'static str,
    },
    /// A statement failed that we had no other word for.
    #[error("准备数据库角色失败：{0}。请把这句话交给数据库管理员。")]
    Statement(String),
    /// The server is too old.
    #[error(
        "数据库服务器的版本 {0} 太旧，需要 PostgreSQL 15 或更高版本。请升级，或去掉 DATABASE_URL，使用私有数据库。"
    )]
    TooOld(String),
    /// The database cannot hold Chinese text.
    #[error(
        "数据库「{database}」的编码是 {encoding}，须为 UTF8。请让管理员执行：CREATE DATABASE cadre TEMPLATE template0 ENCODING 'UTF8'。"
    )]
    NotUtf8 {
        /// The database.
        database: String,
        /// Its encoding.
        encoding: String,
    },
    /// The owner's address leads to a standby.
    #[error("DATABASE_URL 指向只读的备用服务器。请改为主服务器的地址。")]
    Standby,
    /// Rights are missing that only an administrator can give.
    #[error(
        "数据库还缺少 cadre 需要的角色或权限，而用户 {owner} 无权添加。\
         请让数据库管理员在该数据库中执行下列语句；若其中新建了 cadre_web 或 cadre_report，\
         再把它们的地址分别写入 CADRE_WEB_DATABASE_URL 和 REPORT_DATABASE_URL：\n{sql}"
    )]
    NeedsAdministrator {
        /// The owner's role.
        owner: String,
        /// The statements, one a line.
        sql: String,
    },
    /// The contributed modules are not installed on the server.
    #[error(
        "数据库服务器缺少 btree_gist 扩展。请在服务器上安装 PostgreSQL 的附加模块（Debian、Ubuntu 随 postgresql 一起安装，其他系统为 postgresql-contrib），然后重新启动。"
    )]
    NoExtension,
    /// A role exists, and its password is not known here.
    #[error(
        "数据库里已有角色 {role}，但本机没有它的密码。请把它的地址写入 {variable}（密码可由管理员用 ALTER ROLE {role} PASSWORD '…' 重设）。"
    )]
    PasswordUnknown {
        /// The role.
        role: &'static str,
        /// The setting to fill.
        variable: &'static str,
    },
    /// The address meant for pages would pass row-level security.
    #[error(
        "{variable} 使用的用户 {user} 权限过大（超级用户、BYPASSRLS 或数据库属主），行级安全会失去作用。请改用 cadre_web 这样的普通用户。"
    )]
    TooPowerful {
        /// The setting.
        variable: &'static str,
        /// The user.
        user: String,
    },
    /// The address meant for pages has none of the rights that pages need.
    #[error(
        "{variable} 使用的用户 {user} 不是 {role} 的成员，读不到数据。请让管理员执行：GRANT {role} TO \"{user}\"。"
    )]
    NoMember {
        /// The setting.
        variable: &'static str,
        /// The user.
        user: String,
        /// The role that it must be a member of.
        role: &'static str,
    },
    /// The password file or the cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

impl From<tokio_postgres::Error> for RoleError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Statement(detail(&error))
    }
}

/// The server's own words where it said something, the driver's otherwise, with what lies behind them.
pub(super) fn detail(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
