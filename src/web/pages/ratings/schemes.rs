//! The schemes of a county: what is in force, what comes with cadre to begin with, and the editor.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::ratings::model::{
    Aggregation, MissingPart, PeriodKind, RaterRule, ResultKind, SubjectKind,
};
use crate::records::ratings::{self, Scheme, SetScheme, packs, queries};
use crate::web::forms::scheme;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::ratings::Schemes;
use crate::web::views::{Cell, Column, Control, Form, Group, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, set]
}

#[get("/ratings/schemes")]
async fn list(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Schemes>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let found = db::read(&mut db.0, scope, async |conn| queries::schemes(conn, scope, None).await).await?;
    let sets = policy::require(&who.actor, Action::SetSchemes, &scope.whole_county().path).is_ok();
    let mut tables = vec![versions(&found, sets)];
    if sets {
        tables.push(offered()?);
    }
    Ok(Page(Schemes {
        frame: who.frame(Section::Ratings).telling(flash),
        back: Link::new("星级评定", "/ratings"),
        tables,
    }))
}

fn versions(schemes: &[Scheme], sets: bool) -> Table {
    let row = |scheme: &Scheme| {
        let dimensions: Vec<&str> = scheme.dimensions.iter().map(|one| one.name.as_str()).collect();
        let mut cells = vec![
            Cell::Text(scheme.name.clone()),
            Cell::Text(scheme.subject.name().to_owned()),
            Cell::Text(scheme.period.name().to_owned()),
            Cell::Text(scheme.aggregation.name().to_owned()),
            Cell::Text(dimensions.join("、")),
            Cell::Text(if scheme.is_primary { "是" } else { "" }.to_owned()),
            Cell::Number(scheme.from_day.to_string()),
            Cell::Number(scheme.to_day.map(|day| day.to_string()).unwrap_or_default()),
        ];
        if sets {
            let href = format!("/ratings/schemes/new?from={}", scheme.code);
            let link = Link::new("新版本", href);
            cells.push(if scheme.to_day.is_none() { Cell::Link(link) } else { Cell::Text(String::new()) });
        }
        Row::new(cells)
    };
    let mut columns = vec![
        Column::new("方案"),
        Column::new("评定对象"),
        Column::new("周期"),
        Column::new("计分方式"),
        Column::new("维度"),
        Column::new("报表主方案"),
        Column::numeric("施行"),
        Column::numeric("停止施行"),
    ];
    if sets {
        columns.push(Column::new("办理"));
    }
    Table {
        caption: "评定方案".to_owned(),
        columns,
        rows: schemes.iter().map(row).collect(),
        empty: "还没有评定方案。县级审核员可以从下面的方案包开始设置。".to_owned(),
        pager: None,
    }
}

/// What comes with cadre.
fn offered() -> Result<Table, Error> {
    let mut rows = Vec::new();
    for name in packs::names() {
        let pack = packs::pack(name)?;
        rows.push(Row::new(vec![
            Cell::Text(pack.name.clone()),
            Cell::Text(pack.subject.name().to_owned()),
            Cell::Text(pack.procedure.clone()),
            Cell::Link(Link::new("用它设置", format!("/ratings/schemes/new?pack={name}"))),
        ]));
    }
    Ok(Table {
        caption: "方案包（设置后才施行，可先修改）".to_owned(),
        columns: vec![
            Column::new("方案"),
            Column::new("评定对象"),
            Column::new("评定办法"),
            Column::new("办理"),
        ],
        rows,
        empty: String::new(),
        pager: None,
    })
}

fn select(name: &str, label: &str, choices: impl Iterator<Item = (&'static str, &'static str)>) -> Control {
    let choices = choices.map(|(code, name)| Choice::new(code, name)).collect();
    Control::new(name, label, Kind::Select(choices)).required().columns(3)
}

fn yes_or_no(name: &str, label: &str) -> Control {
    let choices = vec![Choice::new("no", "否"), Choice::new("yes", "是")];
    Control::new(name, label, Kind::Select(choices)).required().value("no").columns(3)
}

/// The field that names the period of a trial: it belongs to no scheme.
pub(super) const TRIED_PERIOD: &str = "tried_period";

