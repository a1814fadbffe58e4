//! `/terms/{id}/extensions`: terms that the superior approved to be extended.

use chrono::NaiveDate;
use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::terms::{TermJson, read, versioned};
use crate::base::ids::TermId;
use crate::base::policy::{self, Action};
use crate::records::committees::{self, Extension};
use crate::web::forms::extension::ExtensionText;
use crate::web::guards::{Body, Caller, Db, Seen};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![extend_term]
}

/// How far a term was extended.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = TermExtension)]
pub struct ExtensionJson {
    /// The day by which the next election was due before any extension.
    due_before: NaiveDate,
    /// Number of the document by which the superior approved.
    document_number: String,
    /// The day of the approval.
    approved_on: NaiveDate,
}

impl From<Extension> for ExtensionJson {
    fn from(extension: Extension) -> Self {
        Self {
            due_before: extension.due_before,
            document_number: extension.document,
            approved_on: extension.approved_on,
        }
    }
}

/// A term to be extended.
#[derive(serde::Deserialize, ToSchema)]
#[schema(as = TermExtensionInput)]
#[serde(deny_unknown_fields)]
pub struct ExtensionInput {
    /// The day by which the next election is due then: at most a year later.
    until: String,
    /// Number of the document by which the superior approved.
    document_number: String,
    /// The day of the approval.
    approved_on: String,
}

/// Extend a term with the approval of the superior. A later extension takes the place of an earlier one.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = ExtensionInput,
    responses((status = 200, body = TermJson), (status = 409, description = "the term is over"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "what is forbidden, by field")))]
#[post("/terms/<id>/extensions", data = "<body>")]
pub async fn extend_term(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: TermId,
    body: Body<ExtensionInput>,
) -> Answer<Versioned<TermJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let ExtensionInput { until, document_number, approved_on } = body.0;
    let text = ExtensionText {
        until: Some(until),
        document_number: Some(document_number),
        approved_on: Some(approved_on),
    };
    committees::extend_term(&mut db.0, &caller.actor, &[text.command(id, seen.0)?]).await?;
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}
