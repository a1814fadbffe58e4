//! The kind `elections`: 「选举情况」, a row a candidate; the rows of one vote go in together or not at all.
mod ballots;
mod classify;
mod columns;
mod parse;
mod perform;
mod vote;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::imports::villages::Villages;
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::keys::KeyRing;
use parse::ParsedVote;
use perform::Deed;

/// 选举情况.
pub struct Elections;

impl Subject for Elections {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    // The candidates of a vote may stand anywhere in the sheet.
    const BATCH: Option<usize> = None;

    type Context = Villages;
    type Said = ParsedVote;
    type Seen = ();
    type Deed = Deed;

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Villages> {
        context::villages(conn, to).await
    }

    fn parse(row: &Row, layout: &Layout, villages: &Villages) -> (ParsedVote, Vec<Finding>) {
        parse::parse(row, layout, villages)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        (): &mut (),
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedVote>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        keys: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let deeds: Vec<Deed> = deeds.into_iter().map(|(_, deed)| deed).collect();
        // The rehearsal of the same transaction found nothing wrong: whatever is wrong now, has changed since.
        let votes = perform::perform(conn, importer, keys, &deeds).await?.map_err(|_| Error::Stale)?;
        let rows = votes.into_iter().filter_map(|(at, vote)| Some((deeds.get(at)?, vote)));
        Ok(rows.flat_map(|(deed, vote)| deed.rows().iter().map(move |row| (*row, vote.0))).collect())
    }
}
