//! `cadre quarter`: closes and amends quarters and says how far they are.

use crate::across::reports::{self, Amended, Closed, QuarterStatus};
use crate::base::clock;
use crate::base::values::Quarter;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};

/// What to do with a quarter.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Close a quarter of a county: one step here, two people in the page
    #[command(after_help = "Example:\n  cadre quarter close --organisation 500237 --quarter 2026Q1")]
    Close {
        /// Code of the county
        #[arg(long)]
        organisation: String,
        /// The quarter, as 2026Q1
        #[arg(long)]
        quarter: Quarter,
    },
    /// Amend a closed quarter of a county: its next revision, from the records as they are now
    #[command(
        after_help = "Example:\n  cadre quarter amend --organisation 500237 --quarter 2026Q1 --reason 补录3月转入党员两名\n\nThe closed quarters after it get a revision too, which rests on the new one. Earlier revisions stay as they are."
    )]
    Amend {
        /// Code of the county
        #[arg(long)]
        organisation: String,
        /// The quarter, as 2026Q1
        #[arg(long)]
        quarter: Quarter,
        /// Why, in 1 to 500 characters
        #[arg(long)]
        reason: String,
    },
    /// Say how far the quarters of a county are
    #[command(after_help = "Example:\n  cadre quarter status --organisation 500237")]
    Status {
        /// Code of an organisation of the county
        #[arg(long)]
        organisation: String,
        /// One quarter only
        #[arg(long)]
        quarter: Option<Quarter>,
    },
}

/// Does it.
pub async fn run(command: &Command, json: bool) -> Result<(), Failure> {
    match command {
        Command::Close { organisation, quarter } => close(organisation, *quarter, json).await,
        Command::Amend { organisation, quarter, reason } => amend(organisation, *quarter, reason, json).await,
        Command::Status { organisation, quarter } => status(organisation, *quarter, json).await,
    }
}

async fn close(organisation: &str, quarter: Quarter, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let (_, actor) = installation.organisation(organisation).await?;
    let mut conn = installation.database.web().await?;
    let done = {
        let _mark = output::Mark::of("正在结账");
        reports::close(&mut conn, &actor, organisation, quarter).await?
    };
    let Closed::Closed(revision) = done else {
        return Err(Failure::Failed("结账没有完成，请重试。".to_owned()));
    };
    output::print(
        json,
        &serde_json::json!({
            "organisation": organisation, "quarter": quarter, "state": "closed", "revision": revision.number,
            "rows": revision.row_count, "digest": hex::encode(&revision.digest), "closed_at": revision.closed_at,
        }),
        &format!(
            "{}已结账，第{}版，共{}行，摘要 {}。",
            quarter.title(),
            revision.number,
            revision.row_count,
            hex::encode(&revision.digest)
        ),
    );
    Ok(())
}

async fn amend(organisation: &str, quarter: Quarter, reason: &str, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let (_, actor) = installation.organisation(organisation).await?;
    let mut conn = installation.database.web().await?;
    let done = {
        let _mark = output::Mark::of("正在修订");
        reports::amend(&mut conn, &actor, organisation, quarter, reason).await?
    };
    let Amended::Amended(revisions) = done else {
        return Err(Failure::Failed("修订没有完成，请重试。".to_owned()));
    };
    let told = revisions.iter().map(|revision| {
        serde_json::json!({
            "quarter": revision.quarter, "revision": revision.number, "rows": revision.row_count,
            "digest": hex::encode(&revision.digest), "closed_at": revision.closed_at, "reason": revision.reason,
        })
    });
    let lines = revisions.iter().map(|revision| {
        let digest = hex::encode(&revision.digest);
        format!("{}第{}版，共{}行，摘要 {digest}。", revision.quarter, revision.number, revision.row_count)
    });
    output::print(
        json,
        &serde_json::json!({
            "organisation": organisation, "quarter": quarter, "state": "closed",
            "revision": revisions.as_slice().first().map(|revision| revision.number),
            "revisions": told.collect::<Vec<_>>(),
        }),
        &format!("已修订{}：\n{}", quarter.title(), lines.collect::<Vec<_>>().join("\n")),
    );
    Ok(())
}

async fn status(organisation: &str, quarter: Option<Quarter>, json: bool) -> Result<(), Failure> {
    let installation = Installation::open().await?;
    let (_, actor) = installation.organisation(organisation).await?;
    let mut conn = installation.database.web().await?;
    let mut statuses = reports::statuses(&mut conn, &actor, quarter).await?;
    statuses.retain(|status| quarter.is_none_or(|wanted| status.quarter == wanted));
    let lines: Vec<String> = statuses.iter().map(line).collect();
    output::print(json, &serde_json::json!({ "quarters": statuses }), &lines.join("\n"));
    Ok(())
}

fn line(status: &QuarterStatus) -> String {
    let mut line = format!("{}\t{}", status.quarter, status.state.name());
    if let (Some(revision), Some(at)) = (status.revision, status.closed_at) {
        line.push_str(&format!("\t第{revision}版，{}", clock::date_in_china(at)));
        if let Some(by) = &status.amendment_proposed_by {
            line.push_str(&format!("，修订由{by}提出，待复核"));
        }
    } else if let Some(by) = &status.proposed_by {
        line.push_str(&format!("\t由{by}提出"));
    }
    line
}
