//! A page that is one form: an account, a password, a transfer, a new round, the columns of a workbook.

use askama::Template;

use super::parts::{Fact, Link};
use super::{Form, Frame};

/// One form under a heading.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "form_page.html")]
pub struct FormPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What is done (`转出组织关系`); it is the title of the page too, so no name of a person stands in it.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// Who or what it is done to.
    pub facts: Vec<Fact>,
    /// What the form does, or the regulation behind it, in one sentence.
    pub note: String,
    /// The fields.
    pub form: Form,
}
