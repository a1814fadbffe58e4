//! The public notice for paper, and the scheme that it rests on.

use rocket::{Route, get, routes};

use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::ratings::awards::queries::{self, AwardCard, Filter};
use crate::records::ratings::awards::{AwardScheme, AwardStep, StepLevel};
use crate::records::ratings::printed;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::awards::{NoticeGroup, NoticeSheet, Scheme};
use crate::web::views::parts::Fact;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![notice, scheme]
}

/// The most villages of one notice.
const MOST: i64 = 1_000;

#[get("/ratings/awards/notice")]
async fn notice(who: SignedIn, mut db: Db) -> Answer<Page<NoticeSheet>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, today) = (who.scope(), clock::today());
    let filter = Filter { in_notice_on: Some(today), ..Filter::default() };
    let (cards, schemes) = db::read(&mut db.0, scope, async |conn| {
        let cards = queries::list(conn, scope, &filter, None, MOST).await?;
        Ok((cards, queries::award_schemes(conn, scope, Some(today)).await?))
    })
    .await?;
    let scheme = schemes.iter().find(|scheme| scheme.is_primary);
    let step = |step| scheme.map_or(AwardStep::name(step), |scheme| scheme.step_name(step)).to_owned();
    let from = cards.iter().filter_map(|card| card.award.notice_from).min();
    let until = cards.iter().filter_map(|card| card.award.notice_until).max();
    let term = match (from, until) {
        (Some(from), Some(until)) => format!(
            "公示期自{from}起，次日起算，到{until}止。对公示对象有异议的，请在公示期内以书面、电话或来访方式向受理单位反映；\
             反映问题应实事求是，受理单位依规保密。"
        ),
        _ => String::new(),
    };
    Ok(Page(NoticeSheet {
        frame: who.frame(Section::Ratings),
        back: Link::new("星级村评选", "/ratings/awards"),
        title: format!("{}公示", scheme.map_or("星级村评选", |scheme| scheme.name.as_str())),
        opening: format!(
            "经{}、{}、{}，拟命名下列{}个村（社区）奖项，现予公示。",
            step(AwardStep::Recommend),
            step(AwardStep::Score),
            step(AwardStep::Decide),
            cards.len()
        ),
        term,
        groups: groups(&cards),
        empty: "今天没有正在公示的星级村。审定后办理“公示”，这里就能打印公示单。".to_owned(),
    }))
}

/// The villages by kind, in the order in which the kinds come first.
fn groups(cards: &[AwardCard]) -> Vec<NoticeGroup> {
    let mut groups: Vec<NoticeGroup> = Vec::new();
    for card in cards {
        let place = groups.iter().position(|group| group.kind == card.kind_name);
        let village = card.village_name.clone();
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.villages.push(village),
            None => groups.push(NoticeGroup { kind: card.kind_name.clone(), villages: vec![village] }),
        }
    }
    groups
}

#[get("/ratings/awards/scheme")]
async fn scheme(who: SignedIn, mut db: Db) -> Answer<Page<Scheme>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let schemes =
        db::read(&mut db.0, scope, async |conn| queries::award_schemes(conn, scope, None).await).await?;
    let today = clock::today();
    let in_force = schemes.iter().find(|scheme| {
        scheme.is_primary && scheme.from_day <= today && scheme.to_day.is_none_or(|end| today < end)
    });
    Ok(Page(Scheme {
        frame: who.frame(Section::Ratings),
        back: Link::new("星级村评选", "/ratings/awards"),
        facts: in_force.map(facts).unwrap_or_default(),
        tables: in_force.map(parts).into_iter().flatten().chain([versions(&schemes)]).collect(),
    }))
}

fn facts(scheme: &AwardScheme) -> Vec<Fact> {
    vec![
        Fact::text("方案名称", &scheme.name),
        Fact::text("施行日期", scheme.from_day.to_string()),
        Fact::text("评审满分", printed(&scheme.full_marks)),
        Fact::text("最低得分", scheme.pass_mark.as_ref().map(printed).unwrap_or_default()),
        Fact::text("评审计分", scheme.aggregation.name()),
        Fact::text("最少评审人数", scheme.least_raters.to_string()),
        Fact::text("公示工作日", scheme.notice_days.to_string()),
        Fact::text("评选办法", &scheme.procedure),
    ]
}

fn parts(scheme: &AwardScheme) -> Vec<Table> {
    let level = |code: &str| StepLevel::parse(code).map_or(code.to_owned(), |level| level.name().to_owned());
    let steps = scheme.steps.iter().map(|step| {
        Row::new(vec![
            Cell::Number(step.position.to_string()),
            Cell::Text(step.name.clone()),
            Cell::Text(level(&step.level)),
        ])
    });
    let kinds = scheme
        .kinds
        .iter()
        .map(|kind| Row::new(vec![Cell::Text(kind.name.clone()), Cell::Text(kind.code.clone())]));
    vec![
        Table {
            caption: "评选步骤".to_owned(),
            columns: vec![Column::numeric("序号"), Column::new("步骤"), Column::new("办理层级")],
            rows: steps.collect(),
            empty: String::new(),
            pager: None,
        },
        Table {
            caption: "奖项".to_owned(),
            columns: vec![Column::new("奖项"), Column::new("代码")],
            rows: kinds.collect(),
            empty: String::new(),
            pager: None,
        },
    ]
}

fn versions(schemes: &[AwardScheme]) -> Table {
    let row = |scheme: &AwardScheme| {
        let kinds: Vec<&str> = scheme.kinds.iter().map(|kind| kind.name.as_str()).collect();
        Row::new(vec![
            Cell::Text(scheme.name.clone()),
            Cell::Number(scheme.from_day.to_string()),
            Cell::Number(scheme.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Text(kinds.join("、")),
        ])
    };
    Table {
        caption: "历次方案".to_owned(),
        columns: vec![
            Column::new("方案"),
            Column::numeric("施行"),
            Column::numeric("停止施行"),
            Column::new("奖项"),
        ],
        rows: schemes.iter().map(row).collect(),
        empty: "还没有评选方案。".to_owned(),
        pager: None,
    }
}
