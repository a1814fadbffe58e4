//! Brings up the database that the settings name: a private cluster, or one that somebody else runs.

use crate::base::cluster::{ClusterError, Options, PrivateCluster};
use crate::base::config::{Config, DatabaseSource};
use crate::base::db::roles::{self, Addresses, RoleError};

/// A database that is ready for migrations. Keep it as long as the database is used: dropping it ends this process's
/// use of the private cluster, and the last user stops the server.
#[derive(Debug)]
pub struct Started {
    /// Where each role connects.
    pub addresses: Addresses,
    /// The private cluster, where there is one.
    pub cluster: Option<PrivateCluster>,
}

/// Why the database did not come up. `Display` is what people read.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The private cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The roles.
    #[error(transparent)]
    Roles(#[from] RoleError),
    /// The thread that starts the cluster was lost.
    #[error("启动数据库的线程意外结束（{0}）。请重新启动；若再次出现，请联系系统管理员。")]
    Thread(String),
}

/// Starts or joins the database of `config` and makes its roles where they are missing.
///
/// May be dropped at any time (Ctrl-C): a start under way is finished on its own thread and then undone. For that the
/// runtime must end in order, so leave `main` by returning.
///
/// # Errors
/// Each error says in Chinese what is wrong and what to do.
pub async fn start(config: &Config, options: Options) -> Result<Started, StartError> {
    match &config.database {
        DatabaseSource::External(external) => {
            let addresses = roles::prepare_external(external, &config.data).await?;
            Ok(Started { addresses, cluster: None })
        }
        DatabaseSource::Private => {
            let data = config.data.clone();
            let cluster = tokio::task::spawn_blocking(move || PrivateCluster::acquire(&data, &options))
                .await
                .map_err(|error| StartError::Thread(error.to_string()))??;
            let addresses = roles::prepare_private(&cluster).await?;
            Ok(Started { addresses, cluster: Some(cluster) })
        }
    }
}
