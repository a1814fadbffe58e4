//! Hands the command line to `cadre`.
fn main() {}
