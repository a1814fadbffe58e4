//! Imports: from the file to the records, and back to the clerk. Members unless a module says otherwise.

mod assessed;
mod buckets;
mod carrying_out;
pub(in crate::across) mod committees;
mod dating;
mod doubles;
pub(in crate::across) mod elections;
mod files;
mod kept;
mod leaving;
mod matching;
mod order;
mod pool;
pub(in crate::across) mod rated;
mod templates;
pub(in crate::across) mod training;
mod tree;
mod two_towns;
mod undo;
mod wrong_cells;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::context::Engine;
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::progress;
use cadre::across::imports::read::{Unreadable, read};
use cadre::across::imports::summary::{self, Answer, RowLine};
use cadre::across::imports::upload::{self, Upload};
use cadre::across::sheets::Program;
use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::keys::KeyRing;
use cadre::base::values::CitizenId;
use cadre::records::imports::{Bucket, Counts, Import, Kind};
use cadre::records::members::{MemberCard, queries};
use cadre::records::organisations;
use cadre::schema::memberships;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tempfile::NamedTempFile;

use crate::support::TestDb;
use crate::support::builders::{Place, TestCounty, day};

/// A county, its clerk of town 1, and the engine.
pub(in crate::across) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub engine: Engine,
    pub clerk: Actor,
    /// What the files are about.
    pub kind: Kind,
}

impl Stage {
    pub async fn new() -> Self {
        Self::of(Kind::Members).await
    }

    /// For files of another kind.
    pub async fn of(kind: Kind) -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let engine = Engine { database: db.database(), keys: Arc::new(KeyRing::ephemeral().unwrap()) };
        Self { db, county, engine, clerk, kind }
    }

    /// Uploads a file for an organisation and reads it.
    pub async fn upload(
        &self,
        actor: &Actor,
        place: &Place,
        file: &Path,
        mapping: Mapping,
    ) -> Result<(Import, Result<Counts, Unreadable>), Error> {
        let organisation = db::read(&mut *self.db.web().await, &place.scope(), async |conn| {
            Ok(organisations::queries::find(conn, place.county, place.id).await?)
        })
        .await?
        .unwrap();
        let upload = Upload {
            kind: self.kind,
            organisation: &organisation,
            file,
            name: "名册.csv".to_owned(),
            mapping,
            idempotency_key: None,
        };
        let import = upload::take_in(&self.engine, actor, upload).await?;
        let program = Program::at(env!("CARGO_BIN_EXE_cadre"));
        let counts = read(&self.engine, &program, actor, &import, file, &progress::nobody).await?;
        Ok((upload::find(&self.engine, actor, import.id).await?, counts))
    }

    /// Uploads rows for the clerk's town; they make a plan.
    pub async fn plan(&self, rows: &[Roster]) -> Import {
        let place = self.county.town(1).clone();
        let (import, counts) =
            self.upload(&self.clerk, &place, csv(rows).path(), Mapping::new()).await.unwrap();
        counts.unwrap();
        import
    }

    /// Plans and carries out.
    pub async fn import(&self, rows: &[Roster]) -> Counts {
        let import = self.plan(rows).await;
        match commit(&self.engine, &self.clerk, import.id, &progress::nobody).await.unwrap() {
            Outcome::Written(counts) => counts,
            Outcome::PlannedAnew(_) => panic!("nobody else works here"),
        }
    }

    pub async fn lines(&self, import: &Import) -> Vec<RowLine> {
        let scope = &self.clerk.scope;
        summary::rows(&self.engine, scope, import, Bucket::ALL, 0, 200).await.unwrap()
    }

    /// Bucket and reasons of each row of a plan: errors by column, changes, conflicts.
    pub async fn told(&self, rows: &[Roster]) -> Vec<(String, Vec<String>)> {
        let import = self.plan(rows).await;
        let lines = self.lines(&import).await;
        let told = lines.into_iter().map(|line| {
            let errors = line.errors.iter().map(|error| format!("{}：{}", error.column, error.message));
            let changes = line.changes.iter().map(|c| format!("{}：{} → {}", c.column, c.before, c.after));
            (line.bucket, errors.chain(changes).chain(line.message).collect())
        });
        told.collect()
    }

    pub async fn answer(&self, import: &Import) -> Answer {
        summary::answer(&self.engine, &self.clerk.scope, import, 200).await.unwrap()
    }

    /// All members on record, by name.
    pub async fn members(&self) -> Vec<MemberCard> {
        let ids = memberships::table
            .select(memberships::id)
            .order(memberships::sort_key)
            .load(&mut self.db.owner().await)
            .await
            .unwrap();
        let scope = self.county.county.scope();
        let mut cards = db::read(&mut *self.db.web().await, &scope, async |conn| {
            queries::by_ids(conn, &scope, &self.engine.keys, &ids).await
        })
        .await
        .unwrap();
        cards.sort_by(|a, b| a.person.name.cmp(&b.person.name));
        cards
    }
}

/// A row of the workbook: good as it comes, to be changed where a test cares.
#[derive(Debug, Clone)]
pub(in crate::across) struct Roster(Vec<(&'static str, String)>);

impl Roster {
    /// A full member of the first branch of town 1; `number` (odd for men) sets the citizen ID.
    pub fn new(name: &str, number: u16) -> Self {
        let id = CitizenId::compose("500237", day("1980-05-06"), number).unwrap();
        let cells = [
            ("姓名", name),
            ("公民身份号码", id.as_str()),
            ("民族", "汉族"),
            ("学历", "大学专科毕业"),
            ("人员类别", "正式党员"),
            ("所在党支部", "500237101201-ZB01"),
            ("加入党组织日期", "2015-07-01"),
            ("转为正式党员日期", "2016-07-01"),
            ("工作岗位", "农牧渔民"),
        ];
        Self(cells.into_iter().map(|(heading, text)| (heading, text.to_owned())).collect())
    }

    /// A row of any kind.
    pub fn of(cells: &[(&'static str, &str)]) -> Self {
        Self(cells.iter().map(|(heading, text)| (*heading, (*text).to_owned())).collect())
    }

    /// What stands under a heading.
    pub fn cell(&self, heading: &str) -> String {
        self.0.iter().find(|(own, _)| *own == heading).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// The row with its cells quoted for the csv.
    pub fn quoted(mut self) -> Self {
        for (_, text) in &mut self.0 {
            *text = format!("\"{}\"", text.replace('"', "\"\""));
        }
        self
    }

    /// The row with another cell.
    pub fn with(mut self, heading: &'static str, text: &str) -> Self {
        match self.0.iter_mut().find(|(own, _)| *own == heading) {
            Some((_, own)) => text.clone_into(own),
            None => self.0.push((heading, text.to_owned())),
        }
        self
    }
}

/// A file of rows; its headings are all that any row uses.
pub(super) fn csv(rows: &[Roster]) -> NamedTempFile {
    let mut headings: Vec<&str> = Vec::new();
    for (heading, _) in rows.iter().flat_map(|row| &row.0) {
        if !headings.contains(heading) {
            headings.push(heading);
        }
    }
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "{}", headings.join(",")).unwrap();
    for row in rows {
        let cell = |heading: &&str| row.0.iter().find(|(own, _)| own == heading).map_or("", |(_, text)| text);
        writeln!(file, "{}", headings.iter().map(cell).collect::<Vec<_>>().join(",")).unwrap();
    }
    file
}

pub(super) fn date(text: &str) -> NaiveDate {
    day(text)
}
