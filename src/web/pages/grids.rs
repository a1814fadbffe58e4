//! Rows typed instead of a workbook: the grid of a kind, and the plan of what was typed. What is typed goes through the API
//! (`/api/v1/drafts`), row by row.

use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use crate::across::imports::columns::{Names, Shape};
use crate::across::imports::context::Destination;
use crate::across::imports::drafts;
use crate::across::imports::grid::{self, GridColumn as Known};
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::imports::{Kind, MOST_ROWS};
use crate::web;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::imports::destinations;
use crate::web::respond::{Answer, Page};
use crate::web::views::grid::{Grid, GridColumn};
use crate::web::views::{Choice, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, plan]
}

fn allowed(who: &SignedIn, kind: &str) -> Result<Kind, Error> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    Kind::parse(kind).ok().or_missing("这一种类的表格")
}

#[get("/grids/<kind>")]
async fn show(who: SignedIn, mut db: Db, kind: &str) -> Answer<Page<Grid>> {
    let kind = allowed(&who, kind)?;
    let scope = who.scope();
    let (own, organisations, columns) = db::read(&mut db.0, scope, async |conn| {
        let (own, places) = destinations(conn, scope).await?;
        let to = Destination { county: scope.county, organisation: own.id, path: own.path() };
        let columns = grid::columns(conn, kind, &to).await?;
        Ok((own, places, columns))
    })
    .await?;
    Ok(Page(Grid {
        frame: who.frame(Section::Imports),
        title: kind.name(),
        action: format!("/grids/{}/plan", kind.code()),
        address: format!("/api/v1/drafts/{}", kind.code()),
        writer: uuid::Uuid::new_v4().to_string(),
        most: MOST_ROWS,
        template: format!("/templates/{}.xlsx", kind.code()),
        organisation: own.code,
        organisations,
        columns: columns.into_iter().map(column).collect(),
    }))
}

fn column(known: Known) -> GridColumn {
    let width = width(&known);
    let search = known.names.map(|names| match names {
        Names::Branches => "/branches",
        Names::Villages => "/villages",
        Names::Organisations | Names::Codes => "/places",
    });
    GridColumn {
        field: known.field,
        title: known.title,
        required: known.required,
        hint: known.explanation,
        shape: match known.shape {
            Shape::Date => "date",
            Shape::Number => "number",
            Shape::Text | Shape::Identifier | Shape::Telephone => "text",
        },
        width,
        list: known
            .words
            .into_iter()
            .map(|word| Choice { code: word.code, name: word.name, keys: word.keys.join(" ") })
            .collect(),
        search,
        by_code: known.names == Some(Names::Codes),
    }
}

/// How wide a column is, by what stands in it.
fn width(known: &Known) -> &'static str {
    let longest = known.words.iter().map(|word| word.name.chars().count()).max();
    match (known.shape, known.field.as_str(), longest) {
        (_, "name", _) => "name",
        (_, "citizen_id", _) => "identifier",
        _ if known.names.is_some() => "place",
        (_, _, Some(0..=4)) => "number",
        (_, _, Some(_)) => "word",
        (Shape::Date, ..) => "date",
        (Shape::Number, ..) => "number",
        (Shape::Identifier | Shape::Telephone, ..) => "word",
        (Shape::Text, ..) => "long",
    }
}

#[post("/grids/<kind>/plan", data = "<_fields>")]
async fn plan(
    who: SignedIn,
    mut db: Db,
    kind: &str,
    _fields: Fields,
    state: &State<web::State>,
) -> Answer<Redirect> {
    let kind = allowed(&who, kind)?;
    let import = drafts::plan(&mut db.0, &state.keys, &who.actor, kind).await?;
    Ok(Redirect::to(format!("/imports/{}", import.id)))
}
