//! The kind `members`: 「党员名册」.
mod admit;
pub mod branches;
pub mod classify;
pub mod columns;
pub mod compare;
mod doubles;
pub mod parse;
pub mod seen;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::members::branches::Branches;
use crate::across::imports::members::classify::{Classifier, Deed};
use crate::across::imports::members::parse::ParsedMember;
use crate::across::imports::members::seen::Seen;
use crate::across::imports::subject::{Basis, Contradicted, Decided, ReadRow, Subject};
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::keys::KeyRing;
use crate::records::members;

/// 党员名册.
pub struct Members;

impl Subject for Members {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    const BATCH: Option<usize> = Some(3_000);

    type Context = Branches;
    type Said = ParsedMember;
    type Seen = Seen;
    type Deed = Deed;

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Branches> {
        let (within, all) = context::organisations(conn, to).await?;
        Ok(Branches::new(within, &to.path, all))
    }

    fn parse(row: &Row, layout: &Layout, branches: &Branches) -> (ParsedMember, Vec<Finding>) {
        parse::parse(row, layout, branches)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        seen: &mut Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedMember>>,
    ) -> Result<Vec<Decided<Self>>> {
        Classifier::new(basis, seen).classify(conn, rows).await
    }

    fn contradicted(seen: &mut Seen) -> Vec<Contradicted> {
        seen.rest()
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        keys: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let mut enrolments = Vec::new();
        let (mut changes, mut events) = (Vec::new(), Vec::new());
        for (_, deed) in deeds {
            match deed {
                Deed::Enrol(command) => enrolments.push(*command),
                Deed::Change(change, event) => {
                    changes.extend(change.map(|change| *change));
                    events.extend(event);
                }
            }
        }
        if !enrolments.is_empty() {
            members::enrol(conn, importer, keys, &enrolments).await?;
        }
        if !changes.is_empty() {
            members::change(conn, importer, keys, &changes).await?;
        }
        if !events.is_empty() {
            members::record(conn, importer, &events).await?;
        }
        // Each has the id that its row was planned with.
        Ok(Vec::new())
    }
}
