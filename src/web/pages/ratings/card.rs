//! One rating: what its subject is told on paper, and what may still be done to it.

use bigdecimal::BigDecimal;
use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::error::{Error, FieldError};
use crate::base::ids::RatingId;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::ratings::model::RaterRule;
use crate::records::ratings::queries::{self, Objection, RatingCard};
use crate::records::ratings::{self, Dispute, RatingState, printed};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::pages::ratings::badge;
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::members::Action as Offered;
use crate::web::views::parts::Fact;
use crate::web::views::ratings::Card;
use crate::web::views::{Cell, Column, Control, Form, Group, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, ask, dispute]
}

/// Code, word, symbol and rule of what may be done.
const VERBS: [(&str, &str, &str, &str); 3] = [
    (
        "object",
        "登记异议",
        "edit",
        "公示后异议期内，由本人或知情人提出，在此登记；处理完以前评定暂按原结果计算。",
    ),
    (
        "resolve",
        "处理异议",
        "check",
        "成立的退回更正后重新办理，不成立的维持原结果；登记异议的人不能处理同一异议。",
    ),
    ("revoke", "撤销", "circle-x", "撤销后不再计入报表，记录和理由保留。"),
];

async fn read(who: &SignedIn, db: &mut Db, id: RatingId) -> Result<RatingCard, Error> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| queries::rating(conn, scope, id).await).await
}

#[get("/ratings/<id>", rank = 6)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: RatingId,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Card>> {
    let card = read(&who, &mut db, id).await?;
    let arithmetic = card.evaluation.complete();
    let right = match card.until {
        Some(until) => {
            format!("对评定结果有异议的，请在{until}以前向评定单位提出，由审核人员调查处理并答复。")
        }
        None => "评定结果公示后，可以在异议期内向评定单位提出异议。".to_owned(),
    };
    Ok(Page(Card {
        frame: who.frame(Section::Ratings).telling(flash),
        back: Link::new("本期评定", format!("/ratings/rounds/{}/review", card.rating.round_id)),
        name: card.subject.name.clone(),
        badge: badge(card.rating.state()),
        facts: facts(&card),
        arithmetic: arithmetic.map(ratings::Arithmetic::sentence).unwrap_or_default(),
        tables: tables(&card),
        right,
        actions: actions(&who, &card),
    }))
}

fn facts(card: &RatingCard) -> Vec<Fact> {
    let rating = &card.rating;
    let level = card.evaluation.complete().map(|found| found.level.clone()).unwrap_or_default();
    let by = |name: &Option<String>| name.clone().unwrap_or_default();
    let mut facts = vec![
        Fact::text("评定对象", format!("{}（{}）", card.subject.name, card.subject.note())),
        Fact::text("评定单位", &card.round.organisation_name),
        Fact::text("方案", &card.round.scheme_name),
        Fact::text("评定期", &card.round.round.period),
        Fact::text("合计", rating.total.as_ref().map(printed).unwrap_or_default()),
        Fact::text("结果", level),
        Fact::text("评定依据", by(&rating.evidence)),
        Fact::text("录入", card.entered_by.join("、")),
        Fact::text("提交", by(&rating.submitted_by)),
        Fact::text("审核", by(&rating.reviewed_by)),
        Fact::text("确定", by(&rating.confirmed_by)),
        Fact::text("公示", by(&rating.published_by)),
        Fact::text("方案版本", format!("{}起施行，编号{}", card.scheme.from_day, card.scheme.id)),
    ];
    facts.extend(rating.revoked_reason.as_ref().map(|reason| Fact::text("撤销理由", reason)));
    facts
}

fn tables(card: &RatingCard) -> Vec<Table> {
    let mut tables = vec![scores(card)];
    if card.scheme.rules.raters != RaterRule::One {
        tables.push(raters(card));
    }
    tables.push(objections(card));
    tables
}

