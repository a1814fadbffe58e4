//! Who could follow in one village: who sits until when, what his leaving would do, who in reserve could step in and why.

use rocket::{Route, State, get, routes};

use super::{depth_badge, state_badge};
use crate::base::clock;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::records::organisations::{self, Kind};
use crate::records::reserves::queries::{self, Successor, VillageDepth};
use crate::records::reserves::{HeldPost, Sitter};
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::Fact;
use crate::web::views::reserves::{Ready, SitterRow, Succession, Vacancy};
use crate::web::views::{Cell, Column, Link, Row, Section, Table};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/reserves/map/<code>", rank = 2)]
async fn show(who: SignedIn, mut db: Db, code: &str, state: &State<web::State>) -> Answer<Page<Succession>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, today) = (who.scope(), clock::today());
    let (depth, team) = db::read(&mut db.0, scope, async |conn| {
        let here = organisations::queries::by_code(conn, scope, code)
            .await?
            .filter(|place| matches!(place.kind(), Some(Kind::Village | Kind::Community)))
            .or_missing("村（社区）")?;
        let depths = queries::succession(conn, &here.scope(), today).await?;
        let depth = depths.into_iter().find(|depth| depth.village == here.id).or_missing("村（社区）")?;
        let mut teams = queries::teams(conn, &here.scope(), today, std::slice::from_ref(&depth)).await?;
        let team = teams.remove(&depth.village).unwrap_or_default();
        Ok((depth, team))
    })
    .await?;
    let shown = team.len().saturating_add(depth.people.len());
    reading::note(state, &who.known.identity, &who.actor, shown).await?;
    Ok(Page(Succession {
        frame: who.frame(Section::Reserves),
        back: Link::new("接续图", "/reserves/map"),
        name: depth.name.clone(),
        links: vec![
            Link::new("后备人员名单", format!("/reserves?within={}", depth.code)),
            Link::new("村（社区）班子", format!("/committees/villages/{}", depth.code)),
        ],
        facts: facts(&depth),
        sitters: team.iter().map(sitter).collect(),
        pool: pool(&depth),
    }))
}

fn facts(depth: &VillageDepth) -> Vec<Fact> {
    let guided = depth.people.iter().filter(|one| one.is_guided).count();
    vec![
        Fact::text("任期届满", depth.due_day.map(|day| day.to_string()).unwrap_or_default()),
        Fact::text("年龄算到", depth.at.to_string()),
        Fact::text("后备干部/要求", format!("{}/{}", depth.depth(), depth.minimum)),
        Fact::text("帮带到位", format!("{guided}/{}", depth.people.len())),
        Fact::badge("后备厚度", depth_badge(depth)),
    ]
}

fn post_name(post: &HeldPost) -> String {
    format!("{} {}", post.kind.name(), post.post.name())
}

fn sitter(one: &Sitter) -> SitterRow {
    let posts: Vec<String> =
        one.posts.iter().map(|post| format!("{}（{}起）", post_name(post), post.from_day)).collect();
    let broken = one.broken.iter().map(|rule| {
        let source = rule.source.as_ref().map(|source| format!("（{source}）")).unwrap_or_default();
        format!("{}：{}{source}", rule.kind.name(), rule.message)
    });
    SitterRow {
        name: Link::new(&one.name, format!("/people/{}", one.person)),
        posts,
        age: one.age.to_string(),
        bars: one.bars.clone(),
        broken: broken.collect(),
        vacancies: one.posts.iter().map(vacancy).collect(),
    }
}

fn vacancy(post: &HeldPost) -> Vacancy {
    let ready = post.ready.iter().map(|one| Ready {
        link: Link::new(&one.name, format!("/reserves/{}", one.reserve)),
        why: one.why.join("、"),
    });
    let refused = post.refused.iter().map(|one| Ready {
        link: Link::new(&one.name, format!("/reserves/{}", one.reserve)),
        why: one.message.clone(),
    });
    let told = if post.vacant > 0 {
        format!("{}空缺{}名", post_name(post), post.vacant)
    } else {
        format!("{}不空缺", post_name(post))
    };
    Vacancy { told, is_vacant: post.vacant > 0, ready: ready.collect(), refused: refused.collect() }
}

fn pool(depth: &VillageDepth) -> Table {
    Table {
        caption: "后备人员".to_owned(),
        columns: vec![
            Column::new("姓名"),
            Column::new("类别"),
            Column::new("状态"),
            Column::numeric("届满时年龄"),
            Column::new("帮带"),
            Column::new("接任条件"),
        ],
        rows: depth.people.iter().map(row).collect(),
        empty: "本村（社区）还没有后备人员。".to_owned(),
        pager: None,
    }
}

fn row(one: &Successor) -> Row {
    let why = one.ready.as_ref().map_or_else(
        || format!("尚不能接任：{}", one.lacks.join("、")),
        |reasons| format!("可接任：{}", reasons.join("、")),
    );
    Row::to(
        format!("/reserves/{}", one.id),
        vec![
            Cell::Text(one.name.clone()),
            Cell::Text(one.kind.name().to_owned()),
            Cell::Badge(state_badge(one.state.code())),
            Cell::Number(one.age.to_string()),
            Cell::Text(if one.is_guided { "到位" } else { "不到位" }.to_owned()),
            Cell::Text(why),
        ],
    )
}
