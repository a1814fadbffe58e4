//! `/transfers` and `/members/{id}/transfer`: members who go to another branch of the county, or out of it.

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, get, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::policy::{self, Action};
use crate::base::values::TransferState;
use crate::records::members::transfer_listing::{self, Place, TransferLine, Which};
use crate::records::members::{self, CloseDeparture, Decision, ProposeTransfer};
use crate::records::organisations;
use crate::web::api::organisations::narrowed;
use crate::web::forms::transfer::{Destination, TransferInput, day_or_today};
use crate::web::guards::{Body, Caller, Db, Listing, Page};
use crate::web::late::Late;
use crate::web::respond::{Answer, Failure, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list_transfers, transfer, show_transfer, decide_transfer]
}

/// A transfer.
#[derive(serde::Serialize, ToSchema)]
pub struct TransferJson {
    id: String,
    /// Id of the member.
    member: String,
    /// His name.
    member_name: String,
    from_path: String,
    /// Name of the old branch.
    from_branch: String,
    /// Path of the new branch; null: he leaves the county.
    to_path: Option<String>,
    /// The unit outside the county; null: he stays in it.
    to_unit: Option<String>,
    /// Name of the new branch, or the unit outside the county.
    destination: String,
    /// First day in the new branch; of a departure the day of the receipt, null until it has come.
    on: Option<NaiveDate>,
    letter_number: Option<String>,
    /// Day of the letter.
    letter_on: NaiveDate,
    /// Last day on which the letter holds.
    valid_until: NaiveDate,
    /// `pending`, `accepted`, `refused`, `withdrawn` or `closed`.
    state: String,
    /// Whether it waits though its letter holds no longer.
    overdue: bool,
    reason: Option<String>,
    proposed_by: String,
    proposed_on: NaiveDate,
    /// For how many days its letter has been out, or was until it was decided.
    days_open: i64,
    decided_by: Option<String>,
    decided_on: Option<NaiveDate>,
}

impl From<TransferLine> for TransferJson {
    fn from(line: TransferLine) -> Self {
        let today = clock::today();
        Self {
            id: line.id.to_string(),
            member: line.membership_id.to_string(),
            overdue: line.is_overdue_on(today),
            proposed_on: line.proposed_on(),
            days_open: line.days_open(today),
            decided_on: line.decided_on(),
            member_name: line.member,
            from_path: line.from_path,
            from_branch: line.from_branch,
            to_path: line.to_path,
            to_unit: line.to_unit,
            destination: line.destination,
            on: line.on_day,
            letter_number: line.letter_number,
            letter_on: line.letter_on,
            valid_until: line.valid_until,
            state: line.state,
            reason: line.reason,
            proposed_by: line.proposed_by,
            decided_by: line.decided_by,
        }
    }
}

/// What a list of transfers is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct TransferQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// `pending`, `decided`, or one of the states that decide.
    pub state: Option<&'r str>,
    /// Only those that wait though their letter holds no longer.
    pub overdue: Option<bool>,
}

impl TransferQuery<'_> {
    /// Which transfers are asked for.
    ///
    /// # Errors
    /// An unknown state; `overdue` with a state that decides.
    pub fn which(&self) -> Result<Which, Failure> {
        let overdue = self.overdue.unwrap_or(false);
        let which = match self.state.map(str::trim).filter(|state| !state.is_empty()) {
            None if overdue => Which::Overdue,
            None => Which::Pending,
            Some("decided") => Which::Decided,
            Some(other) => match TransferState::parse(other) {
                Ok(TransferState::Pending) if overdue => Which::Overdue,
                Ok(TransferState::Pending) => Which::Pending,
                Ok(state) => Which::DecidedAs(state),
                Err(_) => {
                    let message = format!(
                        "状态“{other}”不存在，可选：pending、decided、accepted、refused、withdrawn、closed。"
                    );
                    return Err(Failure::invalid("state", message));
                }
            },
        };
        if overdue && which != Which::Overdue {
            let message = "只有待办理的转接才会超期，请去掉 overdue，或把 state 填为 pending。".to_owned();
            return Err(Failure::invalid("overdue", message));
        }
        Ok(which)
    }
}

/// A page of transfers, counted where `listing` asks for it.
///
/// # Errors
/// `Missing` for an organisation outside the scope, `Forbidden`, `Invalid`.
pub async fn transfer_page(
    db: &mut Db,
    actor: &Actor,
    query: &TransferQuery<'_>,
    listing: &Listing,
) -> Result<Page<TransferLine>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let (which, today) = (query.which()?, clock::today());
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let after = match listing.after.as_deref() {
        None => None,
        Some([at, id]) => Some(Place::parse(which, at, id).ok_or_else(wrong)?),
        Some(_) => return Err(wrong()),
    };
    let (scope, limit) = (&actor.scope, usize::from(listing.limit));
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let wanted = i64::from(listing.limit) + 1;
        let mut items = transfer_listing::list(conn, &within, which, today, after.as_ref(), wanted).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let total = listing.total(transfer_listing::count(conn, &within, which, today)).await?;
        let next = items.last().filter(|_| more).map(|last| {
            let [at, id] = Place::of(which, last);
            Listing::cursor(&[&at, &id])
        });
        Ok(Page { items, next, total })
    });
    Ok(page.await?)
}

