//! `cadre audit`: verifies the trail, takes it out, signs and shows its checkpoints, runs a witness.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::base::config::Config;
use crate::base::note::{NoteKey, Verifier};
use crate::base::values::Quarter;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output, proof, witness};
use crate::records::audit::chain::{Fault, FaultKind};
use crate::records::audit::checkpoints::{Kept, Signed, Signer, Store, key_file};
use crate::records::audit::verify::{self, Known, Verdict};
use crate::records::audit::{bundle, reader, reconcile};
use crate::records::quarters;

/// What to do with the trail.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check every entry, hash and checkpoint; status 4 where one is wrong
    #[command(after_help = "Examples:\n  \
        cadre audit verify\n  \
        cadre audit verify --bundle trail.jsonl --key 'cadre.1a2b3c4d+…'\n  \
        cadre audit verify --bundle proof.zip --key 'cadre.1a2b3c4d+…'\n  \
        cadre audit verify --bundle trail.jsonl --checkpoints /media/auditor/checkpoints")]
    Verify(VerifyOptions),
    /// Write the trail, or the proof bundle of a report, to a file
    #[command(after_help = "Examples:\n  \
        cadre audit export -o trail.jsonl --organisation 500237\n  \
        cadre audit export -o proof.zip --organisation 500237 --quarter 2026Q1")]
    Export {
        /// The file
        #[arg(short, long)]
        output: PathBuf,
        /// Only the chain of this organisation's county; with a quarter, the organisation that is reported on
        #[arg(long)]
        organisation: Option<String>,
        /// The proof bundle of the report of this closed quarter (2026Q1): report, facts, definitions, proofs
        #[arg(long, requires = "organisation")]
        quarter: Option<Quarter>,
        /// This revision of the quarter; the latest when not given
        #[arg(long, requires = "quarter")]
        revision: Option<i32>,
    },
    /// Sign what is new and print the newest checkpoints
    #[command(after_help = "Example:\n  cadre audit checkpoint")]
    Checkpoint,
    /// Run a witness, which cosigns what extends all it has seen
    #[command(after_help = "Example:\n  \
        cadre audit witness --listen 127.0.0.1:8100 --state /var/lib/cadre-witness --trust 'cadre.1a2b3c4d+…'")]
    Witness(witness::Options),
}

/// What to verify.
#[derive(Debug, clap::Args)]
pub struct VerifyOptions {
    /// An exported file, checked alone; the live database when not given
    #[arg(long)]
    bundle: Option<PathBuf>,
    /// The public key of the installation, as `cadre audit checkpoint` prints it
    #[arg(long)]
    key: Option<Verifier>,
    /// A folder of checkpoints that was kept elsewhere
    #[arg(long)]
    checkpoints: Option<PathBuf>,
}

/// Does it.
pub async fn run(command: &Command, json: bool) -> Result<(), Failure> {
    match command {
        Command::Verify(options) => verify(options, json).await,
        Command::Export { output, organisation: Some(organisation), quarter: Some(quarter), revision } => {
            let wanted = proof::Wanted { organisation, quarter: *quarter, revision: *revision };
            proof::export(output, &wanted, json).await
        }
        Command::Export { output, organisation, .. } => export(output, organisation.as_deref(), json).await,
        Command::Checkpoint => checkpoint(json).await,
        Command::Witness(options) => witness::run(options).await,
    }
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("文件“{}”无法读写：{error}。请检查路径和权限。", path.display()))
}

/// What is shown while a trail is checked.
const VERIFYING: &str = "正在核对审计记录";

async fn verify(options: &VerifyOptions, json: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let known = Known { key: options.key.clone(), store: options.checkpoints.as_deref().map(Store::at) };
    let verdict = match &options.bundle {
        Some(path) => {
            let file = match proof::open(path)? {
                proof::File::Proof(bytes) => return proof::verify(path, &bytes, &known, begun, json),
                proof::File::Trail(file) => file,
            };
            let input = BufReader::with_capacity(1 << 20, file);
            let _mark = output::Mark::of(VERIFYING);
            verify::file(input, &known).map_err(|error| unreadable(path, &error))?
        }
        None => live(options).await?,
    };
    report(&verdict, begun.elapsed().as_millis(), json);
    if verdict.faults.is_empty() {
        return Ok(());
    }
    if json {
        return Err(Failure::Unsound);
    }
    let lines: Vec<String> = verdict.faults.iter().map(told).collect();
    Err(Failure::Integrity(format!("审计记录不完整：\n{}", lines.join("\n"))))
}

async fn live(options: &VerifyOptions) -> Result<Verdict, Failure> {
    let installation = Installation::open().await?;
    let _mark = output::Mark::of(VERIFYING);
    let data = &installation.config.data;
    let key = match &options.key {
        Some(key) => key.clone(),
        None => signer(&installation.config)?.verifier(),
    };
    let store = options.checkpoints.as_deref().map_or_else(|| Store::new(data), Store::at);
    let client = reader::connect(&installation.started.addresses.owner).await?;
    let mut verdict = verify::live(&client, &store, &key).await?;
    verdict.faults.extend(reconcile::reconcile(&client).await?);
    for altered in quarters::altered(&mut installation.owner().await?).await? {
        let message = format!(
            "{}第{}版的冻结数据与结账时的摘要不符：结账后被改动",
            altered.quarter.title(),
            altered.number
        );
        verdict.faults.push(Fault::new(&altered.county, None, FaultKind::Table, message));
    }
    Ok(verdict)
}

