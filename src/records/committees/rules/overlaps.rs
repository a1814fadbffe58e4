//! Seats that cannot be held at the same time: two heads, one person twice in one post, supervision and what it supervises.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::base::ids::{CommitteeId, OrganisationId, PersonId};
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::rules::{Bar, Rule, RuleBook};
use crate::records::people::Kinship;

/// One seat beside others of its village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    /// The village.
    pub village: OrganisationId,
    /// The committee.
    pub committee: CommitteeId,
    /// Its kind.
    pub kind: CommitteeKind,
    /// Who sits.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// The post; none where a county added it.
    pub post: Option<Post>,
    /// First day.
    pub from_day: NaiveDate,
    /// First day no longer in the post.
    pub to_day: Option<NaiveDate>,
}

impl Sitting {
    /// Whether two seats have a day in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.to_day.is_none_or(|end| other.from_day < end)
            && other.to_day.is_none_or(|end| self.from_day < end)
    }

    fn days(&self) -> String {
        self.to_day
            .map_or_else(|| format!("{}起", self.from_day), |end| format!("{}至{end}前", self.from_day))
    }
}

/// Why a seat cannot stand beside another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence shows under that name")]
pub enum Clash {
    /// Two heads at once.
    #[error("{post}已由{holder}担任（{days}），同一时间只能有一名{post}，请先登记其离职，或核对任职日期")]
    SecondHead { post: &'static str, holder: String, days: String },
    /// The same person in the same post.
    #[error("{name}已登记担任{post}（{days}），同一人同一职务的任期不能重叠，请核对任职日期")]
    SamePost { name: String, post: &'static str, days: String },
    /// A member of the village committee in supervision.
    #[error(
        "{name}同时担任{other}的{post}（{days}），{supervised}成员不得兼任村务监督委员会成员（{source_text}），请先登记其离职，或另选人员"
    )]
    Supervises {
        name: String,
        other: &'static str,
        post: &'static str,
        days: String,
        supervised: &'static str,
        source_text: String,
    },
    /// A near relative of a member of the village committee in supervision.
    #[error(
        "{name}的{kinship}{relative}担任{other}的{post}（{days}），{supervised}成员的近亲属不得担任村务监督委员会成员（{source_text}），请另选人员，或核对亲属关系"
    )]
    Related {
        name: String,
        kinship: &'static str,
        relative: String,
        other: &'static str,
        post: &'static str,
        days: String,
        supervised: &'static str,
        source_text: String,
    },
}

impl Clash {
    /// The field in the API.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::SecondHead { .. } => "post",
            Self::SamePost { .. } | Self::Supervises { .. } | Self::Related { .. } => "person",
        }
    }
}

/// Why `one` cannot stand beside `other`; none where it can. Who comes first does not matter, except for the sentence.
#[must_use]
pub fn clash(one: &Sitting, other: &Sitting, book: &RuleBook) -> Option<Clash> {
    if one.village != other.village || !one.meets(other) {
        return None;
    }
    let is_same_post = one.committee == other.committee && one.post == other.post;
    if let Some(post) = one.post.filter(|_| is_same_post) {
        if one.person == other.person {
            return Some(Clash::SamePost { name: one.name.clone(), post: post.name(), days: other.days() });
        }
        if post.is_head() {
            return Some(Clash::SecondHead {
                post: post.name(),
                holder: other.name.clone(),
                days: other.days(),
            });
        }
    }
    if one.person != other.person {
        return None;
    }
    let bar = apart(one, other, book)?;
    Some(Clash::Supervises {
        name: one.name.clone(),
        other: bar.name_of(other.kind),
        post: other.post.map_or("成员", Post::name),
        days: other.days(),
        supervised: bar.name_of(CommitteeKind::VillageCommittee),
        source_text: bar.source.clone(),
    })
}

/// Why `one` cannot stand beside `other`: by the two seats, or since the two people are near relatives. `kin` says what
/// the second of two people is to the first.
#[must_use]
pub fn refusal(
    one: &Sitting,
    other: &Sitting,
    kin: &HashMap<(PersonId, PersonId), Kinship>,
    book: &RuleBook,
) -> Option<Clash> {
    let related = || kin_clash(one, other, *kin.get(&(one.person, other.person))?, book);
    clash(one, other, book).or_else(related)
}

/// The bar that keeps a seat in supervision and one in the village committee apart while both are held; none where they
/// are no such seats.
fn apart<'b>(one: &Sitting, other: &Sitting, book: &'b RuleBook) -> Option<&'b Bar> {
    let kinds = [one.kind, other.kind];
    let is_both =
        kinds.contains(&CommitteeKind::Supervision) && kinds.contains(&CommitteeKind::VillageCommittee);
    // The rule speaks of both at the same time: of the first day that they have in common.
    let common = one.from_day.max(other.from_day);
    book.bar(Rule::SupervisionApart, CommitteeKind::Supervision, common)
        .filter(|bar| is_both && !bar.is_met(1, 1))
}

