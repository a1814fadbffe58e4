//! Team pictures out of what each village adds to them: to the digit what the report counts from the records, after every
//! kind of change, before and after the rows are made again.

use cadre::across::reports::{self, KeptPictures, refresh_team_counts};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use super::committees::{changes, teams};
use super::{Stage, quarter, shown};

/// The quarter that every picture below is of.
const OF: &str = "2026Q1";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Stage {
    /// Makes the rows again; answers how many.
    async fn refresh(&self) -> usize {
        refresh_team_counts(&self.db.database(), &self.county.county.scope(), quarter(OF)).await.unwrap()
    }

    async fn count(&self, table: &str) -> i64 {
        let statement = format!("SELECT count(*) AS count FROM {table}");
        let found: Found = diesel::sql_query(statement).get_result(&mut self.db.owner().await).await.unwrap();
        found.count
    }

    /// Holds every line of the pictures against the report, which counts all rows.
    async fn holds(&mut self, what: &str) {
        for place in ["500237", "500237102", "500237101201"] {
            let report = self.report(place, OF).await;
            let clerk = self.clerk.clone();
            let picture =
                reports::team_picture(&mut self.report, &clerk, place, quarter(OF), None).await.unwrap();
            for line in &picture.lines {
                let code = &line.figure.code;
                let value = line.figure.value.map_or_else(|| "null".to_owned(), |one| one.to_string());
                assert_eq!(value, shown(&report, code), "{what}: {place} {code}");
                let change = line.change.map_or_else(|| "null".to_owned(), |one| one.to_string());
                assert_eq!(change, shown(&report, &format!("{code}.change")), "{what}: {place} {code}");
            }
        }
    }
}

/// The teams of three villages, and a fourth with somebody of its own.
async fn four_villages() -> (Stage, super::committees::People, uuid::Uuid) {
    let mut stage = Stage::new().await;
    let people = teams(&mut stage).await;
    let committee = stage.committee(2, 2, "village_party").await;
    let term = stage.term(committee, ["2024-01-01", "2029-01-01", ""], &[("committee_member", 3)]).await;
    let seventh = stage.person(9, "1991-02-03").await;
    stage.seat(term, seventh, "committee_member", ["2024-01-01", ""], ["31", "returnee"]).await;
    (stage, people, term)
}

#[tokio::test]
async fn a_picture_is_added_up_from_the_rows_of_its_villages() {
    let (mut stage, ..) = four_villages().await;
    stage.holds("without a row").await;
    assert!(stage.count("team_changes").await > 0, "whatever was entered is marked");
    assert_eq!(stage.refresh().await, 4);
    assert_eq!((stage.count("team_changes").await, stage.refresh().await), (0, 0));
    // One is secretary of two villages.
    assert_eq!(stage.count("team_wanderers").await, 1);
    stage.holds("from the rows").await;
    // That they are looked at shows where they are wrong.
    stage.run("UPDATE team_counts SET counts = array_fill(7, ARRAY[cardinality(counts)])".to_owned()).await;
    let clerk = stage.clerk.clone();
    let wrong = reports::team_picture(&mut stage.report, &clerk, "500237", quarter(OF), None).await.unwrap();
    assert_ne!(wrong.line("committees.members").unwrap().figure.numerator, 5);
    // A row of another quarter is none of this one.
    stage.run("UPDATE team_counts SET quarter = '2025Q4'".to_owned()).await;
    stage.holds("of another quarter").await;
    stage.run("UPDATE team_counts SET quarter = '2026Q1', definition = repeat('0', 64)".to_owned()).await;
    stage.holds("of another definition").await;
    assert_eq!(stage.refresh().await, 4);
    stage.holds("made again").await;
}

#[tokio::test]
async fn whatever_changes_is_counted_at_once_and_in_the_rows_made_after_it() {
    let (mut stage, people, fourth) = four_villages().await;
    stage.refresh().await;
    for (statement, ..) in changes(&people) {
        stage.run(statement.clone()).await;
        assert!(stage.count("team_changes").await > 0, "{statement}");
        stage.holds(&statement).await;
        assert!(stage.refresh().await > 0, "{statement}");
        stage.holds(&format!("made again after {statement}")).await;
    }
    // Somebody of the first village comes to the fourth: its row alone is marked, the first one counts him still.
    stage.seat(fourth, people.four, "committee_member", ["2025-03-01", ""], ["71", "veteran"]).await;
    stage.holds("a second village").await;
    stage.refresh().await;
    assert_eq!(stage.count("team_wanderers").await, 2);
    stage.holds("a second village, made again").await;
    let gone = format!("DELETE FROM seats WHERE person_id = '{}' AND term_id = '{fourth}'", people.four);
    let sources = format!(
        "DELETE FROM seat_sources WHERE seat_id IN (SELECT id FROM seats WHERE person_id = '{}' AND term_id = '{fourth}')",
        people.four
    );
    stage.run(format!("{sources}; {gone}")).await;
    stage.holds("one village again").await;
    stage.refresh().await;
    stage.holds("one village again, made again").await;
}

/// What taking an import back deletes of teams, in its order: of every village, or of all but the first ones.
fn undone(kept: usize) -> String {
    let gone = format!(
        "(SELECT id FROM committees WHERE village_id NOT IN (SELECT village_id FROM committees \
            GROUP BY village_id ORDER BY village_id LIMIT {kept}))"
    );
    let terms = format!("(SELECT id FROM committee_terms WHERE committee_id IN {gone})");
    format!(
        "DELETE FROM election_ballots WHERE election_id IN (SELECT id FROM elections WHERE term_id IN {terms}); \
         DELETE FROM elections WHERE term_id IN {terms}; \
         DELETE FROM seat_sources WHERE seat_id IN (SELECT id FROM seats WHERE committee_id IN {gone}); \
         DELETE FROM seats WHERE committee_id IN {gone}; DELETE FROM committee_posts WHERE term_id IN {terms}; \
         DELETE FROM committee_terms WHERE committee_id IN {gone}; DELETE FROM committees WHERE id IN {gone}"
    )
}

