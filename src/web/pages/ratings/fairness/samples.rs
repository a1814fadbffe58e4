//! Second scoring in the browser: the list of samples, one sample with the way to check it, and its steps.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::RatingSampleId;
use crate::base::policy::{self, Action};
use crate::base::values::{Period, excerpt};
use crate::records::assessments::DrawState;
use crate::records::ratings::fairness::{Offered, offered};
use crate::records::ratings::printed;
use crate::records::ratings::samples::queries::{self, Alike, Pick, SampleCard};
use crate::records::ratings::samples::{self, FixSample, PromiseSample, RevealSample};
use crate::web;
use crate::web::api::organisations::narrowed;
use crate::web::forms::fairness::{given, id_after};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::pages::ratings::fairness::words::encoded;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::ratings::Desk;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Notice, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list, promise, show, fix, reveal]
}

const HOW: &str = "先公布随机种子的摘要（承诺），再定名单和数量，最后揭晓种子并抽取；任何人都可以用种子重新计算。抽中的评定由未参加首次评分的人再评一次，首次评分在登记二次评分后才显示；二次评分不改变评定结果，差异供审核时处理。";

fn badge(code: &str) -> Badge {
    let Ok(state) = DrawState::parse(code) else { return Badge::new(code, Tone::Neutral) };
    let tone = match state {
        DrawState::Committed => Tone::Neutral,
        DrawState::Fixed => Tone::Waiting,
        DrawState::Revealed => Tone::Good,
    };
    Badge::new(state.name(), tone)
}

pub(super) fn may(who: &SignedIn, action: Action) -> bool {
    policy::require(&who.actor, action, &who.scope().path).is_ok()
}

pub(super) fn token(who: &SignedIn) -> String {
    who.known.csrf_token.clone().unwrap_or_default()
}

async fn list_view(who: &SignedIn, db: &mut Db, listing: &Listing, within: Option<&str>) -> Answer<Desk> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let after = id_after(listing)?.map(|id| RatingSampleId(id.0));
    let (mut cards, offered) = db::read(&mut db.0, scope, async |conn| {
        let narrow = narrowed(conn, scope, within).await?;
        let cards = queries::samples(conn, &narrow, after, i64::from(listing.limit) + 1).await?;
        Ok((cards, offered(conn, scope, None, None).await?))
    })
    .await?;
    let more = cards.len() > usize::from(listing.limit);
    cards.truncate(usize::from(listing.limit));
    let last = cards.last().filter(|_| more).map(|card| Listing::cursor(&[&card.sample.id.to_string()]));
    let narrowing = within.map(|code| format!("&within={}", encoded(code))).unwrap_or_default();
    let pager = Pager {
        shown: cards.len(),
        total: None,
        first: listing
            .after
            .is_some()
            .then(|| format!("/ratings/samples{}", narrowing.replacen('&', "?", 1))),
        next: last.map(|cursor| format!("/ratings/samples?after={cursor}{narrowing}")),
    };
    let decides = may(who, Action::DecideRatings);
    let back = if decides {
        Link::new("评定公平性", "/ratings/fairness")
    } else {
        Link::new("星级评定", "/ratings")
    };
    Ok(Desk {
        frame: who.frame(Section::Ratings),
        title: "二次评分抽样".to_owned(),
        back,
        notes: vec![HOW.to_owned()],
        forms: if decides && !offered.is_empty() { vec![promise_form(who, &offered)] } else { Vec::new() },
        tables: vec![table_of(&cards, pager)],
        ..Desk::default()
    })
}

fn table_of(cards: &[SampleCard], pager: Pager) -> Table {
    let row = |card: &SampleCard| {
        let sample = &card.sample;
        Row::to(
            format!("/ratings/samples/{}", sample.id),
            vec![
                Cell::Text(clock::date_in_china(sample.created_at).to_string()),
                Cell::Text(card.organisation.1.clone()),
                Cell::Text(sample.period.clone()),
                Cell::Text(turn(card)),
                Cell::Text(sample.purpose.clone()),
                Cell::Text(hex::encode(&sample.commitment).chars().take(16).collect()),
                Cell::Badge(badge(&sample.state)),
            ],
        )
    };
    Table {
        caption: "二次评分抽样".to_owned(),
        columns: ["发起日期", "抽取单位", "评定期", "次序", "目的", "承诺（前16位）", "状态"]
            .map(Column::new)
            .to_vec(),
        rows: cards.iter().map(row).collect(),
        empty: "还没有二次评分抽样。".to_owned(),
        pager: Some(pager),
    }
}

