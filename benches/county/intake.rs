//! A workbook of 60,000 rows through `cadre import`, against `COPY` of the same rows.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use cadre::across::sample::{self, Pack, SampleCounty, SampleMember};
use cadre::across::sheets::{Book, Cell, Column, ColumnKind, DelimitedWriter, Field, Properties};
use cadre::base::clock;
use cadre::base::keys::KeyRing;
use cadre::base::values::MembershipStatus;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio::process::Command;

use crate::stage::{SAMPLE, Stage, memory};
use crate::table::Table;

const HEADINGS: [&str; 14] = [
    "姓名",
    "公民身份号码",
    "民族",
    "学历",
    "人员类别",
    "所在党支部",
    "进入当前支部日期",
    "加入党组织日期",
    "转为正式党员日期",
    "党内职务",
    "工作岗位",
    "手机号码",
    "家庭住址",
    "籍贯",
];

/// Enters the tree of a second county and imports its members.
pub async fn measure(stage: &Stage, table: &mut Table) -> anyhow::Result<()> {
    let mut pack = Pack::load("liangping")?;
    pack.county.members = SAMPLE;
    pack.county.history.members = SAMPLE;
    let mut county = sample::generate(&pack, 2, clock::today())?;
    let book = stage.scratch.path().join("members.xlsx");
    let text = stage.scratch.path().join("members.csv");
    let rows = write(&county, &book, &text)?;
    county.members.clear();
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let keys = KeyRing::ephemeral().context("no randomness")?;
    sample::load(&mut owner, &mut conn, &keys, &county, |_| {}).await?;
    cadre::base::db::tidy(&mut owner).await?;

    let begin = Instant::now();
    let megabytes = import(stage, &book, &county.code).await?;
    let ours = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    copy(stage, &text).await?;
    let theirs = begin.elapsed().as_secs_f64();
    println!("{rows} rows: {ours:.1} s imported, {theirs:.2} s by COPY into a bare table");
    table.add("import of 60,000 rows", "under 20 s", ours * f64::from(SAMPLE) / rows as f64, 20.0, "s");
    table.add("import of 60,000 rows, peak of memory", "under 200 MB", megabytes, 200.0, "MB");
    table.tell("import of 60,000 rows against COPY", ours / theirs, "times");
    Ok(())
}

/// The county's members of today as a workbook and as text; answers how many.
fn write(county: &SampleCounty, book: &Path, text: &Path) -> anyhow::Result<usize> {
    let today = clock::today();
    let members: Vec<&SampleMember> = county
        .members
        .iter()
        .filter(|member| member.status_on(today) == Some(MembershipStatus::Normal))
        .collect();
    let columns = HEADINGS.iter().map(|heading| Column::new(*heading, ColumnKind::Identifier)).collect();
    let properties = Properties { title: "党员名册".to_owned(), created: clock::now() };
    let mut workbook = Book::new(&properties);
    let mut sheet = workbook.sheet("党员名册", columns)?;
    let mut lines = DelimitedWriter::new(BufWriter::new(File::create(text)?), HEADINGS)?;
    for member in &members {
        let cells = cells(county, member);
        lines.row(&cells)?;
        let fields: Vec<Field> = cells.into_iter().map(Field::from).collect();
        sheet.row(&fields)?;
    }
    lines.finish()?;
    workbook.finish(BufWriter::new(File::create(book)?))?;
    Ok(members.len())
}

fn cells(county: &SampleCounty, member: &SampleMember) -> Vec<Cell> {
    let today = clock::today();
    let text = |text: &str| Cell::Text(text.to_owned());
    let day = |day: chrono::NaiveDate| Cell::Text(day.to_string());
    let person = &member.person;
    vec![
        text(person.name.as_str()),
        text(person.citizen_id.as_str()),
        text(&person.ethnicity),
        text(&person.education),
        text(if member.is_full_on(today) { "正式党员" } else { "预备党员" }),
        text(&county.organisations[member.branch_on(today)].code),
        day(member.from_day()),
        day(member.joined_on),
        member.full_member_on.filter(|full| *full <= today).map_or(Cell::Empty, day),
        member.party_post.as_deref().map_or(Cell::Empty, text),
        text(&member.occupation),
        person.mobile.as_ref().map_or(Cell::Empty, |mobile| text(mobile.as_str())),
        text(&person.address),
        text(&person.native_place),
    ]
}

/// Imports and answers the peak of memory of cadre and of the process that reads the workbook, together.
async fn import(stage: &Stage, book: &Path, county: &str) -> anyhow::Result<f64> {
    let book = book.display().to_string();
    let mut command = stage.command(&["import", "members", &book, "--organisation", county, "--json"]);
    let mut child = command.stdout(std::process::Stdio::null()).spawn()?;
    let parent = child.id().context("cadre ended at once")?;
    let (mut own, mut reader) = (0.0_f64, 0.0_f64);
    let status = loop {
        own = own.max(memory(parent, "VmHWM:").unwrap_or_default());
        reader = reader.max(children(parent).map(|pid| memory(pid, "VmHWM:").unwrap_or_default()).sum());
        match tokio::time::timeout(Duration::from_millis(50), child.wait()).await {
            Ok(status) => break status?,
            Err(_) => continue,
        }
    };
    anyhow::ensure!(status.success(), "cadre import: {status}");
    Ok(own + reader)
}

/// The processes that cadre started for reading.
fn children(parent: u32) -> impl Iterator<Item = u32> {
    let text = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let pids: Vec<u32> = text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
    pids.into_iter()
}

async fn copy(stage: &Stage, text: &Path) -> anyhow::Result<()> {
    let columns: Vec<String> = (0..HEADINGS.len()).map(|number| format!("c{number} text")).collect();
    let copy = format!("\\copy bench_rows FROM '{}' CSV HEADER", text.display());
    let output = Command::new(stage.program("psql"))
        .args(["--quiet", "--set=ON_ERROR_STOP=1"])
        .args(["--command", &format!("CREATE TABLE bench_rows ({})", columns.join(", "))])
        .args(["--command", &copy, "--command", "DROP TABLE bench_rows"])
        .arg(&stage.addresses.owner)
        .output()
        .await?;
    anyhow::ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
