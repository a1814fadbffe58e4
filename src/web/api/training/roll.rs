//! Who is on the roll of a class.

use rocket::serde::json::Json;
use rocket::{State, get, post};
use utoipa::ToSchema;

use super::json::RollLineJson;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::records::organisations;
use crate::records::training::queries::{self, RollLine, RollPlace};
use crate::records::training::{self, Enrol, Enrolled, Whom, Withdraw};
use crate::web;
use crate::web::guards::{Body, Caller, Db, Listing, Page};
use crate::web::reading;
use crate::web::respond::{Answer, Failure};

/// The place that a page of the roll gave.
///
/// # Errors
/// `Invalid` where it is no such place.
fn after(listing: &Listing) -> Result<Option<RollPlace>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [sort_key, id] = parts.as_slice() else { return Err(wrong()) };
    Ok(Some(RollPlace { sort_key: sort_key.clone(), id: id.parse().map_err(|_| wrong())? }))
}

/// A page of the roll of a class: one row more is read, to know whether another page follows.
///
/// # Errors
/// `Missing` for the class.
pub async fn roll_page(
    db: &mut Db,
    actor: &Actor,
    id: TrainingClassId,
    all: bool,
    listing: &Listing,
) -> Result<Page<RollLine>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let (after, scope, wanted) = (after(listing)?, &actor.scope, usize::from(listing.limit));
    let limit = i64::from(listing.limit).saturating_add(1);
    let (mut items, total) = db::read(&mut db.0, scope, async |conn| {
        queries::find_class(conn, scope, id).await?;
        let lines = queries::roll(conn, scope, id, all, after.as_ref(), limit).await?;
        Ok((lines, listing.total(queries::count_roll(conn, scope, id, all)).await?))
    })
    .await?;
    let more = items.len() > wanted;
    items.truncate(wanted);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| Listing::cursor(&[&last.sort_key, &last.membership_id.to_string()]));
    Ok(Page { items, next, total })
}

/// Show the roll of a class with what was entered of who came: all of it where you keep the class, else your own
/// members.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path),
    ("all" = Option<bool>, Query, description = "also those who were taken off it"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<RollLineJson>), (status = 404, description = "none in your scope")))]
#[get("/training/classes/<id>/enrolments?<all>")]
pub async fn show_roll(
    caller: Caller,
    mut db: Db,
    id: TrainingClassId,
    all: Option<bool>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<RollLineJson>>> {
    let page = roll_page(&mut db, &caller.actor, id, all.unwrap_or(false), &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page.map(RollLineJson::from)))
}

/// Who is to be enrolled: members one by one, or those of a branch who are not trained yet.
#[derive(Debug, Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnrolInput {
    /// Ids of members: if one of them cannot be enrolled, none is.
    pub members: Vec<String>,
    /// Code of a branch: whoever cannot be is left out and said.
    pub branch: Option<String>,
}

/// The most members that one request names.
const MOST: usize = 2000;

impl EnrolInput {
    /// Who is to be enrolled.
    ///
    /// # Errors
    /// `Invalid` where neither or both are given, or one cannot be read.
    pub async fn parse(&self, db: &mut Db, actor: &Actor) -> Result<Whom, Error> {
        let wrong = |field: &str, message: String, value: Option<&str>| {
            Error::Invalid(vec![FieldError::new(field, message, value)])
        };
        match (self.branch.as_deref().map(str::trim).filter(|code| !code.is_empty()), self.members.as_slice())
        {
            (None, []) => Err(wrong("members", "请选择要报名的党员，或一个党支部。".to_owned(), None)),
            (Some(code), []) => {
                let scope = &actor.scope;
                let found = db::read(&mut db.0, scope, async |conn| {
                    Ok(organisations::queries::by_code(conn, scope, code).await?)
                });
                let unknown = || {
                    wrong("branch", format!("没有找到党支部“{code}”，或者不在您的管理范围内。"), Some(code))
                };
                Ok(Whom::Branch(found.await?.ok_or_else(unknown)?.id))
            }
            (None, members) if members.len() <= MOST => {
                let read = |text: &String| {
                    text.trim().parse::<MembershipId>().map_err(|_| {
                        wrong("members", format!("没有找到党员“{text}”，请重新选择。"), Some(text))
                    })
                };
                Ok(Whom::Members(members.iter().map(read).collect::<Result<_, _>>()?))
            }
            (None, members) => {
                let message = format!("一次最多报名{MOST}人，现有{}人，请分次办理。", members.len());
                Err(wrong("members", message, None))
            }
            (Some(_), _) => Err(wrong("branch", "请在党员名单和党支部中只填一项。".to_owned(), None)),
        }
    }
}

/// Somebody of a branch who was left out.
#[derive(serde::Serialize, ToSchema)]
pub struct LeftOutJson {
    /// Id of the member.
    member: String,
    /// Why, in a Chinese sentence.
    reason: String,
}

/// Who was enrolled.
#[derive(serde::Serialize, ToSchema)]
pub struct EnrolledJson {
    /// Ids of the members.
    members: Vec<String>,
    left_out: Vec<LeftOutJson>,
}

impl From<Enrolled> for EnrolledJson {
    fn from(enrolled: Enrolled) -> Self {
        let left_out = enrolled.left_out.into_iter();
        Self {
            members: enrolled.members.iter().map(ToString::to_string).collect(),
            left_out: left_out
                .map(|(member, refusal)| LeftOutJson {
                    member: member.to_string(),
                    reason: refusal.to_string(),
                })
                .collect(),
        }
    }
}

/// Enrol members in a class of your organisation, or in one that an organisation above offers to it.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = EnrolInput,
    responses((status = 200, body = EnrolledJson), (status = 409, description = "not open for enrolment"), (status = 422, description = "who cannot be enrolled, and why")))]
#[post("/training/classes/<id>/enrolments", data = "<body>")]
pub async fn enrol_members(
    caller: Caller,
    mut db: Db,
    id: TrainingClassId,
    body: Body<EnrolInput>,
) -> Answer<Json<EnrolledJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let whom = body.0.parse(&mut db, &caller.actor).await?;
    let answers = training::enrol(&mut db.0, &caller.actor, &[Enrol { class: id, whom }]).await?;
    Ok(Json(answers.into_iter().next().unwrap_or_default().into()))
}

/// A member to be taken off the roll.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawInput {
    /// Id of the member.
    member: String,
    /// Why.
    reason: String,
}

/// Take a member off the roll.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = WithdrawInput,
    responses((status = 204, description = "taken off"), (status = 409, description = "no longer open"), (status = 422, description = "the reason is missing")))]
#[post("/training/classes/<id>/withdrawals", data = "<body>")]
pub async fn withdraw_member(
    caller: Caller,
    mut db: Db,
    id: TrainingClassId,
    body: Body<WithdrawInput>,
) -> Answer<rocket::response::status::NoContent> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let member =
        body.0.member.trim().parse::<MembershipId>().map_err(|_| Error::Missing { what: "这名党员" })?;
    let command = Withdraw { class: id, member, reason: body.0.reason };
    training::withdraw(&mut db.0, &caller.actor, &[command]).await?;
    Ok(rocket::response::status::NoContent)
}
