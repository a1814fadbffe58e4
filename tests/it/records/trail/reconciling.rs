//! A change by SQL that has no entry is found.

use cadre::base::actor::Role;
use cadre::base::keys::KeyRing;
use cadre::records::accounts;
use cadre::records::audit::reader;
use cadre::records::audit::reconcile::reconcile;
use cadre::records::members;
use tokio_postgres::Client;

use crate::records::accounts::named;
use crate::support::TestDb;
use crate::support::builders::{TestCounty, member};

struct Office {
    _db: TestDb,
    client: Client,
}

impl Office {
    /// A county with members and an account, all entered by verbs.
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let mut web = db.web().await;
        let keys = KeyRing::ephemeral().unwrap();
        let clerk = county.town(1).actor(Role::Clerk);
        let branch = county.branch(1, 1).id;
        let people = [member(branch, "王芳", 2), member(branch, "李强", 1)];
        members::enrol(&mut web, &clerk, &keys, &people).await.unwrap();
        let administrator = county.county.actor(Role::Administrator);
        accounts::open(&mut web, &administrator, &[named("zhangwei", Role::Clerk, county.town(1))])
            .await
            .unwrap();
        let client = reader::connect(db.owner_url()).await.unwrap();
        Self { _db: db, client }
    }

    async fn found(&self, statement: &str) -> Vec<String> {
        self.client.batch_execute(statement).await.unwrap();
        reconcile(&self.client).await.unwrap().into_iter().map(|fault| fault.message).collect()
    }
}

#[tokio::test]
async fn what_verbs_did_agrees_with_the_trail() {
    assert_eq!(Office::new().await.found("").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stamped_change_without_an_entry_is_found() {
    let office = Office::new().await;
    let found = office.found("UPDATE people SET name = '王方', updated_at = now() WHERE name = '王芳'").await;
    assert!(matches!(&found[..], [one] if one.contains("people") && one.contains("1行")), "{found:?}");
}

#[tokio::test]
async fn an_inserted_row_without_an_entry_is_found() {
    let office = Office::new().await;
    let found = office
        .found(
            "INSERT INTO accounts (county_id, id, username, display_name, password_hash, role, organisation_id,
                organisation_path, organisation_name)
            SELECT county_id, gen_random_uuid(), 'ghost', '幽灵', password_hash, 'supervisor', organisation_id,
                organisation_path, organisation_name FROM accounts LIMIT 1",
        )
        .await;
    assert!(found.iter().any(|message| message.contains("accounts")), "{found:?}");
}

#[tokio::test]
async fn a_role_that_nobody_granted_is_found_however_it_is_stamped() {
    let office = Office::new().await;
    let found = office.found("UPDATE accounts SET role = 'supervisor' WHERE username = 'zhangwei'").await;
    assert!(
        matches!(&found[..], [one] if one.contains("zhangwei") && one.contains("supervisor")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_deleted_account_is_found() {
    let office = Office::new().await;
    let found = office.found("DELETE FROM accounts WHERE username = 'zhangwei'").await;
    assert!(matches!(&found[..], [one] if one.contains("已不存在")), "{found:?}");
}
