//! The supervisor's desk: what waits, how stars are spread, how they drift, and what wants a look; every number leads to
//! its names.

mod lists;
mod samples;
mod seconds;
mod words;

use diesel_async::AsyncPgConnection;
use rocket::{Route, get, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::rounding::percentage;
use crate::records::organisations::{self, Organisation};
use crate::records::ratings::fairness::{
    self, Basis, Level, Offered, Spread, SpreadNow, UnitLine, Waits, offered,
};
use crate::records::ratings::samples::queries as of_samples;
use crate::records::ratings::{level_name, printed};
use crate::web::api::organisations::narrowed;
use crate::web::forms::fairness::{Asked, given};
use crate::web::guards::{Db, SignedIn};
use crate::web::pages::ratings::Shown;
use crate::web::pages::ratings::fairness::words::{Address, encoded, signed};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Choice;
use crate::web::views::parts::{Fact, FigureCard};
use crate::web::views::ratings::{Desk, DeskFilter};
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [routes![show], lists::routes(), samples::routes(), seconds::routes()].concat()
}

/// The most units that stand on the desk itself: the towns of a county.
const UNITS: i64 = 100;

/// What a page of the desk stands on.
struct Ground {
    within: Scope,
    organisation: Organisation,
    offered: Vec<Offered>,
    basis: Option<Basis>,
}

impl Ground {
    async fn of(conn: &mut AsyncPgConnection, scope: &Scope, asked: &Asked<'_>) -> Result<Self> {
        let within = narrowed(conn, scope, given(asked.within)).await?;
        let organisation = organisations::queries::by_code(conn, scope, within.path.code()).await;
        let organisation = organisation.or_missing("组织")?;
        let offered = offered(conn, &within, None, None).await?;
        let basis = Basis::of(conn, &within, given(asked.scheme), asked.period()?).await?;
        Ok(Self { within, organisation, offered, basis })
    }

    fn address<'a>(&'a self, basis: &'a Basis) -> Address<'a> {
        Address { within: &self.organisation.code, basis }
    }

    fn filter(&self, action: &str) -> DeskFilter {
        let mut filter = DeskFilter {
            action: action.to_owned(),
            within: self.organisation.code.clone(),
            ..DeskFilter::default()
        };
        for one in &self.offered {
            if !filter.schemes.iter().any(|scheme| scheme.code == one.scheme) {
                filter.schemes.push(Choice::new(&one.scheme, &one.name));
            }
            if !filter.periods.iter().any(|period| period.code == one.period) {
                filter.periods.push(Choice::new(&one.period, &one.period));
            }
        }
        if let Some(basis) = &self.basis {
            filter.scheme.clone_from(&basis.scheme.code);
            filter.period = basis.period.to_string();
        }
        filter
    }

    fn sub(&self) -> String {
        match &self.basis {
            Some(basis) => {
                format!("{} · {} · {}", self.organisation.name, basis.scheme.name, basis.period)
            }
            None => self.organisation.name.clone(),
        }
    }
}

#[get("/ratings/fairness?<asked..>")]
async fn show(who: SignedIn, mut db: Db, asked: Asked<'_>) -> Answer<Page<Desk>> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let scope = who.scope();
    let (ground, waits, awaiting, found) = db::read(&mut db.0, scope, async |conn| {
        let ground = Ground::of(conn, scope, &asked).await?;
        let waits = fairness::waits(conn, &ground.within, &who.actor.name).await?;
        let awaiting = of_samples::awaiting(conn, &ground.within).await?;
        let found = match &ground.basis {
            None => None,
            Some(basis) => {
                let spread = fairness::spread(conn, &ground.within, basis).await?;
                let units = fairness::units(conn, &ground.within, basis, Level::Below, None, UNITS).await?;
                Some((spread, units))
            }
        };
        Ok((ground, waits, awaiting, found))
    })
    .await?;
    let mut desk = Desk {
        frame: who.frame(Section::Ratings),
        title: "评定公平性".to_owned(),
        sub: ground.sub(),
        back: Link::new("星级评定", "/ratings"),
        links: vec![Link::new("二次评分抽样", "/ratings/samples")],
        filter: Some(ground.filter("/ratings/fairness")),
        facts: waiting(&ground.organisation.code, &waits, awaiting),
        ..Desk::default()
    };
    match (&ground.basis, found) {
        (Some(basis), Some((spread, units))) => {
            let address = ground.address(basis);
            desk.links.insert(0, Link::new("评分人宽严", address.list("raters", "")));
            desk.links.insert(0, Link::new("按评定单位比较", address.list("units", "&level=rated")));
            desk.figures = figures(&address, &spread);
            desk.notes = notes(basis, &spread);
            desk.tables = vec![stars(&address, &spread), below(&address, &units)];
        }
        _ => desk.notes = vec!["还没有提交过的评定；提交后这里显示星级分布、升降和离群情况。".to_owned()],
    }
    Ok(Page(desk))
}

/// What waits below an organisation; each number leads to the rounds in which it waits.
fn waiting(within: &str, waits: &Waits, awaiting: i64) -> Vec<Fact> {
    let count =
        |label: &str, count: i64, href: String| Fact::link(label, Link::new(format!("{count}人"), href));
    let rounds = |label: &str, number: i64, shown: Shown| count(label, number, shown.address(Some(within)));
    let mut facts = vec![
        rounds("待我审核", waits.to_review, Shown::ToReview),
        rounds("待我确定", waits.to_confirm, Shown::ToConfirm),
        rounds("待我公示", waits.to_publish, Shown::ToPublish),
        rounds("待我处理的异议", waits.objections, Shown::Objected),
        count("待二次评分", awaiting, format!("/ratings/samples?within={}", encoded(within))),
    ];
    if waits.own > 0 {
        facts.push(Fact::text("本人提交、须由他人办理", format!("{}人", waits.own)));
    }
    if let Some(oldest) = waits.oldest {
        facts.push(Fact::text("最早提交", clock::date_in_china(oldest).to_string()));
    }
    facts
}

