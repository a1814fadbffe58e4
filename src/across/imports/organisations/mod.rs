//! The kind `organisations`: 「党组织」.
mod classify;
mod columns;
mod compare;
mod parse;
mod sheet;
mod tree;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::keys::KeyRing;
use crate::records::organisations::{self, Change, Found};
use parse::ParsedOrganisation;
use tree::Tree;

/// 党组织.
pub struct Organisations;

/// What carrying a row out does.
#[derive(Debug)]
pub enum Deed {
    /// An organisation that is not on record, and how deep it will stand: those above come first.
    Found(usize, Box<Found>),
    /// Changes of a record.
    Change(Box<Change>),
}

impl Subject for Organisations {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    // An organisation may stand below one of a later row.
    const BATCH: Option<usize> = None;

    type Context = Tree;
    type Said = ParsedOrganisation;
    type Seen = ();
    type Deed = Deed;

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Tree> {
        let (within, all) = context::organisations(conn, to).await?;
        Ok(Tree::new(within, to.path.clone(), all))
    }

    fn parse(row: &Row, layout: &Layout, _: &Tree) -> (ParsedOrganisation, Vec<Finding>) {
        parse::parse(row, layout)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        (): &mut (),
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedOrganisation>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        _: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let (mut founded, mut changes) = (Vec::new(), Vec::new());
        for (number, deed) in deeds {
            match deed {
                Deed::Found(depth, command) => founded.push((depth, number, *command)),
                Deed::Change(change) => changes.push(*change),
            }
        }
        founded.sort_by_key(|(depth, number, _)| (*depth, *number));
        let numbers: Vec<u32> = founded.iter().map(|(_, number, _)| *number).collect();
        let commands: Vec<Found> = founded.into_iter().map(|(_, _, command)| command).collect();
        let mut ids = Vec::new();
        if !commands.is_empty() {
            ids = organisations::found(conn, importer, &commands).await?;
        }
        if !changes.is_empty() {
            organisations::change(conn, importer, &changes).await?;
        }
        Ok(numbers.into_iter().zip(ids.into_iter().map(|id| id.0)).collect())
    }
}
