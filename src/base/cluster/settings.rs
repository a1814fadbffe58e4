//! The server's settings for an office computer, written anew at each start.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::account::Account;
use super::error::ClusterError;

/// The file of our settings, inside the cluster.
const FILE: &str = "cadre.conf";
/// What stands at the end of PostgreSQL's own file; an administrator's settings below it win.
const INCLUDE: &str = "\n# cadre writes this file anew at each start; put your own settings below this line.\ninclude_if_exists = 'cadre.conf'\n";
const MIB: u64 = 1024 * 1024;

/// Makes a new cluster read our settings.
pub(crate) fn include(cluster: &Path) -> Result<(), ClusterError> {
    let file = cluster.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&file)
        .and_then(|mut conf| conf.write_all(INCLUDE.as_bytes()))
        .map_err(ClusterError::io(&file))
}

/// Writes our settings for this machine.
pub(crate) fn write(cluster: &Path, account: &Account, durable: bool) -> Result<(), ClusterError> {
    let file = cluster.join(FILE);
    let draft = cluster.join("cadre.conf.new");
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut conf| conf.write_all(text(memory(), durable).as_bytes()))
        .map_err(ClusterError::io(&draft))?;
    account.give(&draft)?;
    fs::rename(&draft, &file).map_err(ClusterError::io(&file))
}

/// The settings for a machine with this much memory, in bytes.
fn text(memory: u64, durable: bool) -> String {
    let shared = (memory / 8).clamp(64 * MIB, 1024 * MIB) / MIB;
    let cache = (memory / 2).max(256 * MIB) / MIB;
    let (on, wal_level) = if durable { ("on", "replica") } else { ("off", "minimal") };
    format!(
        "# Durability: off only for tests.\n\
         fsync = {on}\nfull_page_writes = {on}\nsynchronous_commit = {on}\nwal_level = {wal_level}\nmax_wal_senders = 0\n\
         # Memory of this machine.\n\
         shared_buffers = {shared}MB\neffective_cache_size = {cache}MB\nwork_mem = 16MB\n\
         maintenance_work_mem = 128MB\nmax_connections = 60\nmax_locks_per_transaction = 256\nmax_wal_size = 2GB\nmin_wal_size = 160MB\n\
         wal_compression = on\ncheckpoint_timeout = 15min\nrandom_page_cost = 1.1\n\
         # Compiling short queries costs more than it saves.\n\
         jit = off\n\
         # Figures are asked for right after an import, and the planner must know by then what came in.\n\
         autovacuum_naptime = 15s\n\
         # Passwords never travel, nor are stored, in a weaker form.\n\
         password_encryption = 'scram-sha-256'\n\
         # Personal data stays out of the log: no statements, no parameters.\n\
         log_statement = 'none'\nlog_min_error_statement = panic\nlog_parameter_max_length = 0\n\
         log_parameter_max_length_on_error = 0\nlog_min_duration_statement = -1\n\
         log_error_verbosity = terse\nlog_checkpoints = off\nlog_line_prefix = '%m [%p] %u '\n\
         logging_collector = off\nlog_destination = 'stderr'\n\
         lc_messages = 'C'\n"
    )
}

/// The machine's memory in bytes; 4 GiB when it cannot be told.
fn memory() -> u64 {
    fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text)).unwrap_or(4096 * MIB)
}

/// `MemTotal` out of `/proc/meminfo`, in bytes.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_use_is_durable_and_only_tests_are_not() {
        let durable = text(8192 * MIB, true);
        assert!(durable.contains("fsync = on") && durable.contains("synchronous_commit = on"));
        assert!(text(8192 * MIB, false).contains("fsync = off"));
    }

    #[test]
    fn memory_follows_the_machine_between_two_bounds() {
        assert!(text(512 * MIB, true).contains("shared_buffers = 64MB"));
        assert!(text(4096 * MIB, true).contains("shared_buffers = 512MB"));
        assert!(text(65536 * MIB, true).contains("shared_buffers = 1024MB"));
        assert_eq!(total("MemTotal:        4096 kB\nMemFree: 1 kB\n"), Some(4096 * 1024));
        assert_eq!(total(""), None);
    }
}
