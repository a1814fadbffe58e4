//! The settings of an installation, read once from the environment and handed down; there is no global.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::base::http::HttpAddress;
use crate::base::keys::Algorithm;
use crate::base::{address, cluster};

/// Where the data goes for root when the working folder is closed to the server's account.
const SHARED_DATA: &str = "/var/lib/cadre";
/// The address that pages are served on.
const LISTEN: &str = "127.0.0.1:8000";

/// Where the front is when nothing is said: on this machine, before a cadre that listens on loopback (design D16).
const FRONT: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// A setting that cannot be used. `Display` is what people read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The value is not of the form that the variable takes.
    #[error("环境变量 {name} 的值「{value}」无效：{rule}。")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What was given; never a password.
        value: String,
        /// What it must be, with an example.
        rule: &'static str,
    },
    /// The variable makes sense only beside another.
    #[error(
        "设置了环境变量 {name}，却没有设置 DATABASE_URL。请一并设置 DATABASE_URL，或去掉 {name}，使用私有数据库。"
    )]
    Alone {
        /// The variable.
        name: &'static str,
    },
    /// There is no working folder.
    #[error("当前文件夹已不存在或无法读取（{0}）。请换一个文件夹运行，或设置 CADRE_DATA。")]
    NoWorkingFolder(String),
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseSource {
    /// A private cluster in the data folder.
    Private,
    /// A PostgreSQL that somebody else runs.
    External(ExternalDatabase),
}

/// The addresses of a PostgreSQL that somebody else runs. They hold passwords: `Debug` leaves those out.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalDatabase {
    /// `DATABASE_URL`.
    pub owner: String,
    /// `CADRE_WEB_DATABASE_URL`; derived from the owner's when empty.
    pub web: Option<String>,
    /// `REPORT_DATABASE_URL`; derived when empty.
    pub report: Option<String>,
}

impl std::fmt::Debug for DatabaseSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Private => f.write_str("Private"),
            Self::External(external) => external.fmt(f),
        }
    }
}

impl std::fmt::Debug for ExternalDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |given: &Option<String>| given.as_deref().map(address::redacted);
        f.debug_struct("External")
            .field("owner", &address::redacted(&self.owner))
            .field("web", &shown(&self.web))
            .field("report", &shown(&self.report))
            .finish()
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line, for collectors.
    Json,
}

/// Every setting of contract 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `CADRE_DATA`, absolute; it need not exist yet.
    pub data: PathBuf,
    /// A sentence for standard error when `data` is not where one would look for it.
    pub notice: Option<String>,
    /// `DATABASE_URL` and its companions.
    pub database: DatabaseSource,
    /// `CADRE_LISTEN`.
    pub listen: SocketAddr,
    /// `CADRE_FRONT`: the addresses whose word is taken for where a request came from and whether over TLS.
    pub front: Vec<IpAddr>,
    /// `CADRE_KEY_FILE`.
    pub key_file: PathBuf,
    /// `CADRE_CIPHER`: what a key ring that is made now, or the next key, seals with.
    pub cipher: Option<Algorithm>,
    /// `CADRE_WITNESS_URL`: who cosigns the checkpoints of the trail.
    pub witness: Option<HttpAddress>,
    /// `CADRE_FONTS`: a folder of fonts that PDF is printed with, before those of the machine.
    pub fonts: Option<PathBuf>,
    /// `CADRE_LOG`; nothing means: by terminal.
    pub log: Option<LogFormat>,
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// A value that cannot be used, named with its rule.
    pub fn from_env() -> Result<Self, ConfigError> {
        let here =
            std::env::current_dir().map_err(|error| ConfigError::NoWorkingFolder(error.to_string()))?;
        Self::read(|name| std::env::var_os(name), &here, cluster::root_cannot_use)
    }

    /// Reads settings from `variable`, relative to the folder `here`. `closed` says of a folder whether a private
    /// cluster cannot live there because this is root and the server's account cannot enter.
    fn read(
        variable: impl Fn(&str) -> Option<OsString>,
        here: &Path,
        closed: impl Fn(&Path) -> bool,
    ) -> Result<Self, ConfigError> {
        let given = |name| variable(name).filter(|value| !value.is_empty());
        let database = database(&given)?;
        let (data, notice) = match given("CADRE_DATA") {
            Some(folder) => (here.join(folder), None),
            None => default_data(here, &database, closed),
        };
        let listen = text(&given, "CADRE_LISTEN")?.unwrap_or_else(|| LISTEN.to_owned());
        let listen = listen.parse().map_err(|_| ConfigError::Invalid {
            name: "CADRE_LISTEN",
            value: listen,
            rule: "须为「地址:端口」，例如 127.0.0.1:8000",
        })?;
        let key_file =
            given("CADRE_KEY_FILE").map_or_else(|| data.join("keys/ring.json"), |file| here.join(file));
        let log = match text(&given, "CADRE_LOG")?.as_deref() {
            None => None,
            Some("pretty") => Some(LogFormat::Pretty),
            Some("json") => Some(LogFormat::Json),
            Some(other) => {
                return Err(ConfigError::Invalid {
                    name: "CADRE_LOG",
                    value: other.to_owned(),
                    rule: "须为 pretty 或 json",
                });
            }
        };
        let cipher = cipher(text(&given, "CADRE_CIPHER")?)?;
        let front = front(text(&given, "CADRE_FRONT")?)?;
        let witness = witness(text(&given, "CADRE_WITNESS_URL")?)?;
        let fonts = fonts(here, given("CADRE_FONTS"))?;
        Ok(Self { data, notice, database, listen, front, key_file, cipher, witness, fonts, log })
    }
}

