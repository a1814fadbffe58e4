//! Entering somebody into the pool and changing what is recorded, by keyboard.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::{name_chosen, people_picker};
use crate::base::clock;
use crate::base::codes::{self, CodeTable};
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::ReserveId;
use crate::base::policy::{self, Action};
use crate::base::values::Word;
use crate::records::reserves::queries::Card;
use crate::records::reserves::{self, Change, MentorKind, ReserveKind, ReserveSource, Route as Chosen};
use crate::records::words::{WordBook, WordList};
use crate::web;
use crate::web::api::members::branch_id;
use crate::web::api::reserves::read;
use crate::web::forms::member::Said;
use crate::web::forms::refusals;
use crate::web::forms::reserve::{MentorInput, ReserveInput};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::people::entered;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_new, enter, ask_change, change]
}

fn table(table: &CodeTable) -> Kind {
    let choices = table.entries().iter().map(|entry| {
        let mut choice = Choice::new(entry.code.clone(), entry.name.clone());
        choice.keys = entry.keys().join(" ");
        choice
    });
    Kind::Picker(Source::List(choices.collect()))
}

/// `held` are sources of the entry that the county no longer uses.
fn pool_controls(words: &WordBook, held: &[String]) -> Vec<Control> {
    let kinds = ReserveKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect();
    let routes = std::iter::once(Choice::new("", "未填"))
        .chain(Chosen::ALL.iter().map(|route| Choice::new(route.code(), route.name())));
    let own = words.words(WordList::ReserveSource);
    let in_force = words.in_force(WordList::ReserveSource, clock::today(), None);
    let offered = |word: &&Word| in_force.contains(word) || held.iter().any(|code| code == word.code());
    let own = own.iter().filter(offered).map(|word| ReserveSource::Added(*word));
    let all: Vec<ReserveSource> = ReserveSource::ALL.iter().copied().chain(own).collect();
    let sources = |first: &str| -> Vec<Choice> {
        std::iter::once(Choice::new("", first))
            .chain(all.iter().map(|source| Choice::new(source.code(), source.name())))
            .collect()
    };
    vec![
        Control::new("kind", "类别", Kind::Radio(kinds)).required().value("reserve_cadre").columns(4),
        Control::new("source1", "来源", Kind::Select(sources("请选择"))).required().columns(2),
        Control::new("source2", "来源二", Kind::Select(sources("无"))).columns(2),
        Control::new("route", "选拔方式", Kind::Select(routes.collect())).columns(2),
        Control::new("political_status", "政治面貌", table(codes::political_status())).required().columns(2),
    ]
}

fn note() -> Control {
    Control::new("note", "备注", Kind::Area).columns(12)
}

fn new_form(who: &SignedIn, words: &WordBook) -> Form {
    let check = Some("/members/duplicates".to_owned());
    let person = vec![
        Control::new("name", "姓名", Kind::Text).required().focus().columns(3),
        Control::new("citizen_id", "公民身份号码", Kind::CitizenId { check })
            .required()
            .hint("已在册的党员只核对姓名，其余沿用原记录")
            .columns(5),
        Control::new("ethnicity", "民族", table(codes::ethnicity())).required().columns(2),
        Control::new("education", "学历", table(codes::education())).required().columns(2),
        Control::new("mobile", "手机号码", Kind::Telephone).columns(3),
        Control::new("village", "村（社区）", Kind::Picker(Source::Search("/villages".to_owned())))
            .required()
            .hint("输入名称、拼音或代码")
            .columns(5),
        Control::new("entered_on", "入库日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .columns(2),
    ];
    let guides = [("leader1", "联系领导一"), ("leader2", "联系领导二"), ("secretary", "帮带书记")];
    let guides = guides.into_iter().flat_map(|(name, label)| {
        let chosen = Control::new(format!("{name}_person"), format!("{label}（人员库）"), people_picker());
        [
            Control::new(name, label, Kind::Text).columns(3),
            chosen.columns(3).hint("在人员库中选择的不必填写姓名"),
        ]
    });
    let mentors = guides.chain(std::iter::once(note())).collect();
    Form {
        action: "/reserves".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![
            Group::new("身份", person),
            Group::new("入库", pool_controls(words, &[])),
            Group::new("“2+1”联系帮带", mentors),
        ],
        submit: "入库".to_owned(),
        cancel: Some("/reserves".to_owned()),
        ..Form::default()
    }
}

fn new_page(who: &SignedIn, flash: Option<FlashMessage<'_>>, form: Form) -> FormPage {
    FormPage {
        frame: who.frame(Section::Reserves).telling(flash),
        title: "后备人员入库".to_owned(),
        back: Link::new("后备力量", "/reserves"),
        facts: Vec::new(),
        note: "已在村“两委”任职的、已在其他村人才库的、已死亡或出党的，不能入库。".to_owned(),
        form,
    }
}

#[get("/reserves/new")]
async fn ask_new(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let form = new_form(&who, &db.words(who.scope()).await?);
    Ok(Page(new_page(&who, flash, form)))
}

/// What was typed, with the sources of the form's two lists.
fn typed(fields: &Fields) -> ReserveInput {
    let mut input = ReserveInput::from_fields(fields);
    let sources = ["source1", "source2"].into_iter().filter_map(|name| fields.given(name));
    input.sources = Some(sources.map(str::to_owned).collect());
    input
}

/// The control that names a mentor whom an error is about.
fn control_of_mentor(input: &ReserveInput, error: &FieldError) -> &'static str {
    let mentors = input.mentors.as_deref().unwrap_or_default();
    let named = |mentor: &&MentorInput| error.value.as_deref() == Some(mentor.name.trim());
    let (secretaries, leaders): (Vec<&MentorInput>, Vec<&MentorInput>) =
        mentors.iter().partition(|mentor| mentor.kind == MentorKind::VillageSecretary.code());
    if secretaries.iter().any(named) {
        "secretary"
    } else if leaders.iter().skip(1).any(named) {
        "leader2"
    } else {
        "leader1"
    }
}

