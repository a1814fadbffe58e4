//! What one row of 「季度考核」 says.

use crate::across::imports::assessments::context::{Context, Town};
use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::record;
use crate::across::imports::headings::Layout;
use crate::across::sheets::Row;
use crate::base::edit::{Edit, set};
use crate::base::ids::{AssessmentId, OrganisationId};
use crate::base::values::Quarter;
use crate::records::assessments::rules;

/// What a row says of the assessment of a village. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedAssessment {
    pub record: Edit<AssessmentId>,
    pub quarter: Edit<Quarter>,
    pub town: Edit<Town>,
    pub village: Edit<OrganisationId>,
    pub village_elsewhere: bool,
    /// Name of an indicator, and its score as text.
    pub scores: Vec<(String, Edit<String>)>,
    pub deduction_note: Edit<String>,
    pub evidence: Edit<String>,
    pub note: Edit<String>,
}

/// Reads a row. What depends on the round is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout, context: &Context) -> (ParsedAssessment, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let quarter = cells.said("quarter", |text| Quarter::parse(text).map_err(|error| error.to_string()));
    let town = cells.said("assessor", |text| context.town(text));
    let (village, village_elsewhere) = context.villages.said(&mut cells);
    let scheme = match (&town, &quarter) {
        (Edit::Set(town), Edit::Set(quarter)) => context.scheme(town, *quarter),
        _ => None,
    };
    let names: Vec<String> = layout.extras().map(str::to_owned).collect();
    let scores = names.into_iter().map(|name| {
        let said = cells.said_extra(&name, |text| {
            let indicator = scheme.and_then(|scheme| scheme.indicators.iter().find(|one| one.name == name));
            match (scheme, indicator) {
                (Some(scheme), Some(indicator)) => rules::parse_score(scheme, indicator, text)
                    .map(|score| rules::printed(&score))
                    .map_err(|refusal| refusal.to_string()),
                (Some(scheme), None) => Err(format!(
                    "“{name}”不是该单位这一季度方案“{}”的指标；请清空这一格，或核对季度和考核单位",
                    scheme.name
                )),
                // The missing scheme is told beside the town.
                (None, _) => Ok(text.to_owned()),
            }
        });
        (name, said)
    });
    let scores = scores.collect();
    let said = ParsedAssessment {
        record: cells.said("id", record),
        village,
        village_elsewhere,
        scores,
        deduction_note: cells.words("deduction_note", 1000),
        evidence: cells.words("evidence", 500),
        note: cells.words("note", 500),
        quarter,
        town,
    };
    if let (Some(town), Some(quarter), None) = (set(&said.town), set(&said.quarter), scheme) {
        let message =
            format!("“{}”在{}没有施行的考核方案；请先由审核员设置考核方案", town.name, quarter.title());
        cells.refuse("assessor", message);
    }
    (said, cells.into_findings())
}
