//! Lists of transfers: those that wait, the longest overdue first; those that are decided, the latest first.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::scope::Scope;
use crate::base::values::TransferState;

/// Which transfers are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All that wait.
    Pending,
    /// Those that wait though their letter holds no longer.
    Overdue,
    /// All that are decided.
    Decided,
    /// Those that were decided in one way.
    DecidedAs(TransferState),
}

impl Which {
    fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Overdue)
    }

    /// The condition beside the scope; `$4` is today, `$5` a state or nothing.
    fn condition(self) -> &'static str {
        match self {
            Self::Pending => "t.state = 'pending' AND $4 IS NOT NULL AND $5 IS NULL",
            Self::Overdue => "t.state = 'pending' AND t.valid_until < $4 AND $5 IS NULL",
            Self::Decided | Self::DecidedAs(_) => {
                "t.state <> 'pending' AND $4 IS NOT NULL AND ($5 IS NULL OR t.state = $5)"
            }
        }
    }

    fn state(self) -> Option<&'static str> {
        match self {
            Self::DecidedAs(state) => Some(state.code()),
            _ => None,
        }
    }
}

/// Where a page of a list begins: after the row of this day or moment and id.
#[derive(Debug, Clone)]
pub struct Place {
    at: String,
    id: TransferId,
}

impl Place {
    /// Reads what the page before gave; none where it is not of such a list.
    #[must_use]
    pub fn parse(which: Which, at: &str, id: &str) -> Option<Self> {
        let at = if which.waits() {
            at.parse::<NaiveDate>().ok()?.to_string()
        } else {
            at.parse::<DateTime<Utc>>().ok()?.to_rfc3339_opts(SecondsFormat::Micros, true)
        };
        Some(Self { at, id: id.parse().ok()? })
    }

    /// The place of a row.
    #[must_use]
    pub fn of(which: Which, line: &TransferLine) -> [String; 2] {
        let at = if which.waits() {
            line.valid_until.to_string()
        } else {
            line.updated_at.to_rfc3339_opts(SecondsFormat::Micros, true)
        };
        [at, line.id.to_string()]
    }
}

/// A transfer with the names that are shown of it.
#[derive(Debug, Clone, QueryableByName)]
pub struct TransferLine {
    /// Its id.
    #[diesel(sql_type = Uuid)]
    pub id: TransferId,
    /// The member.
    #[diesel(sql_type = Uuid)]
    pub membership_id: MembershipId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub member: String,
    /// Path of the old branch.
    #[diesel(sql_type = Text)]
    pub from_path: String,
    /// Name of the old branch.
    #[diesel(sql_type = Text)]
    pub from_branch: String,
    /// Path of the new branch; none: he leaves the county.
    #[diesel(sql_type = Nullable<Text>)]
    pub to_path: Option<String>,
    /// The unit outside the county; none: he stays in it.
    #[diesel(sql_type = Nullable<Text>)]
    pub to_unit: Option<String>,
    /// Name of the new branch, or the unit outside the county.
    #[diesel(sql_type = Text)]
    pub destination: String,
    /// First day in the new branch; of a departure the day of the receipt, once it has come.
    #[diesel(sql_type = Nullable<Date>)]
    pub on_day: Option<NaiveDate>,
    /// Number of the letter of introduction.
    #[diesel(sql_type = Nullable<Text>)]
    pub letter_number: Option<String>,
    /// Day of the letter.
    #[diesel(sql_type = Date)]
    pub letter_on: NaiveDate,
    /// Last day on which it holds.
    #[diesel(sql_type = Date)]
    pub valid_until: NaiveDate,
    /// Code of the state.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Why refused or withdrawn.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// Who proposed it.
    #[diesel(sql_type = Text)]
    pub proposed_by: String,
    /// Who decided.
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    /// Version.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// When it was proposed.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was last changed: of a decided one, when it was decided.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

impl TransferLine {
    /// How far it has come.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn state(&self) -> Result<TransferState> {
        TransferState::parse(&self.state).map_err(Error::broken)
    }

    /// Whether it waits on `day` though its letter holds no longer.
    #[must_use]
    pub fn is_overdue_on(&self, day: NaiveDate) -> bool {
        self.state == TransferState::Pending.code() && self.valid_until < day
    }

    /// The day in China on which it was proposed.
    #[must_use]
    pub fn proposed_on(&self) -> NaiveDate {
        clock::date_in_china(self.created_at)
    }

