//! The kind `training-classes`: 「培训班次」, a row a class.
//!
//! A class whose last day is over is taken to have been held: it is opened and held at once, so that who came can be
//! imported next, unless its programme asks for unified items, which a workbook does not give. Its audience is the
//! importing organisation.
mod classify;
mod columns;
mod parse;

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::places::Places;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::Result;
use crate::base::ids::{OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::base::keys::KeyRing;
use crate::base::values::excerpt;
use crate::records::training::queries::{self, ProgrammeRecord};
use crate::records::training::{self, ChangeClass, ClassStep, PlanClass, StepClass};

pub use parse::{ParsedClass, hours};

/// 培训班次.
pub struct TrainingClasses;

/// What carrying a row out does.
#[derive(Debug)]
pub enum Deed {
    /// A new class; whether it was held already.
    Plan(Box<PlanClass>, bool),
    /// Changes of a class.
    Change(Box<ChangeClass>),
}

/// What the cells are understood with.
#[derive(Debug)]
pub struct Setting {
    /// The organisations.
    pub places: Places,
    /// The importing organisation: whose members may attend.
    pub audience: OrganisationId,
    programmes: Vec<ProgrammeRecord>,
}

impl Setting {
    /// The programme of a name or code.
    ///
    /// # Errors
    /// A sentence with the choice.
    pub fn programme(&self, text: &str) -> std::result::Result<&ProgrammeRecord, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("轮训计划没有填写；请填写计划的名称或代码".to_owned());
        }
        let found = |one: &&ProgrammeRecord| one.programme.name == text || one.programme.code == text;
        self.programmes.iter().find(found).ok_or_else(|| {
            let names: Vec<&str> =
                self.programmes.iter().take(5).map(|one| one.programme.name.as_str()).collect();
            let choice = if names.is_empty() { "无".to_owned() } else { names.join("、") };
            format!("没有名为“{}”的轮训计划；已设置的有：{choice}", excerpt(text))
        })
    }

    /// The programme of an id.
    #[must_use]
    pub fn by_id(&self, id: TrainingProgrammeId) -> Option<&ProgrammeRecord> {
        self.programmes.iter().find(|one| one.programme.id == id)
    }

    /// The code of a field of a programme, by its name or code.
    ///
    /// # Errors
    /// A sentence with the choice.
    pub fn field(
        &self,
        programme: Option<&ProgrammeRecord>,
        text: &str,
    ) -> std::result::Result<String, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("领域没有填写；请填写该计划的领域".to_owned());
        }
        // Whose fields they are is not known where the programme is wrong; that is said of the programme.
        let Some(programme) = programme else { return Ok(text.to_owned()) };
        let found = programme.fields.iter().find(|field| field.name == text || field.code == text);
        found.map(|field| field.code.clone()).ok_or_else(|| {
            let names: Vec<&str> = programme.fields.iter().map(|field| field.name.as_str()).collect();
            format!("“{}”不是“{}”的领域；可选：{}", excerpt(text), programme.programme.name, names.join("、"))
        })
    }
}

impl Subject for TrainingClasses {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    // Rows of one sheet can move two classes to the same days: they are looked at together.
    const BATCH: Option<usize> = None;

    type Context = Setting;
    type Said = ParsedClass;
    // Rows by the number of their class.
    type Seen = HashMap<String, u32>;
    type Deed = Deed;

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Setting> {
        let (within, all) = context::organisations(conn, to).await?;
        let mut programmes = Vec::new();
        // A county has a few programmes; each is read with its fields.
        for programme in queries::programmes(conn, to.county).await? {
            programmes.push(queries::programme(conn, to.county, programme.id).await?);
        }
        let places = Places::new(within, &to.path, &all);
        Ok(Setting { places, audience: to.organisation, programmes })
    }

    fn parse(row: &Row, layout: &Layout, setting: &Setting) -> (ParsedClass, Vec<Finding>) {
        parse::parse(row, layout, setting)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        seen: &mut Self::Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedClass>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, seen, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        _: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        let (mut numbers, mut planned, mut held) = (Vec::new(), Vec::new(), Vec::new());
        let mut changes = Vec::new();
        for (number, deed) in deeds {
            match deed {
                Deed::Plan(command, was_held) => {
                    numbers.push(number);
                    planned.push(*command);
                    held.push(was_held);
                }
                Deed::Change(command) => changes.push(*command),
            }
        }
        let mut ids: Vec<TrainingClassId> = Vec::new();
        if !planned.is_empty() {
            ids = training::plan_classes(conn, importer, &planned).await?;
            let over: Vec<TrainingClassId> =
                ids.iter().zip(held).filter_map(|(id, held)| held.then_some(*id)).collect();
            for step in [ClassStep::Open, ClassStep::Hold].into_iter().filter(|_| !over.is_empty()) {
                let steps =
                    over.iter().map(|class| StepClass { class: *class, version: None, step, reason: None });
                training::step_classes(conn, importer, &steps.collect::<Vec<_>>()).await?;
            }
        }
        if !changes.is_empty() {
            training::change_classes(conn, importer, &changes).await?;
        }
        Ok(numbers.into_iter().zip(ids.into_iter().map(|id| id.0)).collect())
    }
}

/// Whether a class whose last day this is was held already.
fn is_over(last_day: chrono::NaiveDate) -> bool {
    last_day <= clock::today()
}
