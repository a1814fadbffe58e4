//! The desk: what waits, and the figures of the own organisation.

use rocket::{Route, State, get, routes};

use crate::across::reports;
use crate::base::clock;
use crate::base::db;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::assessments;
use crate::records::committees::queries::{self as committees, Attention};
use crate::records::imports::{self, State as Stage};
use crate::records::members::listing::{self, Filter};
use crate::records::members::transfer_listing;
use crate::records::quarters::QuarterState;
use crate::records::ratings;
use crate::records::reserves;
use crate::records::training;
use crate::records::vetting;
use crate::web;
use crate::web::guards::{Db, SignedIn};
use crate::web::pages::assessments::Shown;
use crate::web::pages::cockpit;
use crate::web::pages::ratings::Shown as Ratings;
use crate::web::respond::{Answer, Page};
use crate::web::views::home::{Home, Task};
use crate::web::views::parts::FigureCard;
use crate::web::views::{Badge, Link, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/")]
async fn show(who: SignedIn, mut db: Db, state: &State<web::State>) -> Answer<Page<Home>> {
    let mut home =
        Home { frame: who.frame(Section::Home), as_of: clock::today().to_string(), ..Home::default() };
    if policy::require(&who.actor, Action::SeeRecords, &who.scope().path).is_ok() {
        let (figures, tasks) = desk(&who, &mut db, state).await?;
        home.figures = figures;
        home.tasks = tasks;
    }
    if policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_ok() {
        home.shortcuts = vec![
            Link::new("录入党员", "/members/new"),
            Link::new("导入党员名册", "/imports"),
            Link::new("星级评定", "/ratings"),
        ];
    }
    Ok(Page(home))
}

async fn desk(
    who: &SignedIn,
    db: &mut Db,
    state: &State<web::State>,
) -> Answer<(Vec<FigureCard>, Vec<Task>)> {
    let scope = who.scope();
    let everybody = Filter::default();
    let probationary = Filter { full: Some(false), ..Filter::default() };
    let women = Filter { sex: Some("2".to_owned()), ..Filter::default() };
    let (counts, transfers, (waiting, seconds), planned, pool, checks, committees, awards, assessed) =
        db::read(&mut db.0, scope, async |conn| {
            let mut counts = Vec::new();
            for filter in [&everybody, &probationary, &women] {
                counts.push(listing::count(conn, scope, &state.keys, filter).await?);
            }
            let transfers = transfer_listing::waiting(conn, scope, clock::today()).await?;
            let waiting = ratings::queries::waiting(conn, scope).await?;
            let seconds = ratings::samples::queries::awaiting(conn, scope).await?;
            let planned = imports::queries::list(conn, scope, None, None, 50).await?;
            let pool = reserves::queries::waiting(conn, scope, clock::today()).await?;
            let checks = vetting::queries::waiting(conn, scope, clock::today()).await?;
            let awards = ratings::awards::queries::waiting(conn, scope, clock::today()).await?;
            let mut waiting_committees = Vec::new();
            for attention in [Attention::Overdue, Attention::DueInSixMonths, Attention::Vacancy] {
                let filter = committees::Filter { kind: None, attention: Some(attention) };
                let count = committees::count(conn, scope, clock::today(), &filter).await?;
                waiting_committees.push((attention, count));
            }
            let last = Quarter::containing(clock::today()).previous();
            let assessed = assessments::queries::waiting(conn, scope, last).await?;
            let rated = (waiting, seconds);
            Ok((counts, transfers, rated, planned, pool, checks, waiting_committees, awards, assessed))
        })
        .await?;
    let figures = figures(&counts);
    let mine = |import: &&imports::Import| {
        import.account_id == who.actor.account && import.state().is_ok_and(|state| state == Stage::Planned)
    };
    let unwritten = planned.iter().filter(mine).count();
    let mut tasks = rating_tasks(who, &waiting);
    tasks.extend(second_task(who, seconds));
    tasks.extend(award_tasks(who, awards));
    tasks.extend(assessment_tasks(who, &assessed));
    tasks.extend(transfer_tasks(transfers));
    tasks.push(task(
        "导入待确认写入",
        "/imports",
        unwritten,
        Tone::Waiting,
        "核对方案后写入，未写入的不进名册。",
    ));
    tasks.extend(committee_tasks(&committees));
    tasks.extend(check_tasks(who, checks));
    tasks.extend(cockpit::tasks(who, db).await?);
    tasks.extend(training_tasks(who, db, state).await?);
    tasks.extend(pool_tasks(who, pool));
    tasks.extend(quarter_tasks(who, db).await?);
    tasks.extend(pair_task(who, db, state).await?);
    tasks.retain(|task| task.count > 0);
    Ok((figures, tasks))
}

/// The figures of the own organisation.
fn figures(counts: &[i64]) -> Vec<FigureCard> {
    let labels = [
        ("在册党员", "/members"),
        ("预备党员", "/members?category=probationary"),
        ("女党员", "/members?sex=2"),
    ];
    labels
        .into_iter()
        .zip(counts)
        .map(|((label, href), count)| FigureCard {
            label: label.to_owned(),
            value: count.to_string(),
            unit: "人".to_owned(),
            change: None,
            href: Some(href.to_owned()),
        })
        .collect()
}

fn task(text: &str, href: &str, count: usize, tone: Tone, note: &str) -> Task {
    Task {
        link: Link::new(text, href),
        count: u64::try_from(count).unwrap_or(u64::MAX),
        due: Badge::new("待办理", tone),
        note: note.to_owned(),
    }
}

/// Transfers whose letter holds no longer, those that come in, and those that went out.
fn transfer_tasks(waiting: transfer_listing::Waiting) -> [Task; 3] {
    let of = |text: &str, href: &str, count: i64, tone: Tone, note: &str| {
        task(text, href, usize::try_from(count).unwrap_or_default(), tone, note)
    };
    [
        of(
            "组织关系转接超期（人）",
            "/transfers?overdue=true",
            waiting.overdue,
            Tone::Warning,
            "介绍信有效期已过，请催办、登记回执或者撤回。",
        ),
        of("接收转入党员", "/transfers", waiting.incoming, Tone::Warning, "接收前，党员仍属于原党支部。"),
        of(
            "转出待接收或回执",
            "/transfers",
            waiting.outgoing,
            Tone::Waiting,
            "对方接收或寄回回执前，请继续管理。",
        ),
    ]
}

/// Ratings wait for whoever enters them when they came back or were never handed in, and for the review when they were.
fn rating_tasks(who: &SignedIn, waiting: &ratings::queries::Waiting) -> Vec<Task> {
    let ratings = |text: &str, shown: Ratings, count: i64, tone: Tone, note: &str| {
        task(text, &shown.address(None), usize::try_from(count).unwrap_or_default(), tone, note)
    };
    let scope = &who.scope().path;
    if policy::require(&who.actor, Action::DecideRatings, scope).is_ok() {
        let note = "未审定的星级不计入季度报告。";
        vec![
            ratings("审核星级评定（人）", Ratings::ToReview, waiting.submitted, Tone::Warning, note),
            ratings("确定星级评定（人）", Ratings::ToConfirm, waiting.reviewed, Tone::Warning, note),
            ratings(
                "处理星级评定异议（人）",
                Ratings::Objected,
                waiting.objected,
                Tone::Warning,
                "处理结果会告知本人。",
            ),
        ]
    } else if policy::require(&who.actor, Action::EnterRecords, scope).is_ok() {
        vec![
            ratings(
                "更正退回的星级评定（人）",
                Ratings::Returned,
                waiting.returned,
                Tone::Warning,
                "按退回理由更正后重新提交。",
            ),
            ratings(
                "填报中的星级评定（期）",
                Ratings::Draft,
                waiting.open_rounds,
                Tone::Waiting,
                "填完后提交审核。",
            ),
        ]
    } else {
        Vec::new()
    }
}

/// Ratings that were drawn and wait to be scored again, for whoever enters records.
fn second_task(who: &SignedIn, seconds: i64) -> Option<Task> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path).ok()?;
    let count = usize::try_from(seconds).unwrap_or_default();
    let note = "抽中的评定由未参加首次评分的人再评一次。";
    Some(task("二次评分（人）", "/ratings/samples", count, Tone::Waiting, note))
}

