//! The kind `training-attendance`: 「参训名单」, a row a member who came to a class. Its record number is that of the member.
mod classify;
mod columns;

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::columns::Heading;
use crate::across::imports::context::Destination;
use crate::across::imports::fields::{Identifier, identifier, record};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::imports::training_classes::hours;
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::edit::Edit;
use crate::base::error::Result;
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::keys::KeyRing;
use crate::base::values::{CitizenId, PersonName};
use crate::records::training::{self, Attend, CorrectAttendance, TrainingResult, WalkIns};

/// 参训名单.
pub struct TrainingAttendance;

/// What carrying a row out does.
#[derive(Debug)]
pub enum Deed {
    /// Somebody came.
    Attend(Box<Attend>),
    /// What was entered is corrected.
    Correct(Box<CorrectAttendance>),
}

/// What the rows before said.
#[derive(Debug, Default)]
pub struct Seen {
    /// Rows by class and member.
    rows: HashMap<(TrainingClassId, MembershipId), u32>,
    /// Whom they take into which class.
    walk_ins: WalkIns,
}

/// What a row says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedAttendance {
    record: Edit<MembershipId>,
    class: Edit<String>,
    name: Edit<PersonName>,
    citizen_id: Edit<Identifier<CitizenId>>,
    hours: Edit<BigDecimal>,
    result: Edit<TrainingResult>,
    note: Edit<String>,
}

impl Subject for TrainingAttendance {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    const BATCH: Option<usize> = Some(3_000);

    type Context = ();
    type Said = ParsedAttendance;
    type Seen = Seen;
    type Deed = Deed;

    async fn context(_: &mut AsyncPgConnection, _: &Destination) -> Result<()> {
        Ok(())
    }

    fn parse(row: &Row, layout: &Layout, (): &()) -> (ParsedAttendance, Vec<Finding>) {
        let mut cells = Cells::new(row, layout);
        let record = cells.said("id", record);
        let masks = matches!(record, Edit::Set(_));
        let said = ParsedAttendance {
            record,
            class: cells.words("class", 40),
            name: cells.said("name", |text| PersonName::parse(text).map_err(|error| error.to_string())),
            citizen_id: cells.said("citizen_id", |text| {
                identifier("公民身份号码", text, masks, |text| {
                    CitizenId::parse(text).map_err(|error| error.to_string())
                })
            }),
            hours: hours(&mut cells, "hours"),
            result: cells
                .said("result", |text| TrainingResult::parse(text).map_err(|error| error.to_string())),
            note: cells.words("note", 500),
        };
        (said, cells.into_findings())
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        seen: &mut Self::Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedAttendance>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, seen, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        _: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let (mut attended, mut corrected) = (Vec::new(), Vec::new());
        for (_, deed) in deeds {
            match deed {
                Deed::Attend(command) => attended.push(*command),
                Deed::Correct(command) => corrected.push(*command),
            }
        }
        if !attended.is_empty() {
            training::attend(conn, importer, &attended).await?;
        }
        if !corrected.is_empty() {
            training::correct_attendances(conn, importer, &corrected).await?;
        }
        Ok(Vec::new())
    }
}
