//! What is done to one award: each asks for a few fields, with the rule behind it.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::badges;
use super::show::facts;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::AwardId;
use crate::base::policy::{self, Action};
use crate::base::values::after_working_days;
use crate::records::ratings::awards::queries::{self, AwardRecord};
use crate::records::ratings::awards::{self, AwardAct, ObjectionOutcome};
use crate::records::ratings::printed;
use crate::web::forms::award::{DeedInput, MarkInput};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, act]
}

/// Rows for marks beyond those that the scheme asks for.
const SPARE: usize = 4;

/// The act of a verb, for whoever may do something of the kind at all.
fn known(who: &SignedIn, verb: &str) -> Result<AwardAct> {
    let act = AwardAct::ALL.iter().copied().find(|act| act.code() == verb);
    let act = act.ok_or(Error::Missing { what: "这个操作" })?;
    let action = match act {
        AwardAct::Recommend | AwardAct::Object => Action::EnterRecords,
        _ => Action::DecideRatings,
    };
    policy::require(&who.actor, action, &who.scope().path)?;
    Ok(act)
}

fn note(act: AwardAct, record: &AwardRecord) -> String {
    let scheme = &record.scheme;
    match act {
        AwardAct::Recommend => "按退回理由补充后重新推荐，从第一步起重新办理。".to_owned(),
        AwardAct::Score => format!(
            "至少{}名评审人评分，满分{}，按{}计算；原有评分会被替换。",
            scheme.least_raters,
            printed(&scheme.full_marks),
            scheme.aggregation.name()
        ),
        AwardAct::Decide => match &scheme.pass_mark {
            Some(pass) => format!("评审得分低于{}的不能审定；本人推荐的由其他审核员办理。", printed(pass)),
            None => "本人推荐的由其他审核员办理。".to_owned(),
        },
        AwardAct::Notice => format!(
            "公示期为{}个工作日，自公示次日起算（节假日安排见工作日历，未列入的年份只除去周末）。",
            scheme.notice_days
        ),
        AwardAct::Finish => "公示期满、异议都已处理的，自命名之日起有效。".to_owned(),
        AwardAct::Return => "退回推荐单位补充，理由会显示给推荐人。".to_owned(),
        AwardAct::Reject => "不予通过后，本年度可以另行推荐。".to_owned(),
        AwardAct::Revoke => "自撤销之日起不再计入有效奖项，原记录保留。".to_owned(),
        AwardAct::Object => "公示期内收到的异议在此登记，处理完以前不能命名。".to_owned(),
        AwardAct::Resolve => "登记异议的人不能处理同一异议。".to_owned(),
    }
}

fn controls(act: AwardAct, record: &AwardRecord) -> Vec<Control> {
    let today = clock::today();
    let on =
        |label: &str| Control::new("on", label, Kind::Date).required().value(today.to_string()).columns(3);
    let reason = |label: &str| Control::new("reason", label, Kind::Area).required().columns(12);
    match act {
        AwardAct::Recommend => {
            vec![on("推荐日期"), reason("推荐理由").value(record.card.award.reason.clone()).focus()]
        }
        AwardAct::Score => {
            let least = usize::try_from(record.scheme.least_raters).unwrap_or_default();
            let mut controls = vec![on("评审日期").columns(12)];
            for at in 0..least.saturating_add(SPARE) {
                let mut rater =
                    Control::new(format!("scores[{at}].rater"), format!("评审人{}", at + 1), Kind::Text)
                        .columns(8);
                if at == 0 {
                    rater = rater.focus();
                }
                controls.push(rater);
                controls.push(
                    Control::new(
                        format!("scores[{at}].score"),
                        format!("评审人{}得分", at + 1),
                        Kind::Number,
                    )
                    .columns(4),
                );
            }
            controls
        }
        AwardAct::Notice => {
            let days = u32::try_from(record.scheme.notice_days).unwrap_or_default();
            let until = after_working_days(today, days).map(|day| day.to_string()).unwrap_or_default();
            vec![
                on("公示日期").focus(),
                Control::new("until", "公示截止日期", Kind::Date)
                    .columns(3)
                    .hint(format!("不填按工作日计算；今天公示的到{until}")),
            ]
        }
        AwardAct::Object => vec![
            on("收到日期"),
            Control::new("objector", "异议人", Kind::Text).columns(4).hint("不愿署名的可不填"),
            Control::new("content", "异议内容", Kind::Area).required().columns(12).focus(),
        ],
        AwardAct::Resolve => {
            let choices =
                ObjectionOutcome::ALL.iter().map(|one| Choice::new(one.code(), one.name())).collect();
            vec![
                Control::new("outcome", "处理结果", Kind::Radio(choices)).required().columns(12).focus(),
                on("处理日期"),
                reason("处理意见"),
            ]
        }
        AwardAct::Decide => vec![on("审定日期").focus()],
        AwardAct::Finish => vec![on("命名日期").focus()],
        AwardAct::Return => vec![on("退回日期"), reason("退回理由").focus()],
        AwardAct::Reject => vec![on("决定日期"), reason("不予通过的理由").focus()],
        AwardAct::Revoke => vec![on("撤销日期"), reason("撤销理由").focus()],
    }
}

