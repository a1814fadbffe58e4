//! The merges of an organisation, and taking one back.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::duplicates::tabs;
use crate::base::clock;
use crate::base::error::Error;
use crate::base::ids::MergeId;
use crate::records::merges::{self, Merged, MergedRow};
use crate::web;
use crate::web::api::merges::{merge_with_rows, merged};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::merges::{MergedPage, Merges};
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::{Badge, Cell, Column, Link, Notice, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show, undo]
}

#[get("/people/merges")]
async fn list(who: SignedIn, mut db: Db, listing: Listing) -> Answer<Page<Merges>> {
    let listing = Listing { count: true, ..listing };
    let page = merged(&mut db, &who.actor, None, &listing).await?;
    let text = |value: &str| Cell::Text(value.to_owned());
    let row = |merged: &Merged| {
        Row::to(
            format!("/people/merges/{}", merged.id),
            vec![
                text(&merged.winner_name),
                text(&merged.loser_name),
                Cell::Number(clock::date_in_china(merged.merged_at).to_string()),
                text(&merged.merged_by),
                Cell::Number(merged.moved.to_string()),
                Cell::Badge(state_of(merged)),
            ],
        )
    };
    Ok(Page(Merges {
        frame: who.frame(Section::Members),
        tabs: tabs("/people/merges"),
        table: Table {
            caption: "合并记录".to_owned(),
            columns: vec![
                Column::new("保留的档案"),
                Column::new("并入的档案"),
                Column::numeric("合并日期"),
                Column::new("经办人"),
                Column::numeric("转出登记"),
                Column::new("状态"),
            ],
            rows: page.items.iter().map(row).collect(),
            empty: "没有合并过档案。在“待核对”中比对后合并的，列在这里。".to_owned(),
            pager: Some(Pager {
                shown: page.items.len(),
                total: page.total.and_then(|total| u64::try_from(total).ok()),
                first: listing.after.is_some().then(|| "/people/merges".to_owned()),
                next: page.next.map(|next| format!("/people/merges?after={next}")),
            }),
        },
    }))
}

fn state_of(merged: &Merged) -> Badge {
    if merged.undone_at.is_some() {
        Badge::new("已撤销", Tone::Neutral)
    } else {
        Badge::new("已合并", Tone::Good)
    }
}

#[get("/people/merges/<id>", rank = 2)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: MergeId,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<MergedPage>> {
    let page = page(&who, &mut db, id).await?;
    Ok(Page(MergedPage { frame: who.frame(Section::Members).telling(flash), ..page }))
}

async fn page(who: &SignedIn, db: &mut Db, id: MergeId) -> Result<MergedPage, Error> {
    let (merged, rows) = merge_with_rows(db, &who.actor, id).await?;
    let day = |at| clock::date_in_china(at).to_string();
    let mut facts = vec![
        Fact::link("保留的档案", Link::new(&merged.winner_name, format!("/people/{}", merged.winner_id))),
        Fact::text("并入的档案", &merged.loser_name),
        Fact::text("合并", format!("{}，{}", merged.merged_by, day(merged.merged_at))),
    ];
    if let (Some(by), Some(at)) = (&merged.undone_by, merged.undone_at) {
        if let Some(loser) = facts.get_mut(1) {
            *loser = Fact::link(
                "并入的档案",
                Link::new(&merged.loser_name, format!("/people/{}", merged.loser_id)),
            );
        }
        facts.push(Fact::text("撤销", format!("{by}，{}", day(at))));
        facts.push(Fact::text("撤销原因", merged.undo_reason.clone().unwrap_or_default()));
    }
    let undo = merges::can_undo(&who.actor, &merged)
        .then(|| (format!("/people/merges/{}/undo", merged.id), merged.version));
    Ok(MergedPage {
        frame: who.frame(Section::Members),
        state: state_of(&merged),
        facts,
        table: table(&merged, &rows),
        undo,
        problem: None,
        reason: String::new(),
    })
}

/// Every row that a merge touched, those of one table and fate together.
fn table(merged: &Merged, rows: &[MergedRow]) -> Table {
    let fate = |row: &MergedRow| match (row.action.as_str(), merged.undone_at.is_some(), row.kept.is_some()) {
        (_, true, true) => Badge::new("合并后又有改动，保留现状", Tone::Warning),
        ("moved", false, _) => Badge::new("转到保留的档案", Tone::Good),
        ("moved", true, _) => Badge::new("已转回", Tone::Neutral),
        ("removed", false, _) => Badge::new("移出并留底", Tone::Waiting),
        ("removed", true, _) => Badge::new("已恢复", Tone::Neutral),
        (_, false, _) => Badge::new("按选择更正", Tone::Good),
        (_, true, _) => Badge::new("已恢复原值", Tone::Neutral),
    };
    let listed: Vec<&MergedRow> = rows.iter().filter(|row| row.relation != "person_visibility").collect();
    let groups = listed.chunk_by(|one, other| {
        (merges::noun(&one.relation), &one.action, &one.kept)
            == (merges::noun(&other.relation), &other.action, &other.kept)
    });
    let row = |group: &[&MergedRow]| {
        let first = group.iter().next()?;
        Some(Row::new(vec![
            Cell::Text(merges::noun(&first.relation).to_owned()),
            Cell::Number(group.len().to_string()),
            Cell::Badge(fate(first)),
        ]))
    };
    Table {
        caption: "涉及的登记".to_owned(),
        columns: vec![Column::new("登记"), Column::numeric("条数"), Column::new("处理")],
        rows: groups.filter_map(row).collect(),
        empty: "没有涉及其他登记。".to_owned(),
        pager: None,
    }
}

#[post("/people/merges/<id>/undo", data = "<fields>")]
async fn undo(
    who: SignedIn,
    mut db: Db,
    id: MergeId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<MergedPage>>> {
    let version = fields.given("version").and_then(|version| version.parse().ok());
    let outcome = merges::undo(&mut db.0, &who.actor, id, version, Some(fields.get("reason"))).await;
    let (status, errors) = match outcome {
        Ok(undone) => {
            state.pairs.forget(who.scope().county);
            let kept: Vec<String> =
                undone.kept.iter().map(|(what, count)| format!("{what}{count}条")).collect();
            let said = if kept.is_empty() {
                "已撤销合并，两份档案恢复原状。".to_owned()
            } else {
                format!("已撤销合并；合并后又有改动的{}留在保留的档案上，请核对。", kept.join("、"))
            };
            return Ok(Ok(Flash::success(Redirect::to(format!("/people/merges/{id}")), said)));
        }
        Err(error @ Error::Refused(_)) => (Status::Conflict, refusals(error)?),
        Err(error @ Error::Stale) => (Status::PreconditionFailed, refusals(error)?),
        Err(error) => (Status::UnprocessableEntity, refusals(error)?),
    };
    let message: String = errors.iter().map(|error| error.message.as_str()).collect();
    let page = page(&who, &mut db, id).await?;
    let problem = Some(Notice::new(Tone::Bad, message));
    Ok(Err(PageWith(status, MergedPage { problem, reason: fields.get("reason").to_owned(), ..page })))
}
