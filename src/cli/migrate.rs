//! `cadre migrate`.

use crate::base::cluster;
use crate::base::config::Config;
use crate::base::db::{migrate, start};
use crate::cli::{Failure, log, output};

/// Brings the database to the newest shape.
pub async fn run(json: bool) -> Result<(), Failure> {
    let config = Config::from_env()?;
    log::start(&config);
    let started = start::start(&config, cluster::Options::default()).await?;
    let ran = migrate::migrate(&started.addresses.owner).await?;
    let sentence = match ran {
        0 => "数据库已是最新结构，无需变更。".to_owned(),
        ran => format!("数据库结构已更新，执行了{ran}步。"),
    };
    output::print(json, &serde_json::json!({ "migrations": ran }), &sentence);
    Ok(())
}
