//! Corrections: a seat or a term as it should have been recorded, a seat that was entered by mistake.

use rocket::{Route, get, post, routes};

use super::ask::{
    SOURCES, Sat, Sent, Typed, again, day, done_on, page, place_controls, posts_of, seat, seat_details, term,
    term_facts, term_link, term_text,
};
use super::leave::leaving_controls;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{SeatId, TermId};
use crate::records::committees::queries::{self, SeatCard, TermCard, TermPlace};
use crate::records::committees::{self, CommitteeKind, RemoveSeat};
use crate::records::words::WordBook;
use crate::web::forms::committee::{SeatText, WhoText};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Group, Link};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_seat, correct_seat, ask_removal, remove_seat, ask_term, correct_term]
}

/// The version that the form was made from.
pub(super) fn version(fields: &Fields) -> Result<i32> {
    fields.get("version").parse().map_err(|_| Error::Stale)
}

/// What a refused correction shows. A record that somebody changed meanwhile is told as it stands now; what was typed
/// stays, and may be saved over it once it was read.
pub(super) fn refused_or_stale(
    error: Error,
    by: &str,
    now: &str,
) -> std::result::Result<Vec<FieldError>, Error> {
    if !matches!(error, Error::Stale) {
        return refusals(error);
    }
    let message =
        format!("这条记录刚刚由{by}改过，现在登记的是：{now}。您填写的内容保留在下面，核对后可以再次保存。");
    Ok(vec![FieldError::new("", message, None)])
}

fn seat_now(card: &SeatCard, words: &WordBook) -> String {
    let seat = &card.seat;
    let left = seat.to_day.map(|day| format!("，{day}离职")).unwrap_or_default();
    format!("{}，{}任职{left}", words.post_name(&seat.post), seat.from_day)
}

fn seat_facts(card: &SeatCard, place: &TermPlace) -> Vec<Fact> {
    let mut facts = term_facts(place);
    facts.push(Fact::text("姓名", &card.name));
    facts
}

fn seat_page(who: &SignedIn, (card, place, words): &Sat, typed: Typed<'_>) -> FormPage {
    let seat = &card.seat;
    let mut controls = vec![
        Control::new("post", "职务", posts_of(place, words)).required().value(&seat.post).columns(3).focus(),
        day("from_day", "任职日期").required().value(seat.from_day.to_string()),
    ];
    controls.extend(leaving_controls().into_iter().map(|control| {
        let stored = match control.name.as_str() {
            "to_day" => seat.to_day.map(|day| day.to_string()),
            "leaving_reason" => seat.leaving_reason.clone(),
            _ => seat.leaving_explanation.clone(),
        };
        control.value(stored.unwrap_or_default())
    }));
    controls.extend(seat_details(place, words).into_iter().map(|control| match control.name.as_str() {
        "education" => control.required().value(&seat.education),
        "is_party_member" => control.required().value(seat.is_party_member.to_string()),
        "note" => control.value(seat.note.clone().unwrap_or_default()),
        name => {
            let at = SOURCES.iter().position(|(source, _)| *source == name);
            let source = at.and_then(|at| card.sources.get(at)).cloned();
            control.value(source.unwrap_or_default())
        }
    }));
    let note = "更正登记有误的内容，原内容保留在操作日志。人员或届次登错的，请删除这条任职后重新登记；正常离职请用“离职”。";
    let action = format!("/seats/{}/correct", seat.id);
    let back = term_link(place);
    let groups = vec![Group::new("", controls)];
    let mut page = page(who, ("更正任职", note), back, seat_facts(card, place), action, groups, typed);
    page.form.hidden.push(("version".to_owned(), seat.version.to_string()));
    page.form.instead = Some(Link::new("登错了人？删除这条任职", format!("/seats/{}/remove", seat.id)));
    page
}

#[get("/seats/<id>/correct")]
async fn ask_seat(who: SignedIn, mut db: Db, id: SeatId) -> Answer<Page<FormPage>> {
    let sat = seat(&who, &mut db, id).await?;
    Ok(Page(seat_page(&who, &sat, None)))
}

