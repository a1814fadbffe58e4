//! One award with everything that happened.

use rocket::request::FlashMessage;
use rocket::{Route, get, routes};

use super::{badges, may_enter, may_take};
use crate::base::clock;
use crate::base::db;
use crate::base::ids::AwardId;
use crate::base::policy::{self, Action};
use crate::records::ratings::awards::queries::{self, AwardRecord};
use crate::records::ratings::awards::{AwardAct, AwardEvent, AwardState, AwardStep, ObjectionOutcome};
use crate::records::ratings::printed;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::awards::Show;
use crate::web::views::members::{Action as Offered, Event};
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/ratings/awards/<id>", rank = 3)]
async fn show(who: SignedIn, mut db: Db, id: AwardId, flash: Option<FlashMessage<'_>>) -> Answer<Page<Show>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let record = db::read(&mut db.0, scope, async |conn| queries::record(conn, scope, id).await).await?;
    Ok(Page(Show {
        frame: who.frame(Section::Ratings).telling(flash),
        back: Link::new("星级村评选", "/ratings/awards"),
        title: format!("{} · {}", record.card.village_name, record.card.kind_name),
        badges: badges(&record.card),
        facts: facts(&record),
        way: way(&record),
        actions: actions(&who, &record),
        tables: vec![marks(&record), objections(&record)],
        history: record.events.iter().rev().map(|event| told(&record, event)).collect(),
    }))
}

/// What every page of one award shows above.
pub(super) fn facts(record: &AwardRecord) -> Vec<Fact> {
    let award = &record.card.award;
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut facts = vec![
        Fact::text("评选年度", award.year.to_string()),
        Fact::text("方案", &record.card.scheme_name),
        Fact::text("推荐人", &award.recommended_by),
        Fact::text("推荐理由", &award.reason),
        Fact::text("评审得分", award.mark.as_ref().map(printed).unwrap_or_default()),
        Fact::text(
            "公示",
            match (award.notice_from, award.notice_until) {
                (Some(from), Some(until)) => format!("{from}至{until}"),
                _ => String::new(),
            },
        ),
        Fact::text("命名日期", day(award.given_on)),
    ];
    if award.revoked_on.is_some() {
        facts.push(Fact::text("撤销日期", day(award.revoked_on)));
    }
    if record.card.years_in_a_row > 1 {
        facts.push(Fact::text("连续获奖", format!("{}年", record.card.years_in_a_row)));
    }
    facts.extend(award.ended_reason.as_ref().map(|reason| Fact::text("退回或撤销理由", reason)));
    facts
}

/// The steps of the way, and whether each was taken since it was recommended last.
fn way(record: &AwardRecord) -> Vec<(String, bool)> {
    let state = record.card.award.state();
    let way = record.scheme.way();
    let reached = match state {
        AwardState::Revoked => Some(way.len()),
        AwardState::Returned | AwardState::Rejected => Some(0),
        _ => way.iter().position(|step| step.state() == state).map(|at| at + 1),
    };
    let name = |step: &AwardStep| record.scheme.step_name(*step).to_owned();
    way.iter()
        .enumerate()
        .map(|(at, step)| (name(step), reached.is_some_and(|reached| at < reached)))
        .collect()
}

/// What the reader may do now.
fn actions(who: &SignedIn, record: &AwardRecord) -> Vec<Offered> {
    let award = &record.card.award;
    let (state, scheme) = (award.state(), Some(&record.scheme));
    let mut acts: Vec<(AwardAct, &'static str)> = Vec::new();
    let pending = record.scheme.pending(state);
    if let Some(step) = pending {
        let may = if step == AwardStep::Recommend { may_enter(who) } else { may_take(who, scheme, step) };
        let act = AwardAct::ALL.iter().copied().find(|act| act.step() == Some(step));
        acts.extend(act.filter(|_| may).map(|act| (act, "circle-check")));
        if may && step != AwardStep::Recommend {
            acts.extend([(AwardAct::Return, "arrow-back-up"), (AwardAct::Reject, "circle-x")]);
        }
    }
    if state == AwardState::Noticed {
        let runs = award.notice_until.is_some_and(|until| clock::today() <= until);
        if runs && may_enter(who) {
            acts.push((AwardAct::Object, "edit"));
        }
        if record.card.open_objections > 0 && may_take(who, scheme, AwardStep::Notice) {
            acts.push((AwardAct::Resolve, "check"));
        }
    }
    if state == AwardState::Final && may_take(who, scheme, AwardStep::Finish) {
        acts.push((AwardAct::Revoke, "circle-x"));
    }
    let offer = |(act, icon): (AwardAct, &'static str)| Offered {
        link: Link::new(act.name(), format!("/ratings/awards/{}/{}", award.id, act.code())),
        icon,
    };
    acts.into_iter().map(offer).collect()
}

fn marks(record: &AwardRecord) -> Table {
    let row = |mark: &queries::AwardScore| {
        Row::new(vec![Cell::Text(mark.rater.clone()), Cell::Number(printed(&mark.score))])
    };
    Table {
        caption: format!("联合评审（{}）", record.scheme.aggregation.name()),
        columns: vec![Column::new("评审人"), Column::numeric("得分")],
        rows: record.scores.iter().map(row).collect(),
        empty: "还没有评审得分。".to_owned(),
        pager: None,
    }
}

fn objections(record: &AwardRecord) -> Table {
    let row = |objection: &crate::records::ratings::awards::AwardObjection| {
        let outcome = objection.outcome.as_deref().map(|code| {
            ObjectionOutcome::parse(code).map_or(code.to_owned(), |outcome| outcome.name().to_owned())
        });
        let badge = match outcome {
            Some(name) => Badge::new(name, Tone::Neutral),
            None => Badge::new("待处理", Tone::Warning),
        };
        let told = objection
            .resolved_on
            .map(|on| format!("{on} {}", objection.resolution.as_deref().unwrap_or_default()));
        Row::new(vec![
            Cell::Number(objection.received_on.to_string()),
            Cell::Text(objection.objector.clone().unwrap_or_else(|| "未署名".to_owned())),
            Cell::Text(objection.content.clone()),
            Cell::Badge(badge),
            Cell::Text(told.unwrap_or_default()),
        ])
    };
    Table {
        caption: "公示异议".to_owned(),
        columns: vec![
            Column::numeric("收到日期"),
            Column::new("异议人"),
            Column::new("异议内容"),
            Column::new("结果"),
            Column::new("处理意见"),
        ],
        rows: record.objections.iter().map(row).collect(),
        empty: "没有收到异议。".to_owned(),
        pager: None,
    }
}

fn told(record: &AwardRecord, event: &AwardEvent) -> Event {
    let act = AwardAct::parse(&event.act);
    let title = match act.as_ref().ok().and_then(|act| act.step()) {
        Some(step) => record.scheme.step_name(step).to_owned(),
        None => act.map_or(event.act.clone(), |act| act.name().to_owned()),
    };
    Event {
        on: event.on_day.to_string(),
        title,
        details: event.note.clone().into_iter().collect(),
        entered: format!("{}办理", event.created_by),
        late: false,
    }
}