fn scores(card: &RatingCard) -> Table {
    let lines = card.evaluation.complete().map(|found| found.lines.as_slice()).unwrap_or_default();
    let given = |score: Option<&BigDecimal>| score.map_or_else(|| "—".to_owned(), printed);
    let row = |dimension: &ratings::Dimension| {
        let line = lines.iter().find(|line| line.code == dimension.code);
        let is_capped = line.is_some_and(|line| line.capped_at.is_some());
        let counted = given(line.and_then(|line| line.product.as_ref()));
        Row::new(vec![
            Cell::Text(dimension.name.clone()),
            Cell::Number(printed(&dimension.maximum)),
            Cell::Number(printed(&dimension.weight)),
            Cell::Number(given(dimension.cap.as_ref())),
            Cell::Number(given(card.scores.get(&dimension.id))),
            Cell::Number(if is_capped { format!("{counted}（上限）") } else { counted }),
        ])
    };
    Table {
        caption: "各项得分".to_owned(),
        columns: vec![
            Column::new("维度"),
            Column::numeric("满分"),
            Column::numeric("权重"),
            Column::numeric("计分上限"),
            Column::numeric("得分"),
            Column::numeric("计入"),
        ],
        rows: card.scheme.dimensions.iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

/// What each rater gave; a mark that does not count says so.
fn raters(card: &RatingCard) -> Table {
    let rules = &card.scheme.rules;
    let row = |sheet: &queries::Sheet| {
        let mark = |dimension: &ratings::Dimension| match sheet.marks.get(&dimension.id) {
            None => Cell::Number("—".to_owned()),
            Some(mark) if mark.is_left_out => Cell::Number(format!("{}（去掉）", printed(&mark.score))),
            Some(mark) => Cell::Number(printed(&mark.score)),
        };
        let name = std::iter::once(Cell::Text(sheet.rater.clone()));
        Row::new(name.chain(card.scheme.dimensions.iter().map(mark)).collect())
    };
    let mut columns = vec![Column::new("评分人")];
    columns.extend(card.scheme.dimensions.iter().map(|dimension| Column::numeric(&dimension.name)));
    Table {
        caption: format!("评分人（{}，至少{}人）", rules.raters.name(), rules.least_raters),
        columns,
        rows: card.sheets.iter().map(row).collect(),
        empty: "还没有人评分。".to_owned(),
        pager: None,
    }
}

fn objections(card: &RatingCard) -> Table {
    let row = |objection: &Objection| {
        let outcome = match objection.outcome.as_deref() {
            None => "待处理",
            Some("upheld") => "成立",
            Some(_) => "不成立",
        };
        Row::new(vec![
            Cell::Number(clock::date_in_china(objection.created_at).to_string()),
            Cell::Text(objection.content.clone()),
            Cell::Text(outcome.to_owned()),
            Cell::Text(objection.resolution.clone().unwrap_or_default()),
        ])
    };
    Table {
        caption: "异议".to_owned(),
        columns: vec![
            Column::numeric("登记日期"),
            Column::new("内容"),
            Column::new("结果"),
            Column::new("处理意见"),
        ],
        rows: card.objections.iter().map(row).collect(),
        empty: "没有异议。".to_owned(),
        pager: None,
    }
}

/// What the reader may do now.
fn actions(who: &SignedIn, card: &RatingCard) -> Vec<Offered> {
    let may = |action| policy::require(&who.actor, action, &card.round.round.path()).is_ok();
    let state = card.rating.state();
    let runs = card.until.is_some_and(|until| clock::today() <= until);
    let offered = |verb: &str| match verb {
        "object" => state == RatingState::Published && runs && may(Action::EnterRecords),
        "resolve" => state == RatingState::Objected && may(Action::DecideRatings),
        _ => state.counts() && may(Action::DecideRatings),
    };
    VERBS
        .into_iter()
        .filter(|(verb, ..)| offered(verb))
        .map(|(verb, text, icon, _)| Offered {
            link: Link::new(text, format!("/ratings/{}/{verb}", card.rating.id)),
            icon,
        })
        .collect()
}

/// Word and rule of a verb, for whoever may do something of the kind at all.
fn known(who: &SignedIn, verb: &str) -> Result<(&'static str, &'static str), Error> {
    let found = VERBS.into_iter().find(|(name, ..)| *name == verb);
    let (_, word, _, note) = found.ok_or(Error::Missing { what: "这个操作" })?;
    let action = if verb == "object" { Action::EnterRecords } else { Action::DecideRatings };
    policy::require(&who.actor, action, &who.scope().path)?;
    Ok((word, note))
}

fn page(who: &SignedIn, card: &RatingCard, verb: &str) -> Result<FormPage, Error> {
    let (word, note) = known(who, verb)?;
    let id = card.rating.id;
    let label = match verb {
        "object" => "异议内容",
        "resolve" => "处理意见",
        _ => "撤销理由",
    };
    let mut controls = Vec::new();
    if verb == "resolve" {
        let choices =
            vec![Choice::new("dismissed", "不成立，维持原结果"), Choice::new("upheld", "成立，退回更正")];
        controls
            .push(Control::new("outcome", "处理结果", Kind::Radio(choices)).required().columns(12).focus());
    }
    controls.push(Control::new("reason", label, Kind::Area).required().columns(12));
    let mut shown = vec![Fact::badge("状态", badge(card.rating.state()))];
    shown.extend(facts(card));
    Ok(FormPage {
        frame: who.frame(Section::Ratings),
        title: word.to_owned(),
        back: Link::new("评定告知单", format!("/ratings/{id}")),
        facts: shown,
        note: note.to_owned(),
        form: Form {
            action: format!("/ratings/{id}/{verb}"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), card.rating.version.to_string())],
            groups: vec![Group::new("", controls)],
            submit: word.to_owned(),
            cancel: Some(format!("/ratings/{id}")),
            ..Form::default()
        },
    })
}