#[post("/seats/<id>/correct", data = "<fields>")]
async fn correct_seat(who: SignedIn, mut db: Db, id: SeatId, fields: Fields) -> Sent {
    let (card, _, words) = seat(&who, &mut db, id).await?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let from_day = card.seat.from_day;
    // More sources than the form has room for, which only a program or a workbook gives, are not lost.
    let beyond = card.sources.into_iter().skip(SOURCES.len());
    let said = SeatText {
        who: WhoText::default(),
        post: text("post"),
        from_day: text("from_day"),
        to_day: text("to_day"),
        leaving_reason: text("leaving_reason"),
        leaving_explanation: text("leaving_explanation"),
        education: text("education"),
        is_party_member: fields.given("is_party_member").map(|given| given == "true"),
        sources: SOURCES.into_iter().filter_map(|(name, _)| text(name)).chain(beyond).collect(),
        note: text("note"),
    };
    let corrected = match version(&fields).and_then(|version| said.correct(id, version, &words)) {
        Ok(command) => committees::correct_seat(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    let sat = seat(&who, &mut db, id).await?;
    let (card, place, words) = &sat;
    match corrected {
        Ok(()) => {
            let mut days = late::typed(&fields, &["from_day"]);
            days.push(from_day);
            Ok(Ok(done_on(&mut db, &who, place, "已更正任职。", days).await))
        }
        Err(error) => {
            let errors = refused_or_stale(error, &card.seat.updated_by, &seat_now(card, words))?;
            Ok(Err(again(seat_page(&who, &sat, Some((&fields, &errors))))))
        }
    }
}

fn removal_page(who: &SignedIn, (card, place, words): &Sat, typed: Typed<'_>) -> FormPage {
    let controls = vec![
        Control::new("reason", "删除原因", Kind::Text)
            .required()
            .columns(12)
            .focus()
            .hint("如误登为同名的另一人"),
    ];
    let mut facts = seat_facts(card, place);
    facts.push(Fact::text("职务", words.post_name(&card.seat.post)));
    facts.push(Fact::text("任职", card.seat.from_day.to_string()));
    let note =
        "只删除登记错误的任职，删除的内容和原因保留在操作日志，已结账季度的数字不变。正常离职请用“离职”。";
    let action = format!("/seats/{}/remove", card.seat.id);
    let back = term_link(place);
    let groups = vec![Group::new("", controls)];
    let mut page = page(who, ("删除任职", note), back, facts, action, groups, typed);
    page.form.hidden.push(("version".to_owned(), card.seat.version.to_string()));
    page
}

#[get("/seats/<id>/remove")]
async fn ask_removal(who: SignedIn, mut db: Db, id: SeatId) -> Answer<Page<FormPage>> {
    let sat = seat(&who, &mut db, id).await?;
    Ok(Page(removal_page(&who, &sat, None)))
}

#[post("/seats/<id>/remove", data = "<fields>")]
async fn remove_seat(who: SignedIn, mut db: Db, id: SeatId, fields: Fields) -> Sent {
    let sat = seat(&who, &mut db, id).await?;
    let (card, place, words) = &sat;
    let reason = fields.get("reason").to_owned();
    let removed = match version(&fields) {
        Ok(version) => {
            let command = RemoveSeat { seat: id, version, reason };
            committees::remove_seat(&mut db.0, &who.actor, &[command]).await
        }
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => {
            let days = vec![card.seat.from_day];
            Ok(Ok(done_on(&mut db, &who, place, "已删除任职。", days).await))
        }
        Err(error) => {
            let errors = refused_or_stale(error, &card.seat.updated_by, &seat_now(card, words))?;
            Ok(Err(again(removal_page(&who, &sat, Some((&fields, &errors))))))
        }
    }
}

async fn term_card(who: &SignedIn, db: &mut Db, id: TermId) -> Result<(TermCard, TermPlace)> {
    let place = term(who, db, id).await?;
    let scope = who.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::term(conn, scope, id).await).await?;
    Ok((card, place))
}

fn term_page(
    who: &SignedIn,
    (card, place, words): (&TermCard, &TermPlace, &WordBook),
    typed: Typed<'_>,
) -> FormPage {
    let term = &card.term;
    let kind = place.kind().unwrap_or(CommitteeKind::VillageParty);
    let mut controls = vec![
        Control::new("ordinal", "届次", Kind::Number)
            .required()
            .value(term.ordinal.to_string())
            .columns(3)
            .focus(),
        day("from_day", "任期开始").required().value(term.from_day.to_string()),
        day("due_day", "任期届满").required().value(term.due_day.to_string()),
        day("ended_on", "任期结束").value(term.ended_on.map(|day| day.to_string()).unwrap_or_default()),
    ];
    let posts = words.posts(kind, term.from_day, term.ended_on);
    controls.extend(place_controls(posts, |post| {
        let provided = card.posts.iter().find(|provided| provided.post == post.code());
        provided.map(|provided| provided.places.to_string()).unwrap_or_default()
    }));
    let facts = vec![Fact::text("村（社区）", &place.village), Fact::text("组织", kind.name())];
    let note = "更正登记有误的届次、日期和职数，原内容保留在操作日志。";
    let action = format!("/terms/{}/correct", term.id);
    let back = term_link(place);
    let groups = vec![Group::new("", controls)];
    let mut page = page(who, ("更正届次", note), back, facts, action, groups, typed);
    page.form.hidden.push(("version".to_owned(), term.version.to_string()));
    page
}

#[get("/terms/<id>/correct")]
async fn ask_term(who: SignedIn, mut db: Db, id: TermId) -> Answer<Page<FormPage>> {
    let (card, place) = term_card(&who, &mut db, id).await?;
    let words = db.words(who.scope()).await?;
    Ok(Page(term_page(&who, (&card, &place, &words), None)))
}

#[post("/terms/<id>/correct", data = "<fields>")]
async fn correct_term(who: SignedIn, mut db: Db, id: TermId, fields: Fields) -> Sent {
    let from_day = term_card(&who, &mut db, id).await?.0.term.from_day;
    let words = db.words(who.scope()).await?;
    let command =
        version(&fields).and_then(|version| term_text(&fields, &words)?.correct(id, version, &words));
    let corrected = match command {
        Ok(command) => committees::correct_term(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    let (card, place) = term_card(&who, &mut db, id).await?;
    match corrected {
        Ok(()) => {
            let mut days = late::typed(&fields, &["from_day", "ended_on"]);
            days.push(from_day);
            Ok(Ok(done_on(&mut db, &who, &place, "已更正届次。", days).await))
        }
        Err(error) => {
            let term = &card.term;
            let now = format!("第{}届，{}至{}", term.ordinal, term.from_day, term.due_day);
            let errors = refused_or_stale(error, &term.updated_by, &now)?;
            Ok(Err(again(term_page(&who, (&card, &place, &words), Some((&fields, &errors))))))
        }
    }
}
