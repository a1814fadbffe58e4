//! How many seats were left in a village, town or county, and why: in the terms that run, or in a quarter.

use rocket::{Route, get, routes};

use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::base::{clock, db};
use crate::records::committees::queries::{self, Departure};
use crate::records::committees::{CommitteeKind, LeavingReason};
use crate::records::organisations;
use crate::web::api::assessments::quarter_of;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::committees::Departures;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// Quarters that are offered, the one that runs among them.
const QUARTERS: usize = 6;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/committees/departures?<within>&<quarter>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    within: Option<&str>,
    quarter: Option<&str>,
) -> Answer<Page<Departures>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, today, quarter) = (who.scope(), clock::today(), quarter_of(quarter)?);
    let within = within.map(str::trim).filter(|code| !code.is_empty());
    let (place, found): (Option<(String, String)>, Vec<Departure>) =
        db::read(&mut db.0, scope, async |conn| {
            let Some(code) = within else {
                return Ok((None, queries::departures(conn, scope, quarter, today).await?));
            };
            let place = organisations::queries::by_code(conn, scope, code).await?.or_missing("组织")?;
            let found = queries::departures(conn, &place.scope(), quarter, today).await?;
            Ok((Some((place.code, place.name)), found))
        })
        .await?;
    let frame = who.frame(Section::Committees);
    let code = place.as_ref().map(|(code, _)| code.as_str());
    Ok(Page(Departures {
        tabs: tabs(code, quarter, Quarter::containing(today)),
        place: place.as_ref().map_or_else(|| frame.organisation.clone(), |(_, name)| name.clone()),
        table: table(&found),
        frame,
    }))
}

/// The terms that run, then the last quarters, and whether each is shown.
fn tabs(within: Option<&str>, shown: Option<Quarter>, last: Quarter) -> Vec<(Link, bool)> {
    let place = within.map(|code| format!("within={code}"));
    let quarters = std::iter::successors(Some(last), |quarter| Some(quarter.previous())).take(QUARTERS);
    let tab = |quarter: Option<Quarter>| {
        let asked = quarter.map(|quarter| format!("quarter={quarter}"));
        let pairs: Vec<String> = place.iter().cloned().chain(asked).collect();
        let address = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        let text = quarter.map_or_else(|| "本届以来".to_owned(), |quarter| quarter.to_string());
        (Link::new(text, format!("/committees/departures{address}")), quarter == shown)
    };
    std::iter::once(None).chain(quarters.map(Some)).map(tab).collect()
}

fn table(found: &[Departure]) -> Table {
    let mut columns = vec![Column::new("离职原因")];
    columns.extend(CommitteeKind::ALL.iter().map(|kind| Column::numeric(kind.name())));
    columns.extend([Column::numeric("合计"), Column::numeric("其中负责人")]);
    let reasons = LeavingReason::ALL.iter().map(|reason| (Some(reason.code()), reason.name()));
    let mut rows: Vec<Row> = reasons
        .chain([(None, "没有登记原因")])
        .filter_map(|(code, name)| row(name, found, |one| one.reason.as_deref() == code))
        .collect();
    rows.extend(row("合计", found, |_| true));
    Table {
        caption: "离任情况".to_owned(),
        columns,
        rows,
        empty: "这段时间没有登记离职。".to_owned(),
        pager: None,
    }
}

/// One line of the table; none where nobody left so.
fn row(name: &str, found: &[Departure], belongs: impl Fn(&Departure) -> bool) -> Option<Row> {
    let of: Vec<&Departure> = found.iter().filter(|one| belongs(one)).collect();
    if of.is_empty() {
        return None;
    }
    let mut cells = vec![Cell::Text(name.to_owned())];
    for kind in CommitteeKind::ALL {
        cells.push(sum(of.iter().filter(|one| one.kind == kind.code()).map(|one| one.seats)));
    }
    cells.push(sum(of.iter().map(|one| one.seats)));
    cells.push(sum(of.iter().map(|one| one.heads)));
    Some(Row::new(cells))
}

fn sum(numbers: impl Iterator<Item = i64>) -> Cell {
    Cell::Number(numbers.sum::<i64>().to_string())
}
