//! What targets and slates are.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::ids::{OrganisationId, SlateId, TargetId};
use crate::base::scope::Path;
use crate::base::values::Hundredths;
use crate::records::organisations::Kind;
use crate::schema::slates;
use crate::vocabulary;

vocabulary! {
    /// Whose team picture a target is held against.
    pub enum Level, "适用层级" {
        /// That of the county.
        County = "county", "全县（区）";
        /// That of each town.
        Town = "town", "各乡镇（街道）";
        /// That of each village.
        Village = "village", "各村（社区）";
    }
}

impl Level {
    /// The level of an organisation; none of one that has no villages and is none.
    #[must_use]
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::County => Some(Self::County),
            Kind::Street | Kind::Town | Kind::Township => Some(Self::Town),
            Kind::Village | Kind::Community => Some(Self::Village),
            _ => None,
        }
    }
}

vocabulary! {
    /// How a figure is held against its target.
    pub enum Bound, "目标方向" {
        /// Not less.
        AtLeast = "at_least", "不低于";
        /// Not more.
        AtMost = "at_most", "不高于";
    }
}

/// How much is missing, in hundredths of the unit of the figure: nothing where the target is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall(pub i64);

impl Bound {
    /// Holds a number as it is shown against a target, both in hundredths.
    #[must_use]
    pub fn shortfall(self, shown: i64, target: i64) -> Shortfall {
        let missing = match self {
            Self::AtLeast => target.saturating_sub(shown),
            Self::AtMost => shown.saturating_sub(target),
        };
        Shortfall(missing.max(0))
    }
}

vocabulary! {
    /// How far a slate has come.
    pub enum SlateState, "方案状态" {
        /// Still being put together.
        Draft = "draft", "草拟";
        /// The one that is to be proposed.
        Settled = "settled", "定稿";
        /// Given up.
        Dropped = "dropped", "作废";
    }
}

/// One version of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// Whose team picture it is held against.
    pub level: Level,
    /// Code of the figure.
    pub figure: String,
    /// At least or at most.
    pub bound: Bound,
    /// The value, in the unit of the figure.
    pub value: Hundredths,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// The decision that it rests on.
    pub source: String,
}

impl Target {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }
}

/// A proposed team of a village.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = slates)]
pub struct Slate {
    /// Its id.
    pub id: SlateId,
    /// The village or community.
    pub village_id: OrganisationId,
    /// Path of that village, as stored.
    pub path: String,
    /// Path of the organisation that made it, as stored: nobody below it sees the slate.
    pub maker_path: String,
    /// Which term it is proposed for.
    pub ordinal: i32,
    /// The day on which that term would begin.
    pub from_day: NaiveDate,
    /// What tells it from other slates of the same term.
    pub name: String,
    /// Code of its [`SlateState`].
    pub state: String,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// Who made it.
    pub created_by: String,
}

impl Slate {
    /// Its place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// The place of the organisation that made it.
    #[must_use]
    pub fn maker_path(&self) -> Path {
        Path::stored(self.maker_path.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    #[test]
    fn the_target_itself_is_enough_on_both_sides() {
        let missing = |bound: Bound, shown| bound.shortfall(shown, 4_500).0;
        assert_eq!([4_499, 4_500, 4_501].map(|shown| missing(Bound::AtLeast, shown)), [1, 0, 0]);
        assert_eq!([4_499, 4_500, 4_501].map(|shown| missing(Bound::AtMost, shown)), [0, 0, 1]);
    }

    #[test]
    fn a_version_holds_from_its_first_day_to_the_day_before_the_next() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let target = Target {
            id: TargetId::new(),
            level: Level::County,
            figure: "committees.average_age".to_owned(),
            bound: Bound::AtMost,
            value: Hundredths::from_hundredths(4_500),
            from_day: day("2025-01-01"),
            to_day: Some(day("2026-01-01")),
            source: "县委组织部".to_owned(),
        };
        let on = ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"];
        assert_eq!(on.map(|on| target.is_in_force(day(on))), [false, true, true, false]);
    }

    lists_of_the_vocabulary! {
        "target_level": Level,
        "target_comparison": Bound,
        "slate_state": SlateState,
    }

    #[test]
    fn villages_and_communities_are_of_one_level() {
        assert_eq!([Kind::Village, Kind::Community].map(Level::of), [Some(Level::Village); 2]);
        assert_eq!([Kind::Street, Kind::Town, Kind::Township].map(Level::of), [Some(Level::Town); 3]);
        assert_eq!(Level::of(Kind::Branch), None);
    }
}
