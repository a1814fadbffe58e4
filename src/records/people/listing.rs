//! Lists and searches of people, whatever they are on record for. Under row-level security only plain comparisons of
//! leakproof types may use an index, so the search compares ranges of plain columns.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::db::statement::{Bind, Statement};
use crate::base::error::Result;
use crate::base::ids::PersonId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::scope::Scope;
use crate::base::values::{CitizenId, MobileNumber, Telephone, pinyin};
use crate::records::people::queries;
use crate::records::people::{PersonCard, RelationKind};

/// What a typed text asks for.
pub enum Search {
    /// Nothing: everybody.
    Everybody,
    /// Whoever has this citizen ID, by its MAC.
    CitizenId(Vec<u8>),
    /// Whoever has this telephone number, by its MAC as a mobile number and that as any other.
    Telephone {
        /// The MAC among mobile numbers.
        mobile: Vec<u8>,
        /// The MAC among telephone numbers of any kind.
        telephone: Vec<u8>,
    },
    /// Whoever has a key that begins so.
    Prefix(String),
}

impl Search {
    /// What a text asks for: a whole citizen ID, a whole telephone number as [`MobileNumber`] or [`Telephone`] takes it, or
    /// the beginning of a name, its pinyin or initials. Part of a number asks for a name, and so finds nobody.
    #[must_use]
    pub fn of(typed: Option<&str>, keys: &KeyRing) -> Self {
        let Some(text) = typed.map(str::trim).filter(|text| !text.is_empty()) else {
            return Self::Everybody;
        };
        if let Ok(number) = CitizenId::parse(text) {
            return Self::CitizenId(keys.mac(Secret::CitizenId, number.as_str()));
        }
        let mobile = MobileNumber::parse(text).map(|number| number.as_str().to_owned());
        match mobile.or_else(|_| Telephone::parse(text).map(|number| number.as_str().to_owned())) {
            Ok(digits) => Self::Telephone {
                mobile: keys.mac(Secret::Mobile, &digits),
                telephone: keys.mac(Secret::Telephone, &digits),
            },
            Err(_) => Self::Prefix(pinyin::normalise_query(text)),
        }
    }

    /// Adds what a row `p` of `people` must have to be the one whose number is asked for; nothing where none is.
    pub(in crate::records) fn number(&self, statement: &mut Statement<'_>) {
        match self {
            Self::Everybody | Self::Prefix(_) => {}
            Self::CitizenId(mac) => statement.with(" AND p.citizen_id_mac = ?", Bind::Bytes(mac.clone())),
            Self::Telephone { mobile, telephone } => {
                statement.with(" AND (p.mobile_mac = ?", Bind::Bytes(mobile.clone()));
                statement.with(" OR p.telephone_mac = ?)", Bind::Bytes(telephone.clone()));
            }
        }
    }

    /// Whether it asks for a number of somebody.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::CitizenId(_) | Self::Telephone { .. })
    }
}

/// What a list of people is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, pinyin, initials (all by their beginning), or a whole citizen ID or telephone number.
    pub query: Option<String>,
    /// Codes of the kinds of relation of which one must stand inside the scope.
    kinds: Vec<String>,
    /// Only those of whom no membership stands inside the scope.
    pub without_membership: bool,
}

impl Filter {
    /// People with one of these relations.
    #[must_use]
    pub fn of(kinds: &[RelationKind], query: Option<String>, without_membership: bool) -> Self {
        let kinds = kinds.iter().map(|kind| kind.code().to_owned()).collect();
        Self { query, kinds, without_membership }
    }

    /// Whether members are left out, who are nearly all the people of a county.
    fn finds_few(&self) -> bool {
        self.without_membership || !self.kinds.iter().any(|kind| kind == RelationKind::Membership.code())
    }
}

/// Where the next page begins: after whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Pinyin of the name.
    pub pinyin: String,
    /// The person.
    pub id: PersonId,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: PersonId,
    #[diesel(sql_type = Text)]
    pinyin: String,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// The people with one of the wanted relations inside a scope, each once: what stands after `SELECT v.person_id`.
