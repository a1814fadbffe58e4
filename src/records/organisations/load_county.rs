//! Loads a county: its own row and its place at the top of the tree.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{CountyId, OrganisationId};
use crate::base::scope::{Path, Scope};
use crate::records::audit;
use crate::records::organisations::model::Kind;
use crate::schema::{counties, organisations};

/// Makes a county; runs as the owner of the database, since no other role may make one.
///
/// # Errors
/// `Taken` where the county is on record already.
pub async fn load_county(
    conn: &mut AsyncPgConnection,
    code: &str,
    name: &str,
    pinyin: &str,
    initials: &str,
) -> Result<Scope> {
    let county = CountyId::new();
    let scope = Scope::new(county, Path::root(code));
    let actor = Actor::command_line(scope.clone());
    db::write(conn, &actor, async |conn| {
        diesel::insert_into(counties::table)
            .values((counties::id.eq(county), counties::code.eq(code), counties::name.eq(name)))
            .execute(conn)
            .await
            .constraint("counties_code_key", || Error::Taken {
                field: "code",
                message: format!("{name}（{code}）已经建库，不必再次装入。"),
            })?;
        diesel::insert_into(organisations::table)
            .values((
                organisations::county_id.eq(county),
                organisations::id.eq(OrganisationId::new()),
                organisations::code.eq(code),
                organisations::name.eq(name),
                organisations::kind.eq(Kind::County.code()),
                organisations::pinyin.eq(pinyin),
                organisations::initials.eq(initials),
                organisations::path.eq(scope.path.as_str()),
            ))
            .execute(conn)
            .await?;
        audit::append(
            conn,
            &actor,
            &audit::Entry {
                action: "organisations.load_county",
                subject_kind: "county",
                subject: Some(county.0),
                count: 1,
                path: &scope.path,
                details: serde_json::json!({ "code": code, "name": name }),
            },
        )
        .await
    })
    .await?;
    Ok(scope)
}
