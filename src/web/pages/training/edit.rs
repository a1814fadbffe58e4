//! Planning a class and changing it, by keyboard.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::class_facts;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::TrainingClassId;
use crate::base::policy::{self, Action};
use crate::records::training::queries::{self, ClassCard, ProgrammeRecord};
use crate::records::training::{self, ChangeClass, ClassKind, ClassState};
use crate::web::api::training::{class_card, class_places};
use crate::web::forms::refusals;
use crate::web::forms::training::ClassInput;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_new, plan, ask_change, change]
}

/// How many programmes a form offers with their fields: those of the last years.
const OFFERED: usize = 8;

async fn programmes(db: &mut Db, who: &SignedIn) -> Result<Vec<ProgrammeRecord>, Error> {
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let found = queries::programmes(conn, scope.county).await?;
        let mut records = Vec::new();
        for programme in found.into_iter().take(OFFERED) {
            records.push(queries::programme(conn, scope.county, programme.id).await?);
        }
        Ok(records)
    })
    .await
}

fn yes_or_no() -> Kind {
    Kind::Radio(vec![Choice::new("true", "是"), Choice::new("false", "否")])
}

/// The fields of the programmes, those of the latest first, each code once.
fn fields(records: &[ProgrammeRecord]) -> Kind {
    let mut choices: Vec<Choice> = Vec::new();
    for field in records.iter().flat_map(|record| &record.fields) {
        if !choices.iter().any(|choice| choice.code == field.code) {
            choices.push(Choice::new(&field.code, &field.name));
        }
    }
    Kind::Select(choices)
}

fn when_and_how_long() -> Vec<Control> {
    vec![
        Control::new("first_day", "开始日期", Kind::Date).required().columns(2),
        Control::new("last_day", "结束日期", Kind::Date).required().columns(2),
        Control::new("hours", "学时", Kind::Number).required().hint("最多一位小数").columns(2),
        Control::new("places", "名额", Kind::Number).hint("不限的留空").columns(2),
        Control::new("is_away", "外出培训", yes_or_no()).value("false").columns(2),
        Control::new("takes_walk_ins", "未报名可参训", yes_or_no()).value("false").columns(2),
    ]
}

fn items() -> Vec<Control> {
    vec![
        Control::new("is_course_approved", "课程已审核", yes_or_no()).value("false").columns(2),
        Control::new("teacher", "师资", Kind::Text).columns(4),
        Control::new("site", "地点", Kind::Text).columns(3),
        Control::new("cost_bearer", "经费负担", Kind::Text).columns(3),
        Control::new("assessment", "考核评估", Kind::Area).columns(6),
        Control::new("note", "备注", Kind::Area).columns(6),
    ]
}

fn new_form(who: &SignedIn, records: &[ProgrammeRecord]) -> Form {
    let offered = records.iter().map(|one| Choice::new(&one.programme.code, &one.programme.name)).collect();
    let kinds = ClassKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect();
    let first = records.first().map(|one| one.programme.code.clone()).unwrap_or_default();
    let what = vec![
        Control::new("code", "班次编号", Kind::Text).required().focus().hint("字母、数字、连字符").columns(3),
        Control::new("name", "班次名称", Kind::Text).required().columns(5),
        Control::new("kind", "班次类别", Kind::Radio(kinds)).required().value("class").columns(4),
        Control::new("programme", "轮训计划", Kind::Select(offered)).required().value(first).columns(4),
        Control::new("field", "领域", fields(records)).required().columns(2),
        Control::new(
            "organisation",
            "主办单位",
            Kind::Picker(Source::Search("/places?everywhere=true".to_owned())),
        )
        .hint("不填即为本单位")
        .columns(3),
        Control::new("audience", "参训范围", Kind::Picker(Source::Search("/places".to_owned())))
            .hint("谁的党员可以报名；不填即为主办单位")
            .columns(3),
    ];
    Form {
        action: "/training/classes".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![
            Group::new("班次", what),
            Group::new("时间", when_and_how_long()),
            Group::new("五统一", items()),
        ],
        submit: "计划".to_owned(),
        cancel: Some("/training/classes".to_owned()),
        ..Form::default()
    }
}

fn new_page(who: &SignedIn, flash: Option<FlashMessage<'_>>, form: Form) -> FormPage {
    FormPage {
        frame: who.frame(Section::Training).telling(flash),
        title: "计划班次".to_owned(),
        back: Link::new("培训班次", "/training/classes"),
        facts: Vec::new(),
        note: "计划要求“五统一”的，开放报名前须填齐地点、师资、经费负担并审核课程，结班前须填写考核评估。"
            .to_owned(),
        form,
    }
}

