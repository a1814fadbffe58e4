//! `cadre divisions load`.

use crate::across::divisions;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};

/// What to do with the bundled divisions.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Load a county with its towns and villages
    #[command(after_help = "Example:\n  cadre divisions load 500237")]
    Load {
        /// Six-digit code of the county
        code: String,
    },
}

/// Loads a county.
pub async fn run(command: &Command, json: bool) -> Result<(), Failure> {
    let Command::Load { code } = command;
    let installation = Installation::open().await?;
    let mut owner = installation.owner().await?;
    let mut conn = installation.database.web().await?;
    let (_, loaded) = divisions::load(&mut owner, &mut conn, code).await?;
    output::print(
        json,
        &serde_json::json!({ "county": code, "organisations": loaded }),
        &format!("已装入县（区）{code}及其乡镇、村（社区）共{loaded}个。"),
    );
    Ok(())
}
