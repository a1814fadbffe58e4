//! Every figure a second time: plain SQL, written from contract 5 alone and sharing nothing with the figures, over the
//! records of random counties, against what the reports say.
//!
//! One county runs with the others: a quarter open and closed, and the two after it when much of it was recorded late. By
//! hand, `CADRE_COUNTIES=20 CADRE_MEMBERS=500 CADRE_QUARTERS=12` runs twenty counties over three years at every
//! organisation.

pub mod sums;

use std::collections::HashMap;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use cadre::across::reports::{self, OrganisationReport, QuarterlyReport, figures::FigureValue};
use cadre::across::sample::{self, Pack, SampleCounty};
use cadre::base::actor::Actor;
use cadre::base::clock;
use cadre::base::codes;
use cadre::base::db::Connection;
use cadre::base::keys::KeyRing;
use cadre::base::values::Quarter;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio_postgres::Client;

use crate::support::TestDb;

const STEPS: [&str; 6] = [
    include_str!("1_tree.sql"),
    include_str!("2_members.sql"),
    include_str!("3_committees.sql"),
    include_str!("4_reserves_training.sql"),
    include_str!("5_ratings_assessments.sql"),
    include_str!("6_values.sql"),
];

/// A number that somebody who runs it by hand may set.
fn knob(name: &str, usual: u32) -> u32 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

struct County {
    db: TestDb,
    client: Client,
    report: Connection,
    actor: Actor,
    sample: SampleCounty,
    random: ChaCha8Rng,
}

impl County {
    /// A county of a seed, with everything that its records can hold.
    async fn of(seed: u64, members: u32) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let db = TestDb::new().await;
        let mut pack = Pack::load("wufeng").unwrap();
        let leaving = random.random_range(0..20);
        (pack.county.members, pack.county.history.members) = (members, members + leaving);
        let sample = sample::generate(&pack, seed, clock::today()).unwrap();
        let (mut owner, mut web) = (db.owner().await, db.web().await);
        let keys = KeyRing::ephemeral().unwrap();
        let loaded = sample::load(&mut owner, &mut web, &keys, &sample, |_| {}).await.unwrap();
        sample::load_committees(&mut owner, &mut web, &keys, &sample, &loaded).await.unwrap();
        sample::load_ratings(&mut web, &sample, &loaded).await.unwrap();
        sample::load_awards(&mut web, &sample, &loaded).await.unwrap();
        sample::load_reserves(&mut web, &keys, &sample, &loaded).await.unwrap();
        sample::load_training(&mut owner, &mut web, &sample, &loaded).await.unwrap();
        sample::load_assessments(&mut web, &keys, &sample, &loaded).await.unwrap();
        cadre::base::db::tidy(&mut owner).await.unwrap();
        let (client, report) = (db.owner_client().await, db.report().await);
        let actor = Actor::command_line(loaded.scope.clone());
        Self { db, client, report, actor, sample, random }
    }

    /// What a sample county does not have: villages that moved to another town, people in the committees of two villages.
    async fn stir(&mut self, quarter: Quarter) {
        let days = i64::from(self.random.random_range(5..80));
        let day = quarter.first_day() + chrono::Duration::days(days);
        let seed = self.random.random_range(1..1_000_000);
        self.client
            .batch_execute(
                &include_str!("stir.sql")
                    .replace("@day", &day.to_string())
                    .replace("@last", &quarter.last_day().to_string())
                    .replace("@seed", &seed.to_string()),
            )
            .await
            .unwrap();
    }

    /// Every figure of a quarter at every organisation, by the second implementation.
    async fn second(
        &self,
        quarter: Quarter,
        wanted: &[String],
    ) -> HashMap<(String, String), Option<BigDecimal>> {
        let (first, last) = (quarter.first_day(), quarter.last_day());
        let education: Vec<String> = codes::education()
            .entries()
            .iter()
            .map(|entry| {
                let row =
                    EDUCATION.lines().find(|line| line.starts_with(&format!("{},", entry.code))).unwrap();
                let mut levels = row.rsplit(',').map(|level| level == "1");
                let (high_school, college) = (levels.next().unwrap(), levels.next().unwrap());
                format!("('{}', {college}, {high_school})", entry.code)
            })
            .collect();
        let wanted: Vec<String> = wanted.iter().map(|code| format!("('{code}')")).collect();
        self.client
            .batch_execute(&format!(
                "DISCARD TEMP; SET jit = off;
                CREATE TEMP TABLE asked AS SELECT date '{first}' AS first, date '{last}' AS last, date '{first}' - 1 AS before,
                    '{}'::text AS quarter_before;
                CREATE TEMP TABLE education (code text, college boolean, high_school boolean);
                INSERT INTO education VALUES {};
                CREATE TEMP TABLE wanted (figure text);
                INSERT INTO wanted VALUES {};",
                quarter.previous(),
                education.join(", "),
                wanted.join(", ")
            ))
            .await
            .unwrap();
        for step in STEPS {
            self.client.batch_execute(step).await.unwrap_or_else(|error| panic!("{error:?} in {step}"));
        }
        let rows = self.client.query("SELECT place, figure, value::text FROM worked_out", &[]).await.unwrap();
        rows.iter()
            .map(|row| {
                let value: Option<String> = row.get(2);
                let value = value.map(|value| BigDecimal::from_str(&value).unwrap().normalized());
                ((row.get(0), row.get(1)), value)
            })
            .collect()
    }

    async fn first(&mut self, code: &str, quarter: Quarter) -> QuarterlyReport {
        reports::quarterly(&mut self.report, &self.actor, code, quarter, None).await.unwrap()
    }

    /// The organisations whose reports are read; each has the figures of those directly below it too.
    fn asked(&mut self, everywhere: bool) -> Vec<String> {
        let above: Vec<String> = self
            .sample
            .organisations
            .iter()
            .filter(|one| self.sample.organisations.iter().any(|other| other.parent_code == one.code))
            .map(|one| one.code.clone())
            .collect();
        if everywhere {
            return above;
        }
        let mut few: Vec<String> =
            above.iter().filter(|code| code.len() <= 9 && !code.contains('-')).take(4).cloned().collect();
        few.extend(above.choose_multiple(&mut self.random, 3).cloned());
        few
    }

    async fn compare(&mut self, quarter: Quarter, everywhere: bool) -> (usize, Vec<String>) {
        let county = self.sample.code.clone();
        let report = self.first(&county, quarter).await;
        let wanted: Vec<String> = report
            .sections
            .iter()
            .flat_map(|section| &section.figures)
            .map(|figure| figure.code.clone())
            .collect();
        let second = self.second(quarter, &wanted).await;
        let (mut compared, mut differences) = (0, Vec::new());
        let mut unequal = Vec::new();
        let mut hold = |place: &str, figure: &FigureValue| {
            // The contract names the rules of data quality nowhere: there is nothing to write them a second time from.
            if figure.code.starts_with("quality.") {
                return;
            }
            let own =
                figure.value.map(|value| BigDecimal::from_str(&value.to_string()).unwrap().normalized());
            let other = second.get(&(place.to_owned(), figure.code.clone()));
            compared += 1;
            if other != Some(&own) {
                let show =
                    |value: Option<&BigDecimal>| value.map_or("null".to_owned(), BigDecimal::to_string);
                differences.push(format!(
                    "{quarter} {place} {}: the report says {}, the second {}",
                    figure.code,
                    show(own.as_ref()),
                    other.map_or("nothing".to_owned(), |other| show(other.as_ref()))
                ));
            }
        };
        for code in self.asked(everywhere) {
            let report = self.first(&code, quarter).await;
            unequal.extend(sums::unequal(&report));
            let below =
                report.by_organisation.iter().map(|OrganisationReport { organisation, figures, .. }| {
                    (organisation.code.clone(), figures.clone())
                });
            let own: Vec<FigureValue> =
                report.sections.iter().flat_map(|section| section.figures.clone()).collect();
            for (place, figures) in below.chain([(code, own)]) {
                figures.iter().for_each(|figure| hold(&place, figure));
            }
        }
        differences.extend(unequal);
        (compared, differences)
    }
}

