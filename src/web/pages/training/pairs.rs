//! Who guides whom: the list, and making, correcting and ending a pair.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::{address, may_enter};
use crate::base::clock;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::{PersonId, TrainingPairId};
use crate::base::policy::{self, Action};
use crate::records::committees::queries::people_like;
use crate::records::training::queries::pairs::PairLine;
use crate::records::training::{self, PairOutcome};
use crate::web::api::training::{PairQuery, pair_of, pair_page};
use crate::web::forms::pair::{PairCorrection, PairEnd, PairInput};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::training::Pairs;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, make, ask_correct, correct, ask_end, end]
}

const HERE: &str = "/training/pairs";

#[get("/training/pairs?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: PairQuery<'_>,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Pairs>> {
    let listing = Listing { count: true, ..listing };
    let found = pair_page(&mut db, &who.actor, &query, &listing).await?;
    let here = |after: &str| {
        let text = |value: Option<&'_ str>| value.unwrap_or_default().to_owned();
        let (within, person, state) = (text(query.within), text(query.person), text(query.state));
        address(HERE, &[("within", &within), ("person", &person), ("state", &state), ("after", after)])
    };
    let pager = Pager {
        shown: found.items.len(),
        total: found.total.and_then(|total| u64::try_from(total).ok()),
        first: listing.after.is_some().then(|| here("")),
        next: found.next.as_deref().map(here),
    };
    let enters = may_enter(&who.actor);
    let states = [("running", "结对中"), ("ended", "已结束")];
    Ok(Page(Pairs {
        frame: who.frame(Section::Training).telling(flash),
        state: query.state.unwrap_or_default().to_owned(),
        states: states.into_iter().map(|(code, name)| Choice::new(code, name)).collect(),
        table: Table { pager: Some(pager), ..table(&found.items, enters) },
        make: enters.then(|| format!("{HERE}/new")),
    }))
}

/// Pairs as a table, with what may be done with them.
pub(in crate::web::pages) fn table(lines: &[PairLine], enters: bool) -> Table {
    Table {
        caption: "师徒结对".to_owned(),
        columns: vec![
            Column::new("导师"),
            Column::new("帮带对象"),
            Column::new("所在单位"),
            Column::numeric("起"),
            Column::numeric("止"),
            Column::new("约定"),
            Column::new("结果"),
            Column::new("成效"),
            Column::new("办理"),
        ],
        rows: lines.iter().map(|line| row(line, enters)).collect(),
        empty: "还没有师徒结对。点“结对”登记导师、帮带对象和约定。".to_owned(),
        pager: None,
    }
}

fn row(line: &PairLine, enters: bool) -> Row {
    let person = |name: &Option<String>, id: PersonId| match name {
        Some(name) => Cell::Link(Link::new(name, format!("/people/{id}"))),
        None => Cell::Text("外单位人员".to_owned()),
    };
    let state = match line.outcome.as_deref().map(PairOutcome::parse) {
        None => Badge::new("结对中", Tone::Waiting),
        Some(Ok(PairOutcome::Completed)) => Badge::new(PairOutcome::Completed.name(), Tone::Good),
        Some(_) => Badge::new(PairOutcome::Stopped.name(), Tone::Neutral),
    };
    let mut links = vec![Link::new("更正", format!("{HERE}/{}/edit", line.id))];
    if line.to_day.is_none() {
        links.push(Link::new("结束", format!("{HERE}/{}/end", line.id)));
    }
    Row::new(vec![
        person(&line.mentor, line.mentor_id),
        person(&line.apprentice, line.apprentice_id),
        Cell::Text(line.organisation.clone()),
        Cell::Number(line.from_day.to_string()),
        Cell::Number(line.to_day.map(|day| day.to_string()).unwrap_or_default()),
        Cell::Text(line.agreed.clone()),
        Cell::Badge(state),
        Cell::Text(line.result.clone().unwrap_or_default()),
        Cell::Links(if enters { links } else { Vec::new() }),
    ])
}

