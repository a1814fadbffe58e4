//! Reads what a form or a request says of an extension of a term.

use crate::base::error::Result;
use crate::base::ids::TermId;
use crate::records::committees::ExtendTerm;
use crate::web::forms::committee::Wrong;

/// An extension as sent.
#[derive(Debug, Clone, Default)]
pub struct ExtensionText {
    /// The day by which the next election is due then.
    pub until: Option<String>,
    /// Number of the document by which the superior approved.
    pub document_number: Option<String>,
    /// The day of the approval.
    pub approved_on: Option<String>,
}

impl ExtensionText {
    /// The term to be extended.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn command(self, term: TermId, version: Option<i32>) -> Result<ExtendTerm> {
        let mut wrong = Wrong::default();
        let until = wrong.day("until", "延期至", self.until.as_deref());
        let approved_on = wrong.day("approved_on", "批准日期", self.approved_on.as_deref());
        let document = self.document_number.unwrap_or_default();
        let command = |(until, approved_on)| ExtendTerm { term, version, until, document, approved_on };
        wrong.finish(until.zip(approved_on).map(command))
    }
}
