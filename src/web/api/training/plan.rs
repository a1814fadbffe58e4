//! Class lists of a programme: planned, shown with their arithmetic, accepted; planned anew where a class is cancelled.

use std::collections::BTreeMap;

use rocket::post;
use rocket::serde::json::Json;
use utoipa::ToSchema;

use crate::across::planning::{self, Accept, Change, Proposal, Terms, Urgency, Worth};
use crate::base::ids::{TrainingClassId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// What a plan is asked for.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// How many steps in the tree of organisations somebody may be sent from his branch to the host of a class.
    farthest: u32,
    /// Id of a class that is to be cancelled: those on its roll are planned anew with the fewest changes for others.
    without: Option<uuid::Uuid>,
}

impl PlanInput {
    fn terms(&self) -> Terms {
        Terms { farthest: self.farthest, without: self.without.map(TrainingClassId) }
    }
}

/// A plan that is accepted.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInput {
    /// As the plan was asked for.
    farthest: u32,
    /// As the plan was asked for.
    without: Option<uuid::Uuid>,
    /// The fingerprint of the plan that was seen.
    fingerprint: String,
    /// Why the class is cancelled; needed with `without`.
    reason: Option<String>,
}

/// People placed and the price of their places: lower is better among plans that place as many.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct WorthJson {
    people: u32,
    /// A whole number of up to 38 digits.
    price: String,
}

impl From<Worth> for WorthJson {
    fn from(worth: Worth) -> Self {
        Self { people: worth.people, price: worth.price.to_string() }
    }
}

/// A floor and when it is reached.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct FloorJson {
    due: chrono::NaiveDate,
    needed: u32,
    /// Trained by then, or in a class that ends by then.
    reached: u32,
    missing: u32,
    met_on: Option<chrono::NaiveDate>,
}

/// A class and its list.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct ClassListJson {
    id: String,
    code: String,
    name: String,
    field: String,
    first_day: chrono::NaiveDate,
    last_day: chrono::NaiveDate,
    /// Name of who holds it.
    host: String,
    places: Option<i32>,
    /// On the roll before.
    enrolled: i64,
    /// Given a seat by this plan; in a new plan after a cancellation those who keep theirs are counted too.
    planned: u32,
}

/// A town with its people.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct TownJson {
    code: String,
    name: String,
    placed: u32,
    unplaced: u32,
    /// People by number of the class.
    classes: BTreeMap<String, u32>,
}

/// People whom no class takes, and the limit that binds.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct UnmetJson {
    /// Code of the town.
    town: String,
    fields: Vec<String>,
    never_trained: bool,
    people: u32,
    /// `no_class`, `no_road`, `too_far`, `busy` or `full`.
    reason: String,
    sentence: String,
}

/// Somebody whose class changes.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct ChangeJson {
    member: String,
    from: String,
    to: Option<String>,
}

/// A plan with its arithmetic. Nothing is written.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct PlanJson {
    organisation: String,
    /// Members whom the programme is to train.
    members: i64,
    farthest: u32,
    /// Send it back to accept the plan.
    fingerprint: String,
    plan: WorthJson,
    /// The plan that a careful clerk makes by hand.
    greedy: WorthJson,
    /// Any plan places so many people at most, and placing as many as this one costs so much at least.
    bound: WorthJson,
    is_proved: bool,
    arithmetic: String,
    never_trained_placed: u32,
    /// Sum of the days until the classes end.
    waiting_days: u64,
    /// Sum of the steps.
    steps: u64,
    floors: Vec<FloorJson>,
    classes: Vec<ClassListJson>,
    towns: Vec<TownJson>,
    unmet: Vec<UnmetJson>,
    /// After a cancellation: those who stood on its roll.
    displaced: Vec<ChangeJson>,
    /// After a cancellation: everybody else whose class changes.
    moved: Vec<ChangeJson>,
}

/// What was written.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct AcceptedJson {
    /// Put on a roll.
    placed: usize,
    /// Of these: have left another roll for it.
    moved: usize,
    /// Without a class.
    unplaced: usize,
}

/// Plan class lists: never-trained first, nobody twice, nobody too far, floors as early as possible.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = PlanInput,
    params(("id" = String, Path, description = "programme")),
    responses((status = 200, body = PlanJson), (status = 409, description = "the records hold no plan together"),
        (status = 422, description = "steps out of range")))]
#[post("/training/programmes/<id>/plan", data = "<body>")]
pub async fn plan_class_lists(
    caller: Caller,
    mut db: Db,
    id: TrainingProgrammeId,
    body: Body<PlanInput>,
) -> Answer<Json<PlanJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let proposal = planning::propose(&mut db.0, &caller.actor, id, body.0.terms()).await?;
    Ok(Json(PlanJson::from(&proposal)))
}