fn told(fault: &Fault) -> String {
    match (fault.chain.as_str(), fault.sequence) {
        ("", _) => fault.message.clone(),
        (chain, Some(sequence)) if fault.kind == FaultKind::Table => {
            format!("{chain}：{}（见第{sequence}条）", fault.message)
        }
        (chain, _) => format!("{chain}：{}", fault.message),
    }
}

fn report(verdict: &Verdict, milliseconds: u128, json: bool) {
    let mut lines: Vec<String> = verdict
        .chains
        .iter()
        .map(|chain| {
            format!(
                "{}\t{}条相符\t检查点{}个，涵盖{}条\t根 {}",
                chain.chain, chain.entries, chain.checkpoints, chain.signed, chain.root
            )
        })
        .collect();
    if let Some(key) = &verdict.key {
        let origin = if verdict.key_from_file {
            "（取自文件本身，请与另行取得的公钥核对）"
        } else {
            ""
        };
        lines.push(format!("公钥 {key}{origin}"));
    }
    output::print(
        json,
        &serde_json::json!({
            "sound": verdict.faults.is_empty(), "entries": verdict.entries(), "milliseconds": milliseconds,
            "chains": verdict.chains, "faults": verdict.faults, "key": verdict.key,
            "key_from_file": verdict.key_from_file,
        }),
        &lines.join("\n"),
    );
}

async fn export(path: &Path, organisation: Option<&str>, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let chain = match organisation {
        None => None,
        Some(code) => {
            Some(installation.organisation(code).await?.1.scope.whole_county().path.code().to_owned())
        }
    };
    let store = Store::new(&installation.config.data);
    let mut signer = signer(&installation.config)?;
    // A broken trail is taken out as well: as evidence.
    let (_, faults) = sign_all(&installation, &mut signer).await?;
    if !faults.is_empty() {
        eprintln!("{}", unsigned(&faults));
    }
    let client = reader::connect(&installation.started.addresses.owner).await?;
    let key = signer.verifier().to_string();
    let file = File::create(path).map_err(|error| unreadable(path, &error))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let entries = {
        let _mark = output::Mark::of("正在写出审计记录");
        bundle::export(&client, &store, &key, chain.as_deref(), &mut out).await?
    };
    out.flush().map_err(|error| unreadable(path, &error))?;
    output::print(
        json,
        &serde_json::json!({ "file": path, "entries": entries, "key": key }),
        &format!("已写出{entries}条审计记录：{}。公钥 {key}", path.display()),
    );
    Ok(())
}

/// The signer of an installation.
///
/// # Errors
/// When its key cannot be read or made.
pub fn signer(config: &Config) -> Result<Signer, Failure> {
    let key = NoteKey::open(&key_file(&config.data))?;
    Ok(Signer::new(key, Store::new(&config.data), config.witness.clone()))
}

/// Signs every chain; answers the newest checkpoints, and what is wrong with the chains that were not signed.
pub(super) async fn sign_all(
    installation: &Installation,
    signer: &mut Signer,
) -> Result<(Vec<Kept>, Vec<Fault>), Failure> {
    let client = reader::connect(&installation.started.addresses.owner).await?;
    let (mut newest, mut faults) = (Vec::new(), Vec::new());
    for head in reader::heads(&client).await? {
        match signer.sign(&client, &head).await? {
            Signed::Newest(kept) => newest.extend(kept),
            Signed::Refused(fault) => faults.push(fault),
        }
    }
    Ok((newest, faults))
}

pub(super) fn unsigned(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(told).collect();
    format!("没有签署新的检查点：\n{}", lines.join("\n"))
}

async fn checkpoint(json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let mut signer = signer(&installation.config)?;
    let (newest, faults) = sign_all(&installation, &mut signer).await?;
    if !faults.is_empty() {
        return Err(Failure::Integrity(unsigned(&faults)));
    }
    let key = signer.verifier().to_string();
    let notes: Vec<String> = newest.iter().map(|kept| kept.note.to_string()).collect();
    let listed: Vec<serde_json::Value> = newest
        .iter()
        .map(|kept| {
            serde_json::json!({
                "origin": kept.checkpoint.origin, "size": kept.checkpoint.head.size,
                "root": hex::encode(kept.checkpoint.head.root), "signed_at": kept.at, "note": kept.note.to_string(),
            })
        })
        .collect();
    let sentence = format!("{}\n公钥 {key}", notes.join("\n"));
    output::print(json, &serde_json::json!({ "key": key, "checkpoints": listed }), sentence.trim());
    Ok(())
}