/// The addresses given, if any.
fn database(given: &impl Fn(&'static str) -> Option<OsString>) -> Result<DatabaseSource, ConfigError> {
    let web = url(given, "CADRE_WEB_DATABASE_URL")?;
    let report = url(given, "REPORT_DATABASE_URL")?;
    match url(given, "DATABASE_URL")? {
        Some(owner) => Ok(DatabaseSource::External(ExternalDatabase { owner, web, report })),
        None if web.is_some() => Err(ConfigError::Alone { name: "CADRE_WEB_DATABASE_URL" }),
        None if report.is_some() => Err(ConfigError::Alone { name: "REPORT_DATABASE_URL" }),
        None => Ok(DatabaseSource::Private),
    }
}

/// The algorithm, if one is named.
fn cipher(given: Option<String>) -> Result<Option<Algorithm>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    Algorithm::named(&given).map(Some).ok_or(ConfigError::Invalid {
        name: "CADRE_CIPHER",
        value: given,
        rule: "须为 xchacha20-poly1305、aes-256-gcm 或 sm4-gcm",
    })
}

/// The folder of fonts, if one is named.
fn fonts(here: &Path, given: Option<OsString>) -> Result<Option<PathBuf>, ConfigError> {
    let Some(folder) = given.map(|folder| here.join(folder)) else { return Ok(None) };
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    Err(ConfigError::Invalid {
        name: "CADRE_FONTS",
        value: folder.display().to_string(),
        rule: "须为存放字体文件的文件夹，例如 /usr/local/share/fonts",
    })
}

/// The addresses of the front.
fn front(given: Option<String>) -> Result<Vec<IpAddr>, ConfigError> {
    let Some(given) = given else { return Ok(FRONT.to_vec()) };
    if given.trim() == "none" {
        return Ok(Vec::new());
    }
    let addresses: Result<Vec<IpAddr>, _> = given.split(',').map(|one| one.trim().parse()).collect();
    addresses.map_err(|_| ConfigError::Invalid {
        name: "CADRE_FRONT",
        value: given,
        rule: "须为前置代理的地址，多个以逗号分隔，例如 192.0.2.10,192.0.2.11；没有前置代理写 none",
    })
}

/// The witness.
fn witness(given: Option<String>) -> Result<Option<HttpAddress>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    given.parse().map(Some).map_err(|rule| ConfigError::Invalid {
        name: "CADRE_WITNESS_URL",
        value: given,
        rule,
    })
}

