//! Changes slates: what they say, and how far they have come.

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::SlateId;
use crate::base::policy::{self, Action};
use crate::records::slates::content::{self, Content};
use crate::records::slates::model::{Slate, SlateState};
use crate::records::slates::queries;
use crate::records::slates::write::{self, Row};

/// A change of one slate.
#[derive(Debug, Clone)]
pub struct Change {
    /// The slate.
    pub slate: SlateId,
    /// The version that the actor saw.
    pub version: i32,
    /// How far it has come.
    pub state: SlateState,
    /// What it says now, all of it.
    pub content: Content,
}

/// Changes slates.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` with the wrong fields; `Taken` where the term has another slate of that
/// name. Then none is changed.
pub async fn change(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Change]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<SlateId> = commands.iter().map(|command| command.slate).collect();
        let held = queries::hold(conn, &actor.scope, &ids).await?;
        let of = |command: &Change| -> Result<Slate> {
            let slate = held.iter().find(|slate| slate.id == command.slate);
            let slate = slate.ok_or(Error::Missing { what: "班子方案" })?;
            if slate.version == command.version { Ok(slate.clone()) } else { Err(Error::Stale) }
        };
        let mut rows = Vec::with_capacity(commands.len());
        for command in commands {
            let slate = of(command)?;
            rows.push(Row {
                id: slate.id,
                village: slate.village_id,
                path: slate.path(),
                maker: slate.maker_path(),
                state: command.state,
                content: &command.content,
            });
        }
        let contents: Vec<&Content> = commands.iter().map(|command| &command.content).collect();
        let errors = content::check(conn, &actor.scope, &contents).await?;
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        write::update(conn, actor, &rows).await?;
        write::append(conn, actor, "slates.change", &rows).await
    })
    .await
}
