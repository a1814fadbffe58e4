//! Reads what a form or a request says of targets and slates: texts become commands, or all wrong fields come back.

use crate::base::error::{FieldError, Result};
use crate::base::ids::PersonId;
use crate::base::values::Hundredths;
use crate::records::committees::{CommitteeKind, Source};
use crate::records::slates::{Bound, Content, Level, Proposed, SetTarget};
use crate::records::words::{WordBook, WordList};
use crate::web::forms::committee::Wrong;

/// Somebody proposed, as sent.
#[derive(Debug, Clone, Default, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SlateSeatInput)]
pub struct SeatText {
    /// `village_party`, `village_committee` or `supervision_committee`.
    pub committee: String,
    /// The post.
    pub post: String,
    /// Id of the person.
    pub person: String,
    /// Where he would be drawn from; empty: as on record.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// A slate as sent.
#[derive(Debug, Clone, Default)]
pub struct SlateText {
    /// Which term.
    pub ordinal: Option<String>,
    /// The day on which the term would begin.
    pub from_day: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Who is proposed.
    pub seats: Vec<SeatText>,
}

impl SlateText {
    /// What the slate says. The fields of seats are called `seats[2].person`.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn content(&self, words: &WordBook) -> Result<Content> {
        let mut wrong = Wrong::default();
        let from_day = wrong.day("from_day", "任期开始", self.from_day.as_deref());
        let given = self.ordinal.as_deref().map(str::trim).unwrap_or_default();
        let parsed = given.parse::<i32>().map_err(|_| format!("届次“{given}”不是整数，请填第几届，如12"));
        let ordinal = wrong.keep("ordinal", given, parsed);
        let mut seats = Vec::with_capacity(self.seats.len());
        for (at, seat) in self.seats.iter().enumerate() {
            let field = |name: &str| format!("seats[{at}].{name}");
            let kind =
                wrong.keep(&field("committee"), &seat.committee, CommitteeKind::parse(&seat.committee));
            let post = wrong.keep(&field("post"), &seat.post, words.post(&seat.post));
            let unknown = "没有找到这个人，请从候选名单中选择";
            let person = seat.person.trim().parse::<PersonId>().map_err(|_| unknown);
            let person = wrong.keep(&field("person"), &seat.person, person);
            let mut sources = Vec::with_capacity(seat.sources.len());
            for code in &seat.sources {
                sources.extend(wrong.keep(
                    &field("sources"),
                    code,
                    Source::parse_with(code, words.words(WordList::CommitteeSource)),
                ));
            }
            sources.sort_by_key(|source| source.code());
            sources.dedup();
            if let (Some(kind), Some(post), Some(person)) = (kind, post, person) {
                seats.push(Proposed { kind, post, person, sources });
            }
        }
        let name = self.name.clone().unwrap_or_default();
        let content =
            from_day.zip(ordinal).map(|(from_day, ordinal)| Content { ordinal, from_day, name, seats });
        wrong.finish(content)
    }
}

/// A target as sent.
#[derive(Debug, Clone, Default)]
pub struct TargetText {
    /// Code of the level.
    pub level: String,
    /// Code of the figure.
    pub figure: String,
    /// Code of the comparison.
    pub comparison: String,
    /// The value; none ends the target.
    pub value: Option<String>,
    /// First day.
    pub from_day: Option<String>,
    /// The decision that it rests on.
    pub source: String,
}

impl TargetText {
    /// The target to be set.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn command(&self) -> Result<SetTarget> {
        let mut wrong = Wrong::default();
        let level = wrong.keep("level", &self.level, Level::parse(&self.level));
        let bound = wrong.keep("comparison", &self.comparison, Bound::parse(&self.comparison));
        let from_day = wrong.day("from_day", "施行日期", self.from_day.as_deref());
        let given = self.value.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let value = given.map(|text| wrong.keep("value", text, hundredths(text)));
        let command = level.zip(bound).zip(from_day).map(|((level, bound), from_day)| SetTarget {
            level,
            figure: self.figure.trim().to_owned(),
            bound,
            value: value.flatten(),
            from_day,
            source: self.source.clone(),
        });
        wrong.finish(command)
    }
}

/// A number with at most two decimals.
fn hundredths(text: &str) -> std::result::Result<Hundredths, String> {
    let refusal = || format!("“{text}”不是目标值，请填数字，最多两位小数，如45或33.33");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty()
        && whole.len() <= 9
        && decimals.len() <= 2
        && whole.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(refusal());
    }
    let number: i64 = format!("{whole}{decimals:0<2}").parse().map_err(|_| refusal())?;
    Ok(Hundredths::from_hundredths(sign * number))
}

/// Errors beside the controls of a page, whose seats name committee and post in one control.
#[must_use]
pub fn beside(errors: Vec<FieldError>, places: &[usize]) -> Vec<FieldError> {
    let place = |field: &str| -> Option<String> {
        let (number, name) = field.strip_prefix("seats[")?.split_once("].")?;
        let row = places.get(number.parse::<usize>().ok()?)?;
        let name = if matches!(name, "person" | "sources") { name } else { "post" };
        Some(format!("seats[{row}].{name}"))
    };
    errors
        .into_iter()
        .map(|error| match place(&error.field) {
            Some(field) => FieldError { field, ..error },
            None if error.field == "seats" => FieldError { field: String::new(), ..error },
            None => error,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_two_decimals_at_most() {
        let read = |text: &str| hundredths(text).map(Hundredths::hundredths).ok();
        assert_eq!(["45", "45.5", "33.33", "-6.19", "0"].map(read), [4_500, 4_550, 3_333, -619, 0].map(Some));
        assert_eq!(["", "-", "4.567", "1e3", "四十五", "1234567890", "+5"].map(read), [None; 7]);
    }

    #[test]
    fn wrong_seats_are_named_by_their_row() {
        let seat = |post: &str, person: &str| SeatText {
            committee: "village_party".to_owned(),
            post: post.to_owned(),
            person: person.to_owned(),
            sources: Vec::new(),
        };
        let text = SlateText {
            ordinal: Some("12".to_owned()),
            from_day: Some("2026-03-15".to_owned()),
            name: Some("方案一".to_owned()),
            seats: vec![seat("secretary", &PersonId::new().to_string()), seat("king", "张伟")],
        };
        let crate::base::error::Error::Invalid(errors) = text.content(&WordBook::default()).unwrap_err()
        else {
            panic!()
        };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["seats[1].post", "seats[1].person"]);
        let shown = beside(errors, &[0, 7]);
        assert_eq!(shown[1].field, "seats[7].person");
    }
}
