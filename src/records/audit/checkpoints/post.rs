//! Sends checkpoints to a witness (c2sp.org/tlog-witness): the checkpoint and the proof that it extends what the witness
//! knows. Nothing in it is secret.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;

use crate::base::http::HttpAddress;
use crate::base::merkle::Hash;
use crate::base::note::Note;

/// How long a witness may take: the next checkpoint waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a witness did not cosign.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It knows the log at another size.
    KnowsAnother(u64),
    /// It said no.
    Said(StatusCode, String),
    /// It did not answer.
    Away(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KnowsAnother(size) => write!(f, "the witness knows {size} entries"),
            Self::Said(status, text) => write!(f, "{status}: {text}"),
            Self::Away(cause) => write!(f, "no answer: {cause}"),
        }
    }
}

/// Asks a witness for a cosignature; answers its lines.
pub(super) async fn add(
    witness: &HttpAddress,
    known: u64,
    proof: &[Hash],
    note: &Note,
) -> Result<String, Refusal> {
    let mut body = format!("old {known}\n");
    for hash in proof {
        body.push_str(&STANDARD.encode(hash));
        body.push('\n');
    }
    body.push_str(&format!("\n{note}"));
    match tokio::time::timeout(PATIENCE, witness.post("/add-checkpoint", body)).await {
        Err(_) => Err(Refusal::Away("timeout".to_owned())),
        Ok(Err(error)) => Err(Refusal::Away(error.to_string())),
        Ok(Ok((StatusCode::OK, lines))) => Ok(lines),
        Ok(Ok((StatusCode::CONFLICT, size))) => match size.trim().parse() {
            Ok(size) if size != known => Err(Refusal::KnowsAnother(size)),
            _ => Err(Refusal::Said(StatusCode::CONFLICT, size)),
        },
        Ok(Ok((status, text))) => Err(Refusal::Said(status, text)),
    }
}