#[get("/ratings/<id>/<verb>", rank = 7)]
async fn ask(who: SignedIn, mut db: Db, id: RatingId, verb: &str) -> Answer<Page<FormPage>> {
    known(&who, verb)?;
    let card = read(&who, &mut db, id).await?;
    Ok(Page(page(&who, &card, verb)?))
}

#[post("/ratings/<id>/<verb>", rank = 7, data = "<fields>")]
async fn dispute(
    who: SignedIn,
    mut db: Db,
    id: RatingId,
    verb: &str,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    let (word, _) = known(&who, verb)?;
    let version = fields.get("version").parse().ok();
    let command = [Dispute { rating: id, reason: fields.get("reason").to_owned(), version }];
    let (conn, actor) = (&mut db.0, &who.actor);
    let done = match (verb, fields.get("outcome")) {
        ("object", _) => ratings::object(conn, actor, &command).await,
        ("resolve", "upheld") => ratings::resolve(conn, actor, true, &command).await,
        ("resolve", "dismissed") => ratings::resolve(conn, actor, false, &command).await,
        ("resolve", _) => Err(Error::invalid("outcome", "请选择处理结果。")),
        _ => ratings::revoke(conn, actor, &command).await,
    };
    let errors = match done {
        Ok(outcomes) => match outcomes.into_iter().find_map(|outcome| outcome.refusal) {
            None => {
                let told = format!("已办理：{word}。");
                let day = read(&who, &mut db, id).await?.round.round.last_day;
                let to = Redirect::to(format!("/ratings/{id}"));
                return Ok(Ok(late::done(&mut db, &who.actor, to, told, [day]).await));
            }
            Some(refusal) => vec![FieldError::new("", format!("{refusal}。"), None)],
        },
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(why)) => vec![FieldError::new("", why, None)],
        Err(error @ Error::Stale) => vec![FieldError::new("", error, None)],
        Err(other) => return Err(Failure(other)),
    };
    let card = read(&who, &mut db, id).await?;
    let mut page = page(&who, &card, verb)?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
