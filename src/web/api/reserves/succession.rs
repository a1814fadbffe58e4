//! Who could follow in each village, and what each leaving would do.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{State, get};
use utoipa::ToSchema;

use super::json::VillageJson;
use crate::base::clock;
use crate::base::db;
use crate::base::policy::{self, Action};
use crate::records::reserves::queries::{self, Successor, VillageDepth};
use crate::records::reserves::{Broken, HeldPost, Refused, Sitter, StandIn};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Failure};
use crate::web::{self, reading};

/// Somebody in reserve.
#[derive(serde::Serialize, ToSchema)]
pub struct SuccessorJson {
    /// His entry in the pool.
    id: String,
    name: String,
    /// `reserve_cadre` or `local_talent`.
    kind: String,
    /// `in_pool`, `seconded` or `cross_village`.
    state: String,
    /// Completed years on `ages_on`.
    age: u32,
    /// Whether he is guided as demanded.
    is_guided: bool,
    /// What speaks for him; null where he is not ready.
    ready: Option<Vec<String>>,
    /// What he still lacks to be ready.
    lacks: Vec<String>,
}

impl From<Successor> for SuccessorJson {
    fn from(one: Successor) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name,
            kind: one.kind.code().to_owned(),
            state: one.state.code().to_owned(),
            age: one.age,
            is_guided: one.is_guided,
            ready: one.ready,
            lacks: one.lacks,
        }
    }
}

/// Somebody in reserve who could take a post today.
#[derive(serde::Serialize, ToSchema)]
pub struct StandInJson {
    /// His entry in the pool.
    id: String,
    name: String,
    /// What speaks for him.
    why: Vec<String>,
}

impl From<StandIn> for StandInJson {
    fn from(one: StandIn) -> Self {
        Self { id: one.reserve.to_string(), name: one.name, why: one.why }
    }
}

/// Somebody in reserve who is ready, but whom the rules refuse a post.
#[derive(serde::Serialize, ToSchema)]
pub struct RefusedJson {
    /// His entry in the pool.
    id: String,
    name: String,
    /// The sentence, with the rule and the way out.
    message: String,
}

impl From<Refused> for RefusedJson {
    fn from(one: Refused) -> Self {
        Self { id: one.reserve.to_string(), name: one.name, message: one.message }
    }
}

/// A post that somebody holds, and who could take it.
#[derive(serde::Serialize, ToSchema)]
pub struct HeldPostJson {
    /// Code of the kind of committee.
    committee: String,
    post: String,
    from_day: NaiveDate,
    /// How many places of the post are vacant without him.
    vacant: i32,
    ready: Vec<StandInJson>,
    refused: Vec<RefusedJson>,
}

impl From<HeldPost> for HeldPostJson {
    fn from(post: HeldPost) -> Self {
        Self {
            committee: post.kind.code().to_owned(),
            post: post.post.code().to_owned(),
            from_day: post.from_day,
            vacant: post.vacant,
            ready: post.ready.into_iter().map(StandInJson::from).collect(),
            refused: post.refused.into_iter().map(RefusedJson::from).collect(),
        }
    }
}

/// What the rules say of a team without somebody, and do not say of it with him.
#[derive(serde::Serialize, ToSchema)]
pub struct BrokenJson {
    /// Code of the kind of committee.
    committee: String,
    /// Code of the finding, as in `findings` of a committee.
    rule: String,
    message: String,
    source: Option<String>,
}

impl From<Broken> for BrokenJson {
    fn from(broken: Broken) -> Self {
        Self {
            committee: broken.kind.code().to_owned(),
            rule: broken.what.code().to_owned(),
            message: broken.message,
            source: broken.source,
        }
    }
}

/// Somebody who sits, and what his leaving would do.
#[derive(serde::Serialize, ToSchema)]
pub struct SitterJson {
    person: String,
    name: String,
    /// Completed years on `ages_on`.
    age: u32,
    /// What refuses him the same posts for a further term from `ages_on`.
    bars: Vec<String>,
    posts: Vec<HeldPostJson>,
    broken: Vec<BrokenJson>,
    /// Whether each post that he leaves vacant has somebody in reserve who could take it.
    is_replaceable: bool,
}

