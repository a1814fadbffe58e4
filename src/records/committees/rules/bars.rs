//! Bars that regulations set, each valid from a date: those of the country, and what a county sets otherwise.

use chrono::NaiveDate;

use crate::records::committees::model::CommitteeKind;
use crate::records::committees::rules::bodies::PartyBody;
use crate::vocabulary;

/// The country's bars; the tests prove that every row is read.
const NATIONAL: &str = include_str!("../../../../data/committee_rules.csv");

vocabulary! {
    /// What a bar is about.
    pub enum Rule, "规则" {
        /// Who must take part, of those who could.
        Attendance = "attendance", "到会（参加投票）人数";
        /// Votes that elect, of those who took part.
        Winning = "winning", "当选票数";
        /// Votes that elect in a run-off, of those who took part.
        RunOffWinning = "run_off_winning", "另行选举当选票数";
        /// Candidates more than places, of the places.
        Surplus = "surplus", "差额";
        /// Years of a term.
        TermYears = "term_years", "任期年数";
        /// Years by which a term may be extended with the approval of the superior.
        ExtensionYears = "extension_years", "任期延长年数";
        /// Full members from which on a branch has a committee.
        CommitteeNeeded = "committee_needed", "设支部委员会的正式党员数";
        /// Fewest members.
        SizeMinimum = "size_minimum", "职数下限";
        /// Most members.
        SizeMaximum = "size_maximum", "职数上限";
        /// Fewest women.
        WomenMinimum = "women_minimum", "女性成员";
        /// Years in the Party that a secretary needs.
        SecretaryPartyAge = "secretary_party_age", "书记党龄";
        /// Completed years of age that a seat needs.
        AgeMinimum = "age_minimum", "任职年龄";
        /// Whether who sits must be a full member with the right to be elected.
        FullMember = "full_member", "正式党员";
        /// How many posts of the village committee a member of supervision may hold: none.
        SupervisionApart = "supervision_apart", "监督成员回避";
    }
}

vocabulary! {
    /// How a number is held against a bar.
    pub enum Comparison, "比较方式" {
        /// Not less.
        AtLeast = "at_least", "不少于";
        /// Strictly more.
        MoreThan = "more_than", "超过";
        /// Not more.
        AtMost = "at_most", "不超过";
    }
}

vocabulary! {
    /// Of what a village committee is one: a village and a community have laws of their own.
    pub enum Division, "村或社区" {
        /// A village, under the law on villagers' committees.
        Village = "village", "村";
        /// A community, under the law on residents' committees.
        Community = "community", "社区";
    }
}

impl Division {
    /// That of an organisation's kind.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        Self::parse(kind).unwrap_or(Self::Village)
    }
}

/// One version of a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it is about.
    pub rule: Rule,
    /// Which committees it holds for.
    pub kind: CommitteeKind,
    /// Whether for villages or for communities; none: for both.
    pub division: Option<Division>,
    /// For which Party organisations of villages; none: for each that has a committee.
    pub body: Option<PartyBody>,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// How a number is held against it.
    pub comparison: Comparison,
    /// The bar, or what stands above the line of the share.
    pub numerator: i32,
    /// What stands below the line; 1 where the bar is a number. Never nought.
    pub denominator: i32,
    /// The regulation that it rests on.
    pub source: String,
}

impl Bar {
    /// Whether a part of a whole meets the bar. Exact: no division.
    #[must_use]
    pub fn is_met(&self, part: i32, whole: i32) -> bool {
        let held = i64::from(part) * i64::from(self.denominator);
        let bar = i64::from(self.numerator) * i64::from(whole);
        match self.comparison {
            Comparison::AtLeast => held >= bar,
            Comparison::MoreThan => held > bar,
            Comparison::AtMost => held <= bar,
        }
    }

    /// The least whole number that meets the bar of a whole: 23 for more than half of 45. Nought where the bar is a most.
    #[must_use]
    pub fn needed(&self, whole: i32) -> i32 {
        let bar = i64::from(self.numerator) * i64::from(whole.max(0));
        let below = i64::from(self.denominator.max(1));
        let needed = match self.comparison {
            Comparison::AtLeast => bar.div_euclid(below) + i64::from(bar.rem_euclid(below) > 0),
            Comparison::MoreThan => bar.div_euclid(below) + 1,
            Comparison::AtMost => 0,
        };
        i32::try_from(needed).unwrap_or(i32::MAX)
    }

