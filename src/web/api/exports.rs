//! `/exports`: lists going out as files.

use std::fs::File;
use std::io::{BufWriter, Seek};

use rocket::http::ContentType;
use rocket::{FromForm, Route, State, get, routes};

use crate::across::exports::{self, FigureRequest, Format, Request};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::imports::Kind;
use crate::records::organisations;
use crate::web;
use crate::web::api::members::MemberQuery;
use crate::web::api::reports::{ReportQuery, Wanted, figure_part};
use crate::web::guards::{Caller, Db};
use crate::web::import_work::engine;
use crate::web::respond::{Answer, Attachment};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![export, figure_export]
}

/// Which list, as sent, in an address or a form.
#[derive(Debug, Default, FromForm)]
pub struct ExportQuery<'r> {
    /// What the rows are about.
    pub kind: Option<&'r str>,
    /// Code of an organisation.
    pub organisation: Option<&'r str>,
    /// `xlsx` or `csv`.
    pub format: Option<&'r str>,
    /// A day.
    pub as_of: Option<&'r str>,
    /// Whether identifiers are wanted in clear.
    pub unmasked: Option<bool>,
    /// Why.
    pub reason: Option<&'r str>,
    /// Name, pinyin, initials or number.
    pub q: Option<&'r str>,
    /// Code of a status.
    pub status: Option<&'r str>,
    /// Code of a category.
    pub category: Option<&'r str>,
    /// Code of a branch.
    pub branch: Option<&'r str>,
    /// Code of an education.
    pub education: Option<&'r str>,
    /// Code of a sex.
    pub sex: Option<&'r str>,
    /// Born on this day or later.
    pub born_from: Option<&'r str>,
    /// Born on this day or earlier.
    pub born_to: Option<&'r str>,
    /// The order.
    pub sort: Option<&'r str>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl ExportQuery<'_> {
    /// What a list of members is narrowed by.
    fn members(&self) -> MemberQuery<'_> {
        MemberQuery {
            within: None,
            q: self.q,
            status: self.status,
            category: self.category,
            branch: self.branch,
            education: self.education,
            sex: self.sex,
            born_from: self.born_from,
            born_to: self.born_to,
            sort: self.sort,
        }
    }

    /// The request, for the organisation that was found; `members` is what a list of members is narrowed by.
    fn read(&self, organisation: organisations::Organisation, members: &MemberQuery<'_>) -> Answer<Request> {
        let kind =
            Kind::parse(self.kind.unwrap_or_default()).map_err(|error| Error::invalid("kind", error))?;
        let format = Format::parse(given(self.format).unwrap_or("xlsx"))
            .map_err(|error| Error::invalid("format", error))?;
        let as_of =
            given(self.as_of).map(parse_date).transpose().map_err(|error| Error::invalid("as_of", error))?;
        let reason = given(self.reason).map(str::to_owned);
        let clear = self.unmasked.unwrap_or_default();
        let asked = members.asked();
        if !asked.is_empty() && (kind != Kind::Members || as_of.is_some()) {
            let message = "只有导出党员现状时可以再加筛选条件；请去掉筛选条件，或不填截止日期。";
            return Err(Error::invalid("as_of", message).into());
        }
        Ok(Request {
            kind,
            organisation,
            format,
            as_of,
            unmasked: clear.then(|| reason.clone().unwrap_or_default()),
            reason,
            members: members.parse()?,
            asked: serde_json::json!(asked),
            fonts: None,
        })
    }
}

/// Download a list as a workbook or csv that can be imported again. Identifiers are masked unless a supervisor asks for
/// them with a reason.
#[utoipa::path(context_path = "/api/v1", tag = "exports", params(
    ("kind" = String, Query, description = "organisations, members, committees, elections, reserve-cadres, training-classes, training-attendance, ratings or assessments"),
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("format" = Option<String>, Query, description = "xlsx (when not given) or csv; of members also pdf or register (xlsx), to be printed"),
    ("as_of" = Option<String>, Query, description = "a day; as now when not given"),
    ("unmasked" = Option<bool>, Query), ("reason" = Option<String>, Query, description = "why; needed with unmasked"),
    ("q" = Option<String>, Query), ("status" = Option<String>, Query), ("category" = Option<String>, Query),
    ("branch" = Option<String>, Query), ("education" = Option<String>, Query), ("sex" = Option<String>, Query),
    ("born_from" = Option<String>, Query), ("born_to" = Option<String>, Query), ("sort" = Option<String>, Query)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, description = "not masked, and no supervisor"), (status = 422, description = "refused fields")))]
#[get("/exports?<query..>")]
pub async fn export(
    caller: Caller,
    db: Db,
    query: ExportQuery<'_>,
    state: &State<web::State>,
) -> Answer<Attachment> {
    send(&caller.actor, db, &query, state).await
}

