//! The planner: class lists by class and town, what cannot be met and why; a supervisor accepts them, or cancels a class and
//! sees what changes before he does.

use std::collections::HashMap;

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::across::planning::{self, Accept, Change, Proposal, Terms, Urgency};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MembershipId, TrainingClassId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::records::members;
use crate::records::training::{Programme, queries};
use crate::web;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, PageWith};
use crate::web::views::class_plan::ClassPlan;
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::parts::FigureCard;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Notice, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, accept]
}

/// How many changes are named on the page.
const NAMED: usize = 500;

/// What a page is asked for, as typed.
struct Asked {
    programme: Option<TrainingProgrammeId>,
    farthest: String,
    without: Option<TrainingClassId>,
}

impl Asked {
    fn terms(&self) -> Result<Terms, Error> {
        let farthest = self.farthest.trim().parse().map_err(|_| {
            let message = format!("距离上限“{}”应为1至20的整数（组织树上的级数），请改正。", self.farthest);
            Error::Invalid(vec![FieldError::new("farthest", message, Some(&self.farthest))])
        })?;
        Ok(Terms { farthest, without: self.without })
    }

    fn address(&self, without: Option<TrainingClassId>) -> String {
        let programme = self.programme.map(|id| id.to_string()).unwrap_or_default();
        let without = without.map(|class| format!("&without={class}")).unwrap_or_default();
        let farthest = rocket::http::RawStr::new(&self.farthest).percent_encode().to_string();
        format!("/training/plan?programme={programme}&farthest={farthest}{without}")
    }
}

#[get("/training/plan?<programme>&<farthest>&<without>")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    programme: Option<&str>,
    farthest: Option<&str>,
    without: Option<&str>,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<PageWith<ClassPlan>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let mut asked = Asked {
        programme: programme.and_then(|id| id.parse().ok()),
        farthest: farthest.unwrap_or_default().to_owned(),
        without: without.and_then(|id| id.parse().ok()),
    };
    let mut page = empty(&who, &mut db, &mut asked).await?;
    page.frame = page.frame.telling(flash);
    let Some(id) = asked.programme.filter(|_| !asked.farthest.is_empty()) else {
        if page.farthest.is_empty() {
            "3".clone_into(&mut page.farthest);
        }
        return Ok(PageWith(Status::Ok, page));
    };
    let status = match planned(&who, &mut db, id, &asked).await {
        Ok(proposal) => {
            show(&mut page, &who, &mut db, state, &asked, &proposal).await?;
            Status::Ok
        }
        Err(refused) => refuse(&mut page, refused)?,
    };
    Ok(PageWith(status, page))
}

async fn planned(
    who: &SignedIn,
    db: &mut Db,
    id: TrainingProgrammeId,
    asked: &Asked,
) -> Result<Proposal, Error> {
    planning::propose(&mut db.0, &who.actor, id, asked.terms()?).await
}

#[post("/training/plan", data = "<fields>")]
async fn accept(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<ClassPlan>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().path)?;
    let mut asked = Asked {
        programme: fields.get("programme").parse().ok(),
        farthest: fields.get("farthest").to_owned(),
        without: fields.get("without").parse().ok(),
    };
    let mut page = empty(&who, &mut db, &mut asked).await?;
    let Some(programme) = asked.programme else {
        return Err(Error::Missing { what: "这项轮训计划" }.into());
    };
    let refused = match carry_out(&who, &mut db, programme, &asked, &fields).await {
        Ok(done) => {
            let told = format!(
                "已写入名单：{}人（其中{}人由其他班次调入）；{}人暂无班次。",
                done.placed, done.moved, done.unplaced
            );
            return Ok(Ok(Flash::success(Redirect::to(asked.address(None)), told)));
        }
        Err(error) => error,
    };
    // What is shown now is planned anew, so the next acceptance is of what is seen.
    if let Ok(proposal) = planned(&who, &mut db, programme, &asked).await {
        show(&mut page, &who, &mut db, state, &asked, &proposal).await?;
    }
    if let Some(form) = &mut page.accept {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
    }
    let status = refuse(&mut page, refused)?;
    Ok(Err(PageWith(status, page)))
}

