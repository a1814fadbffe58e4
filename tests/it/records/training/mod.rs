//! Training rotation: programmes, classes, who came, and how far an organisation has come.

mod classes;
mod coverage;
mod pairs;
mod programmes;
mod roll;
mod whom;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, FieldError};
use cadre::base::ids::{MembershipId, TrainingClassId, TrainingProgrammeId};
use cadre::base::keys::KeyRing;
use cadre::records::members;
use cadre::records::training::queries::{self, ClassCard, RollLine};
use cadre::records::training::{
    self, Attend, ClassStep, Coverage, Enrol, Enrolled, Outstanding, OutstandingFilter, OutstandingPlace,
    PlanClass, Whom,
};

use crate::support::TestDb;
use crate::support::builders::training::{class, class_step, programme};
use crate::support::builders::{TestCounty, day, member};

/// A county with a programme, a clerk of its first town and a supervisor of the county.
struct Stage {
    db: TestDb,
    county: TestCounty,
    clerk: Actor,
    supervisor: Actor,
    keys: KeyRing,
    conn: Connection,
    programme: TrainingProgrammeId,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let supervisor = county.county.actor(Role::Supervisor);
        let mut conn = db.web().await;
        let set = training::set_programmes(&mut conn, &supervisor, &[programme()]).await.unwrap();
        let keys = KeyRing::ephemeral().unwrap();
        Self { db, county, clerk, supervisor, keys, conn, programme: set[0] }
    }

    /// Members of the branch of a village, by number.
    async fn members(
        &mut self,
        town: usize,
        village: usize,
        numbers: std::ops::Range<u16>,
    ) -> Vec<MembershipId> {
        let branch = self.county.branch(town, village).id;
        let commands: Vec<_> =
            numbers.map(|number| member(branch, &format!("王{}", name(number)), number)).collect();
        let actor = self.supervisor.clone();
        members::enrol(&mut self.conn, &actor, &self.keys, &commands).await.unwrap()
    }

    async fn plan(&mut self, command: PlanClass) -> Result<TrainingClassId, Error> {
        training::plan_classes(&mut self.conn, &self.clerk, &[command]).await.map(|ids| ids[0])
    }

    async fn step(&mut self, class: TrainingClassId, step: ClassStep) -> Result<(), Error> {
        training::step_classes(&mut self.conn, &self.clerk, &[class_step(class, step)]).await
    }

    /// An open class of the first town.
    async fn open(&mut self, code: &str, first_day: &str) -> TrainingClassId {
        let command = class(self.programme, self.county.town(1), code, first_day);
        let id = self.plan(command).await.unwrap();
        self.step(id, ClassStep::Open).await.unwrap();
        id
    }

    async fn enrol(&mut self, class: TrainingClassId, members: &[MembershipId]) -> Result<Enrolled, Error> {
        let command = Enrol { class, whom: Whom::Members(members.to_vec()) };
        let enrolled = training::enrol(&mut self.conn, &self.clerk, &[command]).await;
        enrolled.map(|mut answers| answers.remove(0))
    }

    /// A class of the first town that was held for some members.
    async fn held(&mut self, code: &str, first_day: &str, members: &[MembershipId]) -> TrainingClassId {
        let id = self.open(code, first_day).await;
        self.enrol(id, members).await.unwrap();
        self.step(id, ClassStep::Hold).await.unwrap();
        id
    }

    async fn attend(&mut self, command: Attend) -> Result<(), Error> {
        training::attend(&mut self.conn, &self.clerk, &[command]).await
    }

    async fn card(&mut self, id: TrainingClassId) -> ClassCard {
        let scope = self.clerk.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| queries::find_class(conn, &scope, id).await)
            .await
            .unwrap()
    }

    async fn roll(&mut self, id: TrainingClassId) -> Vec<RollLine> {
        let scope = self.clerk.scope.clone();
        let roll = async |conn: &mut _| Ok(queries::roll(conn, &scope, id, true, None, 50).await?);
        db::read(&mut self.conn, &scope, roll).await.unwrap()
    }

    /// A page of those of the first town who were never trained by mid-2021.
    async fn outstanding(
        &mut self,
        filter: &OutstandingFilter,
        after: Option<&OutstandingPlace>,
        limit: i64,
    ) -> Vec<Outstanding> {
        let mut report = self.db.report().await;
        let (clerk, programme, on) = (self.clerk.clone(), self.programme, day("2021-06-30"));
        let town = clerk.scope.path.code();
        let keys = &self.keys;
        training::outstanding(&mut report, &clerk, keys, programme, town, on, filter, after, limit)
            .await
            .unwrap()
    }

    async fn coverage(&mut self, organisation: &str, on: &str) -> Coverage {
        let mut report = self.db.report().await;
        let (actor, programme) = (self.supervisor.clone(), self.programme);
        training::coverage(&mut report, &actor, programme, organisation, day(on)).await.unwrap()
    }
}

/// A given name for a number.
fn name(number: u16) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    number.to_string().chars().map(|digit| DIGITS[digit.to_digit(10).unwrap() as usize]).collect()
}

/// The fields of a refusal with their sentences.
fn fields(error: &Error) -> &[FieldError] {
    match error {
        Error::Invalid(fields) => fields,
        other => panic!("{other:?}"),
    }
}

/// The one field that was refused, and why.
fn field(error: &Error) -> (&str, &str) {
    match fields(error) {
        [one] => (&one.field, &one.message),
        several => panic!("{several:?}"),
    }
}

/// The sentence of a refusal.
fn refused(error: &Error) -> &str {
    match error {
        Error::Refused(reason) => reason,
        other => panic!("{other:?}"),
    }
}
