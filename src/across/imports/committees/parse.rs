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
use crate::records::committees::{LeavingReason, Post, Source};
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
    pub leaving_reason: Edit<LeavingReason>,
    /// What stands there instead of a reason that cadre knows; it is part of the explanation.
    pub unknown_reason: Option<String>,
    pub leaving_explanation: Edit<String>,
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
    let (leaving_reason, unknown_reason) = reason(cells.words("leaving_reason", EXPLANATION));
    let leaving_explanation = explanation(&mut cells, unknown_reason.as_deref());
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
        leaving_reason,
        unknown_reason,
        leaving_explanation,
        ethnicity: code(&mut cells, "ethnicity", codes::ethnicity()),
        education: code(&mut cells, "education", codes::education()),
        is_party_member: yes_or_no(&mut cells, "is_party_member"),
        sources: cells.said("sources", |text| sources(text, &villages.words)),
        note: cells.words("note", 500),
    };
    (said, cells.into_findings())
}

/// The most characters of an explanation.
const EXPLANATION: usize = 200;

/// What lists say, that were written before there were codes, of whoever left as his term ended.
const WITH_THE_TERM: [&str; 2] = ["任期届满换届", "任期结束"];

/// The reason that a row gives. Words that are none stay: they come beside `other`, as its explanation.
fn reason(said: Edit<String>) -> (Edit<LeavingReason>, Option<String>) {
    let text = match said {
        Edit::Keep => return (Edit::Keep, None),
        Edit::Clear => return (Edit::Clear, None),
        Edit::Set(text) => text,
    };
    match LeavingReason::parse(&text) {
        Ok(reason) => (Edit::Set(reason), None),
        Err(_) if WITH_THE_TERM.contains(&text.as_str()) => (Edit::Set(LeavingReason::TermEnd), None),
        Err(_) => (Edit::Set(LeavingReason::Other), Some(text)),
    }
}

/// What else a row says of the reason, after the words that stand in its place.
fn explanation(cells: &mut Cells<'_>, unknown: Option<&str>) -> Edit<String> {
    let said = cells.words("leaving_explanation", EXPLANATION);
    let Some(unknown) = unknown else { return said };
    let whole = match said {
        Edit::Set(text) if text != unknown => format!("{unknown}；{text}"),
        _ => unknown.to_owned(),
    };
    let length = whole.chars().count();
    if length > EXPLANATION {
        let message = format!("离职原因中的说明与离职说明合计{length}个字，最多{EXPLANATION}个字；请缩短");
        cells.refuse("leaving_explanation", message);
        return Edit::Keep;
    }
    Edit::Set(whole)
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
    fn a_reason_is_a_code_or_a_name_and_other_words_stay() {
        let said = |text: &str| reason(Edit::Set(text.to_owned()));
        assert_eq!(said("resigned"), (Edit::Set(LeavingReason::Resigned), None));
        assert_eq!(said("不胜任调整"), (Edit::Set(LeavingReason::RemovedUnfit), None));
        assert_eq!(said("任期结束"), (Edit::Set(LeavingReason::TermEnd), None));
        assert_eq!(said("任期届满换届"), said("届满"));
        assert_eq!(said("工作调动"), (Edit::Set(LeavingReason::Other), Some("工作调动".to_owned())));
        assert_eq!(reason(Edit::Keep), (Edit::Keep, None));
        assert_eq!(reason(Edit::Clear), (Edit::Clear, None));
    }

    #[test]
    fn several_sources_are_a_set() {
        let sources = |text: &str| sources(text, &WordBook::default());
        let both = [Source::LocalEntrepreneur, Source::Veteran];
        assert_eq!(sources("退役军人；致富能手;退役军人").unwrap(), both);
        assert!(sources("；").unwrap_err().contains("没有填写"));
        assert!(sources("退役军人；天上掉下").is_err());
    }
}
