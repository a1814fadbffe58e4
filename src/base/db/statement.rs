//! A statement under construction: fixed text, and values bound by number.

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Bytea, Date, Text, Uuid};

/// Text of a statement with the values that stand in it.
pub struct Statement<'a> {
    text: String,
    binds: Vec<Bind<'a>>,
}

/// A value that stands in a statement.
pub enum Bind<'a> {
    /// An id.
    Uuid(uuid::Uuid),
    /// A text.
    Text(String),
    /// Several texts.
    Texts(&'a [String]),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A day.
    Date(NaiveDate),
    /// A number.
    Number(i64),
}

impl<'a> Statement<'a> {
    /// A statement that begins so.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), binds: Vec::new() }
    }

    /// Appends text without a value.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends fixed text; `?` stands for the value.
    pub fn with(&mut self, text: &'static str, value: Bind<'a>) {
        self.binds.push(value);
        self.text.push_str(&text.replace('?', &format!("${}", self.binds.len())));
    }

    /// The query.
    pub fn into_query(self) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
        let mut query = diesel::sql_query(self.text).into_boxed::<Pg>();
        for bind in self.binds {
            query = match bind {
                Bind::Uuid(value) => query.bind::<Uuid, _>(value),
                Bind::Text(value) => query.bind::<Text, _>(value),
                Bind::Texts(value) => query.bind::<Array<Text>, _>(value),
                Bind::Bytes(value) => query.bind::<Bytea, _>(value),
                Bind::Date(value) => query.bind::<Date, _>(value),
                Bind::Number(value) => query.bind::<BigInt, _>(value),
            };
        }
        query
    }
}
