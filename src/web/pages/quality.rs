//! Data quality: the score of an organisation with its parts, and the queue of repairs.

use rocket::http::{CookieJar, Status};
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::reports::{address, choice, neighbours, quarter_choice};
use super::session::Origin;
use crate::across::reports;
use crate::across::reports::quality::{self, Direction, OrganisationScore, QualityScore, ScorePart};
use crate::base::clock;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::{Hundredths, Quarter};
use crate::records::quarters::{self, Severity};
use crate::web;
use crate::web::api::quality::QualityRuleInput;
use crate::web::api::reports::{ReportQuery, Wanted};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::queue::{self, Queue};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::cockpit::Quality;
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::parts::Fact;
use crate::web::views::reports::Chart;
use crate::web::views::{
    Badge, Cell, Column, Control, Form, FormPage, Group, Link, Row, Section, Table, Tone,
};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, begin, step, ask, set]
}

/// The colour of a severity.
pub(in crate::web::pages) fn badge(severity: Severity) -> Badge {
    let tone = match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warning,
        Severity::Notice => Tone::Neutral,
    };
    Badge::new(severity.name(), tone)
}

/// A score as printed.
pub(in crate::web::pages) fn printed(score: Option<Hundredths>) -> String {
    score.map_or_else(|| "—".to_owned(), |score| score.to_string())
}

#[get("/quality?<query..>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    query: ReportQuery<'_>,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Quality>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read_from(&who.actor, Quarter::containing(clock::today()))?;
    let score = {
        let mut conn = state.database.report().await?;
        quality::score(&mut conn, &who.actor, &wanted.organisation, wanted.quarter).await?
    };
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(wanted.quarter)).await?;
    let (above, below) = neighbours(&who, &mut db, &wanted).await?;
    let sets = policy::may(&who.actor, Action::SetSchemes, &who.scope().whole_county().path);
    Ok(Page(Quality {
        frame: who.frame(Section::Reports).telling(flash),
        organisation: score.organisation.name.clone(),
        quarter: score.quarter.title(),
        quarters: statuses.iter().map(quarter_choice).collect(),
        quarter_code: wanted.quarter.to_string(),
        organisations: above.iter().chain(&below).map(choice).collect(),
        organisation_code: wanted.organisation.clone(),
        back: Link::new("季度工作台", address("/cockpit", &wanted, &wanted.organisation, &[])),
        score: printed(score.score),
        facts: vec![Fact::text("依据", revision(&score)), Fact::text("问题", format!("{}条", score.found))],
        parts: parts(&score, &wanted, sets),
        units: units(&score, &wanted),
        trend: trend(&score),
    }))
}

fn revision(score: &QualityScore) -> String {
    score.revision.map_or_else(|| "现有记录".to_owned(), |number| format!("已结账 第{number}版"))
}

fn parts(score: &QualityScore, wanted: &Wanted, sets: bool) -> Table {
    let row = |part: &ScorePart| {
        let limit = part.threshold.map_or_else(|| "—".to_owned(), |number| format!("{number}{}", part.unit));
        let mut links = Vec::new();
        if part.found > 0 && score.revision.is_none() {
            links.push(Link::new("逐条处理", queue_address(part.rule, wanted)));
        }
        if part.found > 0 {
            let figure = format!("/figures/quality.findings.{}", part.rule);
            links.push(Link::new("明细", address(&figure, wanted, &wanted.organisation, &[])));
        }
        if sets {
            links.push(Link::new("设定", format!("/quality/rules/{}", part.rule)));
        }
        Row::new(vec![
            Cell::Text(part.title.to_owned()),
            Cell::Badge(badge(part.severity)),
            Cell::Text(limit),
            Cell::Number(part.weight.to_string()),
            Cell::Number(part.found.to_string()),
            Cell::Number(part.population.to_string()),
            Cell::Number(printed(part.score)),
            Cell::Text(part.source.clone()),
            Cell::Links(links),
        ])
    };
    Table {
        caption: "各规则得分".to_owned(),
        columns: vec![
            Column::new("规则"),
            Column::new("程度"),
            Column::new("标准"),
            Column::numeric("权重"),
            Column::numeric("问题"),
            Column::numeric("检查数"),
            Column::numeric("得分"),
            Column::new("依据"),
            Column::new("办理"),
        ],
        rows: score.parts.iter().map(row).collect(),
        empty: "这个季度结账时还没有保存数据质量检查结果。".to_owned(),
        pager: None,
    }
}