    /// The share of a whole that the bar demands, in words: 实到45人的过半数, 不少于应到50人的4/5.
    #[must_use]
    pub fn share_of(&self, whole: &str) -> String {
        match (self.comparison, self.numerator, self.denominator) {
            (Comparison::MoreThan, 1, 2) => format!("{whole}的过半数"),
            (comparison, above, 1) => format!("{}{whole}的{above}倍", comparison.name()),
            (comparison, above, below) => format!("{}{whole}的{above}/{below}", comparison.name()),
        }
    }

    /// The bar in words: 超过1/2, 不少于3.
    #[must_use]
    pub fn words(&self) -> String {
        match self.denominator {
            1 => format!("{}{}", self.comparison.name(), self.numerator),
            below => format!("{}{}/{below}", self.comparison.name(), self.numerator),
        }
    }

    /// What a committee is called where the bar holds.
    #[must_use]
    pub fn name_of(&self, kind: CommitteeKind) -> &'static str {
        match (self.division, kind) {
            (Some(Division::Community), CommitteeKind::VillageCommittee) => "居民委员会",
            _ => kind.name(),
        }
    }

    fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }

    /// Whether the bar speaks of a kind of Party organisation. A size that names none is one of committees, and a small
    /// branch has none.
    fn is_about(&self, body: PartyBody) -> bool {
        let of_committees = self.kind == CommitteeKind::VillageParty
            && matches!(self.rule, Rule::SizeMinimum | Rule::SizeMaximum);
        self.body.map_or(!of_committees || body != PartyBody::SmallBranch, |own| own == body)
    }

    fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(',').collect();
        let [rule, kind, division, body, from_day, to_day, comparison, numerator, denominator, source] =
            fields.as_slice()
        else {
            return None;
        };
        Some(Self {
            rule: Rule::parse(rule).ok()?,
            kind: CommitteeKind::parse(kind).ok()?,
            division: if division.is_empty() { None } else { Some(Division::parse(division).ok()?) },
            body: if body.is_empty() { None } else { Some(PartyBody::parse(body).ok()?) },
            from_day: from_day.parse().ok()?,
            to_day: if to_day.is_empty() { None } else { Some(to_day.parse().ok()?) },
            comparison: Comparison::parse(comparison).ok()?,
            numerator: numerator.parse().ok()?,
            denominator: denominator.parse().ok().filter(|below| *below > 0)?,
            source: (*source).to_owned(),
        })
    }
}

/// All bars that hold in a county: its own before the country's.
#[derive(Debug, Clone)]
pub struct RuleBook {
    bars: Vec<Bar>,
}

impl RuleBook {
    /// The country's bars under those that a county set.
    #[must_use]
    pub fn of_county(own: Vec<Bar>) -> Self {
        let mut bars = own;
        bars.extend(NATIONAL.lines().skip(1).filter_map(Bar::read));
        Self { bars }
    }

    /// The country's bars alone.
    #[must_use]
    pub fn national() -> Self {
        Self::of_county(Vec::new())
    }

    /// Every version of every bar, a county's own before the country's.
    #[must_use]
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }

    /// The bars that hold in villages, or in communities.
    #[must_use]
    pub fn of(&self, division: Division) -> Self {
        let holds = |bar: &&Bar| bar.division.is_none_or(|own| own == division);
        Self { bars: self.bars.iter().filter(holds).cloned().collect() }
    }

    /// The bar in force for a committee on a day; none where nothing is demanded. A book that was not narrowed to villages
    /// or communities answers for villages, whose bars come first. Of Party organisations it answers for a branch.
    #[must_use]
    pub fn bar(&self, rule: Rule, kind: CommitteeKind, day: NaiveDate) -> Option<&Bar> {
        self.bar_of(rule, kind, PartyBody::Branch, day)
    }

    /// The same for a village whose Party organisation is known.
    #[must_use]
    pub fn bar_of(&self, rule: Rule, kind: CommitteeKind, body: PartyBody, day: NaiveDate) -> Option<&Bar> {
        let holds = |bar: &&Bar| bar.rule == rule && bar.kind == kind && bar.is_in_force(day);
        self.bars.iter().filter(holds).find(|bar| bar.is_about(body))
    }
}

/// The bars of a county, for villages and for communities.
#[derive(Debug, Clone)]
pub struct RuleBooks {
    villages: RuleBook,
    communities: RuleBook,
}

impl From<&RuleBook> for RuleBooks {
    fn from(book: &RuleBook) -> Self {
        Self { villages: book.of(Division::Village), communities: book.of(Division::Community) }
    }
}

