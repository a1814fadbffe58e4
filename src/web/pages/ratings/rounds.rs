//! The list of rounds, and opening one.

use rocket::http::{RawStr, Status};
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};

use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::{Period, Quarter, excerpt};
use crate::base::{clock, db};
use crate::records::organisations;
use crate::records::ratings::queries::{self, Filter, RoundLine};
use crate::records::ratings::{self, OpenRound, RatingState};
use crate::web::api::ratings::{cursor_of, rounds_after};
use crate::web::forms::fairness::given;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::pages::ratings::badge;
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Pager;
use crate::web::views::ratings::Rounds;
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, open]
}

/// Which rounds a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All.
    All,
    /// Those with ratings that wait for the review.
    ToReview,
    /// Those with ratings that wait to be confirmed.
    ToConfirm,
    /// Those with ratings that wait to be published.
    ToPublish,
    /// Those with ratings that were sent back.
    Returned,
    /// Those with ratings that somebody objected to.
    Objected,
    /// Those of which nothing was handed in.
    Draft,
}

impl Shown {
    const EVERY: [Self; 7] = [
        Self::All,
        Self::ToReview,
        Self::ToConfirm,
        Self::ToPublish,
        Self::Returned,
        Self::Objected,
        Self::Draft,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::ToReview => "review",
            Self::ToConfirm => "confirm",
            Self::ToPublish => "publish",
            Self::Returned => "returned",
            Self::Objected => "objected",
            Self::Draft => "draft",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::All => "全部",
            Self::ToReview => "待审核",
            Self::ToConfirm => "待确定",
            Self::ToPublish => "待公示",
            Self::Returned => "有退回",
            Self::Objected => "有异议",
            Self::Draft => "填报中",
        }
    }

    fn read(code: Option<&str>) -> Result<Self, Error> {
        let code = code.unwrap_or_default();
        Self::EVERY.into_iter().find(|shown| shown.code() == code).ok_or_else(|| {
            Error::invalid(
                "shown",
                format!(
                    "“{}”不是评定进度；请填review、confirm、publish、returned、objected或draft，或不填。",
                    excerpt(code)
                ),
            )
        })
    }

    fn filter(self) -> Filter {
        let holding = match self {
            Self::All | Self::Draft => Vec::new(),
            Self::ToReview => vec![RatingState::Submitted],
            Self::ToConfirm => vec![RatingState::Reviewed],
            Self::ToPublish => vec![RatingState::Confirmed],
            Self::Returned => vec![RatingState::Returned],
            Self::Objected => vec![RatingState::Objected],
        };
        let state = (self == Self::Draft).then_some(RatingState::Draft);
        Filter { state, holding, ..Filter::default() }
    }

    /// Where the list stands; below an organisation alone, where its code is given.
    pub(crate) fn address(self, within: Option<&str>) -> String {
        let shown = (self != Self::All).then(|| format!("shown={}", self.code()));
        let within = within.map(|code| format!("within={}", RawStr::new(code).percent_encode()));
        let asked: Vec<String> = shown.into_iter().chain(within).collect();
        if asked.is_empty() { "/ratings".to_owned() } else { format!("/ratings?{}", asked.join("&")) }
    }

    fn tabs(self, within: Option<&str>) -> Vec<(Link, bool)> {
        Self::EVERY
            .into_iter()
            .map(|shown| (Link::new(shown.name(), shown.address(within)), shown == self))
            .collect()
    }
}

#[get("/ratings?<shown>&<within>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    listing: Listing,
    shown: Option<&str>,
    within: Option<&str>,
) -> Answer<Page<Rounds>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (shown, within) = (Shown::read(shown)?, given(within));
    let (after, filter) = (rounds_after(&listing)?, shown.filter());
    let scope = who.scope();
    let (mut lines, place) = db::read(&mut db.0, scope, async |conn| {
        let (narrow, place) = match within {
            None => (scope.clone(), None),
            Some(code) => {
                let found = organisations::queries::by_code(conn, scope, code).await.or_missing("组织")?;
                (found.scope(), Some(found.name))
            }
        };
        let size = i64::from(listing.limit) + 1;
        Ok((queries::list(conn, &narrow, &filter, after.as_ref(), size).await?, place))
    })
    .await?;
    let more = lines.len() > usize::from(listing.limit);
    lines.truncate(usize::from(listing.limit));
    let here = shown.address(within);
    let mark = if here.contains('?') { '&' } else { '?' };
    let next = lines.last().filter(|_| more).map(|line| format!("{here}{mark}after={}", cursor_of(line)));
    let pager =
        Pager { shown: lines.len(), total: None, first: listing.after.is_some().then_some(here), next };
    let decides = policy::require(&who.actor, Action::DecideRatings, &scope.path).is_ok();
    let enters = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    Ok(Page(Rounds {
        frame: who.frame(Section::Ratings),
        table: table(&lines, shown, place, pager, decides || !enters),
        open: enters.then(|| "/ratings/open".to_owned()),
        tabs: shown.tabs(within),
        desk: decides.then(|| "/ratings/fairness".to_owned()),
    }))
}

