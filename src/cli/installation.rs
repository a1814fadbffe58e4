//! What every command stands on: settings, a running database in the newest shape, pools and the key ring.

use std::sync::Arc;

use diesel_async::{AsyncConnection, AsyncPgConnection};

use crate::base::actor::Actor;
use crate::base::cluster;
use crate::base::config::Config;
use crate::base::db::start::{self, Started};
use crate::base::db::{self, Database, migrate};
use crate::base::error::Error;
use crate::base::keys::KeyRing;
use crate::base::scope::{Path, Scope};
use crate::cli::Failure;
use crate::cli::log;
use crate::records::organisations::{self, Organisation};

/// An opened installation. Dropping it ends this process's use of the private cluster.
pub struct Installation {
    /// The settings.
    pub config: Config,
    /// The running database.
    pub started: Started,
    /// Pools of the web and the report role.
    pub database: Database,
    /// Keys of personal data.
    pub keys: Arc<KeyRing>,
}

impl Installation {
    /// Brings everything up: joins or starts the private cluster, migrates, opens the key ring.
    ///
    /// # Errors
    /// Each failure says what is wrong and what to do.
    pub async fn open() -> Result<Self, Failure> {
        Self::bring_up(false).await
    }

    /// The same over an emptied private database. One that somebody else runs is never emptied.
    ///
    /// # Errors
    /// As [`Self::open`]; and when the database is not a private one.
    pub async fn open_fresh() -> Result<Self, Failure> {
        Self::bring_up(true).await
    }

    async fn bring_up(fresh: bool) -> Result<Self, Failure> {
        let config = Config::from_env()?;
        log::start(&config);
        if let Some(notice) = &config.notice {
            eprintln!("{notice}");
        }
        let started = start::start(&config, cluster::Options::default()).await?;
        if fresh {
            if started.cluster.is_none() {
                return Err(Failure::Usage(
                    "--fresh 只能清空 cadre 自己的私有数据库，不能清空 DATABASE_URL 指定的数据库。"
                        .to_owned(),
                ));
            }
            migrate::empty(&started.addresses.owner).await?;
        }
        migrate::migrate(&started.addresses.owner).await?;
        let keys = Arc::new(KeyRing::open_or_make(&config.key_file, config.cipher.unwrap_or_default())?);
        let database = Database::new(&started.addresses.web, &started.addresses.report)?;
        Ok(Self { config, started, database, keys })
    }

    /// A connection of the owner, for the few commands that only he may run.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn owner(&self) -> Result<AsyncPgConnection, Failure> {
        AsyncPgConnection::establish(&self.started.addresses.owner)
            .await
            .map_err(|_| Error::Unavailable.into())
    }

    /// The organisation of a code, and the command line's actor over it.
    ///
    /// # Errors
    /// When there is no such organisation.
    pub async fn organisation(&self, code: &str) -> Result<(Organisation, Actor), Failure> {
        let mut conn = self.database.web().await?;
        let missing = || {
            Failure::Refused(
                format!(
                    "没有组织“{code}”。请核对组织代码；县尚未建库的，先执行 cadre divisions load 县代码。"
                ),
                Vec::new(),
            )
        };
        let county_code = code.get(..6).unwrap_or(code);
        let county =
            organisations::queries::county_by_code(&mut conn, county_code).await?.ok_or_else(missing)?;
        let scope = Scope::new(county.id, Path::root(&county.code));
        let found = db::read(&mut conn, &scope, async |conn| {
            Ok(organisations::queries::by_code(conn, &scope, code).await?)
        })
        .await?
        .ok_or_else(missing)?;
        let actor = Actor::command_line(found.scope());
        Ok((found, actor))
    }
}
