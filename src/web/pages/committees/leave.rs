//! Leaving a seat: when, for which reason, and what else is said of it.

use rocket::{Route, get, post, routes};

use super::ask::{Sat, Sent, Typed, again, choices, day, done_on, page, seat, term_facts, term_link, today};
use crate::base::ids::SeatId;
use crate::records::committees::{self, LeavingReason};
use crate::web::forms::committee::EndText;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Group};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_end, end_seat]
}

/// The reasons for leaving, to choose from.
fn reasons() -> Kind {
    choices(LeavingReason::ALL.iter().copied(), |reason| (reason.code(), reason.name()))
}

/// When and why a seat was left, in a form that tells all of a seat.
pub(super) fn leaving_controls() -> [Control; 3] {
    [
        day("to_day", "离职日期"),
        Control::new("leaving_reason", "离职原因", reasons()).columns(3),
        Control::new("leaving_explanation", "离职说明", Kind::Text).columns(12),
    ]
}

fn end_page(who: &SignedIn, (card, place, words): &Sat, typed: Typed<'_>) -> FormPage {
    let controls = vec![
        day("on", "离职日期").required().value(today()).focus(),
        Control::new("reason", "离职原因", reasons()).required().columns(3),
        Control::new("explanation", "离职说明", Kind::Text)
            .columns(6)
            .hint("如调任何处、因何不胜任；选“其他”的请写明"),
    ];
    let mut facts = term_facts(place);
    facts.push(Fact::text("姓名", &card.name));
    facts.push(Fact::text("职务", words.post_name(&card.seat.post)));
    let action = format!("/seats/{}/end", card.seat.id);
    let title = ("登记离职", "离职日期当天起不再任职。");
    page(who, title, term_link(place), facts, action, vec![Group::new("", controls)], typed)
}

#[get("/seats/<id>/end")]
async fn ask_end(who: SignedIn, mut db: Db, id: SeatId) -> Answer<Page<FormPage>> {
    let sat = seat(&who, &mut db, id).await?;
    Ok(Page(end_page(&who, &sat, None)))
}

#[post("/seats/<id>/end", data = "<fields>")]
async fn end_seat(who: SignedIn, mut db: Db, id: SeatId, fields: Fields) -> Sent {
    let sat = seat(&who, &mut db, id).await?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let said = EndText { on: text("on"), reason: text("reason"), explanation: text("explanation") };
    let ended = match said.end(id, None) {
        Ok(command) => committees::end_seat(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => {
            let days = late::typed(&fields, &["on"]);
            Ok(Ok(done_on(&mut db, &who, &sat.1, "已登记离职。", days).await))
        }
        Err(error) => {
            let errors = refusals(error)?;
            Ok(Err(again(end_page(&who, &sat, Some((&fields, &errors))))))
        }
    }
}
