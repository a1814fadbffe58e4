//! The list of awards by step and kind, and the step that waits taken for several at once.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::{Route, get, post, routes};

use super::{badges, may_enter, may_take};
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::ratings::awards::queries::{self, AwardCard, Held};
use crate::records::ratings::awards::{self, ActOnAward, AwardOutcome, AwardScheme, AwardState, AwardStep};
use crate::records::ratings::printed;
use crate::web::api::organisations::narrowed;
use crate::web::api::ratings::{AwardQuery, award_page, award_place};
use crate::web::forms::award::DeedInput;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Failure, PageWith};
use crate::web::views::awards::{AwardRow, List};
use crate::web::views::controls::Choice;
use crate::web::views::parts::{FigureCard, Pager};
use crate::web::views::{Link, Notice, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, decide]
}

type Shown = PageWith<List>;

/// The address of the list, narrowed otherwise.
fn address(query: &AwardQuery<'_>, state: Option<&str>, after: &str) -> String {
    let disputed = query.disputed.unwrap_or(false).then_some("true");
    let pairs = [
        ("within", query.within),
        ("kind", query.kind),
        ("year", query.year),
        ("state", state),
        ("disputed", disputed),
        ("after", Some(after)),
    ];
    let parts: Vec<String> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
        .collect();
    if parts.is_empty() {
        "/ratings/awards".to_owned()
    } else {
        format!("/ratings/awards?{}", parts.join("&"))
    }
}

async fn view(who: &SignedIn, db: &mut Db, query: &AwardQuery<'_>, listing: &Listing) -> Answer<List> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (filter, after, scope) = (query.parse()?, award_place(listing)?, who.scope());
    let today = clock::today();
    let (cards, next, total, schemes, held) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let (cards, next) = award_page(conn, &within, &filter, after.as_ref(), listing.limit).await?;
        let total = queries::count(conn, &within, &filter).await?;
        let schemes = queries::award_schemes(conn, scope, None).await?;
        let primary = schemes.iter().find(|scheme| scheme.is_primary).map(|scheme| scheme.code.clone());
        let held = queries::held(conn, &within, &primary.unwrap_or_default(), today).await?;
        Ok((cards, next, total, schemes, held))
    })
    .await?;
    let state = filter.state.map(AwardState::code);
    let current = schemes.iter().find(|scheme| scheme.is_primary && scheme.to_day.is_none());
    let step = waiting_step(filter.state, current).filter(|step| may_take(who, current, *step));
    let pager = Pager {
        shown: cards.len(),
        total: u64::try_from(total).ok(),
        first: after.is_some().then(|| address(query, state, "")),
        next: next.map(|next| address(query, state, &next)),
    };
    Ok(List {
        frame: who.frame(Section::Ratings),
        tabs: tabs(query, filter.state),
        figures: figures(&schemes, &held),
        state: state.unwrap_or_default().to_owned(),
        kind: query.kind.unwrap_or_default().to_owned(),
        kinds: kinds(&schemes),
        year: query.year.unwrap_or_default().to_owned(),
        years: years(today),
        rows: cards.iter().map(|card| row(card, step.is_some(), today)).collect(),
        empty: "没有符合条件的评选。可以看其他进度，或点“推荐”推荐第一个村（社区）。".to_owned(),
        pager,
        step: step.map(|step| (step.code(), format!("{}所选", step.name()))),
        today: today.to_string(),
        recommend: may_enter(who).then(|| "/ratings/awards/new".to_owned()),
    })
}

/// The step that can be taken for all awards of a state in one go: marks and recommendations are of each its own.
fn waiting_step(state: Option<AwardState>, scheme: Option<&AwardScheme>) -> Option<AwardStep> {
    let step = scheme?.pending(state?)?;
    matches!(step, AwardStep::Decide | AwardStep::Notice | AwardStep::Finish).then_some(step)
}

fn tabs(query: &AwardQuery<'_>, state: Option<AwardState>) -> Vec<(Link, bool)> {
    let tab = |text: &str, own: Option<AwardState>| {
        (Link::new(text, address(query, own.map(AwardState::code), "")), own == state)
    };
    let mut tabs = vec![tab("全部", None)];
    tabs.extend(AwardState::ALL.iter().map(|state| tab(state.name(), Some(*state))));
    tabs
}

/// How many awards hold, by kind, in the order of the schemes.
fn figures(schemes: &[AwardScheme], held: &[Held]) -> Vec<FigureCard> {
    let card = |label: String, count: i64, href: String| FigureCard {
        label,
        value: count.to_string(),
        unit: "个".to_owned(),
        change: None,
        href: Some(href),
    };
    let total: i64 = held.iter().map(|kind| kind.count).sum();
    if total == 0 {
        return Vec::new();
    }
    let mut cards = vec![card("现有星级村奖项".to_owned(), total, "/ratings/awards?state=final".to_owned())];
    cards.extend(kinds(schemes).into_iter().filter_map(|kind| {
        let held = held.iter().find(|held| held.kind == kind.code)?;
        let href = format!("/ratings/awards?state=final&kind={}", kind.code);
        Some(card(kind.name, held.count, href))
    }));
    cards
}

