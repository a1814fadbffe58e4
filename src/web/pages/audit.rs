//! The trail.

use rocket::{Route, get, routes};

use crate::base::actor::{Door, Role};
use crate::records::audit::queries::EntryLine;
use crate::web::api::audit::{TrailQuery, page};
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::audit::Trail;
use crate::web::views::parts::Pager;
use crate::web::views::{Cell, Choice, Column, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list]
}

/// The verbs that may be filtered by, in words.
const ACTIONS: [(&str, &str); 12] = [
    ("accounts.sign_in", "登录"),
    ("accounts.sign_in_refused", "登录被拒"),
    ("accounts.sign_out", "退出"),
    ("accounts.open", "新建账号"),
    ("accounts.grant", "账号授权"),
    ("accounts.disable", "停用账号"),
    ("accounts.reset_password", "重置密码"),
    ("accounts.change_password", "修改密码"),
    ("accounts.issue_token", "发放令牌"),
    ("organisations.found", "建立组织"),
    ("organisations.load_county", "装入区划"),
    ("members.reveal", "查看完整号码"),
];

fn action_name(action: &str) -> &str {
    ACTIONS.iter().find(|(code, _)| *code == action).map_or(action, |(_, name)| name)
}

fn door_name(code: &str) -> &'static str {
    match code {
        code if code == Door::Web.code() => "页面",
        code if code == Door::Api.code() => "接口",
        code if code == Door::CommandLine.code() => "命令行",
        _ => "导入",
    }
}

#[get("/audit?<query..>")]
async fn list(who: SignedIn, mut db: Db, query: TrailQuery<'_>, listing: Listing) -> Answer<Page<Trail>> {
    let filter = query.parse()?;
    let entries = page(&mut db, &who.actor, &filter, &listing).await?;
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let next = entries.next.as_deref().map(|cursor| address(&query, cursor));
    let columns = ["时间", "账号", "角色", "途径", "操作", "对象", "数量"].map(Column::new).to_vec();
    let table = Table {
        caption: "审计记录".to_owned(),
        columns,
        rows: entries.items.iter().map(row).collect(),
        empty: "没有符合条件的审计记录，请放宽筛选条件。".to_owned(),
        pager: next.map(|next| Pager { shown: entries.items.len(), next: Some(next), ..Pager::default() }),
    };
    Ok(Page(Trail {
        frame: who.frame(Section::Audit),
        from: text(query.from),
        to: text(query.to),
        actor: text(query.actor),
        action: text(query.action),
        actions: ACTIONS.iter().map(|(code, name)| Choice::new(*code, *name)).collect(),
        table,
        ..Trail::default()
    }))
}

fn row(entry: &EntryLine) -> Row {
    let china = entry.at + chrono::TimeDelta::hours(8);
    let role = Role::from_code(&entry.role).map_or("—", Role::name);
    let subject = entry
        .subject_id
        .map_or_else(|| entry.subject_kind.clone(), |id| format!("{} {id}", entry.subject_kind));
    Row::new(vec![
        Cell::Text(china.format("%Y-%m-%d %H:%M:%S").to_string()),
        Cell::Text(entry.actor.clone()),
        Cell::Text(role.to_owned()),
        Cell::Text(door_name(&entry.door).to_owned()),
        Cell::Text(action_name(&entry.action).to_owned()),
        Cell::Text(subject),
        Cell::Number(entry.subject_count.to_string()),
    ])
}

fn address(query: &TrailQuery<'_>, cursor: &str) -> String {
    let mut address = format!("/audit?after={cursor}");
    let pairs = [("from", query.from), ("to", query.to), ("actor", query.actor), ("action", query.action)];
    for (name, value) in pairs {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            address.push_str(&format!("&{name}={}", rocket::http::RawStr::new(value).percent_encode()));
        }
    }
    address
}
