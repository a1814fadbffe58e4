//! Lists going out: as workbook or csv, under the headings of their imports, so that what goes out comes back as
//! `unchanged`. Rows are written as they are read; nothing is held together. Identifiers are masked unless somebody who
//! may asks for them with a reason; no file leaves without its entry in the trail.

mod assessments;
mod committees;
mod figures;
mod members;
mod organisations;
mod ratings;
mod reserves;
pub(in crate::across) mod sink;
mod training;

use std::io::Write;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::imports::columns::{Heading, RECORD};
use crate::across::imports::context::Engine;
use crate::across::imports::subject::headings;
use crate::across::papers::roster::{Heading as Above, Roster};
use crate::across::print::Fonts;
use crate::across::sheets::Cell;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::imports::Kind;
use crate::records::members::listing::{Filter, Sort};
use crate::records::organisations::{Organisation, queries};
use crate::records::words::{self, WordBook};
use sink::{Sealed, Sink};

pub use figures::{FigureFile, FigureRequest, export_figure};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// UTF-8 with its mark.
    Csv,
    /// A register of members to be printed (党员名册): pages.
    Pdf,
    /// The same as a workbook: it looks like the pages, and is not read back.
    Register,
}

impl Format {
    /// The end of a file name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx | Self::Register => "xlsx",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }

    /// The code in the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Register => "register",
            other => other.extension(),
        }
    }

    /// Whether the list comes out as a register to be printed.
    #[must_use]
    pub fn is_register(self) -> bool {
        matches!(self, Self::Pdf | Self::Register)
    }

    /// The format of a code, or of a file name's end.
    ///
    /// # Errors
    /// A sentence with the choice.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "xlsx" => Ok(Self::Xlsx),
            "csv" => Ok(Self::Csv),
            "pdf" => Ok(Self::Pdf),
            "register" => Ok(Self::Register),
            _ => Err(format!(
                "不能导出为“{text}”；请选择 xlsx、csv，党员名册还可以选择 pdf 或 register（打印格式）。"
            )),
        }
    }
}

/// What is to go out.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the rows are about.
    pub kind: Kind,
    /// Of which organisation, with everything below it.
    pub organisation: Organisation,
    /// How it is written.
    pub format: Format,
    /// As of which day; none: as now.
    pub as_of: Option<NaiveDate>,
    /// Why identifiers are wanted in clear; none: masked.
    pub unmasked: Option<String>,
    /// Why the list is wanted at all; a page always asks for it.
    pub reason: Option<String>,
    /// Which members, in which order; as of a day: all of its register, by name.
    pub members: (Filter, Sort),
    /// The filter as it was asked for, for the trail.
    pub asked: serde_json::Value,
    /// What pages are printed with; needed for [`Format::Pdf`] alone.
    pub fonts: Option<Arc<Fonts>>,
}

/// What went out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Receipt {
    /// How many rows.
    pub rows: usize,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl Request {
    /// What the file is called.
    #[must_use]
    pub fn file_name(&self) -> String {
        let day = self.as_of.unwrap_or_else(clock::today);
        let (organisation, kind) = (&self.organisation.name, self.kind.name());
        format!("{organisation}{kind}{day}.{}", self.format.extension())
    }
}

/// Writes a list to `out`, and the entry in the trail: hand `out` on only when this has answered.
///
/// # Errors
/// `Forbidden`; `Invalid` for a day ahead or a reason too short; whatever the database or `out` answers.
pub async fn export<W: Write + Send>(
    engine: &Engine,
    actor: &Actor,
    request: &Request,
    out: W,
) -> Result<Receipt> {
    check(actor, request)?;
    let mut conn = engine.database.web().await?;
    let mut sealed = Sealed::new(out);
    let written = write(&mut conn, &engine.keys, actor, request, &mut sealed).await?;
    let receipt = Receipt { rows: written, sha256: hex::encode(sealed.finish()?) };
    let details = serde_json::json!({
        "kind": request.kind.code(),
        "organisation": request.organisation.code,
        "format": request.format.code(),
        "filter": request.asked,
        "as_of": request.as_of,
        "unmasked": request.unmasked.is_some(),
        "reason": request.unmasked.as_ref().or(request.reason.as_ref()),
        "file_sha256": receipt.sha256,
    });
    let path = request.organisation.path();
    record(&mut conn, actor, &Left { subject: None, rows: receipt.rows, path: &path, details }).await?;
    Ok(receipt)
}

/// A file that leaves the house.
pub(in crate::across) struct Left<'a> {
    /// Whom alone it is about.
    pub subject: Option<uuid::Uuid>,
    /// How many rows.
    pub rows: usize,
    /// Where those stand whom it is about.
    pub path: &'a Path,
    /// What the trail tells of it.
    pub details: serde_json::Value,
}

/// Puts it on record that a file leaves the house.
pub(in crate::across) async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    left: &Left<'_>,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let entry = audit::Entry {
            action: "exports.export",
            subject_kind: if left.subject.is_some() { "membership" } else { "export" },
            subject: left.subject,
            count: left.rows,
            path: left.path,
            details: left.details.clone(),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

