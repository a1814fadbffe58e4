//! The editor's second button: what the draft would give for the scores of a period that was rated, the last one that is
//! over unless another is named. Nothing is written, and the draft stays in the editor below.

use rocket::http::Status;
use rocket::{Route, post, routes};

use super::schemes;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::Period;
use crate::records::ratings::model::ResultKind;
use crate::records::ratings::{self, Changed, Move, Tried, level_name, printed};
use crate::web::forms::scheme;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, PageWith};
use crate::web::views::parts::Fact;
use crate::web::views::ratings::Desk;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![try_out]
}

/// How many names stand on a page.
const NAMES: usize = 100;

#[post("/ratings/schemes/what-if?<skip>", data = "<fields>")]
async fn try_out(who: SignedIn, mut db: Db, skip: Option<usize>, fields: Fields) -> Answer<PageWith<Desk>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let skipped = skip.unwrap_or_default();
    let scope = who.scope();
    let tried = match (scheme::parse(|name| fields.get(name)), period(&fields)) {
        (Err(error), _) | (_, Err(error)) => Err(error),
        (Ok(draft), Ok(period)) => {
            db::read(&mut db.0, scope, async |conn| {
                ratings::what_if(conn, scope, &draft, period, skipped, NAMES).await
            })
            .await
        }
    };
    match tried {
        Ok(tried) => Ok(PageWith(Status::Ok, view(&who, &fields, Some((&tried, skipped)), &[]))),
        Err(error) => {
            let errors = scheme::refused(error)?;
            Ok(PageWith(Status::UnprocessableEntity, view(&who, &fields, None, &errors)))
        }
    }
}

/// The period that is named; none: the last one that is over.
fn period(fields: &Fields) -> Result<Option<Period>, Error> {
    let Some(text) = fields.given(schemes::TRIED_PERIOD) else { return Ok(None) };
    let wrong = |error| Error::Invalid(vec![FieldError::new(schemes::TRIED_PERIOD, error, Some(text))]);
    Period::parse(text).map(Some).map_err(wrong)
}

fn view(who: &SignedIn, fields: &Fields, tried: Option<(&Tried, usize)>, errors: &[FieldError]) -> Desk {
    let mut form = schemes::page(who).form;
    form.keep(|name| fields.has(name).then(|| fields.get(name)));
    if !errors.is_empty() {
        form.refuse(errors);
    }
    let mut desk = Desk {
        frame: who.frame(Section::Ratings),
        title: "试算评定方案".to_owned(),
        back: Link::new("评定方案", "/ratings/schemes"),
        ..Desk::default()
    };
    if let Some((tried, skipped)) = tried {
        if tried.is_more {
            let next = skipped.saturating_add(NAMES);
            let href = format!("/ratings/schemes/what-if?skip={next}");
            form.also = Some(Link::new("试算：名单下一页", href));
        }
        desk.facts = facts(tried);
        desk.notes = notes(tried);
        desk.tables = vec![moves(tried), names(tried)];
    }
    desk.forms = vec![form];
    desk
}

fn facts(tried: &Tried) -> Vec<Fact> {
    let count = |label: &str, count: i64| Fact::text(label, format!("{count}个"));
    vec![
        Fact::text("所用分数", format!("{}的评定", tried.period)),
        count("试算", tried.rated),
        count("结果改变", tried.changed),
        count("缺项、不能得出结果", tried.incomplete),
        count("分数超出新方案满分", tried.beyond),
        count("最高等级超比例的单位", tried.over_share),
    ]
}

fn notes(tried: &Tried) -> Vec<String> {
    let mut notes = vec!["只试算，不保存，也不改变任何评定；方案在下面继续修改，满意后再设置。".to_owned()];
    if !tried.unknown.is_empty() {
        notes.push(format!("该期没有这些维度的分数，按缺项处理：{}。", tried.unknown.join("、")));
    }
    if tried.beyond > 0 {
        notes.push(format!(
            "有{}个评定的分数超出新方案满分，按新方案填不出这样的分数，列为“不能得出”；满分改小的，须重新评分，不能直接套用。",
            tried.beyond
        ));
    }
    if !tried.is_comparable {
        notes.push("现结果与试算结果的种类或级数不同，不能比较升降，名单列出全部试算的评定。".to_owned());
    }
    notes
}

fn level(kind: ResultKind, stars: Option<i32>) -> String {
    stars.map_or_else(|| "不能得出".to_owned(), |stars| level_name(kind, stars))
}

fn moves(tried: &Tried) -> Table {
    let (before, kind) = (tried.result_before, tried.scheme.rules.result);
    let row = |one: &Move| {
        let change = match one.after.filter(|_| tried.is_comparable).map(|after| after - one.before) {
            None => "—".to_owned(),
            Some(0) => "不变".to_owned(),
            Some(up) if up > 0 => format!("升{up}"),
            Some(down) => format!("降{}", down.abs()),
        };
        Row::new(vec![
            Cell::Text(level_name(before, one.before)),
            Cell::Text(level(kind, one.after)),
            Cell::Text(change),
            Cell::Number(one.count.to_string()),
        ])
    };
    Table {
        caption: "现结果与试算结果".to_owned(),
        columns: vec![
            Column::new("现结果"),
            Column::new("试算结果"),
            Column::new("升降"),
            Column::numeric("个数"),
        ],
        rows: tried.moves.iter().map(row).collect(),
        empty: "没有可以试算的评定。".to_owned(),
        pager: None,
    }
}

fn names(tried: &Tried) -> Table {
    let (before, kind) = (tried.result_before, tried.scheme.rules.result);
    let row = |one: &Changed| {
        Row::to(
            format!("/ratings/{}", one.id),
            vec![
                Cell::Text(one.name.clone().unwrap_or_else(|| "（已不在管理范围内）".to_owned())),
                Cell::Text(one.unit.clone()),
                Cell::Number(printed(&one.total_before)),
                Cell::Text(level_name(before, one.before)),
                Cell::Number(one.total_after.as_ref().map_or_else(|| "—".to_owned(), printed)),
                Cell::Text(level(kind, one.after)),
            ],
        )
    };
    Table {
        caption: if tried.is_comparable {
            "结果改变的名单（降得多的在前）".to_owned()
        } else {
            "试算名单（试算结果低的在前）".to_owned()
        },
        columns: vec![
            Column::new("评定对象"),
            Column::new("评定单位"),
            Column::numeric("现总分"),
            Column::new("现结果"),
            Column::numeric("试算总分"),
            Column::new("试算结果"),
        ],
        rows: tried.names.iter().map(row).collect(),
        empty: "没有结果改变的评定。".to_owned(),
        pager: None,
    }
}
