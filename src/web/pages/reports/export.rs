//! The list behind a figure is asked for as a file: what for, and it comes.

use rocket::http::Status;
use rocket::{Route, State, get, post, routes};

use super::address;
use crate::across::reports::figures;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::words;
use crate::web;
use crate::web::api::exports::{FigureExportQuery, send_figure};
use crate::web::api::reports::{ReportQuery, Wanted, figure_part};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Attachment, Failure, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, export]
}

async fn page(
    who: &SignedIn,
    db: &mut Db,
    code: &str,
    wanted: &Wanted,
    part: Option<&str>,
) -> Result<FormPage, Error> {
    let scope = who.scope();
    policy::require(&who.actor, Action::Export, &scope.path)?;
    let words = db::read(&mut db.0, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await?;
    let figure = figures::find(code, &words).or_missing("该指标")?;
    let part = figure_part(part)?;
    let rows = address(&format!("/figures/{code}"), wanted, &wanted.organisation, &[("part", part.code())]);
    let mut facts =
        vec![Fact::text("组织代码", &wanted.organisation), Fact::text("季度", wanted.quarter.title())];
    facts.extend(part.name().map(|name| Fact::text("范围", name)));
    let formats = vec![Choice::new("xlsx", "Excel 工作簿"), Choice::new("csv", "CSV")];
    let controls = vec![
        Control::new("reason", "用途", Kind::Text)
            .required()
            .columns(12)
            .hint("例如：核对季度报告。用途、条数和文件指纹都记入审计记录")
            .focus(),
        Control::new("format", "格式", Kind::Select(formats)).value("xlsx").columns(6),
    ];
    Ok(FormPage {
        frame: who.frame(Section::Reports),
        title: format!("导出“{}”明细", figure.label),
        back: Link::new(figure.label.clone(), rows.clone()),
        facts,
        note: "导出的文件脱离本系统的保护，请只交给需要的人，用后删除。".to_owned(),
        form: Form {
            action: address(
                &format!("/figures/{code}/export"),
                wanted,
                &wanted.organisation,
                &[("part", part.code())],
            ),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "导出".to_owned(),
            cancel: Some(rows),
            ..Form::default()
        },
    })
}

#[get("/figures/<code>/export?<part>&<query..>")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    code: &str,
    part: Option<&str>,
    query: ReportQuery<'_>,
) -> Answer<Page<FormPage>> {
    let wanted = query.read(&who.actor)?;
    Ok(Page(page(&who, &mut db, code, &wanted, part).await?))
}

#[post("/figures/<code>/export?<part>&<query..>", data = "<fields>")]
async fn export(
    who: SignedIn,
    mut db: Db,
    code: &str,
    part: Option<&str>,
    query: ReportQuery<'_>,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Attachment, Box<PageWith<FormPage>>>> {
    let wanted = query.read(&who.actor)?;
    let again = page(&who, &mut db, code, &wanted, part).await?;
    let (format, reason) = (fields.given("format"), fields.given("reason"));
    let sent = match reason {
        Some(_) => {
            let file = FigureExportQuery { part, format, reason };
            send_figure(&who.actor, db, code, &wanted, file, state).await
        }
        None => Err(Failure(Error::invalid("reason", "请用2至200字写明用途，用途会记入审计记录。"))),
    };
    match sent {
        Ok(file) => Ok(Ok(file)),
        Err(Failure(Error::Invalid(errors))) => {
            let mut again = again;
            again.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            again.form.refuse(&errors);
            Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, again))))
        }
        Err(other) => Err(other),
    }
}
