//! Data folders that are not as they should be: a sentence, a way out, and nothing made worse.

use std::fs;

use cadre::base::cluster::{Options, PrivateCluster};

use super::Place;

#[test]
fn a_cluster_of_another_major_version_is_not_opened_by_this_one() {
    let place = Place::new();
    place.acquire().release().unwrap();
    fs::write(place.cluster().join("PG_VERSION"), "9\n").unwrap();
    let sentence = place.refusal();
    assert!(sentence.contains("由 PostgreSQL 9 建立") && sentence.contains("postgresql-9"), "{sentence}");
    let way_out = ["cadre database-url --owner", "pg_dump", "pg_restore", "Backing up"];
    assert!(way_out.iter().all(|part| sentence.contains(part)), "{sentence}");
}

#[test]
fn a_damaged_cluster_points_to_the_backup() {
    let place = Place::new();
    place.acquire().release().unwrap();
    fs::remove_file(place.cluster().join("global/pg_control")).unwrap();
    let sentence = place.refusal();
    assert!(sentence.contains("损坏") && sentence.contains("pg_restore"), "{sentence}");
    assert!(sentence.contains("备份") && sentence.contains("Backing up"), "{sentence}");
    assert_eq!(place.pid(), None, "nothing is left running");
}

#[test]
fn a_folder_that_is_no_cluster_is_left_alone() {
    let place = Place::new();
    fs::create_dir_all(place.cluster()).unwrap();
    super::let_in(&place.data());
    fs::write(place.cluster().join("letter.txt"), "mine").unwrap();
    let sentence = place.refusal();
    assert!(sentence.contains("PG_VERSION"), "{sentence}");
    assert_eq!(fs::read_to_string(place.cluster().join("letter.txt")).unwrap(), "mine");
}

#[test]
fn lost_passwords_are_not_made_anew() {
    let place = Place::new();
    place.acquire().release().unwrap();
    let file = place.data().join("keys/postgres.json");
    fs::remove_file(&file).unwrap();
    let sentence = place.refusal();
    assert!(sentence.contains("keys/postgres.json") && sentence.contains("备份"), "{sentence}");
    assert!(!file.exists());
}

#[test]
fn without_server_programs_the_sentence_says_what_to_install() {
    let place = Place::new();
    let options = Options { program_folders: Vec::new(), ..super::quick() };
    let sentence = PrivateCluster::acquire(&place.data(), &options).unwrap_err().to_string();
    assert!(sentence.contains("apt-get install postgresql"), "{sentence}");
    assert_eq!(sentence.contains("sudo"), !super::is_root(), "{sentence}");
    assert!(!place.cluster().exists());
}

#[test]
fn a_killed_first_start_leaves_nothing_in_the_way() {
    let place = Place::new();
    let draft = place.data().join("postgres.new-1");
    fs::create_dir_all(&draft).unwrap();
    super::let_in(&place.data());
    fs::write(draft.join("PG_VERSION"), "15\n").unwrap();
    let cluster = place.acquire();
    assert!(!draft.exists());
    assert!(cluster.release().unwrap());
}