fn page(who: &SignedIn, record: &AwardRecord, act: AwardAct) -> FormPage {
    let id = record.card.award.id;
    let title = act.step().map_or(act.name(), |step| record.scheme.step_name(step)).to_owned();
    let mut shown =
        vec![Fact::text("村（社区）", &record.card.village_name), Fact::text("奖项", &record.card.kind_name)];
    shown.extend(badges(&record.card).into_iter().map(|badge| Fact::badge("进度", badge)));
    shown.extend(facts(record));
    FormPage {
        frame: who.frame(Section::Ratings),
        back: Link::new("这项评选", format!("/ratings/awards/{id}")),
        facts: shown,
        note: note(act, record),
        form: Form {
            action: format!("/ratings/awards/{id}/{}", act.code()),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), record.card.award.version.to_string())],
            groups: vec![Group::new("", controls(act, record))],
            submit: title.clone(),
            cancel: Some(format!("/ratings/awards/{id}")),
            ..Form::default()
        },
        title,
    }
}

#[get("/ratings/awards/<id>/<verb>", rank = 4)]
async fn ask(who: SignedIn, mut db: Db, id: AwardId, verb: &str) -> Answer<Page<FormPage>> {
    let act = known(&who, verb)?;
    let scope = who.scope();
    let record = db::read(&mut db.0, scope, async |conn| queries::record(conn, scope, id).await).await?;
    Ok(Page(page(&who, &record, act)))
}

/// The marks that were typed, and the row of the form that each stands in.
fn typed_marks(fields: &Fields) -> (Vec<MarkInput>, Vec<usize>) {
    let mut marks = Vec::new();
    let mut places = Vec::new();
    for at in 0..99 {
        let rater = fields.get(&format!("scores[{at}].rater")).trim();
        let score = fields.get(&format!("scores[{at}].score")).trim();
        if !(rater.is_empty() && score.is_empty()) {
            marks.push(MarkInput { rater: rater.to_owned(), score: score.into() });
            places.push(at);
        }
    }
    (marks, places)
}

/// The error beside the row of the form that it is about.
fn placed(error: FieldError, places: &[usize]) -> FieldError {
    let found =
        error.field.strip_prefix("scores[").and_then(|rest| rest.split_once(']')).and_then(|(at, name)| {
            let place = places.get(at.parse::<usize>().ok()?)?;
            Some(format!("scores[{place}]{name}"))
        });
    FieldError { field: found.unwrap_or(error.field), ..error }
}

#[post("/ratings/awards/<id>/<verb>", data = "<fields>", rank = 5)]
async fn act(
    who: SignedIn,
    mut db: Db,
    id: AwardId,
    verb: &str,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<FormPage>>> {
    let act = known(&who, verb)?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let (scores, places) = typed_marks(&fields);
    let input = DeedInput {
        on: text("on"),
        reason: text("reason"),
        scores,
        until: text("until"),
        objector: text("objector"),
        content: text("content"),
        outcome: text("outcome"),
    };
    let done = match input.parse(verb, id, fields.get("version").parse().ok()) {
        Ok(command) => awards::act_on_awards(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    let errors = match done {
        Ok(outcomes) => match outcomes.into_iter().find_map(|outcome| outcome.refusal) {
            None => {
                let done = format!("已办理：{}。", act.name());
                return Ok(Ok(Flash::success(Redirect::to(format!("/ratings/awards/{id}")), done)));
            }
            Some(refusal) => vec![FieldError::new("", format!("{refusal}。"), None)],
        },
        Err(error) => refusals(error)?.into_iter().map(|error| placed(error, &places)).collect(),
    };
    let scope = who.scope();
    let record = db::read(&mut db.0, scope, async |conn| queries::record(conn, scope, id).await).await?;
    let mut page = page(&who, &record, act);
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