#[get("/training/classes/new")]
async fn ask_new(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let records = programmes(&mut db, &who).await?;
    let form = new_form(&who, &records);
    Ok(Page(new_page(&who, flash, form)))
}

#[post("/training/classes", data = "<fields>")]
async fn plan(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let input = ClassInput::from_fields(&fields);
    let places = class_places(&mut db, &who.actor, &input).await?;
    let planned = match input.plan(places) {
        Ok(command) => training::plan_classes(&mut db.0, &who.actor, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match planned {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("这个班次")?;
            Ok(Ok(Flash::success(Redirect::to(format!("/training/classes/{id}")), "已计划班次。")))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let records = programmes(&mut db, &who).await?;
            let mut form = new_form(&who, &records);
            form.keep(|name| fields.has(name).then(|| fields.get(name)));
            form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, new_page(&who, None, form))))
        }
    }
}

fn change_page(who: &SignedIn, card: &ClassCard, records: &[ProgrammeRecord]) -> Result<FormPage, Error> {
    let class = &card.class;
    let own: Vec<ProgrammeRecord> =
        records.iter().filter(|one| one.programme.id == class.programme_id).cloned().collect();
    let settled = matches!(class.state()?, ClassState::Held | ClassState::Closed);
    let mut what = vec![
        Control::new("name", "班次名称", Kind::Text).required().focus().columns(6),
        Control::new("field", "领域", fields(&own)).required().columns(3),
    ];
    let mut when = when_and_how_long();
    if settled {
        // Who came for how long rests on these; they are shown above and no longer asked for.
        what.truncate(1);
        when.clear();
    }
    let mut groups = vec![Group::new("班次", what)];
    if !when.is_empty() {
        groups.push(Group::new("时间", when));
    }
    groups.push(Group::new("五统一", items()));
    let mut form = Form {
        action: format!("/training/classes/{}/edit", class.id),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: vec![("version".to_owned(), class.version.to_string())],
        groups,
        submit: "保存".to_owned(),
        cancel: Some(format!("/training/classes/{}", class.id)),
        ..Form::default()
    };
    let truth = |value: bool| value.to_string();
    let stored = [
        ("name", class.name.clone()),
        ("field", class.field.clone()),
        ("first_day", class.first_day.to_string()),
        ("last_day", class.last_day.to_string()),
        ("hours", class.hours.normalized().to_plain_string()),
        ("places", class.places.map(|places| places.to_string()).unwrap_or_default()),
        ("is_away", truth(class.is_away)),
        ("takes_walk_ins", truth(class.takes_walk_ins)),
        ("is_course_approved", truth(class.is_course_approved)),
        ("teacher", class.teacher.clone().unwrap_or_default()),
        ("site", class.site.clone().unwrap_or_default()),
        ("cost_bearer", class.cost_bearer.clone().unwrap_or_default()),
        ("assessment", class.assessment.clone().unwrap_or_default()),
        ("note", class.note.clone().unwrap_or_default()),
    ];
    form.keep(|name| stored.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str()));
    Ok(FormPage {
        frame: who.frame(Section::Training),
        title: "修改班次".to_owned(),
        back: Link::new(&class.name, format!("/training/classes/{}", class.id)),
        facts: class_facts(card),
        note: if settled {
            "班次已举办，日期、学时、名额和领域不再修改。".to_owned()
        } else {
            "改期后，名单中的人如与其他班次时间冲突，会逐一提示。".to_owned()
        },
        form,
    })
}

#[get("/training/classes/<id>/edit")]
async fn ask_change(who: SignedIn, mut db: Db, id: TrainingClassId) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let records = programmes(&mut db, &who).await?;
    Ok(Page(change_page(&who, &card, &records)?))
}

#[post("/training/classes/<id>/edit", data = "<fields>")]
async fn change(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let version = fields.get("version").parse().unwrap_or(card.class.version);
    let changed = match ClassInput::from_fields(&fields).edits() {
        Ok(edits) => {
            let command = ChangeClass { class: id, version, edits };
            training::change_classes(&mut db.0, &who.actor, &[command]).await
        }
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match changed {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/training/classes/{id}")), "已保存。"))),
        Err(error) => {
            let errors = refusals(error)?;
            let records = programmes(&mut db, &who).await?;
            let mut page = change_page(&who, &card, &records)?;
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
