//! `cadre audit witness`: serves the witness until Ctrl-C.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::base::note::Verifier;
use crate::cli::Failure;
use crate::records::audit::checkpoints::witness::Witness;
use crate::web;

/// Where the witness answers, what it keeps, whom it trusts.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Address and port
    #[arg(long, default_value = "127.0.0.1:8100")]
    listen: SocketAddr,
    /// Folder for its key and the newest checkpoint of each log
    #[arg(long)]
    state: PathBuf,
    /// The public key of an installation, as `cadre audit checkpoint` prints it; may be repeated
    #[arg(long, required = true)]
    trust: Vec<Verifier>,
}

/// Serves; an interrupt ends it at once: what it keeps is on the disk before it answers.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let witness = Witness::open(&options.state, options.trust.clone())?;
    println!("公钥 {}", witness.verifier());
    let failed = |error: rocket::Error| Failure::Failed(format!("见证服务无法启动：{}。", error.kind()));
    let rocket = web::witness::build(witness, options.listen).ignite().await.map_err(failed)?;
    println!("ready http://{}", options.listen);
    rocket.launch().await.map_err(failed)?;
    Ok(())
}