fn promise_form(who: &SignedIn, offered: &[Offered]) -> Form {
    let (mut schemes, mut periods): (Vec<Choice>, Vec<Choice>) = (Vec::new(), Vec::new());
    for one in offered {
        if !schemes.iter().any(|scheme| scheme.code == one.scheme) {
            schemes.push(Choice::new(&one.scheme, &one.name));
        }
        if !periods.iter().any(|period| period.code == one.period) {
            periods.push(Choice::new(&one.period, &one.period));
        }
    }
    let first = |choices: &[Choice]| choices.first().map(|one| one.code.clone()).unwrap_or_default();
    let (scheme, period) = (first(&schemes), first(&periods));
    let controls = vec![
        Control::new("organisation", "抽取单位", Kind::Picker(Source::Search("/places".to_owned())))
            .required()
            .value(who.scope().path.code())
            .columns(3),
        Control::new("scheme", "评定方案", Kind::Select(schemes)).required().value(scheme).columns(3),
        Control::new("period", "评定期", Kind::Select(periods)).required().value(period).columns(2),
        Control::new("purpose", "目的", Kind::Text).required().columns(4),
    ];
    Form {
        action: "/ratings/samples".to_owned(),
        csrf_token: token(who),
        groups: vec![Group::new("发起抽样", controls)],
        submit: "公布承诺".to_owned(),
        ..Form::default()
    }
}

#[get("/ratings/samples?<within>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    listing: Listing,
    within: Option<&str>,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Desk>> {
    let view = list_view(&who, &mut db, &listing, given(within)).await?;
    Ok(Page(Desk { frame: who.frame(Section::Ratings).telling(flash), ..view }))
}

type Stepped = Answer<Result<Flash<Redirect>, PageWith<Desk>>>;

#[post("/ratings/samples", data = "<fields>")]
async fn promise(who: SignedIn, mut db: Db, fields: Fields, state: &State<web::State>) -> Stepped {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let promised = match Period::parse(fields.get("period")) {
        Err(error) => Err(Error::invalid("period", error)),
        Ok(period) => {
            let command = PromiseSample {
                organisation: fields.get("organisation").trim().to_owned(),
                scheme: fields.get("scheme").trim().to_owned(),
                period,
                purpose: fields.get("purpose").to_owned(),
            };
            samples::promise_sample(&mut db.0, &who.actor, &state.keys, &[command]).await
        }
    };
    match promised {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("二次评分抽样")?;
            let told = "承诺已公布并记入审计记录；现在可以确定名单和数量。";
            Ok(Ok(Flash::success(Redirect::to(format!("/ratings/samples/{id}")), told)))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let first = Listing { limit: 50, after: None, count: false };
            let mut view = list_view(&who, &mut db, &first, None).await?;
            refuse(&mut view, &fields, &errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, view)))
        }
    }
}

fn refuse(view: &mut Desk, fields: &Fields, errors: &[FieldError]) {
    match view.forms.as_mut_slice().first_mut() {
        Some(form) => {
            form.keep(|name| fields.has(name).then(|| fields.get(name)));
            form.refuse(errors);
        }
        None => {
            let told = errors.iter().map(|error| Notice::new(Tone::Bad, error.message.clone()));
            view.frame.notices.extend(told);
        }
    }
}

async fn view(who: &SignedIn, db: &mut Db, id: RatingSampleId) -> Answer<Desk> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::sample(conn, scope, id).await).await?;
    let state = card.sample.state()?;
    let forms = match state {
        DrawState::Committed if may(who, Action::DecideRatings) => vec![fix_form(who, &card)],
        DrawState::Fixed if may(who, Action::DecideRatings) => vec![reveal_form(who, &card)],
        _ => Vec::new(),
    };
    let mut tables = Vec::new();
    if !card.picks.is_empty() {
        tables.push(picks(who, &card));
    }
    if !card.others.is_empty() {
        tables.push(others(&card));
    }
    Ok(Desk {
        frame: who.frame(Section::Ratings),
        title: "二次评分抽样结果".to_owned(),
        sub: card.sample.purpose.clone(),
        back: Link::new("二次评分抽样", "/ratings/samples"),
        facts: facts(&card),
        notes: vec![HOW.to_owned()],
        forms,
        tables,
        commands: commands(&card),
        ..Desk::default()
    })
}