async fn carry_out(
    who: &SignedIn,
    db: &mut Db,
    programme: TrainingProgrammeId,
    asked: &Asked,
    fields: &Fields,
) -> Result<planning::Accepted, Error> {
    let command = Accept {
        programme,
        terms: asked.terms()?,
        fingerprint: fields.get("fingerprint").to_owned(),
        reason: fields.has("reason").then(|| fields.get("reason").to_owned()),
    };
    planning::accept(&mut db.0, &who.actor, &command).await
}

/// Says what was refused, in the page that it was refused in.
fn refuse(page: &mut ClassPlan, error: Error) -> Result<Status, Error> {
    let (status, told) = match error {
        Error::Invalid(fields) => {
            let told = fields.iter().map(|field| field.message.clone()).collect();
            if let Some(form) = &mut page.accept {
                form.refuse(&fields);
            }
            (Status::UnprocessableEntity, told)
        }
        Error::Refused(reason) => (Status::Conflict, vec![reason]),
        stale @ Error::Stale => (Status::Conflict, vec![stale.to_string()]),
        other => return Err(other),
    };
    page.notices = told.into_iter().map(|sentence: String| Notice::new(Tone::Bad, sentence)).collect();
    Ok(status)
}

/// The page before anything is planned.
async fn empty(who: &SignedIn, db: &mut Db, asked: &mut Asked) -> Result<ClassPlan, Error> {
    let county = who.scope().county;
    let programmes: Vec<Programme> =
        db::read(&mut db.0, who.scope(), async |conn| Ok(queries::programmes(conn, county).await?)).await?;
    if asked.programme.is_none() {
        let runs = |one: &&Programme| one.runs_on(clock::today());
        let now = programmes.iter().filter(runs).max_by_key(|one| one.is_primary);
        asked.programme = now.or_else(|| programmes.first()).map(|one| one.id);
    }
    Ok(ClassPlan {
        frame: who.frame(Section::Training),
        programmes: programmes.iter().map(|one| Choice::new(one.id.to_string(), &one.name)).collect(),
        programme: asked.programme.map(|id| id.to_string()).unwrap_or_default(),
        farthest: asked.farthest.clone(),
        ..ClassPlan::default()
    })
}

/// Fills a page with a plan.
async fn show(
    page: &mut ClassPlan,
    who: &SignedIn,
    db: &mut Db,
    state: &web::State,
    asked: &Asked,
    proposal: &Proposal,
) -> Result<(), Error> {
    let may = policy::require(&who.actor, Action::SetSchemes, &who.scope().path).is_ok();
    let plan = &proposal.plan;
    page.without = proposal.terms.without.and_then(|id| {
        let coming = proposal.basis.classes.iter().find(|coming| coming.class.id == id)?;
        Some(Choice::new(id.to_string(), &coming.class.code))
    });
    page.figures = figures(proposal);
    page.proof = if plan.is_proved() {
        Badge::new("已证明最优", Tone::Good)
    } else {
        Badge::new("未证明最优", Tone::Warning)
    };
    page.arithmetic = proposal.arithmetic();
    if proposal.terms.without.is_some() {
        page.tables.push(changes(db, who, state, proposal).await?);
    }
    page.tables.extend([floors(proposal), unmet(proposal), classes(proposal, asked, may), towns(proposal)]);
    // Where nobody can be placed there is nothing to accept, but a class may be cancelled all the same.
    let has_effect = plan.worth.people > 0 || proposal.terms.without.is_some();
    page.accept = (may && has_effect).then(|| acceptance(who, asked, proposal));
    Ok(())
}

fn figures(proposal: &Proposal) -> Vec<FigureCard> {
    let plan = &proposal.plan;
    let card = |label: &str, value: String, unit: &str| FigureCard {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        ..FigureCard::default()
    };
    let unplaced: u32 = plan.unmet.iter().map(|unmet| unmet.people).sum();
    let never = plan.placed.get(&Urgency(0)).copied().unwrap_or_default();
    vec![
        card("应训党员", proposal.basis.members.to_string(), "人"),
        card("本方案安排", plan.worth.people.to_string(), "人"),
        card("其中从未参训", never.to_string(), "人"),
        card("至多可安排", plan.bound.people.to_string(), "人"),
        card("手工办法可安排", plan.greedy.people.to_string(), "人"),
        card("排不进", unplaced.to_string(), "人"),
    ]
}

