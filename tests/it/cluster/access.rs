//! Who may enter what: root, the server's account, and plain users.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::holder::Holder;
use super::{Place, is_root, owner_of};

/// An account without any rights, on every Linux.
const NOBODY: u32 = 65_534;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn nothing_of_the_data_folder_is_open_to_others() {
    let place = Place::new();
    let cluster = place.acquire();
    assert_eq!(mode(&place.data()) & 0o007, 0);
    for part in ["postgres", "run", "keys", "log"] {
        assert_eq!(mode(&place.data().join(part)), 0o700, "{part}");
    }
    for part in ["keys/postgres.json", "log/postgres.log", "cluster.lock", "cluster.users"] {
        assert_eq!(mode(&place.data().join(part)), 0o600, "{part}");
    }
    assert_eq!(
        fs::read_dir(place.data().join("run")).unwrap().count(),
        2,
        "the socket and its lock, no password file"
    );
    if is_root() {
        assert_ne!(owner_of(&place.cluster()).0, 0, "the server does not run as root");
    }
    assert!(cluster.release().unwrap());
}

#[test]
fn nothing_listens_on_the_network() {
    let place = Place::new();
    let cluster = place.acquire();
    let settings = "SELECT current_setting('listen_addresses') || '/' || current_setting('data_checksums') || '/' || \
                    current_setting('server_encoding') || '/' || current_setting('password_encryption') || '/' || \
                    current_setting('fsync') || '/' || (SELECT datcollate FROM pg_database WHERE datname = 'postgres')";
    let address = super::roles::superuser(&place, "postgres");
    assert_eq!(super::roles::psql(&address, settings), "/on/UTF8/scram-sha-256/off/C.UTF-8");
    assert!(cluster.release().unwrap());
}

/// Root's own folder: the server's account is kept out, and the sentence names the folder that does it.
#[test]
fn a_folder_closed_to_the_servers_account_is_named() {
    let place = Place::new();
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    if is_root() {
        let sentence = place.refusal();
        let barrier = place.folder.path().display().to_string();
        assert!(
            sentence.contains(&format!("chmod o+x '{barrier}'")) && sentence.contains("CADRE_DATA"),
            "{sentence}"
        );
        assert!(!place.cluster().exists());
    } else {
        assert!(place.acquire().release().unwrap(), "a plain user runs the server himself");
    }
}

#[test]
fn a_plain_user_runs_a_cluster_of_his_own_and_root_may_use_it() {
    if !is_root() {
        return assert!(Place::new().acquire().release().unwrap());
    }
    let place = Place::new();
    let home = place.folder.path().join("home");
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    let data = home.join("data");
    let user = Holder::start_as(NOBODY, NOBODY, place.folder.path(), &data);
    assert_eq!(user.said, "held");
    assert_eq!(owner_of(&data.join("postgres")).0, NOBODY);
    let root = cadre::base::cluster::PrivateCluster::acquire(&data, &super::quick()).unwrap();
    user.leave();
    assert!(root.release().unwrap());
}

#[test]
fn a_plain_user_gets_a_sentence_for_a_folder_that_is_not_his() {
    let place = Place::new();
    if !is_root() {
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let sentence = place.refusal();
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        return assert!(sentence.contains("没有权限"), "{sentence}");
    }
    let refused = Holder::start_as(NOBODY, NOBODY, place.folder.path(), &place.data());
    assert!(refused.said.contains("没有权限读写") && refused.said.contains("CADRE_DATA"), "{}", refused.said);
    refused.leave();
    place.acquire().release().unwrap();
    let refused = Holder::start_as(NOBODY, NOBODY, place.folder.path(), &place.data());
    assert!(refused.said.contains("没有权限"), "{}", refused.said);
    refused.leave();
}

#[test]
fn a_data_folder_with_a_long_name_still_gets_a_socket() {
    let place = Place::new();
    let data = place.folder.path().join("很长的名字".repeat(10)).join("data");
    fs::create_dir(data.parent().unwrap()).unwrap();
    let cluster = cadre::base::cluster::PrivateCluster::acquire(&data, &super::quick()).unwrap();
    assert!(!data.join("run").exists());
    assert!(cluster.release().unwrap());
}
