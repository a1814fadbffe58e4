//! The form of a draft: a text, or a file that is read into memory and never written to a disk.

use rocket::form::FromForm;

use super::upload::FormWithFile;

/// A draft with the records that it is held against.
#[derive(FromForm)]
pub struct DraftForm<'r> {
    /// The session's token.
    csrf_token: Option<&'r str>,
    /// Code of the organisation.
    pub organisation: Option<&'r str>,
    /// The quarter.
    pub quarter: Option<&'r str>,
    /// The text.
    pub text: Option<&'r str>,
    /// Or the file.
    pub file: Option<&'r [u8]>,
}

impl FormWithFile for DraftForm<'_> {
    fn csrf_token(&self) -> Option<&str> {
        self.csrf_token
    }

    fn texts(&self) -> Vec<Option<&str>> {
        vec![self.organisation, self.quarter, self.text]
    }
}
