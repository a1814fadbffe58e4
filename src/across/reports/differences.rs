//! What differs, row by row and by name, between two revisions of a quarter, or between a revision and the records of
//! this moment.

use std::collections::{BTreeSet, HashMap};

use diesel_async::AsyncPgConnection;
use serde::Serialize;
use serde_json::Value;

use super::amend::rested;
use super::basis::Basis;
use super::close::statements;
use super::quarterly::reported;
use crate::base::actor::Actor;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::organisations;
use crate::records::quarters::{
    self, Against, Ask, ColumnKind, Compared, Differing, FactColumn, FactTable, Facts,
};
use crate::records::words::{WordBook, WordList};

/// Which differences are wanted.
#[derive(Debug, Clone)]
pub struct DifferencesQuery<'a> {
    /// Code of the organisation.
    pub organisation: &'a str,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision of before; none: the latest, or the one before `to`.
    pub from: Option<i32>,
    /// The revision after it; none: the records of this moment.
    pub to: Option<i32>,
    /// Where the page before ended: name of the table, key of the row.
    pub after: Option<(&'a str, &'a str)>,
    /// At most so many.
    pub limit: usize,
}

/// What became of a row of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Some of its columns say something else.
    Changed,
}

impl RowChange {
    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Removed => "删去",
            Self::Changed => "变更",
        }
    }
}

/// A column that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldChange {
    /// The column.
    pub field: &'static str,
    /// Its Chinese name.
    pub label: &'static str,
    /// What stood there; null where nothing did.
    #[schema(value_type = Option<Object>)]
    pub old: Option<Value>,
    /// What stands there; null where nothing does.
    #[schema(value_type = Option<Object>)]
    pub new: Option<Value>,
    /// What stood there, in Chinese; empty where nothing did.
    pub old_text: String,
    /// What stands there, in Chinese; empty where nothing does.
    pub new_text: String,
}

/// A row of facts that differs. What it is about says `subject`: `member`, `person`, `organisation`, `committee`,
/// `reserve`, `training_class`, `rating`, `award` or `assessment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// The table of facts.
    pub table: &'static str,
    /// What its rows are about, in Chinese.
    pub table_label: &'static str,
    /// What became of it.
    pub change: RowChange,
    /// What it is about.
    pub subject: &'static str,
    /// Id of the record; the code of an organisation.
    pub id: String,
    /// Name of the person, the class or the organisation as it is now; null where the record is gone.
    pub name: Option<String>,
    /// Code of the organisation that it stands in.
    pub organisation_code: String,
    /// Its name as it is now.
    pub organisation_name: Option<String>,
    /// The columns that differ; of a row that is new or gone, those that say something.
    pub fields: Vec<FieldChange>,
    /// The records that it is made of, as far as the trail tells of them.
    #[serde(skip)]
    pub records: Vec<uuid::Uuid>,
    /// Where the next page begins.
    #[serde(skip)]
    pub key: String,
}

/// The differences of an organisation, and whether more follow.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree or a revision that does not exist, `Forbidden` for whom
/// sees no records, `Invalid` for revisions in the wrong order.
pub async fn differences(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &DifferencesQuery<'_>,
) -> Result<(Vec<Difference>, bool)> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        reported(conn, actor, query.organisation).await?;
        let sides = Sides::of(conn, &county, query).await?;
        sides.page(conn, query.after, query.limit).await
    })
    .await
}

/// How many rows differ, on all pages together.
///
/// # Errors
/// As [`differences`].
pub async fn count_differences(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    query: &DifferencesQuery<'_>,
) -> Result<i64> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        reported(conn, actor, query.organisation).await?;
        let sides = Sides::of(conn, &county, query).await?;
        sides.count(conn).await
    })
    .await
}

/// What is held against each other.
pub(super) struct Sides {
    ask: Ask,
    old: i32,
    facts: Option<Vec<Facts>>,
    county: Scope,
    words: WordBook,
}