/// Where the queue of a rule begins.
pub(in crate::web::pages) fn queue_address(rule: &str, wanted: &Wanted) -> String {
    address(
        "/quality/queue",
        &Wanted { revision: None, ..wanted.clone() },
        &wanted.organisation,
        &[("rule", rule)],
    )
}

fn units(score: &QualityScore, wanted: &Wanted) -> Option<Table> {
    let mut units: Vec<&OrganisationScore> = score.by_organisation.iter().collect();
    units.first()?;
    units.sort_by_key(|unit| (unit.score, std::cmp::Reverse(unit.found)));
    let row = |unit: &&OrganisationScore| {
        let href = address("/quality", wanted, &unit.organisation.code, &[]);
        let cells = vec![
            Cell::Text(unit.organisation.name.clone()),
            Cell::Number(printed(unit.score)),
            Cell::Number(unit.found.to_string()),
        ];
        Row::to(href, cells)
    };
    Some(Table {
        caption: "下级组织（得分低的在前）".to_owned(),
        columns: vec![Column::new("组织"), Column::numeric("得分"), Column::numeric("问题")],
        rows: units.iter().map(row).collect(),
        ..Table::default()
    })
}

fn trend(score: &QualityScore) -> Option<Chart> {
    let point = |point: &quality::ScorePoint| (point.quarter.to_string(), vec![printed(point.score)]);
    (score.trend.len() > 1).then(|| Chart {
        kind: "line",
        title: "得分趋势".to_owned(),
        unit: "分".to_owned(),
        series: vec!["得分".to_owned()],
        points: score.trend.iter().map(point).collect(),
    })
}

type Step = Result<Redirect, Flash<Redirect>>;

#[get("/quality/queue?<rule>&<query..>")]
async fn begin(
    who: SignedIn,
    state: &State<web::State>,
    rule: Option<&str>,
    query: ReportQuery<'_>,
    jar: &CookieJar<'_>,
    origin: Origin,
) -> Answer<Step> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read(&who.actor)?;
    let Some(rule) = rule.filter(|rule| !rule.is_empty()) else {
        return Ok(Ok(Redirect::to("/cockpit")));
    };
    quality::rule(rule).or_missing("该规则")?;
    let queue = Queue {
        rule: rule.to_owned(),
        organisation: wanted.organisation,
        quarter: wanted.quarter,
        path: String::new(),
        id: uuid::Uuid::nil(),
        position: 0,
        total: 0,
        detail: String::new(),
    };
    go(&who, state, queue, &Direction::First, jar, &origin).await
}

#[get("/quality/queue/<step>")]
async fn step(
    who: SignedIn,
    state: &State<web::State>,
    step: &str,
    jar: &CookieJar<'_>,
    origin: Origin,
) -> Answer<Step> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let Some(queue) = who.known.queue.clone() else {
        return Ok(Ok(Redirect::to("/cockpit")));
    };
    let direction = match step {
        "next" => Direction::After(queue.cursor()),
        "previous" => Direction::Before(queue.cursor()),
        "end" => {
            jar.remove(Queue::cookie(&queue, origin.https));
            return Ok(Ok(Redirect::to(queue.cockpit())));
        }
        _ => return Err(Error::Missing { what: "这个操作" }.into()),
    };
    go(&who, state, queue, &direction, jar, &origin).await
}

