//! What one row of 「培训班次」 says.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;

use super::Setting;
use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::{number, record, yes_or_no};
use crate::across::imports::headings::Layout;
use crate::across::sheets::Row;
use crate::base::edit::Edit;
use crate::base::ids::{OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::base::values::{excerpt, half_width};

/// What a row says of a class. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is that of the class")]
pub struct ParsedClass {
    pub record: Edit<TrainingClassId>,
    pub code: Edit<String>,
    pub name: Edit<String>,
    pub programme: Edit<TrainingProgrammeId>,
    pub field: Edit<String>,
    pub organisation: Edit<OrganisationId>,
    pub site: Edit<String>,
    pub first_day: Edit<NaiveDate>,
    pub last_day: Edit<NaiveDate>,
    pub hours: Edit<BigDecimal>,
    pub places: Edit<i32>,
    pub is_away: Edit<bool>,
}

/// What the row says of hours; how many may be is the rules' business.
pub fn hours(cells: &mut Cells<'_>, field: &str) -> Edit<BigDecimal> {
    let title = cells.column_title(field);
    cells.said(field, |text| {
        let text = half_width(text);
        let plain = text.len() <= 12 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
        match BigDecimal::from_str(&text) {
            Ok(hours) if plain => Ok(hours.normalized()),
            _ if text.is_empty() => Err(format!("{title}没有填写；请填写如8或4.5的数字")),
            _ => Err(format!("{title}“{}”不是数字；请填写如8或4.5的数字", excerpt(&text))),
        }
    })
}

/// Reads a row. What depends on the records is checked later.
pub fn parse(row: &Row, layout: &Layout, setting: &Setting) -> (ParsedClass, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let programme = cells.said("programme", |text| setting.programme(text).map(|one| one.programme.id));
    let own = match &programme {
        Edit::Set(id) => setting.by_id(*id),
        Edit::Keep | Edit::Clear => None,
    };
    let field = cells.said("field", |text| setting.field(own, text));
    let said = ParsedClass {
        record: cells.said("id", record),
        code: cells.words("code", 40),
        name: cells.words("name", 100),
        programme,
        field,
        organisation: cells
            .said("organisation", |text| setting.places.find(text).map_err(|error| error.to_string())),
        site: cells.words("site", 100),
        first_day: cells.day("first_day"),
        last_day: cells.day("last_day"),
        hours: hours(&mut cells, "hours"),
        places: number(&mut cells, "places"),
        is_away: yes_or_no(&mut cells, "is_away"),
    };
    (said, cells.into_findings())
}