/// Awards that were sent back wait for whoever recommends, all others for whoever decides for the county.
fn award_tasks(who: &SignedIn, waiting: ratings::awards::queries::Waiting) -> Vec<Task> {
    let of = |text: &str, address: &str, count: i64, tone: Tone, note: &str| {
        task(text, address, usize::try_from(count).unwrap_or_default(), tone, note)
    };
    if policy::require(&who.actor, Action::DecideRatings, &who.scope().whole_county().path).is_ok() {
        let under_way = waiting.under_way;
        return vec![
            of("星级村评选待办理（项）", "/ratings/awards", under_way, Tone::Waiting, "评审、审定或公示。"),
            of(
                "星级村公示异议（项）",
                "/ratings/awards?disputed=true",
                waiting.disputed,
                Tone::Warning,
                "处理完才能命名。",
            ),
            of(
                "星级村公示期满（项）",
                "/ratings/awards?state=noticed",
                waiting.notice_over,
                Tone::Waiting,
                "没有异议的可以命名。",
            ),
        ];
    }
    if policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_err() {
        return Vec::new();
    }
    let note = "按退回理由补充后重新推荐。";
    vec![of(
        "退回的星级村推荐（项）",
        "/ratings/awards?state=returned",
        waiting.returned,
        Tone::Warning,
        note,
    )]
}

