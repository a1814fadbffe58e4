//! `cadre keys`: the keys that personal data is sealed with. Whoever works at the machine changes them, and sees nothing of
//! what they protect.

use std::io::{IsTerminal, Write};

use crate::across::rotation::{KeyUse, Progress, Rotation, RotationError};
use crate::base::keys::{Algorithm, KeyState};
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};

/// What to do with the keys.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the keys and how many texts each of them sealed
    #[command(after_help = "Example:\n  cadre keys list")]
    List,
    /// Add a key that seals nothing yet: where several machines share a database, give each the file first
    #[command(after_help = "Example:\n  cadre keys add --algorithm sm4-gcm")]
    Add(Wanted),
    /// Seal with another key, and everything stored anew, beside a running server; takes up what was broken off
    #[command(after_help = "Examples:\n  \
        cadre keys rotate\n  \
        cadre keys rotate --algorithm sm4-gcm")]
    Rotate(Wanted),
    /// Let telephone numbers be found that were written before numbers were looked up
    #[command(after_help = "Example:\n  cadre keys index")]
    Index,
    /// Forget a retired key for ever: backups from before its retirement open no more
    #[command(after_help = "Example:\n  cadre keys remove 1")]
    Remove {
        /// The number of the key
        id: u8,
    },
}

/// Which key.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    /// What it seals with; CADRE_CIPHER, or that of the current key, when not given
    #[arg(long, value_enum)]
    algorithm: Option<Algorithm>,
}

impl From<RotationError> for Failure {
    fn from(error: RotationError) -> Self {
        match error {
            RotationError::Error(error) => error.into(),
            RotationError::Key(error) => error.into(),
        }
    }
}

/// Does it.
pub async fn run(command: &Command, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let owner = &installation.started.addresses.owner;
    let uploads = installation.config.data.join("uploads");
    let mut rotation = Rotation::begin(owner, &installation.database, &installation.keys, uploads).await?;
    match command {
        Command::List => {
            let listed = rotation.list().await?;
            let lines: Vec<String> = listed.iter().map(line).collect();
            output::print(json, &serde_json::json!({ "keys": listed }), &lines.join("\n"));
        }
        Command::Add(wanted) => {
            let id = rotation.add(wanted.algorithm.or(installation.config.cipher)).await?;
            let sentence = format!(
                "已加入第{id}号密钥，尚未启用。请把密钥文件 {} 分发到每台服务器，再执行 cadre keys rotate。",
                installation.config.key_file.display()
            );
            output::print(json, &serde_json::json!({ "key": id }), &sentence);
        }
        Command::Rotate(wanted) => {
            let algorithm = wanted.algorithm.or(installation.config.cipher);
            let rotated = rotation.rotate(algorithm, &mut tell).await;
            clear();
            let rotated = rotated?;
            let resealed: i64 = rotated.resealed.values().sum();
            let sentence = format!(
                "已改用第{}号密钥（{}），重新加密{resealed}项。停用的密钥：{}；旧备份仍需要它们，确认不再需要旧备份后可用 cadre keys remove 移除。请现在备份密钥文件 {}。",
                rotated.current,
                rotated.algorithm.name(),
                numbers(&rotated.retired),
                installation.config.key_file.display()
            );
            output::print(json, &rotated, &sentence);
        }
        Command::Index => {
            let indexed = rotation.index(&mut tell).await;
            clear();
            let indexed = indexed?;
            let sentence = match indexed {
                0 => "所有电话号码都已能按号码查到，无需补充。".to_owned(),
                count => format!("已补充{count}个电话号码的查找标记，现在能按号码查到。"),
            };
            output::print(json, &serde_json::json!({ "indexed": indexed }), &sentence);
        }
        Command::Remove { id } => {
            rotation.remove(*id).await?;
            let sentence = format!("已移除第{id}号密钥。停用之前的备份须用当时保存的密钥文件才能读出。");
            output::print(json, &serde_json::json!({ "removed": id }), &sentence);
        }
    }
    Ok(())
}

fn numbers(keys: &[u8]) -> String {
    let keys: Vec<String> = keys.iter().map(u8::to_string).collect();
    if keys.is_empty() { "无".to_owned() } else { keys.join("、") }
}

fn line(listed: &KeyUse) -> String {
    let (algorithm, state) = match listed.note {
        None => ("?", "密钥文件中没有"),
        Some(note) => (
            note.algorithm.name(),
            match note.state {
                KeyState::Waiting => "等待启用",
                KeyState::Current => "使用中",
                KeyState::Leaving => "正在更换",
                KeyState::Retired => "已停用",
            },
        ),
    };
    format!("第{}号\t{algorithm}\t{state}\t{}项", listed.id, listed.texts)
}

/// Takes away the line that [`tell`] wrote over at a terminal, so that what follows stands alone.
fn clear() {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // Nobody reads it: the work is done.
        let _ = write!(out, "\r\u{1b}[K");
    }
}

/// Says how far it is: on a terminal on one line that is written over, elsewhere a line for each pass.
fn tell(progress: Progress) {
    let mut out = std::io::stderr();
    // Nobody reads it: the work goes on.
    let _ = match progress {
        Progress::Switched { from, to } => writeln!(out, "新写入的数据改用第{to}号密钥（原第{from}号）。"),
        Progress::Done { pass, stretch } if out.is_terminal() => {
            write!(
                out,
                "\r第{pass}遍 {}.{} {}/{}\u{1b}[K",
                stretch.table, stretch.column, stretch.done, stretch.of
            )
        }
        Progress::Indexed(stretch) if out.is_terminal() => {
            write!(out, "\r{}.{} {}/{}\u{1b}[K", stretch.table, stretch.column, stretch.done, stretch.of)
        }
        Progress::Done { .. } | Progress::Indexed(_) => Ok(()),
        Progress::Waiting { transactions } => writeln!(out, "等待{transactions}个较早开始的事务结束。"),
        Progress::Passed { pass, resealed, left } => {
            let start = if out.is_terminal() { "\r\u{1b}[K" } else { "" };
            writeln!(out, "{start}第{pass}遍：重新加密{resealed}项，还剩{left}项。")
        }
    };
}