    /// The day in China on which it was decided, if it was.
    #[must_use]
    pub fn decided_on(&self) -> Option<NaiveDate> {
        self.decided_by.as_ref().map(|_| clock::date_in_china(self.updated_at))
    }

    /// For how many days it has been waiting on `today`, or did until it was decided.
    #[must_use]
    pub fn days_open(&self, today: NaiveDate) -> i64 {
        let end = self.decided_on().unwrap_or(today);
        end.signed_duration_since(self.proposed_on()).num_days().max(0)
    }
}

/// The columns of a [`TransferLine`]. Each side learns the name of who is or was offered, and nothing else of him, from one
/// look over the wall of row-level security.
const COLUMNS: &str = "\
SELECT t.id, t.membership_id, coalesce(find_offered_name(t.county_id, t.id), '') AS member, t.from_path, \
    f.name AS from_branch, t.to_path, t.to_unit, coalesce(n.name, t.to_unit) AS destination, t.on_day, t.letter_number, \
    t.letter_on, t.valid_until, t.state, t.reason, t.proposed_by, t.decided_by, t.version, t.created_at, t.updated_at";

/// The names of both sides.
const NAMES: &str = "\
JOIN organisations f ON f.county_id = t.county_id AND f.id = t.from_branch_id \
LEFT JOIN organisations n ON n.county_id = t.county_id AND n.id = t.to_branch_id";

/// Transfers out of and into a scope.
const INSIDE: &str = "\
t.county_id = $1 AND (t.from_path >= $2 AND t.from_path < $3 OR t.to_path >= $2 AND t.to_path < $3)";

/// A page of the transfers out of and into a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    which: Which,
    today: NaiveDate,
    after: Option<&Place>,
    limit: i64,
) -> QueryResult<Vec<TransferLine>> {
    let (column, kind, sign, way) = if which.waits() {
        ("t.valid_until", "date", ">", "ASC")
    } else {
        ("t.updated_at", "timestamptz", "<", "DESC")
    };
    let condition = which.condition();
    let order = format!("{column} {way}, t.id {way}");
    diesel::sql_query(format!(
        "{COLUMNS} FROM (SELECT t.* FROM transfers t WHERE {INSIDE} AND {condition} \
            AND ($7 IS NULL OR ({column}, t.id) {sign} ($6::{kind}, $7)) ORDER BY {order} LIMIT $8) t \
         {NAMES} ORDER BY {order}"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(today)
    .bind::<Nullable<Text>, _>(which.state())
    .bind::<Nullable<Text>, _>(after.map(|place| place.at.as_str()))
    .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many transfers such a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    which: Which,
    today: NaiveDate,
) -> QueryResult<i64> {
    let condition = which.condition();
    let counted: Number = diesel::sql_query(format!(
        "SELECT count(*) AS number FROM transfers t WHERE {INSIDE} AND {condition}"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(today)
    .bind::<Nullable<Text>, _>(which.state())
    .get_result(conn)
    .await?;
    Ok(counted.number)
}

/// One transfer with its names, as seen from either side.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: TransferId,
) -> QueryResult<Option<TransferLine>> {
    diesel::sql_query(format!("{COLUMNS} FROM transfers t {NAMES} WHERE {INSIDE} AND t.id = $4"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Uuid, _>(id)
        .get_result(conn)
        .await
        .optional()
}

/// What waits in a scope.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Waiting {
    /// Members who are offered to it.
    #[diesel(sql_type = BigInt)]
    pub incoming: i64,
    /// Members of its own whom the other side has not taken yet.
    #[diesel(sql_type = BigInt)]
    pub outgoing: i64,
    /// Transfers, of either side, whose letter holds no longer.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
}

/// Counts what waits in a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(conn: &mut AsyncPgConnection, within: &Scope, today: NaiveDate) -> QueryResult<Waiting> {
    diesel::sql_query(format!(
        "SELECT count(*) FILTER (WHERE t.to_path >= $2 AND t.to_path < $3) AS incoming, \
            count(*) FILTER (WHERE t.from_path >= $2 AND t.from_path < $3) AS outgoing, \
            count(*) FILTER (WHERE t.valid_until < $4) AS overdue \
         FROM transfers t WHERE {INSIDE} AND t.state = 'pending'"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(today)
    .get_result(conn)
    .await
}
