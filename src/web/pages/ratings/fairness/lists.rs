//! The lists of the desk: units, raters, and the ratings behind a number.

use rocket::{Route, get, routes};

use super::words::{Address, encoded};
use super::{Ground, level_columns, spread_cells, unit_cells, unit_columns};
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::records::ratings::fairness::{self, AccountLine, Basis, BehindLine, RaterLine, Spread};
use crate::records::ratings::{RatingState, level_name, printed};
use crate::web::api::ratings::{behind, behind_cursor};
use crate::web::forms::fairness::{Asked, given, is_set, name_after, raters_after};
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::pages::ratings::badge;
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::Pager;
use crate::web::views::ratings::Desk;
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![units, raters, ratings]
}

/// A list cut into pages, and the cursor of the next one.
fn cut<T>(lines: &mut Vec<T>, listing: &Listing, here: &str, cursor: impl Fn(&T) -> String) -> Pager {
    let limit = usize::from(listing.limit);
    let more = lines.len() > limit;
    lines.truncate(limit);
    Pager {
        shown: lines.len(),
        total: None,
        first: listing.after.is_some().then(|| here.to_owned()),
        next: lines.last().filter(|_| more).map(|last| format!("{here}&after={}", cursor(last))),
    }
}

fn desk(who: &SignedIn, ground: &Ground, address: &Address<'_>, title: &str, table: Table) -> Desk {
    Desk {
        frame: who.frame(Section::Ratings),
        title: title.to_owned(),
        sub: ground.sub(),
        back: Link::new("评定公平性", address.desk()),
        tables: vec![table],
        ..Desk::default()
    }
}

#[get("/ratings/fairness/units?<asked..>")]
async fn units(who: SignedIn, mut db: Db, asked: Asked<'_>, listing: Listing) -> Answer<Page<Desk>> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let (level, after) = (asked.level()?, name_after(&listing)?);
    let scope = who.scope();
    let size = i64::from(listing.limit) + 1;
    let (ground, mut lines) = db::read(&mut db.0, scope, async |conn| {
        let ground = Ground::of(conn, scope, &asked).await?;
        let basis = ground.basis.as_ref().or_missing("已提交的评定")?;
        let lines = fairness::units(conn, &ground.within, basis, level, after.as_deref(), size).await?;
        Ok((ground, lines))
    })
    .await?;
    let basis = ground.basis.as_ref().or_missing("已提交的评定")?;
    let address = ground.address(basis);
    let here = address.list("units", &format!("&level={}", given(asked.level).unwrap_or("below")));
    let pager = cut(&mut lines, &listing, &here, |line| Listing::cursor(&[&line.code]));
    let steps = Spread::steps(basis.scheme.stars, lines.iter().map(|line| &line.now));
    let row = |line: &fairness::UnitLine| {
        Row::to(address.of(&line.code).list("ratings", ""), unit_cells(&steps, line))
    };
    let table = Table {
        caption: "单位".to_owned(),
        columns: unit_columns(basis, &steps),
        rows: lines.iter().map(row).collect(),
        empty: "没有已评的单位。".to_owned(),
        pager: Some(pager),
    };
    Ok(Page(desk(&who, &ground, &address, "按单位比较", table)))
}

const LEAN: &str = "宽严按评分人与其他评分人的平均偏差估计：同一对象、同一维度，本人得分减去其他评分人的平均分，折合满分的百分数，每项保留四位小数；偏差合计 ÷ 可比项数，正数偏宽，负数偏严，离其他人越远的排在越前。只有与他人评过同一对象的分数才可比。偏差按本轮已录入的全部评分计算；只列评过已提交且未退回、未撤销评定的评分人，分布是这些评定只按其本人评分应得的星级。";
const ONCE: &str = "本方案汇总录入，没有同一对象的其他评分，不能按偏差估计宽严；这里按提交人列出所提交评定的分布，宽严请用二次评分抽样比较。";

#[get("/ratings/fairness/raters?<asked..>")]
async fn raters(who: SignedIn, mut db: Db, asked: Asked<'_>, listing: Listing) -> Answer<Page<Desk>> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let scope = who.scope();
    let size = i64::from(listing.limit) + 1;
    let (ground, lines, accounts) = db::read(&mut db.0, scope, async |conn| {
        let ground = Ground::of(conn, scope, &asked).await?;
        let basis = ground.basis.as_ref().or_missing("已提交的评定")?;
        let (mut lines, mut accounts) = (Vec::new(), Vec::new());
        if basis.has_raters() {
            let after = raters_after(&listing)?;
            lines = fairness::raters(conn, &ground.within, basis, after.as_ref(), size).await?;
        } else {
            let after = name_after(&listing)?;
            accounts = fairness::accounts(conn, &ground.within, basis, after.as_deref(), size).await?;
        }
        Ok((ground, lines, accounts))
    })
    .await?;
    let basis = ground.basis.as_ref().or_missing("已提交的评定")?;
    let address = ground.address(basis);
    let (table, note) = if basis.has_raters() {
        (rater_table(&address, basis, lines, &listing), LEAN)
    } else {
        (account_table(&address, basis, accounts, &listing), ONCE)
    };
    let notes = vec![note.to_owned()];
    Ok(Page(Desk { notes, ..desk(&who, &ground, &address, "评分人宽严", table) }))
}

