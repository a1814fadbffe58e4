//! Reads what a form or a request says of a bar that a county sets.

use crate::base::error::Result;
use crate::records::committees::{CommitteeKind, Comparison, Rule, SetRule};
use crate::web::forms::committee::Wrong;

/// A bar as sent.
#[derive(Debug, Clone, Default)]
pub struct RuleText {
    /// Code or name of the rule.
    pub rule: String,
    /// Code of the kind of committee.
    pub committee: String,
    /// Code of the comparison.
    pub comparison: String,
    /// A number (`7`) or a share (`4/5`); none: the country's bar holds again.
    pub bar: Option<String>,
    /// First day in force.
    pub from_day: Option<String>,
    /// The decision that it rests on.
    pub source: String,
}

impl RuleText {
    /// The bar to be set.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn command(&self) -> Result<SetRule> {
        let mut wrong = Wrong::default();
        let rule = wrong.keep("rule", &self.rule, Rule::parse(&self.rule));
        let kind = wrong.keep("committee", &self.committee, CommitteeKind::parse(&self.committee));
        let comparison = wrong.keep("comparison", &self.comparison, Comparison::parse(&self.comparison));
        let from_day = wrong.day("from_day", "施行日期", self.from_day.as_deref());
        let given = self.bar.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let bar = match given {
            Some(text) => wrong.keep("numerator", text, bar(text)).map(|(above, below)| (Some(above), below)),
            None => Some((None, 1)),
        };
        let command = rule.zip(kind).zip(comparison).zip(from_day).zip(bar).map(
            |((((rule, kind), comparison), from_day), (numerator, denominator))| SetRule {
                rule,
                kind,
                comparison,
                numerator,
                denominator,
                from_day,
                source: self.source.clone(),
            },
        );
        wrong.finish(command)
    }
}

/// A number, or what stands above and below the line of a share.
fn bar(text: &str) -> std::result::Result<(i32, i32), String> {
    let refusal = || format!("“{text}”不是数值，请填整数，如7，或比例，如4/5");
    let (above, below) = text.split_once(['/', '／']).unwrap_or((text, "1"));
    let number = |text: &str| text.trim().parse::<i32>().map_err(|_| refusal());
    Ok((number(above)?, number(below)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Error;

    #[test]
    fn a_number_and_a_share_are_read_and_anything_else_is_refused() {
        assert_eq!((bar("7"), bar(" 4/5 "), bar("2／3")), (Ok((7, 1)), Ok((4, 5)), Ok((2, 3))));
        for text in ["", "4/", "/5", "过半", "4/5/6", "1.5"] {
            assert!(bar(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let Err(Error::Invalid(errors)) =
            RuleText { bar: Some("多".to_owned()), ..RuleText::default() }.command()
        else {
            panic!("taken")
        };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["rule", "committee", "comparison", "from_day", "numerator"]);
    }
}
