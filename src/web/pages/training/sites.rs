//! Sites where classes are held: where they stand and how many people they take at one time; the planner keeps to it.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::may_set;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::records::training::queries;
use crate::web::api::training::set_sites;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::class_plan::Sites;
use crate::web::views::controls::{Kind, Source};
use crate::web::views::{Cell, Column, Control, Form, Group, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, set]
}

#[get("/training/sites")]
async fn list(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Sites>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let mut page = page(&who, &mut db).await?;
    page.frame = page.frame.telling(flash);
    Ok(Page(page))
}

async fn page(who: &SignedIn, db: &mut Db) -> Result<Sites, Error> {
    let scope = who.scope();
    let sites =
        db::read(&mut db.0, scope, async |conn| Ok(queries::sites(conn, scope.county).await?)).await?;
    let rows = sites.into_iter().map(|site| {
        Row::new(vec![
            Cell::Text(site.name),
            Cell::Text(site.organisation_name),
            Cell::Number(site.capacity.to_string()),
        ])
    });
    Ok(Sites {
        frame: who.frame(Section::Training),
        table: Table {
            caption: "培训地点".to_owned(),
            columns: vec![Column::new("名称"), Column::new("所在单位"), Column::numeric("同时可容纳（人）")],
            rows: rows.collect(),
            empty: "还没有登记培训地点；没有登记的地点，排班时按主办单位所在地计算距离，不限容量。"
                .to_owned(),
            pager: None,
        },
        form: may_set(&who.actor).then(|| form(who)),
    })
}

fn form(who: &SignedIn) -> Form {
    let controls = vec![
        Control::new("name", "名称", Kind::Text)
            .required()
            .hint("与班次中填写的地点一致；同名的地点将被更改")
            .columns(4),
        Control::new(
            "organisation",
            "所在单位",
            Kind::Picker(Source::Search("/places?everywhere=true".to_owned())),
        )
        .required()
        .columns(4),
        Control::new("capacity", "同时可容纳（人）", Kind::Number).required().columns(4),
    ];
    Form {
        action: "/training/sites".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("登记或更改培训地点", controls)],
        submit: "保存".to_owned(),
        ..Form::default()
    }
}

#[post("/training/sites", data = "<fields>")]
async fn set(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Result<Flash<Redirect>, PageWith<Sites>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().path)?;
    let errors = match carry_out(&who, &mut db, &fields).await {
        Ok(()) => {
            let done = format!("已保存培训地点“{}”。", fields.get("name").trim());
            return Ok(Ok(Flash::success(Redirect::to("/training/sites"), done)));
        }
        Err(error) => refusals(error)?,
    };
    let mut page = page(&who, &mut db).await?;
    if let Some(form) = &mut page.form {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(&errors);
    }
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}

async fn carry_out(who: &SignedIn, db: &mut Db, fields: &Fields) -> Result<(), Error> {
    let typed = fields.get("capacity");
    let capacity = typed.trim().parse().map_err(|_| {
        let message = format!("容纳人数“{typed}”应为1至100000的整数，请改正。");
        Error::Invalid(vec![FieldError::new("capacity", message, Some(typed))])
    })?;
    let input = (fields.get("name").to_owned(), fields.get("organisation").to_owned(), capacity);
    set_sites(db, &who.actor, vec![input]).await
}
