//! Opens committees: says that a village has one of a kind.

use diesel::sql_types::{Array, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::CommitteeId;
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::committees::model::CommitteeKind;
use crate::records::committees::who::of_row;
use crate::records::organisations::{self, Kind, Organisation};

/// A committee to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCommittee {
    /// Code of the village or community.
    pub village: String,
    /// Which committee.
    pub kind: CommitteeKind,
}

/// Why a committee cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitteeRefusal {
    /// No such village in the actor's sight.
    #[error("村（社区）“{0}”不存在，或者不在您的管理范围内，请核对组织代码")]
    NoVillage(String),
    /// Neither village nor community.
    #[error("“{name}”是{kind}，两委班子只设在村和社区，请改填村或社区的代码")]
    OtherKind {
        /// Its name.
        name: String,
        /// Its kind.
        kind: &'static str,
    },
}

/// Opens committees; answers their ids in the order given.
///
/// # Errors
/// `Forbidden` outside the actor's subtree; `Invalid` where the place is no village; `Taken` where the village has such a
/// committee. Then none is opened.
pub async fn open_committee(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[OpenCommittee],
) -> Result<Vec<CommitteeId>> {
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.village.clone()).collect();
        let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
        let paths: Vec<_> = found.iter().map(Organisation::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let mut villages = Vec::with_capacity(commands.len());
        let mut errors = Vec::new();
        for (number, command) in commands.iter().enumerate() {
            match village(&found, &command.village) {
                Ok(village) => villages.push(village),
                Err(refusal) => {
                    let error =
                        crate::base::error::FieldError::new("village", refusal, Some(&command.village));
                    errors.push(of_row(number, commands.len(), error));
                }
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let ids: Vec<CommitteeId> = commands.iter().map(|_| CommitteeId::new()).collect();
        insert(conn, actor, &ids, &villages, commands).await?;
        let one = if let ([id], [village]) = (ids.as_slice(), villages.as_slice()) {
            Some((id.0, village.path()))
        } else {
            None
        };
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "committees.open_committee",
                subject_kind: "committee",
                subject: one.as_ref().map(|one| one.0),
                count: ids.len(),
                path: one.as_ref().map_or(&actor.scope.path, |one| &one.1),
                details: serde_json::json!({
                    "committees": commands.iter().take(50).map(|command| serde_json::json!({
                        "village": command.village, "kind": command.kind.code(),
                    })).collect::<Vec<_>>(),
                }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}

fn village<'a>(
    found: &'a [Organisation],
    code: &str,
) -> std::result::Result<&'a Organisation, CommitteeRefusal> {
    let village = found
        .iter()
        .find(|organisation| organisation.code == code)
        .ok_or_else(|| CommitteeRefusal::NoVillage(code.to_owned()))?;
    match village.kind() {
        Some(Kind::Village | Kind::Community) => Ok(village),
        _ => Err(CommitteeRefusal::OtherKind { name: village.name.clone(), kind: village.kind_name() }),
    }
}

async fn insert(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[CommitteeId],
    villages: &[&Organisation],
    commands: &[OpenCommittee],
) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by) \
         SELECT $1, n.*, $2, $2 FROM unnest($3, $4, $5, $6) AS n",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Uuid>, _>(villages.iter().map(|village| village.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(villages.iter().map(|village| village.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(commands.iter().map(|command| command.kind.code()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .constraint("committees_kind_key", || Error::Taken {
        field: "kind",
        message: "该村（社区）的这一组织已经登记，不必重复；请在列表中打开继续填写。".to_owned(),
    })?;
    Ok(())
}
