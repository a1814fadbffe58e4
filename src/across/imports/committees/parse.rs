//! What one row of 「两委班子」 says.

use chrono::NaiveDate;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::{Identifier, code, identifier, record, yes_or_no};
use crate::across::imports::headings::Layout;
use crate::across::imports::terms::SaidTerm;
use crate::across::imports::villages::Villages;
use crate::across::sheets::Row;
use crate::base::codes;
use crate::base::edit::Edit;
use crate::base::ids::SeatId;
use crate::base::values::{CitizenId, PersonName};
use crate::records::committees::{Post, Source};
use crate::records::words::{WordBook, WordList};

/// What a row says of a seat. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedSeat {
    pub record: Edit<SeatId>,
    pub term: SaidTerm,
    pub term_from: Edit<NaiveDate>,
    pub due_day: Edit<NaiveDate>,
    pub name: Edit<PersonName>,
    pub citizen_id: Edit<Identifier<CitizenId>>,
    pub post: Edit<Post>,
    pub from_day: Edit<NaiveDate>,
    pub to_day: Edit<NaiveDate>,
    pub leaving_reason: Edit<String>,
    pub ethnicity: Edit<String>,
    pub education: Edit<String>,
    pub is_party_member: Edit<bool>,
    pub sources: Edit<Vec<Source>>,
    pub note: Edit<String>,
}

/// Reads a row. What depends on the records is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout, villages: &Villages) -> (ParsedSeat, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let record = cells.said("id", record);
    let masks = matches!(record, Edit::Set(_));
    let said = ParsedSeat {
        record,
        term: SaidTerm::read(&mut cells, villages),
        term_from: cells.day("term_from"),
        due_day: cells.day("due_day"),
        name: cells.said("name", |text| PersonName::parse(text).map_err(|error| error.to_string())),
        citizen_id: cells.said("citizen_id", |text| {
            identifier("公民身份号码", text, masks, |text| {
                CitizenId::parse(text).map_err(|error| error.to_string())
            })
        }),
        post: cells.said("post", |text| villages.words.post(text).map_err(|error| error.to_string())),
        from_day: cells.day("from_day"),
        to_day: cells.day("to_day"),
        leaving_reason: cells.words("leaving_reason", 200),
        ethnicity: code(&mut cells, "ethnicity", codes::ethnicity()),
        education: code(&mut cells, "education", codes::education()),
        is_party_member: yes_or_no(&mut cells, "is_party_member"),
        sources: cells.said("sources", |text| sources(text, &villages.words)),
        note: cells.words("note", 500),
    };
    (said, cells.into_findings())
}

/// Several sources, sorted.
fn sources(text: &str, words: &WordBook) -> Result<Vec<Source>, String> {
    let parts = text.split(['；', ';', '、']).map(str::trim).filter(|part| !part.is_empty());
    let own = words.words(WordList::CommitteeSource);
    let parsed = parts.map(|part| Source::parse_with(part, own).map_err(|error| error.to_string()));
    let mut found = parsed.collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() {
        return Err("来源渠道没有填写内容；请填写来源，多种用“；”隔开，或留空".to_owned());
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_sources_are_a_set() {
        let sources = |text: &str| sources(text, &WordBook::default());
        let both = [Source::LocalEntrepreneur, Source::Veteran];
        assert_eq!(sources("退役军人；致富能手;退役军人").unwrap(), both);
        assert!(sources("；").unwrap_err().contains("没有填写"));
        assert!(sources("退役军人；天上掉下").is_err());
    }
}
