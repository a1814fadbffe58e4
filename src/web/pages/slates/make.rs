//! Making a slate: empty, from the team that sits, or from another slate.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::error::{OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::slates::queries::Card;
use crate::records::slates::{self, Make, Proposed};
use crate::records::{committees, organisations};
use crate::web::api::slates::read_slate;
use crate::web::forms::refusals;
use crate::web::forms::slate::SlateText;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, make]
}

fn form(who: &SignedIn, village: Option<(&str, &str)>, from: Option<&str>) -> FormPage {
    let frame = who.frame(Section::Committees);
    let picker = Kind::Picker(Source::Search("/committees/villages".to_owned()));
    let beginnings = vec![Choice::new("sitting", "现任班子"), Choice::new("empty", "空白")];
    let mut controls = vec![
        Control::new("village", "村（社区）", picker)
            .required()
            .value(village.map(|(code, _)| code).unwrap_or_default())
            .named(village.map(|(_, name)| name).unwrap_or_default())
            .hint("输入名称、拼音或代码")
            .columns(5)
            .focus(),
        Control::new("name", "方案名称", Kind::Text).required().value("方案一").columns(3),
        Control::new("ordinal", "届次", Kind::Number).required().columns(2),
        Control::new("from_day", "任期开始", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .hint("年龄和规则按这一天核对")
            .columns(2),
    ];
    if from.is_none() {
        controls
            .push(Control::new("base", "从哪里开始", Kind::Radio(beginnings)).value("sitting").columns(6));
    }
    FormPage {
        title: "拟定班子方案".to_owned(),
        back: Link::new("班子方案", "/slates"),
        facts: Vec::new(),
        note: "方案只用于推演，不会改动任何任职记录。".to_owned(),
        form: Form {
            action: "/slates".to_owned(),
            csrf_token: frame.csrf_token.clone(),
            hidden: from.map(|from| ("from".to_owned(), from.to_owned())).into_iter().collect(),
            groups: vec![Group::new("", controls)],
            submit: "开始拟定".to_owned(),
            cancel: Some("/slates".to_owned()),
            ..Form::default()
        },
        frame,
    }
}

/// A village by its code, where the scope sees it.
async fn village(who: &SignedIn, db: &mut Db, code: &str) -> Result<Option<(String, String)>> {
    let scope = who.scope();
    let found = db::read(&mut db.0, scope, async |conn| {
        Ok(organisations::queries::by_code(conn, scope, code.trim()).await?)
    })
    .await?;
    Ok(found.map(|village| (village.code, village.name)))
}

/// An empty form, for the next term of a village where it was asked for from there; or one that copies a slate.
#[get("/slates/new?<village>&<ordinal>&<from_day>&<from>")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    village: Option<&str>,
    ordinal: Option<&str>,
    from_day: Option<&str>,
    from: Option<&str>,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let Some(from) = from else {
        let found = match village {
            Some(code) => self::village(&who, &mut db, code).await?,
            None => None,
        };
        let mut page = form(&who, found.as_ref().map(|(code, name)| (code.as_str(), name.as_str())), None);
        page.form.keep(|name| match name {
            "ordinal" => ordinal,
            "from_day" => from_day,
            _ => None,
        });
        return Ok(Page(page));
    };
    let card = read_slate(&mut db, &who.actor, from.parse().ok().or_missing("班子方案")?).await?;
    let mut page = form(&who, Some((&card.village_code, &card.village)), Some(from));
    let (ordinal, day) = (card.slate.ordinal.to_string(), card.slate.from_day.to_string());
    let proposed = free_name(&who, &mut db, &card).await?;
    page.form.keep(|name| match name {
        "ordinal" => Some(ordinal.as_str()),
        "from_day" => Some(day.as_str()),
        "name" => Some(proposed.as_str()),
        _ => None,
    });
    Ok(Page(page))
}

/// A name that no proposed team of the same term of the village has.
async fn free_name(who: &SignedIn, db: &mut Db, card: &Card) -> Result<String> {
    let scope = who.scope();
    let taken = db::read(&mut db.0, scope, async |conn| {
        Ok(slates::queries::names(conn, scope, card.slate.village_id, card.slate.ordinal).await?)
    })
    .await?;
    let numbers = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let numbered = numbers.into_iter().map(|number| format!("方案{number}"));
    let mut names = numbered.chain((11..).map(|number| format!("方案{number}")));
    Ok(names.find(|name| !taken.contains(name)).unwrap_or_default())
}

/// Who is proposed at the beginning.
async fn begin(who: &SignedIn, db: &mut Db, fields: &Fields) -> Result<Vec<Proposed>> {
    if let Some(from) = fields.given("from") {
        let id = from.parse().ok().or_missing("班子方案")?;
        return Ok(read_slate(db, &who.actor, id).await?.seats);
    }
    if fields.get("base") != "sitting" {
        return Ok(Vec::new());
    }
    let (scope, today) = (who.scope(), clock::today());
    let sittings = db::read(&mut db.0, scope, async |conn| {
        let code = fields.get("village").trim();
        let Some(village) = organisations::queries::by_code(conn, scope, code).await? else {
            return Ok(Vec::new());
        };
        Ok(committees::queries::sittings(conn, scope, &[village.id]).await?)
    })
    .await?;
    let held = sittings
        .into_iter()
        .map(|(_, sitting)| sitting)
        .filter(|sitting| sitting.from_day <= today && sitting.to_day.is_none_or(|end| today < end));
    let mut seats: Vec<Proposed> = held
        .filter_map(|one| {
            Some(Proposed { kind: one.kind, post: one.post?, person: one.person, sources: Vec::new() })
        })
        .collect();
    // The head first, plain members last, as a list of a team is read.
    let place = |post: &committees::Post| {
        let rank = match post {
            post if post.is_head() => 0,
            committees::Post::Member | committees::Post::SupervisionMember => 2,
            _ => 1,
        };
        (rank, committees::Post::ALL.iter().position(|other| other == post).unwrap_or(usize::MAX))
    };
    let kind_place =
        |kind: &committees::CommitteeKind| committees::CommitteeKind::ALL.iter().position(|one| one == kind);
    seats.sort_by_key(|seat| (kind_place(&seat.kind), place(&seat.post), seat.person));
    Ok(seats)
}

#[post("/slates", data = "<fields>")]
async fn make(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let given = |name: &str| fields.given(name).map(str::to_owned);
    let text = SlateText {
        ordinal: given("ordinal"),
        from_day: given("from_day"),
        name: given("name"),
        seats: Vec::new(),
    };
    let seats = begin(&who, &mut db, &fields).await?;
    let made = match text.content(&db.words(who.scope()).await?) {
        Ok(mut content) => {
            content.seats = seats;
            let command = Make { village: fields.get("village").trim().to_owned(), content };
            slates::make(&mut db.0, &who.actor, &[command]).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("班子方案")?;
            Ok(Ok(Flash::success(Redirect::to(format!("/slates/{id}")), "已建立方案，可以调整人选。")))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let found = village(&who, &mut db, fields.get("village")).await?;
            let found = found.as_ref().map(|(code, name)| (code.as_str(), name.as_str()));
            let mut page = form(&who, found, fields.given("from"));
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
