//! What a report of a quarter rests on: a revision, or the records as they are now.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use super::source;
use crate::base::clock;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::quarters::{Ask, Revision, RuleBook, quality_rules, queries};
use crate::records::words::{self, WordBook};

/// Where the facts of a quarter come from.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    /// The county.
    pub county: Scope,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision; none: the records as they are now.
    pub revision: Option<Revision>,
    /// The revision of the quarter before whose closing is the opening; none: it is computed.
    pub previous_number: Option<i32>,
    /// Highest number of stars of the primary member scheme in force on the last day.
    pub star_scale: Option<i32>,
    /// The words that the county had added by the last day, as they were known when the quarter was closed.
    pub words: WordBook,
    /// How the county weighs and measures the rules of data quality.
    pub rules: RuleBook,
}

impl Basis {
    /// The basis of a quarter: the revision that is asked for, else the latest, else the records as they are now.
    ///
    /// # Errors
    /// `Missing` where there is no such revision, `Refused` where the quarter has not begun.
    pub async fn of(
        conn: &mut AsyncPgConnection,
        county: &Scope,
        quarter: Quarter,
        number: Option<i32>,
    ) -> Result<Self> {
        if quarter.first_day() > clock::today() {
            return Err(Error::Refused(format!(
                "{}尚未开始，还没有可以统计的数据；请选择{}或更早的季度。",
                quarter.title(),
                Quarter::containing(clock::today())
            )));
        }
        let words = words::book(conn, county.county).await?;
        let rules = quality_rules::book(conn, county.county).await?;
        match number {
            Some(number) if number > 0 => {
                let revision = queries::revision(conn, county, quarter, number).await?;
                Ok(Self::frozen(county, quarter, revision.or_missing("该季度的这一版本")?, words, rules))
            }
            Some(_) => Err(Error::Missing { what: "该季度的这一版本" }),
            None => match queries::latest(conn, county, quarter).await? {
                Some(revision) => Ok(Self::frozen(county, quarter, revision, words, rules)),
                None => Self::live(conn, county, quarter).await,
            },
        }
    }

    /// The records as they are now, whether or not the quarter is closed.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn live(conn: &mut AsyncPgConnection, county: &Scope, quarter: Quarter) -> Result<Self> {
        let previous = queries::latest(conn, county, quarter.previous()).await?;
        let words = words::book(conn, county.county).await?;
        let mut basis = Self {
            county: county.clone(),
            quarter,
            revision: None,
            previous_number: previous.map(|revision| revision.number),
            star_scale: None,
            words: words.by(quarter.last_day(), None),
            rules: quality_rules::book(conn, county.county).await?,
        };
        basis.star_scale = source::star_scale(conn, &basis.ask(Vec::new())).await?;
        Ok(basis)
    }

    /// The same quarter when its records have been frozen as a revision just now.
    pub fn frozen_as(&self, revision: &Revision) -> Self {
        Self {
            previous_number: revision.previous_number,
            star_scale: revision.star_scale,
            revision: Some(revision.clone()),
            ..self.clone()
        }
    }

    fn frozen(
        county: &Scope,
        quarter: Quarter,
        revision: Revision,
        words: WordBook,
        rules: RuleBook,
    ) -> Self {
        Self {
            county: county.clone(),
            quarter,
            previous_number: revision.previous_number,
            star_scale: revision.star_scale,
            words: words.by(quarter.last_day(), Some(revision.closed_at)),
            rules,
            revision: Some(revision),
        }
    }

    /// The basis of the quarter before, as this one knows it: a revision compares itself with the revision that it
    /// rests on. None for a baseline, which rests on nothing.
    ///
    /// # Errors
    /// `Broken` where that revision is gone.
    pub async fn previous(&self, conn: &mut AsyncPgConnection) -> Result<Option<Self>> {
        let quarter = self.quarter.previous();
        match (self.previous_number, &self.revision) {
            (Some(number), _) => {
                let revision = queries::revision(conn, &self.county, quarter, number).await?;
                let revision = revision.ok_or_else(|| Error::broken("the revision before is missing"))?;
                let (words, rules) = (self.words.clone(), self.rules.clone());
                Ok(Some(Self::frozen(&self.county, quarter, revision, words, rules)))
            }
            (None, Some(_)) => Ok(None),
            (None, None) => Self::live(conn, &self.county, quarter).await.map(Some),
        }
    }

    /// The basis of the same quarter last year: its latest revision, for a revision the latest that there was when it was
    /// frozen. Where there is none the records as they are now, if they are to be counted.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn last_year(&self, conn: &mut AsyncPgConnection, counts: bool) -> Result<Option<Self>> {
        let quarter = self.quarter.same_quarter_last_year();
        let until = self.revision.as_ref().map(|revision| revision.closed_at);
        let revision = queries::latest_by(conn, &self.county, quarter, until).await?;
        let (words, rules) = (self.words.clone(), self.rules.clone());
        match revision {
            Some(revision) => Ok(Some(Self::frozen(&self.county, quarter, revision, words, rules))),
            None if counts => Self::live(conn, &self.county, quarter).await.map(Some),
            None => Ok(None),
        }
    }

    /// The day as of which data quality is judged: the last of the quarter, or today while it runs.
    pub fn day(&self) -> NaiveDate {
        self.quarter.last_day().min(clock::today())
    }

    /// Whether it keeps what was found in its quarter: it was closed. A baseline was frozen with the quarter after it.
    pub fn keeps_findings(&self) -> bool {
        self.revision.as_ref().is_some_and(|revision| revision.number >= 1)
    }

    /// Whether it is a baseline: it has no opening of its own.
    pub fn is_baseline(&self) -> bool {
        self.revision.is_some() && self.previous_number.is_none()
    }

    /// The parameters of statements about organisations on this basis.
    pub fn ask(&self, organisations: Vec<String>) -> Ask {
        Ask {
            county: self.county.county,
            quarter: self.quarter,
            revision: self.revision.as_ref().map_or(0, |revision| revision.number),
            previous_number: self.previous_number.unwrap_or(0),
            organisations,
        }
    }
}