fn rater_table(address: &Address<'_>, basis: &Basis, mut lines: Vec<RaterLine>, listing: &Listing) -> Table {
    let here = address.list("raters", "");
    let pager = cut(&mut lines, listing, &here, |line| {
        let place = line.place();
        Listing::cursor(&[&printed(&place.size), &place.id.to_string()])
    });
    let steps = Spread::steps(basis.scheme.stars, lines.iter().map(|line| &line.alone));
    let row = |line: &RaterLine| {
        let mut cells = vec![
            Cell::Text(line.name.clone()),
            Cell::Text(line.unit.1.clone()),
            Cell::Number(printed(&line.deviation)),
            Cell::Number(line.compared.to_string()),
            Cell::Number(line.leniency.to_plain_string()),
        ];
        cells.extend(spread_cells(&steps, &line.alone));
        Row::to(address.list("ratings", &format!("&rater={}", line.id)), cells)
    };
    let mut columns = vec![
        Column::new("评分人"),
        Column::new("评定单位"),
        Column::numeric("偏差合计"),
        Column::numeric("可比项数"),
        Column::numeric("平均偏差（%）"),
    ];
    columns.extend(level_columns(basis, &steps));
    Table {
        caption: "评分人".to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
        empty: "没有可比的评分：同一对象至少要有两名评分人评分。".to_owned(),
        pager: Some(pager),
    }
}

fn account_table(
    address: &Address<'_>,
    basis: &Basis,
    mut lines: Vec<AccountLine>,
    listing: &Listing,
) -> Table {
    let here = address.list("raters", "");
    let pager = cut(&mut lines, listing, &here, |line| Listing::cursor(&[&line.name]));
    let steps = Spread::steps(basis.scheme.stars, lines.iter().map(|line| &line.now));
    let row = |line: &AccountLine| {
        let average = line.now.average().map_or_else(|| "—".to_owned(), |one| one.to_string());
        let mut cells = vec![
            Cell::Text(line.name.clone()),
            Cell::Number(line.now.rated().to_string()),
            Cell::Number(average),
        ];
        cells.extend(spread_cells(&steps, &line.now));
        Row::to(address.list("ratings", &format!("&account={}", encoded(&line.name))), cells)
    };
    let mut columns = vec![Column::new("提交人"), Column::numeric("已评"), Column::numeric("平均星级")];
    columns.extend(level_columns(basis, &steps));
    Table {
        caption: "提交人".to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
        empty: "还没有人提交评定。".to_owned(),
        pager: Some(pager),
    }
}

#[get("/ratings/fairness/ratings?<asked..>")]
async fn ratings(who: SignedIn, mut db: Db, asked: Asked<'_>, listing: Listing) -> Answer<Page<Desk>> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let scope = who.scope();
    let size = i64::from(listing.limit) + 1;
    let (ground, mut lines) = db::read(&mut db.0, scope, async |conn| {
        let ground = Ground::of(conn, scope, &asked).await?;
        let basis = ground.basis.as_ref().or_missing("已提交的评定")?;
        let (lines, _) = behind(conn, &ground.within, basis, &asked, &listing, size).await?;
        Ok((ground, lines))
    })
    .await?;
    let basis = ground.basis.as_ref().or_missing("已提交的评定")?;
    let address = ground.address(basis);
    let here = address.list("ratings", &narrowing(&asked));
    let pager = cut(&mut lines, &listing, &here, behind_cursor);
    let table = Table {
        caption: "评定".to_owned(),
        columns: vec![
            Column::new("评定对象"),
            Column::new("评定单位"),
            Column::numeric("总分"),
            Column::new("结果"),
            Column::new("上期"),
            Column::new("依据"),
            Column::new("提交人"),
            Column::new("状态"),
        ],
        rows: lines.iter().map(|line| behind_row(basis, line)).collect(),
        empty: "没有这样的评定。".to_owned(),
        pager: Some(pager),
    };
    Ok(Page(desk(&who, &ground, &address, "评定名单", table)))
}

/// The filters of a list again, for its next page.
fn narrowing(asked: &Asked<'_>) -> String {
    let mut more = String::new();
    for (name, value) in [("stars", asked.stars), ("account", asked.account), ("rater", asked.rater)] {
        if let Some(value) = given(value) {
            more.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    let marks = [("unproven", asked.unproven), ("outside", asked.outside), ("moved", asked.moved)];
    for (name, _) in marks.into_iter().filter(|(_, value)| is_set(*value)) {
        more.push_str(&format!("&{name}=true"));
    }
    more
}

fn behind_row(basis: &Basis, line: &BehindLine) -> Row {
    let level = |stars: i32| level_name(basis.scheme.rules.result, stars);
    let state =
        RatingState::parse(&line.state).map_or_else(|_| Badge::new(&line.state, Tone::Neutral), badge);
    Row::to(
        format!("/ratings/{}", line.id),
        vec![
            Cell::Text(line.name.clone().unwrap_or_else(|| "（已不在管理范围内）".to_owned())),
            Cell::Text(line.unit_name.clone()),
            Cell::Number(printed(&line.total)),
            Cell::Text(level(line.stars)),
            Cell::Text(line.before.map_or_else(|| "—".to_owned(), level)),
            Cell::Text(line.evidence.clone().unwrap_or_else(|| "无".to_owned())),
            Cell::Text(line.submitted_by.clone().unwrap_or_default()),
            Cell::Badge(state),
        ],
    )
}
