//! The proof bundle on the command line: made with `cadre audit export`, checked with `cadre audit verify --bundle`.

use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::time::Instant;

use crate::across::reports::proof;
use crate::base::values::Quarter;
use crate::cli::audit::{sign_all, signer, unreadable, unsigned};
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::audit::verify::Known;

/// Which report is to be proven.
pub struct Wanted<'a> {
    /// Code of the organisation.
    pub organisation: &'a str,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision; none: the latest.
    pub revision: Option<i32>,
}

/// Writes a bundle to a file.
pub async fn export(path: &Path, wanted: &Wanted<'_>, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let (_, actor) = installation.organisation(wanted.organisation).await?;
    let mut signer = signer(&installation.config)?;
    let (_, faults) = sign_all(&installation, &mut signer).await?;
    if !faults.is_empty() {
        return Err(Failure::Integrity(unsigned(&faults)));
    }
    let (mut reading, mut writing) =
        (installation.database.report().await?, installation.database.web().await?);
    let bundle = {
        let _mark = output::Mark::of("正在制作证明包");
        proof::proof_bundle(
            &mut reading,
            &mut writing,
            &signer.published(),
            &actor,
            wanted.organisation,
            wanted.quarter,
            wanted.revision,
        )
        .await?
    };
    std::fs::write(path, &bundle.bytes).map_err(|error| unreadable(path, &error))?;
    let key = signer.verifier().to_string();
    output::print(
        json,
        &serde_json::json!({
            "file": path, "organisation": wanted.organisation, "quarter": bundle.quarter,
            "revision": bundle.revision, "sha256": bundle.sha256, "key": key,
        }),
        &format!(
            "已写出{}{}第{}版报告的证明包：{}。公钥 {key}",
            bundle.organisation,
            bundle.quarter.title(),
            bundle.revision,
            path.display()
        ),
    );
    Ok(())
}

/// A file that is to be verified.
pub enum File {
    /// The proof bundle of a report.
    Proof(Vec<u8>),
    /// An exported trail.
    Trail(std::fs::File),
}

/// The longest first line of an exported trail.
const FIRST_LINE: u64 = 16 * 1024;

/// Opens a file and looks what it is.
///
/// # Errors
/// When it cannot be read, or is neither.
pub fn open(path: &Path) -> Result<File, Failure> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut begin = Vec::new();
    BufReader::new(&mut file).take(FIRST_LINE).read_to_end(&mut begin).map_err(failed)?;
    file.rewind().map_err(failed)?;
    if proof::is_archive(&begin) {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        return Ok(File::Proof(bytes));
    }
    let first = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match serde_json::from_slice::<serde_json::Value>(first) {
        Ok(line) if line.get("trail").is_some() => Ok(File::Trail(file)),
        _ => Err(no_bundle(path)),
    }
}

fn no_bundle(path: &Path) -> Failure {
    Failure::Refused(
        format!(
            "文件“{}”不是证明包，也不是导出的审计记录。请用 cadre audit export 写出的文件；传输中截断的请重新取得。",
            path.display()
        ),
        Vec::new(),
    )
}

/// Checks a bundle and says what was found.
pub fn verify(path: &Path, bytes: &[u8], known: &Known, begun: Instant, json: bool) -> Result<(), Failure> {
    let verdict = {
        let _mark = output::Mark::of("正在核对证明包");
        proof::verify(bytes, known).ok_or_else(|| no_bundle(path))?
    };
    let milliseconds = begun.elapsed().as_millis();
    let sound = verdict.faults.is_empty();
    if json {
        let mut told = serde_json::to_value(&verdict).map_err(crate::base::error::Error::broken)?;
        if let Some(fields) = told.as_object_mut() {
            fields.insert("sound".to_owned(), sound.into());
            fields.insert("milliseconds".to_owned(), u64::try_from(milliseconds).unwrap_or(u64::MAX).into());
        }
        println!("{told}");
        return if sound { Ok(()) } else { Err(Failure::Unsound) };
    }
    let mut lines = verdict.notices.clone();
    if let Some(key) = &verdict.key {
        let origin = if verdict.key_from_file {
            "（取自文件本身，请与另行取得的公钥核对）"
        } else {
            ""
        };
        lines.push(format!("公钥 {key}{origin}"));
    }
    let report = format!("{} {}第{}版", verdict.organisation, verdict.quarter, verdict.revision);
    if sound {
        lines.insert(
            0,
            format!(
                "{report}的证明包相符：由{}行事实重算{}个指标，与报告一致，用时{milliseconds}毫秒。",
                verdict.rows, verdict.figures
            ),
        );
        println!("{}", lines.join("\n"));
        return Ok(());
    }
    let faults: Vec<&str> = verdict.faults.iter().map(|fault| fault.message.as_str()).collect();
    println!("{}", lines.join("\n"));
    Err(Failure::Integrity(format!("{report}的证明包不符：\n{}", faults.join("\n"))))
}
