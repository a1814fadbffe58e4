//! What the steps of an import share.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;

use crate::across::imports::headings::{Layout, Mapping};
use crate::across::imports::subject::headings;
use crate::across::imports::villages::Villages;
use crate::across::sheets::{Cell, Row};
use crate::base::actor::{Actor, Door};
use crate::base::db::Database;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{CountyId, OrganisationId};
use crate::base::keys::KeyRing;
use crate::base::scope::{Path, Scope};
use crate::records::imports::Import;
use crate::records::organisations::model::Organisation;
use crate::records::organisations::queries::{self, Filter};
use crate::records::words;

/// What every step stands on.
#[derive(Clone)]
pub struct Engine {
    /// The database.
    pub database: Database,
    /// Opens and seals identifiers.
    pub keys: Arc<KeyRing>,
}

/// The organisation that rows belong to: they may touch nothing but it and what stands below.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The county.
    pub county: CountyId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its place in the tree.
    pub path: Path,
}

impl Destination {
    /// The organisation and everything below it.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::new(self.county, self.path.clone())
    }
}

impl From<&Import> for Destination {
    fn from(import: &Import) -> Self {
        Self { county: import.county_id, organisation: import.organisation_id, path: import.path() }
    }
}

/// The actor as he carries out an import: through its door, and nowhere but in its organisation.
#[must_use]
pub fn importer(actor: &Actor, within: Scope) -> Actor {
    Actor { scope: within, ..actor.through(Door::Import) }
}

/// The organisations that the rows of an import may name, with the name of the importing one: the whole county, so that
/// one of another unit can be told from none.
///
/// # Errors
/// Whatever the database answers.
pub async fn organisations(
    conn: &mut AsyncPgConnection,
    to: &Destination,
) -> Result<(String, Vec<Organisation>)> {
    const PAGE: i64 = 2_000;
    let county: Scope = to.scope().whole_county();
    let organisation = queries::find(conn, to.county, to.organisation).await.or_missing("组织")?;
    let mut all: Vec<Organisation> = Vec::new();
    loop {
        let after = all.last().map(|last| last.path.clone());
        let page = queries::list(conn, &county, &Filter::default(), after.as_deref(), PAGE).await?;
        let full = i64::try_from(page.len()) == Ok(PAGE);
        all.extend(page);
        if !full {
            return Ok((organisation.name, all));
        }
    }
}

/// What the rows of an import may name beside people: villages, and the words that the county added.
///
/// # Errors
/// Whatever the database answers.
pub async fn villages(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Villages> {
    let (within, all) = organisations(conn, to).await?;
    let words = words::book(conn, to.county).await?;
    Ok(Villages::new(within, to.path.clone(), all, words))
}

/// The layout of an import whose first row was read before.
///
/// # Errors
/// `Broken` where what was stored is no layout.
pub fn layout(import: &Import, extras: &[String]) -> Result<Layout> {
    let cells = (0..).zip(import.headings()).map(|(at, text)| (at, Cell::Text(text))).collect();
    Layout::read_with(&Row::new(1, cells), headings(import.kind()?), extras, &mapping(import)?)
        .map_err(|_| Error::broken("the stored headings of an import are no layout"))
}

/// Where foreign headings go.
///
/// # Errors
/// `Broken` where what was stored is no mapping.
pub fn mapping(import: &Import) -> Result<Mapping> {
    serde_json::from_value(import.mapping.clone()).map_err(Error::broken)
}
