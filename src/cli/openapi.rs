//! `cadre openapi`.

use crate::cli::Failure;
use crate::web::api::document;

/// Prints the document; needs no database.
pub fn run() -> Result<(), Failure> {
    let text = document::text().map_err(anyhow::Error::from)?;
    println!("{text}");
    Ok(())
}
