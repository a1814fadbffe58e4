//! `cadre import`: reads a workbook, shows the plan, carries it out.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::across::imports::commit::{Outcome, commit};
use crate::across::imports::context::Engine;
use crate::across::imports::headings::Mapping;
use crate::across::imports::progress::{Progress, Stage};
use crate::across::imports::summary::{self, Answer};
use crate::across::imports::upload::{self, Upload};
use crate::across::imports::{read, refused};
use crate::across::sheets::Program;
use crate::base::actor::Actor;
use crate::base::clock::minute_in_china;
use crate::cli::installation::Installation;
use crate::cli::{Failure, import_undo, output};
use crate::records::imports::{Bucket, Import, Kind, State};

/// What to import and how, or what to do with an import.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Option<Options>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Take an import back within thirty days: records changed since are kept and named
    #[command(
        after_help = "Example:\n  cadre import undo 0193f0a2-7c1e-7d52-9f0b-3f1d2c4b5a69 --reason 传错了文件"
    )]
    Undo(import_undo::Options),
}

/// What to import, and how.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What the rows are about: organisations, members, committees, elections, reserve-cadres, training-classes, training-attendance, ratings, assessments
    kind: String,
    /// The workbook (.xlsx) or text file (.csv)
    file: PathBuf,
    /// Code of the organisation that the rows belong to
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// Show the plan and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write nothing at all where any row is refused or conflicts
    #[arg(long)]
    strict: bool,
    /// JSON object from headings of the file to headings of the template; null leaves a column out
    #[arg(long, value_name = "FILE.json")]
    mapping: Option<PathBuf>,
    /// Write the refused and conflicting rows to a workbook
    #[arg(long, value_name = "OUT.xlsx")]
    errors: Option<PathBuf>,
    /// Answer with the earlier result where the same file was imported under this key before
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

/// How often a plan is made anew because somebody changes records at the same time.
const ATTEMPTS: usize = 3;
/// Rows that are listed for people; the rest stands in the workbook of refused rows.
const SHOWN: usize = 20;

/// Imports a workbook, or takes an import back.
pub async fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    match (&arguments.command, &arguments.options) {
        (Some(Command::Undo(options)), _) => import_undo::run(options, json).await,
        (None, Some(options)) => import(options, json).await,
        (None, None) => {
            Err(Failure::Usage("请给出种类、文件和 --organisation；用法见 cadre import --help。".to_owned()))
        }
    }
}

async fn import(options: &Options, json: bool) -> Result<(), Failure> {
    let kind = kind(&options.kind)?;
    let mapping = mapping(options.mapping.as_deref())?;
    let installation = Installation::open().await?;
    let (organisation, actor) = installation.organisation(&options.organisation).await?;
    let engine = Engine { database: installation.database.clone(), keys: installation.keys.clone() };
    let key = options.idempotency_key.as_deref();
    let earlier = match key {
        Some(key) => upload::earlier(&engine, &actor, key, &options.file).await?,
        None => None,
    };
    let import = match earlier {
        Some(import) => import,
        None => {
            let name = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
            let upload = Upload {
                kind,
                organisation: &organisation,
                file: &options.file,
                name: name.unwrap_or_default(),
                mapping,
                idempotency_key: options.idempotency_key.clone(),
            };
            let import = upload::take_in(&engine, &actor, upload).await?;
            plan(&engine, &actor, &import, &options.file).await?;
            import
        }
    };
    finish(options, &engine, &actor, &import, json).await
}

/// Reads the file into a plan; a file that has none ends the command.
async fn plan(engine: &Engine, actor: &Actor, import: &Import, file: &Path) -> Result<(), Failure> {
    let program = Program::this().map_err(anyhow::Error::from)?;
    let bar = output::bar();
    let planned =
        read::read(engine, &program, actor, import, file, &|progress| advance(&bar, progress)).await;
    bar.finish_and_clear();
    planned?.map(drop).map_err(|reason| Failure::Refused(reason.0.join("\n"), Vec::new()))
}