const EDUCATION: &str = include_str!("../../../../data/gbt4658_2006_education.csv");

/// Compares a quarter and adds what differs.
async fn hold(county: &mut County, quarter: Quarter, everywhere: bool, differences: &mut Vec<String>) {
    let (compared, found) = county.compare(quarter, everywhere).await;
    assert!(compared > 1_000, "{compared}");
    differences.extend(found);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_is_what_a_second_implementation_makes_of_the_records() {
    let (counties, members) = (knob("CADRE_COUNTIES", 1), knob("CADRE_MEMBERS", 300));
    let quarters = knob("CADRE_QUARTERS", 3);
    let everywhere = quarters > 3;
    for seed in 1..=u64::from(counties) {
        let mut county = County::of(seed, members).await;
        let mut differences = Vec::new();
        let running = Quarter::containing(clock::today());
        let (last, closing) = (running.previous(), running.previous().previous());
        let mut earlier = closing;
        for _ in 2..quarters {
            hold(&mut county, earlier, everywhere, &mut differences).await;
            earlier = earlier.previous();
        }
        // What is frozen is what was computed; what is recorded later of that quarter is told in the next.
        let mut web = county.db.web().await;
        reports::close(&mut web, &county.actor, &county.sample.code, closing).await.unwrap();
        hold(&mut county, closing, everywhere, &mut differences).await;
        county.stir(closing).await;
        for open in [last, running] {
            hold(&mut county, open, everywhere, &mut differences).await;
        }
        let few = &differences[..differences.len().min(60)];
        assert!(few.is_empty(), "county {seed}, {} differences:\n{}", differences.len(), few.join("\n"));
    }
}