/// Goes to a record of a queue. At its end the queue is over; before its beginning one stays.
async fn go(
    who: &SignedIn,
    state: &web::State,
    queue: Queue,
    direction: &Direction,
    jar: &CookieJar<'_>,
    origin: &Origin,
) -> Answer<Step> {
    let item = {
        let mut conn = state.database.report().await?;
        let asked = (queue.rule.as_str(), queue.organisation.as_str(), queue.quarter);
        quality::step_queue(&mut conn, &who.actor, &state.keys, asked, direction).await?
    };
    let cockpit = queue.cockpit();
    let title = quality::rule(&queue.rule).map_or("", |rule| rule.title);
    let Some(item) = item else {
        let told = if matches!(direction, Direction::Before(_)) {
            format!("“{title}”前面没有了，已回到季度工作台；队列保留，可继续“下一条”。")
        } else {
            jar.remove(queue.cookie(origin.https));
            format!("“{title}”已到最后一条，队列结束；仍未处理的留在下方清单中。")
        };
        return Ok(Err(Flash::success(Redirect::to(cockpit), told)));
    };
    let href = queue::address(&item, &queue.rule);
    jar.add(queue.at(&item).cookie(origin.https));
    Ok(Ok(Redirect::to(href)))
}

#[get("/quality/rules/<rule>")]
async fn ask(who: SignedIn, mut db: Db, rule: &str) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    Ok(Page(rule_page(&who, &mut db, rule).await?))
}

async fn rule_page(who: &SignedIn, db: &mut Db, code: &str) -> Result<FormPage, Error> {
    let known = quality::rule(code).or_missing("该规则")?;
    let scope = who.scope();
    let book = crate::base::db::read(&mut db.0, scope, async |conn| {
        Ok(quarters::quality_rules::book(conn, scope.county).await?)
    })
    .await?;
    let today = clock::today();
    let now = book.on(code, today).or_missing("该规则")?;
    let choices = Severity::ALL.map(|severity| Choice::new(severity.code(), severity.name())).to_vec();
    let mut controls = vec![
        Control::new("from_day", "施行日期", Kind::Date).required().value(today.to_string()).columns(3),
        Control::new("severity", "程度", Kind::Select(choices))
            .required()
            .value(now.severity.code())
            .columns(3),
        Control::new("weight", "权重", Kind::Number)
            .required()
            .value(now.weight.to_string())
            .hint("0至100，0表示不计入得分")
            .columns(3),
    ];
    if let Some(threshold) = now.threshold {
        let label = format!("标准数（{}）", now.unit);
        controls.push(
            Control::new("threshold", label, Kind::Number).required().value(threshold.to_string()).columns(3),
        );
    }
    controls.push(
        Control::new("source", "依据", Kind::Text)
            .required()
            .hint("文件或会议，例如“县委组织部2026年第3次部务会”")
            .columns(12),
    );
    Ok(FormPage {
        frame: who.frame(Section::Reports),
        title: format!("设定规则：{}", known.title),
        back: Link::new("数据质量", "/quality"),
        facts: vec![
            Fact::badge("现行程度", badge(now.severity)),
            Fact::text("现行权重", now.weight.to_string()),
            Fact::text("施行", now.from_day.to_string()),
            Fact::text("现行依据", now.source.clone()),
        ],
        note: format!(
            "{}新的规定自施行日期起生效，以前的版本保留；已结账季度的检查结果不变。",
            now.sentence()
        ),
        form: Form {
            action: format!("/quality/rules/{code}"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "保存".to_owned(),
            cancel: Some("/quality".to_owned()),
            ..Form::default()
        },
    })
}

#[post("/quality/rules/<rule>", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    rule: &str,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let text = |name: &str| fields.get(name).to_owned();
    let input = QualityRuleInput::typed(rule, text("from_day"), text("severity"), text("source"));
    let command = input.numbers(fields.get("weight"), fields.given("threshold"));
    let outcome = match command {
        Ok(command) => quarters::set_quality_rules(&mut db.0, &who.actor, &[command]).await.map(|_| ()),
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let errors = match outcome {
        Ok(()) => {
            let told = "已保存规则，自施行日期起生效。";
            return Ok(Ok(Flash::success(Redirect::to("/quality"), told)));
        }
        Err(error) => refusals(error)?,
    };
    let mut page = rule_page(&who, &mut db, rule).await?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
