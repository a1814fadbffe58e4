//! How far a programme has come, for an organisation and those directly below it.

use rocket::request::FlashMessage;
use rocket::{Route, State, get, routes};

use super::{address, may_enter, may_set, programme_choices};
use crate::base::clock;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::TrainingProgrammeId;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::organisations;
use crate::records::training::{self, Coverage, CoverageLine, Programme, queries};
use crate::web;
use crate::web::api::training::CoverageQuery;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::FigureCard;
use crate::web::views::training::{CoverageRow, Overview};
use crate::web::views::{Badge, Link, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![overview]
}

/// The programme that was chosen, else the primary one of today, else the latest.
pub(super) fn chosen(programmes: &[Programme], given: Option<&str>) -> Option<TrainingProgrammeId> {
    let given = given.and_then(|text| text.parse::<TrainingProgrammeId>().ok());
    let named = programmes.iter().find(|one| Some(one.id) == given);
    let today = clock::today();
    let running = || programmes.iter().find(|one| one.is_primary && one.runs_on(today));
    named.or_else(running).or_else(|| programmes.first()).map(|one| one.id)
}

#[get("/training?<programme>&<query..>")]
async fn overview(
    who: SignedIn,
    mut db: Db,
    programme: Option<&str>,
    query: CoverageQuery<'_>,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Page<Overview>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (code, day) = query.parse(&who.actor)?;
    let scope = who.scope();
    let (programmes, above, organisation) = db::read(&mut db.0, scope, async |conn| {
        let programmes = queries::programmes(conn, scope.county).await?;
        let here = organisations::queries::by_code(conn, scope, &code).await?;
        let above = match here.as_ref().and_then(|here| above(&here.path())) {
            Some(code) => organisations::queries::by_code(conn, scope, &code).await?,
            None => None,
        };
        Ok((programmes, above, here))
    })
    .await?;
    let organisation = organisation.ok_or(Error::Missing { what: "该组织" })?;
    let mut view = Overview {
        frame: who.frame(Section::Training).telling(flash),
        organisation: organisation.name,
        within: code.clone(),
        as_of: day.to_string(),
        programmes: programme_choices(&programmes),
        set: may_set(&who.actor).then(|| "/training/programmes/new".to_owned()),
        ..Overview::default()
    };
    let Some(id) = chosen(&programmes, programme) else { return Ok(Page(view)) };
    let coverage = {
        let mut conn = state.database.report().await?;
        training::coverage(&mut conn, &who.actor, id, &code, day).await?
    };
    let (id, day) = (id.to_string(), day.to_string());
    let here =
        |path: &str, code: &str| address(path, &[("programme", &id), ("within", code), ("as_of", &day)]);
    view.above = above.map(|above| Link::new(&above.name, here("/training", &above.code)));
    view.rule = rule(&coverage);
    view.figures = figures(&coverage.total, here("/training/outstanding", &code));
    view.forecast.clone_from(&coverage.forecast.arithmetic);
    view.is_in_time = coverage.forecast.is_in_time;
    view.floor = coverage.required_percent.to_string();
    view.rows = coverage.children.iter().map(|line| row(line, here("/training", &line.code))).collect();
    view.outstanding = Some(here("/training/outstanding", &code));
    view.record = Some(format!("/training/programmes/{id}"));
    view.plan = may_enter(&who.actor).then(|| format!("/training/plan?programme={id}"));
    view.programme = id;
    Ok(Page(view))
}

/// Code of the organisation directly above a path.
fn above(path: &Path) -> Option<String> {
    let stem = path.as_str().strip_suffix('/')?;
    let (upper, _) = stem.rsplit_once('/')?;
    Some(upper.rsplit_once('/').map_or(upper, |(_, code)| code).to_owned())
}

fn rule(coverage: &Coverage) -> String {
    let programme = &coverage.programme;
    let floors: Vec<String> = coverage.demand.floors.iter().map(|floor| format!("{floor}%")).collect();
    let last = programme.to_day.pred_opt().unwrap_or(programme.to_day);
    format!(
        "周期{}至{last}（{}年），每年至少新增轮训{}；截至{}应达{}%。每名党员只计一次，以考核合格为准。依据：{}。",
        programme.from_day,
        programme.years,
        floors.join("、"),
        coverage.day,
        coverage.required_percent,
        coverage.demand.row.source,
    )
}

fn figures(total: &CoverageLine, outstanding: String) -> Vec<FigureCard> {
    let card = |label: &str, value: String, unit: &str, href: Option<String>| FigureCard {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        change: None,
        href,
    };
    let missing = total.members.saturating_sub(total.trained).max(0);
    vec![
        card("应训党员", total.members.to_string(), "人", None),
        card("已轮训", total.trained.to_string(), "人", None),
        card("覆盖率", total.coverage.map(|percent| percent.to_string()).unwrap_or_default(), "%", None),
        card("下限应达", total.required.to_string(), "人", None),
        card("距下限缺口", total.shortfall.to_string(), "人", None),
        card("尚未轮训", missing.to_string(), "人", Some(outstanding)),
    ]
}

fn row(line: &CoverageLine, href: String) -> CoverageRow {
    let percent = line.coverage.map(|percent| percent.to_string()).unwrap_or_default();
    let state = if line.trained >= line.members {
        Badge::new("已全覆盖", Tone::Good)
    } else if line.shortfall > 0 {
        Badge::new("落后于下限", Tone::Bad)
    } else {
        Badge::new("达到下限", Tone::Good)
    };
    CoverageRow {
        organisation: Link::new(&line.name, href),
        members: line.members.to_string(),
        trained: line.trained.to_string(),
        coverage: if percent.is_empty() { String::new() } else { format!("{percent}%") },
        percent: if percent.is_empty() { "0".to_owned() } else { percent },
        required: line.required.to_string(),
        shortfall: if line.shortfall > 0 { line.shortfall.to_string() } else { String::new() },
        state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_up_ends_at_the_county() {
        let county = Path::root("500237");
        let town = county.child("500237101");
        assert_eq!(above(&town.child("500237101201")), Some("500237101".to_owned()));
        assert_eq!(above(&town), Some("500237".to_owned()));
        assert_eq!(above(&county), None);
    }
}