impl Sides {
    async fn of(conn: &mut AsyncPgConnection, county: &Scope, query: &DifferencesQuery<'_>) -> Result<Self> {
        let (quarter, organisations) = (query.quarter, vec![query.organisation.to_owned()]);
        if let Some(number) = query.to {
            let new = Basis::of(conn, county, quarter, Some(number)).await?;
            let old = query.from.unwrap_or(number - 1);
            if !(1..number).contains(&old) {
                return Err(Error::invalid(
                    "from_revision",
                    format!(
                        "from_revision“{old}”应为1至{}：它是第{number}版以前的版本。",
                        (number - 1).max(1)
                    ),
                ));
            }
            return Ok(Self { old, ..Self::between(&new, query.organisation) });
        }
        let old = match query.from {
            Some(number) if number < 1 => None,
            Some(number) => quarters::queries::revision(conn, county, quarter, number).await?,
            None => quarters::queries::latest(conn, county, quarter).await?,
        };
        let old = old.or_missing("该季度已结账的版本")?;
        let basis = rested(conn, county, quarter, &old).await?;
        let facts = Some(statements(&basis));
        let (ask, words) = (basis.ask(organisations), basis.words.clone());
        Ok(Self { ask, old: old.number, facts, county: county.clone(), words })
    }

    /// A revision against the one before it.
    pub fn between(new: &Basis, organisation: &str) -> Self {
        let ask = new.ask(vec![organisation.to_owned()]);
        let old = ask.revision - 1;
        Self { ask, old, facts: None, county: new.county.clone(), words: new.words.clone() }
    }

    fn compared(&self) -> Compared<'_> {
        let new = self.facts.as_deref().map_or(Against::Revision, Against::Live);
        Compared { ask: &self.ask, old: self.old, new }
    }

    /// How many rows differ.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn count(&self, conn: &mut AsyncPgConnection) -> Result<i64> {
        let counts = quarters::count_differences(conn, &self.compared()).await?;
        Ok(counts.iter().map(|(_, count)| count).sum())
    }

    /// A page of them, and whether more follow.
    ///
    /// # Errors
    /// `Invalid` for a place that no page ended at.
    pub async fn page(
        &self,
        conn: &mut AsyncPgConnection,
        after: Option<(&str, &str)>,
        limit: usize,
    ) -> Result<(Vec<Difference>, bool)> {
        let after = match after {
            None => None,
            Some((name, key)) => {
                let table = FactTable::ALL.into_iter().find(|table| table.name() == name);
                let message = "after 不是上一页给出的位置，请使用上一页答复中的 next。";
                Some((table.ok_or_else(|| Error::invalid("after", message))?, key))
            }
        };
        let mut rows = quarters::differences(conn, &self.compared(), after, limit.saturating_add(1)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let names = self.names(conn, &rows).await?;
        let told = Told { names, words: &self.words };
        Ok((rows.into_iter().map(|row| told.line(row)).collect(), more))
    }

    /// The names of the organisations that some rows stand in, by code.
    async fn names(
        &self,
        conn: &mut AsyncPgConnection,
        rows: &[Differing],
    ) -> Result<HashMap<String, String>> {
        let sides = rows.iter().flat_map(|row| [&row.old, &row.new]).flatten();
        let paths = sides.flat_map(|side| PATHS.iter().filter_map(|name| side.get(name)?.as_str()));
        let codes: BTreeSet<String> = paths.map(|path| code_of(path).to_owned()).collect();
        let codes: Vec<String> = codes.into_iter().collect();
        let found = organisations::queries::by_codes(conn, &self.county, &codes).await?;
        Ok(found.into_iter().map(|organisation| (organisation.code, organisation.name)).collect())
    }
}

/// Where a row stands; the first that says something.
const PATHS: [&str; 3] = ["path", "to_path", "from_path"];

fn code_of(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// What differing rows are told with.
struct Told<'a> {
    names: HashMap<String, String>,
    words: &'a WordBook,
}

