//! The public notice of a quarter's result, printable.

use rocket::{Route, get, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::AssessmentRoundId;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::assessments::queries::{self, RankLine};
use crate::records::assessments::{AssessmentState, printed};
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::assessments::NoticeSheet;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/assessments/rounds/<id>/notice")]
async fn show(id: AssessmentRoundId, who: SignedIn, mut db: Db) -> Answer<Page<NoticeSheet>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let (line, ranking) = db::read(&mut db.0, scope, async |conn| {
        let line = queries::round(conn, scope, id).await?;
        let ranking = queries::ranking_of_round(conn, scope, &line.card.round).await?;
        Ok((line, ranking))
    })
    .await?;
    let round = &line.card.round;
    let state = round.state()?;
    if !matches!(state, AssessmentState::Confirmed | AssessmentState::Published) {
        let why = format!("本季考核当前为“{}”，确认后才能打印公示单。", state.name());
        return Err(Error::Refused(why).into());
    }
    let town = &line.card.organisation_name;
    let quarter = Quarter::parse(&round.quarter).map_or(round.quarter.clone(), |one| one.title());
    let holders: Vec<&str> =
        ranking.iter().filter(|line| line.has_flag).map(|line| line.village_name.as_str()).collect();
    let flag = if holders.is_empty() {
        "本季流动红旗空缺。".to_owned()
    } else {
        format!("本季流动红旗由{}获得。", holders.join("、"))
    };
    let notice = match (round.notice_from, round.notice_to) {
        (Some(from), Some(to)) => format!(
            "公示期自{from}至{to}。对结果有异议的，请在公示期内向{town}考核组提出，写明事项和理由；办理结果连同理由一并公开。"
        ),
        _ => "公示期自正式公示之日起计算。".to_owned(),
    };
    Ok(Page(NoticeSheet {
        frame: who.frame(Section::Assessments),
        title: format!("{town}{quarter}考核结果公示"),
        back: Link::new("考核结果", format!("/assessments/rounds/{id}/review")),
        paragraphs: vec![
            format!(
                "{town}考核组按“{}”，对所属{}个村（社区）{quarter}的工作进行了考核，结果公示如下。",
                line.card.scheme_name,
                ranking.len()
            ),
            flag,
            notice,
        ],
        table: table(&ranking),
        signature: format!(
            "{town}考核组（盖章）　　　　　　{}",
            round.notice_from.unwrap_or_else(clock::today)
        ),
    }))
}

fn table(lines: &[RankLine]) -> Table {
    let row = |line: &RankLine| {
        Row::new(vec![
            Cell::Number(line.place.to_string()),
            Cell::Text(line.village_name.clone()),
            Cell::Number(printed(&line.total)),
            Cell::Text(if line.has_flag {
                format!("流动红旗（{}）", super::streak(line))
            } else {
                String::new()
            }),
        ])
    };
    Table {
        caption: "考核结果".to_owned(),
        columns: vec![
            Column::numeric("名次"),
            Column::new("村（社区）"),
            Column::numeric("总分"),
            Column::new("流动红旗"),
        ],
        rows: lines.iter().map(row).collect(),
        empty: "没有考核结果。".to_owned(),
        pager: None,
    }
}