/// Every kind that a scheme has or had.
fn kinds(schemes: &[AwardScheme]) -> Vec<Choice> {
    let mut kinds: Vec<Choice> = Vec::new();
    for kind in schemes.iter().flat_map(|scheme| &scheme.kinds) {
        if !kinds.iter().any(|known| known.code == kind.code) {
            kinds.push(Choice::new(kind.code.clone(), kind.name.clone()));
        }
    }
    kinds
}

fn years(today: chrono::NaiveDate) -> Vec<Choice> {
    let year = chrono::Datelike::year(&today);
    (year - 14..=year).rev().map(|year| Choice::new(year.to_string(), format!("{year}年"))).collect()
}

fn row(card: &AwardCard, choosable: bool, today: chrono::NaiveDate) -> AwardRow {
    let award = &card.award;
    let runs = award.state() == AwardState::Noticed && award.notice_until.is_some_and(|until| today <= until);
    AwardRow {
        id: award.id.to_string(),
        version: award.version.to_string(),
        village: Link::new(&card.village_name, format!("/ratings/awards/{}", award.id)),
        kind: card.kind_name.clone(),
        year: award.year,
        streak: if card.years_in_a_row > 1 {
            format!("连续{}年", card.years_in_a_row)
        } else {
            String::new()
        },
        mark: award.mark.as_ref().map(printed).unwrap_or_default(),
        on: award.state_on.to_string(),
        until: award.notice_until.map(|day| day.to_string()).unwrap_or_default(),
        badges: badges(card),
        choosable: choosable && !runs && card.open_objections == 0,
    }
}

#[get("/ratings/awards?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: AwardQuery<'_>,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Shown> {
    let mut page = view(&who, &mut db, &query, &listing).await?;
    page.frame = page.frame.telling(flash);
    Ok(PageWith(Status::Ok, page))
}

/// What was chosen, as commands.
fn chosen(fields: &Fields) -> Result<Vec<ActOnAward>, Error> {
    let input = DeedInput { on: fields.given("on").map(str::to_owned), ..DeedInput::default() };
    let step = fields.get("step");
    if !matches!(step, "decide" | "notice" | "finish") {
        return Err(Error::Missing { what: "这个操作" });
    }
    let ids = fields.all("awards").filter_map(|text| Some((text, text.parse().ok()?)));
    ids.map(|(text, id)| input.parse(step, id, fields.get(&format!("version[{text}]")).parse().ok()))
        .collect()
}

#[post("/ratings/awards/decisions", data = "<fields>")]
async fn decide(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Shown> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let done = match chosen(&fields) {
        Ok(commands) => awards::act_on_awards(&mut db.0, &who.actor, &commands).await,
        Err(error) => Err(error),
    };
    let (status, notices) = match done {
        Ok(outcomes) => (Status::Ok, told(&mut db, &who, &outcomes).await?),
        Err(Error::Stale) => {
            let why = "所选的评选刚刚被别人办理过，没有作任何更改；下面是现在的情况，请核对后重新办理。";
            (Status::PreconditionFailed, vec![Notice::new(Tone::Warning, why)])
        }
        Err(error) => {
            let errors: Vec<FieldError> = refusals(error).map_err(Failure)?;
            let sentence = |error: FieldError| Notice::new(Tone::Bad, error.message);
            (Status::UnprocessableEntity, errors.into_iter().map(sentence).collect())
        }
    };
    let state = fields.given("state");
    let query = AwardQuery { state, ..AwardQuery::default() };
    let listing = Listing { limit: 50, after: None, count: false };
    let mut page = view(&who, &mut db, &query, &listing).await?;
    page.frame.notices = notices;
    Ok(PageWith(status, page))
}

/// What became of each: how many went on, and a sentence for every one that did not.
async fn told(db: &mut Db, who: &SignedIn, outcomes: &[AwardOutcome]) -> Answer<Vec<Notice>> {
    let refused: Vec<_> = outcomes.iter().filter(|outcome| outcome.refusal.is_some()).collect();
    let done = outcomes.len() - refused.len();
    let sentence = match refused.len() {
        0 => format!("已办理{done}项。"),
        left => format!("已办理{done}项，未办理{left}项，原因见下。"),
    };
    let mut notices = vec![Notice::new(if done == 0 { Tone::Warning } else { Tone::Good }, sentence)];
    let ids: Vec<_> = refused.iter().map(|outcome| outcome.award).collect();
    let scope = who.scope();
    let cards = db::read(&mut db.0, scope, async |conn| queries::cards(conn, scope, &ids).await).await?;
    for outcome in refused {
        let name =
            cards.iter().find(|card| card.award.id == outcome.award).map(|card| card.village_name.as_str());
        let why = outcome.refusal.as_ref().map(ToString::to_string).unwrap_or_default();
        notices.push(Notice::new(Tone::Warning, format!("{}：{why}。", name.unwrap_or_default())));
    }
    Ok(notices)
}
