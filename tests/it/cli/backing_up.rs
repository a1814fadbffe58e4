//! A backup that is taken and restored with the very lines of `docs/operations.md`.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use rustix::process::Signal;

use super::interruption::{Installation, free_address, send};
use crate::support::template::pg_dump;

/// The blocks of commands of the section.
fn blocks() -> Vec<String> {
    let text = include_str!("../../../docs/operations.md");
    let (_, section) = text.split_once("\n## Backing up\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    section.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Types lines into a shell: in the folder of the backup, about the data of an installation.
fn type_in(lines: &str, backup: &Path, installation: &Installation) {
    let mut folders = vec![Path::new(env!("CARGO_BIN_EXE_cadre")).parent().unwrap().to_owned()];
    folders.extend(pg_dump().parent().map(Path::to_owned));
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let ran = installation
        .command("bash")
        .args(["-euo", "pipefail", "-c", lines])
        .current_dir(backup)
        .env("PATH", std::env::join_paths(folders).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{lines}\n{said}");
}

fn done(mut command: Command) -> String {
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn stop(mut serving: Child) {
    send(&serving, Signal::INT);
    assert!(serving.wait().unwrap().success());
}

#[test]
fn what_was_backed_up_beside_a_running_server_is_whole_in_a_new_folder() {
    let [backing_up, restoring]: [String; 2] = blocks().try_into().unwrap();
    let backup = tempfile::tempdir().unwrap();
    fs::create_dir(backup.path().join("backup")).unwrap();
    let old = Installation::new();
    done(old.cadre(&["migrate"]));
    done(old.cadre(&["divisions", "load", "500237"]));
    let account =
        ["account", "add", "--username", "zhangwei", "--role", "clerk", "--organisation", "500237101"];
    done(old.cadre(&account));
    // At its end a server signs what the trail has got: there is a checkpoint to be kept.
    stop(old.serving(&free_address()));
    let serving = old.serving(&free_address());
    type_in(&backing_up, backup.path(), &old);
    stop(serving);

    let new = Installation::new();
    let named = "export CADRE_DATA=/srv/cadre-restored\n";
    let restoring = restoring.strip_prefix(named).unwrap_or_else(|| panic!("{restoring}"));
    let (before, beside) = restoring.split_at(restoring.find("owner=").unwrap());
    type_in(before, backup.path(), &new);
    let serving = new.serving(&free_address());
    type_in(beside, backup.path(), &new);
    stop(serving);
    done(new.cadre(&["migrate"]));
    done(new.cadre(&["audit", "verify"]));
    let accounts = |installation: &Installation| done(installation.cadre(&["account", "list"]));
    assert!(accounts(&new).contains("zhangwei"));
    assert_eq!(accounts(&new), accounts(&old));
}
