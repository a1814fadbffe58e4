//! The PostgreSQL that tests run on: a private cluster of this checkout, without durability, kept between runs.

use std::path::{Path, PathBuf};

use cadre::base::cluster::{self, Options, PrivateCluster};
use cadre::base::db::roles::{Addresses, prepare_private};
use sha2::{Digest, Sha256};

/// Hand the addresses to test processes, so that each need not look for the server.
pub const OWNER_VARIABLE: &str = "TEST_DATABASE_URL";
/// The web role's; without it, the owner's with the role's name.
pub const WEB_VARIABLE: &str = "TEST_WEB_DATABASE_URL";
/// The report role's; without it, the owner's with the role's name.
pub const REPORT_VARIABLE: &str = "TEST_REPORT_DATABASE_URL";

/// The superuser's; without it, the owner's with that name.
pub const SUPERUSER_VARIABLE: &str = "TEST_SUPERUSER_DATABASE_URL";

/// Names a folder for the server, where it is to lie elsewhere than below `target`: in memory, say.
const FOLDER_VARIABLE: &str = "TEST_DATABASE_FOLDER";

/// The database of a private cluster.
const DATABASE: &str = "cadre";

/// Use of the server; the last user stops it.
pub struct Server {
    /// Where each role connects.
    pub addresses: Addresses,
    /// Where the superuser connects: for what only he can do to a database.
    pub superuser: String,
    _cluster: Option<PrivateCluster>,
}

impl Server {
    /// The server that the environment names, else the checkout's own, started where it does not run.
    pub async fn join() -> anyhow::Result<Self> {
        if let Ok(owner) = std::env::var(OWNER_VARIABLE) {
            let of = |variable, role| {
                std::env::var(variable).unwrap_or_else(|_| owner.replacen("cadre_owner", role, 1))
            };
            let web = of(WEB_VARIABLE, "cadre_web");
            let report = of(REPORT_VARIABLE, "cadre_report");
            let superuser = of(SUPERUSER_VARIABLE, "postgres");
            return Ok(Self { addresses: Addresses { owner, web, report }, superuser, _cluster: None });
        }
        let options = Options { durable: false, ..Options::default() };
        let acquire = || PrivateCluster::acquire(&folder(), &options);
        let cluster = std::thread::scope(|scope| scope.spawn(acquire).join())
            .map_err(|_| anyhow::anyhow!("the thread that starts the server was lost"))??;
        let addresses = prepare_private(&cluster).await?;
        let superuser = cluster.superuser_address(DATABASE);
        Ok(Self { addresses, superuser, _cluster: Some(cluster) })
    }
}

/// Where the environment says; else below `target`, or where the server's account can enter when the checkout is root's
/// own.
fn folder() -> PathBuf {
    if let Some(named) = std::env::var_os(FOLDER_VARIABLE) {
        return PathBuf::from(named);
    }
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let usual = checkout.join("target/test-database");
    if !cluster::root_cannot_use(&usual) {
        return usual;
    }
    let digest = hex::encode(Sha256::digest(checkout.as_os_str().as_encoded_bytes()));
    std::env::temp_dir().join(format!("cadre-test-{}", digest.get(..16).unwrap_or(&digest)))
}
