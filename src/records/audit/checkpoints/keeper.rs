//! Keeps the checkpoints of a running server up to date.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::signer::{Signed, Signer};
use crate::base::error::Result;
use crate::records::audit::reader::{self, ChainHead};

/// How often the trail is looked at.
const PULSE: Duration = Duration::from_secs(1);
/// An entry waits at most a minute for its checkpoint: this long, and what looking and signing take.
const INTERVAL: Duration = Duration::from_secs(55);
/// So many entries do not wait.
const MANY: i64 = 1000;
/// A fault is told again after this long.
const REMINDER: Duration = Duration::from_secs(600);

/// Signs checkpoints until `stop` ends, and those that are still due then.
pub async fn keep(mut signer: Signer, owner_url: String, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut pulse = tokio::time::interval(PULSE);
    pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut client = None;
    let mut times = Times::default();
    loop {
        let last = tokio::select! {
            () = &mut stop => true,
            _ = pulse.tick() => false,
        };
        match look(&mut signer, &mut client, &owner_url, &mut times, last).await {
            Ok(()) => {}
            Err(error) => {
                client = None;
                times.complain("checkpoints", || tracing::error!(%error, "no checkpoint could be signed"));
            }
        }
        if last {
            return;
        }
    }
}

/// When each chain was signed last, and what was said when.
#[derive(Default)]
struct Times {
    signed: HashMap<String, Instant>,
    said: HashMap<String, Instant>,
    /// Chains that were refused: looked at again from time to time only.
    refused: HashSet<String>,
}

impl Times {
    fn due(&mut self, head: &ChainHead, signed: i64) -> bool {
        let since = *self.signed.entry(head.chain.clone()).or_insert_with(Instant::now);
        let new = head.sequence.saturating_sub(signed);
        // A chain that became shorter is looked at as well: the signer says so.
        let waited = since.elapsed() >= INTERVAL;
        if self.refused.contains(&head.chain) { waited } else { new >= MANY || new != 0 && waited }
    }

    fn complain(&mut self, what: &str, say: impl FnOnce()) {
        if self.said.get(what).is_none_or(|said| said.elapsed() >= REMINDER) {
            self.said.insert(what.to_owned(), Instant::now());
            say();
        }
    }
}

async fn look(
    signer: &mut Signer,
    client: &mut Option<Client>,
    owner_url: &str,
    times: &mut Times,
    last: bool,
) -> Result<()> {
    let client = match client {
        Some(client) if !client.is_closed() => client,
        other => other.insert(reader::connect(owner_url).await?),
    };
    for head in reader::heads(client).await? {
        let signed = signer.signed(&head.chain);
        if !(times.due(&head, signed) || last && head.sequence != signed) {
            continue;
        }
        times.signed.insert(head.chain.clone(), Instant::now());
        times.refused.remove(&head.chain);
        if let Signed::Refused(fault) = signer.sign(client, &head).await? {
            times.refused.insert(head.chain.clone());
            times.complain(&head.chain, || {
                tracing::error!(
                    chain = fault.chain,
                    sequence = fault.sequence,
                    kind = ?fault.kind,
                    "the trail is not as it was signed: {}",
                    fault.message
                );
            });
        }
    }
    Ok(())
}
