//! What one row of 「后备干部」 says.

use chrono::NaiveDate;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::{Identifier, code, identifier, record};
use crate::across::imports::headings::Layout;
use crate::across::imports::villages::Villages;
use crate::across::sheets::Row;
use crate::base::codes;
use crate::base::edit::Edit;
use crate::base::ids::{OrganisationId, ReserveId};
use crate::base::values::{CitizenId, PersonName};
use crate::records::reserves::{ReserveKind, ReserveSource, ReserveState, Route};
use crate::records::words::{WordBook, WordList};

/// What a row says of somebody in the pool. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedReserve {
    pub record: Edit<ReserveId>,
    pub village: Edit<OrganisationId>,
    pub village_elsewhere: bool,
    pub name: Edit<PersonName>,
    pub citizen_id: Edit<Identifier<CitizenId>>,
    pub kind: Edit<ReserveKind>,
    pub sources: Edit<Vec<String>>,
    pub ethnicity: Edit<String>,
    pub education: Edit<String>,
    pub political_status: Edit<String>,
    pub entered_on: Edit<NaiveDate>,
    pub route: Edit<Route>,
    pub leader_1: Edit<PersonName>,
    pub leader_2: Edit<PersonName>,
    pub secretary: Edit<PersonName>,
    pub state: Edit<ReserveState>,
    pub state_from: Edit<NaiveDate>,
    pub post: Edit<String>,
    pub note: Edit<String>,
}

/// Reads a row. What depends on the records is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout, villages: &Villages) -> (ParsedReserve, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let record = cells.said("id", record);
    let masks = matches!(record, Edit::Set(_));
    let (village, village_elsewhere) = villages.said(&mut cells);
    let said = ParsedReserve {
        record,
        village,
        village_elsewhere,
        name: cells.said("name", |text| PersonName::parse(text).map_err(|error| error.to_string())),
        citizen_id: cells.said("citizen_id", |text| {
            identifier("公民身份号码", text, masks, |text| {
                CitizenId::parse(text).map_err(|error| error.to_string())
            })
        }),
        kind: cells.said("kind", |text| ReserveKind::parse(text).map_err(|error| error.to_string())),
        sources: cells.said("sources", |text| sources(text, &villages.words)),
        ethnicity: code(&mut cells, "ethnicity", codes::ethnicity()),
        education: code(&mut cells, "education", codes::education()),
        political_status: code(&mut cells, "political_status", codes::political_status()),
        entered_on: cells.day("entered_on"),
        route: cells.said("route", |text| Route::parse(text).map_err(|error| error.to_string())),
        leader_1: mentor(&mut cells, "leader_1"),
        leader_2: mentor(&mut cells, "leader_2"),
        secretary: mentor(&mut cells, "secretary"),
        state: cells.said("state", |text| ReserveState::parse(text).map_err(|error| error.to_string())),
        state_from: cells.day("state_from"),
        post: cells.words("post", 50),
        note: cells.words("note", 500),
    };
    (said, cells.into_findings())
}

fn mentor(cells: &mut Cells<'_>, field: &str) -> Edit<PersonName> {
    let title = cells.column_title(field);
    cells.said(field, |text| {
        PersonName::parse(text).map_err(|error| error.to_string().replacen("姓名", title, 1))
    })
}

/// The codes of several sources, sorted.
fn sources(text: &str, words: &WordBook) -> Result<Vec<String>, String> {
    let own = words.words(WordList::ReserveSource);
    let parts = text.split(['；', ';', '、']).map(str::trim).filter(|part| !part.is_empty());
    let parsed = parts.map(|part| ReserveSource::parse_with(part, own).map_err(|error| error.to_string()));
    let mut found: Vec<String> =
        parsed.map(|source| Ok(source?.code().to_owned())).collect::<Result<_, String>>()?;
    if found.is_empty() {
        return Err("来源没有填写；请至少填写一种来源，多种用“；”隔开".to_owned());
    }
    found.sort();
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_sources_are_a_set() {
        let own = |text: &str| sources(text, &WordBook::default());
        assert_eq!(own("退役军人；致富带头人;退役军人").unwrap(), ["entrepreneur", "veteran"]);
        assert!(own("；").unwrap_err().contains("没有填写"));
        assert!(own("退役军人；天上掉下").is_err() && own("township_expert").is_err());
    }
}
