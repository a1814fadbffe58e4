//! The kind `reserve-cadres`: 「后备干部」.
mod classify;
mod columns;
mod compare;
mod enter;
mod parse;

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::imports::villages::Villages;
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::keys::KeyRing;
use crate::records::reserves::{self, AddMentor, Change, EndMentor, Enter, ReserveState, Step};
use parse::ParsedReserve;

/// 后备干部.
pub struct ReserveCadres;

/// What carrying a row out does.
#[derive(Debug)]
pub enum Deed {
    /// Somebody who comes into the pool.
    Enter(Box<Enter>),
    /// Changes of an entry.
    Alter(Box<Alteration>),
}

/// Everything that a row changes of an entry.
#[derive(Debug, Default)]
pub struct Alteration {
    /// Facts of the entry.
    pub change: Option<Change>,
    /// What he goes on to do.
    pub step: Option<Step>,
    /// Mentors who no longer guide.
    pub ended: Vec<EndMentor>,
    /// New mentors.
    pub added: Vec<AddMentor>,
}

impl Subject for ReserveCadres {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    const BATCH: Option<usize> = Some(1_000);

    type Context = Villages;
    type Said = ParsedReserve;
    // Rows by keyed hash of the citizen ID: who was on an earlier row.
    type Seen = HashMap<Vec<u8>, u32>;
    type Deed = Deed;

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Villages> {
        context::villages(conn, to).await
    }

    fn parse(row: &Row, layout: &Layout, villages: &Villages) -> (ParsedReserve, Vec<Finding>) {
        parse::parse(row, layout, villages)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        seen: &mut Self::Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedReserve>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, seen, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        keys: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let (mut numbers, mut entered) = (Vec::new(), Vec::new());
        let mut altered = Vec::new();
        for (number, deed) in deeds {
            match deed {
                Deed::Enter(command) => {
                    numbers.push(number);
                    entered.push(*command);
                }
                Deed::Alter(alteration) => altered.push(*alteration),
            }
        }
        let mut ids = Vec::new();
        if !entered.is_empty() {
            ids = reserves::enter(conn, importer, keys, &entered).await?;
        }
        alter(conn, importer, altered).await?;
        Ok(numbers.into_iter().zip(ids.into_iter().map(|id| id.0)).collect())
    }
}

async fn alter(conn: &mut AsyncPgConnection, importer: &Actor, altered: Vec<Alteration>) -> Result<()> {
    let (mut changes, mut ended, mut added) = (Vec::new(), Vec::new(), Vec::new());
    let mut steps: HashMap<ReserveState, Vec<Step>> = HashMap::new();
    for alteration in altered {
        changes.extend(alteration.change);
        ended.extend(alteration.ended);
        added.extend(alteration.added);
        if let Some(step) = alteration.step {
            steps.entry(step.kind.state()).or_default().push(step);
        }
    }
    if !changes.is_empty() {
        reserves::change(conn, importer, &changes).await?;
    }
    if !ended.is_empty() {
        reserves::end_mentors(conn, importer, &ended).await?;
    }
    if !added.is_empty() {
        reserves::add_mentors(conn, importer, &added).await?;
    }
    for steps in steps.into_values() {
        reserves::record(conn, importer, &steps).await?;
    }
    Ok(())
}
