//! `cadre check`: what does not fit in the records, before somebody else finds it.

use crate::across::reports::quality::{self, Checked, QualityFinding, Severity};
use crate::base::error::Error;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::organisations;

/// Whose records.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Code of an organisation; all counties when not given
    #[arg(long)]
    organisation: Option<String>,
}

/// Checks; ends with status 1 where something is wrong or looks so. Duties that are not met are told, and are no fault of
/// the records.
pub async fn run(options: &Options, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let codes = match &options.organisation {
        Some(code) => vec![code.clone()],
        None => {
            let mut conn = installation.database.web().await?;
            let counties = organisations::queries::counties(&mut conn).await?;
            counties.into_iter().map(|county| county.code).collect()
        }
    };
    let mut conn = installation.database.report().await?;
    let mut checked = Vec::with_capacity(codes.len());
    for code in codes {
        let (_, actor) = installation.organisation(&code).await?;
        let found = quality::check(&mut conn, &actor, &installation.keys, &code).await;
        checked.push(found.map_err(|error: Error| Failure::from(error))?);
    }
    let lines: Vec<String> = checked.iter().flat_map(lines).collect();
    output::print(json, &serde_json::json!({ "checked": checked }), &lines.join("\n"));
    let is_fault = |finding: &QualityFinding| finding.severity != Severity::Notice;
    let is_sound = checked.iter().all(|one| !one.findings.iter().any(is_fault));
    if is_sound { Ok(()) } else { Err(Failure::Differs) }
}

fn lines(checked: &Checked) -> Vec<String> {
    let whose = format!("{}（{}）", checked.name, checked.organisation);
    if checked.findings.is_empty() {
        return vec![format!("{whose}：没有发现问题。")];
    }
    let mut lines = Vec::new();
    for finding in &checked.findings {
        let (severity, rule, count) = (finding.severity.name(), finding.rule, finding.count);
        lines.push(format!("{whose}〔{severity}〕{rule}：{}共{count}条。", finding.message));
        lines.push(format!("\t依据：{}", finding.source));
        lines.push(format!("\t办法：{}", finding.hint));
        lines.extend(finding.rows.iter().map(|row| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            format!("\t{}\t{}\t{}\t{}", row.id, text(&row.name), text(&row.place), text(&row.detail))
        }));
    }
    lines
}