/// One transfer.
///
/// # Errors
/// `Missing`, `Forbidden`.
pub async fn transfer_of(db: &mut Db, actor: &Actor, id: TransferId) -> Result<TransferLine, Error> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| {
        transfer_listing::find(conn, scope, id).await.or_missing("组织关系转接")
    })
    .await
}

async fn answer(caller: &Caller, db: &mut Db, id: TransferId) -> Result<Versioned<TransferJson>, Error> {
    let found = transfer_of(db, &caller.actor, id).await?;
    Ok(Versioned { version: found.version, created: false, body: found.into() })
}

/// List transfers into and out of your organisation: those that wait, the longest overdue first; or those that are decided,
/// the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(
    ("within" = Option<String>, Query, description = "code of an organisation"),
    ("state" = Option<String>, Query, description = "pending (when not given), decided, accepted, refused, withdrawn or closed"),
    ("overdue" = Option<bool>, Query, description = "only those that wait though their letter holds no longer"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<TransferJson>), (status = 422, description = "refused fields")))]
#[get("/transfers?<query..>")]
pub async fn list_transfers(
    caller: Caller,
    mut db: Db,
    query: TransferQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<TransferJson>>> {
    Ok(Json(transfer_page(&mut db, &caller.actor, &query, &listing).await?.map(TransferJson::from)))
}

/// Propose a move: to another branch of the county, or out of it.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)), request_body = TransferInput,
    responses((status = 201, body = TransferJson), (status = 409, description = "not in the register, or a transfer is pending already"),
        (status = 422, description = "refused fields")))]
#[post("/members/<id>/transfer", data = "<body>")]
pub async fn transfer(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    body: Body<TransferInput>,
) -> Answer<Versioned<TransferJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let ids = match body.0.parse(id).map_err(Error::Invalid)? {
        Destination::Outside(command) => {
            members::propose_departures(&mut db.0, &caller.actor, &[command]).await?
        }
        Destination::Branch(code, on) => {
            let county = caller.scope().whole_county();
            let branch = db::read(&mut db.0, &county, async |conn| {
                organisations::queries::by_code(conn, &county, &code).await.or_missing("转入党支部")
            })
            .await?;
            let letter_number = body.0.letter_number;
            let command = ProposeTransfer { member: id, to_branch: branch.id, on, letter_number };
            members::propose_transfers(&mut db.0, &caller.actor, &[command]).await?
        }
    };
    let id = ids.into_iter().next().or_missing("组织关系转接")?;
    Ok(Versioned { created: true, ..answer(&caller, &mut db, id).await? })
}

/// Show a transfer.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)), responses((status = 200, body = TransferJson)))]
#[get("/transfers/<id>")]
pub async fn show_transfer(caller: Caller, mut db: Db, id: TransferId) -> Answer<Versioned<TransferJson>> {
    Ok(answer(&caller, &mut db, id).await?)
}

/// Why, or when.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TransferDecision {
    /// Why; needed to refuse, and to withdraw a move out of the county.
    reason: Option<String>,
    /// For `close`: the day of the receipt, from which on he is no longer in the register; today when not given.
    on: Option<String>,
}

/// Accept, refuse or withdraw a transfer, or close one out of the county by its receipt.
#[utoipa::path(context_path = "/api/v1", tag = "members",
    params(("id" = String, Path), ("verb" = String, Path, description = "accept, refuse, withdraw or close")),
    request_body = TransferDecision, responses((status = 200, body = TransferJson),
        (status = 409, description = "decided already, or the rules forbid it"), (status = 422, description = "refused fields")))]
#[post("/transfers/<id>/<verb>", data = "<body>")]
pub async fn decide_transfer(
    caller: Caller,
    mut db: Db,
    id: TransferId,
    verb: &str,
    body: Body<TransferDecision>,
    late: Late<'_>,
) -> Answer<Result<Versioned<TransferJson>, Status>> {
    let TransferDecision { reason, on } = body.0;
    let decision = match verb {
        "accept" => Some(Decision::Accept),
        "refuse" => Some(Decision::Refuse),
        "withdraw" => Some(Decision::Withdraw),
        "close" => None,
        _ => return Ok(Err(Status::NotFound)),
    };
    match decision {
        Some(_) if on.is_some() => {
            let message = "只有登记回执（close）才填日期，请去掉这一项。";
            return Err(Error::invalid("on", message).into());
        }
        Some(decision) => {
            members::decide_transfers(&mut db.0, &caller.actor, &[id], decision, reason.as_deref()).await?;
        }
        None if reason.is_some() => {
            let message = "登记回执（close）不填原因，请去掉这一项；退回、撤回才填写。";
            return Err(Error::invalid("reason", message).into());
        }
        None => {
            let received_on =
                day_or_today("on", on.as_deref()).map_err(|error| Error::Invalid(vec![error]))?;
            let command = CloseDeparture { transfer: id, received_on };
            members::close_departures(&mut db.0, &caller.actor, &[command]).await?;
            late.note(&mut db, &caller.actor, [received_on]).await;
        }
    }
    let found = transfer_of(&mut db, &caller.actor, id).await?;
    if matches!(decision, Some(Decision::Accept)) {
        late.note(&mut db, &caller.actor, found.on_day).await;
    }
    Ok(Ok(Versioned { version: found.version, created: false, body: found.into() }))
}
