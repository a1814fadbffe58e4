//! What a bundle shows, and what it does not.

use std::collections::HashSet;

use cadre::base::error::Error;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use serde_json::json;

use super::{Office, second};

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

async fn texts(office: &Office, select: &str) -> Vec<String> {
    let mut owner = office.db.owner().await;
    let lines: Vec<Line> = diesel::sql_query(select).load(&mut owner).await.unwrap();
    lines.into_iter().map(|line| line.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_every_level_is_checked_alone_and_names_nobody() {
    let office = Office::new().await;
    let (town, village) = office.places();
    let mut owner = office.db.owner().await;
    diesel::sql_query("UPDATE people SET name = '独孤求证'").execute(&mut owner).await.unwrap();
    let ids = texts(
        &office,
        "SELECT id::text AS text FROM people UNION ALL SELECT id::text FROM memberships UNION ALL SELECT id::text FROM seats \
         UNION ALL SELECT id::text FROM reserves UNION ALL SELECT id::text FROM ratings",
    )
    .await;
    let births =
        texts(&office, "SELECT DISTINCT to_char(birth_date, 'YYYY-MM-DD') AS text FROM people").await;
    let (ids, births): (Vec<&str>, Vec<&str>) =
        (ids.iter().map(String::as_str).collect(), births.iter().map(String::as_str).collect());
    let mut numbers: Vec<&str> =
        office.sample.members.iter().map(|one| one.person.citizen_id.as_str()).collect();
    numbers.extend(
        office
            .sample
            .members
            .iter()
            .filter_map(|one| one.person.mobile.as_ref().map(|mobile| mobile.as_str())),
    );
    assert!(ids.len() > 1_000 && births.len() > 300 && numbers.len() > 600);
    let others: Vec<&str> = office
        .sample
        .organisations
        .iter()
        .map(|one| one.code.as_str())
        .filter(|code| code.len() > 6 && !code.starts_with(&town))
        .collect();
    for code in [office.sample.code.as_str(), &town, &village] {
        let bundle = office.bundle(code).await;
        let verdict = bundle.checked(&office.known());
        assert!(verdict.faults.is_empty(), "{code}: {:?}", verdict.faults);
        assert!(verdict.notices.is_empty() && !verdict.key_from_file, "{code}: {:?}", verdict.notices);
        let report = bundle.json("report.json");
        let sections = report["sections"].as_array().unwrap();
        let own: usize = sections.iter().map(|section| section["figures"].as_array().unwrap().len()).sum();
        let below = report["by_organisation"].as_array().unwrap().len();
        assert_eq!((verdict.figures, own > 150), (own * (below + 1), true), "{code}");
        assert!(verdict.rows > if code.len() > 9 { 10 } else { 300 }, "{code}: {}", verdict.rows);
        assert_eq!(second(&bundle), (0, json!({ "sound": true, "figures": verdict.figures })), "{code}");
        // Nobody's name, number, day of birth or id; of other towns not even the codes of their organisations.
        let text = bundle.text();
        assert!(!text.contains("独孤求证"), "{code}: a name");
        let pieces: HashSet<&str> = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).collect();
        let leak = |of: &[&str]| of.iter().find(|one| pieces.contains(**one)).map(|one| (*one).to_owned());
        assert_eq!(leak(&ids), None, "{code}: an id");
        assert_eq!(leak(&numbers), None, "{code}: a number");
        assert_eq!(leak(&births), None, "{code}: a birth date");
        if code.len() > 6 {
            assert_eq!(leak(&others), None, "{code}: another organisation");
        }
    }
    // Each taking leaves its entry.
    let taken = texts(
        &office,
        "SELECT details->>'organisation' AS text FROM audit_entries WHERE action = 'audit.take_proof'",
    )
    .await;
    assert_eq!(taken, [office.sample.code.as_str(), &town, &village]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_an_open_quarter_and_facts_changed_behind_its_back() {
    let office = Office::new().await;
    let (town, _) = office.places();
    // The earlier quarter rests on a baseline: its opening follows from its flow.
    let earlier = office.quarter.previous();
    let bytes = office.take(&town, earlier).await.unwrap().bytes;
    let bundle = super::Bundle::unpack(&bytes);
    let verdict = bundle.checked(&office.known());
    assert!(verdict.faults.is_empty() && verdict.notices.is_empty(), "{verdict:?}");
    assert!(!bundle.0.contains_key("facts/opening.jsonl"));
    let open = office.take(&town, office.quarter.next()).await.unwrap_err();
    assert!(matches!(&open, Error::Refused(why) if why.contains("尚未结账")), "{open:?}");
    let missing = office.take("420529999", office.quarter).await.unwrap_err();
    assert!(matches!(missing, Error::Missing { .. }), "{missing:?}");
    // A row that somebody changes in the tables is no longer under the root.
    let mut owner = office.db.owner().await;
    let change =
        format!("UPDATE member_facts SET sex = '2' WHERE quarter = '{}' AND sex = '1'", office.quarter);
    diesel::sql_query(change).execute(&mut owner).await.unwrap();
    let changed = office.take(&town, office.quarter).await.unwrap_err();
    assert!(matches!(&changed, Error::Refused(why) if why.contains("不符")), "{changed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_from_before_there_were_bundles_says_so() {
    let office = Office::new().await;
    let (town, _) = office.places();
    // The closing as it was before: without a root in its entry.
    let mut owner = office.db.owner().await;
    for statement in [
        "DELETE FROM revision_proofs",
        "ALTER TABLE audit_entries DISABLE TRIGGER USER",
        "CREATE TEMP TABLE told AS SELECT * FROM audit_entries WHERE action = 'quarters.close' \
            ORDER BY sequence DESC LIMIT 1",
        "UPDATE audit_heads h SET sequence = t.sequence - 1, hash = e.hash FROM told t \
            JOIN audit_entries e ON e.chain = t.chain AND e.sequence = t.sequence - 1 WHERE h.chain = t.chain",
        "DELETE FROM audit_entries e USING told t WHERE e.chain = t.chain AND e.sequence >= t.sequence",
        "DELETE FROM audit_checkpoints",
        "SELECT append_audit_entry(chain, county_id, account_id, actor, role, door, NULL, path, action, subject_kind, \
            NULL, subject_count, details - 'proof') FROM told",
    ] {
        diesel::sql_query(statement)
            .execute(&mut owner)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let office = Office { files: tempfile::tempdir().unwrap(), ..office };
    office.sign().await;
    let bundle = office.bundle(&town).await;
    let verdict = bundle.checked(&office.known());
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    assert!(verdict.notices.iter().any(|notice| notice.contains("没有事实的根")), "{:?}", verdict.notices);
}