/// The rounds of a list, of the whole scope or below a place.
fn table(lines: &[RoundLine], shown: Shown, place: Option<String>, pager: Pager, reviews: bool) -> Table {
    Table {
        caption: place.map_or_else(|| "评定期".to_owned(), |place| format!("{place}的评定期")),
        columns: vec![
            Column::new("评定期"),
            Column::new("评定单位"),
            Column::new("方案"),
            Column::numeric("应评"),
            Column::numeric("已评"),
            Column::new("状态"),
        ],
        rows: lines.iter().map(|line| row(line, reviews)).collect(),
        empty: if shown == Shown::All {
            "还没有评定。请点“新开一期”，选择评定单位和评定期开始填报。".to_owned()
        } else {
            format!("没有“{}”的评定。", shown.name())
        },
        pager: Some(pager),
    }
}

fn row(line: &RoundLine, reviews: bool) -> Row {
    let round = &line.card.round;
    let state = round.state();
    let end = if reviews && state != RatingState::Draft { "/review" } else { "" };
    let number = |count: i64| Cell::Number(count.to_string());
    Row::to(
        format!("/ratings/rounds/{}{end}", round.id),
        vec![
            Cell::Text(round.period.clone()),
            Cell::Text(line.card.organisation_name.clone()),
            Cell::Text(line.card.scheme_name.clone()),
            number(line.progress.subjects),
            number(line.progress.rated),
            Cell::Badges(states(line)),
        ],
    )
}

/// The state of a round, and how many of its ratings came back: those wait for whoever entered them.
fn states(line: &RoundLine) -> Vec<Badge> {
    let mut states = vec![badge(line.card.round.state())];
    if line.progress.returned > 0 {
        states.push(Badge::new(format!("退回{}人", line.progress.returned), Tone::Warning));
    }
    states
}

async fn form(who: &SignedIn, db: &mut Db) -> Answer<FormPage> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let scope = who.scope();
    let schemes =
        db::read(&mut db.0, scope, async |conn| queries::schemes(conn, scope, Some(clock::today())).await)
            .await?;
    let choices: Vec<Choice> =
        schemes.iter().map(|scheme| Choice::new(scheme.code.clone(), scheme.name.clone())).collect();
    let first = choices.first().map(|choice| choice.code.clone()).unwrap_or_default();
    let quarter = Quarter::containing(clock::today());
    let controls = vec![
        Control::new("scheme", "评定方案", Kind::Select(choices)).required().value(first).columns(12),
        Control::new("period", "评定期", Kind::Text)
            .required()
            .value(quarter.to_string())
            .hint("季度写2026Q1，月份写2026-03，年份写2026。")
            .columns(6),
        Control::new("organisation", "评定单位", Kind::Picker(Source::Search("/places".to_owned())))
            .required()
            .columns(6)
            .focus(),
    ];
    let frame = who.frame(Section::Ratings);
    Ok(FormPage {
        title: "新开一期评定".to_owned(),
        back: Link::new("星级评定", "/ratings"),
        facts: Vec::new(),
        note: "党员在其党支部评定，以评定期最后一天在册的党员为对象；党支部、村（社区）由上级单位评定，农户由村（社区）评定，只评任职人员家庭。"
            .to_owned(),
        form: Form {
            action: "/ratings/open".to_owned(),
            csrf_token: frame.csrf_token.clone(),
            groups: vec![Group::new("", controls)],
            submit: "开始填报".to_owned(),
            cancel: Some("/ratings".to_owned()),
            ..Form::default()
        },
        frame,
    })
}

#[get("/ratings/open")]
async fn ask(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    Ok(Page(form(&who, &mut db).await?))
}

#[post("/ratings/open", data = "<fields>")]
async fn open(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Result<Redirect, PageWith<FormPage>>> {
    let opened = match Period::parse(fields.get("period")) {
        Err(error) => Err(Error::invalid("period", error)),
        Ok(period) => {
            let command = OpenRound {
                scheme: fields.get("scheme").to_owned(),
                period,
                organisation: fields.get("organisation").trim().to_owned(),
            };
            ratings::open_round(&mut db.0, &who.actor, &[command]).await
        }
    };
    let errors = match opened {
        Ok(ids) => {
            let address = ids.first().map_or("/ratings".to_owned(), |id| format!("/ratings/rounds/{id}"));
            return Ok(Ok(Redirect::to(address)));
        }
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Taken { field, message }) => {
            vec![crate::base::error::FieldError::new(field, message, None)]
        }
        Err(other) => return Err(Failure(other)),
    };
    let mut page = form(&who, &mut db).await?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
