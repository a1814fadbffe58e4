//! What happens to people in the pool: each asks for a few fields, with the rule behind it.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::{name_chosen, people_picker, state_badge};
use crate::across::appointment::appoint_from_pool;
use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::ReserveId;
use crate::base::policy::{self, Action};
use crate::base::values::completed_years;
use crate::records::committees;
use crate::records::reserves::queries::Card;
use crate::records::reserves::{self, AddMentor, EndMentor, GiveReview, Grade, MentorKind, WriteNote};
use crate::records::words;
use crate::web;
use crate::web::api::reserves::{StepInput, day, mentor_id, read, village_of_county};
use crate::web::forms::refusals;
use crate::web::forms::reserve::MentorInput;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, record]
}

const VERBS: [(&str, &str, &str); 9] = [
    ("second", "挂职", "挂职人员应符合本县（区）规定的年龄和学历条件（通常为35岁以下、大专及以上）。"),
    ("post", "异地任职", "到本县（区）其他村（社区）任职期间，仍计入原村后备力量。"),
    ("return", "回库", "挂职或异地任职期满后回原村在库培养。"),
    (
        "appoint",
        "任用",
        "任用后即出库，计入本届任用人数；任用到班子的同时登记任职，须符合任职条件和联审要求。",
    ),
    ("leave", "退出", "退出后不再计入后备力量；如需继续培养，可重新入库。"),
    (
        "mentor",
        "增加帮带人",
        "“2+1”联系帮带：两名乡镇（街道）领导和一名村（社区）现任书记；已离任、去世或不在册的不能帮带。",
    ),
    ("end", "结束帮带", "结束后不能再登记此人的帮带记录；请及时补充新的帮带人。"),
    ("note", "登记帮带记录", "按规定间隔登记谈心谈话、带教、走访等帮带情况。"),
    ("review", "考核", "考核结果是判断能否接任的依据之一。"),
];

fn known(verb: &str) -> Result<(&'static str, &'static str), Error> {
    VERBS
        .iter()
        .find(|(name, ..)| *name == verb)
        .map(|(_, title, note)| (*title, *note))
        .ok_or(Error::Missing { what: "这个操作" })
}

fn controls(verb: &str, card: &Card, seats: Vec<Choice>) -> Vec<Control> {
    let today = clock::today();
    let on =
        |label: &str| Control::new("on", label, Kind::Date).required().value(today.to_string()).columns(3);
    let village = || {
        let source = Source::Search("/villages?everywhere=true".to_owned());
        Control::new("village", "任职村（社区）", Kind::Picker(source)).hint("本县内，输入名称、拼音或代码")
    };
    let post = || Control::new("post", "任用职务", Kind::Text).columns(4);
    let reason = || Control::new("reason", "原因", Kind::Area).columns(12);
    let mentors = || {
        let guiding = card.mentors.iter().filter(|mentor| mentor.guides_on(today));
        let choices: Vec<Choice> = guiding
            .map(|mentor| {
                let kind = MentorKind::parse(&mentor.kind).map_or("", MentorKind::name);
                Choice::new(mentor.id.to_string(), format!("{}（{kind}）", mentor.name))
            })
            .collect();
        Control::new("mentor", "帮带人", Kind::Select(choices)).required().focus()
    };
    match verb {
        "second" => vec![village().required().focus(), post(), on("挂职起始日期"), reason()],
        "post" => vec![village().required().focus(), post(), on("任职起始日期"), reason()],
        "return" => vec![on("回库日期").focus(), reason()],
        "appoint" => {
            let seat = Control::new("seat", "班子职务", Kind::Select(seats))
                .columns(6)
                .focus()
                .hint("任用到本村（社区）现任班子的，在这里选择，任职同时登记");
            vec![
                seat,
                post().hint("不进班子的填写，如网格员"),
                village().hint("不进班子的填写，不填即为本村"),
                on("任用日期"),
                reason(),
            ]
        }
        "leave" => vec![on("退出日期").focus(), reason().required()],
        "mentor" => vec![
            Control::new(
                "kind",
                "帮带人类别",
                Kind::Radio(MentorKind::ALL.iter().map(|k| Choice::new(k.code(), k.name())).collect()),
            )
            .required()
            .value("township_leader"),
            Control::new("mentor", "姓名", Kind::Text).focus(),
            Control::new("person", "人员库中的人员", people_picker())
                .columns(6)
                .hint("输入姓名或拼音；在人员库中选择的不必填写姓名"),
            Control::new("from", "起始日期", Kind::Date).required().value(today.to_string()).columns(3),
        ],
        "end" => vec![mentors(), on("结束日期")],
        "note" => vec![
            mentors(),
            on("日期"),
            Control::new("content", "帮带内容", Kind::Area).required().columns(12),
        ],
        _ => vec![
            on("考核日期").focus(),
            Control::new(
                "grade",
                "考核等次",
                Kind::Radio(Grade::ALL.iter().map(|grade| Choice::new(grade.code(), grade.name())).collect()),
            )
            .required()
            .value("qualified")
            .columns(6),
            Control::new("opinion", "考核意见", Kind::Area).columns(12),
        ],
    }
}

