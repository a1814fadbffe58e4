//! `cadre account`: accounts and bearer tokens, by whoever works at the machine itself.

use std::io::Read;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Error;
use crate::base::scope::{Path, Scope};
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::accounts::{
    self, AccountLine, Disable, IssueToken, Open, Password, RawOpen, ResetPassword, SecurityPolicy, queries,
};
use crate::records::organisations;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Open an account that may sign in at once
    #[command(
        after_help = "Example:\n  cadre account add --username zhangwei --role clerk --organisation 500237101"
    )]
    Add {
        /// Name typed at sign-in
        #[arg(long)]
        username: String,
        /// clerk, supervisor, auditor, administrator or security
        #[arg(long)]
        role: String,
        /// Code of the organisation whose subtree it may act in
        #[arg(long)]
        organisation: String,
        /// Name shown to others; the user name when not given
        #[arg(long, default_value = "")]
        display_name: String,
        /// Read the password from standard input; without it one is made and printed once
        #[arg(long)]
        password_stdin: bool,
    },
    /// Disable an account and end its sessions
    #[command(after_help = "Example:\n  cadre account disable zhangwei --reason 离岗")]
    Disable {
        /// Its user name
        username: String,
        /// Why; stands in the trail
        #[arg(long, default_value = "由服务器管理员停用")]
        reason: String,
    },
    /// Set a new password and end the account's sessions
    #[command(after_help = "Example:\n  cadre account reset zhangwei")]
    Reset {
        /// Its user name
        username: String,
        /// Read the password from standard input; without it one is made and printed once
        #[arg(long)]
        password_stdin: bool,
    },
    /// List accounts
    #[command(after_help = "Example:\n  cadre account list --organisation 500237")]
    List {
        /// Code of an organisation; all counties when not given
        #[arg(long)]
        organisation: Option<String>,
    },
    /// Show or set what a county demands at sign-in
    #[command(
        after_help = "Example:\n  cadre account policy --organisation 500237 --preset production\n  cadre account policy --organisation 500237 --set policy.json"
    )]
    Policy {
        /// Code of the county
        #[arg(long)]
        organisation: String,
        /// production: one-time codes for everybody and every limit; password-only: as in a demonstration
        #[arg(long, conflicts_with = "set")]
        preset: Option<Preset>,
        /// A file with the policy, in the form that is printed
        #[arg(long, value_name = "FILE.json")]
        set: Option<std::path::PathBuf>,
    },
    /// Issue a bearer token for a program and print it once
    #[command(after_help = "Example:\n  cadre account token zhangwei --name 数据交换 --days 90")]
    Token {
        /// The account whose rights it carries
        username: String,
        /// What it is for
        #[arg(long)]
        name: String,
        /// How many days it lives
        #[arg(long, default_value_t = 90)]
        days: i64,
    },
}

/// What a county may demand, ready made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Preset {
    /// One-time codes for everybody, and every limit
    Production,
    /// A password is enough
    PasswordOnly,
}

/// Runs one of the commands.
pub async fn run(command: &Command, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    match command {
        Command::Add { username, role, organisation, display_name, password_stdin } => {
            let password = password(*password_stdin)?;
            let raw = RawOpen { username, display_name, password: &password, role, organisation };
            add(&installation, raw, *password_stdin, json).await
        }
        Command::Disable { username, reason } => {
            let (line, actor) = find(&installation, username).await?;
            let command = Disable { account: line.id, reason: reason.clone() };
            accounts::disable(&mut *installation.database.web().await?, &actor, &[command]).await?;
            let value = serde_json::json!({ "username": line.username, "state": "disabled" });
            output::print(json, &value, &format!("账号 {username} 已停用，其登录已全部结束。"));
            Ok(())
        }
        Command::Reset { username, password_stdin } => {
            reset(&installation, username, *password_stdin, json).await
        }
        Command::Policy { organisation, preset, set } => {
            policy(&installation, organisation, (*preset, set.as_deref()), json).await
        }
        Command::List { organisation } => list(&installation, organisation.as_deref(), json).await,
        Command::Token { username, name, days } => {
            let (line, actor) = find(&installation, username).await?;
            let command = IssueToken { account: line.id, name: name.clone(), days: *days };
            let issued =
                accounts::issue_token(&mut *installation.database.web().await?, &actor, &command).await?;
            let value = serde_json::json!({
                "token": issued.token.reveal(), "expires_at": issued.expires_at.to_rfc3339(),
            });
            output::print(json, &value, issued.token.reveal());
            Ok(())
        }
    }
}

async fn add(installation: &Installation, raw: RawOpen<'_>, typed: bool, json: bool) -> Result<(), Failure> {
    let (_, actor) = installation.organisation(raw.organisation).await?;
    let command = Open::parse(raw)?;
    let ids = accounts::open(&mut *installation.database.web().await?, &actor, &[command]).await?;
    let mut value = serde_json::json!({
        "id": ids.as_slice().first(), "username": raw.username, "role": raw.role, "organisation": raw.organisation,
    });
    let mut sentence = format!("账号 {} 已建立。", raw.username);
    if !typed {
        note_password(&mut value, raw.password);
        sentence.push_str(&format!("密码（只显示这一次）：{}", raw.password));
    }
    output::print(json, &value, &sentence);
    Ok(())
}