fn groups() -> Vec<Group> {
    let number = |name: &str, label: &str| Control::new(name, label, Kind::Number).required().columns(3);
    let area = |name: &str, label: &str| Control::new(name, label, Kind::Area).columns(12);
    let head = vec![
        Control::new("code", "方案代码", Kind::Text)
            .required()
            .columns(3)
            .hint("各版本相同，小写字母开头")
            .focus(),
        Control::new("name", "方案名称", Kind::Text).required().columns(6),
        Control::new("from", "施行日期", Kind::Date).required().columns(3),
        select("subject_kind", "评定对象", SubjectKind::ALL.iter().map(|one| (one.code(), one.name()))),
        select("period_kind", "评定周期", PeriodKind::ALL.iter().map(|one| (one.code(), one.name()))),
        select("result", "评定结果", ResultKind::ALL.iter().map(|one| (one.code(), one.name()))),
        yes_or_no("is_primary", "报表主方案"),
        area("procedure", "评定办法").required(),
    ];
    let scores = vec![
        area("dimensions", "维度").required().hint(
            "每行一个：代码 名称 满分 权重 [计分上限]。不得涉及民族、性别、年龄等身份特征，也不得涉及信访、投诉、举报",
        ),
        select("aggregation", "计分方式", Aggregation::ALL.iter().map(|one| (one.code(), one.name()))),
        select("missing_part", "缺项处理", MissingPart::ALL.iter().map(|one| (one.code(), one.name()))),
        number("decimals", "分数小数位数"),
        number("stars", "最高星级").hint("等次填4"),
        area("thresholds", "星级标准").required().hint("每行一级：星级 最低总分"),
        area("vetoes", "否决项").hint("每行一个：代码 名称 所定星级；没有的不填"),
    ];
    let rules = vec![
        select("raters", "评分方式", RaterRule::ALL.iter().map(|one| (one.code(), one.name()))),
        number("least_raters", "最少评分人数"),
        Control::new("top_share", "最高等级比例", Kind::Text).columns(3).hint("如1/3，向下取整；不限的不填"),
        number("objection_days", "异议期（工作日）"),
        yes_or_no("leaves_out_probationary", "预备党员只参加不评定"),
        yes_or_no("needs_evidence", "须填评定依据"),
    ];
    let trial = vec![
        Control::new(TRIED_PERIOD, "试算所用的评定期", Kind::Text)
            .columns(3)
            .hint("如2026Q1；不填的用已结束的最近一期，只用于试算"),
    ];
    vec![
        Group::new("方案", head),
        Group::new("评分", scores),
        Group::new("规则", rules),
        Group::new("试算", trial),
    ]
}

pub(super) fn page(who: &SignedIn) -> FormPage {
    FormPage {
        frame: who.frame(Section::Ratings),
        title: "设置评定方案".to_owned(),
        back: Link::new("评定方案", "/ratings/schemes"),
        facts: Vec::new(),
        note: "方案设置后不能修改，只能自某日起施行新版本；已经开始的评定按原版本办理。".to_owned(),
        form: Form {
            action: "/ratings/schemes".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: groups(),
            submit: "设置方案".to_owned(),
            cancel: Some("/ratings/schemes".to_owned()),
            also: Some(Link::new("试算（不保存）", "/ratings/schemes/what-if")),
            ..Form::default()
        },
    }
}

/// The scheme that the editor begins with: a pack, or the present version of one in force.
async fn begun(
    who: &SignedIn,
    db: &mut Db,
    pack: Option<&str>,
    from: Option<&str>,
) -> Result<Option<SetScheme>, Error> {
    if let Some(name) = pack.filter(|name| !name.is_empty()) {
        return packs::pack(name).map(|pack| Some(SetScheme { is_primary: false, ..pack }));
    }
    let Some(code) = from.filter(|code| !code.is_empty()) else { return Ok(None) };
    let scope = who.scope();
    let schemes = db::read(&mut db.0, scope, async |conn| queries::schemes(conn, scope, None).await).await?;
    let present = schemes.iter().find(|scheme| scheme.code == code && scheme.to_day.is_none());
    present.or_missing("这个评定方案").map(|scheme| Some(SetScheme::of(scheme)))
}

#[get("/ratings/schemes/new?<pack>&<from>")]
async fn ask(who: SignedIn, mut db: Db, pack: Option<&str>, from: Option<&str>) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let mut page = page(&who);
    if let Some(scheme) = begun(&who, &mut db, pack, from).await? {
        let shown = scheme::shown(&scheme);
        let day = clock::today().to_string();
        let of = |name: &str| shown.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str());
        page.form.keep(|name| if name == "from" { Some(day.as_str()) } else { of(name) });
    }
    Ok(Page(page))
}

#[post("/ratings/schemes", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let done = match scheme::parse(|name| fields.get(name)) {
        Ok(command) => ratings::set_scheme(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to("/ratings/schemes"), "方案已设置，自施行日期起有效。"))),
        Err(error) => {
            let mut page = page(&who);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&scheme::refused(error)?);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
