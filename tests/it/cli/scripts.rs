//! `scripts/prepare` on machines that lack this or that: it installs what is missing, or says what an administrator must do.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::program::Ran;

/// An account without any rights, on every Linux.
const NOBODY: u32 = 65_534;

/// A machine that has nothing but what a test gives it.
struct Machine {
    folder: TempDir,
}

impl Machine {
    /// A machine with the programs of every Debian that the script needs, and cargo.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let machine = Self { folder };
        fs::create_dir_all(machine.path("bin")).unwrap();
        fs::create_dir_all(machine.path("root")).unwrap();
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/prepare"), machine.path("prepare"))
            .unwrap();
        for name in ["env", "find", "sed"] {
            symlink(found(name), machine.path("bin").join(name)).unwrap();
        }
        machine.with("cargo", "")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// With a program that runs these lines.
    fn with(self, name: &str, lines: &str) -> Self {
        let path = self.path("bin").join(name);
        let text = format!("#!/bin/bash\n{lines}\n");
        // By another process: a test that starts one of its own meanwhile would hold this file open for writing.
        let made = Command::new("/bin/bash")
            .args(["-c", r#"printf '%s' "$1" >"$0" && chmod 755 "$0""#, path.to_str().unwrap(), &text])
            .status();
        assert!(made.unwrap().success());
        self
    }

    /// With a program that only notes how it was called.
    fn noting(self, name: &str) -> Self {
        let note = self.path("calls");
        self.with(name, &format!("echo \"{name} $*\" >>'{}'", note.display()))
    }

    /// With PostgreSQL 15, a compiler and a Chinese font.
    fn complete(self) -> Self {
        let fonts = self.path("root/usr/share/fonts/opentype");
        fs::create_dir_all(&fonts).unwrap();
        fs::write(fonts.join("NotoSansCJK-Regular.ttc"), "").unwrap();
        self.with("cc", "").with("postgres", "echo 'postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)'")
    }

    /// With the right to install, from sources that have a PostgreSQL of a major version. Nothing is really installed.
    fn installing(self, postgres: &str) -> Self {
        let note = self.path("calls");
        let kept = format!("while read -r line; do echo \"tee $* $line\" >>'{}'; done", note.display());
        let offered = format!("printf 'postgresql:\\n  Installed: (none)\\n  Candidate: {postgres}\\n'");
        let able = self.noting("apt-get").noting("mkdir").with("tee", &kept).with("apt-cache", &offered);
        able.with("sudo", "exec \"$@\"")
    }

    /// Runs the script with nothing in its environment but `variables`; not as root unless it installs.
    fn run(&self, words: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = Command::new("/bin/bash");
        command.arg(self.path("prepare")).args(words).current_dir("/").env_clear();
        command.env("PATH", self.path("bin")).env("PREPARE_ROOT", self.path("root"));
        command.envs(variables.iter().copied());
        if rustix::process::geteuid().is_root() && !self.path("bin/sudo").exists() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let ran = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { status: ran.status.code().unwrap(), out: text(ran.stdout), err: text(ran.stderr) }
    }

    /// What it called, one line each.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }
}

/// Where a program of this machine is.
fn found(name: &str) -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&folders).map(|folder| folder.join(name));
    places.find(|place| place.exists()).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn nothing_is_done_where_nothing_is_missing_and_no_home_is_needed() {
    let machine = Machine::new().complete().noting("apt-get");
    let ran = machine.run(&[], &[]);
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{ran:?}");
    assert!(machine.calls().is_empty(), "{:?}", machine.calls());
}

#[test]
fn without_cargo_it_says_where_to_get_it() {
    let machine = Machine::new().complete();
    fs::remove_file(machine.path("bin/cargo")).unwrap();
    let ran = machine.run(&[], &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("https://rustup.rs"), "{ran:?}");
}

#[test]
fn who_may_not_install_is_told_what_an_administrator_must_run() {
    let machine = Machine::new().noting("apt-get");
    let ran = machine.run(&[], &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("需要 root 权限"), "{ran:?}");
    assert!(ran.err.contains("apt-get install -y gcc libc6-dev fonts-noto-cjk postgresql\n"), "{ran:?}");
    assert!(machine.calls().is_empty(), "{:?}", machine.calls());
    // A database that somebody else runs is enough to run cadre, and not enough for its tests.
    let elsewhere = [("DATABASE_URL", "postgresql://db.example/cadre")];
    let ran = machine.run(&[], &elsewhere);
    assert!(ran.err.contains("apt-get install -y gcc libc6-dev fonts-noto-cjk\n"), "{ran:?}");
    let ran = machine.run(&["test"], &elsewhere);
    let all = "apt-get install -y gcc libc6-dev fonts-noto-cjk nodejs npm chromium postgresql\n";
    assert!(ran.err.contains(all), "{ran:?}");
}

#[test]
fn without_apt_it_names_what_is_missing() {
    let machine = Machine::new();
    let ran = machine.run(&[], &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(
        ran.err.contains("没有 apt-get") && ran.err.contains("gcc libc6-dev fonts-noto-cjk postgresql"),
        "{ran:?}"
    );
}

#[test]
fn an_old_postgresql_is_not_installed_and_not_taken_for_enough() {
    let old = "echo 'postgres (PostgreSQL) 14.11 (Ubuntu 14.11-0ubuntu0.22.04.1)'";
    let machine = Machine::new().complete().with("postgres", old).installing("14+238");
    let ran = machine.run(&[], &[]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("只有 PostgreSQL 14") && ran.err.contains("DATABASE_URL"), "{ran:?}");
    assert_eq!(machine.calls(), ["apt-get update -qq"]);
}

#[test]
fn what_is_missing_is_installed_without_a_cluster_of_the_systems_own() {
    let machine = Machine::new().installing("15+248");
    let ran = machine.run(&[], &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let install = "apt-get install -y -qq --no-install-recommends";
    let expected = [
        "apt-get update -qq".to_owned(),
        format!("{install} postgresql-common"),
        "mkdir -p /etc/postgresql-common/createcluster.d".to_owned(),
        "tee /etc/postgresql-common/createcluster.d/no-main-cluster.conf create_main_cluster = false"
            .to_owned(),
        format!("{install} postgresql"),
        format!("{install} gcc libc6-dev fonts-noto-cjk"),
    ];
    assert_eq!(machine.calls(), expected);
}
