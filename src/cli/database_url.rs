//! `cadre database-url`.

use crate::cli::installation::Installation;
use crate::cli::{Failure, output};

/// Which address.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The owner's address (migrations, dumps) instead of the web role's
    #[arg(long)]
    owner: bool,
}

/// Prints the address in use.
pub async fn run(options: &Options, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let addresses = &installation.started.addresses;
    let url = if options.owner { &addresses.owner } else { &addresses.web };
    output::print(json, &serde_json::json!({ "url": url }), url);
    Ok(())
}