/// A form about a pair, with what was typed and what is wrong.
struct Asked {
    title: &'static str,
    note: &'static str,
    action: String,
    facts: Vec<Fact>,
    controls: Vec<Control>,
    version: Option<i32>,
}

impl Asked {
    fn page(self, who: &SignedIn) -> FormPage {
        FormPage {
            frame: who.frame(Section::Training),
            title: self.title.to_owned(),
            back: Link::new("师徒结对", HERE),
            facts: self.facts,
            note: self.note.to_owned(),
            form: Form {
                action: self.action,
                csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
                hidden: self
                    .version
                    .map(|version| ("version".to_owned(), version.to_string()))
                    .into_iter()
                    .collect(),
                groups: vec![Group::new("", self.controls)],
                submit: "保存".to_owned(),
                cancel: Some(HERE.to_owned()),
                ..Form::default()
            },
        }
    }
}

/// What was refused, over the form as it was typed.
fn refused(mut page: FormPage, fields: &Fields, error: Error) -> Result<PageWith<FormPage>, Error> {
    let errors = refusals(error)?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(PageWith(Status::UnprocessableEntity, page))
}

fn done(told: &str) -> Flash<Redirect> {
    Flash::success(Redirect::to(HERE), told)
}

/// Somebody who was chosen: his id and his name.
type Chosen = (String, String);

/// Who was chosen before the form opened, or in it, by the ids that were sent.
async fn chosen(who: &SignedIn, db: &mut Db, sent: [&str; 2]) -> Result<[Chosen; 2], Error> {
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let mut found: [Chosen; 2] = Default::default();
        for (id, one) in sent.into_iter().zip(&mut found).filter(|(id, _)| id.parse::<PersonId>().is_ok()) {
            let people = people_like(conn, scope, id).await?;
            *one = people.into_iter().next().map(|one| (one.id.to_string(), one.name)).unwrap_or_default();
        }
        Ok(found)
    })
    .await
}

fn new_page(who: &SignedIn, [mentor, apprentice]: &[Chosen; 2]) -> FormPage {
    let person = |name: &str, label: &str, (value, named): &Chosen| {
        let people = Kind::Picker(Source::Search("/committees/people".to_owned()));
        let control = Control::new(name, label, people).required().value(value).named(named);
        control.columns(4).hint("输入姓名、拼音或首字母")
    };
    let places = Kind::Picker(Source::Search("/places".to_owned()));
    Asked {
        title: "师徒结对",
        note: "导师和帮带对象须已在人员库中；结束时登记结果和成效。",
        action: HERE.to_owned(),
        facts: Vec::new(),
        controls: vec![
            person("mentor", "导师", mentor).focus(),
            person("apprentice", "帮带对象", apprentice),
            Control::new("from", "结对日期", Kind::Date)
                .required()
                .value(clock::today().to_string())
                .columns(4),
            Control::new("agreed", "帮带约定", Kind::Area)
                .required()
                .hint("教什么、多久一次、达到什么目标")
                .columns(12),
            Control::new("organisation", "所在单位", places).hint("不填即为本单位").columns(6),
        ],
        version: None,
    }
    .page(who)
}

#[get("/training/pairs/new?<mentor>&<apprentice>")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    mentor: Option<&str>,
    apprentice: Option<&str>,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let sent = [mentor, apprentice].map(Option::unwrap_or_default);
    Ok(Page(new_page(&who, &chosen(&who, &mut db, sent).await?)))
}

