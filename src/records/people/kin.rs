//! Says who is whose near relative, where a rule asks for it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{CountyId, KinshipId, PersonId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::people::queries;
use crate::records::people::who::{WhoRefusal, of_row};
use crate::schema::kinships;
use crate::vocabulary;

vocabulary! {
    /// What a near relative is to somebody (Civil Code, article 1045).
    pub enum Kinship, "亲属关系" {
        /// 配偶
        Spouse = "spouse", "配偶";
        /// 父母
        Parent = "parent", "父母";
        /// 子女
        Child = "child", "子女";
        /// 兄弟姐妹
        Sibling = "sibling", "兄弟姐妹";
        /// 祖父母、外祖父母
        Grandparent = "grandparent", "祖父母或外祖父母";
        /// 孙子女、外孙子女
        Grandchild = "grandchild", "孙子女或外孙子女";
    }
}

impl Kinship {
    /// What the person is to that relative.
    #[must_use]
    pub const fn seen_from_the_other(self) -> Self {
        match self {
            Self::Spouse => Self::Spouse,
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::Sibling => Self::Sibling,
            Self::Grandparent => Self::Grandchild,
            Self::Grandchild => Self::Grandparent,
        }
    }
}

/// Two people who are near relatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelateKin {
    /// Somebody.
    pub person: PersonId,
    /// His relative.
    pub relative: PersonId,
    /// What the relative is to him.
    pub kinship: Kinship,
}

impl RelateKin {
    /// With the lesser id first, as it is stored.
    fn in_order(self) -> Self {
        if self.person < self.relative {
            return self;
        }
        Self { person: self.relative, relative: self.person, kinship: self.kinship.seen_from_the_other() }
    }
}

/// A row of `kinships`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = kinships)]
pub struct Kin {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: KinshipId,
    /// The one whose id comes first.
    pub person_id: PersonId,
    /// The other one.
    pub relative_id: PersonId,
    /// What the relative is to the person.
    pub kinship: String,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Who entered it.
    pub created_by: String,
}

/// Why two people cannot be entered as relatives.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum KinRefusal {
    #[error("亲属不能是本人，请另选一人")]
    Oneself,
    #[error("这两人的亲属关系已登记为“{0}”，如有误请先删除再登记")]
    Known(&'static str),
    #[error("同一批中这两人的亲属关系写了两次，请只保留一次")]
    Twice,
}

/// Enters who is whose near relative; answers the ids in the order given.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands: somebody the actor does not see, one person twice, a pair on record.
pub async fn relate_kin(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[RelateKin],
) -> Result<Vec<KinshipId>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let people: Vec<PersonId> =
            commands.iter().flat_map(|command| [command.person, command.relative]).collect();
        let seen: HashSet<PersonId> =
            queries::by_ids(conn, &actor.scope, &people).await?.into_iter().map(|person| person.id).collect();
        let known = queries::kin_among(conn, actor.scope.county, &people).await?;
        let mut pairs = HashSet::new();
        let mut errors = Vec::new();
        let ids: Vec<KinshipId> = commands.iter().map(|_| KinshipId::new()).collect();
        let mut rows = Vec::with_capacity(commands.len());
        for ((number, command), id) in commands.iter().enumerate().zip(&ids) {
            let pair = command.in_order();
            for (field, person) in [("person", command.person), ("relative", command.relative)] {
                if !seen.contains(&person) {
                    let error = FieldError::new(field, WhoRefusal::Missing, None);
                    errors.push(of_row(number, commands.len(), error));
                }
            }
            let stored =
                known.iter().find(|kin| (kin.person_id, kin.relative_id) == (pair.person, pair.relative));
            let refusal = if pair.person == pair.relative {
                Some(KinRefusal::Oneself)
            } else if let Some(stored) = stored {
                Some(KinRefusal::Known(Kinship::parse(&stored.kinship).map_or("亲属", Kinship::name)))
            } else {
                (!pairs.insert((pair.person, pair.relative))).then_some(KinRefusal::Twice)
            };
            errors.extend(
                refusal.map(|why| of_row(number, commands.len(), FieldError::new("relative", why, None))),
            );
            rows.push((
                kinships::county_id.eq(actor.scope.county),
                kinships::id.eq(id),
                kinships::person_id.eq(pair.person),
                kinships::relative_id.eq(pair.relative),
                kinships::kinship.eq(pair.kinship.code()),
                kinships::created_by.eq(&actor.name),
            ));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        diesel::insert_into(kinships::table).values(rows).execute(conn).await.constraint(
            "kinships_pair_key",
            || Error::Taken {
                field: "relative",
                message: "这两人的亲属关系刚刚由别人登记，请刷新页面核对。".to_owned(),
            },
        )?;
        append_entry(conn, actor, "people.relate_kin", &ids).await?;
        Ok(ids)
    })
    .await
}

/// Takes back that people are relatives.
///
/// # Errors
/// `Missing` where one of them is not on record or not in the actor's sight; `Forbidden`. Then none is taken back.
pub async fn unrelate_kin(conn: &mut AsyncPgConnection, actor: &Actor, ids: &[KinshipId]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let gone = diesel::delete(
            kinships::table.filter(kinships::county_id.eq(actor.scope.county).and(kinships::id.eq_any(ids))),
        )
        .execute(conn)
        .await?;
        if gone != ids.len() {
            return Err(Error::Missing { what: "亲属关系" });
        }
        append_entry(conn, actor, "people.unrelate_kin", ids).await
    })
    .await
}

/// Who is related stays out of the trail, which more people read than may see these two: it names the row.
async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    ids: &[KinshipId],
) -> Result<()> {
    let one = if let [one] = ids { Some(one.0) } else { None };
    let digest = audit::digest(ids.iter().map(|id| id.0));
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "kinship",
            subject: one,
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "kinships_sha256": digest }),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_stored_alike_from_both_sides() {
        let (one, other) = (PersonId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
        for kinship in Kinship::ALL.iter().copied() {
            let from_one = RelateKin { person: one, relative: other, kinship };
            let from_other =
                RelateKin { person: other, relative: one, kinship: kinship.seen_from_the_other() };
            assert_eq!(from_one.in_order(), from_one);
            assert_eq!(from_other.in_order(), from_one);
            assert_eq!(kinship.seen_from_the_other().seen_from_the_other(), kinship);
        }
    }
}
