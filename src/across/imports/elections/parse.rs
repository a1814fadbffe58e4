//! What one row of 「选举情况」 says.

use chrono::NaiveDate;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::{Identifier, identifier, number, record, yes_or_no};
use crate::across::imports::headings::Layout;
use crate::across::imports::terms::SaidTerm;
use crate::across::imports::villages::Villages;
use crate::across::sheets::Row;
use crate::base::edit::Edit;
use crate::base::ids::ElectionId;
use crate::base::values::{CitizenId, PersonName};
use crate::records::committees::Post;

/// What a row says of a vote and of one candidate. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedVote {
    pub record: Edit<ElectionId>,
    pub term: SaidTerm,
    pub held_on: Edit<NaiveDate>,
    pub post: Edit<Post>,
    pub run: Edit<i32>,
    pub numbers: Numbers,
    pub name: Edit<PersonName>,
    pub citizen_id: Edit<Identifier<CitizenId>>,
    pub votes_for: Edit<i32>,
    pub votes_against: Edit<i32>,
    pub abstentions: Edit<i32>,
    pub is_elected: Edit<bool>,
}

/// The numbers of a vote, which all its rows repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    pub places: Edit<i32>,
    pub eligible: Edit<i32>,
    pub present: Edit<i32>,
    pub issued: Edit<i32>,
    pub returned: Edit<i32>,
    pub valid: Edit<i32>,
}

impl Numbers {
    /// Each by its field.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, &Edit<i32>); 6] {
        [
            ("eligible", &self.eligible),
            ("present", &self.present),
            ("places", &self.places),
            ("issued", &self.issued),
            ("returned", &self.returned),
            ("valid", &self.valid),
        ]
    }
}

/// Reads a row. What depends on the records or on other rows is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout, villages: &Villages) -> (ParsedVote, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let record = cells.said("id", record);
    let masks = matches!(record, Edit::Set(_));
    let said = ParsedVote {
        record,
        term: SaidTerm::read(&mut cells, villages),
        held_on: cells.day("held_on"),
        post: cells.said("post", |text| villages.words.post(text).map_err(|error| error.to_string())),
        run: number(&mut cells, "run"),
        numbers: Numbers {
            places: number(&mut cells, "places"),
            eligible: number(&mut cells, "eligible"),
            present: number(&mut cells, "present"),
            issued: number(&mut cells, "issued"),
            returned: number(&mut cells, "returned"),
            valid: number(&mut cells, "valid"),
        },
        name: cells.said("name", |text| PersonName::parse(text).map_err(|error| error.to_string())),
        citizen_id: cells.said("citizen_id", |text| {
            identifier("公民身份号码", text, masks, |text| {
                CitizenId::parse(text).map_err(|error| error.to_string())
            })
        }),
        votes_for: number(&mut cells, "votes_for"),
        votes_against: number(&mut cells, "votes_against"),
        abstentions: number(&mut cells, "abstentions"),
        is_elected: yes_or_no(&mut cells, "is_elected"),
    };
    (said, cells.into_findings())
}
