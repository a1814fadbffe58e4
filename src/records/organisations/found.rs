//! Founds organisations below existing ones.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{CountyId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::organisations::model::{Kind, Organisation};
use crate::schema::organisations;

/// The day from which a tree with no known beginning holds: the founding of the Party.
const BEGINNING: Option<NaiveDate> = NaiveDate::from_ymd_opt(1921, 7, 1);

/// One organisation to be founded.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Code of the organisation above, on record or earlier in the same list.
    pub parent_code: String,
    /// Pinyin of the name, without spaces.
    pub pinyin: String,
    /// Initials of the pinyin.
    pub initials: String,
    /// First day of existence; none: it was always there.
    pub founded_on: Option<NaiveDate>,
    /// First day on which it no longer exists.
    pub dissolved_on: Option<NaiveDate>,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// Office telephone.
    pub telephone: Option<String>,
    /// Free text.
    pub note: Option<String>,
}

/// Founds organisations, parents before children; answers their ids in the order given.
///
/// # Errors
/// `Invalid` where a parent is unknown, `Taken` where a code is in use, `Forbidden` outside the actor's subtree.
pub async fn found(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Found],
) -> Result<Vec<OrganisationId>> {
    db::write(conn, actor, async |conn| {
        let placed = place(conn, actor.scope.county, commands).await?;
        policy::require_all(actor, Action::EnterRecords, placed.iter().map(|place| &place.path))?;
        insert(conn, actor.scope.county, commands, &placed).await?;
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "organisations.found",
                subject_kind: "organisation",
                subject: placed.as_slice().first().filter(|_| placed.len() == 1).map(|place| place.id.0),
                count: placed.len(),
                path: &actor.scope.path,
                details: serde_json::json!({
                    "codes": commands.iter().take(50).map(|c| c.code.as_str()).collect::<Vec<_>>(),
                }),
            },
        )
        .await?;
        Ok(placed.into_iter().map(|place| place.id).collect())
    })
    .await
}

struct Place {
    id: OrganisationId,
    parent: OrganisationId,
    path: Path,
}

async fn place(conn: &mut AsyncPgConnection, county: CountyId, commands: &[Found]) -> Result<Vec<Place>> {
    let parents: Vec<&str> = commands.iter().map(|command| command.parent_code.as_str()).collect();
    let known: Vec<Organisation> = organisations::table
        .filter(organisations::county_id.eq(county))
        .filter(organisations::code.eq_any(parents))
        .select(Organisation::as_select())
        .load(conn)
        .await?;
    let mut by_code: HashMap<&str, (OrganisationId, Path)> =
        known.iter().map(|parent| (parent.code.as_str(), (parent.id, parent.path()))).collect();
    let mut placed = Vec::with_capacity(commands.len());
    for command in commands {
        let Some((parent, path)) = by_code.get(command.parent_code.as_str()) else {
            return Err(Error::Invalid(vec![FieldError::new(
                "parent_code",
                format!("上级代码“{}”不存在，请先录入上级组织，或核对代码。", command.parent_code),
                Some(&command.parent_code),
            )]));
        };
        let place = Place { id: OrganisationId::new(), parent: *parent, path: path.child(&command.code) };
        by_code.insert(command.code.as_str(), (place.id, place.path.clone()));
        placed.push(place);
    }
    Ok(placed)
}

async fn insert(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    commands: &[Found],
    placed: &[Place],
) -> Result<()> {
    let ids: Vec<OrganisationId> = placed.iter().map(|place| place.id).collect();
    let parents: Vec<OrganisationId> = placed.iter().map(|place| place.parent).collect();
    let paths: Vec<&str> = placed.iter().map(|place| place.path.as_str()).collect();
    let founded: Vec<Option<NaiveDate>> = commands.iter().map(|c| c.founded_on).collect();
    diesel::sql_query(
        "INSERT INTO organisations (county_id, id, parent_id, path, code, name, kind, pinyin, initials, founded_on, \
         dissolved_on, credit_code, telephone, note) \
         SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Uuid>, _>(&parents)
    .bind::<Array<Text>, _>(&paths)
    .bind::<Array<Text>, _>(commands.iter().map(|c| c.code.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(commands.iter().map(|c| c.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(commands.iter().map(|c| c.kind.code()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(commands.iter().map(|c| c.pinyin.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(commands.iter().map(|c| c.initials.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(&founded)
    .bind::<Array<Nullable<Date>>, _>(commands.iter().map(|c| c.dissolved_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(commands.iter().map(|c| c.credit_code.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(commands.iter().map(|c| c.telephone.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(commands.iter().map(|c| c.note.as_deref()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .constraint("organisations_code_key", || Error::Taken {
        field: "code",
        message: "组织代码已被使用，请核对代码，或修改已有的组织。".to_owned(),
    })?;
    diesel::sql_query(
        "INSERT INTO organisation_parents (county_id, organisation_id, parent_id, from_day) \
         SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Uuid>, _>(&parents)
    .bind::<Array<Nullable<Date>>, _>(founded.iter().map(|day| day.or(BEGINNING)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
