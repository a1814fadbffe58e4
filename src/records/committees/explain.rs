//! Says why something unusual in a term is as it is.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CommitteeId, ExplanationId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::committees::appoint::held;
use crate::records::committees::queries;
use crate::records::committees::rules::unusual::Unusual;
use crate::records::committees::who::of_row;
use crate::records::vetting::sight::Sight;
use crate::schema::finding_explanations;

/// Why a finding is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explain {
    /// The term.
    pub term: TermId,
    /// What is unusual in it.
    pub what: Unusual,
    /// Why, in 1 to 500 characters.
    pub reason: String,
}

/// Why something cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum ExplainRefusal {
    #[error("“{0}”在本届目前没有提示，不需要说明；请刷新页面查看现有的提示")]
    NothingUnusual(&'static str),
    #[error("说明没有填写，请写明原因，如“上级已批准延期至2026年底”")]
    Empty,
    #[error("说明有{0}字，不能超过500字，请删减")]
    TooLong(usize),
}

impl ExplainRefusal {
    const fn field(&self) -> &'static str {
        match self {
            Self::NothingUnusual(_) => "rule",
            Self::Empty | Self::TooLong(_) => "reason",
        }
    }
}

/// Explains findings; answers the ids in the order given. A later explanation of the same finding takes the place of the
/// earlier one, which stays on record.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, also where nothing of the kind is unusual today; `Forbidden`,
/// `Missing` where a term does not exist. Then nothing is explained.
pub async fn explain(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Explain],
) -> Result<Vec<ExplanationId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let terms = held(conn, actor, commands.iter().map(|command| command.term)).await?;
        let committees: Vec<CommitteeId> = terms.iter().map(|term| term.committee_id).collect();
        // Only which findings there are is asked, not what they say.
        let findings = queries::findings(conn, &actor.scope, today, &committees, &Sight::Nothing).await?;
        let mut errors = Vec::new();
        let mut rows = Vec::with_capacity(commands.len());
        let ids: Vec<ExplanationId> = commands.iter().map(|_| ExplanationId::new()).collect();
        for ((number, command), id) in commands.iter().enumerate().zip(&ids) {
            let place = terms.iter().find(|term| term.id == command.term);
            let place = place.ok_or(Error::Missing { what: "届次" })?;
            let reason = command.reason.trim();
            let length = reason.chars().count();
            let stands = |finding: &&crate::records::committees::Finding| {
                finding.term == command.term && finding.what == command.what
            };
            let refusal = if findings.iter().find(stands).is_none() {
                Some(ExplainRefusal::NothingUnusual(command.what.name()))
            } else if length == 0 {
                Some(ExplainRefusal::Empty)
            } else {
                (length > 500).then_some(ExplainRefusal::TooLong(length))
            };
            errors.extend(refusal.map(|why| {
                of_row(number, commands.len(), FieldError::new(why.field(), &why, None))
            }));
            rows.push((
                finding_explanations::county_id.eq(actor.scope.county),
                finding_explanations::id.eq(id),
                finding_explanations::term_id.eq(command.term),
                finding_explanations::path.eq(&place.path),
                finding_explanations::finding.eq(command.what.code()),
                finding_explanations::reason.eq(reason.to_owned()),
                finding_explanations::created_by.eq(&actor.name),
            ));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        diesel::insert_into(finding_explanations::table).values(rows).execute(conn).await?;
        let one = if let [one] = commands { terms.iter().find(|term| term.id == one.term) } else { None };
        let path = one.map_or_else(|| actor.scope.path.clone(), queries::TermPlace::path);
        let told = commands.iter().take(50).map(|command| {
            serde_json::json!({ "term": command.term, "finding": command.what.code(), "reason": command.reason.trim() })
        });
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "committees.explain",
                subject_kind: "committee_term",
                subject: one.map(|term| term.id.0),
                count: commands.len(),
                path: &path,
                details: serde_json::json!({ "explanations": told.collect::<Vec<_>>() }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}
