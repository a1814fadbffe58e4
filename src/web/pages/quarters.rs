//! Quarters: how far they are, and the two steps of closing one.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::across::reports::{self, Closed, QuarterStatus, QuarterlyReport};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters::QuarterState;
use crate::web;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::amendments::late_sentence;
use crate::web::pages::cockpit;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::parts::Fact;
use crate::web::views::quarters::{Check, Close, Quarters};
use crate::web::views::{Badge, Cell, Column, Form, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, close]
}

fn state_badge(status: &QuarterStatus) -> Badge {
    if status.amendment_proposed_by.is_some() {
        return Badge::new("已结，修订待复核", Tone::Waiting);
    }
    let tone = match status.state {
        QuarterState::Open => Tone::Neutral,
        QuarterState::Proposed => Tone::Waiting,
        QuarterState::Closed => Tone::Good,
    };
    Badge::new(status.state.name(), tone)
}

/// Code of the county: what is closed. Only who acts for all of it may.
pub(super) fn county(actor: &Actor) -> Option<String> {
    let whole = actor.scope.whole_county().path;
    let own = actor.scope.path == whole && policy::may(actor, Action::CloseQuarter, &whole);
    own.then(|| whole.as_str().trim_end_matches('/').to_owned())
}

#[get("/quarters")]
async fn list(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Quarters>> {
    let statuses = reports::statuses(&mut db.0, &who.actor, None).await?;
    let closes = county(&who.actor).is_some();
    let text = |value: Option<String>| Cell::Text(value.unwrap_or_else(|| "—".to_owned()));
    let row = |status: &QuarterStatus| {
        let open = status.state != QuarterState::Closed && status.ended && closes;
        let href = if closes && status.amendment_proposed_by.is_some() {
            format!("/quarters/{}/amend", status.quarter)
        } else if open {
            format!("/quarters/{}/close", status.quarter)
        } else {
            format!("/reports/quarterly?quarter={}", status.quarter)
        };
        Row::to(
            href,
            vec![
                Cell::Text(status.quarter.title()),
                Cell::Badge(state_badge(status)),
                text(status.revision.map(|number| number.to_string())),
                text(status.proposed_by.clone()),
                text(status.confirmed_by.clone()),
                text(status.closed_at.map(|at| clock::date_in_china(at).to_string())),
                text(status.digest.as_ref().map(|digest| digest.chars().take(16).collect())),
            ],
        )
    };
    Ok(Page(Quarters {
        frame: who.frame(Section::Reports).telling(flash),
        table: Table {
            caption: "季度".to_owned(),
            columns: vec![
                Column::new("季度"),
                Column::new("状态"),
                Column::numeric("版本"),
                Column::new("提出"),
                Column::new("复核"),
                Column::new("结账日期"),
                Column::new("数据摘要"),
            ],
            rows: statuses.iter().map(row).collect(),
            ..Table::default()
        },
    }))
}

#[get("/quarters/<quarter>/close")]
async fn ask(who: SignedIn, mut db: Db, state: &State<web::State>, quarter: &str) -> Answer<Page<Close>> {
    Ok(Page(view(&who, &mut db, state, parse(quarter)?, None).await?))
}

pub(super) fn parse(quarter: &str) -> Result<Quarter, Error> {
    Quarter::parse(quarter).map_err(|_| Error::Missing { what: "这个季度" })
}

#[post("/quarters/<quarter>/close", data = "<_fields>")]
async fn close(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    quarter: &str,
    _fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<Close>>> {
    let quarter = parse(quarter)?;
    let organisation = county(&who.actor).ok_or(Error::Forbidden)?;
    let refused = match reports::close(&mut db.0, &who.actor, &organisation, quarter).await {
        Ok(Closed::Proposed) => {
            let done = format!("已提出{}结账，请另一位审核员复核确认。", quarter.title());
            return Ok(Ok(Flash::success(Redirect::to("/quarters"), done)));
        }
        Ok(Closed::Closed(_)) => {
            let address = format!("/reports/quarterly?quarter={quarter}");
            let done = format!("{}已结账，报告从此不再变动。", quarter.title());
            return Ok(Ok(Flash::success(Redirect::to(address), done)));
        }
        Err(error @ (Error::Refused(_) | Error::Stale)) => error,
        Err(other) => return Err(other.into()),
    };
    let errors = [FieldError::new("", refused, None)];
    let page = view(&who, &mut db, state, quarter, Some(&errors)).await?;
    Ok(Err(PageWith(Status::Conflict, page)))
}

async fn view(
    who: &SignedIn,
    db: &mut Db,
    state: &web::State,
    quarter: Quarter,
    refused: Option<&[FieldError]>,
) -> Result<Close, Error> {
    let organisation = county(&who.actor).ok_or(Error::Forbidden)?;
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(quarter)).await?;
    let status = statuses.iter().find(|status| status.quarter == quarter).or_missing("这个季度")?;
    let report =
        reports::quarterly_at_once(&state.database, &state.counts, &who.actor, &organisation, quarter, None)
            .await?;
    let proposed = status.state == QuarterState::Proposed;
    let own = proposed && status.proposed_by.as_deref() == Some(who.actor.name.as_str());
    let submit = if proposed { "复核确认，结账" } else { "提出结账" };
    let mut form = Form {
        action: format!("/quarters/{quarter}/close"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        submit: submit.to_owned(),
        cancel: Some("/quarters".to_owned()),
        ..Form::default()
    };
    form.refuse(refused.unwrap_or_default());
    let mut checks = checks(&report);
    checks.push(cockpit::signatures(who, db, quarter).await?);
    let open = status.state != QuarterState::Closed && !own;
    let late = if status.state == QuarterState::Closed {
        let mut conn = state.database.report().await?;
        let late = reports::late_corrections(&mut conn, &who.actor, quarter).await?;
        late.map(|late| late_sentence(quarter, &late)).unwrap_or_default()
    } else {
        String::new()
    };
    Ok(Close {
        frame: who.frame(Section::Reports),
        title: format!("结账 {}", quarter.title()),
        back: Link::new("季度结账", "/quarters"),
        facts: facts(status, &report),
        checks,
        amend: (status.state == QuarterState::Closed)
            .then(|| Link::new("申请修订", format!("/quarters/{quarter}/amend"))),
        note: note(status, own, &late),
        form: (open || refused.is_some()).then_some(form),
    })
}

fn facts(status: &QuarterStatus, report: &QuarterlyReport) -> Vec<Fact> {
    let mut facts = vec![
        Fact::text("组织", &report.organisation.name),
        Fact::badge("状态", state_badge(status)),
        Fact::text("最后一天", status.last_day.to_string()),
    ];
    if let (Some(by), Some(at)) = (&status.proposed_by, status.proposed_at) {
        facts.push(Fact::text("提出", format!("{by}，{}", clock::date_in_china(at))));
    }
    facts
}

fn note(status: &QuarterStatus, own: bool, late: &str) -> String {
    match status.state {
        QuarterState::Open => {
            "提出后，由另一位审核员复核确认；确认时冻结全县本季数据，此后的补录计入下一季。".to_owned()
        }
        QuarterState::Proposed if own => "结账是您提出的，须由另一位审核员复核确认。".to_owned(),
        QuarterState::Proposed => {
            "确认后冻结全县本季数据，报告从此不再变动；此后的补录计入下一季并逐人列出。".to_owned()
        }
        QuarterState::Closed => format!("这个季度已经结账。{late}"),
    }
}

/// What is looked at before closing: the balance of the county and of each organisation below it, what was recorded
/// late, ratings that still wait.
fn checks(report: &QuarterlyReport) -> Vec<Check> {
    let address = format!("/reports/quarterly?quarter={}", report.quarter);
    let figure = |code: &str| {
        let mut figures = report.sections.iter().flat_map(|section| &section.figures);
        figures.find(|figure| figure.code == code).map_or(0, |figure| figure.numerator)
    };
    let behind = |code: &str| {
        format!("/figures/{code}?organisation={}&quarter={}", report.organisation.code, report.quarter)
    };
    let unbalanced: Vec<&str> = report
        .by_organisation
        .iter()
        .filter(|child| !child.balanced)
        .map(|child| child.organisation.name.as_str())
        .collect();
    let balanced = report.balanced && unbalanced.is_empty();
    let good = |fine: bool, yes: &str, no: String| {
        if fine { Badge::new(yes, Tone::Good) } else { Badge::new(no, Tone::Warning) }
    };
    let (late, waiting) = (report.recorded_late.len(), figure("ratings.awaiting_review"));
    vec![
        Check {
            link: Link::new("党员增减平衡", address),
            result: good(balanced, "平衡", "不平衡".to_owned()),
            note: if unbalanced.is_empty() { report.balance.clone() } else { unbalanced.join("、") },
        },
        Check {
            link: Link::new("上季结账后的补录", behind("members.recorded_late")),
            result: good(late == 0, "没有", format!("{late}条")),
            note: String::new(),
        },
        Check {
            link: Link::new("待审核的评定", behind("ratings.awaiting_review")),
            result: good(waiting == 0, "没有", format!("{waiting}份")),
            note: "未审定的星级不计入本季报告。".to_owned(),
        },
    ]
}