fn page(who: &SignedIn, card: &Card, verb: &str, seats: Vec<Choice>) -> Result<FormPage, Error> {
    let (title, note) = known(verb)?;
    let id = card.reserve.id;
    let age = completed_years(card.person.birth_date, clock::today()).unwrap_or_default();
    Ok(FormPage {
        frame: who.frame(Section::Reserves),
        title: title.to_owned(),
        back: Link::new(&card.person.name, format!("/reserves/{id}")),
        facts: vec![
            Fact::text("姓名", &card.person.name),
            Fact::text("村（社区）", &card.village.name),
            Fact::text("年龄", format!("{age}岁")),
            Fact::text("学历", codes::education().name_of(&card.person.education)),
            Fact::badge("状态", state_badge(&card.reserve.state)),
        ],
        note: note.to_owned(),
        form: Form {
            action: format!("/reserves/{id}/{verb}"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), card.reserve.version.to_string())],
            groups: vec![Group::new("", controls(verb, card, seats))],
            submit: title.to_owned(),
            cancel: Some(format!("/reserves/{id}")),
            ..Form::default()
        },
    })
}

#[get("/reserves/<id>/<verb>?<mentor>", rank = 4)]
async fn ask(
    who: SignedIn,
    mut db: Db,
    id: ReserveId,
    verb: &str,
    mentor: Option<&str>,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    known(verb)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    let seats = seats(&mut db, &who, verb, &card).await?;
    let mut page = page(&who, &card, verb, seats)?;
    if let Some(mentor) = mentor {
        page.form.keep(|name| (name == "mentor").then_some(mentor));
    }
    Ok(Page(page))
}

#[post("/reserves/<id>/<verb>", data = "<fields>", rank = 5)]
async fn record(
    who: SignedIn,
    mut db: Db,
    id: ReserveId,
    verb: &str,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let (title, _) = known(verb)?;
    let errors = match carry_out(&who, &mut db, state, id, verb, &fields).await {
        Ok(()) => {
            let done = format!("已登记：{title}。");
            return Ok(Ok(Flash::success(Redirect::to(format!("/reserves/{id}")), done)));
        }
        Err(error) => refusals(error)?,
    };
    let card = read(&mut db, &who.actor, state, id).await?;
    let seats = seats(&mut db, &who, verb, &card).await?;
    let mut page = page(&who, &card, verb, seats)?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}

