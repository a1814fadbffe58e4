//! The list of members. A whole citizen ID or telephone number is sent by POST and never stands in an address (PRV-03).

use rocket::response::Redirect;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};

use crate::base::actor::Actor;
use crate::base::codes;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::base::values::{Category, MembershipStatus, Sex, is_whole_number, looks_like_number};
use crate::records::members::MemberLine;
use crate::records::members::listing::{self, MemberPage, Sort};
use crate::records::organisations;
use crate::web::api::members::{MemberQuery, cursor};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Choice;
use crate::web::views::parts::Pager;
use crate::web::views::{Badge, Cell, Column, Row, Section, Table, Tone, members as views};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, search, branches]
}

#[get("/members?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: MemberQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Page<views::List>> {
    Ok(Page(view(&who, &mut db, &query, &listing, state).await?))
}

#[post("/members/search", data = "<fields>")]
async fn search(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Page<views::List>, Redirect>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let text = fields.get("q").trim();
    // Anything that looks like a number of a person stays out of the address, right or wrong.
    if looks_like_number(text) {
        let query = MemberQuery { q: Some(text), status: Some("any"), ..MemberQuery::default() };
        let listing = Listing { limit: 50, after: None, count: false };
        return Ok(Ok(Page(view(&who, &mut db, &query, &listing, state).await?)));
    }
    let mut address = String::from("/members?");
    for name in ["q", "branch", "category", "status", "education", "sex"] {
        if let Some(value) = fields.given(name) {
            let value = rocket::http::RawStr::new(value).percent_encode();
            address.push_str(&format!("{name}={value}&"));
        }
    }
    Ok(Err(Redirect::to(address.trim_end_matches(['&', '?']).to_owned())))
}

/// The address of the same list with another place or order.
fn address(query: &MemberQuery<'_>, more: &[(&str, &str)]) -> String {
    format!("/members?{}", parameters(query, more))
}

/// Where the same list is asked for as a workbook; none where a number of a person was searched for, which stays out of
/// addresses.
fn export(query: &MemberQuery<'_>, own: &str) -> Option<String> {
    let organisation = query.within.filter(|code| !code.is_empty()).unwrap_or(own);
    let more = [("kind", "members"), ("organisation", organisation), ("within", "")];
    (!by_number(query)).then(|| format!("/exports/new?{}", parameters(query, &more)))
}

/// Whether a number of a person is searched for.
fn by_number(query: &MemberQuery<'_>) -> bool {
    looks_like_number(query.q.unwrap_or_default())
}

fn parameters(query: &MemberQuery<'_>, more: &[(&str, &str)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let pairs = [
        ("within", query.within),
        ("q", query.q.filter(|_| !by_number(query))),
        ("status", query.status),
        ("category", query.category),
        ("branch", query.branch),
        ("education", query.education),
        ("sex", query.sex),
        ("sort", query.sort),
    ];
    let kept = pairs.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    for (name, value) in kept.filter_map(|(name, value)| Some((name, value?))).chain(more.iter().copied()) {
        if !value.is_empty() {
            parts.push(format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()));
        }
    }
    parts.join("&")
}

async fn view(
    who: &SignedIn,
    db: &mut Db,
    query: &MemberQuery<'_>,
    listing: &Listing,
    state: &web::State,
) -> Answer<views::List> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (mut filter, sort) = query.parse()?;
    let after = cursor(listing)?;
    let (scope, keys) = (who.scope(), &state.keys);
    let (page, total, branch_name) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within).await?;
        let mut branch_name = None;
        if let Some(code) = query.branch.filter(|code| !code.is_empty()) {
            let branch = organisations::queries::by_code(conn, scope, code).await.or_missing("党支部")?;
            filter.branch = Some(branch.id);
            branch_name = Some(branch.name);
        }
        let page = listing::list(conn, &within, keys, &filter, sort, after.as_ref(), listing.limit).await?;
        let total = listing::count(conn, &within, keys, &filter).await?;
        Ok((page, total, branch_name))
    })
    .await?;
    reading::note(state, &who.known.identity, &who.actor, page.lines.len()).await?;
    let may_enter = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    let may_export = policy::require(&who.actor, Action::Export, &scope.path).is_ok();
    Ok(views::List {
        frame: who.frame(Section::Members),
        search: "/members/search".to_owned(),
        filter: shown_filter(query, branch_name),
        table: table(query, sort, page, total, after.is_some()),
        enter: may_enter.then(|| "/members/new".to_owned()),
        export: export(query, scope.path.code()).filter(|_| may_export),
    })
}