/// Carries the plan out where that is wanted, and tells what came of it.
async fn finish(
    options: &Options,
    engine: &Engine,
    actor: &Actor,
    import: &Import,
    json: bool,
) -> Result<(), Failure> {
    let mut import = upload::find(engine, actor, import.id).await?;
    let left_out = |import: &Import| import.counts().refused + import.counts().conflict > 0;
    let held = options.dry_run || (options.strict && left_out(&import));
    if !held && import.state()? == State::Planned {
        write(engine, actor, &import).await?;
        import = upload::find(engine, actor, import.id).await?;
    }
    let limit = if json { usize::MAX } else { SHOWN };
    let answer = summary::answer(engine, &actor.scope, &import, limit).await?;
    output::print(json, &answer, &sentences(&answer, options));
    if !left_out(&import) {
        return Ok(());
    }
    if let Some(path) = &options.errors {
        let file = File::create(path).map_err(|error| {
            Failure::Failed(format!("{} 没有写成：{error}。请检查目录和权限。", path.display()))
        })?;
        refused::write(engine, actor, import.id, BufWriter::new(file)).await?;
    }
    Err(Failure::RefusedInPart)
}

async fn write(engine: &Engine, actor: &Actor, import: &Import) -> Result<(), Failure> {
    let bar = output::bar();
    for _ in 0..ATTEMPTS {
        let outcome = commit(engine, actor, import.id, &|progress| advance(&bar, progress)).await?;
        if matches!(outcome, Outcome::Written(_)) {
            bar.finish_and_clear();
            return Ok(());
        }
    }
    bar.finish_and_clear();
    let message = "有人正在修改同一批记录，方案多次失效，没有写入；请稍后再执行一次。";
    Err(Failure::Failed(message.to_owned()))
}

/// The kind of a word on the command line.
pub(super) fn kind(word: &str) -> Result<Kind, Failure> {
    Kind::parse(word).map_err(|error| Failure::Usage(error.to_string()))
}

fn mapping(path: Option<&Path>) -> Result<Mapping, Failure> {
    let Some(path) = path else { return Ok(Mapping::new()) };
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("列对应文件 {shown} 读不出：{error}。请检查路径。")))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::Usage(format!("列对应文件 {shown} 应是 JSON 对象，如 {{\"身份证号\":\"公民身份号码\",\"工龄\":null}}（{error}）。"))
    })
}

fn sentences(answer: &Answer, options: &Options) -> String {
    let same = answer.same_file.iter().map(|earlier| &earlier.message);
    let mut lines: Vec<String> =
        answer.notices.iter().chain(same).map(|notice| format!("提示：{notice}")).collect();
    let state = State::parse(&answer.state).map_or("", State::name);
    let counts = Bucket::ALL.iter().map(|bucket| format!("{}{}", bucket.name(), answer.counts.of(*bucket)));
    lines.push(format!(
        "共读取{}行：{}；{state}。导入编号 {}",
        answer.rows_read,
        counts.collect::<Vec<_>>().join("，"),
        answer.import_id
    ));
    lines.extend(receipt(answer));
    for conflict in &answer.conflicts {
        lines.push(format!("第{}行 {}：{}", conflict.row, conflict.subject, conflict.message));
    }
    for refused in &answer.refused_rows {
        for error in &refused.errors {
            lines.push(format!("第{}行 {}“{}”：{}", refused.row, error.column, error.value, error.message));
        }
    }
    for row in &answer.alike_rows {
        let who = row.alike.iter().map(|one| {
            format!("“{}”（{}，{}）：{}", one.name, one.citizen_id, one.unit, one.reasons.join("、"))
        });
        let who = who.collect::<Vec<_>>().join("；");
        lines.push(format!(
            "第{}行 {}：可能是已登记的{who}；按新增处理，是同一人的请在网页上选择",
            row.row, row.subject
        ));
    }
    if answer.more && options.errors.is_none() {
        lines.push("其余从略；用 --errors OUT.xlsx 可导出全部退回的行。".to_owned());
    }
    lines.join("\n")
}

/// Who received and who carried out, which file, until when it can be taken back; once it is carried out.
fn receipt(answer: &Answer) -> Option<String> {
    let committed_at = answer.committed_at?;
    let until = answer.undo_until.map(minute_in_china).unwrap_or_default();
    Some(format!(
        "回执：“{}”于{}上传，“{}”于{}写入；文件 SHA-256 {}；可撤销至{until}",
        answer.uploaded_by,
        minute_in_china(answer.uploaded_at),
        answer.committed_by.as_deref().unwrap_or_default(),
        minute_in_china(committed_at),
        answer.file_sha256
    ))
}

fn advance(bar: &ProgressBar, progress: Progress) {
    bar.set_message(match progress.stage {
        Stage::Reading => "读取",
        Stage::Writing => "写入",
        Stage::Planning => "重新核对",
    });
    if let Some(total) = progress.total {
        bar.set_length(total);
    }
    bar.set_position(progress.done);
}
