//! Addresses of PostgreSQL in URL form, as `libpq` and `tokio-postgres` both read them.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// An address on a unix socket.
pub(crate) fn on_socket(folder: &Path, port: u16, user: &str, password: &str, database: &str) -> String {
    let host = encode(folder.as_os_str().as_bytes());
    let (user, password) = (encode(user.as_bytes()), encode(password.as_bytes()));
    let database = encode(database.as_bytes());
    format!("postgresql://{user}:{password}@{host}:{port}/{database}")
}

/// The same address for another user; nothing when `address` is neither a URL nor `key=value` words.
pub(crate) fn with_login(address: &str, user: &str, password: &str) -> Option<String> {
    address.parse::<tokio_postgres::Config>().ok()?;
    let (user, password) = (encode(user.as_bytes()), encode(password.as_bytes()));
    if !address.contains("://") {
        // Of a word that stands twice, the last counts; `encode` left nothing to be quoted.
        return Some(format!("{address} user={user} password={password}"));
    }
    let (scheme, rest) = address.split_once("://")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|word| !word.is_empty() && !word.starts_with("user=") && !word.starts_with("password="))
        .collect();
    let question = if kept.is_empty() { "" } else { "?" };
    Some(format!("{scheme}://{user}:{password}@{hosts}{path}{question}{}", kept.join("&")))
}

/// The address for messages: where it leads, without any password.
pub(crate) fn redacted(address: &str) -> String {
    let Ok(config) = address.parse::<tokio_postgres::Config>() else {
        return "（无法识别的地址）".to_owned();
    };
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            tokio_postgres::config::Host::Unix(folder) => folder.display().to_string(),
        })
        .collect();
    let user = config.get_user().unwrap_or("?");
    format!("{user}@{}/{}", hosts.join(","), config.get_dbname().unwrap_or(user))
}

/// Percent-encodes everything but letters, digits and `-._~`.
fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_postgres::config::Host;

    #[test]
    fn a_socket_address_is_read_back_by_the_driver() {
        let folder = Path::new("/srv/数据 1/run");
        let address = on_socket(folder, 5432, "cadre_web", "a/b@c", "cadre");
        let config: tokio_postgres::Config = address.parse().unwrap();
        assert_eq!(config.get_hosts(), [Host::Unix(folder.to_owned())]);
        assert_eq!(config.get_ports(), [5432]);
        assert_eq!(config.get_user(), Some("cadre_web"));
        assert_eq!(config.get_password(), Some(b"a/b@c".as_slice()));
        assert_eq!(config.get_dbname(), Some("cadre"));
    }

    #[test]
    fn another_login_keeps_hosts_database_and_options() {
        for (given, expected) in [
            (
                "postgres://me:secret@db.example:5433/cadre?sslmode=require&user=x",
                "postgres://u:p@db.example:5433/cadre?sslmode=require",
            ),
            ("postgresql://db.example/cadre", "postgresql://u:p@db.example/cadre"),
            ("postgresql://me@a:1,b:2/cadre", "postgresql://u:p@a:1,b:2/cadre"),
            ("host=/run/pg dbname=cadre user=me", "host=/run/pg dbname=cadre user=me user=u password=p"),
        ] {
            assert_eq!(with_login(given, "u", "p").as_deref(), Some(expected));
            let config: tokio_postgres::Config = expected.parse().unwrap();
            assert_eq!(config.get_user(), Some("u"));
            assert_eq!(config.get_dbname(), Some("cadre"));
        }
        assert_eq!(with_login("http:// nonsense", "u", "p"), None);
    }

    #[test]
    fn a_message_never_shows_the_password() {
        let text = redacted("postgres://me:secret@db.example:5433/cadre");
        assert_eq!(text, "me@db.example/cadre");
        assert!(!redacted("postgres://me:secret@[").contains("secret"));
    }
}
