//! `cadre check`: what does not fit in the records, before somebody else finds it.

use crate::across::reports::{self, Finding};
use crate::base::clock;
use crate::base::error::Error;
use crate::base::values::Quarter;
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

/// The findings of one organisation in the running quarter.
#[derive(serde::Serialize)]
struct Checked {
    organisation: String,
    name: String,
    quarter: Quarter,
    findings: Vec<Finding>,
}

/// Checks; ends with status 1 where anything was found.
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
    let quarter = Quarter::containing(clock::today());
    let mut conn = installation.database.report().await?;
    let mut checked = Vec::with_capacity(codes.len());
    for code in codes {
        let (_, actor) = installation.organisation(&code).await?;
        let report = reports::quarterly(&mut conn, &actor, &code, quarter, None).await;
        let report = report.map_err(|error: Error| Failure::from(error))?;
        let (organisation, name) = (report.organisation.code, report.organisation.name);
        checked.push(Checked { organisation, name, quarter, findings: report.findings });
    }
    let lines: Vec<String> = checked.iter().flat_map(lines).collect();
    output::print(json, &serde_json::json!({ "checked": checked }), &lines.join("\n"));
    if checked.iter().all(|one| one.findings.is_empty()) { Ok(()) } else { Err(Failure::Differs) }
}

fn lines(checked: &Checked) -> Vec<String> {
    if checked.findings.is_empty() {
        return vec![format!("{}（{}）：没有发现问题。", checked.name, checked.organisation)];
    }
    let mut lines = Vec::new();
    for finding in &checked.findings {
        lines.push(format!(
            "{}（{}）{}：{}",
            checked.name, checked.organisation, finding.rule, finding.message
        ));
        lines.extend(
            finding
                .members
                .iter()
                .map(|member| format!("\t{}\t{}", member.id, member.name.as_deref().unwrap_or_default())),
        );
    }
    lines
}