/// Refuses unless the actor may take out what stands at `path`, in clear where that is asked for, for a reason.
pub(in crate::across) fn allowed(
    actor: &Actor,
    path: &Path,
    unmasked: Option<&str>,
    reason: Option<&str>,
) -> Result<()> {
    policy::require(actor, Action::SeeRecords, path)?;
    policy::require(actor, Action::Export, path)?;
    let is_short = |reason: &str| !(2..=200).contains(&reason.trim().chars().count());
    if let Some(reason) = unmasked {
        policy::require(actor, Action::ExportUnmasked, path)?;
        if is_short(reason) {
            let message = "导出完整证件号码须用2至200字写明理由，理由会记入审计记录。";
            return Err(Error::invalid("reason", message));
        }
    }
    if reason.is_some_and(is_short) {
        return Err(Error::invalid("reason", "导出理由应为2至200字，会记入审计记录。"));
    }
    Ok(())
}

fn check(actor: &Actor, request: &Request) -> Result<()> {
    let path = request.organisation.path();
    allowed(actor, &path, request.unmasked.as_deref(), request.reason.as_deref())?;
    if request.format.is_register() && request.kind != Kind::Members {
        let message =
            format!("“{}”没有打印格式，请选择 xlsx 或 csv；打印格式只用于党员名册。", request.kind.name());
        return Err(Error::invalid("format", message));
    }
    match request.as_of {
        Some(day) if day > clock::today() => {
            Err(Error::invalid("as_of", format!("截止日期“{day}”晚于今天，请填写今天或以前的日期。")))
        }
        _ => Ok(()),
    }
}

/// Writes the rows as of one moment.
async fn write<W: Write + Send>(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    actor: &Actor,
    request: &Request,
    out: &mut Sealed<W>,
) -> Result<usize> {
    let columns: Vec<&'static Heading> = headings(request.kind).iter().chain([&RECORD]).collect();
    let scope = request.organisation.scope();
    // Who stood somewhere on an earlier day may stand elsewhere now.
    let looked_over = if request.as_of.is_some() { scope.whole_county() } else { scope.clone() };
    let title = format!("{} {}", request.organisation.name, request.kind.name());
    db::read_snapshot(conn, &looked_over, async |conn| {
        let further = match request.kind {
            Kind::Ratings => ratings::columns(conn, &scope).await?,
            Kind::Assessments => assessments::columns(conn, &scope).await?,
            _ => Vec::new(),
        };
        let words = words::book(conn, scope.county).await?;
        if request.format.is_register() {
            let job = Job { keys, actor, request, scope: &scope, columns: &columns, words: &words };
            return register(conn, &job, out).await;
        }
        let headings = (columns.as_slice(), further.as_slice());
        Sink::write(request, &title, headings, &words, out, async |sink| {
            let job = Job { keys, actor, request, scope: &scope, columns: &columns, words: &words };
            match request.kind {
                Kind::Members => {
                    let codes = queries::codes(conn, scope.county).await?;
                    members::each(conn, &job, |member| sink.row(member.row(&codes)?)).await
                }
                Kind::Organisations => organisations::write(conn, &job, sink).await,
                Kind::Committees => committees::write_seats(conn, &job, sink).await,
                Kind::Elections => committees::write_votes(conn, &job, sink).await,
                Kind::ReserveCadres => reserves::write(conn, &job, sink).await,
                Kind::Ratings => ratings::write(conn, &job, &further, sink).await,
                Kind::TrainingClasses => training::write_classes(conn, &job, sink).await,
                Kind::TrainingAttendance => training::write_attendances(conn, &job, sink).await,
                Kind::Assessments => assessments::write(conn, &job, &further, sink).await,
            }
        })
        .await
    })
    .await
}

/// Writes the members as a register to be printed.
async fn register<W: Write + Send>(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    out: &mut Sealed<W>,
) -> Result<usize> {
    let request = job.request;
    let fonts = match (request.format, &request.fonts) {
        (Format::Pdf, None) => return Err(Error::broken("pages are printed with fonts")),
        (Format::Pdf, fonts) => fonts.as_deref(),
        _ => None,
    };
    let heading = Above {
        organisation: request.organisation.name.clone(),
        day: request.as_of.unwrap_or_else(clock::today),
        narrowed: request.asked.as_object().is_some_and(|asked| !asked.is_empty()),
    };
    let names = queries::names(conn, job.scope.county).await?;
    let mut roster = Roster::new(fonts, &heading)?;
    members::each(conn, job, |member| roster.member(|field| member.printed(field, &names))).await?;
    let (bytes, rows) = roster.finish()?;
    out.write_all(&bytes).map_err(Error::broken)?;
    Ok(rows)
}

/// What the rows of a list are written with.
struct Job<'a> {
    keys: &'a KeyRing,
    actor: &'a Actor,
    request: &'a Request,
    scope: &'a crate::base::scope::Scope,
    columns: &'a [&'static Heading],
    /// The words that the county added.
    words: &'a WordBook,
}

impl Job<'_> {
    /// A row of cells in the order of the columns.
    fn row(&self, cell: impl Fn(&str) -> Cell) -> Vec<Cell> {
        self.columns.iter().map(|heading| cell(heading.field)).collect()
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn optional(value: Option<impl Into<String>>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Text(value.into()))
}

fn number(number: i32) -> Cell {
    Cell::Number(f64::from(number))
}

fn day(day: Option<NaiveDate>) -> Cell {
    day.map_or(Cell::Empty, Cell::Date)
}
