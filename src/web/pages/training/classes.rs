//! The list of classes, and one class with its roll.

use rocket::request::FlashMessage;
use rocket::{Route, get, routes};

use super::{address, days, kind_name, may_enter, programme_choices, state_badge};
use crate::base::db;
use crate::base::ids::TrainingClassId;
use crate::base::policy::{self, Action};
use crate::base::values::Sex;
use crate::records::training::queries::{self, ClassCard, RollLine};
use crate::records::training::{self, ClassKind, ClassState, ClassStep, TrainingResult};
use crate::web::api::organisations::narrowed;
use crate::web::api::training::{ClassQuery, class_after, class_card, class_page, roll_page};
use crate::web::guards::{self, Db, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Choice;
use crate::web::views::members::{Action as Offered, FactGroup};
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::training::{ClassPage, Classes, ClassesFilter};
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show]
}

#[get("/training/classes?<query..>")]
async fn list(who: SignedIn, mut db: Db, query: ClassQuery<'_>, listing: Listing) -> Answer<Page<Classes>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (filter, after, scope) = (query.parse()?, class_after(&listing)?, who.scope());
    let (programmes, cards, next, total) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within).await?;
        let (cards, next) = class_page(conn, &within, &filter, after.as_ref(), listing.limit).await?;
        let total = queries::count_classes(conn, &within, &filter).await?;
        Ok((queries::programmes(conn, scope.county).await?, cards, next, total))
    })
    .await?;
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let to = |after: &str| {
        address(
            "/training/classes",
            &[
                ("within", query.within.unwrap_or_default()),
                ("q", query.q.unwrap_or_default()),
                ("programme", query.programme.unwrap_or_default()),
                ("field", query.field.unwrap_or_default()),
                ("kind", query.kind.unwrap_or_default()),
                ("state", query.state.unwrap_or_default()),
                ("after", after),
            ],
        )
    };
    let pager = Pager {
        shown: cards.len(),
        total: u64::try_from(total).ok(),
        first: after.is_some().then(|| to("")),
        next: next.map(|next| to(&next)),
    };
    Ok(Page(Classes {
        frame: who.frame(Section::Training),
        filter: ClassesFilter {
            q: text(query.q),
            programme: text(query.programme),
            kind: text(query.kind),
            state: text(query.state),
            programmes: programme_choices(&programmes),
            kinds: ClassKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect(),
            states: ClassState::ALL.iter().map(|state| Choice::new(state.code(), state.name())).collect(),
        },
        table: table(&cards, pager),
        plan: may_enter(&who.actor).then(|| "/training/classes/new".to_owned()),
    }))
}

fn table(cards: &[ClassCard], pager: Pager) -> Table {
    let row = |card: &ClassCard| {
        let class = &card.class;
        let places = class.places.map_or_else(String::new, |places| format!("/{places}"));
        let mut badges = vec![state_badge(&class.state)];
        if class.is_away {
            badges.push(Badge::new("外出", Tone::Neutral));
        }
        Row::to(
            format!("/training/classes/{}", class.id),
            vec![
                Cell::Text(class.code.clone()),
                Cell::Text(class.name.clone()),
                Cell::Text(card.field.clone()),
                Cell::Text(card.host.1.clone()),
                Cell::Text(card.audience.1.clone()),
                Cell::Number(class.first_day.to_string()),
                Cell::Number(class.hours.normalized().to_plain_string()),
                Cell::Number(format!("{}{places}", card.enrolled)),
                Cell::Number(card.attended.to_string()),
                Cell::Badges(badges),
            ],
        )
    };
    Table {
        caption: "培训班次".to_owned(),
        columns: vec![
            Column::new("班次编号"),
            Column::new("班次名称"),
            Column::new("领域"),
            Column::new("主办单位"),
            Column::new("参训范围"),
            Column::numeric("开始日期"),
            Column::numeric("学时"),
            Column::numeric("报名/名额"),
            Column::numeric("到课"),
            Column::new("状态"),
        ],
        rows: cards.iter().map(row).collect(),
        empty: "没有符合条件的班次。可以减少条件，或点“计划班次”新建。".to_owned(),
        pager: Some(pager),
    }
}

#[get("/training/classes/<id>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<ClassPage>> {
    let card = class_card(&mut db, &who.actor, id).await?;
    let guards::Page { items: lines, next, .. } = roll_page(&mut db, &who.actor, id, true, &listing).await?;
    let keeps = may_enter(&who.actor) && who.scope().path.contains(&card.class.path());
    let here = format!("/training/classes/{id}");
    let pager = Pager {
        shown: lines.len(),
        total: None,
        first: listing.after.is_some().then(|| here.clone()),
        next: next.map(|next| address(&here, &[("after", &next)])),
    };
    let state = card.class.state()?;
    let editable = keeps && !matches!(state, ClassState::Closed | ClassState::Cancelled);
    Ok(Page(ClassPage {
        frame: who.frame(Section::Training).telling(flash),
        name: card.class.name.clone(),
        badges: vec![Badge::new(kind_name(&card.class.kind), Tone::Neutral), state_badge(&card.class.state)],
        sub: format!("{}　{}　{}", card.class.code, card.host.1, days(&card)),
        groups: groups(&card),
        actions: actions(&card, state, keeps, may_enter(&who.actor)),
        edit: editable.then(|| format!("{here}/edit")),
        roll: roll(&card, &lines, state, keeps, pager),
    }))
}