/// Why `one` cannot stand beside `other`, who is his near relative; none where he can.
#[must_use]
pub fn kin_clash(one: &Sitting, other: &Sitting, kinship: Kinship, book: &RuleBook) -> Option<Clash> {
    if one.village != other.village || !one.meets(other) {
        return None;
    }
    let bar = apart(one, other, book)?;
    Some(Clash::Related {
        name: one.name.clone(),
        kinship: kinship.name(),
        relative: other.name.clone(),
        other: bar.name_of(other.kind),
        post: other.post.map_or("成员", Post::name),
        days: other.days(),
        supervised: bar.name_of(CommitteeKind::VillageCommittee),
        source_text: bar.source.clone(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn sitting(kind: CommitteeKind, person: u128, post: Post, from: &str, to: Option<&str>) -> Sitting {
        let number = CommitteeKind::ALL.iter().position(|known| *known == kind).unwrap();
        Sitting {
            village: OrganisationId(uuid::Uuid::nil()),
            committee: CommitteeId(uuid::Uuid::from_u128(u128::try_from(number).unwrap())),
            kind,
            person: PersonId(uuid::Uuid::from_u128(person)),
            name: format!("第{person}人"),
            post: Some(post),
            from_day: day(from),
            to_day: to.map(day),
        }
    }

    fn against(one: &Sitting, other: &Sitting) -> Option<Clash> {
        clash(one, other, &RuleBook::national())
    }

    #[test]
    fn a_new_secretary_begins_on_the_day_the_old_one_left_and_not_a_day_before() {
        let old = sitting(CommitteeKind::VillageParty, 1, Post::Secretary, "2021-01-10", Some("2024-03-01"));
        let next = |from| sitting(CommitteeKind::VillageParty, 2, Post::Secretary, from, None);
        assert_eq!(against(&next("2024-03-01"), &old), None);
        assert_eq!(
            against(&next("2024-02-29"), &old).unwrap().to_string(),
            "书记已由第1人担任（2021-01-10至2024-03-01前），同一时间只能有一名书记，请先登记其离职，或核对任职日期"
        );
        let member = sitting(CommitteeKind::VillageParty, 2, Post::Member, "2021-01-10", None);
        let other = sitting(CommitteeKind::VillageParty, 3, Post::Member, "2021-01-10", None);
        assert_eq!(against(&member, &other), None, "many may be plain members");
    }

    #[test]
    fn secretary_and_director_may_be_one_person_and_the_same_post_twice_may_not() {
        let secretary = sitting(CommitteeKind::VillageParty, 1, Post::Secretary, "2021-01-10", None);
        let director = sitting(CommitteeKind::VillageCommittee, 1, Post::Director, "2021-01-10", None);
        assert_eq!(against(&secretary, &director), None);
        assert!(matches!(against(&secretary, &secretary), Some(Clash::SamePost { .. })));
    }

    #[test]
    fn supervision_keeps_apart_from_the_village_committee_since_the_law_says_so() {
        let seat = |from, to| sitting(CommitteeKind::Supervision, 1, Post::SupervisionMember, from, to);
        let director = sitting(CommitteeKind::VillageCommittee, 1, Post::Director, "2015-01-10", None);
        assert!(against(&seat("2018-12-29", None), &director).is_some());
        assert_eq!(against(&seat("2018-12-28", None), &director), None, "the row begins the day after");
        let since = against(&seat("2026-01-01", None), &director).unwrap().to_string();
        assert!(since.contains("2025年修正"), "{since}");
        assert!(against(&seat("2025-12-31", None), &director).unwrap().to_string().contains("2018年修正"));
        let party = sitting(CommitteeKind::VillageParty, 1, Post::Member, "2015-01-10", None);
        assert_eq!(against(&seat("2021-01-10", None), &party), None);
    }

    #[test]
    fn relatives_keep_apart_as_one_person_does_and_only_while_both_sit() {
        let seat = |from, to| sitting(CommitteeKind::Supervision, 1, Post::SupervisionMember, from, to);
        let director =
            sitting(CommitteeKind::VillageCommittee, 2, Post::Director, "2021-01-10", Some("2024-03-01"));
        let related =
            |one: &Sitting, other: &Sitting| kin_clash(one, other, Kinship::Spouse, &RuleBook::national());
        assert_eq!(
            related(&seat("2024-02-29", None), &director).unwrap().to_string(),
            "第1人的配偶第2人担任村（居）民委员会的主任（2021-01-10至2024-03-01前），村（居）民委员会成员的近亲属不得担任村务监督委员会成员（《村民委员会组织法》（2018年修正）第三十二条），请另选人员，或核对亲属关系"
        );
        assert!(related(&director, &seat("2021-01-10", None)).is_some(), "from both sides");
        assert_eq!(related(&seat("2024-03-01", None), &director), None);
        let old =
            sitting(CommitteeKind::VillageCommittee, 2, Post::Director, "2015-01-10", Some("2021-01-10"));
        assert_eq!(related(&seat("2018-12-28", Some("2018-12-29")), &old), None, "before the law");
        assert!(related(&seat("2018-12-29", None), &old).is_some());
        let party = sitting(CommitteeKind::VillageParty, 2, Post::Member, "2015-01-10", None);
        assert_eq!(related(&seat("2021-01-10", None), &party), None);
        let elsewhere = Sitting { village: OrganisationId::new(), ..director.clone() };
        assert_eq!(related(&seat("2021-01-10", None), &elsewhere), None);
    }

    proptest! {
        #[test]
        fn seats_meet_exactly_when_a_day_is_in_both(a in 0i64..40, b in 1i64..40, c in 0i64..40, d in 1i64..40,
            open in any::<(bool, bool)>()) {
            let at = |days: i64| day("2021-01-01") + chrono::Duration::days(days);
            let seat = |from: i64, length: i64, open: bool| Sitting {
                from_day: at(from),
                to_day: (!open).then(|| at(from + length)),
                ..sitting(CommitteeKind::VillageParty, 1, Post::Member, "2021-01-01", None)
            };
            let (one, other) = (seat(a, b, open.0), seat(c, d, open.1));
            let holds = |seat: &Sitting, day| seat.from_day <= day && seat.to_day.is_none_or(|end| day < end);
            let common = (0..90).map(at).any(|day| holds(&one, day) && holds(&other, day));
            prop_assert_eq!(one.meets(&other), common);
            prop_assert_eq!(against(&one, &other).is_some(), against(&other, &one).is_some());
        }
    }
}
