//! What one row of 「星级评定」 says.

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::{Identifier, identifier, record};
use crate::across::imports::headings::Layout;
use crate::across::imports::ratings::context::{Context, Unit};
use crate::across::sheets::Row;
use crate::base::edit::{Edit, set};
use crate::base::ids::RatingId;
use crate::base::values::{CitizenId, Period, PersonName};
use crate::records::ratings::model::RaterRule;
use crate::records::ratings::{Scheme, rules};

/// What a row says of a rating. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedRating {
    /// The rating by its number.
    pub record: Edit<RatingId>,
    /// Code of the scheme.
    pub scheme: Edit<String>,
    /// The period.
    pub period: Edit<Period>,
    /// The unit.
    pub unit: Edit<Unit>,
    /// Who, of a person.
    pub name: Edit<PersonName>,
    /// His citizen ID.
    pub citizen_id: Edit<Identifier<CitizenId>>,
    /// Which organisation, by code or name.
    pub village: Edit<String>,
    /// Name of a dimension, and its score as text.
    pub scores: Vec<(String, Edit<String>)>,
    /// What the scores rest on.
    pub evidence: Edit<String>,
}

/// Reads a row. What depends on the round is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout, context: &Context) -> (ParsedRating, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let record = cells.said("id", record);
    let masks = matches!(record, Edit::Set(_));
    let scheme = cells.said("scheme", |text| context.scheme(text));
    let period = cells.said("period", |text| Period::parse(text).map_err(|error| error.to_string()));
    let unit = cells.said("organisation", |text| context.unit(text));
    let version = set(&scheme).zip(set(&period)).and_then(|(code, period)| context.version(&code, period));
    let names: Vec<String> = layout.extras().map(str::to_owned).collect();
    let scores = names.into_iter().map(|name| {
        let said = cells.said_extra(&name, |text| score(version, &name, text));
        (name, said)
    });
    let scores = scores.collect();
    let _ = cells.words("note", 500);
    let said = ParsedRating {
        record,
        name: cells.said("name", |text| PersonName::parse(text).map_err(|error| error.to_string())),
        citizen_id: cells.said("citizen_id", |text| {
            identifier("公民身份号码", text, masks, |text| {
                CitizenId::parse(text).map_err(|error| error.to_string())
            })
        }),
        village: cells.words("village", 100),
        evidence: cells.words("evidence", 500),
        scheme,
        period,
        unit,
        scores,
    };
    if let (Some(_), Some(period), None) = (set(&said.scheme), set(&said.period), version) {
        let day = period.last_day();
        cells.refuse("scheme", format!("这一方案在{day}没有施行；请核对评定期，或先由审核员设置方案"));
    }
    (said, cells.into_findings())
}

/// A score of a dimension by its name; what raters gave together may have more decimals than one of them may give.
fn score(version: Option<&Scheme>, name: &str, text: &str) -> Result<String, String> {
    // A scheme that is missing is told beside its own cell.
    let Some(scheme) = version else { return Ok(text.to_owned()) };
    let dimension = scheme.dimensions.iter().find(|dimension| dimension.name == name);
    let Some(dimension) = dimension else {
        return Err(format!("“{name}”不是方案“{}”的维度；请清空这一格，或核对评定方案", scheme.name));
    };
    if scheme.rules.raters != RaterRule::One {
        return Ok(text.to_owned());
    }
    rules::parse_score(scheme, dimension, text)
        .map(|score| rules::printed(&score))
        .map_err(|refusal| refusal.to_string())
}