/// `第2次，共3次`.
fn turn(card: &SampleCard) -> String {
    format!("第{}次，共{}次", card.ordinal, card.alike)
}

/// The other draws of the same basis, so that nobody draws until it suits without its being seen.
fn others(card: &SampleCard) -> Table {
    let row = |other: &Alike| {
        Row::to(
            format!("/ratings/samples/{}", other.id),
            vec![
                Cell::Text(clock::date_in_china(other.created_at).to_string()),
                Cell::Text(other.created_by.clone()),
                Cell::Badge(badge(&other.state)),
                Cell::Number(other.drawn.to_string()),
                Cell::Number(other.scored.to_string()),
            ],
        )
    };
    let columns = vec![
        Column::new("发起日期"),
        Column::new("发起人"),
        Column::new("状态"),
        Column::numeric("抽中"),
        Column::numeric("已二次评分"),
    ];
    let caption = "同一单位、方案和评定期的其他抽样".to_owned();
    Table { caption, columns, rows: card.others.iter().map(row).collect(), ..Table::default() }
}

fn facts(card: &SampleCard) -> Vec<Fact> {
    let sample = &card.sample;
    let at = |moment: Option<chrono::DateTime<chrono::Utc>>, by: &Option<String>| match (moment, by) {
        (Some(moment), Some(by)) => format!("{} {by}", clock::date_in_china(moment)),
        _ => String::new(),
    };
    let compared = card.compared();
    let mean = compared.mean.map(|mean| {
        let sum = printed(&compared.sum);
        format!("{}分（差异合计{sum} ÷ 已二次评分{}）", mean.to_plain_string(), compared.scored)
    });
    vec![
        Fact::badge("状态", badge(&sample.state)),
        Fact::text("抽样编号", sample.id.to_string()),
        Fact::text("抽取单位", &card.organisation.1),
        Fact::text("方案和评定期", format!("{} {}", sample.scheme_code, sample.period)),
        Fact::text("次序", turn(card)),
        Fact::text("公布承诺", at(Some(sample.created_at), &Some(sample.created_by.clone()))),
        Fact::text("承诺（SHA-256）", hex::encode(&sample.commitment)),
        Fact::text("定名单", at(sample.fixed_at, &sample.fixed_by)),
        Fact::text("名单", sample.subjects.map(|number| format!("{number}个")).unwrap_or_default()),
        Fact::text("抽取数量", sample.sample_size.map(|size| format!("{size}个")).unwrap_or_default()),
        Fact::text("名单摘要", sample.subjects_sha256.as_ref().map(hex::encode).unwrap_or_default()),
        Fact::text("揭晓", at(sample.revealed_at, &sample.revealed_by)),
        Fact::text("种子", sample.seed.clone().unwrap_or_else(|| "揭晓前保密".to_owned())),
        Fact::text("平均差异", mean.unwrap_or_default()),
        Fact::text("星级未变", format!("{}个", compared.same_stars)),
    ]
}

/// What a shell computes again; the ids stand in the API, page by page.
fn commands(card: &SampleCard) -> Vec<(String, String)> {
    let sample = &card.sample;
    let (Some(seed), Some(size)) = (&sample.seed, sample.sample_size) else { return Vec::new() };
    let lots = format!(
        "while read -r id; do\n  printf '%s %s\\n' \"$(printf '%s\\n%s\\n%s' {seed} {} \"$id\" | sha256sum | cut -c1-64)\" \"$id\"\n\
         done < ids.txt | sort | head -n {size}",
        sample.period
    );
    let from = format!("/api/v1/ratings/samples/{}/subjects", sample.id);
    vec![
        ("核对承诺：".to_owned(), format!("printf '%s' {seed} | sha256sum")),
        (
            format!(
                "重新抽取：名单的评定编号从 {from} 逐页取得，每行一个存为 ids.txt；签号是种子、评定期、编号三行文字的SHA-256，最小的抽中："
            ),
            lots,
        ),
    ]
}

