//! The kind `ratings`: 「星级评定」, a row for each subject of a round.
mod classify;
mod columns;
mod context;
mod parse;
mod perform;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self as engine, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::keys::KeyRing;
use crate::records::ratings::queries;
pub use context::Context;
use parse::ParsedRating;
use perform::Deed;

/// 星级评定.
pub struct Ratings;

impl Subject for Ratings {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    // Rows of one round are written together: whoever opens it does so once.
    const BATCH: Option<usize> = None;

    type Context = Context;
    type Said = ParsedRating;
    type Seen = ();
    type Deed = Deed;

    fn extras(context: &Context) -> Vec<String> {
        context.dimension_names()
    }

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Context> {
        let (within, all) = engine::organisations(conn, to).await?;
        let schemes = queries::schemes(conn, &to.scope(), None).await?;
        Ok(Context::new(within, to.path.clone(), all, schemes))
    }

    fn parse(row: &Row, layout: &Layout, context: &Context) -> (ParsedRating, Vec<Finding>) {
        parse::parse(row, layout, context)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        (): &mut Self::Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedRating>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        _: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let (numbers, deeds): (Vec<u32>, Vec<Deed>) = deeds.into_iter().unzip();
        // The rehearsal of the same transaction found nothing wrong: whatever is wrong now, has changed since.
        let ratings = perform::perform(conn, importer, &deeds).await?.map_err(|_| Error::Stale)?;
        Ok(ratings.into_iter().filter_map(|(at, id)| Some((*numbers.get(at)?, id.0))).collect())
    }
}
