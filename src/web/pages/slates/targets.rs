//! What the county wants of its teams: every version, and a form that sets the next one.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::across::reports::{self, figures};
use crate::base::clock;
use crate::base::db;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::records::slates::{self, Bound, Level, Target};
use crate::records::words::{self, WordBook};
use crate::web::forms::refusals;
use crate::web::forms::slate::TargetText;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::reports::unit_name;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::slates::Targets;
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, set]
}

fn table(targets: &[Target], words: &WordBook) -> Table {
    let known = figures::of_committees(words);
    let today = clock::today();
    let row = |target: &Target| {
        let figure = known.iter().find(|figure| figure.code == target.figure);
        let unit = figure.map(|figure| unit_name(figure.unit.code())).unwrap_or_default();
        let state = match (target.is_in_force(today), target.from_day > today) {
            (true, _) => Badge::new("现行", Tone::Good),
            (_, true) => Badge::new("未施行", Tone::Waiting),
            _ => Badge::new("已停止", Tone::Neutral),
        };
        Row::new(vec![
            Cell::Text(figure.map_or_else(|| target.figure.clone(), |figure| figure.label.clone())),
            Cell::Text(target.level.name().to_owned()),
            Cell::Text(format!("{}{}{unit}", target.bound.name(), target.value)),
            Cell::Number(target.from_day.to_string()),
            Cell::Number(target.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Text(target.source.clone()),
            Cell::Badge(state),
        ])
    };
    Table {
        caption: "班子目标".to_owned(),
        columns: vec![
            Column::new("指标"),
            Column::new("适用层级"),
            Column::new("目标"),
            Column::numeric("施行"),
            Column::numeric("停止"),
            Column::new("依据"),
            Column::new("状态"),
        ],
        rows: targets.iter().map(row).collect(),
        empty: "县里还没有设定班子目标。".to_owned(),
        pager: None,
    }
}

fn form(who: &SignedIn, words: &WordBook) -> Form {
    let figure = |figure: figures::Figure| Choice::new(figure.code, figure.label);
    let choices = figures::of_committees(words).into_iter().map(figure).collect();
    let levels = Level::ALL.iter().map(|level| Choice::new(level.code(), level.name())).collect();
    let bounds = Bound::ALL.iter().map(|bound| Choice::new(bound.code(), bound.name())).collect();
    let controls = vec![
        Control::new("figure", "指标", Kind::Picker(Source::List(choices))).required().columns(6),
        Control::new("level", "适用层级", Kind::Select(levels)).required().value("village").columns(3),
        Control::new("comparison", "方向", Kind::Select(bounds)).required().value("at_least").columns(3),
        Control::new("value", "目标值", Kind::Number).hint("占比填百分数；不填表示停止这一目标").columns(3),
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .columns(3),
        Control::new("source", "依据", Kind::Text).required().columns(6),
    ];
    Form {
        action: "/committees/targets".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("设定目标", controls)],
        submit: "设定".to_owned(),
        ..Form::default()
    }
}

async fn page(who: &SignedIn, db: &mut Db, flash: Option<FlashMessage<'_>>) -> Result<Targets> {
    let scope = who.scope();
    let (targets, words) = db::read(&mut db.0, scope, async |conn| {
        let targets = slates::queries::targets(conn, scope.county).await?;
        Ok((targets, words::book(conn, scope.county).await?))
    })
    .await?;
    let sets = policy::require(&who.actor, Action::SetSchemes, &scope.whole_county().path).is_ok();
    Ok(Targets {
        frame: who.frame(Section::Committees).telling(flash),
        back: Link::new("村（社区）班子", "/committees"),
        table: table(&targets, &words),
        form: sets.then(|| form(who, &words)),
    })
}

#[get("/committees/targets")]
async fn show(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Targets>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    Ok(Page(page(&who, &mut db, flash).await?))
}

#[post("/committees/targets", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Targets>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let given = |name: &str| fields.given(name).map(str::to_owned);
    let text = TargetText {
        level: fields.get("level").to_owned(),
        figure: fields.get("figure").to_owned(),
        comparison: fields.get("comparison").to_owned(),
        value: given("value"),
        from_day: given("from_day"),
        source: fields.get("source").to_owned(),
    };
    let set = match text.command() {
        Ok(command) => {
            let figures = reports::target_figures(&db.words(who.scope()).await?);
            slates::set_targets(&mut db.0, &who.actor, &figures, &[command]).await
        }
        Err(error) => Err(error),
    };
    match set {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to("/committees/targets"), "已设定目标。"))),
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
