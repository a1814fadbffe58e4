//! Hands the command line to `cadre`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cadre::cli::run()
}
