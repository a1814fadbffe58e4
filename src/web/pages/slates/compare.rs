//! Two slates of a village side by side, beside the team that sits.

use rocket::{Route, get, routes};

use super::outcome::{remarks, targets_beside, with_unit};
use super::title;
use crate::across::reports::{Outcome, PictureLine};
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::ids::SlateId;
use crate::base::scope::Scope;
use crate::records::slates::queries::{self, Card};
use crate::web::api::slates::{outcome_of, read_slate};
use crate::web::guards::{Db, SignedIn};
use crate::web::pages::reports::printed;
use crate::web::respond::{Answer, Page};
use crate::web::views::slates::Compare;
use crate::web::views::{Cell, Choice, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

/// As many slates of one village as are offered.
const OFFERED: i64 = 50;

#[get("/slates/<id>/compare?<with>")]
async fn show(who: SignedIn, mut db: Db, id: SlateId, with: Option<&str>) -> Answer<Page<Compare>> {
    let card = read_slate(&mut db, &who.actor, id).await?;
    let village = Scope::new(who.scope().county, card.slate.path());
    let others = db::read(&mut db.0, who.scope(), async |conn| {
        queries::list(conn, who.scope(), &village, None, None, OFFERED).await
    })
    .await?;
    let choice = |other: &Card| Choice::new(other.slate.id.to_string(), other.slate.name.clone());
    let mut page = Compare {
        frame: who.frame(Section::Committees),
        back: Link::new(title(&card), format!("/slates/{id}")),
        title: format!("{} 方案对比", card.village),
        action: format!("/slates/{id}/compare"),
        others: others.iter().filter(|other| other.slate.id != id).map(choice).collect(),
        ..Compare::default()
    };
    if let Some(with) = with.map(str::trim).filter(|with| !with.is_empty()) {
        let other = read_slate(&mut db, &who.actor, with.parse().ok().or_missing("班子方案")?).await?;
        let first = outcome_of(&mut db, &who.actor, &card).await?;
        let second = outcome_of(&mut db, &who.actor, &other).await?;
        with.clone_into(&mut page.other);
        fill(&mut page, (&card.slate.name, &first), (&other.slate.name, &second));
    }
    Ok(Page(page))
}

fn fill(page: &mut Compare, one: (&str, &Outcome), other: (&str, &Outcome)) {
    let targets = targets_beside(&[(one.0, &one.1.targets), (other.0, &other.1.targets)]);
    page.tables = vec![("目标".to_owned(), targets), ("指标".to_owned(), figures(one, other))];
    page.remarks = [one, other]
        .map(|(name, outcome)| (name.to_owned(), remarks(&outcome.remarks)))
        .into_iter()
        .collect();
}

fn figures(one: (&str, &Outcome), other: (&str, &Outcome)) -> Table {
    let row = |line: &PictureLine| {
        let unit = line.figure.unit;
        let second = other.1.line(&line.figure.code).and_then(|line| line.figure.value);
        let before = line.before.map_or_else(|| printed(None), |before| with_unit(before.value, unit));
        Row::new(vec![
            Cell::Text(line.figure.label.clone()),
            Cell::Number(before),
            Cell::Number(with_unit(line.figure.value, unit)),
            Cell::Number(with_unit(second, unit)),
        ])
    };
    Table {
        caption: "两个方案与现任班子".to_owned(),
        columns: vec![
            Column::new("指标"),
            Column::numeric("现任"),
            Column::numeric(one.0),
            Column::numeric(other.0),
        ],
        rows: one.1.lines.iter().map(row).collect(),
        empty: "没有可以统计的指标。".to_owned(),
        pager: None,
    }
}
