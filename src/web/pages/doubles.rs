//! Rows of a plan about somebody new who may be on record already: both side by side, the reasons, and a choice.

use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::across::imports::choose::{self, Chosen};
use crate::across::imports::content::{Alike, Choice};
use crate::across::imports::summary::{self, RowLine};
use crate::across::imports::upload;
use crate::base::error::Error;
use crate::base::ids::ImportId;
use crate::base::policy::{self, Action};
use crate::records::imports::State as Stage;
use crate::records::merges::Strength;
use crate::web;
use crate::web::guards::{Fields, SignedIn};
use crate::web::import_work::engine;
use crate::web::respond::{Answer, Page};
use crate::web::views::doubles::{Beside, Doubled, DoublesPage};
use crate::web::views::parts::Pager;
use crate::web::views::{Badge, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, choose_rows]
}

#[get("/imports/<id>/doubles?<after>")]
async fn show(
    who: SignedIn,
    id: ImportId,
    after: Option<i32>,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Page<DoublesPage>> {
    const SHOWN: usize = 50;
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let engine = engine(state);
    let import = upload::find(&engine, &who.actor, id).await?;
    let lines = summary::alike_rows(&engine, who.scope(), &import, after.unwrap_or(0), 50).await?;
    let total = summary::count_alike(&engine, who.scope(), &import).await?;
    let next = lines
        .last()
        .filter(|_| lines.len() == SHOWN)
        .map(|last| format!("/imports/{id}/doubles?after={}", last.row));
    let pager = Pager { shown: lines.len(), total: u64::try_from(total).ok(), first: None, next };
    Ok(Page(DoublesPage {
        frame: who.frame(Section::Imports).telling(flash),
        back: format!("/imports/{id}"),
        file_name: import.file_name.clone(),
        action: (import.state()? == Stage::Planned).then(|| format!("/imports/{id}/choices")),
        after: after.unwrap_or(0),
        rows: lines.into_iter().map(doubled).collect(),
        pager,
    }))
}

fn doubled(line: RowLine) -> Doubled {
    let choice = line.choice.unwrap_or_default();
    Doubled {
        number: line.row,
        name: line.subject,
        citizen_id: line.citizen_id,
        is_new: choice == "new",
        beside: line.alike.into_iter().map(|one| beside(one, &choice)).collect(),
    }
}

fn beside(one: Alike, choice: &str) -> Beside {
    let record = one.record.map(|id| id.to_string());
    let strength = Strength::parse(&one.strength).unwrap_or(Strength::Weak);
    let tone = match strength {
        Strength::Strong => Tone::Bad,
        Strength::Likely => Tone::Warning,
        Strength::Weak => Tone::Neutral,
    };
    Beside {
        href: record
            .as_ref()
            .map_or_else(|| format!("/people/{}", one.person), |id| format!("/members/{id}")),
        chosen: record.as_deref() == Some(choice),
        record,
        name: one.name,
        citizen_id: one.citizen_id,
        birth_date: one.birth_date.to_string(),
        unit: one.unit,
        strength: Badge::new(strength.name(), tone),
        reasons: one.reasons.join("、"),
    }
}

/// `row-<number>`: `new`, or the record; rows of which nothing is said are left out.
fn chosen(fields: &Fields) -> Result<Vec<Chosen>, Error> {
    let wrong = || Error::invalid("choices", "提交的选择不完整，请从“可能重复”页面重新选择后提交。");
    let said = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix("row-")?, value)));
    said.map(|(row, value)| {
        let row = row.parse().map_err(|_| wrong())?;
        let choice = match value {
            "new" => Choice::New,
            record => Choice::Record(record.parse().map_err(|_| wrong())?),
        };
        Ok(Chosen { row, choice })
    })
    .collect()
}

#[post("/imports/<id>/choices", data = "<fields>")]
async fn choose_rows(
    who: SignedIn,
    id: ImportId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Flash<Redirect>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let said = chosen(&fields)?;
    choose::choose(&engine(state), &who.actor, id, &said).await?;
    let after: i32 = fields.get("after").parse().unwrap_or(0);
    let told = format!("已确定 {} 行。", said.len());
    Ok(Flash::success(Redirect::to(format!("/imports/{id}/doubles?after={after}")), told))
}
