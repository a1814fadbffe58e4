//! The succession map: village by village, when the term ends, how deep the reserve is, who is ready, who sits.

use rocket::{Route, State, get, routes};

use super::depth_badge;
use crate::base::clock;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::records::organisations::{self, Kind, Organisation};
use crate::records::reserves::queries::{self, VillageDepth};
use crate::records::reserves::{ReserveKind, Settings, Sitter, settings};
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::{FigureCard, Pager};
use crate::web::views::reserves::{Map, MapRow, Ready};
use crate::web::views::{Link, Section};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![map]
}

/// How many of the ready are named.
const NAMED: usize = 3;

/// How many villages stand on a page: all of a town.
const VILLAGES: usize = 50;

fn address(within: &str, below: bool, after: Option<&str>) -> String {
    let mark = if below { "&below=true" } else { "" };
    let after = after.map(|code| format!("&after={code}")).unwrap_or_default();
    format!("/reserves/map?within={within}{mark}{after}")
}

/// The villages of one page, those after a code, and whether more follow.
fn shown(depths: &[VillageDepth], only_below: bool, after: Option<&str>) -> (Vec<VillageDepth>, bool) {
    let wanted: Vec<&VillageDepth> = depths.iter().filter(|depth| !only_below || depth.is_below()).collect();
    let passed = after.and_then(|code| wanted.iter().position(|depth| depth.code == code));
    let first = passed.map_or(0, |at| at.saturating_add(1));
    let rows = wanted.iter().skip(first).take(VILLAGES).map(|depth| (*depth).clone()).collect();
    (rows, wanted.len() > first.saturating_add(VILLAGES))
}

#[get("/reserves/map?<within>&<below>&<after>")]
async fn map(
    who: SignedIn,
    mut db: Db,
    within: Option<&str>,
    below: Option<bool>,
    after: Option<&str>,
    state: &State<web::State>,
) -> Answer<Page<Map>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, today) = (who.scope(), clock::today());
    let code = within.filter(|code| !code.is_empty()).unwrap_or_else(|| scope.path.code());
    let only_below = below.unwrap_or(false);
    let (here, siblings, depths, (rows, more), teams, book) = db::read(&mut db.0, scope, async |conn| {
        let here = organisations::queries::by_code(conn, scope, code).await.or_missing("组织")?;
        let own = organisations::queries::by_code(conn, scope, scope.path.code()).await.or_missing("组织")?;
        let mut siblings = organisations::queries::children(conn, scope.county, own.id).await?;
        siblings.retain(|child| matches!(child.kind(), Some(Kind::Street | Kind::Town | Kind::Township)));
        siblings.insert(0, own);
        let depths = queries::succession(conn, &here.scope(), today).await?;
        let page = shown(&depths, only_below, after);
        let teams = queries::teams(conn, &here.scope(), today, &page.0).await?;
        let book = settings::book(conn, scope.county).await?;
        Ok((here, siblings, depths, page, teams, book))
    })
    .await?;
    let places = siblings.iter().map(|place: &Organisation| {
        (Link::new(&place.name, address(&place.code, only_below, None)), place.id == here.id)
    });
    let lacking = depths.iter().filter(|depth| depth.is_below()).count();
    let row =
        |depth: &VillageDepth| row(depth, teams.get(&depth.village).map(Vec::as_slice).unwrap_or_default());
    let map_rows: Vec<MapRow> = rows.iter().map(row).collect();
    let named: usize = map_rows.iter().map(|row| row.ready.len()).sum();
    reading::note(state, &who.known.identity, &who.actor, named).await?;
    Ok(Page(Map {
        frame: who.frame(Section::Reserves),
        organisation: here.name.clone(),
        places: places.collect(),
        tabs: vec![
            (Link::new(format!("全部 {}", depths.len()), address(&here.code, false, None)), !only_below),
            (Link::new(format!("低于要求 {lacking}"), address(&here.code, true, None)), only_below),
        ],
        figures: figures(&depths),
        rule: rule(book.on(today)),
        settings: Link::new("后备力量要求", "/reserves/settings"),
        pager: Pager {
            shown: map_rows.len(),
            total: u64::try_from(if only_below { lacking } else { depths.len() }).ok(),
            first: after.map(|_| address(&here.code, only_below, None)),
            next: rows
                .last()
                .filter(|_| more)
                .map(|last| address(&here.code, only_below, Some(last.code.as_str()))),
        },
        rows: map_rows,
    }))
}

