//! What the country demands of committees and votes, what the county demands otherwise, and a form that sets the next
//! version of its own.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees::queries::own_bars;
use crate::records::committees::{
    self, Bar, CommitteeKind, Comparison, Division, PartyBody, Rule, RuleBook, RuleBooks,
};
use crate::web::forms::refusals;
use crate::web::forms::rule::RuleText;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::committees::Rules;
use crate::web::views::controls::Kind;
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, set]
}

fn table(own: &[Bar]) -> Table {
    let today = clock::today();
    let book = RuleBook::of_county(own.to_vec());
    let books = RuleBooks::from(&book);
    let mut bars: Vec<(&Bar, bool)> =
        book.bars().iter().enumerate().map(|(at, bar)| (bar, at < own.len())).collect();
    bars.sort_by_key(|(bar, is_own)| {
        (bar.kind, bar.rule, !is_own, bar.division, bar.body, std::cmp::Reverse(bar.from_day))
    });
    let row = |(bar, is_own): (&Bar, bool)| {
        let divisions = bar.division.map_or(Division::ALL.to_vec(), |own| vec![own]);
        let body = bar.body.unwrap_or(PartyBody::Branch);
        let used = |own: &Division| books.of(*own).bar_of(bar.rule, bar.kind, body, today) == Some(bar);
        let is_used = divisions.iter().any(used);
        let state = match (is_used, bar.from_day > today) {
            (true, _) => Badge::new("现行", Tone::Good),
            (_, true) => Badge::new("未施行", Tone::Waiting),
            _ if bar.to_day.is_none() => Badge::new("本县另有规定", Tone::Neutral),
            _ => Badge::new("已停止", Tone::Neutral),
        };
        let division = bar.division.map_or("村和社区", Division::name);
        Row::new(vec![
            Cell::Text(bar.name_of(bar.kind).to_owned()),
            Cell::Text(bar.body.map_or_else(|| division.to_owned(), |body| format!("{division}的{body}"))),
            Cell::Text(bar.rule.name().to_owned()),
            Cell::Text(bar.words()),
            Cell::Text(if is_own { "本县（区）" } else { "全国" }.to_owned()),
            Cell::Number(bar.from_day.to_string()),
            Cell::Number(bar.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Text(bar.source.clone()),
            Cell::Badge(state),
        ])
    };
    Table {
        caption: "班子和选举规则".to_owned(),
        columns: vec![
            Column::new("组织"),
            Column::new("适用"),
            Column::new("规则"),
            Column::new("要求"),
            Column::new("范围"),
            Column::numeric("施行"),
            Column::numeric("停止"),
            Column::new("依据"),
            Column::new("状态"),
        ],
        rows: bars.into_iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

fn form(who: &SignedIn) -> Form {
    let choice = |(code, name): (&str, &str)| Choice::new(code, name);
    let rules = Rule::ALL.iter().filter(|rule| committees::may_differ(**rule));
    let rules = rules.map(|rule| choice((rule.code(), rule.name()))).collect();
    let kinds = CommitteeKind::ALL.iter().map(|kind| choice((kind.code(), kind.name()))).collect();
    let comparisons = Comparison::ALL.iter().map(|one| choice((one.code(), one.name()))).collect();
    let controls = vec![
        Control::new("committee", "组织", Kind::Select(kinds)).required().value("village_party").columns(4),
        Control::new("rule", "规则", Kind::Select(rules)).required().columns(4),
        Control::new("comparison", "比较方式", Kind::Select(comparisons))
            .required()
            .value("at_least")
            .columns(2),
        Control::new("numerator", "数值", Kind::Text).hint("如7或4/5；不填恢复全国规定").columns(2),
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .columns(3),
        Control::new("source", "依据", Kind::Text).required().columns(9),
    ];
    Form {
        action: "/committees/rules".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("本县（区）另行设定", controls)],
        submit: "设定".to_owned(),
        ..Form::default()
    }
}

async fn page(who: &SignedIn, db: &mut Db, flash: Option<FlashMessage<'_>>) -> Result<Rules> {
    let scope = who.scope();
    let own = db::read(&mut db.0, scope, async |conn| Ok(own_bars(conn, scope.county).await?)).await?;
    let sets = policy::require(&who.actor, Action::SetSchemes, &scope.whole_county().path).is_ok();
    Ok(Rules {
        frame: who.frame(Section::Committees).telling(flash),
        back: Link::new("村（社区）班子", "/committees"),
        table: table(&own),
        form: sets.then(|| form(who)),
    })
}

#[get("/committees/rules")]
async fn show(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Rules>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    Ok(Page(page(&who, &mut db, flash).await?))
}

#[post("/committees/rules", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Rules>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let given = |name: &str| fields.given(name).map(str::to_owned);
    let text = RuleText {
        rule: fields.get("rule").to_owned(),
        committee: fields.get("committee").to_owned(),
        comparison: fields.get("comparison").to_owned(),
        bar: given("numerator"),
        from_day: given("from_day"),
        source: fields.get("source").to_owned(),
    };
    let set = match text.command() {
        Ok(command) => committees::set_rules(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match set {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to("/committees/rules"), "已设定规则。"))),
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
