//! Enters the sites where classes are held: where they stand and how many people they take at one time.

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{OrganisationId, TrainingSiteId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::training::{queries, write};

/// A site as it is to be.
#[derive(Debug, Clone)]
pub struct SetSite {
    /// The name that classes give as their site; an earlier site of that name is changed.
    pub name: String,
    /// Where it stands: ways are counted to it.
    pub organisation: OrganisationId,
    /// People it takes on one day over all its classes.
    pub capacity: i32,
}

impl SetSite {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !(1..=100).contains(&self.name.trim().chars().count()) {
            errors.push(FieldError::new("name", "培训地点名称应为1至100字，请改正。", Some(&self.name)));
        }
        if !(1..=100_000).contains(&self.capacity) {
            let message = format!("容纳人数“{}”应在1至100000之间，请改正。", self.capacity);
            errors.push(FieldError::new("capacity", message, Some(&self.capacity.to_string())));
        }
        errors
    }
}

/// Enters or changes sites by their names; others stay as they are.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with everything that is wrong with the first
/// command at fault.
pub async fn set_sites(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[SetSite]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let named = commands.iter().map(|command| command.organisation);
        let known = queries::organisations(conn, county.county, named).await?;
        let (mut names, mut rows) = (HashSet::new(), Vec::with_capacity(commands.len()));
        for command in commands {
            let (mut errors, name) = (command.check(), command.name.trim());
            if !known.contains_key(&command.organisation) {
                errors.push(FieldError::new("organisation", "没有找到所在单位，请重新选择。", None));
            }
            if !names.insert(name) {
                let message = format!("培训地点“{name}”重复，每个地点只填一次，请核对。");
                errors.push(FieldError::new("name", message, Some(name)));
            }
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
            rows.push(
                json!({ "id": TrainingSiteId::new(), "name": name, "organisation_id": command.organisation,
                "capacity": command.capacity, "by": actor.name }),
            );
        }
        write::run(conn, county.county, SET, &rows).await?;
        let details = json!({
            "sites": commands.iter().map(|command| json!({ "name": command.name.trim(),
                "organisation": command.organisation, "capacity": command.capacity })).collect::<Vec<_>>(),
        });
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "training.set_sites",
                subject_kind: "training_site",
                subject: None,
                count: rows.len(),
                path: &county.path,
                details,
            },
        )
        .await
    })
    .await
}

const SET: &str = "\
INSERT INTO training_sites (county_id, id, name, organisation_id, capacity, created_by, updated_by)
SELECT $1, n.id, n.name, n.organisation_id, n.capacity, n.by, n.by
FROM jsonb_to_recordset($2) AS n (id uuid, name text, organisation_id uuid, capacity integer, by text)
ON CONFLICT (county_id, name) DO UPDATE SET organisation_id = excluded.organisation_id,
    capacity = excluded.capacity, version = training_sites.version + 1, updated_at = now(),
    updated_by = excluded.updated_by";