/// Assessments wait for whoever fills them in when the quarter has ended, and for a supervisor when they were handed in.
fn assessment_tasks(who: &SignedIn, waiting: &assessments::queries::Waiting) -> Vec<Task> {
    let task = |text: &str, href: String, count: i64, tone: Tone, note: &str| {
        task(text, &href, usize::try_from(count).unwrap_or_default(), tone, note)
    };
    let scope = &who.scope().path;
    if policy::require(&who.actor, Action::EnterRecords, scope).is_err() {
        return Vec::new();
    }
    let note = "上一季度已结束，按考核方案开始考核。";
    let mut tasks = vec![
        task(
            "季度考核未开始（个单位）",
            "/assessments/open".to_owned(),
            waiting.not_begun,
            Tone::Waiting,
            note,
        ),
        task(
            "季度考核未提交（个单位）",
            Shown::Open.address(),
            waiting.draft + waiting.returned,
            Tone::Waiting,
            "填完后提交审核员确认；退回的按理由修改。",
        ),
    ];
    if policy::require(&who.actor, Action::DecideRatings, scope).is_ok() {
        tasks.extend([
            task(
                "确认季度考核（个单位）",
                Shown::ToConfirm.address(),
                waiting.submitted,
                Tone::Warning,
                "未确认的考核不计入排名和报表。",
            ),
            task(
                "公示季度考核（个单位）",
                Shown::ToPublish.address(),
                waiting.confirmed,
                Tone::Waiting,
                "一评一公示，公示后授予流动红旗。",
            ),
            task(
                "办理考核异议（件）",
                Shown::All.address(),
                waiting.objections,
                Tone::Warning,
                "在考核结果页办理，写明理由。",
            ),
        ]);
    }
    tasks
}

/// Committees whose election is overdue or due within six months, and those with a post that nobody holds.
fn committee_tasks(waiting: &[(Attention, i64)]) -> Vec<Task> {
    let of = |(attention, count): &(Attention, i64)| {
        let (text, tone, note) = match attention {
            Attention::Overdue => {
                ("逾期未换届（个）", Tone::Warning, "换届后登记新一届，或核对任期届满日期。")
            }
            Attention::Vacancy => ("班子职务空缺（个）", Tone::Waiting, "补选后登记任职，或核对本届职数。"),
            _ => ("六个月内届满（个）", Tone::Waiting, "请提前准备换届。"),
        };
        let href = format!("/committees?attention={}", attention.code());
        task(text, &href, usize::try_from(*count).unwrap_or_default(), tone, note)
    };
    waiting.iter().map(of).collect()
}

/// Candidates whose departments let the day go by, for whoever proposes; those to be filed, for whoever vets.
fn check_tasks(who: &SignedIn, checks: vetting::queries::Waiting) -> Vec<Task> {
    if policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_err() {
        return Vec::new();
    }
    let count = |count: i64| usize::try_from(count).unwrap_or_default();
    let note = "部门超过规定天数没有答复，请催办。";
    let mut tasks =
        vec![task("任职联审逾期（人）", "/vetting?overdue=true", count(checks.overdue), Tone::Warning, note)];
    if policy::require(&who.actor, Action::Vet, &who.scope().whole_county().path).is_ok() {
        let note = "各部门已答复，请备案或者否决。";
        tasks.push(task(
            "联审完成待备案（人）",
            "/vetting?state=vetted",
            count(checks.vetted),
            Tone::Waiting,
            note,
        ));
    }
    tasks
}

/// People who look like one, for whoever enters records: to be merged or told apart.
async fn pair_task(who: &SignedIn, db: &mut Db, state: &State<web::State>) -> Answer<Option<Task>> {
    if policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_err() {
        return Ok(None);
    }
    let count = usize::try_from(state.pairs.count(&mut db.0, &who.actor).await?).unwrap_or_default();
    let note = "逐对核对，是同一人的合并，不是的排除。";
    Ok(Some(task("疑似重复的人员（对）", "/people/duplicates", count, Tone::Waiting, note)))
}