fn number(value: impl ToString) -> Cell {
    Cell::Number(value.to_string())
}

fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

/// Who changes his class, by name.
async fn changes(
    db: &mut Db,
    who: &SignedIn,
    state: &web::State,
    proposal: &Proposal,
) -> Result<Table, Error> {
    let all = || {
        proposal.displaced.iter().map(|one| (one, true)).chain(proposal.moved.iter().map(|one| (one, false)))
    };
    let ids: Vec<MembershipId> = all().take(NAMED).map(|(change, _)| change.person).collect();
    let scope = who.scope();
    let cards = db::read(&mut db.0, scope, async |conn| {
        members::queries::by_ids(conn, scope, &state.keys, &ids).await
    })
    .await?;
    let names: HashMap<MembershipId, (String, String)> =
        cards.into_iter().map(|card| (card.membership.id, (card.person.name, card.branch.name))).collect();
    let class = |key| proposal.class(key).map(|coming| coming.class.code.clone()).unwrap_or_default();
    let row = |(change, is_displaced): (&Change, bool)| {
        let (name, branch) = names.get(&change.person).cloned().unwrap_or_default();
        let badge = match (is_displaced, change.to) {
            (_, None) => Badge::new("无班可去", Tone::Bad),
            (true, Some(_)) => Badge::new("改班", Tone::Waiting),
            (false, Some(_)) => Badge::new("为他人让位而改班", Tone::Warning),
        };
        let to = change.to.map_or_else(|| "—".to_owned(), class);
        Row::new(vec![text(name), text(branch), text(class(change.from)), text(to), Cell::Badge(badge)])
    };
    let caption = format!("变动：取消班次的{}人，其他{}人", proposal.displaced.len(), proposal.moved.len());
    Ok(Table {
        caption,
        columns: ["姓名", "党支部", "原班次", "新班次", "变动"].map(Column::new).into(),
        rows: all().take(NAMED).map(row).collect(),
        empty: "取消这个班次不涉及任何人。".to_owned(),
        pager: None,
    })
}

fn floors(proposal: &Proposal) -> Table {
    let rows = proposal.plan.floors.iter().map(|reached| {
        let met = reached.met_on.map_or_else(|| "—".to_owned(), |day| day.to_string());
        let state = match reached.missing() {
            0 => Badge::new("达到", Tone::Good),
            missing => Badge::new(format!("缺{missing}人"), Tone::Bad),
        };
        let cells = vec![
            text(reached.floor.due.to_string()),
            number(reached.floor.needed),
            number(reached.reached),
            text(met),
            Cell::Badge(state),
        ];
        Row::new(cells)
    });
    Table {
        caption: "年度下限".to_owned(),
        columns: vec![
            Column::new("截止日期"),
            Column::numeric("应训人数"),
            Column::numeric("届时人数"),
            Column::new("达到日期"),
            Column::new("结果"),
        ],
        rows: rows.collect(),
        empty: "该计划没有规定年度下限。".to_owned(),
        pager: None,
    }
}

fn unmet(proposal: &Proposal) -> Table {
    let rows = proposal.plan.unmet.iter().map(|unmet| {
        let town = proposal.towns.get(&unmet.town).map(|town| town.name.clone()).unwrap_or_default();
        let cells = vec![
            text(town),
            text(proposal.field_names(&unmet.fields).join("、")),
            text(unmet.urgency.name()),
            number(unmet.people),
            text(proposal.sentence(unmet)),
        ];
        Row::new(cells)
    });
    Table {
        caption: "排不进的人员及原因".to_owned(),
        columns: vec![
            Column::new("乡镇（街道）"),
            Column::new("领域"),
            Column::new("参训情况"),
            Column::numeric("人数"),
            Column::new("原因和办法"),
        ],
        rows: rows.collect(),
        empty: "全部都有班次。".to_owned(),
        pager: None,
    }
}

