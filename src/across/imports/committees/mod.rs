//! The kind `committees`: 「两委班子」, a row a seat. A term that is not on record is opened with its first seat.
mod classify;
mod columns;
mod compare;
mod parse;
mod perform;

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
use parse::ParsedSeat;
use perform::Deed;

/// 两委班子.
pub struct Committees;

impl Subject for Committees {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    // Rows open a term together, and nobody takes a seat that another row gives away.
    const BATCH: Option<usize> = None;

    type Context = Villages;
    type Said = ParsedSeat;
    type Seen = ();
    type Deed = Deed;

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Villages> {
        context::villages(conn, to).await
    }

    fn parse(row: &Row, layout: &Layout, villages: &Villages) -> (ParsedSeat, Vec<Finding>) {
        parse::parse(row, layout, villages)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        (): &mut (),
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedSeat>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        keys: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let (numbers, deeds): (Vec<u32>, Vec<Deed>) = deeds.into_iter().unzip();
        // The rehearsal of the same transaction found nothing wrong: whatever is wrong now, has changed since.
        let done = perform::perform(conn, importer, keys, &deeds).await?.map_err(|_| Error::Stale)?;
        Ok(done.seats.into_iter().filter_map(|(at, seat)| Some((*numbers.get(at)?, seat.0))).collect())
    }
}
