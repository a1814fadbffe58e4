//! Ratings: schemes, rounds, scores, decisions, and who may do what with them.

pub mod awards;
mod deciding;
mod disputing;
mod entering;
mod fairness;
mod golden;
mod kinds;
mod locking;
mod reading;
mod samples;
mod schemes;
mod what_if;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, FieldError};
use cadre::base::ids::{AccountId, MembershipId, RatingId, RoundId};
use cadre::base::keys::KeyRing;
use cadre::base::values::Period;
use cadre::records::members;
use cadre::records::ratings::queries::{self, Grid};
use cadre::records::ratings::{
    self, Decide, EnterScores, Entered, OpenRound, ScoreRow, SetScheme, scheme_of_pack,
};
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, member};

/// Codes of the five dimensions, in their order.
pub(super) const DIMENSIONS: [&str; 5] = ["ideology", "neighbours", "courtyard", "family", "example"];

/// The scheme of Niuzhuang, with one decimal.
pub(super) fn five() -> SetScheme {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    SetScheme { decimals: 1, ..scheme_of_pack(text).unwrap() }
}

/// A county with the five-dimension scheme, three members in the first branch, and a round of it.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub clerk: Actor,
    pub supervisor: Actor,
    pub conn: Connection,
    pub members: Vec<MembershipId>,
    pub round: RoundId,
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = signed_in(county.town(1).actor(Role::Clerk));
        let supervisor = signed_in(county.county.actor(Role::Supervisor));
        let mut conn = db.web().await;
        ratings::set_scheme(&mut conn, &supervisor, &[five()]).await.unwrap();
        let branch = county.branch(1, 1);
        let commands: Vec<_> = (1..)
            .zip(["张伟", "李娜", "王芳"])
            .map(|(number, name)| member(branch.id, name, number))
            .collect();
        let members =
            members::enrol(&mut conn, &clerk, &KeyRing::ephemeral().unwrap(), &commands).await.unwrap();
        let round = open(&branch.code, "2026Q1");
        let round = ratings::open_round(&mut conn, &clerk, &[round]).await.unwrap()[0];
        Self { db, county, clerk, supervisor, conn, members, round }
    }

    /// A round in which all three have scores and everything is submitted.
    pub async fn submitted() -> Self {
        let mut stage = Self::new().await;
        let rows = stage.rows(&["18,19,17,18,20", "16,16,16,16,16", "10,12,14,12,13.5"]);
        stage.enter(rows).await.unwrap();
        let (clerk, round) = (stage.clerk.clone(), stage.round);
        ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
        stage
    }

    /// Rows for the members in their order: five scores parted by commas.
    pub fn rows(&self, scores: &[&str]) -> Vec<ScoreRow> {
        self.members.iter().zip(scores).map(|(member, scores)| row(*member, scores)).collect()
    }

    pub async fn enter(&mut self, rows: Vec<ScoreRow>) -> Result<Entered, Error> {
        let command = EnterScores { round: self.round, version: None, rows };
        ratings::enter_scores(&mut self.conn, &self.clerk, &[command]).await.map(|entered| entered[0])
    }

    pub async fn grid(&mut self) -> Grid {
        let (scope, round) = (self.supervisor.scope.clone(), self.round);
        db::read(&mut self.conn, &scope, async |conn| queries::grid(conn, &scope, round).await).await.unwrap()
    }

    /// Ids of the ratings, in the order of the members.
    pub async fn ratings(&mut self) -> Vec<RatingId> {
        let grid = self.grid().await;
        let of = |member: &MembershipId| {
            let row = grid.rows.iter().find(|row| row.subject.membership_id == Some(*member)).unwrap();
            row.rating.as_ref().unwrap().id
        };
        self.members.iter().map(of).collect()
    }

    /// State, total and stars of each rating, in the order of the members.
    pub async fn states(&mut self) -> Vec<String> {
        let grid = self.grid().await;
        let of = |member: &MembershipId| {
            let row = grid.rows.iter().find(|row| row.subject.membership_id == Some(*member)).unwrap();
            row.rating.as_ref().map_or("none".to_owned(), |rating| rating.state.clone())
        };
        self.members.iter().map(of).collect()
    }

    /// The entries of an action: how many things, and the details.
    pub async fn entries(&self, action: &str) -> Vec<(i32, serde_json::Value)> {
        audit_entries::table
            .filter(audit_entries::action.eq(action))
            .order(audit_entries::sequence)
            .select((audit_entries::subject_count, audit_entries::details))
            .load(&mut self.db.owner().await)
            .await
            .unwrap()
    }
}

/// The same actor with an account behind him.
pub(super) fn signed_in(actor: Actor) -> Actor {
    Actor { account: Some(AccountId::new()), ..actor }
}

pub(super) fn open(branch: &str, period: &str) -> OpenRound {
    OpenRound {
        scheme: "member_stars".to_owned(),
        period: Period::parse(period).unwrap(),
        organisation: branch.to_owned(),
    }
}

pub(super) fn row(subject: MembershipId, scores: &str) -> ScoreRow {
    let scores =
        DIMENSIONS.iter().zip(scores.split(',')).map(|(code, score)| ((*code).to_owned(), score.to_owned()));
    ScoreRow { subject: subject.into(), scores: scores.collect(), evidence: None, veto: None }
}

pub(super) fn fields(error: Error) -> Vec<FieldError> {
    let Error::Invalid(fields) = error else { panic!("{error:?}") };
    fields
}