fn classes(proposal: &Proposal, asked: &Asked, may: bool) -> Table {
    let seated = proposal.seated();
    let is_change = proposal.terms.without.is_some();
    let coming = proposal.basis.classes.iter().filter(|one| Some(one.class.id) != proposal.terms.without);
    let rows = coming.map(|coming| {
        let class = &coming.class;
        let planned = seated.get(&class.id).copied().unwrap_or_default();
        let places = class.places.map_or_else(|| "不限".to_owned(), |places| places.to_string());
        let mut cells = vec![
            text(&class.code),
            text(&class.name),
            text(proposal.field_names(std::slice::from_ref(&class.field)).join("、")),
            text(format!("{}至{}", class.first_day, class.last_day)),
            text(&coming.host.name),
            number(places),
            number(coming.enrolled),
            number(planned),
        ];
        if may && !is_change {
            let link = Link::new("取消此班并重排", asked.address(Some(class.id)));
            cells.push(Cell::Links(if coming.enrolled > 0 { vec![link] } else { Vec::new() }));
        }
        Row::new(cells)
    });
    let mut columns = vec![
        Column::new("班次编号"),
        Column::new("班次名称"),
        Column::new("领域"),
        Column::new("日期"),
        Column::new("主办单位"),
        Column::numeric("名额"),
        Column::numeric("已报名"),
        Column::numeric(if is_change { "重排后" } else { "新安排" }),
    ];
    if may && !is_change {
        columns.push(Column::new("操作"));
    }
    Table {
        caption: "各班次名单".to_owned(),
        columns,
        rows: rows.collect(),
        empty: "没有尚未开始的班次；请先计划班次。".to_owned(),
        pager: None,
    }
}

fn towns(proposal: &Proposal) -> Table {
    let by_town = proposal.by_town();
    let mut towns: Vec<_> = proposal.towns.values().collect();
    towns.sort_by(|a, b| a.code.cmp(&b.code));
    let rows = towns.into_iter().filter_map(|town| {
        let classes = by_town.get(&town.id);
        let mine = proposal.plan.unmet.iter().filter(|unmet| unmet.town == town.id);
        let unplaced: u32 = mine.map(|unmet| unmet.people).sum();
        (classes.is_some() || unplaced > 0).then(|| {
            let code = |id: &TrainingClassId| {
                let coming = proposal.basis.classes.iter().find(|coming| coming.class.id == *id);
                coming.map(|coming| coming.class.code.as_str()).unwrap_or_default()
            };
            let named: Vec<String> = classes
                .into_iter()
                .flatten()
                .map(|(id, people)| format!("{} {people}人", code(id)))
                .collect();
            let placed: u32 = classes.into_iter().flatten().map(|(_, people)| *people).sum();
            Row::new(vec![text(&town.name), number(placed), number(unplaced), text(named.join("，"))])
        })
    });
    Table {
        caption: "各乡镇（街道）".to_owned(),
        columns: vec![
            Column::new("乡镇（街道）"),
            Column::numeric("有班次"),
            Column::numeric("排不进"),
            Column::new("去向"),
        ],
        rows: rows.collect(),
        empty: "没有待训的党员。".to_owned(),
        pager: None,
    }
}

fn acceptance(who: &SignedIn, asked: &Asked, proposal: &Proposal) -> Form {
    let hidden = [
        ("programme", proposal.basis.record.programme.id.to_string()),
        ("farthest", proposal.terms.farthest.to_string()),
        ("without", proposal.terms.without.map(|id| id.to_string()).unwrap_or_default()),
        ("fingerprint", proposal.fingerprint.clone()),
    ];
    let cancels = proposal.terms.without.is_some();
    let reason = Control::new("reason", "取消原因", Kind::Text)
        .required()
        .columns(6)
        .hint("写入班次和留痕记录，供日后查证");
    Form {
        action: "/training/plan".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: hidden.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        groups: if cancels { vec![Group::new("取消班次", vec![reason])] } else { Vec::new() },
        submit: if cancels { "取消班次并写入变动" } else { "采用方案，写入名单" }.to_owned(),
        cancel: cancels.then(|| asked.address(None)),
        ..Form::default()
    }
}