fn figures(address: &Address<'_>, spread: &SpreadNow) -> Vec<FigureCard> {
    let card = |label: &str, value: String, unit: &str, more: &str| FigureCard {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        change: None,
        href: Some(address.list("ratings", more)),
    };
    let average = spread.now.average().map_or_else(|| "—".to_owned(), |average| average.to_string());
    let outside = spread.fences.as_ref().map_or(0, |fences| fences.below + fences.above);
    vec![
        card("已评", spread.now.rated().to_string(), "人（个）", ""),
        FigureCard {
            change: spread.now.change(&spread.before).map(signed),
            ..card("平均星级", average, "星", "")
        },
        card("比上期升降2星以上", spread.moved.to_string(), "人（个）", "&moved=true"),
        card("离群", outside.to_string(), "人（个）", "&outside=true"),
        card("最高、最低星级而无依据", spread.unproven.to_string(), "人（个）", "&unproven=true"),
    ]
}

fn notes(basis: &Basis, spread: &SpreadNow) -> Vec<String> {
    let mut notes = vec![format!(
        "分布和平均只计已提交且未退回、未撤销的评定，与上期（{}）比较：平均星级 = 星级合计{} ÷ 已评{}，升降按未取整的平均数相减。",
        basis.period.previous(),
        spread.now.sum(),
        spread.now.rated(),
    )];
    notes.push(match &spread.fences {
        Some(fences) => format!(
            "离群按四分位距法（Tukey）：总分的第一、第三四分位数为{}和{}，相差的1.5倍以外为离群，即低于{}（{}个）或高于{}（{}个）。",
            printed(&fences.first_quartile),
            printed(&fences.third_quartile),
            printed(&fences.low),
            fences.below,
            printed(&fences.high),
            fences.above,
        ),
        None => format!("已评不足{}个，不判断离群。", fairness::LEAST_FOR_FENCES),
    });
    notes
}

fn stars(address: &Address<'_>, spread: &SpreadNow) -> Table {
    let basis = address.basis;
    let (rated, before) = (spread.now.rated(), spread.before.rated());
    let percent = |count: i64, whole: i64| {
        percentage(count, whole).map_or_else(|| "—".to_owned(), |percent| format!("{percent}%"))
    };
    let row = |stars: i32| {
        Row::to(
            address.list("ratings", &format!("&stars={stars}")),
            vec![
                Cell::Text(level_name(basis.scheme.rules.result, stars)),
                Cell::Number(spread.now.of(stars).to_string()),
                Cell::Number(percent(spread.now.of(stars), rated)),
                Cell::Number(spread.before.of(stars).to_string()),
                Cell::Number(percent(spread.before.of(stars), before)),
            ],
        )
    };
    Table {
        caption: "星级分布".to_owned(),
        columns: vec![
            Column::new("结果"),
            Column::numeric("本期"),
            Column::numeric("占比"),
            Column::numeric("上期"),
            Column::numeric("上期占比"),
        ],
        rows: Spread::steps(basis.scheme.stars, [&spread.now, &spread.before]).into_iter().map(row).collect(),
        ..Table::default()
    }
}

fn below(address: &Address<'_>, units: &[UnitLine]) -> Table {
    let steps = Spread::steps(address.basis.scheme.stars, units.iter().map(|unit| &unit.now));
    Table {
        caption: "下一级单位".to_owned(),
        columns: unit_columns(address.basis, &steps),
        rows: units
            .iter()
            .map(|unit| Row::to(address.of(&unit.code).desk(), unit_cells(&steps, unit)))
            .collect(),
        empty: "下面没有已评的单位。".to_owned(),
        pager: None,
    }
}

/// One column for each of the steps.
fn level_columns(basis: &Basis, steps: &[i32]) -> impl Iterator<Item = Column> {
    steps.iter().map(move |stars| Column::numeric(level_name(basis.scheme.rules.result, *stars)))
}

fn unit_columns(basis: &Basis, steps: &[i32]) -> Vec<Column> {
    let mut columns = vec![
        Column::new("单位"),
        Column::numeric("已评"),
        Column::numeric("平均星级"),
        Column::numeric("上期平均"),
        Column::numeric("升降"),
    ];
    columns.extend(level_columns(basis, steps));
    columns
}

fn unit_cells(steps: &[i32], unit: &UnitLine) -> Vec<Cell> {
    let average = |spread: &Spread| spread.average().map_or_else(|| "—".to_owned(), |one| one.to_string());
    let change = unit.now.change(&unit.before).map_or_else(|| "—".to_owned(), signed);
    let mut cells = vec![
        Cell::Text(unit.name.clone()),
        Cell::Number(unit.now.rated().to_string()),
        Cell::Number(average(&unit.now)),
        Cell::Number(average(&unit.before)),
        Cell::Number(change),
    ];
    cells.extend(spread_cells(steps, &unit.now));
    cells
}

/// One number for each of the steps.
fn spread_cells(steps: &[i32], spread: &Spread) -> impl Iterator<Item = Cell> {
    steps.iter().map(move |stars| Cell::Number(spread.of(*stars).to_string()))
}
