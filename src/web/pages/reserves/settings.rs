//! What is demanded of the pool, version by version, and a form that sets the county's next one.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::reserves::settings::{self, SecondmentEducation};
use crate::records::reserves::{self, Settings, SettingsBook};
use crate::web::forms::{pool, refusals};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::reserves::Demands;
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, set]
}

/// Every version, the latest first; those of the county before those that come with cadre.
fn table(book: &SettingsBook) -> Table {
    let today = clock::today();
    let own = book.versions().len().saturating_sub(settings::common().len());
    let mut versions: Vec<(&Settings, bool)> =
        book.versions().iter().enumerate().map(|(at, version)| (version, at < own)).collect();
    versions.sort_by_key(|(version, is_own)| (!is_own, std::cmp::Reverse(version.from_day)));
    let row = |(version, is_own): (&Settings, bool)| {
        let is_used = book.on(today) == Some(version);
        let state = match (is_used, version.from_day > today) {
            (true, _) => Badge::new("现行", Tone::Good),
            (_, true) => Badge::new("未施行", Tone::Waiting),
            _ if version.to_day.is_none() => Badge::new("本县另有规定", Tone::Neutral),
            _ => Badge::new("已停止", Tone::Neutral),
        };
        Row::new(vec![
            Cell::Number(version.from_day.to_string()),
            Cell::Number(version.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Number(version.minimum_per_village.to_string()),
            Cell::Number(version.secondment_age.to_string()),
            Cell::Text(version.secondment_education.name().to_owned()),
            Cell::Number(version.township_leaders.to_string()),
            Cell::Number(version.village_secretaries.to_string()),
            Cell::Number(version.days_between_notes.to_string()),
            Cell::Text(if is_own { "本县（区）" } else { "通行做法" }.to_owned()),
            Cell::Text(version.source.clone()),
            Cell::Badge(state),
        ])
    };
    Table {
        caption: "后备力量要求".to_owned(),
        columns: vec![
            Column::numeric("施行"),
            Column::numeric("停止"),
            Column::numeric("每村最低人数"),
            Column::numeric("挂职年龄上限"),
            Column::new("挂职学历"),
            Column::numeric("联系领导"),
            Column::numeric("帮带书记"),
            Column::numeric("帮带记录间隔天数"),
            Column::new("范围"),
            Column::new("依据"),
            Column::new("状态"),
        ],
        rows: versions.into_iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

/// The fields of the next version, filled with what holds today.
fn form(who: &SignedIn, present: Option<&Settings>) -> Form {
    let stands = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    let values = [
        present.map(|one| one.minimum_per_village),
        present.map(|one| one.secondment_age),
        present.map(|one| one.township_leaders),
        present.map(|one| one.village_secretaries),
        present.map(|one| one.days_between_notes),
    ];
    let numbers = pool::NUMBERS.into_iter().zip(values).map(|((field, label), value)| {
        Control::new(field, label, Kind::Number).required().value(stands(value)).columns(4)
    });
    let educations = SecondmentEducation::ALL.iter().map(|one| Choice::new(one.code(), one.name())).collect();
    let education = present.map(|one| one.secondment_education.code()).unwrap_or_default();
    let mut controls: Vec<Control> = numbers.collect();
    controls.extend([
        Control::new("secondment_education", "挂职学历要求", Kind::Select(educations))
            .required()
            .value(education)
            .columns(4),
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .columns(3),
        Control::new("source", "依据", Kind::Text).required().hint("文件或会议").columns(9),
    ]);
    Form {
        action: "/reserves/settings".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("本县（区）自某日起的要求", controls)],
        submit: "设定".to_owned(),
        ..Form::default()
    }
}

async fn page(who: &SignedIn, db: &mut Db, flash: Option<FlashMessage<'_>>) -> Result<Demands> {
    let scope = who.scope();
    let book = db::read(&mut db.0, scope, async |conn| Ok(settings::book(conn, scope.county).await?)).await?;
    let sets = policy::require(&who.actor, Action::SetSchemes, &scope.whole_county().path).is_ok();
    Ok(Demands {
        frame: who.frame(Section::Reserves).telling(flash),
        back: Link::new("接续图", "/reserves/map"),
        table: table(&book),
        form: sets.then(|| form(who, book.on(clock::today()))),
    })
}

#[get("/reserves/settings")]
async fn show(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Demands>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    Ok(Page(page(&who, &mut db, flash).await?))
}

#[post("/reserves/settings", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Demands>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let set = match pool::settings(&fields) {
        Ok(command) => reserves::set_settings(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match set {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to("/reserves/settings"), "已设定后备力量要求。"))),
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = page(&who, &mut db, None).await?;
            if let Some(form) = &mut page.form {
                form.keep(|name| fields.has(name).then(|| fields.get(name)));
                form.refuse(&errors);
            }
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