fn rule(demanded: Option<&Settings>) -> String {
    demanded.map_or_else(
        || "本县（区）尚未规定后备力量要求。".to_owned(),
        |settings| {
            format!(
                "每村后备干部不少于{}名，每人{}名联系领导、{}名帮带书记。依据：{}。可接任：入库满一年、帮带到位、最近一次考核合格以上。年龄算到本届届满之日；已届满或没有届次的，算到今天。无人可接：离任留下空缺而没有可接任人员的在任人数。",
                settings.minimum_per_village,
                settings.township_leaders,
                settings.village_secretaries,
                settings.source
            )
        },
    )
}

fn figures(depths: &[VillageDepth]) -> Vec<FigureCard> {
    let people = || depths.iter().flat_map(|depth| &depth.people);
    let count = |kind| people().filter(|one| one.kind == kind).count();
    let card = |label: &str, value: usize, unit: &str| FigureCard {
        label: label.to_owned(),
        value: value.to_string(),
        unit: unit.to_owned(),
        change: None,
        href: None,
    };
    vec![
        card("后备干部", count(ReserveKind::ReserveCadre), "人"),
        card("本土人才", count(ReserveKind::LocalTalent), "人"),
        card("低于要求的村（社区）", depths.iter().filter(|depth| depth.is_below()).count(), "个"),
        card("走1人即不足的村（社区）", depths.iter().filter(|depth| depth.hangs_on_one()).count(), "个"),
        card("帮带到位", people().filter(|one| one.is_guided).count(), "人"),
        card("可接任", people().filter(|one| one.ready.is_some()).count(), "人"),
    ]
}

fn row(depth: &VillageDepth, team: &[Sitter]) -> MapRow {
    let talents = depth.people.iter().filter(|one| one.kind == ReserveKind::LocalTalent).count();
    let guided = depth.people.iter().filter(|one| one.is_guided).count();
    let ready: Vec<Ready> = depth
        .people
        .iter()
        .filter_map(|one| {
            let why = one.ready.as_ref()?.join("、");
            let text = format!("{}（{}岁，{}）", one.name, one.age, one.state.name());
            Some(Ready { link: Link::new(text, format!("/reserves/{}", one.id)), why })
        })
        .collect();
    let irreplaceable = team.iter().filter(|sitter| !sitter.is_replaceable()).count();
    let (sitting, alone) = if team.is_empty() {
        ("—".to_owned(), "—".to_owned())
    } else {
        let ages = spread(&team.iter().map(|sitter| sitter.age).collect::<Vec<_>>());
        (format!("{}人，{ages}", team.len()), format!("{irreplaceable}/{}", team.len()))
    };
    MapRow {
        village: Link::new(&depth.name, format!("/reserves/map/{}", depth.code)),
        due: depth.due_day.map(|day| day.to_string()).unwrap_or_default(),
        sitting,
        alone,
        depth: format!("{}/{}", depth.depth(), depth.minimum),
        talents: talents.to_string(),
        ages: spread(&depth.people.iter().map(|one| one.age).collect::<Vec<_>>()),
        guided: format!("{guided}/{}", depth.people.len()),
        state: depth_badge(depth),
        more: ready.len().saturating_sub(NAMED),
        ready: ready.into_iter().take(NAMED).collect(),
    }
}

/// Mean and range of ages; a dash where there is nobody.
fn spread(ages: &[u32]) -> String {
    let count = u32::try_from(ages.len()).unwrap_or(u32::MAX);
    match (ages.iter().min(), ages.iter().max(), ages.iter().sum::<u32>().checked_div(count)) {
        (Some(youngest), Some(oldest), Some(mean)) if youngest < oldest => {
            format!("平均{mean}（{youngest}—{oldest}）")
        }
        (Some(only), Some(_), _) => only.to_string(),
        _ => "—".to_owned(),
    }
}