#[post("/training/pairs", data = "<fields>")]
async fn make(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let input = PairInput {
        mentor: fields.get("mentor").to_owned(),
        apprentice: fields.get("apprentice").to_owned(),
        organisation: fields.given("organisation").map(str::to_owned),
        agreed: fields.get("agreed").to_owned(),
        from: fields.get("from").to_owned(),
    };
    let made = match input.parse() {
        Ok(command) => training::pair(&mut db.0, &who.actor, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match made {
        Ok(_) => Ok(Ok(done("已结对。"))),
        Err(error) => {
            let sent = ["mentor", "apprentice"].map(|name| fields.get(name));
            let page = new_page(&who, &chosen(&who, &mut db, sent).await?);
            Ok(Err(refused(page, &fields, error)?))
        }
    }
}

fn facts(line: &PairLine) -> Vec<Fact> {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "外单位人员".to_owned());
    vec![
        Fact::text("导师", name(&line.mentor)),
        Fact::text("帮带对象", name(&line.apprentice)),
        Fact::text("所在单位", &line.organisation),
        Fact::text("结对日期", line.from_day.to_string()),
    ]
}

fn correct_page(who: &SignedIn, line: &PairLine) -> FormPage {
    Asked {
        title: "更正师徒结对",
        note: "更正的前后内容都留在审计记录中。",
        action: format!("{HERE}/{}/edit", line.id),
        facts: facts(line),
        controls: vec![
            Control::new("from", "结对日期", Kind::Date)
                .required()
                .value(line.from_day.to_string())
                .columns(4),
            Control::new("agreed", "帮带约定", Kind::Area).required().value(&line.agreed).focus().columns(12),
        ],
        version: Some(line.version),
    }
    .page(who)
}

/// The form of a pair once more, with what was sent and why it was refused.
async fn again(
    who: &SignedIn,
    db: &mut Db,
    id: TrainingPairId,
    fields: &Fields,
    error: Error,
    page: fn(&SignedIn, &PairLine) -> FormPage,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    let line = pair_of(db, &who.actor, id).await?;
    Ok(Err(refused(page(who, &line), fields, error)?))
}

#[get("/training/pairs/<id>/edit")]
async fn ask_correct(who: SignedIn, mut db: Db, id: TrainingPairId) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let line = pair_of(&mut db, &who.actor, id).await?;
    Ok(Page(correct_page(&who, &line)))
}

fn version(fields: &Fields) -> i32 {
    fields.get("version").parse().unwrap_or_default()
}

#[post("/training/pairs/<id>/edit", data = "<fields>")]
async fn correct(
    who: SignedIn,
    mut db: Db,
    id: TrainingPairId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let text = |name: &str| Some(fields.get(name).to_owned());
    let input = PairCorrection { agreed: text("agreed"), from: text("from") };
    let corrected = match input.parse(id, version(&fields)) {
        Ok(command) => training::correct_pairs(&mut db.0, &who.actor, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match corrected {
        Ok(()) => Ok(Ok(done("已更正。"))),
        Err(error) => again(&who, &mut db, id, &fields, error, correct_page).await,
    }
}

fn end_page(who: &SignedIn, line: &PairLine) -> FormPage {
    let outcomes = PairOutcome::ALL.iter().map(|one| Choice::new(one.code(), one.name())).collect();
    let mut facts = facts(line);
    facts.push(Fact::text("帮带约定", &line.agreed));
    Asked {
        title: "结束师徒结对",
        note: "对照约定写明成效；结束后不能再改结果。",
        action: format!("{HERE}/{}/end", line.id),
        facts,
        controls: vec![
            Control::new("on", "结束日期", Kind::Date)
                .required()
                .value(clock::today().to_string())
                .columns(3),
            Control::new("outcome", "结果", Kind::Radio(outcomes)).required().value("completed").columns(4),
            Control::new("result", "帮带成效", Kind::Area).required().focus().columns(12),
        ],
        version: Some(line.version),
    }
    .page(who)
}

#[get("/training/pairs/<id>/end")]
async fn ask_end(who: SignedIn, mut db: Db, id: TrainingPairId) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let line = pair_of(&mut db, &who.actor, id).await?;
    Ok(Page(end_page(&who, &line)))
}

#[post("/training/pairs/<id>/end", data = "<fields>")]
async fn end(
    who: SignedIn,
    mut db: Db,
    id: TrainingPairId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let text = |name: &str| fields.get(name).to_owned();
    let input = PairEnd { on: text("on"), outcome: text("outcome"), result: text("result") };
    let ended = match input.parse(id, version(&fields)) {
        Ok(command) => training::end_pairs(&mut db.0, &who.actor, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match ended {
        Ok(()) => Ok(Ok(done("已结束结对。"))),
        Err(error) => again(&who, &mut db, id, &fields, error, end_page).await,
    }
}