impl RuleBooks {
    /// Those of villages, or of communities.
    #[must_use]
    pub const fn of(&self, division: Division) -> &RuleBook {
        match division {
            Division::Village => &self.villages,
            Division::Community => &self.communities,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bar(rule: Rule, kind: CommitteeKind, on: &str) -> Bar {
        RuleBook::national().bar(rule, kind, day(on)).unwrap().clone()
    }

    #[test]
    fn every_row_is_read_and_versions_of_a_bar_do_not_overlap() {
        let book = RuleBook::national();
        let bars = book.bars();
        assert_eq!(bars.len(), NATIONAL.lines().count() - 1);
        for (number, bar) in bars.iter().enumerate() {
            assert!(bar.to_day.is_none_or(|end| bar.from_day < end), "{bar:?}");
            for other in &bars[number + 1..] {
                let same = (bar.rule, bar.kind, bar.division, bar.body)
                    == (other.rule, other.kind, other.division, other.body);
                let apart = bar.to_day.is_some_and(|end| end <= other.from_day)
                    || other.to_day.is_some_and(|end| end <= bar.from_day);
                assert!(!same || apart, "{bar:?} {other:?}");
            }
        }
    }

    #[test]
    fn four_fifths_were_to_be_exceeded_until_the_day_they_were_enough() {
        let before = bar(Rule::Attendance, CommitteeKind::VillageParty, "2020-07-12");
        let since = bar(Rule::Attendance, CommitteeKind::VillageParty, "2020-07-13");
        assert!(!before.is_met(8, 10) && before.is_met(9, 10));
        assert!(since.is_met(8, 10) && !since.is_met(7, 10));
        assert_eq!((before.words(), since.words()), ("超过4/5".to_owned(), "不少于4/5".to_owned()));
    }

    #[test]
    fn half_is_not_more_than_half_and_a_third_is_enough_in_a_run_off() {
        let winning = bar(Rule::Winning, CommitteeKind::VillageCommittee, "2026-01-01");
        assert!(!winning.is_met(50, 100) && winning.is_met(51, 100));
        let run_off = bar(Rule::RunOffWinning, CommitteeKind::VillageCommittee, "2026-01-01");
        assert!(run_off.is_met(1, 3) && !run_off.is_met(33, 100) && run_off.is_met(34, 100));
    }

    #[test]
    fn the_quota_is_told_as_a_number() {
        let party = bar(Rule::Winning, CommitteeKind::VillageParty, "2021-01-10");
        assert_eq!([party.needed(44), party.needed(45), party.needed(46)], [23, 23, 24]);
        assert_eq!(party.share_of("实到45人"), "实到45人的过半数");
        let present = bar(Rule::Attendance, CommitteeKind::VillageParty, "2021-01-10");
        assert_eq!([present.needed(50), present.needed(51), present.needed(55)], [40, 41, 44]);
        assert_eq!(present.share_of("应到50人"), "不少于应到50人的4/5");
        let before = bar(Rule::Attendance, CommitteeKind::VillageParty, "2020-07-12");
        assert_eq!((before.needed(50), before.share_of("应到50人").as_str()), (41, "超过应到50人的4/5"));
        let run_off = bar(Rule::RunOffWinning, CommitteeKind::VillageCommittee, "2026-01-01");
        assert_eq!([run_off.needed(44), run_off.needed(45), run_off.needed(46)], [15, 15, 16]);
        let whole = Bar { comparison: Comparison::AtLeast, numerator: 2, denominator: 1, ..run_off };
        assert_eq!((whole.needed(i32::MAX), whole.needed(-1)), (i32::MAX, 0));
        assert_eq!(whole.share_of("实到3人"), "不少于实到3人的2倍");
    }

    proptest! {
        #[test]
        fn a_bar_is_a_quota_of_any_whole(numerator in 0_i32..10, denominator in 1_i32..10, part in 0_i32..5_000,
            whole in 0_i32..4_000) {
            let of = |comparison| Bar {
                comparison,
                numerator,
                denominator,
                ..bar(Rule::Attendance, CommitteeKind::VillageParty, "2026-01-01")
            };
            // The least whole number that is enough, and the most that is not too much.
            let (share, rest) = (numerator * whole / denominator, numerator * whole % denominator);
            let enough = share + i32::from(rest > 0);
            prop_assert_eq!(of(Comparison::AtLeast).is_met(part, whole), part >= enough);
            prop_assert_eq!(of(Comparison::MoreThan).is_met(part, whole), part > share);
            prop_assert_eq!(of(Comparison::AtMost).is_met(part, whole), part <= share);
            // What is said to be needed is the least that is enough.
            for comparison in [Comparison::AtLeast, Comparison::MoreThan] {
                let (bar, needed) = (of(comparison), of(comparison).needed(whole));
                prop_assert!(bar.is_met(needed, whole) && !bar.is_met(needed - 1, whole));
            }
            prop_assert_eq!(of(Comparison::AtMost).needed(whole), 0);
        }
    }

    #[test]
    fn a_fifth_more_candidates_is_rounded_up() {
        let surplus = bar(Rule::Surplus, CommitteeKind::VillageParty, "2021-01-10");
        assert!(surplus.is_met(1, 5) && !surplus.is_met(0, 5));
        assert!(surplus.is_met(1, 3) && !surplus.is_met(1, 6) && surplus.is_met(2, 6));
        let village = bar(Rule::Surplus, CommitteeKind::VillageCommittee, "2021-01-10");
        assert!(!village.is_met(0, 3) && village.is_met(1, 9));
    }

    #[test]
    fn the_new_law_speaks_from_its_first_day() {
        let before = bar(Rule::SizeMaximum, CommitteeKind::VillageCommittee, "2025-12-31");
        let since = bar(Rule::SizeMaximum, CommitteeKind::VillageCommittee, "2026-01-01");
        assert!(before.source.contains("2018年") && since.source.contains("2025年"));
        assert!(since.is_met(7, 1) && !since.is_met(8, 1));
        let none = RuleBook::national();
        assert!(none.bar(Rule::Winning, CommitteeKind::VillageCommittee, day("2018-12-28")).is_none());
    }

    #[test]
    fn a_county_overrides_the_country_while_its_own_bar_is_in_force() {
        let national = bar(Rule::SizeMaximum, CommitteeKind::VillageParty, "2024-01-01");
        let own = Bar {
            numerator: 9,
            from_day: day("2024-01-01"),
            to_day: Some(day("2025-01-01")),
            ..national.clone()
        };
        let book = RuleBook::of_county(vec![own]);
        let most =
            |on: &str| book.bar(Rule::SizeMaximum, CommitteeKind::VillageParty, day(on)).unwrap().numerator;
        assert_eq!(
            [most("2023-12-31"), most("2024-01-01"), most("2024-12-31"), most("2025-01-01")],
            [7, 9, 9, 7]
        );
    }

    #[test]
    fn a_community_has_a_law_of_its_own_and_the_partys_rules_hold_in_both() {
        let (law, kind) = (RuleBook::national(), CommitteeKind::VillageCommittee);
        let books = RuleBooks::from(&law);
        let bar = |division, rule, on: &str| books.of(division).bar(rule, kind, day(on)).cloned();
        for (rule, village, community) in [
            (Rule::SizeMinimum, 3, 5),
            (Rule::SizeMaximum, 7, 9),
            (Rule::TermYears, 5, 5),
            (Rule::AgeMinimum, 18, 18),
        ] {
            for (on, year) in [("2025-12-31", "2018年修正"), ("2026-01-01", "2025年修")] {
                let [one, other] =
                    [Division::Village, Division::Community].map(|own| bar(own, rule, on).unwrap());
                assert_eq!((one.numerator, other.numerator), (village, community), "{rule:?} {on}");
                assert!(
                    one.source.starts_with("《村民委员会组织法》") && one.source.contains(year),
                    "{one:?}"
                );
                assert!(
                    other.source.starts_with("《城市居民委员会组织法》") && other.source.contains(year),
                    "{other:?}"
                );
            }
        }
        let women = |division, on| bar(division, Rule::WomenMinimum, on).is_some();
        assert!(women(Division::Village, "2025-12-31") && !women(Division::Community, "2025-12-31"));
        assert!(women(Division::Village, "2026-01-01") && women(Division::Community, "2026-01-01"));
        let of_party = |division| {
            let book = books.of(division);
            book.bar(Rule::Attendance, CommitteeKind::VillageParty, day("2026-01-01")).cloned()
        };
        assert_eq!(of_party(Division::Village), of_party(Division::Community));
        let name = |division| bar(division, Rule::TermYears, "2026-01-01").unwrap().name_of(kind);
        let names = [Division::Village, Division::Community].map(name);
        assert_eq!(names, ["村（居）民委员会", "居民委员会"]);
        assert_eq!(
            [Division::of("community"), Division::of("village")],
            [Division::Community, Division::Village]
        );
    }

    #[test]
    fn what_a_county_sets_holds_in_villages_and_communities() {
        let mut own = bar(Rule::SizeMaximum, CommitteeKind::VillageCommittee, "2026-01-01");
        (own.numerator, own.division) = (11, None);
        let book = RuleBook::of_county(vec![own]);
        for division in [Division::Village, Division::Community] {
            let most = book.of(division);
            let most = most.bar(Rule::SizeMaximum, CommitteeKind::VillageCommittee, day("2026-06-01"));
            assert_eq!(most.unwrap().numerator, 11, "{division:?}");
        }
    }
}