fn groups(card: &ClassCard) -> Vec<FactGroup> {
    let class = &card.class;
    let yes = |truth: bool| if truth { "是" } else { "否" };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let plan = vec![
        Fact::link(
            "轮训计划",
            Link::new(&card.programme, format!("/training/programmes/{}", class.programme_id)),
        ),
        Fact::text("领域", &card.field),
        Fact::text("主办单位", &card.host.1),
        Fact::text("参训范围", &card.audience.1),
        Fact::text("日期", days(card)),
        Fact::text("学时", class.hours.normalized().to_plain_string()),
        Fact::text("名额", class.places.map_or_else(|| "不限".to_owned(), |places| places.to_string())),
        Fact::text("外出培训", yes(class.is_away)),
        Fact::text("未报名可参训", yes(class.takes_walk_ins)),
    ];
    let items = vec![
        Fact::text("课程已审核", yes(class.is_course_approved)),
        Fact::text("师资", text(&class.teacher)),
        Fact::text("地点", text(&class.site)),
        Fact::text("经费负担", text(&class.cost_bearer)),
        Fact::text("考核评估", text(&class.assessment)),
        Fact::text("备注", text(&class.note)),
        Fact::text("取消原因", text(&class.cancel_reason)),
    ];
    [("班次", plan), ("五统一", items)]
        .into_iter()
        .map(|(title, facts)| FactGroup { title: title.to_owned(), facts })
        .collect()
}

fn icon(step: ClassStep) -> &'static str {
    match step {
        ClassStep::Open | ClassStep::Hold => "check",
        ClassStep::Close => "circle-check",
        ClassStep::Reopen => "arrow-back-up",
        ClassStep::Cancel => "circle-x",
    }
}

fn actions(card: &ClassCard, state: ClassState, keeps: bool, enters: bool) -> Vec<Offered> {
    let here = format!("/training/classes/{}", card.class.id);
    let offer =
        |text: &str, end: &str, icon| Offered { link: Link::new(text, format!("{here}/{end}")), icon };
    let mut actions = Vec::new();
    if enters && state == ClassState::Open {
        actions.push(offer("报名", "enrol", "user-plus"));
    }
    if keeps && state == ClassState::Held {
        actions.push(offer("录入参训情况", "attendance", "edit"));
    }
    if keeps && matches!(state, ClassState::Open | ClassState::Held) {
        actions.push(offer("签到表", "sheet", "printer"));
    }
    if keeps {
        let steps = ClassStep::ALL.into_iter().filter(|step| training::next_state(state, *step).is_some());
        actions.extend(steps.map(|step| offer(step.name(), step.code(), icon(step))));
    }
    actions
}

/// The roll as a table; `attendance.rs` shows the same one.
pub(super) fn roll(
    card: &ClassCard,
    lines: &[RollLine],
    state: ClassState,
    keeps: bool,
    pager: Pager,
) -> Table {
    let here = format!("/training/classes/{}", card.class.id);
    let row = |line: &RollLine| {
        let links = match (keeps, state, line.withdrawn_on.is_none()) {
            (true, ClassState::Open, true) => {
                vec![Link::new("撤下", format!("{here}/withdraw/{}", line.membership_id))]
            }
            (true, ClassState::Held, true) if line.version.is_some() => {
                vec![Link::new("更正", format!("{here}/attendance/{}", line.membership_id))]
            }
            _ => Vec::new(),
        };
        Row::new(vec![
            Cell::Number(training::row_code(&card.class.code, line.number)),
            Cell::Link(Link::new(
                line.name.clone().unwrap_or_else(|| "已转出".to_owned()),
                format!("/members/{}/training", line.membership_id),
            )),
            Cell::Text(
                line.sex
                    .as_deref()
                    .and_then(|sex| Sex::parse(sex).ok())
                    .map(Sex::name)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            Cell::Text(line.branch.clone().unwrap_or_default()),
            Cell::Number(
                line.hours.as_ref().map(|hours| hours.normalized().to_plain_string()).unwrap_or_default(),
            ),
            Cell::Badges(badges(line)),
            Cell::Text(line.note.clone().or_else(|| line.withdrawal_reason.clone()).unwrap_or_default()),
            Cell::Links(links),
        ])
    };
    Table {
        caption: format!("名单（报名{}人，到课{}人）", card.enrolled, card.attended),
        columns: vec![
            Column::numeric("识别码"),
            Column::new("姓名"),
            Column::new("性别"),
            Column::new("所在党支部"),
            Column::numeric("到课学时"),
            Column::new("考核"),
            Column::new("备注"),
            Column::new("办理"),
        ],
        rows: lines.iter().map(row).collect(),
        empty: "名单上还没有人。开放报名后点“报名”，按支部或名单报名。".to_owned(),
        pager: Some(pager),
    }
}

fn badges(line: &RollLine) -> Vec<Badge> {
    let mut badges = Vec::new();
    if let Some(day) = line.withdrawn_on {
        badges.push(Badge::new(format!("{day}撤下"), Tone::Neutral));
    }
    if let Some(result) = line.result.as_deref().and_then(|code| TrainingResult::parse(code).ok()) {
        let tone = if result == TrainingResult::Failed { Tone::Bad } else { Tone::Good };
        badges.push(Badge::new(result.name(), tone));
    }
    if line.is_walk_in {
        badges.push(Badge::new("未报名参训", Tone::Warning));
    }
    badges
}
