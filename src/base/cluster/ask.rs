//! Asks a running server for its version, from blocking code.

use std::thread;

use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

/// Why the server did not answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Whether the password was wrong.
    pub(crate) wrong_password: bool,
    /// What the connection said.
    pub(crate) detail: String,
}

/// What the server at `address` calls its version.
///
/// # Errors
/// It does not answer, or refuses the login.
pub(crate) fn server_version(address: &str) -> Result<String, Refusal> {
    // A thread of its own: the caller may stand inside a runtime, which must not be blocked on twice.
    thread::scope(|scope| scope.spawn(|| block_on_version(address)).join())
        .unwrap_or_else(|_| Err(failed("the connection's thread ended")))
}

fn block_on_version(address: &str) -> Result<String, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(address, NoTls).await.map_err(|error| refusal(&error))?;
        let connection = tokio::spawn(connection);
        let row = client.query_one("SHOW server_version", &[]).await.map_err(|error| refusal(&error))?;
        drop(client);
        let _ = connection.await; // the answer is here; how the connection closes does not matter
        row.try_get(0).map_err(failed)
    })
}

fn refusal(error: &tokio_postgres::Error) -> Refusal {
    Refusal {
        wrong_password: error.code() == Some(&SqlState::INVALID_PASSWORD),
        detail: error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned()),
    }
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal { wrong_password: false, detail: error.to_string() }
}