/// What the pool wants of whoever keeps it: notes of mentors that are overdue, villages with too few reserve cadres, mentors
/// who left.
fn pool_tasks(who: &SignedIn, pool: reserves::queries::Waiting) -> Vec<Task> {
    if policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_err() {
        return Vec::new();
    }
    let count = |count: i64| usize::try_from(count).unwrap_or_default();
    vec![
        task(
            "补记后备人员帮带记录（人）",
            "/reserves?silent=true",
            count(pool.without_note),
            Tone::Waiting,
            "超过规定间隔没有帮带记录。",
        ),
        task(
            "补足后备干部（村、社区）",
            &format!("/reserves/map?within={}&below=true", who.scope().path.code()),
            count(pool.villages_below),
            Tone::Warning,
            "后备干部少于规定人数。",
        ),
        task(
            "更换已离任的帮带人（人）",
            "/reserves?mentor_left=true",
            count(pool.mentors_left),
            Tone::Warning,
            "帮带人已离任、去世或不在册。",
        ),
    ]
}

/// Classes that are over and were not entered, for whoever enters them; members whom the floor asks for and who are not
/// trained; for a supervisor how far his organisation is behind.
async fn training_tasks(who: &SignedIn, db: &mut Db, state: &State<web::State>) -> Result<Vec<Task>> {
    let (scope, today) = (who.scope(), clock::today());
    if policy::require(&who.actor, Action::EnterRecords, &scope.path).is_err() {
        return Ok(Vec::new());
    }
    let (waiting, programme) = db::read(&mut db.0, scope, async |conn| {
        let waiting = training::queries::waiting(conn, scope, today).await?;
        Ok((waiting, training::queries::primary_on(conn, scope.county, today).await?))
    })
    .await?;
    let count = |count: i64| usize::try_from(count).unwrap_or_default();
    let mut tasks = vec![
        task(
            "登记到课（个班次）",
            "/training/classes?state=held",
            count(waiting.unattended),
            Tone::Warning,
            "已办班而名单上还有人没有到课登记。",
        ),
        task(
            "班次已过未办结（个）",
            "/training/classes?state=open",
            count(waiting.unheld),
            Tone::Warning,
            "结束日期已过：登记已办班，或取消。",
        ),
    ];
    let Some(programme) = programme else { return Ok(tasks) };
    let code = scope.path.code();
    let coverage = {
        let mut conn = state.database.report().await?;
        training::coverage(&mut conn, &who.actor, programme.id, code, today).await?
    };
    let decides = policy::require(&who.actor, Action::DecideRatings, &scope.path).is_ok();
    let missing = coverage.total.members.saturating_sub(coverage.total.trained);
    if decides {
        let behind = coverage.children.iter().filter(|child| child.shortfall > 0).count();
        let note = format!("轮训年度下限应达{}%，这些单位还有缺口。", coverage.required_percent);
        tasks.push(task("轮训未达下限（个单位）", "/training", behind, Tone::Warning, &note));
    } else {
        let note = format!("年度下限应达{}人，已训{}人。", coverage.total.required, coverage.total.trained);
        let tone = if coverage.total.shortfall > 0 { Tone::Warning } else { Tone::Waiting };
        tasks.push(task("尚未轮训（人）", "/training/outstanding", count(missing), tone, &note));
    }
    Ok(tasks)
}

/// Quarters that have ended and wait for this person: the last one to be proposed, or one that somebody else proposed.
async fn quarter_tasks(who: &SignedIn, db: &mut Db) -> Result<Vec<Task>> {
    let county = who.scope().whole_county().path;
    let closes = policy::may(&who.actor, Action::CloseQuarter, &county);
    if !closes || who.scope().path != county {
        return Ok(Vec::new());
    }
    let statuses = reports::statuses(&mut db.0, &who.actor, None).await?;
    let last = statuses.iter().find(|status| status.ended);
    let proposed = statuses.iter().filter(|status| {
        status.state == QuarterState::Proposed
            && status.proposed_by.as_deref() != Some(who.actor.name.as_str())
    });
    let mut tasks: Vec<Task> = proposed
        .map(|status| {
            let (text, by) = (format!("复核结账：{}", status.quarter.title()), status.proposed_by.as_deref());
            let note = format!("{}已提出，确认后冻结全县数据。", by.unwrap_or_default());
            task(&text, &format!("/quarters/{}/close", status.quarter), 1, Tone::Warning, &note)
        })
        .collect();
    let amended = statuses.iter().filter_map(|status| {
        let by = status.amendment_proposed_by.as_deref().filter(|by| *by != who.actor.name)?;
        let text = format!("复核修订：{}", status.quarter.title());
        let note = format!("{by}已申请修订，确认后形成新的一版。");
        Some(task(&text, &format!("/quarters/{}/amend", status.quarter), 1, Tone::Warning, &note))
    });
    tasks.extend(amended);
    tasks.extend(last.filter(|status| status.state == QuarterState::Open).map(|status| {
        let text = format!("结账：{}", status.quarter.title());
        let href = format!("/quarters/{}/close", status.quarter);
        task(&text, &href, 1, Tone::Waiting, "先看结账前检查，再提出。")
    }));
    Ok(tasks)
}