#[tokio::test]
async fn a_village_that_loses_all_its_committees_adds_nothing() {
    // One of four is added up without its row, four of four are counted at once.
    for kept in [3, 0] {
        let (mut stage, ..) = four_villages().await;
        let (pictures, database) = (KeptPictures::default(), stage.db.database());
        let (clerk, asked) = (stage.clerk.clone(), quarter(OF));
        pictures.picture(&mut stage.report, &clerk, "500237", asked, None).await.unwrap();
        pictures.make_due(&database).await;
        assert_eq!(stage.count("team_counts").await, 4);
        stage.run(undone(kept)).await;
        stage.holds(&format!("{kept} kept")).await;
        // The rows are called for, and go.
        let fresh = KeptPictures::default();
        let picture = fresh.picture(&mut stage.report, &clerk, "500237", asked, None).await.unwrap();
        assert_eq!(picture.line("committees.members").unwrap().figure.numerator == 0, kept == 0);
        fresh.make_due(&database).await;
        let rows = i64::try_from(kept).unwrap();
        assert_eq!(
            (stage.count("team_changes").await, stage.count("team_counts").await),
            (0, rows),
            "{kept}"
        );
        stage.holds(&format!("{kept} kept, made again")).await;
    }
}

#[tokio::test]
async fn a_village_that_moves_takes_its_row_along() {
    let (mut stage, ..) = four_villages().await;
    stage.refresh().await;
    let village = stage.county.village(1, 1).id;
    let before = stage.report("500237102", OF).await;
    stage.run(format!(
        "UPDATE organisation_parents SET to_day = '2026-03-01' WHERE organisation_id = '{village}';
        INSERT INTO organisation_parents (county_id, organisation_id, parent_id, from_day)
        SELECT county_id, '{village}', id, '2026-03-01' FROM organisations WHERE code = '500237102';
        UPDATE organisations SET parent_id = (SELECT id FROM organisations WHERE code = '500237102'),
            path = '500237/500237102/500237101201/' WHERE id = '{village}';
        UPDATE committees SET path = '500237/500237102/500237101201/' WHERE village_id = '{village}';
        UPDATE organisations SET path = '500237/500237102/500237101201/' || code || '/' WHERE parent_id = '{village}'"
    ))
    .await;
    let after = stage.report("500237102", OF).await;
    assert_ne!(after.by_organisation, before.by_organisation, "the village counts there");
    stage.holds("moved").await;
}

#[tokio::test]
async fn a_change_that_ends_after_the_rows_were_made_is_not_lost() {
    let (mut stage, people, _) = four_villages().await;
    stage.refresh().await;
    // One change is marked, another of the same village is under way while the rows are made.
    stage.run(format!("UPDATE seats SET education = '71' WHERE person_id = '{}'", people.one)).await;
    let mut other = stage.db.owner().await;
    diesel::sql_query("BEGIN").execute(&mut other).await.unwrap();
    diesel::sql_query("UPDATE seats SET education = '71' WHERE person_id = $1::uuid")
        .bind::<Text, _>(people.four.to_string())
        .execute(&mut other)
        .await
        .unwrap();
    assert_eq!(stage.refresh().await, 1, "nobody waits for the other");
    stage.holds("before it ends").await;
    diesel::sql_query("COMMIT").execute(&mut other).await.unwrap();
    assert_eq!(stage.count("team_changes").await, 1);
    stage.holds("after it ended").await;
    assert_eq!(stage.refresh().await, 1);
    stage.holds("made again").await;
}

#[tokio::test]
async fn a_picture_that_lacks_rows_calls_for_them() {
    let (mut stage, people, _) = four_villages().await;
    let (kept, database) = (KeptPictures::default(), stage.db.database());
    kept.make_due(&database).await;
    assert_eq!(stage.count("team_counts").await, 0, "nobody has asked");
    let clerk = stage.clerk.clone();
    let asked = quarter(OF);
    let first = kept.picture(&mut stage.report, &clerk, "500237", asked, None).await.unwrap();
    kept.make_due(&database).await;
    assert_eq!((stage.count("team_counts").await, stage.count("team_changes").await), (4, 0));
    stage.run(format!("UPDATE seats SET education = '71' WHERE person_id = '{}'", people.one)).await;
    // What is kept holds; another one counts the village anew and calls.
    let again = kept.picture(&mut stage.report, &clerk, "500237", asked, None).await.unwrap();
    assert_eq!(again, first);
    kept.make_due(&database).await;
    assert_eq!(stage.count("team_changes").await, 1);
    kept.picture(&mut stage.report, &clerk, "500237101", asked, None).await.unwrap();
    kept.make_due(&database).await;
    assert_eq!(stage.count("team_changes").await, 0);
}

#[tokio::test]
async fn a_village_where_somebody_is_out_of_sight_has_no_row() {
    let (mut stage, people, _) = four_villages().await;
    stage.run(format!("DELETE FROM person_visibility WHERE person_id = '{}'", people.one)).await;
    assert_eq!(stage.refresh().await, 3, "a row without him would be wrong");
    stage.holds("out of sight").await;
}
