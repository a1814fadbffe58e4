//! The succession map: village by village, how deep the reserve is and who is ready.

use rocket::{Route, get, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::records::organisations::{self, Kind, Organisation};
use crate::records::reserves::queries::{self, VillageDepth};
use crate::records::reserves::{ReserveKind, Settings, settings};
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::FigureCard;
use crate::web::views::reserves::{Map, MapRow, Ready};
use crate::web::views::{Badge, Link, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![map]
}

/// How many of the ready are named.
const NAMED: usize = 3;

fn address(within: &str, below: bool) -> String {
    let mark = if below { "&below=true" } else { "" };
    format!("/reserves/map?within={within}{mark}")
}

#[get("/reserves/map?<within>&<below>")]
async fn map(who: SignedIn, mut db: Db, within: Option<&str>, below: Option<bool>) -> Answer<Page<Map>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, today) = (who.scope(), clock::today());
    let code = within.filter(|code| !code.is_empty()).unwrap_or_else(|| scope.path.code());
    let (here, siblings, depths, book) = db::read(&mut db.0, scope, async |conn| {
        let here = organisations::queries::by_code(conn, scope, code).await.or_missing("组织")?;
        let own = organisations::queries::by_code(conn, scope, scope.path.code()).await.or_missing("组织")?;
        let mut siblings = organisations::queries::children(conn, scope.county, own.id).await?;
        siblings.retain(|child| matches!(child.kind(), Some(Kind::Street | Kind::Town | Kind::Township)));
        siblings.insert(0, own);
        let depths = queries::succession(conn, &here.scope(), today).await?;
        let book = settings::book(conn, scope.county).await?;
        Ok((here, siblings, depths, book))
    })
    .await?;
    let only_below = below.unwrap_or(false);
    let wants = |depth: &&VillageDepth| !only_below || depth.is_below();
    let places = siblings.iter().map(|place: &Organisation| {
        (Link::new(&place.name, address(&place.code, only_below)), place.id == here.id)
    });
    let lacking = depths.iter().filter(|depth| depth.is_below()).count();
    Ok(Page(Map {
        frame: who.frame(Section::Reserves),
        organisation: here.name.clone(),
        places: places.collect(),
        tabs: vec![
            (Link::new(format!("全部 {}", depths.len()), address(&here.code, false)), !only_below),
            (Link::new(format!("低于要求 {lacking}"), address(&here.code, true)), only_below),
        ],
        figures: figures(&depths),
        rule: rule(book.on(today)),
        rows: depths.iter().filter(wants).map(row).collect(),
    }))
}

fn rule(demanded: Option<&Settings>) -> String {
    demanded.map_or_else(
        || "本县（区）尚未规定后备力量要求。".to_owned(),
        |settings| {
            format!(
                "每村后备干部不少于{}名，每人{}名联系领导、{}名帮带书记。依据：{}。可接任：入库满一年、帮带到位、最近一次考核合格以上。",
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

fn row(depth: &VillageDepth) -> MapRow {
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
    let state = if depth.is_below() {
        let lacking = depth.minimum.saturating_sub(depth.depth());
        Badge::new(format!("缺{lacking}名"), Tone::Bad)
    } else if depth.hangs_on_one() {
        Badge::new("走1人即不足", Tone::Warning)
    } else {
        Badge::new("达标", Tone::Good)
    };
    MapRow {
        village: Link::new(&depth.name, format!("/reserves?within={}", depth.code)),
        due: depth.due_day.map(|day| day.to_string()).unwrap_or_default(),
        depth: format!("{}/{}", depth.depth(), depth.minimum),
        talents: talents.to_string(),
        ages: ages(depth),
        guided: format!("{guided}/{}", depth.people.len()),
        state,
        more: ready.len().saturating_sub(NAMED),
        ready: ready.into_iter().take(NAMED).collect(),
    }
}

/// Mean and range of the ages in a village; a dash where nobody is in reserve.
fn ages(depth: &VillageDepth) -> String {
    let ages: Vec<u32> = depth.people.iter().map(|one| one.age).collect();
    let count = u32::try_from(ages.len()).unwrap_or(u32::MAX);
    match (ages.iter().min(), ages.iter().max(), ages.iter().sum::<u32>().checked_div(count)) {
        (Some(youngest), Some(oldest), Some(mean)) if youngest < oldest => {
            format!("平均{mean}（{youngest}—{oldest}）")
        }
        (Some(only), Some(_), _) => only.to_string(),
        _ => "—".to_owned(),
    }
}
