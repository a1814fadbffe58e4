//! The roles of a private cluster, and of a PostgreSQL that somebody else runs.

use std::fs;
use std::process::Command;

use cadre::base::config::ExternalDatabase;
use cadre::base::db::roles::{Addresses, prepare_external, prepare_private};

use super::Place;

/// The superuser's address, put together from what lies in the data folder.
pub(super) fn superuser(place: &Place, database: &str) -> String {
    let passwords: serde_json::Value =
        serde_json::from_slice(&fs::read(place.data().join("keys/postgres.json")).unwrap()).unwrap();
    address(place, "postgres", passwords.get("postgres").unwrap().as_str().unwrap(), database)
}

fn address(place: &Place, user: &str, password: &str, database: &str) -> String {
    let folder = place.data().join("run").display().to_string().replace('/', "%2F");
    format!("postgresql://{user}:{password}@{folder}:5432/{database}")
}

/// What a statement answers through `psql`, which uses libpq; on an error, the message.
pub(super) fn psql(address: &str, statement: &str) -> String {
    let output =
        Command::new("psql").args(["-X", "-A", "-t", "-q", address, "-c", statement]).output().unwrap();
    let text = if output.status.success() { output.stdout } else { output.stderr };
    String::from_utf8(text).unwrap().trim().to_owned()
}

/// What a query answers through the driver.
async fn driver(address: &str, query: &str) -> String {
    let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query_one(query, &[]).await.unwrap().get(0)
}

const WHO: &str = "SELECT current_user || '@' || current_database() || ' ' || \
                   current_setting('statement_timeout') || ' ' || current_setting('timezone')";

#[tokio::test(flavor = "multi_thread")]
async fn psql_and_the_driver_reach_all_three_roles() {
    let place = Place::new();
    let cluster = place.acquire();
    let addresses = prepare_private(&cluster).await.unwrap();
    for (address, expected) in [
        (&addresses.owner, "cadre_owner@cadre 0 Asia/Shanghai"),
        (&addresses.web, "cadre_web@cadre 15s Asia/Shanghai"),
        (&addresses.report, "cadre_report@cadre 2min Asia/Shanghai"),
    ] {
        assert_eq!(psql(address, WHO), expected);
        assert_eq!(driver(address, WHO).await, expected);
    }
    let again = prepare_private(&cluster).await.unwrap();
    assert_eq!(again, addresses, "a second time changes nothing");
    assert!(cluster.release().unwrap());
}