impl From<Sitter> for SitterJson {
    fn from(one: Sitter) -> Self {
        Self {
            is_replaceable: one.is_replaceable(),
            person: one.person.to_string(),
            name: one.name,
            age: one.age,
            bars: one.bars,
            posts: one.posts.into_iter().map(HeldPostJson::from).collect(),
            broken: one.broken.into_iter().map(BrokenJson::from).collect(),
        }
    }
}

/// A village, its reserve and its team.
#[derive(serde::Serialize, ToSchema)]
pub struct SuccessionJson {
    village: VillageJson,
    /// The day by which the next election of its Party committee is due; null where no term runs.
    due_day: Option<NaiveDate>,
    /// The day on which ages are told: `due_day`, or today where it is over or there is none.
    ages_on: NaiveDate,
    /// How many reserve cadres it has.
    depth: usize,
    /// How many it needs at least.
    minimum: usize,
    is_below: bool,
    /// How many of `people` are guided as demanded.
    guided: usize,
    /// Everybody in its pool, the ready first.
    people: Vec<SuccessorJson>,
    /// Who sits, the Party's committee first.
    team: Vec<SitterJson>,
}

impl SuccessionJson {
    fn new(depth: VillageDepth, team: Vec<Sitter>) -> Self {
        Self {
            due_day: depth.due_day,
            ages_on: depth.at,
            depth: depth.depth(),
            minimum: depth.minimum,
            is_below: depth.is_below(),
            guided: depth.people.iter().filter(|one| one.is_guided).count(),
            village: VillageJson { code: depth.code, name: depth.name },
            people: depth.people.into_iter().map(SuccessorJson::from).collect(),
            team: team.into_iter().map(SitterJson::from).collect(),
        }
    }
}

/// The villages of a page, those after the one that the page before ended with, and the cursor of the next.
fn paged(
    mut villages: Vec<VillageDepth>,
    listing: &Listing,
) -> Result<(Vec<VillageDepth>, Option<String>), Failure> {
    if let Some(parts) = &listing.after {
        let wrong = || {
            Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned())
        };
        let [code] = parts.as_slice() else { return Err(wrong()) };
        let at = villages.iter().position(|depth| depth.code == *code).ok_or_else(wrong)?;
        villages.drain(..=at);
    }
    let wanted = usize::from(listing.limit);
    let more = villages.len() > wanted;
    villages.truncate(wanted);
    let next = villages.last().filter(|_| more).map(|last| Listing::cursor(&[&last.code]));
    Ok((villages, next))
}

/// List who could follow in each village, and what each leaving would do, as of today.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(
    ("within" = Option<String>, Query, description = "code of an organisation; your own when not given"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<SuccessionJson>)))]
#[get("/reserve-cadres/succession?<within>")]
pub async fn list_succession(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<SuccessionJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (scope, today) = (caller.scope(), clock::today());
    let (here, villages) = db::read(&mut db.0, scope, async |conn| {
        let here = narrowed(conn, scope, within).await?;
        let villages = queries::succession(conn, &here, today).await?;
        Ok((here, villages))
    })
    .await?;
    let total = listing.count.then(|| i64::try_from(villages.len()).unwrap_or(i64::MAX));
    let (villages, next) = paged(villages, &listing)?;
    let mut teams =
        db::read(&mut db.0, scope, async |conn| queries::teams(conn, &here, today, &villages).await).await?;
    let items: Vec<SuccessionJson> = villages
        .into_iter()
        .map(|depth| {
            let team = teams.remove(&depth.village).unwrap_or_default();
            SuccessionJson::new(depth, team)
        })
        .collect();
    let shown: usize = items.iter().map(|item| item.people.len().saturating_add(item.team.len())).sum();
    reading::note(state, &caller.known.identity, &caller.actor, shown).await?;
    Ok(Json(Page { items, next, total }))
}
