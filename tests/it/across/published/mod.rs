//! The published figures of committees and pools come out of generated rows, by the same figures as everybody's; and
//! each of them moves, in the direction that it must, when a generated row changes, while no other does.

mod rows;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::process::Command;

use cadre::across::reports::acceptance::{PUBLISHED, Published, accept, published};
use cadre::across::sample::{Pack, generate, load, load_committees, load_reserves};
use cadre::base::keys::KeyRing;
use cadre::base::{clock, db};
use diesel_async::AsyncPgConnection;
use tokio_postgres::Client;

use self::rows::{rows_of_fuling, rows_of_liangping, rows_of_wufeng, rows_of_wushan};
use crate::support::TestDb;

/// What becomes of a generated row.
struct Change {
    /// In words.
    what: &'static str,
    table: &'static str,
    column: &'static str,
    /// What stands there afterwards, in SQL; `t` is the row.
    value: String,
    /// Which rows `t`: a condition, an order, a limit.
    rows: String,
    /// How many these are.
    count: usize,
    /// Every published figure that moves, in the order of the list.
    moves: Vec<(String, Ordering)>,
}

impl Change {
    fn new(
        what: &'static str,
        (table, column, value): (&'static str, &'static str, &str),
        rows: String,
        moves: &[(&str, Ordering)],
    ) -> Self {
        let moves = moves.iter().map(|(figure, way)| ((*figure).to_owned(), *way)).collect();
        Self { what, table, column, value: value.to_owned(), rows, count: 1, moves }
    }

    /// The area of the figures that move: those of the other one are counted from other tables.
    fn area(&self) -> &str {
        self.moves[0].0.split('.').next().unwrap()
    }

    /// Carries it out; answers the statements that take it back.
    async fn carry_out(&self, owner: &Client) -> Vec<String> {
        let Self { table, column, value, rows, .. } = self;
        let statement = format!(
            "WITH chosen AS (SELECT t.ctid AS place, t.{column}::text AS was FROM {table} t WHERE {rows}) \
             UPDATE {table} t SET {column} = {value} FROM chosen WHERE t.ctid = chosen.place \
             RETURNING t.ctid::text, chosen.was"
        );
        let changed = owner.query(statement.as_str(), &[]).await;
        let changed = changed.unwrap_or_else(|error| panic!("{}: {error:?}", self.what));
        assert_eq!(changed.len(), self.count, "{}", self.what);
        let back = changed.iter().map(|row| {
            let (place, was): (String, Option<String>) = (row.get(0), row.get(1));
            let was = was.map_or_else(|| "NULL".to_owned(), |was| format!("'{was}'"));
            format!("UPDATE {table} SET {column} = {was} WHERE ctid = '{place}'")
        });
        back.collect()
    }
}

/// Whether a seat, or a state in a pool, lasts on a day.
fn lasts(row: &str, day: &str) -> String {
    format!("{row}.from_day <= '{day}' AND ({row}.to_day IS NULL OR {row}.to_day > '{day}')")
}

/// Whether a seat is one of the Party organisation.
fn of_party(row: &str) -> String {
    format!("{row}.committee_id IN (SELECT id FROM committees WHERE kind = 'village_party')")
}

/// Whether whoever holds a seat on a day holds no other one.
fn alone(row: &str, day: &str) -> String {
    let others = lasts("e", day);
    format!(
        "NOT EXISTS (SELECT FROM seats e WHERE e.person_id = {row}.person_id AND e.id <> {row}.id AND {others})"
    )
}

/// The figures of a county that `cadre acceptance` computes when nothing else is asked for.
fn core_of(county: &str) -> Vec<Published> {
    let mut wanted = published(PUBLISHED).unwrap();
    wanted.retain(|figure| figure.county == county && figure.core == 1);
    wanted
}

async fn computed(report: &mut AsyncPgConnection, wanted: &[Published]) -> HashMap<String, f64> {
    let accepted = accept(report, wanted).await.unwrap();
    let value = |text: String| text.parse::<f64>().unwrap();
    accepted.into_iter().map(|one| (one.figure, value(one.computed.unwrap().to_string()))).collect()
}

