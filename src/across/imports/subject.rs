//! What a kind of workbook adds to the engine: its columns, what its cells are understood with, how a row compares with
//! the records, and what carrying it out does. Everything else is the same for all kinds.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::{Heading, RECORD};
use crate::across::imports::content::{Choice, PlannedRow};
use crate::across::imports::context::Destination;
use crate::across::imports::headings::Layout;
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::records::imports::{Import, Kind};

/// A row and what its deed is, none where it does nothing.
pub type Decided<S> = (PlannedRow, Option<<S as Subject>::Deed>);

/// A kind of workbook.
#[expect(async_fn_in_trait, reason = "used by this program alone, and never through a trait object")]
pub trait Subject: Sized + 'static {
    /// Its columns, in the order of the empty workbook.
    const HEADINGS: &'static [Heading];
    /// How many rows are compared and written at a time; none where the rows of a sheet say something of each other, so
    /// that a sheet is looked at as a whole.
    const BATCH: Option<usize>;

    /// What its cells are understood with, loaded once for an import.
    type Context: Send + Sync + 'static;
    /// What a row says.
    type Said: Send + 'static;
    /// What is remembered of earlier rows.
    type Seen: Default + Send;
    /// What carrying a row out does.
    type Deed: Send;

    /// The columns beside [`HEADINGS`](Self::HEADINGS) that a sheet may have, by what the county has set.
    fn extras(_context: &Self::Context) -> Vec<String> {
        Vec::new()
    }

    /// Loads what the cells are understood with.
    ///
    /// # Errors
    /// Whatever the database answers.
    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Self::Context>;

    /// Reads a row. What depends on the record, on other rows, or on several cells together, is checked later.
    fn parse(row: &Row, layout: &Layout, context: &Self::Context) -> (Self::Said, Vec<Finding>);

    /// Decides about some rows, in the order of the sheet.
    ///
    /// # Errors
    /// Whatever the database answers.
    async fn classify(
        basis: &Basis<'_, Self>,
        seen: &mut Self::Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<Self::Said>>,
    ) -> Result<Vec<Decided<Self>>>;

    /// Rows decided about earlier that a later one contradicts; asked once all rows were decided.
    fn contradicted(_seen: &mut Self::Seen) -> Vec<Contradicted> {
        Vec::new()
    }

    /// Does what some rows say, by the sheet's row numbers; answers by row number the new records whose ids are others
    /// than the rows were planned to become.
    ///
    /// # Errors
    /// Whatever the verbs answer.
    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        keys: &KeyRing,
        deeds: Vec<(u32, Self::Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>>;
}

/// A row that a later one contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradicted {
    /// The sheet's own row number.
    pub number: u32,
    /// The field that both are known by.
    pub field: &'static str,
    /// A Chinese sentence with the other row and the way out.
    pub message: String,
}

/// A row with every cell parsed.
#[derive(Debug)]
pub struct ReadRow<T> {
    /// The row as it came.
    pub row: Row,
    /// What it says.
    pub said: T,
    /// What is wrong with its cells.
    pub findings: Vec<Finding>,
    /// The id of the record that it becomes where it is new: the same when it is planned and when it is carried out.
    pub becomes: uuid::Uuid,
    /// What was said of its person.
    pub choice: Option<Choice>,
}

impl<T> ReadRow<T> {
    /// Reads a row.
    pub fn read<S: Subject<Said = T>>(
        row: Row,
        layout: &Layout,
        context: &S::Context,
        becomes: uuid::Uuid,
    ) -> Self {
        let (said, findings) = S::parse(&row, layout, context);
        Self { row, said, findings, becomes, choice: None }
    }
}

/// What all rows of an import are compared against.
pub struct Basis<'a, S: Subject> {
    /// The importing organisation: records of others are conflicts.
    pub scope: Scope,
    /// Who imports, as the verbs of the rows see him.
    pub actor: &'a Actor,
    /// Opens and seals identifiers.
    pub keys: &'a KeyRing,
    /// The first row.
    pub layout: &'a Layout,
    /// What the cells are understood with.
    pub context: &'a S::Context,
    /// Today in China.
    pub today: NaiveDate,
    /// Whether those on record who may be the person of a new row are looked for: a plan is, a writing has been.
    pub looks: bool,
}

/// Runs an expression for the subject of a kind, under a name for its type.
macro_rules! for_subject {
    ($kind:expr, $subject:ident => $body:expr) => {
        match $kind {
            $crate::records::imports::Kind::Members => {
                type $subject = $crate::across::imports::members::Members;
                $body
            }
            $crate::records::imports::Kind::Committees => {
                type $subject = $crate::across::imports::committees::Committees;
                $body
            }
            $crate::records::imports::Kind::Elections => {
                type $subject = $crate::across::imports::elections::Elections;
                $body
            }
            $crate::records::imports::Kind::ReserveCadres => {
                type $subject = $crate::across::imports::reserves::ReserveCadres;
                $body
            }
            $crate::records::imports::Kind::Ratings => {
                type $subject = $crate::across::imports::ratings::Ratings;
                $body
            }
            $crate::records::imports::Kind::TrainingClasses => {
                type $subject = $crate::across::imports::training_classes::TrainingClasses;
                $body
            }
            $crate::records::imports::Kind::TrainingAttendance => {
                type $subject = $crate::across::imports::training_attendance::TrainingAttendance;
                $body
            }
            $crate::records::imports::Kind::Assessments => {
                type $subject = $crate::across::imports::assessments::Assessments;
                $body
            }
            $crate::records::imports::Kind::Organisations => {
                type $subject = $crate::across::imports::organisations::Organisations;
                $body
            }
        }
    };
}
pub(crate) use for_subject;

/// The columns of a kind.
#[must_use]
pub fn headings(kind: Kind) -> &'static [Heading] {
    for_subject!(kind, S => S::HEADINGS)
}

/// Every heading that a file of an import may have, with those that the county has set.
///
/// # Errors
/// Whatever the database answers.
pub async fn titles(conn: &mut AsyncPgConnection, import: &Import) -> Result<Vec<String>> {
    for_subject!(import.kind()?, S => {
        let extras = S::extras(&S::context(conn, &import.into()).await?);
        let own = S::HEADINGS.iter().chain([&RECORD]).map(|heading| heading.title.to_owned());
        Ok(own.chain(extras).collect())
    })
}