/// Errors beside the controls that the form has for their fields.
fn beside(errors: Vec<FieldError>, input: &ReserveInput) -> Vec<FieldError> {
    errors
        .into_iter()
        .map(|error| match error.field.as_str() {
            "sources" => FieldError { field: "source1".to_owned(), ..error },
            "person" => FieldError { field: "citizen_id".to_owned(), ..error },
            "mentor" => FieldError { field: control_of_mentor(input, &error).to_owned(), ..error },
            "from_day" => FieldError { field: "leader1".to_owned(), ..error },
            _ => error,
        })
        .collect()
}

#[post("/reserves", data = "<fields>")]
async fn enter(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let mut input = typed(&fields);
    name_chosen(&mut db, &who, input.mentors.as_deref_mut().unwrap_or_default()).await?;
    let village = branch_id(&mut db, &who.actor, input.village_code()).await?;
    let words = db.words(who.scope()).await?;
    let outcome = match input.enter(village, &words) {
        Ok(command) => reserves::enter(&mut db.0, &who.actor, &state.keys, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match outcome {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("后备人员")?;
            let said = entered(&mut db, &who, id.0, "已入库。").await?;
            Ok(Ok(Flash::success(Redirect::to(format!("/reserves/{id}")), said)))
        }
        Err(error) => {
            let errors = beside(refusals(error)?, &input);
            let mut form = new_form(&who, &words);
            form.keep(|name| fields.has(name).then(|| fields.get(name)));
            form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, new_page(&who, None, form))))
        }
    }
}

fn change_page(who: &SignedIn, card: &Card, words: &WordBook) -> FormPage {
    let id = card.reserve.id;
    let mut controls = pool_controls(words, &card.sources);
    controls.push(Control::new("education", "入库时学历", table(codes::education())).required().columns(3));
    controls.push(note());
    let mut form = Form {
        action: format!("/reserves/{id}/edit"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: vec![("version".to_owned(), card.reserve.version.to_string())],
        groups: vec![Group::new("", controls)],
        submit: "保存".to_owned(),
        cancel: Some(format!("/reserves/{id}")),
        ..Form::default()
    };
    let reserve = &card.reserve;
    let source = |place: usize| card.sources.get(place).map(String::as_str);
    form.keep(|name| match name {
        "kind" => Some(reserve.kind.as_str()),
        "route" => reserve.route.as_deref(),
        "political_status" => Some(reserve.political_status.as_str()),
        "education" => Some(reserve.education_at_entry.as_str()),
        "source1" => source(0),
        "source2" => source(1),
        "note" => reserve.note.as_deref(),
        _ => None,
    });
    FormPage {
        frame: who.frame(Section::Reserves),
        title: "修改入库信息".to_owned(),
        back: Link::new(&card.person.name, format!("/reserves/{id}")),
        facts: vec![
            Fact::text("姓名", &card.person.name),
            Fact::text("村（社区）", &card.village.name),
            Fact::text("入库日期", reserve.entered_on.to_string()),
        ],
        note: "状态变化请在档案页办理相应事项；换村请退出后重新入库。".to_owned(),
        form,
    }
}

#[get("/reserves/<id>/edit")]
async fn ask_change(
    who: SignedIn,
    mut db: Db,
    id: ReserveId,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    Ok(Page(change_page(&who, &card, &db.words(who.scope()).await?)))
}

#[post("/reserves/<id>/edit", data = "<fields>")]
async fn change(
    who: SignedIn,
    mut db: Db,
    id: ReserveId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    let mut input = typed(&fields);
    // A third source, which only a program or a workbook gives, is not lost by the form's two lists.
    input.sources.get_or_insert_default().extend(card.sources.iter().skip(2).cloned());
    (input.village, input.entered_on) = (Said::Absent, Said::Absent);
    let version = fields.get("version").parse().unwrap_or(card.reserve.version);
    let words = db.words(who.scope()).await?;
    let changed = match input.edits(&words) {
        Ok(edits) => reserves::change(&mut db.0, &who.actor, &[Change { reserve: id, version, edits }]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match changed {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/reserves/{id}")), "已保存。"))),
        Err(error) => {
            let errors = beside(refusals(error)?, &input);
            let mut page = change_page(&who, &card, &words);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