/// Accept a plan that was seen: its lists are enrolled, and a class left out by it is cancelled before.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = AcceptInput,
    params(("id" = String, Path, description = "programme")),
    responses((status = 200, body = AcceptedJson),
        (status = 409, description = "the records have changed since the plan was made")))]
#[post("/training/programmes/<id>/plan/accept", data = "<body>")]
pub async fn accept_class_lists(
    caller: Caller,
    mut db: Db,
    id: TrainingProgrammeId,
    body: Body<AcceptInput>,
) -> Answer<Json<AcceptedJson>> {
    let AcceptInput { farthest, without, fingerprint, reason } = body.0;
    let terms = PlanInput { farthest, without }.terms();
    let command = Accept { programme: id, terms, fingerprint, reason };
    let done = planning::accept(&mut db.0, &caller.actor, &command).await?;
    Ok(Json(AcceptedJson { placed: done.placed, moved: done.moved, unplaced: done.unplaced }))
}

impl From<&Proposal> for PlanJson {
    fn from(proposal: &Proposal) -> Self {
        let plan = &proposal.plan;
        let changes =
            |changes: &[Change]| changes.iter().map(|change| change_json(proposal, change)).collect();
        Self {
            organisation: proposal.basis.organisation.code.clone(),
            members: proposal.basis.members,
            farthest: proposal.terms.farthest,
            fingerprint: proposal.fingerprint.clone(),
            plan: plan.worth.into(),
            greedy: plan.greedy.into(),
            bound: plan.bound.into(),
            is_proved: plan.is_proved(),
            arithmetic: proposal.arithmetic(),
            never_trained_placed: plan.placed.get(&Urgency(0)).copied().unwrap_or_default(),
            waiting_days: plan.waiting_days,
            steps: plan.length,
            floors: floors(proposal),
            classes: classes(proposal),
            towns: towns(proposal),
            unmet: unmet(proposal),
            displaced: changes(&proposal.displaced),
            moved: changes(&proposal.moved),
        }
    }
}

fn change_json(proposal: &Proposal, change: &Change) -> ChangeJson {
    let number = |class| proposal.class(class).map(|coming| coming.class.code.clone());
    ChangeJson {
        member: change.person.to_string(),
        from: number(change.from).unwrap_or_default(),
        to: change.to.and_then(number),
    }
}

fn floors(proposal: &Proposal) -> Vec<FloorJson> {
    let told = proposal.plan.floors.iter().map(|reached| FloorJson {
        due: reached.floor.due,
        needed: reached.floor.needed,
        reached: reached.reached,
        missing: reached.missing(),
        met_on: reached.met_on,
    });
    told.collect()
}

fn classes(proposal: &Proposal) -> Vec<ClassListJson> {
    let seated = proposal.seated();
    let told = proposal.basis.classes.iter().filter(|one| Some(one.class.id) != proposal.terms.without);
    told.map(|coming| {
        let class = &coming.class;
        ClassListJson {
            id: class.id.to_string(),
            code: class.code.clone(),
            name: class.name.clone(),
            field: class.field.clone(),
            first_day: class.first_day,
            last_day: class.last_day,
            host: coming.host.name.clone(),
            places: class.places,
            enrolled: coming.enrolled,
            planned: seated.get(&class.id).copied().unwrap_or_default(),
        }
    })
    .collect()
}

fn towns(proposal: &Proposal) -> Vec<TownJson> {
    let placed = proposal.by_town();
    let told = proposal.towns.values().filter_map(|town| {
        let classes = placed.get(&town.id);
        let mine = proposal.plan.unmet.iter().filter(|unmet| unmet.town == town.id);
        let unplaced: u32 = mine.map(|unmet| unmet.people).sum();
        (classes.is_some() || unplaced > 0).then(|| {
            let counts = classes.into_iter().flatten();
            let named = counts.filter_map(|(class, people)| {
                let coming = proposal.basis.classes.iter().find(|coming| coming.class.id == *class)?;
                Some((coming.class.code.clone(), *people))
            });
            let classes: BTreeMap<String, u32> = named.collect();
            TownJson {
                code: town.code.clone(),
                name: town.name.clone(),
                placed: classes.values().sum(),
                unplaced,
                classes,
            }
        })
    });
    let mut towns: Vec<TownJson> = told.collect();
    towns.sort_by(|a, b| a.code.cmp(&b.code));
    towns
}

fn unmet(proposal: &Proposal) -> Vec<UnmetJson> {
    let told = proposal.plan.unmet.iter().map(|unmet| UnmetJson {
        town: proposal.towns.get(&unmet.town).map(|town| town.code.clone()).unwrap_or_default(),
        fields: unmet.fields.clone(),
        never_trained: unmet.urgency == Urgency(0),
        people: unmet.people,
        reason: unmet.reason.code().to_owned(),
        sentence: proposal.sentence(unmet),
    });
    told.collect()
}
