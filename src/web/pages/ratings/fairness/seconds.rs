//! Scoring again what was drawn, in the browser.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::samples::token;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::ids::{RatingId, RatingSampleId};
use crate::base::policy::{self, Action};
use crate::records::ratings::printed;
use crate::records::ratings::queries as of_ratings;
use crate::records::ratings::samples::queries;
use crate::records::ratings::samples::{self, EnterSecond};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![ask_second, enter_second]
}

async fn second_page(who: &SignedIn, db: &mut Db, id: RatingSampleId, rating: RatingId) -> Answer<FormPage> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let scope = who.scope();
    let (card, rated) = db::read(&mut db.0, scope, async |conn| {
        let card = queries::sample(conn, scope, id).await?;
        Ok((card, of_ratings::rating(conn, scope, rating).await?))
    })
    .await?;
    let pick = card.picks.iter().find(|pick| pick.rating_id == rating).or_missing("抽中的评定")?;
    let mut controls = vec![Control::new("rater", "二次评分人", Kind::Text).required().columns(4).focus()];
    controls.extend(rated.scheme.dimensions.iter().map(|one| {
        Control::new(format!("scores.{}", one.code), one.name.clone(), Kind::Text)
            .hint(format!("满分{}", printed(&one.maximum)))
            .columns(3)
    }));
    controls.push(Control::new("note", "说明", Kind::Area).columns(12));
    Ok(FormPage {
        frame: who.frame(Section::Ratings),
        title: "登记二次评分".to_owned(),
        back: Link::new("抽样结果", format!("/ratings/samples/{id}")),
        facts: vec![
            Fact::text("评定对象", pick.name.clone().unwrap_or_default()),
            Fact::text("评定单位", pick.unit.clone()),
            Fact::text("方案", rated.scheme.name.clone()),
            Fact::text("评定期", card.sample.period.clone()),
        ],
        note: "二次评分人不能参加过首次评分，首次评分在登记后才显示；登记后不能更改。".to_owned(),
        form: Form {
            action: format!("/ratings/samples/{id}/seconds/{rating}"),
            csrf_token: token(who),
            groups: vec![Group::new("", controls)],
            submit: "登记".to_owned(),
            cancel: Some(format!("/ratings/samples/{id}")),
            ..Form::default()
        },
    })
}

#[get("/ratings/samples/<id>/seconds/<rating>")]
async fn ask_second(
    id: RatingSampleId,
    rating: RatingId,
    who: SignedIn,
    mut db: Db,
) -> Answer<Page<FormPage>> {
    Ok(Page(second_page(&who, &mut db, id, rating).await?))
}

#[post("/ratings/samples/<id>/seconds/<rating>", data = "<fields>")]
async fn enter_second(
    id: RatingSampleId,
    rating: RatingId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let scores = fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("scores.")?.to_owned(), value.to_owned())))
        .collect();
    let command = EnterSecond {
        sample: id,
        rating,
        rater: fields.get("rater").to_owned(),
        scores,
        note: fields.given("note").map(str::to_owned),
    };
    match samples::enter_seconds(&mut db.0, &who.actor, &[command]).await {
        Ok(()) => {
            let to = Redirect::to(format!("/ratings/samples/{id}"));
            Ok(Ok(Flash::success(to, "二次评分已登记，与首次评分的差异如下。")))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = second_page(&who, &mut db, id, rating).await?;
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
