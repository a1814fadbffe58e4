//! Assessments: schemes, rounds, scores, decisions, objections, ranks and the flag, checks, draws.

mod deciding;
mod drawing;
mod entering;
mod objecting;
mod ranking;
mod schemes;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, FieldError};
use cadre::base::ids::{AccountId, AssessmentId, AssessmentRoundId};
use cadre::base::keys::KeyRing;
use cadre::records::assessments::queries::{self, Grid, RankLine};
use cadre::records::assessments::{self, Decide};
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::TestCounty;
use crate::support::builders::assessment::{filled, scheme};

/// A county with a scheme of three indicators; the clerk of town 1, and supervisors.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub clerk: Actor,
    pub supervisor: Actor,
    pub conn: Connection,
    pub keys: KeyRing,
}

/// The town and its villages.
pub(super) const TOWN: &str = "500237101";
pub(super) const VILLAGES: [&str; 2] = ["500237101201", "500237101202"];

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = signed_in(county.town(1).actor(Role::Clerk));
        let supervisor = signed_in(county.county.actor(Role::Supervisor));
        let mut conn = db.web().await;
        assessments::set_scheme(&mut conn, &supervisor, &[scheme("500237")]).await.unwrap();
        Self { db, county, clerk, supervisor, conn, keys: KeyRing::ephemeral().unwrap() }
    }

    /// A round of town 1 in which both villages have scores.
    pub async fn filled(&mut self, quarter: &str, both: [&str; 2]) -> AssessmentRoundId {
        filled(&mut self.conn, &self.clerk, TOWN, quarter, both).await
    }

    /// The same, published.
    pub async fn published(&mut self, quarter: &str, both: [&str; 2]) -> AssessmentRoundId {
        let round = self.filled(quarter, both).await;
        let all = [Decide::round(round)];
        assessments::submit(&mut self.conn, &self.clerk, &all).await.unwrap();
        assessments::confirm(&mut self.conn, &self.supervisor, &all).await.unwrap();
        assessments::publish(&mut self.conn, &self.supervisor, &all).await.unwrap();
        round
    }

    pub async fn grid(&mut self, round: AssessmentRoundId) -> Grid {
        let scope = self.supervisor.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| queries::grid(conn, &scope, round).await).await.unwrap()
    }

    /// The assessment of a village in a round.
    pub async fn assessment(&mut self, round: AssessmentRoundId, village: usize) -> AssessmentId {
        let grid = self.grid(round).await;
        grid.rows[village].assessment.as_ref().unwrap().id
    }

    pub async fn ranking(&mut self, quarter: &str) -> Vec<RankLine> {
        let (scope, quarter) = (self.supervisor.scope.clone(), quarter.parse().unwrap());
        db::read(&mut self.conn, &scope, async |conn| Ok(queries::ranking(conn, &scope, quarter).await?))
            .await
            .unwrap()
    }

    /// `1 白泉村 97.5 旗2`, by rank.
    pub async fn told(&mut self, quarter: &str) -> Vec<String> {
        let told = self.ranking(quarter).await.into_iter().map(|line| {
            let name = line.village_name.chars().skip(3).collect::<String>();
            let flag = if line.has_flag { format!(" 旗{}", line.streak) } else { String::new() };
            format!("{} {name} {}{flag}", line.place, assessments::printed(&line.total))
        });
        told.collect()
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

pub(super) fn fields(error: Error) -> Vec<FieldError> {
    let Error::Invalid(fields) = error else { panic!("{error:?}") };
    fields
}

/// The sentence of a refusal.
pub(super) fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer.unwrap_err() {
        Error::Refused(why) => why,
        other => panic!("{other:?}"),
    }
}
