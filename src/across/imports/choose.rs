//! Says of rows about somebody new whether he is somebody on record: their plan is made anew by that, and stays a plan.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;

use crate::across::imports::commit::Understanding;
use crate::across::imports::content::{Choice, PlannedRow};
use crate::across::imports::context::{self, Engine, importer};
use crate::across::imports::subject::{Basis, ReadRow, Subject, for_subject};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::ImportId;
use crate::records::imports::{self, Import};

/// How many rows may be said at once.
pub const MOST: usize = 500;

/// What somebody says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The sheet's own row number.
    pub row: u32,
    /// Who he is.
    pub choice: Choice,
}

/// Takes what somebody says of some rows of a plan.
///
/// # Errors
/// `Missing`, `Forbidden`; `Refused` where no plan waits; `Invalid` for a row beside which nobody stands, or for a record
/// that does not stand beside it.
pub async fn choose(engine: &Engine, actor: &Actor, id: ImportId, chosen: &[Chosen]) -> Result<Import> {
    if chosen.len() > MOST {
        let message = format!("一次最多确定{MOST}行，现有{}行；请分几次提交。", chosen.len());
        return Err(Error::invalid("choices", message));
    }
    let mut conn = engine.database.web().await?;
    db::write(&mut conn, actor, async |conn| {
        let import = imports::hold_plan(conn, actor, id).await?;
        for_subject!(import.kind()?, S => choose_as::<S>(conn, engine, actor, &import, chosen).await)?;
        imports::queries::find(conn, &actor.scope, id).await.or_missing("导入")
    })
    .await
}

async fn choose_as<S: Subject>(
    conn: &mut AsyncPgConnection,
    engine: &Engine,
    actor: &Actor,
    import: &Import,
    chosen: &[Chosen],
) -> Result<()> {
    let importer = importer(actor, import.scope());
    let context = S::context(conn, &import.into()).await?;
    let understanding = Understanding::<S> {
        layout: context::layout(import, &S::extras(&context))?,
        context,
        keys: Arc::clone(&engine.keys),
        import: import.id,
    };
    let numbers: Vec<i32> = chosen.iter().filter_map(|one| i32::try_from(one.row).ok()).collect();
    let stored = imports::queries::numbered(conn, import, &numbers).await?;
    let opened = stored.iter().map(|row| understanding.open(row)).collect::<Result<Vec<_>>>()?;
    let (shown, rows): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    let said = examine(chosen, &shown)?;
    let basis = Basis::<S> {
        scope: import.scope(),
        actor: &importer,
        keys: &engine.keys,
        layout: &understanding.layout,
        context: &understanding.context,
        today: clock::today(),
        looks: false,
    };
    let rows = rows.into_iter().map(|read| {
        let choice = said.iter().find(|(row, _)| *row == read.row.number).map(|(_, choice)| *choice);
        ReadRow { choice, ..read }
    });
    let rows: Vec<_> = rows.collect();
    let decided = S::classify(&basis, &mut S::Seen::default(), conn, rows).await?;
    let mut counts = import.counts();
    let mut anew = Vec::with_capacity(decided.len());
    for (before, (mut row, _)) in shown.into_iter().zip(decided) {
        counts.take(before.bucket);
        counts.add(row.bucket);
        let choice = row.doubles.choice;
        row.doubles = before.doubles;
        row.doubles.choice = choice;
        anew.push(row.seal(import.id, &engine.keys)?);
    }
    imports::restage(conn, import, &anew).await?;
    imports::rechoose(conn, import, counts).await
}

/// What is said of which row, where it can be said of it.
fn examine(chosen: &[Chosen], shown: &[PlannedRow]) -> Result<Vec<(u32, Choice)>> {
    let mut said = Vec::new();
    let mut errors = Vec::new();
    for (at, one) in chosen.iter().enumerate() {
        let beside = shown.iter().find(|row| row.row.number == one.row).map(|row| &row.doubles.alike);
        match (one.choice, beside.filter(|alike| !alike.is_empty())) {
            (_, None) => {
                let message = format!("第{}行没有可能重复的人，不需要选择；请刷新页面后再选。", one.row);
                errors.push(FieldError::new(&format!("choices[{at}].row"), message, None));
            }
            (Choice::Record(record), Some(alike))
                if !alike.iter().any(|beside| beside.record == Some(record)) =>
            {
                let message = format!("第{}行旁边没有这条记录；请从列出的人中选择。", one.row);
                errors.push(FieldError::new(&format!("choices[{at}].record"), message, None));
            }
            (choice, Some(_)) => said.push((one.row, choice)),
        }
    }
    if errors.is_empty() { Ok(said) } else { Err(Error::Invalid(errors)) }
}
