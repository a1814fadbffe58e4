//! What every table must have: comments, names given by hand, an index for each foreign key.

use tokio_postgres::Client;

use super::{lines, none};
use crate::support::TestDb;

/// A database with its comments, which the captured DDL of other tests leaves out.
async fn migrated() -> (TestDb, Client) {
    let db = TestDb::bare().await;
    cadre::base::db::migrate::migrate(db.owner_url()).await.unwrap();
    let client = db.owner_client().await;
    (db, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_column_says_what_it_is() {
    let (_db, client) = migrated().await;
    let tables = lines(&client, "SELECT name FROM tables").await;
    assert!(tables.len() > 30, "the tables are read: {tables:?}");
    let query = "SELECT name FROM tables WHERE coalesce(obj_description(oid, 'pg_class'), '') = ''";
    none(&client, query, "tables without a comment").await;
    let query = "SELECT name || '.' || attname FROM tables JOIN pg_attribute a ON attrelid = tables.oid
        WHERE attnum > 0 AND NOT attisdropped AND coalesce(col_description(tables.oid, attnum), '') = ''";
    none(&client, query, "columns without a comment").await;
}

#[tokio::test]
async fn every_column_of_the_facts_has_its_name() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    for table in cadre::records::quarters::FactTable::ALL {
        let query = format!(
            "SELECT attname::text FROM tables JOIN pg_attribute a ON attrelid = tables.oid WHERE attnum > 3 \
             AND NOT attisdropped AND name = '{}' ORDER BY attnum",
            table.name()
        );
        let named: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        assert_eq!(named, lines(&client, &query).await, "{}", table.name());
        assert!(table.key().iter().all(|key| named.contains(key)), "{}", table.name());
    }
}

#[tokio::test]
async fn every_foreign_key_has_an_index_that_begins_with_it() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let keys = lines(
        &client,
        "SELECT conname::text FROM pg_constraint k JOIN tables ON tables.oid = conrelid AND contype = 'f'",
    );
    assert!(keys.await.len() > 30, "the foreign keys are read");
    let query = "SELECT k.conname::text FROM pg_constraint k JOIN tables ON tables.oid = k.conrelid AND k.contype = 'f'
        WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND i.indisvalid
            AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey)";
    none(&client, query, "foreign keys without an index").await;
}

#[tokio::test]
async fn every_constraint_is_named_by_hand() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT format('%s (%s)', k.conname, k.contype) FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid
        WHERE k.contype <> 'n' AND NOT CASE k.contype
            WHEN 'p' THEN k.conname = t.name || '_pkey'
            WHEN 'f' THEN k.conname ~ ('^' || t.name || '_[a-z_]+_fkey$') AND k.conname !~ '_id_fkey$'
            WHEN 'u' THEN k.conname ~ ('^' || t.name || '_[a-z0-9_]+_key$')
            ELSE k.conname ~ ('^' || t.name || '_[a-z0-9_]+$') AND k.conname !~ '_(check|excl)[0-9]*$' END";
    none(&client, query, "names of constraints that PostgreSQL made up").await;
    let query = "SELECT i.relname::text FROM pg_index x JOIN tables t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
            AND (i.relname !~ ('^' || t.name || '_[a-z0-9_]+_(idx|key)$') OR (i.relname ~ '_key$') <> x.indisunique
                OR i.relname = t.name || '_' || (SELECT string_agg(a.attname, '_' ORDER BY c.place)
                    FROM unnest(x.indkey) WITH ORDINALITY c(number, place)
                    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.number) || '_idx' AND x.indnatts > 1)";
    none(&client, query, "names of indexes that PostgreSQL made up").await;
    let query = "SELECT p.polname::text FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
        WHERE p.polname !~ ('^' || t.name || '_[a-z_]+$')";
    none(&client, query, "policies that do not say whose they are").await;
}

#[tokio::test]
async fn every_key_begins_with_the_county_and_no_number_counts_up() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT name FROM tables JOIN pg_constraint k ON k.conrelid = tables.oid AND k.contype = 'p'
        JOIN pg_attribute c ON c.attrelid = tables.oid AND c.attname = 'county_id'
        WHERE k.conkey[1] <> c.attnum AND name NOT LIKE 'audit\\_%'";
    none(&client, query, "county_id leads the primary key (design D6); the trail is numbered by chain").await;
    let query = "SELECT relname::text FROM pg_class
        WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace";
    none(&client, query, "sequences: ids are given by the application (design D6)").await;
}

/// ASVS 16.2.2
#[tokio::test]
async fn a_moment_has_its_zone_and_a_text_has_no_length_of_its_own() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT name || '.' || attname FROM tables JOIN pg_attribute ON attrelid = tables.oid
        WHERE attnum > 0 AND NOT attisdropped AND atttypid IN
            ('timestamp'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'json'::regtype)";
    none(&client, query, "columns of a type that the house does not use").await;
}

#[tokio::test]
async fn nobody_is_looked_up_through_the_tree_of_an_exclusion() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    // The tree holds each of these alone, so it would be taken for a look-up if it could be.
    client.batch_execute("SET enable_seqscan = off").await.unwrap();
    for (table, whose) in [
        ("memberships", "person_id"),
        ("branch_memberships", "membership_id"),
        ("membership_statuses", "membership_id"),
        ("membership_absences", "membership_id"),
        ("organisation_parents", "organisation_id"),
        ("reserve_states", "reserve_id"),
    ] {
        let nobody = "'00000000-0000-7000-8000-000000000000'";
        let query = format!("EXPLAIN SELECT to_day FROM {table} WHERE {whose} = {nobody}");
        let rows = client.query(&query, &[]).await.unwrap();
        let plan = rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join("\n");
        assert!(plan.contains(" on ") && !plan.contains("_no_overlap"), "{table}: {plan}");
    }
}
