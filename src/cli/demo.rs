//! `cadre demo`: a county to try cadre on, served.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::across::demo::{self, DemoAccount, Progress, Step};
use crate::across::sample::COUNTIES;
use crate::base::db::Connection;
use crate::cli::installation::Installation;
use crate::cli::interruption::Serving;
use crate::cli::{Failure, output, serve};

/// What to load and where to serve it.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The county: wushan, liangping, wufeng, zhushan, fuling or all
    #[arg(long, default_value = "wushan")]
    county: String,
    /// Address and port; CADRE_LISTEN or 127.0.0.1:8000 when not given
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Remove everything in the private database first
    #[arg(long)]
    fresh: bool,
    /// Load only
    #[arg(long)]
    no_serve: bool,
    /// Demand one-time codes and hold to every limit, as in production
    #[arg(long)]
    strict: bool,
    /// Another seed makes other people
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Loads what is missing and serves.
pub async fn run(options: &Options, serving: &Serving) -> Result<(), Failure> {
    let counties: Vec<&str> = match options.county.as_str() {
        "all" => COUNTIES.to_vec(),
        one if COUNTIES.contains(&one) => vec![one],
        other => {
            return Err(Failure::Usage(format!("没有示例县“{other}”，可选：{}、all。", COUNTIES.join("、"))));
        }
    };
    let installation =
        if options.fresh { Installation::open_fresh().await? } else { Installation::open().await? };
    let file = installation.config.data.join("demo-accounts.json");
    if options.fresh && file.exists() {
        std::fs::remove_file(&file).map_err(|error| file_failure(&file, &error))?;
    }
    let mut known = read_accounts(&file)?;
    for county in counties {
        let mut held =
            known.iter().filter(|account| account.organisation.starts_with(code(county))).peekable();
        if held.peek().is_some() {
            if options.strict && held.any(|account| account.otp_secret.is_none()) {
                eprintln!(
                    "示例县 {county} 先前装入时没有 --strict，仍只凭密码登录；要改，请再加 --fresh 重新装入。"
                );
            }
            continue;
        }
        load(&installation, county, options, &mut known).await?;
        write_accounts(&file, &known)?;
    }
    println!("示例账号（含密码）：{}", file.display());
    if options.no_serve { Ok(()) } else { serve::serve(&installation, options.listen, serving).await }
}

fn code(county: &str) -> &'static str {
    match county {
        "liangping" => "500155",
        "wufeng" => "420529",
        "zhushan" => "420323",
        "fuling" => "500102",
        _ => "500237",
    }
}

async fn load(
    installation: &Installation,
    county: &str,
    options: &Options,
    known: &mut Vec<DemoAccount>,
) -> Result<(), Failure> {
    println!("正在装入示例县 {county}（真实区划，虚构人员）……");
    let mut owner = installation.owner().await?;
    // Its own, not the pool's: what loads a whole county is held to no time.
    let mut conn = Connection::take(installation.database.web().await?);
    let bar = output::bar();
    // A step may take a minute before it tells anything.
    bar.enable_steady_tick(output::TICK);
    bar.set_length(whole(Step::ALL.len()));
    let first = known.is_empty();
    let wanted = demo::Wanted { county, seed: options.seed, first, strict: options.strict };
    let loaded =
        demo::load(&mut owner, &mut conn, &installation.keys, wanted, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    match loaded {
        Ok(accounts) => {
            known.extend(accounts);
            Ok(())
        }
        Err(crate::base::error::Error::Taken { .. }) => Err(Failure::Failed(
            "示例县上次没有装完（或已由别的途径建库）。要从头再来，请加 --fresh；这会清空私有数据库中的全部数据。"
                .to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// The bar counts the steps; the words before it say which one goes on, and how far that is.
fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_position(whole(progress.step.done_before()));
    bar.set_message(said(progress));
}

fn said(progress: Progress) -> String {
    match progress.part {
        Some((done, total)) => format!("{} {done}/{total}", progress.what),
        None => progress.what.to_owned(),
    }
}

fn whole(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn file_failure(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("账号文件 {} 无法读写：{error}。请检查磁盘和权限。", file.display()))
}

fn read_accounts(file: &Path) -> Result<Vec<DemoAccount>, Failure> {
    match std::fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text).map_err(|_| {
            Failure::Failed(format!("账号文件 {} 的内容不完整，请加 --fresh 重新装入。", file.display()))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(file_failure(file, &error)),
    }
}

/// Written beside and moved into place, readable by its owner only.
fn write_accounts(file: &PathBuf, accounts: &[DemoAccount]) -> Result<(), Failure> {
    let write = || -> std::io::Result<()> {
        let draft = file.with_extension("draft");
        let mut out =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        out.write_all(serde_json::to_string_pretty(accounts)?.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&draft, file)
    };
    write().map_err(|error| file_failure(file, &error))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_accounts_are_for_their_owner_alone_and_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("demo-accounts.json");
        assert!(read_accounts(&file).unwrap().is_empty(), "none are written yet");
        let account = DemoAccount {
            username: "clerk1".to_owned(),
            password: "-".to_owned(),
            otp_secret: None,
            role: "clerk".to_owned(),
            organisation: "500237101".to_owned(),
            organisation_name: "龙井镇".to_owned(),
        };
        write_accounts(&file, std::slice::from_ref(&account)).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let read = serde_json::to_value(read_accounts(&file).unwrap()).unwrap();
        assert_eq!(read, serde_json::to_value([&account]).unwrap());
        assert_eq!(read[0]["otp_secret"], serde_json::Value::Null, "said, and not left out (contract 2)");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft stays");
        std::fs::write(&file, "[{").unwrap();
        let Err(Failure::Failed(told)) = read_accounts(&file) else { panic!("half a file is none") };
        assert!(told.contains("--fresh"), "{told}");
    }

    #[test]
    fn the_bar_says_which_step_goes_on_and_how_far_it_is() {
        let progress = |step, what, part| Progress { step, what, part };
        let bar = ProgressBar::hidden();
        bar.set_length(whole(Step::ALL.len()));
        show(&bar, progress(Step::Register, "党员", Some((10_000, 20_000))));
        assert_eq!((bar.position(), bar.message().as_str()), (0, "党员 10000/20000"));
        show(&bar, progress(Step::Vetting, Step::Vetting.name(), None));
        assert_eq!((bar.position(), bar.message().as_str()), (8, "任职资格联审"));
        assert_eq!(bar.length(), Some(11));
    }
}
