//! Every way in which the private PostgreSQL can fail, each with a sentence that names a way out.

use std::io;
use std::path::{Path, PathBuf};

use super::programs::OLDEST_MAJOR;

/// Why the private PostgreSQL could not be had, started or stopped. `Display` is what people read.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server programs anywhere on this machine.
    #[error(
        "没有找到 PostgreSQL 服务器程序（需要 {OLDEST_MAJOR} 或更高版本）。{}；\
         也可以设置 DATABASE_URL，使用已有的 PostgreSQL。", install_advice(*root, "postgresql")
    )]
    NoPrograms {
        /// Whether this process may install packages itself.
        root: bool,
    },
    /// Programs were found, but none is new enough.
    #[error(
        "本机的 PostgreSQL 版本太旧（找到：{found}；需要 {OLDEST_MAJOR} 或更高版本）。\
         请安装较新的 PostgreSQL 服务器，或设置 DATABASE_URL，使用已有的 PostgreSQL。"
    )]
    TooOld {
        /// The major versions found, listed.
        found: String,
    },
    /// The cluster was made by a major version whose programs are not here.
    #[error(
        "数据文件夹「{}」由 PostgreSQL {needed} 建立，本机没有这个版本的服务器程序（找到：{found}）。{}；\
         要换用新版本，请先装回 PostgreSQL {needed}，在 cadre serve 运行时用它的 pg_dump 备份（地址由 cadre database-url --owner 给出），\
         再用 pg_restore 恢复到新的数据文件夹，步骤见 docs/operations.md 的“Backing up”。",
        folder.display(), install_advice(*root, &format!("postgresql-{needed}"))
    )]
    WrongMajor {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version in its `PG_VERSION`.
        needed: u32,
        /// The major versions found, listed.
        found: String,
        /// Whether this process may install packages itself.
        root: bool,
    },
    /// Running as root, and no account `postgres` to drop to.
    #[error(
        "PostgreSQL 不能以 root 身份运行，而本机没有 postgres 用户。\
         请执行 useradd --system --shell /usr/sbin/nologin postgres，或改用普通用户运行 cadre。"
    )]
    NoServerAccount,
    /// The server's account cannot reach the data folder.
    #[error(
        "用户 {account} 进不了数据文件夹「{}」（被「{}」的权限挡住）。\
         请执行 chmod o+x '{}'，或把 CADRE_DATA 设到别处，例如 CADRE_DATA=/var/lib/cadre。",
        folder.display(), barrier.display(), barrier.display()
    )]
    CannotEnter {
        /// The folder that must be reached.
        folder: PathBuf,
        /// The first folder on the way that refuses.
        barrier: PathBuf,
        /// The account that runs the server.
        account: String,
    },
    /// The cluster belongs to another account.
    #[error(
        "数据文件夹「{}」属于用户 {owner}，当前用户没有权限使用。\
         请换用该用户（或 root）运行 cadre，或把 CADRE_DATA 设到自己的文件夹。",
        folder.display()
    )]
    NotYours {
        /// The folder.
        folder: PathBuf,
        /// Who owns it, by name or number.
        owner: String,
    },
    /// A file or folder could not be read or written.
    #[error("{}", io_sentence(path, source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `initdb` refused.
    #[error(
        "建立私有 PostgreSQL 失败（文件夹「{}」）：{detail}。请按所述原因处理后重新启动；没有留下半成品。",
        folder.display()
    )]
    InitFailed {
        /// Where the cluster was to be.
        folder: PathBuf,
        /// The last words of `initdb`.
        detail: String,
    },
    /// The folder is not a PostgreSQL cluster, or a damaged one.
    #[error(
        "「{}」里的 PostgreSQL 数据已损坏或不完整：{detail}。\
         请不要删除它；先复制一份留存，再用 pg_restore 把备份恢复到新的数据文件夹，步骤见 docs/operations.md 的“Backing up”；日志在「{}」。",
        folder.display(), log.display()
    )]
    Broken {
        /// The cluster's folder.
        folder: PathBuf,
        /// What is wrong.
        detail: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server ended during its start for another reason.
    #[error(
        "私有 PostgreSQL 启动失败：{detail}。完整日志在「{}」；按所述原因处理后重新启动即可，数据不受影响。",
        log.display()
    )]
    StartFailed {
        /// The last words of the server.
        detail: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server did not become ready in time.
    #[error(
        "私有 PostgreSQL 在 {seconds} 秒内没有启动完成（可能正在做崩溃恢复，或磁盘太慢）。请查看日志「{}」，稍后重新启动。",
        log.display()
    )]
    StartSlow {
        /// How long it was waited for.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
    },
    /// Another cadre process has held the start-and-stop lock for too long.
    #[error(
        "数据文件夹「{}」正被另一个 cadre 进程（进程号 {holder}）启动或停止，等了 {seconds} 秒。\
         请等它结束，或结束该进程后重试。",
        folder.display()
    )]
    Busy {
        /// The data folder.
        folder: PathBuf,
        /// The process id that the holder wrote down.
        holder: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A server answers on the socket that is none of this machine's visible processes.
    #[error(
        "数据文件夹「{}」的 PostgreSQL 正由另一个容器或系统运行（这里看不到它的进程 {pid}）。\
         请先在那一边停止 cadre，再在这里启动：同一份数据不能由两个服务器同时打开。",
        folder.display()
    )]
    Elsewhere {
        /// The cluster's folder.
        folder: PathBuf,
        /// The process id in its `postmaster.pid`.
        pid: i32,
    },
    /// The socket's path does not fit into a socket address.
    #[error(
        "套接字路径「{}」有 {length} 个字节，超过了系统允许的 {limit} 个。请把 CADRE_DATA 设为较短的路径。",
        path.display()
    )]
    SocketTooLong {
        /// The socket.
        path: PathBuf,
        /// Its length in bytes.
        length: usize,
        /// The longest that fits.
        limit: usize,
    },
    /// Somebody else made the folder meant for the socket.
    #[error(
        "套接字文件夹「{}」已被他人占用（须是本服务器用户所有、权限 0700 的文件夹）。\
         请删除它，或把 CADRE_DATA 设为较短的路径，就不需要这个文件夹。",
        path.display()
    )]
    SocketFolderTaken {
        /// The folder.
        path: PathBuf,
    },
    /// The cluster exists, its passwords do not.
    #[error(
        "数据库已经存在，但密码文件「{}」{problem}。请从备份恢复整个 keys 文件夹（里面还有解密个人信息的密钥）。",
        file.display()
    )]
    PasswordsLost {
        /// The password file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The server runs but refuses our superuser.
    #[error("私有 PostgreSQL 在运行，但连接不上：{detail}。请查看日志「{}」。", log.display())]
    NoAnswer {
        /// What the connection said.
        detail: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server did not stop.
    #[error("私有 PostgreSQL（进程 {pid}）在 {seconds} 秒内没有停下来。请查看日志「{}」，必要时执行 kill -INT {pid}。", log.display())]
    StopFailed {
        /// The server's process id.
        pid: i32,
        /// How long it was waited for.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
    },
}

impl ClusterError {
    /// For `map_err`: a failed operation on `path`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// How to install `package` here.
fn install_advice(root: bool, package: &str) -> String {
    if root {
        format!("请执行 apt-get install {package}")
    } else {
        format!("请执行 sudo apt-get install {package}，没有 sudo 权限时请系统管理员安装")
    }
}

/// A failed file operation, in words, with the way out that fits its kind.
fn io_sentence(path: &Path, source: &io::Error) -> String {
    let path = path.display();
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            format!(
                "没有权限读写「{path}」。请换用有权限的用户运行 cadre，或把 CADRE_DATA 设到可写的文件夹。"
            )
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            format!("「{path}」所在的磁盘是只读的。请把 CADRE_DATA 设到可写的磁盘。")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("「{path}」所在的磁盘已满。请清理出空间，或把 CADRE_DATA 设到空间足够的磁盘。")
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            format!("「{path}」或它的上级是一个文件，不是文件夹。请移走这个文件，或把 CADRE_DATA 设到别处。")
        }
        _ => format!("读写「{path}」失败（{source}）。请检查磁盘，或把 CADRE_DATA 设到别处。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_differs_with_and_without_root() {
        let as_root = ClusterError::NoPrograms { root: true }.to_string();
        let as_user = ClusterError::NoPrograms { root: false }.to_string();
        assert!(as_root.contains("请执行 apt-get install postgresql；"), "{as_root}");
        assert!(as_user.contains("sudo apt-get install postgresql"), "{as_user}");
        assert!(as_user.contains("DATABASE_URL"), "{as_user}");
    }

    #[test]
    fn a_full_or_locked_disk_is_named_with_a_way_out() {
        let sentence = |kind| {
            let source = io::Error::from(kind);
            ClusterError::Io { path: PathBuf::from("/srv/cadre"), source }.to_string()
        };
        for (kind, word) in [
            (io::ErrorKind::PermissionDenied, "没有权限"),
            (io::ErrorKind::ReadOnlyFilesystem, "只读"),
            (io::ErrorKind::StorageFull, "已满"),
            (io::ErrorKind::NotADirectory, "不是文件夹"),
        ] {
            let text = sentence(kind);
            assert!(text.contains("/srv/cadre") && text.contains(word), "{text}");
            assert!(text.contains("CADRE_DATA"), "{text}");
        }
    }

    #[test]
    fn a_wrong_major_version_names_both_versions_and_the_package() {
        let error = ClusterError::WrongMajor {
            folder: PathBuf::from("/d/postgres"),
            needed: 15,
            found: "17".to_owned(),
            root: false,
        };
        let text = error.to_string();
        assert!(text.contains("postgresql-15") && text.contains("找到：17"), "{text}");
    }
}
