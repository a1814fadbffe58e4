//! Counts the quarters that a report shows: its own, the one before, the same one last year; on one connection, or on two
//! at once. What was counted of a revision is kept: it never changes.

use std::sync::Arc;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use quick_cache::sync::Cache;

use super::basis::Basis;
use super::figures::{self, Part, Table};
use super::measure::{Counts, measure};
use crate::base::error::{Error, Result};
use crate::base::ids::CountyId;
use crate::base::values::Quarter;

/// As many as the quarters of a county's report and of the reports of its towns. The counts of a county take about half a
/// megabyte, those of a town a fifth of that.
const CAPACITY: usize = 96;

/// Compiling statements to machine code costs more than any of ours takes.
pub(super) const WITHOUT_COMPILING: &str = "SET LOCAL jit = off";

/// What was counted of which revision. Its digest binds it to its rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Counted {
    county: CountyId,
    quarter: Quarter,
    digest: Vec<u8>,
    codes: Vec<String>,
    parts: Vec<Part>,
}

/// Counts of revisions. Whoever asks is judged before, each time; what is kept depends on no one.
#[derive(Debug)]
pub struct KeptCounts {
    counts: Cache<Counted, Arc<Counts>>,
}

impl Default for KeptCounts {
    fn default() -> Self {
        Self { counts: Cache::new(CAPACITY) }
    }
}

/// Counts at some organisations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counter<'a> {
    /// What was counted before; none: everything is counted.
    pub kept: Option<&'a KeptCounts>,
    /// The organisations; the first stands above the others.
    pub codes: &'a [String],
}

/// A quarter, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The quarter.
    pub basis: &'a Basis,
    /// The parts.
    pub parts: &'a [Part],
}

impl Asked<'_> {
    /// The parts that may be counted apart, and the others.
    fn divided(&self) -> (Vec<Part>, Vec<Part>) {
        self.parts.iter().partition(|part| part.table.stands_apart())
    }
}

impl Counter<'_> {
    /// Counts parts on a basis.
    pub async fn measure(
        &self,
        conn: &mut AsyncPgConnection,
        basis: &Basis,
        parts: Vec<Part>,
    ) -> Result<Counts> {
        let (Some(kept), Some(revision)) = (self.kept, &basis.revision) else {
            return measure(conn, basis, self.codes, parts).await;
        };
        let (frozen, living): (Vec<Part>, Vec<Part>) =
            parts.into_iter().partition(|part| part.table.is_frozen());
        let living = measure(conn, basis, self.codes, living).await?;
        let counted = Counted {
            county: basis.county.county,
            quarter: basis.quarter,
            digest: revision.digest.clone(),
            codes: self.codes.to_vec(),
            parts: frozen,
        };
        let mut counts = if let Some(counts) = kept.counts.get(&counted) {
            counts.as_ref().clone()
        } else {
            let counts = measure(conn, basis, self.codes, counted.parts.iter().copied()).await?;
            kept.counts.insert(counted, Arc::new(counts.clone()));
            counts
        };
        counts.extend(living);
        Ok(counts)
    }

    /// Counts everything but the openings, which follow from another quarter.
    pub async fn after(&self, conn: &mut AsyncPgConnection, basis: &Basis, parts: &[Part]) -> Result<Counts> {
        let parts = parts.iter().copied().filter(|part| part.table != Table::Opening).collect();
        self.measure(conn, basis, parts).await
    }

    /// Counts the quarter before.
    pub async fn before(
        &self,
        conn: &mut AsyncPgConnection,
        previous: &Basis,
        parts: &[Part],
    ) -> Result<Counts> {
        if !previous.is_baseline() {
            return self.measure(conn, previous, parts.to_vec()).await;
        }
        let mut counts = self.after(conn, previous, parts).await?;
        figures::imply_openings(&mut counts, self.codes);
        Ok(counts)
    }

    /// Counts a quarter and the one before on two connections at once, each with about half of the work.
    pub async fn on_two(
        &self,
        conn: &mut AsyncPgConnection,
        second: &mut AsyncPgConnection,
        now: Asked<'_>,
        before: Asked<'_>,
    ) -> Result<[Counts; 2]> {
        diesel::sql_query(WITHOUT_COMPILING).execute(second).await?;
        let ((aside, main), (aside_before, main_before)) = (now.divided(), before.divided());
        let one = async {
            let now = self.after(conn, now.basis, &main).await?;
            Ok::<_, Error>((now, self.measure(conn, before.basis, aside_before).await?))
        };
        let other = async {
            let now = self.measure(second, now.basis, aside).await?;
            Ok::<_, Error>((now, self.before(second, before.basis, &main_before).await?))
        };
        let ((mut now, aside_before), (aside, mut before)) = futures_util::try_join!(one, other)?;
        now.extend(aside);
        before.extend(aside_before);
        Ok([now, before])
    }
}