/// The data folder when none is named, and what to say when it is an unusual one.
fn default_data(
    here: &Path,
    database: &DatabaseSource,
    closed: impl Fn(&Path) -> bool,
) -> (PathBuf, Option<String>) {
    let usual = here.join(".cadre");
    if *database != DatabaseSource::Private || !closed(&usual) {
        return (usual, None);
    }
    let notice = format!(
        "以 root 身份运行时，数据库由 postgres 用户运行，而它进不了「{}」：数据改放在「{SHARED_DATA}」。\
         要放在别处，请设置 CADRE_DATA。",
        here.display()
    );
    (PathBuf::from(SHARED_DATA), Some(notice))
}

/// A value as text.
fn text(
    given: &impl Fn(&'static str) -> Option<OsString>,
    name: &'static str,
) -> Result<Option<String>, ConfigError> {
    given(name).map(OsString::into_string).transpose().map_err(|value| ConfigError::Invalid {
        name,
        value: value.to_string_lossy().into_owned(),
        rule: "须为 UTF-8 文字",
    })
}

/// A value that PostgreSQL's driver reads as an address.
fn url(
    given: &impl Fn(&'static str) -> Option<OsString>,
    name: &'static str,
) -> Result<Option<String>, ConfigError> {
    let Some(value) = text(given, name)? else { return Ok(None) };
    match value.parse::<tokio_postgres::Config>() {
        Ok(_) => Ok(Some(value)),
        Err(_) => Err(ConfigError::Invalid {
            name,
            value: address::redacted(&value),
            rule: "须为 PostgreSQL 地址，例如 postgresql://用户:密码@主机:5432/数据库",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], closed: bool) -> Result<Config, ConfigError> {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        Config::read(variable, Path::new("/work"), |_| closed)
    }

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let config = read(&[("CADRE_DATA", "")], false).unwrap();
        assert_eq!(config.data, Path::new("/work/.cadre"));
        assert_eq!(config.database, DatabaseSource::Private);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
        assert_eq!(config.key_file, Path::new("/work/.cadre/keys/ring.json"));
        assert_eq!(config.front, FRONT);
        assert_eq!((config.log, config.cipher, config.notice), (None, None, None));
    }

    #[test]
    fn root_below_a_closed_folder_moves_the_data_and_says_so() {
        let moved = read(&[], true).unwrap();
        assert_eq!(moved.data, Path::new("/var/lib/cadre"));
        assert!(moved.notice.unwrap().contains("/var/lib/cadre"));
        let named = read(&[("CADRE_DATA", "here")], true).unwrap();
        assert_eq!((named.data.as_path(), named.notice), (Path::new("/work/here"), None));
        let external = read(&[("DATABASE_URL", "postgres://u@h/d")], true).unwrap();
        assert_eq!(external.data, Path::new("/work/.cadre"));
    }

    #[test]
    fn a_wrong_value_is_named_with_its_rule_and_without_its_password() {
        for (name, value, word) in [
            ("CADRE_LISTEN", "8000", "127.0.0.1:8000"),
            ("CADRE_LOG", "xml", "pretty"),
            ("CADRE_CIPHER", "des", "sm4-gcm"),
            ("CADRE_WITNESS_URL", "https://witness", "http://127.0.0.1"),
            ("CADRE_FRONT", "192.0.2.10;192.0.2.11", "none"),
            ("CADRE_FONTS", "nowhere", "文件夹"),
            ("DATABASE_URL", "postgres://u:hidden@h:port/d", "postgresql://"),
        ] {
            let error = read(&[(name, value)], false).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(word), "{error}");
            assert!(!error.contains("hidden"), "{error}");
        }
    }

    #[test]
    fn the_front_is_who_one_says_it_is() {
        let of = |given| read(&[("CADRE_FRONT", given)], false).unwrap().front;
        assert_eq!(of("192.0.2.10, 2001:db8::1").len(), 2);
        assert!(of("none").is_empty());
    }

    #[test]
    fn a_web_address_without_an_owner_is_refused() {
        let error = read(&[("CADRE_WEB_DATABASE_URL", "postgres://w@h/d")], false).unwrap_err();
        assert_eq!(error, ConfigError::Alone { name: "CADRE_WEB_DATABASE_URL" });
    }

    #[test]
    fn a_printed_configuration_shows_no_password() {
        let config = read(&[("DATABASE_URL", "postgres://u:hidden@h/d")], false).unwrap();
        assert!(!format!("{config:?}").contains("hidden"));
    }
}
