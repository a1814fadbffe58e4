//! Who starts, shares, takes over and stops the server.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Pid, Signal, getpgid};

use super::holder::Holder;
use super::{Place, kill, lives, owner_of};

#[test]
fn two_processes_share_one_server_and_the_last_stops_it() {
    let place = Place::new();
    let first = Holder::start(&place.data());
    assert_eq!(first.said, "held");
    let pid = place.pid().unwrap();
    let second = place.acquire();
    assert_eq!(place.pid(), Some(pid), "the same server");
    first.leave();
    assert!(lives(pid), "still in use");
    assert!(second.release().unwrap(), "the last one stops it");
    assert!(!lives(pid));
    assert_eq!(place.pid(), None);
}

#[test]
fn a_cluster_left_by_a_killed_process_is_taken_over() {
    let place = Place::new();
    let holder = Holder::start(&place.data());
    let pid = place.pid().unwrap();
    holder.kill();
    assert!(lives(pid), "a killed cadre leaves its server");
    let next = place.acquire();
    assert_eq!(place.pid(), Some(pid), "taken over, not restarted");
    assert!(next.release().unwrap(), "the killed process is not counted");
    assert!(!lives(pid));
}

#[test]
fn a_killed_server_is_started_again_and_its_sessions_are_ended_first() {
    let place = Place::new();
    let cluster = place.acquire();
    let pid = place.pid().unwrap();
    let address = super::roles::superuser(&place, "postgres");
    let mut session = Command::new("psql").args([&address, "-c", "SELECT pg_sleep(600)"]).spawn().unwrap();
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'";
    while super::roles::psql(&address, running) != "1" {}
    kill(pid, Signal::KILL);
    while lives(pid) {}

    let next = place.acquire();
    assert_ne!(place.pid(), Some(pid));
    assert!(!session.wait().unwrap().success(), "its server is gone");
    assert!(!cluster.release().unwrap());
    assert!(next.release().unwrap());
}

#[test]
fn a_foreign_process_named_in_the_pid_file_is_neither_trusted_nor_harmed() {
    let place = Place::new();
    place.acquire().release().unwrap();
    // Of the server's own account: PostgreSQL itself would take it for its predecessor and refuse to start.
    let (uid, gid) = owner_of(&place.cluster());
    let mut foreign = Command::new("sleep").arg("600").uid(uid).gid(gid).current_dir("/").spawn().unwrap();
    let file = place.cluster().join("postmaster.pid");
    let text = format!(
        "{}\n{}\n1700000000\n5432\n/nowhere\n\n\nready   \n",
        foreign.id(),
        place.cluster().display()
    );
    fs::write(&file, text).unwrap();
    std::os::unix::fs::chown(&file, Some(uid), Some(gid)).unwrap();

    let cluster = place.acquire();
    assert_ne!(place.pid(), Some(foreign.id().try_into().unwrap()));
    assert!(cluster.release().unwrap());
    assert!(foreign.try_wait().unwrap().is_none(), "the foreign process lives on");
    foreign.kill().unwrap();
    foreign.wait().unwrap();
}

#[test]
fn a_pid_file_left_by_a_reboot_does_not_stop_the_start() {
    let place = Place::new();
    place.acquire().release().unwrap();
    let mut gone = Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    let file = place.cluster().join("postmaster.pid");
    fs::write(&file, format!("{}\n/elsewhere\n1\n5432\n/nowhere\n\n\nready   \n", gone.id())).unwrap();
    let (uid, gid) = owner_of(&place.cluster());
    std::os::unix::fs::chown(&file, Some(uid), Some(gid)).unwrap();
    assert!(place.acquire().release().unwrap());
}

#[test]
fn the_keyboards_interrupt_does_not_reach_the_server() {
    let place = Place::new();
    let cluster = place.acquire();
    let server = getpgid(Pid::from_raw(place.pid().unwrap())).unwrap();
    assert_ne!(server, getpgid(None).unwrap(), "a process group of its own");
    drop(cluster);
    assert_eq!(place.pid(), None, "dropping is releasing");
}

#[test]
fn a_server_whose_socket_was_removed_is_restarted() {
    let place = Place::new();
    let holder = Holder::start(&place.data());
    let pid = place.pid();
    holder.kill();
    fs::remove_file(place.data().join("run/.s.PGSQL.5432")).unwrap();
    let next = place.acquire();
    assert_ne!(place.pid(), pid);
    assert!(next.release().unwrap());
}
