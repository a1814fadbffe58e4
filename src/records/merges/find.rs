//! The pairs of a county that look like one person.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::PersonId;
use crate::base::scope::Scope;
use crate::records::people::RelationKind;
use crate::vocabulary;

vocabulary! {
    /// How much speaks for it that two records are one person.
    pub enum Strength, "疑似程度" {
        /// 很可能
        Strong = "strong", "很可能";
        /// 较可能
        Likely = "likely", "较可能";
        /// 待核实
        Weak = "weak", "待核实";
    }
}

impl Strength {
    const fn rank(self) -> i32 {
        match self {
            Self::Strong => 3,
            Self::Likely => 2,
            Self::Weak => 1,
        }
    }

    pub(super) fn of(rank: i32) -> Self {
        Self::ALL.iter().copied().find(|one| one.rank() == rank).unwrap_or(Self::Weak)
    }
}

/// What is looked for: where, by which kinds of relation, and how much has to speak for it.
#[derive(Debug, Clone)]
pub struct Looked {
    within: Scope,
    kinds: Vec<String>,
    least: Strength,
}

impl Looked {
    /// Pairs of whom both have one of these relations inside a scope.
    #[must_use]
    pub fn new(within: Scope, kinds: &[RelationKind], least: Option<Strength>) -> Self {
        let kinds = kinds.iter().map(|kind| kind.code().to_owned()).collect();
        Self { within, kinds, least: least.unwrap_or(Strength::Weak) }
    }
}

/// Two people who look like one.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Pair {
    /// The one whose id comes first: who was registered before the other.
    #[diesel(sql_type = Uuid)]
    pub person_id: PersonId,
    /// The other one.
    #[diesel(sql_type = Uuid)]
    pub other_id: PersonId,
    /// What speaks for it.
    #[diesel(embed)]
    pub signs: Signs,
}

impl Pair {
    /// Where the next page begins, after this pair.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        Cursor { strength: self.signs.strength, other: self.other_id, person: self.person_id }
    }
}

/// What speaks for it that two are one.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Signs {
    #[diesel(sql_type = Bool)]
    is_same_name: bool,
    #[diesel(sql_type = Bool)]
    is_same_day: bool,
    #[diesel(sql_type = Bool)]
    is_same_unit: bool,
    #[diesel(sql_type = Integer)]
    strength: i32,
}

impl Signs {
    /// How much speaks for it.
    #[must_use]
    pub fn strength(&self) -> Strength {
        Strength::of(self.strength)
    }

    /// What speaks for it, in words.
    #[must_use]
    pub fn reasons(&self) -> Vec<&'static str> {
        let name = if self.is_same_name { "姓名相同" } else { "姓名读音相近" };
        let day = if self.is_same_day {
            "出生日期相同"
        } else {
            "出生日期恰差一百年（15位号码补成18位时，世纪可能写错）"
        };
        let unit = self.is_same_unit.then_some("登记在同一组织");
        [name, day].into_iter().chain(unit).collect()
    }
}

/// Where the next page begins: after which pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Its strength, as a number.
    pub strength: i32,
    /// The later of its two.
    pub other: PersonId,
    /// The earlier one.
    pub person: PersonId,
}

const PAIRS: &str = "FROM find_duplicate_people($1, $2, $3, $4) WHERE NOT is_settled AND strength >= $5";

/// A page of pairs.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// How many there are on all pages; told by a page that has some.
    pub total: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(embed)]
    pair: Pair,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// A page of the pairs that nobody has settled, the strongest first, among equals those with the newest record.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    looked: &Looked,
    after: Option<&Cursor>,
    limit: u16,
) -> QueryResult<Pairs> {
    let last = PersonId(uuid::Uuid::max());
    let first = Cursor { strength: i32::MAX, other: last, person: last };
    let after = after.unwrap_or(&first);
    // One look at the county for the page and for the total.
    let mut lines: Vec<Line> = diesel::sql_query(format!(
        "SELECT * FROM (SELECT person_id, other_id, is_same_name, is_same_day, is_same_unit, strength, \
            count(*) OVER () AS total {PAIRS}) p WHERE (strength, other_id, person_id) < ($6, $7, $8) \
         ORDER BY strength DESC, other_id DESC, person_id DESC LIMIT $9"
    ))
    .bind::<Uuid, _>(looked.within.county)
    .bind::<Text, _>(looked.within.path.as_str())
    .bind::<Text, _>(looked.within.path.end())
    .bind::<Array<Text>, _>(&looked.kinds)
    .bind::<Integer, _>(looked.least.rank())
    .bind::<Integer, _>(after.strength)
    .bind::<Uuid, _>(after.other)
    .bind::<Uuid, _>(after.person)
    .bind::<BigInt, _>(i64::from(limit) + 1)
    .load(conn)
    .await?;
    let total = lines.iter().map(|line| line.total).max().unwrap_or(0);
    let more = lines.len() > usize::from(limit);
    lines.truncate(usize::from(limit));
    let pairs: Vec<Pair> = lines.into_iter().map(|line| line.pair).collect();
    let next = pairs.last().filter(|_| more).map(Pair::cursor);
    Ok(Pairs { pairs, next, total })
}

/// How many pairs nobody has settled.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, looked: &Looked) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Total {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let totals: Vec<Total> = diesel::sql_query(format!("SELECT count(*) AS total {PAIRS}"))
        .bind::<Uuid, _>(looked.within.county)
        .bind::<Text, _>(looked.within.path.as_str())
        .bind::<Text, _>(looked.within.path.end())
        .bind::<Array<Text>, _>(&looked.kinds)
        .bind::<Integer, _>(looked.least.rank())
        .load(conn)
        .await?;
    Ok(totals.iter().map(|row| row.total).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;
    use crate::records::merges::Side;

    lists_of_the_vocabulary! {
        "duplicate_strength": Strength,
        "merge_side": Side,
    }

    #[test]
    fn the_ranks_of_the_database_are_the_strengths() {
        for strength in Strength::ALL.iter().copied() {
            assert_eq!(Strength::of(strength.rank()), strength);
        }
    }
}