fn related<'a>(statement: &mut Statement<'a>, within: &Scope, filter: &'a Filter) {
    statement.with(" FROM person_visibility v WHERE v.county_id = ?", Bind::Uuid(within.county.0));
    statement.with(" AND v.path >= ?", Bind::Text(within.path.as_str().to_owned()));
    statement.with(" AND v.path < ?", Bind::Text(within.path.end()));
    statement.with(" GROUP BY v.person_id HAVING bool_or(v.kind = ANY (?))", Bind::Texts(&filter.kinds));
    if filter.without_membership {
        statement.push(" AND NOT bool_or(v.kind = 'membership')");
    }
}

/// Everything after `FROM`, without order.
fn fitting<'a>(statement: &mut Statement<'a>, within: &Scope, filter: &'a Filter, keys: &KeyRing) {
    statement.with(" FROM people p WHERE p.county_id = ?", Bind::Uuid(within.county.0));
    if filter.finds_few() {
        // Few of many: found first, and each looked up, rather than met on the way along all names.
        statement.push(" AND p.id = ANY (ARRAY(SELECT v.person_id");
        related(statement, within, filter);
        statement.push("))");
    } else {
        statement.push(
            " AND EXISTS (SELECT FROM person_visibility v \
             WHERE v.county_id = p.county_id AND v.person_id = p.id",
        );
        statement.with(" AND v.path >= ?", Bind::Text(within.path.as_str().to_owned()));
        statement.with(" AND v.path < ?", Bind::Text(within.path.end()));
        statement.with(" AND v.kind = ANY (?))", Bind::Texts(&filter.kinds));
    }
    let search = Search::of(filter.query.as_deref(), keys);
    search.number(statement);
    if let Search::Prefix(start) = search {
        // A name keeps its dot, the keys have none.
        let typed = filter.query.as_deref().unwrap_or_default().trim().to_owned();
        let end = |start: &str| format!("{start}\u{10FFFF}");
        statement.with(" AND (p.name >= ?", Bind::Text(typed.clone()));
        statement.with(" AND p.name < ?", Bind::Text(end(&typed)));
        for (from, to) in [
            (" OR p.pinyin_joined >= ?", " AND p.pinyin_joined < ?"),
            (" OR p.initials >= ?", " AND p.initials < ?"),
        ] {
            statement.with(from, Bind::Text(start.clone()));
            statement.with(to, Bind::Text(end(&start)));
        }
        statement.push(")");
    }
}

/// A page of the people who fit, inside a scope, in the order of their names, and where the next one begins.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: u16,
) -> Result<(Vec<PersonCard>, Option<Cursor>)> {
    let mut statement = Statement::new("SELECT p.id, p.pinyin");
    fitting(&mut statement, within, filter, keys);
    if let Some(after) = after {
        statement.with(" AND (p.pinyin, p.id) > (?,", Bind::Text(after.pinyin.clone()));
        statement.with(" ?)", Bind::Uuid(after.id.0));
    }
    statement.push(" ORDER BY p.pinyin, p.id");
    statement.with(" LIMIT ?", Bind::Number(i64::from(limit) + 1));
    let mut found: Vec<Found> = statement.into_query().load(conn).await?;
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let next = found.last().filter(|_| more).map(|row| Cursor { pinyin: row.pinyin.clone(), id: row.id });
    let ids: Vec<PersonId> = found.iter().map(|row| row.id).collect();
    Ok((queries::cards(conn, within, keys, &ids).await?, next))
}

/// How many people fit.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
) -> Result<i64> {
    let mut statement = Statement::new("SELECT count(*) AS total");
    if matches!(Search::of(filter.query.as_deref(), keys), Search::Everybody) {
        // Their relations tell how many they are, without a look at each.
        statement.push(" FROM (SELECT v.person_id");
        related(&mut statement, within, filter);
        statement.push(") one");
    } else {
        fitting(&mut statement, within, filter, keys);
    }
    let totals: Vec<Total> = statement.into_query().load(conn).await?;
    Ok(totals.iter().map(|row| row.total).sum())
}