fn picks(who: &SignedIn, card: &SampleCard) -> Table {
    let enters = may(who, Action::EnterRecords);
    let row = |pick: &Pick| {
        let number = |value: Option<String>| Cell::Number(value.unwrap_or_else(|| "—".to_owned()));
        let open = format!("/ratings/samples/{}/seconds/{}", card.sample.id, pick.rating_id);
        let act = match (pick.is_scored, enters) {
            (false, true) => Cell::Link(Link::new("登记二次评分", open)),
            (false, false) => Cell::Text("待二次评分".to_owned()),
            (true, _) => Cell::Text(pick.note.clone().unwrap_or_default()),
        };
        let stars = |stars: Option<i32>| stars.map(|stars| stars.to_string());
        Row::new(vec![
            Cell::Number(pick.place.to_string()),
            Cell::Text(pick.name.clone().unwrap_or_else(|| "（已不在管理范围内）".to_owned())),
            Cell::Text(pick.unit.clone()),
            number(pick.first_total.as_ref().map(printed)),
            number(pick.total.as_ref().map(printed)),
            number(pick.difference().as_ref().map(printed)),
            number(stars(pick.first_stars)),
            number(stars(pick.stars)),
            Cell::Text(pick.rater.clone().unwrap_or_default()),
            act,
            Cell::Text(hex::encode(&pick.lot)),
        ])
    };
    Table {
        caption: "抽中的评定".to_owned(),
        columns: vec![
            Column::numeric("次序"),
            Column::new("评定对象"),
            Column::new("评定单位"),
            Column::numeric("首次总分"),
            Column::numeric("二次总分"),
            Column::numeric("差异"),
            Column::numeric("首次星级"),
            Column::numeric("二次星级"),
            Column::new("二次评分人"),
            Column::new("办理"),
            Column::new("签号（SHA-256）"),
        ],
        rows: card.picks.iter().map(row).collect(),
        ..Table::default()
    }
}

fn fix_form(who: &SignedIn, card: &SampleCard) -> Form {
    let size = Control::new("sample_size", "抽取数量", Kind::Number)
        .required()
        .value("10")
        .hint("名单是本期提交过、有总分的全部评定，其后退回、撤销的也在内")
        .columns(4);
    Form {
        action: format!("/ratings/samples/{}/fix", card.sample.id),
        csrf_token: token(who),
        hidden: vec![("version".to_owned(), card.sample.version.to_string())],
        groups: vec![Group::new("确定名单和数量", vec![size])],
        submit: "确定名单和数量".to_owned(),
        ..Form::default()
    }
}

fn reveal_form(who: &SignedIn, card: &SampleCard) -> Form {
    Form {
        action: format!("/ratings/samples/{}/reveal", card.sample.id),
        csrf_token: token(who),
        hidden: vec![("version".to_owned(), card.sample.version.to_string())],
        submit: "揭晓种子并抽取".to_owned(),
        ..Form::default()
    }
}

#[get("/ratings/samples/<id>")]
async fn show(
    id: RatingSampleId,
    who: SignedIn,
    mut db: Db,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Desk>> {
    let view = view(&who, &mut db, id).await?;
    Ok(Page(Desk { frame: who.frame(Section::Ratings).telling(flash), ..view }))
}

async fn stepped(
    who: &SignedIn,
    db: &mut Db,
    id: RatingSampleId,
    fields: &Fields,
    done: Result<(), Error>,
    told: &str,
) -> Stepped {
    match done {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to(format!("/ratings/samples/{id}")), told))),
        Err(error) => {
            let errors = refusals(error)?;
            let mut view = view(who, db, id).await?;
            refuse(&mut view, fields, &errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, view)))
        }
    }
}

#[post("/ratings/samples/<id>/fix", data = "<fields>")]
async fn fix(id: RatingSampleId, who: SignedIn, mut db: Db, fields: Fields) -> Stepped {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let size = fields.get("sample_size").trim();
    let done = match size.parse() {
        Ok(sample_size) => {
            let version = fields.get("version").parse().ok();
            let command = FixSample { sample: id, version, sample_size };
            samples::fix_sample(&mut db.0, &who.actor, &[command]).await
        }
        Err(_) => {
            let message = format!("抽取数量“{}”不是整数，请填写正整数。", excerpt(size));
            Err(Error::invalid("sample_size", message))
        }
    };
    stepped(&who, &mut db, id, &fields, done, "名单和数量已确定，不能再更改；现在可以揭晓。").await
}

#[post("/ratings/samples/<id>/reveal", data = "<fields>")]
async fn reveal(
    id: RatingSampleId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Stepped {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let command = RevealSample { sample: id, version: fields.get("version").parse().ok() };
    let done = samples::reveal_sample(&mut db.0, &who.actor, &state.keys, &[command]).await;
    stepped(&who, &mut db, id, &fields, done, "已揭晓，抽样结果如下；请交其他人二次评分。").await
}