/// Writes the list that is asked for and hands it on.
///
/// # Errors
/// `Forbidden`, `Unproven`, `Invalid` with the wrong field, `Missing` for an organisation outside the subtree.
pub async fn send(
    actor: &Actor,
    mut db: Db,
    query: &ExportQuery<'_>,
    state: &State<web::State>,
) -> Answer<Attachment> {
    let members = query.members();
    let actor = actor.clone();
    policy::require(&actor, Action::Export, &actor.scope.path)?;
    let code = given(query.organisation).unwrap_or_else(|| actor.scope.path.code()).to_owned();
    let mut branch = None;
    let organisation = db::read(&mut db.0, &actor.scope, async |conn| {
        let find = organisations::queries::by_code;
        if let Some(code) = given(members.branch) {
            branch = Some(find(conn, &actor.scope, code).await.or_missing("党支部")?.id);
        }
        find(conn, &actor.scope, &code).await.or_missing("组织")
    })
    .await?;
    let mut request = query.read(organisation, &members)?;
    request.members.0.branch = branch;
    // The writing takes a connection of its own: whoever waited for it while holding this one could wait for others who
    // do the same.
    drop(db);
    let (engine, name, format) = (engine(state), request.file_name(), request.format);
    let press = state.press.clone();
    let runtime = rocket::tokio::runtime::Handle::current();
    attached(state, format, move |out| {
        if format == Format::Pdf {
            request.fonts = Some(press.fonts()?);
        }
        runtime.block_on(exports::export(&engine, &actor, &request, out))?;
        Ok(name)
    })
    .await
}

/// Hands on the file that `write` writes, under the name that it answers.
async fn attached(
    state: &web::State,
    format: Format,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<String, Error> + Send + 'static,
) -> Answer<Attachment> {
    let file = tempfile::tempfile_in(&state.uploads).map_err(Error::broken)?;
    // On a thread of its own: packing a workbook keeps a processor busy.
    let written = rocket::tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::new(file);
        let name = write(&mut out)?;
        let mut file = out.into_inner().map_err(|error| Error::broken(error.into_error()))?;
        file.rewind().map_err(Error::broken)?;
        Ok::<_, Error>((file, name))
    });
    let (file, name) = written.await.map_err(Error::broken)??;
    let kind = match format {
        Format::Xlsx | Format::Register => {
            ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        Format::Csv => ContentType::CSV,
        Format::Pdf => ContentType::PDF,
    };
    Ok(Attachment { file: rocket::tokio::fs::File::from_std(file), kind, name })
}

/// How the rows behind a figure are wanted, as sent, in an address or a form.
#[derive(Debug, Default, Clone, Copy)]
pub struct FigureExportQuery<'r> {
    /// Part of the figure.
    pub part: Option<&'r str>,
    /// `xlsx` or `csv`.
    pub format: Option<&'r str>,
    /// Why.
    pub reason: Option<&'r str>,
}

/// Writes the rows behind a figure and hands them on.
///
/// # Errors
/// As [`exports::export_figure`]; `Missing` for an organisation outside the subtree; `Invalid` with the wrong field.
pub async fn send_figure(
    actor: &Actor,
    mut db: Db,
    code: &str,
    wanted: &Wanted,
    query: FigureExportQuery<'_>,
    state: &State<web::State>,
) -> Answer<Attachment> {
    policy::require(actor, Action::Export, &actor.scope.path)?;
    let organisation = db::read(&mut db.0, &actor.scope, async |conn| {
        organisations::queries::by_code(conn, &actor.scope, &wanted.organisation).await.or_missing("组织")
    })
    .await?;
    drop(db); // as above
    let format = Format::parse(given(query.format).unwrap_or("xlsx"))
        .map_err(|error| Error::invalid("format", error))?;
    let request = FigureRequest {
        figure: code.to_owned(),
        organisation,
        quarter: wanted.quarter,
        revision: wanted.revision,
        part: figure_part(query.part)?,
        format,
        reason: given(query.reason).map(str::to_owned),
    };
    let (engine, actor) = (engine(state), actor.clone());
    let runtime = rocket::tokio::runtime::Handle::current();
    attached(state, format, move |out| {
        Ok(runtime.block_on(exports::export_figure(&engine, &actor, &request, out))?.name)
    })
    .await
}

/// Download the rows behind a figure as a workbook or csv.
#[utoipa::path(context_path = "/api/v1", tag = "exports", params(("code" = String, Path),
    ("organisation" = Option<String>, Query), ("quarter" = Option<String>, Query), ("revision" = Option<i32>, Query),
    ("part" = Option<String>, Query, description = "as for the rows"),
    ("format" = Option<String>, Query, description = "xlsx (when not given) or csv"),
    ("reason" = Option<String>, Query, description = "why")),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, description = "may not export"), (status = 422, description = "refused fields")))]
#[get("/figures/<code>/export?<part>&<format>&<reason>&<query..>")]
#[expect(clippy::too_many_arguments, reason = "each is a part of the address")]
pub async fn figure_export(
    caller: Caller,
    db: Db,
    code: &str,
    part: Option<&str>,
    format: Option<&str>,
    reason: Option<&str>,
    query: ReportQuery<'_>,
    state: &State<web::State>,
) -> Answer<Attachment> {
    let wanted = query.read(&caller.actor)?;
    let file = FigureExportQuery { part, format, reason };
    send_figure(&caller.actor, db, code, &wanted, file, state).await
}