async fn reset(installation: &Installation, username: &str, typed: bool, json: bool) -> Result<(), Failure> {
    let (line, actor) = find(installation, username).await?;
    let text = password(typed)?;
    let password =
        Password::parse(&text, username).map_err(|error| Failure::from(Error::invalid("password", error)))?;
    let command = ResetPassword { account: line.id, password, temporary: !typed };
    accounts::reset_password(&mut *installation.database.web().await?, &actor, &[command]).await?;
    let mut value = serde_json::json!({ "username": username });
    let mut sentence = format!("账号 {username} 的密码已重置，其登录已全部结束。");
    if !typed {
        note_password(&mut value, &text);
        sentence.push_str(&format!("临时密码（只显示这一次，登录后请更换）：{text}"));
    }
    output::print(json, &value, &sentence);
    Ok(())
}

async fn policy(
    installation: &Installation,
    organisation: &str,
    (preset, set): (Option<Preset>, Option<&std::path::Path>),
    json: bool,
) -> Result<(), Failure> {
    let (organisation, _) = installation.organisation(organisation).await?;
    let actor = Actor::command_line(organisation.scope().whole_county());
    let mut conn = installation.database.web().await?;
    if let Some(preset) = preset {
        let command = match preset {
            Preset::Production => SecurityPolicy::production(),
            Preset::PasswordOnly => SecurityPolicy::demonstration(),
        };
        accounts::set_security_policy(&mut conn, &actor, &command).await?;
    }
    if let Some(file) = set {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::Usage(format!("文件 {} 无法读取：{error}。", file.display())))?;
        let command: SecurityPolicy = serde_json::from_str(&text).map_err(|error| {
            Failure::Usage(format!(
                "文件 {} 不是有效的登录安全要求：{error}。请以 --json 输出的内容为准修改。",
                file.display()
            ))
        })?;
        accounts::set_security_policy(&mut conn, &actor, &command).await?;
    }
    let county = actor.scope.county;
    let held =
        db::read(&mut conn, &actor.scope, async |conn| Ok(accounts::security_policy(conn, county).await?))
            .await?;
    let value = serde_json::json!(held);
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::Failed(error.to_string()))?;
    output::print(json, &value, &text);
    Ok(())
}

fn note_password(value: &mut serde_json::Value, password: &str) {
    if let Some(object) = value.as_object_mut() {
        object.insert("password".to_owned(), password.into());
    }
}

/// The password of standard input, without its line end; or a random one.
fn password(typed: bool) -> Result<String, Failure> {
    if !typed {
        return Ok(Password::random());
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::Usage(format!("无法从标准输入读取密码：{error}。")))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Every county on record, whole.
async fn scopes(installation: &Installation) -> Result<Vec<Scope>, Failure> {
    let mut conn = installation.database.web().await?;
    let counties = organisations::queries::counties(&mut conn).await?;
    Ok(counties.iter().map(|county| Scope::new(county.id, Path::root(&county.code))).collect())
}

/// The account of a user name in whichever county, and the command line's actor over that county.
async fn find(installation: &Installation, username: &str) -> Result<(AccountLine, Actor), Failure> {
    let mut conn = installation.database.web().await?;
    for scope in scopes(installation).await? {
        let found = db::read(&mut conn, &scope, async |conn| {
            Ok(queries::by_username(conn, &scope, username.trim()).await?)
        })
        .await?;
        if let Some(line) = found {
            return Ok((line, Actor::command_line(scope)));
        }
    }
    let message = format!("没有账号“{username}”。用 cadre account list 查看已有账号。");
    Err(Failure::Refused(message, Vec::new()))
}

async fn list(installation: &Installation, organisation: Option<&str>, json: bool) -> Result<(), Failure> {
    let scopes = match organisation {
        Some(code) => vec![installation.organisation(code).await?.0.scope()],
        None => scopes(installation).await?,
    };
    let mut conn = installation.database.web().await?;
    let mut lines = Vec::new();
    for scope in scopes {
        let found =
            db::read(&mut conn, &scope, async |conn| Ok(queries::list(conn, &scope, None, 10_000).await?))
                .await?;
        lines.extend(found);
    }
    let values: Vec<_> = lines
        .iter()
        .map(|line| {
            serde_json::json!({
                "id": line.id, "username": line.username, "display_name": line.display_name, "role": line.role,
                "organisation": line.organisation_code, "state": line.state,
            })
        })
        .collect();
    let words = lines.iter().map(|line| {
        let state = line.state().name();
        format!(
            "{}\t{}\t{}\t{}\t{state}",
            line.username,
            line.display_name,
            line.role_name(),
            line.organisation_name
        )
    });
    let sentence = words.collect::<Vec<_>>().join("\n");
    output::print(json, &serde_json::json!({ "accounts": values }), &sentence);
    Ok(())
}