/// ASVS 13.2.2
#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_what_it_needs_and_no_more() {
    let place = Place::new();
    let cluster = place.acquire();
    let Addresses { owner, web, report } = prepare_private(&cluster).await.unwrap();
    let rights = "SELECT string_agg(concat_ws(' ', rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole), E'\\n' \
                  ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'cadre%'";
    assert_eq!(
        psql(&owner, rights),
        "cadre_audit f f f f\ncadre_owner t f t f\ncadre_report t f f f\ncadre_web t f f f"
    );
    let table = "CREATE TABLE trail (n integer, EXCLUDE USING gist (n WITH =)); \
                 GRANT CREATE, USAGE ON SCHEMA public TO cadre_audit; ALTER TABLE trail OWNER TO cadre_audit";
    assert_eq!(psql(&owner, table), "", "makes objects, has btree_gist, and hands objects to the audit role");
    for role in [&web, &report] {
        for refused in
            ["CREATE TABLE mine (n integer)", "CREATE TEMP TABLE mine (n integer)", "SELECT * FROM trail"]
        {
            let answer = psql(role, refused);
            assert!(answer.contains("denied") || answer.contains("read-only"), "{refused}: {answer}");
        }
        assert!(psql(role, "SET ROLE cadre_owner").contains("denied"));
        assert!(psql(role, "SET ROLE cadre_audit").contains("denied"));
    }
    assert!(cluster.release().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_starts_at_once_make_the_roles_once() {
    let place = Place::new();
    let cluster = place.acquire();
    let (one, two, three) =
        tokio::join!(prepare_private(&cluster), prepare_private(&cluster), prepare_private(&cluster));
    assert_eq!(one.unwrap(), two.unwrap());
    three.unwrap();
    assert!(cluster.release().unwrap());
}

/// A server that stands for somebody else's, with a database and an owner that has `rights`.
fn external(place: &Place, rights: &str) -> ExternalDatabase {
    let admin = superuser(place, "postgres");
    let role = format!("CREATE ROLE office LOGIN {rights} PASSWORD 'pw'");
    assert_eq!(psql(&admin, &role), "");
    assert_eq!(psql(&admin, "CREATE DATABASE records OWNER office"), "");
    ExternalDatabase { owner: address(place, "office", "pw", "records"), web: None, report: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_may_make_roles_makes_them() {
    let (place, ours) = (Place::new(), Place::new());
    let cluster = place.acquire();
    let external = external(&place, "CREATEROLE BYPASSRLS");
    let addresses = prepare_external(&external, &ours.data()).await.unwrap();
    assert_eq!(psql(&addresses.web, WHO), "cadre_web@records 15s Asia/Shanghai");
    assert_eq!(psql(&addresses.report, WHO), "cadre_report@records 2min Asia/Shanghai");
    assert_eq!(prepare_external(&external, &ours.data()).await.unwrap(), addresses);

    let elsewhere = Place::new();
    let refusal = prepare_external(&external, &elsewhere.data()).await.unwrap_err().to_string();
    assert!(refusal.contains("CADRE_WEB_DATABASE_URL") && refusal.contains("cadre_web"), "{refusal}");
    let shared = ExternalDatabase { web: Some(addresses.web.clone()), ..external };
    let second = prepare_external(&shared, &elsewhere.data()).await.unwrap();
    assert_eq!(
        (&second.web, &second.report),
        (&addresses.web, &addresses.web),
        "reports fall back to the web role"
    );
    assert!(cluster.release().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_without_rights_gets_the_statements_for_his_administrator() {
    let (place, ours) = (Place::new(), Place::new());
    let cluster = place.acquire();
    let mut external = external(&place, "");
    let refusal = prepare_external(&external, &ours.data()).await.unwrap_err().to_string();
    let (sentence, statements) = refusal.split_once('\n').unwrap();
    assert!(sentence.contains("office") && sentence.contains("管理员"), "{sentence}");

    // The statements, run as they stand, are enough.
    for statement in statements.lines() {
        assert_eq!(psql(&superuser(&place, "records"), statement), "", "{statement}");
    }
    external.web = Some(address(&place, "cadre_web", "（自定密码）", "records"));
    prepare_external(&external, &ours.data()).await.unwrap();
    assert!(cluster.release().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_address_that_passes_row_level_security_is_refused() {
    let (place, ours) = (Place::new(), Place::new());
    let cluster = place.acquire();
    let mut external = external(&place, "CREATEROLE BYPASSRLS");
    external.web = Some(external.owner.clone());
    let refusal = prepare_external(&external, &ours.data()).await.unwrap_err().to_string();
    assert!(refusal.contains("CADRE_WEB_DATABASE_URL") && refusal.contains("权限过大"), "{refusal}");
    external.web = None;
    external.report = Some(superuser(&place, "records"));
    let refusal = prepare_external(&external, &ours.data()).await.unwrap_err().to_string();
    assert!(refusal.contains("REPORT_DATABASE_URL"), "{refusal}");
    assert!(cluster.release().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_answers_is_named_without_its_password() {
    let ours = Place::new();
    let owner = "postgresql://office:hidden@127.0.0.1:1/records".to_owned();
    let external = ExternalDatabase { owner, web: None, report: None };
    let refusal = prepare_external(&external, &ours.data()).await.unwrap_err().to_string();
    assert!(refusal.contains("office@127.0.0.1/records") && refusal.contains("DATABASE_URL"), "{refusal}");
    assert!(!refusal.contains("hidden"), "{refusal}");
}
