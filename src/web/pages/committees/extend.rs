//! The form of a term that the superior approved to be extended.

use rocket::{Route, get, post, routes};

use super::ask::{Sent, Typed, again, day, done, page, term, term_facts, term_link};
use crate::base::ids::TermId;
use crate::records::committees;
use crate::records::committees::queries::TermPlace;
use crate::web::forms::extension::ExtensionText;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Group};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_extension, extend_term]
}

fn extension_page(who: &SignedIn, place: &TermPlace, typed: Typed<'_>) -> FormPage {
    let document = Control::new("document_number", "批准文号", Kind::Text)
        .required()
        .columns(6)
        .hint("上级党组织批准延期的文件");
    let controls =
        vec![day("until", "延期至").required().focus(), document, day("approved_on", "批准日期").required()];
    let mut facts = term_facts(place);
    facts.push(Fact::text("任期届满", place.due_day.to_string()));
    let note = "延长任期须经上级批准，自应换届之日起一般不超过1年；登记后按延期后的日期提示换届。";
    let action = format!("/terms/{}/extend", place.id);
    page(who, ("登记延期", note), term_link(place), facts, action, vec![Group::new("", controls)], typed)
}

#[get("/terms/<id>/extend")]
async fn ask_extension(who: SignedIn, mut db: Db, id: TermId) -> Answer<Page<FormPage>> {
    let place = term(&who, &mut db, id).await?;
    Ok(Page(extension_page(&who, &place, None)))
}

#[post("/terms/<id>/extend", data = "<fields>")]
async fn extend_term(who: SignedIn, mut db: Db, id: TermId, fields: Fields) -> Sent {
    let place = term(&who, &mut db, id).await?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let sent = ExtensionText {
        until: text("until"),
        document_number: text("document_number"),
        approved_on: text("approved_on"),
    };
    let extended = match sent.command(id, None) {
        Ok(command) => committees::extend_term(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match extended {
        Ok(_) => Ok(Ok(done(&place.village_code, "已登记延期。"))),
        Err(error) => Ok(Err(again(extension_page(&who, &place, Some((&fields, &refusals(error)?)))))),
    }
}
