//! The attendance sheet of a class, to be printed, signed, and read back by its codes.

use rocket::{Route, get, routes};

use super::class_facts;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::TrainingClassId;
use crate::base::policy::{self, Action};
use crate::base::values::Sex;
use crate::records::training::{self, queries};
use crate::web::api::training::class_card;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::qr_code::QrCode;
use crate::web::views::training::{Sheet, SheetRow};
use crate::web::views::{Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![sheet]
}

/// As many rows as one sheet prints: more than a class holds.
const MOST: i64 = 3000;

/// How wide a code is printed, in pixels: 19 mm, which a cheap scanner reads.
const SIDE: u16 = 72;

#[get("/training/classes/<id>/sheet")]
async fn sheet(who: SignedIn, mut db: Db, id: TrainingClassId) -> Answer<Page<Sheet>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let scope = who.scope();
    let lines =
        db::read(&mut db.0, scope, async |conn| Ok(queries::roll(conn, scope, id, false, None, MOST).await?))
            .await?;
    let row = |line: queries::RollLine| -> Result<SheetRow, Error> {
        let name = line.name.unwrap_or_default();
        let scanned = training::scan_code(&card.class.code, line.number);
        Ok(SheetRow {
            code: training::row_code(&card.class.code, line.number),
            drawn: QrCode::draw(&scanned, format!("{name}的识别码"), SIDE).map_err(Error::broken)?,
            name,
            sex: line.sex.and_then(|sex| Sex::parse(&sex).ok()).map(Sex::name).unwrap_or_default().to_owned(),
            branch: line.branch.unwrap_or_default(),
        })
    };
    Ok(Page(Sheet {
        frame: who.frame(Section::Training),
        back: Link::new(&card.class.name, format!("/training/classes/{id}")),
        name: card.class.name.clone(),
        facts: class_facts(&card),
        rows: lines.into_iter().map(row).collect::<Result<_, _>>()?,
    }))
}
