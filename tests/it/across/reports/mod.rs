//! Quarters and their reports: figures worked out by hand, the balance under random lives, what is frozen stays.

mod amending;
mod assessments;
mod at_once;
mod changes;
mod closing;
mod cockpit;
mod committees;
mod findings;
mod missed;
mod quality;
mod random;
mod rated;
mod reserves;
mod scripted;
mod slate_rules;
mod slates;
mod team_counts;
mod training;
mod walls;

use cadre::across::reports::{self, Closed, FigurePart, QuarterlyReport, RowLine, RowsQuery};
use cadre::base::actor::{Actor, Role};
use cadre::base::db::Connection;
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, OrganisationId};
use cadre::base::keys::KeyRing;
use cadre::base::values::Quarter;
use cadre::records::members::{self, Decision, Enrol, Event, EventKind, ProposeTransfer};
use cadre::schema::memberships;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{Place, TestCounty, day, member};

/// The county of a test, with somebody who may write anywhere in it.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub clerk: Actor,
    pub keys: KeyRing,
    pub web: Connection,
    pub report: Connection,
}

pub(super) fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.county.actor(Role::Clerk);
        let (web, report) = (db.web().await, db.report().await);
        Self { db, county, clerk, keys: KeyRing::ephemeral().unwrap(), web, report }
    }

    pub fn branch(&self, town: usize, village: usize) -> OrganisationId {
        self.county.branch(town, village).id
    }

    pub fn supervisor(&self, name: &str) -> Actor {
        Actor { name: name.to_owned(), ..self.county.county.actor(Role::Supervisor) }
    }

    pub async fn enrol(&mut self, command: Enrol) -> MembershipId {
        members::enrol(&mut self.web, &self.clerk, &self.keys, &[command]).await.unwrap()[0]
    }

    /// A full member of a branch since 2015.
    pub async fn settled(&mut self, branch: OrganisationId, number: u16) -> MembershipId {
        self.enrol(member(branch, &name_of(number), number)).await
    }

    pub async fn happens(&mut self, member: MembershipId, kind: EventKind, on: &str) {
        let event =
            Event { member, version: None, kind, on: day(on), reason: Some("会议决定".to_owned()) };
        members::record(&mut self.web, &self.clerk, &[event]).await.unwrap();
    }

    pub async fn moves(&mut self, member: MembershipId, to_branch: OrganisationId, on: &str) {
        let command = ProposeTransfer { member, to_branch, on: day(on), letter_number: None };
        let proposed = members::propose_transfers(&mut self.web, &self.clerk, &[command]).await.unwrap();
        members::decide_transfers(&mut self.web, &self.clerk, &proposed, Decision::Accept, None)
            .await
            .unwrap();
    }

    /// His branch today.
    pub async fn branch_of(&mut self, member: MembershipId) -> OrganisationId {
        memberships::table
            .filter(memberships::id.eq(member))
            .select(memberships::branch_id)
            .first(&mut self.db.owner().await)
            .await
            .unwrap()
    }

    pub async fn report(&mut self, place: &str, of: &str) -> QuarterlyReport {
        reports::quarterly(&mut self.report, &self.clerk, place, quarter(of), None).await.unwrap()
    }

    /// Closes a quarter with two supervisors.
    pub async fn close(&mut self, of: &str) {
        let county = self.county.county.code.clone();
        let (first, second) = (self.supervisor("wang"), self.supervisor("li"));
        let proposed = reports::close(&mut self.web, &first, &county, quarter(of)).await.unwrap();
        assert!(matches!(proposed, Closed::Proposed));
        let closed = reports::close(&mut self.web, &second, &county, quarter(of)).await.unwrap();
        assert!(matches!(closed, Closed::Closed(_)));
    }

    /// All rows behind a figure, fetched in pages of three.
    pub async fn rows(&mut self, place: &str, of: &str, figure: &str, part: FigurePart) -> Vec<RowLine> {
        let actor = self.clerk.clone();
        self.rows_as(&actor, place, of, figure, part).await.unwrap()
    }

    pub async fn rows_as(
        &mut self,
        actor: &Actor,
        place: &str,
        of: &str,
        figure: &str,
        part: FigurePart,
    ) -> Result<Vec<RowLine>, Error> {
        let mut all = Vec::new();
        let mut after: Option<(String, String)> = None;
        loop {
            let query = RowsQuery {
                figure,
                organisation: place,
                quarter: quarter(of),
                revision: None,
                part,
                after: after.as_ref().map(|(place, key)| (place.as_str(), key.as_str())),
                limit: 3,
            };
            let (rows, more) = reports::figure_rows(&mut self.report, actor, &query).await?;
            after = rows.last().map(|row| (row.place.clone(), row.key.clone()));
            all.extend(rows);
            if !more {
                return Ok(all);
            }
        }
    }
}

/// Codes of the county, town 1, its two branches, town 2 and its first branch.
pub(super) fn codes(county: &TestCounty) -> Vec<String> {
    let places: [&Place; 6] = [
        &county.county,
        county.town(1),
        county.branch(1, 1),
        county.branch(1, 2),
        county.town(2),
        county.branch(2, 1),
    ];
    places.iter().map(|place| place.code.clone()).collect()
}

pub(super) fn name_of(number: u16) -> String {
    let given = ["伟", "娜", "强", "敏", "静", "磊", "洋", "艳", "勇", "杰"];
    let surname = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    format!("{}{}", surname[usize::from(number / 10 % 10)], given[usize::from(number % 10)])
}

/// The printed value of a figure of a report.
pub(super) fn shown(report: &QuarterlyReport, code: &str) -> String {
    let figure = report.sections.iter().flat_map(|section| &section.figures).find(|f| f.code == code);
    let value = figure.unwrap_or_else(|| panic!("no figure {code}")).value;
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

/// The numbers of the flow, in the order of the identity.
pub(super) fn flow(report: &QuarterlyReport) -> Vec<i64> {
    let section = report.sections.iter().find(|section| section.code == "flow").unwrap();
    section.figures.iter().map(|figure| figure.numerator).collect()
}
