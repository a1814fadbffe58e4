//! What one row of 「党组织」 says.

use chrono::NaiveDate;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::record;
use crate::across::imports::headings::Layout;
use crate::across::sheets::Row;
use crate::base::edit::Edit;
use crate::base::ids::OrganisationId;
use crate::base::values::{OrganisationCode, SocialCreditCode, Telephone};
use crate::records::organisations::Kind;
use crate::records::organisations::rules::LONGEST_NAME;

/// What a row says of an organisation. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedOrganisation {
    pub record: Edit<OrganisationId>,
    pub code: Edit<OrganisationCode>,
    pub name: Edit<String>,
    pub parent_code: Edit<OrganisationCode>,
    pub kind: Edit<Kind>,
    pub founded_on: Edit<NaiveDate>,
    pub dissolved_on: Edit<NaiveDate>,
    pub credit_code: Edit<String>,
    pub telephone: Edit<String>,
    pub note: Edit<String>,
}

/// Reads a row. What depends on the record or on other rows is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout) -> (ParsedOrganisation, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let said = ParsedOrganisation {
        record: cells.said("id", record),
        code: cells.said("code", |text| OrganisationCode::parse(text).map_err(|error| error.to_string())),
        name: name(&mut cells),
        parent_code: cells.said("parent_code", |text| {
            OrganisationCode::parse(text)
                .map_err(|error| error.to_string().replacen("组织代码", "上级代码", 1))
        }),
        kind: cells.said("kind", |text| match text.is_empty() {
            true => Err("类别没有填写；请填写镇、村、党支部等类别".to_owned()),
            false => Kind::parse(text),
        }),
        founded_on: cells.day("founded_on"),
        dissolved_on: cells.day("dissolved_on"),
        credit_code: cells.said("credit_code", |text| {
            let code = SocialCreditCode::parse(text).map_err(|error| error.to_string())?;
            Ok(code.as_str().to_owned())
        }),
        telephone: cells.said("telephone", |text| {
            let number = Telephone::parse(text)
                .map_err(|error| error.to_string().replacen("固定电话", "联系电话", 1))?;
            Ok(number.as_str().to_owned())
        }),
        note: cells.words("note", 500),
    };
    (said, cells.into_findings())
}

fn name(cells: &mut Cells<'_>) -> Edit<String> {
    match cells.words("name", LONGEST_NAME) {
        Edit::Set(name) if name.is_empty() => {
            cells.refuse("name", "组织名称没有填写；请填写规范全称或简称");
            Edit::Keep
        }
        Edit::Set(name) if name.contains(['\n', '\r', '\t']) => {
            cells.refuse("name", "组织名称里有换行或制表符；请改成一行");
            Edit::Keep
        }
        name => name,
    }
}
