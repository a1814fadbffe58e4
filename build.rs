//! Rebuilds when a migration or an asset is added: the macros that embed them do not see new files.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=assets");
}