async fn carry_out(
    who: &SignedIn,
    db: &mut Db,
    state: &State<web::State>,
    reserve: ReserveId,
    verb: &str,
    fields: &Fields,
) -> Result<(), Error> {
    let version: Option<i32> = fields.get("version").parse().ok();
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let actor = &who.actor;
    match verb {
        "mentor" => {
            let mut input = MentorInput {
                kind: fields.get("kind").to_owned(),
                name: fields.get("mentor").to_owned(),
                person: text("person"),
                from: text("from"),
            };
            name_chosen(db, who, std::slice::from_mut(&mut input)).await?;
            let mentor = input.parse(Some(clock::today())).map_err(Error::Invalid)?;
            reserves::add_mentors(&mut db.0, actor, &[AddMentor { reserve, version, mentor }]).await?;
        }
        "end" => {
            let (mentor, on) = (mentor_id(fields.get("mentor"))?, day(fields.given("on"))?);
            reserves::end_mentors(&mut db.0, actor, &[EndMentor { reserve, version, mentor, on }]).await?;
        }
        "note" => {
            let (mentor, on) = (mentor_id(fields.get("mentor"))?, day(fields.given("on"))?);
            let content = fields.get("content").to_owned();
            let command = WriteNote { reserve, version, mentor, on, content };
            reserves::write_notes(&mut db.0, actor, &[command]).await?;
        }
        "review" => {
            let grade = Grade::parse(fields.get("grade"))
                .map_err(|error| Error::Invalid(vec![FieldError::new("grade", error, None)]))?;
            let command = GiveReview {
                reserve,
                version,
                on: day(fields.given("on"))?,
                grade,
                opinion: text("opinion"),
            };
            reserves::review(&mut db.0, actor, &[command]).await?;
        }
        "appoint" if fields.given("seat").is_some() => {
            take_seat(who, db, state, (reserve, version), fields).await.map_err(on_seat)?;
        }
        _ => {
            let village = village_of_county(db, who.scope(), fields.given("village")).await?;
            let input = StepInput {
                village: text("village"),
                post: text("post"),
                term: None,
                on: text("on"),
                reason: text("reason"),
            };
            let step = input.parse(verb, reserve, version, village)?;
            reserves::record(&mut db.0, actor, &[step]).await?;
        }
    }
    Ok(())
}

/// Appoints him to a committee of his village.
async fn take_seat(
    who: &SignedIn,
    db: &mut Db,
    state: &State<web::State>,
    (reserve, version): (ReserveId, Option<i32>),
    fields: &Fields,
) -> Result<(), Error> {
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let (term, post) = fields.get("seat").split_once('/').unwrap_or_default();
    let input = StepInput {
        village: None,
        post: Some(post.to_owned()),
        term: Some(term.to_owned()),
        on: text("on"),
        reason: text("reason"),
    };
    let words = db.words(who.scope()).await?;
    let seats: Vec<_> = input.seat("appoint", reserve, version, &words)?.into_iter().collect();
    appoint_from_pool(&mut db.0, &who.actor, &state.keys, &seats).await?;
    Ok(())
}

/// The posts of the committees of his village whose terms run, where he is to be appointed.
async fn seats(db: &mut Db, who: &SignedIn, verb: &str, card: &Card) -> Result<Vec<Choice>, Error> {
    if verb != "appoint" {
        return Ok(Vec::new());
    }
    let (scope, village) = (who.scope(), card.reserve.village_id);
    let (terms, words) = db::read(&mut db.0, scope, async |conn| {
        let terms = committees::queries::terms_of_villages(conn, scope, &[village]).await?;
        Ok((terms, words::book(conn, scope.county).await?))
    })
    .await?;
    let mut choices = Vec::new();
    for term in terms.iter().filter(|term| term.ended_on.is_none()) {
        let Some(kind) = term.kind() else { continue };
        let posts = words.posts(kind, clock::today(), None);
        choices.extend(posts.into_iter().map(|post| {
            let text = format!("{} 第{}届 {}", kind.name(), term.ordinal, post.name());
            Choice::new(format!("{}/{}", term.id, post.code()), text)
        }));
    }
    Ok(choices)
}

/// Term and post are one control.
fn on_seat(error: Error) -> Error {
    let own = |error: FieldError| match error.field.as_str() {
        "term" | "post" | "person" | "is_party_member" => FieldError { field: "seat".to_owned(), ..error },
        _ => error,
    };
    match error {
        Error::Invalid(errors) => Error::Invalid(errors.into_iter().map(own).collect()),
        other => other,
    }
}
