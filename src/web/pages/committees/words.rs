//! What the county adds to posts and sources: every version, and a form that sets the next one.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::clock;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::values::CommitteeKind;
use crate::records::words::{self, Version, WordBook, WordList};
use crate::web::forms::refusals;
use crate::web::forms::word::{WordText, common};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::committees::Words;
use crate::web::views::controls::Kind;
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, set]
}

fn table(book: &WordBook) -> Table {
    let today = clock::today();
    let row = |version: &Version| {
        let state = match (version.is_in_force(today), version.from_day > today) {
            (true, _) => Badge::new("使用中", Tone::Good),
            (_, true) => Badge::new("未施行", Tone::Waiting),
            _ => Badge::new("已停用", Tone::Neutral),
        };
        let kinds: Vec<&str> = version.word.kinds().iter().map(|kind| kind.name()).collect();
        Row::new(vec![
            Cell::Text(version.list.name().to_owned()),
            Cell::Text(version.word.name().to_owned()),
            Cell::Text(version.word.code().to_owned()),
            Cell::Text(kinds.join("、")),
            Cell::Number(version.from_day.to_string()),
            Cell::Number(version.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Text(version.source.clone()),
            Cell::Badge(state),
        ])
    };
    Table {
        caption: "本县（区）增设的职务和来源".to_owned(),
        columns: vec![
            Column::new("类别"),
            Column::new("名称"),
            Column::new("代码"),
            Column::new("设在"),
            Column::numeric("施行"),
            Column::numeric("停用"),
            Column::new("依据"),
            Column::new("状态"),
        ],
        rows: book.versions().iter().map(row).collect(),
        empty: "本县（区）没有增设职务和来源，各处只提供通用的。".to_owned(),
        pager: None,
    }
}

/// The committees that may have a post, as one choice.
fn places() -> Vec<Choice> {
    let one = |kind: &CommitteeKind| Choice::new(kind.code(), kind.name());
    let both = [CommitteeKind::VillageParty, CommitteeKind::VillageCommittee];
    let codes = both.map(CommitteeKind::code).join(" ");
    let names = both.map(CommitteeKind::name).join("和");
    CommitteeKind::ALL.iter().map(one).chain([Choice::new(codes, names)]).collect()
}

fn form(who: &SignedIn) -> Form {
    let lists = WordList::ALL.iter().map(|list| Choice::new(list.code(), list.name())).collect();
    let controls = vec![
        Control::new("list", "类别", Kind::Select(lists)).required().value("post").columns(3),
        Control::new("code", "代码", Kind::Text)
            .required()
            .hint("小写字母、数字和下划线，如discipline_member；定后不改")
            .columns(4),
        Control::new("name", "名称", Kind::Text).hint("不填表示从施行日期起停用").columns(5),
        Control::new("committees", "设在（职务才选）", Kind::Select(places())).columns(4),
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .hint("补录往届的填当时的日期")
            .columns(3),
        Control::new("source", "依据", Kind::Text).required().columns(5),
    ];
    Form {
        action: "/committees/words".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("增设、改名或停用", controls)],
        submit: "保存".to_owned(),
        ..Form::default()
    }
}

async fn page(who: &SignedIn, db: &mut Db, flash: Option<FlashMessage<'_>>) -> Result<Words> {
    let book = db.words(who.scope()).await?;
    let sets = policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path).is_ok();
    Ok(Words {
        frame: who.frame(Section::Committees).telling(flash),
        back: Link::new("村（社区）班子", "/committees"),
        table: table(&book),
        form: sets.then(|| form(who)),
    })
}

#[get("/committees/words")]
async fn show(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Words>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    Ok(Page(page(&who, &mut db, flash).await?))
}

#[post("/committees/words", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Words>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let text = WordText {
        list: fields.get("list").to_owned(),
        code: fields.get("code").to_owned(),
        name: fields.given("name").map(str::to_owned),
        committees: fields.get("committees").split_whitespace().map(str::to_owned).collect(),
        from_day: fields.given("from_day").map(str::to_owned),
        source: fields.get("source").to_owned(),
    };
    let set = match text.command() {
        Ok(command) => words::set_words(&mut db.0, &who.actor, common, &[command]).await,
        Err(error) => Err(error),
    };
    match set {
        Ok(_) => {
            let told = if text.name.is_some() {
                "已保存，从施行日期起可以选用。"
            } else {
                "已停用。"
            };
            Ok(Ok(Flash::success(Redirect::to("/committees/words"), told)))
        }
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