fn shown_filter(query: &MemberQuery<'_>, branch_name: Option<String>) -> views::Filter {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    // An identifier that was searched for is not printed again.
    let typed = query.q.unwrap_or_default();
    let q = if is_whole_number(typed) { String::new() } else { typed.to_owned() };
    let statuses = std::iter::once(Choice::new("any", "全部（含不在册）"))
        .chain(MembershipStatus::ALL.iter().map(|status| Choice::new(status.code(), status.name())));
    views::Filter {
        q,
        branch: text(query.branch),
        category: text(query.category),
        status: text(query.status),
        education: text(query.education),
        sex: text(query.sex),
        branches: branch_name
            .map(|name| vec![Choice::new(query.branch.unwrap_or_default(), name)])
            .unwrap_or_default(),
        categories: Category::ALL.iter().map(|c| Choice::new(c.code(), c.name())).collect(),
        statuses: statuses.collect(),
        educations: codes::education()
            .entries()
            .iter()
            .map(|entry| Choice::new(entry.code.clone(), entry.name.clone()))
            .collect(),
        sexes: Sex::ALL.iter().map(|sex| Choice::new(sex.code(), sex.name())).collect(),
    }
}

fn table(query: &MemberQuery<'_>, sort: Sort, page: MemberPage, total: i64, later: bool) -> Table {
    // Who share a number are few, and a second page of them has no address.
    let next = page
        .next
        .as_ref()
        .filter(|_| !by_number(query))
        .map(|next| address(query, &[("after", &Listing::cursor(&[&next.key, &next.id.to_string()]))]));
    let joined = match sort {
        Sort::JoinedOn => ("-joined_on", Some("ascending")),
        Sort::JoinedOnDescending => ("joined_on", Some("descending")),
        Sort::Name => ("joined_on", None),
    };
    Table {
        caption: "党员".to_owned(),
        columns: vec![
            Column::new("姓名")
                .sortable(address(query, &[("sort", "name")]), (sort == Sort::Name).then_some("ascending")),
            Column::new("公民身份号码"),
            Column::new("性别"),
            Column::numeric("出生日期"),
            Column::new("学历"),
            Column::new("党支部"),
            Column::new("党内职务"),
            Column::numeric("入党日期").sortable(address(query, &[("sort", joined.0)]), joined.1),
            Column::new("类别"),
            Column::new("状态"),
        ],
        pager: Some(Pager {
            shown: page.lines.len(),
            total: u64::try_from(total).ok(),
            first: later.then(|| address(query, &[])),
            next,
        }),
        rows: page.lines.into_iter().map(row).collect(),
        empty: "没有符合条件的党员。可以减少条件、核对拼音，或选择“全部（含不在册）”。".to_owned(),
    }
}

fn row(line: MemberLine) -> Row {
    let text = |value: &str| Cell::Text(value.to_owned());
    let sex = Sex::parse(&line.person.sex).map(Sex::name).unwrap_or_default();
    Row::to(
        format!("/members/{}", line.membership.id),
        vec![
            text(&line.person.name),
            text(&line.citizen_id),
            text(sex),
            Cell::Number(line.person.birth_date.to_string()),
            text(codes::education().name_of(&line.person.education)),
            text(&line.branch.name),
            text(line.membership.party_post.as_deref().unwrap_or_default()),
            Cell::Number(line.membership.joined_on.to_string()),
            text(line.membership.category().name()),
            Cell::Badges(badges(&line)),
        ],
    )
}

/// The states that mark a record.
pub(super) fn badges(line: &MemberLine) -> Vec<Badge> {
    let mut badges = Vec::new();
    if let Ok(status) = line.membership.status() {
        let tone = match status {
            MembershipStatus::Normal => Tone::Good,
            status if status.in_register() => Tone::Warning,
            _ => Tone::Bad,
        };
        badges.push(Badge::new(status.name(), tone));
    }
    if line.floating.is_some() {
        badges.push(Badge::new("流动", Tone::Waiting));
    }
    if line.lost_contact_since.is_some() {
        badges.push(Badge::new("失联", Tone::Warning));
    }
    badges
}

/// A branch that a picker offers.
#[derive(serde::Serialize)]
struct Offer {
    code: String,
    name: String,
    note: String,
}

/// The branches that the picker offers while somebody types; `everywhere` in the whole county, for transfers.
#[get("/branches?<q>&<everywhere>")]
async fn branches(
    who: SignedIn,
    mut db: Db,
    q: Option<&str>,
    everywhere: Option<bool>,
) -> Answer<Json<Vec<Offer>>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = if everywhere.unwrap_or(false) { who.scope().whole_county() } else { who.scope().clone() };
    let filter =
        organisations::queries::Filter { kind: Some("branch".to_owned()), query: q.map(str::to_owned) };
    let found = db::read(&mut db.0, &scope, async |conn| {
        Ok(organisations::queries::list(conn, &scope, &filter, None, 20).await?)
    })
    .await?;
    Ok(Json(
        found
            .into_iter()
            .map(|branch| Offer { note: branch.code.clone(), code: branch.code, name: branch.name })
            .collect(),
    ))
}

/// Whether somebody may change records here.
pub(in crate::web::pages) fn may_enter(actor: &Actor) -> bool {
    policy::require(actor, Action::EnterRecords, &actor.scope.path).is_ok()
}
