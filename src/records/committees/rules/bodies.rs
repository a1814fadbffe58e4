//! What the Party organisation of a village is: whether it has a committee at all, and whose size it is held against.

use chrono::NaiveDate;

use crate::records::committees::model::CommitteeKind;
use crate::records::committees::rules::{Rule, RuleBook};
use crate::vocabulary;

vocabulary! {
    /// What the Party organisation of a village is on record (《中国共产党支部工作条例（试行）》,
    /// 《中国共产党农村基层组织工作条例》).
    pub enum PartyBody, "村党组织形式" {
        /// A branch of so few full members that it has a secretary, a deputy where needed, and no committee.
        SmallBranch = "small_branch", "不设委员会的党支部";
        /// A branch with a committee.
        Branch = "branch", "党支部";
        /// 党总支
        GeneralBranch = "general_branch", "党总支";
        /// 党委
        PartyCommittee = "party_committee", "党委";
    }
}

impl PartyBody {
    /// What a branch of so many full members is by the rules of a day.
    #[must_use]
    pub fn of_branch(book: &RuleBook, full_members: i32, day: NaiveDate) -> Self {
        match book.bar(Rule::CommitteeNeeded, CommitteeKind::VillageParty, day) {
            Some(bar) if !bar.is_met(full_members, 1) => Self::SmallBranch,
            _ => Self::Branch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::committees::rules::{Bar, Comparison};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn size(book: &RuleBook, rule: Rule, body: PartyBody, on: &str) -> Option<i32> {
        book.bar_of(rule, CommitteeKind::VillageParty, body, day(on)).map(|bar| bar.numerator)
    }

    #[test]
    fn seven_full_members_need_a_committee_and_six_a_secretary() {
        let book = RuleBook::national();
        let of = |members, on: &str| PartyBody::of_branch(&book, members, day(on));
        assert_eq!(of(6, "2021-01-10"), PartyBody::SmallBranch);
        assert_eq!(of(7, "2021-01-10"), PartyBody::Branch);
        assert_eq!(of(6, "2018-10-27"), PartyBody::Branch, "before the regulation");
    }

    #[test]
    fn each_kind_has_a_size_of_its_own_and_of_a_party_committee_nothing_is_said() {
        let book = RuleBook::national();
        let both =
            |body, on: &str| [Rule::SizeMinimum, Rule::SizeMaximum].map(|rule| size(&book, rule, body, on));
        assert_eq!(both(PartyBody::SmallBranch, "2021-01-10"), [Some(1), None]);
        assert_eq!(both(PartyBody::Branch, "2021-01-10"), [Some(3), Some(7)]);
        assert_eq!(both(PartyBody::GeneralBranch, "2021-01-10"), [Some(5), Some(9)]);
        assert_eq!(both(PartyBody::GeneralBranch, "2018-12-27"), [None, None]);
        assert_eq!(both(PartyBody::PartyCommittee, "2021-01-10"), [None, None]);
    }

    #[test]
    fn the_size_that_a_county_sets_is_that_of_committees() {
        let own = Bar {
            rule: Rule::SizeMinimum,
            kind: CommitteeKind::VillageParty,
            division: None,
            body: None,
            from_day: day("2024-01-01"),
            to_day: None,
            comparison: Comparison::AtLeast,
            numerator: 4,
            denominator: 1,
            source: "县委文件".to_owned(),
        };
        let book = RuleBook::of_county(vec![own]);
        let least = |body| size(&book, Rule::SizeMinimum, body, "2024-01-01");
        assert_eq!(least(PartyBody::SmallBranch), Some(1), "it has none");
        for body in [PartyBody::Branch, PartyBody::GeneralBranch, PartyBody::PartyCommittee] {
            assert_eq!(least(body), Some(4), "{body}");
        }
    }
}