impl Told<'_> {
    fn line(&self, row: Differing) -> Difference {
        let change = match (&row.old, &row.new) {
            (None, _) => RowChange::Added,
            (_, None) => RowChange::Removed,
            _ => RowChange::Changed,
        };
        let fields =
            row.table.columns().iter().filter_map(|column| self.field(row.table, column, &row)).collect();
        let any = row.new.as_ref().or(row.old.as_ref());
        let text = |name: &str| any.and_then(|fact| fact.get(name)).and_then(Value::as_str);
        let code = PATHS.iter().find_map(|name| text(name)).map(code_of).unwrap_or_default().to_owned();
        let (subject, id) = subject(row.table);
        let told = |column: &&FactColumn| {
            let is_key = row.table.key().contains(&column.name);
            column.kind == ColumnKind::Id && (is_key || matches!(column.name, "membership_id" | "person_id"))
        };
        let columns = row.table.columns().iter().filter(told);
        let records: Vec<uuid::Uuid> = columns.filter_map(|column| text(column.name)?.parse().ok()).collect();
        Difference {
            table: row.table.name(),
            table_label: row.table.label(),
            change,
            subject,
            id: text(id).map_or_else(|| code.clone(), str::to_owned),
            name: row.name,
            organisation_name: self.names.get(&code).cloned(),
            organisation_code: code,
            fields,
            records,
            key: row.key,
        }
    }

    fn field(&self, table: FactTable, column: &FactColumn, row: &Differing) -> Option<FieldChange> {
        let value =
            |side: &Option<Value>| side.as_ref()?.get(column.name).filter(|value| !value.is_null()).cloned();
        let (old, new) = (value(&row.old), value(&row.new));
        // Which record a row is about stands beside its fields.
        let is_id = column.kind == ColumnKind::Id;
        if old == new
            || is_id && (row.old.is_none() || row.new.is_none() || table.key().contains(&column.name))
        {
            return None;
        }
        let shown = |value: &Option<Value>| {
            value.as_ref().map(|value| self.shown(column.kind, value)).unwrap_or_default()
        };
        Some(FieldChange {
            field: column.name,
            label: column.label,
            old_text: shown(&old),
            new_text: shown(&new),
            old,
            new,
        })
    }

    fn shown(&self, kind: ColumnKind, value: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        match kind {
            ColumnKind::Flag => if value == &Value::Bool(true) { "是" } else { "否" }.to_owned(),
            ColumnKind::Number => value.to_string(),
            ColumnKind::Day | ColumnKind::Text => text.to_owned(),
            ColumnKind::Id => text.chars().take(8).collect(),
            ColumnKind::Place => {
                let code = code_of(text);
                self.names.get(code).cloned().unwrap_or_else(|| code.to_owned())
            }
            ColumnKind::Code(list) => self.word(list, text),
            ColumnKind::Codes(list) => {
                let codes = text.split(' ').filter(|code| !code.is_empty());
                codes.map(|code| self.word(list, code)).collect::<Vec<_>>().join("、")
            }
        }
    }

    fn word(&self, list: &str, code: &str) -> String {
        let known = match list {
            "sex" => Some(codes::sex().name_of(code)),
            "ethnicity" => Some(codes::ethnicity().name_of(code)),
            "education" => Some(codes::education().name_of(code)),
            "post" => Some(self.words.post_name(code)),
            "committee_source" => self.words.name(WordList::CommitteeSource, code),
            "reserve_source" => self.words.name(WordList::ReserveSource, code),
            _ => None,
        };
        let known = known.filter(|name| *name != code).or_else(|| {
            OWN_WORDS.iter().find(|(of, known, _)| *of == list && *known == code).map(|(_, _, name)| *name)
        });
        let known = known.or_else(|| Some(codes::vocabulary(list)?.name_of(code)));
        known.unwrap_or(code).to_owned()
    }
}

/// Codes of facts that are in no list of the vocabulary.
const OWN_WORDS: [(&str, &str, &str); 13] = [
    ("flow", "admitted", "发展入党"),
    ("flow", "reinstated", "恢复党籍"),
    ("flow", "transferred", "组织关系转接"),
    ("flow", "removed", "出党"),
    ("flow", "stopped", "停止党籍"),
    ("flow", "deceased", "死亡"),
    ("flow", "became_full", "转正"),
    ("flow", "recorded_late", "补录"),
    ("standing", "now", "本届"),
    ("standing", "before", "上届"),
    ("rating_fact", "awaiting_review", "待审核"),
    ("rating_fact", "objection_open", "异议待处理"),
    ("rating_fact", "overturned", "已改正"),
];

/// What the rows of a table are about, and the column of its id; an organisation is told by its code.
const fn subject(table: FactTable) -> (&'static str, &'static str) {
    match table {
        FactTable::Members | FactTable::Flow | FactTable::Training | FactTable::TrainingAttendances => {
            ("member", "membership_id")
        }
        // A finding is told by its place; the record that it is about stands in its columns.
        FactTable::Organisations | FactTable::ReserveVillages | FactTable::Findings => ("organisation", ""),
        FactTable::Rules => ("rule", "rule"),
        FactTable::Ratings => ("rating", "rating_id"),
        FactTable::Seats => ("person", "person_id"),
        FactTable::Committees => ("committee", "committee_id"),
        FactTable::Reserves => ("reserve", "reserve_id"),
        FactTable::TrainingClasses => ("training_class", "class_id"),
        FactTable::Awards => ("award", "award_id"),
        FactTable::Assessments => ("assessment", "assessment_id"),
    }
}
