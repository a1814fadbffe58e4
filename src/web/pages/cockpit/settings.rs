//! When and by whom the quarters of a county are signed off, for whom may set it.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters;
use crate::web::api::cockpit::QuarterSettingsInput;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, FormPage, Group, Link, Section};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    routes![ask_settings, set_settings]
}

#[get("/cockpit/settings")]
async fn ask_settings(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    Ok(Page(settings_page(&who, &mut db).await?))
}

async fn settings_page(who: &SignedIn, db: &mut Db) -> Result<FormPage, Error> {
    let scope = who.scope();
    let quarter = Quarter::containing(clock::today());
    let now = db::read(&mut db.0, scope, async |conn| {
        Ok(quarters::settings::of_quarter(conn, scope.county, quarter).await?)
    })
    .await?
    .ok_or_else(|| Error::broken("no settings of quarters for today"))?;
    let yes_or_no = || vec![Choice::new("false", "否"), Choice::new("true", "是")];
    let days = |name: &str, label: &str, value: i32| {
        Control::new(name, label, Kind::Number).required().value(value.to_string()).columns(4)
    };
    let choose = |name: &str, label: &str, value: bool| {
        Control::new(name, label, Kind::Radio(yes_or_no())).required().value(value.to_string()).columns(6)
    };
    let controls = vec![
        days("village_days", "村（社区）签字期限（季末后天数）", now.village_days),
        days("town_days", "乡镇（街道）签字期限（季末后天数）", now.town_days),
        days("county_days", "县（区）结账期限（季末后天数）", now.county_days),
        choose("villages_sign", "村（社区）也要签字", now.villages_sign),
        choose("towns_must_sign", "乡镇（街道）全部签字后才能结账", now.towns_must_sign),
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .hint("最后一天在施行日期以后的季度适用")
            .columns(4),
        Control::new("source", "依据", Kind::Text).required().hint("文件或会议").columns(8),
    ];
    Ok(FormPage {
        frame: who.frame(Section::Reports),
        title: "签字和结账期限规定".to_owned(),
        back: Link::new("季度工作台", "/cockpit"),
        facts: vec![
            Fact::text("现行规定", format!("自{}起", now.from_day)),
            Fact::text("依据", now.source.clone()),
        ],
        note: "新的规定自施行日期起生效，以前的版本保留。".to_owned(),
        form: Form {
            action: "/cockpit/settings".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "保存".to_owned(),
            cancel: Some("/cockpit".to_owned()),
            ..Form::default()
        },
    })
}

fn input(fields: &Fields) -> Result<QuarterSettingsInput, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut number = |field: &str| {
        let given = fields.get(field);
        given.trim().parse::<i32>().unwrap_or_else(|_| {
            let message = format!("天数“{given}”应为1至90的整数，请改正。");
            errors.push(FieldError::new(field, message, Some(given)));
            0
        })
    };
    let (village_days, town_days, county_days) =
        (number("village_days"), number("town_days"), number("county_days"));
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(QuarterSettingsInput {
        from_day: fields.get("from_day").to_owned(),
        village_days,
        town_days,
        county_days,
        villages_sign: fields.get("villages_sign") == "true",
        towns_must_sign: fields.get("towns_must_sign") == "true",
        source: fields.get("source").to_owned(),
    })
}

#[post("/cockpit/settings", data = "<fields>")]
async fn set_settings(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let command = input(&fields).and_then(QuarterSettingsInput::parse);
    let outcome = match command {
        Ok(command) => quarters::set_settings(&mut db.0, &who.actor, &[command]).await.map(|_| ()),
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let errors = match outcome {
        Ok(()) => return Ok(Ok(Flash::success(Redirect::to("/cockpit"), "已保存签字和结账期限规定。"))),
        Err(error) => refusals(error)?,
    };
    let mut page = settings_page(&who, &mut db).await?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