/// Carries out each change alone and takes it back: the figures that it names move as it says, and no other one. Each
/// figure of committees and pools is named by one.
async fn each_figure_moves(test: &TestDb, wanted: &[Published], changes: &[Change]) {
    let (owner, mut report) = (test.owner_client().await, test.report().await);
    let before = computed(&mut report, wanted).await;
    for change in changes {
        let back = change.carry_out(&owner).await;
        let of_area: Vec<Published> = wanted
            .iter()
            .filter(|figure| figure.figure.split('.').next() == Some(change.area()))
            .cloned()
            .collect();
        let after = computed(&mut report, &of_area).await;
        let moved: Vec<(String, Ordering)> = of_area
            .iter()
            .map(|figure| (figure.figure.clone(), after[&figure.figure].total_cmp(&before[&figure.figure])))
            .filter(|(_, way)| way.is_ne())
            .collect();
        assert_eq!(moved, change.moves, "{}", change.what);
        for statement in back {
            assert_eq!(owner.execute(statement.as_str(), &[]).await.unwrap(), 1, "{statement}");
        }
    }
    assert_eq!(computed(&mut report, wanted).await, before, "every change was taken back");
    for figure in wanted.iter().filter(|figure| !figure.figure.starts_with("organisations.")) {
        let is_moved =
            changes.iter().flat_map(|change| &change.moves).any(|(code, _)| *code == figure.figure);
        assert!(is_moved, "no row moves {}", figure.figure);
    }
}

/// Enters a county whose register is smaller than it should be, since whoever sits is not counted from it, and holds its
/// committees and pools against what was published.
async fn published_figures_come_out(name: &str, members: u32, changes: &[Change]) {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load(name).unwrap();
    (pack.county.members, pack.county.history.members) = (members, members);
    let county = generate(&pack, 1, clock::today()).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    db::tidy(&mut owner).await.unwrap(); // As `demo` does: the planner must know what was entered.
    load_committees(&mut owner, &mut conn, &keys, &county, &loaded).await.unwrap();
    load_reserves(&mut conn, &keys, &county, &loaded).await.unwrap();
    db::tidy(&mut owner).await.unwrap();
    let areas = ["committees.", "reserves.", "organisations.villages"];
    let mut wanted = core_of(name);
    wanted.retain(|figure| areas.iter().any(|area| figure.figure.starts_with(area)));
    assert!(wanted.len() >= 4, "{name}");
    let mut report = test.report().await;
    for accepted in accept(&mut report, &wanted).await.unwrap() {
        assert_eq!(accepted.matches, Some(true), "{accepted:?}");
    }
    each_figure_moves(&test, &wanted, changes).await;
}

/// Runs `cadre acceptance` for a county over the list that comes with cadre: every core figure is computed, and agrees.
/// Answers how many there are.
pub fn accepted_by_the_command(test: &TestDb, county: &str) -> usize {
    let data = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_cadre"))
        .args(["acceptance", "--county", county, "--json"])
        .env("DATABASE_URL", test.owner_url())
        .env("CADRE_WEB_DATABASE_URL", test.web_url())
        .env("REPORT_DATABASE_URL", test.report_url())
        .env("CADRE_DATA", data.path().join("data"))
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let said: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    let figures = said["figures"].as_array().unwrap();
    let codes: Vec<&str> = figures.iter().map(|figure| figure["figure"].as_str().unwrap()).collect();
    let wanted = core_of(county);
    assert_eq!(codes, wanted.iter().map(|figure| figure.figure.as_str()).collect::<Vec<_>>());
    for figure in figures {
        assert_eq!(figure["match"], true, "{figure}");
    }
    codes.len()
}

#[tokio::test]
async fn the_published_committees_of_wushan_come_out_and_each_moves_with_a_row() {
    published_figures_come_out("wushan", 12_000, &rows_of_wushan()).await;
}

#[tokio::test]
async fn the_published_committees_of_liangping_come_out_and_each_moves_with_a_row() {
    published_figures_come_out("liangping", 12_000, &rows_of_liangping()).await;
}

#[tokio::test]
async fn the_published_committees_of_fuling_come_out_and_each_moves_with_a_row() {
    published_figures_come_out("fuling", 18_000, &rows_of_fuling()).await;
}

#[tokio::test]
async fn every_core_figure_of_wufeng_agrees_and_each_of_its_pools_moves_with_a_row() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (1_200, 1_190);
    let county = generate(&pack, 1, clock::today()).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    load_reserves(&mut conn, &keys, &county, &loaded).await.unwrap();
    assert_eq!(accepted_by_the_command(&test, "wufeng"), 9);
    each_figure_moves(&test, &core_of("wufeng"), &rows_of_wufeng()).await;
}
