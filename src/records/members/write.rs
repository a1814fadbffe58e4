//! The set-based statements that verbs share. Only verbs of this area call them, inside their transaction.

use chrono::NaiveDate;
use diesel::QueryResult;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{CountyId, MembershipId, OrganisationId};
use crate::records::members::enrol::Enrol;
use crate::records::members::model::Membership;
use crate::records::members::search_keys::{self, Named};

/// Inserts memberships with all their dated facts and search keys.
pub(super) async fn insert(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: &[Membership],
    commands: &[Enrol],
) -> Result<()> {
    insert_memberships(conn, county, rows).await?;
    insert_branches(conn, county, rows).await?;
    let mut statuses = Facts::default();
    let mut floating = Facts::default();
    let mut lost = Facts::default();
    for (row, command) in rows.iter().zip(commands) {
        for (status, from, to) in command.statuses() {
            statuses.push(row.id, status.code(), None, from, to);
        }
        if let Some(place) = &command.floating {
            floating.push(row.id, "floating", place.destination.as_deref(), place.since, None);
        }
        if let Some(since) = command.lost_contact_since {
            lost.push(row.id, "lost_contact", None, since, None);
        }
    }
    statuses.insert(conn, county, "membership_statuses", "status", "reason").await?;
    floating.insert(conn, county, "membership_absences", "kind", "destination").await?;
    lost.insert(conn, county, "membership_absences", "kind", "destination").await?;
    let named: Vec<Named<'_>> = rows
        .iter()
        .zip(commands)
        .map(|(row, command)| Named { id: row.id, name: command.identity.name.as_str(), path: &row.path })
        .collect();
    search_keys::add(conn, county, &named).await?;
    Ok(())
}

/// As columns: one statement that stays prepared, however many rows.
async fn insert_memberships(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: &[Membership],
) -> Result<()> {
    let text = |of: fn(&Membership) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let optional = |of: fn(&Membership) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    diesel::sql_query(
        "INSERT INTO memberships (county_id, id, person_id, joined_on, full_member_on, from_day, to_day, arrival, \
         branch_id, path, status, sort_key, occupation, party_post, note, version, updated_by, created_at, updated_at) \
         SELECT $1, n.*, now(), now() \
         FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) AS n",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.person_id).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.joined_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.full_member_on).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.from_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.to_day).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|row| &row.arrival))
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.branch_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|row| &row.path))
    .bind::<Array<Text>, _>(text(|row| &row.status))
    .bind::<Array<Text>, _>(text(|row| &row.sort_key))
    .bind::<Array<Text>, _>(text(|row| &row.occupation))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.party_post.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.note.as_deref()))
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.version).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|row| &row.updated_by))
    .execute(conn)
    .await
    .constraint("memberships_no_overlap", || Error::Taken {
        field: "citizen_id",
        message: "该人员在这段时间已经登记为党员，不能重复录入。".to_owned(),
    })?;
    Ok(())
}

async fn insert_branches(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: &[Membership],
) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO branch_memberships (county_id, membership_id, branch_id, from_day) \
         SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.branch_id).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.from_day).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Columns of dated facts that are alike: a code, a text beside it, an interval.
#[derive(Default)]
pub(super) struct Facts<'a> {
    ids: Vec<MembershipId>,
    codes: Vec<&'a str>,
    texts: Vec<Option<&'a str>>,
    from: Vec<NaiveDate>,
    to: Vec<Option<NaiveDate>>,
}

impl<'a> Facts<'a> {
    pub(super) fn push(
        &mut self,
        id: MembershipId,
        code: &'a str,
        text: Option<&'a str>,
        from: NaiveDate,
        to: Option<NaiveDate>,
    ) {
        self.ids.push(id);
        self.codes.push(code);
        self.texts.push(text);
        self.from.push(from);
        self.to.push(to);
    }

    /// Table and columns are names of this area's own, never input.
    pub(super) async fn insert(
        &self,
        conn: &mut AsyncPgConnection,
        county: CountyId,
        table: &'static str,
        code: &'static str,
        text: &'static str,
    ) -> QueryResult<()> {
        if self.ids.is_empty() {
            return Ok(());
        }
        diesel::sql_query(format!(
            "INSERT INTO {table} (county_id, membership_id, {code}, {text}, from_day, to_day) \
             SELECT $1, * FROM unnest($2, $3, $4, $5, $6)"
        ))
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(&self.ids)
        .bind::<Array<Text>, _>(&self.codes)
        .bind::<Array<Nullable<Text>>, _>(&self.texts)
        .bind::<Array<Date>, _>(&self.from)
        .bind::<Array<Nullable<Date>>, _>(&self.to)
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// Ends the open interval of each member in one of the dated tables.
pub(super) async fn end_open(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    table: &'static str,
    kind: Option<&'static str>,
    ends: &[(MembershipId, NaiveDate)],
) -> QueryResult<()> {
    if ends.is_empty() {
        return Ok(());
    }
    let kind = kind.map(|kind| format!(" AND f.kind = '{kind}'")).unwrap_or_default();
    diesel::sql_query(format!(
        "UPDATE {table} f SET to_day = greatest(n.day, f.from_day + 1) FROM unnest($2, $3) AS n (id, day) \
         WHERE f.county_id = $1 AND f.membership_id = n.id AND f.to_day IS NULL{kind}"
    ))
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(ends.iter().map(|end| end.0).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(ends.iter().map(|end| end.1).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the whole of each membership row and raises its version; a row whose version moved meanwhile is not written.
pub(super) async fn update(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: &[Membership],
    by: &str,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let text = |of: fn(&Membership) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let written = diesel::sql_query(
        "UPDATE memberships m SET joined_on = n.joined_on, full_member_on = n.full_member_on, \
         from_day = n.from_day, to_day = n.to_day, branch_id = n.branch_id, path = n.path, status = n.status, \
         sort_key = n.sort_key, occupation = n.occupation, party_post = n.party_post, note = n.note, \
         version = m.version + 1, updated_at = now(), updated_by = $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS n (id, joined_on, \
         full_member_on, from_day, to_day, branch_id, path, status, sort_key, occupation, party_post, note, version) \
         WHERE m.county_id = $1 AND m.id = n.id AND m.version = n.version",
    )
    .bind::<Uuid, _>(county)
    .bind::<Text, _>(by)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.joined_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.full_member_on).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.from_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.to_day).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.branch_id).collect::<Vec<OrganisationId>>())
    .bind::<Array<Text>, _>(text(|row| &row.path))
    .bind::<Array<Text>, _>(text(|row| &row.status))
    .bind::<Array<Text>, _>(text(|row| &row.sort_key))
    .bind::<Array<Text>, _>(text(|row| &row.occupation))
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|row| row.party_post.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|row| row.note.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.version).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    if written == rows.len() { Ok(()) } else { Err(Error::Stale) }
}
